package policies

import "github.com/podcue/podcue/finding"

type hostPathSensitiveParams struct {
	Deny   []string `json:"deny" doc:"directories that are sensitive beside the built-in ones"`
	Except []string `json:"except" doc:"directories that may be mounted although they lie inside a sensitive one"`
}

// sensitiveDirs are the directories of a node that give it, its credentials or
// its other pods away.
var sensitiveDirs = resolveHosts([]string{
	"/etc", "/root", "/proc", "/sys", "/dev", "/boot", "/usr", "/run", "/var/log",
	"/var/lib/kubelet", "/var/lib/etcd", "/var/lib/containerd", "/var/lib/docker", "/var/lib/containers", "/var/lib/crio",
	"/var/lib/cni", "/var/lib/rancher", "/var/lib/k0s", "/var/lib/cloud", "/var/spool/cron", "/opt/cni",
	"/.aws", "/.azure", "/.config/gcloud", "/.kube", "/.ssh",
	"/home/*/.aws", "/home/*/.azure", "/home/*/.config/gcloud", "/home/*/.kube", "/home/*/.ssh",
	"/home/kubernetes", "/var/snap", "/var/lib/dockershim", "/var/lib/kube-proxy", "/var/lib/minikube", "/var/lib/lxd", "/var/lib/incus",
	"/var/lib/lxc", "/var/lib/libvirt", "/var/lib/systemd", "/var/lib/dbus", "/var/lib/calico", "/var/lib/cilium", "/var/lib/microshift",
	"/var/lib/isulad", "/var/lib/buildkit", "/var/lib/nomad", "/var/etcd", "/var/backups", "/var/spool/at", "/var/vcap",
	"/opt/rke", "/opt/kubernetes", "/opt/containerd", "/etcd", "/sysroot", "/ostree", "/efi", "/.bottlerocket",
	"/.docker", "/home/*/.docker",
	`\windows`, `\programdata`, `\program files`, `\users`, `\.\pipe`,
})

// HostPathSensitive forbids mounting what gives the node away.
var HostPathSensitive = &Policy{
	ID: "hostpath-sensitive",
	Doc: `hostPath touches a sensitive host directory

The directory holds the node's configuration, credentials, devices, programs or logs, or the state of the kubelet and of other pods: with it, a container can read secrets or take over the node.

A directory that contains a sensitive one (/, /var) and one that is inside of it (/etc/kubernetes) are as bad as itself. Paths are resolved first, and /var/run is /run, /lib is /usr/lib. Read-only mounts and volumes that no container mounts are reported too.`,
	Help:       "mount the one directory that the task needs, outside of the node's own; or name it in the parameter except",
	Bad:        `podSpec: volumes: [{name: "logs", hostPath: path: "/var/log"}]`,
	Good:       `podSpec: volumes: [{name: "logs", hostPath: path: "/data/logs"}]`,
	Group:      "hostpath",
	Severity:   finding.Error,
	Default:    true,
	Frameworks: []string{"mitre"},
	Params:     &hostPathSensitiveParams{},
	Check:      checkHostPathSensitive,
}

func checkHostPathSensitive(p *Pass) {
	spec := &p.Pod.Spec
	params := ParamsOf[hostPathSensitiveParams](p)
	for i, v := range hostVolumes(spec) {
		dir := resolveHost(v.HostPath.Path)
		relation, what := touches(dir, params)
		at := volumePath(spec, i).Child("hostPath").Child("path")
		switch {
		case what == nil:
		case len(dir) == 0:
			p.Report(at, "hostPath %s is the whole file system of the node", v.HostPath.Path)
		default:
			p.Report(at, "hostPath %s %s the sensitive host directory %s", v.HostPath.Path, relation, what)
		}
	}
}

// touches says how dir touches a sensitive directory, and which.
func touches(dir hostDir, params *hostPathSensitiveParams) (string, hostDir) {
	for _, e := range params.Except {
		if dir.within(resolveHost(e)) {
			return "", nil
		}
	}
	var inside, below hostDir
	for _, list := range [2][]hostDir{sensitiveDirs, resolveHosts(params.Deny)} {
		for _, s := range list {
			switch {
			case len(dir) == len(s) && dir.within(s):
				return "is", s
			case dir.within(s) && len(s) > len(inside):
				inside = s
			case dir.contains(s) && below == nil:
				below = s
			}
		}
	}
	switch {
	case inside != nil:
		return "is inside", inside
	case below != nil:
		return "contains", below
	}
	return "", nil
}
