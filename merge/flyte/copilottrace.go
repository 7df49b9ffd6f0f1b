package flyte

import "github.com/podcue/podcue/provenance"

// What copilot brings is there because of the task's data_config, which is the
// origin of all of it. The functions here put the origins of what is configured
// above that, field by field.

// configured records that the field name of t has the value that is configured at
// src, for what the origin of the field brought about.
func configured(t *provenance.Tree, name string, src *provenance.Tree) {
	have := t.Lookup(name).Origins()
	if len(have) == 0 {
		return
	}
	cause := have[len(have)-1]
	o := originOf(src, "")
	o.Rule, o.Value = provenance.RuleConfigured, cause.Value
	cause.Value = ""
	node := originTree(cause)
	node.Set(o)
	t.SetField(name, node)
}

// A dataSide is one direction of the task's data, and where it is configured.
type dataSide struct {
	volume, path string                 // keys of the configuration
	ownPath      string                 // field of the data_config, which beats path
	own          func(*DataConfig) bool // reports whether it is given
}

var (
	inputSide = &dataSide{"input-vol-name", "default-input-path", "inputPath",
		func(dc *DataConfig) bool { return dc.InputPath != "" }}
	outputSide = &dataSide{"output-vol-name", "default-output-path", "outputPath",
		func(dc *DataConfig) bool { return dc.OutputPath != "" }}
)

// key is where the configuration has a key of copilot's.
func (c *copilot) key(name string) *provenance.Tree { return at(c.b.cfgSrc, "co-pilot", name) }

// traceMount records where a mount of the data volume, at t, is configured.
func (c *copilot) traceMount(t *provenance.Tree, side *dataSide) {
	configured(t, "name", c.key(side.volume))
	path := c.key(side.path)
	if side.own(c.data) {
		path = at(c.src, side.ownPath)
	}
	configured(t, "mountPath", path)
}

// traceVolume records where the data volume, at t, is configured.
func (c *copilot) traceVolume(t *provenance.Tree, side *dataSide) {
	configured(t, "name", c.key(side.volume))
	for _, list := range []string{"limits", "requests"} {
		if src := at(c.b.execSrc, "overrides", "resources", list, "storage"); src != nil {
			configured(t.Lookup("emptyDir"), "sizeLimit", src)
			return
		}
	}
}

// traceContainer records where a container of copilot's, at t, is configured.
func (c *copilot) traceContainer(t *provenance.Tree, side *dataSide) {
	configured(t, "name", c.key("name"))
	configured(t, "image", c.key("image"))
	for _, list := range []string{"limits", "requests"} {
		for _, resource := range []string{"cpu", "memory"} {
			configured(at(t, "resources", list), resource, c.key(resource))
		}
	}
	c.traceMount(item(t.Lookup("volumeMounts"), 0), side)
}
