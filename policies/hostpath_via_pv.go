package policies

import "github.com/podcue/podcue/finding"

// HostPathViaPV reports claims that are bound to a directory of a node.
var HostPathViaPV = &Policy{
	ID: "hostpath-via-pv",
	Doc: `hostPath through a PersistentVolume

The claim is bound to a PersistentVolume that is a directory or a disk of a node: the pod mounts the node's files although it names no hostPath, past every rule about them.

Only claims whose PersistentVolume is among the manifests are looked at.`,
	Help:     "use a storage class whose volumes are not the nodes' own",
	Group:    "hostpath",
	Severity: finding.Warning,
	Check: func(p *Pass) {
		spec := &p.Pod.Spec
		for i := range spec.Volumes {
			claim := spec.Volumes[i].PersistentVolumeClaim
			if claim == nil {
				continue
			}
			pv := p.Subject.Claims[claim.ClaimName]
			at := volumePath(spec, i).Child("persistentVolumeClaim").Child("claimName")
			switch {
			case pv == nil:
			case pv.HostPath != nil:
				p.Report(at, "claim %s is bound to the node's directory %s", claim.ClaimName, pv.HostPath.Path)
			case pv.Local != nil:
				p.Report(at, "claim %s is bound to the node's disk %s", claim.ClaimName, pv.Local.Path)
			}
		}
	},
}
