package templates

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// order is LETTERS.md 1.2: what each sentence of the acknowledgement is known by, in the order in which they must come.
var order = map[string][]string{
	"nl": {"Dank u", "Nu ik dit weet", "spijt me", "beloof", "donderdag 7 januari 2027", "K-2026-0002", "maandag 23 november 2026", "Bram De Wit", "Daarna", "antwoord gewoon op deze mail"},
	"fr": {"Merci", "Maintenant que je le sais", "Je regrette", "promets", "jeudi 7 janvier 2027", "K-2026-0002", "lundi 23 novembre 2026", "Bram De Wit", "Ensuite", "répondez simplement"},
	"en": {"Thank you", "Now that I know", "I am sorry", "promise", "Thursday 7 January 2027", "K-2026-0002", "Monday 23 November 2026", "Bram De Wit", "After that", "just reply to this mail"},
	"de": {"Vielen Dank", "Jetzt, wo ich davon weiß", "tut mir leid", "verspreche", "Donnerstag, dem 7. Januar 2027", "K-2026-0002", "Montag, dem 23. November 2026", "Bram De Wit", "Danach", "Antworten Sie einfach auf diese Mail"},
}

func TestAcknowledgementOrder(t *testing.T) {
	s := load(t)
	for lang, steps := range order {
		l, err := s.Render("acknowledgement", lang, story("acknowledgement"))
		if err != nil {
			t.Fatal(err)
		}
		rest := strings.ReplaceAll(l.Text, "\n", " ")
		for _, step := range steps {
			_, after, found := strings.Cut(rest, step)
			if !found {
				t.Errorf("%s: %q is missing or stands too early in\n%s", lang, step, l.Text)
				break
			}
			rest = after
		}
		_, body, _ := strings.Cut(l.Text, "\n\n")
		if !strings.HasPrefix(body, steps[0]) {
			t.Errorf("%s: the letter does not begin with thanks: %.40q", lang, body)
		}
	}
}

// maxWords are the limits of LETTERS.md for a letter without greeting, signature and quotation.
var maxWords = map[string]int{"acknowledgement": 160, "addition_received": 60, "not_a_complaint": 220, "registration": 200, "addition": 80, "bounced": 80, "receipt": 120, "status_update": 120,
	"information_request": 150, "extension_notice": 130, "answer_founded": 450, "answer_partly_founded": 900, "answer_unfounded": 450, "inadmissible": 220, "reopened": 130, "satisfaction_request": 110, "satisfaction_thanks": 80, "preview": 100,
	"reminder": 80, "escalation": 120, "measure_due": 80, "evaluation_due": 120}

func TestLetterRules(t *testing.T) {
	thanks := regexp.MustCompile(`^(Dank u|Merci|Thank you|Vielen Dank)`)
	everyLetter(t, func(t *testing.T, lang, kind, variant string, l Letter) {
		if strings.Contains(l.Text+l.Subject, "!") {
			t.Errorf("exclamation mark in\n%s", l.Text)
		}
		for _, odd := range []string{"\n\n\n", " \n", ".  ", "{{", "<no value>", "\\", "**", "  .", " ,"} {
			if strings.Contains(l.Text, odd) {
				t.Errorf("%q in\n%s", odd, l.Text)
			}
		}
		paragraphs := ownParagraphs(l.Text)
		if n := len(strings.Fields(strings.Join(paragraphs, " "))); maxWords[kind] > 0 && n > maxWords[kind] {
			t.Errorf("%d words, at most %d:\n%s", n, maxWords[kind], strings.Join(paragraphs, "\n\n"))
		}
		if kinds[kind] {
			if first, _, _ := strings.Cut(l.Text, "\n"); first != load(t).Label(lang, "marker") {
				t.Errorf("first line is %q", first)
			}
			return
		}
		if strings.Contains(l.Text, "?") && kind != "information_request" && kind != "not_a_complaint" && kind != "satisfaction_request" {
			t.Errorf("question in\n%s", l.Text)
		}
		if !thanks.MatchString(paragraphs[0]) && thankful[baseKind(kind)] { // LETTERS.md 1.2: their order
			t.Errorf("begins with %.40q", paragraphs[0])
		}
		if !strings.Contains(l.Subject, "[K-2026-0002]") {
			t.Errorf("no number in subject %q", l.Subject)
		}
		for _, p := range paragraphs {
			if n := len(regexp.MustCompile(`[.:]( |$)`).FindAllString(p, -1)); n > 4 && itemStart(p) == "" {
				t.Errorf("%d sentences in one paragraph:\n%s", n, p)
			}
		}
		if m := regexp.MustCompile(`\b[A-Z]{2,}\b`).FindString(l.Text); m != "" {
			t.Errorf("capitals: %s", m)
		}
		if strings.Contains(l.Text, "---") || strings.Contains(l.Text, "Keuken") || strings.Contains(l.Text, "45") {
			t.Errorf("something for staff only in\n%s", l.Text)
		}
	})
}

var labelled = regexp.MustCompile(`^[^.\n]{1,24}: .*\n`)

// ownParagraphs are the words of a letter between greeting and signature.
func ownParagraphs(text string) []string {
	var own []string
	text, _, _ = strings.Cut(text, "\n--- ") // below it: a letter or the end of a form
	for p := range strings.SplitSeq(text, "\n\n") {
		switch {
		case strings.HasPrefix(p, "#"), strings.HasPrefix(p, ">"), strings.HasPrefix(p, "---"), strings.HasPrefix(p, "- "), strings.HasSuffix(strings.TrimSpace(p), ","):
		case strings.HasSuffix(p, "--"), strings.Contains(p, " · "), labelled.MatchString(p): // headings and "label: value"
		case strings.HasPrefix(p, "An Peeters"), strings.HasPrefix(p, "Woonzorgcentrum"), p == "Freundliche Grüße":
		default:
			own = append(own, strings.ReplaceAll(p, "\n", " "))
		}
	}
	return own
}

func TestVariants(t *testing.T) {
	s := load(t)
	text := func(kind string, change func(*Data)) string {
		d := story(kind)
		change(&d)
		l, err := s.Render(kind, "nl", d)
		if err != nil {
			t.Fatal(err)
		}
		return l.Subject + "\n" + strings.ReplaceAll(l.Text, "\n", " ")
	}
	check := func(got, holds, lacks string) {
		t.Helper()
		if !strings.Contains(got, holds) {
			t.Errorf("%q is missing in %s", holds, got)
		}
		if lacks != "" && strings.Contains(got, lacks) {
			t.Errorf("%q stands in %s", lacks, got)
		}
	}
	sober := text("acknowledgement", func(d *Data) { d.Sober = true })
	check(sober, "per telefoon, op 02 555 12 12", "Nu ik dit weet")
	check(text("acknowledgement", func(d *Data) { d.Sober = true; d.Organization.Phone = "" }), "beloof", "telefoon")
	check(text("acknowledgement", func(d *Data) { d.AnswerDue = time.Time{} }), "Op welke dag", "2027")
	check(text("acknowledgement", func(d *Data) { d.OpenNumber = "K-2026-0001" }), "Ik onderzoek ook al K-2026-0001 voor u", "")
	check(text("acknowledgement", func(d *Data) { d.To.Name = "" }), "Geachte mevrouw, geachte heer,", "")
	check(text("acknowledgement", func(d *Data) { d.Anonymous = true }), "Geachte mevrouw, geachte heer,", "Dag Jan")
	check(text("acknowledgement", func(d *Data) { d.To.Title = "heer"; d.To.Surname = "Peeters" }), "Geachte heer Peeters,", "Dag")
	check(text("acknowledgement", func(d *Data) { d.ThanksFor = "brief" }), "Dank u voor uw brief [K-2026-0002]", "uw bericht")
	check(text("acknowledgement", func(d *Data) { d.ThanksFor = "duif" }), "Dank u voor uw bericht [K-2026-0002]", "duif")
	check(text("acknowledgement", func(d *Data) { d.Practice = true }), "Proef: Dank u", "")
	check(text("registration", func(d *Data) { d.Shielded = true }), "gaat deze klacht alleen naar u", "naar de behandelaar")
	check(text("registration", func(d *Data) { d.Complainant.Email = "" }), "Bel vandaag nog", "kreeg meteen")
	check(text("registration", func(d *Data) { d.Named = []string{"Bram", "An"} }), "Gaat dit over Bram of An?", "")
	if _, err := s.Render("postcard", "nl", Data{}); err == nil || !strings.Contains(err.Error(), "acknowledgement") {
		t.Errorf("unknown kind: %v", err)
	}
	for _, lang := range []string{"es", "", "NL", "nl-BE"} {
		if l, err := s.Render("acknowledgement", lang, story("acknowledgement")); err != nil || !strings.HasPrefix(l.Subject, "Dank u") {
			t.Errorf("language %q: %q, %v", lang, l.Subject, err)
		}
	}
}

// Every letter reads well when nearly nothing is known.
func TestNothingKnown(t *testing.T) {
	s := load(t)
	for _, kind := range Kinds() {
		for _, lang := range Languages {
			if _, err := s.Render(kind, lang, Data{}); err != nil {
				t.Errorf("%s/%s: %v", lang, kind, err)
			}
		}
	}
}

// Every text of a kind asks for the same things, in whatever language.
func TestSamePlaceholders(t *testing.T) {
	s := load(t)
	word := regexp.MustCompile(`\.[A-Z][A-Za-z.]*`)
	for _, kind := range Kinds() {
		want := placeholders(t, s, word, kind, "nl")
		for _, lang := range Languages[1:] {
			got := placeholders(t, s, word, kind, lang)
			if !slices.Equal(got, want) {
				t.Errorf("%s: nl uses %v\n%s uses %v", kind, want, lang, got)
			}
		}
	}
}

func placeholders(t *testing.T, s *Set, word *regexp.Regexp, kind, lang string) []string {
	source, err := s.Source(kind, lang)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, action := range regexp.MustCompile(`\{\{.*?\}\}`).FindAllString(source, -1) {
		for _, w := range word.FindAllString(action, -1) {
			found[w] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func TestLabels(t *testing.T) {
	s := load(t)
	argument := regexp.MustCompile(`\{\d\}`)
	nl := s.words["nl"].labels
	for lang, w := range s.words {
		for key, text := range nl {
			other, ok := w.labels[key]
			if !ok || other == "" {
				t.Errorf("%s: no label %s", lang, key)
				continue
			}
			want, got := argument.FindAllString(text, -1), argument.FindAllString(other, -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s has %v, nl has %v", lang, key, got, want)
			}
		}
		for key := range w.labels {
			if _, ok := nl[key]; !ok {
				t.Errorf("%s: label %s is not in nl", lang, key)
			}
		}
		if len(w.calendar.Weekdays) != 7 || len(w.calendar.Months) != 12 {
			t.Errorf("%s: calendar is not complete", lang)
		}
		if !slices.Equal(slices.Sorted(maps.Keys(w.calendar.Shapes)), slices.Sorted(maps.Keys(s.words["nl"].calendar.Shapes))) {
			t.Errorf("%s: other shapes of dates than nl", lang)
		}
		if !isMarker(w.labels["marker"]) {
			t.Errorf("%s: marker %q", lang, w.labels["marker"])
		}
	}
	if got := s.Label("nl", "event.named_yes", "An", "Bram"); got != "An zegt: ja, de klacht gaat over Bram" {
		t.Error(got)
	}
	if got := s.Label("nl", "no.such"); got != "no.such" {
		t.Error(got)
	}
	if m := s.Markers(); len(m) != 4 || m[0] != "--- schrijf boven deze lijn; uw antwoord gaat niet rechtstreeks naar de klager ---" {
		t.Error(m)
	}
}

func TestDatesAndSizes(t *testing.T) {
	s := load(t)
	day := time.Date(2027, 5, 1, 9, 5, 0, 0, time.UTC)
	for _, c := range []struct{ lang, shape, want string }{
		{"nl", "date", "zaterdag 1 mei 2027"}, {"fr", "date", "samedi 1er mai 2027"}, {"en", "date", "Saturday 1 May 2027"}, {"de", "date", "Samstag, dem 1. Mai 2027"},
		{"nl", "time", "9.05 uur"}, {"fr", "time", "9\u00a0h\u00a005"}, {"en", "time", "09:05"}, {"de", "time", "9:05 Uhr"}, {"de", "date_plain", "Samstag, 1. Mai 2027"},
	} {
		if got := s.words[c.lang].date(c.shape, day); got != c.want {
			t.Errorf("%s %s = %q, want %q", c.lang, c.shape, got, c.want)
		}
	}
	for n, want := range map[int64]string{-1: "0 bytes", 0: "0 bytes", 999: "999 bytes", 1000: "1 kB", 999_499: "999 kB", 999_500: "1 MB", 1_240_000: "1,2 MB", 31_000_000: "31 MB", 999_950_000: "1 GB", 2_500_000_000: "2,5 GB"} {
		if got := strings.ReplaceAll(s.words["nl"].size(n), "\u00a0", " "); got != want {
			t.Errorf("size(%d) = %q, want %q", n, got, want)
		}
	}
}
