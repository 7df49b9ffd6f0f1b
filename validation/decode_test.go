package validation_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
	"github.com/podcue/podcue/validation"
)

// TestDecode holds the refusals of documents that are no Pod. The same documents
// are sent to a real server in e2e.
func TestDecode(t *testing.T) {
	t.Parallel()
	const prefix = `Pod in version "v1" cannot be handled as a Pod: `
	const main = `"metadata":{"name":"t"},"spec":{"containers":[{"name":"main","image":"a"}]`
	for _, tt := range []struct {
		name, doc, refusal string
		paths              []provenance.Path
	}{
		{"empty", ``, `the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)`, []provenance.Path{""}},
		{"list", `[]`, `the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" } (5b5d)`, []provenance.Path{""}},
		{"unknown kind", `{"apiVersion":"v1","kind":"Pood",` + main + `}}`, `Pood in version "v1" cannot be handled as a Pod: no kind "Pood" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"`, []provenance.Path{""}},
		{"wrong version", `{"apiVersion":"v2","kind":"Pod",` + main + `}}`, `Pod in version "v2" cannot be handled as a Pod: no kind "Pod" is registered for version "v2" in scheme "pkg/api/legacyscheme/scheme.go:30"`, []provenance.Path{""}},
		{"other kind", `{"apiVersion":"v1","kind":"Service","metadata":{"name":"t"},"spec":{}}`, `Service in version "v1" cannot be handled as a Pod: converting (v1.Service) to (core.Pod): unknown conversion`, []provenance.Path{""}},
		{"no kind", `{` + main + `}}`, "", nil},
		{"case variant", `{"apiVersion":"v1","kind":"Pod",` + main + `,"RestartPolicy":"Never"}}`, prefix + `strict decoding error: unknown field "spec.RestartPolicy"`, []provenance.Path{"spec.RestartPolicy"}},
		{"duplicate", `{"apiVersion":"v1","kind":"Pod",` + main + `,"hostPID":true,"hostPID":false}}`, prefix + `strict decoding error: duplicate field "spec.hostPID"`, []provenance.Path{"spec.hostPID"}},
		{"several", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"t"},"spec":{"containers":[{"name":"main","image":"a","x":1,"env":[{"name":"A","vale":"b"}]}]}}`, prefix + `strict decoding error: unknown field "spec.containers[0].x", unknown field "spec.containers[0].env[0].vale"`, []provenance.Path{"spec.containers[main].x", "spec.containers[main].env[A].vale"}},
		{"wrong type", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"t"},"spec":{"containers":[{"name":"main","image":"a"},{"name":"side","image":7}]}}`, prefix + `json: cannot unmarshal number into Go struct field Container.spec.containers.image of type string`, []provenance.Path{"spec.containers[side].image"}},
		{"wrong element", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"t"},"spec":{"containers":[{"name":"main","image":"a","args":["x",1]}]}}`, prefix + `json: cannot unmarshal number into Go struct field Container.spec.containers.args of type string`, []provenance.Path{"spec.containers[main].args[1]"}},
		{"wrong entry", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"t","labels":{"a":"b","c":true}}}`, prefix + `json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string`, []provenance.Path{"metadata.labels[c]"}},
		{"quantity", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"t"},"spec":{"containers":[{"name":"main","image":"a","resources":{"limits":{"cpu":1,"memory":"1 GB"}}}]}}`, prefix + `quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`, []provenance.Path{"spec.containers[main].resources.limits[memory]"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v, err := validation.JSON("", "Pod", []byte(tt.doc))
			if err != nil {
				t.Fatal(err)
			}
			var paths []provenance.Path
			for _, c := range v.Decoding {
				paths = append(paths, c.Path)
			}
			if diff := cmp.Diff(tt.refusal, v.Refusal); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.paths, paths); diff != "" {
				t.Errorf("paths (-want +got):\n%s", diff)
			}
			if v.Accepted() != (tt.refusal == "") {
				t.Errorf("accepted: %v", v.Accepted())
			}
			if obj, err := v.Object(); tt.refusal != "" && (obj != nil || err != nil) {
				t.Errorf("an object nevertheless: %v %v", obj, err)
			}
		})
	}
}

// TestHostile holds that what is too deep or too big is refused, not a crash.
func TestHostile(t *testing.T) {
	t.Parallel()
	deep := `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"t"},"spec":{"x":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}}`
	big := `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"t","annotations":{"a":"` + strings.Repeat("a", 3<<20) + `"}}}`
	long := `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"t","annotations":{"a":"` + strings.Repeat("a", 1<<20) + `"}},"spec":{"containers":[{"name":"main","image":"a"}]}}`
	many := `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"t"},"spec":{"containers":[` + strings.Repeat(`{"name":"a"},`, 20000) + `{"name":"a"}]}}`
	for _, tt := range []struct{ name, doc, want string }{
		{"deep", deep, "exceeded max depth"},
		{"big", big, "Request entity too large: limit is 3145728"},
		{"long annotation", long, "metadata.annotations: Too long: may not be more than 262144 bytes"},
		{"many containers", many, "spec.containers[10].image: Required value"},
		{"not UTF-8", "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"\xff\xfe\"}}", "metadata.name: Invalid value"},
		{"null spec", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"t"},"spec":null}`, "spec.containers: Required value"},
		{"null containers", `{"apiVersion":"v1","kind":"Pod","metadata":null,"spec":{"containers":[null]}}`, "spec.containers[0].name: Required value"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []string{"Pod", "PodTemplate"} {
				doc := tt.doc
				if kind == "PodTemplate" && tt.name != "big" && tt.name != "deep" {
					continue
				}
				v, err := validation.JSON("", kind, []byte(strings.Replace(doc, `"Pod"`, `"`+kind+`"`, 1)))
				if err != nil {
					t.Fatal(err)
				}
				texts := []string{v.Refusal}
				for _, c := range v.Causes {
					texts = append(texts, c.Field+": "+c.Message)
				}
				if text := strings.Join(texts, "\n"); !strings.Contains(text, tt.want) {
					t.Errorf("%s: %.300s", kind, text)
				}
				fields := func() provenance.Map { return provenance.Map{"spec": {{Layer: "template"}}} }
				if n := len(validation.Findings(v, finding.Object{Kind: kind}, fields)); n == 0 || n > 1001 {
					t.Errorf("%s: %d findings", kind, n)
				}
			}
		})
	}
	if _, err := validation.JSON("", "Deployment", []byte(`{}`)); err == nil {
		t.Error("a Deployment is judged")
	}
}

func FuzzJSON(f *testing.F) {
	for _, c := range serverCases(f) {
		f.Add(c.Kind == "Pod", []byte(c.Object))
	}
	f.Add(true, []byte(`{"spec":{"containers":[{"name":"a"},{"name":"a"},null],"topologySpreadConstraints":[{},{}]},"metadata":{"labels":{"":""}}}`))
	f.Fuzz(func(t *testing.T, isPod bool, data []byte) {
		kind := "PodTemplate"
		if isPod {
			kind = "Pod"
		}
		v, err := validation.JSON("1.37", kind, data)
		if err != nil {
			t.Fatal(err)
		}
		if v.Accepted() {
			if obj, err := v.Object(); obj == nil || err != nil {
				t.Errorf("accepted, but there is no object: %v", err)
			}
		}
		if v.Refusal != "" && len(v.Causes) > 0 {
			t.Errorf("refused before and after decoding: %s", v.Refusal)
		}
		for _, f := range validation.Findings(v, finding.Object{Kind: kind}, nil) {
			if f.ID != finding.IDAPI || f.Severity == 0 || f.Message == "" {
				t.Errorf("bad finding: %+v", f)
			}
		}
		again, err := validation.JSON("1.37", kind, data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(v.Causes, again.Causes); diff != "" {
			t.Errorf("another verdict the second time:\n%s", diff)
		}
	})
}
