// Package peers measures podcue beside other tools, on the same input in turns.
//
//	cd e2e/peers && go test -run '^$' -bench . -benchtime 20x
//
// It is a module of its own, so that each tool is built with the libraries that
// it was released with.
package peers
