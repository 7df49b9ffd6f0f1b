package validation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/validation"
)

// Every finding says how to mend it, also where no explanation stands with the
// server's message.
func TestHelp(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		metadata, spec string
		want           string
	}{
		"required": {
			spec: `"containers":[{"name":"c","image":"i","securityContext":{"seccompProfile":{}}}]`,
			want: "set type",
		},
		"range": {
			spec: `"securityContext":{"fsGroup":-2},"containers":[{"name":"c","image":"i"}]`,
			want: "give fsGroup a value that the message allows",
		},
		"gone": {
			spec: `"volumes":[{"name":"v","flocker":{"datasetName":"d"}}],"containers":[{"name":"c","image":"i"}]`,
			want: "replace flocker: the volume by one of another type, such as a PersistentVolumeClaim, a field by its successor",
		},
		"hidden": {
			spec: `"containers":[{"name":"c","image":"i","env":[{"name":"A","value":"1"},{"name":"A","value":"2"}]}]`,
			want: "remove one of the two",
		},
		"annotation": {
			metadata: `,"annotations":{"container.apparmor.security.beta.kubernetes.io/c":"unconfined"}`,
			spec:     `"containers":[{"name":"c","image":"i"}]`,
			want:     "remove the annotation, and set securityContext.appArmorProfile",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			object := `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"n"` + test.metadata + `},"spec":{` + test.spec + `}}`
			verdict, err := validation.JSON("1.37", "Pod", []byte(object))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range validation.Findings(verdict, finding.Object{Kind: "Pod", Name: "p"}, nil) {
				got = append(got, f.Help)
			}
			if diff := cmp.Diff([]string{test.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, verdict.Causes)
			}
		})
	}
}
