package templates

import (
	"flag"
	"os"
	"path/filepath"
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
		{"titled", func(d *Data) { d.To = Person{Name: "Lut Claes", Surname: "Claes", Title: "mevrouw"}; d.Practice = true }},
	},
	"addition_received": {
		{"", nil},
		{"nodate", func(d *Data) {
			d.AnswerDue = time.Time{}
			d.Handler = ""
			d.Received = d.Received.AddDate(0, 0, -2)
		}},
	},
	"not_a_complaint": {
		{"", func(d *Data) { d.Anonymous = true }},
		{"shielded", func(d *Data) {
			d.Anonymous, d.Shielded = true, true
			d.Organization.SecondLine = ""
		}},
	},
	"bounced": {
		{"", func(d *Data) {
			d.Lost, d.Note, d.Complainant.Phone = "acknowledgement", "550 5.1.1 User unknown", "0470 12 34 56"
		}},
	},
	"welcome": {{"", func(d *Data) { d.Number = "" }}},
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
		{"unreachable", func(d *Data) { d.Anonymous = true; d.Complainant = Person{}; d.MissingSize = 61_400_000; d.Text = "" }},
		{"nodate", func(d *Data) { d.AnswerDue = time.Time{}; d.Day = 61 }},
	},
	"addition": {
		{"", nil},
		{"doubt", func(d *Data) { d.Disagreement, d.SameTextAgain = "K-2026-0001", true }},
	},
	"confirmation": {{"", func(d *Data) { d.Subject = "Vraag"; d.Buttons = yesNo[:1] }}},
	"receipt": {
		{"note", func(d *Data) { d.Done = DoneNote; d.Note = "Ik sprak de kok." }},
		{"yes", func(d *Data) { d.Done = DoneYes; d.Named = []string{"Bram De Wit"} }},
		{"no", func(d *Data) { d.Done = DoneNo; d.Named = []string{"Bram De Wit"} }},
		{"confirmed", func(d *Data) { d.Done = DoneConfirmed; d.Number = "" }},
		{"decided", func(d *Data) {
			d.Done = DoneDecided
			d.Decided = Decision{By: "Bram De Wit", At: d.Received.Add(time.Hour)}
		}},
		{"not_yours", func(d *Data) { d.NotDone = NotDoneNotYours; d.Note = "Ik sprak de kok." }},
		{"not_understood", func(d *Data) { d.NotDone = NotDoneNotUnderstood; d.Number = ""; d.Note = "??" }},
		{"own_complaint", func(d *Data) {
			d.NotDone, d.Number, d.Note = NotDoneOwn, "", "De parking is al een week dicht."
			d.Buttons = []Button{{Key: "own", URL: "mailto:klachten+brf.abcd@example.test?subject=klacht&body=klacht"}}
		}},
	},
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
					l, err := s.Render(kind, lang, v.data(kind))
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
