package flyte

import (
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podcue/podcue/provenance"
)

const (
	rawContainerTask = "raw-container"

	ideVariable    = "_F_E_VS"     // true: the task serves an IDE
	actionVariable = "ACTION_NAME" // set by Flyte 2
)

// finishPlugin is step 13, what the pod plugin adds to the pod spec.
func (b *builder) finishPlugin() error {
	if b.p.readinessProbe {
		b.addReadinessProbe()
	}
	// The annotation tells the engine which container's end is the task's.
	if b.task.Type == sidecarTask || len(b.spec.Containers) == 1 && b.task.Type != rawContainerTask {
		union(&b.meta.Annotations, map[string]string{primaryContainerKey: b.primary}, nil, nil, "")
		won(b.metaTree.Field("annotations").Field(primaryContainerKey), b.primary, flyteOrigin("primary-container-annotation"))
	}
	if b.spec.ServiceAccountName == "" {
		account, src := b.exec.ServiceAccount, at(b.execSrc, "serviceAccount")
		if sc := b.exec.SecurityContext; sc != nil && sc.RunAs != nil && sc.RunAs.K8sServiceAccount != "" {
			account, src = sc.RunAs.K8sServiceAccount, at(b.execSrc, "securityContext", "runAs", "k8sServiceAccount")
		}
		if account != "" {
			b.spec.ServiceAccountName = account
			from(b.specTree.Field("serviceAccountName"), src, "security-context-service-account")
		}
	}
	return nil
}

// addReadinessProbe replaces the readiness probe of a container that serves an
// IDE: the primary one, or the only one.
func (b *builder) addReadinessProbe() {
	c, t := b.primaryContainer()
	if c == nil && len(b.spec.Containers) == 1 {
		c, t = &b.spec.Containers[0], b.specTree.Field("containers").Item(0)
	}
	if c == nil {
		return
	}
	// Of several variables of that name Flyte reads the first one, although the
	// container will see the last.
	ide := slices.IndexFunc(c.Env, func(e corev1.EnvVar) bool { return e.Name == ideVariable })
	if ide < 0 {
		return
	}
	if serves, err := strconv.ParseBool(c.Env[ide].Value); err != nil || !serves {
		return
	}
	port := 8080
	if slices.ContainsFunc(c.Env, func(e corev1.EnvVar) bool { return e.Name == actionVariable }) {
		port = 6060
	}
	c.ReadinessProbe = &corev1.Probe{
		ProbeHandler:        corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Port: intstr.FromInt32(int32(port))}},
		InitialDelaySeconds: 15,
		PeriodSeconds:       5,
		FailureThreshold:    50,
	}
	if t != nil {
		node := &provenance.Tree{}
		fill(node, c.ReadinessProbe, flyteOrigin("ide-readiness-probe"))
		t.SetField("readinessProbe", node)
	}
}

// finishMetadata is step 14, what the plugin manager makes of the metadata.
func (b *builder) finishMetadata() error {
	if b.p.launch != nil {
		if err := b.p.launch(b); err != nil {
			return err
		}
	}
	m, t := b.meta, b.metaTree
	m.Namespace = b.exec.Namespace
	if m.Namespace != "" {
		from(t.Field("namespace"), at(b.execSrc, "namespace"), "namespace")
	}
	b.layerMetadata()
	m.Name = b.p.podName(b.exec.GeneratedName)
	if m.Name != "" {
		node := t.Field("name")
		from(node, at(b.execSrc, "generatedName"), "generated-name")
		if m.Name != b.exec.GeneratedName {
			won(node, m.Name, originOf(at(b.execSrc, "generatedName"), "dns-name"))
		}
	}
	if !b.p.ownerOptional || !b.cfg.DisableInjectOwnerReferences {
		b.setOwner()
	}
	if b.cfg.InjectFinalizer && !(b.p.finalizerOnce && slices.Contains(m.Finalizers, b.p.finalizer)) {
		m.Finalizers = append(slices.Clip(m.Finalizers), b.p.finalizer)
		place(t.Field("finalizers"), len(m.Finalizers)-1, b.p.finalizer, originTree(originOf(at(b.cfgSrc, "inject-finalizer"), "inject-finalizer")))
	}
	return nil
}

// setOwner replaces the owners by the one that the execution has. An execution
// without an owner, which a real engine does not know, leaves none.
func (b *builder) setOwner() {
	b.meta.OwnerReferences = nil
	b.metaTree.SetField("ownerReferences", nil)
	if b.exec.OwnerReference == (metav1.OwnerReference{}) {
		return
	}
	owner := *b.exec.OwnerReference.DeepCopy()
	b.meta.OwnerReferences = []metav1.OwnerReference{owner}
	place(b.metaTree.Field("ownerReferences"), 0, owner, ruled(at(b.execSrc, "ownerReference"), "owner"))
}

// A metadataLayer is one source of labels and annotations.
type metadataLayer struct {
	labels, annotations         map[string]string
	labelSrc, annotationSrc     *provenance.Tree
	labelsRule, annotationsRule string
}

// layerMetadata lays the labels and annotations over one another: the
// configuration's defaults, the pod's (base template and task), where the
// profile has them the task's own metadata, and the execution's.
func (b *builder) layerMetadata() {
	layers := []metadataLayer{
		{
			labels: b.cfg.DefaultLabels, labelSrc: at(b.cfgSrc, "default-labels"), labelsRule: "default-labels",
			annotations: b.cfg.DefaultAnnotations, annotationSrc: at(b.cfgSrc, "default-annotations"), annotationsRule: "default-annotations",
		},
		{
			labels: b.meta.Labels, labelSrc: b.metaTree.Lookup("labels"),
			annotations: b.meta.Annotations, annotationSrc: b.metaTree.Lookup("annotations"),
		},
	}
	if m := b.task.Metadata; b.p.taskMetadata && m != nil && m.Metadata != nil {
		src := at(b.taskSrc, "metadata", "metadata")
		layers = append(layers, metadataLayer{
			labels: m.Metadata.Labels, labelSrc: at(src, "labels"), labelsRule: "task-metadata",
			annotations: m.Metadata.Annotations, annotationSrc: at(src, "annotations"), annotationsRule: "task-metadata",
		})
	}
	layers = append(layers, metadataLayer{
		labels: b.exec.Labels, labelSrc: at(b.execSrc, "labels"), labelsRule: "execution-labels",
		annotations: b.exec.Annotations, annotationSrc: at(b.execSrc, "annotations"), annotationsRule: "execution-annotations",
	})
	b.meta.Labels, b.meta.Annotations = nil, nil
	var labels, annotations *provenance.Tree
	if b.tree != nil {
		labels, annotations = &provenance.Tree{}, &provenance.Tree{}
	}
	for _, l := range layers {
		union(&b.meta.Labels, l.labels, labels, l.labelSrc, l.labelsRule)
		union(&b.meta.Annotations, l.annotations, annotations, l.annotationSrc, l.annotationsRule)
	}
	if b.tree != nil {
		b.metaTree.SetField("labels", labels)
		b.metaTree.SetField("annotations", annotations)
	}
}
