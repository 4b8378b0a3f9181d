package templates

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// contractForms are the codes and labels of the table of CONTRACT section 6, as they stand there; `Instemming` is ours (Awb 9:11, 3).
const contractForms = `brf
not nota
reg registreer: Klager, E-mail, Telefoon, Adres, Hoedanigheid, Drager, Kanaal, Ontvangen op, Datum feiten, Afdeling, Feiten, Gewenste oplossing
wzg wijzig: Klager, E-mail, Telefoon, Adres, Hoedanigheid, Drager, Kanaal, Ontvangen op, Datum feiten, Afdeling, Feiten, Gewenste oplossing
wij wijs-toe: Behandelaar, Afdeling, Versie voor de behandelaar, Toch
vra vraag
sta stand
ana analyse: Feiten, Omstandigheden, Oorzaken, Soort klacht, Gegrondheid, Ernst, Nadeel of schade, Eerdere klachten, Stappen naar de klager, Ombudsnorm, Conclusie
sja sjabloon
ant antwoord: Oordeel, Verontschuldiging, Wat is er gebeurd, Wat doe ik voor u, Wat veranderen wij, Motivering
ja verstuur
nee nee
maa maatregel: Soort, Omschrijving, Verantwoordelijke, Tegen
ged gedaan: Maatregel
uit uitstel: Maatregel, Tegen, Reden
pre preventie: Maatregel, Proces, Verantwoordelijke, Betrokkenen, Tegen, Evaluatie op
eva evaluatie: Maatregel, Resultaat, Bijsturing
con contact: Hoe, Wanneer, Met wie, Wat, Was dit het antwoord, Tevreden
adr nieuw adres: Nieuw e-mailadres
ver verleng: Reden, Dagen, Instemming
ono onontvankelijk: Reden
gee geen-klacht: Reden
ing ingetrokken: Reden
dub dubbel: Nummer
spl splits: Nummer
hoo hoort-bij: Nummer
slu sluit: Opgelost
her heropen
ano anoniem
afw afwezig: Tot, Vervanger
aan aanwezig
dos dossier
zoe zoek
ove overzicht
hlp help
prf proef
jrv jaarverslag`

func TestActions_contract(t *testing.T) {
	s := load(t)
	for i, line := range strings.Split(contractForms, "\n") {
		a := s.Actions()[i]
		head, fields, _ := strings.Cut(line, ": ")
		code, verb, _ := strings.Cut(head, " ")
		if a.Code != code {
			t.Errorf("%d: code %q, want %q", i, a.Code, code)
		}
		if got, rest, ok := s.Action(verb); verb != "" && (!ok || got.Key != a.Key || rest != "" || s.ActionName("nl", a.Key) != verb) {
			t.Errorf("%q: %q, rest %q, written %q", verb, got.Key, rest, s.ActionName("nl", a.Key))
		}
		var labels []string
		for _, key := range a.Fields {
			labels = append(labels, s.FormLabel("nl", a.Key, key))
		}
		if got := strings.Join(labels, ", "); got != fields {
			t.Errorf("%s: %s\nwant %s", a.Key, got, fields)
		}
		if got, ok := s.ActionByCode(strings.ToUpper(code)); !ok || got.Key != a.Key {
			t.Errorf("code %s: %q", code, got.Key)
		}
	}
}

func TestValues_contract(t *testing.T) {
	s := load(t)
	for list, want := range map[string]string{
		"verdict":      "gegrond, deels gegrond, ongegrond",
		"severity":     "licht, matig, ernstig",
		"carrier":      "mail, brief, telefoon, bezoek, webformulier, andere",
		"channel":      "rechtstreeks, ombudsdienst, kabinet, middenveld, andere",
		"measure_kind": "herstel, opnieuw leveren, plan aanpassen, schadeloosstelling, ondersteunend gesprek, andere",
		"result":       "doeltreffend, niet doeltreffend",
		"how":          "telefoon, brief, gesprek",
		"was_answer":   "ja, nee",
		"solved":       "ja, deels, nee",
	} {
		if got := strings.Join(s.ValueLabels("nl", list), ", "); got != want {
			t.Errorf("%s: %s, want %s", list, got, want)
		}
	}
	if n := len(s.ValueLabels("nl", "ombuds_norm")); n != 15 {
		t.Errorf("%d ombudsnormen, want 15", n)
	}
}

// TestForms_languages: every language has the same keys, and no word means two things.
func TestForms_languages(t *testing.T) {
	s := load(t)
	verbs, values := map[string]string{}, map[string]string{}
	nl := s.forms.langs["nl"]
	for _, lang := range Languages {
		f := s.forms.langs[lang]
		for what, keys := range map[string][2][]string{
			"actions": {slices.Sorted(maps.Keys(f.Actions)), slices.Sorted(maps.Keys(nl.Actions))},
			"fields":  {slices.Sorted(maps.Keys(f.Fields)), slices.Sorted(maps.Keys(nl.Fields))},
			"values":  {slices.Sorted(maps.Keys(f.Values)), slices.Sorted(maps.Keys(nl.Values))},
			"hints":   {slices.Sorted(maps.Keys(f.Hints)), slices.Sorted(maps.Keys(nl.Hints))},
			"labels":  {slices.Sorted(maps.Keys(f.Labels["answer"])), slices.Sorted(maps.Keys(nl.Labels["answer"]))},
		} {
			if !slices.Equal(keys[0], keys[1]) {
				t.Errorf("%s: %s are %v, want %v", lang, what, keys[0], keys[1])
			}
		}
		for key, words := range f.Actions {
			if _, ok := actionByKey(key); !ok {
				t.Errorf("%s: no action %q", lang, key)
			}
			once(t, lang, "verb", verbs, key, words)
		}
		for _, a := range actions {
			if f.Actions[a.Key] == nil {
				t.Errorf("%s: no verb for %s", lang, a.Key)
			}
			for _, key := range a.Fields {
				if len(f.Fields[key]) == 0 {
					t.Errorf("%s: no label for %s", lang, key)
				}
				if got := s.ExactField(a.Key, s.FormLabel(lang, a.Key, key)); got != key {
					t.Errorf("%s, %s: label %q is read as %q, want %q", lang, a.Key, s.FormLabel(lang, a.Key, key), got, key)
				}
			}
		}
		for list, of := range f.Values {
			if !slices.Equal(f.order[list], nl.order[list]) {
				t.Errorf("%s: values of %s are %v, want %v", lang, list, f.order[list], nl.order[list])
			}
			for key, words := range of {
				once(t, lang, list, values, list+" "+key, prefixed(list, words))
				if got, near := s.Value(list, s.ValueLabel(lang, list, key)); got != key || near {
					t.Errorf("%s: %s %q is %q", lang, list, s.ValueLabel(lang, list, key), got)
				}
			}
		}
	}
}

func prefixed(list string, words []string) (out []string) {
	for _, w := range words {
		out = append(out, list+" "+w)
	}
	return out
}

func once(t *testing.T, lang, what string, seen map[string]string, key string, words []string) {
	t.Helper()
	for _, word := range words {
		if other := seen[spell(word)]; other != "" && other != key {
			t.Errorf("%s: %s %q is %s and %s", lang, what, word, other, key)
		}
		seen[spell(word)] = key
	}
}

func TestAction(t *testing.T) {
	s := load(t)
	for _, c := range []struct{ line, key, rest string }{
		{"#wijs-toe Bram", "assign", "Bram"},
		{"Wijs toe", "assign", ""},
		{"WIJS\u00a0TOE: Bram De Wit", "assign", "Bram De Wit"},
		{"*#Analyse*", "analyse", ""},
		{"# analyse klacht", "analyse", ""},
		{"＃analyse", "analyse", ""},
		{"#analise", "analyse", ""},
		{"analise", "", ""},
		{"#etat", "status", ""},
		{"#Stand verstuur", "status", "verstuur"},
		{"#prolonge 14 maladie du cuisinier", "extend", "14 maladie du cuisinier"},
		{"#zurueckgezogen", "withdrawn", ""},
		{"verleng 14 ziekte van de kok", "extend", "14 ziekte van de kok"},
		{"ok, mag weg", "send", "mag weg"},
		{"#hoort-bij K-2026-0003", "belongs", "K-2026-0003"},
		{"#stnd", "", ""},
		{"#", "", ""},
		{"de soep was koud", "", ""},
	} {
		a, rest, ok := s.Action(c.line)
		if a.Key != c.key || rest != c.rest || ok != (c.key != "") {
			t.Errorf("%q: %q, rest %q, want %q, rest %q", c.line, a.Key, rest, c.key, c.rest)
		}
	}
}

func TestFieldKey(t *testing.T) {
	s := load(t)
	for _, c := range []struct {
		action, label, key string
		near               bool
	}{
		{"", "Gegrondheid", "verdict", false},
		{"", "GEGRONDHEID", "verdict", false},
		{"", "Gegrondheit", "verdict", true},
		{"", "Gegrond", "verdict", true},
		{"", "Bien-fondé", "verdict", false},
		{"", "bien fonde", "verdict", false},
		{"", "Oordeel", "verdict", false},
		{"", "Begrundetheit", "verdict", true},
		{"", "Sort klacht", "kind", true},
		{"", "Soort", "measure_kind", false},
		{"analyse", "Soort", "kind", false},
		{"measure", "Soort", "measure_kind", false},
		{"", "E-mail", "email", false},
		{"", "Email", "email", false},
		{"", "Wat is er gebeurd", "what_happened", false},
		{"", "Let op", "", false},
		{"", "Wat", "what", false},
		{"analyse", "Wat", "", false},
		{"", "Wet", "", false},
		{"", "", "", false},
		{"absent", "Vervnager", "substitute", true},
	} {
		if key, near := s.FormField(c.action, c.label); key != c.key || near != c.near {
			t.Errorf("%s %q: %q, near %v; want %q, near %v", c.action, c.label, key, near, c.key, c.near)
		}
	}
}

// TestFieldKey_misspelt: a label with a wrong letter is the same field, or no field; never another one of its form.
func TestFieldKey_misspelt(t *testing.T) {
	s, random := load(t), rand.New(rand.NewPCG(1, 2))
	all, understood := 0, 0
	for _, a := range actions {
		for _, key := range a.Fields {
			for _, lang := range Languages {
				label := s.FormLabel(lang, a.Key, key)
				for range 10 {
					wrong := misspelt(random, label)
					got, _ := s.FormField(a.Key, wrong)
					if len([]rune(label)) < 5 {
						continue
					}
					if all++; got == key {
						understood++
					} else if got != "" {
						t.Errorf("%s: %q, misspelt for %q, is %s", a.Key, wrong, label, got)
					}
				}
			}
		}
	}
	t.Logf("%d of %d labels with a wrong letter understood", understood, all)
	if understood*100 < all*97 {
		t.Errorf("under 97 %%")
	}
}

func misspelt(random *rand.Rand, word string) string {
	letters := []rune(word)
	i := random.IntN(len(letters) - 1)
	switch random.IntN(4) {
	case 0:
		return string(slices.Delete(letters, i, i+1))
	case 1:
		return string(slices.Insert(letters, i, 'x'))
	case 2:
		letters[i] = 'q'
	default:
		letters[i], letters[i+1] = letters[i+1], letters[i]
	}
	return string(letters)
}

func TestValue(t *testing.T) {
	s := load(t)
	for _, c := range []struct {
		list, words, key string
		near             bool
	}{
		{"verdict", "Deels gegrond.", "partly_founded", false},
		{"verdict", "niet gegrond", "unfounded", false},
		{"verdict", "gegrnd", "founded", true},
		{"verdict", "ngegrond", "", false},
		{"verdict", "gegrond voor wat de soep betreft", "", false},
		{"verdict", "Partiellement fondée", "partly_founded", false},
		{"severity", "ernstige", "serious", false},
		{"severity", "mattig", "moderate", true},
		{"reason", "onbevoegd: het is de stad", "not_ours", false},
		{"reason", "Meer dan een jaar", "over_a_year", false},
		{"not_a_complaint", "reclame", "advertising", false},
		{"ombuds_norm", "redelijke behandeltermyn", "reasonable_time", true},
		{"carrier", "Telefonisch", "telefoon", false},
		{"solved", "deels", "partly", false},
		{"verdict", "", "", false},
	} {
		if key, near := s.Value(c.list, c.words); key != c.key || near != c.near {
			t.Errorf("%s %q: %q, near %v; want %q, near %v", c.list, c.words, key, near, c.key, c.near)
		}
	}
}

func TestFormText(t *testing.T) {
	s := load(t)
	got := s.FormText("nl", "analyse", map[string]string{
		"facts":   "De soep was koud.\n\nOorzaken: nog niet bekend",
		"verdict": "partly_founded",
		"causes":  "Volgens de kok Conclusie: het vet",
	}, map[string]string{"severity": "Deze ernst ken ik niet.", "conclusion": "Dit is nog leeg."})
	want := `#analyse
Feiten: De soep was koud.

  …~Oorzaken: nog niet bekend
Omstandigheden:
Oorzaken: Volgens~de~kok~Conclusie: het vet
Soort klacht:
Gegrondheid (gegrond, deels gegrond, ongegrond): deels gegrond
Ernst (licht, matig, ernstig):
^ Deze ernst ken ik niet.
Nadeel of schade:
Eerdere klachten:
Stappen naar de klager:
Ombudsnorm:
Conclusie:
^ Dit is nog leeg.
--- einde formulier ---
`
	got = strings.ReplaceAll(got, "\u00a0", "~")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if fr := s.FormText("fr", "ask", nil, nil); fr != "#question\nTexte\u00a0:\n--- fin du formulaire ---\n" {
		t.Errorf("got %q", fr)
	}
	for _, a := range s.Actions() {
		for _, lang := range Languages {
			for line := range strings.Lines(s.FormText(lang, a.Key, nil, nil)) {
				if n := len([]rune(line)); n > formColumns+4 {
					t.Errorf("%s, %s: %d columns: %s", lang, a.Key, n, line)
				}
			}
		}
	}
}

func FuzzForms(f *testing.F) {
	s, err := Load("")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"Gegrondheit", "#wijs-toe Bram", "redelijke behandeltermyn", "--- einde formulier ---", "É", "\xff:"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, words string) {
		for _, a := range s.Actions() {
			if key, near := s.FormField(a.Key, words); near && key == "" || key != "" && !a.takes(key) {
				t.Errorf("%s %q: %q", a.Key, words, key)
			}
			s.FormText("de", a.Key, map[string]string{"facts": words}, map[string]string{"facts": words})
		}
		if _, rest, ok := s.Action(words); ok && !strings.Contains(words, rest) {
			t.Errorf("%q: rest %q", words, rest)
		}
		for _, list := range []string{"verdict", "reason"} {
			if key, _ := s.Value(list, words); key != "" && s.ValueLabel("nl", list, key) == key {
				t.Errorf("%q: no label for %s", words, key)
			}
		}
		_ = fmt.Sprint(s.IsFormEnd(words), s.IsSend(words))
	})
}
