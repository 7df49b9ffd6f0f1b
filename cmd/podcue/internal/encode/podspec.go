package encode

import "io"

var podSpec = Target{
	Name: "podspec",
	Doc:  "the final Pod's spec alone, for tools that embed pod specs",
	Write: func(w io.Writer, objects []*Object, format string) error {
		docs, err := titled(objects, func(o *Object) (map[string]any, error) {
			if o.Pod == nil {
				return nil, errNoPod
			}
			return tree(&o.Pod.Spec)
		})
		if err != nil {
			return err
		}
		return writeDocuments(w, docs, format)
	},
}
