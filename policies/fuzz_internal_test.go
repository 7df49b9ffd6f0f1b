package policies

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// FuzzHostDir holds what the rules about hostPaths rest on: a path resolves to
// itself, however it is spelled, and never leaves the root.
func FuzzHostDir(f *testing.F) {
	for _, p := range []string{"/", "", "/etc", "//etc/./x/..", "/var/run/../etc", "../../x", `C:\a\..\b`, `\\.\pipe\x`, "/var/lock/a", "/bin//sh/"} {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, path string) {
		dir := resolveHost(path)
		if windowsPath(path) {
			return // its separators and its case are other ones
		}
		if slices.Contains(dir, "..") || slices.Contains(dir, ".") || slices.Contains(dir, "") {
			t.Errorf("%q resolves to %q", path, dir)
		}
		for _, same := range []string{dir.String(), path + "/", "/" + path, path + "/x/..", "/./" + path} {
			if windowsPath(same) || strings.HasSuffix(path, "..") {
				continue
			}
			if got := resolveHost(same); !slices.Equal(got, dir) {
				t.Errorf("%q resolves to %s, and %q to %s", path, dir, same, got)
			}
		}
		if !dir.within(nil) || !dir.within(dir) || !dir.contains(dir) {
			t.Errorf("%s is not within itself", dir)
		}
	})
}

// FuzzGlob compares glob with a regular expression.
func FuzzGlob(f *testing.F) {
	f.Add("a*b*", "aXbY")
	f.Add("**", "")
	f.Add("*a*a*a", "aaaa")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		parts := strings.Split(pattern, "*")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		re, err := regexp.Compile(`(?s)\A` + strings.Join(parts, ".*") + `\z`)
		if err != nil || len(pattern) > 100 || len(s) > 1000 {
			return
		}
		if got, want := glob(pattern, s), re.MatchString(s); got != want && strings.ToValidUTF8(pattern+s, "") == pattern+s {
			t.Errorf("glob(%q, %q) = %t", pattern, s, got)
		}
	})
}

// FuzzCheck runs every policy on any pod: none fails, and none changes it.
func FuzzCheck(f *testing.F) {
	f.Add([]byte(`{"spec":{"containers":[{"name":"a","image":"x:","env":[{"name":"A","value":"$(A"}],"args":["--","=","--password"]}]}}`))
	f.Add([]byte(`{"metadata":{"annotations":{"":""}},"spec":{"initContainers":[{"restartPolicy":"Always","ports":[{},{}]}],"volumes":[{},{"hostPath":{"path":"C:"}}],"ephemeralContainers":[{}]}}`))
	f.Add([]byte(`{"spec":{"containers":[{"resources":{"limits":{"nvidia.com/gpu":"0.5","memory":"1e30"}},"livenessProbe":{"grpc":{}}}],"tolerations":[{}],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{}]}}}}}`))
	sel := &Selection{Config: []byte(`{"node-shape": {"params": {"shapes": [{"name": "a", "cpu": 1, "memory": 1, "gpu": 1}]}}, "node-shape-waste": {"params": {"shapes": [{"name": "a", "cpu": 1, "gpu": 1}]}}}`)}
	for _, p := range all {
		sel.Enable = append(sel.Enable, p.ID)
	}
	set, err := Select(sel)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		pod := &corev1.PodTemplateSpec{}
		if json.Unmarshal(data, pod) != nil {
			return
		}
		before := pod.DeepCopy()
		for _, kind := range []string{"Task", "PodTemplate", "Deployment"} {
			s := &Subject{Object: finding.Object{Kind: kind, Stage: finding.StageManifest}, Pod: pod, Interruptible: new(bool)}
			for _, found := range Check(s, set) {
				if strings.Contains(found.Message, " failed: ") {
					t.Errorf("%s: %s", found.ID, found.Message)
				}
			}
		}
		if !reflect.DeepEqual(before, pod) {
			t.Error("the pod was changed")
		}
	})
}
