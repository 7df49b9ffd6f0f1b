package validation

var resourceExplanations = []Explanation{
	{
		ID: "resource-overcommit", Field: "resources.limits", Message: "Limit must be set for non overcommitable resources",
		Doc:  "GPUs, other devices and huge pages cannot be shared: what is requested must be the limit too",
		Help: "set the same quantity in limits (a limit alone is enough)",
	},
	{
		ID: "resource-limit-equal", Field: "resources.requests", Message: "must be equal to",
		Doc:  "GPUs, other devices and huge pages cannot be overcommitted, so request and limit are the same number",
		Help: "make request and limit equal, or leave the request out",
	},
	{
		ID: "resource-above-limit", Field: "resources.requests", Message: "must be less than or equal to",
		Doc:  "a container cannot be promised more than it may use; a request of the task may meet a limit of the template",
		Help: "lower the request or raise the limit",
	},
	{
		ID: "pod-resources-exceeded", Field: "", Message: "must be less than or equal to pod limits of|must be greater than or equal to aggregate container",
		Doc:  "resources of the whole Pod cover those of all its containers",
		Help: "raise spec.resources, or lower the containers' resources",
	},
	{
		ID: "resource-integer", Field: "", Message: "must be an integer",
		Doc:  "devices are whole: half a GPU cannot be scheduled",
		Help: "use a whole number, or the resource name of a GPU slice",
	},
	{
		ID: "resource-not-standard", Field: "resources.requests resources.limits limits requests", Message: "must be a standard resource for containers",
		Doc:  "without a domain, a container's resource is cpu, memory, ephemeral-storage or hugepages-SIZE; storage belongs to volume claims",
		Help: "use ephemeral-storage for disk space, or a name with a domain such as nvidia.com/gpu for a device",
	},
	{
		ID: "resource-unqualified", Field: "resources.requests resources.limits limits requests", Message: "must be a standard resource type or fully qualified",
		Doc:  "the name of a device's resource has a domain; gpu alone is not known",
		Help: "write the resource with its domain, such as nvidia.com/gpu",
	},
	{
		ID: "pod-resource-unsupported", Field: "spec.resources.limits spec.resources.requests", Message: "Unsupported value",
		Doc:  "resources of a whole Pod are cpu, memory and huge pages only",
		Help: "move other resources to the container that uses them",
	},
	{
		ID: "resource-negative", Field: "", Message: "must be greater than or equal to 0",
		Doc:  "there is no less than nothing",
		Help: "use 0 or a positive number",
	},
	{
		ID: "hugepages-alone", Field: "", Message: "HugePages require cpu or memory",
		Doc:  "huge pages are part of a container's memory, so it must ask for memory or cpu too",
		Help: "add a request or limit of memory or cpu",
	},
	{
		ID: "claim-missing", Field: "resources.claims", Message: "must be one of the names in pod.spec.resourceClaims",
		Doc:  "a container uses a resource claim that the Pod declares in spec.resourceClaims",
		Help: "add the claim to spec.resourceClaims, or mend its name",
	},
	{
		ID: "pod-claims", Field: "spec.resources.claims", Message: "claims may not be set for Resources at pod-level",
		Doc:  "resource claims belong to containers",
		Help: "move resources.claims to the container",
	},
	{
		ID: "resize-never", Field: "resizePolicy", Message: "must be 'NotRequired' when pod `restartPolicy` is 'Never'",
		Doc:  "a Pod that never restarts cannot restart a container in order to resize it; Flyte's Pods never restart",
		Help: "remove resizePolicy, or use restartPolicy: NotRequired in it",
	},
	{
		ID: "resize-init", Field: "", Message: "must not be set to 'RestartContainer' for non-sidecar initContainers",
		Doc:  "an init container runs once and is not restarted in order to resize it",
		Help: "remove resizePolicy from the init container",
	},
}

var volumeExplanations = []Explanation{
	{
		ID: "volume-duplicate", Field: "volumes.name", Message: "Duplicate value",
		Doc:  "mounts address a volume by its name; merging two templates keeps the volumes of both, even if they have the same name",
		Help: "rename one of the volumes and its mounts, or remove it from one of the templates",
	},
	{
		ID: "volume-several-types", Field: "", Message: "may not specify more than 1 volume type",
		Doc:  "a volume has exactly one source; merging two templates joins the sources of both",
		Help: "keep one source, and give the other a volume of its own",
	},
	{
		ID: "volume-token-account", Field: "sources.serviceAccountToken", Message: "must not be specified when serviceAccountName is not set",
		Doc:  "a token is of a service account, and the Pod names none",
		Help: "set spec.serviceAccountName (the execution's or the configuration's service account)",
	},
	{
		ID: "path-relative", Field: "", Message: "must be a relative path",
		Doc:  "the path is below the volume",
		Help: "remove the leading slash",
	},
	{
		ID: "path-backsteps", Field: "", Message: "must not contain '..'",
		Doc:  "a path with .. in it could lead out of the volume",
		Help: "write the path without ..",
	},
	{
		ID: "path-absolute", Field: "", Message: "must be an absolute path",
		Doc:  "the path is one of the node or server, from its root",
		Help: "begin the path with a slash",
	},
	{
		ID: "volume-source-incomplete", Field: "claimName secretName configMap.name hostPath.path nfs.server nfs.path csi.driver", Message: "Required value",
		Doc:  "the volume does not say what it is a volume of",
		Help: "set this field",
	},
	{
		ID: "file-mode", Field: "", Message: "must be a number between 0 and 0777 (octal)",
		Doc:  "YAML and JSON have decimal numbers, where 0644 is 420 (CUE writes it 0o644)",
		Help: "write the mode in decimal, or as 0o644 in CUE",
	},
}
