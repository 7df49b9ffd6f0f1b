package policies

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

type hostPathAllowedParams struct {
	Allow []allowedHostPath `json:"allow" doc:"directories that may be mounted; an empty list allows none"`
}

type allowedHostPath struct {
	Prefix   string `json:"prefix" cue:"required"`
	ReadOnly bool   `json:"readOnly"`
	Exact    bool   `json:"exact"`
}

func (p *hostPathAllowedParams) validate() error {
	for i, a := range p.Allow {
		if !strings.HasPrefix(a.Prefix, "/") && !windowsPath(a.Prefix) {
			return fmt.Errorf("allow[%d].prefix: %q is not an absolute path", i, a.Prefix)
		}
	}
	return nil
}

// HostPathAllowed forbids hostPath volumes outside of a list of directories.
var HostPathAllowed = &Policy{
	ID: "hostpath-allowed",
	Doc: `hostPath outside the allowed prefixes

The kubelet mounts any directory that a hostPath names; only those below the allowed prefixes are meant to be shared with pods.

Paths are resolved before they are compared, and compared by segments: /data admits /data, /data/ and /data/x, but neither /database nor /data/../etc. With readOnly, every mount of the volume in every container must be read-only. With exact, only the directory itself is admitted. The policy is on when its parameters are set, and then replaces hostpath.`,
	Help:          "mount a directory below an allowed prefix, read-only where that is asked for",
	Bad:           `podSpec: volumes: [{name: "data", hostPath: path: "/data/../etc"}]`,
	Good:          `podSpec: volumes: [{name: "data", hostPath: path: "/data/imagenet"}]`,
	ExampleParams: `{"allow": [{"prefix": "/data"}]}`,
	Group:         "hostpath",
	Severity:      finding.Error,
	Replaces:      "hostpath",
	Params:        &hostPathAllowedParams{},
	Check:         checkHostPathAllowed,
}

func checkHostPathAllowed(p *Pass) {
	spec := &p.Pod.Spec
	for i, v := range hostVolumes(spec) {
		dir := resolveHost(v.HostPath.Path)
		admitted, readOnly := false, true
		for _, a := range ParamsOf[hostPathAllowedParams](p).Allow {
			prefix := resolveHost(a.Prefix)
			if dir.within(prefix) && (!a.Exact || len(dir) == len(prefix)) {
				admitted, readOnly = true, readOnly && a.ReadOnly
			}
		}
		if !admitted {
			p.Report(volumePath(spec, i).Child("hostPath").Child("path"), "hostPath %s is not below an allowed prefix", v.HostPath.Path)
		} else if readOnly {
			reportWritable(p, v)
		}
	}
}

// reportWritable reports the mounts of v that are not read-only.
func reportWritable(p *Pass, v *corev1.Volume) {
	for m := range hostMounts(&p.Pod.Spec) {
		if m.volume == v && !m.mount.ReadOnly {
			p.Report(m.path(), "%s mounts hostPath %s writable at %s, and it is allowed read-only", m.Container, v.HostPath.Path, m.mount.MountPath)
		}
	}
}
