package templates

import (
	"maps"
	"slices"
	"testing"
)

// Every language has the same columns, no word means two things, and what we call a column or a stage ourselves is understood.
func TestColumns_languages(t *testing.T) {
	s := load(t)
	b, err := readColumns()
	if err != nil {
		t.Fatal(err)
	}
	nl := b.langs["nl"]
	columns, stages, languages := map[string]string{}, map[string]string{}, map[string]string{}
	for _, lang := range Languages {
		w := b.langs[lang]
		for _, lists := range [][2]map[string][]string{{w.Columns, nl.Columns}, {w.Stage, nl.Stage}, {w.Language, nl.Language}} {
			if got, want := slices.Sorted(maps.Keys(lists[0])), slices.Sorted(maps.Keys(lists[1])); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", lang, got, want)
			}
		}
		for key, words := range w.Columns {
			if !slices.Contains(Columns, key) {
				t.Errorf("%s: there is no column %s", lang, key)
			}
			once(t, lang, "column", columns, key, words)
			for _, word := range words {
				if got := s.Column(word); got != key {
					t.Errorf("%s: column %q is read as %q, want %q", lang, word, got, key)
				}
			}
		}
		for key, words := range w.Stage {
			once(t, lang, "stage", stages, key, append(slices.Clone(words), s.Label(lang, "stage."+key)))
			for _, word := range append(words, s.Label(lang, "stage."+key), key) {
				if got := s.Stage(word); got != key {
					t.Errorf("%s: stage %q is read as %q, want %q", lang, word, got, key)
				}
			}
		}
		for key, words := range w.Language {
			once(t, lang, "language", languages, key, words)
		}
		for field, column := range columnFields {
			if got := s.Column(s.FieldLabel(lang, field)); got != column {
				t.Errorf("%s: field %s, %q, is read as column %q, want %q", lang, field, s.FieldLabel(lang, field), got, column)
			}
		}
	}
	for _, key := range Columns {
		if got := s.Column(key); got != key {
			t.Errorf("column %s is read as %q", key, got)
		}
	}
	for _, name := range []string{"", "Opmerking", "klachtt", "Datum antwoordd"} {
		if got := s.Column(name); got != "" {
			t.Errorf("%q is read as %q", name, got)
		}
	}
	if got := s.Stage("ergens"); got != "" {
		t.Errorf("a stage that is none is read as %q", got)
	}
	if got := s.Language("FR"); got != "fr" {
		t.Errorf("FR is read as %q", got)
	}
}
