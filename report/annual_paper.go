package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"dankuwel/templates"
)

// The faces of the annual report.
var (
	cover    = face{"go", "B", 20, 10, 0}
	chapter  = face{"go", "B", 12, 6.4, 0}
	subhead  = face{"go", "B", 10, 5.4, 0}
	cellText = face{"go", "", 9.5, 4.9, 0}
	cellNow  = face{"go", "B", 9.5, 4.9, 0}
)

// AnnualPDF prints an annual report from its text. at is the instant that its file bears.
func AnnualPDF(w io.Writer, set *templates.Set, lang string, org templates.Organization, year int, text string, at time.Time) error {
	name := AnnualTitle(set, lang, year)
	s := newSheet(set, lang, org, name, at)
	for _, b := range templates.Blocks(text) {
		switch {
		case b.Level == 1:
			s.text(cover, b.Text)
			s.space(1)
			s.rule(0)
			s.space(4)
		case b.Level == 2:
			s.space(4)
			s.room(chapter.leading + 48) // a table stays with its title
			s.pdf.Bookmark(oneLine(b.Text), 0, -1)
			s.text(chapter, b.Text)
			s.space(1)
		case b.Level == 3:
			s.space(1.5)
			s.room(subhead.leading + 12)
			s.text(subhead, b.Text)
			s.space(0.5)
		case b.Rows != nil:
			s.figures(b.Rows)
		case b.Items != nil:
			for _, item := range b.Items {
				s.row(cell{left + 1, 4, body, "–"}, cell{left + 5, width - 5, body, clean(templates.Unmarked(item))})
				s.space(0.8)
			}
			s.space(1.2)
		default:
			s.text(body, templates.Unmarked(b.Text))
			s.space(2)
		}
	}
	return s.write(w, org.Name, name, s.label("foot", org.Name, at), false)
}

// figures draws a table whose first row names its columns: words at the left, numbers at the right, the year that it is about bold.
func (s *sheet) figures(rows [][]string) {
	const number = 24.0
	columns := 0
	for _, r := range rows {
		columns = max(columns, len(r)-1)
	}
	words := width - number*float64(columns)
	draw := func(texts []string, first, now, then face) {
		lines := s.wrap(first, clean(templates.Unmarked(texts[0])), words-3)
		s.room(first.leading * float64(len(lines)))
		for k, text := range texts[1:] {
			f := then
			if k == 0 {
				f = now
			}
			s.use(f)
			text = oneLine(templates.Unmarked(text))
			s.put(left+words+number*float64(k+1)-s.pdf.GetStringWidth(text), f, text)
		}
		for _, line := range lines {
			s.put(left, first, line)
			s.space(first.leading)
		}
	}
	head := func() {
		draw(rows[0], label, column, label)
		s.rule(120)
		s.space(0.6)
	}
	s.room(min(float64(len(rows))*(cellText.leading+1.1), 40))
	head()
	s.onBreak = head
	for _, r := range rows[1:] {
		draw(r, cellText, cellNow, cellText)
		s.space(0.4)
		s.rule(215)
		s.space(0.7)
	}
	s.onBreak = nil
	s.space(2)
}

// annualData are the tables of an annual report below each other: the part, then its cells.
func annualData(text string) (rows [][]string) {
	part := ""
	for _, b := range templates.Blocks(text) {
		if b.Level > 0 {
			part = b.Text
		}
		for _, r := range b.Rows {
			row := []string{part}
			for _, c := range r {
				row = append(row, templates.Unmarked(c))
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// AnnualCSV writes the tables of an annual report for a spreadsheet: UTF-8 with its mark, no cell of which is taken for a formula.
func AnnualCSV(w io.Writer, text string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true // RFC 4180
	for _, row := range annualData(text) {
		for i, c := range row {
			row[i] = Harmless(c)
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("write figures: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	return nil
}

var (
	wholeNumber = regexp.MustCompile(`^\d{1,15}$`)
	percentage  = regexp.MustCompile(`^(\d{1,3})[ \x{00a0}]?%$`)
)

// AnnualXLSX writes the tables of an annual report as a workbook: numbers as numbers, percentages as such, everything else as text.
func AnnualXLSX(w io.Writer, sheet, text string, at time.Time) error {
	f := excelize.NewFile()
	defer f.Close()
	for _, fault := range []error{
		f.SetSheetName("Sheet1", sheet), f.SetColWidth(sheet, "A", "A", 36), f.SetColWidth(sheet, "B", "B", 48), f.SetColWidth(sheet, "C", "F", 12),
		f.SetDocProps(&excelize.DocProperties{Title: sheet, Creator: "dankuwel", Created: at.UTC().Format(time.RFC3339), Modified: at.UTC().Format(time.RFC3339)}),
	} {
		if fault != nil {
			return fmt.Errorf("write figures: %w", fault)
		}
	}
	share, err := f.NewStyle(&excelize.Style{NumFmt: 9})
	if err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	for i, row := range annualData(text) {
		for k, c := range row {
			at, _ := excelize.CoordinatesToCellName(k+1, i+1)
			if err := setCell(f, sheet, at, c, share, k > 1); err != nil {
				return fmt.Errorf("write figures: %w", err)
			}
		}
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	return nil
}

func setCell(f *excelize.File, sheet, at, c string, share int, number bool) error {
	if m := percentage.FindStringSubmatch(c); m != nil && number {
		n, _ := strconv.Atoi(m[1])
		if err := f.SetCellFloat(sheet, at, float64(n)/100, 2, 64); err != nil {
			return err
		}
		return f.SetCellStyle(sheet, at, at, share)
	}
	if number && wholeNumber.MatchString(c) {
		n, _ := strconv.Atoi(c)
		return f.SetCellInt(sheet, at, int64(n))
	}
	return f.SetCellStr(sheet, at, c)
}
