package encode

import (
	"fmt"
	"io"
)

var list = Target{
	Name: "list",
	Kind: "Pod",
	Doc:  "the final Pods as one v1 List, for tools that take one object a file",
	Write: func(w io.Writer, objects []*Object, format string) error {
		docs, err := each(objects, finalPod)
		if err != nil {
			return err
		}
		all := listTree(docs)
		switch format {
		case "yaml":
			return writeYAML(w, []document{{comments: comments(docs), tree: all}})
		case "json":
			return writeJSON(w, all)
		}
		return fmt.Errorf("unknown format %q: it is yaml or json", format)
	},
}
