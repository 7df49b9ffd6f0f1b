package policies

import (
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type envReservedParams struct {
	Deny []string `json:"deny" doc:"variables that are not the author's to set; one that ends with * stands for all that start so"`
}

// EnvReserved reports variables that belong to the platform.
var EnvReserved = &Policy{
	ID: "env-reserved",
	Doc: `Reserved environment variable overridden

Flyte, Kubernetes or the GPU runtime set the variable themselves: either theirs wins and the author's is lost, or the task works with wrong facts. NVIDIA_VISIBLE_DEVICES gives a container GPUs that it did not ask for.

In a final Pod, the variables that Flyte itself sets are not reported.`,
	Help:     "remove the variable, or give it another name",
	Bad:      `podSpec: containers: [{name: "primary", env: [{name: "NVIDIA_VISIBLE_DEVICES", value: "all"}]}]`,
	Good:     `podSpec: containers: [{name: "primary", env: [{name: "NCCL_DEBUG", value: "INFO"}]}]`,
	Group:    "env",
	Severity: finding.Warning,
	Default:  true,
	Params: &envReservedParams{Deny: []string{
		"FLYTE_*", "KUBERNETES_*", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "ACTION_NAME", "RUN_NAME", "_U_*",
	}},
	Check: func(p *Pass) {
		deny := ParamsOf[envReservedParams](p).Deny
		for c := range Containers(&p.Pod.Spec) {
			for i := range c.Env {
				if matchesAny(c.Env[i].Name, deny) && !byPlatform(p, c.envPath(i).Child("name")) {
					p.Report(c.envPath(i), "variable %s of %s is reserved", c.Env[i].Name, c)
				}
			}
		}
	},
}

// byPlatform reports whether Flyte put the value at path into a final Pod. Where
// nothing says who did, it may have been Flyte.
func byPlatform(p *Pass, path provenance.Path) bool {
	if p.Subject.Object.Stage != finding.StageFinal {
		return false
	}
	origin := provenance.Origin{Layer: provenance.LayerFlyte}
	if origins := p.run.fields().Deciding(join(p.Subject.Root, path)); len(origins) > 0 {
		origin = origins[0]
	}
	return origin.Layer == provenance.LayerFlyte || origin.Layer == provenance.LayerExecution
}
