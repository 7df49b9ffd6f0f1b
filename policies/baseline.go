package policies

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A Baseline is the list of the findings that a project had when it began to be
// checked. They are listed but fail no run; a new one does. A baseline may only
// shrink: what was mended leaves it, and nothing enters it.
//
// An entry is a fingerprint ([finding.Finding.Fingerprint]) and how often it
// occurs, so that it survives moved lines; the rest of it is for its readers.
type Baseline struct {
	entries []baselineEntry // sorted
}

type baselineEntry struct {
	Fingerprint string          `json:"fingerprint"`
	ID          string          `json:"id"`
	Object      finding.Object  `json:"object"`
	Path        provenance.Path `json:"path,omitempty"`
	Message     string          `json:"message"`
	Count       int             `json:"count,omitempty"` // 0 is read as 1
}

// baselineFile is the form of the file.
type baselineFile struct {
	Version  int             `json:"version"`
	Findings []baselineEntry `json:"findings"`
}

// NewBaseline returns the baseline of l: every finding but those of locked
// policies.
func NewBaseline(l finding.List, locked []string) *Baseline {
	b := &Baseline{}
	index := map[string]int{}
	for _, f := range l {
		if slices.Contains(locked, f.ID) {
			continue
		}
		e := baselineEntry{Fingerprint: f.Fingerprint(), ID: f.ID, Object: f.Object, Path: f.Path, Message: f.Message, Count: 1}
		e.Object.Stage = ""
		if i, ok := index[e.Fingerprint]; ok {
			b.entries[i].Count++
			continue
		}
		index[e.Fingerprint] = len(b.entries)
		b.entries = append(b.entries, e)
	}
	b.sort()
	return b
}

// ReadBaseline decodes what Encode returns.
func ReadBaseline(data []byte) (*Baseline, error) {
	var file baselineFile
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("this is not a baseline: %w", err)
	}
	if file.Version != 1 {
		return nil, fmt.Errorf("the baseline has version %d, and this podcue knows version 1", file.Version)
	}
	seen := map[string]bool{}
	for i := range file.Findings {
		e := &file.Findings[i]
		switch {
		case e.Fingerprint == "" || e.ID == "" || e.Count < 0:
			return nil, fmt.Errorf("this is not a baseline: entry %d has no fingerprint, no id or a negative count", i)
		case seen[e.Fingerprint]:
			return nil, fmt.Errorf("this is not a baseline: the fingerprint %s occurs twice", e.Fingerprint)
		}
		seen[e.Fingerprint] = true
		e.Count = max(e.Count, 1)
	}
	b := &Baseline{entries: file.Findings}
	b.sort()
	return b, nil
}

// Encode returns the file: indented JSON, sorted, so that removing an entry
// removes lines and changes no others.
func (b *Baseline) Encode() ([]byte, error) {
	file := baselineFile{Version: 1, Findings: slices.Clone(b.entries)}
	if file.Findings == nil {
		file.Findings = []baselineEntry{}
	}
	for i := range file.Findings {
		if file.Findings[i].Count == 1 {
			file.Findings[i].Count = 0
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(file)
	return out.Bytes(), err
}

// Len returns how many findings b knows.
func (b *Baseline) Len() int {
	n := 0
	for _, e := range b.entries {
		n += e.Count
	}
	return n
}

// Apply parts findings into those that b does not know and those that it knows,
// and returns what is in b and occurs no more, or less often, as warnings. Only
// what scope looked at can be gone. Locked policies are never known: only a
// waiver in the platform's configuration takes them off the list. Nothing is
// changed; the order of findings is kept.
func (b *Baseline) Apply(findings finding.List, scope *Scope) (kept finding.List, waived []finding.Waived, gone finding.List) {
	left := b.counts()
	for _, f := range findings {
		print := f.Fingerprint()
		if left[print] == 0 || slices.Contains(scope.Locked, f.ID) {
			kept = append(kept, f)
			continue
		}
		left[print]--
		waived = append(waived, finding.Waived{Finding: f, By: "baseline", Reason: "known since the baseline was written"})
	}
	for _, e := range b.entries {
		if left[e.Fingerprint] > 0 && scope.looked(e.ID, e.Object) {
			gone = append(gone, e.gone())
		}
	}
	return kept, waived, gone
}

// gone is the finding that e stands for nothing any more.
func (e *baselineEntry) gone() finding.Finding {
	return finding.Finding{
		ID: finding.IDWaiver, Severity: finding.Warning, Object: e.Object, Path: e.Path,
		Message: fmt.Sprintf("the baseline still has %s here, which is mended: %s", e.ID, e.Message),
		Help:    "write the baseline again, which only removes entries: podcue vet --write-baseline",
	}
}

// Shrink returns b without what findings no longer has; nothing is added. What
// scope did not look at stays.
func (b *Baseline) Shrink(findings finding.List, scope *Scope) *Baseline {
	now := NewBaseline(findings, scope.Locked).counts()
	out := &Baseline{}
	for _, e := range b.entries {
		if scope.looked(e.ID, e.Object) {
			e.Count = min(e.Count, now[e.Fingerprint])
		}
		if e.Count > 0 {
			out.entries = append(out.entries, e)
		}
	}
	return out
}

func (b *Baseline) counts() map[string]int {
	counts := make(map[string]int, len(b.entries))
	for _, e := range b.entries {
		counts[e.Fingerprint] = e.Count
	}
	return counts
}

func (b *Baseline) sort() {
	slices.SortFunc(b.entries, func(x, y baselineEntry) int {
		return cmp.Or(
			cmp.Compare(x.ID, y.ID), cmp.Compare(x.Object.Module, y.Object.Module), cmp.Compare(x.Object.Package, y.Object.Package),
			cmp.Compare(x.Object.Kind, y.Object.Kind), cmp.Compare(x.Object.Name, y.Object.Name),
			cmp.Compare(x.Path, y.Path), cmp.Compare(x.Message, y.Message), cmp.Compare(x.Fingerprint, y.Fingerprint),
		)
	})
}
