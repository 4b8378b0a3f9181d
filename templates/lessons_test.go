package templates

import (
	"maps"
	"strings"
	"testing"
	"unicode"
)

func init() {
	maps.Copy(stories, map[string][]variant{
		"lessons": {
			{"", func(d *Data) { d.Number, d.Lessons = "", quarter() }},
			{"few", func(d *Data) {
				d.Number, d.Lessons = "", Lessons{Year: 2026, Quarter: 1, Received: 3, Causes: quarter().Causes[:1], AllPutRight: 2, PassedOn: true}
			}},
			{"later", func(d *Data) {
				d.Number, d.Lessons = "", Lessons{Year: 2026, Quarter: 2, Helped: []Outcome{{"Elke verdieping krijgt een eigen warmhoudwagen.", false}}, More: 2}
			}},
		},
	})
}

// quarter is three months with as much in them as the mail holds.
func quarter() Lessons {
	return Lessons{Year: 2026, Quarter: 4, Received: 23,
		Kinds:       []Count{{"maaltijden", 9}, {"wachttijd", 6}, {"", 8}},
		Departments: []Count{{"Keuken", 12}, {"", 11}},
		Causes:      []string{"De warmhoudwagen verloor te veel warmte tussen de keuken en de tweede verdieping. Niemand keek na hoe warm de soep was.", "Bij ziekte viel de controle weg, want er was geen afspraak over wie dan nakijkt."},
		Processes:   []string{"het uitdelen van de maaltijden", "de overdracht tussen de ploegen"},
		Changed:     []string{"Elke verdieping krijgt een eigen warmhoudwagen, en de avondploeg brengt de soep als eerste rond.", "Drie lijnen in plaats van één aan het onthaal."},
		PutRight:    []Count{{"repair", 7}, {"talk", 5}, {"", 6}}, AllPutRight: 18,
		Helped:   []Outcome{{"Een thermometer op elke wagen.", true}, {"De bezoekuren hangen ook in het Frans uit.", false}},
		PassedOn: true, More: 3}
}

// A quarter with as much in it as the mail holds is told in 250 words (LETTERS.md 1.4).
func TestLessonsAreShort(t *testing.T) {
	everyLetter(t, func(t *testing.T, lang, kind, _ string, l Letter) {
		if kind != "lessons" {
			return
		}
		n := 0
		for _, word := range strings.Fields(strings.Replace(l.Text, formSet().Label(lang, "marker"), "", 1)) {
			if strings.IndexFunc(word, unicode.IsLetter) >= 0 {
				n++
			}
		}
		if n > 250 {
			t.Errorf("%s: %d words:\n%s", lang, n, l.Text)
		}
	})
}
