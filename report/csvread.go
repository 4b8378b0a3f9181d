package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Sheet is a csv that was read: the names of its columns, and rows. Cells are without the apostrophes of Harmless.
type Sheet struct {
	Head []string
	Rows []SheetRow
}

// SheetRow is a row and where in the file it begins.
type SheetRow struct {
	Line  int
	Cells []string // as many as there are names
}

// ReadCSV reads a csv as programs write them: UTF-8, UTF-16 or Windows-1252; comma, semicolon, tab or bar between the cells (0: the one
// that stands most often in the first line; a line "sep=;" of Excel names it); any line end. Empty lines are left out. What cannot be read
// in a row is a fault, and the others are read on.
func ReadCSV(r io.Reader, delimiter rune) (*Sheet, []error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, []error{err}
	}
	text, err := decoded(data)
	if err != nil {
		return nil, []error{err}
	}
	if !strings.Contains(text, "\n") { // the old Macintosh
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	skipped := 0
	if rest, is := strings.CutPrefix(text, "sep="); is {
		if said, size := utf8.DecodeRuneInString(rest); delimiter == 0 {
			delimiter = said
			rest = rest[size:]
		}
		_, text, _ = strings.Cut(rest, "\n")
		skipped = 1
	}
	if delimiter == 0 {
		delimiter = delimiterOf(text)
	}
	c := csv.NewReader(strings.NewReader(text))
	c.Comma, c.FieldsPerRecord = delimiter, -1
	return readRows(c, skipped)
}

func readRows(c *csv.Reader, skipped int) (*Sheet, []error) {
	var s Sheet
	var faults []error
	for {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			faults = append(faults, fmt.Errorf("line %d: %s", parse.StartLine+skipped, csvFaults[parse.Err]))
			continue
		}
		if err != nil {
			return nil, append(faults, err)
		}
		line, _ := c.FieldPos(0)
		for i := range cells {
			cells[i] = strings.TrimSpace(Harmful(cells[i]))
		}
		for len(cells) > len(s.Head) && s.Head != nil && cells[len(cells)-1] == "" {
			cells = cells[:len(cells)-1]
		}
		switch {
		case strings.Join(cells, "") == "": // a row of delimiters
		case s.Head == nil:
			s.Head = cells
		case len(cells) > len(s.Head):
			faults = append(faults, fmt.Errorf("line %d: it has %d cells, and the first line names %d columns; text that holds the delimiter stands between quotes", line+skipped, len(cells), len(s.Head)))
		default:
			row := make([]string, len(s.Head))
			copy(row, cells)
			s.Rows = append(s.Rows, SheetRow{line + skipped, row})
		}
	}
	return &s, faults
}

// csvFaults are the faults of encoding/csv in plain words.
var csvFaults = map[error]string{
	csv.ErrQuote:      `a quote is missing or stands in the midst of a cell; a cell begins and ends with ", and a " within it is written ""`,
	csv.ErrBareQuote:  `a " stands in a cell that does not begin with one; write "zei ""nee""" for: zei "nee"`,
	csv.ErrFieldCount: "it has another number of cells than the first line",
}

// decoded finds out how the text is written and makes it UTF-8. Bytes that are no UTF-8 are taken for Windows-1252, what Excel in Western
// Europe saves.
func decoded(data []byte) (string, error) {
	var err error
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		data, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
	case len(data) > 3 && data[0] != 0 && data[1] == 0 && data[3] == 0:
		data, err = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder().Bytes(data)
	case len(data) > 3 && data[0] == 0 && data[1] != 0 && data[2] == 0:
		data, err = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder().Bytes(data)
	case !utf8.Valid(data):
		data, err = charmap.Windows1252.NewDecoder().Bytes(data)
	}
	if err != nil {
		return "", fmt.Errorf("read the text: %w", err)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.IndexByte(data, 0) >= 0 || bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return "", errors.New("this is no text; save the sheet as csv first (in Excel: CSV UTF-8)")
	}
	return string(data), nil
}

// delimiterOf is the delimiter that stands most often in the first line, outside of quotes.
func delimiterOf(text string) rune {
	count, quoted := map[rune]int{}, false
	for _, r := range strings.TrimLeft(text, "\r\n") {
		if r == '"' {
			quoted = !quoted
		}
		if r == '\n' && !quoted {
			break
		}
		if !quoted {
			count[r]++
		}
	}
	best := ','
	for _, r := range ";\t|" {
		if count[r] > count[best] {
			best = r
		}
	}
	return best
}
