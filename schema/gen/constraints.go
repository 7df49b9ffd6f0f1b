package main

import (
	"fmt"
	"slices"
	"strings"
)

// zeroIsFine are the members that Go always writes and Kubernetes does not ask
// for: leaving them out means 0, "" or {}, and that is accepted.
var zeroIsFine = []string{
	"HTTPHeader.value",
	"ISCSIVolumeSource.lun",
	"PodSpec.containers", // Flyte adds the primary container
	"PreferredSchedulingTerm.preference",
	"SleepAction.seconds",
	"Sysctl.value",
}

// moreRequired are the members that Kubernetes asks for and Go leaves out when
// they are empty.
var moreRequired = []string{
	"ConfigMapEnvSource.name",
	"ConfigMapKeySelector.name",
	"ConfigMapProjection.name",
	"ConfigMapVolumeSource.name",
	"ContainerRestartRule.action",
	"EphemeralVolumeSource.volumeClaimTemplate",
	"PodCertificateProjection.keyType",
	"PodCertificateProjection.signerName",
	"PodDNSConfigOption.name",
	"SecretEnvSource.name",
	"SecretKeySelector.name",
	"SecretProjection.name",
	"SecretVolumeSource.secretName",
}

// openEnums are the string types whose constants are only some of their values.
var openEnums = []string{"PodConditionType", "ResourceName", "StorageMedium"}

// constraints are the members with a narrower type than Go's, by
// "Type.jsonName". The definitions are in basic.cue. Rules about several members
// are not here: CUE would carry them badly, and the API server's own validation
// comes later anyway.
var constraints = map[string]string{
	"ClusterTrustBundleProjection.path":           "#RelativePath",
	"ConfigMapEnvSource.name":                     "#NonEmpty",
	"ConfigMapKeySelector.name":                   "#NonEmpty",
	"ConfigMapProjection.name":                    "#NonEmpty",
	"ConfigMapVolumeSource.defaultMode":           "#FileMode",
	"ConfigMapVolumeSource.name":                  "#NonEmpty",
	"Container.name":                              "#DNSLabel",
	"ContainerPort.containerPort":                 "#Port",
	"ContainerPort.hostPort":                      "#PortOrZero",
	"ContainerPort.name":                          "#PortName",
	"DownwardAPIVolumeFile.mode":                  "#FileMode",
	"DownwardAPIVolumeFile.path":                  "#RelativePath",
	"DownwardAPIVolumeSource.defaultMode":         "#FileMode",
	"EmptyDirVolumeSource.medium":                 "#StorageMedium",
	"EnvVar.name":                                 "#EnvName",
	"EphemeralContainer.name":                     "#DNSLabel",
	"GRPCAction.port":                             "#Port",
	"HTTPGetAction.port":                          "#PortOrName",
	"KeyToPath.mode":                              "#FileMode",
	"KeyToPath.path":                              "#RelativePath",
	"LabelSelector.matchLabels":                   "#Labels",
	"ObjectMeta.labels":                           "#Labels",
	"PersistentVolumeClaimVolumeSource.claimName": "#NonEmpty",
	"PodSecurityContext.fsGroup":                  "#UserID",
	"PodSecurityContext.runAsGroup":               "#UserID",
	"PodSecurityContext.runAsUser":                "#UserID",
	"PodSecurityContext.supplementalGroups":       "[...#UserID]",
	"PodSpec.activeDeadlineSeconds":               "#PositiveCount",
	"PodSpec.hostname":                            "#DNSLabel",
	"PodSpec.nodeSelector":                        "#Labels",
	"PodSpec.priorityClassName":                   "#ObjectName",
	"PodSpec.runtimeClassName":                    "#ObjectName",
	"PodSpec.serviceAccountName":                  "#ObjectName",
	"PodSpec.subdomain":                           "#DNSLabel",

	"PreferredSchedulingTerm.weight":      "#Weight",
	"Probe.failureThreshold":              "#Count",
	"Probe.initialDelaySeconds":           "#Count",
	"Probe.periodSeconds":                 "#Count",
	"Probe.successThreshold":              "#Count",
	"Probe.terminationGracePeriodSeconds": "#PositiveCount",
	"Probe.timeoutSeconds":                "#Count",
	"ProjectedVolumeSource.defaultMode":   "#FileMode",
	"SecretEnvSource.name":                "#NonEmpty",
	"SecretKeySelector.name":              "#NonEmpty",
	"SecretProjection.name":               "#NonEmpty",
	"SecretVolumeSource.defaultMode":      "#FileMode",
	"SecretVolumeSource.secretName":       "#NonEmpty",
	"SecurityContext.runAsGroup":          "#UserID",
	"SecurityContext.runAsUser":           "#UserID",
	"ServiceAccountTokenProjection.path":  "#RelativePath",
	"TCPSocketAction.port":                "#PortOrName",
	"TopologySpreadConstraint.maxSkew":    "#PositiveCount",
	"TopologySpreadConstraint.minDomains": "#PositiveCount",
	"Volume.name":                         "#DNSLabel",
	"VolumeMount.mountPath":               "#MountPath",
	"WeightedPodAffinityTerm.weight":      "#Weight",
}

// checkConstraints refuses an entry of the tables for a member that is not there
// any more.
func checkConstraints(types []*structType) error {
	known := map[string]bool{}
	for _, t := range types {
		for _, f := range t.fields {
			known[t.name+"."+f.name] = true
		}
	}
	var gone []string
	for key := range constraints {
		if !known[key] {
			gone = append(gone, key)
		}
	}
	for _, key := range slices.Concat(zeroIsFine, moreRequired) {
		if !known[key] {
			gone = append(gone, key)
		}
	}
	if len(gone) > 0 {
		slices.Sort(gone)
		gone = slices.Compact(gone)
		return fmt.Errorf("constraints.go names members that Kubernetes does not have: %s", strings.Join(gone, ", "))
	}
	return nil
}
