package finding_test

import (
	"testing"

	"github.com/podcue/podcue/finding"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	fields := []string{"image", "imagePullPolicy", "name", "ports", "env"}
	for name, want := range map[string]string{
		"imagePullPolcy": "imagePullPolicy",
		"imgae":          "image",
		"Name":           "name",
		"port":           "ports",
		"volumeMounts":   "",
		"":               "",
	} {
		if got := finding.Nearest(name, fields); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
	if got := finding.DidYouMean("imgae", fields); got != "; did you mean image?" {
		t.Errorf("DidYouMean gave %q", got)
	}
	if got := finding.DidYouMean("image", fields); got != "" {
		t.Errorf("DidYouMean of a known name gave %q", got)
	}
}
