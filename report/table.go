package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dankuwel/models"
)

// Table is where rows are written one by one, the names of the columns first: a csv, or a sheet. A cell is a string, an int, a bool, a
// models.Date, a time.Time (shown in its own zone), or nil for nothing.
type Table interface {
	Row(cells []any) error
	Close() error
}

// CSV writes RFC 4180: comma or another delimiter, line ends CRLF, UTF-8. No cell can become a formula, see Harmless; line ends within a
// cell are one and the same.
type CSV struct {
	w    *csv.Writer
	line []string
}

// NewCSV begins a csv. With a byte order mark Excel knows that it is UTF-8.
func NewCSV(w io.Writer, delimiter rune, mark bool) (*CSV, error) {
	if mark {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return nil, err
		}
	}
	c := csv.NewWriter(w)
	c.Comma, c.UseCRLF = delimiter, true
	return &CSV{w: c}, nil
}

// Row writes a line.
func (t *CSV) Row(cells []any) error {
	t.line = t.line[:0]
	for _, cell := range cells {
		t.line = append(t.line, plainCell(cell))
	}
	return t.w.Write(t.line)
}

// Close writes what is left.
func (t *CSV) Close() error {
	t.w.Flush()
	return t.w.Error()
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func plainCell(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case string:
		return Harmless(lineEnds.Replace(v))
	case int:
		return strconv.Itoa(v)
	case bool:
		return strconv.FormatBool(v)
	case models.Date:
		return string(v)
	case time.Time:
		return v.Format(time.RFC3339)
	}
	panic(fmt.Sprintf("no cell can be made of a %T", cell))
}

// Harmless puts an apostrophe before what a spreadsheet would read as a formula: = + - @, and their wide forms, at the beginning of a
// cell, or where a cell may begin when the file is opened with another delimiter than it has: behind ; , tab and line end. Spaces and
// apostrophes in between count for nothing. A cell that begins with a tab or a line end gets one, too. Harmful takes them away again.
func Harmless(cell string) string {
	if !strings.ContainsAny(cell, formula) && !startsBlank(cell) {
		return cell
	}
	var b strings.Builder
	for cut := 0; ; {
		if rest := cell[cut:]; calculates(rest) || cut == 0 && startsBlank(rest) {
			b.WriteByte('\'')
		}
		n := strings.IndexAny(cell[cut:], cellEnds)
		if n < 0 {
			b.WriteString(cell[cut:])
			return b.String()
		}
		b.WriteString(cell[cut : cut+n+1])
		cut += n + 1
	}
}

// Harmful is the cell that Harmless was given.
func Harmful(cell string) string {
	if !strings.Contains(cell, "'") {
		return cell
	}
	var b strings.Builder
	for cut := 0; ; {
		if rest, is := strings.CutPrefix(cell[cut:], "'"); is && (calculates(rest) || cut == 0 && startsBlank(rest)) {
			cut++
		}
		n := strings.IndexAny(cell[cut:], cellEnds)
		if n < 0 {
			b.WriteString(cell[cut:])
			return b.String()
		}
		b.WriteString(cell[cut : cut+n+1])
		cut += n + 1
	}
}

const (
	formula  = "=+-@＝＋－＠"
	cellEnds = ";,\t\n" // one byte each
)

func calculates(cell string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(cell, " '\u00a0\ufeff\u200b"))
	return r != utf8.RuneError && strings.ContainsRune(formula, r)
}

// startsBlank: behind apostrophes, what Excel takes for nothing.
func startsBlank(cell string) bool {
	cell = strings.TrimLeft(cell, "'")
	return cell != "" && strings.ContainsAny(cell[:1], "\t\r\n")
}
