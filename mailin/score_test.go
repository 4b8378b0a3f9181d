package mailin

import (
	"strings"
	"testing"

	"dankuwel/templates"
)

// scoreExamples are first lines, or whole texts, of replies to the question whether it is right now: the score they give, 0 a person reads.
var scoreExamples = []struct {
	text  string
	score int
}{
	// figures
	{"1", 1}, {"2", 2}, {"3", 3}, {"4", 4}, {"5", 5}, {"4.", 4}, {"4!", 4}, {" 4 ", 4}, {"(4)", 4}, {"*5*", 5}, {"\"3\"", 3}, {"4/5", 4}, {"4 / 5", 4}, {"4 /5.", 4}, {"5️⃣", 5},
	{"4 op 5", 4}, {"4 op de 5", 4}, {"4 van 5", 4}, {"3 sur 5", 3}, {"2 out of 5", 2}, {"5 von 5", 5}, {"4 OP 5", 4}, {"cijfer: 4", 4}, {"Cijfer:4", 4}, {"Mijn cijfer is 4", 4}, {"Ik geef een 4.", 4},
	{"een 5", 5}, {"Je donne un 4", 4}, {"Ma note : 4", 4}, {"mon chiffre est le 3", 3}, {"I give it a 5", 5}, {"I'd give it a 4", 4}, {"My score: 2", 2}, {"Ich gebe eine 4", 4}, {"Meine Antwort: 3", 3},
	{"vier", 4}, {"Cinq", 5}, {"three", 3}, {"zwei", 2},
	// with greeting and thanks
	{"Beste An,\n\n4\n\nMet vriendelijke groet\nJan Peeters", 4}, {"Dag An, 4", 4}, {"Bonjour,\n5\nmerci", 5}, {"Dear An,\n\n4", 4}, {"Sehr geehrte Frau Peeters,\n\n2", 2}, {"4, dank u wel", 4},
	{"Dank u. 4", 4}, {"4 en bedankt", 0}, {"4 bedankt", 4}, {"5, hartelijk dank voor uw hulp!", 5}, {"5 merci beaucoup", 5}, {"4, thank you very much", 4}, {"Danke, 4", 4}, {"5 - vielen Dank", 5},
	{"4 groetjes Jan", 4}, {"4, Jan Peeters", 4}, {"4\nJan", 4}, {"4\n\nVerzonden vanaf mijn iPhone", 4},
	// phrases
	{"Heel tevreden", 5}, {"heel tevreden, dank u", 5}, {"Zeer tevreden.", 5}, {"Ik ben heel tevreden", 5}, {"Tevreden", 4}, {"Ja, tevreden", 4}, {"Eerder wel", 4}, {"best tevreden", 4}, {"Gaat wel", 3},
	{"Het gaat.", 3}, {"neutraal", 3}, {"eerder niet", 2}, {"Niet echt tevreden", 2}, {"Helemaal niet", 1}, {"Helemaal niet tevreden!", 1}, {"Ik ben helemaal niet tevreden.", 1}, {"Uitstekend", 5},
	{"Très satisfaite", 5}, {"très satisfait, merci", 5}, {"Je suis satisfaite", 4}, {"plutôt oui", 4}, {"Ça va", 3}, {"moyennement satisfait", 3}, {"plutôt pas", 2}, {"Pas vraiment", 2}, {"Pas du tout", 1},
	{"pas du tout satisfaite", 1}, {"tout à fait", 5}, {"C'est bien", 4}, {"Very satisfied", 5}, {"I'm very happy, thanks", 5}, {"Satisfied", 4}, {"So-so", 3}, {"Not really", 2}, {"Not at all", 1},
	{"not satisfied at all", 1}, {"Sehr zufrieden", 5}, {"Ich bin zufrieden", 4}, {"Geht so", 3}, {"teils, teils", 0}, {"teils-teils", 3}, {"Eher nicht", 2}, {"Gar nicht zufrieden", 1}, {"überhaupt nicht", 1},
	{"ueberhaupt nicht", 1},
	// both, when they agree
	{"4, tevreden", 4}, {"5 heel tevreden", 5}, {"4: eerder wel", 4}, {"1 - helemaal niet", 1}, {"2, niet tevreden", 2}, {"Nee, 1", 1}, {"ja 5", 5}, {"4/5, très satisfait", 4}, {"Not satisfied: 2", 2}, {"5. Sehr gut!", 5},
	// other scales
	{"8/10", 0}, {"8 op 10", 0}, {"4/10", 0}, {"4 sur 10", 0}, {"4 op 10", 0}, {"4 out of 10", 0}, {"4 von 10", 0}, {"7", 0}, {"0", 0}, {"10", 0}, {"6/5", 0}, {"80%", 0}, {"4%", 0}, {"4/50", 0}, {"4 sterren", 0}, {"★★★★", 0}, {"A", 0},
	{"4,5", 0}, {"3.5", 0}, {"4-5", 0}, {"3 à 4", 0}, {"4 of 5", 0}, {"3 - 4", 0}, {"3 tot 4", 0}, {"-4", 0}, {"+4", 0}, {"44", 0}, {"4+", 0}, {"4e", 0}, {"2x", 0}, {"1 2 3", 0}, {"4 5", 0},
	// figures and words contradict
	{"1 heel tevreden", 0}, {"5, niet tevreden", 0}, {"5: helemaal niet", 0}, {"1, sehr gut", 0}, {"1 très satisfait", 0}, {"3, heel tevreden", 0}, {"5 so so", 0}, {"4 gaat wel", 0}, {"nee, 4", 0}, {"oui, 1", 0},
	{"4\nIk ben helemaal niet tevreden", 0}, {"4\n\nNeen: 2", 0}, {"5\n1", 0}, {"tevreden, eerder niet", 0},
	// negation, questions, and what only looks like a score
	{"Niet tevreden", 0}, {"pas satisfait", 0}, {"Not happy", 0}, {"Nicht zufrieden", 0}, {"Ik ben niet heel tevreden", 0}, {"niet 4", 0}, {"geen 5", 0}, {"nooit tevreden", 0}, {"tevreden is anders", 0}, {"tevreden?", 0}, {"4?", 0},
	{"Waarom zou ik tevreden zijn", 0}, {"3 weken geleden", 0}, {"2 keer gebeld", 0}, {"2 mal angerufen", 0}, {"2 mal", 0}, {"5 december", 0}, {"4 jan", 0}, {"le 4", 0}, {"1 dag", 0}, {"Dag 4", 0}, {"1. de soep is nog koud", 0}, {"1) de soep", 0},
	{"No. 2", 0}, {"No 2", 0}, {"Note 1", 0}, {"A4", 0}, {"kamer 4", 0}, {"4 maar de soep is nog koud", 0}, {"tevreden, maar de soep is koud", 0}, {"4 euro", 0}, {"5 dagen gewacht", 0}, {"4 😡", 0}, {"👍", 0}, {"ok", 0}, {"ja", 0}, {"nee", 0},
	{"Dank u", 0}, {"", 0}, {"4:30", 0}, {"2/3", 0}, {"4/", 0}, {"0470 12 34 56", 0}, {"> 4", 0}, {"#4", 0}, {"K-2026-0004", 0}, {"satisfait de rien", 0}, {"super slecht", 0}, {"ganz zufrieden war ich nie", 0}, {"De soep is warm. 4", 0},
}

func TestScore(t *testing.T) {
	texts := textsFor(t)
	if len(scoreExamples) < 120 {
		t.Fatalf("%d examples", len(scoreExamples))
	}
	for _, c := range scoreExamples {
		if got, rest := Score(texts, nil, c.text, "Jan Peeters"); got != c.score {
			t.Errorf("%q gives %d, want %d (%q)", c.text, got, c.score, rest)
		}
	}
}

// A score address counts by itself; words that say something else take it back. What stands below the score is kept apart.
func TestScoreAddress(t *testing.T) {
	texts := textsFor(t)
	for _, c := range []struct {
		addressed []int
		text      string
		score     int
		rest      string
	}{
		{[]int{4}, "", 4, ""}, {[]int{4}, "4", 4, ""}, {[]int{4}, "4\n\nVerzonden vanaf mijn iPhone", 4, "Verzonden vanaf mijn iPhone"}, {[]int{4}, "4\n\nGroeten\nJan Peeters\n0470 12 34 56", 4, ""},
		{[]int{4}, "2", 0, "2"}, {[]int{4}, "niet tevreden", 0, "niet tevreden"}, {[]int{4}, "2 eigenlijk", 0, "2 eigenlijk"}, {[]int{4, 2}, "4", 0, "4"}, {[]int{4, 4}, "4", 4, ""},
		{[]int{5}, "De soep is nu warm.", 5, "De soep is nu warm."}, {[]int{5}, "Ik heb 3 keer gebeld, nu is het goed.", 5, "Ik heb 3 keer gebeld, nu is het goed."},
		{[]int{2}, "Ik ben heel tevreden over de kok", 0, "Ik ben heel tevreden over de kok"},
		{nil, "4\n\nDe soep is soms nog lauw.\n\nMet vriendelijke groet\nJan Peeters", 4, "De soep is soms nog lauw."}, {nil, "4\nDank u\nmaar de soep is nog koud", 4, "Dank u\nmaar de soep is nog koud"},
		{nil, "4\n\nGroeten\nWanneer komt de nieuwe wagen?", 4, "Groeten\nWanneer komt de nieuwe wagen?"}, {nil, "Beste An,\nhet is beter.", 0, "het is beter."},
	} {
		if score, rest := Score(texts, c.addressed, c.text, "Jan Peeters"); score != c.score || rest != c.rest {
			t.Errorf("%v %q gives %d %q", c.addressed, c.text, score, rest)
		}
	}
}

func FuzzScore(f *testing.F) {
	for _, c := range scoreExamples {
		f.Add(c.text)
	}
	texts := textsFor(f)
	f.Fuzz(func(t *testing.T, text string) {
		score, rest := Score(texts, nil, text, "Jan Peeters")
		if score < 0 || score > 5 || len(rest) > len(text) {
			t.Fatalf("%d %q", score, rest)
		}
		if again, _ := Score(texts, nil, "\r\n "+strings.ReplaceAll(text, "\n", "\r\n")+" \r\n", "Jan Peeters"); again != score {
			t.Fatalf("%d with other line ends, not %d", again, score)
		}
		if score > 0 { // what is decided by text alone is never changed by an address, only taken back
			if by, _ := Score(texts, []int{score%5 + 1}, text, ""); by != 0 && by != score%5+1 {
				t.Fatalf("%d", by)
			}
		}
	})
}

func textsFor(t testing.TB) *templates.Set {
	t.Helper()
	texts, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	return texts
}
