package provenance_test

import (
	"strings"
	"testing"

	"github.com/podcue/podcue/provenance"
)

func TestShares(t *testing.T) {
	t.Parallel()
	for origins, want := range map[string]string{ // "layer rule", lowest first
		"":                         "",
		"task":                     "+",
		"base,task override":       "-+",
		"base,base override,task ": "--+",
		// What is merged, appended to or rendered counts with what it was merged with.
		"base,config append,template append": "+++",
		"base,template override,task merge":  "-++",
		"base,task,execution render":         "-++",
		"task,execution render-placeholder":  "++",
		"task copilot,config configured":     "++",
		// In CUE what says the same, and what restricts it, holds too.
		"task unified,task override":                       "++",
		"base,task constraint,task unified,task override":  "-+++",
		"task constraint,task default,task":                "+-+",
		"task default":                                     "+",
		"base,template unified,template merge":             "+++",
		"template unified,template,task override":          "--+",
		"template constraint,template,task":                "--+",
		"task unified,task,execution render":               "+++",
		"base,template unified,template ,execution render": "-+++",
		// What cannot override lost, wherever it stands.
		"template false-cannot-override,base":                  "-+",
		"base constraint,template zero-cannot-override,base ":  "+-+",
		"base,template number-cannot-override-name,base merge": "+-+",
	} {
		var list []provenance.Origin
		for o := range strings.SplitSeq(origins, ",") {
			if origins != "" {
				layer, rule, _ := strings.Cut(o, " ")
				list = append(list, provenance.Origin{Layer: layer, Rule: rule})
			}
		}
		var got strings.Builder
		for _, share := range provenance.Shares(list) {
			got.WriteByte(map[bool]byte{true: '+', false: '-'}[share])
		}
		if got.String() != want {
			t.Errorf("%s: %s, want %s", origins, got.String(), want)
		}
	}
}
