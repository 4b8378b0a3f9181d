package templates

import (
	"strings"
	"testing"
	"time"
)

func TestSpan(t *testing.T) {
	s := load(t)
	for _, c := range []struct {
		lang string
		d    time.Duration
		want string
	}{
		{"nl", 10 * time.Minute, "10 minuten"}, {"nl", time.Minute, "één minuut"}, {"nl", 20 * time.Second, "één minuut"}, {"nl", time.Hour, "één uur"}, {"nl", 90 * time.Minute, "90 minuten"},
		{"nl", 3 * time.Hour, "3 uur"}, {"nl", 24 * time.Hour, "één dag"}, {"fr", 48 * time.Hour, "2 jours"}, {"en", 0, "one minute"}, {"de", 24 * time.Hour, "einem Tag"}, {"de", 72 * time.Hour, "3 Tagen"},
	} {
		if got := s.words[c.lang].span(c.d); got != c.want {
			t.Errorf("%s %v = %q, want %q", c.lang, c.d, got, c.want)
		}
	}
}

func TestAlsoArrived(t *testing.T) {
	s := load(t)
	today := story("acknowledgement").Today
	here := func(days int) Held { return Held{"K-2026-0002", today.AddDate(0, 0, -days)} }
	there := func(days int) Held { return Held{"K-2026-0001", today.AddDate(0, 0, -days)} }
	check := func(lang, want string, held ...Held) {
		t.Helper()
		p := page(story("acknowledgement"))
		p.Held, p.w = held, s.words[lang]
		if got := p.AlsoArrived(); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
	check("nl", "")
	check("nl", "Ook uw bericht van vandaag is aangekomen.", here(0))
	check("nl", "Ook uw 3 berichten van zondag 22 november zijn aangekomen.", here(1), here(1), here(1))
	check("nl", "Ook uw bericht van zondag 22 november is aangekomen; het ligt bij K-2026-0001.", there(1))
	check("nl", "Ook uw 3 berichten van zaterdag 21 november, van zondag 22 november en van vandaag zijn aangekomen; ze liggen bij K-2026-0001 en K-2026-0002.", there(2), here(1), there(0))
	check("fr", "Vos 2 messages du dimanche 22 novembre et d'aujourd'hui sont bien arrivés aussi.", here(1), here(0))
	check("en", "Your message from Sunday 22 November has arrived as well; it is with K-2026-0001.", there(1))
	check("de", "Auch Ihre 2 Nachrichten vom Sonntag, dem 22. November sind angekommen.", here(1), here(1))
}

// What code elsewhere asks for by name has words: CONTRACT section 4 (kinds) and 5 (reasons), and the classes of bounces.
func TestNamedLabels(t *testing.T) {
	s := load(t)
	has := func(prefix string, names ...string) {
		t.Helper()
		for _, name := range names {
			if got := s.Label("nl", prefix+name); got == prefix+name {
				t.Errorf("no label %s", got)
			}
		}
	}
	has("kind.", Kinds()...)
	has("reason.", "report", "question", "suggestion", "thanks", "other")
	for reason := range s.forms.langs["nl"].Values["reason"] {
		has("reason.", reason)
	}
	for _, a := range s.Actions() {
		has("button.", a.Key)
		for _, lang := range Languages {
			if without := s.Label(lang, "without."+a.Key); !strings.Contains(strings.ToLower(without), s.ActionName(lang, a.Key)) {
				t.Errorf("%s: %q does not name the verb of %s", lang, without, a.Key)
			}
		}
	}
	has("button.", "as_answer", "as_question", "as_status", "as_note")
	has("without.", "as_answer", "as_question", "as_status", "as_note")
	has("kind.", "acknowledgement", "addition_received", "status_update", "information_request", "extension_notice", "answer", "inadmissible", "not_a_complaint", "withdrawn", "duplicate",
		"satisfaction_request", "satisfaction_thanks", "reopened")
	has("parked.", "spam", "dmarc", "list", "encrypted", "unreadable", "unproven", "stranger", "old", "automatic", "empty", "unclear")
	has("bounce.", "no_such_user", "mailbox_full", "no_such_domain", "too_big", "refused", "not_allowed", "unreachable", "address")
	has("button.", "yes", "no", "own", "all_no")
	has("without.", "yes", "no", "own", "all_no")
	has("button.", "s1", "s2", "s3", "s4", "s5")
	has("without.", "s1", "s2", "s3", "s4", "s5")
	for key := range s.words["nl"].labels {
		if name, ok := strings.CutPrefix(key, "task."); ok {
			has("task_title.", name)
		}
	}
}

// A list of parked mails holds nothing to click on, and its length follows the number of mails.
func TestReviewList(t *testing.T) {
	s := load(t)
	d := story("review_list")
	bait := "Klik https://kwaad.test/x?y=1, of WWW.kwaad.test/z (www.kwaad.test)."
	for no := range 50 {
		d.Parked = append(d.Parked, ParkedMail{No: no, From: Person{Name: bait, Email: "lok@aas.test"}, Subject: bait, Received: d.Received, Reason: "spam", Words: strings.Repeat(bait+" ", 4), Attachments: 3})
	}
	l, err := s.Render("review_list", "nl", d)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.ToLower(l.Text+l.HTML), "kwaad.test") {
		t.Error("a link is left")
	}
	if !strings.Contains(l.Text, "> Klik [link] of [link] ([link]") {
		t.Error(l.Text[:2000])
	}
	if len(l.HTML) > 60_000 {
		t.Errorf("50 mails make %d bytes (LOOK.md: 60,000 at most)", len(l.HTML))
	}
	if !strings.HasPrefix(l.Subject, "50 berichten wachten") {
		t.Error(l.Subject)
	}
}
