package policies

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/podcue/podcue/provenance"
)

// DecodeWaivers decodes the waivers of the platform's configuration: a JSON list
// of #Waiver; nothing and null are an empty list. Fields is the provenance of
// the configuration, keyed by its own paths ("waivers[0].expires"); it may be
// nil. The configuration has been held against the schema before, so an error
// means that data is something else.
func DecodeWaivers(data []byte, fields provenance.Map) ([]Waiver, error) {
	if len(data) == 0 {
		return nil, nil
	}
	var list []struct {
		ID     string `json:"id"`
		Target struct {
			Template  string          `json:"template"`
			Task      string          `json:"task"`
			Container string          `json:"container"`
			Path      provenance.Path `json:"path"`
		} `json:"target"`
		Reason  string `json:"reason"`
		Owner   string `json:"owner"`
		Expires string `json:"expires"`
		Ticket  string `json:"ticket"`
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&list); err != nil {
		return nil, fmt.Errorf("waivers: %w", err)
	}
	waivers := make([]Waiver, len(list))
	for i, w := range list {
		at := provenance.Path("waivers").Index(i)
		waivers[i] = Waiver{
			ID: w.ID, Target: Target(w.Target), Reason: w.Reason, Owner: w.Owner, Expires: w.Expires, Ticket: w.Ticket,
			Name: string(at), Fields: below(fields, at),
		}
		for _, o := range fields.Deciding(at.Child("id")) {
			if waivers[i].Pos = o.Pos; o.Pos.IsValid() {
				break
			}
		}
	}
	return waivers, nil
}

// below returns the entries of m below at, keyed by the rest of their paths.
func below(m provenance.Map, at provenance.Path) provenance.Map {
	out := provenance.Map{}
	for p, origins := range m {
		if !p.Under(at) {
			continue
		}
		rest := p[len(at):]
		if len(rest) > 0 && rest[0] == '.' {
			rest = rest[1:]
		}
		out.Add(rest, origins...)
	}
	return out
}
