package policies

import "strings"

// An imageRef is an image's name in its parts, with what it leaves out filled in
// as runtimes do: Docker Hub, and its namespace library.
type imageRef struct {
	registry   string // "docker.io", with its port if it has one
	repository string // "library/python"
	tag        string // "" when none is written
	digest     string // "sha256:…"; "" when none is written
}

// parseImage splits an image's name. It does not check it.
func parseImage(image string) imageRef {
	r := imageRef{}
	image, r.digest, _ = strings.Cut(image, "@")
	if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
		image, r.tag = image[:i], image[i+1:]
	}
	r.registry, r.repository = splitRegistry(image)
	return r
}

// splitRegistry splits the name of a repository. The first part is a registry if
// it looks like a host, as runtimes decide it.
func splitRegistry(name string) (registry, repository string) {
	first, rest, ok := strings.Cut(name, "/")
	if !ok || !strings.ContainsAny(first, ".:") && first != "localhost" {
		if !ok {
			return "docker.io", "library/" + name
		}
		return "docker.io", name
	}
	if first == "index.docker.io" {
		first = "docker.io"
	}
	if first == "docker.io" && !strings.Contains(rest, "/") {
		rest = "library/" + rest
	}
	return first, rest
}

// within reports whether the image lies below prefix, compared by segments: a
// registry, or a registry and the start of a repository. A registry that starts
// with "*." stands for all its subdomains. What names no registry is Docker Hub's.
func (r imageRef) within(prefix string) bool {
	prefix = strings.TrimSuffix(prefix, "/")
	registry, repository, _ := strings.Cut(prefix, "/")
	if !strings.ContainsAny(registry, ".:*") && registry != "localhost" {
		registry, repository = "docker.io", prefix
	}
	if registry == "index.docker.io" {
		registry = "docker.io"
	}
	if domain, ok := strings.CutPrefix(registry, "*"); ok {
		if !strings.HasSuffix(r.registry, domain) {
			return false
		}
	} else if r.registry != registry {
		return false
	}
	rest, ok := strings.CutPrefix(r.repository, repository)
	return ok && (repository == "" || rest == "" || rest[0] == '/')
}
