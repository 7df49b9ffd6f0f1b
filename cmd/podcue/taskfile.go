package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/podcue/podcue/merge/flyte"
)

// A taskFile is a flyteidl TaskTemplate given with --task.
type taskFile struct {
	name    string // as messages name it
	task    *flyte.TaskTemplate
	sources *flyte.Sources
}

// addTaskFiles adds the tasks of the files to p. They are merged by the platform
// of the module that the working directory is in, or of the only one there is.
func (p *project) addTaskFiles(e *env, o *options) error {
	if len(o.taskFiles) == 0 {
		return nil
	}
	if len(p.modules) == 0 {
		only, err := e.openPlatformOnly(o)
		if err != nil {
			return err
		}
		p.modules, p.findings = only.modules, append(p.findings, only.findings...)
	}
	if len(p.modules) > 1 {
		return fmt.Errorf("--task: the packages are of %d modules, so it is open which platform the task is for\nhelp: name packages of one module", len(p.modules))
	}
	for _, name := range o.taskFiles {
		src, err := e.manifestSource(e.argument(name))
		if err != nil {
			return fmt.Errorf("--task: %w", err)
		}
		f := &taskFile{name: src.Name}
		if f.task, f.sources, err = flyte.ReadTaskFile(f.name, src.Data); err != nil {
			return fmt.Errorf("--task %s: this is not a TaskTemplate: %w", f.name, err)
		}
		for _, m := range p.modules { // none, where the platform is broken
			p.items = append(p.items, &item{module: m, kind: kindTask, name: f.taskName(), pkg: ".", file: f})
		}
	}
	return nil
}

// taskName is the last part of the task's own name, or else that of the file.
func (f *taskFile) taskName() string {
	name := f.wholeName()
	if f.task.ID != nil && f.task.ID.Name == name {
		name = name[strings.LastIndex(name, ".")+1:]
	}
	return name
}

// isCalled reports whether name is the task's own name, with all its parts. A nil
// f has none.
func (f *taskFile) isCalled(name string) bool { return f != nil && f.wholeName() == name }

// wholeName is the task's own name, workflows.train.fit, or else that of the file.
func (f *taskFile) wholeName() string {
	if id := f.task.ID; id != nil && id.Name != "" {
		return id.Name
	}
	base := strings.Trim(filepath.Base(f.name), "<>")
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// input is what Flyte builds the task's Pod from; with trace, it says where
// everything was written.
func (f *taskFile) input(p *flyte.Profile, preview *flyte.Authored, trace bool) (*flyte.Input, error) {
	if !trace {
		return f.task.Input(p, preview, nil)
	}
	return f.task.Input(p, preview, f.sources)
}
