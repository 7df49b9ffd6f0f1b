package policies_test

import (
	"archive/tar"
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

var update = flag.Bool("update", false, "write what the tests get into their golden files")

// A corpusCase is one object of the tests of another project, with that
// project's verdict on one of its own rules. Their licences are in the archive.
type corpusCase struct {
	File             string          `json:"file"`
	Tool             string          `json:"tool"`
	Check            string          `json:"check"`
	Expect           string          `json:"expect"`
	IDs              []string        `json:"podcue"`
	Params           json.RawMessage `json:"params"`
	Paths            []string        `json:"paths"`
	Multi            int             `json:"multi"`
	ContextDependent bool            `json:"context_dependent"`
}

// clean reports whether the verdict is about this one object.
func (c *corpusCase) clean() bool {
	return len(c.IDs) > 0 && (c.Expect == "pass" || c.Expect == "fail") && c.Multi == 0 && !c.ContextDependent
}

// judged reports whether the case is one that the policies are held against:
// the standard's own cases are in package pss, and there is no policy that wants
// topology spread constraints.
func (c *corpusCase) judged() bool {
	return c.clean() && c.Tool != "pss" && c.Check != "topologySpreadConstraint"
}

// corpus returns the cases, sorted by file, and the files.
func corpus(t testing.TB) ([]*corpusCase, map[string][]byte) {
	t.Helper()
	data, err := os.ReadFile("testdata/corpus.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	gz, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for r := tar.NewReader(gz); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimPrefix(h.Name, "policy-corpus/")] = content
	}
	var cases []*corpusCase
	lines := bufio.NewScanner(bytes.NewReader(files["manifest.jsonl"]))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		c := &corpusCase{}
		if err := json.Unmarshal(lines.Bytes(), c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	slices.SortFunc(cases, func(a, b *corpusCase) int { return strings.Compare(a.File, b.File) })
	return cases, files
}

// differences returns the reasons why cases are judged otherwise here, by file.
// Each line is "file: reason"; a reason holds for the files below it when the
// file is a folder.
func differences(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("testdata/corpus-differences.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		file, reason, ok := strings.Cut(line, ": ")
		if !ok || reason == "" {
			t.Fatalf("no reason: %s", line)
		}
		out[file] = reason
	}
	return out
}

// Every clean case of the other tools' tests is judged as they judge it, with
// their parameters; every difference is listed with its reason. The standard's
// own cases are in package pss.
func TestCorpus(t *testing.T) {
	t.Parallel()
	cases, files := corpus(t)
	reasons := differences(t)
	used := map[string]bool{}
	type row struct{ cases, agree, listed, paths, near int }
	table := map[string]*row{}
	for _, c := range cases {
		if !c.judged() {
			continue
		}
		key := c.Tool + "/" + c.Check
		if table[key] == nil {
			table[key] = &row{}
		}
		r := table[key]
		r.cases++
		found, obj := judge(t, c, files[c.File])
		why, listed := reasons[c.File]
		switch agree := (len(found) > 0) == (c.Expect == "fail"); {
		case agree && listed:
			t.Errorf("%s agrees now, but is listed: %s", c.File, why)
		case agree:
			r.agree++
			if len(found) > 0 && len(c.Paths) > 0 {
				r.paths++
				if near(found, c.Paths, obj) {
					r.near++
				}
			}
		case listed:
			r.listed++
			used[c.File] = true
		default:
			t.Errorf("%s: want %s of %v, found %v", c.File, c.Expect, c.IDs, found)
		}
	}
	for file := range reasons {
		if !used[file] {
			t.Errorf("corpus-differences.txt: %s is no clean case", file)
		}
	}
	var b strings.Builder
	total := row{}
	print := func(name string, r *row) {
		fmt.Fprintf(&b, "%-58s %5d %5d %6d %5d/%d\n", name, r.cases, r.agree, r.listed, r.near, r.paths)
	}
	fmt.Fprintf(&b, "%-58s %5s %5s %6s %s\n", "check", "cases", "agree", "listed", "places")
	for _, key := range slices.Sorted(maps.Keys(table)) {
		r := table[key]
		print(key, r)
		total.cases, total.agree, total.listed = total.cases+r.cases, total.agree+r.agree, total.listed+r.listed
		total.paths, total.near = total.paths+r.paths, total.near+r.near
	}
	print("total", &total)
	golden(t, "testdata/corpus.golden", b.String())
}

// judge runs the policies that a case is about, and nothing else.
func judge(t *testing.T, c *corpusCase, data []byte) (finding.List, any) {
	t.Helper()
	ids, config := translate(t, c)
	sel := &policies.Selection{Enable: ids}
	for _, p := range policies.All() {
		if !slices.Contains(ids, p.ID) {
			sel.Disable = append(sel.Disable, p.ID)
		}
	}
	var err error
	if sel.Config, err = json.Marshal(config); err != nil {
		t.Fatal(err)
	}
	set, err := policies.Select(sel)
	if err != nil {
		t.Fatalf("%s: %v", c.File, err)
	}
	s, obj := workload(t, data)
	return policies.Check(s, set), obj
}

// near reports whether a finding is in the same element as one of the places
// that the other tool reports, or above it.
func near(found finding.List, paths []string, obj any) bool {
	return slices.ContainsFunc(paths, func(p string) bool {
		at, _, _ := provenance.Resolve(obj, provenance.Path(p))
		return slices.ContainsFunc(found, func(f finding.Finding) bool { return f.Path.Under(at.Parent()) || at.Under(f.Path) })
	})
}

// golden compares got with a golden file, or writes it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", file, diff)
	}
}

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
