package flyte_test

import (
	"encoding/json"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
)

// A causalSource is one input of a Pod in its JSON form: every text in it has a
// line of its own as its position, and can be changed.
type causalSource struct {
	file  string
	value any // generic
	lines []provenance.Path
	apply func(in *flyte.Input, data []byte) error
}

// fields gives every leaf a position: the file, and a line of its own.
func (s *causalSource) fields(layer string) provenance.Map {
	m := provenance.Map{}
	for path := range provenance.Leaves(s.value) {
		s.lines = append(s.lines, path)
		m.Add(path, provenance.Origin{Layer: layer, Pos: pos(s.file, len(s.lines))})
	}
	return m
}

// change returns the JSON of the source with another text at path, nil if there
// is no text.
func (s *causalSource) change(t *testing.T, path provenance.Path) []byte {
	t.Helper()
	v := generic(t, json.RawMessage(marshal(t, s.value)))
	_, parent, ok := provenance.Resolve(v, path.Parent())
	if !ok {
		return nil
	}
	segs := path.Segments()
	last := segs[len(segs)-1]
	switch p := parent.(type) {
	case map[string]any:
		if text, ok := p[last.Name].(string); ok {
			p[last.Name] = text + "x"
			return []byte(marshal(t, v))
		}
	case []any:
		if text, ok := p[last.Index].(string); ok && last.Kind == provenance.Index {
			p[last.Index] = text + "x"
			return []byte(marshal(t, v))
		}
	}
	return nil
}

// causalInput returns the input with positions everywhere, and its sources by
// file.
func causalInput(t *testing.T, in *flyte.Input) map[string]*causalSource {
	t.Helper()
	read := func(v any) any { return generic(t, json.RawMessage(marshal(t, v))) }
	task := &causalSource{file: "task", value: read(in.Task), apply: func(in *flyte.Input, data []byte) error {
		in.Task = &flyte.TaskTemplate{}
		return json.Unmarshal(data, in.Task)
	}}
	exec := &causalSource{file: "execution", value: read(in.Execution), apply: func(in *flyte.Input, data []byte) error {
		in.Execution = &flyte.Execution{}
		return json.Unmarshal(data, in.Execution)
	}}
	cfg := &causalSource{file: "config", value: read(in.Config), apply: func(in *flyte.Input, data []byte) error {
		changed := *in.Config
		changed.DefaultLabels, changed.DefaultAnnotations, changed.DefaultEnvVars, changed.DefaultNodeSelector = nil, nil, nil, nil
		changed.InterruptibleNodeSelector, changed.ResourceTolerations, changed.AcceleratorDevices = nil, nil, nil
		changed.AcceleratorDeviceClasses, changed.DefaultEnvVarsFromEnv = nil, nil
		in.Config = &changed
		return json.Unmarshal(data, &changed)
	}}
	in.Sources = &flyte.Sources{Task: task.fields(provenance.LayerTask), Execution: exec.fields(provenance.LayerExecution)}
	in.Config.Fields = cfg.fields(provenance.LayerConfig)
	sources := map[string]*causalSource{"task": task, "execution": exec, "config": cfg}
	var base *corev1.PodTemplate
	name := in.Config.DefaultPodTemplateName
	if m := in.Task.Metadata; m != nil && m.PodTemplateName != "" {
		name = m.PodTemplateName
	}
	for _, ns := range []string{in.Execution.Namespace, in.Execution.DefaultNamespace} {
		if base = in.Templates.Template(ns, name); base != nil {
			break
		}
	}
	if base != nil {
		s := &causalSource{file: "base", value: read(base.Template)}
		fields := s.fields(provenance.LayerBase)
		store := func(spec *corev1.PodTemplate) *flyte.Store {
			return flyte.NewStore(flyte.BaseTemplate{PodTemplate: spec, Fields: fields})
		}
		s.apply = func(in *flyte.Input, data []byte) error {
			changed := base.DeepCopy()
			changed.Template = corev1.PodTemplateSpec{}
			in.Templates = store(changed)
			err := json.Unmarshal(data, &changed.Template)
			in.Templates = store(changed)
			return err
		}
		in.Templates = store(base)
		sources["base"] = s
	}
	return sources
}

// plainTexts are the fields whose text goes into a Pod as it is, and whose change
// moves nothing else.
func plainText(path provenance.Path) bool {
	segs := path.Segments()
	if len(segs) < 2 {
		return false
	}
	last := segs[len(segs)-1]
	switch last.Name {
	case "image", "value", "workingDir", "schedulerName", "serviceAccountName", "hostname", "subPath":
		return last.Kind == provenance.Field
	}
	parent := path.Parent().Segments()
	in := parent[len(parent)-1].Name
	return last.Kind == provenance.Key && (in == "labels" || in == "annotations" || in == "nodeSelector") ||
		last.Kind == provenance.Index && (in == "args" || in == "command")
}

// TestOriginsAreCauses changes the text that an origin points at. The field of
// the Pod changes if the origin has a share in it, and does not if it lost.
func TestOriginsAreCauses(t *testing.T) {
	t.Parallel()
	decided, lost, n := 0, 0, 0
	podInputs(t, func(name string, p *flyte.Profile, in *flyte.Input) {
		if n++; n%15 != 0 {
			return
		}
		sources := causalInput(t, in)
		out, err := p.Build(in)
		if err != nil {
			return
		}
		before := generic(t, json.RawMessage(marshal(t, out.Pod)))
		tried := 0
		for path, v := range provenance.Leaves(before) {
			if _, text := v.(string); !text || !plainText(path) || tried >= 12 {
				continue
			}
			origins := out.Fields[path]
			shares := provenance.Shares(origins)
			for i, o := range origins {
				s := sources[o.Pos.Filename]
				if s == nil {
					continue
				}
				after := rebuilt(t, name, p, in, s, s.lines[o.Pos.Line-1], path)
				if after == "" {
					continue
				}
				tried++
				if changed := after != provenance.JSON(v); changed != shares[i] {
					t.Errorf("%s: %s is %s; origin %d of %+v stands at %s of %s, and with another text there it is %s",
						name, path, provenance.JSON(v), i, origins, s.lines[o.Pos.Line-1], s.file, after)
				}
				if shares[i] {
					decided++
				} else {
					lost++
				}
			}
		}
	})
	t.Logf("%d origins decided, %d lost", decided, lost)
	if decided < least(300) || lost < least(10) {
		t.Error("too few")
	}
}

// rebuilt returns the value at path of the Pod with another text at the given
// place of the source, "" if there is no text or no such Pod.
func rebuilt(t *testing.T, name string, p *flyte.Profile, in *flyte.Input, s *causalSource, place, path provenance.Path) string {
	t.Helper()
	data := s.change(t, place)
	if data == nil {
		return ""
	}
	changed := *in
	if err := s.apply(&changed, data); err != nil {
		t.Fatalf("%s: %s of %s: %v", name, place, s.file, err)
	}
	out, err := p.Build(&changed)
	if err != nil {
		return ""
	}
	_, v, ok := provenance.Resolve(generic(t, json.RawMessage(marshal(t, out.Pod))), path)
	if !ok {
		return fmt.Sprint("nothing at ", path)
	}
	return provenance.JSON(v)
}
