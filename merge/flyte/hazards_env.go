package flyte

import (
	"maps"
	"regexp"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// What becomes of environment variables.

// eachEnvTwin calls visit for each variable that several sources set to different
// values: with the origins of the value that the container will see, and of the
// one that it will not.
func (h *hazardPass) eachEnvTwin(visit func(t hazardTwin, seen, hidden provenance.Origin)) {
	for _, c := range h.containers {
		env := c.final.Env
		list, names := c.path.Child("env"), envNames(c.final)
		h.twinsIn(list, addresses(list, names, true), names, envCounts(c), func(t hazardTwin) {
			if provenance.JSON(env[t.lower]) == provenance.JSON(env[t.upper]) || len(t.origins) < 2 {
				return
			}
			visit(t, t.origins[0], t.origins[1])
		})
	}
}

func envNames(c *corev1.Container) []string {
	return keysOf(c.Env, func(e corev1.EnvVar) string { return e.Name })
}

func envCounts(c *hazardContainer) []int {
	var counts []int
	for _, part := range c.applied {
		counts = append(counts, len(part.container.Env))
	}
	return append(counts, hazardList{}.taskCounts(rawCount(c, envNames), len(c.task.Env))...)
}

var envDuplicate = &Hazard{
	ID: "merge-env-duplicate",
	Doc: `an environment variable is set twice

Environment variables are appended, not merged by name. The last one counts: the
task's. A Pod may have a name twice; the custom resources that some plugins make
(JobSet, for one) may not.`,
	Help:     "leave the variable to one side",
	Issue:    upstream(5809),
	Severity: finding.Info, Profiles: inBoth,
	check: func(h *hazardPass) {
		h.eachEnvTwin(func(t hazardTwin, seen, hidden provenance.Origin) {
			if !isPlatform(seen.Layer) && !isCompileTime(seen, hidden) {
				h.report(t.path, t.origins, "%s is set twice: the value of %s counts", t.key, layerTitle(seen.Layer))
			}
		})
	},
}

var envBeaten = &Hazard{
	ID: "merge-env-beaten",
	Doc: `the platform's value of an environment variable beats the author's

The variables of the execution, default-env-vars and those of Flyte itself come
after the container's own, and the last one counts. What reads like a default in
the configuration thus beats what the task, its pod template or the base template
sets.`,
	Help:     "give the variable another name, or take it out of the configuration",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		h.eachEnvTwin(func(t hazardTwin, seen, hidden provenance.Origin) {
			if isPlatform(seen.Layer) && !isPlatform(hidden.Layer) {
				h.report(t.path, t.origins, "%s of %s beats that of %s", t.key, layerTitle(seen.Layer), layerTitle(hidden.Layer))
			}
		})
	},
}

// isCompileTime reports whether both values met when flytekit made one pod spec
// of the task and its pod template.
func isCompileTime(seen, hidden provenance.Origin) bool {
	return seen.Layer == provenance.LayerTemplate && hidden.Layer == provenance.LayerTask
}

var envTemplateWins = &Hazard{
	ID: "merge-env-template-wins",
	Doc: `the pod template's value of an environment variable beats the task's

When flytekit makes one pod spec of a task and its pod template, it puts the
template's variables after the task's, and the last one counts. At run time it is
the other way round: there the task's variables come after those of the base
template.`,
	Help:     "leave the variable to one side",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		h.eachEnvTwin(func(t hazardTwin, seen, hidden provenance.Origin) {
			if isCompileTime(seen, hidden) {
				h.report(t.path, t.origins, "%s of the pod template beats that of the task", t.key)
			}
		})
	},
}

var envReference = regexp.MustCompile(`\$\(([^)]+)\)`)

var envOrder = &Hazard{
	ID: "merge-env-order-random",
	Doc: `a variable refers to another one whose place is random

Flyte adds the execution's variables and default-env-vars in the order of a Go map:
another one in each process. Kubernetes expands $(NAME) only if NAME stands before
it, so that a variable that refers to one of the same map is expanded in some Pods
and not in others.`,
	Help:     "write the value out, or set the two variables in a pod template",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, m := range []struct {
			env     map[string]string
			origins func(name string) []provenance.Origin
		}{
			{h.b.exec.Env, func(n string) []provenance.Origin { return h.execution("env", n) }},
			{h.b.cfg.DefaultEnvVars, func(n string) []provenance.Origin { return h.config("default-env-vars", n) }},
		} {
			for _, name := range slices.Sorted(maps.Keys(m.env)) {
				for _, ref := range envReference.FindAllStringSubmatch(m.env[name], -1) {
					if _, ok := m.env[ref[1]]; ok && ref[1] != name && len(h.containers) > 0 {
						h.report("spec.containers", m.origins(name), "whether %s sees %s depends on chance", name, ref[1])
					}
				}
			}
		}
	},
}

var envFromProcess = &Hazard{
	ID: "merge-env-from-process",
	Doc: `a variable's value comes from Flyte's own process

default-env-vars-from-env copies variables of the environment that Flyte itself runs
in. podcue cannot know them; one that it is not told is empty in the Pod that it
shows, as it is in a cluster whose Flyte does not have it.`,
	Help:     "give the value under execution.processEnv, or use default-env-vars",
	Severity: finding.Info, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, name := range slices.Sorted(maps.Keys(h.b.cfg.DefaultEnvVarsFromEnv)) {
			source := h.b.cfg.DefaultEnvVarsFromEnv[name]
			if _, known := h.in.ProcessEnv[source]; !known {
				h.report("spec.containers", h.config("default-env-vars-from-env", name), "%s is a copy of %s of Flyte's process, which is not known", name, source)
			}
		}
	},
}
