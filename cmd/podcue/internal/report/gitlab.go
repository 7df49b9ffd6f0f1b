package report

import (
	"io"

	"github.com/podcue/podcue/finding"
)

var gitlab = Format{
	Name:  "gitlab",
	Doc:   "GitLab code quality, for the widget of a merge request; waived findings are left out",
	Write: writeGitlab,
}

// gitlabSeverities are the names that GitLab has; it has no "error".
var gitlabSeverities = map[finding.Severity]string{finding.Error: "critical", finding.Warning: "minor", finding.Info: "info"}

type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
}

func writeGitlab(w io.Writer, r *Run) error {
	all := r.findings()
	prints := fingerprints(all)
	issues := []gitlabIssue{}
	for i, f := range all {
		if _, err := f.Severity.MarshalText(); err != nil {
			return err
		}
		p := place(f)
		issues = append(issues, gitlabIssue{
			Description: longMessage(f), CheckName: f.ID, Fingerprint: prints[i], Severity: gitlabSeverities[f.Severity],
			Location: gitlabLocation{p.Filename, gitlabLines{p.Line}},
		})
	}
	return encodeJSON(w, issues)
}

// longMessage is the message of f with what it is about and the help, for readers
// that show one text only.
func longMessage(f finding.Finding) string {
	s := oneLine(f.Message)
	if about := where(f); about != "" {
		s = about + ": " + s
	}
	if f.Help != "" {
		s += "; help: " + oneLine(f.Help)
	}
	return s
}
