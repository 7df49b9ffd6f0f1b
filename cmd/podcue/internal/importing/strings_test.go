package importing_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/cmd/podcue/internal/importing"
)

// What strings are made of that mean something to CUE, to YAML or to a terminal.
var awkward = []string{
	"a", `"`, `\`, "#", "\n", "\r", "\t", "(", ")", `"""`, "'", "'''", "`", "{", "}", "$", "/", "//", " ", "\u2028", "\u00a0",
	"é", "😀", "\x1b", "\ufeff", "%", "*", "|", "&", `\(`, `\#(`, `"#`, `#"`, "\u0085", "\v",
}

// Whatever a string holds, it comes back as it was.
func TestStringsRoundTrip(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 17))
	want := map[string]string{"quote": `"`, "block": `""x\\\\`, "raw": `"""#`, "end": "x\\\\\\\""}
	for i := range 500 {
		var b strings.Builder
		for range random.IntN(14) {
			b.WriteString(awkward[random.IntN(len(awkward))])
		}
		want[fmt.Sprintf("k%d", i)] = b.String()
	}
	pod, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "x", "annotations": want},
		"spec": map[string]any{"containers": []any{map[string]any{"name": "primary", "image": "x"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := importing.Import([]importing.Source{{Name: "x.json", Data: pod}}, importing.Options{Package: "p"})
	if err != nil {
		t.Fatal(err)
	}
	packages := compileProgram(t, map[string]string{"p/p.cue": string(text)})
	if len(packages) != 1 || len(packages[0].Templates) != 1 {
		t.Fatalf("got %d packages", len(packages))
	}
	if diff := cmp.Diff(want, packages[0].Templates[0].Pod.Annotations); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Lines that end as on Windows make no difference.
func TestWindowsLines(t *testing.T) {
	t.Parallel()
	const text = "# The pod.\napiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  # above\n  # and below\n  containers:\n  - name: a # behind\n    image: x\n"
	var got [2]string
	for i, data := range []string{text, strings.ReplaceAll(text, "\n", "\r\n")} {
		out, err := importing.Import([]importing.Source{{Name: "x.yaml", Data: []byte(data)}}, importing.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got[i] = string(out)
	}
	if diff := cmp.Diff(got[0], got[1]); diff != "" {
		t.Errorf("(-lf +crlf)\n%s", diff)
	}
}
