package policies

import "github.com/podcue/podcue/finding"

// HostIPC forbids sharing the node's IPC namespace.
var HostIPC = &Policy{
	ID: "host-ipc",
	Doc: `Host IPC namespace

The pod shares the node's shared memory and semaphores: it can read and write what processes of the node and other such pods keep there.`,
	Help:       "remove hostIPC; for shared memory between workers mount an emptyDir with medium Memory at /dev/shm",
	Bad:        `podSpec: hostIPC: true`,
	Good:       `podSpec: volumes: [{name: "shm", emptyDir: medium: "Memory"}]`,
	Group:      "host",
	Severity:   finding.Error,
	Default:    true,
	Profiles:   []Profile{PSSBaseline, PSSRestricted},
	Frameworks: []string{"cis-1.12", "nsa", "pss"},
	Controls:   []string{"hostNamespaces"},
	Check: func(p *Pass) {
		if p.Pod.Spec.HostIPC {
			p.Report("spec.hostIPC", "hostIPC shares the node's shared memory with the pod")
		}
	},
}
