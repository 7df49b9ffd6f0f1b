// Package e2e tests podcue against a real kube-apiserver.
//
//	cd e2e && go test -count 1 -timeout 40m ./...
//
// -count 1, because the go command does not see that a change of podcue makes an
// earlier result worthless.
//
// TestMain builds kube-apiserver with an embedded etcd from the Go modules (about
// 7 minutes on two cores the first time, seconds after that), and the podcue
// command, and starts the servers on loopback: there is no container, no cluster
// and no network. A machine that cannot build them fails the tests.
//
// It is a module of its own, so that the server's 145 modules stay out of podcue's.
package e2e
