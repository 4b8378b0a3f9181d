package templates

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every language has the same words on paper, with the same {0}, {1}.
func TestPaper(t *testing.T) {
	s := load(t)
	hole := regexp.MustCompile(`\{\d\}`)
	of := func(lang string) []string {
		var list []string
		for _, key := range slices.Sorted(maps.Keys(s.words[lang].labels)) {
			if strings.HasPrefix(key, "paper.") {
				holes := hole.FindAllString(s.words[lang].labels[key], -1)
				slices.Sort(holes)
				list = append(list, key+" "+strings.Join(holes, ""))
			}
		}
		return list
	}
	nl := of("nl")
	if len(nl) < 80 {
		t.Errorf("only %d words on paper", len(nl))
	}
	for _, lang := range Languages[1:] {
		if got := of(lang); !slices.Equal(got, nl) {
			t.Errorf("%s:\n%v\nnl:\n%v", lang, got, nl)
		}
	}
}
