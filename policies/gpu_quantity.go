package policies

import (
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// GPUQuantity forbids quantities of devices that cannot be had.
var GPUQuantity = &Policy{
	ID: "gpu-quantity",
	Doc: `GPU quantity invalid

The API server refuses a pod that asks for a part of a GPU, or of any other extended resource, whose request and limit differ, or that has a request without a limit.`,
	Help:     "set the limit alone, to a whole number",
	Bad:      `podSpec: containers: [{name: "primary", resources: requests: "nvidia.com/gpu": "1"}]`,
	Good:     `podSpec: containers: [{name: "primary", resources: limits: "nvidia.com/gpu": "1"}]`,
	Group:    "ml",
	Severity: finding.Error,
	Default:  true,
	Stage:    Final,
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			for _, name := range extendedNames(&c.Resources) {
				limit, limited := c.Resources.Limits[name]
				asked, requested := c.Resources.Requests[name]
				at := func(list string) provenance.Path { return c.Path().Child("resources").Child(list).Key(string(name)) }
				switch {
				case limited && limit.MilliValue()%1000 != 0:
					p.Report(at("limits"), "%s asks for %s of %s, which is not a whole number", c, limit.String(), name)
				case requested && asked.MilliValue()%1000 != 0:
					p.Report(at("requests"), "%s asks for %s of %s, which is not a whole number", c, asked.String(), name)
				case requested && !limited:
					p.Report(at("requests"), "%s requests %s without a limit", c, name)
				case requested && asked.Cmp(limit) != 0:
					p.Report(at("requests"), "%s requests %s of %s, and its limit is %s", c, asked.String(), name, limit.String())
				}
			}
		}
	},
}
