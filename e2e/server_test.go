package e2e

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

const token = "e2e"

// A server is a running kube-apiserver.
type server struct {
	version string // what validation calls it: "1.37"
	url     string
	client  *http.Client
	cmd     *exec.Cmd
	log     bytes.Buffer
	done    chan struct{} // closed when the process has ended
}

// startServer starts testapi with its files in dir, emulating a Kubernetes
// version; "" is that of the program.
func startServer(testapi, dir, emulate string) (*server, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	key, tokens := filepath.Join(dir, "sa.key"), filepath.Join(dir, "tokens.csv")
	if err := writeKey(key); err != nil {
		return nil, err
	}
	if err := os.WriteFile(tokens, []byte(token+`,admin,admin-uid,"system:masters"`+"\n"), 0o600); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	args := []string{
		filepath.Join(dir, "etcd"),
		"--bind-address=127.0.0.1", "--secure-port=" + strconv.Itoa(port), "--cert-dir=" + dir,
		"--token-auth-file=" + tokens, "--authorization-mode=RBAC",
		"--service-account-issuer=https://podcue.test", "--service-account-key-file=" + key, "--service-account-signing-key-file=" + key,
		"--service-cluster-ip-range=10.0.0.0/24", "--endpoint-reconciler-type=none",
		// Plugins that ask for other objects, which podcue knows nothing of: accounts
		// (which a controller would create), priority classes and runtime classes.
		"--disable-admission-plugins=ServiceAccount,Priority,RuntimeClass",
		"--allow-privileged=true", "--profiling=false",
	}
	s := &server{version: "1.37", url: fmt.Sprintf("https://127.0.0.1:%d", port), done: make(chan struct{})}
	if emulate != "" {
		s.version = emulate
		args = append(args, "--emulated-version=kube="+emulate)
	}
	s.cmd = exec.Command(testapi, args...)
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	// testapi ends when its standard input does, which happens when this process
	// ends in whatever way.
	if _, err := s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		s.cmd.Wait() // an error is no news: it is killed at the end
		close(s.done)
	}()
	if err := s.ready(filepath.Join(dir, "apiserver.crt")); err != nil {
		s.stop()
		return nil, fmt.Errorf("kube-apiserver does not get ready: %w\n%s", err, s.log.String())
	}
	return s, nil
}

// ready waits until the server answers, and makes the client that trusts it.
func (s *server) ready(certFile string) error {
	deadline := time.After(2 * time.Minute)
	last := errors.New("no answer")
	for {
		select {
		case <-deadline:
			return last
		case <-s.done:
			return errors.New("it has ended")
		case <-time.After(200 * time.Millisecond):
		}
		if s.client == nil {
			cert, err := os.ReadFile(certFile)
			if err != nil {
				continue // it is not written yet
			}
			pool := x509.NewCertPool()
			if !pool.AppendCertsFromPEM(cert) {
				continue
			}
			s.client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, MaxIdleConnsPerHost: 8}}
		}
		a, err := s.do(http.MethodGet, "/readyz", nil)
		if err == nil && a.code == http.StatusOK {
			return nil
		}
		if last = err; err == nil {
			last = errors.New(string(a.body))
		}
	}
}

func (s *server) stop() {
	s.cmd.Process.Kill() // it may have ended already
	<-s.done
}

// An answer is what the server says to one request.
type answer struct {
	code     int
	body     []byte
	status   metav1.Status // of a refusal
	warnings []string
}

func (a *answer) accepted() bool { return a.code == http.StatusCreated || a.code == http.StatusOK }

// causes returns the causes of a refusal as "field: message".
func (a *answer) causes() []string {
	out := []string{}
	if a.status.Details != nil {
		for _, c := range a.status.Details.Causes {
			out = append(out, c.Field+": "+c.Message)
		}
	}
	return out
}

// do sends a request with a JSON body.
func (s *server) do(method, path string, body []byte) (*answer, error) {
	return s.send(method, path, "application/json", body)
}

// send sends a request.
func (s *server) send(method, path, contentType string, body []byte) (*answer, error) {
	req, err := http.NewRequest(method, s.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", contentType)
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	a := &answer{code: resp.StatusCode, warnings: []string{}}
	if a.body, err = io.ReadAll(resp.Body); err != nil {
		return nil, err
	}
	headers, errs := utilnet.ParseWarningHeaders(resp.Header["Warning"])
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	for _, h := range headers {
		a.warnings = append(a.warnings, h.Text)
	}
	if a.code >= 400 {
		if err := json.Unmarshal(a.body, &a.status); err != nil {
			a.status.Message = string(a.body)
		}
	}
	return a, nil
}

// create asks the server to create an object of a resource (pods, podtemplates …)
// in a namespace, with strict decoding.
func (s *server) create(t testing.TB, namespace, resource string, body []byte, dryRun bool) *answer {
	t.Helper()
	path := "/api/v1/namespaces/" + namespace + "/" + resource + "?fieldValidation=Strict"
	if dryRun {
		path += "&dryRun=All"
	}
	a, err := s.do(http.MethodPost, path, body)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// namespace creates a namespace with labels.
func (s *server) namespace(t testing.TB, name string, labels map[string]string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name, "labels": labels}})
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.do(http.MethodPost, "/api/v1/namespaces", body)
	if err != nil {
		t.Fatal(err)
	}
	if !a.accepted() && a.code != http.StatusConflict {
		t.Fatalf("namespace %s: %s", name, a.body)
	}
}

// writeKey writes a private key for service account tokens.
func writeKey(file string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return os.WriteFile(file, pem.EncodeToMemory(block), 0o600)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
