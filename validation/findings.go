package validation

import (
	"fmt"
	"strings"
	"sync"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// Findings returns what the API server says in v as findings about object: its
// causes as errors, its warnings and the fields that it drops as warnings. Each has
// the server's message unchanged, the server's field and message in Server, and
// the origins that fields has for its path or for the nearest thing that somebody
// wrote.
//
// At most 1,000 causes become findings; one more says how many there are beside.
//
// fields is called when there is a finding; it may be nil. Its paths are those of
// the object that was judged, but for a template of a CUE package (object.Stage is
// [finding.StageAuthored]): that is keyed as the pod that it describes, and the
// paths of its findings leave out the "template." of the PodTemplate that it was
// judged as.
func Findings(v *Verdict, object finding.Object, fields func() provenance.Map) finding.List {
	r := reporter{verdict: v, object: object, fields: sync.OnceValue(func() provenance.Map {
		if fields == nil {
			return nil
		}
		return fields()
	})}
	for _, c := range v.Causes[:min(len(v.Causes), maxCauses)] {
		r.cause(c)
	}
	if more := len(v.Causes) - maxCauses; more > 0 {
		r.add(finding.Finding{Severity: finding.Error, Message: fmt.Sprintf("there are %d more refusals of this object", more)})
	}
	for _, c := range v.Decoding {
		r.cause(c)
	}
	if v.Refusal != "" && len(v.Decoding) == 0 {
		r.cause(Cause{Message: v.Refusal})
	}
	for _, w := range v.Warnings {
		r.warning(w)
	}
	for _, p := range v.Dropped {
		r.add(finding.Finding{
			Severity: finding.Warning, Path: p,
			Message: fmt.Sprintf("Kubernetes %s drops this field without a word", v.Version),
			Detail:  fmt.Sprintf("its feature gate is off by default in Kubernetes %s: the API server accepts the object and stores it without the field", v.Version),
			Help:    "remove the field, or enable its feature gate in the cluster and disregard this",
		})
	}
	r.found.Sort()
	return r.found
}

// maxCauses is how many causes of one object become findings.
const maxCauses = 1000

// A reporter makes the findings of one verdict.
type reporter struct {
	verdict *Verdict
	object  finding.Object
	fields  func() provenance.Map
	found   finding.List
}

func (r *reporter) cause(c Cause) {
	f := finding.Finding{
		Severity: finding.Error, Path: c.Path, Message: c.Message,
		Server: &finding.Server{Field: c.Field, Message: c.Message},
	}
	if e, ok := Explain(c); ok {
		f.Detail, f.Help = e.Doc, e.Help
	}
	if hint := suggest(r.verdict.Kind, c); hint != "" {
		f.Help = hint
	}
	r.add(f)
}

func (r *reporter) warning(w Warning) {
	name, rest, _ := splitWarning(w.Text)
	r.add(finding.Finding{
		Severity: finding.Warning, Path: w.Path, Message: rest,
		Detail: "the API server accepts this with a warning",
		Server: &finding.Server{Field: name, Message: rest},
	})
}

func (r *reporter) add(f finding.Finding) {
	f.ID, f.Object, f.Detail = finding.IDAPI, r.object, sentence(f.Detail)
	if f.Help == "" {
		f.Help = remedyFor(f.Path, f.Message)
	}
	if r.verdict.Kind == "PodTemplate" && r.object.Stage == finding.StageAuthored {
		f.Path = withoutRoot(f.Path, "template")
	}
	f.Origins = r.fields().Deciding(f.Path)
	r.found = append(r.found, f)
}

// sentence returns text as a sentence: with a capital, unless it begins with a name
// of the API such as hostPath, and with a period.
func sentence(text string) string {
	word, _, _ := strings.Cut(text, " ")
	if text == "" {
		return ""
	}
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz,") == "" {
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// withoutRoot returns p as a path from root, if it is below it.
func withoutRoot(p, root provenance.Path) provenance.Path {
	if at, ok := (placer{root: root}).relative(string(p)); ok {
		return at
	}
	return p
}
