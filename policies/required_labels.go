package policies

import (
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type requiredLabelsParams struct {
	Require     map[string]string `json:"require" doc:"labels that pods must have, with the value that they must match; a * in it stands for any text, and an empty one for any value"`
	Annotations map[string]string `json:"annotations" doc:"the same for annotations"`
}

func (p *requiredLabelsParams) idle() string {
	if len(p.Require) == 0 && len(p.Annotations) == 0 {
		return "set require or annotations"
	}
	return ""
}

// RequiredLabels requires labels and annotations.
var RequiredLabels = &Policy{
	ID: "required-labels",
	Doc: `Label or annotation missing

Nobody knows whose pod it is: it cannot be billed, and nobody is called when it fails.`,
	Help:          "set the label or annotation, with a value that matches",
	Bad:           `podSpec: containers: []`,
	Good:          `labels: team: "vision"`,
	ExampleParams: `{"require": {"team": ""}}`,
	Group:         "metadata",
	Severity:      finding.Error,
	Stage:         Final,
	Params:        &requiredLabelsParams{},
	Check: func(p *Pass) {
		params := ParamsOf[requiredLabelsParams](p)
		checkRequired(p, "label", "metadata.labels", params.Require, p.Pod.Labels)
		checkRequired(p, "annotation", "metadata.annotations", params.Annotations, p.Pod.Annotations)
	},
}

func checkRequired(p *Pass, what string, at provenance.Path, require, have map[string]string) {
	for _, key := range sortedKeys(require) {
		value, ok := have[key]
		switch {
		case !ok:
			p.Report(at.Key(key), "%s %s is missing", what, key)
		case require[key] != "" && !glob(require[key], value):
			p.Report(at.Key(key), "%s %s is %q, and must match %q", what, key, value, require[key])
		}
	}
}

// glob reports whether s matches pattern, in which * stands for any text.
func glob(pattern, s string) bool {
	star, retry := -1, 0
	i, j := 0, 0
	for i < len(s) {
		switch {
		case j < len(pattern) && pattern[j] == '*':
			star, retry = j, i
			j++
		case j < len(pattern) && pattern[j] == s[i]:
			i++
			j++
		case star >= 0:
			retry++
			i, j = retry, star+1
		default:
			return false
		}
	}
	return strings.Trim(pattern[j:], "*") == ""
}
