package compiler_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/podcue/podcue/compiler"
)

// benchTemplate is a template of an ordinary size: two containers, probes,
// volumes, affinity.
const benchTemplate = `
templates: NAME: {
	primaryContainerName: "main"
	labels: {team: "vision", app: "NAME"}
	annotations: owner: "vision@example.com"
	podSpec: {
		restartPolicy:      "Never"
		serviceAccountName: "runner"
		tolerations: [{key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule"}]
		volumes: [{name: "data", emptyDir: {}}, {name: "settings", configMap: name: "x"}, {name: "token", secret: secretName: "y"}]
		containers: [{
			name:  "main"
			image: "ghcr.io/acme/train:1.4"
			env: [{name: "A", value: "1"}, {name: "B", value: "2"}, {name: "C", value: "3"}, {name: "D", valueFrom: fieldRef: fieldPath: "metadata.name"}]
			ports: [{containerPort: 8080, name: "http"}]
			resources: {requests: {cpu: "1", memory: "2Gi"}, limits: {cpu: "2", memory: "4Gi"}}
			livenessProbe: {httpGet: {path: "/", port: 8080}, periodSeconds: 10}
			readinessProbe: httpGet: {path: "/", port: "http"}
			volumeMounts: [{name: "data", mountPath: "/data"}, {name: "settings", mountPath: "/settings"}]
		}, {
			name:  "proxy"
			image: "envoy:1.31"
			env: [{name: "A", value: "1"}]
			resources: {requests: {cpu: "1", memory: "2Gi"}, limits: {cpu: "2", memory: "4Gi"}}
		}]
		affinity: nodeAffinity: requiredDuringSchedulingIgnoredDuringExecution: nodeSelectorTerms: [{matchExpressions: [{key: "pool", operator: "In", values: ["gpu"]}]}]
		topologySpreadConstraints: [{maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule", labelSelector: matchLabels: app: "NAME"}]
	}
}
`

// benchProject returns n templates, in one package or in one package each.
func benchProject(n int, apart bool) *compiler.Config {
	overlay := map[string][]byte{"cue.mod/module.cue": []byte(moduleFile)}
	for i := range n {
		name := fmt.Sprintf("t%d", i)
		folder := "team"
		if apart {
			folder = name
		}
		overlay[folder+"/"+name+".cue"] = []byte("package " + folder + "\n" + strings.ReplaceAll(benchTemplate, "NAME", name))
	}
	return &compiler.Config{Dir: "/project", Overlay: overlay}
}

func BenchmarkCompile(b *testing.B) {
	for _, size := range []struct {
		name  string
		n     int
		apart bool
	}{{"1", 1, false}, {"100", 100, false}, {"100packages", 100, true}} {
		b.Run(size.name, func(b *testing.B) {
			cfg := benchProject(size.n, size.apart)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := compiler.Compile(cfg, "./..."); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFields measures the positions of one template, which are computed
// when they are asked for.
func BenchmarkFields(b *testing.B) {
	cfg := benchProject(1, false)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		p, err := compiler.Compile(cfg, "./...")
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if len(p.Modules[0].Packages[0].Templates[0].Fields()) == 0 {
			b.Fatal("no fields")
		}
	}
}
