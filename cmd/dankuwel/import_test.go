package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"dankuwel/models"
	"dankuwel/models/modelstest"
	paper "dankuwel/report"
)

// says runs a command, insists on its exit status and on what it says ("!x": does not say), and returns its standard output.
func says(t *testing.T, wantCode int, args []string, wanted ...string) string {
	t.Helper()
	code, out, errs := command(t, args...)
	if code != wantCode {
		t.Errorf("dankuwel %q: exit %d, want %d; it said:\n%s%s", args, code, wantCode, out, errs)
	}
	for _, want := range wanted {
		text, not := strings.CutPrefix(want, "!")
		if strings.Contains(out+errs, text) == not {
			t.Errorf("dankuwel %q: %q; it said:\n%s%s", args, want, out, errs)
		}
	}
	return out
}

// newPlace goes to an empty folder with a configuration, and an empty register on the engine.
func newPlace(t *testing.T, e models.Engine) {
	t.Helper()
	t.Chdir(t.TempDir())
	config := smallConfig
	if e == models.Postgres {
		config = "[database]\ndriver = \"postgres\"\ndsn = \"" + modelstest.PostgresDSN(t) + "\"\n" + config
	}
	write(t, "config.toml", config)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func forEachEngine(t *testing.T, fn func(*testing.T, models.Engine)) {
	for _, e := range []models.Engine{models.SQLite, models.Postgres} {
		t.Run(string(e), func(t *testing.T) { fn(t, e) })
	}
}

// oldRegister has a complaint in each stage, a name that is a formula, a shielded one, an erased one, and texts that have to come through.
const oldRegister = `Nr;Datum ontvangst;Tijdstip ontvangst;Status;Voornaam;Naam;Aanspreking;E-mail;Telefoon;Adres;Hoedanigheid;Drager;Kanaal;Taal;Dienst;Behandelaar;Omschrijving;Gewenste oplossing;Datum antwoord;Afgesloten op;Oordeel;Ernst;Categorie;Opgelost;Tevreden;Afgeschermd;Reden;Oorzaken;erased_at
1;31/12/2024;31/12/2024 23:59;nieuw;;"=HYPERLINK(""http://example.test"")";mevr.;jan@example.test;+32 475 11 22 33;"Dorp 1
9000 Gent";dochter;brief;ombudsdienst;Frans;Keuken;an peeters;"- koud
- laat; =1+1";@home;;;;;;;;;;;
2;3 februari 2024;;in onderzoek;Mia;;;;;;;;;;;;"Het bed is hard, ""echt""";;;;deels gegrond;ernstig;Wonen;;;;;Oud;
3;45300,5;;nazorg;;Bo;;bo@example.test;;;;;;;;;Lawaai;;1-3-2024;;ongegrond;;;;;;;;
4;2023-05-06;;afgesloten;;-Peeters;;;;;;;;;;Els;Rekening te hoog;;;;gegrond;licht;Geld;deels;4/5;;;;
5;2023-05-07;;onontvankelijk;;Cé;;ce@example.test;;;;;;;;;Verkeerde dienst;;;2023-06-01;;;;;;;onbevoegd;;
6;2023-05-08;;ingetrokken;;Dé;;de@example.test;;;;;;;;;Te weinig;;;;;;;;;;wil niet meer;;
7;2023-05-09;;afgehandeld;;Geheim Persoon;mevrouw;geheim@example.test;0499;Stil 1;;telefoon;;;;;De verpleger sloeg mij geheim;;2023-05-20;;;;;;;x;;;
8;2023-05-10;;beantwoord;;;;;;;;;;;;;;;2023-05-20;;;;;;;;;;2024-01-01
9;2023-05-11;;;;Eef;;eef@example.test;;;;;;;;;Vergeten;;2023-05-20;;;;;;;;;;
`

// What one register exports another takes over, and nothing is lost or done twice on the way.
func TestExportImport_roundTrip(t *testing.T) {
	forEachEngine(t, func(t *testing.T, e models.Engine) {
		newPlace(t, e)
		write(t, "old.csv", oldRegister)
		if t.Failed() {
			return
		}
		do := func(more ...string) []string { return append([]string{"complaints", "import"}, more...) }
		says(t, exitDone, do("old.csv", "--dry-run"), "9 complaints would be taken over", "not ended: 3", `handler "Els"`)
		says(t, exitDone, []string{"complaints", "list"}, "!K-")
		says(t, exitDone, do("old.csv", "--json"), `"added":9`, `"first":"K-2023-0001"`, `"last":"K-2024-0003"`)
		practise(t)
		says(t, exitDone, []string{"verify"}, "every promise holds")
		says(t, exitDone, do("old.csv"), "0 complaints are taken over; 9 were there already")
		says(t, exitDone, []string{"outbox", "list"}, "!jan@", "!bo@", "welcome")
		says(t, exitDone, []string{"schedule", "--at", "2099-01-01T09:00:00+01:00", "--dry-run", "status_updates", "follow_ups"}, "!jan@", "!bo@")
		says(t, exitDone, []string{"complaints", "show", "K-2024-0003"}, "number there 1", "imported")

		rows := exported(t)
		for _, format := range [][]string{{"--delimiter", ";", "--bom"}, {"--delimiter", "tab"}, {}} {
			file := says(t, exitDone, append([]string{"complaints", "export"}, format...), "!Geheim", "!geheim", "!Stil", "!0499", "!proef", "!\n=", "!,=", "!;=")
			write(t, "own.csv", file)
			says(t, exitDone, do("own.csv"), "0 complaints are taken over; 9 were there already")
		}
		own, err := os.ReadFile("own.csv")
		if err != nil {
			t.Fatal(err)
		}

		newPlace(t, e)
		write(t, "own.csv", string(own))
		says(t, exitDone, do("own.csv"), "9 complaints are taken over")
		says(t, exitDone, []string{"verify"}, "every promise holds")
		says(t, exitDone, do("own.csv"), "0 complaints are taken over; 9 were there already")
		for i, there := range exported(t) {
			here := rows[i]
			if there["reference"] != here["number"] && here["erased_at"] == "" && here["shielded"] != "true" {
				t.Errorf("%s became %s", here["number"], there["reference"])
			}
			for name, cell := range here {
				if there[name] != cell && !slices.Contains([]string{"number", "reference", "registered_at"}, name) {
					t.Errorf("%s: %s was %q and became %q", here["number"], name, cell, there[name])
				}
			}
		}
	})
}

// exported are the rows of the register's csv by the names of their columns.
func exported(t *testing.T) (list []map[string]string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(says(t, exitDone, []string{"complaints", "export"}))).ReadAll()
	if err != nil || len(rows) != 10 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		cells := map[string]string{}
		for i, name := range rows[0] {
			cells[name] = paper.Harmful(row[i])
		}
		list = append(list, cells)
	}
	return list
}

// practise puts a practice complaint into the register.
func practise(t *testing.T) {
	t.Helper()
	inRegister(t, func(a *app) {
		err := a.store.Write(t.Context(), a.desk.Now(), func(tx *models.Tx) (err error) {
			c, err := tx.Complaint("K-2023-0001")
			if err != nil {
				return err
			}
			c.ID, c.ComplainantID, c.Complainant.ID, c.Practice, c.Year, c.Token, c.ImportDigest, c.Facts = 0, 0, 0, true, 0, "practice", "", "dit is een proef"
			c.Handler, c.HandlerID = nil, nil
			if c.Number, c.Serial, err = tx.NextPracticeNumber(); err != nil {
				return err
			}
			if err := tx.AddComplaint(c); err != nil {
				return err
			}
			if _, err := tx.AddEvent(c.ID, "operator", "imported", map[string]any{"answer": true}, []byte("0123456789abcdef")); err != nil {
				return err
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestExport_formats(t *testing.T) {
	newPlace(t, models.SQLite)
	says(t, exitDone, []string{"complaints", "export"}, "number,reference,stage")
	says(t, exitDone, []string{"complaints", "export", "--format", "json"}, "[]")
	write(t, "old.csv", oldRegister)
	says(t, exitDone, []string{"complaints", "import", "old.csv"})
	practise(t)
	var list []map[string]any
	out := says(t, exitDone, []string{"complaints", "export", "--format", "json"}, "!geheim", "!Geheim", "!Stil 1", "!proef")
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list) != 9 {
		t.Fatalf("%d complaints, %v", len(list), err)
	}
	for _, j := range list {
		if j["reference"] == shieldedText && (j["facts"] != shieldedText || j["complainant"].(map[string]any)["name"] != shieldedText) {
			t.Errorf("a shielded complaint shows %v", j)
		}
		if j["reference"] == "2" && (j["kind"] != "Wonen" || j["facts"] != `Het bed is hard, "echt"` || j["stage"] != "investigation") {
			t.Errorf("got %v", j)
		}
	}
	book, err := excelize.OpenReader(bytes.NewReader([]byte(says(t, exitDone, []string{"complaints", "export", "--format", "xlsx"}))))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows("Klachten")
	if err != nil || len(rows) != 10 || rows[0][0] != "number" || strings.Contains(strings.ToLower(strings.Join(slices.Concat(rows...), " ")), "geheim") {
		t.Errorf("%q, %v", rows, err)
	}
	for i, c := range exportColumns {
		if rows[0][i] != c.name {
			t.Errorf("column %d is %q, want %q", i, rows[0][i], c.name)
		}
	}
	says(t, exitDone, []string{"complaints", "export", "--since", "2024-01-01"}, "K-2024-0001", "!K-2023")
	says(t, exitUsage, []string{"complaints", "export", "--format", "ods"}, "csv")
	says(t, exitUsage, []string{"complaints", "export", "--delimiter", "."}, "--delimiter")
	says(t, exitUsage, []string{"complaints", "export", "--format", "xlsx", "--bom"}, "--bom and --delimiter are for csv")
	says(t, exitUsage, []string{"complaints", "export", "--since", "gisteren"}, "--since")
}

// Each fault is named with its line, its column, what stands there and what could; and nothing is taken over.
func TestImport_faults(t *testing.T) {
	newPlace(t, models.SQLite)
	const head = "Nummer;Ontvangen op;Feiten;"
	for _, c := range []struct{ file, want string }{
		{"", "its first line names the columns"},
		{"PK\x03\x04\x00", "save the sheet as csv first"},
		{"Nummer;Ontvangen op\n1;2/1/2024", `no column holds what the complaint is about: --map "NAME=facts"`},
		{"Nummer;Feiten\n1;x", `no column holds the day of receipt`},
		{head + "Kleur\n1;2/1/2024;x;rood", `column "Kleur" is not understood: --map "Kleur=facts"`},
		{head + "Omschrijving\n1;2/1/2024;x;y", `columns "Feiten" and "Omschrijving" are both taken for facts`},
		{head + "\n1;2/1/2024;x;y", "column 4 has no name"},
		{head + "Taal\n1;31/2/2024;x;", `line 2, column "Ontvangen op": "31/2/2024" is no day for certain; for example 3/2/2026`},
		{head + "Taal\n1;2 januari;x;", `"2 januari" is no day for certain`},
		{head + "Taal\n1;2/1/2094;x;", `"2/1/2094" is still to come`},
		{head + "Taal\n1;;x;", `line 2, column "Ontvangen op": is empty; it is the day of receipt`},
		{head + "Taal\n1;2/1/2024;;", `line 2, column "Feiten": is empty; it says what the complaint is about`},
		{head + "Taal\n1;2/1/2024;x;Pools", `"Pools" is no language of ours; one of nl`},
		{head + "Status\n1;2/1/2024;x;zoek", `"zoek" is no stage; for example "in onderzoek"`},
		{head + "E-mail\n1;2/1/2024;x;geen", `"geen" is no e-mail address; for example jan@example.be`},
		{head + "E-mail\n1;2/1/2024;x;Klachten@example.test", `is a mailbox of yours`},
		{head + "Oordeel\n1;2/1/2024;x;ja", `"ja" is none of the words that stand there; one of gegrond, deels gegrond, ongegrond`},
		{head + "Drager\n1;2/1/2024;x;duif", `one of mail, brief, telefoon`},
		{head + "Tevreden\n1;2/1/2024;x;8", `"8" is no score from 1 to 5`},
		{head + "Anoniem\n1;2/1/2024;x;misschien", `"misschien" is neither yes nor no`},
		{head + "Behandelaar\n1;2/1/2024;x;Els", `"Els" is nobody of [[staff]], by name or address; for example an@example.test`},
		{head + "Datum antwoord\n1;2/1/2024;x;1/1/2024", `column "Datum antwoord": "1/1/2024" lies before the day of receipt, 2024-01-02`},
		{head + "Antwoord tegen\n1;2/1/2024;x;1/1/2024", `lies before the day of receipt`},
		{head + "Datum antwoord;Status\n1;2/1/2024;x;3/1/2024;in onderzoek", `"3/1/2024" is filled in, and the complaint is still investigation`},
		{head + "Afgesloten op;Status\n1;2/1/2024;x;3/1/2024;nazorg", `is filled in, and the complaint is still aftercare`},
		{head + "Datum antwoord;Status\n1;2/1/2024;x;;nazorg", `is empty, and in stage aftercare the answer has left`},
		{head + "erased_at\n1;2/1/2024;x;3/1/2024", `only what has ended can have been erased`},
		{head + "Taal\n1;2/1/2024;x;;;5", "line 2: it has 6 cells, and the first line names 4 columns"},
		{head + "Taal\n1;2/1/2024;\"x\" y;", "line 2: a quote"},
		{head + "Taal\n1;2/1/2024;x;\n2;2/1/2024;y;\n1;2-1-2024;x ;nl", `line 4: "1" is the same as line 2`},
	} {
		write(t, "old.csv", c.file)
		for _, flag := range [][]string{nil, {"--dry-run"}} {
			says(t, exitFailed, append([]string{"complaints", "import", "old.csv"}, flag...), c.want, "nothing is taken over; mend")
		}
	}
	write(t, "old.csv", head+"E-mail;Status\n1;2/1/2024;x;a@example.test;open\n2;x;y;geen;zoek\n3;2/1/2024;;;\n")
	says(t, exitFailed, []string{"complaints", "import", "old.csv"}, "line 3, column \"Ontvangen op\"", "line 3, column \"E-mail\"", "line 3, column \"Status\"", "line 4, column \"Feiten\"", "mend the 4 faults")
	says(t, exitFailed, []string{"complaints", "import", "old.csv", "--json"}, `"added":0`, `line 3, column`)
	says(t, exitDone, []string{"complaints", "list"}, "!K-")
	says(t, exitUsage, []string{"complaints", "import", "none.csv"}, "none.csv")
	says(t, exitUsage, []string{"complaints", "import", "old.csv", "--map", "Feiten"}, "NAME=COLUMN")
	says(t, exitUsage, []string{"complaints", "import", "old.csv", "--delimiter", "xx"}, "--delimiter")
	says(t, exitFailed, []string{"complaints", "import", "old.csv", "--map", "Kleur=-"}, "there is no such column")
	says(t, exitFailed, []string{"complaints", "import", "old.csv", "--map", "Status=kleur"}, `"kleur" is no column of ours`)

	write(t, "old.csv", "Wat=waar;Kleur;Dag\nx;rood;2/1/2024\n")
	says(t, exitDone, []string{"complaints", "import", "old.csv", "--map", "Wat=waar=Feiten,Kleur=-", "--map", "Dag=received_on"}, "1 complaints are taken over")
	write(t, "old.csv", "Nr;Feiten;Datum\n7;x;3/1/2024\n")
	says(t, exitDone, []string{"complaints", "import", "old.csv"}, "1 complaints are taken over")
	write(t, "old.csv", "Nr;Feiten;Datum\n7;x, verbeterd;3/1/2024\n8;y;4/1/2024\n")
	says(t, exitFailed, []string{"complaints", "import", "old.csv"}, `line 2: "7" was taken over before as K-2024-0002, with another text`)
	says(t, exitDone, []string{"complaints", "list"}, "K-2024-0002", "!K-2024-0003")
}
