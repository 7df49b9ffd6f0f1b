package provenance

import "strings"

// Rules that say how an origin goes with those below it. Other rules only name
// what decided.
const (
	RuleAppend = "append" // the list, or its element, comes after what is below it
	RuleMerge  = "merge"  // the struct, map or list was united with the one below it
	RuleRender = "render" // the references in the text below it were replaced; or render-RULE, by what came by RULE
	// RuleConfigured: the value was configured for what the one below it brought about.
	RuleConfigured = "configured"

	// Of one layer that is written in CUE:
	RuleUnified    = "unified"    // the same value, written in another place too, or what a reference leads to
	RuleConstraint = "constraint" // it restricts the value
	RuleDefault    = "default"    // it is the value unless another one is given
)

// cannotOverride is part of the rules of what was written in vain although it
// stands above.
const cannotOverride = "-cannot-override"

// Shares reports for each of the origins of a node, lowest precedence first,
// whether it has a share in the value: the last one, which decided it; what that
// one was merged with, appended to, rendered from or configured for; and in its
// own layer what says the same or restricts it. The others lost: with another value there, the
// node would be the same.
func Shares(origins []Origin) []bool {
	shares := make([]bool, len(origins))
	if len(origins) == 0 {
		return shares
	}
	last := len(origins) - 1
	shares[last] = true
	top := origins[last] // of the layer that shares
	for i := last - 1; i >= 0; i-- {
		o := origins[i]
		switch {
		case o.Rule == RuleDefault && o.Layer == top.Layer, strings.Contains(o.Rule, cannotOverride):
		case (o.Rule == RuleUnified || o.Rule == RuleConstraint) && o.Layer == top.Layer:
			shares[i] = true
		case top.Rule == RuleAppend || top.Rule == RuleMerge || top.Rule == RuleConfigured || strings.HasPrefix(top.Rule, RuleRender):
			shares[i], top = true, o
		default:
			return shares
		}
	}
	return shares
}
