package podiff

import (
	"fmt"
	"io"
	"strings"
)

var textFormat = Format{
	Name: "text", Doc: "a plan for people: + added, - removed, ~ changed, ! weaker",
	Write: writeText,
}

// colours of a plan's signs, as ANSI codes.
var colours = map[Kind]string{Added: "32", Removed: "31", Changed: "33", Reordered: "33"}

func writeText(w io.Writer, r *Report, color bool) error {
	paint := func(code, s string) string {
		if !color {
			return s
		}
		return "\x1b[" + code + "m" + s + "\x1b[0m"
	}
	var b strings.Builder
	for _, o := range r.Objects {
		fmt.Fprintf(&b, "%s %s %s\n", paint(colours[o.Status], string(o.Status)), o.Kind, o.Name)
		for _, c := range o.Changes {
			if path := string(c.Path); path != "" { // else the whole object is new or gone
				fmt.Fprintf(&b, "    %s %s: %s\n", paint(colours[c.Kind], string(c.Kind)), path, c.signed())
				if at := o.origin(c.Path); at.IsValid() {
					fmt.Fprintf(&b, "        at %s\n", at)
				}
			}
			for _, weaker := range c.Weaker {
				fmt.Fprintf(&b, "        %s\n", paint("31", "! security: "+weaker.Doc+" ["+weaker.ID+"]"))
			}
		}
	}
	if len(r.Objects) == 0 {
		fmt.Fprintf(&b, "no differences between %s and %s\n", r.From, r.To)
	} else {
		fmt.Fprintf(&b, "%s -> %s: %s\n", r.From, r.To, r.Summary())
	}
	_, err := io.WriteString(w, b.String())
	return err
}
