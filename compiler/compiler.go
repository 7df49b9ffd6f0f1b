package compiler

import (
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A Config says where and how to compile. The zero value compiles in the
// working directory of the process.
type Config struct {
	// Dir is the directory that patterns and file names are relative to; "" is
	// the process's own.
	Dir string

	// Tags are CUE's: "key=value" or "key". A tag that no file of any module
	// has is an error.
	Tags []string

	// Overlay are files that stand in for those on disk, by file name: absolute,
	// or relative to Dir. Folders that only the overlay has exist too.
	Overlay map[string][]byte

	// Timeout is how long compiling may take; 0 is for ever. CUE cannot be
	// interrupted: after a timeout Compile returns, but the evaluation keeps
	// its goroutine and its memory until it ends by itself.
	Timeout time.Duration
}

// A Program is what the packages that were asked for hold.
type Program struct {
	Modules []*Module // sorted by Root
}

// A Module is one CUE module, with those of its packages that were asked for.
type Module struct {
	Root     string     // its folder relative to Config.Dir, slash-separated; "." for Dir itself
	Path     string     // its module path, without the major version
	Platform *Platform  // the package podcue at its root; nil if there is none, or it is broken
	Packages []*Package // sorted by Path
}

// A Package is one CUE package. It has no templates and no tasks if none are
// written in it, or all of them are broken.
type Package struct {
	Path       string // "./train", as in patterns; "." for Config.Dir itself
	ImportPath string
	Templates  []*Template // sorted by name
	Tasks      []*Task     // sorted by name
}

// A Template is one PodTemplate as its author wrote it.
type Template struct {
	Name    string
	Package string // the Path of the package it is written in
	Pos     provenance.Position
	Used    bool // a task of the program uses it

	// PrimaryContainerName is the container that is the task's own.
	PrimaryContainerName string

	// Pod has the labels and annotations, and the spec: nothing but what the
	// author wrote, without any of Kubernetes' defaults.
	Pod corev1.PodTemplateSpec

	// Fields returns the positions of everything that had a say in the fields
	// of Pod, keyed by Pod's own paths. It is computed at the first call, which
	// may be made from any goroutine; the result is shared.
	Fields func() provenance.Map

	// Waivers are those that stand beside fields of the template.
	Waivers []Waiver

	badWaivers finding.List // what is wrong with others
}

// A Task is one task as its author wrote it.
type Task struct {
	Name    string
	Package string
	Pos     provenance.Position

	// Template is the template it names, or the one it has inline; nil if it has
	// none. One that is written in a package of the module that was not asked for
	// is in none of the program's packages.
	Template *Template

	// JSON is the evaluated #Task without its podTemplate, its members in the
	// order the author gave them.
	JSON []byte

	// Fields is that of Template, keyed by the paths of JSON.
	Fields func() provenance.Map
}

// A Platform is the platform configuration of a module.
type Platform struct {
	JSON   []byte                // the evaluated #Config
	Fields func() provenance.Map // keyed by the paths of JSON
	Pos    provenance.Position
}

// Compile loads, evaluates and decodes the packages that patterns name, and the
// platform configuration of their modules.
//
// Patterns are those of the go command: "." and "./train" are packages, "./..."
// is every package below. A package may be named by its import path too if it
// belongs to the module of Config.Dir. Packages that only "..." names are left
// out of the program if there are no templates and no tasks in them.
//
// What is wrong with the author's files comes back as an error that is a
// [finding.List]; the Program then has all that is right. Any other error means
// that Compile could not run, and the Program is nil.
func Compile(cfg *Config, patterns ...string) (*Program, error) {
	if cfg == nil {
		cfg = &Config{}
	}
	if cfg.Timeout <= 0 {
		return compile(cfg, patterns)
	}
	type outcome struct {
		program *Program
		err     error
	}
	done := make(chan outcome, 1)
	go func() {
		p, err := compile(cfg, patterns)
		done <- outcome{p, err}
	}()
	timer := time.NewTimer(cfg.Timeout)
	defer timer.Stop()
	select {
	case o := <-done:
		return o.program, o.err
	case <-timer.C:
		return nil, fmt.Errorf("%w within %s: a template may not end", ErrTimeout, cfg.Timeout)
	}
}

// ErrNoPackages is in the error of [Compile] when the patterns are sound and
// nothing is there that they match.
var ErrNoPackages = errors.New("no packages match")

// ErrTimeout is in the error of a [Compile] that did not end within
// [Config.Timeout].
var ErrTimeout = errors.New("compiling did not end")

func compile(cfg *Config, patterns []string) (*Program, error) {
	files, err := newFiles(cfg)
	if err != nil {
		return nil, err
	}
	sources, found, err := discover(files, patterns)
	if err != nil {
		return nil, err
	}
	program := &Program{}
	tags := newTags(cfg.Tags)
	for _, src := range sources {
		m, list := compileModule(files, src, tags)
		found = append(found, list...)
		program.Modules = append(program.Modules, m)
	}
	if err := tags.err(); err != nil {
		return nil, err
	}
	if found = found.Unique(); len(found) > 0 {
		return program, found
	}
	return program, nil
}

// compileModule compiles the packages of one module.
func compileModule(files *files, src *moduleSource, tags *tags) (*Module, finding.List) {
	m := &Module{Root: src.root, Path: src.path}
	ld := newLoader(files, src)
	defer ld.close()
	found := ld.checkVendored()
	instances, list := ld.load(tags)
	found = append(found, list...)
	ev := newEvaluator(ld)
	for _, inst := range instances {
		if inst.source.platform {
			p, list := ev.platform(inst)
			m.Platform, found = p, append(found, list...)
			continue
		}
		p, list := ev.evaluate(inst)
		found = append(found, list...)
		if p != nil {
			m.Packages = append(m.Packages, p)
		}
	}
	found = once(append(found, ev.link(m.Packages)...))
	for _, t := range ev.foreign {
		found = append(found, t.badWaivers...)
	}
	for _, p := range m.Packages {
		for _, t := range p.Templates {
			found = append(found, t.badWaivers...)
		}
	}
	return m, found
}
