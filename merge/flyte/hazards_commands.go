package flyte

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// What becomes of command lines and probes.

// commandLists are the lists of a container that are one thing, not a set of
// things: appending to them makes something else.
var commandLists = []struct {
	field provenance.Path
	get   func(*corev1.Container) []string
}{
	{"command", func(c *corev1.Container) []string { return c.Command }},
	{"args", func(c *corev1.Container) []string { return c.Args }},
	{"livenessProbe.exec.command", func(c *corev1.Container) []string { return execCommand(c.LivenessProbe) }},
	{"readinessProbe.exec.command", func(c *corev1.Container) []string { return execCommand(c.ReadinessProbe) }},
	{"startupProbe.exec.command", func(c *corev1.Container) []string { return execCommand(c.StartupProbe) }},
	{"lifecycle.postStart.exec.command", func(c *corev1.Container) []string { return hookCommand(c, true) }},
	{"lifecycle.preStop.exec.command", func(c *corev1.Container) []string { return hookCommand(c, false) }},
}

func execCommand(p *corev1.Probe) []string {
	if p == nil || p.Exec == nil {
		return nil
	}
	return p.Exec.Command
}

func hookCommand(c *corev1.Container, start bool) []string {
	if c.Lifecycle == nil {
		return nil
	}
	hook := c.Lifecycle.PreStop
	if start {
		hook = c.Lifecycle.PostStart
	}
	if hook == nil || hook.Exec == nil {
		return nil
	}
	return hook.Exec.Command
}

var commandConcatenated = &Hazard{
	ID: "merge-command-concatenated",
	Doc: `command or args of several sources are put one after another

Lists are appended, and command and args are lists: the template's come first, the
task's after them, in one command line that neither side wrote. The same goes for
the command of an exec probe and of a lifecycle hook.`,
	Help:     "leave command and args to one side; a wrapper belongs into the image's entrypoint",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, c := range h.containers {
			for _, l := range commandLists {
				h.checkConcatenated(c, l.field, l.get)
			}
		}
	},
}

// checkConcatenated reports a list of c to which several sources contribute.
func (h *hazardPass) checkConcatenated(c *hazardContainer, field provenance.Path, get func(*corev1.Container) []string) {
	final := get(c.final)
	path := c.path.Child(string(field))
	var origins []provenance.Origin
	parts := 0
	at := 0
	for _, part := range append(slices.Clone(c.applied), hazardPart{container: c.task}) {
		n := len(get(part.container))
		if n == 0 {
			continue
		}
		parts++
		if at < len(final) {
			origins = append(firsts(h.at(path.Index(at))), origins...)
		}
		at += n
	}
	if parts < 2 || at > len(final) {
		return // one source, or Flyte replaced the result
	}
	h.report(path, origins, "%s is put together from %d sources: %s", field, parts, shortened(provenance.JSON(final)))
}

// shortened returns s, cut where it becomes too long for a message.
func shortened(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// templateReference is what Flyte renders in the command line of a task.
var templateReference = reference(`(Input|InputPrefix|OutputPrefix|RawOutputDataPrefix|PrevCheckpointPrefix|CheckpointOutputPrefix|PerRetryUniqueKey|TaskTemplatePath|Namespace|Inputs\.[^}\s]+)`)

var templateNotRendered = &Hazard{
	ID: "merge-template-not-rendered",
	Doc: `references in a template's command line are not rendered

References such as {{.input}} are rendered before the templates are merged in. In
the command or args of a template they stay as they are.`,
	Help:     "move the command line into the task, or use an environment variable",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, c := range h.containers {
			for _, l := range commandLists[:2] {
				at := 0
				for _, part := range c.applied {
					for _, s := range l.get(part.container) {
						if found := templateReference.FindString(s); found != "" && at < len(l.get(c.final)) {
							path := c.path.Child(string(l.field)).Index(at)
							h.report(path, h.at(path), "%s of the %s is not rendered", found, part.template.title)
						}
						at++
					}
				}
			}
		}
	},
}

// handlers are the probes and hooks of a container that may have one handler.
var handlers = []struct {
	field provenance.Path
	get   func(*corev1.Container) []string
}{
	{"livenessProbe", func(c *corev1.Container) []string { return probeHandlers(c.LivenessProbe) }},
	{"readinessProbe", func(c *corev1.Container) []string { return probeHandlers(c.ReadinessProbe) }},
	{"startupProbe", func(c *corev1.Container) []string { return probeHandlers(c.StartupProbe) }},
	{"lifecycle.postStart", func(c *corev1.Container) []string { return hookHandlers(c, true) }},
	{"lifecycle.preStop", func(c *corev1.Container) []string { return hookHandlers(c, false) }},
}

func probeHandlers(p *corev1.Probe) []string {
	if p == nil {
		return nil
	}
	return handlerNames(p.Exec != nil, p.HTTPGet != nil, p.TCPSocket != nil, p.GRPC != nil, false)
}

func hookHandlers(c *corev1.Container, start bool) []string {
	if c.Lifecycle == nil {
		return nil
	}
	hook := c.Lifecycle.PreStop
	if start {
		hook = c.Lifecycle.PostStart
	}
	if hook == nil {
		return nil
	}
	return handlerNames(hook.Exec != nil, hook.HTTPGet != nil, hook.TCPSocket != nil, false, hook.Sleep != nil)
}

func handlerNames(exec, http, tcp, grpc, sleep bool) []string {
	var names []string
	for _, h := range []struct {
		has  bool
		name string
	}{{exec, "exec"}, {grpc, "grpc"}, {http, "httpGet"}, {sleep, "sleep"}, {tcp, "tcpSocket"}} {
		if h.has {
			names = append(names, h.name)
		}
	}
	return names
}

var twoHandlers = &Hazard{
	ID: "merge-probe-two-handlers",
	Doc: `a probe or hook has two handlers

Probes and lifecycle hooks are merged field by field. When the template has an
httpGet and the task an exec, the result has both, and the API server refuses it.`,
	Help:     "use the same kind of handler on both sides, or leave the probe to one side",
	Severity: finding.Error, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, c := range h.containers {
			for _, l := range handlers {
				names := l.get(c.final)
				if len(names) < 2 || len(l.get(c.task)) > 1 ||
					slices.ContainsFunc(c.applied, func(part hazardPart) bool { return len(l.get(part.container)) > 1 }) {
					continue // one side's own mistake
				}
				path := c.path.Child(string(l.field))
				var origins []provenance.Origin
				for _, name := range names {
					origins = append(origins, firsts(h.at(path.Child(name)))...)
				}
				h.report(path, origins, "%s has the handlers %s", l.field, list(names))
			}
		}
	},
}

var readinessReplaced = &Hazard{
	ID: "merge-readiness-probe-replaced",
	Doc: `the readiness probe of a task that serves an IDE is replaced

When the environment of the primary container has _F_E_VS set to true, Flyte 2 puts
a probe of its own, an httpGet on port 8080 or 6060, in the place of the container's
readiness probe, after the templates are merged.`,
	Help:     "leave the readiness probe out; use a liveness or startup probe",
	Severity: finding.Warning, Profiles: inV2,
	check: func(h *hazardPass) {
		c := h.primaryContainer()
		if c == nil || c.final.ReadinessProbe == nil {
			return
		}
		path := c.path.Child("readinessProbe")
		replaced := h.at(path)
		if len(replaced) == 0 || replaced[0].Rule != "ide-readiness-probe" {
			return
		}
		for _, part := range slices.Backward(c.applied) {
			if part.container.ReadinessProbe != nil {
				h.report(path, slices.Concat(replaced[:1], part.origins("readinessProbe")), "the readiness probe of the %s is replaced by Flyte's", part.template.title)
				return
			}
		}
		if c.task.ReadinessProbe != nil {
			h.report(path, slices.Concat(replaced[:1], h.containerOrigins(c, "readinessProbe")), "the readiness probe of the task is replaced by Flyte's")
		}
	},
}

// containerOrigins returns the origins of the field of c in the task's pod spec.
func (h *hazardPass) containerOrigins(c *hazardContainer, field string) []provenance.Origin {
	fields, _ := h.templateFields()
	return firsts(fields.Deciding(c.path.Child(field)))
}
