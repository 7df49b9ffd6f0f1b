package report

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/podcue/podcue/finding"
)

var jsonFormat = Format{
	Name:  "json",
	Doc:   "for machines: the schema is docs/report.schema.json",
	Write: writeJSON,
}

func writeJSON(w io.Writer, r *Run) error {
	return encodeJSON(w, &finding.Report{Findings: r.findings(), Waived: r.waived(), Checked: r.Report.Checked})
}

// encodeJSON writes v indented, with a line break at the end. HTML characters are
// left as they are where v does not escape them itself.
func encodeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}
