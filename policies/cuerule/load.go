package cuerule

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	cueload "cuelang.org/go/cue/load"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

// Config says from where and how policies are loaded.
type Config struct {
	// Dir is the directory that patterns are relative to, "" for the working
	// directory.
	Dir string
	// Base is the directory that positions and the names of packages are relative
	// to; "" for Dir.
	Base string
	// Tags set the values of CUE's tagged fields: key=value.
	Tags []string
	// Overlay has files in place of those on disk, by absolute name.
	Overlay map[string][]byte
	// Timeout is how long one evaluation of one policy may take; zero is read as
	// five seconds.
	Timeout time.Duration
}

func (c *Config) timeout() time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return 5 * time.Second
}

// A Ruleset is the policies of some packages. It is immutable, and its policies
// may be used by several goroutines.
type Ruleset struct {
	packs    []*pack
	rules    []*rule            // sorted by id
	policies []*policies.Policy // of rules, in their order
	broken   []string
}

// ErrNoPolicies says that the packages hold no policies.
var ErrNoPolicies = errors.New("no policies")

// Load loads the policies of the packages that patterns name: directories such
// as "./policies" and "./...", or import paths. All of them are of the module
// that Dir is in, or are imported by it; an import of podcue's schema is
// satisfied without a network. With a pattern that ends in "...", packages
// without policies are left out.
//
// What authors did wrong is a [finding.List], and the Ruleset then holds the
// policies that are in order: a policy that could pass in silence is none of
// them. Any other error says that nothing was loaded.
func Load(cfg *Config, patterns ...string) (*Ruleset, error) {
	if cfg == nil {
		cfg = &Config{}
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	c := *cfg
	c.Dir, c.Base = dir, filepath.Clean(cmp.Or(cfg.Base, dir))
	instances, err := c.instances(patterns)
	if err != nil {
		return nil, err
	}
	l := &loader{cfg: &c, set: &Ruleset{}}
	for _, inst := range instances {
		if err := noPackage(&c, inst); err != nil {
			return nil, err
		}
		l.add(inst, slices.ContainsFunc(patterns, func(p string) bool { return strings.Contains(p, "...") }))
	}
	l.unique()
	if len(l.set.packs) == 0 && len(l.problems) == 0 {
		return nil, fmt.Errorf("%w in %s", ErrNoPolicies, strings.Join(patterns, " "))
	}
	slices.SortFunc(l.set.rules, func(a, b *rule) int { return strings.Compare(a.id, b.id) })
	slices.Sort(l.set.broken)
	for _, r := range l.set.rules {
		l.set.policies = append(l.set.policies, r.policy(r.configure))
	}
	if len(l.problems) > 0 {
		l.problems.Sort()
		return l.set, l.problems
	}
	return l.set, nil
}

func (c *Config) instances(patterns []string) ([]*build.Instance, error) {
	overlay, deps, err := c.overlay()
	if err != nil {
		return nil, err
	}
	instances := cueload.Instances(patterns, &cueload.Config{Dir: c.Dir, Tags: c.Tags, Overlay: overlay, Registry: newRegistry(deps)})
	if len(instances) == 0 {
		return nil, fmt.Errorf("no package matches %s", strings.Join(patterns, " "))
	}
	return instances, nil
}

// noPackage returns why there is no such package as inst: nobody's files are to
// blame for that.
func noPackage(c *Config, inst *build.Instance) error {
	if inst.Err == nil || len(inst.Files) > 0 || errorPosition(c.Base, inst.Dir, inst.Err).IsValid() {
		return nil
	}
	return errors.New(errorText(inst.Err))
}

// loader is the state of one Load.
type loader struct {
	cfg      *Config
	set      *Ruleset
	problems finding.List
}

// add adds the policies of inst.
func (l *loader) add(inst *build.Instance, mayLack bool) {
	pkg := newPack(l.cfg, packagePath(l.cfg.Base, inst), inst)
	if mayLack && inst.Err == nil && !hasField(inst.Files, fieldPolicies) {
		return
	}
	if inst.Err != nil {
		l.problem(pkg, "", &problem{pos: pkg.errorPosition(inst.Err), message: errorText(inst.Err)})
		return
	}
	root, err := pkg.build()
	if err != nil {
		l.oneByOne(pkg, err)
		return
	}
	pkg.root = root
	l.readAll(pkg)
}

// readAll reads the policies of pkg, which is evaluated.
func (l *loader) readAll(pkg *pack) {
	found := pkg.root.LookupPath(cue.MakePath(cue.Str(fieldPolicies)))
	if !found.Exists() {
		l.problem(pkg, "", &problem{
			pos: position(pkg.dir, pkg.inst.Files[0].Pos()), message: "the package has no field policies",
			help: "write policies: \"my-policy\": {…}, or do not name the package",
		})
		return
	}
	iter, err := found.Fields()
	if err != nil {
		l.problem(pkg, "", &problem{pos: pkg.errorPosition(err), message: errorText(err)})
		return
	}
	l.set.packs = append(l.set.packs, pkg)
	var rules []*rule
	for iter.Next() {
		if r := l.read(pkg, iter.Selector().Unquoted(), iter.Value()); r != nil {
			rules = append(rules, r)
		}
	}
	l.join(pkg, rules)
	l.set.rules = append(l.set.rules, rules...)
}

// read reads one policy; nil if something is wrong with it, which is noted.
func (l *loader) read(pkg *pack, id string, v cue.Value) *rule {
	var r *rule
	var err error
	if failed := within(l.cfg.timeout(), func() { r, err = readRule(pkg, id, pkg.position(v, fieldPolicies, id), v) }); failed != nil {
		err = &problem{pos: pkg.position(v, fieldPolicies, id), message: failed.message, help: failed.help}
	}
	if err == nil {
		err = r.validate()
	}
	if err != nil {
		l.problem(pkg, id, err)
		return nil
	}
	return r
}

// validate returns what package policies has against r.
func (r *rule) validate() error {
	if _, err := policies.Lookup(r.id); err == nil {
		return r.problem("", "give it another name; to change the built-in one, see the config's policies", "a built-in policy has that id")
	}
	if err := policies.Validate([]*policies.Policy{r.policy(nil)}); err != nil {
		return r.problem("", "name it in lower case, with hyphens: no-host-path", "%s", err)
	}
	return nil
}

// oneByOne loads the policies of a package that as a whole is in error: it looks
// at each without the others to find those that are to blame.
func (l *loader) oneByOne(pkg *pack, whole error) {
	var good []string
	before := len(l.problems)
	for _, id := range policyIDs(pkg.inst.Files) {
		if _, err := pkg.buildPart(pruning{keep: only(id), typed: true}); err != nil {
			l.problem(pkg, id, err)
			continue
		}
		good = append(good, id)
	}
	root, err := pkg.buildPart(pruning{keep: func(id string) bool { return slices.Contains(good, id) }, tests: true, typed: true})
	if err != nil || len(l.problems) == before { // the error is in what is beside the policies
		l.problem(pkg, "", whole)
		return
	}
	pkg.root = root
	l.readAll(pkg)
}

func only(id string) func(string) bool { return func(other string) bool { return other == id } }

// join makes units of the deny lists of a package: one of those that only CUE can
// work out, and one of those that it seldom has to.
func (l *loader) join(pkg *pack, rules []*rule) {
	always, seldom := pkg.newUnit(), pkg.newUnit()
	for _, r := range rules {
		if !r.has(fieldDeny) {
			continue
		}
		r.unit, r.program = always, newProgram(r)
		if r.program != nil {
			r.unit = seldom
		}
		r.unit.ids = append(r.unit.ids, r.id)
	}
	for _, u := range []*unit{always, seldom} {
		if len(u.ids) == 0 {
			continue
		}
		// The other policies of the package need not be evaluated for every pod, and
		// that these are of #Policy is known.
		if root, err := pkg.buildPart(pruning{keep: func(id string) bool { return slices.Contains(u.ids, id) }}); err == nil {
			u.root = root
		}
	}
}

// unique takes out policies whose id another package has too.
func (l *loader) unique() {
	seen := map[string]*rule{}
	l.set.rules = slices.DeleteFunc(l.set.rules, func(r *rule) bool {
		first := seen[r.id]
		if first == nil {
			seen[r.id] = r
			return false
		}
		l.problem(r.pkg, r.id, r.problem("", "give one of them another name", "%s has a policy of that name too", first.pkg.path))
		return true
	})
}

// problem notes that the policy id of pkg is wrong, or the package if id is "".
func (l *loader) problem(pkg *pack, id string, err error) {
	p := pkg.problem(id, err)
	f := finding.Finding{
		ID: finding.IDCUE, Severity: finding.Error, Object: finding.Object{Kind: "Policy", Name: id, Package: pkg.path},
		Path: p.path, Message: p.message, Help: p.help,
		Detail: "A policy that is not in order is not run, so nothing can pass it in silence; the others are.",
	}
	if id == "" {
		f.Object = finding.Object{Kind: "Package", Name: pkg.path, Package: pkg.path}
	} else {
		l.set.broken = append(l.set.broken, id)
		f.Message = fmt.Sprintf("policy %s: %s", id, p.text())
	}
	if f.Help == "" {
		f.Help = "mend it at the place named"
	}
	if p.pos.IsValid() {
		f.Origins = []provenance.Origin{{Layer: provenance.LayerPolicy, Pos: p.pos}}
	}
	for _, g := range l.problems {
		if strings.HasSuffix(g.Message, p.text()) && slices.Equal(g.Origins, f.Origins) && len(f.Origins) > 0 {
			return // one mistake in what several policies use
		}
	}
	l.problems = append(l.problems, f)
}

// packagePath returns how findings name the package: relative to base, as Go
// patterns are, or by its import path where it is from elsewhere.
func packagePath(base string, inst *build.Instance) string {
	rel, err := filepath.Rel(base, inst.Dir)
	switch {
	case inst.Dir == "" || err != nil:
		return inst.ImportPath
	case rel == ".":
		return "."
	case strings.HasPrefix(rel, ".."), slices.Contains(strings.Split(filepath.ToSlash(rel), "/"), "cue.mod"):
		return inst.ImportPath
	}
	return "./" + filepath.ToSlash(rel)
}
