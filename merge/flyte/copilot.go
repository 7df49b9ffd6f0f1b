package flyte

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"

	"github.com/podcue/podcue/provenance"
)

const (
	uploaderName   = "uploader"
	downloaderName = "downloader"

	// Where copilot finds the storage configuration when it comes from a secret.
	storageConfigVolume = "flyte-copilot-storage-config"
	storageConfigMount  = "/etc/flyte/copilot"
	storageConfigMode   = int32(0o444)
)

// ruleCopilot is the rule of everything that data_config brings about.
const ruleCopilot = "copilot"

// copilotVariant is what differs between versions of copilot.
type copilotVariant struct {
	image           string // by default
	fileInputLayout bool   // the downloader is told how to lay out files
	storageSecret   bool   // the storage configuration can come from a secret, or be overridden
	connectionFlags bool   // without stow, storage.connection is put on the command line
	sortedInterface bool   // the interface's variables are a map, listed by name here
}

// addCopilot is step 4: the containers that move inputs and outputs, for a task
// with an enabled data_config.
func (b *builder) addCopilot() error {
	dc, src := b.dataConfig()
	if dc == nil || !dc.Enabled {
		return nil
	}
	c := &copilot{b: b, cfg: &b.cfg.CoPilot, data: dc, src: src, origin: originOf(at(src, "enabled"), ruleCopilot)}
	iface := b.task.Interface
	if iface == nil {
		iface = &TypedInterface{}
	}
	c.inPath, c.outPath = c.cfg.DefaultInputDataPath, c.cfg.DefaultOutputPath
	if dc.InputPath != "" {
		c.inPath = dc.InputPath
	}
	if dc.OutputPath != "" {
		c.outPath = dc.OutputPath
	}
	c.preparePrimary(iface)
	if secret := c.secret(); secret != "" && (iface.Inputs.Has() || iface.Outputs.Has()) {
		t := c.addVolume(corev1.Volume{Name: storageConfigVolume, VolumeSource: corev1.VolumeSource{
			Projected: &corev1.ProjectedVolumeSource{
				Sources: []corev1.VolumeProjection{{
					Secret: &corev1.SecretProjection{LocalObjectReference: corev1.LocalObjectReference{Name: secret}},
				}},
				DefaultMode: ptr.To(storageConfigMode),
			},
		}})
		configured(at(item(at(t, "projected", "sources"), 0), "secret"), "name", c.key("storage-config-secret-name"))
	}
	if iface.Inputs.Has() {
		if err := c.addDownloader(iface); err != nil {
			return err
		}
	}
	if iface.Outputs.Has() {
		return c.addUploader(iface)
	}
	return nil
}

// dataConfig returns the task's data_config.
func (b *builder) dataConfig() (*DataConfig, *provenance.Tree) {
	switch {
	case b.task.Container != nil:
		return b.task.Container.DataConfig, at(b.taskSrc, "container", "dataConfig")
	case b.task.K8sPod != nil:
		return b.task.K8sPod.DataConfig, at(b.taskSrc, "k8sPod", "dataConfig")
	}
	return nil, nil
}

// copilot is step 4 in the making.
type copilot struct {
	b               *builder
	cfg             *CoPilotConfig
	data            *DataConfig
	inPath, outPath string
	src             *provenance.Tree
	origin          provenance.Origin
}

// secret is the secret with the storage configuration, "" for none.
func (c *copilot) secret() string {
	if !c.b.p.copilot.storageSecret {
		return ""
	}
	return c.cfg.StorageConfigSecretName
}

// preparePrimary gives the primary container capabilities, be they empty (which
// later keeps the default security context away), and its mounts.
func (c *copilot) preparePrimary(iface *TypedInterface) {
	primary, t := c.b.primaryContainer()
	if primary.SecurityContext == nil {
		primary.SecurityContext = &corev1.SecurityContext{}
	}
	if primary.SecurityContext.Capabilities == nil {
		primary.SecurityContext.Capabilities = &corev1.Capabilities{}
		fill(t.Field("securityContext"), primary.SecurityContext, c.origin)
	}
	mount := func(name, path string, side *dataSide) {
		m := corev1.VolumeMount{Name: name, MountPath: path}
		primary.VolumeMounts = append(slices.Clip(primary.VolumeMounts), m)
		place(t.Field("volumeMounts"), len(primary.VolumeMounts)-1, m, originTree(c.origin))
		c.traceMount(item(t.Field("volumeMounts"), len(primary.VolumeMounts)-1), side)
	}
	if iface.Inputs.Has() {
		mount(c.cfg.InputVolumeName, c.inPath, inputSide)
	}
	if iface.Outputs.Has() {
		mount(c.cfg.OutputVolumeName, c.outPath, outputSide)
	}
}

// addVolume adds a volume and returns its tree.
func (c *copilot) addVolume(v corev1.Volume) *provenance.Tree {
	c.b.spec.Volumes = append(slices.Clip(c.b.spec.Volumes), v)
	t := c.b.specTree.Field("volumes")
	place(t, len(c.b.spec.Volumes)-1, v, originTree(c.origin))
	return item(t, len(c.b.spec.Volumes)-1)
}

// dataVolume is an emptyDir of the size that the node's resources give for
// storage.
func (c *copilot) dataVolume(name string) corev1.Volume {
	v := corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}
	if r := c.b.exec.Overrides.Resources; r != nil {
		for _, list := range []corev1.ResourceList{r.Limits, r.Requests} {
			if q, ok := list[corev1.ResourceStorage]; ok {
				v.EmptyDir.SizeLimit = ptr.To(q.DeepCopy())
				break
			}
		}
	}
	return v
}

func (c *copilot) addDownloader(iface *TypedInterface) error {
	e := c.b.exec
	format, layout := c.data.Format, c.data.FileInputLayout
	if format == "" {
		format = "JSON"
	}
	if layout == "" {
		layout = "DIRECT"
	}
	c.traceVolume(c.addVolume(c.dataVolume(c.cfg.InputVolumeName)), inputSide)
	args := []string{
		"download",
		"--from-remote", joinPath(e.InputPrefix, "inputs.pb"),
		"--to-output-prefix", e.OutputPrefix,
		"--to-local-dir", c.inPath,
		"--format", format,
	}
	if c.b.p.copilot.fileInputLayout {
		args = append(args, "--file-input-layout", layout)
	}
	wire := iface.Inputs.wire(c.b.p.copilot.sortedInterface)
	args = append(args, "--input-interface", base64.StdEncoding.EncodeToString(wire))
	container, err := c.container(downloaderName, args, corev1.VolumeMount{Name: c.cfg.InputVolumeName, MountPath: c.inPath})
	if err != nil {
		return err
	}
	s := c.b.spec
	s.InitContainers = append(slices.Clip(s.InitContainers), container)
	t := c.b.specTree.Field("initContainers")
	place(t, len(s.InitContainers)-1, container, originTree(c.origin))
	c.traceContainer(item(t, len(s.InitContainers)-1), inputSide)
	if c.b.p.primaryInit {
		c.b.primaryInit = container.Name
	}
	return nil
}

// addUploader puts the uploader, a native sidecar, before all init containers:
// it must watch before the downloader is done.
func (c *copilot) addUploader(iface *TypedInterface) error {
	e := c.b.exec
	c.traceVolume(c.addVolume(c.dataVolume(c.cfg.OutputVolumeName)), outputSide)
	timeout := c.timeout()
	args := []string{
		"sidecar",
		"--timeout", timeout.String(),
		"--to-raw-output", e.RawOutputPrefix,
		"--to-output-prefix", e.OutputPrefix,
		"--from-local-dir", c.outPath,
		"--interface", base64.StdEncoding.EncodeToString(iface.wire(c.b.p.copilot.sortedInterface)),
	}
	container, err := c.container(uploaderName, args, corev1.VolumeMount{Name: c.cfg.OutputVolumeName, MountPath: c.outPath})
	if err != nil {
		return err
	}
	container.RestartPolicy = ptr.To(corev1.ContainerRestartPolicyAlways)
	s, t := c.b.spec, c.b.specTree
	s.InitContainers = append([]corev1.Container{container}, s.InitContainers...)
	s.TerminationGracePeriodSeconds = ptr.To(int64(timeout.Seconds()))
	if t != nil {
		first := &provenance.Tree{}
		fill(first, container, c.origin)
		c.traceContainer(first, outputSide)
		prepend(t.Field("initContainers"), []*provenance.Tree{first})
		won(t.Field("terminationGracePeriodSeconds"), *s.TerminationGracePeriodSeconds,
			originOf(at(c.b.cfgSrc, "co-pilot", "timeout"), ruleCopilot))
	}
	return nil
}

func (c *copilot) timeout() time.Duration { return c.cfg.Timeout.Duration }

// container returns one of copilot's own containers.
func (c *copilot) container(name string, args []string, mounts ...corev1.VolumeMount) (corev1.Container, error) {
	none := corev1.Container{}
	cpu, err := resource.ParseQuantity(c.cfg.CPU)
	if err != nil {
		return none, plainError(at(c.b.cfgSrc, "co-pilot", "cpu"), err.Error(), err)
	}
	memory, err := resource.ParseQuantity(c.cfg.Memory)
	if err != nil {
		return none, plainError(at(c.b.cfgSrc, "co-pilot", "memory"), err.Error(), err)
	}
	command, err := c.command()
	if err != nil {
		return none, plainError(at(c.b.cfgSrc, "co-pilot"), err.Error(), err)
	}
	if c.secret() != "" {
		mounts = append(mounts, corev1.VolumeMount{Name: storageConfigVolume, ReadOnly: true, MountPath: storageConfigMount})
	}
	list := func() corev1.ResourceList {
		return corev1.ResourceList{corev1.ResourceCPU: cpu.DeepCopy(), corev1.ResourceMemory: memory.DeepCopy()}
	}
	return corev1.Container{
		Name:                     c.cfg.NamePrefix + name,
		Image:                    c.cfg.Image,
		Command:                  command,
		Args:                     args,
		WorkingDir:               "/",
		Resources:                corev1.ResourceRequirements{Limits: list(), Requests: list()},
		VolumeMounts:             mounts,
		TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
		ImagePullPolicy:          corev1.PullIfNotPresent,
	}, nil
}

// command is copilot's entrypoint: how it reaches the object store. Credentials
// that stand in the storage configuration are readable there.
func (c *copilot) command() ([]string, error) {
	storage, variant := &c.b.cfg.Storage, c.b.p.copilot
	overridden := variant.storageSecret && c.cfg.StorageConfigOverride != nil
	if overridden {
		storage = c.cfg.StorageConfigOverride
	}
	cmd := []string{
		"/bin/flyte-copilot",
		"--storage.limits.maxDownloadMBs=0",
		"--logger.level=" + strconv.Itoa(c.b.cfg.LoggerLevel),
	}
	if storage.MultiContainerEnabled {
		cmd = append(cmd, "--storage.enable-multicontainer")
	}
	if storage.Container != "" {
		cmd = append(cmd, "--storage.container="+storage.Container)
	}
	cmd = append(cmd, "--storage.type="+storage.Type)
	if c.secret() != "" {
		cmd = append(cmd, "--config", storageConfigMount+"/*.yaml")
		if !overridden {
			return cmd, nil
		}
	}
	if len(storage.Stow.Config) > 0 && storage.Stow.Kind != "" {
		for _, k := range slices.Sorted(maps.Keys(storage.Stow.Config)) { // Flyte's order is random
			cmd = append(cmd, "--storage.stow.config", k+"="+storage.Stow.Config[k])
		}
		return append(cmd, "--storage.stow.kind="+storage.Stow.Kind), nil
	}
	if !variant.connectionFlags {
		return nil, fmt.Errorf("no stow.config or stow.kind specified")
	}
	conn := storage.Connection
	return append(cmd,
		"--storage.connection.secret-key="+conn.SecretKey,
		"--storage.connection.access-key="+conn.AccessKey,
		"--storage.connection.auth-type="+conn.AuthType,
		"--storage.connection.region="+conn.Region,
		"--storage.connection.endpoint="+conn.Endpoint,
	), nil
}
