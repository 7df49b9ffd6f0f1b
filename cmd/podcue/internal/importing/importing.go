package importing

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue/format"

	"github.com/podcue/podcue/cmd/podcue/internal/manifest"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
	"github.com/podcue/podcue/schema"
)

// A Source is one input: YAML or JSON, with any number of documents.
type Source struct {
	Name string // as positions and comments name it
	Data []byte // not changed
}

// Options say what the result looks like.
type Options struct {
	Package string // the name of the CUE package: "templates" if ""
	Factor  bool   // write what all templates have in common once

	// LeftOut, if it is not nil, is told how many documents of a source carry no
	// pod template, where others do.
	LeftOut func(source string, documents int)
}

// Import returns a CUE file with the templates and tasks of the sources, in their
// order. The error is a finding.List if a source is not what it should be; then
// there is no result, also for the others.
func Import(sources []Source, opts Options) ([]byte, error) {
	im := &importer{names: map[string]bool{}, taskNames: map[string]bool{}, leftOut: opts.LeftOut}
	for _, src := range sources {
		im.source(src)
	}
	if len(im.problems) > 0 {
		im.problems.Sort()
		return nil, im.problems
	}
	if opts.Package == "" {
		opts.Package = "templates"
	}
	return im.file(opts)
}

// An entry is one template or task of the result.
type entry struct {
	name  string
	doc   []string // comments above it
	foot  []string // comments below it
	value *value
}

type importer struct {
	templates, tasks []entry
	names, taskNames map[string]bool // that are taken
	comments         comments        // of the source at hand
	problems         finding.List
	leftOut          func(string, int) // may be nil
}

func (im *importer) source(src Source) {
	reader := &manifest.Reader{}
	objects, findings := reader.All(manifest.Source{Name: src.Name, Data: src.Data})
	failed := false
	for _, f := range findings {
		if f.Severity == finding.Error {
			im.problems = append(im.problems, f)
			failed = true
		}
	}
	for _, o := range objects {
		for _, u := range o.Unknown {
			failed = true
			im.unknown(o, u)
		}
	}
	if failed {
		return
	}
	im.comments = readComments(src.Data)
	for _, o := range objects {
		im.object(src, o)
	}
	if n := im.containerTasks(src); len(objects) == 0 && n == 0 {
		im.nothing(src)
	} else if left := reader.Skipped() - n; left > 0 && im.leftOut != nil {
		im.leftOut(src.Name, left)
	}
}

// unknown reports a field that Kubernetes does not have.
func (im *importer) unknown(o *manifest.Object, u manifest.UnknownField) {
	f := finding.Finding{
		ID: finding.IDSchema, Severity: finding.Error, Object: o.Object(), Path: u.Path,
		Message: "unknown field " + string(u.Path),
		Help:    "remove the field, or correct its name or its indentation",
		Origins: o.Fields().Nearest(u.Path),
	}
	if u.Hint != "" {
		f.Message += fmt.Sprintf("; did you mean %q?", u.Hint)
	}
	im.problems = append(im.problems, f)
}

// nothing reports a source without a template or a task.
func (im *importer) nothing(src Source) {
	line, what := firstDocument(src.Data)
	message := "there is no pod template or task in it"
	if what != "" {
		message += ": " + what
	}
	im.problems = append(im.problems, finding.Finding{
		ID: finding.IDSchema, Severity: finding.Error, Object: finding.Object{Kind: "File", Name: src.Name, Stage: finding.StageManifest},
		Message: message,
		Help:    "import Pods, PodTemplates, workloads such as Deployments and Jobs, K8sPods or TaskTemplates",
		Origins: []provenance.Origin{{Layer: provenance.LayerManifest, Pos: provenance.Position{Filename: src.Name, Line: line, Column: 1}}},
	})
}

// file prints the entries.
func (im *importer) file(opts Options) ([]byte, error) {
	p := &printer{}
	p.linef("package %s", opts.Package)
	p.linef("")
	p.linef("import %q", schema.ImportPath)
	base := "schema.#PodTemplate"
	if opts.Factor {
		if common := factor(im.templates); common != nil {
			p.linef("")
			p.linef("// #Common is what all templates here have in common.")
			p.field("#Common", "schema.#PodTemplate", common)
			base = "#Common"
		}
	}
	for _, list := range []struct {
		field, definition string
		entries           []entry
	}{{"templates", base, im.templates}, {"tasks", "schema.#Task", im.tasks}} {
		for _, e := range list.entries {
			p.linef("")
			for _, line := range e.doc {
				p.comment(line)
			}
			p.field(list.field+": "+label(e.name), list.definition, e.value)
			if len(e.foot) > 0 {
				p.linef("")
			}
			for _, line := range e.foot {
				p.comment(line)
			}
		}
	}
	out, err := format.Source([]byte(p.String()))
	if err != nil {
		return nil, fmt.Errorf("the result is no CUE: %w", err)
	}
	return out, nil
}

// unique returns name, or name with a number that makes it unique among taken,
// and takes it.
func unique(taken map[string]bool, name string) string {
	candidate := name
	for i := 2; taken[candidate]; i++ {
		candidate = fmt.Sprintf("%s-%d", name, i)
	}
	taken[candidate] = true
	return candidate
}

// templateName makes the name of an object of name, which may be anything.
func templateName(name, fallback string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '.':
			b.WriteRune(r)
		default:
			b.WriteRune('-')
		}
	}
	parts := strings.FieldsFunc(b.String(), func(r rune) bool { return r == '.' })
	for i := range parts {
		parts[i] = strings.Trim(parts[i], "-")
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	if s := strings.Join(parts, "."); s != "" {
		return s
	}
	return fallback
}
