package cuerule

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/token"

	"github.com/podcue/podcue/provenance"
)

// position returns pos with the file's name relative to dir, with slashes.
func position(dir string, pos token.Pos) provenance.Position {
	if !pos.IsValid() || pos.Filename() == "" {
		return provenance.Position{}
	}
	name := pos.Filename()
	if rel, err := filepath.Rel(dir, name); err == nil && filepath.IsAbs(name) {
		name = rel
	}
	return provenance.Position{Filename: filepath.ToSlash(name), Line: pos.Line(), Column: pos.Column()}
}

// errorPosition returns the first place that err names in the package's own
// files, or else the first one.
func errorPosition(dir, packageDir string, err error) provenance.Position {
	var first token.Pos
	for _, e := range errors.Errors(err) {
		for _, pos := range errors.Positions(e) {
			if !first.IsValid() {
				first = pos
			}
			if filepath.Dir(pos.Filename()) == packageDir {
				return position(dir, pos)
			}
		}
	}
	return position(dir, first)
}

// errorText returns the messages of err on one line, each with its path and
// without positions.
func errorText(err error) string { return policyText("", err) }

// policyText is errorText with paths below the policy id.
func policyText(id string, err error) string {
	var texts []string
	for _, e := range significant(err) {
		text := messageOf(e)
		if path := belowPolicy(id, e.Path()); len(path) > 0 {
			text = strings.Join(path, ".") + ": " + text
		}
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	const most = 3
	if len(texts) > most {
		texts = append(texts[:most], fmt.Sprintf("and %d more", len(texts)-most))
	}
	return strings.Join(texts, "; ")
}

// policyError returns what err says about the policy id: where in it, if it is
// one place, and why.
func policyError(id string, err error) (provenance.Path, string) {
	if all := significant(err); len(all) == 1 && id != "" {
		var at provenance.Path
		for _, name := range belowPolicy(id, all[0].Path()) {
			at = at.Child(name)
		}
		return at, messageOf(all[0])
	}
	return "", policyText(id, err)
}

// significant returns the errors of err without those that only count others.
func significant(err error) []errors.Error {
	all := errors.Errors(err)
	kept := slices.DeleteFunc(slices.Clone(all), func(e errors.Error) bool {
		return strings.Contains(messageOf(e), "errors in empty disjunction")
	})
	if len(kept) == 0 {
		return all
	}
	return kept
}

// messageOf returns the message of e on one line, with that of what it wraps and
// without paths.
func messageOf(e errors.Error) string {
	format, args := e.Msg()
	text := oneLine(errors.Newf(token.NoPos, format, args...).Error())
	var cause errors.Error
	if errors.As(errors.Unwrap(e), &cause) {
		return text + ": " + messageOf(cause)
	}
	return text
}

// belowPolicy returns path, as CUE has it, from the policy id on.
func belowPolicy(id string, path []string) []string {
	path = slices.Clone(path)
	for i, name := range path {
		if unquoted, err := strconv.Unquote(name); err == nil {
			path[i] = unquoted
		}
	}
	if len(path) >= 2 && path[0] == fieldPolicies && path[1] == id && id != "" {
		return path[2:]
	}
	return path
}
