package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/provenance"
)

func TestExcerpt(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 200)
	for _, test := range []struct {
		line   string
		column int
		shown  string
		caret  int
	}{
		{"image: x", 8, "image: x", 7},
		{"\t\timage: x", 3, "        image: x", 8},
		{"a\tb", 3, "a    b", 5},
		{"für x", 6, "für x", 4}, // a column is in bytes
		{"x", 2, "x", 1},         // just behind the end
		{"x", 9, "x", -1},
		{"x", 0, "x", -1},
		{"", 1, "", 0},
		{"esc\x1b[2J", 1, "esc\uFFFD[2J", 0},
		{"spaces   ", 1, "spaces", 0},
		{long, 1, long[:120] + "…", 0},
		{long, 200, "…" + long[:119], 119},
		{long, 100, "…" + long[:119] + "…", 60},
		{long, 0, long[:120] + "…", -1},
	} {
		shown, caret := excerpt(test.line, test.column)
		if shown != test.shown || caret != test.caret {
			t.Errorf("excerpt(%.20q, %d) = %q, %d; want %q, %d", test.line, test.column, shown, caret, test.shown, test.caret)
		}
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	got := wrap("one two  three\nincomprehensibilities four", 9)
	if diff := cmp.Diff([]string{"one two", "three", "incomprehensibilities", "four"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := wrap("", 9); got != nil {
		t.Errorf("nothing is wrapped to %q", got)
	}
}

func TestColumn(t *testing.T) {
	t.Parallel()
	r := &Run{Source: func(file string) []byte {
		if file == "a" {
			return []byte("für x\r\n")
		}
		return nil
	}}
	s := r.sources()
	for p, want := range map[provenance.Position]int{
		{Filename: "a", Line: 1, Column: 6}: 5,
		{Filename: "a", Line: 1, Column: 7}: 6,
		{Filename: "a", Line: 1, Column: 9}: 9,
		{Filename: "a", Line: 9, Column: 6}: 6,
		{Filename: "b", Line: 1, Column: 6}: 6,
		{Filename: "a", Line: 1}:            0,
	} {
		if got := s.column(p); got != want {
			t.Errorf("column(%v) = %d, want %d", p, got, want)
		}
	}
	if _, ok := (&Run{}).sources().line(provenance.Position{Filename: "a", Line: 1}); ok {
		t.Error("a run without sources has a line")
	}
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"as it is: für 語":  "as it is: für 語",
		"a\nb\tc\r\nd":     "a b c d",
		"\x1b[31m":         `\u001b[31m`,
		"\xff":             `\xff`,
		"\u202eevil":       `\u202eevil`,
		"\uFFFD is itself": "\uFFFD is itself",
	} {
		if got := oneLine(s); got != want {
			t.Errorf("oneLine(%q) = %q, want %q", s, got, want)
		}
	}
}
