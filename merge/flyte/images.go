package flyte

import (
	"regexp"
	"strings"

	"github.com/podcue/podcue/provenance"
)

// An ImageConfig is flytekit's: the images that {{.image.NAME}} stands for.
type ImageConfig struct {
	Default *Image  `json:"defaultImage,omitempty"`
	Images  []Image `json:"images,omitempty"`
}

// An Image is one image of an ImageConfig, with a tag or a digest.
type Image struct {
	Name   string `json:"name"`
	FQN    string `json:"fqn"`
	Tag    string `json:"tag,omitempty"`
	Digest string `json:"digest,omitempty"`
}

// ParseImage returns the image that ref, like ghcr.io/acme/train:1.4, means.
func ParseImage(name, ref string) Image {
	img := Image{Name: name, FQN: ref}
	if fqn, digest, ok := strings.Cut(ref, "@"); ok {
		img.FQN, img.Digest = fqn, digest
		return img
	}
	if i := strings.LastIndex(ref, ":"); i > strings.LastIndex(ref, "/") {
		img.FQN, img.Tag = ref[:i], ref[i+1:]
	}
	return img
}

// full is the whole reference.
func (i *Image) full() string {
	switch {
	case i.Digest != "":
		return i.FQN + "@" + i.Digest
	case i.Tag != "":
		return i.FQN + ":" + i.Tag
	}
	return i.FQN
}

// find returns the image called name.
func (c *ImageConfig) find(name string) *Image {
	for i := range c.Images {
		if c.Images[i].Name == name {
			return &c.Images[i]
		}
	}
	if c.Default != nil && c.Default.Name == name {
		return c.Default
	}
	return nil
}

var imageReference = regexp.MustCompile(`(?i)\{\{\s*\.images?\.([a-zA-Z0-9_]+)(?:\.([a-zA-Z0-9_]+))?\s*\}\}`)

// resolve replaces the references to images in ref; an empty one is the default
// image.
func (c *ImageConfig) resolve(ref string, src *provenance.Tree) (string, error) {
	if ref == "" {
		if c.Default == nil {
			return "", registrationError(src, "ValueError", "An image is required for PythonAutoContainer tasks")
		}
		return c.Default.full(), nil
	}
	out := ref
	for _, m := range imageReference.FindAllStringSubmatch(ref, -1) {
		img := c.find(m[1])
		if img == nil {
			return "", registrationError(src, "AssertionError", "Image Config with name %s not found in the configuration", m[1])
		}
		switch m[2] {
		case "":
			out = strings.ReplaceAll(out, m[0], img.full())
		case "fqn":
			out = strings.ReplaceAll(out, m[0], img.FQN)
		case "version":
			if img.Digest == "" {
				out = strings.ReplaceAll(out, m[0], img.Tag)
				continue
			}
			out = strings.ReplaceAll(out, ":"+m[0], "@"+img.Digest)
			out = strings.ReplaceAll(out, m[0], img.Digest)
		default:
			return "", registrationError(src, "AssertionError", "Only fqn and version are supported replacements, %s is not supported", m[2])
		}
	}
	return out, nil
}

// ruleImageConfig is the rule of what comes from the image configuration.
const ruleImageConfig = "image-config"

// imageOrigin is where the image that ref becomes is written, in the tree of an
// authored task: the configured image that ref refers to last, or the default one
// for an empty ref. Without a configured default that is the task's own.
func imageOrigin(ref string, src *provenance.Tree) provenance.Origin {
	name, rule := "default", ruleImageConfig
	if ref != "" {
		rule = provenance.RuleRender + "-" + ruleImageConfig
		for _, m := range imageReference.FindAllStringSubmatch(ref, -1) {
			name = m[1]
		}
	}
	for _, t := range []*provenance.Tree{at(src, "images", "byName", name), at(src, "images", name)} {
		if t != nil {
			return originOf(t, rule)
		}
	}
	return originOf(at(src, "image"), rule)
}
