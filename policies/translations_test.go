package policies_test

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// paramsOf is the configuration of one policy.
type paramsOf map[string]any

// translate returns the ids that stand for the case's rule, and its parameters
// as ours.
func translate(t *testing.T, c *corpusCase) ([]string, map[string]any) {
	t.Helper()
	var p upstreamParams
	if len(c.Params) > 0 && c.Tool != "trivy-checks" {
		if err := json.Unmarshal(c.Params, &p); err != nil {
			t.Fatalf("%s: %v", c.File, err)
		}
	}
	ids := slices.Clone(c.IDs)
	config := map[string]any{}
	if f := translations[c.Tool+"/"+c.Check]; f != nil {
		params := f(&p)
		for _, id := range slices.Sorted(maps.Keys(params)) {
			if params[id] == nil {
				ids = slices.DeleteFunc(ids, func(i string) bool { return i == id })
				continue
			}
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
			config[id] = configOf(params[id].(paramsOf))
		}
	}
	return ids, config
}

// upstreamParams are the parameters of gatekeeper's constraints, and kubescape's
// inputs, that are translated.
type upstreamParams struct {
	Repos, AllowedImages, Tags, Limits, Requests, Volumes []string
	AllowedCapabilities, AllowedSysctls                   []string
	RequiredDropCapabilities, ExemptImages                []string
	AllowedProfiles                                       []string
	CPU, Memory, Ratio, CPURatio                          string
	Labels                                                []struct{ Key string }
	AllowedHostPaths                                      []struct {
		PathPrefix string
		ReadOnly   bool
	}
	HostNetwork bool
	Min, Max    int
	Posture     struct {
		Allow     []string `json:"imageRepositoryAllowList"`
		Exempt    []string `json:"imageDigestExemptRepositories"`
		Untrusted []string `json:"untrustedRegistries"`
		Public    []string `json:"publicRegistries"`
		Labels    []string `json:"k8sRecommendedLabels"`
		Labels2   []string `json:"recommendedLabels"`
		CPUMin    []string `json:"cpu_limit_min"`
		CPUMax    []string `json:"cpu_limit_max"`
		MemoryMin []string `json:"memory_limit_min"`
		MemoryMax []string `json:"memory_limit_max"`
	} `json:"postureControlInputs"`
}

// translations turn a rule's parameters into ours, by policy; nil leaves the
// policy out.
var translations = map[string]func(p *upstreamParams) map[string]any{
	"gatekeeper-library/allowedrepos": func(p *upstreamParams) map[string]any {
		return map[string]any{"image-registry": paramsOf{"allow": p.Repos}}
	},
	"gatekeeper-library/allowedreposv2": func(p *upstreamParams) map[string]any {
		return map[string]any{"image-registry": paramsOf{"allow": trimStars(p.AllowedImages)}}
	},
	"gatekeeper-library/disallowedrepos": func(p *upstreamParams) map[string]any {
		return map[string]any{"image-registry": paramsOf{"deny": p.Repos}}
	},
	"gatekeeper-library/containerlimits": func(p *upstreamParams) map[string]any {
		if p.CPU == "-1" {
			return map[string]any{"cpu-limit-missing": nil, "resource-range": paramsOf{"max": paramsOf{"memory": p.Memory}}}
		}
		return map[string]any{"resource-range": paramsOf{"max": paramsOf{"cpu": p.CPU, "memory": p.Memory}}}
	},
	"gatekeeper-library/containerrequests": func(p *upstreamParams) map[string]any {
		return map[string]any{"resource-range": paramsOf{"max": paramsOf{"cpu": p.CPU, "memory": p.Memory}}}
	},
	"gatekeeper-library/containerresourceratios": func(p *upstreamParams) map[string]any {
		return map[string]any{"resource-ratio": paramsOf{"max": paramsOf{
			"memory": json.Number(p.Ratio), "cpu": json.Number(cmp.Or(p.CPURatio, p.Ratio)),
		}}}
	},
	"gatekeeper-library/containerresources": func(p *upstreamParams) map[string]any {
		out := map[string]any{}
		for _, name := range []string{"cpu", "memory"} {
			if !slices.Contains(p.Limits, name) {
				out[name+"-limit-missing"] = nil
			}
			if !slices.Contains(p.Requests, name) {
				out[name+"-request-missing"] = nil
			}
		}
		return out
	},
	"gatekeeper-library/requiredlabels": func(p *upstreamParams) map[string]any {
		require := paramsOf{}
		for _, l := range p.Labels {
			require[l.Key] = ""
		}
		return map[string]any{"required-labels": paramsOf{"require": require}}
	},
	"gatekeeper-library/requiredprobes": func(*upstreamParams) map[string]any {
		return map[string]any{"probe-missing": paramsOf{"kinds": []string{"Pod"}}}
	},
	"gatekeeper-library/capabilities": func(p *upstreamParams) map[string]any {
		out := map[string]any{"capabilities-added": paramsOf{"allow": p.AllowedCapabilities}}
		if len(p.RequiredDropCapabilities) == 0 {
			out["capabilities-drop-all"] = nil
		}
		return out
	},
	"gatekeeper-library/forbidden-sysctls": func(p *upstreamParams) map[string]any {
		return map[string]any{"sysctls": paramsOf{"allow": p.AllowedSysctls}}
	},
	"gatekeeper-library/host-filesystem": func(p *upstreamParams) map[string]any {
		if p.AllowedHostPaths == nil {
			return map[string]any{"hostpath-allowed": nil, "hostpath-writable": nil}
		}
		var allow []paramsOf
		for _, a := range p.AllowedHostPaths {
			allow = append(allow, paramsOf{"prefix": a.PathPrefix, "readOnly": a.ReadOnly})
		}
		return map[string]any{"hostpath": nil, "hostpath-writable": nil, "hostpath-allowed": paramsOf{"allow": allow}}
	},
	"gatekeeper-library/host-network-ports": func(p *upstreamParams) map[string]any {
		out := map[string]any{"host-port": paramsOf{"ranges": []paramsOf{{"min": p.Min, "max": p.Max}}}}
		if p.HostNetwork {
			out["host-network"] = nil
		}
		return out
	},
	"gatekeeper-library/volumes": func(p *upstreamParams) map[string]any {
		return map[string]any{"volume-types": paramsOf{"allow": p.Volumes}}
	},
	"kubescape/container-image-repository": func(p *upstreamParams) map[string]any {
		var allow []string
		for _, r := range p.Posture.Allow {
			allow = append(allow, r, "*."+r)
		}
		return map[string]any{"image-registry": paramsOf{"allow": allow}}
	},
	"kubescape/rule-identify-blocklisted-image-registries": func(p *upstreamParams) map[string]any {
		return map[string]any{"image-registry": paramsOf{"deny": append(p.Posture.Untrusted, p.Posture.Public...)}}
	},
	"kubescape/image-not-pinned-to-digest": func(p *upstreamParams) map[string]any {
		return map[string]any{"image-digest": paramsOf{"except": p.Posture.Exempt}}
	},
	"gatekeeper-library/privileged-containers": func(p *upstreamParams) map[string]any {
		return map[string]any{"privileged": paramsOf{"exceptImages": p.ExemptImages}}
	},
	"gatekeeper-library/fsgroup": func(*upstreamParams) map[string]any { return map[string]any{"high-uid-gid": nil} },
	"gatekeeper-library/users":   func(*upstreamParams) map[string]any { return map[string]any{"high-uid-gid": nil} },
	"gatekeeper-library/seccomp": func(*upstreamParams) map[string]any {
		return map[string]any{"seccomp-missing": paramsOf{"allow": []string{"RuntimeDefault", "Localhost"}}}
	},
	"gatekeeper-library/seccompv2": func(p *upstreamParams) map[string]any {
		if slices.Contains(p.AllowedProfiles, "not configured") {
			return map[string]any{"seccomp-missing": nil}
		}
		return nil
	},
	"gatekeeper-library/ephemeralstoragelimit": func(*upstreamParams) map[string]any {
		return map[string]any{"resource-range": paramsOf{"max": paramsOf{"ephemeral-storage": "500Mi"}}}
	},
	"kube-linter/no-liveness-probe":  func(*upstreamParams) map[string]any { return probe("liveness") },
	"kube-linter/no-readiness-probe": func(*upstreamParams) map[string]any { return probe("readiness") },
	"kube-linter/priority-class-name": func(*upstreamParams) map[string]any {
		return map[string]any{"priority-class": paramsOf{"allow": []string{"", "system-cluster-critical", "system-node-critical"}}}
	},
	"polaris/livenessProbeMissing":  func(*upstreamParams) map[string]any { return probe("liveness") },
	"polaris/readinessProbeMissing": func(*upstreamParams) map[string]any { return probe("readiness") },
	"trivy-checks/KSV-0020":         func(*upstreamParams) map[string]any { return map[string]any{"high-uid-gid": paramsOf{"minGID": 0}} },
	"trivy-checks/KSV-0021":         func(*upstreamParams) map[string]any { return map[string]any{"high-uid-gid": paramsOf{"minUID": 0}} },
	"kubescape/rule-privileged-container": func(*upstreamParams) map[string]any {
		return map[string]any{"capabilities-added": paramsOf{}}
	},
	"kubescape/rule-credentials-in-env-var": func(*upstreamParams) map[string]any {
		return map[string]any{"secret-env-ref": paramsOf{}}
	},
	"kubescape/resources-cpu-limit-and-request": func(p *upstreamParams) map[string]any {
		return bounds("cpu", p.Posture.CPUMin, p.Posture.CPUMax)
	},
	"kubescape/resources-memory-limit-and-request": func(p *upstreamParams) map[string]any {
		return bounds("memory", p.Posture.MemoryMin, p.Posture.MemoryMax)
	},
	"kubescape/k8s-common-labels-usage":   func(p *upstreamParams) map[string]any { return labels(p.Posture.Labels, "app.kubernetes.io/name") },
	"kubescape/label-usage-for-resources": func(p *upstreamParams) map[string]any { return labels(p.Posture.Labels2, "app") },
	"kube-linter/required-label-owner":    func(*upstreamParams) map[string]any { return labels(nil, "owner") },
	"kube-linter/required-annotation-email": func(*upstreamParams) map[string]any {
		return map[string]any{"required-labels": paramsOf{"annotations": paramsOf{"email": "*@*"}}}
	},
}

func trimStars(images []string) []string {
	var out []string
	for _, i := range images {
		out = append(out, strings.TrimSuffix(i, "/*"))
	}
	return out
}

func labels(keys []string, otherwise string) map[string]any {
	require := paramsOf{}
	for _, k := range append(keys, otherwise) {
		require[k] = ""
	}
	return map[string]any{"required-labels": paramsOf{"require": require}}
}

func probe(name string) map[string]any {
	return map[string]any{"probe-missing": paramsOf{"probes": []string{name}}}
}

func bounds(name string, lowest, highest []string) map[string]any {
	params := paramsOf{}
	if len(lowest) > 0 {
		params["min"] = paramsOf{name: lowest[0]}
	}
	if len(highest) > 0 {
		params["max"] = paramsOf{name: highest[0]}
	}
	return map[string]any{"resource-range": params}
}

// configOf is the configuration of a policy with params, which may be empty.
func configOf(params paramsOf) map[string]any {
	if len(params) == 0 {
		return map[string]any{}
	}
	return map[string]any{"params": params}
}
