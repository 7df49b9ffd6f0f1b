package policies

import "github.com/podcue/podcue/finding"

type hostPathRuntimeSocketParams struct {
	Sockets []string `json:"sockets" doc:"sockets that are reported beside the built-in ones; a segment * stands for any one"`
}

// runtimeSockets are the control sockets of container runtimes and builders.
var runtimeSockets = resolveHosts([]string{
	"/run/docker.sock", "/run/containerd/containerd.sock", "/run/crio/crio.sock", "/run/cri-dockerd.sock", "/run/dockershim.sock",
	"/run/k3s/containerd/containerd.sock", "/run/k0s/containerd.sock", "/run/podman/podman.sock", "/run/buildkit/buildkitd.sock",
	"/run/docker/containerd/containerd.sock", "/run/docker/containerd/docker-containerd.sock", "/run/frakti.sock",
	"/run/nri/nri.sock", "/run/user/*/docker.sock", "/run/user/*/podman/podman.sock", "/run/user/*/buildkit/buildkitd.sock",
	"/var/snap/microk8s/common/run/containerd.sock", "/run/kata-containers/shim-monitor.sock",
	"/run/host-containerd/containerd.sock", "/run/containerd/containerd.sock.ttrpc", "/run/k3s/cri-dockerd/cri-dockerd.sock",
	"/run/isulad.sock", "/run/pouchcri.sock", "/run/lxd.socket", "/run/incus/unix.socket", "/var/lib/lxd/unix.socket",
	"/var/lib/incus/unix.socket", "/var/snap/docker/common/run/docker.sock", "/var/snap/lxd/common/lxd/unix.socket", "/run/bottlerocket/api.sock",
	`\.\pipe\docker_engine`, `\.\pipe\containerd-containerd`, `\.\pipe\cri-dockerd`,
})

// HostPathRuntimeSocket forbids mounting a container runtime's socket.
var HostPathRuntimeSocket = &Policy{
	ID: "hostpath-runtime-socket",
	Doc: `Container runtime socket reachable

Whoever can speak to the container runtime's socket can start a privileged container on the node, and so owns the node and every pod on it; read-only mounts do not help, because connecting is not writing.

A directory that holds a socket is reported like the socket itself, and /var/run is /run.`,
	Help:     "remove the mount; to build images use a daemonless builder such as kaniko or buildah, to read metrics use the kubelet's API",
	Bad:      `podSpec: volumes: [{name: "sock", hostPath: path: "/var/run/docker.sock"}]`,
	Good:     `podSpec: volumes: [{name: "sock", emptyDir: {}}]`,
	Group:    "hostpath",
	Severity: finding.Error,
	Default:  true,
	Params:   &hostPathRuntimeSocketParams{},
	Check:    checkHostPathRuntimeSocket,
}

func checkHostPathRuntimeSocket(p *Pass) {
	spec := &p.Pod.Spec
	params := ParamsOf[hostPathRuntimeSocketParams](p)
	for i, v := range hostVolumes(spec) {
		dir, _ := resolveHost(v.HostPath.Path).throughProc()
		socket := findSocket(dir, runtimeSockets)
		if socket == nil {
			socket = findSocket(dir, resolveHosts(params.Sockets))
		}
		at := volumePath(spec, i).Child("hostPath").Child("path")
		switch {
		case socket == nil:
		case len(socket) == len(dir):
			p.Report(at, "hostPath %s is a container runtime socket", v.HostPath.Path)
		default:
			p.Report(at, "hostPath %s holds the container runtime socket %s", v.HostPath.Path, socket)
		}
	}
}

// findSocket returns the socket that dir is or holds, nil if there is none.
func findSocket(dir hostDir, sockets []hostDir) hostDir {
	for _, s := range sockets {
		if dir.contains(s) {
			return s
		}
	}
	return nil
}
