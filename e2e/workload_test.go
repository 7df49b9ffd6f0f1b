package e2e

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/provenance"
	"github.com/podcue/podcue/validation"
)

// workloads are kinds that carry a pod template, with an object around it.
var workloads = []struct {
	kind, path string
	root       provenance.Path
	object     func(template map[string]any) map[string]any
}{
	{"Deployment", "/apis/apps/v1/namespaces/default/deployments", "spec.template", func(template map[string]any) map[string]any {
		return map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "spec": map[string]any{"selector": selector, "template": template}}
	}},
	{"StatefulSet", "/apis/apps/v1/namespaces/default/statefulsets", "spec.template", func(template map[string]any) map[string]any {
		return map[string]any{"apiVersion": "apps/v1", "kind": "StatefulSet", "spec": map[string]any{"selector": selector, "serviceName": "s", "template": template,
			"volumeClaimTemplates": []any{map[string]any{"metadata": map[string]any{"name": "nope"}, "spec": claim}}}}
	}},
	{"Job", "/apis/batch/v1/namespaces/default/jobs", "spec.template", func(template map[string]any) map[string]any {
		return map[string]any{"apiVersion": "batch/v1", "kind": "Job", "spec": map[string]any{"template": template}}
	}},
	{"CronJob", "/apis/batch/v1/namespaces/default/cronjobs", "spec.jobTemplate.spec.template", func(template map[string]any) map[string]any {
		job := map[string]any{"spec": map[string]any{"template": template}}
		return map[string]any{"apiVersion": "batch/v1", "kind": "CronJob", "spec": map[string]any{"schedule": "@daily", "jobTemplate": job}}
	}},
}

// claim is what the StatefulSet makes of the volume nope, which some random
// containers mount.
var claim = map[string]any{"accessModes": []any{"ReadWriteOnce"}, "resources": map[string]any{"requests": map[string]any{"storage": "1Gi"}}}

var selector = map[string]any{"matchLabels": map[string]any{"workload": "w"}}

// ofTheKind are the fields of a template about which a kind has rules of its own,
// beside those for all templates.
var ofTheKind = []string{"spec.restartPolicy", "spec.activeDeadlineSeconds"}

// TestWorkloadParity holds the verdict on the template in a workload against the
// server's on the whole: the same causes and warnings for what is in the template.
func TestWorkloadParity(t *testing.T) {
	objects := randomObjects(t, rand.New(rand.NewPCG(*seed, 5)), current.version, 300)
	for _, w := range workloads {
		t.Run(w.kind, func(t *testing.T) {
			refused := 0
			for _, o := range objects {
				var pod struct {
					Metadata map[string]any
					Spec     map[string]any
				}
				if o.kind != "Pod" || json.Unmarshal(o.doc, &pod) != nil {
					continue
				}
				labels := child(pod.Metadata, "labels")
				labels["workload"] = "w"
				template := map[string]any{"metadata": map[string]any{"labels": labels, "annotations": pod.Metadata["annotations"]}, "spec": pod.Spec}
				if w.kind == "Deployment" || w.kind == "StatefulSet" {
					delete(pod.Spec, "restartPolicy")
				} else {
					pod.Spec["restartPolicy"] = "Never"
				}
				object := w.object(template)
				object["metadata"] = map[string]any{"name": "w"}
				doc := marshal(t, object)
				a, err := current.do(http.MethodPost, w.path+"?dryRun=All&fieldValidation=Strict", doc)
				if err != nil {
					t.Fatal(err)
				}
				var spec corev1.PodTemplateSpec
				if a.code == http.StatusBadRequest || json.Unmarshal(marshal(t, template), &spec) != nil {
					continue // what cannot be decoded is not for TemplateSpec
				}
				judge := func() (*validation.Verdict, error) { return validation.TemplateSpec(current.version, w.root, &spec) }
				if w.kind == "StatefulSet" {
					judge = func() (*validation.Verdict, error) {
						return validation.StatefulSetTemplate(current.version, &spec, []string{"nope"})
					}
				}
				v, err := judge()
				if err != nil {
					t.Fatal(err)
				}
				if !a.accepted() {
					refused++
				}
				want, got := inTemplate(a.causes(), w.root), []string{}
				for _, c := range v.Causes {
					got = append(got, c.Field+": "+c.Message)
				}
				got = inTemplate(got, w.root)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (seed %d): causes (-server +podcue):\n%s\n%s", o.name, *seed, diff, doc)
				}
				if got = []string{}; a.accepted() {
					for _, w := range v.Warnings {
						got = append(got, w.Text)
					}
					if diff := cmp.Diff(a.warnings, got); diff != "" {
						t.Errorf("%s (seed %d): warnings (-server +podcue):\n%s", o.name, *seed, diff)
					}
				}
			}
			if refused < 30 {
				t.Errorf("only %d were refused", refused)
			}
		})
	}
}

// inTemplate returns, sorted, the causes about the template at root that do not
// come from rules of the kind.
func inTemplate(causes []string, root provenance.Path) []string {
	out := []string{}
	for _, c := range causes {
		field, _, _ := strings.Cut(c, ": ")
		inner := strings.TrimPrefix(strings.TrimPrefix(field, string(root)), ".")
		if provenance.Path(field).Under(root) && !slices.Contains(ofTheKind, inner) {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
