package mailin

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dankuwel/templates"
)

func formTexts(t testing.TB) *templates.Set {
	t.Helper()
	texts, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

const formMarker = "--- schrijf boven deze lijn; uw antwoord gaat niet rechtstreeks naar de klager ---"

// staffMail is what a colleague got: data and a quoted complaint that look like fields, then the form.
func staffMail(form string) string {
	return formMarker + `

dag 12 van 45, antwoord uiterlijk donderdag 7 januari

  Analyse: antwoord gewoon en begin met #analyse

De klacht
---------

Klager: Jan Claes
E-mail: jan@client.test

> De soep was koud.
> Feiten: drie avonden koude soep
> Reden: niemand luistert

Data
----

Behandelaar: Bram De Wit
Afdeling: Keuken

` + form
}

func quoteAll(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("> " + line)
	}
	return b.String()
}

const thunderbird = "Op 3-12-2026 om 10:12 schreef Klachtendienst De Linde:\n"

const outlook = "________________________________\nVan: Klachtendienst De Linde <klachten@example.test>\nVerzonden: donderdag 3 december 2026 10:12\nAan: Bram De Wit\nOnderwerp: Nieuwe klacht [K-2026-0001]\n\n"

func fields(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func TestReadFilled(t *testing.T) {
	texts := formTexts(t)
	analysis := texts.FormText("nl", "analyse", nil, nil)
	for _, c := range []struct {
		name, subject, whole string
		want                 Filled
	}{
		{"verb and text", "Re: Nieuwe klacht [K-2026-0001]", "#stand verstuur\n\nIk sprak de kok.\n\n" + thunderbird + quoteAll(staffMail(analysis)),
			Filled{Verb: "status", Send: true, Free: "Ik sprak de kok."}},
		{"assign on one line", "", "wijs-toe Bram\n\nVerzonden vanaf mijn iPhone\n\n" + outlook + staffMail(analysis), Filled{Verb: "assign", Rest: "Bram"}},
		{"greeting above the verb", "", "Dag,\n\n#verleng 14 ziekte van de kok\n", Filled{Verb: "extend", Rest: "14 ziekte van de kok", Free: "Dag,"}},
		{"a sentence is no verb", "", "Antwoord is onderweg, ik bel haar morgen.\n\n" + outlook + staffMail(analysis), Filled{Free: "Antwoord is onderweg, ik bel haar morgen."}},
		{"our subject is no verb", "Re: Dossier [K-2026-0001]", "Dank je.", Filled{Free: "Dank je."}},
		{"subject is a verb", "formulier", "", Filled{Verb: "form"}},
		{"subject with number", "zoek koude soep [K-2026-0001]", "", Filled{Verb: "search", Rest: "koude soep"}},
		{"consent", "", "Ok, mag weg\n\n" + outlook + staffMail(analysis), Filled{Verb: "send", Rest: "mag weg"}},
		{"refusal with words", "", "nee, de toon klopt niet\n", Filled{Verb: "drop", Rest: "de toon klopt niet"}},
		{"no refusal", "", "Niet Bram was erbij, maar Katrien.\n", Filled{Free: "Niet Bram was erbij, maar Katrien."}},
		{"above the marker", "", "Gegrondheit: gegrond\nErnst :  matig\n*Feiten:* De soep was koud.\n\nDrie avonden.\n\nOorzaken\nHet vet was op.\n\nMet vriendelijke groet\nBram\n\n" + outlook + staffMail(analysis),
			Filled{Form: "analyse", Fields: fields("verdict", "gegrond", "severity", "matig", "facts", "De soep was koud.\n\nDrie avonden.", "causes", "Het vet was op."),
				Near: fields("verdict", "Gegrondheit"), Free: "Met vriendelijke groet\nBram"}},
		{"in the quoted form, quoted", "", "Zie hieronder.\n\n" + thunderbird + strings.NewReplacer("> Feiten:\n", "> Feiten: De soep was koud.\n> \n> Drie avonden.\n", "> Conclusie:\n", "> Conclusie:\nWe vergoeden.\nEn snel.\n").Replace(quoteAll(staffMail(analysis))),
			Filled{Form: "analyse", Below: true, Fields: fields("facts", "De soep was koud.\n\nDrie avonden.", "conclusion", "We vergoeden.\nEn snel."), Free: "Zie hieronder."}},
		{"in the quoted form, not quoted", "", outlook + strings.NewReplacer("Feiten:\nOm", "Feiten: De soep was koud.\nOm", "Ernst (licht, matig, ernstig):", "Ernst (ernstig):", "Schade:", "Schade: -").Replace(staffMail(analysis)),
			Filled{Form: "analyse", Below: true, Fields: fields("facts", "De soep was koud.", "severity", "ernstig")}},
		{"no first line", "", outlook + strings.NewReplacer("#analyse\n", "", "Gegrondheid (gegrond, deels gegrond, ongegrond):", "Gegrondheid: ongegrond").Replace(staffMail(analysis)),
			Filled{Form: "analyse", Below: true, Fields: fields("verdict", "ongegrond")}},
		{"no end line", "", outlook + strings.NewReplacer("--- einde formulier ---\n", "\n-- \nBram\n02 555 12 12\n", "Conclusie:", "Conclusie: klaar").Replace(staffMail(analysis)),
			Filled{Form: "analyse", Below: true, Fields: fields("conclusion", "klaar")}},
		{"no form at all", "", "Bedankt.\n\n" + outlook + staffMail("Groeten\n"), Filled{Free: "Bedankt."}},
		{"both", "", "Ernst: ernstig\n\n" + outlook + strings.Replace(staffMail(analysis), "Ernst (licht, matig, ernstig):", "Ernst (licht, matig, ernstig): matig", 1),
			Filled{Form: "analyse", Fields: fields("severity", "ernstig"), Twice: fields("severity", "matig")}},
		{"a table", "", outlook + staffMail("#contact\nHoe Telefoon\nMet wie mevrouw Claes\nWat Ze is blij:\nde soep is warm.\n--- einde formulier ---\n"),
			Filled{Form: "contact", Below: true, Fields: fields("how", "Telefoon", "with_whom", "mevrouw Claes", "what", "Ze is blij:\nde soep is warm.")}},
		{"a table with tabs", "", outlook + staffMail("#contact\nHoe\ttelefoon\nWat\tZe is blij.\n— Einde formulier —\n"),
			Filled{Form: "contact", Below: true, Fields: fields("how", "telefoon", "what", "Ze is blij.")}},
		{"a colon in a sentence", "", "Let op: de soep is morgen weer koud.\nTelefoon: 02 555 12 12\n", Filled{Free: "Let op: de soep is morgen weer koud.\nTelefoon: 02 555 12 12"}},
		{"a value that is a label", "", "#registreer\nKlager: Jan\nDrager:\ntelefoon\nFeiten: koude soep\n", Filled{Verb: "register", Form: "register", Fields: fields("complainant", "Jan", "carrier", "telefoon", "facts", "koude soep")}},
		{"half a label", "", outlook + strings.NewReplacer("Conclusie:", "sie: klaar", "Omstandigheden:", "Omst: druk").Replace(staffMail(analysis)),
			Filled{Form: "analyse", Below: true, Fields: fields("conclusion", "klaar", "circumstances", "druk"), Near: fields("conclusion", "sie", "circumstances", "Omst")}},
		{"emptied", "", "#analyse\nErnst: –\nSchade: -\n", Filled{Verb: "analyse", Form: "analyse", Fields: fields("severity", "-", "damage", "-")}},
		{"a fault that was not mended", "", outlook + staffMail(texts.FormText("nl", "measure", fields("description", "Warmhoudwagen\nKok: eens"), fields("measure_kind", "Kies er een."))),
			Filled{Form: "measure", Below: true, Fields: fields("description", "Warmhoudwagen\nKok: eens")}},
		{"text below, in the form", "", outlook + staffMail("#vraag\nTekst: Op welke dag was het?\n--- einde formulier ---\n"),
			Filled{Form: "ask", Below: true, Fields: fields("text", "Op welke dag was het?")}},
		{"text below, beside the form", "", outlook + staffMail("#gedaan\nMaatregel: M2\n\nDe wagen staat er.\n\nTekst:\n--- einde formulier ---\n"),
			Filled{Form: "done", Below: true, Fields: fields("measure", "M2"), Free: "De wagen staat er."}},
		{"the whole form typed", "", "Hierbij de analyse.\n\n" + strings.Replace(analysis, "Feiten:", "Feiten: koude soep", 1) + "\nTot morgen.\n",
			Filled{Verb: "analyse", Form: "analyse", Fields: fields("facts", "koude soep"), Free: "Hierbij de analyse.\n\nTot morgen."}},
		{"a shared desk", "", "Naam: Katrien\n#nota\nDe kok belde.", Filled{Verb: "note", Form: "note", Fields: fields("name", "Katrien"), Free: "De kok belde."}},
		{"a name below the verb", "", "#nota\nNaam: Katrien\n\nDe kok belde.", Filled{Verb: "note", Form: "note", Fields: fields("name", "Katrien"), Free: "De kok belde."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ReadFilled(c.subject, NewText(c.whole, texts.Markers()), c.whole, texts)
			if got.Verb != c.want.Verb || got.Send != c.want.Send || got.Rest != c.want.Rest || got.Form != c.want.Form || got.Below != c.want.Below {
				t.Errorf("verb %q send %v rest %q form %q below %v\nwant %q %v %q %q %v", got.Verb, got.Send, got.Rest, got.Form, got.Below, c.want.Verb, c.want.Send, c.want.Rest, c.want.Form, c.want.Below)
			}
			if got.Free != c.want.Free {
				t.Errorf("free %q, want %q", got.Free, c.want.Free)
			}
			for what, maps := range map[string][2]map[string]string{"fields": {got.Fields, c.want.Fields}, "near": {got.Near, c.want.Near}, "twice": {got.Twice, c.want.Twice}} {
				equalFields(t, what, maps[0], maps[1])
			}
		})
	}
}

func equalFields(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	if !maps.Equal(got, want) && len(got)+len(want) > 0 {
		t.Errorf("%s %q\nwant %q", what, got, want)
	}
}

// TestReadFilled_roundTrip: a form that comes back as it was sent says what it said, in every language and style.
func TestReadFilled_roundTrip(t *testing.T) {
	texts := formTexts(t)
	value := "Om 18 uur.\n\nOorzaken: het vet\n> geciteerd\n#nota\n--- einde formulier ---\n^ pijl\nvolgens de kok Conclusie: klaar\nMet vriendelijke groet"
	for _, a := range texts.Actions() {
		for _, lang := range templates.Languages {
			values := map[string]string{}
			for _, key := range a.Fields {
				if values[key] = "Bram: ja"; texts.IsProse(key) {
					values[key] = value
				}
			}
			form := texts.FormText(lang, a.Key, values, nil)
			for style, whole := range map[string]string{"outlook": outlook + staffMail(form), "thunderbird": thunderbird + quoteAll(staffMail(form)), "new": form} {
				got := ReadFilled("", NewText(whole, texts.Markers()), whole, texts)
				for key, want := range values {
					if !SameWords(got.Fields[key], want) {
						t.Errorf("%s, %s, %s: %s is %q, want %q", a.Key, lang, style, key, got.Fields[key], want)
					}
				}
				if len(got.Twice)+len(got.Near) > 0 || strings.TrimSpace(got.Free) != "" {
					t.Errorf("%s, %s, %s: twice %q, near %q, free %q", a.Key, lang, style, got.Twice, got.Near, got.Free)
				}
			}
		}
	}
}

// TestReadFilled_time: linear on whatever comes.
func TestReadFilled_time(t *testing.T) {
	texts := formTexts(t)
	for _, unit := range []string{"a\n", "Feiten: x\n", "Fieten: x\n", "abcdefghij:\n", "Soort (\n", "> ^ x\n", "--- einde formulier ---\n", "#analyse\n", formMarker + "\n", "From: a@b\n", "\u00a0", "(((", "Wat - "} {
		whole := "#analyse\n" + strings.Repeat(unit, 1<<19/len(unit))
		begin := time.Now()
		ReadFilled("", whole, whole, texts)
		if took := time.Since(begin); took > maxParseTime {
			t.Errorf("%q: took %v", unit, took)
		}
	}
}

// TestReadFilled_html: what becomes of forms in HTML mail.
func TestReadFilled_html(t *testing.T) {
	texts := formTexts(t)
	for name, html := range map[string]string{
		"gmail": `<div dir="ltr">Zie onder.</div><br><div class="gmail_quote"><div class="gmail_attr">Op do 3 dec 2026 om 10:12 schreef Klachtendienst &lt;<a href="mailto:k@example.test">k@example.test</a>&gt;:<br></div>` +
			`<blockquote>` + formMarker + `<br><br>#contact<br><b>Hoe&nbsp;:</b>&nbsp;telefoon<br>Met wie: <b>mevrouw Claes</b><br>Wat:<br><div>Ze is blij.</div><div><br></div><div>De soep is warm.</div>--- einde formulier ---</blockquote></div>`,
		"outlook": `<p class=MsoNormal>Zie onder.<o:p></o:p></p><div><div style='border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>Van:</b> Klachtendienst &lt;k@example.test&gt;<br><b>Verzonden:</b> donderdag 3 december 2026 10:12<br>` +
			`<b>Aan:</b> Bram<br><b>Onderwerp:</b> Nieuwe klacht<o:p></o:p></p></div></div><p class=MsoNormal>` + formMarker + `</p><p>#contact</p><table><tr><td><p class=MsoNormal><b>Hoe</b></p></td><td><p class=MsoNormal>telefoon</p></td></tr>` +
			`<tr><td><p>Met wie</p></td><td><p>mevrouw Claes</p></td></tr><tr><td><p>Wat</p></td><td><p>Ze is blij.</p><p>De soep is warm.</p></td></tr></table><p>– einde formulier –</p>`,
		"table": `<p>Zie onder.</p><blockquote><p>` + formMarker + `</p><p>#contact</p><table><tr><td>Hoe</td><td>telefoon</td></tr><tr><th>Met wie</th><td>mevrouw Claes</td></tr><tr><td>Wat</td><td>Ze is blij.<br>De soep is warm.</td></tr></table>` +
			`<p>--- einde formulier ---</p></blockquote>`,
		"list": `<p>Zie onder.</p><blockquote><p>` + formMarker + `</p><ul><li>Hoe: telefoon</li><li><strong>Met wie:</strong> mevrouw Claes</li><li>Wat: Ze is blij.<br>De soep is warm.</li></ul><p>--- einde formulier ---</p></blockquote>`,
	} {
		whole := textOfHTML(html)
		got := ReadFilled("", NewText(whole, texts.Markers()), whole, texts)
		want := fields("how", "telefoon", "with_whom", "mevrouw Claes", "what", "Ze is blij. De soep is warm.")
		for key, value := range want {
			if !SameWords(got.Fields[key], value) {
				t.Errorf("%s: %s is %q, want %q", name, key, got.Fields[key], value)
			}
		}
		if len(got.Fields) != len(want) || got.Free != "Zie onder." || got.Form != "contact" {
			t.Errorf("%s: form %q, fields %q, free %q\n%s", name, got.Form, got.Fields, got.Free, whole)
		}
	}
}

// FuzzReadFilled: whatever comes, no word of the person's own text is lost, and it is read soon.
func FuzzReadFilled(f *testing.F) {
	texts := formTexts(f)
	vocabulary := strings.Join(texts.Markers(), " ")
	for _, lang := range templates.Languages {
		data, err := os.ReadFile(filepath.Join("..", "templates", lang, "forms.toml"))
		if err != nil {
			f.Fatal(err)
		}
		vocabulary += " " + string(data)
	}
	for _, a := range texts.Actions() {
		for _, lang := range templates.Languages {
			form := texts.FormText(lang, a.Key, map[string]string{"name": "Bram"}, nil)
			f.Add("", "Dag,\n\n"+form, outlook+staffMail(form))
			f.Add("Re: x", form, thunderbird+quoteAll(staffMail(form)))
		}
	}
	f.Add("#stand verstuur", "Ernst (licht,\nernstig): licht\n*Wat*\nDrager\ttelefoon", "> ")
	known := strings.Join(templates.FoldWords(vocabulary), "") // Labels are recognised however their letters are parted.
	f.Fuzz(func(t *testing.T, subject, text, below string) {
		subject, text, below = validText([]byte(subject)), validText([]byte(text)), validText([]byte(below))
		whole := text + "\n" + below
		newText := NewText(whole, texts.Markers())
		begin := time.Now()
		got := ReadFilled(subject, newText, whole, texts)
		if took := time.Since(begin); took > maxParseTime {
			t.Errorf("took %v", took)
		}
		have := map[string]bool{}
		parts := []string{got.Rest, got.Free}
		for _, m := range []map[string]string{got.Fields, got.Near, got.Twice} {
			for _, value := range m {
				parts = append(parts, value)
			}
		}
		for _, w := range templates.FoldWords(strings.Join(parts, "\n")) {
			have[w] = true
		}
		var own []string
		for _, line := range unquotedLines(newText) {
			if _, _, verb := texts.Action(line.text); line.depth == 0 && !verb && !strings.HasPrefix(line.text, "^") { // Quoted lines above an answer are our own mail's.
				own = append(own, line.text)
			}
		}
		for _, w := range templates.FoldWords(strings.Join(own, "\n")) {
			if !have[w] && !strings.Contains(known, w) {
				t.Errorf("%q is lost of %q\nin %+v", w, newText, got)
			}
		}
		if got.Verb != "" && texts.ActionName("nl", got.Verb) == "" {
			t.Errorf("verb %q", got.Verb)
		}
	})
}
