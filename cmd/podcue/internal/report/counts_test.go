package report_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/cmd/podcue/internal/report"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// counters read the counts out of a report of each format the way its readers do:
// they count what the format has for a finding, not what it says about counts.
// A format without a place for waived findings counts none.
var counters = map[string]func(t *testing.T, text string) finding.Summary{
	"checkstyle": func(t *testing.T, text string) (s finding.Summary) {
		var r struct {
			File []struct {
				Error []struct {
					Severity string `xml:"severity,attr"`
				} `xml:"error"`
			} `xml:"file"`
		}
		decodeXML(t, text, &r)
		for _, f := range r.File {
			for _, e := range f.Error {
				count(&s, e.Severity)
			}
		}
		return s
	},
	"github": func(_ *testing.T, text string) (s finding.Summary) {
		for line := range strings.Lines(text) {
			if m := regexp.MustCompile(`^::(\w+) .*,?title=\S+::`).FindStringSubmatch(line); m != nil {
				count(&s, map[string]string{"error": "error", "warning": "warning", "notice": "info"}[m[1]])
			} else if strings.HasPrefix(strings.TrimSpace(line), "::") {
				s.Errors += 1000 // a command that is no annotation
			} else if strings.HasPrefix(line, "waived: ") {
				s.Waived++
			}
		}
		return s
	},
	"gitlab": func(t *testing.T, text string) (s finding.Summary) {
		var issues []struct{ Severity, Fingerprint string }
		decodeJSON(t, text, &issues)
		seen := map[string]bool{}
		for _, i := range issues {
			if seen[i.Fingerprint] {
				t.Errorf("the fingerprint %s is there twice", i.Fingerprint)
			}
			seen[i.Fingerprint] = true
			count(&s, map[string]string{"critical": "error", "minor": "warning", "info": "info"}[i.Severity])
		}
		return s
	},
	"json": func(t *testing.T, text string) (s finding.Summary) {
		var r struct {
			Findings, Waived []struct{ Severity string }
			Summary          finding.Summary
		}
		decodeJSON(t, text, &r)
		for _, f := range r.Findings {
			count(&s, f.Severity)
		}
		s.Waived = len(r.Waived)
		checked := r.Summary.Checked
		r.Summary.Checked = 0
		if r.Summary != s || checked == 0 {
			t.Errorf("the summary is %+v, the lists have %+v", r.Summary, s)
		}
		return s
	},
	"junit": func(t *testing.T, text string) (s finding.Summary) {
		var r struct {
			Tests     int `xml:"tests,attr"`
			Failures  int `xml:"failures,attr"`
			Skipped   int `xml:"skipped,attr"`
			TestSuite struct {
				TestCase []struct {
					Failure *struct{} `xml:"failure"`
					Skipped *struct{} `xml:"skipped"`
					Output  string    `xml:"system-out"`
				} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		decodeXML(t, text, &r)
		for i, c := range r.TestSuite.TestCase {
			severity, _, _ := strings.Cut(c.Output, ":")
			switch {
			case c.Failure != nil:
				s.Errors++
			case c.Skipped != nil:
				s.Waived++
			case i > 0:
				count(&s, severity)
			}
		}
		if r.Tests != len(r.TestSuite.TestCase) || r.Failures != s.Errors || r.Skipped != s.Waived {
			t.Errorf("the attributes say %d tests, %d failures, %d skipped", r.Tests, r.Failures, r.Skipped)
		}
		return s
	},
	"markdown": func(_ *testing.T, text string) (s finding.Summary) {
		table, waived, _ := strings.Cut(text, "<details>")
		for line := range strings.Lines(table) {
			if m := regexp.MustCompile(`^\| \S+ (error|warning|info) \| .* \| .* \|\n$`).FindStringSubmatch(line); m != nil {
				count(&s, m[1])
			}
		}
		s.Waived = max(strings.Count(waived, "\n| ")-1, 0)
		return s
	},
	"sarif": func(t *testing.T, text string) (s finding.Summary) {
		var log struct {
			Runs []struct {
				Tool struct {
					Driver struct{ Rules []struct{ ID string } }
				}
				Results []struct {
					RuleID       string
					RuleIndex    int
					Level        string
					Suppressions []struct{ Kind string }
				}
			}
		}
		decodeJSON(t, text, &log)
		for _, r := range log.Runs[0].Results {
			if log.Runs[0].Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
				t.Errorf("the rule %d is not %s", r.RuleIndex, r.RuleID)
			}
			if len(r.Suppressions) > 0 {
				s.Waived++
			} else {
				count(&s, map[string]string{"error": "error", "warning": "warning", "note": "info"}[r.Level])
			}
		}
		return s
	},
	"tap": func(t *testing.T, text string) (s finding.Summary) {
		points := 0
		point := regexp.MustCompile(`^(not )?ok (\d+) - `)
		for line := range strings.Lines(text) {
			m := point.FindStringSubmatch(line)
			if m != nil {
				points++
				if m[2] != fmt.Sprint(points) {
					t.Errorf("point %d is called %s", points, m[2])
				}
			}
			switch {
			case m != nil && strings.Contains(strings.ReplaceAll(line, `\#`, ""), " # SKIP "):
				s.Waived++
			case strings.HasPrefix(line, "  severity: "):
				severity := strings.Trim(strings.TrimPrefix(line, "  severity: "), "\"\n")
				count(&s, severity)
			}
		}
		if !strings.HasPrefix(text, fmt.Sprintf("TAP version 14\n1..%d\n", points)) {
			t.Errorf("the plan is not that of %d points", points)
		}
		if failed := strings.Count(text, "\nnot ok "); failed != s.Errors {
			t.Errorf("%d points are not ok, but there are %d errors", failed, s.Errors)
		}
		return s
	},
	"text": func(_ *testing.T, text string) (s finding.Summary) {
		for line := range strings.Lines(text) {
			word, _, _ := strings.Cut(line, ": ")
			if word == "waived" {
				s.Waived++
			} else {
				count(&s, word)
			}
		}
		return s
	},
}

func count(s *finding.Summary, severity string) {
	switch severity {
	case "error":
		s.Errors++
	case "warning":
		s.Warnings++
	case "info":
		s.Infos++
	}
}

func decodeXML(t *testing.T, text string, into any) {
	t.Helper()
	if err := xml.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

func decodeJSON(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

// checkCounts compares what a reader of each format counts with the summary.
func checkCounts(t *testing.T, run func() *report.Run) {
	t.Helper()
	for _, name := range report.Names() {
		counter := counters[name]
		if counter == nil {
			t.Errorf("nobody counts what %s lists", name)
			continue
		}
		want := run().Report.Summary()
		want.Checked = 0
		if name == "gitlab" || name == "checkstyle" {
			want.Waived = 0
		}
		text := write(t, name, run())
		if diff := cmp.Diff(want, counter(t, text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%s", name, diff, text)
		}
	}
}

func TestCountsAgree(t *testing.T) {
	t.Parallel()
	for name, run := range runs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkCounts(t, run)
		})
	}
}

// Whatever a manifest says, it adds no finding and takes none away.
func FuzzCounts(f *testing.F) {
	f.Add("hostPath /x", "spec.volumes[a]", "a.yaml", "help")
	f.Add("a\n::error::b\n", "x|y\n| z", "-->\n", "]]></failure><failure/>")
	f.Add("\x1b]0;x\a", "\u2028not ok 7", "# SKIP", "\r\nerror: no")
	f.Add("...\n  severity: \"error\"", "`", "%0A", "<details>")
	f.Fuzz(func(t *testing.T, message, path, file, help string) {
		checkCounts(t, func() *report.Run {
			at := []provenance.Origin{{Layer: message, Pos: provenance.Position{Filename: file, Line: 1, Column: 1}}}
			var l finding.List
			for _, s := range []finding.Severity{finding.Error, finding.Warning, finding.Warning, finding.Info} {
				l = append(l, finding.Finding{
					ID: "cue", Severity: s, Object: finding.Object{Kind: "Pod", Name: file, Package: help},
					Path: provenance.Path(path), Message: message, Detail: help, Help: help, Origins: at,
				})
			}
			return &report.Run{
				Report: &finding.Report{Findings: l, Checked: 1, Waived: []finding.Waived{{Finding: l[0], Reason: message, Owner: path}}},
				Source: func(string) []byte { return []byte(message) },
			}
		})
	})
}
