// Package finding is the one shape of everything that is wrong, whichever stage
// saw it: loading and evaluating CUE, the schema, the API server's verdict, the
// merge's hazards, policies, waivers.
//
// A [Finding] carries data, never layout: an id that can be searched for, the
// field as a [provenance.Path], a message without a position in it, and the
// origins of the value. Text, colours, carets and relative file names are made
// at the very end, by the report.
//
// It is a leaf but for package provenance.
package finding
