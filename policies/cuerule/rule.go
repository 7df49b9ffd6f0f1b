package cuerule

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

// A rule is one policy as it is written in CUE, with one set of parameters.
type rule struct {
	id         string
	pkg        *pack
	pos        provenance.Position
	value      cue.Value // policies.ID
	severity   finding.Severity
	stage      policies.Stage
	title      string
	docs       string
	help       string
	frameworks []string
	locked     bool

	each                  string
	when, require, forbid matcher
	constraint            *constraint
	unit                  *unit    // that evaluates its deny list; nil if it has none
	program               *program // that does so without CUE, for most pods; nil if it cannot

	messages memo[string]
}

// The fields of a policy.
const (
	fieldParams     = "params"
	fieldEach       = "each"
	fieldWhen       = "when"
	fieldRequire    = "require"
	fieldForbid     = "forbid"
	fieldDeny       = "deny"
	fieldConstraint = "constraint"
	fieldMessage    = "message"
	fieldIt         = "it"
	fieldInput      = "input"
)

// ruleFields are the fields that a policy may have.
var ruleFields = []string{
	fieldConstraint, fieldDeny, "docs", fieldEach, fieldForbid, "frameworks", "help", fieldInput, fieldIt,
	"locked", fieldMessage, fieldParams, fieldRequire, "severity", "stage", "title", fieldWhen,
}

// readRule reads the policy id, which is written at pos, from its value.
func readRule(pkg *pack, id string, pos provenance.Position, v cue.Value) (*rule, error) {
	r := &rule{id: id, pkg: pkg, value: v, pos: pos}
	if err := r.checkFields(); err != nil {
		return nil, err
	}
	if err := v.Validate(); err != nil {
		return nil, r.pkg.problem(id, err)
	}
	if err := r.readTexts(); err != nil {
		return nil, err
	}
	if err := r.checkParams(); err != nil {
		return nil, err
	}
	if err := r.checkForm(); err != nil {
		return nil, err
	}
	return r, r.compile()
}

// field returns the field of the policy called name.
func (r *rule) field(name string) cue.Value { return r.value.LookupPath(cue.MakePath(cue.Str(name))) }

func (r *rule) has(name string) bool { return r.field(name).Exists() }

// problem returns a problem with the field called name, "" for the policy.
func (r *rule) problem(name, help, format string, args ...any) error {
	p := &problem{pos: r.pos, message: fmt.Sprintf(format, args...), help: help}
	if name != "" {
		p.path = provenance.Path(name)
		if pos := r.pkg.position(r.field(name), fieldPolicies, r.id, name); pos.IsValid() {
			p.pos = pos
		}
	}
	return p
}

// cueProblem returns err, which is CUE's and about the field called name, as a
// problem.
func (r *rule) cueProblem(name string, err error) error {
	p := r.pkg.problem(r.id, err)
	if p.path == "" {
		p.path = provenance.Path(name)
	}
	if !p.pos.IsValid() {
		p.pos = r.pos
	}
	return p
}

func (r *rule) checkFields() error {
	if r.value.IncompleteKind() != cue.StructKind {
		if err := r.value.Validate(); err != nil {
			return r.pkg.problem(r.id, err)
		}
		return r.problem("", "write a struct with each, require and message", "it is not a struct")
	}
	iter, err := r.value.Fields(cue.Optional(false))
	if err != nil {
		return r.cueProblem("", err)
	}
	for iter.Next() {
		if name := iter.Selector().Unquoted(); !slices.Contains(ruleFields, name) {
			return r.pkg.unknownField(provenance.Path("").Child(name), r.pkg.position(iter.Value(), fieldPolicies, r.id, name))
		}
	}
	return nil
}

func (r *rule) readTexts() (err error) {
	text := func(name, otherwise string) string {
		v := r.field(name)
		if !v.Exists() || err != nil {
			return otherwise
		}
		s, e := v.String()
		if e != nil {
			err = r.problem(name, "write a string", "is not a string that is known")
		}
		return strings.TrimSpace(s)
	}
	r.title, r.docs, r.help = text("title", ""), text("docs", ""), text("help", "")
	severity, stage := text("severity", "error"), text("stage", policies.Both.String())
	if err != nil {
		return err
	}
	if r.severity, err = finding.ParseSeverity(severity); err != nil {
		return r.problem("severity", "write error, warning or info", "%q is no severity", severity)
	}
	stages := []policies.Stage{policies.Both, policies.Authored, policies.Final}
	i := slices.IndexFunc(stages, func(s policies.Stage) bool { return s.String() == stage })
	if i < 0 {
		return r.problem("stage", "write authored, final or both", "%q is no stage", stage)
	}
	r.stage = stages[i]
	if v := r.field("locked"); v.Exists() {
		if r.locked, err = v.Bool(); err != nil {
			return r.problem("locked", "write true or false", "is neither true nor false")
		}
	}
	if v := r.field("frameworks"); v.Exists() {
		if err := v.Decode(&r.frameworks); err != nil {
			return r.problem("frameworks", `write a list of strings: ["nsa"]`, "is not a list of strings")
		}
		slices.Sort(r.frameworks)
	}
	return nil
}

// checkForm refuses a policy that does not say what it asks for, or says it in
// more than one way.
func (r *rule) checkForm() error {
	var forms []string
	for _, name := range []string{fieldRequire, fieldForbid, fieldDeny, fieldConstraint} {
		if r.has(name) {
			forms = append(forms, name)
		}
	}
	switch len(forms) {
	case 0:
		return r.problem("", "write require, forbid, deny or constraint", "it asks for nothing, so every pod would pass")
	case 1:
	default:
		return r.problem(forms[1], "write one policy for each", "it has both %s and %s", forms[0], forms[1])
	}
	items := forms[0] == fieldRequire || forms[0] == fieldForbid
	for _, name := range []string{fieldEach, fieldWhen} {
		if !items && r.has(name) {
			return r.problem(name, "leave it out, or write require in place of "+forms[0], "goes with require and forbid, not with %s", forms[0])
		}
	}
	if !items {
		return r.checkInput()
	}
	if !r.has(fieldEach) {
		return r.problem("", "write each: "+joinOr(quoteAll(Views())), "it does not say what it looks at")
	}
	each, err := r.field(fieldEach).String()
	if err != nil || !slices.Contains(Views(), each) {
		return r.problem(fieldEach, "each is one of "+strings.Join(Views(), ", "), "%q is no view%s", each, finding.DidYouMean(each, Views()))
	}
	r.each = each
	return nil
}

// checkInput refuses a deny list whose input would not be filled in: that of
// another package, where an empty list would pass every pod.
func (r *rule) checkInput() error {
	if !r.has(fieldDeny) || r.has(fieldInput) {
		return nil
	}
	if _, here := fieldPosition(r.pkg.inst.Files, fieldPolicies, r.id, fieldDeny); here && r.pkg.hasInput() {
		return nil
	}
	return r.problem(fieldDeny, "write input: _ in the policy itself: podcue fills it in", "has no input of its own, and is not written beside one")
}

// compile makes the matchers, and what else the check needs.
func (r *rule) compile() (err error) {
	switch {
	case r.has(fieldConstraint):
		r.constraint, err = newConstraint(r)
		return err
	case r.has(fieldDeny):
		return nil // the package makes the unit, for all of its deny lists
	}
	for _, part := range []struct {
		name string
		to   *matcher
	}{{fieldWhen, &r.when}, {fieldRequire, &r.require}, {fieldForbid, &r.forbid}} {
		if !r.has(part.name) {
			continue
		}
		v := r.field(part.name)
		if err := r.checkShape(part.name, v, shapes()[r.each]); err != nil {
			return err
		}
		if r.refersToItem() {
			*part.to = &dependent{rule: r, name: part.name}
			continue
		}
		*part.to, err = (&shapeCompiler{eval: r.pkg.eval}).shape(v)
		if err != nil {
			return r.cueProblem(part.name, err)
		}
	}
	return nil
}

// refersToItem reports whether a shape of r may refer to the failing item: then
// it has no value before the item is known, even where it seems to have one.
func (r *rule) refersToItem() bool {
	return r.has(fieldIt) && refersToItem(r.pkg.files, r.id)
}

// policy returns r as a policy to select and run.
func (r *rule) policy(configure func(params []byte) (*policies.Policy, error)) *policies.Policy {
	p := &policies.Policy{
		ID: r.id, Doc: r.doc(), Help: r.help, Group: Group, Severity: r.severity, Stage: r.stage, Frameworks: r.frameworks,
		Pos: r.pos, Locked: r.locked, Check: r.run,
	}
	if r.has(fieldParams) {
		p.Configure = configure
	}
	if p.Help == "" {
		p.Help = "see the policy, which is this project's own"
	}
	return p
}

// Group is the group of policies that are written in CUE, beside those of
// [policies.Groups].
const Group = "team"

// doc returns the documentation in the form of [policies.Policy]: a title and a
// paragraph.
func (r *rule) doc() string {
	title, body := r.title, r.docs
	if title == "" {
		title, _, _ = strings.Cut(r.docs, "\n")
	}
	if title == "" {
		title = strings.ReplaceAll(r.id, "-", " ")
	}
	if body == "" {
		body = "A policy of this project: " + title + "."
	}
	title = strings.TrimRight(title, ".")
	return title + "\n\n" + body
}

func quoteAll(names []string) []string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return quoted
}
