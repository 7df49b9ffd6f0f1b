package flyte

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/podcue/podcue/provenance"
)

// customizeContainers is step 3: command and args are rendered, environment
// added, resources completed; init containers first.
func (b *builder) customizeContainers() error {
	r := b.newRenderer()
	env, envTrees := b.flyteEnv()
	envFrom, envFromTrees := b.flyteEnvFrom()
	customize := func(c *corev1.Container, t *provenance.Tree, mode resourceMode, init bool) error {
		if err := r.renderAll(c.Command, t.Field("command")); err != nil {
			return err
		}
		if err := r.renderAll(c.Args, t.Field("args")); err != nil {
			return err
		}
		appendNodes(t.Field("env"), len(c.Env), envTrees)
		c.Env = append(slices.Clip(c.Env), env...)
		appendNodes(t.Field("envFrom"), len(c.EnvFrom), envFromTrees)
		c.EnvFrom = append(slices.Clip(c.EnvFrom), envFrom...)
		b.customizeResources(c, t.Field("resources"), mode, init)
		return nil
	}
	initMode := keepInRange
	if b.p.templateResources {
		initMode = mergeAndDefault
	}
	for i := range b.spec.InitContainers {
		if err := customize(&b.spec.InitContainers[i], b.specTree.Field("initContainers").Item(i), initMode, true); err != nil {
			return err
		}
	}
	found := false
	for i := range b.spec.Containers {
		mode := keepInRange
		if b.spec.Containers[i].Name == b.primary {
			mode, found = mergeAndDefault, true
		}
		if err := customize(&b.spec.Containers[i], b.specTree.Field("containers").Item(i), mode, false); err != nil {
			return err
		}
	}
	if !found {
		return badTask(b.primarySource(), "invalid TaskSpecification, primary container [%s] not defined", b.primary)
	}
	return nil
}

// primarySource is where the name of the primary container comes from.
func (b *builder) primarySource() *provenance.Tree {
	if t := at(b.execSrc, "overrides", "podTemplate"); t != nil {
		return t
	}
	return at(b.taskSrc, "config")
}

// primaryContainer returns the primary container and its tree; of several of
// that name, the last one. It is nil before the spec is known to have one.
func (b *builder) primaryContainer() (*corev1.Container, *provenance.Tree) {
	for i := len(b.spec.Containers) - 1; i >= 0; i-- {
		if b.spec.Containers[i].Name == b.primary {
			return &b.spec.Containers[i], b.specTree.Field("containers").Item(i)
		}
	}
	return nil, nil
}

// appendNodes adds copies of nodes after the first n elements of the list t.
func appendNodes(t *provenance.Tree, n int, nodes []*provenance.Tree) {
	if t == nil {
		return
	}
	for i, node := range nodes {
		t.Item(n + i)
		t.Items()[n+i] = node.Clone()
	}
}

// An envList is a list of environment variables with their trees.
type envList struct {
	vars  []corev1.EnvVar
	trees []*provenance.Tree
	trace bool
}

// add appends a variable of Flyte's own. The origin of its value is src, with
// rule; or Flyte itself if src is nil.
func (l *envList) add(name, value string, src *provenance.Tree, rule string) {
	l.vars = append(l.vars, corev1.EnvVar{Name: name, Value: value})
	if !l.trace {
		return
	}
	t := &provenance.Tree{}
	won(t.Field("name"), name, flyteOrigin(rule))
	fromAs(t.Field("value"), src, rule, value)
	t.Field("value").Fill(value, flyteOrigin(rule))
	l.trees = append(l.trees, t)
}

// addMap appends the entries of m, sorted by name. Flyte's own order is that of
// a Go map: random.
func (l *envList) addMap(m map[string]string, src *provenance.Tree, rule string) {
	if len(m) == 0 {
		return
	}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		l.add(k, m[k], src.Lookup(k), rule)
		if o := src.Lookup(k).Ruled(rule); l.trace && len(o) > 0 {
			t := l.trees[len(l.trees)-1]
			t.SetField("name", nil)
			won(t.Field("name"), k, o[len(o)-1])
		}
	}
}

// usualEnv is how many variables Flyte adds to most containers, or a few less.
const usualEnv = 24

// flyteEnv returns the variables that Flyte adds to every container of the task,
// after the container's own.
func (b *builder) flyteEnv() ([]corev1.EnvVar, []*provenance.Tree) {
	l := &envList{trace: b.tree != nil, vars: make([]corev1.EnvVar, 0, usualEnv)}
	if b.exec.WorkflowName != "" {
		l.add("FLYTE_INTERNAL_EXECUTION_WORKFLOW", b.exec.WorkflowName, at(b.execSrc, "workflowName"), ruleEnv)
	}
	if b.exec.ExecutionID != nil {
		b.executionEnv(l)
	}
	if b.p.offloadsLiterals {
		b.offloadingEnv(l)
	}
	l.addMap(b.exec.Env, at(b.execSrc, "env"), "execution-env")
	l.addMap(b.cfg.DefaultEnvVars, at(b.cfgSrc, "default-env-vars"), "default-env-vars")
	fromEnv := make(map[string]string, len(b.cfg.DefaultEnvVarsFromEnv))
	for name, source := range b.cfg.DefaultEnvVarsFromEnv {
		fromEnv[name] = b.in.ProcessEnv[source]
	}
	l.addMap(fromEnv, at(b.cfgSrc, "default-env-vars-from-env"), "default-env-vars-from-env")
	return l.vars, l.trees
}

// ruleEnv is the rule of the variables that Flyte sets for every task.
const ruleEnv = "inject-env"

// executionEnv adds what tells a task which execution it belongs to.
func (b *builder) executionEnv(l *envList) {
	id, src := b.exec.ExecutionID, at(b.execSrc, "executionId")
	l.add("FLYTE_INTERNAL_EXECUTION_ID", id.Name, at(src, "name"), ruleEnv)
	l.add("FLYTE_INTERNAL_EXECUTION_PROJECT", id.Project, at(src, "project"), ruleEnv)
	l.add("FLYTE_INTERNAL_EXECUTION_DOMAIN", id.Domain, at(src, "domain"), ruleEnv)
	if b.p.podNameEnv {
		l.vars = append(l.vars, corev1.EnvVar{Name: "_F_PN", ValueFrom: &corev1.EnvVarSource{
			FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"},
		}})
		if l.trace {
			t := &provenance.Tree{}
			fill(t, l.vars[len(l.vars)-1], flyteOrigin(ruleEnv))
			l.trees = append(l.trees, t)
		}
	}
	l.add("FLYTE_ATTEMPT_NUMBER", strconv.FormatUint(uint64(b.exec.RetryAttempt), 10), at(b.execSrc, "retryAttempt"), ruleEnv)
	if _, linked := b.task.Config["link_type"]; linked && b.exec.ConsoleURL != "" {
		url := fmt.Sprintf("%s/projects/%s/domains/%s/executions/%s/nodeId/%s/nodes",
			trimSlash(b.exec.ConsoleURL), id.Project, id.Domain, id.Name, b.exec.UniqueNodeID)
		l.add("FLYTE_EXECUTION_URL", url, at(b.execSrc, "consoleURL"), "link_type")
	}
	task := b.exec.TaskID
	if task == nil {
		return
	}
	prefixes := []string{"FLYTE_INTERNAL_TASK_"}
	if b.p.legacyTaskEnv {
		prefixes = append(prefixes, "FLYTE_INTERNAL_")
	}
	src = at(b.execSrc, "taskId")
	for _, prefix := range prefixes {
		l.add(prefix+"PROJECT", task.Project, at(src, "project"), ruleEnv)
		l.add(prefix+"DOMAIN", task.Domain, at(src, "domain"), ruleEnv)
		l.add(prefix+"NAME", task.Name, at(src, "name"), ruleEnv)
		l.add(prefix+"VERSION", task.Version, at(src, "version"), ruleEnv)
	}
}

// trimSlash cuts one slash off the end of a console URL.
func trimSlash(url string) string {
	if n := len(url); n > 0 && url[n-1] == '/' {
		return url[:n-1]
	}
	return url
}

// flyteEnvFrom returns the sources of variables that the configuration adds to
// every container of the task, after the container's own.
func (b *builder) flyteEnvFrom() ([]corev1.EnvFromSource, []*provenance.Tree) {
	var list []corev1.EnvFromSource
	var trees []*provenance.Tree
	add := func(source corev1.EnvFromSource, key string, i int) {
		list = append(list, source)
		if b.tree == nil {
			return
		}
		t := &provenance.Tree{}
		o := provenance.Origin{Layer: provenance.LayerConfig}
		if src := item(at(b.cfgSrc, key), i).Ruled(key); len(src) > 0 {
			o = src[len(src)-1]
		}
		o.Value = ""
		fill(t, source, o)
		trees = append(trees, t)
	}
	for i, name := range b.cfg.DefaultEnvFromSecrets {
		add(corev1.EnvFromSource{SecretRef: &corev1.SecretEnvSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: name}, Optional: ptr.To(true),
		}}, "default-env-from-secrets", i)
	}
	for i, name := range b.cfg.DefaultEnvFromConfigMaps {
		add(corev1.EnvFromSource{ConfigMapRef: &corev1.ConfigMapEnvSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: name}, Optional: ptr.To(true),
		}}, "default-env-from-configmaps", i)
	}
	return list, trees
}

// offloadingEnv tells the task when to keep literals apart, if Flyte 1's engine
// is configured to.
func (b *builder) offloadingEnv(l *envList) {
	o := b.cfg.LiteralOffloading
	if !o.Enabled {
		return
	}
	src := at(b.cfgSrc, "literal-offloading-config")
	add := func(name string, mb int64, key string) {
		if mb > 0 {
			l.add(name, strconv.FormatInt(mb, 10), at(src, key), "literal-offloading")
		}
	}
	add("_F_L_MIN_SIZE_MB", o.MinSizeInMB, "min-size-in-mb-for-offloading")
	add("_F_L_MAX_SIZE_MB", o.MaxSizeInMB, "max-size-in-mb-for-offloading")
}
