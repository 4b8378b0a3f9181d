package templates

import (
	"maps"
	"slices"
	"testing"
)

// Each language has every list, long enough, and no phrase has two senses: all languages are read together.
func TestScoreLists(t *testing.T) {
	s := load(t)
	keys := slices.Sorted(maps.Keys(s.words["nl"].lists.Score))
	if !slices.Equal(keys, []string{"1", "2", "3", "4", "5", "high", "lead", "low", "scale"}) {
		t.Errorf("lists %v", keys)
	}
	sense := map[string]string{}
	for _, lang := range Languages {
		lists := s.words[lang].lists.Score
		if got := slices.Sorted(maps.Keys(lists)); !slices.Equal(got, keys) {
			t.Errorf("%s: lists %v", lang, got)
		}
		for key, list := range lists {
			if len(list) < 8 && key != "scale" {
				t.Errorf("%s: %d phrases of %s", lang, len(list), key)
			}
			if key == "lead" || key == "scale" {
				continue
			}
			for _, text := range list {
				for _, words := range spellings(newPhrase(text)) {
					if before, ok := sense[words]; ok && before != key {
						t.Errorf("%s: %q is %s and %s", lang, words, before, key)
					}
					sense[words] = key
				}
			}
		}
		for n, score := range []string{"1", "2", "3", "4", "5"} { // the words on the buttons are understood
			words := foldWords(s.Label(lang, "button.s"+score))[1:]
			if o := s.Opinion("", words); o.Score != n+1 || o.Words != len(words) {
				t.Errorf("%s: button %s says %v: %+v", lang, score, words, o)
			}
		}
	}
}

// spellings are all that a phrase without gaps stands for.
func spellings(p phrase) []string {
	all := []string{""}
	for _, e := range p {
		var next []string
		for _, before := range all {
			for _, w := range e.words {
				next = append(next, before+" "+w)
			}
		}
		all = next
	}
	return all
}
