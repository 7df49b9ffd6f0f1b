package flyte

import (
	"encoding/base32"
	"hash/fnv"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// lowerBase32 is the alphabet that Flyte writes hashes and secrets in.
var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz123456")

var (
	camelBorder = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	notDNS      = regexp.MustCompile(`[^a-z0-9.-]+`)
)

// maxName is the longest name of a pod, a DNS-1123 subdomain.
const maxName = validation.DNS1123SubdomainMaxLength

// podName makes name fit for a pod: a name that is no DNS-1123 subdomain is
// converted, and one that is too long is cut and gets a hash.
func (p *Profile) podName(name string) string {
	if len(validation.IsDNS1123Subdomain(name)) == 0 {
		return name
	}
	name = camelBorder.ReplaceAllString(name, "${1}-${2}")
	name = notDNS.ReplaceAllString(strings.ToLower(name), "")
	name = strings.Trim(name, ".-")
	if len(name) <= maxName {
		return name
	}
	hash := fnv.New32a()
	hash.Write([]byte(name)) // never fails
	sum := lowerBase32.WithPadding(base32.NoPadding).EncodeToString(hash.Sum(nil))
	return name[:p.nameHead] + "-f" + sum
}
