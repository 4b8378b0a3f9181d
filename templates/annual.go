package templates

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// readAnnual reads the words of the annual report, annual.toml: labels "annual.KEY".
func (w *words) readAnnual() error {
	source, err := ours.ReadFile(w.lang + "/annual.toml")
	if err != nil {
		return fmt.Errorf("load words of the annual report: %w", err)
	}
	var file map[string]any
	if err := toml.Unmarshal(source, &file); err != nil {
		return fmt.Errorf("load words of the annual report of %s: %w", w.lang, err)
	}
	flatten(w.labels, "annual.", file)
	return nil
}

// DateOnly is a date without its day of the week: 7 januari 2027.
func (s *Set) DateOnly(lang string, day time.Time) string {
	return s.lang(lang).date("day_month", day) + " " + strconv.Itoa(day.Year())
}

// ReportIn is the annual report between its two lines in a reply to its draft; "" when the lines are not there.
func (s *Set) ReportIn(text string) string { return s.between(text, "annual") }

// Block is a piece of a report: a heading, a paragraph, a list or a table, the first row of which names its columns.
type Block struct {
	Level int    // of a heading: 1, 2, 3
	Text  string // of a heading or a paragraph
	Items []string
	Rows  [][]string
}

// reportItem begins a line of a list or a row of a table: a person's mail program writes it in its own way.
var reportItem = regexp.MustCompile(`^[-•*·–]\s+`)

// Blocks reads a report as it is kept and changed: Markdown headings and paragraphs, lists, and tables as lists whose items have columns
// between upright strokes, so that they come back whole from any mail program. Lines of a paragraph stay lines.
func Blocks(text string) (list []Block) {
	last := func() *Block {
		if len(list) == 0 {
			return &Block{}
		}
		return &list[len(list)-1]
	}
	gap := true // the line before was empty
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.Join(strings.Fields(line), " ")
		item := reportItem.ReplaceAllString(line, "")
		level := len(line) - len(strings.TrimLeft(line, "#"))
		switch {
		case line == "":
		case level > 0 && level < len(line) && line[level] == ' ':
			list = append(list, Block{Level: min(level, 3), Text: strings.Trim(line[level:], "# *")})
		case item != line && (strings.Contains(item, " | ") || strings.HasPrefix(item, "| ")):
			if last().Rows == nil {
				list = append(list, Block{})
			}
			last().Rows = append(last().Rows, cells(item))
		case item != line:
			if last().Items == nil {
				list = append(list, Block{})
			}
			last().Items = append(last().Items, item)
		case !gap && last().Items != nil:
			last().Items[len(last().Items)-1] += " " + line
		case !gap && last().Text != "" && last().Level == 0:
			last().Text += "\n" + line
		default:
			list = append(list, Block{Text: line})
		}
		gap = line == ""
	}
	return list
}

func cells(row string) (list []string) {
	for c := range strings.SplitSeq(row, "|") {
		list = append(list, strings.TrimSpace(c))
	}
	return list
}

// strong is a run of bold or slanted words.
var strong = regexp.MustCompile(`\*{1,2}([^*\n]+)\*{1,2}`)

// Unmarked is a text without the marks of bold words.
func Unmarked(text string) string { return strong.ReplaceAllString(text, "$1") }

// reportMarkup is a report as Markdown of our own.
func (p *page) reportMarkup(text string) (markup, error) {
	var b strings.Builder
	for _, block := range Blocks(text) {
		b.WriteString("\n\n")
		switch {
		case block.Level > 0:
			b.WriteString(strings.Repeat("#", block.Level) + " " + string(literal(Unmarked(block.Text))))
		case block.Rows != nil:
			table, err := p.Table(figureTable(block.Rows))
			if err != nil {
				return "", err
			}
			b.WriteString(string(table))
		case block.Items != nil:
			for _, item := range block.Items {
				b.WriteString("- " + string(bolder(item)) + "\n")
			}
		default:
			for i, line := range strings.Split(block.Text, "\n") {
				if i > 0 {
					b.WriteString("\\\n")
				}
				b.WriteString(string(bolder(line)))
			}
		}
	}
	b.WriteString("\n\n")
	return markup(b.String()), nil
}

// bolder is a line whose bold words stay bold.
func bolder(line string) markup {
	var b strings.Builder
	from := 0
	for _, at := range strong.FindAllStringSubmatchIndex(line, -1) {
		words := strings.TrimSpace(line[at[2]:at[3]])
		b.WriteString(string(literal(line[from:at[0]])))
		if strings.HasSuffix(line[:at[0]], " ") {
			b.WriteByte(' ')
		}
		b.WriteString("**" + string(literal(words)) + "**")
		if strings.HasPrefix(line[at[1]:], " ") {
			b.WriteByte(' ')
		}
		from = at[1]
	}
	b.WriteString(string(literal(line[from:])))
	return markup(b.String())
}

// ReportBox is the annual report between its two lines, where its words may be changed.
func (p *page) ReportBox() (markup, error) {
	return p.Verbatim(p.w.labels["annual.begin"] + "\n\n" + strings.TrimSpace(p.Report) + "\n\n" + p.w.labels["annual.end"])
}

// ReportBody is the annual report as it goes out, without its title.
func (p *page) ReportBody() (markup, error) {
	text := strings.TrimSpace(p.Report)
	if title, rest, _ := strings.Cut(text, "\n"); strings.HasPrefix(title, "# ") {
		text = rest
	}
	return p.reportMarkup(text)
}

// Duty says who must report each year, as far as is known of the organisation's profile.
func (p *page) Duty() string {
	if text := p.w.labels["annual.duty."+p.Profile]; text != "" {
		return text + " " + p.w.labels["annual.duty.check"]
	}
	return p.w.labels["annual.duty.other"]
}

// RenderReport writes an annual report as a page of its own, for a browser or a printer.
func (s *Set) RenderReport(lang, subject, text string, d Data) (Letter, error) {
	d.Staff, d.w, d.Report = false, s.lang(lang), text
	p := (*page)(&d)
	body, err := p.reportMarkup(text)
	if err != nil {
		return Letter{}, err
	}
	return p.letter(oneLine(subject), []byte(body)), nil
}

// figureTable are the rows of a report as figures: the year that it is about, its share, and in small print the year before.
func figureTable(rows [][]string) (t FigureTable) {
	heads := rows[0]
	for _, row := range rows[1:] {
		r := FigureRow{Label: Unmarked(row[0])}
		for k, cell := range row[1:] {
			switch cell = Unmarked(cell); {
			case cell == "":
			case k == 0:
				r.Value = cell
			case strings.HasSuffix(cell, "%"):
				r.Value += " (" + cell + ")"
			case k+1 < len(heads) && heads[k+1] != "":
				r.Note = strings.TrimPrefix(r.Note+", "+heads[k+1]+": "+cell, ", ")
			default:
				r.Note = strings.TrimPrefix(r.Note+", "+cell, ", ")
			}
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// TidyReport writes a report that came back from a mail program in our own way: the same marks, each paragraph on a line.
func TidyReport(text string) string {
	var b strings.Builder
	for _, block := range Blocks(text) {
		switch {
		case block.Level > 0:
			b.WriteString(strings.Repeat("#", block.Level) + " " + Unmarked(block.Text) + "\n")
		case block.Rows != nil:
			for _, row := range block.Rows {
				b.WriteString("- " + strings.ReplaceAll(Unmarked(strings.Join(row, " | ")), "  ", " ") + "\n")
			}
		case block.Items != nil:
			for _, item := range block.Items {
				b.WriteString("- " + strong.ReplaceAllString(item, "**$1**") + "\n")
			}
		default:
			b.WriteString(strong.ReplaceAllString(block.Text, "**$1**") + "\n")
		}
		b.WriteByte('\n')
	}
	return strings.TrimSpace(b.String()) + "\n"
}
