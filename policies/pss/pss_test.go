package pss_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/policies/pss"
)

// A fixture is one pod of the tests of k8s.io/pod-security-admission v0.37.2
// (test/testdata), with the levels and minors at which it passes or fails. Their
// licence stands beside the data.
type fixture struct {
	Check  string           `json:"check"`
	Expect string           `json:"expect"`
	Minors map[string][]int `json:"minors"`
	Object corev1.Pod       `json:"object"`
}

func (f *fixture) template() *corev1.PodTemplateSpec {
	return &corev1.PodTemplateSpec{ObjectMeta: f.Object.ObjectMeta, Spec: f.Object.Spec}
}

func fixtures(t testing.TB) []*fixture {
	t.Helper()
	data, err := os.ReadFile("testdata/fixtures.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var all []*fixture
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		f := &fixture{}
		if err := json.Unmarshal(lines.Bytes(), f); err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	if lines.Err() != nil || len(all) == 0 {
		t.Fatalf("%d fixtures, %v", len(all), lines.Err())
	}
	return all
}

// controlNames maps the name of a family of fixtures to the control that it is
// about, as far as it is not the control's own name in lower case.
func controlNames() map[string]string {
	names := map[string]string{}
	for _, c := range policy.DefaultChecks() {
		names[strings.ToLower(string(c.ID))] = string(c.ID)
	}
	return names
}

// only returns the set of policies that has nothing in it but the standard.
func only(t testing.TB, std *policies.Standard) *policies.Set {
	t.Helper()
	config := map[string]any{}
	set, err := policies.Select(&policies.Selection{Standard: std})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range set.Policies() {
		if len(p.Controls) == 0 {
			config[p.ID] = map[string]bool{"enabled": false}
		}
	}
	data, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	set, err = policies.Select(&policies.Selection{Standard: std, Config: data})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func check(set *policies.Set, pod *corev1.PodTemplateSpec) finding.List {
	s := &policies.Subject{Object: finding.Object{Kind: "Pod", Name: "p", Stage: finding.StageManifest}, Pod: pod}
	var asked finding.List
	for _, f := range policies.Check(s, set) {
		if f.PSS != nil {
			asked = append(asked, f)
		}
	}
	return asked
}

// Every fixture of every version and both levels has upstream's verdict, and a
// failing one fails for the control that it is about.
func TestFixtures(t *testing.T) {
	t.Parallel()
	sets := map[string]*policies.Set{}
	all, names, n := fixtures(t), controlNames(), 0
	for _, f := range all {
		for level, minors := range f.Minors {
			for _, minor := range minors {
				spec := level + ":1." + strconv.Itoa(minor)
				if sets[spec] == nil {
					std, err := pss.Parse(spec)
					if err != nil {
						t.Fatal(err)
					}
					sets[spec] = only(t, std)
				}
				found := check(sets[spec], f.template())
				n++
				if f.Expect == "pass" {
					if len(found) > 0 {
						t.Errorf("%s at %s must pass: %v", f.Object.Name, spec, found)
					}
					continue
				}
				if !slices.ContainsFunc(found, func(g finding.Finding) bool { return sameControl(g.PSS.Control, names[f.Check]) }) {
					t.Errorf("%s at %s must fail %s: %v", f.Object.Name, spec, names[f.Check], found)
				}
			}
		}
	}
	if n < 4500 {
		t.Errorf("only %d fixtures were checked", n)
	}
}

// sameControl reports whether got stands for want: the restricted form of
// procMount goes before the baseline form at the same field.
func sameControl(got, want string) bool {
	return got == want || want == "procMount" && got == "procMount_restricted"
}

// Every control has its policies, and every policy that names a control names
// one that there is.
func TestControls(t *testing.T) {
	t.Parallel()
	known, baseline := map[string]bool{}, map[string]bool{}
	for _, c := range policy.DefaultChecks() {
		known[string(c.ID)], baseline[string(c.ID)] = true, c.Level == api.LevelBaseline
	}
	for _, c := range policy.DefaultChecks() {
		found := false
		for _, p := range policies.All() {
			if !slices.Contains(p.Controls, string(c.ID)) {
				continue
			}
			found = true
			isBaseline := slices.ContainsFunc(p.Controls, func(id string) bool { return baseline[id] })
			if !slices.Contains(p.Profiles, policies.PSSRestricted) || isBaseline != slices.Contains(p.Profiles, policies.PSSBaseline) {
				t.Errorf("%s: control %s is of level %s, and the profiles are %v", p.ID, c.ID, c.Level, p.Profiles)
			}
		}
		if !found {
			t.Errorf("no policy knows control %s", c.ID)
		}
	}
	for _, p := range policies.All() {
		for _, c := range p.Controls {
			if !known[c] {
				t.Errorf("%s: there is no control %s", p.ID, c)
			}
		}
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]string{
		"baseline": "baseline 1.37", "restricted:latest": "restricted 1.37", "restricted:1.36": "restricted 1.36",
		"restricted:v1.0": "restricted 1.0",
	} {
		std, err := pss.Parse(spec)
		if err != nil {
			t.Fatal(err)
		}
		if got := std.Level + " " + std.Version; got != want {
			t.Errorf("%s is %s, want %s", spec, got, want)
		}
	}
	for spec, want := range map[string]string{
		"":                `unknown pod security level ""; there are baseline and restricted`,
		"restrictd":       `unknown pod security level "restrictd"; did you mean restricted?; there are baseline and restricted`,
		"baseline:1.38":   `unknown pod security version "1.38"; there are 1.0 to 1.37, and latest`,
		"baseline:2.0":    `unknown pod security version "2.0"; there are 1.0 to 1.37, and latest`,
		"baseline:1.+3":   `unknown pod security version "1.+3"; there are 1.0 to 1.37, and latest`,
		"baseline:newest": `unknown pod security version "newest"; there are 1.0 to 1.37, and latest`,
	} {
		if _, err := pss.Parse(spec); err == nil || err.Error() != want {
			t.Errorf("%s: the error is %v, want %s", spec, err, want)
		}
	}
}

// What a built-in policy and the standard both see is one finding; parameters
// weaken the policy, not the standard; disabling and severities hold for both.
func TestOneFinding(t *testing.T) {
	t.Parallel()
	pod := &corev1.PodTemplateSpec{Spec: corev1.PodSpec{
		Containers: []corev1.Container{{Name: "main", SecurityContext: &corev1.SecurityContext{Privileged: new(true)}}},
		Volumes:    []corev1.Volume{{Name: "h", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/data"}}}},
	}}
	std, err := pss.Parse("baseline:1.36")
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name string
		sel  policies.Selection
		want []string
	}{
		{"both", policies.Selection{}, []string{
			"error hostpath spec.volumes[h].hostPath baseline 1.36 hostPathVolumes",
			"error privileged spec.containers[main].securityContext.privileged baseline 1.36 privileged",
		}},
		{"parameters", policies.Selection{Config: []byte(`{"privileged": {"params": {"exceptContainers": ["main"]}}, "hostpath-allowed": {"params": {"allow": [{"prefix": "/data"}]}}}`)}, []string{
			"error hostpath spec.volumes[h].hostPath baseline 1.36 hostPathVolumes",
			"error privileged spec.containers[main].securityContext.privileged baseline 1.36 privileged",
		}},
		{"disabled", policies.Selection{Disable: []string{"hostpath"}, Config: []byte(`{"privileged": {"enabled": false}}`)}, nil},
		{"severity", policies.Selection{Disable: []string{"hostpath"}, Config: []byte(`{"privileged": {"severity": "info"}}`)}, []string{
			"info privileged spec.containers[main].securityContext.privileged baseline 1.36 privileged",
		}},
	}
	for _, c := range cases {
		c.sel.Standard = std
		set, err := policies.Select(&c.sel)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range check(set, pod) {
			got = append(got, f.Severity.String()+" "+f.ID+" "+string(f.Path)+" "+f.PSS.Level+" "+f.PSS.Version+" "+f.PSS.Control)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// What no policy knows is still refused.
func TestUnknownControl(t *testing.T) {
	t.Parallel()
	std := &policies.Standard{Level: "restricted", Version: "1.99", Minor: 99, Refuse: func(*corev1.PodTemplateSpec) []policies.Refusal {
		return []policies.Refusal{{Control: "newControl", Reason: "new reason (detail)"}}
	}}
	set, err := policies.Select(&policies.Selection{Standard: std})
	if err != nil {
		t.Fatal(err)
	}
	got := check(set, &corev1.PodTemplateSpec{})
	if len(got) != 1 || got[0].ID != policies.IDPodSecurity || got[0].Message != "new reason (detail)" || got[0].Path != "spec" || got[0].Severity != finding.Error {
		t.Errorf("found %v", got)
	}
}

func BenchmarkRefuse(b *testing.B) {
	std, err := pss.New(pss.Restricted, pss.Latest)
	if err != nil {
		b.Fatal(err)
	}
	var pod *corev1.PodTemplateSpec
	for _, f := range fixtures(b) {
		if f.Check == "base" && slices.Contains(f.Minors["restricted"], 37) {
			pod = f.template()
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if len(std.Refuse(pod)) > 0 {
			b.Fatal("the pod was refused")
		}
	}
}
