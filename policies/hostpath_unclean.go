package policies

import (
	"strings"

	"github.com/podcue/podcue/finding"
)

// HostPathUnclean forbids hostPaths that do not say where they lead.
var HostPathUnclean = &Policy{
	ID: "hostpath-unclean",
	Doc: `hostPath is not a clean absolute path

A path with "..", "//" or "/./" in it, or without a leading slash, says something else than where it leads, and slips past rules that compare it as text. The API server refuses "..", and the runtime resolves the rest.

A slash at the end is harmless and not reported.`,
	Help:     "write the absolute path that is meant",
	Bad:      `podSpec: volumes: [{name: "data", hostPath: path: "/data//x"}]`,
	Good:     `podSpec: volumes: [{name: "data", hostPath: path: "/data/x"}]`,
	Group:    "hostpath",
	Severity: finding.Error,
	Default:  true,
	Check: func(p *Pass) {
		spec := &p.Pod.Spec
		for i, v := range hostVolumes(spec) {
			if what := unclean(v.HostPath.Path); what != "" {
				p.Report(volumePath(spec, i).Child("hostPath").Child("path"), "hostPath %q %s: it leads to %s",
					v.HostPath.Path, what, resolveHost(v.HostPath.Path))
			}
		}
	},
}

// unclean says what is wrong with how path is written, "" if nothing is.
func unclean(path string) string {
	windows := windowsPath(path)
	if windows {
		path = strings.TrimPrefix(strings.ReplaceAll(path, `\`, "/"), "//./")
		if len(path) >= 2 && path[1] == ':' {
			path = path[2:]
		}
	}
	switch {
	case path == "":
		return "is empty"
	case !windows && !strings.HasPrefix(path, "/"):
		return "is relative"
	case strings.Contains(path, "//"):
		return `has "//" in it`
	}
	for seg := range strings.SplitSeq(path, "/") {
		if seg == ".." || seg == "." {
			return `has "` + seg + `" in it`
		}
	}
	return ""
}
