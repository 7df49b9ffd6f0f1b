package validation

import (
	"encoding/hex"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubernetes/pkg/apis/core"
)

// maxRequest is the size of the largest request that a server reads.
const maxRequest = 3 * 1024 * 1024

// schemeName is the name that a server's scheme has in its error messages.
const schemeName = "pkg/api/legacyscheme/scheme.go:30"

// JSON returns the verdict of Kubernetes version on a document that is sent to
// create an object of kind, which is Pod or PodTemplate. It is decoded strictly, as
// the server does for kubectl: unknown and duplicate fields are refused, and case
// counts. An error means that version or kind is not supported; what is wrong
// with the document is in the Verdict.
func JSON(version, kind string, data []byte) (*Verdict, error) {
	if kind != "Pod" && kind != "PodTemplate" {
		return nil, fmt.Errorf("unsupported kind %q: it is Pod or PodTemplate", kind)
	}
	return judge(version, kind, func(s *server, version string) *Verdict {
		at := place("", parse(data))
		obj, v := s.decode(kind, data)
		switch obj := obj.(type) {
		case *corev1.Pod:
			return s.pod(version, obj, at)
		case *corev1.PodTemplate:
			return s.template(version, obj, at)
		}
		v.locate(at)
		return v
	})
}

// decode decodes data as the server does when it is sent to create an object of
// kind. It returns a versioned object of that kind or a Verdict that refuses it.
func (s *server) decode(kind string, data []byte) (runtime.Object, *Verdict) {
	v := &Verdict{}
	if len(data) > maxRequest {
		v.Refusal = fmt.Sprintf("Request entity too large: limit is %d", maxRequest)
		return nil, v
	}
	var want runtime.Object = &core.Pod{}
	if kind == "PodTemplate" {
		want = &core.PodTemplate{}
	}
	gvk := schema.GroupVersionKind{Version: "v1", Kind: kind}
	obj, actual, err := s.strict.Decode(data, &gvk, want)
	if obj != nil && actual.Kind != kind {
		// The server decodes whatever kind the document says, and then tries to
		// convert it.
		err = s.scheme.Convert(obj, want, nil)
	}
	if err == nil {
		return obj, nil
	}
	if strict, ok := runtime.AsStrictDecodingError(err); ok {
		for _, e := range strict.Errors() {
			v.Decoding = append(v.Decoding, Cause{Message: e.Error()})
		}
	} else {
		v.Decoding = []Cause{{Message: s.rename(err)}}
	}
	if actual == nil || actual.Kind == "" {
		v.Refusal = fmt.Sprintf("the object provided is unrecognized (must be of type %s): %v (%s)", kind, err, summary(data))
	} else {
		v.Refusal = fmt.Sprintf("%s in version %q cannot be handled as a %s: %s", actual.Kind, actual.Version, kind, s.rename(err))
	}
	return nil, v
}

// rename returns the text of err with the name that a server's scheme has.
func (s *server) rename(err error) string {
	return strings.ReplaceAll(err.Error(), s.scheme.Name(), schemeName)
}

// summary is what the server quotes of a document that it does not recognise.
func summary(data []byte) string {
	const most = 30
	if len(data) == 0 {
		return "<empty>"
	}
	encode, more := hex.EncodeToString, ""
	if data[0] == '{' {
		encode = func(b []byte) string { return string(b) }
	}
	if len(data) > most {
		data, more = data[:most], " ..."
	}
	return encode(data) + more
}
