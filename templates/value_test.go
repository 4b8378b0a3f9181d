package templates

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// nasty are values that would like to be more than text.
var nasty = []string{
	"<script>alert(1)</script>", "# kop", "[klik](http://kwaad.test)", "![x](http://kwaad.test/x.png)", "*vet* _cursief_ **dik**", "`code` ```", "{{.Note}} {{end}}",
	"> citaat", "- lijst\n- lijst", "1. een\n2. twee", "***", "---", "a\\b \\* &amp; &#60; &lt;b&gt;", "<http://kwaad.test>", "\ue000\uf8ff\U0010F80A\U0010F83C", "\"'><img src=x onerror=y>",
	strings.Repeat("zeerlangwoord", 50), "tab\tnul\x00bel\x07 \u202egnork", "\xff\xfe kapot", "    vier spaties", "regel\r\nregel\rregel\u2028x", "| a | b |\n|---|---|", "--- schrijf boven ---", "a\n***\nb\n===\n",
	"mailto:x@y", "mAilto:00", "](mailto:x) [", ") \"titel\" (",
}

func TestValuesStayText(t *testing.T) {
	s := load(t)
	for _, value := range nasty {
		for _, kind := range []string{"acknowledgement", "registration", "confirmation", "receipt", "review_list", "bounced", "task"} {
			l, err := s.Render(kind, "nl", filled(kind, value))
			if err != nil {
				t.Fatalf("%s with %q: %v", kind, value, err)
			}
			plainText(t, kind, value, l)
		}
	}
}

// filled puts one value wherever a person's words go.
func filled(kind, value string) Data {
	d := story(kind)
	d.To.Name, d.Handler, d.Department, d.Subject, d.Text = value, value, value, value, value
	d.Complainant = Person{Name: value, Email: value, Phone: value}
	d.Attachments = []Attachment{{Name: value, Size: 1}}
	d.Earlier = []Earlier{{Number: "K-2026-0001", Subject: value, Stage: "closed", Outcome: value, Words: []string{value}}}
	d.Named, d.From, d.ReceivedText, d.Note = []string{value}, value, value, value
	d.NotDone, d.Failed, d.Colleague, d.Unknown = NotDoneNotYours, value, value, []string{value}
	d.Parked = []ParkedMail{{No: 1, From: Person{Name: value, Email: value}, Subject: value, Reason: "spam", Words: value}, {No: 2, Words: value}}
	d.Flood = &Flood{Address: value, N: 20, Per: time.Minute}
	if kind == "receipt" {
		d.Done, d.Decisions = DoneReview, []ReviewDecision{{No: 1, Subject: value, Accepted: true, Number: "K-2026-0009"}, {No: 2, Subject: value}, {No: 3, By: value}}
	}
	d.Buttons = []Button{{Key: "yes", URL: value}, {Key: "no", URL: "https://kwaad.test"}}
	return d
}

// plainText holds a letter against what no value may make of it.
func plainText(t *testing.T, kind, value string, l Letter) {
	t.Helper()
	if strings.ContainsAny(l.Subject, "\r\n\x00") {
		t.Errorf("%s with %q: subject %q", kind, value, l.Subject)
	}
	for _, out := range []string{l.Text, l.HTML} {
		for _, r := range out {
			if r >= movedFirst && r <= movedLast || r == 0 || r == '\r' {
				t.Errorf("%s with %q: %U is left in\n%s", kind, value, r, out)
				return
			}
		}
		if !utf8.ValidString(out) {
			t.Errorf("%s with %q: no UTF-8", kind, value)
		}
	}
	known := map[string]bool{"html": true, "head": true, "meta": true, "title": true, "style": true, "body": true, "div": true, "table": true, "tbody": true, "tr": true, "td": true,
		"p": true, "br": true, "a": true, "ul": true, "li": true, "h2": true, "strong": true}
	for n := range parseHTML(t, l.HTML).Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if !known[n.Data] {
			t.Errorf("%s with %q: element %s", kind, value, n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "href" && !isMailto(a.Val) {
				t.Errorf("%s with %q: %s=%q", kind, value, a.Key, a.Val)
			}
		}
	}
	if strings.Contains(l.Text, "&lt;") && !strings.Contains(value, "&lt;") {
		t.Errorf("%s with %q: escaped text\n%s", kind, value, l.Text)
	}
}

func TestValuesKeepTheirWords(t *testing.T) {
	s := load(t)
	d := story("registration")
	d.Text = "# Kop <b>\n\n\n[x](http://y)  *a*\n    ```\n1. `k`\n\ue000 {{x}} \\*"
	l, err := s.Render("registration", "nl", d)
	if err != nil {
		t.Fatal(err)
	}
	want := "> # Kop <b>\n>\n>\n> [x](http://y)  *a*\n>     ```\n> 1. `k`\n> \ue000 {{x}} \\*\n"
	if !strings.Contains(l.Text, want) {
		t.Errorf("want\n%s\nin\n%s", want, l.Text)
	}
	if !strings.Contains(l.HTML, "# Kop &lt;b&gt;</p><p") || !strings.Contains(l.HTML, "[x](http://y)") {
		t.Errorf("HTML lost words:\n%s", l.HTML)
	}
}

func FuzzRender(f *testing.F) {
	s := load(f)
	for _, value := range nasty {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, kind := range []string{"registration", "receipt", "confirmation", "review_list"} {
			l, err := s.Render(kind, "nl", filled(kind, value))
			if err != nil {
				t.Fatal(err)
			}
			plainText(t, kind, value, l)
		}
	})
}

// A complaint as long as a book takes time in proportion to its length.
func TestLongText(t *testing.T) {
	s := load(t)
	d := story("registration")
	d.Text = strings.Repeat("Mijn vader kreeg *koude* soep, [weer] en (nog) eens. <b>Echt.\n", 16_000)
	l, err := s.Render("registration", "nl", d)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(l.Text, "koude* soep"); got < 15_900 {
		t.Errorf("%d of 16000 sentences are left", got)
	}
}

func TestOwnTexts(t *testing.T) {
	write := func(files map[string]string) string {
		dir := t.TempDir()
		for name, text := range files {
			file := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	good := "Subject: Bedankt [{{.Number}}]\r\n\r\n{{.Greeting}}\r\n\r\nDank u, *echt*. Zie [onze pagina](https://delinde.test).\r\n\r\n{{.Closing}}\r\n"
	s, err := Load(write(map[string]string{"nl/acknowledgement.md": good, "nl/own/verhuis.md": "x", "README": "x", ".git/x": "x"}))
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.Render("acknowledgement", "nl", story("acknowledgement"))
	if err != nil || l.Subject != "Bedankt [K-2026-0002]" || !strings.Contains(l.Text, "Dank u, echt. Zie onze pagina <https://delinde.test>.") {
		t.Errorf("%v\n%+v", err, l)
	}
	own := 0
	for _, n := range s.Names() {
		if n.Own {
			own++
		}
	}
	if faults := s.OwnFaults(); faults == nil || !strings.Contains(faults.Error(), "verhuis.md:1: the first line must be the subject") {
		t.Errorf("a broken text of its own: %v", faults)
	}
	if own != 1 || len(s.Names()) != len(Languages)*len(kinds) {
		t.Errorf("%d own of %d", own, len(s.Names()))
	}
	if source, _ := s.Source("acknowledgement", "nl"); !strings.HasPrefix(source, "Subject: Bedankt") {
		t.Errorf("source %q", source)
	}

	for _, c := range []struct{ name, file, text, want string }{
		{"no subject", "nl/acknowledgement.md", "Dank u", "acknowledgement.md:1: the first line must be the subject; for example"},
		{"empty", "nl/acknowledgement.md", "", ":1: the first line must be the subject"},
		{"no body", "nl/acknowledgement.md", "Subject: x [{{.Number}}]\n\n", ":2: there is no letter"},
		{"no number", "nl/acknowledgement.md", "Subject: Bedankt\n\nDank u", ":1: the subject must hold the number"},
		{"open brace", "nl/acknowledgement.md", "Subject: x [{{.Number}}]\n\nDank u {{.Greeting", ":3: "},
		{"field", "fr/registration.md", "Subject: x [{{.Number}}]\n\nMerci\n{{.Nummer}}", `registration.md:4: there is no field "Nummer" here; fields of a letter are About,`},
		{"function", "nl/welcome.md", "Subject: x\n\n{{datum .Today}}", `welcome.md:3: function "datum" not defined; functions are attachment,`},
		{"no end", "nl/welcome.md", "Subject: x\n\n{{if .Sober}}x", "welcome.md:3: "},
		{"kind", "nl/bedankje.md", "Subject: x\n\ny", `bedankje.md: no mail is called "bedankje"; known are acknowledgement,`},
		{"language", "es/acknowledgement.md", "Subject: x\n\ny", `no language "es"; known are nl, fr, en, de`},
		{"too long", "nl/welcome.md", "Subject: x\n\n" + strings.Repeat("x", maxSource), "too long for a letter"},
	} {
		_, err := Load(write(map[string]string{c.file: c.text}))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v\nwant %s", c.name, err, c.want)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "nergens")); err == nil || !strings.Contains(err.Error(), "leave it empty") {
		t.Errorf("missing folder: %v", err)
	}
	_, err = Load(write(map[string]string{"nl/x.md": "x", "fr/welcome.md": "x"}))
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("two findings at once: %v", err)
	}
}
