package templates

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

// Action is something that staff do by mail (CONTRACT section 6).
type Action struct {
	Key      string   // "assign"
	Code     string   // three letters, in addresses and tokens
	Fields   []string // keys of the fields of its form, in order
	FreeText bool     // takes a text besides its fields: a note, a letter, words to search for
}

// actions in the order of the table of CONTRACT section 6. After it: the empty form that a subject "formulier" asks for.
var actions = []Action{
	{"reply", "brf", nil, true},
	{"note", "not", nil, true},
	{"register", "reg", complaintFields, false},
	{"change", "wzg", complaintFields, false},
	{"assign", "wij", []string{"handler", "department", "handler_version", "despite"}, false},
	{"ask", "vra", nil, true},
	{"status", "sta", nil, true},
	{"analyse", "ana", []string{"facts", "circumstances", "causes", "kind", "verdict", "severity", "damage", "earlier", "steps", "ombuds_norm", "conclusion"}, false},
	{"template", "sja", nil, true},
	{"answer", "ant", []string{"verdict", "apology", "what_happened", "what_for_you", "what_we_change", "motivation"}, false},
	{"send", "ja", nil, false},
	{"drop", "nee", nil, false},
	{"measure", "maa", []string{"measure_kind", "description", "owner", "due"}, false},
	{"done", "ged", []string{"measure"}, true},
	{"postpone", "uit", []string{"measure", "due", "reason"}, false},
	{"prevent", "pre", []string{"measure", "process", "owner", "involved", "due", "evaluation_on"}, false},
	{"evaluate", "eva", []string{"measure", "result", "adjustment"}, false},
	{"contact", "con", []string{"how", "when", "with_whom", "what", "was_answer", "satisfied"}, false},
	{"new_email", "adr", []string{"new_email"}, false},
	{"extend", "ver", []string{"reason", "days", "consent"}, false},
	{"inadmissible", "ono", []string{"reason"}, true},
	{"not_a_complaint", "gee", []string{"reason"}, true},
	{"withdrawn", "ing", []string{"reason"}, true},
	{"duplicate", "dub", []string{"number"}, true},
	{"split", "spl", []string{"number"}, true},
	{"belongs", "hoo", []string{"number"}, true},
	{"close", "slu", []string{"solved"}, true},
	{"reopen", "her", nil, true},
	{"shield", "ano", nil, false},
	{"absent", "afw", []string{"until", "substitute"}, false},
	{"present", "aan", nil, false},
	{"dossier", "dos", nil, true},
	{"search", "zoe", nil, true},
	{"overview", "ove", nil, false},
	{"help", "hlp", nil, false},
	{"practice", "prf", nil, false},
	{"annual_report", "jrv", nil, true},
	{"form", "frm", nil, false},
}

var complaintFields = []string{"complainant", "email", "phone", "address", "capacity", "carrier", "channel", "received_on", "facts_on", "department", "facts", "desired_solution"}

// everyForm are fields that may stand in any form: the text of an action that takes one, the name of who writes from a shared
// desk, the attachments that may leave.
var everyForm = []string{"text", "name", "attachments"}

// prose are the fields whose value may have paragraphs; of all others it ends at an empty line.
var prose = map[string]bool{"text": true, "facts": true, "desired_solution": true, "handler_version": true, "despite": true, "circumstances": true, "causes": true,
	"damage": true, "earlier": true, "steps": true, "conclusion": true, "apology": true, "what_happened": true, "what_for_you": true, "what_we_change": true, "motivation": true,
	"description": true, "reason": true, "process": true, "involved": true, "adjustment": true, "what": true, "address": true}

// formWords is the data file of one language, forms.toml. The first of a list is what we write.
type formWords struct {
	End     string
	Send    []string                       // behind a verb: release at once
	Actions map[string][]string            // verbs
	Fields  map[string][]string            // labels
	Labels  map[string]map[string]string   // action, field: a label of that form only
	Hints   map[string]string              // field: what may be filled in, where no list says it
	Values  map[string]map[string][]string // list, value
	order   map[string][]string            // list: its values as they stand in the file
}

// formBook is all of it, all languages together, to read by. Words are compared by spell.
type formBook struct {
	langs  map[string]*formWords
	verbs  map[string]string            // spelt -> action
	fields map[string][]string          // spelt -> fields, the one that we call so first
	labels map[string][]string          // field -> spelt
	values map[string]map[string]string // list -> spelt -> value
	send   map[string]bool
	ends   map[string]bool
	own    []Action        // the forms of the organisation's own texts, see own.go
	prose  map[string]bool // of their fields
}

// readForms reads the data files once for the whole program: they never change.
var readForms = sync.OnceValues(func() (*formBook, error) {
	b := &formBook{langs: map[string]*formWords{}, verbs: map[string]string{}, fields: map[string][]string{}, labels: map[string][]string{},
		values: map[string]map[string]string{}, send: map[string]bool{}, ends: map[string]bool{}}
	for _, lang := range Languages {
		source, err := ours.ReadFile(lang + "/forms.toml")
		if err != nil {
			return nil, fmt.Errorf("load forms: %w", err)
		}
		f := &formWords{order: map[string][]string{}}
		meta, err := toml.Decode(string(source), f)
		if err != nil {
			return nil, fmt.Errorf("load forms of %s: %w", lang, err)
		}
		for _, key := range meta.Keys() {
			if len(key) == 3 && key[0] == "values" {
				f.order[key[1]] = append(f.order[key[1]], key[2])
			}
		}
		b.langs[lang] = f
	}
	b.index()
	return b, nil
})

func (b *formBook) index() {
	for _, lang := range Languages {
		f := b.langs[lang]
		b.ends[spell(f.End)] = true
		for _, word := range f.Send {
			b.send[spell(word)] = true
		}
		for key, words := range f.Actions {
			for _, word := range words {
				b.verbs[spell(word)] = key
			}
		}
		for list, values := range f.Values {
			if b.values[list] == nil {
				b.values[list] = map[string]string{}
			}
			for key, words := range values {
				for _, word := range words {
					b.values[list][spell(word)] = key
				}
			}
		}
	}
	for first := range 2 { // What we write before what is understood, too.
		for _, lang := range Languages {
			for _, key := range slices.Sorted(maps.Keys(b.langs[lang].Fields)) {
				words := b.langs[lang].Fields[key]
				if first == 0 {
					words = words[:1]
				}
				for _, word := range words {
					b.addLabel(key, spell(word))
				}
			}
		}
	}
}

func (b *formBook) addLabel(key, spelt string) {
	if !slices.Contains(b.labels[key], spelt) {
		b.labels[key] = append(b.labels[key], spelt)
		b.fields[spelt] = append(b.fields[spelt], key)
	}
}

// spell is how words are compared: letters and digits only, lower case, no accents, no spaces: "Wijs-toe" is "wijstoe".
func spell(words string) string { return strings.Join(foldWords(words), "") }

// Actions are all actions, in the order of CONTRACT section 6.
func (s *Set) Actions() []Action { return slices.Clone(actions) }

// ActionByCode finds the action that a code in an address stands for.
func (s *Set) ActionByCode(code string) (Action, bool) {
	return findAction(func(a *Action) bool { return strings.EqualFold(a.Code, code) })
}

func findAction(is func(*Action) bool) (Action, bool) {
	for i := range actions {
		if is(&actions[i]) {
			return actions[i], true
		}
	}
	return Action{}, false
}

func actionByKey(key string) (Action, bool) {
	return findAction(func(a *Action) bool { return a.Key == key })
}

const (
	maxVerbWords = 5  // "où en est-on", and one to spare
	maxVerb      = 60 // bytes
)

// Action reads the verb that a line begins with, in any language, whatever its case and accents: "#wijs-toe Bram", "Wijs toe".
// rest is what stands behind it. Behind "#" one wrong letter is forgiven in six, two in ten.
func (s *Set) Action(line string) (a Action, rest string, ok bool) {
	line = strings.TrimLeft(line, " \t\u00a0*_\"'“”„«»‘’")
	bare := strings.TrimLeft(line, "#＃ \u00a0")
	ends := wordEnds(bare, maxVerbWords)
	for i := len(ends) - 1; i >= 0; i-- {
		if key := s.forms.verbs[spell(bare[:ends[i]])]; key != "" {
			a, ok = actionByKey(key)
			return a, verbRest(bare[ends[i]:]), ok
		}
	}
	for i := 0; i < len(ends) && bare != line; i++ {
		if key := nearest(spell(bare[:ends[i]]), maps.All(s.forms.verbs), verbReach); key != "" {
			a, ok = actionByKey(key)
			return a, verbRest(bare[ends[i]:]), ok
		}
	}
	return Action{}, "", false
}

func verbRest(rest string) string {
	return strings.Trim(strings.TrimLeft(strings.TrimSpace(rest), ":,;-–—.!*_\"'“”„«»‘’ \u00a0"), " \t\u00a0*_")
}

// wordEnds are the ends, in bytes, of the first n words of a line.
func wordEnds(line string, n int) (ends []int) {
	line, inWord := line[:min(len(line), maxVerb)], false
	for i, r := range line {
		if notWord(r) && inWord {
			ends = append(ends, i)
		}
		if inWord = !notWord(r); len(ends) == n {
			return ends
		}
	}
	if inWord {
		ends = append(ends, len(line))
	}
	return ends
}

// IsSend tells whether words behind a verb release at once what it says: "verstuur".
func (s *Set) IsSend(words string) bool { return s.forms.send[spell(words)] }

// IsFormEnd tells whether a line is the end line of a form, in any language, whatever became of its dashes.
func (s *Set) IsFormEnd(line string) bool {
	if len(line) > 2*maxVerb || !strings.ContainsAny(line, "-–—−‐―_=") || strings.HasPrefix(line, strings.TrimSpace(Guard)) {
		return false
	}
	return s.forms.ends[spell(line)]
}

// FormEnd is that line as we write it.
func (s *Set) FormEnd(lang string) string { return s.formsOf(lang).End }

// ActionName is the verb as we write it.
func (s *Set) ActionName(lang, key string) string {
	if name := OwnName(key); name != "" {
		return s.ActionName(lang, "template") + " " + name
	}
	return first(firstOf(s.formsOf(lang).Actions[key]), key)
}

// FieldLabel is the label of a field as we write it; of Gegrondheid, which the answer calls Oordeel: that of the analysis.
func (s *Set) FieldLabel(lang, key string) string {
	if label, own := strings.CutPrefix(key, ownField); own {
		return label
	}
	return first(firstOf(s.formsOf(lang).Fields[key]), key)
}

// FormLabel is the label of a field in the form of an action.
func (s *Set) FormLabel(lang, action, key string) string {
	return first(s.formsOf(lang).Labels[action][key], s.FieldLabel(lang, key))
}

// ValueList is the closed list from which a field of an action is filled in, to be given to Value and ValueLabel: mostly named as the
// field; "" when any words will do.
func (s *Set) ValueList(action, field string) string {
	if field == "reason" {
		return map[string]string{"inadmissible": "reason", "not_a_complaint": "not_a_complaint"}[action]
	}
	if s.forms.values[field] == nil || field == "not_a_complaint" {
		return ""
	}
	return field
}

// ValueLabel is a value of a closed list as we write it; an unknown one comes back as it is.
func (s *Set) ValueLabel(lang, list, key string) string {
	return first(firstOf(s.formsOf(lang).Values[list][key]), key)
}

// ValueLabels are all values of a closed list as we write them.
func (s *Set) ValueLabels(lang, list string) (labels []string) {
	for _, key := range s.formsOf(lang).order[list] {
		labels = append(labels, s.ValueLabel(lang, list, key))
	}
	return labels
}

// IsProse tells whether the value of a field may have paragraphs.
func (s *Set) IsProse(field string) bool { return prose[field] || s.forms.prose[field] }

func (s *Set) formsOf(lang string) *formWords { return s.forms.langs[s.lang(lang).lang] }

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
