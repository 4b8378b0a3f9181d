package procedure

import (
	"testing"

	"dankuwel/models"
	"dankuwel/templates"
)

// Who is named in a complaint cannot handle it, and who is only greeted or quoted can (CONTRACT section 5).
func TestNamedIn(t *testing.T) {
	texts, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	d := &Desk{Texts: texts, Settings: &Settings{Staff: []*models.Staff{
		{ID: 1, Name: "An Peeters", Email: "an@example.test", Aliases: []string{"a.peeters@example.test"}},
		{ID: 2, Name: "Bram De Wit", Email: "bram@example.test"},
		{ID: 3, Name: "Hélène Maréchal", Email: "helene@example.test"},
	}}}
	check := func(text string, want ...int64) {
		t.Helper()
		got := ids(d.namedIn(&models.Message{NewText: text, FromName: "Lieve Janssens", FromEmail: "lieve@client.test"}))
		if len(got) != len(want) {
			t.Errorf("%q names %v, want %v", text, got, want)
			return
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q names %v, want %v", text, got, want)
			}
		}
	}
	check("Gisteren snauwde An Peeters mij af.", 1)
	check("Gisteren snauwde an  peeters mij af!", 1)
	check("Mevrouw Peeters luisterde niet.", 1)
	check("Mevr. Peeters luisterde niet, en kok De Wit lachte.", 1, 2)
	check("Ik schreef aan a.peeters@example.test en kreeg geen antwoord.", 1)
	check("Helene Marechal was onbeleefd.", 3)
	check("Hélène Maréchal was onbeleefd.", 3)
	check("De Wit-Gele Kruis kwam niet.")
	check("De familie Peeters van kamer 12 klaagt ook.") // a surname alone names nobody
	check("Bram was onbeleefd.")                         // nor does a first name
	check("Beste An Peeters,\n\nDe soep was koud.")
	check("De soep was koud.\n\nMet vriendelijke groeten\nAn Peeters")
	check("T.a.v. An Peeters\nKlachtendienst\n\nDe soep was koud.")
	check("De zuster zei “vraag dat aan An Peeters” en liep weg.")
	check("De soep was koud.\n\n> An Peeters schreef:\n> bedankt")
	check("De wandelgang is vuil.")
	same := &models.Message{NewText: "Ik ben An Peeters en ik klaag.", FromName: "An Peeters"}
	if got := d.namedIn(same); len(got) != 0 {
		t.Error("the writer's own name does not count")
	}
}

func TestNameOf(t *testing.T) {
	texts, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	d := &Desk{Texts: texts}
	check := func(from, text, want string) {
		t.Helper()
		if got := d.nameOf(&models.Message{FromName: from, NewText: text}); got != want {
			t.Errorf("name %q, want %q", got, want)
		}
	}
	check("Lieve Janssens", "x", "Lieve Janssens")
	check("", "Beste,\n\nDe soep was koud.\n\nMet vriendelijke groet,\nLieve Janssens\n", "Lieve Janssens")
	check("", "Beste,\n\nDe soep was koud.\n\nMet vriendelijke groet\n\n0470 12 34 56\n", "")
	check("", "De soep was koud.", "")
}

func TestCouldRun(t *testing.T) {
	for name, want := range map[string]bool{"foto.jpg": false, "brief.pdf": false, "verslag.docx": false, "x.exe": true, "X.EXE": true, "foto.jpg.scr": true,
		"factuur.pdf.js": true, "a.lnk": true, "macro.xlsm": true, "x.exe. ": true, "page.html": true} {
		if got := CouldRun(name, "application/octet-stream"); got != want {
			t.Errorf("CouldRun(%q) = %v", name, got)
		}
	}
	if !CouldRun("foto.jpg", "application/x-msdownload") {
		t.Error("a program under the name of a photo could run")
	}
}
