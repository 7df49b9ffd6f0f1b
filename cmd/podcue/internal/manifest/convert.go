package manifest

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// A converter turns the nodes of a document into JSON.
type converter struct {
	out     []byte
	depth   int
	open    []*node // the anchors that are being expanded
	members memberReader
}

// located is an error at a node.
type located struct {
	node    *node
	before  *node // another node that it is about; may be nil
	message string
	help    string
}

func (l *located) Error() string { return l.message }

func fail(n *node, help, format string, args ...any) error {
	return &located{node: n, message: fmt.Sprintf(format, args...), help: help}
}

// value appends the JSON of n. The error is a *located.
func (c *converter) value(n *node) error {
	if len(c.out) > maxDocument {
		return fail(n, "split the document; see that no alias repeats a large part of it", "%s", tooLarge("document", maxDocument))
	}
	switch n.kind {
	case aliasNode:
		return c.alias(n)
	case mapNode:
		return c.nested(n, c.object)
	case listNode:
		return c.nested(n, c.list)
	}
	v, err := scalar(n)
	if err != nil {
		return fail(n, "", "%v", err)
	}
	return c.scalar(n, v)
}

func (c *converter) nested(n *node, write func(*node) error) error {
	if c.depth++; c.depth > maxDepth {
		return fail(n, "", "maps and lists are nested more than %d deep", maxDepth)
	}
	err := write(n)
	c.depth--
	return err
}

func (c *converter) alias(n *node) error {
	if n.alias == nil || slices.Contains(c.open, n.alias) {
		return fail(n, "", "the anchor &%s contains itself", n.value)
	}
	c.open = append(c.open, n.alias)
	err := c.value(n.alias)
	c.open = c.open[:len(c.open)-1]
	return err
}

func (c *converter) list(n *node) error {
	c.out = append(c.out, '[')
	for i := range n.content {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		if err := c.value(&n.content[i]); err != nil {
			return err
		}
	}
	c.out = append(c.out, ']')
	return nil
}

func (c *converter) object(n *node) error {
	members, err := c.members.of(n)
	if err != nil {
		return err
	}
	c.out = append(c.out, '{')
	for i, m := range members {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = append(appendString(c.out, m.name), ':')
		if err := c.value(m.value); err != nil {
			return err
		}
	}
	c.out = append(c.out, '}')
	return nil
}

func (c *converter) scalar(n *node, v any) error {
	switch v := v.(type) {
	case nil:
		c.out = append(c.out, "null"...)
	case bool:
		c.out = strconv.AppendBool(c.out, v)
	case int64:
		c.out = strconv.AppendInt(c.out, v, 10)
	case uint64:
		c.out = strconv.AppendUint(c.out, v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fail(n, "", "JSON has no number %s", n.value)
		}
		text, err := json.Marshal(v)
		if err != nil {
			return fail(n, "", "%v", err)
		}
		c.out = append(c.out, text...)
	case json.RawMessage:
		c.out = append(c.out, v...)
	case string:
		c.out = appendString(c.out, v)
	}
	return nil
}

// appendString appends s as a JSON string.
func appendString(out []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			text, err := json.Marshal(s)
			if err != nil {
				return append(out, `""`...) // cannot be: a string always encodes
			}
			return append(out, text...)
		}
	}
	out = append(out, '"')
	out = append(out, s...)
	return append(out, '"')
}
