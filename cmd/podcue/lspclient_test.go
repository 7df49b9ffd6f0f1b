package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// An lspClient drives a language server over its standard streams, as an editor
// does. It has one file open.
type lspClient struct {
	t    *testing.T
	in   io.Writer
	out  *bufio.Reader
	id   int
	uri  string
	text string
	seq  int // version of the text
}

// startLSP starts the server in the folder root and opens a file.
func startLSP(t *testing.T, server *exec.Cmd, root, name, text string) *lspClient {
	t.Helper()
	in, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close() // the server ends with its input
		_ = server.Wait()
	})
	c := &lspClient{t: t, in: in, out: bufio.NewReader(out), uri: fileURI(filepath.Join(root, name)), text: text, seq: 1}
	c.call("initialize", map[string]any{
		"processId": nil, "rootUri": fileURI(root),
		"workspaceFolders": []any{map[string]any{"uri": fileURI(root), "name": "project"}},
		"capabilities":     map[string]any{"textDocument": map[string]any{"hover": map[string]any{"contentFormat": []string{"markdown"}}}},
	}, nil)
	c.send(map[string]any{"method": "initialized", "params": map[string]any{}})
	c.send(map[string]any{"method": "textDocument/didOpen", "params": map[string]any{
		"textDocument": map[string]any{"uri": c.uri, "languageId": "cue", "version": c.seq, "text": text},
	}})
	return c
}

func fileURI(path string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
}

// edit replaces old by text in the open file.
func (c *lspClient) edit(old, text string) {
	c.t.Helper()
	if strings.Count(c.text, old) != 1 {
		c.t.Fatalf("%q is in the file %d times", old, strings.Count(c.text, old))
	}
	c.text = strings.Replace(c.text, old, text, 1)
	c.seq++
	c.send(map[string]any{"method": "textDocument/didChange", "params": map[string]any{
		"textDocument":   map[string]any{"uri": c.uri, "version": c.seq},
		"contentChanges": []any{map[string]any{"text": c.text}},
	}})
}

// at returns the parameters of a request about the place at the end of the text
// before, which is in the file once.
func (c *lspClient) at(before string) map[string]any {
	c.t.Helper()
	if strings.Count(c.text, before) != 1 {
		c.t.Fatalf("%q is in the file %d times", before, strings.Count(c.text, before))
	}
	head := c.text[:strings.Index(c.text, before)+len(before)]
	return map[string]any{
		"textDocument": map[string]any{"uri": c.uri},
		"position":     map[string]any{"line": strings.Count(head, "\n"), "character": len(head) - strings.LastIndex(head, "\n") - 1},
	}
}

// hover returns what the editor shows at the place.
func (c *lspClient) hover(before string) string {
	c.t.Helper()
	var result struct {
		Contents struct {
			Value string `json:"value"`
		} `json:"contents"`
	}
	c.call("textDocument/hover", c.at(before), &result)
	return result.Contents.Value
}

// definitions returns where what stands at the place is defined: FILE:LINE.
func (c *lspClient) definitions(before string) []string {
	c.t.Helper()
	var result []struct {
		URI   string `json:"uri"`
		Range struct {
			Start struct {
				Line int `json:"line"`
			} `json:"start"`
		} `json:"range"`
	}
	c.call("textDocument/definition", c.at(before), &result)
	var out []string
	for _, d := range result {
		out = append(out, d.URI+":"+strconv.Itoa(d.Range.Start.Line+1))
	}
	return out
}

// completions returns what the editor proposes at the place.
func (c *lspClient) completions(before string) []string {
	c.t.Helper()
	var result struct {
		Items []struct {
			Label string `json:"label"`
		} `json:"items"`
	}
	c.call("textDocument/completion", c.at(before), &result)
	var out []string
	for _, i := range result.Items {
		out = append(out, i.Label)
	}
	return out
}

// call sends a request and decodes its result, unless result is nil. What the
// server asks meanwhile it gets an empty answer to.
func (c *lspClient) call(method string, params, result any) {
	c.t.Helper()
	c.id++
	c.send(map[string]any{"id": c.id, "method": method, "params": params})
	for {
		var m struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
			Result json.RawMessage `json:"result"`
			Error  json.RawMessage `json:"error"`
		}
		if err := json.Unmarshal(c.receive(), &m); err != nil {
			c.t.Fatal(err)
		}
		switch {
		case m.Method != "" && m.ID != nil:
			c.send(map[string]any{"id": m.ID, "result": nil})
		case m.Method == "" && string(m.ID) == strconv.Itoa(c.id):
			if m.Error != nil {
				c.t.Fatalf("%s: %s", method, m.Error)
			}
			if result != nil && string(m.Result) != "null" {
				if err := json.Unmarshal(m.Result, result); err != nil {
					c.t.Fatalf("%s: %v", method, err)
				}
			}
			return
		}
	}
}

func (c *lspClient) send(message map[string]any) {
	c.t.Helper()
	message["jsonrpc"] = "2.0"
	data, err := json.Marshal(message)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(c.in, "Content-Length: %d\r\n\r\n%s", len(data), data); err != nil {
		c.t.Fatal(err)
	}
}

func (c *lspClient) receive() []byte {
	c.t.Helper()
	header, err := textproto.NewReader(c.out).ReadMIMEHeader()
	if err != nil {
		c.t.Fatal(err)
	}
	n, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil {
		c.t.Fatal(err)
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(c.out, data); err != nil {
		c.t.Fatal(err)
	}
	return data
}
