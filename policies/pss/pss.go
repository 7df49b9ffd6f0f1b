package pss

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
)

// The levels that refuse something; the third, privileged, refuses nothing.
const (
	Baseline   = string(api.LevelBaseline)
	Restricted = string(api.LevelRestricted)
)

// Latest stands for the newest version that the linked checks know.
const Latest = "latest"

// Parse returns the standard that spec names: "LEVEL" or "LEVEL:VERSION", as in
// restricted:1.36. Without a version it is the newest.
func Parse(spec string) (*policies.Standard, error) {
	level, version, _ := strings.Cut(spec, ":")
	return New(level, version)
}

// New returns the Pod Security Standard of a level at a version: "1.36", "v1.36",
// or [Latest], which "" stands for. Its errors say what there is. The result may
// be used by several goroutines.
func New(level, version string) (*policies.Standard, error) {
	if level != Baseline && level != Restricted {
		return nil, fmt.Errorf("unknown pod security level %q%s; there are baseline and restricted",
			level, finding.DidYouMean(level, []string{Baseline, Restricted}))
	}
	checks := policy.DefaultChecks()
	minor, err := parseVersion(version, newest(checks))
	if err != nil {
		return nil, err
	}
	s := &standard{}
	for _, c := range checks {
		if level == Baseline && c.Level != api.LevelBaseline {
			continue
		}
		if v := versionOf(c, minor); v != nil {
			s.controls = append(s.controls, control{
				id: string(c.ID), level: c.Level, check: v.CheckPod, overrides: v.OverrideCheckIDs, policies: policiesOf(string(c.ID)),
			})
		}
	}
	slices.SortFunc(s.controls, func(a, b control) int {
		return cmp.Or(strings.Compare(string(a.level), string(b.level)), strings.Compare(a.id, b.id))
	})
	return &policies.Standard{Level: level, Version: "1." + strconv.Itoa(minor), Minor: minor, Refuse: s.refuse}, nil
}

type standard struct{ controls []control }

type control struct {
	id       string
	level    api.Level
	check    policy.CheckPodFn
	policies []*policies.Policy
	// overrides are the baseline controls that this one stands for.
	overrides []policy.CheckID
}

func (s *standard) refuse(pod *corev1.PodTemplateSpec) []policies.Refusal {
	spec := withVolumeSources(&pod.Spec)
	var refusals []policies.Refusal
	for i := range s.controls {
		c := &s.controls[i]
		if r := c.check(&pod.ObjectMeta, spec); !r.Allowed {
			reason := r.ForbiddenReason
			if r.ForbiddenDetail != "" {
				reason += " (" + r.ForbiddenDetail + ")"
			}
			refusals = append(refusals, policies.Refusal{Control: c.id, Reason: reason, Policies: c.policies})
		}
	}
	return s.withoutOverridden(refusals)
}

// withoutOverridden removes the refusals of controls that another one stands
// for, where that one allows the pod: it exempts Windows pods, for example.
func (s *standard) withoutOverridden(refusals []policies.Refusal) []policies.Refusal {
	if len(refusals) == 0 {
		return nil
	}
	refused := func(id string) bool {
		return slices.ContainsFunc(refusals, func(r policies.Refusal) bool { return r.Control == id })
	}
	var out []policies.Refusal
	for _, r := range refusals {
		overridden := slices.ContainsFunc(s.controls, func(c control) bool {
			return slices.Contains(c.overrides, policy.CheckID(r.Control)) && !refused(c.id)
		})
		if !overridden {
			out = append(out, r)
		}
	}
	return out
}

// newest returns the minor of the newest version at which a check changed.
func newest(checks []policy.Check) int {
	minor := 0
	for _, c := range checks {
		for _, v := range c.Versions {
			minor = max(minor, v.MinimumVersion.Minor())
		}
	}
	return minor
}

func parseVersion(version string, newest int) (int, error) {
	if version == "" || version == Latest {
		return newest, nil
	}
	text, ok := strings.CutPrefix(strings.TrimPrefix(version, "v"), "1.")
	minor, err := strconv.Atoi(text)
	if !ok || err != nil || minor < 0 || minor > newest || strconv.Itoa(minor) != text {
		return 0, fmt.Errorf("unknown pod security version %q; there are 1.0 to 1.%d, and latest", version, newest)
	}
	return minor, nil
}

// versionOf returns the form that a check has at a minor version, nil if it came
// later.
func versionOf(c policy.Check, minor int) *policy.VersionedCheck {
	var found *policy.VersionedCheck
	for i := range c.Versions {
		if c.Versions[i].MinimumVersion.Minor() <= minor {
			found = &c.Versions[i]
		}
	}
	return found
}

func policiesOf(control string) []*policies.Policy {
	var ps []*policies.Policy
	for _, p := range policies.All() {
		if slices.Contains(p.Controls, control) {
			ps = append(ps, p)
		}
	}
	return ps
}

// withVolumeSources returns spec with an emptyDir in every volume that has no
// source, as the API server would make it. It is spec itself if there are none.
func withVolumeSources(spec *corev1.PodSpec) *corev1.PodSpec {
	copied := false
	for i := range spec.Volumes {
		v := &spec.Volumes[i]
		if known := v.EmptyDir != nil || v.PersistentVolumeClaim != nil || v.Secret != nil || v.ConfigMap != nil; known ||
			!reflect.ValueOf(&v.VolumeSource).Elem().IsZero() {
			continue
		}
		if !copied {
			shallow := *spec
			shallow.Volumes = slices.Clone(spec.Volumes)
			spec, copied = &shallow, true
		}
		spec.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
	}
	return spec
}
