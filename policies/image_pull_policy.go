package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// ImagePullPolicy reports images that a node may run without asking.
var ImagePullPolicy = &Policy{
	ID: "image-pull-policy",
	Doc: `Image pull policy

Unless the policy is Always, a node that has the image runs it without asking the registry: a tag that moved goes unnoticed, and so does a pod that may not have the image. With a digest it is the other way round: asking again cannot change anything, and slows the start.

Where the policy is not set, it is Always for the tag latest and IfNotPresent for any other.`,
	Help:     "set imagePullPolicy: Always for an image with a tag, IfNotPresent for one with a digest",
	Bad:      `podSpec: containers: [{name: "helper", image: "ghcr.io/acme/helper:1.4"}]`,
	Good:     `podSpec: containers: [{name: "helper", image: "ghcr.io/acme/helper:1.4", imagePullPolicy: "Always"}]`,
	Group:    "images",
	Severity: finding.Info,
	Stage:    Final,
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			if c.Image == "" || p.Subject.completed(c) {
				continue
			}
			r := parseImage(c.Image)
			policy := c.ImagePullPolicy
			if policy == "" {
				policy = corev1.PullIfNotPresent
				if r.digest == "" && (r.tag == "" || r.tag == "latest") {
					policy = corev1.PullAlways
				}
			}
			switch at := c.Path().Child("imagePullPolicy"); {
			case r.digest == "" && policy != corev1.PullAlways:
				p.Report(at, "%s runs image %s without asking its registry (%s)", c, c.Image, policy)
			case r.digest != "" && policy == corev1.PullAlways:
				p.Report(at, "%s pulls image %s again, although its digest cannot change", c, c.Image)
			}
		}
	},
}
