package policies_test

import (
	"os"
	"testing"

	"github.com/podcue/podcue/policies"
)

// benchmarkSubject is a GPU task with a native sidecar, as a template author
// would write it, and nothing to find in it by default.
func benchmarkSubject(b *testing.B) *policies.Subject {
	b.Helper()
	data, err := os.ReadFile("testdata/bench/pod.yaml")
	if err != nil {
		b.Fatal(err)
	}
	s, _ := workload(b, data)
	return s
}

func benchmarkCheck(b *testing.B, sel *policies.Selection) {
	s := benchmarkSubject(b)
	set, err := policies.Select(sel)
	if err != nil {
		b.Fatal(err)
	}
	if found := policies.Check(s, set); len(found) > 0 {
		b.Fatalf("found %v", found)
	}
	b.ReportAllocs()
	for b.Loop() {
		policies.Check(s, set)
	}
}

// All policies that are on by default, on one pod.
func BenchmarkDefaults(b *testing.B) { benchmarkCheck(b, nil) }

// What a run costs before the first pod.
func BenchmarkSelect(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := policies.Select(nil); err != nil {
			b.Fatal(err)
		}
	}
}

// All default policies on every object of the corpus, findings and all.
func BenchmarkCorpus(b *testing.B) {
	set, err := policies.Select(nil)
	if err != nil {
		b.Fatal(err)
	}
	cases, files := corpus(b)
	var subjects []*policies.Subject
	for _, c := range cases {
		s, _ := workload(b, files[c.File])
		subjects = append(subjects, s)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range subjects {
			policies.Check(s, set)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(subjects)), "ns/pod")
}
