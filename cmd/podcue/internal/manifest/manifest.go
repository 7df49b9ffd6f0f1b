package manifest

import (
	"iter"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A Source is one input.
type Source struct {
	Name string // as positions name it
	Data []byte // not changed
}

// An Object is one pod template of a document, with the object around it.
type Object struct {
	APIVersion string // "" for what is not a Kubernetes object
	Kind       string // for those, K8sPod, TaskTemplate or PodSpec
	Name       string // the generateName and a star where there is no name
	Namespace  string // "" where the document says none

	// Root is where the pod template stands in the object: "" for a Pod,
	// "template" for a PodTemplate, "spec.template" for a Deployment. Below it are
	// metadata and spec.
	Root provenance.Path
	// Template is the pod template; for a Pod, its metadata and spec.
	Template *corev1.PodTemplateSpec
	// Primary is the name of the container that is the task's own, as a K8sPod
	// says it; "" where nothing does.
	Primary string
	// Interruptible says whether a TaskTemplate may run on nodes that can vanish;
	// nil where nothing does.
	Interruptible *bool
	// JSON is the whole object.
	JSON []byte
	// Unknown are the fields that the kind does not have.
	Unknown []UnknownField
	// Claims are the PersistentVolumes that the sources given to
	// [Reader.Volumes] have for claims of the object's namespace, by the claim's
	// name. May be nil.
	Claims map[string]*corev1.PersistentVolumeSpec

	node   *node
	where  *place
	fields provenance.Map // computed at the first call of Fields
}

// An UnknownField is a field that Kubernetes does not have.
type UnknownField struct {
	Path provenance.Path // from the root of the object
	Hint string          // the field that may be meant; "" if none is near
}

// Fields returns the origins of the object's fields, keyed by their canonical
// paths from the root of the object: every map member at its key, every list
// element at its first character. It is computed at the first call and shared.
func (o *Object) Fields() provenance.Map {
	if o.fields == nil {
		o.fields = o.where.fields(o.node, o.Kind)
	}
	return o.fields
}

// TemplateFields returns the origins of the fields of the pod template, keyed by
// their paths in it: metadata.… and spec.…. The result is fresh.
func (o *Object) TemplateFields() provenance.Map {
	fields := provenance.Map{}
	for p, origins := range o.Fields() {
		switch {
		case o.Root == "":
			fields[p] = origins
		case p != o.Root && p.Under(o.Root):
			fields[p[len(o.Root)+1:]] = origins // behind the dot
		}
	}
	return fields
}

// Position is where the object starts.
func (o *Object) Position() provenance.Position { return o.where.position(o.node) }

// Object returns what findings about o are about.
func (o *Object) Object() finding.Object {
	return finding.Object{Kind: o.Kind, Name: o.Name, Stage: finding.StageManifest}
}

// A Reader reads sources. The zero value is ready for use; a Reader must not be
// used by several goroutines.
type Reader struct {
	// Layer is that of the origins: LayerManifest if "".
	Layer string

	findings finding.List
	skipped  int
	volumes  volumes
}

// Findings returns what could not be decoded in the objects read so far.
func (r *Reader) Findings() finding.List { return r.findings }

// Skipped returns how many of the documents read so far carry no pod.
func (r *Reader) Skipped() int { return r.skipped }

// Volumes notes the PersistentVolumes and the claims in src, which may be in
// other sources than the pods that mount them: it is to be called for all sources
// before objects are read. It reports nothing; [Reader.Objects] does that.
func (r *Reader) Volumes(src Source) { r.volumes.note(src) }

// Objects yields the objects of src in their order. An object is not used by the
// Reader once the next one is asked for.
func (r *Reader) Objects(src Source) iter.Seq[*Object] {
	return func(yield func(*Object) bool) {
		d := &decoder{reader: r, place: &place{file: src.Name, layer: r.layer()}, yield: yield}
		d.source(src.Data)
	}
}

// All returns the objects of src at once, and what could not be decoded.
func (r *Reader) All(src Source) ([]*Object, finding.List) {
	before := len(r.findings)
	var all []*Object
	for o := range r.Objects(src) {
		all = append(all, o)
	}
	return all, r.findings[before:]
}

func (r *Reader) layer() string {
	if r.Layer != "" {
		return r.Layer
	}
	return provenance.LayerManifest
}
