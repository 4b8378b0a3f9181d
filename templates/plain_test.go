package templates

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCheck_plain(t *testing.T) {
	s := load(t)
	long := func(word string, n int) string { return strings.TrimSpace(strings.Repeat(word+" ", n)) + "." }
	for _, c := range []struct {
		lang, text string
		want       string // code, words and rewrite of the findings
	}{
		{"nl", long("soep", 25), ""},
		{"nl", long("soep", 26), "L1"},
		{"fr", long("soupe", 28), ""},
		{"fr", long("soupe", 29), "L1"},
		{"en", long("soup", 29), "L1"},
		{"de", long("Suppe", 26), "L1"},
		{"nl", strings.Repeat(long("soep", 16)+"\n\n", 5), "L1"},
		{"nl", strings.Repeat(long("soep", 15)+"\n\n", 5), ""},
		{"nl", "De lijst wordt nu door ons nagekeken.", "L3 door ons"},
		{"nl", "De lijst werd nagekeken. De kok werd gehoord. Ik bel u morgen.", "L3"},
		{"nl", "De lijst werd nagekeken. Ik sprak de kok. Ik bel u morgen.", ""},
		{"fr", "La liste a été revue par nous.", "L3 par nous"},
		{"fr", "La liste a été revue par le chef. Le chef a été entendu par la direction.", "L3"},
		{"en", "The list was checked. The cook was heard. I will call you tomorrow.", "L3"},
		{"de", "Die Liste wurde geprüft. Der Koch wurde angehört. Ich rufe Sie morgen an.", "L3"},
		{"de", "Die Liste prüfen wir. Der Koch war dort. Ich werde Sie morgen besuchen.", ""},
		{"nl", "Er werd een fout gemaakt.", "L4 Er werd een fout gemaakt"},
		{"nl", "Er is iets misgelopen. Wij maakten een fout.", "L4 Er is iets misgelopen"},
		{"nl", "U schrijft dat er een fout gemaakt is.", ""},
		{"fr", "Une erreur a été commise.", "L4 Une erreur a été commise"},
		{"en", "Mistakes were made.", "L4 Mistakes were made"},
		{"de", "Es wurde ein Fehler gemacht.", "L4 Es wurde ein Fehler gemacht"},
		{"nl", "Tevens verzoek ik u te bellen. Tevens dank.", "L5 Tevens → ook, L5 verzoek ik u → vragen"},
		{"nl", "Ik schrijf u over de soep. Het schrijven duurde even.", "L5 Het schrijven → brief"},
		{"fr", "À cet égard, je vous appelle.", "L5 À cet égard → sur"},
		{"en", "Prior to lunch I called.", "L5 Prior to → before"},
		{"de", "Bezüglich der Suppe rufe ich an.", "L5 Bezüglich → zu"},
		{"nl", "Ik schrijf m.b.t. de soep, bijv. de kip.", "L6 m.b.t"},
		{"nl", "Wij vroegen het VAPH om raad. Het VAPH belde.", "L6 VAPH"},
		{"nl", "Wij vroegen het Vlaams Agentschap (VAPH) om raad, zie K-2026-0001 en AN@DE.TEST.", ""},
		{"nl", "De BTW (belasting) staat in de PDF.", ""},
		{"de", "Ich schreibe z.B. über die Suppe.", "L6 z.B"},
		{"nl", "Ik kwam. Ik zag. Ik keek. Ik ging.", "L7 Ik kwam"},
		{"nl", "Ik kwam: ik zag. Ik keek. Ik ging.", ""},
		{"nl", "Ik kwam.\n\nIk zag. Ik keek.\n\nIk ging.", ""},
		{"nl", "“Ik kwam. Ik zag. Ik keek. Ik ging.”", ""},
		{"nl", "Geachte heer Maes,\n\nIk kwam.\n\nMet vriendelijke groet,\n\nAN PEETERS\nVAPH", ""},
	} {
		var got []string
		for _, f := range s.Check("status_update", c.lang, "nl", c.text, "", "") {
			if !strings.HasPrefix(f.Code, "L") {
				continue
			}
			if f.Block || f.Advice == "" {
				t.Errorf("%s %q: %s is to be advice", c.lang, c.text, f.Code)
			}
			switch {
			case f.Rewrite != "":
				got = append(got, f.Code+" "+f.Words+" → "+f.Rewrite)
			case strings.HasPrefix(c.want, f.Code+" "):
				got = append(got, f.Code+" "+f.Words)
			default:
				got = append(got, f.Code)
			}
		}
		if have := strings.Join(got, ", "); have != c.want {
			t.Errorf("%s %q:\n got %q\nwant %q", c.lang, c.text, have, c.want)
		}
	}
}

func TestCheck_secondLineIsKnown(t *testing.T) {
	s := load(t)
	if got := s.Check("status_update", "nl", "nl", "De VOB is een ombudsdienst.", "", "VOB, 02 553 75 00"); len(got) > 0 {
		t.Errorf("got %v, want nothing about the name of the second line", got)
	}
}

// Hard to read is said from 100 words on, and never as the only thing.
func TestCheck_readingEase(t *testing.T) {
	s := load(t)
	hard := map[string]string{
		"nl": "De verantwoordelijke organisatieafdeling onderzocht uitvoerig onze maaltijdvoorzieningen. ",
		"fr": "L'administration hospitalière responsable réorganise immédiatement l'approvisionnement alimentaire. ",
		"en": "Administrative authorities investigated institutional accommodation arrangements extensively. ",
		"de": "Verantwortliche Verwaltungsabteilungen untersuchten ausführlich unsere Mahlzeitenversorgungseinrichtungen. ",
	}
	for lang, sentence := range hard {
		paragraph := sentence + "\n\n"
		words := len(strings.Fields(sentence))
		got := slices.DeleteFunc(s.Check("answer", lang, "nl", strings.Repeat(paragraph, 100/words+1)+"VAPH.", "", ""), func(f Finding) bool { return f.Code != "L2" })
		if len(got) != 1 || got[0].Advice != s.attitudes["nl"].Advice["L2_hard"] {
			t.Errorf("%s: got %v, want L2, hard", lang, got)
		}
		if short := s.Check("answer", lang, "nl", strings.Repeat(paragraph, 80/words)+"VAPH.", "", ""); slices.Contains(codes(short), "L2") {
			t.Errorf("%s: L2 on a short text", lang)
		}
		easy := letterOf(lang, 200)
		if got := s.Check("answer", lang, "nl", easy, "", ""); slices.Contains(codes(got), "L2") {
			t.Errorf("%s: L2 on an easy text", lang)
		}
	}
}

func TestCheck_readingEaseNeverAlone(t *testing.T) {
	c := &attitudeCheck{findings: []Finding{{Code: "L2"}}}
	if got := c.sorted(); len(got) > 0 {
		t.Errorf("got %v, want nothing", got)
	}
}

func TestCountSyllables(t *testing.T) {
	for lang, words := range map[string]map[string]int{
		"nl": {"soep": 1, "coördinator": 5, "geïnd": 2, "reünie": 3, "vrijheid": 2, "zee": 1, "ideeën": 3, "medewerker": 4, "12": 0, "ĳs": 1},
		"fr": {"plainte": 1, "écoute": 2, "soupes": 1, "je": 1, "l'année": 2, "réponse": 2, "été": 2},
		"en": {"complaint": 2, "made": 1, "table": 2, "called": 1, "wanted": 2, "the": 1, "agreed": 2},
		"de": {"Beschwerde": 3, "Küche": 2, "Häuser": 2, "für": 1, "Übersicht": 3},
	} {
		for word, want := range words {
			if got := countSyllables(word, lang); got != want {
				t.Errorf("%s %s: %d syllables, want %d", lang, word, got, want)
			}
		}
	}
}

// What our own texts say, and to whom, is without fault.
func TestLint(t *testing.T) {
	found, err := load(t).Lint("nl")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.File == "" || f.Kind == "" || f.Advice == "" || f.Block {
			t.Errorf("incomplete: %+v", f)
		}
		t.Errorf("%s: %s %q in %q: %s", f.File, f.Code, f.Words, f.Sentence, f.Advice)
	}
}

func TestLintDir(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(dir, "nl", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("addition_received.md", "Subject: Uw BRIEF [{{.Number}}]\n\n{{.Greeting}}\n\nDank u voor uw brief! Wij bevestigen de goede ontvangst. Dat is nu eenmaal de procedure.\n\n"+
		strings.Repeat("Wij lezen hem met veel aandacht. ", 12)+"\n\n{{.Closing}}\n")
	write("welcome.md", "Subject: Welkom\n\nDe stagiaire heeft een fout gemaakt. Tevens dit.\n")
	write("own/uitstel.md", "Subject: Uitstel\n\nIk beloof u een antwoord op [[Datum]]. Ik beloof u iets. Helaas pindakaas!\n")
	got, err := LintDir(dir, "nl")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string][]string{}
	for _, f := range got {
		if !slices.Contains(have[f.Kind], f.Code) {
			have[f.Kind] = append(have[f.Kind], f.Code)
		}
		if f.Lang != "nl" || !strings.HasPrefix(f.File, dir) {
			t.Errorf("got %+v, want a text of our own", f)
		}
	}
	for kind, want := range map[string][]string{
		"addition_received": {"F1", "F2", "F4", "L6", "L7", "nl-B12"},
		"welcome":           {"nl-B22"},
		"uitstel":           {"F2", "nl-B10"},
	} {
		slices.Sort(have[kind])
		if !slices.Equal(have[kind], want) {
			t.Errorf("%s: got %v, want %v", kind, have[kind], want)
		}
	}
	write("addition_received.md", "no subject")
	if _, err := LintDir(dir, "nl"); err == nil {
		t.Error("a broken text is no error")
	}
}
