package finding

import "strings"

// Nearest returns the candidate that name is most likely a slip of the keyboard
// for, "" where none is near enough. Case does not count; of candidates that are
// equally near, the first wins.
func Nearest(name string, candidates []string) string {
	best, distance := "", len(name)/3+2
	for _, c := range candidates {
		if d := editDistance(strings.ToLower(name), strings.ToLower(c)); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// DidYouMean returns "; did you mean X?" for the candidate that is [Nearest] to
// name, "" where none is: the end of a message about an unknown name.
func DidYouMean(name string, candidates []string) string {
	if best := Nearest(name, candidates); best != "" && best != name {
		return "; did you mean " + best + "?"
	}
	return ""
}

// editDistance counts the edits of one byte, or swaps of two neighbours, that
// turn a into b.
func editDistance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
