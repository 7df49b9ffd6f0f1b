package main

import "github.com/podcue/podcue/finding"

const idGPUQuantity = "gpu-quantity"

// twinRules are the mistakes that more than one stage sees, each with the finding
// that says it best: a hazard, which knows both sides of a merge; then a policy,
// which names the objects and has a Pod Security Standard behind it; then the API
// server, whose message alone says what the value should be. Where one finding has
// several that could speak for it, the first rule holds.
//
// Findings at one place that ask for different things are no twins and are not
// here: procMount Unmasked needs hostUsers for the API server and is too much for
// the policy; a hostPath can be unclean and lead to a sensitive directory.
var twinRules = []twinRule{
	// Two elements of a list with one key.
	{"merge-volume-duplicate", finding.IDAPI, inElement, "Duplicate value", ""},
	{"merge-volume-duplicate", "volume-duplicate", samePlace, "", ""},
	{"volume-duplicate", finding.IDAPI, inElement, "Duplicate value", ""},
	{"merge-volume-mount-duplicate", finding.IDAPI, inElement, "must be unique", ""},
	{"merge-volume-mount-duplicate", "mount-path-conflict", samePlace, "at one path", ""},
	{"mount-path-conflict", finding.IDAPI, inElement, "must be unique", "at one path"},
	{"mount-path-conflict", finding.IDAPI, inElement, "must not already exist as a path", ""},
	{"merge-port-duplicate", finding.IDAPI, inElement, "Duplicate value|duplicate port", ""},
	{"merge-port-duplicate", "port-duplicate", samePlace, "", ""},
	{"port-duplicate", finding.IDAPI, inElement, "Duplicate value|duplicate port", ""},
	{"merge-element-duplicate", finding.IDAPI, inElement, "Duplicate value|must be unique", ""},
	{"merge-element-duplicate", "merge-duplicate-key", samePlace, "", ""},
	{"merge-element-doubled", "merge-duplicate-key", ofList, "have the key", "has $word twice"},
	{"merge-duplicate-key", finding.IDAPI, inElement, "Duplicate value", ""},

	// Variables.
	{"merge-env-duplicate", finding.IDAPI, samePlace, "hides previous definition", ""},
	{"merge-env-beaten", finding.IDAPI, samePlace, "hides previous definition", ""},
	{"merge-env-template-wins", finding.IDAPI, samePlace, "hides previous definition", ""},
	{"merge-env-duplicate", "duplicate-env", samePlace, "", ""},
	{"merge-env-beaten", "duplicate-env", samePlace, "", ""},
	{"merge-env-template-wins", "duplicate-env", samePlace, "", ""},
	{"duplicate-env", finding.IDAPI, samePlace, "hides previous definition", ""},
	{"merge-env-order-random", "env-ref-order", ofList, "set after it", "whether $key sees"},
	{"merge-copilot-secret-exposed", "secret-in-env-value", samePlace, "", ""},

	// Resources.
	{"merge-resource-name-kept", finding.IDAPI, samePlace, "must be a standard resource", ""},
	{"merge-request-exceeds-limit", finding.IDAPI, ofResource, "$key limit of", ""},
	{"merge-request-exceeds-limit", finding.IDAPI, ofResources, "Limit must be set", "without a limit"},
	{"merge-request-exceeds-limit", idGPUQuantity, samePlace, "requests", ""},
	{"merge-request-exceeds-limit", "requests-gt-limits", samePlace, "", ""},
	{"merge-sidecar-limit-zero", finding.IDAPI, ofResources, "cpu limit of 0|memory limit of 0", "below the request"},
	{"merge-sidecar-limit-zero", "requests-gt-limits", ofResources, "above its limit of 0", "$key is 0, below|$key and memory is 0, below"},
	{idGPUQuantity, finding.IDAPI, samePlace, "must be an integer", "not a whole number"},
	{idGPUQuantity, finding.IDAPI, ofResource, "must be equal to $key limit of", "and its limit is"},
	{idGPUQuantity, finding.IDAPI, ofResources, "Limit must be set", "without a limit"},
	{idGPUQuantity, "requests-gt-limits", samePlace, "", "and its limit is"},
	{"requests-gt-limits", finding.IDAPI, ofResource, "less than or equal to $key limit of", ""},
	{"resource-range", finding.IDAPI, samePlace, "fractional byte value", ""},

	// Volumes and paths.
	{"volume-missing", finding.IDAPI, samePlace, "Not found", ""},
	{"hostpath-unclean", finding.IDAPI, samePlace, "must not contain '..'|Required value", ""},

	// The Pod as a whole.
	{"ephemeral-containers", finding.IDAPI, samePlace, "cannot be set on create|not allowed in pod template", ""},
	{"merge-nameservers-too-many", finding.IDAPI, samePlace, "must not have more than", ""},
	{"deprecated-field", finding.IDAPI, samePlace, "deprecated in|deprecated since|non-functional in", ""},
	{"merge-probe-two-handlers", finding.IDAPI, inElement, "may not specify more than 1 handler type", ""},

	// Values that there are not.
	{"seccomp-unconfined", finding.IDAPI, samePlace, "Unsupported value|Required value", ""},
	{"seccomp-missing", finding.IDAPI, samePlace, "Unsupported value|Required value", ""},
	{"proc-mount", finding.IDAPI, samePlace, "Unsupported value", ""},
	{"apparmor", finding.IDAPI, samePlace, "invalid AppArmor profile name|Unsupported value", ""},
	{"sysctls", finding.IDAPI, inElement, "must have at most", ""},
	{finding.IDAPI, "image-pull-policy", samePlace, "", "Unsupported value"},
	{finding.IDAPI, "probe-port", samePlace, "", "must be between"},

	// What one layer takes from another.
	{"merge-template-cannot-enforce", "merge-shadow", samePlace, "", ""},
	{"merge-zero-cannot-override", "merge-shadow", samePlace, "", ""},
	{"merge-config-beats-template", "merge-shadow", samePlace, "", ""},
	{"merge-host-network-imposed", "merge-shadow", samePlace, "", ""},
	{"merge-empty-string-overrides", "merge-config-beats-template", samePlace, "", ""},
	{"merge-pod-template-command-replaced", "primary-image-ignored", samePlace, "replaced by the task's", ""},
}
