package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"dankuwel/models"
)

func TestClean(t *testing.T) {
	check := func(in, want string) {
		t.Helper()
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
	every := "ëéïüßœŒ€’‘“”„«»–—…•²½łŁőĳΩЖ\u00a0"
	check(every, every)
	check("a\r\nb\rc\u2028d\te", "a\nb\nc\nd    e")
	check("een\n\n\n\n\ntwee\n", "een\n\ntwee")
	check("cafe\u0301", "café")                              // macOS
	check("zee\u00advogel \u200bx\ufeff", "zeevogel x")      // soft hyphen, zero width space, byte order mark
	check("factuur\u202efdp.exe", "factuur□fdp.exe")         // UAX #9: shows the name the wrong way round
	check("\x00\x1b[31m rood\x7f", "□[31m rood□")            // control characters
	check("Fijn 👍🏽👨‍👩‍👧 hoor ❤️", "Fijn □ hoor □")           // emoji with skin tones and joiners are one
	check("شكرا لكم 谢谢", "□ □ □")                            // other scripts
	check("Nguyễn, 𝐯𝐞𝐭, ﬀ, １２, ①", "Nguyen, vet, ff, 12, 1") // letters in disguise
	check("\xff\xfeab", "□ab")
	check("10\u202f000\u2003m\u2011n", "10 000 m-n")
}

func TestWithoutTokens(t *testing.T) {
	check := func(in, want string) {
		t.Helper()
		if got := withoutTokens(in); got != want {
			t.Errorf("withoutTokens(%q) = %q, want %q", in, got, want)
		}
	}
	check("klachten+k-2026-0001.brf.abcdefghij234567@example.test", "klachten+k-2026-0001.brf.…@example.test")
	check("klachten+K-2026-0001.ABCDEFGHIJ234567@example.test", "klachten+K-2026-0001.…@example.test")
	check("<klachten+brf.abcdefghij234567@example.test>", "<klachten+brf.…@example.test>")
	check("mailto:klachten%2Bbrf.abcdefghij234567%40example.test", "mailto:klachten%2Bbrf.…%40example.test")
	check("Re: [K-2026-0001 brf abcdefghij234567]", "Re: [K-2026-0001 brf …]")
	check("[brf abcdefghij234567]", "[brf …]")
	for _, kept := range []string{"an.vandenbroeckhove@example.test", "jan+vakantie@example.test", "[K-2026-0001]"} {
		check(kept, kept)
	}
}

func TestParagraphs(t *testing.T) {
	check := func(in string, want ...paragraph) {
		t.Helper()
		if got := paragraphs(in); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("paragraphs(%q) =\n%q, want\n%q", in, got, want)
		}
	}
	check("Dag An,\n\nDit is een regel die bijna tot aan de rand van de brief loopt en die dan\ngewoon verder gaat.", paragraph{text: "Dag An,"}, paragraph{}, paragraph{text: "Dit is een regel die bijna tot aan de rand van de brief loopt en die dan gewoon verder gaat."})
	check("Groet,\nAn\nPeeters", paragraph{text: "Groet,\nAn\nPeeters"})
	check("- een\n- twee punten die samen ook weer tot aan de rand van de brief lopen en dan\n  verder gaan\n3. drie", paragraph{"-", "een"}, paragraph{"-", "twee punten die samen ook weer tot aan de rand van de brief lopen en dan verder gaan"}, paragraph{"3.", "drie"})
	check("een\n-5 graden", paragraph{text: "een\n-5 graden"})
}

func TestWrap(t *testing.T) {
	s := newSheet(texts(t), "nl", linden, "x", printed)
	for _, text := range []string{"een twee drie", strings.Repeat("w", 5000), "https://example.test/" + strings.Repeat("pad/", 500), strings.Repeat("a  b ", 800), strings.Repeat(" ", 3000) + "x", "", "a\n\nb", strings.Repeat("é", 999) + " z"} {
		lines := s.wrap(body, text, 60)
		for _, line := range lines {
			if w := s.pdf.GetStringWidth(line); w > 60.1 {
				t.Errorf("%.40q: a line of %.1f mm", text, w)
			}
		}
		if squeeze(strings.Join(lines, " ")) != squeeze(text) {
			t.Errorf("%.40q: letters were lost", text)
		}
	}
	if got := s.wrap(body, "de soep was koud", 17); fmt.Sprint(got) != "[de soep was koud]" || len(got) != 2 {
		t.Errorf("got %q", got)
	}
}

func squeeze(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), "\n", "") }

// FuzzPaper: no text makes a paper fail, and none leads its pages astray.
func FuzzPaper(f *testing.F) {
	for _, s := range []string{"De soep was koud.", "\x00\xff", "👍\u202e شكرا", strings.Repeat("w", 500), "- een\n- twee\n\n\n3) drie", ")(\\r \\", "{nb} {0}", "\ue000\uffff", "a\u0301\u0301\u0301", "+k-2026-0001.abcdefghij234567@"} {
		f.Add(s, s)
	}
	set := texts(f)
	f.Fuzz(func(t *testing.T, a, b string) {
		k := story(t)
		c := k.Complaint
		c.Facts, c.Subject, c.Department, c.Complainant.Name, c.Complainant.Address, c.Carrier = a, b, a, b, a, b
		k.Messages[0].NewText, k.Messages[0].Subject, k.Messages[0].FromName, k.Messages[0].Attachments[0].Name, k.Messages[1].Kind = b, a, b, a, a
		k.Analysis.Causes, k.Analysis.OmbudsNorms, k.Corrective[0].Description, k.Tasks[0].Text, k.Terms[0].Reason = a, b, b, a, b
		k.Earlier[0].Subject, k.Events[0].Actor, k.Events[1].What, k.Organization.Name = a, a, b, b
		for _, data := range [][]byte{pdf(t, Dossier, set, "fr", k), pdf(t, Registration, set, "nl", k)} {
			for _, page := range read(t, data) {
				if !utf8.ValidString(page) || strings.ContainsFunc(page, func(r rune) bool { return r != '\n' && !draws(r) }) {
					t.Fatalf("%q", page)
				}
			}
		}
		var out bytes.Buffer
		if err := Letter(&out, set, b, linden, []string{a, b}, printed, a, b+"\n"+a); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzText: whatever somebody wrote, what is drawn are characters that the fonts have, in lines that fit, and cleaning twice is cleaning once.
func FuzzText(f *testing.F) {
	for _, s := range []string{"De soep was koud.", "\x00\xff\r\n\u2028", "👍🏽 \u202e شكرا", strings.Repeat("w", 500), "- een\n- twee\n\n\n3) drie", "a\u0301\u0301\u0344", "ﷺ㎏①ễ𝐚", "+k-2026-0001.abcdefghij234567@"} {
		f.Add(s)
	}
	s := newSheet(texts(f), "nl", linden, "x", printed)
	f.Fuzz(func(t *testing.T, text string) {
		once := clean(text)
		if strings.ContainsFunc(once, func(r rune) bool { return r != '\n' && !draws(r) }) {
			t.Fatalf("%q", once)
		}
		if again := clean(once); again != once {
			t.Fatalf("%q, and then %q", once, again)
		}
		for _, p := range append(paragraphs(text), paragraph{text: once}) {
			for _, line := range s.wrap(letter, p.text, 30) {
				if w := s.pdf.GetStringWidth(line); w > 30.1 {
					t.Fatalf("%q is %.1f mm", line, w)
				}
			}
		}
	})
}

// A box is explained where it stands on a paper about a complaint.
func TestBoxes(t *testing.T) {
	k := story(t)
	if has(strings.Join(read(t, pdf(t, Registration, texts(t), "nl", k)), ""), "□") {
		t.Error("a box without need")
	}
	k.Complaint.Facts = "Fijn 👍 hoor"
	if paper := strings.Join(read(t, pdf(t, Registration, texts(t), "nl", k)), ""); !has(paper, "Fijn □ hoor") || !has(paper, "□ staat voor een teken") {
		t.Error(paper)
	}
}

// many is a case with so many mails.
func many(t testing.TB, n int) *Case {
	k := story(t)
	text := strings.Repeat("De soep was koud en het brood was op. ", 20) + "\n\nMet vriendelijke groet,\nJan Janssens"
	k.Messages = nil
	for i := range n {
		k.Messages = append(k.Messages, models.Message{ID: int64(i), Direction: "in", FromName: "Jan Janssens", FromEmail: "jan@example.test", At: noon.Add(time.Duration(i) * time.Hour), Subject: fmt.Sprintf("Mail %d", i), Text: text, NewText: text})
		k.Events = append(k.Events, models.Event{Seq: i + 1, At: noon, Actor: "complainant", What: "added", Hash: strings.Repeat("d", 64)})
	}
	return k
}

func TestManyMails(t *testing.T) {
	data := pdf(t, Dossier, texts(t), "nl", many(t, 500))
	save(t, "dossier-500", data)
	pages := read(t, data)
	all := strings.Join(pages, "")
	for i := range 500 {
		if !strings.Contains(all, fmt.Sprintf("\nMail %d\n", i)) {
			t.Fatalf("mail %d is not there", i)
		}
	}
	if len(pages) < 100 || !has(pages[len(pages)-1], fmt.Sprintf("pagina %d van %d", len(pages), len(pages))) {
		t.Errorf("%d pages", len(pages))
	}
}

func BenchmarkDossier500(b *testing.B)   { benchmark(b, Dossier, many(b, 500)) }
func BenchmarkRegistration(b *testing.B) { benchmark(b, Registration, story(b)) }
func BenchmarkDossier1MBText(b *testing.B) {
	k := many(b, 1)
	k.Messages[0].NewText = strings.Repeat("koude soep, ", 1<<20/12)
	benchmark(b, Dossier, k)
}
func BenchmarkDossier1MBLines(b *testing.B) {
	k := many(b, 1)
	k.Messages[0].NewText = strings.Repeat("a\n", 1<<19)
	benchmark(b, Dossier, k)
}

func benchmark(b *testing.B, p printer, k *Case) {
	set := texts(b)
	b.ReportAllocs()
	for b.Loop() {
		b.ReportMetric(float64(len(pdf(b, p, set, "nl", k))), "bytes/pdf")
	}
}
