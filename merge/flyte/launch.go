package flyte

import (
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/podcue/podcue/provenance"
)

const (
	secretsAnnotation  = "flyte.secrets/s" // and the index of the secret
	injectSecretsLabel = "inject-flyte-secrets"
	identityLabel      = "execution-identity"
)

// addLaunchMetadata is what Flyte 1's engine adds to the execution's labels and
// annotations before the plugin builds the Pod; it beats the execution's own.
func addLaunchMetadata(b *builder) error {
	e := *b.exec
	e.Labels, e.Annotations = maps.Clone(e.Labels), maps.Clone(e.Annotations)
	b.exec = &e
	addSecrets(b.task.SecurityContext, &e.Labels, &e.Annotations, b.execSrc, at(b.taskSrc, "securityContext", "secrets"))
	if sc := e.SecurityContext; sc != nil && sc.RunAs != nil && sc.RunAs.ExecutionIdentity != "" {
		value := identityValue(sc.RunAs.ExecutionIdentity)
		union(&e.Labels, map[string]string{identityLabel: value}, nil, nil, "")
		won(b.execSrc.Field("labels").Field(identityLabel), value,
			originOf(at(b.execSrc, "securityContext", "runAs", "executionIdentity"), "execution-identity"))
	}
	return nil
}

// addSecrets announces the task's secrets to the webhook that injects them.
func addSecrets(sc *SecurityContext, labels, annotations *map[string]string, t, src *provenance.Tree) {
	if sc == nil || len(sc.Secrets) == 0 {
		return
	}
	for i, s := range sc.Secrets {
		key, value := fmt.Sprint(secretsAnnotation, i), s.encode()
		union(annotations, map[string]string{key: value}, nil, nil, "")
		won(t.Field("annotations").Field(key), value, originOf(item(src, i), "secrets"))
	}
	union(labels, map[string]string{injectSecretsLabel: "true"}, nil, nil, "")
	won(t.Field("labels").Field(injectSecretsLabel), "true", originOf(src, "secrets"))
}

// encode returns the protobuf text form of the secret, fit for an annotation.
func (s *Secret) encode() string {
	var b strings.Builder
	quoted := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, protoQuote(value))
		}
	}
	quoted("group", s.Group)
	quoted("group_version", s.GroupVersion)
	quoted("key", s.Key)
	if s.MountRequirement != "" && s.MountRequirement != "ANY" {
		fmt.Fprintf(&b, "mount_requirement: %s\n", s.MountRequirement)
	}
	quoted("env_var", s.EnvVar)
	return strings.TrimRight(lowerBase32.EncodeToString([]byte(b.String())), "=")
}

// protoQuote quotes s as protobuf's text form does: what is not printable ASCII
// is written in octal, byte by byte.
func protoQuote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(s) {
		switch c {
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			if c >= 0x20 && c < 0x7f {
				b.WriteByte(c)
			} else {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}

var notIdentity = regexp.MustCompile(`[^a-z0-9-]+`)

// identityValue makes a label value of an execution identity.
func identityValue(identity string) string {
	v := notIdentity.ReplaceAllString(strings.ToLower(identity), "-")
	return strings.Trim(v[:min(len(v), 63)], "-")
}
