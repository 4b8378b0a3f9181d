package templates

import (
	"strings"
	"testing"
)

func TestRenderDraft(t *testing.T) {
	s := load(t)
	d := story("answer_founded")
	long := strings.TrimSpace(strings.Repeat("Een lange zin over soep. ", 10))
	d.Verdict, d.Practice, d.Apology, d.ForYou = "founded", true, long, "- een wagen\n- een telefoontje op 11 december\n\nMet *sterren* en <b>."
	l, err := s.RenderDraft("answer", "nl", d)
	if err != nil {
		t.Fatal(err)
	}
	for _, must := range []string{"\n\n" + long + "\n\n", "\n\n- een wagen\n- een telefoontje op 11 december\n\nMet *sterren* en <b>.\n\n", "An Peeters\nklachtencoördinator\nWoonzorgcentrum De Linde\n"} {
		if !strings.Contains(l.Text, must) {
			t.Errorf("%q is missing in\n%s", must, l.Text)
		}
	}
	if l.HTML != "" || strings.Contains(l.Text, "proef") || strings.HasPrefix(l.Subject, "Proef") {
		t.Errorf("a draft has HTML or marks of practice: %+v", l)
	}
	if _, err := s.RenderDraft("answer", "nl", Data{}); err == nil {
		t.Error("an answer without a verdict was rendered")
	}
	if l, err := s.RenderDraft("", "nl", Data{Body: "Ik sprak de kok.", Number: "K-1"}); err != nil || !strings.Contains(l.Text, "Ik sprak de kok.") {
		t.Errorf("a letter without a kind: %+v, %v", l, err)
	}
}

// What a draft says is what its letter says, in every kind and language; only the lines are folded.
func TestRenderPlain_sameWords(t *testing.T) {
	s := load(t)
	for kind, variants := range stories {
		if kinds[kind] {
			continue
		}
		for _, v := range variants {
			for _, lang := range Languages {
				d := v.data(kind)
				d.Held, d.Practice = nil, false
				draft, err := s.RenderDraft(kind, lang, d)
				if err != nil {
					t.Fatal(err)
				}
				l, err := s.RenderPlain(lang, draft.Subject, draft.Text, d)
				if err != nil {
					t.Fatal(err)
				}
				if l.Subject != draft.Subject || strings.Join(strings.Fields(l.Text), " ") != strings.Join(strings.Fields(draft.Text), " ") {
					t.Errorf("%s/%s.%s: got\n%s\nwant\n%s", lang, kind, v.name, l.Text, draft.Text)
				}
			}
		}
	}
}

func TestRenderPlain(t *testing.T) {
	s := load(t)
	d := story("answer_founded")
	d.Practice, d.Held = true, []Held{{"K-2026-0002", d.Received.AddDate(0, 0, -1)}}
	text := "Dag Jan Peeters,\n\n# Geen kop\n> geen citaat\n**niet vet** [geen](mailto:x@y.test) {{.Number}} <script>\n\nDit vroeg u:\n- een wagen\n  met een deksel\n- soep\n\n2. twee\n3. drie\n\n5 december, 12. Januari en 3.5 liter\n***\n--- einde ---\n\nMet vriendelijke groet,\nAn"
	l, err := s.RenderPlain("nl", "Over\nsoep [K-2026-0002]", text, d)
	if err != nil {
		t.Fatal(err)
	}
	want := "Dag Jan Peeters,\n\n# Geen kop\n> geen citaat\n**niet vet** [geen](mailto:x@y.test) {{.Number}} <script>\n\nDit vroeg u:\n\n- een wagen\n  met een deksel\n- soep\n\n2. twee\n3. drie\n\n" +
		"5 december, 12. Januari en 3.5 liter\n***\n--- einde ---\n\nMet vriendelijke groet,\nAn\n\nOok uw bericht van zondag 22 november is aangekomen.\n"
	if !strings.HasPrefix(l.Text, want) || !strings.Contains(l.Text, "proef") || l.Subject != "Proef: Over soep [K-2026-0002]" {
		t.Errorf("subject %q, got\n%s\nwant\n%s", l.Subject, l.Text, want)
	}
	for _, must := range []string{"# Geen kop<br>", "&gt; geen citaat<br>", "**niet vet** [geen](mailto:x@y.test) {{.Number}} &lt;script&gt;</p>", `<ol start="2"`, "<li style=\"margin:0 0 8px 0\">twee</li>", "***<br>"} {
		if !strings.Contains(l.HTML, must) {
			t.Errorf("%s is missing in\n%s", must, l.HTML)
		}
	}
	if _, err := s.RenderPlain("nl", " ", "x", d); err == nil {
		t.Error("a letter without a subject was made")
	}
}

func TestUnwrap(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Ik sprak de kok.\nDe wagen is stuk.", "Ik sprak de kok.\nDe wagen is stuk."},
		{"De avondploeg bracht de soep daarom met een gewone kar, en die stond\ntwintig minuten in de gang.", "De avondploeg bracht de soep daarom met een gewone kar, en die stond twintig minuten in de gang."},
		{"De avondploeg bracht de soep daarom met een gewone kar, en die stond\n- stil", "De avondploeg bracht de soep daarom met een gewone kar, en die stond\n- stil"},
		{"De avondploeg bracht de soep daarom met een gewone kar, en die stond\n\nstil", "De avondploeg bracht de soep daarom met een gewone kar, en die stond\n\nstil"},
		{strings.Repeat("x", 90) + "\ny", strings.Repeat("x", 90) + "\ny"},
		{"a\r\nb", "a\nb"}, {"", ""},
	} {
		if got := unwrap(c.text); got != c.want {
			t.Errorf("unwrap(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

// A form stands in text and HTML line by line, whatever its values hold.
func TestVerbatim(t *testing.T) {
	s := load(t)
	d := story("receipt")
	long := strings.TrimSpace(strings.Repeat("lang ", 40))
	d.Form = s.FormText("nl", "analyse", map[string]string{"facts": "**vet** <b> & {{x}}\ntweede lijn", "circumstances": long}, nil)
	l, err := s.Render("receipt", "nl", d)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(strings.TrimSpace(d.Form), "\n") {
		if !strings.Contains(l.Text, "\n"+line+"\n") {
			t.Errorf("the text lacks the line %q", line)
		}
		var escaped strings.Builder
		escapeHTML(&escaped, strings.TrimLeft(line, " "))
		if !strings.Contains(l.HTML, escaped.String()+"<br>") && !strings.Contains(l.HTML, escaped.String()+"</td>") {
			t.Errorf("the HTML lacks the line %q", line)
		}
	}
}

func FuzzRenderPlain(f *testing.F) {
	s := load(f)
	for _, text := range []string{"a\n\n- b\n  c\n1. d\n2) e", "  x\n- \n-", "10. x\n\n\n9. y", "\xff\x00\u2028", "- a\n\n  b\n- c"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := s.RenderPlain("nl", "Soep", text, Data{})
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Join(strings.Fields(strings.Map(kept, strings.ToValidUTF8(text, "\uFFFD"))), "")
		if got := strings.Join(strings.Fields(strings.Map(kept, l.Text)), ""); got != want {
			t.Errorf("%q became\n%q, want\n%q", text, got, want)
		}
	})
}

// kept are the letters and figures, which a letter never loses.
func kept(r rune) rune {
	if r < 128 && isAlnum(byte(r)) {
		return r
	}
	return -1
}
