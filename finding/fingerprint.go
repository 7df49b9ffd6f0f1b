package finding

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// Fingerprint identifies a finding across runs: 32 hexadecimal digits made of
// its id, its object with its module and without the stage, its canonical path and
// the class of its message. It survives moved lines, renamed files and another
// severity, and does not depend on where podcue is run; it does not survive that
// the value itself becomes a different one, so that whoever knows of one hostPath
// does not know of the next.
//
// The class of a message is the message with every number in it left out, so
// that "3 containers ask for a GPU" stays the same finding when there are four.
func (f Finding) Fingerprint() string {
	h := sha256.New()
	parts := []string{"v1", f.ID, f.Object.Kind, f.Object.Package, f.Object.Name, string(f.Path), messageClass(f.Message)}
	if f.Object.Module != "" {
		parts = append(parts, f.Object.Module)
	}
	for _, part := range parts {
		// The length keeps apart what would read the same when joined.
		h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// messageClass replaces the words of message that are numbers. A number that is
// part of a longer word, such as a path, an image or a quantity, says which value
// is meant and stays.
func messageClass(message string) string {
	words := strings.Split(message, " ")
	for i, w := range words {
		if digits := strings.Trim(w, "-,;:()"); digits != "" && strings.Trim(digits, "0123456789") == "" {
			words[i] = strings.Replace(w, digits, "#", 1)
		}
	}
	return strings.Join(words, " ")
}
