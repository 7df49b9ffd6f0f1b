package report

import (
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

var sarif = Format{
	Name:  "sarif",
	Doc:   "SARIF 2.1.0, for code scanning: all rules, and waived findings as suppressed ones",
	Write: writeSARIF,
}

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	sarifHome   = "https://github.com/podcue/podcue"
	// sarifRoot says that a URI is relative to the root of the sources.
	sarifRoot = "%SRCROOT%"
	// sarifFingerprint names how fingerprints are made; another way needs another
	// name, or every known finding would be a new one.
	sarifFingerprint = "podcue/v1"
)

// maxDescription keeps descriptions below the 1024 characters that code scanning
// takes. The help has the whole text.
const maxDescription = 1000

// sarifLevels are the levels of the severities.
var sarifLevels = map[finding.Severity]string{finding.Error: "error", finding.Warning: "warning", finding.Info: "note"}

func writeSARIF(w io.Writer, r *Run) error {
	s := &sarifWriter{run: r, sources: r.sources(), index: map[string]int{}}
	rules := s.rules()
	results := []sarifResult{}
	found, waived := r.findings(), r.waived()
	all := slices.Clone(found)
	for _, w := range waived {
		all = append(all, w.Finding)
	}
	baseline := slices.ContainsFunc(waived, func(w finding.Waived) bool { return w.By == "baseline" })
	for i, print := range fingerprints(all) {
		if _, err := all[i].Severity.MarshalText(); err != nil {
			return err
		}
		result := s.result(all[i], print)
		if baseline {
			result.Baseline = "new"
		}
		if i >= len(found) {
			if waived[i-len(found)].By == "baseline" {
				result.Baseline = "unchanged"
			}
			result.Suppressions = []sarifSuppression{{Kind: "external", Status: "accepted", Justification: because(waived[i-len(found)])}}
		}
		results = append(results, result)
	}
	return encodeJSON(w, sarifLog{
		Schema: sarifSchema, Version: "2.1.0",
		Runs: []sarifRun{{
			Tool:       sarifTool{sarifDriver{Name: "podcue", Version: r.Version, InformationURI: sarifHome, Rules: rules}},
			ColumnKind: "unicodeCodePoints", Results: results,
		}},
	})
}

type sarifWriter struct {
	run     *Run
	sources *sources
	index   map[string]int // of the rules, by id
}

// rules returns the rules of the run, and those that only a finding knows of,
// sorted by id. That rules without findings are listed is what closes an alert
// which is mended.
func (s *sarifWriter) rules() []sarifRule {
	byID := map[string]Rule{}
	note := func(f finding.Finding) {
		if _, ok := byID[f.ID]; !ok {
			byID[f.ID] = Rule{ID: f.ID, Severity: f.Severity}
		}
	}
	for _, r := range s.run.Rules {
		byID[r.ID] = r
	}
	for _, f := range s.run.findings() {
		note(f)
	}
	for _, w := range s.run.waived() {
		note(w.Finding)
	}
	rules := []sarifRule{}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		s.index[id] = len(rules)
		rules = append(rules, newSARIFRule(byID[id]))
	}
	return rules
}

func newSARIFRule(r Rule) sarifRule {
	rule := sarifRule{ID: r.ID, Configuration: sarifConfiguration{Level: sarifLevels[r.Severity]}}
	if rule.Configuration.Level == "" {
		rule.Configuration.Level = "warning" // SARIF's own default
	}
	if r.Title != "" {
		rule.Short = &sarifMessage{Text: oneLine(r.Title)}
	}
	if first, _, _ := strings.Cut(r.Doc, "\n\n"); first != "" {
		if len(first) > maxDescription {
			first = strings.ToValidUTF8(first[:maxDescription], "") + "…"
		}
		rule.Full = &sarifMessage{Text: first}
	}
	if help := ruleHelp(r); help != "" {
		rule.Help = &sarifMessage{Text: help}
	}
	if tags := slices.Clone(r.Tags); len(tags) > 0 {
		rule.Properties = &sarifRuleProperties{}
		if slices.ContainsFunc(tags, isSecurity) {
			tags = append(tags, "security") // without this tag the score does not count
			rule.Properties.SecuritySeverity = securitySeverities[r.Severity]
		}
		slices.Sort(tags)
		rule.Properties.Tags = slices.Compact(tags)
	}
	return rule
}

// ruleHelp is all that there is to say about r.
func ruleHelp(r Rule) string {
	if r.Help == "" {
		return r.Doc
	}
	return strings.TrimPrefix(r.Doc+"\n\nTo mend it: "+r.Help, "\n\n")
}

// securitySeverities are scores in the middle of what code scanning calls high,
// medium and low.
var securitySeverities = map[finding.Severity]string{finding.Error: "8.0", finding.Warning: "5.5", finding.Info: "2.0"}

// isSecurity reports whether a rule with the tag is about security: a group of
// policies, or a framework.
func isSecurity(tag string) bool {
	return slices.Contains([]string{"hostpath", "host", "securityContext", "identity", "mitre", "nsa"}, tag) || strings.HasPrefix(tag, "cis-")
}

func (s *sarifWriter) result(f finding.Finding, print string) sarifResult {
	result := sarifResult{
		RuleID: f.ID, RuleIndex: s.index[f.ID], Level: sarifLevels[f.Severity],
		Message:      sarifMessage{Text: sarifText(f)},
		Locations:    []sarifLocation{s.location(place(f))},
		Fingerprints: map[string]string{sarifFingerprint: print},
	}
	if about := where(f); about != "" {
		result.Locations[0].Logical = []sarifLogical{{Name: subject(f.Object), FullName: about, Kind: "object"}}
	}
	for i, o := range others(f) {
		l := s.location(o.Pos)
		l.ID = i + 1
		l.Message = &sarifMessage{Text: "also set here, layer " + oneLine(o.Layer)}
		result.Related = append(result.Related, l)
	}
	if f.PSS != nil {
		result.Properties = &sarifResultProperties{PSS: f.PSS}
	}
	return result
}

// sarifText is the message of f, and what a reader needs who sees nothing else.
func sarifText(f finding.Finding) string {
	text := oneLine(f.Message)
	if f.Detail != "" {
		text += "\n" + oneLine(f.Detail)
	}
	if f.Help != "" {
		text += "\nhelp: " + oneLine(f.Help)
	}
	return text
}

// location has a region always: without one, code scanning refuses the whole
// file.
func (s *sarifWriter) location(p provenance.Position) sarifLocation {
	artifact := sarifArtifact{URI: (&url.URL{Path: p.Filename}).String(), BaseID: sarifRoot}
	if strings.HasPrefix(p.Filename, "/") {
		artifact = sarifArtifact{URI: (&url.URL{Scheme: "file", Path: p.Filename}).String()}
	}
	region := sarifRegion{StartLine: max(p.Line, 1), StartColumn: s.sources.column(p)}
	return sarifLocation{Physical: sarifPhysical{artifact, region}}
}
