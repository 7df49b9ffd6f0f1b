package policies

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type deprecatedFieldParams struct {
	TargetVersion string `json:"targetVersion" doc:"the Kubernetes minor that the pod must work on"`
}

func (p *deprecatedFieldParams) validate() error {
	if p.minor() < 0 {
		return fmt.Errorf("targetVersion: %q is not a version such as 1.37", p.TargetVersion)
	}
	return nil
}

// minor returns the number of the minor version, negative if it is none.
func (p *deprecatedFieldParams) minor() int {
	text, ok := strings.CutPrefix(p.TargetVersion, "1.")
	n, err := strconv.Atoi(text)
	if !ok || err != nil {
		return -1
	}
	return n
}

// A deprecation is a key that Kubernetes gave up at a minor version.
type deprecation struct {
	key    string // one that ends with * stands for all that start so
	minor  int
	remedy string
}

// The deprecation guides of Kubernetes and the warnings of its API server
// (pkg/api/pod/warnings.go of k8s.io/kubernetes 1.37) have these.
var (
	deprecatedAnnotations = []deprecation{
		{"seccomp.security.alpha.kubernetes.io/pod", 19, "securityContext.seccompProfile"},
		{"container.seccomp.security.alpha.kubernetes.io/*", 19, "securityContext.seccompProfile of the container"},
		{"container.apparmor.security.beta.kubernetes.io/*", 30, "securityContext.appArmorProfile of the container"},
		{"scheduler.alpha.kubernetes.io/critical-pod", 16, "priorityClassName"},
		{"scheduler.alpha.kubernetes.io/affinity", 6, "affinity"},
		{"scheduler.alpha.kubernetes.io/tolerations", 6, "tolerations"},
		{"scheduler.alpha.kubernetes.io/preferAvoidPods", 22, "a taint of the node"},
		{"pod.alpha.kubernetes.io/init-containers", 8, "initContainers"},
		{"pod.beta.kubernetes.io/init-containers", 8, "initContainers"},
		{"security.alpha.kubernetes.io/sysctls", 11, "securityContext.sysctls"},
		{"security.alpha.kubernetes.io/unsafe-sysctls", 11, "securityContext.sysctls"},
	}
	deprecatedNodeLabels = []deprecation{
		{"beta.kubernetes.io/arch", 14, "kubernetes.io/arch"},
		{"beta.kubernetes.io/os", 14, "kubernetes.io/os"},
		{"beta.kubernetes.io/instance-type", 17, "node.kubernetes.io/instance-type"},
		{"failure-domain.beta.kubernetes.io/region", 17, "topology.kubernetes.io/region"},
		{"failure-domain.beta.kubernetes.io/zone", 17, "topology.kubernetes.io/zone"},
		{"node-role.kubernetes.io/master", 20, "node-role.kubernetes.io/control-plane"},
	}
	deprecatedVolumes = []deprecation{
		{"gitRepo", 11, "an init container that clones into an emptyDir"},
		{"awsElasticBlockStore", 17, "the CSI driver ebs.csi.aws.com"},
		{"azureDisk", 19, "the CSI driver disk.csi.azure.com"},
		{"azureFile", 21, "the CSI driver file.csi.azure.com"},
		{"cephfs", 28, "a CSI driver"},
		{"cinder", 18, "the CSI driver cinder.csi.openstack.org"},
		{"flexVolume", 23, "a CSI driver"},
		{"flocker", 22, "a CSI driver"},
		{"gcePersistentDisk", 17, "the CSI driver pd.csi.storage.gke.io"},
		{"glusterfs", 25, "a CSI driver"},
		{"photonPersistentDisk", 11, "a CSI driver"},
		{"portworxVolume", 25, "the CSI driver pxd.portworx.com"},
		{"quobyte", 22, "a CSI driver"},
		{"rbd", 28, "a CSI driver"},
		{"scaleIO", 16, "a CSI driver"},
		{"storageos", 22, "a CSI driver"},
		{"vsphereVolume", 19, "the CSI driver csi.vsphere.vmware.com"},
	}
	removedAPIs = []deprecation{
		{"extensions/v1beta1", 16, "apps/v1"},
		{"apps/v1beta1", 16, "apps/v1"},
		{"apps/v1beta2", 16, "apps/v1"},
		{"batch/v2alpha1", 21, "batch/v1"},
		{"batch/v1beta1", 25, "batch/v1"},
	}
)

// DeprecatedField reports what Kubernetes gave up.
var DeprecatedField = &Policy{
	ID: "deprecated-field",
	Doc: `Deprecated field or annotation

The cluster no longer reads it, or will not after an upgrade: the API server warns at best, and the pod runs without what the author asked for, or not at all.`,
	Help:     "use what replaces it",
	Bad:      `annotations: "seccomp.security.alpha.kubernetes.io/pod": "runtime/default"`,
	Good:     `podSpec: securityContext: seccompProfile: type: "RuntimeDefault"`,
	Group:    "metadata",
	Severity: finding.Warning,
	Default:  true,
	Params:   &deprecatedFieldParams{TargetVersion: "1.37"},
	Check: func(p *Pass) {
		target := ParamsOf[deprecatedFieldParams](p).minor()
		spec := &p.Pod.Spec
		for _, key := range sortedKeys(p.Pod.Annotations) {
			if d := deprecated(deprecatedAnnotations, key, target); d != nil {
				p.Report(provenance.Path("metadata.annotations").Key(key), "annotation %s is gone since Kubernetes 1.%d; %s replaces it", key, d.minor, d.remedy)
			}
		}
		for _, key := range sortedKeys(spec.NodeSelector) {
			if d := deprecated(deprecatedNodeLabels, key, target); d != nil {
				p.Report(provenance.Path("spec.nodeSelector").Key(key), "node label %s is deprecated since Kubernetes 1.%d; %s replaces it", key, d.minor, d.remedy)
			}
		}
		for i := range spec.Volumes {
			t := volumeType(&spec.Volumes[i])
			if d := deprecated(deprecatedVolumes, t, target); d != nil {
				p.Report(volumePath(spec, i).Child(t), "volume type %s is deprecated since Kubernetes 1.%d; %s replaces it", t, d.minor, d.remedy)
			}
		}
		if d := deprecated(removedAPIs, p.Subject.APIVersion, target); d != nil {
			p.reportObject("apiVersion", "%s is gone since Kubernetes 1.%d; %s replaces it", p.Subject.APIVersion, d.minor, d.remedy)
		}
	},
}

// deprecated returns the entry of list that key has at the minor version target.
func deprecated(list []deprecation, key string, target int) *deprecation {
	i := slices.IndexFunc(list, func(d deprecation) bool { return d.minor <= target && matchesAny(key, []string{d.key}) })
	if i < 0 {
		return nil
	}
	return &list[i]
}
