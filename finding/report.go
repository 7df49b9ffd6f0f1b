package finding

import "encoding/json"

// A Waived is a finding that a waiver or the baseline took off the list that
// can fail a run. It is still listed and counted.
type Waived struct {
	Finding Finding
	By      string // "waiver" or "baseline"
	Reason  string
	Owner   string
	Expires string // YYYY-MM-DD; "" for the baseline
	Waiver  Object // where the waiver stands: its name
}

// A Report is the outcome of a run, and what every report format is made from,
// so that their counts agree.
type Report struct {
	Findings List
	Waived   []Waived
	Checked  int // how many templates, tasks and manifests were checked
}

// A Summary counts a report.
type Summary struct {
	Checked  int `json:"checked"`
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
	Waived   int `json:"waived"`
}

// Summary returns the counts of r.
func (r *Report) Summary() Summary {
	return Summary{
		Checked: r.Checked, Errors: r.Findings.Count(Error), Warnings: r.Findings.Count(Warning),
		Infos: r.Findings.Count(Info), Waived: len(r.Waived),
	}
}

// MarshalJSON returns {"version":1,"findings":[…],"waived":[…],"summary":{…}}.
// A waived finding is a finding with the member "waiver" {by, reason, owner,
// expires}.
func (r *Report) MarshalJSON() ([]byte, error) {
	type waiver struct {
		By      string `json:"by"`
		Reason  string `json:"reason,omitempty"`
		Owner   string `json:"owner,omitempty"`
		Expires string `json:"expires,omitempty"`
	}
	type out struct {
		Version  int               `json:"version"`
		Findings List              `json:"findings"`
		Waived   []json.RawMessage `json:"waived"`
		Summary  Summary           `json:"summary"`
	}
	o := out{Version: 1, Findings: r.Findings, Waived: []json.RawMessage{}, Summary: r.Summary()}
	if o.Findings == nil {
		o.Findings = List{}
	}
	for _, w := range r.Waived {
		f, err := json.Marshal(w.Finding)
		if err != nil {
			return nil, err
		}
		by, err := json.Marshal(waiver{w.By, w.Reason, w.Owner, w.Expires})
		if err != nil {
			return nil, err
		}
		joined := append(f[:len(f)-1:len(f)-1], `,"waiver":`...)
		joined = append(append(joined, by...), '}')
		o.Waived = append(o.Waived, joined)
	}
	return json.Marshal(o)
}
