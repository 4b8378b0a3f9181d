package templates

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

// FieldKey finds the field that a label stands for, in any language; near: understood although misspelt ("Gegrondheit") or cut
// short ("Gegrond"). "" when none is meant, or two might be.
func (s *Set) FieldKey(label string) (key string, near bool) { return s.FormField("", label) }

// FormField is FieldKey among the fields that the form of an action may have. An action without fields has the text and the
// name; action "" is any.
func (s *Set) FormField(action, label string) (key string, near bool) {
	if key = s.ExactField(action, label); key != "" {
		return key, false
	}
	a, bound := s.Form(action)
	var keys []string
	for key := range s.forms.labels {
		if bound && a.takes(key) || !bound && !strings.HasPrefix(key, ownField) {
			keys = append(keys, key)
		}
	}
	key = s.NearField(keys, label)
	return key, key != ""
}

// NearField finds, among some fields, the only one whose label is nearly this.
func (s *Set) NearField(keys []string, label string) string {
	return nearest(spell(label), s.labelsOf(keys), labelReach)
}

// ExactField is FormField without forgiveness.
func (s *Set) ExactField(action, label string) string {
	a, bound := s.Form(action)
	for _, key := range s.forms.fields[spell(label)] {
		if !bound || a.takes(key) {
			return key
		}
	}
	return ""
}

// PartOfField finds, among some fields, the only one whose label begins or ends with what is left of it: anything, or half of it at least.
func (s *Set) PartOfField(keys []string, rest string, half bool) string {
	spelt, found := spell(rest), ""
	for label, key := range s.labelsOf(keys) {
		if key != found && (strings.HasPrefix(label, spelt) || strings.HasSuffix(label, spelt)) && (!half || isHalf(spelt, label)) {
			if found != "" {
				return ""
			}
			found = key
		}
	}
	return found
}

// isHalf: at least half of the letters, and three.
func isHalf(part, whole string) bool { return len(part) >= 3 && 2*len(part)+1 >= len(whole) }

func (a *Action) takes(field string) bool {
	return slices.Contains(a.Fields, field) || slices.Contains(everyForm, field)
}

// labelsOf are the spelt labels of some fields.
func (s *Set) labelsOf(keys []string) iter.Seq2[string, string] {
	return func(yield func(label, key string) bool) {
		for _, key := range keys {
			for _, label := range s.forms.labels[key] {
				if !yield(label, key) {
					return
				}
			}
		}
	}
}

// Value finds the value of a closed list (ValueList) that words stand for, in any language; near: understood although misspelt. Of the
// lists of reasons and norms the value may begin with it, "onbevoegd: het is de stad". "" when it is not understood.
func (s *Set) Value(list, words string) (key string, near bool) {
	values := s.forms.values[list]
	spelt := spell(words)
	if key = values[spelt]; key != "" || spelt == "" || len(words) > maxValue {
		return key, false
	}
	if list == "reason" || list == "not_a_complaint" || list == "ombuds_norm" {
		for i, r := range words {
			if strings.ContainsRune(".,:;(\n-–—", r) {
				if key = values[spell(words[:i])]; key != "" {
					return key, false
				}
			}
		}
	}
	key = nearest(spelt, maps.All(values), valueReach)
	return key, key != ""
}

// IsChoices tells whether words are what FormText shows behind the label of a field, or a part of it: "licht, matig".
func (s *Set) IsChoices(list, field, words string) bool {
	for _, f := range s.forms.langs {
		if f.Hints[field] == words && words != "" {
			return true
		}
	}
	pieces := strings.Split(words, ",")
	return len(pieces) > 1 && !slices.ContainsFunc(pieces, func(p string) bool { return s.forms.values[list][spell(p)] == "" })
}

const maxValue = 300 // bytes of one from a list, with a few words of reason

// reach is how many letters may be wrong in a word of n letters.
type reach func(n int) int

func verbReach(n int) int { return stepReach(n, 6, 10, 100) }

func labelReach(n int) int { return stepReach(n, 4, 7, 12) }

func valueReach(n int) int { return stepReach(n, 5, 8, 14) }

func stepReach(n, one, two, three int) int {
	switch {
	case n >= three:
		return 3
	case n >= two:
		return 2
	case n >= one:
		return 1
	}
	return 0
}

const minPart = 4 // letters that must be left of a label

// nearest is the only key of which a word is within reach; of labels, half a word is, too. "" when there is none, or a
// second one.
func nearest(word string, words iter.Seq2[string, string], r reach) string {
	found := ""
	for known, key := range words {
		if key == found || !isNear(word, known, r) {
			continue
		}
		if found != "" {
			return ""
		}
		found = key
	}
	return found
}

func isNear(word, known string, r reach) bool {
	limit := r(len(known))
	if len(word) >= minPart && isHalf(word, known) && len(word) < len(known) && r(minPart) > 0 &&
		(strings.HasPrefix(known, word) || strings.HasSuffix(known, word)) {
		return true
	}
	if difference := len(word) - len(known); limit == 0 || difference > limit || -difference > limit {
		return false
	}
	return distance(word, known, limit) <= limit
}

// distance is the number of letters to change, leave out, add or swap with the next one between two short words; more than limit
// when it is more.
func distance(a, b string, limit int) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit {
			return least
		}
	}
	return row[len(b)]
}
