package policies

import (
	"slices"

	"github.com/podcue/podcue/finding"
)

type sysctlsParams struct {
	Allow []string `json:"allow" doc:"sysctls that may be set beside the safe ones; one that ends with * stands for all that start so"`
}

// safeSysctls are those that concern the pod alone, with the minor of
// Kubernetes since which the Pod Security Standards allow them.
var safeSysctls = []safeSysctl{
	{"kernel.shm_rmid_forced", 0},
	{"net.ipv4.ip_local_port_range", 0},
	{"net.ipv4.ip_unprivileged_port_start", 0},
	{"net.ipv4.ping_group_range", 0},
	{"net.ipv4.tcp_syncookies", 0},
	{"net.ipv4.ip_local_reserved_ports", 27},
	{"net.ipv4.tcp_fin_timeout", 29},
	{"net.ipv4.tcp_keepalive_intvl", 29},
	{"net.ipv4.tcp_keepalive_probes", 29},
	{"net.ipv4.tcp_keepalive_time", 29},
	{"net.ipv4.tcp_rmem", 32},
	{"net.ipv4.tcp_wmem", 32},
	{"net.ipv4.tcp_notsent_lowat", 37},
	{"net.ipv4.tcp_slow_start_after_idle", 37},
}

type safeSysctl struct {
	name  string
	since int
}

// Sysctls forbids kernel parameters that reach beyond the pod.
var Sysctls = &Policy{
	ID: "sysctls",
	Doc: `Unsafe sysctl

The kernel parameter is not known to concern the pod alone: it may change the node for every pod, and the kubelet refuses to start the pod unless it was told to allow it.`,
	Help:       "remove the sysctl, or name it in the parameter allow if your nodes allow it",
	Bad:        `podSpec: securityContext: sysctls: [{name: "kernel.msgmax", value: "65536"}]`,
	Good:       `podSpec: securityContext: sysctls: [{name: "net.ipv4.tcp_syncookies", value: "1"}]`,
	Group:      "securityContext",
	Severity:   finding.Error,
	Default:    true,
	Profiles:   []Profile{PSSBaseline, PSSRestricted},
	Frameworks: []string{"pss"},
	Controls:   []string{"sysctls"},
	Params:     &sysctlsParams{},
	Check: func(p *Pass) {
		if p.Pod.Spec.SecurityContext == nil {
			return
		}
		for i, s := range p.Pod.Spec.SecurityContext.Sysctls {
			safe := slices.ContainsFunc(safeSysctls, func(e safeSysctl) bool { return e.name == s.Name && p.since(e.since) })
			if !safe && !matchesAny(s.Name, ParamsOf[sysctlsParams](p).Allow) {
				p.Report(sysctlPath(&p.Pod.Spec, i), "sysctl %s is not known to concern the pod alone", s.Name)
			}
		}
	},
}
