package cuerule_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/policies/cuerule"
)

const tested = `package policies

import "github.com/podcue/podcue/schema"

policies: [_]: schema.#Policy
tests: [_]: schema.#PolicyTests

policies: "hostpath-prefix": {
	params: allow: [...string] | *["/data", "/mnt/nvme"]
	params: other: string | *"x"
	each: "volumes"
	when: hostPath!: _
	require: hostPath: path!: (schema.#Under & {prefixes: params.allow}).ok
	message: "volume \(it.name) mounts \(it.hostPath.path)"
	it: _
}
tests: "hostpath-prefix": {
	pass: {
		subdir: spec: volumes: [{name: "d", hostPath: path: "/data/imagenet"}]
		noHost: spec: volumes: [{name: "d", emptyDir: {}}]
		widened: {params: allow: ["/scratch"], spec: volumes: [{name: "d", hostPath: path: "/scratch/x"}]}
		wrong: spec: volumes: [{name: "d", hostPath: path: "/etc"}]
		file: pod: "testdata/pod.yaml"
		gone: pod: "testdata/gone.yaml"
		param: {params: alow: [], spec: {}}
		out: pod: "../../x.yaml"
	}
	fail: {
		sibling: {
			spec: volumes: [{name: "d", hostPath: path: "/database"}]
			expect: [{path: "spec.volumes[0].hostPath.path", message: "volume d mounts /database"}]
		}
		climbs: {
			spec: volumes: [{name: "d", hostPath: path: "/data/../etc"}]
			expect: [{path: "spec.volumes[d].hostPath.path"}]
		}
		any: spec: volumes: [{name: "d", hostPath: path: "/etc"}]
		passes: spec: volumes: []
		otherPath: {
			spec: volumes: [{name: "d", hostPath: path: "/etc"}]
			expect: [{path: "spec.volumes"}]
		}
		one: {
			spec: volumes: [{name: "d", hostPath: path: "/etc"}, {name: "e", hostPath: path: "/etc"}]
			expect: [{message: "volume d mounts /etc"}]
		}
		none: {spec: {}, expect: []}
	}
}
policies: "untested": {each: "pod", forbid: spec: hostPID!: true}
policies: "primary": {each: "containers", when: role: "primary", require: image!: _}
tests: primary: pass: a: {primary: "", spec: containers: [{name: "primary"}]}
tests: primary: fail: a: spec: containers: [{name: "primary"}, {name: "b"}]
tests: "hostpth-prefix": pass: a: {}
policies: "written": {stage: "authored", each: "pod", forbid: spec: hostPID!: true}
tests: "written": {pass: a: spec: {}, fail: a: spec: hostPID: true}
`

func TestTest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "cue.mod/module.cue"), []byte("module: \"example.com/project\"\nlanguage: version: \"v0.15.0\"\n"))
	write(t, filepath.Join(dir, "policies/p.cue"), []byte(tested))
	write(t, filepath.Join(dir, "policies/testdata/pod.yaml"), []byte("kind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {volumes: [{name: d, hostPath: {path: /data}}]}}}}}\n"))
	rules, err := cuerule.Load(&cuerule.Config{Dir: dir}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, p := range rules.Test() {
		fmt.Fprintf(&got, "%s: %s %s failed=%t lacks=%q untried=%q\n", p.Pos, p.Package, p.ID, p.Failed(), p.Lacks, p.Untried)
		for _, c := range p.Cases {
			fmt.Fprintf(&got, "\t%s: %s %q\n", c.Pos, c.Name, c.Problems)
		}
	}
	want := `policies/p.cue:8:11: ./policies hostpath-prefix failed=true lacks=[] untried=["other"]
	policies/p.cue:19:3: pass.subdir []
	policies/p.cue:20:3: pass.noHost []
	policies/p.cue:21:3: pass.widened []
	policies/p.cue:22:3: pass.wrong ["finds spec.volumes[d].hostPath.path: volume d mounts /etc"]
	policies/p.cue:23:3: pass.file []
	policies/p.cue:24:3: pass.gone ["pod testdata/gone.yaml: it cannot be read"]
	policies/p.cue:25:3: pass.param ["params.alow: unknown parameter; did you mean allow?"]
	policies/p.cue:26:3: pass.out ["pod ../../x.yaml: it leads out of the package"]
	policies/p.cue:29:3: fail.sibling []
	policies/p.cue:33:3: fail.climbs []
	policies/p.cue:37:3: fail.any []
	policies/p.cue:38:3: fail.passes ["passes, but should not"]
	policies/p.cue:39:3: fail.otherPath ["wants spec.volumes, which is not found" "finds spec.volumes[d].hostPath.path: volume d mounts /etc"]
	policies/p.cue:43:3: fail.one ["finds spec.volumes[e].hostPath.path: volume e mounts /etc"]
	policies/p.cue:47:3: fail.none ["passes, but should not"]
policies/p.cue:54:8: ./policies hostpth-prefix failed=true lacks=["there is no policy of that id; did you mean hostpath-prefix?"] untried=[]
policies/p.cue:51:11: ./policies primary failed=false lacks=[] untried=[]
	policies/p.cue:52:23: pass.a []
	policies/p.cue:53:23: fail.a []
policies/p.cue:50:11: ./policies untested failed=true lacks=["it has no pass case" "it has no fail case"] untried=[]
policies/p.cue:55:11: ./policies written failed=false lacks=[] untried=[]
	policies/p.cue:56:26: pass.a []
	policies/p.cue:56:45: fail.a []
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
