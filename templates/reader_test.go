package templates

import (
	"strings"
	"testing"
)

func TestSober(t *testing.T) {
	s := load(t)
	check := func(want bool, text string) {
		t.Helper()
		if got := s.Sober(text); got != want {
			t.Errorf("Sober(%q) = %t, want %t", text, got, want)
		}
	}
	check(true, "Mijn moeder is vorige week overleden.")
	check(true, "Na het overlijden van mijn man kreeg ik een rekening.")
	check(true, "Zij stierf diezelfde nacht.")
	check(true, "Er was sprake van misbruik door een begeleider.")
	check(true, "De bewoner gebruikte geweld tegen haar.")
	check(true, "Mijn vader werd geslagen door een andere bewoner.")
	check(true, "Mijn vader is gisteren gevallen.")
	check(true, "Ze is uit haar bed gevallen en lag daar een uur.")
	check(true, "Toen hij gevallen was, kwam niemand.")
	check(true, "Sinds haar val durft ze niet meer alleen te stappen.")
	check(true, "Moeder viel van de trap.")
	check(true, "Ik ben met haar naar de spoed gereden.")
	check(true, "Hij werd opgenomen in het ziekenhuis.")
	check(true, "Ze ligt al drie dagen in het ziekenhuis.")
	check(true, "MIJN VADER IS OVERLEDEN")
	check(true, "Mon père est décédé en novembre.")
	check(true, "Depuis la mort de ma mère, personne ne répond.")
	check(true, "Il y a eu de la violence dans le couloir.")
	check(true, "Ma mère est tombée dans la douche.")
	check(true, "Il a été hospitalisé trois jours.")
	check(true, "Nous avons passé la nuit aux urgences.")
	check(true, "My mother died last week.")
	check(true, "He passed away in the night.")
	check(true, "She fell in the bathroom and nobody came.")
	check(true, "He has been in hospital since Monday.")
	check(true, "This is abuse.")
	check(true, "Meine Mutter ist verstorben.")
	check(true, "Er ist im Bad gestürzt.")
	check(true, "Sie liegt seit Montag im Krankenhaus.")
	check(true, "Es kam zu Gewalt auf der Station.")
	check(true, "Mein Vater wurde von einem Pfleger geschlagen.")
	check(true, "Meine Mutter ist am Sonntag gestu\u0308rzt.") // accent as a sign of its own

	check(false, "In sommige gevallen is de soep koud.")
	check(false, "Dat is in veel gevallen niet nodig, in geval van nood wel.")
	check(false, "In alle gevallen was er niemand.")
	check(false, "In de meeste gevallen is dat geen probleem.")
	check(false, "Er zijn twee gevallen bekend.")
	check(false, "Het valt mee, maar het viel me op dat het koud was.")
	check(false, "De beslissing is gevallen zonder ons.")
	check(false, "De keuze was gevallen op een andere dienst.")
	check(false, "Mijn man is in slaap gevallen in de wachtzaal.")
	check(false, "Het eten is mij tegengevallen.")
	check(false, "De stroom is uitgevallen.")
	check(false, "Het eten was geweldig, de wachttijd niet.")
	check(false, "Ik verzoek u dit met spoed te bekijken.")
	check(false, "De wacht is tot 5 uur open.")
	check(false, "Ik sterf van de honger en kreeg doodgewone soep zonder zout.")
	check(false, "Het ziekenhuis stuurde mij twee keer dezelfde factuur.")
	check(false, "Er is misbruik gemaakt van mijn vertrouwen.")
	check(false, "Ik ben aan de slag gegaan met uw formulier.")
	check(false, "De prijs van de maaltijden is gestegen.")
	check(false, "Bonjour, ma voiture est tombée en panne devant chez vous.")
	check(false, "Je vous écris en urgence.")
	check(false, "C'est un point mort dans la procédure.")
	check(false, "I fell asleep in the waiting room.")
	check(false, "We missed the deadline in the fall term.")
	check(false, "Auf jeden Fall war die Suppe kalt, im Falle des Salats auch.")
	check(false, "Das hat mir gut gefallen, der Preis nicht.")
	check(false, "Der Vorschlag wurde von Ihnen vorgeschlagen.")
	check(false, "De bus komt tot aan de deur, die bus is te laat.")
	check(false, "Mijn vader kreeg drie avonden koude soep.")
	check(false, "")
}

func TestAsksShield(t *testing.T) {
	s := load(t)
	check := func(want bool, text string) {
		t.Helper()
		if got := s.AsksShield(text); got != want {
			t.Errorf("AsksShield(%q) = %t, want %t", text, got, want)
		}
	}
	check(true, "Ik wil anoniem blijven.")
	check(true, "Graag zou ik anoniem blijven.")
	check(true, "Ik wens in deze zaak liever anoniem te blijven.")
	check(true, "Gelieve mijn klacht anoniem te behandelen.")
	check(true, "Noem mijn naam niet.")
	check(true, "Noem mijn naam alstublieft niet tegen de kok.")
	check(true, "Mijn naam mag niet gekend zijn.")
	check(true, "Mijn naam mag in geen geval genoemd worden.")
	check(true, "Wilt u mijn naam niet doorgeven?")
	check(true, "Ik wil niet dat mijn naam bekend wordt.")
	check(true, "Ik wil niet genoemd worden.")
	check(true, "Dit is een anonieme klacht.")
	check(true, "Zeg niet dat dit van mij komt.")
	check(true, "Niemand mag weten dat ik dit schrijf.")
	check(true, "U mag mijn naam niet vermelden.")
	check(true, "Vous ne pouvez pas citer mon nom, je veux rester anonyme.")
	check(true, "Sie dürfen meinen Namen nicht nennen.")
	check(true, "You may not use my name.")
	check(true, "Je souhaite rester anonyme.")
	check(true, "Je préfère garder l'anonymat.")
	check(true, "Ne citez pas mon nom, s'il vous plaît.")
	check(true, "Mon nom ne doit pas être connu.")
	check(true, "Je ne veux pas que mon nom soit cité.")
	check(true, "I wish to remain anonymous.")
	check(true, "Please do not mention my name.")
	check(true, "I don't want to be named.")
	check(true, "Please keep my name out of this.")
	check(true, "My name should not be disclosed.")
	check(true, "Ich möchte anonym bleiben.")
	check(true, "Bitte nennen Sie meinen Namen nicht.")
	check(true, "Mein Name darf nicht bekannt werden.")
	check(true, "Ich will nicht namentlich genannt werden.")
	check(true, "Bitte behandeln Sie das anonym.")

	check(false, "Ik hoef niet anoniem te blijven.")
	check(false, "Ik wil niet anoniem blijven.")
	check(false, "U mag mijn naam gerust noemen.")
	check(false, "Mijn naam mag u gerust noemen.")
	check(false, "Mijn naam werd niet vermeld op de lijst.")
	check(false, "Mijn naam stond niet op de lijst.")
	check(false, "Mijn naam is niet juist geschreven.")
	check(false, "Ik vind het niet erg als mijn naam genoemd wordt.")
	check(false, "Het is voor mij geen probleem als u mijn naam noemt.")
	check(false, "Dit is geen anonieme klacht.")
	check(false, "Ik vulde vorig jaar een anonieme enquête in.")
	check(false, "De vorige brief was anoniem, deze niet.")
	check(false, "Niemand noemde zijn naam aan de telefoon.")
	check(false, "Ze noemden mijn naam niet juist.")
	check(false, "Waarom blijft die medewerker anoniem?")
	check(false, "Mijn naam is Jan Peeters.")
	check(false, "Ik wil niet dat dit nog gebeurt.")
	check(false, "Je n'ai pas besoin de rester anonyme.")
	check(false, "Vous pouvez citer mon nom.")
	check(false, "Je ne souhaite pas rester anonyme.")
	check(false, "Mon nom est mal écrit sur la facture.")
	check(false, "Vous avez oublié mon nom.")
	check(false, "I do not need to remain anonymous.")
	check(false, "You may use my name.")
	check(false, "I don't mind if you mention my name.")
	check(false, "They did not get my name right.")
	check(false, "My name was not on the list.")
	check(false, "Ich muss nicht anonym bleiben.")
	check(false, "Sie dürfen meinen Namen gerne nennen.")
	check(false, "Mein Name stand nicht auf der Liste.")
	check(false, "Der Brief war nicht anonym.")
	check(false, "")
}

func TestIsGreetingOrClosing(t *testing.T) {
	s := load(t)
	yes := []string{
		"Geachte mevrouw Peeters,", "Beste An,", "Geachte heer, mevrouw,", "Beste", "Dag An Peeters,", "Geachte directie,", "Beste meneer De Wit",
		"Met vriendelijke groeten", "Met vriendelijke groet,", "Groetjes, Jan", "Mvg", "MVG Jan Peeters", "Hoogachtend,", "Alvast bedankt!",
		"Bonjour,", "Madame, Monsieur,", "Chère Madame Claes,", "Cordialement", "Bien à vous,", "Merci d'avance",
		"Dear Sir or Madam,", "Dear Mrs Peeters,", "Hi An!", "Kind regards,", "Yours sincerely", "Best wishes, John",
		"Sehr geehrte Damen und Herren,", "Sehr geehrter Herr Maes,", "Mit freundlichen Grüßen", "Freundliche Gruesse", "MfG",
	}
	for _, line := range yes {
		if !s.IsGreetingOrClosing(line) {
			t.Errorf("IsGreetingOrClosing(%q) = false", line)
		}
	}
	no := []string{
		"", "   ", "Beste oplossing is een nieuwe kok.", "Dag 12 was het weer koud,", "Mevrouw Peeters was onvriendelijk.", "Hallo is daar iemand?",
		"Met vriendelijke groeten kom je er niet.", "De groeten van de kok waren koud", "Dear me, what a mess that was", "Merci de me répondre rapidement",
		"Danke für nichts, sagte er", "Bedankt voor de koude soep", "Thanks for nothing", "Beste An, mijn soep was koud", "Bram", "Ik groet u",
	}
	for _, line := range no {
		if s.IsGreetingOrClosing(line) {
			t.Errorf("IsGreetingOrClosing(%q) = true", line)
		}
	}
}

func TestAnswer(t *testing.T) {
	s := load(t)
	for text, want := range map[string]string{
		"ja": "yes", "Ja, dat gaat over mij.": "yes", "\n\n JA!\nAn": "yes", "nee": "no", "Neen.": "no", "Oui": "yes", "non merci": "no", "Yes please": "yes",
		"Nein": "no", "klacht": "own", "Plainte": "own", "Réclamation": "own", "Beschwerde": "own",
		"": "", "jaar": "", "misschien ja": "", "Jan belt nog": "", "> ja": "",
	} {
		if got := s.Answer(text); got != want {
			t.Errorf("Answer(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzReader(f *testing.F) {
	s := load(f)
	f.Add("Mijn vader is gevallen. Noem mijn naam niet.")
	f.Add("Beste An,")
	f.Add("\xff\xfe~9|*")
	f.Fuzz(func(t *testing.T, text string) {
		s.Sober(text)
		s.AsksShield(text)
		s.IsGreetingOrClosing(text)
		s.Answer(text)
	})
}

func TestAnswerKey(t *testing.T) {
	s := load(t)
	for word, want := range map[string]string{
		"ja": "yes", "JA": "yes", "oui": "yes", "yes,": "yes", "neen": "no", "non": "no", "nein": "no", "klacht": "own", "plainte": "own",
		"alles": "all", "Alle": "all", "tout": "all", "tous": "all", "all": "all", "everything": "all",
		"": "", "P-17": "", "17": "", "alles nee": "", "misschien": "",
	} {
		if got := s.AnswerKey(word); got != want {
			t.Errorf("AnswerKey(%q) = %q, want %q", word, got, want)
		}
	}
	if got := s.Answer("alles nee"); got != "" {
		t.Errorf("an answer to one question: %q", got)
	}
}

// What a button writes into the mail that it opens is understood when that mail comes back.
func TestAnswerWord(t *testing.T) {
	s := load(t)
	for _, lang := range Languages {
		for _, key := range []string{"yes", "no", "own"} {
			if word := s.AnswerWord(lang, key); s.Answer(word) != key {
				t.Errorf("%s: %q is written for %s and read as %q", lang, word, key, s.Answer(word))
			}
		}
		all, no, _ := strings.Cut(s.AnswerWord(lang, "all_no"), " ")
		if s.AnswerKey(all) != "all" || s.AnswerKey(no) != "no" {
			t.Errorf("%s: %q %q is read as %q %q", lang, all, no, s.AnswerKey(all), s.AnswerKey(no))
		}
	}
}
