// Package merge puts pod templates on top of one another.
package merge
