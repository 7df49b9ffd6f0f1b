package compiler

import (
	"path"
	"strings"

	"cuelang.org/go/cue/errors"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// unreadable is the finding for a file that is not fit to be read.
func unreadable(pkg, shown string, err error) finding.Finding {
	return finding.Finding{
		ID: finding.IDCUE, Severity: finding.Error,
		Object:  finding.Object{Kind: kindPackage, Name: pkg, Package: pkg},
		Message: path.Base(shown) + " " + plain(err.Error()),
		Help:    "fix the file, or take it out of the package",
		Origins: []provenance.Origin{{Pos: provenance.Position{Filename: shown}}},
	}
}

// severalPackages is the finding for a folder with files of several packages,
// which plain cue refuses too.
func (d *discovery) severalPackages(dir string, names []string) finding.Finding {
	p := d.files.pattern(dir)
	return finding.Finding{
		ID: finding.IDCUE, Severity: finding.Error,
		Object:  finding.Object{Kind: kindPackage, Name: p, Package: p},
		Message: "the folder has files of several packages: " + strings.Join(names, ", "),
		Help:    "give each package a folder of its own, or name one of them: " + p + ":" + names[0],
		Origins: []provenance.Origin{{Pos: provenance.Position{Filename: d.display(dir)}}},
	}
}

// loadFindings returns the findings of an error of the parser.
func loadFindings(object finding.Object, err error) finding.List {
	var found finding.List
	for _, e := range errors.Errors(err) {
		f := finding.Finding{ID: finding.IDCUE, Severity: finding.Error, Object: object, Message: plain(e.Error()), Help: "fix the syntax"}
		if pos := e.Position(); pos.IsValid() {
			f.Origins = []provenance.Origin{{Pos: provenance.Position{Filename: pos.Filename(), Line: pos.Line(), Column: pos.Column()}}}
		}
		found = append(found, f)
	}
	return found
}

// translateLoad returns the findings of an error of CUE's loader.
func (ld *loader) translateLoad(object finding.Object, err error) finding.List {
	var found finding.List
	for _, e := range errors.Errors(err) {
		f := finding.Finding{ID: finding.IDCUE, Severity: finding.Error, Object: object, Message: plain(e.Error()), Help: "fix it"}
		for _, pos := range append([]tokenPos{e.Position()}, e.InputPositions()...) {
			if at := ld.position(pos); at.IsValid() && !ld.isSchema(at.Filename) {
				f.Origins = append(f.Origins, provenance.Origin{Pos: at})
			}
		}
		found = append(found, f)
	}
	return found
}
