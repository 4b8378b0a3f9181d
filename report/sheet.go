package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"

	"dankuwel/templates"
)

// A4 in millimetres; the left margin is wide enough for the holes of a binder.
const (
	pageWidth, pageHeight = 210.0, 297.0
	left, right           = 25.0, 20.0
	top, bottom           = 26.0, 24.0
	width                 = pageWidth - left - right
	labelWidth            = 46.0
	mmPerPoint            = 25.4 / 72
)

// face is how a piece of text looks.
type face struct {
	family, style string
	size          float64 // points
	leading       float64 // millimetres from line to line
	gray          int     // 0 black
}

var (
	body    = face{"go", "", 10, 5, 0}
	bold    = face{"go", "B", 10, 5, 0}
	italic  = face{"go", "I", 10, 5, 0}
	label   = face{"go", "", 9, 5, 80}
	small   = face{"go", "", 8.5, 4.3, 0}
	quiet   = face{"go", "", 8, 4.2, 80}
	column  = face{"go", "B", 8.5, 4.6, 0}
	mono    = face{"mono", "", 7.5, 4.3, 0}
	title   = face{"go", "B", 17, 9, 0}
	heading = face{"go", "B", 12.5, 7, 0}
	letter  = face{"go", "", 11, 5.4, 0}
)

var fonts = []struct {
	family, style string
	ttf           []byte
}{{"go", "", goregular.TTF}, {"go", "B", gobold.TTF}, {"go", "I", goitalic.TTF}, {"mono", "", gomono.TTF}}

// sheet is a stack of pages that grows downwards.
type sheet struct {
	pdf     *fpdf.Fpdf
	set     *templates.Set
	lang    string
	face    face
	onBreak func() // what every page begins with: the heads of a table
	boxed   bool   // a character could not be drawn
}

// newSheet begins a paper. at is the instant that its file bears.
func newSheet(set *templates.Set, lang string, org templates.Organization, name string, at time.Time) *sheet {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetMargins(left, top, right)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCellMargin(0)
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(at.UTC())
	pdf.SetModificationDate(at.UTC())
	pdf.SetProducer("dankuwel", true)
	pdf.SetTitle(oneLine(name), true)
	pdf.SetAuthor(oneLine(org.Name), true)
	pdf.SetLang(lang)
	for _, f := range fonts {
		// fpdf writes in the bytes of a font while it takes out what is used (getMetrics appends to a piece of them), so each file has its own.
		pdf.AddUTF8FontFromBytes(f.family, f.style, slices.Clone(f.ttf))
	}
	pdf.SetLineWidth(0.15)
	pdf.AddPage()
	return &sheet{pdf: pdf, set: set, lang: lang}
}

func (s *sheet) label(key string, args ...any) string {
	return s.set.Label(s.lang, "paper."+key, args...)
}

func (s *sheet) use(f face) {
	if s.face != f {
		s.pdf.SetFont(f.family, f.style, f.size)
		s.pdf.SetTextColor(f.gray, f.gray, f.gray)
		s.face = f
	}
}

// wrap breaks a clean text into lines of at most so many millimetres; a word that is longer is broken where the line ends.
func (s *sheet) wrap(f face, text string, within float64) (lines []string) {
	s.use(f)
	limit := int(within / (f.size * mmPerPoint) * 1000)
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, " ")
		begin, gap, used, after := 0, -1, 0, 0 // gap: the line's last space; after: the width behind it
		for i, r := range line {
			w := s.pdf.GetStringSymbolWidth(string(r))
			if r == ' ' {
				gap, after = i, 0
			} else if used+w > limit && gap > begin {
				lines = append(lines, strings.TrimRight(line[begin:gap], " "))
				begin, gap, used = gap+1, -1, after
			}
			if r != ' ' && used+w > limit && i > begin {
				lines = append(lines, line[begin:i])
				begin, gap, used = i, -1, 0
			}
			used += w
			if r != ' ' {
				after += w
			}
		}
		lines = append(lines, line[begin:])
	}
	return lines
}

// room begins a new page when so many millimetres do not fit on this one.
func (s *sheet) room(height float64) {
	if s.pdf.GetY()+height <= pageHeight-bottom {
		return
	}
	s.pdf.AddPage()
	s.pdf.SetY(top)
	s.face = face{}
	if s.onBreak != nil {
		s.onBreak()
	}
}

// put draws one line of text at the height of the pen, without moving it.
func (s *sheet) put(x float64, f face, line string) {
	if line == "" {
		return
	}
	s.use(f)
	s.boxed = s.boxed || strings.ContainsRune(line, box)
	y := s.pdf.GetY()
	s.pdf.SetX(x)
	s.pdf.CellFormat(0, f.leading, line, "", 0, "L", false, 0, "")
	s.pdf.SetY(y)
}

func (s *sheet) space(height float64) { s.pdf.SetY(s.pdf.GetY() + height) }

func (s *sheet) rule(gray int) {
	y := s.pdf.GetY()
	s.pdf.SetDrawColor(gray, gray, gray)
	s.pdf.Line(left, y, pageWidth-right, y)
}

// cell is a piece of a row.
type cell struct {
	x, width float64
	face     face
	text     string
}

// row draws cells side by side, each broken into lines of its own. What is shorter than a quarter of a page stays together.
func (s *sheet) row(cells ...cell) {
	lines, count, leading := make([][]string, len(cells)), 0, 0.0
	for i, c := range cells {
		lines[i] = s.wrap(c.face, c.text, c.width)
		count, leading = max(count, len(lines[i])), max(leading, c.face.leading)
	}
	if height := float64(count) * leading; height < pageHeight/4 {
		s.room(height)
	} else {
		s.room(3 * leading)
	}
	for n := range count {
		s.room(leading)
		for i, c := range cells {
			if n < len(lines[i]) {
				s.put(c.x, c.face, lines[i][n])
			}
		}
		s.space(leading)
	}
}

// text draws a text over the whole width.
func (s *sheet) text(f face, text string) { s.row(cell{left, width, f, clean(text)}) }

// heading opens a part of the paper, which the reader's program lists beside it; so many millimetres of what follows stay with it.
func (s *sheet) heading(text string, keep float64) {
	s.space(6)
	s.room(heading.leading + 2 + keep)
	s.pdf.Bookmark(oneLine(text), 0, -1)
	s.text(heading, text)
	s.rule(0)
	s.space(1.5)
}

// field draws a label and its value, with a thin line below. Without a value there is room to write so many lines by hand; 0: a dash.
func (s *sheet) field(name, value string, byHand int) {
	value = clean(value)
	if value == "" {
		value = "–"
		if byHand > 0 {
			value = strings.Repeat("\n", byHand-1)
		}
	}
	s.row(cell{left, labelWidth - 3, label, oneLine(name)}, cell{left + labelWidth, width - labelWidth, body, value})
	s.space(0.8)
	s.rule(205)
	s.space(0.8)
}

// quote draws somebody's words with a line at their left.
func (s *sheet) quote(text string) {
	if text = clean(text); text == "" {
		return
	}
	for _, line := range s.wrap(body, text, width-4) {
		s.room(body.leading)
		s.pdf.SetDrawColor(120, 120, 120)
		s.pdf.SetLineWidth(0.7)
		s.pdf.Line(left+0.5, s.pdf.GetY(), left+0.5, s.pdf.GetY()+body.leading)
		s.pdf.SetLineWidth(0.15)
		s.put(left+4, body, line)
		s.space(body.leading)
	}
}

// col is a column of a table.
type col struct {
	head  string
	width float64
	face  face
}

// table draws rows below heads that every page repeats.
func (s *sheet) table(cols []col, rows [][]string) {
	draw := func(texts []string, f *face) {
		cells, x := make([]cell, len(cols)), left
		for i, c := range cols {
			cells[i] = cell{x, c.width - 2, c.face, clean(texts[i])}
			if f != nil {
				cells[i].face = *f
			}
			x += c.width
		}
		s.row(cells...)
	}
	heads := make([]string, len(cols))
	for i, c := range cols {
		heads[i] = c.head
	}
	head := func() {
		draw(heads, &column)
		s.rule(0)
		s.space(0.8)
	}
	s.room(15)
	head()
	s.onBreak = head
	for _, texts := range rows {
		draw(texts, nil)
		s.space(0.5)
		s.rule(205)
		s.space(0.8)
	}
	s.onBreak = nil
}

// signature is the place where a person signs.
func (s *sheet) signature(who string) {
	s.room(38)
	s.space(8)
	s.text(bold, who)
	s.space(14)
	x, y := left, s.pdf.GetY()
	s.pdf.SetDrawColor(0, 0, 0)
	for _, part := range []struct {
		key   string
		width float64
	}{{"sign_name", 60}, {"sign_date", 35}, {"sign", 60}} {
		s.pdf.Line(x, y, x+part.width, y)
		s.pdf.SetY(y + 1)
		s.put(x, quiet, s.label(part.key))
		x += part.width + 5
	}
	s.space(8)
}

// write puts head and foot on every page, now that their number is known, and writes the file. A letter has no head on its first page.
func (s *sheet) write(w io.Writer, org, name, foot string, isLetter bool) error {
	if s.boxed && !isLetter {
		s.space(4)
		s.text(quiet, s.label("box", string(box)))
	}
	pages := s.pdf.PageCount()
	head := func(text string, within float64) string { return s.wrap(quiet, oneLine(text), within)[0] }
	for n := 1; n <= pages; n++ {
		s.pdf.SetPage(n)
		s.face = face{}
		if n > 1 || !isLetter {
			s.pdf.SetY(12)
			s.put(left, quiet, head(org, width*0.55))
			s.putRight(head(name, width*0.4))
			s.pdf.SetY(17)
			s.rule(160)
		}
		s.pdf.SetY(pageHeight - 17)
		s.rule(160)
		s.space(1)
		s.put(left, quiet, head(foot, width*0.75))
		s.putRight(s.label("page", n, pages))
	}
	if err := s.pdf.Output(w); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

func (s *sheet) putRight(text string) {
	s.use(quiet)
	s.put(pageWidth-right-s.pdf.GetStringWidth(text), quiet, text)
}
