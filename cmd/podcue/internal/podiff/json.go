package podiff

import (
	"encoding/json"
	"io"
)

var jsonFormat = Format{
	Name: "json", Doc: "versioned JSON for machines",
	Write: writeJSON,
}

type jsonReport struct {
	Version int          `json:"version"`
	From    string       `json:"from"`
	To      string       `json:"to"`
	Objects []jsonObject `json:"objects"`
	Summary Summary      `json:"summary"`
}

type jsonObject struct {
	Kind    string       `json:"kind"`
	Name    string       `json:"name"`
	Status  string       `json:"status"`
	Changes []jsonChange `json:"changes"`
}

type jsonChange struct {
	Path   string   `json:"path"`
	Change string   `json:"change"`
	Old    any      `json:"old,omitempty"`
	New    any      `json:"new,omitempty"`
	Origin string   `json:"origin,omitempty"`
	Weaker []string `json:"weaker,omitempty"`
}

// words are the kinds of changes in JSON, where signs would be hard to read.
var words = map[Kind]string{Added: "added", Removed: "removed", Changed: "changed", Reordered: "reordered"}

func writeJSON(w io.Writer, r *Report, _ bool) error {
	out := jsonReport{Version: 1, From: r.From, To: r.To, Objects: []jsonObject{}, Summary: r.Summary()}
	for _, o := range r.Objects {
		object := jsonObject{Kind: o.Kind, Name: o.Name, Status: words[o.Status], Changes: []jsonChange{}}
		for _, c := range o.Changes {
			change := jsonChange{Path: string(c.Path), Change: words[c.Kind], Old: c.Old, New: c.New}
			if at := o.origin(c.Path); at.IsValid() {
				change.Origin = at.String()
			}
			for _, weaker := range c.Weaker {
				change.Weaker = append(change.Weaker, weaker.ID)
			}
			object.Changes = append(object.Changes, change)
		}
		out.Objects = append(out.Objects, object)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}
