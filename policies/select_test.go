package policies_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

func selected(t *testing.T, sel *policies.Selection) []string {
	t.Helper()
	set, err := policies.Select(sel)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, p := range set.Policies() {
		ids = append(ids, p.ID)
	}
	return ids
}

func TestSelectDefaults(t *testing.T) {
	t.Parallel()
	var want []string
	for _, p := range policies.All() {
		if p.Default {
			want = append(want, p.ID)
		}
	}
	if diff := cmp.Diff(want, selected(t, nil)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		sel     policies.Selection
		on, off string // ids, separated by spaces
	}{
		{"enable", policies.Selection{Enable: []string{"host-users"}}, "host-users hostpath", ""},
		{"disable", policies.Selection{Disable: []string{"hostpath"}}, "hostpath-sensitive", "hostpath"},
		{"profile", policies.Selection{Enable: []string{"pss-baseline"}}, "apparmor selinux-options", "seccomp-missing automount-token"},
		{"restricted", policies.Selection{Enable: []string{"pss-restricted"}}, "apparmor seccomp-missing run-as-non-root", ""},
		{"tasks", policies.Selection{Enable: []string{"tasks"}}, "automount-token", "apparmor"},
		{"profile off", policies.Selection{Disable: []string{"pss-baseline"}}, "volume-missing", "privileged hostpath"},
		{"profile off, one on", policies.Selection{Disable: []string{"pss-baseline"}, Enable: []string{"privileged"}}, "privileged", "hostpath"},
		{"config", policies.Selection{Config: []byte(`{"host-users": {}, "hostpath": {"enabled": false}}`)}, "host-users", "hostpath"},
		{"flag over config", policies.Selection{Config: []byte(`{"hostpath": {"enabled": false}}`), Enable: []string{"hostpath"}}, "hostpath", ""},
		{"flag off over config", policies.Selection{Config: []byte(`{"hostpath": {"enabled": true}}`), Disable: []string{"hostpath"}}, "", "hostpath"},
		{"replaced", policies.Selection{Config: []byte(`{"hostpath-allowed": {"params": {"allow": []}}}`)}, "hostpath-allowed", "hostpath"},
		{"replaced, but named", policies.Selection{Config: []byte(`{"hostpath-allowed": {}, "hostpath": {"enabled": true}}`)}, "hostpath-allowed hostpath", ""},
		{"another stage's id", policies.Selection{Others: []string{"merge-env-order"}, Disable: []string{"merge-env-order"}}, "hostpath", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ids := selected(t, &c.sel)
			for id := range strings.FieldsSeq(c.on) {
				if !slices.Contains(ids, id) {
					t.Errorf("%s is off", id)
				}
			}
			for id := range strings.FieldsSeq(c.off) {
				if slices.Contains(ids, id) {
					t.Errorf("%s is on", id)
				}
			}
		})
	}
}

func TestSelectErrors(t *testing.T) {
	t.Parallel()
	cases := []struct {
		sel  policies.Selection
		want string
	}{
		{policies.Selection{Enable: []string{"hostpth"}}, `unknown policy "hostpth"; did you mean hostpath?`},
		{policies.Selection{Disable: []string{"zzzzzzzzzzzz"}}, `unknown policy "zzzzzzzzzzzz"`},
		{policies.Selection{Enable: []string{"hostpath"}, Disable: []string{"hostpath"}}, `hostpath is both enabled and disabled`},
		{policies.Selection{Config: []byte(`{"tasks": {}}`)}, `unknown policy "tasks"`},
		{policies.Selection{Config: []byte(`[]`)}, `the policies of the configuration are not an object`},
		{policies.Selection{Config: []byte(`{"hostpath": {"enable": true}}`)}, `policy hostpath: json: unknown field "enable"`},
		{policies.Selection{Config: []byte(`{"hostpath": {"severity": "fatal"}}`)}, `policy hostpath: unknown severity "fatal": it is error, warning or info`},
		{policies.Selection{Config: []byte(`{"hostpath": {"params": {"allow": []}}}`)}, `policy hostpath: it takes no parameters`},
		{policies.Selection{Config: []byte(`{"hostpath-allowed": {"params": {"alow": []}}}`)}, `policy hostpath-allowed: params.alow: unknown parameter; did you mean allow?; there are allow`},
		{policies.Selection{Config: []byte(`{"hostpath-allowed": {"params": {"allow": ["/data"]}}}`)}, `policy hostpath-allowed: params.allow[0]: "/data" is not an object`},
		{policies.Selection{Config: []byte(`{"hostpath-allowed": {"params": {"allow": [{"prefx": "/data"}]}}}`)}, `params.allow[0].prefx: unknown parameter; did you mean prefix?`},
		{policies.Selection{Config: []byte(`{"hostpath-allowed": {"params": {"allow": [{"exact": true}]}}}`)}, `params.allow[0].prefix: missing`},
		{policies.Selection{Config: []byte(`{"hostpath-allowed": {"params": {"allow": [{"prefix": "data"}]}}}`)}, `params: allow[0].prefix: "data" is not an absolute path`},
		{policies.Selection{Config: []byte(`{"host-port": {"params": {"allow": ["80"]}}}`)}, `params.allow[0]: "80" is not an integer`},
		{policies.Selection{Config: []byte(`{"host-port": {"params": {"allow": 80}}}`)}, `params.allow: 80 is not a list`},
		{policies.Selection{Config: []byte(`{"emptydir-size-limit": {"params": {"memoryOnly": 1}}}`)}, `params.memoryOnly: 1 is not true or false`},
		{policies.Selection{Config: []byte(`{"resource-range": {"params": {"max": {"cpu": "lots"}}}}`)}, `params.max[cpu]: "lots" is not a quantity such as 500m or 4Gi`},
		{policies.Selection{Config: []byte(`{"resource-ratio": {"params": {"max": {"cpu": "x"}}}}`)}, `params.max[cpu]: "x" is not a number`},
		{policies.Selection{Config: []byte(`{"required-labels": {"params": {"require": ["team"]}}}`)}, `params.require: ["team"] is not an object`},
		{policies.Selection{Config: []byte(`{"deprecated-field": {"params": {"targetVersion": "latest"}}}`)}, `params: targetVersion: "latest" is not a version such as 1.37`},
		{policies.Selection{Policies: []*policies.Policy{{ID: "Hostpath"}}}, `policy id "Hostpath" is not kebab-case`},
		{policies.Selection{Policies: []*policies.Policy{{ID: "hostpath"}}}, `two policies have the id hostpath`},
		{policies.Selection{Policies: []*policies.Policy{{ID: "api", Severity: finding.Error}}}, `policy api: the id is used by another stage`},
		{policies.Selection{Policies: []*policies.Policy{{ID: "x"}}}, `policy x: invalid severity 0`},
		{policies.Selection{Policies: []*policies.Policy{{ID: "x", Severity: finding.Error}}}, `policy x: it has no check`},
	}
	for _, c := range cases {
		if _, err := policies.Select(&c.sel); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v\nwant %s", err, c.want)
		}
	}
}

// Parameters replace the defaults they name, and leave the policy's own alone.
func TestParams(t *testing.T) {
	t.Parallel()
	pod := &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{
		Name: "main", SecurityContext: &corev1.SecurityContext{Capabilities: &corev1.Capabilities{Add: []corev1.Capability{"CHOWN", "SYS_ADMIN"}}},
	}}}}
	for config, want := range map[string]string{
		`{}`: "SYS_ADMIN",
		`{"capabilities-added": {"params": {"allow": ["SYS_ADMIN"]}}}`:                     "CHOWN",
		`{"capabilities-added": {"params": {}}}`:                                           "SYS_ADMIN",
		`{"capabilities-added": {"params": null, "severity": "warning", "enabled": true}}`: "SYS_ADMIN",
	} {
		set, err := policies.Select(&policies.Selection{Config: []byte(config)})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range policies.Check(&policies.Subject{Pod: pod}, set) {
			if f.ID != "capabilities-added" {
				continue
			}
			if !strings.HasSuffix(f.Message, want) {
				t.Errorf("%s: %s, want %s", config, f.Message, want)
			}
			if severity := map[bool]finding.Severity{true: finding.Warning, false: finding.Error}[strings.Contains(config, "warning")]; f.Severity != severity {
				t.Errorf("%s: the severity is %s", config, f.Severity)
			}
		}
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	set, err := policies.Select(&policies.Selection{
		Enable: []string{"image-registry", "node-shape", "required-labels"}, Config: []byte(`{"required-labels": {"params": {"require": {"team": ""}}}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"policy image-registry has nothing to check: set allow or deny in its parameters",
		"policy node-shape has nothing to check: set shapes in its parameters",
	}
	if diff := cmp.Diff(want, set.Notes()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What is said about an id holds for the findings of other stages too.
func TestOverride(t *testing.T) {
	t.Parallel()
	set, err := policies.Select(&policies.Selection{
		Others: []string{"merge-a", "merge-b", "merge-c"}, Disable: []string{"merge-a"}, Config: []byte(`{"merge-b": {"severity": "error"}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	var in finding.List
	for _, id := range []string{"merge-a", "merge-b", "merge-c"} {
		in = append(in, finding.Finding{ID: id, Severity: finding.Warning})
	}
	want := finding.List{{ID: "merge-b", Severity: finding.Error}, {ID: "merge-c", Severity: finding.Warning}}
	if diff := cmp.Diff(want, set.Override(in)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if in[1].Severity != finding.Warning {
		t.Error("Override changed its argument")
	}
}

// A policy that fails is its own finding, and the others run.
func TestPanic(t *testing.T) {
	t.Parallel()
	broken := &policies.Policy{
		ID: "broken", Doc: "Broken\n\nIt fails.", Severity: finding.Info,
		Check: func(p *policies.Pass) { _ = p.Pod.Spec.Containers[7] },
	}
	set, err := policies.Select(&policies.Selection{Policies: []*policies.Policy{broken}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range policies.Check(&policies.Subject{Pod: &corev1.PodTemplateSpec{Spec: corev1.PodSpec{HostPID: true}}}, set) {
		got = append(got, f.Severity.String()+" "+f.ID+": "+f.Message)
	}
	want := []string{
		"error broken: policy broken failed: runtime error: index out of range [7] with length 0",
		"error host-pid: hostPID shows the pod every process of the node",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A finding points at what somebody wrote, the deciding place first, then at the
// policy that its user wrote; provenance is asked for at the first finding only.
func TestPositions(t *testing.T) {
	t.Parallel()
	at := func(layer string, line int) provenance.Origin {
		return provenance.Origin{Layer: layer, Pos: provenance.Position{Filename: "f", Line: line}}
	}
	fields := provenance.Map{}
	fields.Add("spec.hostNetwork", at("base", 3), at("template", 9))
	mine := &policies.Policy{
		ID: "mine", Doc: "Mine\n\nIt is mine.", Help: "mend it", Severity: finding.Info, Pos: provenance.Position{Filename: "p.cue", Line: 5},
		Check: func(p *policies.Pass) {
			if p.Pod.Spec.HostNetwork {
				p.Report("spec.hostNetwork", "%d%%", 100)
			}
		},
	}
	set, err := policies.Select(&policies.Selection{Policies: []*policies.Policy{mine}})
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	s := &policies.Subject{Pod: &corev1.PodTemplateSpec{}, Fields: func() provenance.Map { asked++; return fields }}
	if found := policies.Check(s, set); len(found) != 0 || asked != 0 {
		t.Errorf("found %v, and provenance was asked for %d times", found, asked)
	}
	s.Pod = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{HostNetwork: true}}
	found := policies.Check(s, set)
	want := finding.Finding{
		ID: "mine", Severity: finding.Info, Path: "spec.hostNetwork", Message: "100%", Detail: "It is mine.", Help: "mend it",
		Origins: []provenance.Origin{at("template", 9), at("base", 3), {Layer: provenance.LayerPolicy, Pos: mine.Pos}},
	}
	if len(found) != 2 || asked != 1 {
		t.Fatalf("found %v, and provenance was asked for %d times", found, asked)
	}
	if diff := cmp.Diff(want, found[1]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A policy that decodes its own parameters is asked to.
func TestConfigure(t *testing.T) {
	t.Parallel()
	var mine *policies.Policy
	mine = &policies.Policy{
		ID: "mine", Doc: "Mine\n\nIt is mine.", Severity: finding.Info,
		Check: func(*policies.Pass) {},
		Configure: func(params []byte) (*policies.Policy, error) {
			other := *mine
			other.Check = func(p *policies.Pass) { p.Report("spec", "%s", params) }
			return &other, nil
		},
	}
	set, err := policies.Select(&policies.Selection{Policies: []*policies.Policy{mine}, Config: []byte(`{"mine": {"params": {"a": 1}}}`)})
	if err != nil {
		t.Fatal(err)
	}
	found := policies.Check(&policies.Subject{Pod: &corev1.PodTemplateSpec{}}, set)
	if len(found) != 1 || found[0].Message != `{"a": 1}` {
		t.Errorf("found %v", found)
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	if p, err := policies.Lookup("hostpath"); err != nil || p != policies.HostPath {
		t.Errorf("got %v, %v", p, err)
	}
	if _, err := policies.Lookup("host-netwrok"); err == nil || err.Error() != `unknown policy "host-netwrok"; did you mean host-network?` {
		t.Errorf("the error is %v", err)
	}
}

// The slice that All returns is the caller's.
func TestAllIsACopy(t *testing.T) {
	t.Parallel()
	policies.All()[0] = nil
	if policies.All()[0] == nil {
		t.Error("the list was changed")
	}
}
