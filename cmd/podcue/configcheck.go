package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/podcue/podcue/cmd/podcue/internal/encode"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

// helpModuleFile says what the files that a configuration names can be.
const helpModuleFile = "name files below the module's root, relative to it: platform/default.yaml"

// configFinding is a mistake in the platform's configuration at path.
func (p *platform) configFinding(path provenance.Path, message, help string) finding.Finding {
	return finding.Finding{
		ID: finding.IDSchema, Severity: finding.Error, Object: finding.Object{Kind: "Config", Name: "podcue", Package: p.root},
		Path: path, Message: message, Help: help, Origins: p.config.origins(path),
	}
}

// checkTargets returns what the schema does not see about the targets of the
// configuration.
func (p *platform) checkTargets() finding.List {
	var found finding.List
	for _, name := range slices.Sorted(maps.Keys(p.config.Targets)) {
		t, at := p.config.Targets[name], provenance.Path("targets").Child(name)
		add := func(path provenance.Path, message, help string) {
			found = append(found, p.configFinding(path, message, help))
		}
		form, err := encode.Lookup(t.Target)
		if err != nil {
			add(at.Child("target"), err.Error(), "name one of podcue's targets")
			continue
		}
		if slices.Contains(encode.Names(), name) {
			add(at, fmt.Sprintf("%s is the name of one of podcue's own targets, so --target %s never means this one", name, name),
				"give it a name of its own, after what it is for")
		}
		if t.OutDir != "" && t.OutFile != "" {
			add(at.Child("outFile"), "outDir and outFile exclude each other", "remove one of them")
		}
		if len(t.Namespaces) > 0 && !form.Namespaced {
			add(at.Child("namespaces"), fmt.Sprintf("namespaces go with the target podtemplate, not with %s", form.Name), "remove them")
		}
		for _, out := range [][2]string{{"outDir", t.OutDir}, {"outFile", t.OutFile}} {
			if _, err := moduleFile(p.root, out[1]); err != nil {
				add(at.Child(out[0]), err.Error(), "name a place below the module's root, relative to it")
			}
		}
	}
	return found
}

// selectPolicies is policies.Select, except that what is wrong with an entry of
// the configuration is a finding, and the entry is left out.
func (p *platform) selectPolicies(sel *policies.Selection) (*policies.Set, finding.List, error) {
	set, err := policies.Select(sel)
	if err == nil || len(sel.Config) == 0 {
		return set, nil, err
	}
	var entries map[string]json.RawMessage
	if json.Unmarshal(sel.Config, &entries) != nil {
		return nil, nil, err
	}
	some := *sel
	some.Config = nil
	if _, err := policies.Select(&some); err != nil {
		return nil, nil, err // what is wrong is not the configuration
	}
	var found finding.List
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		one, err := json.Marshal(map[string]json.RawMessage{id: entries[id]})
		if err != nil {
			return nil, nil, err
		}
		some.Config = one
		if _, err := policies.Select(&some); err != nil {
			found = append(found, p.configFinding(provenance.Path("policies").Child(id), err.Error(), helpPolicyList))
			delete(entries, id)
		}
	}
	if some.Config, err = json.Marshal(entries); err != nil {
		return nil, nil, err
	}
	set, err = policies.Select(&some)
	return set, found, err
}

// helpPolicyList says where the ids and parameters of policies are to be seen.
const helpPolicyList = "podcue policy list names the policies, podcue policy show ID the parameters of one"

// checkLocked returns what is wrong with the ids that the configuration locks:
// none may be anything but one of known.
func (p *platform) checkLocked(known []string) finding.List {
	var found finding.List
	for i, id := range p.config.Locked {
		if !slices.Contains(known, id) {
			found = append(found, p.configFinding(provenance.Path("locked").Index(i),
				fmt.Sprintf("unknown policy %q%s", id, finding.DidYouMean(id, known)), helpPolicyList))
		}
	}
	return found
}

// noModuleFile says why the file at path is none that the configuration of the
// module at root may name, "" if it is one. A link must not lead out of the module.
func (e *env) noModuleFile(root, path string) string {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "does not exist in the module"
	case err == nil && info.IsDir():
		return "is a directory"
	}
	within, err := filepath.EvalSymlinks(e.path(filepath.FromSlash(root)))
	if err != nil {
		return ""
	}
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "" // reading it says what is wrong
	}
	if rel, err := filepath.Rel(within, resolved); err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "is a link that leads out of the module"
	}
	return ""
}
