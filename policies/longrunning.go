package policies

import (
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// longRunning are programs that never end by themselves, as the last part of
// their images' names or as their containers are usually called.
var longRunning = []string{
	"alloy", "aws-otel-collector", "cloud-sql-proxy", "cloudsql-docker", "cloudsql-proxy", "cloudwatch-agent", "consul-dataplane", "datadog-agent",
	"dcgm-exporter", "envoy", "filebeat", "fluent-bit", "fluentd", "gce-proxy", "grafana-agent", "haproxy", "istio-proxy", "jaeger-agent",
	"linkerd-proxy", "memcached", "mysql", "nginx", "node-exporter", "opentelemetry-collector", "opentelemetry-collector-contrib", "otel-collector",
	"postgres", "promtail", "proxyv2", "pushgateway", "redis", "statsd-exporter", "telegraf", "traefik", "vault-agent", "vector",
}

// runsForEver says what tells that the container does not end, "" if nothing
// does: its name or its image is known, or its command is an endless wait.
func runsForEver(c Container, known []string) string {
	repository := parseImage(c.Image).repository
	image := repository[strings.LastIndexByte(repository, '/')+1:]
	switch {
	case c.Image != "" && (slices.Contains(known, image) || slices.Contains(known, strings.TrimSuffix(image, "-oss"))):
		return "image " + c.Image + " is a server"
	case slices.Contains(known, c.Name):
		return c.Name + " is a server"
	}
	command := strings.Join(c.Command, " ") + " " + strings.Join(c.Args, " ")
	for _, wait := range []string{"sleep infinity", "sleep inf", "tail -f /dev/null", "while true; do sleep", "while :; do sleep"} {
		if strings.Contains(command, wait) {
			return "it waits for ever (" + wait + ")"
		}
	}
	return ""
}

// equalContainers compares two containers; resources are left to the caller,
// since an empty list and none are the same.
func equalContainers(a, b corev1.Container) bool {
	a.Resources, b.Resources = corev1.ResourceRequirements{}, corev1.ResourceRequirements{}
	return reflect.DeepEqual(a, b)
}
