package report

import (
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"dankuwel/models"
	"dankuwel/models/modelstest"
	"dankuwel/templates"
)

var (
	noon    = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	printed = time.Date(2026, 4, 20, 8, 30, 0, 0, time.UTC)
	linden  = templates.Organization{Name: "Woonzorgcentrum De Linde", Phone: "02 555 12 12", SecondLine: "Woonzorglijn, 02 553 75 00"}
)

// keep is where a test leaves its papers to be looked at; "" nowhere.
var keep = os.Getenv("DANKUWEL_KEEP_PAPERS")

func brussels(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func texts(t testing.TB) *templates.Set {
	t.Helper()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	return set
}

type printer func(io.Writer, *templates.Set, string, *Case) error

var printers = map[string]printer{"registration": Registration, "analysis": Analysis, "dossier": Dossier}

func pdf(t testing.TB, p printer, set *templates.Set, lang string, k *Case) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p(&b, set, lang, k); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func save(t testing.TB, name string, data []byte) {
	if keep != "" {
		if err := os.WriteFile(filepath.Join(keep, name+".pdf"), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

var (
	stream = regexp.MustCompile(`(?s)stream\n(.*?)\nendstream`)
	shown  = regexp.MustCompile(`(?s)\(((?:\\.|[^\\)])*)\)\s?Tj`)
)

// read gives back the lines of a PDF in the order in which they were drawn, a page each.
func read(t testing.TB, data []byte) (pages []string) {
	t.Helper()
	if !bytes.HasPrefix(data, []byte("%PDF-")) || !bytes.HasSuffix(bytes.TrimSpace(data), []byte("%%EOF")) {
		t.Fatal("this is no PDF")
	}
	for _, m := range stream.FindAllSubmatch(data, -1) {
		r, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			continue // not compressed: a map of characters
		}
		page, _ := io.ReadAll(r)
		if !bytes.Contains(page, []byte(")Tj")) {
			continue // a font
		}
		var b strings.Builder
		for _, s := range shown.FindAllSubmatch(page, -1) {
			b.WriteString(fromUTF16(unescape(s[1])))
			b.WriteByte('\n')
		}
		pages = append(pages, b.String())
	}
	return pages
}

func unescape(s []byte) (out []byte) {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if s[i] == 'r' {
				out = append(out, '\r')
				continue
			}
		}
		out = append(out, s[i])
	}
	return out
}

func fromUTF16(b []byte) string {
	var units []uint16
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
	}
	return string(utf16.Decode(units))
}

// has tells whether words stand on paper, wherever its lines break.
func has(paper, words string) bool {
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
	return strings.Contains(squeeze(paper), squeeze(words))
}

// personal are the words of the story that tell who complains.
var personal = []string{"Jan Janssens", "jan@example.test", "0470 12 34 56", "Lindestraat", "soep was koud", "warme soep", "Koude soep in", "bezorgd", "foto-van-jan", "9f86d081", "mijn moeder Maria", "verslag van Jan",
	"kok was ziek", "op 1 maart, zegt Jan", "Soep opnieuw brengen bij Jan", "gebracht aan Jan", "thermos voor iedereen", "keuken en zaal", "An, Bram en Jan", "duurder", "Bel Jan Janssens", "Jan is met vakantie", "K-2025-0007", "blij, zegt Jan"}

// open are the words that every reader of the dossier may see.
var open = []string{"K-2026-0012", "maandag 2 maart 2026", "Keuken", "Bram Maes", "rechtstreeks", "gegrond", "ernstig", "herstel", "M1", "M2", "doeltreffend", "dankbericht", "Interne notitie", "An Peeters", "Mieke (An Peeters)", "geregistreerd", "0123456789ab", "aaaaaaaaaaaa",
	"2026-03-02 13:00:00", "klager", "het register", "verlengd", "dinsdag 14 april 2026", "4/5", "Bel de klager", "Kwam terug", "correcte bejegening", "afgedrukt op maandag 20 april 2026", "pagina 1 van", "Woonzorgcentrum De Linde"}

func at(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }

func ptr[T any](v T) *T { return &v }

// story is a case in which every field is filled.
func story(t testing.TB) *Case {
	hash := strings.Repeat("9f86d081", 8)
	return &Case{
		Organization: linden, Printed: printed, Zone: brussels(t), Staff: map[int64]string{1: "An Peeters", 2: "Bram Maes"},
		Complaint: &models.Complaint{ID: 12, Number: "K-2026-0012", Stage: models.Aftercare, StageSince: at(700), ReceivedAt: noon, ReceivedOn: "2026-03-02", RegisteredAt: noon.Add(time.Minute),
			Carrier: "mail", Channel: "rechtstreeks", Capacity: "familie", Language: "nl", Subject: "Koude soep in kamer 12", Facts: "De soep was koud.\n\nEn het brood was op.", FactsOn: "op 1 maart, zegt Jan",
			DesiredSolution: "Elke dag warme soep.", Complainant: models.Complainant{Name: "Jan Janssens", Email: "jan@example.test", Phone: "0470 12 34 56", Address: "Lindestraat 5\n9000 Gent"},
			Department: "Keuken", HandlerID: ptr(int64(2)), AnswerDue: "2026-04-14", Verdict: "founded", Solution: "partly_solved", Satisfaction: ptr(4), AnsweredAt: ptr(at(600)), EndWords: "blij, zegt Jan"},
		Analysis: &models.Analysis{Version: 3, At: at(300), StaffID: ptr(int64(2)), Facts: "De soep was koud, zie verslag van Jan.", Circumstances: "De kok was ziek.", Causes: "Geen vervanger.", Kind: "maaltijden", Verdict: "founded",
			Severity: "serious", Damage: "Mevrouw at niet.", Earlier: "Zie K-2025-0007.", Steps: "Bellen en nieuwe soep.", OmbudsNorms: "courtesy,reachable", Conclusion: "Gegrond: het moest beter."},
		Messages: []models.Message{
			{ID: 1, Direction: "in", FromName: "Jan Janssens", FromEmail: "jan@example.test", At: noon, Subject: "Koude soep in kamer 12", Text: "De soep was koud.\n\nMet vriendelijke groet,\nJan Janssens", NewText: "De soep was koud.\n\nMet vriendelijke groet,\nJan Janssens",
				Attachments: []models.Attachment{{Name: "foto-van-jan.jpg", Type: "image/jpeg", Size: 1234567, SHA256: hash}}},
			{ID: 2, Direction: "out", Kind: "acknowledgement", MessageID: "a@x", FromEmail: "klachten@example.test", ToEmail: "jan@example.test", At: noon.Add(time.Minute), Subject: "Dank u voor uw bericht [K-2026-0012]", Text: "Dag Jan Janssens,\n\nDank u. Ik ben bezorgd.", NewText: "Dag Jan Janssens,\n\nDank u. Ik ben bezorgd."},
			{ID: 3, Direction: "note", FromName: "An Peeters", FromEmail: "an@example.test", StaffID: ptr(int64(1)), ToEmail: "klachten+k-2026-0012.not.abcdefghij234567@example.test", At: at(5), Subject: "Re: [K-2026-0012 not abcdefghij234567]",
				Text: "Ik belde mijn moeder Maria.\n\n> klachten+k-2026-0012.not.abcdefghij234567@example.test", NewText: "Ik belde mijn moeder Maria, via klachten+k-2026-0012.not.abcdefghij234567@example.test."},
		},
		Returned:   map[string]time.Time{"a@x": at(1)},
		Corrective: []models.CorrectiveMeasure{{No: 1, Kind: "repair", Description: "Soep opnieuw brengen bij Jan.", Owner: "Bram Maes", DueOn: "2026-03-10", DoneAt: ptr(at(150)), Note: "gebracht aan Jan"}},
		Preventive: []models.PreventiveMeasure{{No: 2, Description: "Een thermos voor iedereen.", Process: "keuken en zaal", Owner: "An Peeters", Involved: "An, Bram en Jan", DueOn: "2026-05-01", EvaluationOn: "2026-08-01", DoneAt: ptr(at(900)), EvaluatedAt: ptr(at(950)), Result: "effective", Adjustment: "duurder, maar beter"}},
		Tasks:      []models.Task{{Kind: "sober", Text: "Bel Jan Janssens op.", StaffID: ptr(int64(1)), DueOn: "2026-04-22"}},
		Terms:      []models.TermChange{{Kind: "extension", At: at(400), OldDue: "2026-04-14", NewDue: "2026-05-15", Reason: "Jan is met vakantie", StaffID: ptr(int64(2))}},
		Earlier:    []models.Complaint{{Number: "K-2025-0007", ReceivedOn: "2025-06-01", Subject: "Lauwe koffie", Stage: models.Closed, Verdict: "partly_founded"}},
		Similar:    []models.Found{{Complaint: models.Complaint{Number: "K-2025-0099", ReceivedOn: "2025-09-01", Subject: "Brood op", Stage: models.Closed}, Words: []string{"brood", "soep"}}},
		Events: []models.Event{{Seq: 1, At: noon, Actor: "complainant", What: "registered", Detail: `{"secret":"detail"}`, Hash: "0123456789abcdef" + hash},
			{Seq: 2, At: at(1), Actor: "register", What: "bounced", Hash: strings.Repeat("a", 64)}, {Seq: 3, At: at(5), Actor: "staff:1", What: "note", Detail: `{"by":"Mieke"}`, Hash: strings.Repeat("b", 64)}, {Seq: 4, At: at(6), Actor: "staff:9", What: "something new", Hash: strings.Repeat("c", 64)}},
	}
}

func TestDossier(t *testing.T) {
	set := texts(t)
	data := pdf(t, Dossier, set, "nl", story(t))
	save(t, "dossier-nl", data)
	paper := strings.Join(read(t, data), "")
	for _, words := range append(append([]string{"Dank u. Ik ben bezorgd.", "brood", "medewerker 9", "something new", "1,2 MB", "weggelaten", "maandag 2 maart 2026, 13:00", "vrijdag 15 mei 2026", "Versie", "3, van"}, personal...), open...) {
		if !has(paper, words) {
			t.Errorf("the dossier lacks %q", words)
		}
	}
	for _, words := range []string{"abcdefghij234567", "secret", "0123456789abc", "9 bytes"} {
		if has(paper, words) {
			t.Errorf("the dossier holds %q", words)
		}
	}
}

func TestForms(t *testing.T) {
	set, k := texts(t), story(t)
	data := pdf(t, Registration, set, "nl", k)
	save(t, "registration-nl", data)
	form := strings.Join(read(t, data), "")
	for _, words := range []string{"Registratieformulier K-2026-0012", "maandag 2 maart 2026", "Jan Janssens", "jan@example.test", "0470 12 34 56", "Lindestraat 5", "familie", "mail", "rechtstreeks", "Koude soep in kamer 12", "op 1 maart, zegt Jan",
		"De soep was koud.", "En het brood was op.", "Elke dag warme soep.", "Keuken", "Bram Maes", "dinsdag 14 april 2026", "handtekening", "Geregistreerd door", "pagina 1 van 1", "Woonzorgcentrum De Linde", "afgedrukt op maandag 20 april 2026"} {
		if !has(form, words) {
			t.Errorf("the registration form lacks %q", words)
		}
	}
	data = pdf(t, Analysis, set, "nl", k)
	save(t, "analysis-nl", data)
	analysis := strings.Join(read(t, data), "")
	for _, key := range models.AnalysisFields {
		value := *k.Analysis.Field(key)
		if openValues[key] {
			value = map[string]string{"verdict": "gegrond", "severity": "ernstig", "ombuds_norm": "correcte bejegening\nvlotte bereikbaarheid"}[key]
		}
		if !has(analysis, value) || !has(analysis, set.FieldLabel("nl", key)) {
			t.Errorf("the analysis lacks %s: %q", key, value)
		}
	}
	for _, paper := range []string{form, analysis} {
		if has(paper, "mijn moeder") {
			t.Error("a note stands in a form")
		}
	}
	k.Analysis = nil
	data = pdf(t, Analysis, set, "nl", k)
	save(t, "analysis-empty-nl", data)
	if empty := strings.Join(read(t, data), ""); !has(empty, "Conclusie") || !has(empty, "handtekening") || has(empty, "–") {
		t.Error("the empty form is not one")
	}
}

// Whatever is printed for a reader who may not see it, nothing tells who complains.
func TestShielded(t *testing.T) {
	set := texts(t)
	for name, p := range printers {
		for _, lang := range templates.Languages {
			k := story(t)
			k.Complaint.Shielded, k.Shielded = true, true
			data := pdf(t, p, set, lang, k)
			paper := strings.Join(read(t, data), "")
			for _, words := range append(personal, "Janssens", "Jan ", "Maria", "familie") {
				if has(paper, words) {
					t.Errorf("%s in %s: %q stands there", name, lang, words)
				}
			}
			if !has(paper, set.Label(lang, "shielded")) {
				t.Errorf("%s in %s does not say that it is shielded", name, lang)
			}
			if lang == "nl" && name == "dossier" {
				save(t, "dossier-shielded", data)
				for _, words := range open {
					if !has(paper, words) {
						t.Errorf("the shielded dossier lacks %q", words)
					}
				}
			}
		}
	}
}

func TestSameBytes(t *testing.T) {
	set := texts(t)
	for name, p := range printers {
		first := pdf(t, p, set, "de", story(t))
		for range 5 {
			if !bytes.Equal(first, pdf(t, p, set, "de", story(t))) {
				t.Errorf("%s differs from itself", name)
				break
			}
		}
	}
}

// Every paper in every language, without a label that nobody wrote, and with all pages counted.
func TestLanguages(t *testing.T) {
	set := texts(t)
	for _, lang := range templates.Languages {
		for name, p := range printers {
			data := pdf(t, p, set, lang, story(t))
			save(t, name+"-"+lang, data)
			pages := read(t, data)
			for i, page := range pages {
				if has(page, "paper.") || has(page, "{0}") || has(page, "□") {
					t.Errorf("%s in %s, page %d: a label is missing:\n%s", name, lang, i+1, page)
				}
				if want := set.Label(lang, "paper.page", i+1, len(pages)); !has(page, want) || !has(page, "K-2026-0012 ·") || !has(page, linden.Name) {
					t.Errorf("%s in %s: page %d lacks %q or its head", name, lang, i+1, want)
				}
			}
		}
	}
}

func TestLetter(t *testing.T) {
	set := texts(t)
	text := "Geachte mevrouw Peeters,\n\nDank u voor uw brief. Omdat ik dit nu weet, kan ik er iets aan doen, en dat\nbegint vandaag nog: € 12,50 – “koude soep” … het spijt mij dat dit gebeurde.\n\nDit doe ik voor u:\n\n- ik breng u elke middag zelf de soep, en ik proef hem eerst, zolang de nieuwe\n  kok er niet is;\n- ik bel u vrijdag.\n\nMet vriendelijke groet,\nAn Peeters\nklachtencoördinator\n"
	for _, lang := range templates.Languages {
		var b bytes.Buffer
		if err := Letter(&b, set, lang, linden, []string{"Mevrouw Maria Peeters", "Lindestraat 5 bus 12", "9000 Gent"}, printed, "Gent", text); err != nil {
			t.Fatal(err)
		}
		save(t, "letter-"+lang, b.Bytes())
		pages := read(t, b.Bytes())
		if len(pages) != 1 || !has(pages[0], "Lindestraat 5 bus 12") || !has(pages[0], "€ 12,50 – “koude soep” …") || !has(pages[0], "klachtencoördinator") || !has(pages[0], set.Label(lang, "paper.page", 1, 1)) || !has(pages[0], "Gent, "+set.Label(lang, "paper.date", printed)) {
			t.Errorf("%s: %q", lang, pages)
		}
		if !strings.Contains(pages[0], "\nAn Peeters\nklachtencoördinator\n") {
			t.Errorf("%s: the closing is not as it was written:\n%s", lang, pages[0])
		}
	}
}

func TestLoad(t *testing.T) {
	modelstest.ForEachEngine(t, func(t *testing.T, store *models.Store) {
		ctx, want := context.Background(), story(t)
		var number string
		err := store.Write(ctx, noon, func(tx *models.Tx) error {
			staff := []*models.Staff{{Email: "an@example.test", Name: "An Peeters"}, {Email: "bram@example.test", Name: "Bram Maes"}}
			if _, err := tx.SyncStaff(staff); err != nil {
				return err
			}
			older, c := &models.Complaint{}, &models.Complaint{}
			for i, row := range []*models.Complaint{older, c} {
				*row = *want.Complaint
				row.ID, row.HandlerID, row.LastActivityAt = 0, &staff[1].ID, noon
				row.Year, row.ReceivedAt, row.Token = 2026, noon.Add(time.Duration(i)*time.Hour), fmt.Sprintf("abcdefghij23456%d", i)
				var err error
				if row.Number, row.Serial, err = tx.NextNumber(2026); err != nil {
					return err
				}
				if err := tx.AddComplaint(row); err != nil {
					return err
				}
			}
			number = c.Number
			for i := range want.Messages {
				m := want.Messages[i]
				m.ID, m.ComplaintID, m.Attachments = 0, &c.ID, nil
				if m.StaffID != nil {
					m.StaffID = &staff[0].ID
				}
				if err := tx.AddMessage(&m); err != nil {
					return err
				}
			}
			a, m, p, term := *want.Analysis, want.Corrective[0], want.Preventive[0], want.Terms[0]
			a.ComplaintID, a.StaffID, m.ComplaintID, term.ComplaintID, term.StaffID = c.ID, &staff[1].ID, c.ID, c.ID, &staff[1].ID
			for _, err := range []error{tx.AddAnalysis(&a), tx.AddCorrectiveMeasure(&m), tx.AddPreventiveMeasure(&p, []int64{c.ID}), tx.AddTermChange(&term), tx.AddTask(&models.Task{ComplaintID: c.ID, Kind: "sober", Text: "Bel Jan Janssens op."})} {
				if err != nil {
					return err
				}
			}
			_, err := tx.AddEvent(c.ID, "complainant", "registered", map[string]any{}, []byte("0123456789abcdef"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		tx := store.Read(ctx)
		c, err := tx.Complaint(number)
		if err != nil {
			t.Fatal(err)
		}
		k, err := Load(tx, c, brussels(t))
		if err != nil {
			t.Fatal(err)
		}
		k.Organization, k.Printed = linden, printed
		if len(k.Messages) != 3 || len(k.Corrective) != 1 || len(k.Preventive) != 1 || len(k.Terms) != 1 || len(k.Tasks) != 1 || len(k.Events) != 1 || k.Analysis == nil || len(k.Earlier) != 1 || len(k.Similar) != 0 {
			t.Errorf("read %+v", k)
		}
		paper := strings.Join(read(t, pdf(t, Dossier, texts(t), "nl", k)), "")
		for _, words := range []string{number, "K-2026-0001", "An Peeters", "Bram Maes", "Een thermos voor iedereen.", "De kok was ziek.", "Ik belde mijn moeder Maria", "Jan is met vakantie"} {
			if !has(paper, words) {
				t.Errorf("the dossier lacks %q", words)
			}
		}
	})
}
