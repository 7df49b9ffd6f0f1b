package encode

import (
	"io"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var podTemplate = Target{
	Name:       "podtemplate",
	Doc:        "the template as a v1 PodTemplate, for the cluster: a namespace's base, or a task's podTemplateName",
	Namespaced: true,
	Authored:   true,
	Kind:       "PodTemplate",
	Write: func(w io.Writer, objects []*Object, format string) error {
		docs, err := each(objects, func(o *Object) (map[string]any, error) {
			if o.Template == nil {
				return nil, errNoTemplate
			}
			return tree(PodTemplate(o))
		})
		if err != nil {
			return err
		}
		return writeObjects(w, docs, format)
	},
}

// PlaceholderImage stands for the image of a container that gets its real one
// from the task. The API server refuses a PodTemplate without an image; Flyte
// never runs this one. It is the image that Flyte's own documentation uses there.
const PlaceholderImage = "docker.io/rwgrim/docker-noop"

// placeholders are the names of the containers of a PodTemplate that Flyte merges
// with those of a task, which always have an image.
var placeholders = map[string]bool{"primary": true, "default": true, "primary-init": true, "default-init": true}

// PodTemplate returns the v1 PodTemplate that the target "podtemplate" writes for
// o, whose Template must be set and is not changed. Kubernetes asks for at least
// one container and an image in each, a template need not have them: the primary
// container is added where there is none, with [PlaceholderImage], which the
// containers that stand for those of a task get too.
func PodTemplate(o *Object) *corev1.PodTemplate {
	t := &corev1.PodTemplate{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "PodTemplate"},
		ObjectMeta: metav1.ObjectMeta{Name: o.Name, Namespace: o.Namespace},
		Template:   *o.Template.DeepCopy(),
	}
	spec := &t.Template.Spec
	if len(spec.Containers) == 0 {
		name := o.Primary
		if name == "" {
			name = "primary"
		}
		spec.Containers = []corev1.Container{{Name: name, Image: PlaceholderImage}}
	}
	for _, containers := range [][]corev1.Container{spec.Containers, spec.InitContainers} {
		for i := range containers {
			if c := &containers[i]; c.Image == "" && (placeholders[c.Name] || c.Name == o.Primary) {
				c.Image = PlaceholderImage
			}
		}
	}
	return t
}
