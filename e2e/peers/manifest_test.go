//go:build unix

package peers

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// manifests writes n Deployments of 84 lines, a file each, and returns the files.
// No two are alike. Podcue has nothing against those that are sound, and two
// errors in each of the others.
func manifests(b *testing.B, n int, sound bool) []string {
	b.Helper()
	dir := b.TempDir()
	files := make([]string, n)
	for i := range files {
		text := deployment
		if !sound {
			text = strings.Replace(text, "allowPrivilegeEscalation: false", "privileged: true", 1)
			text = strings.Replace(text, "automountServiceAccountToken: false", "hostNetwork: true", 1)
		}
		files[i] = filepath.Join(dir, fmt.Sprintf("app-%04d.yaml", i))
		if err := os.WriteFile(files[i], []byte(strings.ReplaceAll(text, "NNNN", fmt.Sprintf("%04d", i))), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return files
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-NNNN
  namespace: team-a
  labels:
    app.kubernetes.io/name: app-NNNN
    app.kubernetes.io/part-of: shop
spec:
  replicas: 3
  selector:
    matchLabels:
      app.kubernetes.io/name: app-NNNN
  template:
    metadata:
      labels:
        app.kubernetes.io/name: app-NNNN
        app.kubernetes.io/part-of: shop
    spec:
      serviceAccountName: app-NNNN
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      initContainers:
        - name: migrate
          image: registry.example.com/shop/migrate:1.NNNN.0
          args: [--target, "NNNN"]
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {memory: 128Mi}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
      containers:
        - name: app
          image: registry.example.com/shop/app:1.NNNN.0
          args:
            - --listen=:8080
            - --shard=NNNN
          env:
            - name: SHARD
              value: "NNNN"
            - name: POD_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
          ports:
            - name: http
              containerPort: 8080
          readinessProbe:
            httpGet:
              path: /ready
              port: http
            periodSeconds: 5
          livenessProbe:
            tcpSocket:
              port: http
          resources:
            requests:
              cpu: 250m
              memory: 512Mi
            limits:
              memory: 512Mi
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          volumeMounts:
            - name: cache
              mountPath: /var/cache/app
            - name: config
              mountPath: /etc/app
              readOnly: true
      volumes:
        - name: cache
          emptyDir: {sizeLimit: 1Gi}
        - name: config
          configMap:
            name: app-NNNN
`
