package e2e

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/podcue/podcue/validation"
)

// An object is a document to create.
type object struct {
	name string
	kind string // Pod or PodTemplate
	doc  []byte
}

func (o *object) resource() string { return strings.ToLower(o.kind) + "s" }

// readLines calls f with each line of a compressed file of the repository.
func readLines(t testing.TB, name string, f func(line []byte)) {
	t.Helper()
	file, err := os.Open("../" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zr, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	sc := bufio.NewScanner(zr)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		f(slices.Clone(sc.Bytes()))
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
}

// recorded returns the objects of validation's cases.
func recorded(t testing.TB) []object {
	var objects []object
	readLines(t, "validation/testdata/cases.jsonl.gz", func(line []byte) {
		var c struct {
			Name, Kind string
			Object     json.RawMessage
		}
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		objects = append(objects, object{c.Kind + "/" + c.Name, c.Kind, c.Object})
	})
	return objects
}

// merged returns the Pods that Flyte made of the recorded tasks, each also as a
// PodTemplate.
func merged(t testing.TB) []object {
	var objects []object
	for _, file := range []string{"v2/named", "v2/random", "v1/named", "v1/v1"} {
		readLines(t, "merge/flyte/testdata/"+file+".jsonl.gz", func(line []byte) {
			var c struct {
				Name string
				Out  struct {
					Pod     map[string]any
					PodSpec map[string]any
				}
			}
			if err := json.Unmarshal(line, &c); err != nil {
				t.Fatal(err)
			}
			pod := c.Out.Pod
			if pod == nil {
				if c.Out.PodSpec == nil {
					return
				}
				pod = map[string]any{"metadata": map[string]any{"name": "p"}, "spec": c.Out.PodSpec}
			}
			pod["kind"], pod["apiVersion"] = "Pod", "v1"
			delete(pod, "status")
			meta := pod["metadata"].(map[string]any)
			delete(meta, "namespace")
			template := map[string]any{
				"apiVersion": "v1", "kind": "PodTemplate", "metadata": map[string]any{"name": "t"},
				"template": map[string]any{"metadata": map[string]any{"labels": meta["labels"]}, "spec": pod["spec"]},
			}
			objects = append(objects,
				object{file + "/" + c.Name, "Pod", marshal(t, pod)},
				object{file + "/template/" + c.Name, "PodTemplate", marshal(t, template)})
		})
	}
	return objects
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestRecordedParity sends the repository's recorded objects to both servers.
func TestRecordedParity(t *testing.T) {
	for _, s := range []*server{current, oldest} {
		t.Run(s.version, func(t *testing.T) {
			tally := compare(t, s, slices.Concat(recorded(t), documents()))
			if tally.accepted == 0 || tally.refused == 0 {
				t.Errorf("%+v", tally)
			}
		})
	}
}

// TestMergedParity sends the Pods that Flyte made of recorded tasks.
func TestMergedParity(t *testing.T) {
	objects := merged(t)
	tally := compare(t, current, objects)
	t.Logf("%d accepted, %d refused", tally.accepted, tally.refused)
}

// TestRandomParity sends random Pods and PodTemplates, about half of which are
// accepted.
func TestRandomParity(t *testing.T) {
	for i, s := range []*server{current, oldest} {
		t.Run(s.version, func(t *testing.T) {
			r := rand.New(rand.NewPCG(*seed, uint64(i)))
			objects := randomObjects(t, r, s.version, []int{1200, 400}[i])
			tally := compare(t, s, objects)
			t.Logf("seed %d: %d objects, %d accepted, %d refused", *seed, len(objects), tally.accepted, tally.refused)
			if n := len(objects); tally.accepted*5 < n*2 || tally.refused*5 < n*2 {
				t.Errorf("seed %d: not about half: %+v", *seed, tally)
			}
		})
	}
}

// A tally counts the server's answers.
type tally struct{ accepted, refused int }

// compare sends objects to the server, as a dry run, and holds podcue's verdicts
// against its answers: acceptance, causes, warnings, the message of a refusal to
// decode, and what the server would store.
func compare(t *testing.T, s *server, objects []object) tally {
	t.Helper()
	var (
		sum   tally
		mutex sync.Mutex
		wg    sync.WaitGroup
	)
	work := make(chan object)
	for range 4 {
		wg.Go(func() {
			for o := range work {
				a := s.create(t, "default", o.resource(), o.doc, true)
				difference := differ(s.version, &o, a)
				mutex.Lock()
				if a.accepted() {
					sum.accepted++
				} else {
					sum.refused++
				}
				if difference != "" {
					t.Errorf("%s (seed %d): %s\n%.4000s", o.name, *seed, difference, o.doc)
				}
				mutex.Unlock()
			}
		})
	}
	for _, o := range objects {
		work <- o
	}
	close(work)
	wg.Wait()
	return sum
}

// differ returns how podcue's verdict on o differs from the server's answer, ""
// if it does not.
func differ(version string, o *object, a *answer) string {
	v, err := validation.JSON(version, o.kind, o.doc)
	if err != nil {
		return err.Error()
	}
	if v.Accepted() != a.accepted() {
		return fmt.Sprintf("podcue accepts: %v %v %q, the server: %d %s", v.Accepted(), v.Causes, v.Refusal, a.code, a.status.Message)
	}
	got := []string{}
	for _, c := range v.Causes {
		got = append(got, c.Field+": "+c.Message)
	}
	want := a.causes()
	if name := generatedName(o, a); name != "" {
		for i := range want {
			want[i] = strings.ReplaceAll(want[i], name, name[:len(name)-5]+"00000")
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		return "causes (-server +podcue):\n" + diff
	}
	// A server that is built from the module cache takes the name of its scheme from
	// another line than a released one, which has its dependencies beside it.
	refusal := strings.ReplaceAll(a.status.Message, "pkg/runtime/scheme.go:111", "pkg/api/legacyscheme/scheme.go:30")
	if v.Refusal != "" && v.Refusal != refusal {
		return "refusal (-server +podcue):\n" + cmp.Diff(refusal, v.Refusal)
	}
	if v.Refusal == "" && !a.accepted() && len(want) == 0 {
		return "the server refuses without a cause: " + a.status.Message
	}
	got = []string{}
	for _, w := range v.Warnings {
		got = append(got, w.Text)
	}
	if diff := cmp.Diff(shown(got), a.warnings); diff != "" {
		return "warnings (-podcue +server):\n" + diff
	}
	if a.accepted() {
		return differStored(v, a.body)
	}
	return ""
}

// generatedName returns the name that the server made for o, which ends in five
// random characters; "" if o has a name.
func generatedName(o *object, a *answer) string {
	var meta struct {
		Metadata struct{ Name, GenerateName string }
	}
	if json.Unmarshal(o.doc, &meta) != nil || meta.Metadata.Name != "" || meta.Metadata.GenerateName == "" || a.status.Details == nil {
		return ""
	}
	return a.status.Details.Name
}

// shown returns what a server shows of warnings: when they are more than 4,096
// characters, 256 of each, as many as fit.
func shown(texts []string) []string {
	total := 0
	for _, t := range texts {
		total += len(t)
	}
	if total <= 4096 {
		return texts
	}
	out, total := []string{}, 0
	for _, t := range texts {
		if len(t) > 256 {
			t = t[:256]
		}
		if total += len(t); total > 4096 {
			break
		}
		out = append(out, t)
	}
	return out
}

// differStored holds the object that podcue says is stored against the server's,
// but for what admission plugins and the server itself add.
func differStored(v *validation.Verdict, body []byte) string {
	obj, err := v.Object()
	if err != nil {
		return err.Error()
	}
	switch got := obj.(type) {
	case *corev1.Pod:
		var want corev1.Pod
		if err := json.Unmarshal(body, &want); err != nil {
			return err.Error()
		}
		withoutAdmission(&want.Spec, &got.Spec)
		return differSpec(&want.Spec, &got.Spec)
	case *corev1.PodTemplate:
		var want corev1.PodTemplate
		if err := json.Unmarshal(body, &want); err != nil {
			return err.Error()
		}
		return differSpec(&want.Template.Spec, &got.Template.Spec)
	}
	return fmt.Sprintf("unexpected %T", obj)
}

func differSpec(want, got *corev1.PodSpec) string {
	if apiequality.Semantic.DeepEqual(want, got) {
		return ""
	}
	return "stored (-server +podcue):\n" + cmp.Diff(want, got)
}

// withoutAdmission takes off want the two tolerations that the admission plugin
// DefaultTolerationSeconds adds to a Pod, at the end.
func withoutAdmission(want, got *corev1.PodSpec) {
	if n := len(got.Tolerations); len(want.Tolerations) > n {
		want.Tolerations = want.Tolerations[:n:n]
	}
}
