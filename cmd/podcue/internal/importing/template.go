package importing

import (
	"fmt"
	"path"
	"reflect"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/cmd/podcue/internal/manifest"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// defaultPrimary is the primary container of a template that names none.
const defaultPrimary = "primary"

// lastApplied is the annotation in which kubectl keeps the whole object.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// defaultContainer is the annotation that says which container kubectl means.
const defaultContainer = "kubectl.kubernetes.io/default-container"

// object adds the template of an object, and its task if it is a TaskTemplate.
func (im *importer) object(src Source, o *manifest.Object) {
	tree, err := parseJSON(o.JSON)
	if err != nil {
		im.fail(o, err.Error())
		return
	}
	tree.addComments(im.comments.at(o.Position()))
	if o.Kind == manifest.KindTaskTemplate {
		im.podTask(src, o, tree)
		return
	}
	e, err := im.template(src, o, tree)
	if err != nil {
		im.fail(o, err.Error())
		return
	}
	im.templates = append(im.templates, e)
}

func (im *importer) fail(o *manifest.Object, message string) {
	im.problems = append(im.problems, finding.Finding{
		ID: finding.IDSchema, Severity: finding.Error, Object: o.Object(), Message: message,
		Help:    "correct the object, or leave it out",
		Origins: []provenance.Origin{{Layer: provenance.LayerManifest, Pos: o.Position()}},
	})
}

// template returns the template of the object with the tree.
func (im *importer) template(src Source, o *manifest.Object, tree *value) (entry, error) {
	t, err := tree.lookup(o.Root)
	if err != nil {
		return entry{}, fmt.Errorf("%s: %w", o.Root, err)
	}
	spec := t.get("spec")
	switch o.Kind {
	case manifest.KindPodSpec:
		t, spec = structValue(), tree
	case manifest.KindK8sPod, manifest.KindTaskTemplate:
		spec = either(t, "podSpec", "pod_spec")
	}
	if spec == nil {
		spec = structValue()
	}
	metadata := t.get("metadata")
	if metadata == nil {
		metadata = structValue()
	}
	prune(metadata, reflect.TypeFor[metadataParts]())
	metadata.get("annotations").removeEntry(lastApplied)
	prune(spec, reflect.TypeFor[corev1.PodSpec]())
	if o.APIVersion != "" {
		// What is Flyte's has never been on a server: its author wrote every value.
		dropAlias(spec)
		dropDefaults(spec, "podSpec")
	}
	showOctal(spec)

	v := structValue()
	primary, guessed := primaryOf(o, metadata, spec)
	if primary != "" && primary != defaultPrimary {
		p := stringValue(primary)
		if guessed {
			p.head = []string{"The first container; name the one that runs the task's own code."}
		}
		v.set("primaryContainerName", p)
	}
	for _, name := range []string{"labels", "annotations"} {
		if m := metadata.get(name); m != nil && !m.empty() {
			v.set(name, m)
		}
	}
	if !spec.empty() {
		v.set("podSpec", spec)
	}
	name := unique(im.names, templateName(o.Name, fileName(src.Name)))
	above, below := along(tree, o.Root)
	object := im.comments.at(o.Position())
	return entry{
		name: name, value: v,
		doc:  append(append(headComment(object), above...), origin(src, o)),
		foot: append(below, footComment(object)...),
	}, nil
}

// metadataParts is what a template keeps of an object's metadata.
type metadataParts struct {
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// origin says where a template comes from.
func origin(src Source, o *manifest.Object) string {
	name := o.Kind
	if o.Name != "" {
		name += " " + o.Name
	}
	if o.Namespace != "" {
		name += " of namespace " + o.Namespace
	}
	return fmt.Sprintf("Imported from %s: %s.", path.Base(strings.ReplaceAll(src.Name, "\\", "/")), name)
}

// fileName returns a name for what is in a file and has none itself.
func fileName(name string) string {
	base := path.Base(strings.ReplaceAll(name, "\\", "/"))
	base, _, _ = strings.Cut(base, ".")
	return templateName(base, "imported")
}

// primaryOf returns the name of the primary container, and whether it is only a
// guess: Kubernetes does not have one.
func primaryOf(o *manifest.Object, metadata, spec *value) (name string, guessed bool) {
	if o.Primary != "" {
		return o.Primary, false
	}
	if name := metadata.get("annotations").get(defaultContainer).text(); name != "" {
		return name, false
	}
	containers := spec.get("containers")
	if containers == nil {
		return "", false
	}
	first := ""
	for i, c := range containers.items {
		if name := c.get("name").text(); name == defaultPrimary {
			return defaultPrimary, false
		} else if i == 0 {
			first = name
		}
	}
	return first, len(containers.items) > 1
}

// removeEntry removes the member called name of v, which may be nil.
func (v *value) removeEntry(name string) {
	if v != nil {
		v.remove(name)
	}
}

// either returns the member with the first of the names that v has.
func either(v *value, names ...string) *value {
	for _, n := range names {
		if m := v.get(n); m != nil {
			return m
		}
	}
	return nil
}

// showOctal marks the permission bits below v, which read better in base 8.
func showOctal(v *value) {
	for _, e := range v.items {
		showOctal(e)
	}
	for _, m := range v.members {
		if m.name == "defaultMode" || m.name == "mode" {
			m.value.octal = m.value.kind == scalarKind
		}
		showOctal(m.value)
	}
}
