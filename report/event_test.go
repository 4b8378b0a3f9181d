package report

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dankuwel/models"
	"dankuwel/templates"
)

// written gives the events that the procedure writes, as its code names them.
func written(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../procedure/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	call := regexp.MustCompile(`\.(?:mark\(|event\([^,]+, [^,]+, [^,]+, )"([^"]+)"`)
	found := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllSubmatch(source, -1) {
			found[string(m[1])] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// Every event has its words on paper, in every language.
func TestEveryEventHasWords(t *testing.T) {
	set, list := texts(t), written(t)
	if len(list) < 35 {
		t.Fatalf("only %d events found: %v", len(list), list)
	}
	for _, lang := range templates.Languages {
		for _, what := range list {
			if key := "paper.event." + strings.ReplaceAll(what, " ", "_"); set.Label(lang, key) == key {
				t.Errorf("%s: no words for %q", lang, what)
			}
		}
	}
}

func TestHappened(t *testing.T) {
	p := &paper{sheet: &sheet{set: texts(t), lang: "nl"}}
	for _, c := range []struct{ what, detail, want string }{
		{"stage", `{"from":"registered","to":"investigation"}`, "andere stand: in onderzoek"},
		{"sent", `{"kind":"answer","version":2}`, "brief verzonden: antwoord"},
		{"extended", `{"from":"2026-01-01","to":"2026-02-01","consent":false}`, "termijn verlengd"},
		{"changed", `{"email":{"from":"a@b.test","to":"c@d.test"}}`, "gegevens gewijzigd"},
		{"sent", "", "brief verzonden"},
	} {
		if got := p.happened(&models.Event{What: c.what, Detail: c.detail}); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.what, c.detail, got, c.want)
		}
	}
}
