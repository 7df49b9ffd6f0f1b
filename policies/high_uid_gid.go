package policies

import (
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type highUIDGIDParams struct {
	MinUID int64 `json:"minUID" doc:"the lowest user that is high enough; 0 for any"`
	MinGID int64 `json:"minGID" doc:"the lowest group that is high enough; 0 for any"`
}

// HighUIDGID reports users and groups that the node may have too.
var HighUIDGID = &Policy{
	ID: "high-uid-gid",
	Doc: `Low UID or GID

The container's user or group has a number that the node's own users have, or that of whatever the image says: should it break out, it owns their files.`,
	Help: "set runAsUser and runAsGroup above 10000 on the pod or the container",
	Bad: `podSpec: {
	securityContext: runAsUser: 1000
	containers: [{name: "primary"}]
}`,
	Good: `podSpec: {
	securityContext: {runAsUser: 10001, runAsGroup: 10001}
	containers: [{name: "primary"}]
}`,
	Group:    "securityContext",
	Severity: finding.Info,
	Stage:    Final,
	Params:   &highUIDGIDParams{MinUID: 10001, MinGID: 10001},
	Check: func(p *Pass) {
		params := ParamsOf[highUIDGIDParams](p)
		var podUser, podGroup *int64
		if sc := p.Pod.Spec.SecurityContext; sc != nil {
			podUser, podGroup = sc.RunAsUser, sc.RunAsGroup
		}
		for c := range Containers(&p.Pod.Spec) {
			var user, group *int64
			if sc := c.SecurityContext; sc != nil {
				user, group = sc.RunAsUser, sc.RunAsGroup
			}
			checkID(p, c, idField{"runAsUser", "user", params.MinUID}, user, podUser)
			checkID(p, c, idField{"runAsGroup", "group", params.MinGID}, group, podGroup)
		}
	},
}

type idField struct {
	name   provenance.Path
	what   string
	lowest int64
}

// checkID reports a container's user or group that is low, or the image's. The
// container's own value goes before the pod's.
func checkID(p *Pass, c Container, f idField, own, pods *int64) {
	if f.lowest <= 0 {
		return
	}
	id, at := own, c.securityPath(f.name)
	if own == nil && pods != nil {
		id, at = pods, join("spec.securityContext", f.name)
	}
	switch {
	case id == nil:
		p.Report(at, "%s runs as the %s that its image names", c, f.what)
	case *id < f.lowest:
		p.Report(at, "%s runs as %s %d, below %d", c, f.what, *id, f.lowest)
	}
}
