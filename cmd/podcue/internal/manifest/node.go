package manifest

import "go.yaml.in/yaml/v3"

// Node returns the object as it is written, with its comments: the map that the
// document, or the item of a list, is. Its aliases are not resolved. It must not be
// changed.
func (o *Object) Node() *yaml.Node { return o.node }
