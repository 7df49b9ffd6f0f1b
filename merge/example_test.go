package merge_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/merge"
	"github.com/podcue/podcue/provenance"
)

// A base template uses the host's network, and the template above it says
// hostNetwork: false. What becomes of it depends on the strategy.
func ExampleMerge() {
	base := merge.Layer{
		Name: provenance.LayerBase,
		Pod:  &corev1.PodTemplateSpec{Spec: corev1.PodSpec{HostNetwork: true}},
		Fields: provenance.Map{
			"spec.hostNetwork": {{Layer: provenance.LayerBase, Pos: provenance.Position{Filename: "base.yaml", Line: 9}}},
		},
	}
	template := merge.Layer{
		Name: provenance.LayerTemplate,
		Pod:  &corev1.PodTemplateSpec{}, // in Go, false is as good as nothing …
		Fields: provenance.Map{ // … but the author wrote it
			"spec.hostNetwork": {{Layer: provenance.LayerTemplate, Pos: provenance.Position{Filename: "gpu.cue", Line: 4}}},
		},
	}
	for _, s := range merge.Strategies() {
		r, err := merge.Merge(merge.Options{Strategy: s, Provenance: true}, base, template)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: hostNetwork is %t\n", s.Name, r.Pod.Spec.HostNetwork)
		for _, o := range r.Fields["spec.hostNetwork"] {
			fmt.Printf("  %s from %s %q\n", o.Value, o.Pos, o.Rule)
		}
	}
	// Output:
	// append: hostNetwork is true
	//   false from gpu.cue:4 "false-cannot-override"
	//   true from base.yaml:9 ""
	// strategic: hostNetwork is false
	//   true from base.yaml:9 ""
	//   false from gpu.cue:4 "override"
}
