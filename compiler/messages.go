package compiler

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/token"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type tokenPos = token.Pos

const kindDefinition = "Definition" // a definition that no template and no task uses

// The formats of CUE's messages, which tell its errors apart. They are no API of
// CUE's: the golden tests hold them.
const (
	formatUnknown      = "field not allowed"
	formatTypes        = "conflicting values %s and %s (mismatched types %s and %s)"
	formatConflict     = "conflicting values %s and %s"
	formatBound        = "invalid value %v (out of bound %s)"
	formatDisjunction  = "%d errors in empty disjunction:"
	formatRequired     = "field is required but not present"
	formatIncomplete   = "incomplete value %v"
	formatNonConcrete  = "non-concrete value '%v'"
	formatNoField      = "undefined field: %s"
	formatNoReference  = "reference %q not found"
	formatLengths      = "incompatible list lengths (%d and %d)"
	formatUserError    = "%s"
	formatInterpolated = "invalid interpolation: %s"
)

func isConflict(p problem) bool { return p.format == formatConflict || p.format == formatTypes }

// finding returns what to tell the author of one problem.
func (tr *translator) finding(p problem) finding.Finding {
	pl := tr.place(p.path)
	f := finding.Finding{ID: finding.IDCUE, Severity: finding.Error, Object: pl.object, Path: pl.path}
	if p.isSchema {
		f.ID = finding.IDSchema
	}
	tr.say(p, pl, &f)
	if f.Message == "" {
		f.Message = plain(p.text)
	}
	if f.Help == "" {
		f.Help = "cue vet -c=false says the same in CUE's words"
	}
	f.Origins = tr.evidence(p, pl)
	return f
}

// say writes the message and the help of f.
func (tr *translator) say(p problem, pl place, f *finding.Finding) {
	switch p.format {
	case formatUnknown:
		tr.sayUnknown(p, pl, f)
	case formatTypes, formatConflict:
		tr.sayConflict(p, pl, f)
	case formatDisjunction:
		tr.sayAlternatives(p, pl, f)
	case formatBound:
		f.Message = fmt.Sprintf("%s is not %s", arg(p, 0), bound(arg(p, 1)))
		f.Help = "write a value that is " + bound(arg(p, 1))
	case formatRequired:
		f.Message = fmt.Sprintf("the field %s is missing", pl.name)
		f.Help = fmt.Sprintf("add %s to %s", label(pl.name), orTop(pl.path.Parent()))
	case formatIncomplete, formatNonConcrete:
		f.Message = "has no value yet, only " + kindOf(arg(p, 0))
		f.Help = fmt.Sprintf("give %s a value, or a default: *value | %s", label(pl.name), arg(p, 0))
	case formatUserError:
		tr.sayRule(p, pl, f)
	}
}

// evidence returns the places that a problem is shown at: those that CUE names,
// or else the nearest thing that the author wrote.
func (tr *translator) evidence(p problem, pl place) []provenance.Origin {
	own := p.own
	for _, c := range p.causes {
		for _, pos := range c.own {
			if !slices.Contains(own, pos) {
				own = append(own, pos)
			}
		}
	}
	if len(own) == 0 {
		own = tr.nearest(p.path)
	}
	var origins []provenance.Origin
	for _, pos := range own {
		origins = append(origins, provenance.Origin{Layer: tr.layer(pl), Pos: pos})
	}
	return origins
}

func (tr *translator) layer(pl place) string {
	switch pl.object.Kind {
	case kindTask:
		return taskLayer
	case kindConfig:
		return configLayer
	case kindTemplate:
		return templateLayer
	}
	return ""
}

// nearest returns where the author wrote the node at path, or the nearest one
// around it.
func (tr *translator) nearest(path []string) []provenance.Position {
	ev := &evaluator{loader: tr.loader}
	for n := len(path); n > 0; n-- {
		at := tr.root
		for _, elem := range path[:n] {
			at = at.LookupPath(cue.MakePath(step(at, elem, tr.root)))
		}
		if !at.Exists() && at.Err() == nil {
			continue
		}
		var out []provenance.Position
		origins := ev.origins(at, true, "")
		for i := len(origins) - 1; i >= 0; i-- {
			out = append(out, origins[i].Pos)
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

func arg(p problem, i int) string {
	if i < len(p.args) {
		return fmt.Sprint(p.args[i])
	}
	return ""
}

// plain returns a message of CUE's as findings have them: one line, lower case,
// no period.
func plain(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	text = strings.TrimSuffix(text, ".")
	if len(text) > 1 && text[0] >= 'A' && text[0] <= 'Z' && !(text[1] >= 'A' && text[1] <= 'Z') {
		text = strings.ToLower(text[:1]) + text[1:]
	}
	return text
}

// label returns a name as CUE's source has it.
func label(name string) string { return cue.Str(name).String() }

func orTop(p provenance.Path) string {
	if p == "" {
		return "it"
	}
	return string(p)
}

// undecodable is the finding for a value that CUE is content with and that
// cannot be decoded all the same.
func (tr *translator) undecodable(kind string, m member, err error) finding.List {
	ev := &evaluator{loader: tr.loader}
	f := finding.Finding{
		ID: finding.IDSchema, Severity: finding.Error,
		Object:  finding.Object{Kind: kind, Name: m.name, Package: tr.src.path, Stage: finding.StageAuthored},
		Message: "cannot be decoded: " + plain(err.Error()),
		Help:    "compare the field with the Kubernetes API reference",
		Origins: []provenance.Origin{{Layer: templateLayer, Pos: ev.itemPosition(m.value)}},
	}
	return finding.List{f}
}
