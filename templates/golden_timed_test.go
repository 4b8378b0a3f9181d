package templates

import (
	"maps"
	"strings"
	"testing"
	"unicode/utf8"
)

// The mails of the clock. Texts that the register takes from labels stand here by their keys; see spoken.
func init() {
	maps.Copy(stories, map[string][]variant{
		"reminder": {
			{"", watched("term_end", -10, "")},
			{"half", watched("term_half", -22, "")},
			{"today", watched("term_end", 0, "")},
			{"late", watched("term_late", 1, "")},
			{"task", watched("task", 2, "task.bounced|K-2026-0002")},
			{"question", watched("question", 3, "")},
			{"draft", watched("draft", 2, "answer_founded")},
			{"measure", watched("measure", -1, "Elke verdieping krijgt een eigen warmhoudwagen, en de avondploeg brengt de soep voortaan als eerste rond, nog voor het brood en het beleg.")},
			{"evaluation", watched("evaluation", 0, "Elke verdieping krijgt een eigen warmhoudwagen.")},
			{"consultation", func(d *Data) {
				watched("consultation", 1, "Elke verdieping krijgt een eigen warmhoudwagen.")(d)
				d.Buttons = nil
			}},
			{"sober", watched("sober", 1, "")},
			{"bare", func(d *Data) { d.Number, d.Complainant = "", Person{} }},
		},
		"escalation": {
			{"", func(d *Data) {
				watched("term_late", 3, "")(d)
				d.Owner, d.ReactBy, d.Buttons = "Bram De Wit", d.Today.AddDate(0, 0, 4), staffButtons("assign", "note")
			}},
			{"half", above("term_half", -22, "")},
			{"end", above("term_end", -3, "")},
			{"task", above("task", 2, "task.bounced|K-2026-0002")},
			{"question", above("question", 3, "")},
			{"draft", above("draft", 2, "answer_founded")},
			{"measure", above("measure", 5, "Elke verdieping krijgt een eigen warmhoudwagen.")},
			{"evaluation", above("evaluation", 7, "Elke verdieping krijgt een eigen warmhoudwagen.")},
			{"consultation", above("consultation", 7, "Elke verdieping krijgt een eigen warmhoudwagen.")},
			{"sober", above("sober", 1, "")},
			{"nobody", func(d *Data) { above("sober", 0, "")(d); d.Owner, d.Handler = "", "" }},
		},
	})
}

// watched is a story of the owner, so many days late.
func watched(watch string, late int, text string) func(*Data) {
	return func(d *Data) {
		d.Today = d.Received.AddDate(0, 0, 45+late)
		if watch == "sober" {
			d.Today, d.Sober = d.Received.AddDate(0, 0, 1+late), true
		}
		d.DueOn, d.Watch, d.WatchText, d.LateDays = d.Today.AddDate(0, 0, -late), watch, text, max(0, late)
		d.Day, d.Buttons = daysBetween(d.Received, d.Today), staffButtons("answer", "extend", "note")
	}
}

// above is the same story for the coordinator.
func above(watch string, late int, text string) func(*Data) {
	return func(d *Data) {
		watched(watch, late, text)(d)
		d.To, d.Owner, d.Buttons = Person{Name: "An Peeters", Email: "an@example.test"}, "Bram De Wit", staffButtons("assign", "extend", "note")
	}
}

// The first 300 characters of a reminder and an escalation hold what is late, since when, whose, and the choices (CONTRACT section 4).
func TestReadOnATelephone(t *testing.T) {
	s := load(t)
	everyLetter(t, func(t *testing.T, lang, kind, variant string, l Letter) {
		if kind != "reminder" && kind != "escalation" || variant == "bare" {
			return
		}
		for _, v := range stories[kind] {
			if v.name != variant {
				continue
			}
			d := v.data(kind)
			speak(lang, &d)
			d.w = s.words[lang]
			p := (*page)(&d)
			start := strings.ReplaceAll(string([]rune(strings.TrimSpace(strings.TrimPrefix(l.Text, s.Label(lang, "marker"))))[:300]), "\n", " ")
			choices := p.Choose()
			if kind == "escalation" {
				choices = p.ChooseAbove()
			}
			for _, must := range []string{p.Watched(), p.WatchedBy(), d.Owner, choices} {
				if !strings.Contains(start, must) {
					t.Errorf("%q (%d letters) is not in the first 300 characters:\n%s", must, utf8.RuneCountInString(must), start)
				}
			}
		}
	})
}

// A choice that is named with a # is a verb that is understood.
func TestChoicesAreVerbs(t *testing.T) {
	s := load(t)
	for _, lang := range Languages {
		for key, text := range s.words[lang].labels {
			if !strings.HasPrefix(key, "choose") {
				continue
			}
			for _, word := range strings.Fields(text) {
				_, verb, found := strings.Cut(word, "#")
				verb = strings.Trim(verb, ".,;:)")
				if found && !verbs(s, lang)[verb] {
					t.Errorf("%s %s: #%s is no verb", lang, key, verb)
				}
			}
		}
	}
}

func verbs(s *Set, lang string) map[string]bool {
	known := map[string]bool{}
	for _, a := range s.Actions() {
		known[s.ActionName(lang, a.Key)] = true
	}
	known[s.ActionName(lang, "drop")] = true
	return known
}
