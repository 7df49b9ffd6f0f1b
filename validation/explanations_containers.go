package validation

// The tables of explanations are in the order in which they are tried: the first
// that fits wins. Their causes are the most frequent ones in recorded verdicts on
// merged Pods, and those that authors of templates meet.

var containerExplanations = []Explanation{
	{
		ID: "image-missing", Field: "image", Message: "Required value",
		Doc:  "a Pod is not created while one of its containers has no image; Flyte gives the task's image to the primary container only",
		Help: "set the image of this container, or take the container out",
	},
	{
		ID: "image-blank", Field: "image", Message: "must not have leading or trailing whitespace",
		Doc:  "the image is passed to the container runtime as it is, which cannot find a name with blanks around it",
		Help: "remove the blanks at the ends of the image",
	},
	{
		ID: "containers-missing", Field: "spec.containers", Message: "Required value",
		Doc:  "a Pod has at least one container; init containers and sidecars do not count",
		Help: "add a container to spec.containers",
	},
	{
		ID: "container-duplicate", Field: "containers.name initContainers.name", Message: "Duplicate value",
		Doc:  "containers and init containers share one set of names: logs, exec and status address a container by its name",
		Help: "rename one of the two containers, or merge them into one",
	},
	{
		ID: "port-name-duplicate", Field: "ports.name", Message: "Duplicate value",
		Doc:  "probes and Services address a port by its name, which is therefore unique in its container",
		Help: "rename one of the ports",
	},
	{
		ID: "host-port-duplicate", Field: "ports.hostPort", Message: "Duplicate value",
		Doc:  "two containers of one Pod cannot listen on the same port of the node",
		Help: "remove hostPort, or choose another one",
	},
	{
		ID: "host-network-port", Field: "ports.hostPort ports.containerPort", Message: "must match `containerPort` when `hostNetwork` is true",
		Doc:  "on the host's network every container port is a port of the node, so hostPort cannot differ from it",
		Help: "make hostPort and containerPort equal, or leave hostPort out",
	},
	{
		ID: "port-range", Field: "", Message: "must be between 1 and 65535",
		Doc:  "a port is a number from 1 to 65535; 0 is what a missing port counts as",
		Help: "set the port",
	},
	{
		ID: "mount-path-duplicate", Field: "volumeMounts.mountPath", Message: "must be unique",
		Doc:  "only one volume can be mounted at a path of a container; two templates that both mount there end up in one list",
		Help: "remove one of the mounts, or mount it elsewhere",
	},
	{
		ID: "mount-device-conflict", Field: "volumeMounts.name volumeMounts.mountPath volumeDevices.name volumeDevices.devicePath", Message: "must not already exist in",
		Doc:  "a container uses a volume either as a file system (volumeMounts) or as a raw device (volumeDevices), not as both",
		Help: "keep one of volumeMounts and volumeDevices for this volume and path",
	},
	{
		ID: "mount-without-volume", Field: "volumeMounts.name", Message: "Not found",
		Doc:  "a mount names a volume of the same Pod, and there is none of this name; volumes of the cluster are not looked at",
		Help: "add a volume of this name to spec.volumes, or mend the name of the mount",
	},
	{
		ID: "device-without-volume", Field: "volumeDevices.name", Message: "Not found",
		Doc:  "a raw device names a volume of the same Pod, and there is none of this name",
		Help: "add a volume of this name with a persistentVolumeClaim to spec.volumes",
	},
	{
		ID: "device-not-block", Field: "volumeDevices.name", Message: "can only use volume source type of PersistentVolumeClaim",
		Doc:  "only a PersistentVolumeClaim or an ephemeral volume can be given to a container as a raw device",
		Help: "use volumeMounts for this volume, or make it a persistentVolumeClaim",
	},
	{
		ID: "sub-path-both", Field: "volumeMounts.subPathExpr", Message: "subPathExpr and subPath are mutually exclusive",
		Doc:  "subPath is taken as it is, subPathExpr with $(VARIABLES) expanded: a mount has one of them",
		Help: "remove subPath or subPathExpr",
	},
	{
		ID: "recursive-read-only", Field: "volumeMounts.recursiveReadOnly", Message: "may only be specified when",
		Doc:  "recursiveReadOnly makes a read-only mount read-only all the way down: the mount must be readOnly and without propagation",
		Help: "set readOnly: true and remove mountPropagation, or remove recursiveReadOnly",
	},
	{
		ID: "mount-propagation", Field: "mountPropagation", Message: "available only to privileged containers",
		Doc:  "Bidirectional propagation lets a container mount file systems on the node",
		Help: "remove mountPropagation, or use HostToContainer",
	},
	{
		ID: "probe-success-threshold", Field: "livenessProbe.successThreshold startupProbe.successThreshold", Message: "must be 1",
		Doc:  "a liveness or startup probe has succeeded at its first success; only a readiness probe can ask for more",
		Help: "remove successThreshold",
	},
	{
		ID: "probe-readiness-grace", Field: "readinessProbe.terminationGracePeriodSeconds", Message: "must not be set for readinessProbes",
		Doc:  "a failing readiness probe does not end the container, so there is nothing to grant a grace period for",
		Help: "remove terminationGracePeriodSeconds from the readiness probe",
	},
	{
		ID: "probe-grace", Field: "terminationGracePeriodSeconds", Message: "must be greater than 0",
		Doc:  "the grace period of a probe is at least one second; without it that of the Pod holds",
		Help: "remove terminationGracePeriodSeconds from the probe, or make it positive",
	},
	{
		ID: "exec-command-missing", Field: "exec.command", Message: "Required value",
		Doc:  "an exec handler runs a command in the container, and an empty list is none",
		Help: "set exec.command",
	},
	{
		ID: "handler-missing", Field: "", Message: "must specify a handler type",
		Doc:  "a probe or lifecycle hook says what to do with one of exec, httpGet, tcpSocket, grpc or sleep; numbers alone do nothing",
		Help: "add exec, httpGet, tcpSocket or grpc, or remove the probe or hook",
	},
	{
		ID: "handler-several", Field: "", Message: "may not specify more than 1 handler type",
		Doc:  "a probe or lifecycle hook has exactly one handler; merging two templates joins the handlers of both",
		Help: "keep one of exec, httpGet, tcpSocket, grpc and sleep",
	},
	{
		ID: "init-without-restart", Field: "", Message: "may not be set for init containers without restartPolicy=Always",
		Doc:  "an ordinary init container runs to its end before the others start: it has no probes and no lifecycle hooks",
		Help: "remove it, or set restartPolicy: Always to make the init container a sidecar",
	},
	{
		ID: "hook-sleep", Field: "sleep", Message: "less than terminationGracePeriodSeconds",
		Doc:  "a hook that sleeps longer than the Pod's grace period would be killed in its sleep",
		Help: "shorten the sleep, or raise spec.terminationGracePeriodSeconds",
	},
	{
		ID: "privileged-escalation", Field: "securityContext allowPrivilegeEscalation", Message: "cannot set `allowPrivilegeEscalation` to false and|CAP_SYS_ADMIN",
		Doc:  "a privileged container and one with CAP_SYS_ADMIN can always gain privileges, so allowPrivilegeEscalation: false would be a lie",
		Help: "remove privileged and CAP_SYS_ADMIN, or allowPrivilegeEscalation: false",
	},
	{
		ID: "proc-mount-users", Field: "securityContext.procMount", Message: "`hostUsers` must be false",
		Doc:  "an unmasked /proc is safe only in a user namespace of its own",
		Help: "set spec.hostUsers: false, or remove procMount",
	},
	{
		ID: "profile-localhost", Field: "localhostProfile", Message: "can only be set when|must be set when",
		Doc:  "localhostProfile names a profile on the node, which type: Localhost alone refers to",
		Help: "set type: Localhost together with localhostProfile, or neither",
	},
	{
		ID: "env-value-both", Field: "env.valueFrom", Message: "may not be specified when `value` is not empty",
		Doc:  "a variable has a value or a valueFrom; merging two templates joins what both say of the same variable",
		Help: "remove value or valueFrom",
	},
	{
		ID: "env-source", Field: "env.valueFrom", Message: "may not have more than one field specified at a time|must specify one of",
		Doc:  "valueFrom has exactly one source",
		Help: "keep one of fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef and fileKeyRef",
	},
	{
		ID: "env-field-path", Field: "fieldPath", Message: "field label not supported|error converting fieldPath|Unsupported value",
		Doc:  "only some fields of the Pod can be handed to a container: name, namespace, uid, labels and annotations by key, node name, service account, IPs",
		Help: "use a field such as metadata.name, metadata.labels['KEY'], spec.nodeName or status.podIP",
	},
}
