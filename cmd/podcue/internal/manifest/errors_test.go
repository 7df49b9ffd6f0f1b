package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/cmd/podcue/internal/manifest"
	"github.com/podcue/podcue/finding"
)

const podHead = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"

// bomb returns a document whose aliases would expand to 10^n lists.
func bomb(n int) string {
	var b strings.Builder
	b.WriteString(podHead + "a0: &a0 [x]\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	return b.String()
}

// mergeBomb returns a document whose merge keys would merge 10^n maps.
func mergeBomb(n int) string {
	var b strings.Builder
	b.WriteString(podHead + "a0: &a0 {x: y}\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "a%d: &a%d {<<: [%s*a%d]}\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	return b.String()
}

// numbered returns n members of a map, k0 and so on, at two spaces.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  k%d: v\n", i)
	}
	return b.String()
}

// What cannot be decoded is a finding at its line, in words of its author.
func TestErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file string // "a.yaml" if empty
		text string
		want []string
		// whole says that the problem is one of the whole source; of all others the
		// next document knows nothing.
		whole bool
	}{
		"a version":           {text: "apiVersion: apps/v9\nkind: Deployment\nmetadata: {name: p}\nspec: {template: {spec: {containers: []}}}\n", want: []string{"a.yaml:1:13: apiVersion: there is no Deployment in apiVersion apps/v9"}},
		"another group":       {text: "kind: Pod\napiVersion: apps/v1\nspec: {containers: []}\n", want: []string{"a.yaml:2:13: apiVersion: there is no Pod in apiVersion apps/v1"}},
		"a tab":               {text: podHead + "spec:\n  containers:\n  - name: p\n\timage: nginx\n", want: []string{"a.yaml:7:1: there is a tab in the indentation: YAML takes spaces only"}},
		"a tab after spaces":  {text: podHead + "spec:\n  containers:\n  - name: p\n  \timage: nginx\n", want: []string{"a.yaml:7:3: there is a tab in the indentation: YAML takes spaces only"}},
		"not UTF-8":           {text: podHead + "spec:\n  nodeName: \xff\n", want: []string{"a.yaml:5:13: the byte 0xff is not UTF-8"}, whole: true},
		"UTF-16":              {text: "\xff\xfea\x00", want: []string{"a.yaml:1: the file is UTF-16: manifests are UTF-8"}, whole: true},
		"a control character": {text: podHead + "x: \x1b[31m\n", want: []string{"a.yaml:4:4: the control character U+001B is not allowed"}, whole: true},
		"NUL":                 {text: "a\x00b", want: []string{"a.yaml:1:2: the control character U+0000 is not allowed"}, whole: true},
		"twice":               {text: podHead + "spec:\n  nodeName: a\n  hostPID: true\n  nodeName: b\n", want: []string{"a.yaml:7:3: the key nodeName is there twice, first at line 5"}},
		"twice, three times":  {text: podHead + "x: 1\nx: 2\nx: 3\n", want: []string{"a.yaml:5:1: the key x is there twice, first at line 4", "a.yaml:6:1: the key x is there twice, first at line 5"}},
		"twice in JSON":       {text: "{\"apiVersion\": \"v1\", \"kind\": \"Pod\",\n \"kind\": \"Pod\"}", want: []string{"a.yaml:2:2: the key kind is there twice, first at line 1"}},
		"twice in a long map": {text: podHead + "x:\n" + numbered(40) + "  k7: again\n", want: []string{"a.yaml:45:3: the key k7 is there twice, first at line 12"}},
		"a number":            {text: "42\n", want: []string{"a.yaml:1:1: the document is the number 42, not an object"}},
		"a bool":              {text: "yes\n", want: []string{"a.yaml:1:1: the document is true, not an object"}},
		"a long text":         {text: strings.Repeat("long ", 20) + "\n", want: []string{`a.yaml:1:1: the document is the text "long long long long long long long long …", not an object`}},
		"items of all kinds": {text: "kind: List\nitems: [1, [], ~, {}]\n", want: []string{
			"a.yaml:2:9: an item of the list is the number 1, not an object",
			"a.yaml:2:12: an item of the list is a list, not an object",
			"a.yaml:2:16: an item of the list is empty, not an object",
		}},
		"items in JSON": {file: "a.json", text: `{"kind": "List", "items": [1.5, true, "x", null]}`, whole: true, want: []string{
			"a.json:1:28: an item of the list is the number 1.5, not an object",
			"a.json:1:33: an item of the list is true, not an object",
			`a.json:1:39: an item of the list is the text "x", not an object`,
			"a.json:1:44: an item of the list is empty, not an object",
		}},
		"a K8sPod":              {text: "podSpec:\n  containers: {}\n", want: []string{"a.yaml:2:3: spec.containers: a map stands where a list must be"}},
		"a TaskTemplate":        {text: "k8sPod:\n  podSpec:\n    containers: [{name: [a]}]\n", want: []string{"a.yaml:3:19: k8sPod.spec.containers[\"[a]\"].name: a list stands where a text must be"}},
		"a bomb":                {text: bomb(9), want: []string{"a.yaml:6:40: the document is larger than 4 MiB"}},
		"a merge bomb":          {text: mergeBomb(9), want: []string{"a.yaml:5:14: merge keys bring more than 100000 members"}},
		"an empty merge bomb":   {text: strings.Replace(mergeBomb(9), "{x: y}", "{}", 1), want: []string{"a.yaml:5:14: merge keys bring more than 100000 members"}},
		"an anchor in itself":   {text: podHead + "x: &x\n- *x\n", want: []string{"a.yaml:5:3: the anchor &x contains itself"}},
		"a merge of itself":     {text: podHead + "x: &x\n  <<: *x\n", want: []string{"a.yaml:4:4: merge keys are nested more than 200 deep, or an anchor contains itself"}},
		"a merge of a text":     {text: podHead + "x:\n  <<: text\n", want: []string{"a.yaml:5:7: the merge key << needs a map, or a list of maps"}},
		"no anchor":             {text: podHead + "x: *y\n", want: []string{"a.yaml:4:4: the YAML cannot be parsed: unknown anchor 'y' referenced"}},
		"deep":                  {text: podHead + "x: " + strings.Repeat("[", 300) + strings.Repeat("]", 300), want: []string{"a.yaml:4:203: maps and lists are nested more than 200 deep"}},
		"very deep":             {text: podHead + "x: " + strings.Repeat("[", 20_000), want: []string{"a.yaml:4: the YAML cannot be parsed: exceeded max depth of 10000"}},
		"a Helm template":       {text: podHead + "spec:\n  {{- if .Values.x }}\n  nodeName: a\n  {{- end }}\n", want: []string{"a.yaml:5: the YAML cannot be parsed: did not find expected node content"}},
		"an open quote":         {text: podHead + "x: \"abc\n", want: []string{"a.yaml:4: the YAML cannot be parsed: found unexpected end of stream"}},
		"bad indentation":       {text: podHead + "spec:\n  a: 1\n b: 2\n", want: []string{"a.yaml:6: the YAML cannot be parsed: did not find expected key"}},
		"a list":                {text: "- a\n- b\n", want: []string{"a.yaml:1:1: the document is a list, not an object"}},
		"a text":                {text: "\nhello\n", want: []string{`a.yaml:2:1: the document is the text "hello", not an object`}},
		"a bad key":             {text: podHead + "x:\n  ? [a]\n  : b\n", want: []string{"a.yaml:5:5: a map key must be a string"}},
		"a null key":            {text: podHead + "x:\n  ~: b\n", want: []string{"a.yaml:5:3: ~ cannot be a map key"}},
		"infinity":              {text: podHead + "x: .inf\n", want: []string{"a.yaml:4:4: JSON has no number .inf"}},
		"a lying tag":           {text: podHead + "x: !!int text\n", want: []string{`a.yaml:4:4: "text" is not of the type !!int that it says`}},
		"bad base64":            {text: podHead + "x: !!binary '%'\n", want: []string{"a.yaml:4:4: the !!binary value is not base64"}},
		"JSON, cut":             {file: "a.json", text: `{"kind": "Pod",`, want: []string{"a.json:1:16: the JSON cannot be parsed: it ends too early"}, whole: true},
		"JSON, a comma":         {file: "a.json", text: "{\"kind\": \"Pod\",\n  }", want: []string{"a.json:2:3: the JSON cannot be parsed: invalid character '}' looking for beginning of object key string"}, whole: true},
		"JSON, then text":       {text: "{\"kind\": \"Pod\"} x", want: []string{"a.yaml:1:17: the JSON cannot be parsed: invalid character 'x' looking for beginning of value"}, whole: true},
		"a text for a number":   {text: podHead + "spec:\n  containers:\n  - name: p\n    ports:\n    - containerPort: http\n", want: []string{`a.yaml:8:7: spec.containers[p].ports[http/TCP].containerPort: the text "http" stands where a whole number must be`}},
		"a bool for a text":     {text: podHead + "spec:\n  containers:\n  - name: p\n    env:\n    - name: A\n      value: yes\n", want: []string{"a.yaml:9:7: spec.containers[p].env[A].value: true stands where a text must be"}},
		"a number for a text":   {text: podHead + "spec:\n  containers:\n  - name: p\n    env: [{name: A, value: 1e3}]\n", want: []string{"a.yaml:7:21: spec.containers[p].env[A].value: the number 1000 stands where a text must be"}},
		"a map for a list":      {text: podHead + "spec:\n  containers:\n    name: p\n", want: []string{"a.yaml:5:3: spec.containers: a map stands where a list must be"}},
		"a list for a map":      {text: podHead + "spec:\n  nodeSelector: [a]\n", want: []string{"a.yaml:5:3: spec.nodeSelector: a list stands where a map must be"}},
		"a bad quantity":        {text: podHead + "spec:\n  containers:\n  - name: p\n    resources: {limits: {cpu: one, memory: 1G}}\n", want: []string{`a.yaml:7:26: spec.containers[p].resources.limits[cpu]: the text "one": quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`}},
		"a map for a port":      {text: podHead + "spec:\n  containers:\n  - name: p\n    livenessProbe: {httpGet: {port: {}}}\n", want: []string{"a.yaml:7:31: spec.containers[p].livenessProbe.httpGet.port: a map: cannot unmarshal object into Go value of type int32"}},
		"a number out of range": {text: podHead + "spec:\n  priority: 4294967296\n", want: []string{"a.yaml:5:3: spec.priority: the number 4294967296 stands where a whole number must be"}},
		"several": {text: podHead + "spec:\n  hostPID: 'no'\n  containers:\n  - name: 1\n", want: []string{
			"a.yaml:7:5: spec.containers[\"1\"].name: the number 1 stands where a text must be",
			`a.yaml:5:3: spec.hostPID: the text "no" stands where true or false must be`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := test.file
			if file == "" {
				file = "a.yaml"
			}
			text := test.text
			if !test.whole {
				text += "\n---\n" + podHead + "spec: {containers: []}\n"
			}
			objects, found := read(t, file, text)
			if !test.whole && (len(objects) == 0 || objects[len(objects)-1].Name != "p") {
				t.Error("the document after it was not read")
			}
			var got []string
			for _, f := range found {
				got = append(got, f.String())
				if f.ID != finding.IDManifest || f.Severity != finding.Error || f.Detail == "" || f.Message == "" {
					t.Errorf("the finding is %+v", f)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// The server's own words are in the detail.
func TestRefusal(t *testing.T) {
	t.Parallel()
	_, found := read(t, "a.yaml", podHead+"spec:\n  containers:\n  - name: p\n    ports: [{containerPort: http}]\n")
	want := `The API server refuses the object: Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32`
	if len(found) != 1 || found[0].Detail != want {
		t.Errorf("findings: %+v", found)
	}
	if want := (finding.Object{Kind: "Pod", Name: "p", Stage: finding.StageManifest}); found[0].Object != want {
		t.Errorf("the object is %+v", found[0].Object)
	}
	_, found = read(t, "a.yaml", podHead+"spec:\n  {{ .Values.x }}\n")
	if len(found) != 1 || !strings.Contains(found[0].Help, "helm template") {
		t.Errorf("a Helm template: %+v", found)
	}
}

func TestHuge(t *testing.T) {
	t.Parallel()
	_, found := (&manifest.Reader{}).All(manifest.Source{Name: "a.yaml", Data: make([]byte, manifest.MaxSource+1)})
	if len(found) != 1 || found[0].String() != "a.yaml:1: the file is larger than 64 MiB" {
		t.Errorf("findings: %v", found)
	}
}
