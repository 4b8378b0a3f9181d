package templates

import (
	"maps"
	"sync"
	"time"
)

// The letters of the procedure, and the mails by which staff work.
func init() {
	maps.Copy(stories, map[string][]variant{
		"answer_founded": {
			{"", func(d *Data) {
				d.Apology = "Uw vader kreeg drie avonden koude soep, en het spijt me dat ik dat niet eerder zag."
				d.WhatHappened = "De warmhoudwagen van de tweede verdieping was stuk sinds 18 november. De avondploeg bracht de soep daarom met een gewone kar,\nen die stond twintig minuten in de gang."
				d.ForYou = "- Uw vader eet sinds maandag 30 november als eerste van zijn gang.\n- Ik bel u op vrijdag 11 december om te horen of het beter is."
				d.WeChange = "Elke verdieping krijgt tegen 15 januari 2027 een eigen warmhoudwagen."
			}},
			{"bare", func(d *Data) { d.Sober, d.Organization.Phone, d.Organization.SecondLine = true, "", "" }},
		},
		"answer_partly_founded": {
			{"", func(d *Data) {
				d.Apology = "Het spijt me dat u twee uur moest wachten."
				d.WhatHappened = "Op 12 november zat er één collega aan het loket in plaats van twee."
				d.ForYou = "U krijgt op 3 december een afspraak om 9 uur."
				d.WeChange = "Vanaf 1 januari 2027 zitten er altijd twee mensen aan het loket."
				d.Motivation = "De factuur klopt: de prijs van de kamer staat sinds 1 september op 62 euro.\n\nDie prijs stond in de brief van 3 juli. Een kopie zit bij deze mail."
				d.Body = "Ik dank u dat u zo geduldig uitlegde wat er gebeurde."
			}},
		},
		"answer_unfounded": {
			{"", func(d *Data) {
				d.WhatHappened = "Ik heb drie dingen nagekeken: de oproeplijst, het slot van de deur en het verslag van die nacht."
				d.Motivation = "Ze tonen alle drie dat er om 2.14 uur iemand bij uw moeder was."
			}},
			{"offer", func(d *Data) {
				d.Motivation = "De oproeplijst toont dat er om 2.14 uur iemand bij uw moeder was."
				d.Apology = "Het spijt me dat u die nacht alleen stond met uw vragen."
				d.ForYou = "U kunt de lijst inkijken op dinsdag 1 december om 10 uur."
				d.WeChange = "Wij bellen de familie voortaan dezelfde nacht."
			}},
		},
		"status_update": {
			{"", func(d *Data) {
				d.Body = "Ik sprak de kok en de nachtploeg. Op maandag 21 december bekijk ik de leveringslijsten, en diezelfde dag hoort u van mij."
			}},
			{"waits", func(d *Data) {
				d.Body, d.Waits = "Ik sprak de kok. Op mijn vraag welke dag het was, wacht ik nog.", true
			}},
			{"done", func(d *Data) {
				d.Measure, d.AnswerDue = "Op de gang van uw vader staat nu een warmhoudwagen.", time.Time{}
			}},
			{"joined", func(d *Data) {
				d.OtherNumber, d.Held = "K-2026-0001", []Held{{"K-2026-0002", d.Received.AddDate(0, 0, -1)}}
			}},
			{"empty", nil},
			{"automatic", func(d *Data) {
				d.Happened, d.Next = happened, "next.investigation"
			}},
			{"step", func(d *Data) { d.Next = "next.registered" }},
			{"sober", func(d *Data) { d.Sober, d.Happened = true, []string{"happened.analysis"} }},
			{"late", func(d *Data) {
				d.Late, d.ReactBy, d.Happened, d.Next = true, d.AnswerDue.AddDate(0, 0, 8), happened[1:], "next.answer"
			}},
			{"late_bare", func(d *Data) {
				d.Late, d.OldDue, d.AnswerDue, d.Organization.Phone = true, d.AnswerDue, time.Time{}, ""
			}},
		},
		"information_request": {
			{"", func(d *Data) { d.Body = "Op welke dag was het? Dan kan ik nakijken wie er in de keuken stond." }},
			{"waits", func(d *Data) {
				d.Body, d.Waits = "Op welke dag was het? Dan kan ik nakijken wie er in de keuken stond.", true
			}},
			{"three", func(d *Data) {
				d.Body = "1. Op welke dag was het? Dan kan ik nakijken wie er in de keuken stond.\n2. Stond de soep al op tafel toen u binnenkwam?\n3. Wie was er nog in de kamer? Ik vraag het die persoon dan zelf."
				d.ReactBy = d.Received.AddDate(0, 0, 9)
			}},
		},
		"extension_notice": {
			{"", func(d *Data) {
				d.OldDue, d.AnswerDue = d.AnswerDue, d.AnswerDue.AddDate(0, 0, 29)
				d.Body = "Twee mensen die erbij waren, zijn pas op 11 januari terug, en ik wil hen horen voor ik oordeel."
			}},
		},
		"inadmissible": {
			{"", func(d *Data) {
				d.EndReason, d.Body = "over_a_year", "Ik heb uw verhaal wel bezorgd aan het hoofd van de keuken. Op woensdag 9 december belt zij u."
			}},
			{"not_ours", func(d *Data) { d.EndReason, d.ThanksFor = "not_ours", "telefoontje" }},
			{"unknown", func(d *Data) { d.EndReason = "" }},
		},
		"withdrawn": {{"", nil}, {"words", func(d *Data) { d.Body = "De warmhoudwagen komt er hoe dan ook op 15 januari." }}},
		"duplicate": {{"", func(d *Data) { d.OtherNumber = "K-2026-0001" }}},
		"reopened": {
			{"", nil},
			{"words", func(d *Data) {
				d.Body, d.Handler = "Ik vraag de kok vandaag nog waarom de wagen opnieuw stilstaat.", ""
			}},
		},
		"reply": {{"", func(d *Data) { d.Body = "Ik sprak de kok. De wagen is stuk.\n\nOp 1 december komt er een nieuwe." }}},
		"preview": {
			{"", func(d *Data) {
				d.Lost, d.Subject, d.Draft, d.Buttons = "answer", "Mijn antwoord op uw klacht [K-2026-0002]", letterDraft, staffButtons("send", "drop")
				d.From = ""
			}},
			{"findings", func(d *Data) {
				d.Lost, d.Subject, d.Draft, d.Buttons = "answer", "Mijn antwoord op uw klacht [K-2026-0002]", letterDraft, staffButtons("send", "drop")
				d.From = ""
				d.Findings = []Finding{
					{Code: "nl-B01", Group: "blame", Block: true, Words: "het ligt aan u", Advice: "Dit legt de schuld bij de klager. Schrijf wat er gebeurde en wat u nu doet.", Rewrite: "Dit gebeurde er: …"},
					{Code: "A5", Words: "zo snel mogelijk", Advice: "Zet er een dag bij: wanneer hoort de klager van u?", Rewrite: "Op maandag 7 december hoort u van mij."},
					{Code: "A2", Advice: "Zeg in één zin wat u dankzij deze klacht nu weet of kunt verbeteren."},
					{Code: "L5", Words: "tevens", Advice: "Zeg het eenvoudiger.", Rewrite: "ook"},
					{Code: "L6", Words: "m.b.t.", Advice: "Schrijf het woord voluit."},
				}
				d.Changed = []string{"soep", "gisteren"}
				d.Not = []string{"In de brief staan woorden uit een interne notitie. Kijk na of de klager die mag lezen; antwoord dan met verstuur."}
			}},
			{"unsettled", func(d *Data) {
				d.Lost, d.Subject, d.Draft = "", "", "Dag Jan Peeters,\n\nIk sprak de kok. De wagen is stuk.\n\nMet vriendelijke groet,\nAn Peeters"
				d.Buttons, d.From = staffButtons("as_answer", "as_question", "as_status", "as_note"), ""
			}},
			{"released", func(d *Data) {
				d.Lost, d.Subject, d.Draft, d.Buttons, d.From = "answer", "Mijn antwoord op uw klacht [K-2026-0002]", letterDraft, staffButtons("send", "drop"), "An Peeters"
				d.Did, d.InPlaceOf = []string{"Bram De Wit krijgt de brief om hem na te lezen en te verzenden."}, "Chris Maes"
			}},
		},
		"consultation": {
			{"", func(d *Data) {
				d.Text = "Mijn vader op kamer 12 kreeg deze week drie avonden na elkaar koude soep.\n\n[…]"
				d.Measure, d.Body, d.ReactBy = "Elke verdieping krijgt een eigen warmhoudwagen.", "het avondmaal", d.Received.AddDate(0, 0, 14)
			}},
			{"bare", func(d *Data) { d.Body = "Wat denkt u van de soepronde?" }},
		},
		"letter":  {{"", func(d *Data) { d.Lost, d.Buttons = "answer", staffButtons("contact") }}, {"bare", func(d *Data) { d.Complainant = Person{} }}},
		"dossier": {{"", nil}, {"several", func(d *Data) { d.Number = "" }}},
	})
}

// happened is what the register tells about a complaint since its last letter; see spoken.
var happened = []string{"happened.assigned|Bram De Wit", "happened.question|2026-11-30", "happened.investigation", "happened.addition"}

// letterDraft is a letter as it is kept.
const letterDraft = "Dag Jan Peeters,\n\nDank u voor uw bericht van maandag 23 november. Dankzij u weet ik nu wat er beter moet.\n\nU hebt gelijk: uw klacht is gegrond.\n\nDit doe ik voor u:\n\n" +
	"- Uw vader eet sinds maandag 30 november als eerste van zijn gang.\n- Ik bel u op vrijdag 11 december om te horen of het beter is.\n\nMet vriendelijke groet,\n\nAn Peeters\nklachtencoördinator"

func staffButtons(keys ...string) (list []Button) {
	for _, key := range keys {
		list = append(list, Button{Key: key, URL: "mailto:klachten%2Bk-2026-0002.ana.aaaabbbbccccdddd@example.test?subject=" + key + "%20%5BK-2026-0002%5D&body=%23" + key})
	}
	return list
}

var formSet = sync.OnceValue(func() *Set {
	s, err := Load("")
	if err != nil {
		panic(err) // Every other test says why.
	}
	return s
})

func formOf(action string) string { return formSet().FormText("nl", action, nil, nil) }

func filledForm() string {
	return formSet().FormText("nl", "analyse", map[string]string{"facts": "Drie avonden koude soep.\nOp kamer 12 <hard>.", "verdict": "misschien", "severity": "hoogst"},
		map[string]string{"verdict": "kies uit: gegrond, deels gegrond, ongegrond", "severity": "kies uit: licht, matig, ernstig"})
}
