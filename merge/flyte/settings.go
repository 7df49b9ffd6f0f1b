package flyte

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/provenance"
)

// A Config is Flyte's configuration as far as it decides a Pod: the plugins.k8s
// section, and what other sections of the same file say to copilot and to the
// environment. The JSON names are Flyte's keys. Build does not change it, and
// nothing in a Pod aliases it.
type Config struct {
	InjectFinalizer              bool              `json:"inject-finalizer"`
	DefaultAnnotations           map[string]string `json:"default-annotations"`
	DefaultLabels                map[string]string `json:"default-labels"`
	DefaultEnvVars               map[string]string `json:"default-env-vars"`
	DefaultEnvVarsFromEnv        map[string]string `json:"default-env-vars-from-env"`
	DefaultEnvFromConfigMaps     []string          `json:"default-env-from-configmaps"`
	DefaultEnvFromSecrets        []string          `json:"default-env-from-secrets"`
	DefaultCPURequest            resource.Quantity `json:"default-cpus"`
	DefaultMemoryRequest         resource.Quantity `json:"default-memory"`
	SchedulerName                string            `json:"scheduler-name"`
	ImagePullPolicy              string            `json:"image-pull-policy"`
	DefaultPodTemplateName       string            `json:"default-pod-template-name"`
	DisableInjectOwnerReferences bool              `json:"disable-inject-owner-references"` // flyte@v2 only

	DefaultTolerations                      []corev1.Toleration                         `json:"default-tolerations"`
	DefaultNodeSelector                     map[string]string                           `json:"default-node-selector"`
	DefaultAffinity                         *corev1.Affinity                            `json:"default-affinity,omitempty"`
	InterruptibleTolerations                []corev1.Toleration                         `json:"interruptible-tolerations"`
	InterruptibleNodeSelector               map[string]string                           `json:"interruptible-node-selector"`
	InterruptibleNodeSelectorRequirement    *corev1.NodeSelectorRequirement             `json:"interruptible-node-selector-requirement"`
	NonInterruptibleNodeSelectorRequirement *corev1.NodeSelectorRequirement             `json:"non-interruptible-node-selector-requirement"`
	ResourceTolerations                     map[corev1.ResourceName][]corev1.Toleration `json:"resource-tolerations"`
	AddTolerationsForExtendedResources      []string                                    `json:"add-tolerations-for-extended-resources"`

	GPUResourceName                         string                            `json:"gpu-resource-name"`
	GPUDeviceNodeLabel                      string                            `json:"gpu-device-node-label"`
	GPUPartitionSizeNodeLabel               string                            `json:"gpu-partition-size-node-label"`
	GPUUnpartitionedNodeSelectorRequirement *corev1.NodeSelectorRequirement   `json:"gpu-unpartitioned-node-selector-requirement"`
	GPUUnpartitionedToleration              *corev1.Toleration                `json:"gpu-unpartitioned-toleration"`
	AcceleratorDevices                      map[string]string                 `json:"accelerator-devices"`        // flyte@v2 only
	AcceleratorDeviceClasses                map[string]AcceleratorDeviceClass `json:"accelerator-device-classes"` // flyte@v2 only

	DefaultPodSecurityContext *corev1.PodSecurityContext `json:"default-pod-security-context"`
	DefaultSecurityContext    *corev1.SecurityContext    `json:"default-security-context"`
	EnableHostNetworkingPod   *bool                      `json:"enable-host-networking-pod"`
	DefaultPodDNSConfig       *corev1.PodDNSConfig       `json:"default-pod-dns-config"`

	CoPilot CoPilotConfig `json:"co-pilot"`

	// Keys that do not decide a Pod. They are here because the loader reads them.
	DeleteResourceOnFinalize              bool            `json:"delete-resource-on-finalize"`
	CreateContainerErrorGracePeriod       metav1.Duration `json:"create-container-error-grace-period"`
	CreateContainerConfigErrorGracePeriod metav1.Duration `json:"create-container-config-error-grace-period"`
	ImagePullBackoffGracePeriod           metav1.Duration `json:"image-pull-backoff-grace-period"`
	PodPendingTimeout                     metav1.Duration `json:"pod-pending-timeout"`
	DefaultPodTemplateResync              metav1.Duration `json:"default-pod-template-resync"`
	SendObjectEvents                      bool            `json:"send-object-events"`
	UpdateBaseBackoffDuration             int             `json:"update-base-backoff-duration"`
	UpdateBackoffRetries                  int             `json:"update-backoff-retries"`
	EnableDistributedErrorAggregation     bool            `json:"enable-distributed-error-aggregation"` // flyte@v1.16 only

	// Other sections of the file.
	Storage           StorageConfig     `json:"-"` // storage
	LoggerLevel       int               `json:"-"` // logger.level
	LiteralOffloading LiteralOffloading `json:"-"` // propeller.literal-offloading-config; flyte@v1.16 only
	ServiceAccount    string            `json:"-"` // executor.defaultK8sServiceAccount; flyte@v2 only

	// Fields says where the keys were written, by their path; keys that it does
	// not know have Flyte's default. Nil: nothing is known. The paths of other
	// sections begin with storage, logger, executor or literal-offloading-config.
	Fields provenance.Map `json:"-"`
	// Notes are what the loader did to the files and did not tell.
	Notes []ConfigNote `json:"-"`
}

// An AcceleratorDeviceClass is what sets one class of accelerators apart; empty
// members fall back to the gpu-… keys.
type AcceleratorDeviceClass struct {
	ResourceName                         string                          `json:"resource-name"`
	DeviceNodeLabel                      string                          `json:"device-node-label"`
	PartitionSizeNodeLabel               string                          `json:"partition-size-node-label"`
	UnpartitionedNodeSelectorRequirement *corev1.NodeSelectorRequirement `json:"unpartitioned-node-selector-requirement"`
	UnpartitionedToleration              *corev1.Toleration              `json:"unpartitioned-toleration"`
	PodTemplate                          *corev1.PodTemplate             `json:"pod-template"`
}

// A CoPilotConfig is the co-pilot section.
type CoPilotConfig struct {
	NamePrefix              string          `json:"name"`
	Image                   string          `json:"image"`
	DefaultInputDataPath    string          `json:"default-input-path"`
	DefaultOutputPath       string          `json:"default-output-path"`
	InputVolumeName         string          `json:"input-vol-name"`
	OutputVolumeName        string          `json:"output-vol-name"`
	StartTimeout            metav1.Duration `json:"start-timeout"` // without effect
	Timeout                 metav1.Duration `json:"timeout"`
	CPU                     string          `json:"cpu"`
	Memory                  string          `json:"memory"`
	Storage                 string          `json:"storage"`                    // without effect
	StorageConfigOverride   *StorageConfig  `json:"storage-config-override"`    // flyte@v2 only
	StorageConfigSecretName string          `json:"storage-config-secret-name"` // flyte@v2 only
}

// A StorageConfig is the storage section, which copilot gets on its command line.
type StorageConfig struct {
	Type                  string            `json:"type"`
	Container             string            `json:"container"`
	MultiContainerEnabled bool              `json:"enable-multicontainer"`
	Stow                  StowConfig        `json:"stow"`
	Connection            StorageConnection `json:"connection"`
}

// A StowConfig says how the stow library reaches the object store.
type StowConfig struct {
	Kind   string            `json:"kind"`
	Config map[string]string `json:"config"`
}

// A StorageConnection reaches an object store without stow.
type StorageConnection struct {
	Endpoint  string `json:"endpoint"`
	AuthType  string `json:"auth-type"`
	AccessKey string `json:"access-key"`
	SecretKey string `json:"secret-key"`
	Region    string `json:"region"`
}

// LiteralOffloading says from when on a task keeps literals apart.
type LiteralOffloading struct {
	Enabled     bool  `json:"enabled"`
	MinSizeInMB int64 `json:"min-size-in-mb-for-offloading"`
	MaxSizeInMB int64 `json:"max-size-in-mb-for-offloading"`
}

// DefaultConfig returns Flyte's configuration where nobody configured anything.
// The result is fresh.
func DefaultConfig(p *Profile) *Config {
	c := &Config{
		DefaultAnnotations:        map[string]string{"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"},
		DefaultCPURequest:         resource.MustParse("1"),
		DefaultMemoryRequest:      resource.MustParse("1Gi"),
		GPUResourceName:           string(nvidiaGPU),
		GPUDeviceNodeLabel:        "k8s.amazonaws.com/accelerator",
		GPUPartitionSizeNodeLabel: "k8s.amazonaws.com/gpu-partition-size",
		LoggerLevel:               3,
		CoPilot: CoPilotConfig{
			NamePrefix: "flyte-copilot-", Image: p.copilot.image,
			DefaultInputDataPath: "/var/flyte/inputs", DefaultOutputPath: "/var/flyte/outputs",
			InputVolumeName: "flyte-inputs", OutputVolumeName: "flyte-outputs",
			Timeout: metav1.Duration{Duration: time.Hour}, CPU: "500m", Memory: "128Mi",
		},
		AddTolerationsForExtendedResources: []string{},
		CreateContainerErrorGracePeriod:    metav1.Duration{Duration: 3 * time.Minute},
		ImagePullBackoffGracePeriod:        metav1.Duration{Duration: 3 * time.Minute},
		DefaultPodTemplateResync:           metav1.Duration{Duration: 30 * time.Second},
		UpdateBaseBackoffDuration:          10,
		UpdateBackoffRetries:               5,

		LiteralOffloading: LiteralOffloading{MinSizeInMB: 10, MaxSizeInMB: 1000},
	}
	if p.copilot.connectionFlags {
		c.Storage = StorageConfig{Type: "s3", Connection: StorageConnection{Region: "us-east-1", AuthType: "iam"}}
	} else {
		c.Storage = StorageConfig{Type: "stow", Stow: StowConfig{Kind: "s3", Config: map[string]string{"region": "us-east-1"}}}
	}
	if p.deviceClasses {
		c.AcceleratorDevices = defaultDevices()
		c.AcceleratorDeviceClasses = defaultDeviceClasses()
	}
	return c
}

func defaultDeviceClasses() map[string]AcceleratorDeviceClass {
	return map[string]AcceleratorDeviceClass{
		"NVIDIA_GPU":    {ResourceName: string(nvidiaGPU)},
		"AMD_GPU":       {ResourceName: "amd.com/gpu"},
		"AMAZON_NEURON": {ResourceName: "aws.amazon.com/neuron"},
		"HABANA_GAUDI":  {ResourceName: "habana.ai/gaudi"},
		"GOOGLE_TPU": {
			ResourceName:           "google.com/tpu",
			DeviceNodeLabel:        "cloud.google.com/gke-tpu-accelerator",
			PartitionSizeNodeLabel: "cloud.google.com/gke-tpu-topology",
		},
	}
}

// defaultDevices maps devices to the value of their node label. L40s never
// matches, since devices are looked up in upper case.
func defaultDevices() map[string]string {
	return map[string]string{
		"A10":           "nvidia-a10",
		"A100":          "nvidia-tesla-a100",
		"A100 80G":      "nvidia-a100-80gb",
		"A100G":         "nvidia-a100g",
		"A10G":          "nvidia-a10g",
		"B200":          "nvidia-b200",
		"GAUDI1":        "habana-gaudi-dl1",
		"GB200":         "nvidia-gb200",
		"H100":          "nvidia-h100",
		"H100 80G":      "nvidia-h100-80gb",
		"H100 MEGA 80G": "nvidia-h100-mega-80gb",
		"H200":          "nvidia-h200",
		"INF1":          "aws-neuron-inf1",
		"INF2":          "aws-neuron-inf2",
		"K80":           "nvidia-tesla-k80",
		"L4":            "nvidia-l4",
		"L40s":          "nvidia-l40s",
		"L4_VWS":        "nvidia-l4-vws",
		"M60":           "nvidia-tesla-m60",
		"MI100":         "amd-mi100",
		"MI210":         "amd-mi210",
		"MI250":         "amd-mi250",
		"MI250X":        "amd-mi250x",
		"MI300A":        "amd-mi300a",
		"MI300X":        "amd-mi300x",
		"MI325X":        "amd-mi325x",
		"MI350X":        "amd-mi350x",
		"MI355X":        "amd-mi355x",
		"P100":          "nvidia-tesla-p100",
		"P4":            "nvidia-tesla-p4",
		"RTX PRO 6000":  "nvidia-rtx-pro-6000",
		"T4":            "nvidia-tesla-t4",
		"TRN1":          "aws-neuron-trn1",
		"TRN1N":         "aws-neuron-trn1n",
		"TRN2":          "aws-neuron-trn2",
		"TRN2U":         "aws-neuron-trn2u",
		"V100":          "nvidia-tesla-v100",
		"V5E":           "tpu-v5-lite-podslice",
		"V5P":           "tpu-v5p-slice",
		"V6E":           "tpu-v6e-slice",
	}
}

// tree returns the origins of the configuration: what Fields knows, and for the
// rest Flyte's defaults, or the configuration as such if Fields is nil.
func (c *Config) tree() *provenance.Tree {
	fallback := provenance.Origin{Layer: provenance.LayerConfig}
	if c.Fields != nil {
		fallback = provenance.Origin{Layer: provenance.LayerFlyte}
	}
	return provenance.NewTree(c.generic(), c.Fields, fallback)
}
