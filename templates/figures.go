package templates

import (
	"strconv"
	"strings"
	"time"
)

// Digest is what a mail of figures says; package report makes it of the register, in the reader's language.
type Digest struct {
	Name        string    // "week 47", "november 2026"
	From, Until time.Time // local dates, both in it
	Headline    string    // for the subject: "3 nieuw, 1 te laat"
	Quiet       bool      // nothing happened
	Decide      string    // the one thing that asks a decision; "" none
	Tables      []FigureTable
	Learnt      []string // what was planned, done and evaluated, a sentence each
	Proof       string   // mails in = what became of them
}

// FigureTable are figures below a heading, two cells to a row so that a telephone shows it whole; above them a picture that says the same.
type FigureTable struct {
	Title string
	Chart *Chart
	Rows  []FigureRow
}

// FigureRow is one figure: what it is, how many, and below in small print what it was before.
type FigureRow struct {
	Label, Value, Note string
	Late               bool // the label says that something is late
}

// Chart is a picture that lies with the mail.
type Chart struct {
	Source string // "cid:…" in a mail, "data:…" in a page
	Title  string // a sentence: what it shows; in the picture too
	Width  int    // as shown, px
}

// Table puts figures into a letter.
func (p *page) Table(t FigureTable) (markup, error) {
	m, err := p.passage("", false)
	if err == nil {
		p.quotes[len(p.quotes)-1].figures = &t
	}
	return m, err
}

// figures are lines "label: value (note)" in plain text.
func (w *textWriter) figures(t *FigureTable, lead, prefix string) {
	if t.Chart != nil {
		w.fold(t.Chart.Title+".", lead, prefix)
		w.out.WriteString(strings.TrimRight(prefix, " ") + "\n")
		lead = prefix
	}
	for _, r := range t.Rows {
		line := r.Label + ": " + r.Value
		if r.Note != "" {
			line += " (" + r.Note + ")"
		}
		w.fold(oneLine(line), lead, prefix+"  ")
		lead = prefix
	}
}

const (
	colourLate, darkLate = "#a61b1b", "#ff9b9b"

	figureCell = `border-bottom:1px solid ` + colourLine + `;vertical-align:top;padding:8px `
)

// figures are a picture and a table of data with the label at the left of each row.
func (w *htmlWriter) figures(t *FigureTable) {
	b := &w.out
	if c := t.Chart; c != nil {
		b.WriteString(`<p style="` + pStyle + `"><img src="`)
		escapeHTML(b, c.Source)
		b.WriteString(`" alt="`)
		escapeHTML(b, c.Title)
		b.WriteString(`" width="` + strconv.Itoa(c.Width) + `" style="display:block;width:100%;max-width:` + strconv.Itoa(c.Width) + `px;height:auto;border:0"></p>`)
	}
	if len(t.Rows) == 0 {
		return
	}
	b.WriteString(`<table width="100%" cellpadding="0" cellspacing="0" border="0" style="width:100%;border-collapse:collapse;margin:0 0 16px 0">`)
	for _, r := range t.Rows {
		b.WriteString(`<tr><th class="l" scope="row" align="left" style="` + figureCell + `12px 8px 0;text-align:left;font-weight:normal;` + cellWrap + `">`)
		escapeHTML(b, oneLine(r.Label))
		if r.Note != "" {
			b.WriteString(`<br><span class="q" style="font-size:14px;color:` + colourQuiet + `">`)
			escapeHTML(b, oneLine(r.Note))
			b.WriteString(`</span>`)
		}
		class, ink := "l", ""
		if r.Late {
			class, ink = "l r", `;color:`+colourLate
		}
		b.WriteString(`</th><td class="` + class + `" align="right" style="` + figureCell + `0;text-align:right;font-weight:bold` + ink + `">`)
		escapeHTML(b, oneLine(r.Value))
		b.WriteString(`</td></tr>`)
	}
	b.WriteString(`</table>`)
}

// Figures is a page of figures to read in a browser.
func (s *Set) Figures(lang, title, intro string, tables []FigureTable, foot string) (string, error) {
	p := &page{w: s.lang(lang)}
	var b strings.Builder
	b.WriteString("# " + string(literal(title)) + "\n\n" + string(literal(intro)) + "\n\n")
	for _, t := range tables {
		m, err := p.Table(t)
		if err != nil {
			return "", err
		}
		b.WriteString("## " + string(literal(t.Title)) + "\n" + string(m))
	}
	b.WriteString(rule + string(literal(foot)) + "\n")
	return p.letter(title, []byte(b.String())).HTML, nil
}

// Decimal writes a number with one digit behind the point of the language, none when that is 0.
func (s *Set) Decimal(lang string, f float64) string {
	return s.lang(lang).tenths(int64(f*10 + 0.5))
}

// Month is a month with its year.
func (s *Set) Month(lang string, t time.Time) string {
	c := s.lang(lang).calendar
	return c.Months[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// MonthName is a month without its year.
func (s *Set) MonthName(lang string, t time.Time) string {
	return s.lang(lang).calendar.Months[t.Month()-1]
}

// lateStyle is the dark colour of what is late, where a letter has figures.
func (w *htmlWriter) lateStyle() string {
	for _, p := range w.quotes {
		if p.figures != nil {
			return `<style>@media (prefers-color-scheme:dark){.r{color:` + darkLate + `!important}}</style>`
		}
	}
	return ""
}
