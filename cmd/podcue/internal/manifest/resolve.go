package manifest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// plainWords are the scalars that are neither strings nor numbers. This and the
// rest of the file are the rules of go.yaml.in/yaml/v2 (resolve.go), with which
// Kubernetes reads YAML; the v3 that parses here would take yes for a string.
var plainWords = map[string]any{
	"y": true, "Y": true, "yes": true, "Yes": true, "YES": true,
	"true": true, "True": true, "TRUE": true,
	"on": true, "On": true, "ON": true,
	"n": false, "N": false, "no": false, "No": false, "NO": false,
	"false": false, "False": false, "FALSE": false,
	"off": false, "Off": false, "OFF": false,
	"": nil, "~": nil, "null": nil, "Null": nil, "NULL": nil,
	".nan": math.NaN(), ".NaN": math.NaN(), ".NAN": math.NaN(),
	".inf": math.Inf(1), ".Inf": math.Inf(1), ".INF": math.Inf(1),
	"+.inf": math.Inf(1), "+.Inf": math.Inf(1), "+.INF": math.Inf(1),
	"-.inf": math.Inf(-1), "-.Inf": math.Inf(-1), "-.INF": math.Inf(-1),
}

// isString reports whether the plain scalar s can only be a string: the quick
// answer for most.
func isString(s string) bool {
	return s != "" && !strings.ContainsAny(s[:1], "+-.0123456789yYnNtTfFoO~")
}

var plainFloat = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

// scalar returns what the scalar n is: nil, a bool, an int64, a uint64, a
// float64, json text (of a JSON document), or a string.
func scalar(n *node) (any, error) {
	switch {
	case n.style == jsonStyle:
		return json.RawMessage(n.value), nil
	case n.style == taggedStyle:
		return tagged(n)
	case n.style == quotedStyle || isString(n.value):
		return n.value, nil
	}
	return plain(n.value), nil
}

// plain returns what the plain scalar s is.
func plain(s string) any {
	if v, ok := plainWords[s]; ok {
		return v
	}
	switch c := s[0]; {
	case c == '.':
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return f
		}
	case c == '+' || c == '-' || '0' <= c && c <= '9':
		if v, ok := number(s); ok {
			return v
		}
	}
	return s
}

// number returns the number that s is. Dates are not numbers.
func number(s string) (any, bool) {
	digits := strings.ReplaceAll(s, "_", "")
	if i, err := strconv.ParseInt(digits, 0, 64); err == nil {
		return i, true
	}
	if u, err := strconv.ParseUint(digits, 0, 64); err == nil {
		return u, true
	}
	if plainFloat.MatchString(digits) {
		if f, err := strconv.ParseFloat(digits, 64); err == nil {
			return f, true
		}
	}
	return nil, false
}

// tagged returns what the scalar n is, which says its type itself.
func tagged(n *node) (any, error) {
	v := unquoted(n)
	switch n.tag {
	case "!!binary":
		data, err := base64.StdEncoding.DecodeString(n.value)
		if err != nil {
			return nil, fmt.Errorf("the !!binary value is not base64")
		}
		return string(data), nil
	case "!!null", "!!bool", "!!int", "!!float":
		if i, ok := v.(int64); ok && n.tag == "!!float" {
			v = float64(i)
		}
		if typeTag(v) != n.tag {
			return nil, fmt.Errorf("%q is not of the type %s that it says", n.value, n.tag)
		}
		return v, nil
	}
	return n.value, nil
}

func unquoted(n *node) any {
	if isString(n.value) {
		return n.value
	}
	return plain(n.value)
}

func typeTag(v any) string {
	switch v.(type) {
	case nil:
		return "!!null"
	case bool:
		return "!!bool"
	case int64, uint64:
		return "!!int"
	case float64:
		return "!!float"
	}
	return "!!str"
}

// key returns the map key that n is, as Kubernetes turns it into a string.
func key(n *node) (string, error) {
	if n = n.resolved(); n == nil || n.kind != scalarNode {
		return "", fmt.Errorf("a map key must be a string")
	}
	v, err := scalar(n)
	switch v := v.(type) {
	case string:
		return v, err
	case bool:
		return strconv.FormatBool(v), err
	case int64:
		return strconv.FormatInt(v, 10), err
	case float64:
		switch s := strconv.FormatFloat(v, 'g', -1, 32); s {
		case "+Inf":
			return ".inf", err
		case "-Inf":
			return "-.inf", err
		case "NaN":
			return ".nan", err
		default:
			return s, err
		}
	}
	if err == nil {
		err = fmt.Errorf("%s cannot be a map key", n.value)
	}
	return "", err
}

// isMergeKey reports whether n is the key << that merges maps.
func isMergeKey(n *node) bool {
	return n.kind == scalarNode && n.value == "<<" && (n.style == plainStyle || n.tag == "!!merge")
}
