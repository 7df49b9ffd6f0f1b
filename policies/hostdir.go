package policies

import (
	"iter"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/provenance"
)

// A hostDir is a path on the node, resolved to its segments: "/" has none. Two
// spellings of one place are equal. On Windows the drive is left out and case
// does not count.
type hostDir []string

// String returns the directory as a path.
func (d hostDir) String() string { return "/" + strings.Join(d, "/") }

// A hostLink is a directory that is a symbolic link.
type hostLink struct {
	link, target         hostDir
	linkPath, targetPath string
}

// hostLinks are those of the nodes' usual systems, and of images. A bind mount
// follows them, so a rule about one name must hold for the other.
var hostLinks = []hostLink{
	newHostLink("/var/run", "/run"),
	newHostLink("/var/lock", "/run/lock"),
	newHostLink("/bin", "/usr/bin"),
	newHostLink("/sbin", "/usr/sbin"),
	newHostLink("/lib", "/usr/lib"),
	newHostLink("/lib32", "/usr/lib32"),
	newHostLink("/lib64", "/usr/lib64"),
	newHostLink("/libx32", "/usr/libx32"),
}

func newHostLink(link, target string) hostLink {
	return hostLink{strings.Split(link[1:], "/"), strings.Split(target[1:], "/"), link, target}
}

// resolveHost resolves path as a node would: segment by segment, so that ".."
// after a link leads out of the link's target. A relative path is taken from
// the root. It cannot know links that somebody made on the node.
func resolveHost(path string) hostDir {
	if windowsPath(path) {
		path = localWindowsPath(path)
	}
	out := make(hostDir, 0, strings.Count(path, "/")+1)
	for seg := range strings.SplitSeq(path, "/") {
		switch seg {
		case "", ".":
		case "..":
			out = out[:max(len(out)-1, 0)]
		default:
			out = append(out, seg)
			for _, l := range hostLinks {
				if slices.Equal(out, l.link) {
					out = append(out[:0], l.target...)
				}
			}
		}
	}
	return out
}

// windowsPath reports whether path is one of Windows: C:\x, C:/x, \\.\pipe\x.
func windowsPath(path string) bool {
	if strings.HasPrefix(path, `\`) {
		return true
	}
	drive := len(path) >= 2 && path[1] == ':' && (path[0]|0x20 >= 'a' && path[0]|0x20 <= 'z')
	return drive && (len(path) == 2 || path[2] == '/' || path[2] == '\\')
}

// localWindowsPath returns path, which is one of Windows, with slashes and without
// the drive, by whatever name: C:, \\?\C:, \\localhost\C$.
func localWindowsPath(path string) string {
	path = strings.ToLower(strings.ReplaceAll(path, `\`, "/"))
	if rest, ok := strings.CutPrefix(path, "//?/"); ok {
		path = rest
	}
	if share, ok := strings.CutPrefix(path, "//"); ok {
		_, share, _ = strings.Cut(share, "/")
		if drive, rest, _ := strings.Cut(share, "/"); len(drive) == 2 && drive[1] == '$' {
			path = rest
		}
	}
	if len(path) >= 2 && path[1] == ':' {
		path = path[2:]
	}
	return path
}

// throughProc returns where d leads if it goes through the root directory of a
// process of the node, as /proc/1/root/etc does; ok says whether it goes on
// below it.
func (d hostDir) throughProc() (dir hostDir, ok bool) {
	for len(d) > 3 && d[0] == "proc" && d[2] == "root" {
		d, ok = resolveHost(d[3:].String()), true
	}
	return d, ok
}

// within reports whether d is dir or inside of it. A segment "*" of dir stands
// for any one segment.
func (d hostDir) within(dir hostDir) bool {
	if len(d) < len(dir) {
		return false
	}
	for i, seg := range dir {
		if seg != "*" && seg != d[i] {
			return false
		}
	}
	return true
}

// contains reports whether dir is d or inside of d; segments "*" of dir stand
// for any one segment.
func (d hostDir) contains(dir hostDir) bool {
	if len(d) > len(dir) {
		return false
	}
	return d.within(dir[:len(d)])
}

func resolveHosts(paths []string) []hostDir {
	out := make([]hostDir, len(paths))
	for i, p := range paths {
		out[i] = resolveHost(p)
	}
	return out
}

// hostVolumes yields the pod's hostPath volumes, mounted or not, with their
// index.
func hostVolumes(spec *corev1.PodSpec) iter.Seq2[int, *corev1.Volume] {
	return func(yield func(int, *corev1.Volume) bool) {
		for i := range spec.Volumes {
			if spec.Volumes[i].HostPath != nil && !yield(i, &spec.Volumes[i]) {
				return
			}
		}
	}
}

// A hostMount is one mount of a hostPath volume by a container of any role.
type hostMount struct {
	Container
	mount  *corev1.VolumeMount
	index  int
	volume *corev1.Volume
}

// path returns the canonical path of the mount.
func (m hostMount) path() provenance.Path { return m.mountPath(m.index) }

// hostMounts yields every mount of a hostPath volume.
func hostMounts(spec *corev1.PodSpec) iter.Seq[hostMount] {
	return func(yield func(hostMount) bool) {
		if !slices.ContainsFunc(spec.Volumes, func(v corev1.Volume) bool { return v.HostPath != nil }) {
			return
		}
		for c := range Containers(spec) {
			for i := range c.VolumeMounts {
				for _, v := range hostVolumes(spec) {
					if v.Name == c.VolumeMounts[i].Name && !yield(hostMount{c, &c.VolumeMounts[i], i, v}) {
						return
					}
				}
			}
		}
	}
}
