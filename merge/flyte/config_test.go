package flyte_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
)

const flyteConfig = `plugins:
  k8s:
    default-cpus: 250m
    default-labels:
      Team: vision
    default-node-selector:
      kubernetes.io/Arch: arm64
    default-env-vars:
      - FLYTE_X: true
    default-annotations: {a: b}
    default-tolerations:
      - key: gpu
        operator: Exists
    default-affinity:
      nodeAffinity: {}
    co-pilot:
      image: copilot:1
    accelerator-device-classes:
      NVIDIA_GPU:
        pod-template:
          template:
            spec:
              volumes: [{name: shm, emptyDir: {}}]
    defualt-memory: 1Gi
storage:
  container: bucket
`

func loadConfig(t *testing.T, p *flyte.Profile, texts ...string) *flyte.Config {
	t.Helper()
	cfg, err := flyte.LoadConfig(p, configFiles(texts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func configFiles(texts ...string) []flyte.ConfigFile {
	var files []flyte.ConfigFile
	for i, text := range texts {
		files = append(files, flyte.ConfigFile{Name: fmt.Sprintf("%d.yaml", i), Data: []byte(text)})
	}
	return files
}

// Every key has the position at which it is written, through to the Pod.
func TestConfigPositions(t *testing.T) {
	cfg := loadConfig(t, flyte.V2, flyteConfig, "plugins: {k8s: {scheduler-name: other}}")
	for path, want := range map[provenance.Path]string{
		"default-cpus":                             "0.yaml:3:19",
		"default-labels.team":                      "0.yaml:5:13",
		"default-node-selector.kubernetes.io/Arch": "0.yaml:7:27",
		"default-env-vars.FLYTE_X":                 "0.yaml:9:18",
		"default-tolerations[0].key":               "0.yaml:12:14",
		"co-pilot.image":                           "0.yaml:17:14",
		"scheduler-name":                           "1.yaml:1:33",
		"storage.container":                        "0.yaml:26:14",
		"accelerator-device-classes.NVIDIA_GPU.pod-template.template.spec.volumes[shm].name": "0.yaml:23:32",
	} {
		if o, _ := cfg.Fields.Winner(path); o.Pos.String() != want || o.Layer != provenance.LayerConfig {
			t.Errorf("%s: %+v, want %s", path, o, want)
		}
	}
	in := smallInput()
	in.Config = cfg
	out, err := flyte.V2.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	checkOrigins(t, "config", out)
	for path, want := range map[provenance.Path]string{
		"metadata.labels[team]":                            "0.yaml:5:13",
		"spec.nodeSelector[kubernetes.io/Arch]":            "0.yaml:7:27",
		"spec.tolerations[0].key":                          "0.yaml:12:14",
		"spec.schedulerName":                               "1.yaml:1:33",
		"spec.containers[main].resources.requests[cpu]":    "0.yaml:3:19",
		"spec.containers[main].env[FLYTE_X].value":         "0.yaml:9:18",
		"spec.containers[main].resources.requests[memory]": "-",
	} {
		if o, _ := out.Fields.Winner(path); o.Pos.String() != want {
			t.Errorf("%s: %+v, want %s", path, o, want)
		}
	}
}

func describe(notes []flyte.ConfigNote) []string {
	var lines []string
	for _, n := range notes {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", n.Pos, n.Kind, strings.TrimPrefix(n.Key, "plugins.k8s."), n.Became)))
	}
	return lines
}

// Files of which nothing is read are noted, unless others have what is.
func TestConfigNothingRead(t *testing.T) {
	for name, c := range map[string]struct {
		files []string
		want  []string
	}{
		"slip":      {[]string{"\nplugin: {k8s: {}}\n"}, []string{"0.yaml:2:1 nothing-read plugin plugins"}},
		"values":    {[]string{"configmap: {k8s: {plugins: {k8s: {}}}}"}, []string{"0.yaml:1:1 nothing-read configmap"}},
		"others":    {[]string{"admin: {}", "flyteadmin: {}"}, []string{"0.yaml:1:1 nothing-read admin"}},
		"one":       {[]string{"admin: {}", "plugins: {k8s: {}}"}, nil},
		"elsewhere": {[]string{"Storage: {container: a}"}, nil},
		"empty":     {[]string{"", "# nothing\n"}, nil},
		"none":      {nil, nil},
	} {
		if diff := cmp.Diff(c.want, describe(loadConfig(t, flyte.V2, c.files...).Notes)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

// The loader's silence is broken.
func TestConfigNotes(t *testing.T) {
	cfg := loadConfig(t, flyte.V2, flyteConfig, "plugins: {k8s: {default-labels: [a]}}\n---\nx: y\n")
	if diff := cmp.Diff([]string{
		"1.yaml document-ignored",
		"1.yaml:1:33 not-merged default-labels",
		"0.yaml:15:21 empty-dropped default-affinity.nodeAffinity",
		"0.yaml:15:7 empty-dropped default-affinity",
		"0.yaml:10:26 default-replaced default-annotations",
		"0.yaml:5:7 lower-cased default-labels.Team team",
		"0.yaml:9:18 converted default-env-vars.FLYTE_X 1",
		"0.yaml:19:7 default-replaced accelerator-device-classes",
		"0.yaml:23:37 field-lost accelerator-device-classes.NVIDIA_GPU.pod-template.template.spec.volumes[0].emptyDir",
		"0.yaml:24:5 unknown-key defualt-memory",
	}, describe(cfg.Notes)); diff != "" {
		t.Errorf("flyte@v2: -want +got:\n%s", diff)
	}
	cfg = loadConfig(t, flyte.V1, flyteConfig)
	for _, want := range []string{
		"0.yaml:7:7 doubled default-node-selector.kubernetes.io/Arch kubernetes.io/arch",
		"0.yaml:18:5 other-version accelerator-device-classes",
	} {
		if got := describe(cfg.Notes); !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("flyte@v1.16: no %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
}

// What the loader refuses is said with its place, all of it at once.
func TestConfigErrors(t *testing.T) {
	for text, want := range map[string]string{
		"plugins: {k8s: {inject-finalizer: maybe, default-cpus: many}}": `0.yaml:1:35: plugins.k8s.inject-finalizer: expected true or false, got "maybe"` + "\n" +
			`0.yaml:1:56: plugins.k8s.default-cpus: expected a quantity, got "many"`,
		"plugins:\n  k8s:\n    default-tolerations:\n      - tolerationSeconds: soon": `0.yaml:4:28: plugins.k8s.default-tolerations[0].tolerationSeconds: expected a whole number, got "soon"`,
		"plugins: {k8s: {co-pilot: {timeout: 1d}}}":                                   `0.yaml:1:37: plugins.k8s.co-pilot.timeout: expected a duration, got "1d"`,
		"plugins: {k8s: {default-labels: [a]}}":                                       `0.yaml:1:34: plugins.k8s.default-labels[0]: expected a map, got "a"`,
		"plugins: 7":                                                                  `0.yaml:1:10: plugins: expected a map, got the number 7`,
		"plugins: {k8s: {}}\n\tx: y":                                                  `0.yaml:2: not YAML: found character that cannot start any token`,
		"[]":                                                                          `0.yaml:1:1: the file is not a map but a list`,
		strings.Repeat("a", 1000):                                                     `0.yaml:1:1: the file is not a map but "` + strings.Repeat("a", 80) + `…"`,
		"a: *x":                                                                       `0.yaml: not YAML: unknown anchor 'x' referenced`,
		"ä: {b: 1, b: 2}":                                                             `0.yaml:1:12: mapping key "b" already defined at line 1`,
	} {
		_, err := flyte.LoadConfig(flyte.V2, configFiles(text)...)
		var l finding.List
		if !errors.As(err, &l) {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, l.Error()); diff != "" {
			t.Errorf("%s: -want +got:\n%s", text, diff)
		}
		for _, f := range l {
			if f.ID != flyte.IDConfig || f.Severity != finding.Error {
				t.Errorf("%s: %+v", text, f)
			}
		}
	}
}

// A file cannot make the loader use up the machine.
func TestConfigLimits(t *testing.T) {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [", c, c) + strings.Repeat(fmt.Sprintf("*%c, ", c-1), 10) + "]\n"
	}
	deep := "a: " + strings.Repeat("[", 600) + strings.Repeat("]", 600)
	loop := "a: &a {b: *a}"
	for _, text := range []string{bomb, deep, loop} {
		if _, err := flyte.LoadConfig(flyte.V2, configFiles(text)...); err == nil || len(err.Error()) > 200 {
			t.Errorf("%.40s: %v", text, err)
		}
	}
}

func FuzzLoadConfig(f *testing.F) {
	f.Add(flyteConfig)
	f.Add("plugins: {k8s: {resource-tolerations: {x.Y: {key: a}}, default-cpus: 1}}")
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range flyte.Profiles() {
			cfg, err := flyte.LoadConfig(p, configFiles(text, text)...)
			if err != nil {
				continue
			}
			if _, err := cfg.Keys(p); err != nil {
				t.Error(err)
			}
		}
	})
}
