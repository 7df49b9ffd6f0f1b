package flyte

import (
	"fmt"
	"strings"

	"github.com/podcue/podcue/finding"
)

// A Profile is one pinned version of Flyte: how it builds Pods. Profiles run the
// same steps; what differs between them is in the fields below and nowhere else.
// A Profile is never changed and may be used by several goroutines.
type Profile struct {
	Name string // "flyte@v2"
	Doc  string // one line, lower case, without a period: what is pinned

	// otherKeys are the configuration keys that this version does not know, and
	// ignores.
	otherKeys []string
	// doublesDottedKeys: a dotted key of the configuration that has capitals
	// arrives in lower case, too.
	doublesDottedKeys bool
	// executor: Pods are made for TaskActions.
	executor bool
	// sharesTemplates: the template store hands out its own objects, and the merge
	// writes into them. From one Pod to the next, only a shared [Store] shows it.
	sharesTemplates bool
	// looksUpEarly: the base template is looked up right after the raw pod is
	// built, so that its absence is noticed before anything else.
	looksUpEarly bool
	// templateResources: the resources of one template container take part
	// before defaulting, and init containers are defaulted like the primary.
	templateResources bool
	// forbidsServiceLinks: enableServiceLinks is set to false.
	forbidsServiceLinks bool
	// podNameEnv: containers get their pod's name in _F_PN.
	podNameEnv bool
	// legacyTaskEnv: containers get the old names of the four task variables too.
	legacyTaskEnv bool
	// offloadsLiterals: containers are told when to offload literals, if the
	// engine is configured for it.
	offloadsLiterals bool
	// deviceClasses: accelerators have classes with resource names, labels and
	// templates of their own; otherwise there is one GPU resource.
	deviceClasses bool
	// uniqueConstraints: node requirements and tolerations that are already there
	// are not added again.
	uniqueConstraints bool
	// matchesByName reports whether a container of the template applies to the
	// task's container because of its name.
	matchesByName func(template, container, primary string, magic magicNames) bool
	// primaryInit: copilot's downloader is the primary init container.
	primaryInit bool
	// copilot is what its containers look like.
	copilot copilotVariant
	// partitionLabel: a MIG partition becomes a label of the pod.
	partitionLabel bool
	// readinessProbe: a task that serves an IDE gets a readiness probe.
	readinessProbe bool
	// launch: what the engine adds to labels and annotations before the plugin
	// builds the Pod, nil for nothing.
	launch func(*builder) error
	// taskMetadata: the labels and annotations of the task's own metadata apply.
	taskMetadata bool
	// ownerOptional: the owner reference can be switched off.
	ownerOptional bool
	// finalizer is what inject-finalizer adds; finalizerOnce: unless it is there.
	finalizer     string
	finalizerOnce bool
	// nameHead is how many characters of an overlong name are kept.
	nameHead int
}

// V2 is Flyte 2 at commit 6fadb90d65.
var V2 = &Profile{
	Name: "flyte@v2",
	Doc:  "Flyte 2 as of flyteorg/flyte 6fadb90d65, with flytekit e96c72030",

	otherKeys:           []string{"enable-distributed-error-aggregation"},
	executor:            true,
	sharesTemplates:     true,
	forbidsServiceLinks: true,
	podNameEnv:          true,
	legacyTaskEnv:       true,
	deviceClasses:       true,
	uniqueConstraints:   true,
	matchesByName:       matchAnyButMagic,
	copilot: copilotVariant{
		image:           "cr.flyte.org/flyteorg/flyte-binary-v2:latest",
		fileInputLayout: true, storageSecret: true,
	},
	partitionLabel: true,
	readinessProbe: true,
	ownerOptional:  true,
	finalizer:      "flyte/flytek8s",
	nameHead:       222,
}

// V1 is Flyte 1, tag v1.16.8; it fits v1.16.3 and later.
var V1 = &Profile{
	Name: "flyte@v1.16",
	Doc:  "Flyte 1.16.8 as of flyteorg/flyte tag v1.16.8, commit 51877f899c",

	otherKeys: []string{
		"accelerator-device-classes", "accelerator-devices", "disable-inject-owner-references",
		"co-pilot.storage-config-override", "co-pilot.storage-config-secret-name",
	},
	doublesDottedKeys: true,
	looksUpEarly:      true,
	templateResources: true,
	offloadsLiterals:  true,
	matchesByName:     matchUnlessSpecial,
	primaryInit:       true,
	copilot: copilotVariant{
		image:           "cr.flyte.org/flyteorg/flytecopilot:v0.0.15",
		connectionFlags: true, sortedInterface: true,
	},
	launch:        addLaunchMetadata,
	taskMetadata:  true,
	finalizer:     "flyte.org/finalizer-k8s",
	finalizerOnce: true,
	nameHead:      232,
}

// profiles is sorted by name.
var profiles = []*Profile{V1, V2}

// Profiles returns all profiles, sorted by name. The slice is fresh.
func Profiles() []*Profile { return append([]*Profile(nil), profiles...) }

// Lookup returns the profile called name. The error lists the names there are,
// and the nearest one.
func Lookup(name string) (*Profile, error) {
	names := make([]string, len(profiles))
	for i, p := range profiles {
		if p.Name == name {
			return p, nil
		}
		names[i] = p.Name
	}
	hint := ""
	if near := finding.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return nil, fmt.Errorf("unknown profile %q: there are %s%s", name, strings.Join(names, ", "), hint)
}
