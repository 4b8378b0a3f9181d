package templates

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// registered are people of a register: staff, who complained, and who complained long ago. Some bear common words as names.
var registered = []struct {
	name, email string
	near        bool
}{
	{"An Peeters", "an.peeters@example.test", true}, {"Bram De Wit", "bram@example.test", true}, {"Els Van den Broeck", "els@example.test", true}, {"Noël D'Hondt", "noel@example.test", true},
	{"José Müller-Özdemir", "jose@example.test", true}, {"Karel Bakker", "k.bakker@client.test", true}, {"Lut Claes", "lut.claes@client.test", true}, {"Zoë Vandenberghe", "", true},
	{"Françoise Lefèvre", "fr.lefevre@client.test", true}, {"Joris Groen", "", true}, {"Mohammed El Amrani", "moh@client.test", true}, {"Rosa Petit", "", true},
	{"Sigrid Weiß", "", true}, {"Tom Green", "", true}, {"Anna Koch", "", true}, {"Wout Aerts", "wout@client.test", false}, {"Greet Schepens", "", false}, {"Hilde Klein", "", false}, {"Piet Lang", "", false},
}

func register() *People {
	p := formSet().People()
	for _, r := range registered {
		p.Add(r.name, r.near)
		p.AddAddress(r.email, r.near)
	}
	p.AddPlace("Lindestraat 14, 9000 Gent")
	p.AddFunction("klachtencoördinator")
	p.Allow("Woonzorgcentrum De Linde", "Keuken", "Zorg")
	p.Hear("Gisteren zei verpleegster Fatima dat het niet aan haar lag, en Xander van de nachtploeg zweeg.", "nl")
	return p
}

// carriers are sentences in which somebody is named; {0} is the name.
var carriers = map[string][]string{
	"nl": {"{0} vergat de wagen na te kijken.", "De wagen werd door {0} te laat vertrokken.", "Volgens {0} stond de soep te lang in de gang.", "Bij {0} was het eten drie keer koud.", "Het was de taak van {0}, die ziek was.", "Dat zei {0}."},
	"fr": {"{0} a oublié le chariot.", "Le chariot de {0} est parti trop tard.", "Selon {0}, la soupe était froide.", "C'est {0} qui devait vérifier."},
	"en": {"{0} forgot the trolley.", "The trolley of {0} left too late.", "According to {0} the soup was cold.", "It was up to {0} to check."},
	"de": {"{0} hat den Wagen vergessen.", "Der Wagen von {0} fuhr zu spät los.", "Laut {0} war die Suppe kalt.", "Das musste {0} prüfen."},
}

// oddForms are ways in which people write a name. first and last may be of several words.
var oddForms = []func(first, last string) string{
	func(f, l string) string { return f + " " + l },
	func(f, l string) string { return l + " " + f },
	func(f, l string) string { return "mevr. " + l },
	func(f, l string) string { return "mevrouw " + l },
	func(f, l string) string { return "dhr. " + strings.ToLower(l) },
	func(f, l string) string { return "Mme " + l },
	func(f, l string) string { return "Mr. " + l },
	func(f, l string) string { return "Frau " + l },
	func(f, l string) string { return initialOf(f) + ". " + l },
	func(f, l string) string { return initialOf(f) + "." + l },
	func(f, l string) string { return l + " " + initialOf(f) + "." },
	func(f, l string) string { return strings.ToUpper(f + " " + l) },
	func(f, l string) string { return strings.ToLower(f + " " + l) },
	func(f, l string) string { return withoutAccents.Replace(f + " " + l) },
	func(f, l string) string { return f + " " + strings.ReplaceAll(l, " ", "") },
	func(f, l string) string { return f + " " + l + "-Janssens" },
	func(f, l string) string { return "familie " + l + "’s dochter, " + f },
	func(f, l string) string { return "verpleegkundige " + l },
	func(f, l string) string { return "infirmière " + l },
	func(f, l string) string { return f + "\n" + l },
	func(f, l string) string { return "“" + f + " " + l + "”" },
	func(f, l string) string { return f[:len(f)-1] + "\u00ad" + f[len(f)-1:] + " " + l },
	func(f, l string) string { return strings.ReplaceAll(f+"_"+l, " ", "_") },
}

var withoutAccents = strings.NewReplacer("ë", "e", "é", "e", "è", "e", "ç", "c", "ü", "u", "Ö", "O", "ß", "ss", "'", "")

func initialOf(name string) string { return string([]rune(name)[:1]) }

// others tell who somebody is without a name of the register.
var others = []string{
	"mevr. Onbekend", "A. Onbekend", "dokter Onbekend", "Fatima", "Xander", "an.peeters@example.test", "iemand (at) elders punt test", "lut.claes[at]client.test", "0470 12 34 56", "+32 (0)2 555 12 12", "02/555.12.12", "0032-470-123456",
	"toestel 3412", "kamer 112", "k. 112", "k112", "Kamer nr. 12B", "chambre 12", "ch. 12", "room 12", "Rm 204", "Zimmer 7", "Zi. 31", "bed 2", "de bewoner van 112 kamer", "K-2026-0001", "k 2026 0012", "dossier 2026/14", "klacht nr. 12", "P-17",
	"de man geboren op 3 maart 1940", "° 12/03/1940", "wie 12.03.40 verjaart", "40.03.12-123.45", "de 87-jarige", "née le 3 mai", "a man aged 87", "der 87-jährige", "de directeur", "het hoofd van de keuken", "de hoofdverpleegkundige", "la directrice",
	"the head nurse", "die Heimleitung", "de klachtencoördinator", "de stagiaire", "Lindestraat 14", "rue de la Loi 16", "Hauptstraße 3", "de mensen uit de Lindestraat", "mr Onbekend", "frl. Onbekend", "P e e t e r s", "Peters", "Peeters2", "A. P.", "VANDENBROECK", "kamer honderdtwaalf", "room twelve", "de hoofd-verpleegkundige", "3 maart ’40", "mevrouw P.", "Peeters, An", "An P.", "Ｐｅｅｔｅｒｓ", "Pe\u0301eters",
}

// Of 200 generated lessons, each with somebody named in an odd form between sentences that name nobody, none leaves with the name.
func TestNobodyIsNamed(t *testing.T) {
	p, random := register(), rand.New(rand.NewPCG(8, 13))
	var planted []string
	for i := range 200 {
		who := registered[i%len(registered)]
		first, last, _ := strings.Cut(who.name, " ")
		name := oddForms[i%len(oddForms)](first, last)
		if i%4 == 3 {
			name = others[i/4%len(others)]
		}
		planted = append(planted, name)
	}
	planted = append(planted, others...)
	for i := range 3 * len(planted) { // each in three sentences
		name, lang := planted[i%len(planted)], Languages[random.IntN(len(Languages))]
		list := carriers[lang]
		sentence := strings.ReplaceAll(list[random.IntN(len(list))], "{0}", name)
		clean := map[string]string{"nl": "Er was geen afspraak.", "fr": "Il n'y avait pas de règle.", "en": "There was no rule.", "de": "Es gab keine Regel."}[lang]
		kept, left := p.Clean(clean+" "+sentence+" "+clean, lang)
		told := strings.Join(kept, " ")
		if told != clean+" "+clean && told != clean { // a sentence that a wrong cut joined to it goes, too
			t.Errorf("%s: %q was planted, and %q leaves", lang, sentence, kept)
		}
		for _, l := range left {
			if l.Reason == "" || l.Words == "" || l.Sentence == "" {
				t.Errorf("%q is left out without a reason: %+v", name, l)
			}
		}
	}
	t.Logf("%d lessons with %d planted names were held back, each sentence with a name in it", 3*len(planted), len(planted))
}

// mostFalse is how many of a hundred sentences that name nobody may be left out all the same.
const mostFalse = 5

func TestCleanSentencesStay(t *testing.T) {
	source, err := os.ReadFile("testdata/privacy/clean.txt")
	if err != nil {
		t.Fatal(err)
	}
	p, all, wrong := register(), 0, 0
	for line := range strings.Lines(string(source)) {
		lang, sentence, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		all++
		if _, left := p.Clean(sentence, lang); len(left) > 0 {
			wrong++
			t.Logf("left out: %+v", left)
		}
	}
	t.Logf("%d of %d sentences that name nobody are left out", wrong, all)
	if all < 100 || wrong > mostFalse {
		t.Errorf("%d of %d sentences that name nobody are left out", wrong, all)
	}
}

// Who shouts in a complaint, or gives every word a capital, silences no common word; a name that he gives so is heard all the same.
func TestWhoIsHeard(t *testing.T) {
	p := formSet().People()
	p.Hear("De VERPLEGING KWAM TE LAAT. Mijn Moeder Kreeg Haar Pudding Niet Van Begoña. De pudding was op.", "nl")
	for _, c := range []struct {
		text  string
		stays bool
	}{
		{"De verpleging kwam te laat langs.", true}, {"Verpleging en keuken overleggen nu.", true}, {"Pudding staat nu op het menu.", true}, {"Begoña vergat de lijst.", false},
	} {
		if kept, left := p.Clean(c.text, "nl"); (len(kept) == 1) != c.stays {
			t.Errorf("%q: %q stays, %+v goes", c.text, kept, left)
		}
	}
}

// A sentence that points at a colleague is left out, too; one that speaks of the process stays (LETTERS.md 1.4: "de fout van").
func TestNobodyIsBlamed(t *testing.T) {
	p := register()
	for _, c := range []struct{ lang, text, kept string }{
		{"nl", "Het was de fout van de collega. De wagen was stuk.", "De wagen was stuk."},
		{"nl", "De verpleegkundige heeft een fout gemaakt. Er was geen lijst.", "Er was geen lijst."},
		{"nl", "Een fout in het rooster bleef staan.", "Een fout in het rooster bleef staan."},
	} {
		if kept, left := p.Clean(c.text, c.lang); strings.Join(kept, " ") != c.kept {
			t.Errorf("%q: %q stays, %+v goes", c.text, kept, left)
		}
	}
}
