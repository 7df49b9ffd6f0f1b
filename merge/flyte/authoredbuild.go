package flyte

import "github.com/podcue/podcue/provenance"

// A Platform is what a cluster brings to every task: Flyte's configuration and
// the PodTemplates that it finds. The zero value is a cluster where nobody
// configured anything.
type Platform struct {
	Config    *Config   // nil: Flyte's defaults for the profile
	Templates *Store    // nil: no PodTemplates
	Preview   *Authored // completes the execution of a task; nil: placeholders
}

// BuildAuthored returns the Pod of one attempt of a task as an author writes it:
// [DecodeAuthored], [Authored.Input] and [Profile.Build] in one call. task is the
// JSON of schema.#Task, t its template (nil: a container task), and fields the
// origins of the task's JSON by its own paths, nil for no provenance. An *Error
// is a refusal of Flyte's; any other error says that task is no #Task.
func (p *Profile) BuildAuthored(task []byte, fields provenance.Map, t *AuthoredTemplate, platform Platform) (*Output, error) {
	a, err := DecodeAuthored(task)
	if err != nil {
		return nil, err
	}
	in, err := a.Input(p, t, platform.Preview, fields)
	if err != nil {
		return nil, err
	}
	in.Config, in.Templates = platform.Config, platform.Templates
	return p.Build(in)
}
