package templates

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata/golden anew")

// variant is one story of a kind: what differs from the plain complaint.
type variant struct {
	name   string
	change func(*Data)
}

var stories = map[string][]variant{
	"acknowledgement": {
		{"", nil},
		{"sober", func(d *Data) { d.Sober = true }},
		{"nodate", func(d *Data) { d.AnswerDue = time.Time{}; d.Handler = "" }},
		{"open", func(d *Data) { d.OpenNumber = "K-2026-0001"; d.Handler = "An Peeters"; d.ThanksFor = "telefoontje" }},
		{"anonymous", func(d *Data) { d.Anonymous = true; d.Signature = d.Organization.Name; d.ThanksFor = "brief" }},
		{"shielded", func(d *Data) { d.Anonymous, d.Shielded = true, true }},
		{"noted", func(d *Data) { d.Anonymous, d.NotHandled, d.Handler = true, true, "" }},
		{"held", func(d *Data) {
			d.Held = []Held{{"K-2026-0001", d.Received.AddDate(0, 0, -2)}, {"K-2026-0001", d.Received.AddDate(0, 0, -1)}, {"K-2026-0002", d.Received}}
		}},
		{"titled", func(d *Data) { d.To = Person{Name: "Lut Claes", Surname: "Claes", Title: "mevrouw"}; d.Practice = true }},
	},
	"addition_received": {
		{"", nil},
		{"nodate", func(d *Data) {
			d.AnswerDue = time.Time{}
			d.Handler = ""
			d.Received = d.Received.AddDate(0, 0, -2)
		}},
		{"react", func(d *Data) { d.ReactBy = d.Received.AddDate(0, 0, 7) }},
		{"held", func(d *Data) { d.Held = []Held{{d.Number, d.Received.AddDate(0, 0, -1)}} }},
		{"held_many", func(d *Data) {
			d.Handler = ""
			d.Held = []Held{{d.Number, d.Received.AddDate(0, 0, -1)}, {d.Number, d.Received.AddDate(0, 0, -1)}, {d.Number, d.Received}}
		}},
	},
	"not_a_complaint": {
		{"", func(d *Data) { d.Anonymous = true }},
		{"shielded", func(d *Data) {
			d.Anonymous, d.Shielded = true, true
			d.Organization.SecondLine = ""
			d.Held = []Held{{"K-2026-0001", d.Received.AddDate(0, 0, -1)}}
		}},
	},
	"satisfaction_request": {
		{"", func(d *Data) {
			d.Measures, d.Buttons, d.To.Phone = []string{"Er staat een warmhoudwagen op de gang.", "Uw vader krijgt zijn soep als eerste."}, scoreButtons(), "0470 12 34 56"
		}},
		{"nomeasures", func(d *Data) { d.Buttons, d.Handler = scoreButtons(), "" }},
		{"subject", func(d *Data) {
			d.Buttons, d.Handler = []Button{{Key: "s1", URL: "mailto:klachten@example.test?subject=x"}}, "An Peeters"
		}},
	},
	"satisfaction_thanks": {
		{"5", func(d *Data) { d.Score, d.Measures = 5, []string{"Er staat een warmhoudwagen op de gang."} }},
		{"4", func(d *Data) { d.Score, d.ReactBy = 4, d.Received.AddDate(0, 0, 7) }},
		{"3", func(d *Data) { d.Score = 3 }},
		{"2", func(d *Data) { d.Score, d.ReactBy, d.To.Phone = 2, d.Received.AddDate(0, 0, 2), "0470 12 34 56" }},
		{"1", func(d *Data) { d.Score, d.ReactBy, d.Handler = 1, d.Received.AddDate(0, 0, 2), "An Peeters" }},
		{"words", func(d *Data) { d.ReactBy = d.Received.AddDate(0, 0, 7) }},
	},
	"bounced": {
		{"", func(d *Data) {
			d.Form = "#nieuw adres\nNieuw e-mailadres:\n--- einde formulier ---\n"
			d.Lost, d.Note, d.Reason = "acknowledgement", "550 5.1.1 User unknown", "no_such_user"
		}},
		{"temporary", func(d *Data) {
			d.Lost, d.Note, d.Reason, d.Temporary = "answer", "452 4.2.2 Mailbox full", "mailbox_full", true
		}},
		{"forwarded", func(d *Data) {
			d.Lost, d.Note, d.Failed, d.Complainant.Phone = "addition_received", "550 no", "jan.peeters@elders.test", ""
		}},
		{"colleague", func(d *Data) {
			d.Lost, d.Colleague, d.Complainant, d.Reason, d.Note = "registration", "Bram De Wit", Person{}, "refused", "554 5.7.1 Rejected"
			d.To.Name = "An Peeters"
		}},
	},
	"welcome": {{"", func(d *Data) { d.Number, d.Buttons = "", staffButtons("practice") }}},
	"registration": {
		{"", nil},
		{"named", func(d *Data) {
			d.Named, d.Handler = []string{"Bram De Wit"}, ""
			d.Buttons = yesNo
			d.OpenNumber = "K-2026-0001"
		}},
		{"shielded", func(d *Data) { d.Shielded, d.Anonymous, d.Sober = true, true, true; d.To.Name = "An Peeters" }},
		{"noted", func(d *Data) {
			d.Anonymous, d.NotHandled = true, true
			d.Complainant, d.Earlier, d.Attachments = Person{}, nil, nil
		}},
		{"refuse", func(d *Data) { d.Anonymous, d.MayRefuse = true, true; d.Handler = "" }},
		{"form", func(d *Data) {
			d.Buttons, d.Form = staffButtons("analyse", "assign", "ask", "status", "note"), formOf("analyse")
		}},
		{"unreachable", func(d *Data) { d.Anonymous = true; d.Complainant = Person{}; d.MissingSize = 61_400_000; d.Text = "" }},
		{"nodate", func(d *Data) { d.AnswerDue = time.Time{}; d.Day = 61 }},
	},
	"addition": {
		{"", nil},
		{"other", func(d *Data) { d.From = "jan@elders.test" }},
		{"form", func(d *Data) {
			d.Buttons, d.Form = staffButtons("answer", "status", "extend", "analyse", "note"), formOf("answer")
		}},
		{"score", func(d *Data) { d.Score, d.Text = 4, "4\n\nDe soep is nu warm." }},
		{"score_question", func(d *Data) { d.Score, d.AfterAnswer, d.ReactBy = 4, true, d.Received.AddDate(0, 0, 7) }},
		{"after", func(d *Data) { d.AfterAnswer, d.ReactBy = true, d.Received.AddDate(0, 0, 7) }},
		{"doubt", func(d *Data) { d.Disagreement, d.SameTextAgain = "K-2026-0001", true }},
	},
	"confirmation": {{"", func(d *Data) { d.Subject = "Vraag"; d.Buttons = yesNo[:1] }}},
	"receipt": {
		{"assigned", func(d *Data) { d.Action, d.Did = "wijs-toe", []string{"K-2026-0002 is toegewezen aan Bram De Wit."} }},
		{"short", func(d *Data) { d.Action, d.Did, d.Short = "nota", []string{"Uw notitie staat bij K-2026-0002."}, true }},
		{"who", func(d *Data) {
			d.Action, d.Did, d.AskName = "nota", []string{"Uw notitie staat bij K-2026-0002.", "Wie van u schreef dit? Antwoord op deze mail met een regel Naam: en uw naam, dan staat die erbij."}, true
		}},
		{"note_of", func(d *Data) {
			d.Did, d.From, d.Note = []string{"An Peeters schreef een notitie bij K-2026-0002."}, "An Peeters", "Ik sprak de kok."
		}},
		{"refused", func(d *Data) {
			d.Action, d.Not, d.Note = "verleng", []string{"De termijn is voorbij sinds 7 januari; verlengen kan alleen ervoor."}, "verleng 14 ziekte van de kok"
		}},
		{"partly", func(d *Data) {
			d.Action, d.Did = "analyse", []string{"De analyse is bewaard, versie 2.", "Er ontbreken nog 2 velden; ze staan gemerkt in het formulier hieronder. Vul ze in wanneer u ze weet."}
			d.Not = []string{"Gegrondheid: “misschien” ken ik niet.", "Ernst: “hoogst” ken ik niet."}
			d.Near = []Near{{"Gegrondheit", "Gegrondheid"}, {"Conclusi", "Conclusie"}}
			d.Form = filledForm()
		}},
		{"lines", func(d *Data) {
			d.Number, d.Action, d.Did = "", "overzicht", []string{"Open klachten: 2."}
			d.Lines = []string{"K-2026-0002: Weer koude soep, dag 12 van 45, in onderzoek, Bram De Wit", "K-2026-0004: Factuur, dag 3 van 45, geregistreerd, nog niemand"}
		}},
		{"help", func(d *Data) {
			d.Action, d.Did = "help", []string{"Dit kunt u met deze mail doen. Antwoord, en begin met het woord achter het hekje."}
			d.Lines = []string{"#analyse: het onderzoek invullen of aanvullen", "#vraag: de klager iets vragen, hoogstens drie vragen"}
			d.Buttons = staffButtons("analyse", "ask")
		}},
		{"note", func(d *Data) { d.Done = DoneNote; d.Note = "Ik sprak de kok." }},
		{"yes", func(d *Data) { d.Done = DoneYes; d.Named = []string{"Bram De Wit"} }},
		{"no", func(d *Data) { d.Done = DoneNo; d.Named = []string{"Bram De Wit"} }},
		{"confirmed", func(d *Data) { d.Done = DoneConfirmed; d.Number = "" }},
		{"decided", func(d *Data) {
			d.Done = DoneDecided
			d.Decided = Decision{By: "Bram De Wit", At: d.Received.Add(time.Hour)}
		}},
		{"review", func(d *Data) {
			d.Done, d.Number, d.ParkedLeft = DoneReview, "", 2
			d.Decisions = []ReviewDecision{
				{No: 17, Accepted: true, Number: "K-2026-0005", Subject: "Soep alweer koud"},
				{No: 18, Subject: "Win een reis op www.gratis.test"},
				{No: 16, By: "Bram De Wit", At: d.Received.Add(-time.Hour), Accepted: true, Number: "K-2026-0004"},
				{No: 15, By: "Bram De Wit", At: d.Received.Add(-time.Hour)},
				{No: 99, Missing: true},
			}
			d.Unknown = []string{"P-19 misschien", "bel mij even"}
		}},
		{"review_unknown", func(d *Data) { d.Done, d.Number, d.Unknown = DoneReview, "", []string{"bel mij even"} }},
		{"forward", func(d *Data) { d.Done = DoneForward; d.Received = d.Received.AddDate(0, 0, -3) }},
		{"forward_noaddress", func(d *Data) { d.Done = DoneForward; d.Complainant.Email = "" }},
		{"not_yours", func(d *Data) { d.NotDone = NotDoneNotYours; d.Note = "Ik sprak de kok." }},
		{"delegate", func(d *Data) { d.NotDone, d.Colleague, d.Note = NotDoneDelegate, "Bram De Wit", "Ik sprak de kok." }},
		{"not_understood", func(d *Data) { d.NotDone = NotDoneNotUnderstood; d.Number = ""; d.Note = "??" }},
		{"own_complaint", func(d *Data) {
			d.NotDone, d.Number, d.Note = NotDoneOwn, "", "De parking is al een week dicht."
			d.Buttons = append([]Button{{Key: "own", URL: "mailto:klachten+brf.abcd@example.test?subject=klacht&body=klacht"}}, staffButtons("practice")...)
		}},
	},
	"task": {
		{"flood", func(d *Data) { d.Flood = &Flood{Address: "jan@example.test", N: 20, Per: 10 * time.Minute} }},
		{"react", func(d *Data) { d.Task, d.ReactBy = "react", d.Received.AddDate(0, 0, 7) }},
		{"call_again", func(d *Data) {
			d.Task, d.Score, d.ReactBy, d.Text = "call_again", 2, d.Received.AddDate(0, 0, 2), "2\n\nDe soep is nog altijd koud."
			d.Buttons, d.Form = staffButtons("contact", "reopen"), formOf("contact")
		}},
		{"satisfaction", func(d *Data) {
			d.Task, d.ReactBy, d.Text = "satisfaction", d.Received.AddDate(0, 0, 7), "Het gaat beter, denk ik."
			d.Buttons, d.Form = staffButtons("contact", "reopen"), formOf("contact")
		}},
		{"ask_satisfaction", func(d *Data) {
			d.Task, d.ReactBy, d.Text, d.Complainant.Email, d.Complainant.Phone = "ask_satisfaction", d.Received.AddDate(0, 0, 7), "", "", ""
			d.Buttons, d.Form = staffButtons("contact"), formOf("contact")
		}},
		{"thank", func(d *Data) { d.Task, d.Complainant.Email = "thank", "" }},
	},
	"review_list": {
		{"", func(d *Data) {
			d.Number, d.Parked, d.ParkedLeft = "", parked(d.Received), 12
			d.Buttons = []Button{{Key: "all_no", URL: "mailto:klachten+brf.aaaabbbbccccdddd@example.test?subject=alles%20nee&body=alles%20nee"}}
		}},
		{"one", func(d *Data) { d.Number, d.Parked, d.Buttons = "", parked(d.Received)[1:2], yesNo }},
	},
}

func scoreButtons() (list []Button) {
	for n := '1'; n <= '5'; n++ {
		list = append(list, Button{Key: "s" + string(n), URL: "mailto:klachten%2Bk-2026-0002.s" + string(n) + ".aaaabbbbccccdddd@example.test?subject=" + string(n) + "&body=" + string(n)})
	}
	return list
}

// parked is a mail for each reason; the words are those of people, advertisers and machines.
func parked(now time.Time) []ParkedMail {
	return []ParkedMail{
		{No: 17, From: Person{Name: "Reisclub", Email: "nieuws@reisclub.test"}, Subject: "Win een reis", Received: now, Reason: "spam", Words: "Klik nu op https://reisclub.test/win?id=12 en win."},
		{No: 18, From: Person{Name: "Lut Claes", Email: "lut.claes@example.test"}, Subject: "Wachttijd aan het loket", Received: now.AddDate(0, 0, -1), Reason: "dmarc",
			Words: "Gisteren stond ik twee uur aan het loket. Niemand zei waarom.", Attachments: 2},
		{No: 19, From: Person{Email: "noreply@bank.test"}, Subject: "Nieuwsbrief", Received: now, Reason: "list"},
		{No: 20, From: Person{Name: "Piet"}, Received: now, Reason: "encrypted", Attachments: 1},
		{No: 21, Subject: "???", Received: now, Reason: "unreadable"},
		{No: 22, From: Person{Name: "Bram De Wit", Email: "bram@example.test"}, Subject: "Nota", Received: now, Reason: "unproven", Words: "Ik sprak de kok."},
		{No: 23, From: Person{Name: "Rita", Email: "rita@example.test"}, Subject: "Re: [K-2026-0002]", Received: now, Reason: "stranger", Words: "Ik was er ook bij."},
		{No: 24, From: Person{Name: "Jan Maes", Email: "jan@example.test"}, Subject: "Factuur", Received: now.AddDate(0, -3, 0), Reason: "old", Words: "De factuur klopt niet."},
		{No: 25, From: Person{Name: "Jan Maes", Email: "jan@example.test"}, Subject: "Afwezig", Received: now, Reason: "automatic", Words: "Ik ben terug op 1 december."},
		{No: 26, From: Person{Name: "Jan Maes", Email: "jan@example.test"}, Received: now, Reason: "empty"},
		{No: 27, From: Person{Name: "Jan Maes", Email: "jan@example.test"}, Subject: "Vraag", Received: now, Reason: "unclear", Words: "Hoe laat is het bezoek?"},
	}
}

var yesNo = []Button{
	{Key: "yes", URL: "mailto:klachten+k-2026-0002.ja.aaaabbbbccccdddd@example.test?subject=ja%20%5BK-2026-0002%5D&body=ja"},
	{Key: "no", URL: "mailto:klachten+k-2026-0002.nee.aaaabbbbccccdddd@example.test?subject=nee%20%5BK-2026-0002%5D&body=nee"},
}

// story is the complaint that most tests tell: cold soup in De Linde.
func story(kind string) Data {
	brussels := time.FixedZone("CET", 3600)
	d := Data{
		Organization: Organization{Name: "Woonzorgcentrum De Linde", Phone: "02 555 12 12", SecondLine: "Woonzorglijn, 02 553 75 00"},
		Signature:    "An Peeters, klachtencoördinator",
		To:           Person{Name: "Jan Peeters", Email: "jan@example.test"},
		Number:       "K-2026-0002",
		Today:        time.Date(2026, 11, 23, 14, 6, 0, 0, brussels),
		Received:     time.Date(2026, 11, 23, 14, 5, 0, 0, brussels),
		AnswerDue:    time.Date(2027, 1, 7, 0, 0, 0, 0, brussels),
		Term:         45,
		ThanksFor:    "bericht",
		Handler:      "Bram De Wit",
		Department:   "Keuken",
		Complainant:  Person{Name: "Jan Peeters", Email: "jan@example.test", Phone: "0470 12 34 56"},
	}
	if kinds[kind] {
		d.To = Person{Name: "Bram De Wit", Email: "bram@example.test"}
		d.Subject = "Weer koude soep voor mijn vader"
		d.Language = "nl"
		d.Text = "Geachte,\n\nMijn vader op kamer 12 kreeg deze week drie avonden na elkaar koude soep. Hij is 84 en zegt er zelf niets van, maar hij laat zijn bord staan.\n" +
			"Ik heb het dinsdag al gezegd aan de dienster:\n  - soep koud\n  - brood <hard> & droog\n\nKunt u daar iets aan doen?\n\nJan Peeters"
		d.Attachments = []Attachment{
			{Name: "soep.jpg", Size: 1_240_000},
			{Name: "menu week 47.pdf", Size: 86_400},
			{Name: "film.mp4", Size: 31_000_000, Left: LeftTooBig},
			{Name: "toon_mij.exe", Size: 912, Left: LeftExecutable},
		}
		d.Earlier = []Earlier{
			{Number: "K-2025-0031", Received: time.Date(2025, 10, 1, 9, 0, 0, 0, brussels), Subject: "Koude koffie", Stage: "closed", Verdict: "founded", Outcome: "De koffiekar rijdt nu eerst langs de tweede verdieping.", SamePerson: true},
			{Number: "K-2026-0017", Received: time.Date(2026, 5, 4, 9, 0, 0, 0, brussels), Subject: "Soep te laat", Stage: "aftercare", Words: []string{"soep", "avond"}},
		}
		d.From = "Bram De Wit <bram@example.test>"
		d.Mailbox = "klachten@example.test"
		d.ReceivedText = "Ik sprak de kok.\nDe warmhoudwagen was stuk."
	}
	return d
}

func (v variant) data(kind string) Data {
	d := story(kind)
	if v.change != nil {
		v.change(&d)
	}
	return d
}

func load(t testing.TB) *Set {
	t.Helper()
	s, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// speak puts the words of the letter's language in the place of the keys of labels.
func speak(lang string, d *Data) {
	d.Happened = slices.Clone(d.Happened)
	for i, key := range d.Happened {
		d.Happened[i] = spoken(lang, key)
	}
	for i := range d.Agenda {
		d.Agenda[i].What = spoken(lang, d.Agenda[i].What)
	}
	d.Next, d.WatchText = spoken(lang, d.Next), spoken(lang, d.WatchText)
}

// spoken is the label of a key, with what follows a | as its argument; other words stay.
func spoken(lang, key string) string {
	key, arg, _ := strings.Cut(key, "|")
	if day, err := time.Parse(time.DateOnly, arg); err == nil {
		return formSet().Label(lang, key, day)
	}
	return formSet().Label(lang, key, arg)
}

// everyLetter renders every story in every language.
func everyLetter(t *testing.T, see func(t *testing.T, lang, kind, variant string, l Letter)) {
	s := load(t)
	for _, lang := range Languages {
		for _, kind := range Kinds() {
			for _, v := range stories[kind] {
				name := kind
				if v.name != "" {
					name += "." + v.name
				}
				t.Run(lang+"/"+name, func(t *testing.T) {
					d := v.data(kind)
					speak(lang, &d)
					l, err := s.Render(kind, lang, d)
					if err != nil {
						t.Fatal(err)
					}
					see(t, lang, kind, v.name, l)
				})
			}
		}
	}
}

func TestGolden(t *testing.T) {
	everyLetter(t, func(t *testing.T, lang, kind, variant string, l Letter) {
		name := kind
		if variant != "" {
			name += "." + variant
		}
		base := filepath.Join("testdata", "golden", lang, name)
		compare(t, base+".txt", "Subject: "+l.Subject+"\n\n"+l.Text)
		compare(t, base+".html", l.HTML)
	})
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; write it with: go test ./templates/ -run TestGolden -update", err)
	}
	if got == string(want) {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			t.Errorf("%s:%d differs\n got %s\nwant %s", file, i+1, g[i], strings.Join(w[min(i, len(w)):min(i+1, len(w))], ""))
			return
		}
	}
	t.Errorf("%s: %d lines, want %d", file, len(g), len(w))
}

func TestEveryKindHasAStory(t *testing.T) {
	for _, kind := range Kinds() {
		if len(stories[kind]) == 0 {
			t.Errorf("%s: no story, so no golden file", kind)
		}
	}
}
