package flyte

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	// The well-known types that the messages below refer to.
	_ "google.golang.org/protobuf/types/known/durationpb"
	_ "google.golang.org/protobuf/types/known/structpb"
	_ "google.golang.org/protobuf/types/known/timestamppb"
	_ "google.golang.org/protobuf/types/known/wrapperspb"
)

// idlMessages lists the messages of flyteidl2.core that a task's JSON form is
// made of, with the field names, numbers and types of the wire protocol. It
// exists so that tasks are read by protojson itself, with all its tolerance
// (camelCase and snake_case, enums by name or number, 64-bit integers as
// strings), and so that the interface which copilot gets on its command line
// has the same bytes.
//
// A field is "name number type"; types are scalars, @Message, %Enum, and
// .google… for well-known types. A leading "*" makes it repeated, "map " a
// string-keyed map, and a trailing "|group" puts it into a oneof.
var idlMessages = map[string]string{
	"Identifier":     "resource_type 1 %ResourceType; project 2 string; domain 3 string; name 4 string; version 5 string; org 6 string",
	"SchemaType":     "columns 3 *@SchemaColumn",
	"SchemaColumn":   "name 1 string; type 2 %SchemaColumnType",
	"DatasetColumn":  "name 1 string; literal_type 2 @LiteralType",
	"BlobType":       "format 1 string; dimensionality 2 %BlobDimensionality",
	"EnumType":       "values 1 *string",
	"UnionType":      "variants 1 *@LiteralType",
	"TypeStructure":  "tag 1 string; dataclass_type 2 map @LiteralType",
	"TypeAnnotation": "annotations 1 .google.protobuf.Struct",
	"StructuredDatasetType": "columns 1 *@DatasetColumn; format 2 string; external_schema_type 3 string; " +
		"external_schema_bytes 4 bytes",
	"LiteralType": "simple 1 %SimpleType|type; schema 2 @SchemaType|type; collection_type 3 @LiteralType|type; " +
		"map_value_type 4 @LiteralType|type; blob 5 @BlobType|type; metadata 6 .google.protobuf.Struct; " +
		"enum_type 7 @EnumType|type; structured_dataset_type 8 @StructuredDatasetType|type; " +
		"annotation 9 @TypeAnnotation; union_type 10 @UnionType|type; structure 11 @TypeStructure",
	"Variable":       "type 1 @LiteralType; description 2 string; artifact_partial_id 3 @ArtifactID; artifact_tag 4 @ArtifactTag",
	"VariableEntry":  "key 1 string; value 2 @Variable",
	"VariableMap":    "variables 1 *@VariableEntry",
	"TypedInterface": "inputs 1 @VariableMap; outputs 2 @VariableMap",

	"ArtifactKey":         "project 1 string; domain 2 string; name 3 string; org 4 string",
	"ArtifactBindingData": "partition_key 5 string|partition_data; bind_to_time_partition 6 bool|partition_data; time_transform 7 @TimeTransform",
	"TimeTransform":       "transform 1 string; op 2 %Operator",
	"InputBindingData":    "var 1 string",
	"RuntimeBinding":      "",
	"LabelValue": "static_value 1 string|value; time_value 2 .google.protobuf.Timestamp|value; " +
		"triggered_binding 3 @ArtifactBindingData|value; input_binding 4 @InputBindingData|value; runtime_binding 5 @RuntimeBinding|value",
	"Partitions":    "value 1 map @LabelValue",
	"TimePartition": "value 1 @LabelValue; granularity 2 %Granularity",
	"ArtifactID":    "artifact_key 1 @ArtifactKey; version 2 string; partitions 3 @Partitions; time_partition 4 @TimePartition",
	"ArtifactTag":   "artifact_key 1 @ArtifactKey; value 2 @LabelValue",

	"Secret":       "group 1 string; group_version 2 string; key 3 string; mount_requirement 4 %MountType; env_var 5 string",
	"OAuth2Client": "client_id 1 string; client_secret 2 @Secret",
	"Identity":     "iam_role 1 string; k8s_service_account 2 string; oauth2_client 3 @OAuth2Client; execution_identity 4 string",
	"OAuth2TokenRequest": "name 1 string; type 2 %TokenType; client 3 @OAuth2Client; idp_discovery_endpoint 4 string; " +
		"token_endpoint 5 string",
	"SecurityContext": "run_as 1 @Identity; secrets 2 *@Secret; tokens 3 *@OAuth2TokenRequest; connection_ref 4 string",

	"Resources":         "requests 1 *@ResourceEntry; limits 2 *@ResourceEntry",
	"ResourceEntry":     "name 1 %ResourceName; value 2 string",
	"GPUAccelerator":    "device 1 string; unpartitioned 2 bool|partition_size_value; partition_size 3 string|partition_size_value; device_class 4 %DeviceClass",
	"SharedMemory":      "mount_path 1 string; mount_name 2 string; size_limit 3 string",
	"ExtendedResources": "gpu_accelerator 1 @GPUAccelerator; shared_memory 2 @SharedMemory",
	"RuntimeMetadata":   "type 1 %RuntimeType; version 2 string; flavor 3 string",
	"RetryStrategy":     "retries 5 uint32; backoff 6 @Backoff",
	"Backoff":           "base 1 .google.protobuf.Duration; factor 2 double; cap 3 .google.protobuf.Duration",
	"TimeoutStrategy":   "queued_timeout 1 .google.protobuf.Duration; deadline 2 .google.protobuf.Duration",
	"RunIdentifier":     "org 1 string; project 2 string; domain 3 string; name 4 string",
	"TaskLog": "uri 1 string; name 2 string; message_format 3 %MessageFormat; ttl 4 .google.protobuf.Duration; " +
		"ShowWhilePending 5 bool; HideOnceFinished 6 bool; link_type 7 %LinkType; ready 8 bool; icon_uri 9 string",
	"TaskMetadata": "discoverable 1 bool; runtime 2 @RuntimeMetadata; timeout 4 .google.protobuf.Duration; " +
		"retries 5 @RetryStrategy; discovery_version 6 string; deprecated_error_message 7 string; " +
		"interruptible 8 bool|interruptible_value; cache_serializable 9 bool; tags 11 map string; pod_template_name 12 string; " +
		"cache_ignore_input_vars 13 *string; is_eager 14 bool; generates_deck 15 .google.protobuf.BoolValue; " +
		"metadata 16 @K8sObjectMetadata; debuggable 17 bool; log_links 18 *@TaskLog; image_build_run 19 @RunIdentifier; " +
		"is_entrypoint 20 bool; code_bundle_uri 21 string; timeouts 22 @TimeoutStrategy; produces_artifacts 23 bool",
	"KeyValuePair":  "key 1 string; value 2 string",
	"ContainerPort": "container_port 1 uint32; name 2 string",
	"Container": "image 1 string; command 2 *string; args 3 *string; resources 4 @Resources; env 5 *@KeyValuePair; " +
		"config 6 *@KeyValuePair; ports 7 *@ContainerPort; data_config 9 @DataLoadingConfig; architecture 10 %Architecture",
	"IOStrategy": "download_mode 1 %DownloadMode; upload_mode 2 %UploadMode",
	"DataLoadingConfig": "enabled 1 bool; input_path 2 string; output_path 3 string; format 4 %LiteralMapFormat; " +
		"io_strategy 5 @IOStrategy; file_input_layout 6 %FileInputLayout",
	"K8sObjectMetadata": "labels 1 map string; annotations 2 map string",
	"K8sPod": "metadata 1 @K8sObjectMetadata; pod_spec 2 .google.protobuf.Struct; data_config 3 @DataLoadingConfig; " +
		"primary_container_name 4 string",
	"Sql": "statement 1 string; dialect 2 %Dialect",
	"ReusePolicy": "min_replicas 1 int32; max_replicas 2 int32; concurrency 3 int32; idle_ttl 4 .google.protobuf.Duration; " +
		"scaledown_ttl 5 .google.protobuf.Duration; scope 6 %Scope",
	"TaskTemplate": "id 1 @Identifier; type 2 string; metadata 3 @TaskMetadata; interface 4 @TypedInterface; " +
		"custom 5 .google.protobuf.Struct; container 6 @Container|target; task_type_version 7 int32; " +
		"security_context 8 @SecurityContext; extended_resources 9 @ExtendedResources; config 16 map string; " +
		"k8s_pod 17 @K8sPod|target; sql 18 @Sql|target; reuse_policy 19 @ReusePolicy",

	"Primitive": "integer 1 int64|value; float_value 2 double|value; string_value 3 string|value; boolean 4 bool|value; " +
		"datetime 5 .google.protobuf.Timestamp|value; duration 6 .google.protobuf.Duration|value",
	"Void":                      "",
	"Blob":                      "metadata 1 @BlobMetadata; uri 3 string",
	"BlobMetadata":              "type 1 @BlobType",
	"Binary":                    "value 1 bytes; tag 2 string",
	"Schema":                    "uri 1 string; type 3 @SchemaType",
	"Union":                     "value 1 @Literal; type 2 @LiteralType",
	"StructuredDatasetMetadata": "structured_dataset_type 1 @StructuredDatasetType",
	"StructuredDataset":         "uri 1 string; metadata 2 @StructuredDatasetMetadata",
	"Error":                     "failed_node_id 1 string; message 2 string",
	"Scalar": "primitive 1 @Primitive|value; blob 2 @Blob|value; binary 3 @Binary|value; schema 4 @Schema|value; " +
		"none_type 5 @Void|value; error 6 @Error|value; generic 7 .google.protobuf.Struct|value; " +
		"structured_dataset 8 @StructuredDataset|value; union 9 @Union|value",
	"LiteralOffloadedMetadata": "uri 1 string; size_bytes 2 uint64; inferred_type 3 @LiteralType",
	"LiteralCollection":        "literals 1 *@Literal",
	"LiteralMap":               "literals 1 map @Literal",
	"Literal": "scalar 1 @Scalar|value; collection 2 @LiteralCollection|value; map 3 @LiteralMap|value; hash 4 string; " +
		"metadata 5 map string; offloaded_metadata 8 @LiteralOffloadedMetadata|value",
}

// idlEnums lists the enums of the messages above: their values in the order of
// their numbers, from 0.
var idlEnums = map[string]string{
	"ResourceType":       "UNSPECIFIED TASK WORKFLOW LAUNCH_PLAN DATASET",
	"SimpleType":         "NONE INTEGER FLOAT STRING BOOLEAN DATETIME DURATION BINARY ERROR STRUCT",
	"SchemaColumnType":   "INTEGER FLOAT STRING BOOLEAN DATETIME DURATION",
	"BlobDimensionality": "SINGLE MULTIPART",
	"Granularity":        "UNSET MINUTE HOUR DAY MONTH",
	"Operator":           "MINUS PLUS",
	"MountType":          "ANY ENV_VAR FILE",
	"TokenType":          "CLIENT_CREDENTIALS",
	"ResourceName":       "UNKNOWN CPU GPU MEMORY STORAGE EPHEMERAL_STORAGE",
	"DeviceClass":        "NVIDIA_GPU GOOGLE_TPU AMAZON_NEURON AMD_GPU HABANA_GAUDI",
	"RuntimeType":        "OTHER FLYTE_SDK",
	"MessageFormat":      "UNKNOWN CSV JSON",
	"LinkType":           "EXTERNAL DASHBOARD IDE",
	"Architecture":       "UNKNOWN AMD64 ARM64 ARM_V6 ARM_V7",
	"DownloadMode":       "DOWNLOAD_EAGER DOWNLOAD_STREAM DO_NOT_DOWNLOAD",
	"UploadMode":         "UPLOAD_ON_EXIT UPLOAD_EAGER DO_NOT_UPLOAD",
	"LiteralMapFormat":   "JSON YAML PROTO",
	"FileInputLayout":    "DIRECT NAMED_DIR",
	"Dialect":            "UNDEFINED ANSI HIVE OTHER",
	"Scope":              "GLOBAL RUN",
}

const idlPackage = "podcue.flyteidl"

// idl resolves the tables into descriptors, once.
var idl = sync.OnceValue(func() protoreflect.FileDescriptor {
	file := &descriptorpb.FileDescriptorProto{
		Name: proto.String("podcue/flyteidl.proto"), Package: proto.String(idlPackage), Syntax: proto.String("proto3"),
		Dependency: []string{
			"google/protobuf/duration.proto", "google/protobuf/struct.proto",
			"google/protobuf/timestamp.proto", "google/protobuf/wrappers.proto",
		},
	}
	for name, fields := range idlMessages {
		file.MessageType = append(file.MessageType, idlMessage(name, fields))
	}
	// Enums live in a message each, so that equal value names do not clash.
	for name, values := range idlEnums {
		enum := &descriptorpb.EnumDescriptorProto{Name: proto.String("E")}
		for i, v := range strings.Fields(values) {
			enum.Value = append(enum.Value, &descriptorpb.EnumValueDescriptorProto{Name: proto.String(v), Number: proto.Int32(int32(i))})
		}
		file.MessageType = append(file.MessageType, &descriptorpb.DescriptorProto{
			Name: proto.String("Enum" + name), EnumType: []*descriptorpb.EnumDescriptorProto{enum},
		})
	}
	fd, err := protodesc.NewFile(file, protoregistry.GlobalFiles)
	if err != nil {
		panic("flyte: the tables of flyteidl messages are inconsistent: " + err.Error())
	}
	return fd
})

// newMessage returns an empty message of the table idlMessages.
func newMessage(name string) *dynamicpb.Message {
	return dynamicpb.NewMessage(idl().Messages().ByName(protoreflect.Name(name)))
}

func idlMessage(name, fields string) *descriptorpb.DescriptorProto {
	m := &descriptorpb.DescriptorProto{Name: proto.String(name)}
	oneofs := map[string]int32{}
	for spec := range strings.SplitSeq(fields, "; ") {
		if spec == "" {
			continue
		}
		spec, group, _ := strings.Cut(spec, "|")
		f, isMap := idlField(spec)
		if isMap {
			m.NestedType = append(m.NestedType, mapEntry(f))
			f.TypeName = proto.String("." + idlPackage + "." + name + "." + m.NestedType[len(m.NestedType)-1].GetName())
			f.Type = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum()
		}
		if group != "" {
			i, ok := oneofs[group]
			if !ok {
				i = int32(len(oneofs))
				oneofs[group] = i
				m.OneofDecl = append(m.OneofDecl, &descriptorpb.OneofDescriptorProto{Name: proto.String(group)})
			}
			f.OneofIndex = proto.Int32(i)
		}
		m.Field = append(m.Field, f)
	}
	// The fields of a oneof must be declared next to each other.
	slices.SortStableFunc(m.Field, func(a, b *descriptorpb.FieldDescriptorProto) int {
		return cmp.Compare(oneofOrder(a), oneofOrder(b))
	})
	return m
}

func oneofOrder(f *descriptorpb.FieldDescriptorProto) int32 {
	if f.OneofIndex == nil {
		return -1
	}
	return *f.OneofIndex
}

// idlField parses "name number [map ]type" and reports whether it is a map, in
// which case the field has its value's type.
func idlField(spec string) (*descriptorpb.FieldDescriptorProto, bool) {
	var name, typ string
	var number int32
	words := strings.Fields(spec)
	name, typ = words[0], words[len(words)-1]
	if _, err := fmt.Sscan(words[1], &number); err != nil {
		panic("flyte: bad field " + spec)
	}
	f := &descriptorpb.FieldDescriptorProto{
		Name: proto.String(name), Number: proto.Int32(number),
		Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
	}
	isMap := len(words) == 4
	if strings.HasPrefix(typ, "*") || isMap {
		f.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
		typ = strings.TrimPrefix(typ, "*")
	}
	switch typ[0] {
	case '@':
		f.Type, f.TypeName = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(), proto.String("."+idlPackage+"."+typ[1:])
	case '%':
		f.Type, f.TypeName = descriptorpb.FieldDescriptorProto_TYPE_ENUM.Enum(), proto.String("."+idlPackage+".Enum"+typ[1:]+".E")
	case '.':
		f.Type, f.TypeName = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(), proto.String(typ)
	default:
		f.Type = descriptorpb.FieldDescriptorProto_Type(descriptorpb.FieldDescriptorProto_Type_value["TYPE_"+strings.ToUpper(typ)]).Enum()
	}
	return f, isMap
}

// mapEntry returns the entry message of the map field f, whose type is still
// that of its values.
func mapEntry(f *descriptorpb.FieldDescriptorProto) *descriptorpb.DescriptorProto {
	var camel strings.Builder
	for part := range strings.SplitSeq(f.GetName(), "_") {
		camel.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	value := proto.Clone(f).(*descriptorpb.FieldDescriptorProto)
	value.Name, value.Number = proto.String("value"), proto.Int32(2)
	value.Label = descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()
	return &descriptorpb.DescriptorProto{
		Name: proto.String(camel.String() + "Entry"),
		Field: []*descriptorpb.FieldDescriptorProto{{
			Name: proto.String("key"), Number: proto.Int32(1),
			Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
			Type:  descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(),
		}, value},
		Options: &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)},
	}
}
