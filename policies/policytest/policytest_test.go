package policytest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
)

// A finding that is missing, one too many, or on the wrong line is a problem.
func TestCompare(t *testing.T) {
	t.Parallel()
	mine := &policies.Policy{
		ID: "mine", Doc: "Mine\n\nIt is mine.", Severity: finding.Warning,
		Check: func(p *policies.Pass) {
			if p.Pod.Spec.HostPID {
				p.Report("spec.hostPID", "the process namespace")
			}
			if p.Pod.Spec.HostIPC {
				p.Report("spec.hostIPC", "Ends with a period.")
			}
		},
	}
	cases := []struct {
		name, yaml string
		want       []string
	}{
		{"right", "spec:\n  hostPID: true # want `process`\n", nil},
		{"wrong line", "spec: # want `process`\n  hostPID: true\n", []string{
			"unexpected finding: warning: wrong line:2:3: spec.hostPID: the process namespace", `line 1: no finding matches "process"`,
		}},
		{"wrong message", "spec:\n  hostPID: true # want `network`\n", []string{
			"unexpected finding: warning: wrong message:2:3: spec.hostPID: the process namespace", `line 2: no finding matches "network"`,
		}},
		{"none wanted", "spec:\n  hostPID: true\n", []string{"unexpected finding: warning: none wanted:2:3: spec.hostPID: the process namespace"}},
		{"missing", "spec:\n  hostPID: false # want `process`\n", []string{`line 2: no finding matches "process"`}},
		{"form", "spec:\n  hostIPC: true # want `period`\n", []string{`the message is not one line without a period: "Ends with a period."`}},
		{"two on a line", "spec: {hostPID: true, hostIPC: true} # want `process` `Ends`\n", []string{`the message is not one line without a period: "Ends with a period."`}},
		{"without positions", "# without positions\n# want `process`\nspec:\n  hostPID: true\n", nil},
	}
	for _, c := range cases {
		d, err := parseComments(c.yaml)
		if err != nil {
			t.Fatal(err)
		}
		wants, err := parseWants(c.yaml)
		if err != nil {
			t.Fatal(err)
		}
		found, err := check(mine, txtar.File{Name: c.name, Data: []byte(c.yaml)}, d)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, compare(found, wants, d.noPlace)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestWrongDocuments(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"spec:\n  hostNetwrok: true\n":             `error unmarshaling JSON: while decoding JSON: json: unknown field "hostNetwrok"`,
		"# subject: {\"root\": \"a.b\"}\nspec: {}": "the document has nothing at a.b",
	} {
		d, err := parseComments(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := check(policies.HostNetwork, txtar.File{Name: "x.yaml", Data: []byte(text)}, d); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}
