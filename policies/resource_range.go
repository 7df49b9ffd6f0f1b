package policies

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type resourceRangeParams struct {
	Min map[string]resource.Quantity `json:"min" doc:"the lowest quantity, by resource"`
	Max map[string]resource.Quantity `json:"max" doc:"the highest quantity, by resource"`
}

// ResourceRange forbids quantities that cannot be meant.
var ResourceRange = &Policy{
	ID: "resource-range",
	Doc: `Quantity out of range or unit slip

The API server takes memory: "4" as four bytes, "400m" as less than one, and cpu: "4Gi" as four billion CPUs: the container cannot start, or no node is large enough.

Bounds of one's own are set in the parameters; a quantity outside of them is a warning.`,
	Help:     "write the unit that is meant: memory in Mi or Gi, CPU in whole CPUs or m",
	Bad:      `podSpec: containers: [{name: "helper", resources: requests: {cpu: "1", memory: "512m"}}]`,
	Good:     `podSpec: containers: [{name: "helper", resources: requests: {cpu: "1", memory: "512Mi"}}]`,
	Group:    "resources",
	Severity: finding.Error,
	Default:  true,
	Params:   &resourceRangeParams{},
	Check: func(p *Pass) {
		for r := range requirements(&p.Pod.Spec) {
			checkQuantities(p, r, r.Requests, "requests")
			checkQuantities(p, r, r.Limits, "limits")
		}
	},
}

func checkQuantities(p *Pass, r requirement, list corev1.ResourceList, field string) {
	params := ParamsOf[resourceRangeParams](p)
	for _, name := range resourceNames(list) {
		q := list[name]
		at := func() provenance.Path { return r.path().Child(field).Key(string(name)) }
		if slip := unitSlip(name, q); slip != "" {
			p.Report(at(), "%s of %s: %s %s", field, r, name, slip)
			continue
		}
		if lowest, ok := params.Min[string(name)]; ok && q.Cmp(lowest) < 0 {
			p.ReportAs(finding.Warning, at(), "%s of %s: %s %s is below %s", field, r, name, q.String(), lowest.String())
		}
		if highest, ok := params.Max[string(name)]; ok && q.Cmp(highest) > 0 {
			p.ReportAs(finding.Warning, at(), "%s of %s: %s %s is above %s", field, r, name, q.String(), highest.String())
		}
	}
}

var (
	oneMebibyte   = resource.MustParse("1Mi")
	thousandCores = resource.MustParse("1000")
)

// unitSlip says what a quantity means if nobody can have meant it.
func unitSlip(name corev1.ResourceName, q resource.Quantity) string {
	switch name {
	case corev1.ResourceMemory, corev1.ResourceEphemeralStorage:
		if !q.IsZero() && q.Sign() > 0 && q.Cmp(oneMebibyte) < 0 {
			return q.String() + " is less than one mebibyte"
		}
	case corev1.ResourceCPU:
		if q.Cmp(thousandCores) >= 0 {
			return q.String() + " is a thousand CPUs or more"
		}
	}
	return ""
}
