// Testapi is a whole kube-apiserver with the etcd that it needs, in one process,
// for the tests of this module. It talks to nothing but loopback and sockets in
// its own directory.
//
//	testapi DIR FLAG…
//
// DIR is a directory of the tests' own for the data of etcd; the flags are
// kube-apiserver's. It runs until it is killed or its standard input ends, so that
// it does not outlive the tests.
package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register" // --logging-format=json
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: testapi DIR FLAG...")
		os.Exit(2)
	}
	socket, err := startEtcd(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "testapi: etcd:", err)
		os.Exit(1)
	}
	go func() {
		io.Copy(io.Discard, os.Stdin) // its end is what counts
		os.Exit(0)
	}()
	command := app.NewAPIServerCommand()
	command.SetArgs(append([]string{"--etcd-servers=" + socket}, os.Args[2:]...))
	os.Exit(cli.Run(command))
}

// startEtcd starts etcd with its data in dir and returns its client address.
func startEtcd(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	cfg := embed.NewConfig()
	cfg.Dir = filepath.Join(dir, "data")
	cfg.LogLevel = "error"
	cfg.UnsafeNoFsync = true
	client := url.URL{Scheme: "unix", Path: filepath.Join(dir, "client.sock")}
	peer := url.URL{Scheme: "unix", Path: filepath.Join(dir, "peer.sock")}
	cfg.ListenClientUrls, cfg.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	cfg.ListenPeerUrls, cfg.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	cfg.InitialCluster = cfg.InitialClusterFromName(cfg.Name)
	etcd, err := embed.StartEtcd(cfg)
	if err != nil {
		return "", err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return client.String(), nil
	case err := <-etcd.Err():
		return "", err
	case <-time.After(time.Minute):
		return "", fmt.Errorf("not ready after a minute")
	}
}
