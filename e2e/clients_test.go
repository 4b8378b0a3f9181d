//go:build e2e

package e2e

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"text/template"

	"github.com/BurntSushi/toml"
)

// Staff and complainant run the whole procedure from the mail clients that they have, in each language; the four ways that it can go are spread over
// the sixteen pairs. PostgreSQL tells one pair of each client, language and way.
func TestClients(t *testing.T) {
	paths := []string{"founded", "partly_founded", "unfounded", "inadmissible"}
	for s, style := range []string{"thunderbird", "gmail", "apple", "outlook"} {
		for l, lang := range []string{"nl", "fr", "en", "de"} {
			told := clientStory(t, clientStoryOf{Style: style, Lang: lang, Path: paths[s^l]})
			for _, engine := range engines {
				if engine != "sqlite" && l != []int{0, 2, 3, 1}[s] {
					continue
				}
				t.Run(fmt.Sprintf("%s_%s/%s", style, lang, engine), func(t *testing.T) {
					t.Parallel()
					told.tell(t, newWorld(t, engine, settings{Kitchen: true, Tongue: lang}))
				})
			}
		}
	}
}

// clientStoryOf is what testdata/clients/procedure.txtar is told for.
type clientStoryOf struct{ Style, Lang, Path string }

// Client is how a `reply` of the story names the client.
func (c clientStoryOf) Client() string { return "style " + c.Style + " lang " + c.Lang }

// clientStory fills in the story: sentences from testdata/clients, verbs, labels and values from the product's own forms, as the handbook has them.
func clientStory(t *testing.T, c clientStoryOf) *story {
	t.Helper()
	var forms struct {
		End             string
		Send            []string
		Actions, Fields map[string][]string
		Labels          map[string]map[string]string
		Values          map[string]map[string][]string
	}
	var words struct {
		Labels struct{ Fault map[string]string }
	}
	said, ours := map[string]string{}, filepath.Join(checkout(), "templates", c.Lang)
	for path, into := range map[string]any{filepath.Join("testdata", "clients", c.Lang+".toml"): &said, filepath.Join(ours, "forms.toml"): &forms, filepath.Join(ours, "words.toml"): &words} {
		if _, err := toml.DecodeFile(path, into); err != nil {
			t.Fatal(err)
		}
	}
	// known is a word that must be there: an empty one would be expected, and found, everywhere.
	known := func(what string, words ...string) (string, error) {
		if len(words) == 0 || words[0] == "" {
			return "", fmt.Errorf("%s has no word for %s", c.Lang, what)
		}
		return words[0], nil
	}
	path := filepath.Join("testdata", "clients", "procedure.txtar")
	page, err := template.New(filepath.Base(path)).Funcs(template.FuncMap{
		"say":     func(key string) (string, error) { return known(key, said[key]) },
		"verb":    func(key string) (string, error) { return known(key, forms.Actions[key]...) },
		"field":   func(key string) (string, error) { return known(key, forms.Fields[key]...) },
		"label":   func(form, key string) (string, error) { return known(key, forms.Labels[form][key]) },
		"value":   func(list, key string) (string, error) { return known(key, forms.Values[list][key]...) },
		"send":    func() (string, error) { return known("send", forms.Send...) },
		"ending":  func() (string, error) { return known("end", forms.End) },
		"missing": func() (string, error) { return known("missing", words.Labels.Fault["missing"]) },
		"rx":      spaced,
	}).ParseFiles(path)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := page.Execute(&text, c); err != nil {
		t.Fatal(err)
	}
	return parseStory(path, text.String())
}

// spaced matches a sentence wherever its lines are broken, and with the spaces that French wants.
func spaced(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = regexp.QuoteMeta(word)
	}
	return strings.Join(words, `[\s\x{a0}\x{202f}>]+`)
}
