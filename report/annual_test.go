package report

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dankuwel/models"
	"dankuwel/models/modelstest"
	"dankuwel/templates"
)

// TestAnnual_look writes the annual report of a year that was made up into the folder ANNUAL_LOOK, to be looked at.
func TestAnnual_look(t *testing.T) {
	folder := os.Getenv("ANNUAL_LOOK")
	if folder == "" {
		t.Skip("ANNUAL_LOOK names no folder")
	}
	zone, _ := time.LoadLocation("Europe/Brussels")
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	modelstest.ForEachEngine(t, func(t *testing.T, store *models.Store) {
		live(rand.New(rand.NewPCG(1, 2)), zone, time.Date(2025, 1, 1, 0, 0, 0, 0, zone), 700, 400).write(t, store)
		tx := store.Read(t.Context())
		p, _ := ParsePeriod("2025")
		p2, _ := ParsePeriod("2026")
		for _, lang := range templates.Languages {
			for _, p := range []Period{p, p2} {
				at := time.Date(2027, 1, 15, 8, 0, 0, 0, zone)
				f, err := Count(tx, p, zone, at, false)
				if err != nil {
					t.Fatal(err)
				}
				text, err := Annual(tx, set, lang, "Woonzorgcentrum De Linde", f, zone)
				if err != nil {
					t.Fatal(err)
				}
				var pdf, xlsx, csv bytes.Buffer
				if err := AnnualPDF(&pdf, set, lang, templates.Organization{Name: "Woonzorgcentrum De Linde"}, p.Year, text, at); err != nil {
					t.Fatal(err)
				}
				if err := AnnualXLSX(&xlsx, "Cijfers", text, at); err != nil {
					t.Fatal(err)
				}
				if err := AnnualCSV(&csv, text); err != nil {
					t.Fatal(err)
				}
				page, err := set.RenderReport(lang, "Jaarverslag", text, templates.Data{})
				if err != nil {
					t.Fatal(err)
				}
				for name, b := range map[string][]byte{"md": []byte(text), "pdf": pdf.Bytes(), "xlsx": xlsx.Bytes(), "csv": csv.Bytes(), "html": []byte(page.HTML)} {
					if err := os.WriteFile(filepath.Join(folder, lang+"-"+p.Name+"."+name), b, 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	})
}
