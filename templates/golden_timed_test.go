package templates

import (
	"maps"
	"strings"
	"testing"
	"time"
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
			{"consultation", watched("consultation", 1, "Elke verdieping krijgt een eigen warmhoudwagen.")},
			{"sober", watched("sober", 1, "")},
			{"bare", func(d *Data) { d.Number, d.Complainant = "", Person{} }},
		},
		"operator_alert": {
			{"", func(d *Data) { d.Number, d.Alert, d.From = "", "unread", "klachten@delinde.example" }},
			{"unsent", func(d *Data) { d.Number, d.Alert, d.From = "", "unsent", "klachten@delinde.example" }},
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
		"measure_due": {
			{"", promise(-2)},
			{"today", promise(0)},
			{"late", func(d *Data) { promise(3)(d); d.Owner = "Bram De Wit" }},
			{"bare", func(d *Data) { d.Number = "" }},
		},
		"evaluation_due": {
			{"", func(d *Data) {
				promise(0)(d)
				d.Body, d.Buttons, d.Form, d.Term, d.AnswerDue = "het avondmaal", staffButtons("evaluate", "note"), formOf("evaluate"), 0, time.Time{}
			}},
			{"back", func(d *Data) {
				promise(0)(d)
				d.Again, d.Buttons = alike(d)[1:], staffButtons("evaluate", "note")
			}},
			{"once", func(d *Data) { promise(2)(d); d.Owner, d.Again, d.Buttons = "Bram De Wit", alike(d)[2:], nil }},
		},
		"recurrence": {
			{"", func(d *Data) {
				d.Again, d.WindowDays, d.Buttons, d.Form = alike(d), 90, staffButtons("prevent", "note"), formOf("prevent")
			}},
			{"newest", func(d *Data) { d.Again, d.Department = alike(d)[1:], "" }},
		},
		"handler_digest": {
			{"", func(d *Data) {
				d.Number, d.Agenda = "", agenda(d.Today)
				d.Buttons = staffButtons("overview", "help")
			}},
			{"many", func(d *Data) {
				d.Number, d.Agenda, d.InPlaceOf = "", append(append(agenda(d.Today), agenda(d.Today)...), agenda(d.Today)...), "Chris Maes"
			}},
			{"calm", func(d *Data) { d.Number, d.Agenda = "", agenda(d.Today)[4:] }},
		},
	})
}

// choices are the buttons that go with what is watched.
var choices = map[string][]string{
	"term_half": {"analyse", "status", "note"}, "term_end": {"answer", "extend", "status"}, "term_late": {"answer", "note"}, "task": {"contact", "note"}, "question": {"contact", "analyse"},
	"draft": {"send", "drop"}, "measure": {"done", "postpone"}, "evaluation": {"evaluate", "note"}, "sober": {"contact", "assign", "note"},
}

// promise is a measure, so many days late.
func promise(late int) func(*Data) {
	return func(d *Data) {
		watched("", late, "")(d)
		d.Measure, d.Buttons = "Elke verdieping krijgt een eigen warmhoudwagen.", staffButtons("done", "postpone")
	}
}

// alike are complaints that look like the story's, itself among them.
func alike(d *Data) []Earlier {
	return []Earlier{
		{Number: "K-2026-0002", Received: d.Received, Subject: "Weer koude soep voor mijn vader", Stage: "investigation", Words: []string{"soep", "koud", "avond"}},
		{Number: "K-2026-0011", Received: d.Received.AddDate(0, 0, -30), Subject: "Het eten op de tweede verdieping", Stage: "registered", Words: []string{"soep", "koud", "verdieping"}},
		{Number: "K-2026-0017", Received: d.Received.AddDate(0, 0, -61), Subject: "Soep", Stage: "closed", Verdict: "founded", Outcome: "De wagen is hersteld.", Words: []string{"soep", "koud"}},
	}
}

// agenda is a working day.
func agenda(today time.Time) []AgendaItem {
	return []AgendaItem{
		{Number: "K-2026-0002", Subject: "Weer koude soep voor mijn vader", Day: 12, Term: 45, What: "watch_is.measure|soep", DueOn: today.AddDate(0, 0, 3)},
		{Number: "K-2026-0001", Subject: "Wachttijd aan het loket", Day: 48, Term: 45, Late: true, What: "watch_is.term_late", DueOn: today.AddDate(0, 0, -3)},
		{Number: "K-2026-0005", Subject: "Factuur", Day: 30, Term: 45, What: "watch_is.question", DueOn: today},
		{Number: "K-2026-0007", Subject: "afgeschermd", Day: 41, Term: 45, What: "watch_is.term_end", DueOn: today.AddDate(0, 0, 4)},
		{Number: "K-2026-0009", Subject: "De bel op kamer 12", Day: 2, Term: 45},
	}
}

// watched is a story of the owner, so many days late.
func watched(watch string, late int, text string) func(*Data) {
	return func(d *Data) {
		d.Today = d.Received.AddDate(0, 0, 45+late)
		if watch == "sober" {
			d.Today, d.Sober = d.Received.AddDate(0, 0, 1+late), true
		}
		d.DueOn, d.Watch, d.WatchText, d.LateDays = d.Today.AddDate(0, 0, -late), watch, text, max(0, late)
		d.Day, d.Buttons = daysBetween(d.Received, d.Today), staffButtons(choices[watch]...)
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

// The question whether a measure helped names the fields and values of its form.
func TestEvaluationNamesItsForm(t *testing.T) {
	s := load(t)
	for _, lang := range Languages {
		l, err := s.Render("evaluation_due", lang, story("evaluation_due"))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(l.Text, "\n", " ")
		values := s.forms.langs[lang].Values["result"]
		for _, must := range []string{s.FieldLabel(lang, "result"), s.FieldLabel(lang, "adjustment"), values["effective"][0], values["not_effective"][0]} {
			if !strings.Contains(text, must) {
				t.Errorf("%s: %q is missing in %s", lang, must, text)
			}
		}
	}
}

// The digest is one screen of a telephone, and one with nothing urgent says so (LETTERS.md 1.4).
func TestHandlerDigest(t *testing.T) {
	s := load(t)
	d := story("handler_digest")
	d.Agenda = agenda(d.Today)
	subjects := map[string]string{"nl": "Uw klachten vandaag: 2 dringend, 2 te doen", "en": "Your complaints today: 2 urgent, 2 to do"}
	for lang, want := range subjects {
		l, err := s.Render("handler_digest", lang, d)
		if err != nil {
			t.Fatal(err)
		}
		if l.Subject != want {
			t.Errorf("%s: subject %q", lang, l.Subject)
		}
		last := -1
		for _, number := range []string{"K-2026-0001", "K-2026-0005", "K-2026-0002", "K-2026-0007", "K-2026-0009"} {
			if i := strings.Index(l.Text, number); i < last {
				t.Errorf("%s: %s stands too early in\n%s", lang, number, l.Text)
			} else {
				last = i
			}
		}
	}
	for range 20 {
		d.Agenda = append(d.Agenda, AgendaItem{Number: "K-2026-0010"})
	}
	l, err := s.Render("handler_digest", "nl", d)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(l.Text, "En nog 17 klachten") || strings.Count(l.Text, "K-2026-0010") != 3 {
		t.Error(l.Text)
	}
}
