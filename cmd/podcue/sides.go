package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/podcue/podcue/cmd/podcue/internal/podiff"
	"github.com/podcue/podcue/cmd/podcue/internal/revision"
	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A side is one of two sets of objects that diff compares.
type side struct {
	name    string
	objects []sideObject // sorted by kind and name
}

type sideObject struct {
	kind, name string
	pod        map[string]any
	fields     func() provenance.Map // may be nil
}

// compareSides compares the objects of two sides that have the same kind and
// name.
func compareSides(from, to *side) *podiff.Report {
	r := &podiff.Report{From: from.name, To: to.name}
	type key struct{ kind, name string }
	before, after := map[key]sideObject{}, map[key]sideObject{}
	var keys []key
	for i, s := range []*side{from, to} {
		for _, o := range s.objects {
			k := key{o.kind, o.name}
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
			[]map[key]sideObject{before, after}[i][k] = o
		}
	}
	slices.SortFunc(keys, func(a, b key) int { return strings.Compare(a.kind+"\x00"+a.name, b.kind+"\x00"+b.name) })
	r.Compared = len(keys)
	for _, k := range keys {
		a, b := before[k], after[k]
		changes := podiff.Compare(a.pod, b.pod)
		if len(changes) == 0 {
			continue
		}
		o := podiff.Object{Kind: k.kind, Name: k.name, Status: podiff.Changed, Changes: changes, Origin: originsOf(a, b)}
		switch {
		case a.pod == nil:
			o.Status = podiff.Added
		case b.pod == nil:
			o.Status = podiff.Removed
		}
		r.Objects = append(r.Objects, o)
	}
	return r
}

// originsOf says where a changed value is written: on the new side, or on the old
// one what is gone.
func originsOf(a, b sideObject) func(provenance.Path) provenance.Position {
	return func(p provenance.Path) provenance.Position {
		for _, o := range []sideObject{b, a} {
			if o.fields == nil {
				continue
			}
			if at, _, there := provenance.Resolve(o.pod, p); !there || at != p {
				continue
			}
			if origins := o.fields().Deciding(p); len(origins) > 0 && origins[0].Pos.IsValid() {
				return origins[0].Pos
			}
			return provenance.Position{} // nobody wrote the new value
		}
		return provenance.Position{}
	}
}

// projectSide renders every item that o names. What does not compile is an
// error: there is nothing to compare with.
func (e *env) projectSide(name string, o *options) (*side, error) {
	p, err := e.open(o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if p.findings.AtLeast(finding.Error) {
		return nil, e.doesNotCompile(name, p.findings)
	}
	s := &side{name: name}
	for _, i := range p.items {
		r, refused, err := i.render()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if refused != nil {
			return nil, e.doesNotCompile(name, refused)
		}
		object, err := r.sideObject(i.qualified())
		if err != nil {
			return nil, err
		}
		s.objects = append(s.objects, object)
	}
	return s, nil
}

func (r *rendered) sideObject(name string) (sideObject, error) {
	pod, err := generic(r.pod)
	return sideObject{kind: r.item.kind, name: name, pod: pod, fields: r.fields}, err
}

// doesNotCompile prints what is wrong with a side and returns the error that
// names it.
func (e *env) doesNotCompile(name string, found finding.List) error {
	return e.unusable(found, fmt.Errorf("%s does not compile", name))
}

// profileSides compares what two profiles make of the same packages.
func (e *env) profileSides(o *diffOptions) (from, to *side, err error) {
	a, b, err := split("--profile", o.profiles)
	if err != nil {
		return nil, nil, err
	}
	sides := make([]*side, 2)
	for i, profile := range []string{a, b} {
		if err := checkProfile(profile); err != nil {
			return nil, nil, err
		}
		each := o.options
		each.profile = profile
		if sides[i], err = e.projectSide(profile, &each); err != nil {
			return nil, nil, err
		}
	}
	return sides[0], sides[1], nil
}

// revisionSides compares two revisions of the repository; the second one may be
// the working directory.
func (e *env) revisionSides(o *diffOptions) (from, to *side, err error) {
	a, b, isPair := strings.Cut(o.revisions, "..")
	if a == "" || isPair && b == "" || strings.HasPrefix(b, ".") {
		return nil, nil, fmt.Errorf("--rev: %q is neither R1..R2 nor a revision", o.revisions)
	}
	repo, err := revision.Open(e.dir)
	if err != nil {
		return nil, nil, fmt.Errorf("--rev: %w", err)
	}
	if from, err = e.revisionSide(repo, a, &o.options); err != nil {
		return nil, nil, err
	}
	if isPair {
		to, err = e.revisionSide(repo, b, &o.options)
	} else {
		to, err = e.projectSide("the working directory", &o.options)
		if nothingThere(err) {
			to, err = &side{name: "the working directory"}, nil
		}
	}
	if err == nil && len(from.objects)+len(to.objects) == 0 {
		err = fmt.Errorf("nothing to compare: neither side has templates or tasks in %s", strings.Join(o.packages(), " "))
	}
	return from, to, err
}

// nothingThere reports whether err says that there are no templates: a project
// may begin or end between two revisions.
func nothingThere(err error) bool {
	return errors.Is(err, errNothing) || errors.Is(err, compiler.ErrNoPackages)
}

// revisionSide compiles what a revision has where the working directory is.
func (e *env) revisionSide(repo *revision.Repository, rev string, o *options) (*side, error) {
	commit, err := repo.Resolve(rev)
	if err != nil {
		return nil, fmt.Errorf("--rev: %w", err)
	}
	dir, err := e.scratch.dir()
	if err != nil {
		return nil, err
	}
	if err := repo.Extract(commit, dir); err != nil {
		return nil, fmt.Errorf("revision %s: %w", rev, err)
	}
	there := *e
	there.dir = filepath.Join(dir, filepath.FromSlash(repo.Prefix))
	if !isDir(there.dir) {
		return &side{name: rev}, nil
	}
	s, err := there.projectSide("revision "+rev, o)
	if nothingThere(err) {
		return &side{name: rev}, nil
	}
	if err != nil {
		return nil, err
	}
	s.name = rev
	for i := range s.objects {
		s.objects[i].fields() // while the files are there
	}
	return s, nil
}

// namedSides compares two directories, manifests, templates or tasks.
func (e *env) namedSides(o *diffOptions, a, b string) (from, to *side, err error) {
	if a == "-" && b == "-" {
		return nil, nil, errors.New("only one of the two can be standard input")
	}
	if from, err = e.namedSide(o, a); err != nil {
		return nil, nil, err
	}
	if to, err = e.namedSide(o, b); err != nil {
		return nil, nil, err
	}
	if len(from.objects) == 1 && len(to.objects) == 1 {
		// Two single things are meant for each other, whatever they are called.
		from.objects[0].kind, from.objects[0].name = to.objects[0].kind, to.objects[0].name
	}
	return from, to, nil
}

func (e *env) namedSide(o *diffOptions, name string) (*side, error) {
	info, err := os.Stat(e.path(name))
	switch {
	case err == nil && info.IsDir() && hasCUE(e.path(name), true):
		there := *e
		there.dir = e.path(name)
		each := o.options
		each.patterns = []string{"./..."}
		return there.projectSide(name, &each)
	case err == nil || name == "-":
		return e.manifestSide(name)
	}
	r, err := e.renderNamed(&o.options, name)
	if unknown := (*unknownName)(nil); errors.As(err, &unknown) {
		return nil, fmt.Errorf("there is no file or directory %s, and no template or task of that name%s", name, unknown.hint)
	}
	if err != nil {
		return nil, err
	}
	object, err := r.sideObject(r.item.qualified())
	return &side{name: name, objects: []sideObject{object}}, err
}

// hasCUE reports whether there is a CUE file in dir, or with deep below it.
func hasCUE(dir string, deep bool) bool {
	found := false
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != dir && !deep:
			return filepath.SkipDir
		case !d.IsDir() && filepath.Ext(path) == ".cue":
			found = true
			return filepath.SkipAll
		}
		return nil
	})
	return err == nil && found
}

// generic returns an object in the form that provenance and comparisons work on.
func generic(object any) (map[string]any, error) {
	data, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	var m map[string]any
	err = json.Unmarshal(data, &m)
	delete(m, "status")
	return m, err
}
