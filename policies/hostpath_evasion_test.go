package policies_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
)

// More ways to name a place on a node than its plain path. S: sensitive, R: a
// container runtime's socket, U: unclean, A: outside of /data and /mnt/nvme.
func TestHostPathEvasion(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		// Spellings.
		"//var/run/../run/docker.sock":   "SRUA",
		"/var//run/docker.sock":          "SRUA",
		"/var/run/./docker.sock":         "SRUA",
		"/var/run/docker.sock/":          "SRA",
		"/data/../var/run/docker.sock":   "SRUA",
		"/data/..":                       "SRUA",
		"/data/.":                        "U",
		"/data/../../../etc":             "SUA",
		"/mnt/nvme/../../etc/kubernetes": "SUA",
		"/data/x/../y":                   "U",
		"/../etc":                        "SUA",
		"data":                           "U",
		"etc/shadow":                     "SUA",
		"":                               "SRUA",
		"/.":                             "SRUA",
		"//":                             "SRUA",
		"/var/lock/../docker.sock":       "SRUA",
		"/var/run/user/1000/docker.sock": "SRA",
		"/run/user":                      "SRA",
		"/var":                           "SRA",
		"/home":                          "SA",
		"/home/ubuntu":                   "SA",
		"/home/ubuntu/.kube/config":      "SA",
		"/opt":                           "SA",
		"/mnt":                           "A",
		"/database":                      "A",
		"/data2/x":                       "A",
		"/Data":                          "A",
		"/mnt/nvme2":                     "A",
		"/mnt/nvme/cache":                "",
		"/data":                          "",
		"/data/":                         "",
		"/data/var/run/docker.sock":      "", // below /data there is no socket that anybody listens on
		"/datasets/etc":                  "A",

		// Through another file system, or by another name of it.
		"/proc/1/root":                        "SA",
		"/proc/1/root/run/docker.sock":        "SRA",
		"/proc/1/root/var/run":                "SRA",
		"/proc/self/root/proc/1/root/var/run": "SRA",
		"/proc/1/cwd":                         "SA",
		"/proc/sys/kernel":                    "SA",
		"/sys/fs/cgroup":                      "SA",
		"/sys/kernel/debug":                   "SA",
		"/dev/mem":                            "SA",
		"/dev/sda1":                           "SA",
		"/dev/shm":                            "SA",
		"/lib/modules":                        "SA",
		"/lib64":                              "SA",
		"/bin":                                "SA",
		"/sysroot/etc":                        "SA",

		// What the node's own services keep.
		"/var/lib/kubelet/pods":                        "SA",
		"/var/lib/kubelet/pki":                         "SA",
		"/var/lib/kubelet/device-plugins/kubelet.sock": "SA",
		"/var/lib/etcd/member/snap/db":                 "SA",
		"/var/etcd":                                    "SA",
		"/var/lib/docker/overlay2":                     "SA",
		"/var/lib/containerd":                          "SA",
		"/var/lib/containers/storage":                  "SA",
		"/var/lib/rancher/k3s/server/token":            "SA",
		"/var/lib/cloud/instance/user-data.txt":        "SA",
		"/var/log/pods":                                "SA",
		"/var/backups/shadow.bak":                      "SA",
		"/var/spool/cron/crontabs":                     "SA",
		"/opt/cni/bin":                                 "SA",
		"/root/.ssh/authorized_keys":                   "SA",
		"/etc/cron.d":                                  "SA",
		"/boot/grub":                                   "SA",
		"/run/systemd/private":                         "SA",
		"/run/dbus/system_bus_socket":                  "SA",

		// Sockets of every runtime.
		"/run/containerd":                               "SRA",
		"/run/containerd/containerd.sock":               "SRA",
		"/run/containerd/containerd.sock.ttrpc":         "SRA",
		"/run/k3s/containerd/containerd.sock":           "SRA",
		"/run/k0s/containerd.sock":                      "SRA",
		"/var/run/crio/crio.sock":                       "SRA",
		"/run/cri-dockerd.sock":                         "SRA",
		"/run/podman/podman.sock":                       "SRA",
		"/run/user/1000/podman/podman.sock":             "SRA",
		"/run/buildkit/buildkitd.sock":                  "SRA",
		"/var/snap/docker/common/run/docker.sock":       "SRA",
		"/var/snap/microk8s/common/run/containerd.sock": "SRA",
		"/run/isulad.sock":                              "SRA",

		// Windows nodes.
		`\\.\pipe\docker_engine`:         "SRA",
		`\\.\pipe\containerd-containerd`: "SRA",
		"//./pipe/docker_engine":         "SRUA",
		`C:\`:                            "SRA",
		`C:`:                             "SRUA",
		`c:\windows\system32`:            "SA",
		`C:/ProgramData/docker`:          "SA",
		`\\?\C:\Windows`:                 "SUA",
		`\\localhost\c$\Users`:           "SUA",
		`C:\data\..\Windows`:             "SUA",
	}
	ids := map[rune]string{'S': "hostpath-sensitive", 'R': "hostpath-runtime-socket", 'U': "hostpath-unclean", 'A': "hostpath-allowed"}
	set, err := policies.Select(&policies.Selection{
		Config: []byte(`{"hostpath-allowed": {"params": {"allow": [{"prefix": "/data"}, {"prefix": "/mnt/nvme"}]}}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, letters := range tests {
		var want, got []string
		for _, l := range letters {
			want = append(want, ids[l])
		}
		pod := &corev1.PodTemplateSpec{}
		pod.Spec.Volumes = []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: path}}}}
		for _, f := range policies.Check(&policies.Subject{Object: finding.Object{Kind: "Pod"}, Pod: pod}, set) {
			if slices.Contains([]string{ids['S'], ids['R'], ids['U'], ids['A']}, f.ID) {
				got = append(got, f.ID)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", path, diff)
		}
	}
}
