package validation_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/validation"
)

func TestVersions(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{"1.34", "1.35", "1.36", "1.37"}, validation.Versions()); diff != "" {
		t.Error(diff)
	}
	if got := validation.Newest(); got != "1.37" {
		t.Errorf("newest: %s", got)
	}
}

// TestLibraryVersion fails when the linked library becomes that of another minor.
func TestLibraryVersion(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`k8s\.io/kubernetes v(1\.\d+)\.`).FindSubmatch(mod)
	if m == nil || string(m[1]) != validation.Newest() {
		t.Errorf("go.mod has k8s.io/kubernetes %s, the package says %s", m, validation.Newest())
	}
}

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "1.37", "1.34": "1.34", "v1.36": "1.36", "1.36.3": "1.36", "v1.35.1-gke.100": "1.35", "v1.37.2+k3s1": "1.37",
		"1.33": "", "1.38": "", "1": "", "1.3": "", "latest": "", "1.36.": "", "1.36.x": "", "2.36": "", " 1.36": "", "1.36.3.4.x": "",
	} {
		got, err := validation.ParseVersion(text)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("ParseVersion(%q) = %q, %v", text, got, err)
		}
		if err != nil && !strings.Contains(err.Error(), "1.34, 1.35, 1.36, 1.37") {
			t.Errorf("ParseVersion(%q) does not list the versions: %v", text, err)
		}
	}
	if v, err := validation.Pod("1.30", pod(t, `{}`)); v != nil || err == nil {
		t.Errorf("1.30 is judged: %v %v", v, err)
	}
}

// TestEmulation holds a field that came with 1.36: the versions before it drop it.
func TestEmulation(t *testing.T) {
	t.Parallel()
	for _, c := range serverCases(t) {
		if !strings.HasPrefix(c.Name, "gate/") {
			continue
		}
		for _, version := range validation.Versions() {
			v, err := validation.JSON(version, c.Kind, c.Object)
			if err != nil {
				t.Fatal(err)
			}
			t.Log(c.Kind, c.Name, version, v.Accepted(), v.Dropped, v.Causes)
		}
	}
}
