package templates

import (
	"strings"
	"testing"
)

func TestOnlyThanks(t *testing.T) {
	s := load(t)
	only := []string{
		"Dank u wel!", "dank u", "Bedankt", "BEDANKT", "ok dank u", "Oké, dank u wel.", "Dank je wel", "Dankjewel!", "Hartelijk dank", "Heel erg bedankt!", "Merci", "Merci!!!",
		"Prima, bedankt voor de snelle reactie. Groeten, Jo", "Dank u voor uw bericht.", "Bedankt voor uw snelle antwoord", "Dank u voor de moeite.\n\nMet vriendelijke groeten,\nJan Peeters",
		"Beste mevrouw Peeters,\n\nHartelijk dank voor uw hulp.\n\nJan Maes", "Goed ontvangen, bedankt!", "Dank u mevrouw", "Bedankt An", "Dank u, Bram", "Dag An,\ndank u vriendelijk.\nLut Claes",
		"Nogmaals bedankt voor alles", "In orde, dank u. Fijn weekend!", "Dank u wel 🙂", "Dank u :-)", "Geachte heer De Wit, bedankt. Hoogachtend, M. Van den Broeck", "Hartelijk dank voor uw snel antwoord.", "Bedankt.\nJ. Maes", "Dank u voor het luisterend oor. Mvg", "Ik dank u hartelijk", "Geachte mevr. Claes,\nDank u wel.\nJean-Pierre D'Hondt",
		"Merci beaucoup, bonne journée", "Merci beaucoup !", "Je vous remercie pour votre réponse rapide.", "D'accord, merci", "Bonjour Madame,\nMerci pour tout.\nCordialement,\nMarie Dupont", "Un grand merci à vous", "Encore merci, bon weekend", "C'est parfait, merci", "Bien reçu, merci.",
		"Thank you!", "Thanks a lot for the quick reply", "Great, thanks.", "Many thanks for your help.\nKind regards,\nJohn Smith", "ok thanks", "Dear Ms Peeters, thank you for letting me know. Best wishes, Jo", "Thank you very much. Have a nice day!", "Thx", "That's great, thank you so much",
		"Danke", "Vielen Dank!", "Danke schön", "Alles klar, danke", "Vielen Dank für die schnelle Antwort.\nMit freundlichen Grüßen\nKarl Müller", "Herzlichen Dank für Ihre Mühe", "Super, vielen Dank und ein schönes Wochenende", "Guten Tag Frau Peeters, vielen Dank. LG Eva", "Ich danke Ihnen.", "Danke für die Info", "Merci pour l'info !",
	}
	for _, text := range only {
		if !s.OnlyThanks(text) {
			t.Errorf("OnlyThanks(%q) = false", text)
		}
	}
	more := []string{
		"", " ", "Jan", "Groeten, Jan", "Goedemorgen", "ok", "ja", "Ja, dank u", "Nee, dank u", "Graag, dank u", "dank u\r\n\r\njan.", // in small letters it may be any word
		"Dank u, maar de soep is koud", "Dank u. Maar nog steeds koud.", "Bedankt voor niets", "Bedankt voor de koude soep", "Dank u voor uw waardeloze antwoord", "Dank u voor het late antwoord", "Dank u?", "Bedankt, wanneer hoor ik iets", "Dank u, ik bel u om 3 uur",
		"Dank u wel. Soep weer koud.", "Dank u. Brand!", "Dank u. Ambulance", "Dank U. Ambulance", "Bedankt mevr. Claes. Ambulance", "DANK U WEL. SOEP KOUD", "Dank u wel\nSOEP", "Dank u, Maar", "Dank u\nKoud", "Dank u niet", "Dank u wel hoor...", "Dank u…", "“Bedankt”", "Dank u wel 😡", "Dank u :(", "Bedankt, zie www.test.be", "Dank u, an@example.test", "> Dank u",
		"Dank u, mijn telefoon is 0470 12 34 56", "Dank u. Het is opgelost.", "Dank u. Het is niet opgelost.", "Dank u, nog steeds geen antwoord", "Nou bedankt", "Soep. Dank u.", "Soep, dank u", "Dank u wel voor uw hulp, mijn vader is overleden", "Dank u voor uw antwoord. Ik ga niet akkoord.",
		"Dank u wel Jan Piet Joris Corneel Maria Lut Rita Bram Els", "Dank u dank u dank u dank u dank u dank u dank u", "Dank u, de kok was onbeleefd", "Alvast bedankt", "Alvast bedankt voor uw antwoord",
		"Merci pour rien", "Merci, mais le repas était froid", "Merci. Toujours rien.", "Merci de me rappeler", "Merci de répondre", "Merci d'avance", "Merci, quand viendrez-vous", "Non merci", "Oui, merci", "Merci. Scandaleux.", "Merci, toujours froid", "Merci pour votre réponse tardive", "Bonjour, rappelez-moi, merci", "Merci, c'est encore arrivé",
		"Thanks for nothing", "Thanks, but no", "Thank you. Still waiting.", "Thank you, when will I hear", "Yes please, thank you", "Thanks to your cook my father is ill", "Thank you for the cold soup", "Thanks, it happened again", "Please call me. Thanks", "Thank you in advance", "No thanks",
		"Danke für nichts", "Danke, aber das Essen war kalt", "Vielen Dank, noch immer nichts", "Danke. Wasserschaden.", "Danke, Wasserschaden", "Nein danke", "Ja, danke", "Danke, bitte rufen Sie an", "Vielen Dank im Voraus", "Danke, es ist wieder passiert", "Danke für die späte Antwort",
		strings.Repeat("dank u\n", 1000), "dank u" + strings.Repeat(" ", 500), "\xff dank u", "dank u \x00",
	}
	for _, text := range more {
		if s.OnlyThanks(text) {
			t.Errorf("OnlyThanks(%q) = true", text)
		}
	}
}

// A thanks phrase of one language list must be found whole, or it would never be.
func TestThanksLists(t *testing.T) {
	s := load(t)
	for _, lang := range Languages {
		l := &s.words[lang].lists
		for _, p := range l.Thanks {
			if text := firstAlternatives(p); !s.OnlyThanks(text) {
				t.Errorf("%s: %q is not thanks", lang, text)
			}
		}
		for _, p := range l.Polite {
			if text := l.Thanks[0] + ", " + firstAlternatives(p); !s.OnlyThanks(text) {
				t.Errorf("%s: %q is more than thanks", lang, text)
			}
		}
	}
}

// firstAlternatives reads "voor uw|de antwoord|hulp" as "voor uw antwoord".
func firstAlternatives(pattern string) string {
	words := strings.Fields(pattern)
	for i, w := range words {
		words[i], _, _ = strings.Cut(w, "|")
	}
	return strings.Join(words, " ")
}

func FuzzOnlyThanks(f *testing.F) {
	s := load(f)
	for _, text := range []string{"Dank u wel, Jan", "J. Maes\ndank u!", "Bedankt 🙂", "\xff", "dank\u0301 u", "......"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if s.OnlyThanks(text) && strings.ContainsAny(text, "?0123456789@<>") {
			t.Errorf("%q says more", text)
		}
	})
}

func BenchmarkOnlyThanks(b *testing.B) {
	s := load(b)
	for b.Loop() {
		s.OnlyThanks("Prima, bedankt voor de snelle reactie. Groeten, Jo")
	}
}
