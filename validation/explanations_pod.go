package validation

var podExplanations = []Explanation{
	{
		ID: "toleration-exists-value", Field: "tolerations.operator", Message: "value must be empty when `operator` is 'Exists'",
		Doc:  "Exists tolerates every value of the key, so a value means nothing",
		Help: "remove value, or use operator: Equal",
	},
	{
		ID: "toleration-seconds", Field: "tolerations.effect", Message: "effect must be 'NoExecute' when `tolerationSeconds` is set",
		Doc:  "tolerationSeconds delays an eviction, and only NoExecute evicts",
		Help: "set effect: NoExecute, or remove tolerationSeconds",
	},
	{
		ID: "toleration-no-key", Field: "tolerations.operator", Message: "operator must be Exists when `key` is empty",
		Doc:  "without a key a toleration fits every taint, which only Exists can say",
		Help: "set the key, or operator: Exists to tolerate everything",
	},
	{
		ID: "affinity-no-terms", Field: "nodeSelectorTerms", Message: "must have at least one node selector term",
		Doc:  "a required node affinity without terms would fit no node",
		Help: "add a term, or remove requiredDuringSchedulingIgnoredDuringExecution",
	},
	{
		ID: "selector-operator", Field: "operator", Message: "not a valid selector operator",
		Doc:  "a node selector knows In, NotIn, Exists, DoesNotExist, Gt and Lt",
		Help: "use one of these operators",
	},
	{
		ID: "selector-values", Field: "values", Message: "may not be specified when `operator` is|must be specified when `operator` is",
		Doc:  "In and NotIn compare with values, Exists and DoesNotExist have none",
		Help: "add or remove values to fit the operator",
	},
	{
		ID: "spread-min-domains", Field: "minDomains", Message: "can only use minDomains if whenUnsatisfiable=DoNotSchedule",
		Doc:  "minDomains is a hard condition, and ScheduleAnyway makes the constraint a wish",
		Help: "set whenUnsatisfiable: DoNotSchedule, or remove minDomains",
	},
	{
		ID: "spread-duplicate", Field: "", Message: "Duplicate value: \"{",
		Doc:  "two constraints for the same topology key and whenUnsatisfiable contradict one another; merging two templates keeps those of both",
		Help: "remove one of the constraints",
	},
	{
		ID: "label-keys-no-selector", Field: "matchLabelKeys mismatchLabelKeys", Message: "must not be specified when labelSelector is not set",
		Doc:  "the keys narrow the labelSelector, and there is none",
		Help: "add a labelSelector, or remove the keys",
	},
	{
		ID: "topology-key", Field: "topologyKey", Message: "can not be empty|Required value",
		Doc:  "affinity and spreading are by a label of the nodes",
		Help: "set topologyKey, for example kubernetes.io/hostname",
	},
	{
		ID: "gates-node", Field: "spec.nodeName", Message: "cannot be set until all schedulingGates have been cleared",
		Doc:  "a Pod that waits at a gate cannot have its node already",
		Help: "remove nodeName or schedulingGates",
	},
	{
		ID: "ephemeral-containers", Field: "ephemeralContainers", Message: "cannot be set on create|not allowed in pod template",
		Doc:  "ephemeral containers are added to a running Pod, by kubectl debug",
		Help: "remove ephemeralContainers",
	},
	{
		ID: "windows-pod", Field: "", Message: "cannot be set for a windows pod|may not be set for a windows pod",
		Doc:  "spec.os.name is windows, and this exists on Linux only",
		Help: "remove it, or set spec.os.name: linux",
	},
	{
		ID: "linux-pod", Field: "", Message: "windows options cannot be set for a linux pod",
		Doc:  "spec.os.name is linux, and windowsOptions exist on Windows only",
		Help: "remove windowsOptions, or set spec.os.name: windows",
	},
	{
		ID: "windows-user-empty", Field: "runAsUserName", Message: "runAsUserName cannot be an empty string",
		Doc:  "an empty user name is not the default user: a missing one is",
		Help: "remove runAsUserName",
	},
	{
		ID: "host-process", Field: "", Message: "hostProcess containers|hostProcess value must be identical",
		Doc:  "a Pod is all HostProcess containers on the host's network, or has none",
		Help: "set hostProcess once, for the whole Pod, and hostNetwork: true",
	},
	{
		ID: "host-users", Field: "", Message: "when `hostUsers` is false",
		Doc:  "a Pod in a user namespace of its own cannot share the node's namespaces or raw devices",
		Help: "remove it, or set hostUsers: true",
	},
	{
		ID: "sysctl-host", Field: "sysctls.name", Message: "may not be specified when",
		Doc:  "the sysctl would be that of the node, whose namespace the Pod shares",
		Help: "remove the sysctl, or hostNetwork and hostIPC",
	},
	{
		ID: "sysctl-duplicate", Field: "sysctls.name", Message: "Duplicate value",
		Doc:  "a sysctl has one value; merging two templates keeps those of both",
		Help: "remove one of the two",
	},
	{
		ID: "share-process", Field: "shareProcessNamespace", Message: "cannot both be enabled",
		Doc:  "containers share the processes of the Pod or those of the node",
		Help: "remove shareProcessNamespace or hostPID",
	},
	{
		ID: "dns-none", Field: "dnsConfig dnsConfig.nameservers", Message: "when `dnsPolicy` is None",
		Doc:  "dnsPolicy None leaves all DNS settings to dnsConfig",
		Help: "set dnsConfig.nameservers, or another dnsPolicy",
	},
	{
		ID: "dns-too-many", Field: "dnsConfig.nameservers dnsConfig.searches", Message: "must not have more than",
		Doc:  "the resolver of the containers reads three name servers",
		Help: "keep the first ones",
	},
	{
		ID: "deadline", Field: "activeDeadlineSeconds", Message: "must be between",
		Doc:  "the deadline is at least one second",
		Help: "set a positive number of seconds, or remove it",
	},
	{
		ID: "subdomain-name", Field: "", Message: "a lowercase RFC 1123 subdomain",
		Doc:  "names of objects are lower-case letters, digits, - and ., and end in a letter or digit",
		Help: "rename it in lower case, with - in place of _ and /",
	},
	{
		ID: "label-name", Field: "", Message: "a lowercase RFC 1123 label",
		Doc:  "names of containers, volumes and ports are lower-case letters, digits and -, at most 63 of them",
		Help: "rename it in lower case, with - in place of . and _",
	},
	{
		ID: "label-value", Field: "labels matchLabels values", Message: "a valid label must be|must be no more than 63",
		Doc:  "label values are letters, digits, -, _ and ., at most 63 of them, which a URL or a sentence is not",
		Help: "shorten the value, or make it an annotation",
	},
	{
		ID: "label-key", Field: "labels annotations matchLabels nodeSelector", Message: "a valid label key|name part must|prefix part",
		Doc:  "keys of labels and annotations are DOMAIN/NAME or NAME: letters, digits, -, _ and ., at most 63 after the slash",
		Help: "mend the key",
	},
	{
		ID: "name-missing", Field: "metadata.name", Message: "name or generateName is required",
		Doc:  "every object has a name",
		Help: "set metadata.name",
	},
	{
		ID: "list-duplicate", Field: "", Message: "Duplicate value",
		Doc:  "the elements of this list are told apart by a key that is unique in it; merging two templates keeps those of both",
		Help: "remove one of the two",
	},
	{
		ID: "unsupported-value", Field: "", Message: "Unsupported value",
		Doc:  "the field has a fixed set of values, and case counts",
		Help: "use one of the values that the message lists",
	},
}

var decodingExplanations = []Explanation{
	{
		ID: "unknown-field", Field: "", Message: "unknown field ",
		Doc:  "Kubernetes has no such field here; case counts. Without strict decoding it would be ignored",
		Help: "remove the field, or move it to where it belongs",
	},
	{
		ID: "duplicate-field", Field: "", Message: "duplicate field ",
		Doc:  "of two values of one field only the last would count",
		Help: "remove one of the two",
	},
	{
		ID: "wrong-type", Field: "", Message: "json: cannot unmarshal",
		Doc:  "the value is of another type than the field",
		Help: "write a value of the type that the message names",
	},
	{
		ID: "quantity", Field: "", Message: "quantities must match the regular expression",
		Doc:  "a quantity is a number with one of the suffixes m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei",
		Help: "write it like 500m, 2, 16Gi: no blank, no B",
	},
	{
		ID: "unknown-kind", Field: "", Message: "no kind |no version |unknown conversion|Object 'Kind' is missing",
		Doc:  "the API server has no such kind in this apiVersion at this place",
		Help: "Pod and PodTemplate have apiVersion: v1",
	},
}
