package encode

import (
	"reflect"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// The names are those of the attribute maps of the Python client's own classes.
func TestPythonAttributes(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"containers":                   "containers",
		"hostIPC":                      "host_ipc",
		"hostPID":                      "host_pid",
		"setHostnameAsFQDN":            "set_hostname_as_fqdn",
		"automountServiceAccountToken": "automount_service_account_token",
		"dnsPolicy":                    "dns_policy",
		"targetWWNs":                   "target_ww_ns",
		"downwardAPI":                  "downward_api",
		"awsElasticBlockStore":         "aws_elastic_block_store",
		"gcePersistentDisk":            "gce_persistent_disk",
		"scaleIO":                      "scale_io",
		"fsType":                       "fs_type",
		"tcpSocket":                    "tcp_socket",
		"exec":                         "_exec",
		"from":                         "_from",
		"valueFrom":                    "value_from",
		"hostnameOverride":             "hostname_override",
	} {
		if got := pythonAttribute(key); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
}

// Every field that a pod spec can have has an attribute name that Python takes,
// no two of one class the same.
func TestPythonAttributesAreNames(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		if seen[typ] || !isModel(typ) {
			return
		}
		seen[typ] = true
		attributes := map[string]string{}
		for key, field := range jsonFields(typ) {
			a := pythonAttribute(key)
			if other := attributes[a]; other != "" || strings.Trim(a, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
				t.Errorf("%s: %s is %q, as is %q", typ, key, a, other)
			}
			attributes[a] = key
			visit(field)
		}
	}
	visit(reflect.TypeFor[corev1.PodSpec]())
	if len(seen) < 80 {
		t.Errorf("only %d types were seen", len(seen))
	}
}

func TestPythonNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"gpu": "gpu", "a100-train": "a100_train", "4gpu": "_4gpu", "class": "class_", "": "_", "PodTemplate": "PodTemplate_", "V1Pod": "V1Pod_", "tür": "t_r",
	} {
		if got := pythonName(name); got != want {
			t.Errorf("%q is %s, want %s", name, got, want)
		}
	}
	got, err := pythonNames([]*Object{{Package: "./train", Name: "gpu"}, {Package: "./eval", Name: "gpu"}, {Package: ".", Name: "cpu"}})
	if want := []string{"train_gpu", "eval_gpu", "cpu"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the names are %v, %v", got, err)
	}
	if _, err := pythonNames([]*Object{{Package: "./a", Name: "b-c"}, {Package: "./a", Name: "b_c"}}); err == nil {
		t.Error("two objects got the same variable")
	}
}
