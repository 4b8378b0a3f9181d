package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"dankuwel/models"
)

// harms are texts that a spreadsheet might calculate, or that must come through as they are.
var harms = []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "'=1", "''-x", " '@", "\u00a0=1", "＝1＋1", "x;=cmd|'/C calc'!A0", "x\t@y", "x\n- koud\n- laat",
	"€ 12,-", "'t is koud", "Jan; 's middags", "", "'", "=", "\n", "a\"b;c,d", "'\tx", "=HYPERLINK(\"http://example.test\";\"klik\")", "-- \nJan", "x,'=1", "x;''+1", "\ufeff=1"}

// Whatever a cell holds, and with whatever delimiter the file is opened, no cell begins as a formula; and undone it is what it was.
func TestHarmless(t *testing.T) {
	for _, text := range harms {
		safe := Harmless(text)
		if back := Harmful(safe); back != text {
			t.Errorf("%q became %q, and undone %q", text, safe, back)
		}
		for _, cell := range append(strings.FieldsFunc(safe, func(r rune) bool { return strings.ContainsRune(cellEnds, r) }), safe) {
			if calculates(cell) && !strings.HasPrefix(cell, "'") {
				t.Errorf("%q became %q, where %q calculates", text, safe, cell)
			}
		}
		if safe != "" && strings.ContainsAny(safe[:1], "=+-@\t\r\n") {
			t.Errorf("%q became %q", text, safe)
		}
	}
	for _, text := range []string{"Jan Peeters", "jan@example.test", "K-2026-0001", "2026-03-02", "a = b", "'t is koud", "Jan-Pieter", ""} {
		if safe := Harmless(text); safe != text {
			t.Errorf("%q needs nothing, and became %q", text, safe)
		}
	}
}

func FuzzHarmless(f *testing.F) {
	for _, text := range harms {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if back := Harmful(Harmless(text)); back != text {
			t.Errorf("%q became %q", text, back)
		}
	})
}

func TestCSV(t *testing.T) {
	zone := time.FixedZone("", 3600)
	var b bytes.Buffer
	table, err := NewCSV(&b, ';', true)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]any{{"number", "text"}, {"=1\r\nx;y", nil, 7, true, models.Date("2026-03-02"), time.Date(2026, 3, 2, 9, 0, 0, 0, zone)}} {
		if err := table.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.Close(); err != nil {
		t.Fatal(err)
	}
	want := "\ufeffnumber;text\r\n\"'=1\r\nx;y\";;7;true;2026-03-02;2026-03-02T09:00:00+01:00\r\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff")))
	r.Comma, r.FieldsPerRecord = ';', -1
	if rows, err := r.ReadAll(); err != nil || len(rows) != 2 || Harmful(rows[1][0]) != "=1\nx;y" {
		t.Errorf("read back: %q, %v", rows, err)
	}
}

// The workbook is read by another program than wrote its rows: texts are texts, dates are dates, nothing is a formula, and a full sheet
// goes on in the next.
func TestXLSX(t *testing.T) {
	var b bytes.Buffer
	table, err := NewXLSX(&b, "Klachten", []float64{14, 40})
	if err != nil {
		t.Fatal(err)
	}
	table.limit = len(harms) + 1
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.FixedZone("", 3600))
	rows := [][]any{{"number", "text", "day", "at", "yes", "n"}}
	for i, text := range append(harms, "_x000D_ & <b> \x00\x0b\ufffe", strings.Repeat("é", maxCellUnits+1), strings.Repeat("😀", maxCellUnits/2)) {
		rows = append(rows, []any{fmt.Sprint("K-", i), text, models.Date("2026-03-02"), at, i%2 == 0, i})
	}
	rows = append(rows, []any{"last", nil, models.Date(""), nil, nil, nil})
	for _, row := range rows {
		if err := table.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.Close(); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if got := book.GetSheetList(); len(got) != 2 || got[0] != "Klachten" || got[1] != "Klachten 2" {
		t.Errorf("sheets %q", got)
	}
	get := func(sheet, cell string, raw bool) string {
		t.Helper()
		if formula, err := book.GetCellFormula(sheet, cell); err != nil || formula != "" {
			t.Errorf("%s %s holds the formula %q, %v", sheet, cell, formula, err)
		}
		v, err := book.GetCellValue(sheet, cell, excelize.Options{RawCellValue: raw})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for i, text := range harms {
		if got := get("Klachten", fmt.Sprint("B", i+2), false); got != lineEnds.Replace(text) {
			t.Errorf("%q became %q", text, got)
		}
	}
	for cell, want := range map[string]string{"A1": "number", "A2": "K-0", "C2": "2026-03-02", "D2": "2026-03-02 09:30", "E2": "TRUE", "E3": "FALSE", "F3": "1"} {
		if got := get("Klachten", cell, false); got != want {
			t.Errorf("%s is %q, want %q", cell, got, want)
		}
	}
	if got := get("Klachten", "C2", true); got != "46083" {
		t.Errorf("the day is kept as %q", got)
	}
	if got := get("Klachten 2", "A1", false); got != "number" {
		t.Errorf("the second sheet begins with %q", got)
	}
	if got := get("Klachten 2", "B2", false); got != "_x000D_ & <b> " {
		t.Errorf("odd characters became %q", got)
	}
	if got := []rune(get("Klachten 2", "B3", false)); len(got) != maxCellUnits || !strings.HasSuffix(string(got), "é […]") {
		t.Errorf("a long text has %d characters and ends with %q", len(got), string(got[len(got)-9:]))
	}
	if got := get("Klachten 2", "B4", false); got != strings.Repeat("😀", maxCellUnits/2) {
		t.Errorf("a text that just fits was cut to %d bytes", len(got))
	}
	panes, err := book.GetPanes("Klachten")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the names of the columns do not stay in view: %+v, %v", panes, err)
	}
	if kind, err := book.GetCellType("Klachten", "B2"); err != nil || kind != excelize.CellTypeInlineString {
		t.Errorf("a text is kept as %v, %v", kind, err)
	}
}
