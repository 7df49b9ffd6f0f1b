package compiler

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/token"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type tokenPos = token.Pos

const kindDefinition = "Definition" // a definition, where no template and no task shows its mistake

// The formats of CUE's messages, which tell its errors apart. They are no API of
// CUE's: the golden tests hold them.
const (
	formatUnknown     = "field not allowed"
	formatTypes       = "conflicting values %s and %s (mismatched types %s and %s)"
	formatConflict    = "conflicting values %s and %s"
	formatBound       = "invalid value %v (out of bound %s)"
	formatDisjunction = "%d errors in empty disjunction:"
	formatRequired    = "field is required but not present"
	formatIncomplete  = "incomplete value %v"
	formatNonConcrete = "non-concrete value '%v'"
	formatNoField     = "undefined field: %s"
	formatNoReference = "reference %q not found"
	formatLengths     = "incompatible list lengths (%d and %d)"
	formatUserError   = "%s"
	formatBottom      = "explicit error (_|_ literal) in source"
	formatStructural  = "structural cycle"
	formatRange       = "cannot range over %s (found %s, want list or struct)"
	formatNotFunction = "cannot call non-function %s (type %s)"
	formatOperand     = "invalid operand %s (found %s, want list or struct)"
	formatCycle       = "cycle with field: %v"
	formatUnusedName  = "unreferenced alias or let clause %s"
	formatKey         = "key value of dynamic field must be concrete, found %v"
	formatOperands    = "invalid operands %s and %s to '%s' (type %s and %s)"
)

// finding returns what to tell the author of one problem.
func (tr *translator) finding(p problem) finding.Finding {
	pl := tr.place(p.path)
	if inner := tr.deepest(p, pl); inner != nil {
		return tr.finding(*inner)
	}
	f := finding.Finding{ID: finding.IDCUE, Severity: finding.Error, Object: pl.object, Path: pl.path}
	if p.schema {
		f.ID = finding.IDSchema
	}
	f.Origins = tr.evidence(p, pl)
	if err := tr.ownError(p, pl); err != "" {
		f.ID, f.Message = finding.IDCUE, err
	} else {
		tr.say(p, pl, &f)
	}
	if f.Message == "" {
		f.Message = plain(p.text)
	}
	if strings.HasPrefix(f.Message, "invalid interpolation: cannot use") {
		f.Message = "only strings, numbers and booleans can be put into a string"
		f.Help = "put one of the fields of the struct into it, \"\\(name.field)\"; a list is joined with strings.Join(list, \",\")"
	}
	tr.sayUnknownYet(p, pl, &f)
	if before, _, noisy := strings.Cut(f.Message, " errors in empty disjunction"); noisy {
		f.Message = "fits none of the alternatives"
		if strings.HasPrefix(before, "invalid interpolation") {
			f.Message = "only strings, numbers and booleans can be put into a string"
			f.Help = `join a list with strings.Join(list, ",")`
		}
	}
	if f.Help == "" {
		f.Help = helpFor(f.Message)
	}
	if strings.HasPrefix(pl.name, "#") && pl.path == "" && pl.object.Kind != kindDefinition {
		f.Message = pl.name + ": " + f.Message // a path never begins with a definition
	}
	return f
}

// deepest returns the cause of a failed disjunction that is inside the value, nil
// if there is none: of a struct that fits no alternative, the field that comes
// furthest says most. None says anything where the schema has no struct.
func (tr *translator) deepest(p problem, pl place) *problem {
	if rule := tr.rule(p, pl); rule.Exists() && rule.IncompleteKind()&(cue.StructKind|cue.ListKind) == 0 {
		return nil
	}
	var found *problem
	for i, c := range p.causes {
		if len(c.path) > len(p.path) && (found == nil || len(c.path) > len(found.path)) {
			found = &p.causes[i]
		}
	}
	return found
}

// say writes the message and the help of f.
func (tr *translator) say(p problem, pl place, f *finding.Finding) {
	switch p.format {
	case formatUnknown:
		tr.sayUnknown(p, pl, f)
	case formatTypes, formatConflict, formatLengths:
		tr.sayConflict(p, pl, f)
	case formatDisjunction:
		tr.sayAlternatives(p, pl, f)
	case formatBound:
		tr.sayBound(p, pl, f)
	case formatRequired:
		f.Message = "the field " + label(pl.name) + " is missing"
		f.Help = fmt.Sprintf("add %s to %s", label(pl.name), orObject(pl.path.Parent(), pl))
		if pl.path == "" {
			slices.Reverse(f.Origins)
			f.Help = fmt.Sprintf("a label with ! demands the field and does not make it: write %s: {…}", label(pl.name))
		}
	case formatIncomplete, formatNonConcrete:
		f.ID = finding.IDCUE
		tr.sayIncomplete(p, pl, f)
	case formatUserError:
		tr.sayRule(p, pl, f)
	case formatNoField:
		tr.sayNoField(p, pl, f)
	case formatNoReference:
		tr.sayNoReference(p, f)
	case formatBottom:
		f.Message = "this is forbidden with an explicit _|_"
		f.Help = `remove what is forbidden; the rule could say why, with error("…") in place of _|_`
	case formatStructural:
		f.Message = "this value contains itself, so it has no end"
		f.Help = "a definition may refer to itself only in an optional field or a list that may be empty"
	case formatOperands:
		f.Help = "both sides must be of one type; a number goes into a string as \"\\(number)\""
	case formatKey:
		if _, missing, ok := strings.Cut(p.text, "undefined field: "); ok {
			f.Message = "this name is made of a field that is not there: " + strings.TrimRight(missing, ")")
			f.Help = "give every element that the comprehension goes over the field, or leave those without it out: if x.field != _|_"
		}
	case formatNotFunction:
		tr.sayNoFunction(p, f)
	case formatCycle:
		tr.sayCycle(p, f)
	case formatOperand:
		f.Message = fmt.Sprintf("%s is %s, which has no fields", arg(p, 0), kindWord(arg(p, 1)))
		f.Help = fmt.Sprintf("write %s itself; where it comes from a struct, for key, value in … gives both", arg(p, 0))
	case formatUnusedName:
		f.Message = "nothing uses " + strings.TrimPrefix(arg(p, 0), "unused ")
		f.Help = "remove it, or refer to it; a field is written with a colon: name: value"
	case formatRange:
		f.Help = "range over a list, or over a struct with for key, value in …"
	}
}

// ownError returns what is wrong with the expression that the node's value comes
// from, where CUE speaks only of the rule that the outcome breaks.
func (tr *translator) ownError(p problem, pl place) string {
	if p.format != formatDisjunction && p.format != formatUserError || !pl.value.Exists() {
		return ""
	}
	var parts []part
	tr.parts(pl.value, false, 0, &parts)
	for _, part := range parts {
		if err := part.node.Err(); err != nil && part.rank == rankConstraint {
			for _, e := range errors.Errors(err) {
				if format, _ := e.Msg(); format != formatUserError && format != formatDisjunction {
					return plain(strings.TrimPrefix(e.Error(), strings.Join(e.Path(), ".")+": "))
				}
			}
		}
	}
	return ""
}

// helpFor returns the help for what podcue has no words of its own for.
func helpFor(message string) string {
	switch {
	case strings.Contains(message, "list.Concat"):
		return "write list.Concat([first, second]), and import \"list\""
	case strings.Contains(message, "imported and not used"):
		return "remove the import"
	case strings.Contains(message, "redeclared as imported package name"):
		return "rename the field, or import the package under another name: import other \"…\""
	case strings.Contains(message, "non-concrete value"), strings.Contains(message, "incomplete"):
		return "give what it is made of a value, or a default: *value | type"
	case strings.Contains(message, "cannot use"), strings.Contains(message, "invalid operand"):
		return "see which type the expression needs"
	case strings.Contains(message, "invalid regexp"):
		return "correct the regular expression; its syntax is that of Go's package regexp"
	case strings.Contains(message, "index out of range"):
		return "indices begin at 0 and end before the length of the list"
	case strings.Contains(message, "division by zero"):
		return "guard the division: if divisor != 0 {…}"
	case strings.Contains(message, "error in call to"):
		return "correct the arguments of the call"
	}
	return "cue vet -c=false shows the evaluation in CUE's own words"
}

func arg(p problem, i int) string {
	if i < len(p.args) {
		return toString(p.args[i])
	}
	return ""
}

func toString(v any) string { return fmt.Sprint(v) }

// orObject returns the path, or the object where the path is its root.
func orObject(p provenance.Path, pl place) string {
	if p == "" {
		return pl.object.String()
	}
	return string(p)
}

// undecodable is the finding for a value that CUE is content with and that
// cannot be decoded all the same.
func (tr *translator) undecodable(kind string, m member, err error) finding.List {
	var evaluation errors.Error
	if errors.As(err, &evaluation) {
		return tr.translate(evaluation)
	}
	layer := taskLayer
	if kind == kindTemplate {
		layer = templateLayer
	}
	return finding.List{{
		ID: finding.IDSchema, Severity: finding.Error,
		Object:  finding.Object{Kind: kind, Name: m.name, Package: tr.inst.source.path, Stage: finding.StageAuthored},
		Message: "cannot be decoded: " + plain(err.Error()),
		Help:    "compare the field with the Kubernetes API reference",
		Origins: []provenance.Origin{{Layer: layer, Pos: tr.authorPosition(m.value)}},
	}}
}

// unnamed is the finding for a template or a task whose label is the empty string.
func (tr *translator) unnamed(kind string, at provenance.Position) finding.List {
	return finding.List{{
		ID: finding.IDSchema, Severity: finding.Error,
		Object:  finding.Object{Kind: kind, Package: tr.inst.source.path, Stage: finding.StageAuthored},
		Message: "its label is empty, so it has no name",
		Help:    "give it a name such as gpu, or a field name",
		Origins: []provenance.Origin{{Pos: at}},
	}}
}
