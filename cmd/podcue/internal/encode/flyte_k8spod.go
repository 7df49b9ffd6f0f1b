package encode

import "io"

var flyteK8sPod = Target{
	Name:     "flyte-k8spod",
	Authored: true,
	Doc:      "the template as flyteidl's K8sPod, the k8sPod of a TaskTemplate or of a node's overrides",
	Write: func(w io.Writer, objects []*Object, format string) error {
		docs, err := titled(objects, k8sPodTree)
		if err != nil {
			return err
		}
		return writeDocuments(w, docs, format)
	},
}

// k8sPodTree returns the protojson form of flyteidl's core.K8sPod, whose metadata
// has labels and annotations only.
func k8sPodTree(o *Object) (map[string]any, error) {
	if o.Template == nil {
		return nil, errNoTemplate
	}
	spec, err := tree(&o.Template.Spec)
	if err != nil {
		return nil, err
	}
	k8sPod := map[string]any{"podSpec": spec}
	metadata := map[string]any{}
	if m := o.Template.Labels; len(m) > 0 {
		metadata["labels"] = anyMap(m)
	}
	if m := o.Template.Annotations; len(m) > 0 {
		metadata["annotations"] = anyMap(m)
	}
	if len(metadata) > 0 {
		k8sPod["metadata"] = metadata
	}
	if o.Primary != "" {
		k8sPod["primaryContainerName"] = o.Primary
	}
	if o.DataConfig != nil {
		k8sPod["dataConfig"] = o.DataConfig
	}
	return k8sPod, nil
}

func anyMap(m map[string]string) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}
