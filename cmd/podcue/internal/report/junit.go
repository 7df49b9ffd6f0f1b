package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/podcue/podcue/finding"
)

var junit = Format{
	Name:  "junit",
	Doc:   "JUnit's XML, for the test tab of a CI: errors are failures, waived findings are skipped",
	Write: writeJUnit,
}

type junitReport struct {
	XMLName  xml.Name   `xml:"testsuites"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Skipped  int        `xml:"skipped,attr"`
	Suite    junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value int    `xml:"value,attr"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitFailure `xml:"failure"`
	Skipped *junitSkipped `xml:"skipped"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

// writeJUnit makes a test case of every finding. One more stands for the run, so
// that a clean one is not an empty file, which CIs take for a mistake.
func writeJUnit(w io.Writer, r *Run) error {
	s := r.Report.Summary()
	suite := junitSuite{
		Name:     "podcue",
		Failures: s.Errors, Skipped: s.Waived,
		Properties: []junitProperty{
			{"checked", s.Checked}, {"errors", s.Errors}, {"warnings", s.Warnings}, {"infos", s.Infos}, {"waived", s.Waived},
		},
		Cases: []junitCase{{Class: "podcue", Name: summaryLine(s)}},
	}
	for _, f := range r.findings() {
		severity, err := f.Severity.MarshalText()
		if err != nil {
			return err
		}
		c := newJUnitCase(f)
		if f.Severity == finding.Error {
			c.Failure = &junitFailure{Message: oneLine(f.Message), Type: f.ID, Text: plainText(f)}
		} else {
			c.Output = string(severity) + ": " + plainText(f)
		}
		suite.Cases = append(suite.Cases, c)
	}
	for _, w := range r.waived() {
		c := newJUnitCase(w.Finding)
		c.Skipped = &junitSkipped{Message: because(w)}
		suite.Cases = append(suite.Cases, c)
	}
	suite.Tests = len(suite.Cases)
	return encodeXML(w, junitReport{Name: suite.Name, Tests: suite.Tests, Failures: suite.Failures, Skipped: suite.Skipped, Suite: suite})
}

func newJUnitCase(f finding.Finding) junitCase {
	p := f.Position()
	class := subject(f.Object)
	if class == "" {
		class = "podcue"
	}
	name := oneLine(f.ID)
	if f.Path != "" {
		name += " " + oneLine(string(f.Path))
	}
	return junitCase{Class: class, Name: name, File: p.Filename, Line: p.Line}
}

// plainText tells f on a few lines: for readers that show text as it is.
func plainText(f finding.Finding) string {
	lines := []string{oneLine(f.Message)}
	if p := f.Position(); p.IsValid() {
		lines = append(lines, oneLine(fmt.Sprintf("at %s", p)))
	}
	for _, o := range others(f) {
		lines = append(lines, oneLine(fmt.Sprintf("also %s (%s)", o.Pos, o.Layer)))
	}
	if f.Detail != "" {
		lines = append(lines, oneLine(f.Detail))
	}
	if f.Help != "" {
		lines = append(lines, "help: "+oneLine(f.Help))
	}
	return strings.Join(lines, "\n")
}
