package policies

import (
	"slices"
	"strings"
	"unicode"
)

// secretWords are the words of a variable's name that say that it is a secret.
var secretWords = []string{
	"apikey", "bearer", "credential", "credentials", "jwt", "passphrase", "passwd", "password", "pat", "pwd", "secret", "secrets", "token",
}

// secretKeys are the words that make "key" a secret when they stand before it.
var secretKeys = []string{"access", "account", "api", "auth", "batch", "cli", "encryption", "private", "secret", "signing", "storage"}

// publicEndings are the last words of names whose value is not the secret itself.
var publicEndings = []string{
	"arn", "count", "dir", "enabled", "endpoint", "expiry", "file", "header", "id", "key", "length", "limit", "mount", "name", "path",
	"policy", "prefix", "provider", "ref", "timeout", "ttl", "type", "uri", "url", "username", "version",
}

// secretName reports whether a variable with the name holds a secret, by its
// words: DB_PASSWORD, awsSecretAccessKey; extra are more such words.
func secretName(name string, extra []string) bool {
	words := splitWords(name)
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	for i, w := range words {
		if w == "key" && i > 0 && slices.Contains(secretKeys, words[i-1]) {
			return last == "key" || !slices.Contains(publicEndings, last)
		}
	}
	if slices.Contains(publicEndings, last) && last != "key" {
		return false
	}
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains(secretWords, w) || slices.Contains(extra, w) || strings.HasSuffix(w, "password") || strings.HasSuffix(w, "passwd")
	})
}

// splitWords splits a name into its words in lower case, at what is not a letter
// or digit and where a capital follows a small letter.
func splitWords(name string) []string {
	var words []string
	start, before := -1, rune(0)
	for i, r := range name {
		word := unicode.IsLetter(r) || unicode.IsDigit(r)
		if start >= 0 && (!word || unicode.IsUpper(r) && unicode.IsLower(before)) {
			words = append(words, strings.ToLower(name[start:i]))
			start = -1
		}
		if word && start < 0 {
			start = i
		}
		before = r
	}
	if start >= 0 {
		words = append(words, strings.ToLower(name[start:]))
	}
	return words
}

// literalSecret reports whether the value of a variable that holds a secret can
// be the secret itself, rather than a switch, a number, a reference or a place.
func literalSecret(value string) bool {
	switch strings.ToLower(value) {
	case "", "true", "false", "yes", "no", "on", "off", "none", "null", "0", "1":
		return false
	}
	for _, prefix := range []string{"/", "./", "~", "$", "{{", "file:", "vault:", "arn:", "projects/", "secret://", "http://", "https://"} {
		if strings.HasPrefix(value, prefix) {
			return false
		}
	}
	return strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' })
}

// secretPrefixes are how the tokens of well-known services start, and how many
// letters and digits follow at least.
var secretPrefixes = []struct {
	prefix string
	length int
	what   string
}{
	{"AKIA", 16, "an AWS access key"}, {"ASIA", 16, "an AWS access key"},
	{"ghp_", 30, "a GitHub token"}, {"gho_", 30, "a GitHub token"}, {"ghs_", 30, "a GitHub token"}, {"github_pat_", 22, "a GitHub token"},
	{"glpat-", 20, "a GitLab token"}, {"xoxb-", 10, "a Slack token"}, {"xoxp-", 10, "a Slack token"}, {"xoxa-", 10, "a Slack token"},
	{"hf_", 30, "a Hugging Face token"}, {"sk-", 32, "an API key"}, {"sk_live_", 16, "an API key"}, {"AIza", 30, "a Google API key"},
	{"ya29.", 20, "a Google access token"}, {"npm_", 30, "an npm token"}, {"pypi-", 30, "a PyPI token"}, {"dckr_pat_", 20, "a Docker token"},
	{"eyJhbGciO", 10, "a JSON web token"},
}

// secretValue says which kind of secret is in value, "" if none can be seen.
// extra are more starts of secrets.
func secretValue(value string, extra []string) string {
	if len(value) < 8 {
		return ""
	}
	if strings.Contains(value, "PRIVATE KEY-") {
		return "a private key"
	}
	if rest, ok := cutPrefixFold(value, "bearer "); ok && literalSecret(strings.TrimSpace(rest)) {
		return "a bearer token"
	}
	if passwordInURL(value) {
		return "a password in a URL"
	}
	for _, p := range secretPrefixes {
		if i := strings.Index(value, p.prefix); i >= 0 && (i == 0 || !tokenByte(value[i-1])) && tokenLength(value[i+len(p.prefix):]) >= p.length {
			return p.what
		}
	}
	for _, e := range extra {
		if e != "" && strings.Contains(value, e) {
			return "a secret"
		}
	}
	return ""
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

func tokenByte(b byte) bool {
	return b == '-' || b == '_' || b == '.' || b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z'
}

func tokenLength(s string) int {
	n := 0
	for n < len(s) && tokenByte(s[n]) {
		n++
	}
	return n
}

// passwordInURL reports whether value has scheme://user:password@host in it, the
// password being literal.
func passwordInURL(value string) bool {
	_, rest, ok := strings.Cut(value, "://")
	if !ok {
		return false
	}
	authority := rest
	if i := strings.IndexAny(rest, "/?# "); i >= 0 {
		authority = rest[:i]
	}
	i := strings.LastIndexByte(authority, '@')
	if i < 0 {
		return false
	}
	_, password, ok := strings.Cut(authority[:i], ":")
	return ok && password != "" && !strings.ContainsAny(password[:1], "$<{*")
}
