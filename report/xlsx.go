package report

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"dankuwel/models"
)

// XLSX writes a workbook: bold names of columns that stay in view, dates and numbers as such, everything else as text and never as a
// formula. The rows go into the file as they come (ECMA-376 part 1, section 18.3.1): excelize, which makes all other parts, would keep
// them until the end, and dozens of megabytes of them in memory.
type XLSX struct {
	zip    *zip.Writer
	book   *excelize.File // everything but the rows
	name   string
	widths []float64
	head   []any
	limit  int // rows of a sheet
	sheet  *bufio.Writer
	sheets int
	row    int // the last one written on the sheet

	bold, text, date, moment int // styles
}

const (
	maxSheetRows = 1 << 20 // Excel specifications and limits
	maxCellUnits = 32767   // UTF-16 units of a cell, ibid.
	cutOff       = " […]"  // at the end of a text that is longer
)

// NewXLSX begins a workbook whose sheets bear that name; widths of the columns in characters.
func NewXLSX(w io.Writer, name string, widths []float64) (*XLSX, error) {
	t := &XLSX{zip: zip.NewWriter(w), book: excelize.NewFile(), name: name, widths: widths, limit: maxSheetRows}
	day, moment := "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
	var err error
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&t.bold, excelize.Style{Font: &excelize.Font{Bold: true}}},
		{&t.text, excelize.Style{NumFmt: 49}}, // "@": a text stays one when somebody edits its cell
		{&t.date, excelize.Style{CustomNumFmt: &day}},
		{&t.moment, excelize.Style{CustomNumFmt: &moment}},
	} {
		if *s.id, err = t.book.NewStyle(&s.style); err != nil {
			return nil, fmt.Errorf("begin the workbook: %w", err)
		}
	}
	return t, nil
}

// Row writes a row; the first one are the names of the columns, which each sheet begins with.
func (t *XLSX) Row(cells []any) error {
	if t.head == nil {
		t.head = append(t.head, cells...)
		return t.newSheet()
	}
	if t.row == t.limit {
		if err := t.endSheet(); err != nil {
			return err
		}
		if err := t.newSheet(); err != nil {
			return err
		}
	}
	return t.write(cells, t.text)
}

// newSheet begins the first sheet, or the next one when a sheet is full.
func (t *XLSX) newSheet() error {
	t.sheets++
	t.row = 0
	part, err := t.zip.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf(sheetPart, t.sheets), Method: zip.Deflate})
	if err != nil {
		return fmt.Errorf("begin a sheet: %w", err)
	}
	t.sheet = bufio.NewWriter(part)
	t.sheet.WriteString(xml.Header + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"` +
		`><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`)
	for i, width := range t.widths {
		fmt.Fprintf(t.sheet, `<col min="%d" max="%d" width="%g" customWidth="1"/>`, i+1, i+1, width)
	}
	t.sheet.WriteString(`</cols><sheetData>`)
	return t.write(t.head, t.bold)
}

const sheetPart = "xl/worksheets/sheet%d.xml"

func (t *XLSX) endSheet() error {
	t.sheet.WriteString(`</sheetData></worksheet>`)
	return t.sheet.Flush()
}

// write writes a row. Excel knows no zones: a time is that of the clock on the wall.
func (t *XLSX) write(cells []any, text int) error {
	t.row++
	fmt.Fprintf(t.sheet, `<row r="%d">`, t.row)
	for i, cell := range cells {
		switch v := cell.(type) {
		case nil:
		case string:
			if v != "" {
				t.sheet.WriteString(t.begin(i, text) + ` t="inlineStr"><is><t xml:space="preserve">`)
				t.sheet.WriteString(fitting(v))
				t.sheet.WriteString(`</t></is></c>`)
			}
		case int:
			t.sheet.WriteString(t.begin(i, 0) + `><v>` + strconv.Itoa(v) + `</v></c>`)
		case bool:
			t.sheet.WriteString(t.begin(i, 0) + ` t="b"><v>` + map[bool]string{false: "0", true: "1"}[v] + `</v></c>`)
		case models.Date:
			if day := v.Time(time.UTC); !day.IsZero() {
				t.number(t.begin(i, t.date), day)
			}
		case time.Time:
			t.number(t.begin(i, t.moment), time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), 0, time.UTC))
		default:
			return fmt.Errorf("no cell can be made of a %T", cell)
		}
	}
	_, err := t.sheet.WriteString(`</row>`)
	return err
}

// begin is the start of a cell up to its type.
func (t *XLSX) begin(column, style int) string {
	name, _ := excelize.ColumnNumberToName(column + 1) // there are only some dozens
	s := `<c r="` + name + strconv.Itoa(t.row) + `"`
	if style > 0 {
		s += ` s="` + strconv.Itoa(style) + `"`
	}
	return s
}

// number writes a time as Excel counts it: days since 30 December 1899.
func (t *XLSX) number(begin string, at time.Time) {
	t.sheet.WriteString(begin + `><v>` + strconv.FormatFloat(at.Sub(dayZero).Hours()/24, 'f', -1, 64) + `</v></c>`)
}

var dayZero = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

// fitting is a text as XML, cut to what a cell holds, which it then says; characters that XML cannot have (XML 1.0 section 2.2) are left
// out. What looks like an escape of Excel's own, _x000D_, keeps its letters (ECMA-376 part 1, section 22.9.2.19).
func fitting(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, lineEnds.Replace(s))
	if len(s) > maxCellUnits && len(utf16.Encode([]rune(s))) > maxCellUnits {
		units := 0
		for i, r := range s {
			if units += utf16.RuneLen(r); units > maxCellUnits-len([]rune(cutOff)) {
				s = s[:i] + cutOff
				break
			}
		}
	}
	return xmlText.Replace(strings.ReplaceAll(s, "_x", "_x005F_x"))
}

var xmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Close writes the other parts of the workbook.
func (t *XLSX) Close() error {
	err := t.endSheet()
	if err == nil {
		err = t.parts()
	}
	if err == nil {
		err = t.zip.Close()
	}
	if err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	return nil
}

// parts copies from excelize's workbook everything but its empty sheets.
func (t *XLSX) parts() error {
	defer t.book.Close()
	if err := t.book.SetSheetName("Sheet1", t.name); err != nil {
		return err
	}
	for n := 2; n <= t.sheets; n++ {
		if _, err := t.book.NewSheet(fmt.Sprintf("%s %d", t.name, n)); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if _, err := t.book.WriteTo(&b); err != nil {
		return err
	}
	made, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		return err
	}
	for _, part := range made.File {
		if strings.HasPrefix(part.Name, "xl/worksheets/") {
			continue
		}
		if err := t.zip.Copy(part); err != nil {
			return err
		}
	}
	return nil
}
