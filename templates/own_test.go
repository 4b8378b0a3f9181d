package templates

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ownTexts loads texts from a folder that holds these files.
func ownTexts(t *testing.T, files map[string]string) *Set {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const visit = "Subject: Ons bezoek op [[Datum bezoek]]\r\n\r\nIk kom op [[datum  bezoek]] langs, met *[[Wie]]*.\r\n\r\n[[Wat]]\r\n"

func TestOwn(t *testing.T) {
	s := ownTexts(t, map[string]string{"nl/own/bezoek.md": visit, "nl/own/bezoek bij u.md": "Subject: x\n\nDag.\n", "fr/own/Bezoek.md": strings.ReplaceAll(visit, "Ik kom", "Je viens")})
	if err := s.OwnFaults(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.OwnNames(), ", "); got != "bezoek, bezoek bij u" {
		t.Errorf("names %q", got)
	}
	for words, want := range map[string]string{
		"bezoek": "template/bezoek|", "BEZOEK, morgen": "template/bezoek|morgen", "bezoek bij u nu": "template/bezoek bij u|nu", "“Bézoek” 3 maart": "template/bezoek|3 maart",
		"bezeok": "template/bezoek|", "bus": "template|bus", "": "template|",
	} {
		if action, rest := s.OwnForm(words); action+"|"+rest != want {
			t.Errorf("%q: %q and %q, want %s", words, action, rest, want)
		}
	}
	form, ok := s.Form("template/bezoek")
	if !ok || !slices.Equal(form.Fields, []string{"own:Datum bezoek", "own:Wie", "own:Wat"}) {
		t.Errorf("fields %q", form.Fields)
	}
	if got, want := s.FormText("nl", form.Key, map[string]string{"own:Wie": "Bram"}, nil), "#sjabloon bezoek\nDatum bezoek:\nWie: Bram\nWat:\n--- einde formulier ---\n"; got != want {
		t.Errorf("form %q, want %q", got, want)
	}
	for lang, want := range map[string]string{"fr": "fr", "nl": "nl", "de": "nl"} {
		if got := s.OwnLanguage("bezoek", lang, "en"); got != want {
			t.Errorf("to a reader of %s in %s, want %s", lang, got, want)
		}
	}
	d := story("acknowledgement")
	d.Own = map[string]string{"own:Datum bezoek": "{{.Number}} [x](https://x.test) *3*", "own:Wie": "-", "own:Wat": "Een.\n\n- twee\n- [[Wie]]"}
	l, err := s.Render("own/bezoek", "nl", d)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Ons bezoek op {{.Number}} [x](https://x.test) *3* [" + d.Number + "]"; l.Subject != want {
		t.Errorf("subject %q, want %q", l.Subject, want)
	}
	text := strings.Join(strings.Fields(l.Text), " ")
	for _, want := range []string{"Ik kom op {{.Number}} [x](https://x.test) *3* langs", "Een. - twee - [[Wie]]", d.Organization.Phone} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, l.Text)
		}
	}
	if !strings.HasPrefix(l.Text, "Dag ") && !strings.HasPrefix(l.Text, "Geachte ") {
		t.Errorf("no greeting:\n%s", l.Text)
	}
	if source, err := s.Source("own/bezoek", "nl"); err != nil || source != visit {
		t.Errorf("source %q, %v", source, err)
	}
}

// Who writes a greeting or a closing keeps them.
func TestOwn_edges(t *testing.T) {
	s := ownTexts(t, map[string]string{"nl/own/a.md": "Subject: x [{{.Number}}]\n\nBeste mevrouw [[Wie van u]],\n\nDank u.\n\nVriendelijke groeten,\n{{.Signature}}\n"})
	d := story("acknowledgement")
	d.Own = map[string]string{"own:Wie van u": "Claes"}
	l, err := s.Render("own/a", "nl", d)
	if err != nil || s.OwnFaults() != nil {
		t.Fatal(err, s.OwnFaults())
	}
	if !strings.HasPrefix(l.Text, "Beste mevrouw Claes,\n\nDank u.\n\nVriendelijke groeten,") || strings.Contains(l.Text, d.Organization.Phone) || strings.Count(l.Subject, d.Number) != 1 {
		t.Errorf("%s\n%s", l.Subject, l.Text)
	}
}

// A broken text is named with file and line; the others can be used.
func TestOwn_faults(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"nl/own/a.md", "Dag", "a.md:1: the first line must be the subject"},
		{"nl/own/a.md", "Subject: x\n", "a.md:2: there is no letter"},
		{"nl/own/a.md", "Subject: x\n\ny\n[[ ]]", "a.md:4: there is no name between [[ and ]]"},
		{"nl/own/a.md", "Subject: x\n\n[[Datum", "a.md:3: a field stands between"},
		{"nl/own/a.md", "Subject: x\n\n[[a]] b]]", "a.md:3: a field stands between"},
		{"nl/own/a.md", "Subject: x\n\n[[Wat: nu?]]", "a.md:3: the name [[Wat: nu?]] may have letters"},
		{"nl/own/a.md", "Subject: x\n\n[[Bijlagen]]", "a.md:3: [[Bijlagen]] has a meaning of its own"},
		{"nl/own/a.md", "Subject: x\n\n[[" + strings.Repeat("lang ", 7) + "]]", "is too long; at most 6 words"},
		{"nl/own/a.md", "Subject: {{.Number}}\n\nx", "a.md:1: the subject must hold the number"},
		{"nl/own/a.md", "Subject: x\n\n[[b]]\n{{.Nummer}}", `a.md:4: there is no field "Nummer" here`},
		{"nl/own/a.md", "Subject: x\n\n{{.Field \"c\"}}", "a.md:3: "},
		{"nl/own/verstuur.md", "Subject: x\n\ny", `the word "verstuur" sends`},
		{"nl/own/a+b.md", "Subject: x\n\ny", `"a+b" is no name for a text`},
		{"fr/own/goed.md", "Subject: x\n\n[[Heure]]", "goed.md:3: [[Heure]] is no field of "},
		{"fr/own/goed.md", "Subject: x\n\ny", "goed.md:1: [[Uur]] of "},
		{"nl/own/GOED.md", "Subject: x\n\ny", "are read as the same"},
		{"nl/own/a.md", "Subject: x\n\n" + strings.Repeat("x", maxSource), "too long for a letter"},
	} {
		s := ownTexts(t, map[string]string{c.file: c.text, "nl/own/goed.md": "Subject: x\n\n[[Uur]]"})
		if err := s.OwnFaults(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q: got %v\nwant %s", c.file, c.text, err, c.want)
		}
		if len(s.OwnNames()) != 1 {
			t.Errorf("%s %q: %q can be used", c.file, c.text, s.OwnNames())
		}
	}
}
