package e2e

import "strings"

// documents are objects that are wrong before they are validated, or that the
// server changes before it does.
func documents() []object {
	const (
		head = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"t"`
		main = `"spec":{"containers":[{"name":"main","image":"a"`
	)
	pods := map[string]string{
		"empty":              ``,
		"blank":              `   `,
		"no object":          `[]`,
		"a string":           `"x"`,
		"cut off":            head,
		"unknown kind":       `{"apiVersion":"v1","kind":"Pood","metadata":{"name":"t"}}`,
		"wrong version":      `{"apiVersion":"v2","kind":"Pod","metadata":{"name":"t"}}`,
		"wrong group":        `{"apiVersion":"apps/v1","kind":"Pod","metadata":{"name":"t"}}`,
		"other kind":         `{"apiVersion":"v1","kind":"Service","metadata":{"name":"t"},"spec":{}}`,
		"other kind, wrong":  `{"apiVersion":"v1","kind":"Service","metadata":{"name":"t"},"spec":{"nope":1}}`,
		"no kind":            `{"metadata":{"name":"t"},` + main + `}]}}`,
		"kind of wrong type": `{"apiVersion":"v1","kind":1}`,
		"case variant":       head + `},` + main + `}],"RestartPolicy":"Never"}}`,
		"duplicate":          head + `},` + main + `}],"hostPID":true,"hostPID":false}}`,
		"several":            head + `},` + main + `,"x":1,"env":[{"name":"A","vale":"b"}]}],"y":{}}}`,
		"wrong type":         head + `},` + main + `},{"name":"side","image":7}]}}`,
		"wrong element":      head + `},` + main + `,"args":["x",1]}]}}`,
		"wrong entry":        head + `,"labels":{"a":true}},` + main + `}]}}`,
		"quantity":           head + `},` + main + `,"resources":{"limits":{"memory":"1 GB"}}}]}}`,
		"overflow":           head + `},` + main + `}],"terminationGracePeriodSeconds":1e30}}`,
		"bad int or string":  head + `},` + main + `,"livenessProbe":{"httpGet":{"port":{}}}}]}}`,
		"bad time":           head + `,"deletionTimestamp":"yesterday"},` + main + `}]}}`,
		"null spec":          head + `},"spec":null}`,
		"null container":     head + `},"spec":{"containers":[null]}}`,
		"not UTF-8":          "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"\xff\"}}",
		"trailing":           head + `},` + main + `}]}} x`,
		"deep":               head + `},"spec":{"x":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}}`,
		"too large":          head + `,"annotations":{"a":"` + strings.Repeat("a", 3<<20) + `"}},` + main + `}]}}`,
		"large":              head + `,"annotations":{"a":"` + strings.Repeat("a", 1<<20) + `"}},` + main + `}]}}`,
		"many":               head + `},"spec":{"containers":[` + strings.Repeat(`{"name":"a"},`, 500) + `{"name":"a"}]}}`,
		"status":             head + `},` + main + `}]},"status":{"phase":"Running"}}`,
		"system fields":      head + `,"uid":"u","generation":7,"creationTimestamp":"2024-01-01T00:00:00Z","selfLink":"x"},` + main + `}]}}`,
		"no name":            `{"apiVersion":"v1","kind":"Pod","metadata":{},` + main + `}]}}`,
		"name of two labels": `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a.b"},` + main + `}]}}`,
		"bad name":           `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"A_b"},` + main + `}]}}`,
		"bad finalizer":      head + `,"finalizers":["x"]},` + main + `}]}}`,
		"owners twice": head + `,"ownerReferences":[{"apiVersion":"v1","kind":"A","name":"a","uid":"u"},{"apiVersion":"v1","kind":"A","name":"a","uid":"u"},` +
			`{"apiVersion":"v1","kind":"A","name":"b","uid":"u"}]},` + main + `}]}}`,
		"AppArmor annotation":     head + `,"annotations":{"container.apparmor.security.beta.kubernetes.io/main":"runtime/default"}},` + main + `}]}}`,
		"bad AppArmor annotation": head + `,"annotations":{"container.apparmor.security.beta.kubernetes.io/main":"nope"}},` + main + `}]}}`,
		"AppArmor of the pod": head + `,"annotations":{"container.apparmor.security.beta.kubernetes.io/main":"runtime/default"}},` +
			main + `}],"securityContext":{"appArmorProfile":{"type":"RuntimeDefault"}}}}`,
		"seccomp annotation": head + `,"annotations":{"seccomp.security.alpha.kubernetes.io/pod":"unconfined"}},` + main + `}]}}`,
		"match label keys": head + `,"labels":{"app":"a"}},` + main + `}],"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule",` +
			`"labelSelector":{"matchLabels":{"x":"y"}},"matchLabelKeys":["app","other"]}],"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[` +
			`{"topologyKey":"zone","labelSelector":{"matchLabels":{"x":"y"}},"matchLabelKeys":["app"]}],"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,` +
			`"podAffinityTerm":{"topologyKey":"zone","labelSelector":{"matchLabels":{"x":"y"}},"mismatchLabelKeys":["app"]}}]}}}}`,
		"resources of the pod": head + `},` + main + `,"resources":{"requests":{"cpu":"1"},"limits":{"cpu":"2","memory":"1Gi"}}}],"resources":{"limits":{"cpu":"4"}}}}`,
		"stop signal":          head + `},` + main + `,"lifecycle":{"stopSignal":"SIGTERM"}}],"os":{"name":"linux"}}}`,
		"privileged":           head + `},` + main + `,"securityContext":{"privileged":true}}]}}`,
	}
	var objects []object
	for name, doc := range pods {
		objects = append(objects, object{"document/" + name, "Pod", []byte(doc)})
	}
	for name, doc := range map[string]string{
		"empty":      ``,
		"no kind":    `{"metadata":{"name":"t"},"template":{` + main + `}]}}}`,
		"other kind": head + `},` + main + `}]}}`,
		"unknown":    `{"apiVersion":"v1","kind":"PodTemplate","metadata":{"name":"t"},"spec":{}}`,
		"no name":    `{"apiVersion":"v1","kind":"PodTemplate","template":{` + main + `}]}}}`,
		"AppArmor": `{"apiVersion":"v1","kind":"PodTemplate","metadata":{"name":"t"},"template":{"metadata":{"annotations":` +
			`{"container.apparmor.security.beta.kubernetes.io/main":"runtime/default"}},` + main + `}]}}}`,
	} {
		objects = append(objects, object{"document/template/" + name, "PodTemplate", []byte(doc)})
	}
	return objects
}
