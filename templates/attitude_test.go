package templates

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// labelledText is a text with exactly the findings it has, plain language aside.
type labelledText struct {
	ID, Kind, Text string
	Lang           string // of a model
	Whole          bool   // a whole letter; otherwise a part of one
	Advice         bool   // no finding blocks
	Want           []string
}

func readLabelled(t *testing.T, file string) []labelledText {
	t.Helper()
	var f struct{ Text []labelledText }
	if _, err := toml.DecodeFile(file, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Text) == 0 {
		t.Fatalf("%s holds no texts", file)
	}
	return f.Text
}

func (l *labelledText) check(s *Set, lang string) []Finding {
	whole := ""
	if l.Whole {
		whole = l.Text
	}
	return slices.DeleteFunc(s.Check(l.Kind, lang, "nl", l.Text, whole, ""), func(f Finding) bool { return strings.HasPrefix(f.Code, "L") })
}

func codes(findings []Finding) []string {
	list := []string{}
	for _, f := range findings {
		list = append(list, f.Code)
	}
	slices.Sort(list)
	return list
}

func TestCheck_labelled(t *testing.T) {
	s := load(t)
	for _, lang := range Languages {
		found, expected, falseBlocks, texts := 0, 0, 0, 0
		for _, file := range []string{lang + ".toml", lang + ".own.toml"} {
			for _, l := range readLabelled(t, filepath.Join("testdata", "attitude", file)) {
				texts++
				got := l.check(s, lang)
				want := slices.Sorted(slices.Values(l.Want))
				for _, f := range got {
					if f.Block && (l.Advice || !slices.Contains(want, f.Code)) {
						falseBlocks++
					}
				}
				expected += len(want)
				for _, code := range want {
					if slices.Contains(codes(got), code) {
						found++
					}
				}
				if !slices.Equal(codes(got), want) {
					t.Errorf("%s %q:\n got %v\nwant %v", l.ID, l.Text, codes(got), want)
				}
			}
		}
		if falseBlocks > 0 {
			t.Errorf("%s: %d false blocks", lang, falseBlocks)
		}
		t.Logf("%s: %d texts, %d of %d findings, %d false blocks", lang, texts, found, expected, falseBlocks)
	}
}

func TestCheck_models(t *testing.T) {
	s := load(t)
	for _, l := range readLabelled(t, filepath.Join("testdata", "attitude", "models.toml")) {
		if got := l.check(s, l.Lang); len(got) > 0 {
			t.Errorf("%s %q: got %v", l.ID, l.Text, codes(got))
		}
	}
}

// Each phrase finds its own example, and the data are those of the specification.
func TestCheck_examples(t *testing.T) {
	s := load(t)
	counts := map[string][2]int{"nl": {26, 11}, "fr": {10, 5}, "en": {11, 5}, "de": {10, 5}}
	for _, lang := range Languages {
		a := s.attitudes[lang]
		var got [2]int
		ids := map[string]bool{}
		for _, p := range a.Phrase {
			if err := p.check(a.Advice); err != nil {
				t.Errorf("%s: %v", p.ID, err)
			}
			if ids[p.ID] || !strings.HasPrefix(p.ID, lang+"-") {
				t.Errorf("%s: id is not its own", p.ID)
			}
			ids[p.ID] = true
			if p.Block {
				got[0]++
			} else {
				got[1]++
			}
			if !slices.Contains(codes(s.Check("answer", lang, lang, p.Eg, "", "")), p.ID) {
				t.Errorf("%s: %q is not found", p.ID, p.Eg)
			}
		}
		if got != counts[lang] {
			t.Errorf("%s: %v phrases block and advise, want %v", lang, got, counts[lang])
		}
	}
}

// Nothing in the data files goes unread.
func TestCheck_dataKnown(t *testing.T) {
	for _, lang := range Languages {
		var f attitudeFile
		meta, err := toml.DecodeFS(ours, lang+"/attitude.toml", &f)
		if err != nil || len(meta.Undecoded()) > 0 {
			t.Errorf("%s: %v, unknown %v", lang, err, meta.Undecoded())
		}
	}
}

// Every language has every advice, with the same figures in it.
func TestCheck_adviceComplete(t *testing.T) {
	s := load(t)
	for _, lang := range Languages[1:] {
		for key, nl := range s.attitudes["nl"].Advice {
			advice := s.attitudes[lang].Advice[key]
			if advice == "" || strings.Contains(nl, "{0}") != strings.Contains(advice, "{0}") || strings.Contains(nl, "{1}") != strings.Contains(advice, "{1}") {
				t.Errorf("%s: advice %s is %q, in Dutch %q", lang, key, advice, nl)
			}
		}
		if len(s.attitudes[lang].Advice) != len(s.attitudes["nl"].Advice) || len(s.attitudes[lang].Rewrite) != len(s.attitudes["nl"].Rewrite) {
			t.Errorf("%s: not as many advices and rewrites as in Dutch", lang)
		}
	}
}

func TestCheck_finding(t *testing.T) {
	s := load(t)
	got := s.Check("information_request", "nl", "fr", "Dag Jan.\n\nStuur mij de factuur van november en het contract van mei. Ánders kan ik\nu niet helpen, zei ik.", "", "")
	want := Finding{
		Code: "nl-P1", Group: "pressure", Block: true, Words: "Ánders kan ik\nu niet", Sentence: "Ánders kan ik u niet helpen, zei ik.",
		Advice:  "Ne faites pas d'une question une condition : écrivez ce que vous ferez même sans réponse.",
		Rewrite: "Weet u het niet meer, dan werk ik gewoon verder met wat ik heb.",
	}
	if len(got) == 0 || got[0] != want {
		t.Errorf("got %+v\nwant first %+v", got, want)
	}
}

func TestCheck_blocksFirst(t *testing.T) {
	s := load(t)
	got := s.Check("answer", "nl", "nl", "Zoals ik u al eerder meldde, tevens dit. Het spijt ons. Dat is uw eigen fout.", "", "")
	var order []string
	for _, f := range got {
		order = append(order, f.Code)
	}
	if want := []string{"nl-B02", "nl-B08", "A3", "L5"}; !slices.Equal(order, want) {
		t.Errorf("got %v, want %v", order, want)
	}
}

func TestCheck_aftercare(t *testing.T) {
	s := load(t)
	const line = "Woonzorglijn, 02 553 75 00"
	body := "Dank u voor uw brief. Hij helpt mij. Het spijt me.\n\n%\n\nMet vriendelijke groet,\nAn"
	for _, c := range []struct {
		kind, text string
		want       []string
	}{
		{"answer", "Bent u niet tevreden, antwoord dan op deze mail. U kunt ook terecht bij de Woonzorglijn,\n02 553 75 00.", nil},
		{"answer", "Bent u niet tevreden, antwoord dan op deze mail.", []string{"A8"}},
		{"answer", "U kunt ook terecht bij de Woonzorglijn, 02 553 75 00.", []string{"A8"}},
		{"answer_founded", "Ik bel u nog. Het adres: Woonzorglijn, 02 553 75 00.", []string{"A5"}},
		{"inadmissible", "U kunt terecht bij de Woonzorglijn, 02 553 75 00.", nil},
		{"inadmissible", "Ik gaf uw brief door aan de kok.", []string{"A8"}},
		{"status_update", "Ik sprak de kok.", nil},
	} {
		whole := strings.Replace(body, "%", c.text, 1)
		got := s.Check(c.kind, "nl", "nl", c.text, whole, line)
		got = slices.DeleteFunc(got, func(f Finding) bool { return strings.HasPrefix(f.Code, "L") })
		if !slices.Equal(codes(got), append([]string{}, c.want...)) {
			t.Errorf("%s %q: got %v, want %v", c.kind, c.text, codes(got), c.want)
		}
	}
}

func TestCheck_thanksFirst(t *testing.T) {
	s := load(t)
	for _, c := range []struct {
		kind, whole string
		want        bool
	}{
		{"answer", "Geachte heer Maes,\n\nDank u voor uw brief. Het spijt me.", false},
		{"answer", "Geachte heer Maes,\n\nHet spijt me. Dank u voor uw brief.", true},
		{"answer", "Ik las uw brief. Ik sprak de kok. Ik keek de lijst na. Dank u daarvoor.", true},
		{"answer", "Dank u voor uw begrip. Het spijt me.", true},
		{"answer", "U schreef “dank u”. Het spijt me.", true},
		{"status_update", "Ik sprak de kok.", false},
		{"status_update", "Het spijt me dat het duurt. Dank u voor uw brief.", true},
	} {
		got := s.Check(c.kind, "nl", "nl", "", c.whole, "")
		if slices.Contains(codes(got), "A1") != c.want {
			t.Errorf("%s %q: got %v, want A1 %v", c.kind, c.whole, codes(got), c.want)
		}
	}
}

func TestReadAttitude_sentences(t *testing.T) {
	rules := load(t).attitudes["nl"].compile()
	de := load(t).attitudes["de"].compile()
	for _, c := range []struct {
		rules *attitudeRules
		text  string
		want  []string
	}{
		{rules, "Dhr. Maes belde om 12.30 uur. Hij wacht.", []string{"dhr maes belde om 12.30 uur", "hij wacht"}},
		{rules, "Het ligt aan u. Dat is zo", []string{"het ligt aan u", "dat is zo"}},
		{rules, "M. Dupont, d.w.z. Jan: ja", []string{"m dupont d w z jan", "ja"}},
		{rules, "Om 12:30: zie www.linde.be/a. Goed?", []string{"om 12:30", "zie www linde be a", "goed"}},
		{rules, "Ik kocht er 19. Toen ging ik op 8 mei 2026. Ja…", []string{"ik kocht er 19", "toen ging ik op 8 mei 2026", "ja"}},
		{rules, "1. Wat was het?\n2. Wie?\n", []string{"1 wat was het", "2 wie"}},
		{rules, "Titel\nTekst", []string{"titel", "tekst"}},
		{rules, "Deze lange regel is door het mailprogramma afgebroken omdat hij vol\nwas. Einde", []string{"deze lange regel is door het mailprogramma afgebroken omdat hij vol was", "einde"}},
		{rules, "Hij schreef “Nee. Nooit!” Dat klopt.", []string{"hij schreef _", "dat klopt"}},
		{rules, "Hij riep “help!” en liep.", []string{"hij riep _ en liep"}},
		{rules, "Een „los“ en «nog» en \"een\" en “open", []string{"een _ en _ en _ en open"}},
		{rules, "Een scherm van 24\" en 27\" groot; 's morgens ‘fout’", []string{"een scherm van 24 en 27 groot 's morgens 'fout"}},
		{rules, "> uw fout\nNiet\n-- \nuw fout", []string{"_", "niet", "_", "_"}},
		{rules, "Coördinator vóór Zoë 120 €", []string{"cooerdinator voor zoe 120 euro"}},
		{de, "Am 8. Dezember, z.B. Montag, um 8. Weiter", []string{"am 8 dezember z b montag um 8", "weiter"}},
	} {
		got := readAttitude(c.text, c.rules)
		var have []string
		for i := range got.sentences {
			have = append(have, got.fold(&got.sentences[i]))
		}
		if !slices.Equal(have, c.want) {
			t.Errorf("%q:\n got %q\nwant %q", c.text, have, c.want)
		}
	}
}

func TestAttitudeOverlay(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, "nl"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "nl", "attitude.toml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("silence = [\"nl-B28\"]\ncapitals = [\"VAPH\"]\n[[phrase]]\nid = \"own-1\"\ngroup = \"blame\"\nblock = true\nre = [\"eigen dom*\"]\neg = \"eigen domme\"\n")
	s, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	const text = "Door personeelstekort bij het VAPH is het eigen domheid."
	if got := codes(s.Check("answer", "nl", "nl", text, "", "")); !slices.Equal(got, []string{"own-1"}) {
		t.Errorf("got %v, want own-1", got)
	}
	if got := codes(load(t).Check("answer", "nl", "nl", text, "", "")); !slices.Equal(got, []string{"L6", "nl-B28"}) {
		t.Errorf("ours: got %v, want L6 and nl-B28", got)
	}
	for bad, want := range map[string]string{
		"silence = [\"nl-B99\"]": "there is no phrase \"nl-B99\"",
		"silenced = [\"x\"]":     "there is no \"silenced\" here",
		"silence = [":            "attitude.toml",
		"[[phrase]]\nid = \"x\"": "it needs id, re and eg",
		"[[phrase]]\nid = \"x\"\ngroup = \"blame\"\nre = [\"(\"]\neg = \"x\"":                     "missing closing )",
		"[[phrase]]\nid = \"x\"\ngroup = \"blame\"\nre = [\"y\"]\neg = \"x\"":                     "does not find its eg",
		"[[phrase]]\nid = \"x\"\ngroup = \"A1\"\nre = [\"x\"]\neg = \"x\"":                        "there is no group",
		"[[phrase]]\nid = \"x\"\ngroup = \"blame\"\nre = [\"x\"]\neg = \"x\"\nscope = \"letter\"": "scope is",
	} {
		write(bad)
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", bad, err, want)
		}
	}
}

func FuzzCheck(f *testing.F) {
	s := load(f)
	for _, lang := range Languages {
		for _, p := range s.attitudes[lang].Phrase {
			f.Add(lang, "answer", p.Eg)
		}
	}
	f.Add("nl", "acknowledgement", "Het spijt me, „maar“ u “had” «beter» \"gebeld\".\n> ja\n1. Hoe?\n-- \nAn")
	f.Add("de", "information_request", "Am 8. Dezember\u0308, 12:30 €; z.B. \x00\xff ihr Fehler? İ…")
	f.Fuzz(func(t *testing.T, lang, kind, text string) {
		for _, finding := range s.Check(kind, lang, "nl", text, text, text) {
			if !strings.Contains(text, finding.Words) {
				t.Errorf("%s: %q is not in the text", finding.Code, finding.Words)
			}
			if finding.Advice == "" {
				t.Errorf("%s: no advice", finding.Code)
			}
			if utf8.ValidString(text) && !utf8.ValidString(finding.Words+finding.Sentence) {
				t.Errorf("%s: %q cut inside a character", finding.Code, finding.Words)
			}
		}
	})
}

// The time grows with the text and no faster: were it quadratic, these would take minutes.
func TestCheck_linear(t *testing.T) {
	if testing.Short() {
		t.Skip("reads megabytes")
	}
	s := load(t)
	for _, unit := range []string{"uw fout euro ", "u zei dat ", "maar, ", "“", "\"a ", "« ", ".", "a\n", "> \n", "1. ", "niet ", "had u ", "’", "AB ", "zin.\nspijt me maar ", ", maar niet uw fout"} {
		text := strings.Repeat(unit, (1<<18)/len(unit))
		began := time.Now()
		s.Check("answer", "nl", "nl", text, text, "x")
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%q: %v for 256 KiB", unit, took)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	s := load(b)
	for _, lang := range Languages {
		own := letterOf(lang, 450)
		b.Run(lang, func(b *testing.B) {
			b.SetBytes(int64(len(own)))
			for b.Loop() {
				s.Check("answer", lang, lang, own, own, "Woonzorglijn, 02 553 75 00")
			}
		})
	}
}

// letterOf repeats a calm paragraph until the letter has that many words.
func letterOf(lang string, words int) string {
	paragraph := map[string]string{
		"nl": "Dank u voor uw brief van 23 november. Ik heb de kok gesproken en de lijst van die avond bekeken. De soep vertrok om 11.50 uur uit de keuken, maar de wagen stond een kwartier in de gang.\n\n",
		"fr": "Merci pour votre lettre du 23 novembre. J'ai parlé au cuisinier et j'ai regardé la liste de ce soir-là. La soupe est partie à 11 h 50, mais le chariot est resté un quart d'heure dans le couloir.\n\n",
		"en": "Thank you for your letter of 23 November. I spoke to the cook and looked at the list for that evening. The soup left the kitchen at 11.50, but the trolley stood in the corridor for a while.\n\n",
		"de": "Vielen Dank für Ihren Brief vom 23. November. Ich habe mit dem Koch gesprochen und die Liste dieses Abends angesehen. Die Suppe verließ die Küche um 11.50 Uhr, aber der Wagen stand lange im Flur.\n\n",
	}[lang]
	return strings.Repeat(paragraph, words/len(strings.Fields(paragraph))+1)
}
