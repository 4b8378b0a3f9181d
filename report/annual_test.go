package report

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"dankuwel/models"
	"dankuwel/models/modelstest"
	"dankuwel/templates"
)

var pdfPage = regexp.MustCompile(`/Type /Page\b`)

// TestAnnual_paper: in each language at most six pages, and a workbook whose numbers are numbers. With ANNUAL_LOOK all of it is written into
// that folder, to be looked at.
func TestAnnual_paper(t *testing.T) {
	folder := os.Getenv("ANNUAL_LOOK")
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
				if n := len(pdfPage.FindAll(pdf.Bytes(), -1)); n < 2 || n > 6 {
					t.Errorf("%s: %d pages", lang, n)
				}
				book, err := excelize.OpenReader(bytes.NewReader(xlsx.Bytes()))
				if err != nil {
					t.Fatal(err)
				}
				if kind, err := book.GetCellType("Cijfers", "C2"); err != nil || kind == excelize.CellTypeSharedString || kind == excelize.CellTypeInlineString {
					t.Errorf("%s: how many came is no number but %v, %v", lang, kind, err)
				}
				page, err := set.RenderReport(lang, "Jaarverslag", text, templates.Data{})
				if err != nil {
					t.Fatal(err)
				}
				if folder == "" {
					continue
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

// TestAnnual_figures holds every number of the report against plain loops over the rows, and looks for small numbers that it shows or that
// a reader could work out.
func TestAnnual_figures(t *testing.T) {
	zone := brussels(t)
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for seed, n := range map[uint64]int{1: 12, 2: 40, 3: 90, 4: 400} {
		from := time.Date(2025, 1, 1, 0, 0, 0, 0, zone)
		y := live(rand.New(rand.NewPCG(seed, 11)), zone, from, 730, n)
		now := from.AddDate(0, 0, 730)
		modelstest.ForEachEngine(t, func(t *testing.T, store *models.Store) {
			y.write(t, store)
			p, _ := ParsePeriod("2026")
			f, err := Count(store.Read(t.Context()), p, zone, now, false)
			if err != nil {
				t.Fatal(err)
			}
			text, err := Annual(store.Read(t.Context()), set, "en", "The Lime Tree", f, zone)
			if err != nil {
				t.Fatal(err)
			}
			if again := templates.TidyReport(text); !slices.Equal(strings.Fields(again), strings.Fields(text)) {
				t.Errorf("a tidy report is another one:\n%s\n%s", text, again)
			}
			if differs := AnnualDiffers(set, "en", text, templates.TidyReport(text)); differs != nil {
				t.Errorf("it differs from itself: %q", differs)
			}
			y.compareAnnual(t, text)
		})
	}
}

// compareAnnual counts again, by hand.
func (y *years) compareAnnual(t *testing.T, text string) {
	t.Helper()
	got := map[string]string{} // "5: Upheld" → cell
	head := ""
	for _, b := range templates.Blocks(text) {
		if b.Level == 2 {
			head, _, _ = strings.Cut(b.Text, ".")
		}
		if b.Level == 3 {
			head += "/" + b.Text
		}
		for _, r := range b.Rows {
			got[head+": "+r[0]] = r[1]
		}
	}
	want := map[string]int{}
	departments, carriers := map[string]int{}, map[string]int{}
	for _, c := range y.complaints {
		if c.practice {
			continue
		}
		if c.received.In(y.zone).Year() == 2026 {
			want["1: Received"]++
			departments[c.department]++
			carriers[c.carrier]++
			switch c.stage {
			case "not_a_complaint":
				want["1: Not a complaint (report, question, idea)"]++
			case "withdrawn":
				want["1: Withdrawn"]++
			case "duplicate":
				want["1: Belongs to another complaint"]++
			case "inadmissible":
				want["3: Inadmissible"]++
				want["1: Handled as a complaint"]++
			default:
				want["3: Admissible"]++
				want["1: Handled as a complaint"]++
				want["5: "+map[string]string{"founded": "Upheld", "partly_founded": "Partly upheld", "unfounded": "Not upheld", "": "No verdict yet"}[c.verdict]]++
				if c.verdict == "founded" || c.verdict == "partly_founded" {
					want["6: "+map[string]string{"solved": "Solved", "partly_solved": "Partly solved", "unsolved": "Not solved", "": "Not filled in"}[c.solution]]++
				}
			}
		}
		if c.answered != nil && c.answered.In(y.zone).Year() == 2026 {
			want["2: Answers sent"]++
			days := 0
			for d := time.Date(c.received.In(y.zone).Year(), c.received.In(y.zone).Month(), c.received.In(y.zone).Day(), 12, 0, 0, 0, time.UTC); d.Format(time.DateOnly) < c.answered.In(y.zone).Format(time.DateOnly); d = d.AddDate(0, 0, 1) {
				days++
			}
			if days <= 45 {
				want["2: After 0 to 45 days"]++
			} else {
				want["2: After more than 45 days"]++
			}
		}
	}
	for d, n := range departments {
		if d == "" {
			d = "Not filled in"
		}
		want["10/Department: "+d] = n
	}
	names := map[string]string{"mail": "Mail", "brief": "Letter", "telefoon": "Telephone"}
	for c, n := range carriers {
		want["8: "+names[c]] = n
	}
	shown := 0
	for key, n := range want {
		cell, is := got[key]
		exempt := strings.HasPrefix(key, "2:") || key == "1: Received"
		switch {
		case !is && n >= few && want["1: Received"] >= few && (want["1: Received"] == n || !strings.HasPrefix(key, "6:")):
			t.Errorf("%s: %d is not in\n%s", key, n, text)
		case !is, cell == "–" && !exempt:
		case n < few && n > 0 && !exempt:
			if cell != "<5" {
				t.Errorf("%s: shows %s of %d", key, cell, n)
			}
		case cell != strconv.Itoa(n):
			t.Errorf("%s: %s, counted %d", key, cell, n)
		default:
			shown++
		}
	}
	if shown < 4 {
		t.Errorf("only %d numbers are shown in\n%s", shown, text)
	}
	whole := want["1: Received"]
	for _, part := range []string{"8: ", "9: ", "10/Department: "} {
		attack(t, part, whole, got)
	}
}

// attack works out, from a whole and the parts that are shown, whether the hidden ones could only be what they are.
func attack(t *testing.T, prefix string, whole int, got map[string]string) {
	t.Helper()
	var small, dashes int
	left := whole
	for key, cell := range got {
		if !strings.HasPrefix(key, prefix) || cell == "2026" {
			continue
		}
		switch n, err := strconv.Atoi(cell); {
		case err == nil:
			left -= n
		case cell == "<5":
			small++
		default:
			dashes++
		}
	}
	if small+dashes == 1 || dashes == 0 && small > 0 && (left == small || left == 4*small) {
		t.Errorf("%s: %d of %d can be worked out of %v", prefix, left, whole, got)
	}
}

// TestProtect hides a second number where one could be worked out, across fields, too.
func TestProtect(t *testing.T) {
	for _, c := range []struct {
		name   string
		counts map[Key]int
		want   map[string]string
	}{
		{"a second one", map[Key]int{{Figure: Received}: 20, {Figure: Admissible}: 20, {Figure: ByCarrier, Value: "mail"}: 12, {Figure: ByCarrier, Value: "brief"}: 6, {Figure: ByCarrier, Value: "bezoek"}: 2},
			map[string]string{cellKey(ByCarrier, "bezoek"): "<5", cellKey(ByCarrier, "brief"): "–", cellKey(ByCarrier, "mail"): "12"}},
		{"all of them 1", map[Key]int{{Figure: Received}: 12, {Figure: Admissible}: 12, {Figure: ByCarrier, Value: "mail"}: 10, {Figure: ByCarrier, Value: "brief"}: 1, {Figure: ByCarrier, Value: "bezoek"}: 1},
			map[string]string{cellKey(ByCarrier, "brief"): "<5", cellKey(ByCarrier, "bezoek"): "<5", cellKey(ByCarrier, "mail"): "–"}},
		{"enough are hidden", map[Key]int{{Figure: Received}: 15, {Figure: Admissible}: 15, {Figure: ByCarrier, Value: "mail"}: 10, {Figure: ByCarrier, Value: "brief"}: 3, {Figure: ByCarrier, Value: "bezoek"}: 2},
			map[string]string{cellKey(ByCarrier, "brief"): "<5", cellKey(ByCarrier, "bezoek"): "<5", cellKey(ByCarrier, "mail"): "10"}},
		{"one field over another", map[Key]int{{Figure: Received}: 30, {Figure: NotAComplaint}: 8, {Figure: Admissible}: 20, {Figure: Inadmissible}: 2, {Figure: ByVerdict, Value: "founded"}: 12, {Figure: ByVerdict, Value: "unfounded"}: 8},
			map[string]string{cellKey(Inadmissible, ""): "<5", handled: "–", cellKey(NotAComplaint, ""): "–", cellKey(Admissible, ""): "20", cellKey(ByVerdict, "unfounded"): "8"}},
		{"nothing is small", map[Key]int{{Figure: Received}: 11, {Figure: Admissible}: 11, {Figure: ByCarrier, Value: "mail"}: 6, {Figure: ByCarrier, Value: "brief"}: 5},
			map[string]string{cellKey(ByCarrier, "mail"): "6", cellKey(ByCarrier, "brief"): "5", cellKey(Received, ""): "11"}},
	} {
		tally := &Tally{counts: c.counts}
		p := protect(tally, func(t *Tally, figure string) map[string]int {
			values := map[string]int{}
			for k, n := range t.counts {
				if k.Figure == figure && k.Value != "" {
					values[k.Value] = n
				}
			}
			return values
		})
		for key, want := range c.want {
			if got := p.show(key); got != want {
				t.Errorf("%s: %s is %s, want %s", c.name, key, got, want)
			}
		}
	}
}
