package importing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// documents returns the documents of a source that are structs.
func documents(data []byte) []*value {
	var docs []*value
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var n yaml.Node
		if err := dec.Decode(&n); err != nil {
			return docs // its end; package manifest has reported errors
		}
		var generic any
		if err := n.Decode(&generic); err != nil {
			continue
		}
		if _, ok := generic.(map[string]any); !ok || len(n.Content) == 0 {
			continue
		}
		if v, err := fromNode(n.Content[0], 0); err == nil {
			docs = append(docs, v)
		}
	}
}

var errTooDeep = errors.New("nested too deep")

// fromNode returns the value of a node, with its comments.
func fromNode(n *yaml.Node, depth int) (*value, error) {
	if depth > 100 {
		return nil, errTooDeep
	}
	v := &value{}
	switch n.Kind {
	case yaml.AliasNode:
		return fromNode(n.Alias, depth+1)
	case yaml.MappingNode:
		v.kind = structKind
		for i := 0; i+1 < len(n.Content); i += 2 {
			m, err := fromNode(n.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			v.remove(n.Content[i].Value)
			v.set(n.Content[i].Value, m)
		}
	case yaml.SequenceNode:
		v.kind = listKind
		for _, c := range n.Content {
			e, err := fromNode(c, depth+1)
			if err != nil {
				return nil, err
			}
			v.items = append(v.items, e)
		}
	default:
		var scalar any
		if err := n.Decode(&scalar); err != nil {
			return nil, err
		}
		data, err := json.Marshal(scalar)
		v.scalar = data
		return v, err
	}
	if depth == 0 {
		v.addComments(n)
	}
	return v, nil
}

// firstDocument returns the line of the first document and what is wrong with it;
// "" if that is not known.
func firstDocument(data []byte) (line int, what string) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var n yaml.Node
		if err := dec.Decode(&n); err != nil {
			return 1, "" // its end; package manifest has reported errors
		}
		var head struct {
			APIVersion string `yaml:"apiVersion"`
			Kind       string `yaml:"kind"`
			Type       string `yaml:"type"`
			ID         any    `yaml:"id"`
		}
		switch err := n.Decode(&head); {
		case err != nil || len(n.Content) == 0:
		case head.Kind != "":
			return n.Content[0].Line, fmt.Sprintf("the first document is a %s of %s", head.Kind, describe(head.APIVersion))
		case head.Type != "" && head.ID != nil:
			return n.Content[0].Line, "the task has neither a container nor a K8sPod"
		default:
			return n.Content[0].Line, "the first document has no kind"
		}
	}
}

func describe(apiVersion string) string {
	if apiVersion == "" {
		return "no apiVersion"
	}
	return "apiVersion " + apiVersion
}
