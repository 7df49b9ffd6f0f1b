package flyte_test

import (
	"fmt"
	"testing"

	"github.com/podcue/podcue/merge/flyte"
)

// What looking for hazards costs beside building the Pod: see
// BenchmarkBuildMedium.
func BenchmarkHazardsMedium(b *testing.B) {
	for _, p := range flyte.Profiles() {
		for _, provenance := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/provenance=%v", p.Name, provenance), func(b *testing.B) {
				in := mediumInput()
				if provenance {
					in.Sources = &flyte.Sources{}
				}
				out, err := p.Build(in)
				if err != nil {
					b.Fatal(err)
				}
				found := p.Hazards(in, out)
				b.ReportAllocs()
				for b.Loop() {
					p.Hazards(in, out)
				}
				b.ReportMetric(float64(len(found)), "findings")
			})
		}
	}
}
