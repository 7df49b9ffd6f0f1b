package policies

import (
	"fmt"
	"slices"

	"github.com/podcue/podcue/finding"
)

// all holds every built-in policy, sorted by id.
var all = []*Policy{
	AllowPrivilegeEscalation,
	AppArmor,
	AutomountToken,
	CapabilitiesAdded,
	CapabilitiesDropAll,
	ContainerCount,
	CPULimitMissing,
	CPULimitSet,
	CPURequestMissing,
	DefaultNamespace,
	DefaultServiceAccount,
	DeprecatedField,
	DeprecatedServiceAccount,
	DuplicateEnv,
	EmptyDirSizeLimit,
	EnvRefOrder,
	EnvReserved,
	EnvValueFromMissing,
	EphemeralContainers,
	EphemeralStorage,
	ForbiddenAnnotation,
	GPUOnSidecar,
	GPUQuantity,
	GPUToleration,
	GPUTolerationUnused,
	HighUIDGID,
	HostAliases,
	HostIPC,
	HostNetwork,
	HostPID,
	HostPort,
	HostProbeAddress,
	HostUsers,
	HostPath,
	HostPathAllowed,
	HostPathCreate,
	HostPathPropagation,
	HostPathRuntimeSocket,
	HostPathSensitive,
	HostPathSubPath,
	HostPathUnclean,
	HostPathViaPV,
	HostPathWritable,
	ImageDigest,
	ImageLatest,
	ImagePullPolicy,
	ImagePullSecrets,
	ImageRegistry,
	ImageVolumeDigest,
	InitNeverExits,
	InterruptibleToleration,
	MemoryLimitMissing,
	MemoryRequestMissing,
	MemoryRequestNELimit,
	MergeDuplicateKey,
	MergeShadow,
	MountHidesSystemPath,
	MountPathConflict,
	NodeSelection,
	NodeShape,
	NodeShapeWaste,
	PortDuplicate,
	PrimaryImageIgnored,
	PrimaryMissing,
	PriorityClass,
	Privileged,
	PrivilegedPort,
	ProbeMissing,
	ProbePort,
	ProbesIdentical,
	ProcMount,
	ReadOnlyRootFS,
	RequestsGTLimits,
	RequiredLabels,
	ResourceRange,
	ResourceRatio,
	RootGroup,
	RunAsNonRoot,
	RunAsUserZero,
	SafeToEvict,
	SeccompMissing,
	SeccompUnconfined,
	SecretEnvRef,
	SecretInEnvValue,
	SecurityContextMissing,
	SELinuxOptions,
	SHMMissing,
	SHMTooBig,
	SidecarNeverExits,
	Sysctls,
	TaskDeadline,
	TaskHasProbes,
	TaskRestartPolicy,
	TemplateContainerDropped,
	TemplateDefaultOverrides,
	TerminationGrace,
	TolerationWildcard,
	TTYStdin,
	UnknownFieldPolicy,
	VolumeDuplicate,
	VolumeMissing,
	VolumeTypes,
	VolumeUnused,
	WindowsHostProcess,
}

// All returns the built-in policies, sorted by id. The slice is the caller's.
func All() []*Policy { return slices.Clone(all) }

// Lookup returns the built-in policy with the id, or an error that names the
// nearest one.
func Lookup(id string) (*Policy, error) {
	ids := make([]string, len(all))
	for i, p := range all {
		if p.ID == id {
			return p, nil
		}
		ids[i] = p.ID
	}
	return nil, fmt.Errorf("unknown policy %q%s", id, finding.DidYouMean(id, ids))
}

// Profiles returns the names of the profiles.
func Profiles() []Profile { return slices.Clone(profiles) }
