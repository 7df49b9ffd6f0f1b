package podiff_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/cmd/podcue/internal/podiff"
	"github.com/podcue/podcue/provenance"
)

func object(t testing.TB, s string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return v
}

// describe is a change on one line: sign, path, values, the rules it breaks.
func describe(c podiff.Change) string {
	s := string(c.Kind) + " " + string(c.Path)
	switch c.Kind {
	case podiff.Added:
		s += " " + provenance.JSON(c.New)
	case podiff.Removed:
		s += " " + provenance.JSON(c.Old)
	default:
		s += " " + provenance.JSON(c.Old) + " -> " + provenance.JSON(c.New)
	}
	for _, w := range c.Weaker {
		s += " !" + w.ID
	}
	return s
}

func TestCompare(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, a, b, want string }{
		{"the same", `{"spec": {"nodeSelector": {"a": "b"}}}`, `{"spec": {"nodeSelector": {"a": "b"}}}`, ``},
		{"a scalar", `{"spec": {"hostname": "a"}}`, `{"spec": {"hostname": "b"}}`, `~ spec.hostname "a" -> "b"`},
		{"a map entry", `{"metadata": {"labels": {"a": "1"}}}`, `{"metadata": {"labels": {"a": "1", "x/y": "2"}}}`, `+ metadata.labels[x/y] "2"`},
		{"a keyed element", `{"spec": {"volumes": [{"name": "a"}, {"name": "b"}]}}`, `{"spec": {"volumes": [{"name": "b", "emptyDir": {}}]}}`,
			"- spec.volumes[a] {\"name\":\"a\"}\n+ spec.volumes[b].emptyDir {}"},
		{"a keyed list that is new", `{"spec": {}}`, `{"spec": {"volumes": [{"name": "a"}]}}`, `+ spec.volumes[a] {"name":"a"}`},
		{"order", `{"spec": {"initContainers": [{"name": "a"}, {"name": "b"}]}}`, `{"spec": {"initContainers": [{"name": "b"}, {"name": "a"}]}}`,
			`↕ spec.initContainers ["a","b"] -> ["b","a"]`},
		{"a list without a key", `{"args": ["a", "b", "c", "d"]}`, `{"args": ["a", "x", "c", "d", "e"]}`,
			"~ args[1] \"b\" -> \"x\"\n+ args[4] \"e\""},
		{"an element goes", `{"args": ["a", "b", "c"]}`, `{"args": ["b", "c"]}`, `- args[0] "a"`},
		{"a toleration changes", `{"tolerations": [{"key": "a", "operator": "Exists"}]}`, `{"tolerations": [{"key": "a", "operator": "Equal"}]}`,
			`~ tolerations[0].operator "Exists" -> "Equal"`},
		{"duplicates", `{"env": [{"name": "A", "value": "1"}]}`, `{"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}`,
			`+ env[1] {"name":"A","value":"2"}`},
		{"another type", `{"x": [1]}`, `{"x": {"a": 1}}`, `~ x [1] -> {"a":1}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, c := range podiff.Compare(object(t, test.a), object(t, test.b)) {
				got = append(got, describe(c))
			}
			if diff := cmp.Diff(test.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if got := podiff.Compare(nil, object(t, `{"spec": {}}`)); len(got) != 1 || got[0].Kind != podiff.Added || got[0].Path != "" {
		t.Errorf("a new object gives %v", got)
	}
	if got := podiff.Compare(object(t, `{"spec": {}}`), nil); len(got) != 1 || got[0].Kind != podiff.Removed {
		t.Errorf("an object that is gone gives %v", got)
	}
}

const container = `{"spec": {"containers": [{"name": "c"`

// Every rule is broken by its first pair, and not by the same pair the other way
// round.
func TestWeakenings(t *testing.T) {
	t.Parallel()
	in := func(field string) string {
		if field != "" {
			field = ", " + field
		}
		return container + field + `}]}}`
	}
	sc := func(field string) string { return in(`"securityContext": {` + field + `}`) }
	spec := func(field string) string { return `{"spec": {` + field + `}}` }
	for id, pair := range map[string][2]string{
		"allow-privilege-escalation": {sc(`"allowPrivilegeEscalation": false`), sc(``)},
		"apparmor":                   {sc(`"appArmorProfile": {"type": "RuntimeDefault"}`), sc(`"appArmorProfile": {"type": "Unconfined"}`)},
		"automount-token":            {spec(`"automountServiceAccountToken": false`), spec(`"automountServiceAccountToken": true`)},
		"capability-added":           {sc(`"capabilities": {}`), sc(`"capabilities": {"add": ["SYS_ADMIN"]}`)},
		"capability-kept":            {sc(`"capabilities": {"drop": ["ALL"]}`), sc(`"capabilities": {}`)},
		"host-ipc":                   {spec(``), spec(`"hostIPC": true`)},
		"host-network":               {spec(`"hostNetwork": false`), spec(`"hostNetwork": true`)},
		"host-pid":                   {spec(``), spec(`"hostPID": true`)},
		"host-port":                  {in(`"ports": [{"containerPort": 80}]`), in(`"ports": [{"containerPort": 80, "hostPort": 80}]`)},
		"host-process":               {sc(`"windowsOptions": {}`), sc(`"windowsOptions": {"hostProcess": true}`)},
		"host-users":                 {spec(`"hostUsers": false`), spec(``)},
		"hostpath":                   {spec(`"volumes": []`), spec(`"volumes": [{"name": "v", "hostPath": {"path": "/etc"}}]`)},
		"image-unpinned":             {in(`"image": "a@sha256:00"`), in(`"image": "a:1"`)},
		"mount-writable":             {in(`"volumeMounts": [{"mountPath": "/d", "readOnly": true}]`), in(`"volumeMounts": [{"mountPath": "/d"}]`)},
		"node-isolation":             {spec(`"nodeSelector": {"pool": "secure"}`), spec(`"nodeSelector": {}`)},
		"privileged":                 {sc(``), sc(`"privileged": true`)},
		"proc-mount":                 {sc(``), sc(`"procMount": "Unmasked"`)},
		"read-only-root":             {sc(`"readOnlyRootFilesystem": true`), sc(``)},
		"run-as-non-root":            {sc(`"runAsNonRoot": true`), sc(`"runAsNonRoot": false`)},
		"run-as-root":                {sc(`"runAsUser": 1000`), sc(`"runAsUser": 0`)},
		"runtime-class":              {spec(`"runtimeClassName": "gvisor"`), spec(``)},
		"seccomp":                    {sc(`"seccompProfile": {"type": "RuntimeDefault"}`), sc(``)},
		"selinux":                    {sc(`"seLinuxOptions": {"type": "container_t"}`), sc(`"seLinuxOptions": {"type": "spc_t"}`)},
		"service-account-token":      {spec(`"volumes": []`), spec(`"volumes": [{"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}]`)},
		"share-process-namespace":    {spec(``), spec(`"shareProcessNamespace": true`)},
		"sysctl":                     {spec(`"securityContext": {}`), spec(`"securityContext": {"sysctls": [{"name": "a", "value": "1"}]}`)},
		"toleration-control-plane":   {spec(``), spec(`"tolerations": [{"key": "node-role.kubernetes.io/control-plane", "operator": "Exists"}]`)},
		"toleration-wildcard":        {spec(``), spec(`"tolerations": [{"operator": "Exists"}]`)},
	} {
		if got := broken(t, pair[0], pair[1]); len(got) != 1 || got[0] != id {
			t.Errorf("%s: %s -> %s breaks %v", id, pair[0], pair[1], got)
		}
		if got := broken(t, pair[1], pair[0]); len(got) != 0 {
			t.Errorf("%s: the other way round breaks %v", id, got)
		}
	}
	for _, w := range podiff.Weakenings() {
		if w.ID == "" || w.Doc == "" {
			t.Errorf("rule %+v is not documented", w)
		}
	}
}

// What looks like a weakening and is none.
func TestNotWeaker(t *testing.T) {
	t.Parallel()
	for name, pair := range map[string][2]string{
		"a confined container goes":         {`{"spec": {"containers": [{"name": "a", "securityContext": {"runAsNonRoot": true}}, {"name": "b"}]}}`, `{"spec": {"containers": [{"name": "b"}]}}`},
		"a toleration for one taint":        {`{"spec": {}}`, `{"spec": {"tolerations": [{"key": "gpu", "operator": "Exists"}]}}`},
		"a hostPath moves further in":       {`{"spec": {"volumes": [{"name": "v", "hostPath": {"path": "/data"}}]}}`, `{"spec": {"volumes": [{"name": "v", "hostPath": {"path": "/data/x"}}]}}`},
		"a mount goes":                      {container + `, "volumeMounts": [{"mountPath": "/d", "readOnly": true}]}]}}`, container + `}]}}`},
		"a confined SELinux type":           {container + `}]}}`, container + `, "securityContext": {"seLinuxOptions": {"type": "container_t"}}}]}}`},
		"a configuration map is projected":  {`{"spec": {}}`, `{"spec": {"volumes": [{"name": "v", "projected": {"sources": [{"configMap": {"items": [{"key": "a", "path": "token"}]}}]}}]}}`},
		"another digest":                    {container + `, "image": "a@sha256:00"}]}}`, container + `, "image": "a@sha256:01"}]}}`},
		"another node, chosen by a new key": {`{"spec": {"nodeSelector": {"a": "1"}}}`, `{"spec": {"nodeSelector": {"a": "1", "b": "2"}}}`},
	} {
		if got := broken(t, pair[0], pair[1]); len(got) != 0 {
			t.Errorf("%s: breaks %v", name, got)
		}
	}
}

func broken(t *testing.T, a, b string) []string {
	var ids []string
	for _, c := range podiff.Compare(object(t, a), object(t, b)) {
		for _, w := range c.Weaker {
			ids = append(ids, w.ID)
		}
	}
	return ids
}
