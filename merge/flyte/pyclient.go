package flyte

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// PythonClientPodSpec returns spec, the JSON of a PodSpec, as flytekit sees it
// when it is read with version 22.6.0 of Kubernetes' Python client, in generic
// form: fields that the client does not know are dropped, null counts as missing,
// scalars are converted, and a missing field that the client requires is an
// *Error. A null spec gives nil.
func PythonClientPodSpec(spec []byte) (map[string]any, error) {
	d := json.NewDecoder(strings.NewReader(string(spec)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil || v == nil {
		return nil, err
	}
	if _, ok := v.(map[string]any); !ok {
		return nil, fmt.Errorf("a pod spec is a map, not %s", pythonText(v))
	}
	out, err := pythonRead(v, reflect.TypeFor[corev1.PodSpec]())
	if err != nil {
		return nil, err
	}
	return out.(map[string]any), nil // of a map for a struct
}

// newerThanClient are the fields that the client does not know, by type.
var newerThanClient = map[string][]string{
	"ConfigMapVolumeSource":     {"defaultUser"},
	"Container":                 {"resizePolicy", "restartPolicy", "restartPolicyRules"},
	"DownwardAPIVolumeFile":     {"user"},
	"DownwardAPIVolumeSource":   {"defaultUser"},
	"EmptyDirVolumeSource":      {"mode"},
	"EnvVarSource":              {"fileKeyRef"},
	"EphemeralContainer":        {"resizePolicy", "restartPolicy", "restartPolicyRules"},
	"HTTPGetAction":             {"protocol"},
	"KeyToPath":                 {"user"},
	"Lifecycle":                 {"stopSignal"},
	"LifecycleHandler":          {"sleep"},
	"PersistentVolumeClaimSpec": {"volumeAttributesClassName"},
	"PodAffinityTerm":           {"matchLabelKeys", "mismatchLabelKeys"},
	"PodSecurityContext":        {"appArmorProfile", "seLinuxChangePolicy", "supplementalGroupsPolicy"},
	"PodSpec": {
		"evictionResponders", "hostUsers", "hostnameOverride", "os", "resourceClaims", "resources", "schedulingGates", "schedulingGroup",
	},
	"Probe":                         {"grpc"},
	"ProjectedVolumeSource":         {"defaultUser"},
	"ResourceRequirements":          {"claims"},
	"SecretVolumeSource":            {"defaultUser"},
	"SecurityContext":               {"appArmorProfile"},
	"ServiceAccountTokenProjection": {"user"},
	"TopologySpreadConstraint":      {"matchLabelKeys", "minDomains", "nodeAffinityPolicy", "nodeTaintsPolicy"},
	"TypedObjectReference":          {"namespace"},
	"Volume":                        {"image"},
	"VolumeMount":                   {"bindMountOptions", "recursiveReadOnly"},
	"VolumeProjection":              {"clusterTrustBundle", "podCertificate"},
}

// clientRequires are the fields without which the client makes no object, in the
// order in which it looks at them.
var clientRequires = map[string][]string{
	"AWSElasticBlockStoreVolumeSource":  {"volumeID"},
	"AzureDiskVolumeSource":             {"diskName", "diskURI"},
	"AzureFileVolumeSource":             {"secretName", "shareName"},
	"CSIVolumeSource":                   {"driver"},
	"CephFSVolumeSource":                {"monitors"},
	"CinderVolumeSource":                {"volumeID"},
	"ConfigMapKeySelector":              {"key"},
	"Container":                         {"name"},
	"ContainerPort":                     {"containerPort"},
	"DownwardAPIVolumeFile":             {"path"},
	"EnvVar":                            {"name"},
	"EphemeralContainer":                {"name"},
	"FlexVolumeSource":                  {"driver"},
	"GCEPersistentDiskVolumeSource":     {"pdName"},
	"GitRepoVolumeSource":               {"repository"},
	"GlusterfsVolumeSource":             {"endpoints", "path"},
	"HTTPGetAction":                     {"port"},
	"HTTPHeader":                        {"name", "value"},
	"HostPathVolumeSource":              {"path"},
	"ISCSIVolumeSource":                 {"iqn", "lun", "targetPortal"},
	"KeyToPath":                         {"key", "path"},
	"LabelSelectorRequirement":          {"key", "operator"},
	"NFSVolumeSource":                   {"path", "server"},
	"NodeSelector":                      {"nodeSelectorTerms"},
	"NodeSelectorRequirement":           {"key", "operator"},
	"ObjectFieldSelector":               {"fieldPath"},
	"OwnerReference":                    {"apiVersion", "kind", "name", "uid"},
	"PersistentVolumeClaimTemplate":     {"spec"},
	"PersistentVolumeClaimVolumeSource": {"claimName"},
	"PhotonPersistentDiskVolumeSource":  {"pdID"},
	"PodAffinityTerm":                   {"topologyKey"},
	"PodReadinessGate":                  {"conditionType"},
	"PodSpec":                           {"containers"},
	"PortworxVolumeSource":              {"volumeID"},
	"PreferredSchedulingTerm":           {"preference", "weight"},
	"QuobyteVolumeSource":               {"registry", "volume"},
	"RBDVolumeSource":                   {"image", "monitors"},
	"ResourceFieldSelector":             {"resource"},
	"ScaleIOVolumeSource":               {"gateway", "secretRef", "system"},
	"SeccompProfile":                    {"type"},
	"SecretKeySelector":                 {"key"},
	"ServiceAccountTokenProjection":     {"path"},
	"Sysctl":                            {"name", "value"},
	"TCPSocketAction":                   {"port"},
	"TopologySpreadConstraint":          {"maxSkew", "topologyKey", "whenUnsatisfiable"},
	"TypedLocalObjectReference":         {"kind", "name"},
	"TypedObjectReference":              {"kind", "name"},
	"Volume":                            {"name"},
	"VolumeDevice":                      {"devicePath", "name"},
	"VolumeMount":                       {"mountPath", "name"},
	"VsphereVirtualDiskVolumeSource":    {"volumePath"},
	"WeightedPodAffinityTerm":           {"podAffinityTerm", "weight"},
}

// pythonRead reads v as a value of the Go type t's counterpart in the client.
func pythonRead(v any, t reflect.Type) (any, error) {
	if v == nil {
		return nil, nil
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t {
	case reflect.TypeFor[resource.Quantity]():
		return pythonString(v), nil
	case reflect.TypeFor[intstr.IntOrString](), reflect.TypeFor[metav1.Time](), reflect.TypeFor[metav1.FieldsV1]():
		return v, nil
	}
	switch t.Kind() {
	case reflect.String:
		return pythonString(v), nil
	case reflect.Bool:
		return pythonTrue(v), nil
	case reflect.Int, reflect.Int32, reflect.Int64:
		return pythonInt(v)
	case reflect.Slice:
		return pythonList(v, t.Elem())
	case reflect.Map:
		return pythonDict(v, t.Elem())
	case reflect.Struct:
		return pythonObject(v, t)
	}
	return v, nil
}

func pythonString(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return pythonText(v)
}

func pythonInt(v any) (any, error) {
	switch n := v.(type) {
	case bool:
		if n {
			return json.Number("1"), nil
		}
		return json.Number("0"), nil
	case json.Number:
		if whole, frac, ok := strings.Cut(string(n), "."); ok && !strings.ContainsAny(frac, "eE") {
			return json.Number(whole), nil
		}
		return n, nil
	case string:
		if _, err := json.Number(strings.TrimSpace(n)).Int64(); err == nil {
			return json.Number(strings.TrimSpace(n)), nil
		}
		return nil, registrationError(nil, "ValueError", "invalid literal for int() with base 10: %s", pythonText(n))
	}
	return v, nil
}

func pythonList(v any, elem reflect.Type) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, registrationError(nil, "TypeError", "%s is not a list", pythonText(v))
	}
	out := make([]any, len(list))
	for i, e := range list {
		var err error
		if out[i], err = pythonRead(e, elem); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func pythonDict(v any, elem reflect.Type) (any, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, registrationError(nil, "AttributeError", "%s is not a dict", pythonText(v))
	}
	out := make(map[string]any, len(m))
	for k, e := range m {
		var err error
		if out[k], err = pythonRead(e, elem); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// pythonObject reads one object. What is not a map gives one without fields.
func pythonObject(v any, t reflect.Type) (any, error) {
	m, _ := v.(map[string]any)
	out := map[string]any{}
	if err := pythonFields(m, t, newerThanClient[t.Name()], out); err != nil {
		return nil, err
	}
	for _, name := range clientRequires[t.Name()] {
		if _, ok := out[name]; !ok {
			return nil, registrationError(nil, "ValueError", "Invalid value for `%s`, must not be `None`", snakeCase(name))
		}
	}
	return out, nil
}

// pythonFields reads the fields of m that t has into out, but those of newer.
func pythonFields(m map[string]any, t reflect.Type, newer []string, out map[string]any) error {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" && f.Type.Kind() == reflect.Struct {
			if err := pythonFields(m, f.Type, newer, out); err != nil {
				return err
			}
			continue
		}
		v, ok := m[name]
		if !ok || v == nil || slices.Contains(newer, name) {
			continue
		}
		read, err := pythonRead(v, f.Type)
		if err != nil {
			return err
		}
		out[name] = read
	}
	return nil
}

var lowerUpper = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// snakeCase is the client's own name for a field.
func snakeCase(name string) string {
	return strings.ToLower(lowerUpper.ReplaceAllString(name, "${1}_${2}"))
}
