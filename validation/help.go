package validation

import (
	"strings"

	"github.com/podcue/podcue/provenance"
)

// A remedy is the help for a whole sort of the server's messages.
type remedy struct {
	message string // a part of the server's message; alternatives are separated by |
	help    string // %s is the field
}

// remedies are the helps for what has no [Explanation] of its own. The first that
// fits holds.
var remedies = []remedy{
	{`use the "appArmorProfile"`, "remove the annotation, and set securityContext.appArmorProfile"},
	{`use the "seccompProfile"`, "remove the annotation, and set securityContext.seccompProfile"},
	{"non-functional in|deprecated in v1.|deprecated since v1.", "replace %s: the volume by one of another type, such as a PersistentVolumeClaim, a field by its successor"},
	{"hides previous definition|duplicate ", "remove one of the two"},
	{"fractional byte value", "write a whole number of bytes: m stands for thousandths, M and Mi for millions"},
	{"container not found", "correct the container's name at the end of the annotation"},
	{"Required value", "set %s"},
	{"Forbidden", "remove %s, or what stands against it"},
	{"Unsupported value", "use one of the supported values"},
	{"Duplicate value", "remove one of the two, or give it a value of its own"},
	{"too large", "make the object smaller, or several of it"},
	{"Too long|Too many|must be no more than", "make %s shorter"},
}

// remedyFor returns the help for the server's message about the field at path.
func remedyFor(path provenance.Path, message string) string {
	field := "it"
	if segs := path.Segments(); len(segs) > 0 {
		field = segs[len(segs)-1].Name
	}
	for _, r := range remedies {
		for part := range strings.SplitSeq(r.message, "|") {
			if strings.Contains(message, part) {
				return strings.ReplaceAll(r.help, "%s", field)
			}
		}
	}
	return "give " + field + " a value that the message allows"
}
