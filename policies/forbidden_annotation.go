package policies

import (
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type forbiddenAnnotationParams struct {
	Deny map[string]string `json:"deny" doc:"labels and annotations that pods may not have, with the values that are meant; keys and values may have a * for any text, and an empty value means any"`
}

func (p *forbiddenAnnotationParams) idle() string {
	if len(p.Deny) == 0 {
		return "set deny"
	}
	return ""
}

// ForbiddenAnnotation forbids labels and annotations.
var ForbiddenAnnotation = &Policy{
	ID: "forbidden-annotation",
	Doc: `Forbidden label or annotation

Controllers of the cluster act on the label or annotation, and it is not for this pod's author to make them.`,
	Help:          "remove it",
	Bad:           `annotations: "sidecar.istio.io/inject": "false"`,
	Good:          `annotations: "example.com/note": "x"`,
	ExampleParams: `{"deny": {"sidecar.istio.io/*": ""}}`,
	Group:         "metadata",
	Severity:      finding.Error,
	Params:        &forbiddenAnnotationParams{},
	Check: func(p *Pass) {
		deny := ParamsOf[forbiddenAnnotationParams](p).Deny
		checkForbidden(p, "annotation", "metadata.annotations", deny, p.Pod.Annotations)
		checkForbidden(p, "label", "metadata.labels", deny, p.Pod.Labels)
	},
}

func checkForbidden(p *Pass, what string, at provenance.Path, deny, have map[string]string) {
	for _, key := range sortedKeys(have) {
		for _, pattern := range sortedKeys(deny) {
			if glob(pattern, key) && (deny[pattern] == "" || glob(deny[pattern], have[key])) {
				p.Report(at.Key(key), "%s %s: %s is forbidden", what, key, have[key])
				break
			}
		}
	}
}
