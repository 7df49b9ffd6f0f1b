package flyte

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/podcue/podcue/provenance"
)

// taskTemplatePath is where a task finds its own template: Flyte's plugins do
// not offload it for pods.
const taskTemplatePath = "inline://taskTemplate"

// A reference in a command line is {{ .Name }} or {{$Name}}, whatever the case
// of the name. Replacements go through regexp's expansion, as Flyte's do: a
// dollar sign in a path is not safe there, nor here.
func reference(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?i){{\s*[\.$]` + name + `\s*}}`)
}

var (
	inputReference         = reference("Input")
	outputPrefixReference  = reference("OutputPrefix")
	inputPrefixReference   = reference("InputPrefix")
	rawOutputReference     = reference("RawOutputDataPrefix")
	prevCheckpointRef      = reference("PrevCheckpointPrefix")
	checkpointOutputRef    = reference("CheckpointOutputPrefix")
	perRetryKeyReference   = reference("PerRetryUniqueKey")
	taskTemplateReference  = reference("TaskTemplatePath")
	namespaceReference     = reference("Namespace")
	inputVariableReference = reference(`Inputs\.([^}\s]+)`)

	leadingNonLetters = regexp.MustCompile(`^[^a-zA-Z_]+`)
	notAlphanumeric   = regexp.MustCompile(`[^a-zA-Z0-9_]+`)
)

// A replacement is the value of one reference, in the order in which Flyte
// replaces them: a value may contain a later reference.
type replacement struct {
	reference *regexp.Regexp
	value     string
	field     string // of the execution
	name      string // of the reference, in lower case
}

// mayOccur reports whether w can have the reference in it: a cheap test for what
// is nearly always written in ASCII. Other letters may have the same lower case.
func (r *replacement) mayOccur(w string) bool {
	return strings.Contains(strings.ToLower(w), r.name) || strings.ContainsFunc(w, func(c rune) bool { return c > unicode.MaxASCII })
}

// A renderer replaces the references in command lines.
type renderer struct {
	exec         *Execution
	execSrc      *provenance.Tree
	replacements []replacement // once needed
}

func (b *builder) newRenderer() *renderer { return &renderer{exec: b.exec, execSrc: b.execSrc} }

// prepare works the replacements out.
func (r *renderer) prepare() {
	e := r.exec
	prev := e.PrevCheckpoint
	if prev == "" {
		prev = `""`
	}
	r.replacements = []replacement{
		{inputReference, joinPath(e.InputPrefix, "inputs.pb"), "inputPrefix", "input"},
		{outputPrefixReference, e.OutputPrefix, "outputPrefix", "outputprefix"},
		{inputPrefixReference, e.InputPrefix, "inputPrefix", "inputprefix"},
		{rawOutputReference, e.RawOutputPrefix, "rawOutputPrefix", "rawoutputdataprefix"},
		{prevCheckpointRef, prev, "prevCheckpoint", "prevcheckpointprefix"},
		{checkpointOutputRef, joinPath(e.RawOutputPrefix, "_flytecheckpoints"), "rawOutputPrefix", "checkpointoutputprefix"},
		{perRetryKeyReference, "", "generatedName", "perretryuniquekey"},
		{taskTemplateReference, taskTemplatePath, "", "tasktemplatepath"},
		{namespaceReference, e.Namespace, "namespace", "namespace"},
	}
}

// perRetryKey makes an identifier of the name of a pod.
func perRetryKey(name string) string {
	return notAlphanumeric.ReplaceAllString(leadingNonLetters.ReplaceAllString(name, "a"), "_")
}

// joinPath is the path of name under prefix.
func joinPath(prefix, name string) string { return prefix + "/" + name }

// renderAll renders words in place.
func (r *renderer) renderAll(words []string, t *provenance.Tree) error {
	for i, w := range words {
		if !strings.Contains(w, "{{") {
			continue
		}
		out, used, err := r.render(w)
		if err != nil {
			return plainError(item(t, i), err.Error(), err)
		}
		words[i] = out
		if t == nil || out == w {
			continue
		}
		o := flyteOrigin(provenance.RuleRender)
		if src := at(r.execSrc, used).Origins(); used != "" && len(src) > 0 {
			o = src[len(src)-1]
			o.Rule = strings.TrimSuffix(provenance.RuleRender+"-"+o.Rule, "-")
		}
		won(t.Item(i), out, o)
	}
	return nil
}

// render returns w with its references replaced, and the field of the execution
// that the last one of them reads ("inputs" for an input).
func (r *renderer) render(w string) (string, string, error) {
	if r.replacements == nil {
		r.prepare()
	}
	used := ""
	for i := range r.replacements {
		rep := &r.replacements[i]
		if !rep.mayOccur(w) || !rep.reference.MatchString(w) {
			continue
		}
		value := rep.value
		if rep.reference == perRetryKeyReference {
			value = perRetryKey(r.exec.GeneratedName)
		}
		w = rep.reference.ReplaceAllString(w, value)
		if rep.field != "" {
			used = rep.field
		}
	}
	if !r.exec.Inputs.read() {
		return w, used, nil
	}
	var errs strings.Builder
	n := 0
	w = inputVariableReference.ReplaceAllStringFunc(w, func(ref string) string {
		text, err := r.exec.Inputs.text(inputVariableReference.FindStringSubmatch(ref)[1])
		if err != nil {
			fmt.Fprintf(&errs, "%d: input template [%s]: %v\r\n", n, ref, err)
			n++
		}
		used = "inputs"
		return text
	})
	if n > 0 {
		return "", "", fmt.Errorf("%s", errs.String())
	}
	return w, used, nil
}
