package validation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/util/version"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/component-base/featuregate"
	"k8s.io/klog/v2"

	"github.com/podcue/podcue/finding"
)

// library is the minor of the linked k8s.io/kubernetes: 1.37. A test holds it
// against go.mod.
const library = 37

// emulated is how many minors before its own a server emulates.
const emulated = 3

// Versions returns the Kubernetes versions that can be asked for, oldest first.
func Versions() []string {
	var versions []string
	for minor := library - emulated; minor <= library; minor++ {
		versions = append(versions, "1."+strconv.Itoa(minor))
	}
	return versions
}

// Newest returns the newest of [Versions], which an empty version stands for.
func Newest() string { return "1." + strconv.Itoa(library) }

// ParseVersion returns the member of [Versions] that text means: "1.36", "v1.36",
// "1.36.3" and "v1.36.3-gke.100" are all "1.36", and "" is the newest. Whatever is
// not a member is an error that lists them.
func ParseVersion(text string) (string, error) {
	if text == "" {
		return Newest(), nil
	}
	if _, ok := parsed()[text]; ok {
		return text, nil
	}
	parts := strings.SplitN(strings.TrimPrefix(text, "v"), ".", 3)
	if len(parts) >= 2 {
		short := parts[0] + "." + parts[1]
		if slices.Contains(Versions(), short) && (len(parts) == 2 || wellFormed(text)) {
			return short, nil
		}
	}
	return "", fmt.Errorf("unsupported Kubernetes version %q: it is one of %s%s",
		text, strings.Join(Versions(), ", "), finding.DidYouMean(text, Versions()))
}

func wellFormed(text string) bool {
	_, err := version.ParseSemantic(text)
	return err == nil
}

// parsed are the members of [Versions] in the form in which gates have them.
var parsed = sync.OnceValue(func() map[string]*version.Version {
	m := map[string]*version.Version{}
	for _, v := range Versions() {
		m[v] = version.MustParseGeneric(v)
	}
	return m
})

// gates guards the process-wide feature gates.
var gates sync.RWMutex

// withGates runs f while the feature gates are those of version, a member of
// [Versions]. Calls for the version that is set already run concurrently; a call
// for another one sets it and runs f alone.
func withGates(ver string, f func()) error {
	gate := utilfeature.DefaultMutableFeatureGate
	want, ok := parsed()[ver]
	if !ok {
		return fmt.Errorf("unsupported Kubernetes version %q", ver)
	}
	gates.RLock()
	if gate.EmulationVersion().EqualTo(want) {
		defer gates.RUnlock()
		f()
		return nil
	}
	gates.RUnlock()
	gates.Lock()
	defer gates.Unlock()
	if err := emulate(gate, want); err != nil {
		return fmt.Errorf("set the feature gates of Kubernetes %s: %w", ver, err)
	}
	f()
	return nil
}

// emulate sets the version of gate without the log line that Kubernetes prints
// to standard error for every gate that was read before and now changes.
func emulate(gate featuregate.MutableVersionedFeatureGate, v *version.Version) error {
	if quiet, ok := gate.(featuregate.MutableVersionedFeatureGateWithLogger); ok {
		return quiet.SetEmulationVersionWithLogger(klog.Logger{}, v)
	}
	return gate.SetEmulationVersion(v)
}
