package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/finding"
)

func TestPolicies(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"a built-in that the standard sees too",
			`{"op":"policies","object":{"kind":"Pod","metadata":{"name":"p"},"spec":{"hostNetwork":true}},"pss":"baseline:1.36"}`,
			`error Pod/p spec.hostNetwork host-network baseline:1.36:hostNamespaces`},
		{"params and another kind",
			`{"op":"policies","object":{"kind":"CronJob","spec":{"jobTemplate":{"spec":{"template":{"spec":{"volumes":[{"name":"d","hostPath":{"path":"/database"}}]}}}}}},` +
				`"params":{"hostpath-allowed":{"allow":[{"prefix":"/data"}]}},"disable":["volume-unused"]}`,
			`error CronJob spec.jobTemplate.spec.template.spec.volumes[d].hostPath.path hostpath-allowed`},
		{"enable, in a PodTemplate",
			`{"op":"policies","object":{"kind":"PodTemplate","template":{"spec":{"containers":[{"name":"default"}]}}},"enable":["host-users"]}`,
			`info PodTemplate template.spec.hostUsers host-users`},
		{"a list",
			`{"op":"policies","object":{"kind":"List","items":[{"kind":"Pod","spec":{"hostPID":true}},{"kind":"Pod","spec":{"hostIPC":true}}]}}`,
			"error Pod items[0].spec.hostPID host-pid\nerror Pod items[1].spec.hostIPC host-ipc"},
		{"a K8sPod",
			`{"op":"policies","object":{"metadata":{"labels":{"a":"b"}},"podSpec":{"hostPID":true,"containers":[]},"primaryContainerName":"main"},"disable":["primary-missing"]}`,
			`error spec.hostPID host-pid`},
		{"an unknown field",
			`{"op":"policies","object":{"kind":"Pod","spec":{"hostnetwork":true}}}`,
			`error Pod spec.hostnetwork unknown-field`},
		{"a claim of the node's directory",
			`{"op":"policies","object":{"kind":"List","items":[{"kind":"PersistentVolume","spec":{"hostPath":{"path":"/data"},"claimRef":{"name":"d"}}},` +
				`{"kind":"Pod","spec":{"volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"d"}}]}}]},"enable":["hostpath-via-pv"],"disable":["volume-unused"]}`,
			`warning Pod items[1].spec.volumes[d].persistentVolumeClaim.claimName hostpath-via-pv`},
		{"nothing wrong", `{"op":"policies","object":{"kind":"Pod","spec":{}}}`, ``},
	}
	for _, c := range cases {
		var got struct{ Findings finding.List }
		if err := json.Unmarshal(answerLine([]byte(c.in)), &got); err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, f := range got.Findings {
			words := []string{f.Severity.String(), f.Object.String(), string(f.Path), f.ID}
			if f.PSS != nil {
				words = append(words, f.PSS.Level+":"+f.PSS.Version+":"+f.PSS.Control)
			}
			lines = append(lines, strings.Join(strings.Fields(strings.Join(words, " ")), " "))
		}
		if diff := cmp.Diff(c.want, strings.Join(lines, "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestPoliciesErrors(t *testing.T) {
	for in, want := range map[string]string{
		`{"op":"policies","object":{"kind":"Service"}}`:                        `an object of kind "Service" has no pod`,
		`{"op":"policies","object":{"kind":"Deployment","spec":{}}}`:           `a Deployment without spec.template`,
		`{"op":"policies","object":{"kind":"Pod"},"pss":"strict"}`:             `unknown pod security level "strict"; there are baseline and restricted`,
		`{"op":"policies","object":{"kind":"Pod"},"enable":["hostpth"]}`:       `unknown policy "hostpth"; did you mean hostpath?`,
		`{"op":"policies","object":{"kind":"List","items":[{"kind":"Node"}]}}`: `a list without pods`,
		`{"op":"policies","object":{"kind":"Pod"},"params":{"hostpath":{}}}`:   `policy hostpath: it takes no parameters`,
	} {
		var got struct{ Error string }
		if err := json.Unmarshal(answerLine([]byte(in)), &got); err != nil || got.Error != want {
			t.Errorf("%s\nanswers %q, want %q (%v)", in, got.Error, want, err)
		}
	}
}
