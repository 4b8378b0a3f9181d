//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
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
		Labels struct{ Fault, Button map[string]string }
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
		"button":  func(key string) (string, error) { return known(key, words.Labels.Button[key]) },
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

// Two people answer the same form while the service runs, at the same moment, again and again: what only one of them wrote is kept, of what both wrote one
// stands, and the other reads which.
func TestTwoStaffAtOnce(t *testing.T) {
	onEachEngine(t, settings{Kitchen: true}, func(t *testing.T, w *world) {
		w.start()
		w.deliver(t, complaintMail(t, fill{From: customer(1), Number: 1}), customer(1), "klachten@example.test")
		w.awaitKind(t, "bram", "registration", 1)
		number := "K-" + brussels().Format("2006") + "-0001"
		w.submit(t, "an", crlf([]byte("From: an@example.test\nTo: klachten@example.test\nSubject: ["+number+"]\n\n#formulier analyse\n")), "klachten@example.test")
		w.awaitKind(t, "an", "receipt", 1)
		said := map[string]string{"bram": "Nadeel of schade", "an": "Stappen naar de klager"}
		kind, seen := map[string]string{"bram": "registration", "an": "receipt"}, map[string]int{"bram": 0, "an": 1}
		for round := 1; round <= 3; round++ {
			var sent sync.WaitGroup
			for login, own := range said {
				text := filepath.Join(w.dir, login)
				form := fmt.Sprintf("%s: %s vond dit in ronde %d.\nConclusie: %s besluit dit in ronde %d.\n", own, login, round, login, round)
				if os.WriteFile(text, nil, 0o600) != nil || os.WriteFile(text+".form", []byte(form), 0o600) != nil {
					t.Fatal("the disk takes no mail")
				}
				sent.Go(func() {
					if said, err := w.mailrig("reply", login, "--kind", kind[login], "--body-file", text, "--fill-file", text+".form", "--style", "gmail"); err != nil {
						t.Errorf("%s: %v %s", login, err, said)
					}
				})
			}
			sent.Wait()
			told := map[string]string{}
			for login := range said {
				seen[login]++
				told[login], kind[login] = w.awaitKind(t, login, "receipt", seen[login]).text, "receipt"
			}
			var shown struct {
				Analysis struct{ Damage, Steps, Conclusion string }
			}
			w.ask(&shown, "complaints", "show", number)
			has := shown.Analysis
			if has.Damage != fmt.Sprintf("bram vond dit in ronde %d.", round) || has.Steps != fmt.Sprintf("an vond dit in ronde %d.", round) {
				t.Errorf("round %d: an update is lost: %+v", round, has)
			}
			winner, loser, _ := strings.Cut("bram an", " ")
			if strings.HasPrefix(has.Conclusion, "an ") {
				winner, loser = loser, winner
			}
			stands := fmt.Sprintf("%s besluit dit in ronde %d.", winner, round)
			if has.Conclusion != stands || match(told[loser], `intussen staat hier:[\s^]+`+spaced(stands), false) != nil || strings.Contains(told[winner], "intussen staat hier") {
				t.Errorf("round %d: the conclusion is %q; %s reads\n%s\n%s reads\n%s", round, has.Conclusion, winner, told[winner], loser, told[loser])
			}
		}
		w.mustLive()
	})
}
