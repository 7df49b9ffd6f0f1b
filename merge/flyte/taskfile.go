package flyte

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// DecodeTaskFile is [ReadTaskFile] without positions.
func DecodeTaskFile(data []byte) (*TaskTemplate, error) {
	t, _, err := ReadTaskFile("", data)
	return t, err
}

// ReadTaskFile reads a TaskTemplate as Flyte's tools write it: in JSON or YAML, by
// itself or inside what flytectl prints of a registered task (closure,
// compiledTask, template), in a CompiledTask or TaskSpec (template, taskTemplate),
// or in a list of one of these. Names may be camelCase or snake_case. The Sources
// have a position for every member; an error has the position of the file's part
// that is wrong as far as it is known.
func ReadTaskFile(name string, data []byte) (*TaskTemplate, *Sources, error) {
	root, _, err := parseSettings(ConfigFile{Name: name, Data: data})
	if err != nil {
		if root, err = parseTaskList(name, data, err); err != nil {
			return nil, nil, taskFileError(err)
		}
	}
	s, err := taskOf(root, 0)
	if err != nil {
		return nil, nil, err
	}
	text, err := json.Marshal(s.generic(true))
	if err != nil {
		return nil, nil, fmt.Errorf("task: %w", err)
	}
	t, err := DecodeTask(text)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", s.pos, err)
	}
	if t.Container == nil && t.K8sPod == nil && t.Type == "" && t.ID == nil {
		return nil, nil, fmt.Errorf("%s: this is no TaskTemplate: it has neither a type, an id nor a target", s.pos)
	}
	return t, taskSources(t, s), nil
}

// parseTaskList reads a file whose root is a list; cause is why it is no map.
func parseTaskList(name string, data []byte, cause error) (*setting, error) {
	trimmed := strings.TrimSpace(string(data))
	if !strings.HasPrefix(trimmed, "[") && !strings.HasPrefix(trimmed, "-") || strings.HasPrefix(trimmed, "---") {
		return nil, cause
	}
	wrapped := "tasks:\n" + string(data)
	if strings.HasPrefix(trimmed, "[") {
		wrapped = "{tasks: " + trimmed + "\n}"
	}
	root, _, err := parseSettings(ConfigFile{Name: name, Data: []byte(wrapped)})
	if err != nil {
		return nil, cause
	}
	list := root.member("tasks")
	if !strings.HasPrefix(trimmed, "[") {
		list.shift(-1)
	}
	return list, nil
}

// shift moves the positions of s by lines.
func (s *setting) shift(lines int) {
	s.pos.Line += lines
	for _, e := range s.items {
		e.shift(lines)
	}
	for _, m := range s.members {
		m.value.shift(lines)
	}
}

// taskFileError turns the finding of a file into an error with its position.
func taskFileError(err error) error {
	var l finding.List
	if errors.As(err, &l) && len(l) > 0 {
		if pos := l[0].Position(); pos.IsValid() {
			return fmt.Errorf("%s: %s", pos, l[0].Message)
		}
		return errors.New(l[0].Message)
	}
	return err
}

// wrappers are the members that a TaskTemplate is inside of in other messages.
var wrappers = []string{"template", "taskTemplate", "closure", "compiledTask", "spec", "task", "tasks"}

// taskOf returns the TaskTemplate inside s.
func taskOf(s *setting, depth int) (*setting, error) {
	switch s.kind {
	case listSetting:
		if len(s.items) != 1 {
			return nil, fmt.Errorf("%s: the file has %d tasks; give each in a file of its own", s.pos, len(s.items))
		}
		return taskOf(s.items[0], depth+1)
	case mapSetting:
	default:
		return nil, fmt.Errorf("%s: a TaskTemplate is a map, not %s", s.pos, s.plain())
	}
	// A TaskTemplate has none of the wrappers' names for its own members.
	for _, name := range wrappers {
		if inner := memberNamed(s, name); inner != nil && depth < len(wrappers) && (inner.kind == mapSetting || inner.kind == listSetting) {
			return taskOf(inner, depth+1)
		}
	}
	return s, nil
}

// memberNamed returns the member called name, in camelCase or in snake_case.
func memberNamed(s *setting, name string) *setting {
	for _, m := range s.members {
		if m.key == name || m.key == snakeCase(name) {
			return m.value
		}
	}
	return nil
}

// taskSources returns where the members of t are written: in s.
func taskSources(t *TaskTemplate, s *setting) *Sources {
	src := &Sources{Task: sourceMap(positionTree(generic(t), s, provenance.LayerTask), t)}
	pod := memberNamed(s, "k8sPod")
	if t.K8sPod == nil || pod == nil {
		return src
	}
	target := map[string]any{"metadata": generic(t.K8sPod.Metadata), "spec": generic(t.K8sPod.PodSpec)}
	tree := &provenance.Tree{}
	if m := memberNamed(pod, "metadata"); m != nil {
		tree.SetField("metadata", positionTree(target["metadata"], m, provenance.LayerTemplate))
	}
	if m := memberNamed(pod, "podSpec"); m != nil {
		tree.SetField("spec", positionTree(target["spec"], m, provenance.LayerTemplate))
	}
	src.PodSpec = sourceMap(tree, target)
	return src
}

// positionTree returns the tree of v, a generic value that was read from s, with
// the positions of s.
func positionTree(v any, s *setting, layer string) *provenance.Tree {
	t := &provenance.Tree{}
	t.Set(provenance.Origin{Layer: layer, Pos: s.pos})
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if m := memberFolded(s, k); m != nil {
				t.SetField(k, positionTree(v[k], m, layer))
			}
		}
	case []any:
		for i, e := range v {
			t.Append(elementTree(e, i, s, layer))
		}
	}
	return t
}

// elementTree is positionTree for element i of a list that was read from s: from
// its element i, or where s is a map (of variables), from the entry of the
// element's key.
func elementTree(e any, i int, s *setting, layer string) *provenance.Tree {
	if s.kind == listSetting && i < len(s.items) {
		return positionTree(e, s.items[i], layer)
	}
	t := &provenance.Tree{}
	m, _ := e.(map[string]any)
	key, _ := m["key"].(string)
	if value := memberNamed(s, key); value != nil {
		t.Field("key").Set(provenance.Origin{Layer: layer, Pos: value.pos})
		t.SetField("value", positionTree(m["value"], value, layer))
	}
	return t
}

// memberFolded is memberNamed for a field whose case does not matter either.
func memberFolded(s *setting, name string) *setting {
	if m := memberNamed(s, name); m != nil {
		return m
	}
	for _, m := range s.members {
		if strings.EqualFold(m.key, name) {
			return m.value
		}
	}
	return nil
}
