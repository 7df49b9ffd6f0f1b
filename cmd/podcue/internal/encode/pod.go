package encode

import (
	"errors"
	"io"

	corev1 "k8s.io/api/core/v1"
)

var pod = Target{
	Name: "pod",
	Kind: "Pod",
	Doc:  "the final Pod, for kubectl and every tool that reads Pods",
	Write: func(w io.Writer, objects []*Object, format string) error {
		docs, err := each(objects, finalPod)
		if err != nil {
			return err
		}
		return writeObjects(w, docs, format)
	},
}

var (
	errNoPod      = errors.New("there is no final Pod")
	errNoTemplate = errors.New("there is no template")
)

func finalPod(o *Object) (map[string]any, error) {
	if o.Pod == nil {
		return nil, errNoPod
	}
	return podTree(o.Pod)
}

// podTree returns the tree of pod, which says that it is a v1 Pod even if pod
// does not, or says it as Flyte does ("pod").
func podTree(pod *corev1.Pod) (map[string]any, error) {
	obj, err := tree(pod)
	if err != nil {
		return nil, err
	}
	obj["apiVersion"], obj["kind"] = "v1", "Pod"
	return obj, nil
}
