package flyte

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// A LiteralMap is core.LiteralMap: the inputs of an execution, by name. It
// decodes from protojson. The zero value means that there are none to read, and
// then references to inputs stay literal; an empty map of literals refuses them.
type LiteralMap struct {
	literals protoreflect.Map
}

// UnmarshalJSON reads protojson.
func (m *LiteralMap) UnmarshalJSON(data []byte) error {
	msg := newMessage("LiteralMap")
	if err := protojson.Unmarshal(data, msg); err != nil {
		return fmt.Errorf("inputs: %w", protoError(err))
	}
	m.literals = nil
	var present struct{ Literals *json.RawMessage }
	if json.Unmarshal(data, &present) == nil && present.Literals != nil {
		m.literals = msg.Get(field(msg, "literals")).Map()
	}
	return nil
}

// MarshalJSON writes protojson, {} for no inputs.
func (m LiteralMap) MarshalJSON() ([]byte, error) {
	out := map[string]json.RawMessage{}
	if m.literals == nil {
		return []byte("{}"), nil
	}
	var failed error
	m.literals.Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
		out[k.String()], failed = protojson.Marshal(v.Message().Interface())
		return failed == nil
	})
	if failed != nil {
		return nil, failed
	}
	return json.Marshal(map[string]any{"literals": out})
}

// read reports whether there are inputs to read.
func (m LiteralMap) read() bool { return m.literals != nil }

// text returns input name as it appears in a command line.
func (m LiteralMap) text(name string) (string, error) {
	key := protoreflect.ValueOfString(name).MapKey()
	if !m.literals.Has(key) {
		return "", fmt.Errorf("requested input is not found [%s]", name)
	}
	s, err := literalText(m.literals.Get(key).Message())
	if err != nil {
		return "", fmt.Errorf("failed to bind a value to inputName [%s]: %w", name, err)
	}
	return s, nil
}

func field(m protoreflect.Message, name string) protoreflect.FieldDescriptor {
	return m.Descriptor().Fields().ByName(protoreflect.Name(name))
}

// which returns the field of the oneof value that is set, "" for none, and its
// value.
func which(m protoreflect.Message) (string, protoreflect.Value) {
	fd := m.WhichOneof(m.Descriptor().Oneofs().ByName("value"))
	if fd == nil {
		return "", protoreflect.Value{}
	}
	return string(fd.Name()), m.Get(fd)
}

func literalText(l protoreflect.Message) (string, error) {
	kind, v := which(l)
	switch kind {
	case "collection":
		list := v.Message().Get(field(v.Message(), "literals")).List()
		parts := make([]string, list.Len())
		for i := range parts {
			var err error
			if parts[i], err = literalText(list.Get(i).Message()); err != nil {
				return "", err
			}
		}
		return "[" + strings.Join(parts, ",") + "]", nil
	case "scalar":
		return scalarText(v.Message())
	}
	return "", fmt.Errorf("received an unexpected primitive type [%s]", kind)
}

func scalarText(s protoreflect.Message) (string, error) {
	kind, v := which(s)
	switch kind {
	case "primitive":
		return primitiveText(v.Message())
	case "blob", "schema":
		return v.Message().Get(field(v.Message(), "uri")).String(), nil
	case "binary":
		// Deviation: MessagePack values are not decoded.
		return "", fmt.Errorf("unsupported binary tag [%s]", v.Message().Get(field(v.Message(), "tag")).String())
	}
	return "", fmt.Errorf("received an unexpected scalar type [%s]", kind)
}

func primitiveText(p protoreflect.Message) (string, error) {
	kind, v := which(p)
	switch kind {
	case "":
		return "", fmt.Errorf("received an unexpected primitive type []")
	case "datetime":
		t := &timestamppb.Timestamp{}
		convert(v.Message(), t)
		return t.AsTime().Format(time.RFC3339Nano), nil
	case "duration":
		d := &durationpb.Duration{}
		convert(v.Message(), d)
		return durationText(d), nil
	}
	return fmt.Sprint(v.Interface()), nil
}

// convert copies the dynamic message src into dst, of the same type.
func convert(src protoreflect.Message, dst proto.Message) {
	if b, err := proto.Marshal(src.Interface()); err == nil {
		_ = proto.Unmarshal(b, dst) // the same type: what was marshalled fits
	}
}

// durationText is the text form of a duration message. Flyte prints it with a
// random number of blanks between the fields; here it is one.
func durationText(d *durationpb.Duration) string {
	var parts []string
	if d.Seconds != 0 {
		parts = append(parts, fmt.Sprintf("seconds:%d", d.Seconds))
	}
	if d.Nanos != 0 {
		parts = append(parts, fmt.Sprintf("nanos:%d", d.Nanos))
	}
	return strings.Join(parts, " ")
}
