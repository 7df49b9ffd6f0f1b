package report

import (
	"encoding/xml"
	"io"
)

var checkstyle = Format{
	Name:  "checkstyle",
	Doc:   "Checkstyle's XML, for Jenkins, reviewdog and editors; waived findings are left out",
	Write: writeCheckstyle,
}

type checkstyleReport struct {
	XMLName xml.Name          `xml:"checkstyle"`
	Version string            `xml:"version,attr"`
	Files   []*checkstyleFile `xml:"file"`
}

type checkstyleFile struct {
	Name   string            `xml:"name,attr"`
	Errors []checkstyleError `xml:"error"`
}

type checkstyleError struct {
	Line     int    `xml:"line,attr"`
	Column   int    `xml:"column,attr,omitempty"`
	Severity string `xml:"severity,attr"`
	Message  string `xml:"message,attr"`
	Source   string `xml:"source,attr"`
}

// checkstyleVersion is that of the form, which has not changed since.
const checkstyleVersion = "5.0"

func writeCheckstyle(w io.Writer, r *Run) error {
	report := checkstyleReport{Version: checkstyleVersion}
	sources := r.sources()
	for _, f := range r.findings() {
		severity, err := f.Severity.MarshalText()
		if err != nil {
			return err
		}
		p := place(f)
		if n := len(report.Files); n == 0 || report.Files[n-1].Name != p.Filename {
			report.Files = append(report.Files, &checkstyleFile{Name: p.Filename})
		}
		file := report.Files[len(report.Files)-1]
		file.Errors = append(file.Errors, checkstyleError{
			Line: p.Line, Column: sources.column(p), Severity: string(severity), Message: longMessage(f), Source: "podcue." + f.ID,
		})
	}
	return encodeXML(w, report)
}

// encodeXML writes v as an indented XML document. What XML cannot hold comes out
// as U+FFFD.
func encodeXML(w io.Writer, v any) error {
	data, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(data)+"\n")
	return err
}
