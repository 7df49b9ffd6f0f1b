package compiler

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
	"github.com/podcue/podcue/schema"
)

// checkVendored returns a warning if the module has a copy of the schema that is
// not that of this podcue: podcue follows the copy, as plain cue does.
func (ld *loader) checkVendored() finding.List {
	if ld.vendored == "" {
		return nil
	}
	embedded := schemaFiles()
	vendored := schema.Vendored()
	for _, file := range slices.Sorted(maps.Keys(vendored)) {
		name := path.Base(file)
		at := path.Join(ld.vendored, name)
		data, err := ld.read(ld.src.disk, ld.src.dir, ld.onDisk(at))
		if err == nil && (string(data) == string(vendored[file]) || string(data) == string(embedded[name])) {
			continue
		}
		message := "the vendored schema is not the one of this podcue"
		if v := schema.VendoredVersion(data); v != "" && v != schema.Version() {
			message = fmt.Sprintf("the vendored schema is version %s, and this podcue's is %s", v, schema.Version())
		}
		if err != nil {
			at = ld.vendored
		}
		return finding.List{{
			ID: finding.IDSchema, Severity: finding.Warning,
			Object:  finding.Object{Kind: kindModule, Name: ld.src.root},
			Message: message,
			Detail:  "podcue and plain cue both go by the vendored copy",
			Help:    ld.vendorAgain(),
			Origins: []provenance.Origin{{Layer: provenance.LayerSchema, Pos: provenance.Position{
				Filename: ld.display(ld.onDisk(at)), Line: 1, Column: 1,
			}}},
		}}
	}
	return nil
}

// vendorAgain says how to bring the vendored schema up to date.
func (ld *loader) vendorAgain() string {
	switch {
	case ld.vendored != schema.VendorDir:
		return "remove the folder " + ld.display(ld.onDisk(ld.vendored))
	case ld.src.root == ".":
		return "podcue init --schema"
	}
	return "podcue init --schema " + ld.src.root
}
