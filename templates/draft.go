package templates

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// RenderDraft writes a letter to a complainant as it is kept, shown and changed until it leaves: its text not folded, every paragraph on
// a line of its own, without the marks of a practice run. HTML is "". RenderPlain makes the letter of it.
func (s *Set) RenderDraft(kind, lang string, d Data) (Letter, error) {
	d.draft = true
	return s.Render(kind, lang, d)
}

// RenderPlain writes the letter whose words, from greeting to closing, are text: as its author saw it. Blank lines part paragraphs, "- " and
// "1. " begin items, all other lines stay lines. What Held names and the mark of a practice run stand in the small print.
func (s *Set) RenderPlain(lang, subject, text string, d Data) (Letter, error) {
	d.Staff, d.w = false, s.lang(lang)
	p := (*page)(&d)
	subject = oneLine(subject)
	if subject == "" {
		return Letter{}, fmt.Errorf("write letter: %w", errNoSubject)
	}
	body := string(plainMarkup(text))
	if len(d.Held) > 0 {
		body += rule + string(literal(p.AlsoArrived()))
	}
	return p.letter(subject, []byte(body)), nil
}

// rule parts a letter from its small print.
const rule = "\n\n***\n\n"

// plainMarkup is Markdown that shows text as it stands, with its paragraphs and lists.
func plainMarkup(text string) markup {
	var b strings.Builder
	before, item, number := "", "", 0
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		bare := oneLine(line)
		bullet := itemStart(bare)
		if n, _ := strconv.Atoi(strings.TrimRight(bullet, ".) ")); bullet != "" && bullet != "- " {
			if item != "" && item != "- " && n != number+1 { // Markdown would count on
				bullet = ""
			}
			number = n
		}
		if bare == "" {
			before = "\n\n"
			continue
		}
		switch {
		case bullet != "" && item != "" && !strings.Contains(before, "\n\n"):
			before = "\n"
		case bullet != "" || item != "" && !strings.HasPrefix(line, " "):
			before = "\n\n"
		}
		if b.Len() > 0 {
			b.WriteString(before)
		}
		switch {
		case bullet != "":
			item = bullet
			b.WriteString(bullet)
		case item != "" && strings.HasPrefix(line, " "):
			b.WriteString(strings.Repeat(" ", len(item)))
		default:
			item = ""
		}
		b.WriteString(string(literal(bare[len(bullet):])))
		before = "\\\n"
	}
	return markup(b.String())
}

// itemStart is the mark with which a line begins an item: "- ", "2. ", "2) "; "" none.
func itemStart(line string) string {
	mark, rest, ok := strings.Cut(line, " ")
	if !ok || rest == "" {
		return ""
	}
	if mark == "-" {
		return "- "
	}
	figures := strings.TrimRight(mark, ".)")
	if len(figures)+1 != len(mark) || len(figures) > 2 {
		return ""
	}
	if n, err := strconv.Atoi(figures); err != nil || n < 1 || strconv.Itoa(n) != figures {
		return ""
	}
	return mark + " "
}

// Within these columns clients that fold what people write put their line breaks.
const (
	foldsFrom = 64
	foldsTo   = 80
)

// unwrap joins the lines that a mail client folded: a line that the next word would have made too long.
func unwrap(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	var b strings.Builder
	for i, line := range lines {
		line = strings.TrimRight(line, " \t")
		b.WriteString(line)
		if i == len(lines)-1 {
			break
		}
		next := strings.TrimSpace(lines[i+1])
		word, _, _ := strings.Cut(next, " ")
		n := utf8.RuneCountInString(line)
		if next != "" && itemStart(next) == "" && n <= foldsTo && n+1+utf8.RuneCountInString(word) > foldsFrom {
			b.WriteByte(' ')
		} else {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Paragraphs are the words that a person wrote in a field, within a letter: his paragraphs, lists and line breaks.
func (p *page) Paragraphs(s string) markup { return "\n\n" + plainMarkup(unwrap(s)) + "\n\n" }
