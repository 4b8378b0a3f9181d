package templates

import (
	"bytes"
	"regexp"
	"strings"
)

// RenderDraft is Render for a letter that its author is to see, and may change, before it leaves: its text is not folded, so that each line
// break in it is one that is meant.
func (s *Set) RenderDraft(kind, lang string, d Data) (Letter, error) {
	d.unfolded = true
	return s.Render(kind, lang, d)
}

// RenderPlain makes a letter to a complainant of plain text, from greeting to closing: a draft as its author saw it. Paragraphs stand apart by
// an empty line; lines that begin with a dash are a list; every other line break stays.
func (s *Set) RenderPlain(lang, subject, text string, d Data) (Letter, error) {
	w := s.lang(lang)
	d.Staff, d.w = false, w
	var buf bytes.Buffer
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		lines := strings.Split(strings.Trim(paragraph, "\n"), "\n")
		buf.WriteString("\n\n")
		if isList(lines) {
			for _, line := range lines {
				buf.WriteString("- " + string(literal(listMark.ReplaceAllString(line, ""))) + "\n")
			}
			continue
		}
		buf.WriteString(string(hardLines(lines)))
	}
	p := (*page)(&d)
	out := Letter{Subject: oneLine(subject)}
	p.writeFoot(&buf)
	doc := parseMarkdown(buf.Bytes())
	out.Text = renderText(doc, buf.Bytes(), nil, textColumns)
	out.HTML = renderHTML(doc, buf.Bytes(), p, out.Subject)
	return out, nil
}

var listMark = regexp.MustCompile(`^\s*[-•*]\s+`)

func isList(lines []string) bool {
	for _, line := range lines {
		if !listMark.MatchString(line) {
			return false
		}
	}
	return len(lines) > 0
}

// writeFoot says below a practice letter what it is.
func (p *page) writeFoot(buf *bytes.Buffer) {
	if p.Practice {
		buf.WriteString("\n\n***\n\n")
		buf.WriteString(string(literal(p.w.labels["practice.foot"])))
	}
}

// Verbatim is text that a person is to read line by line as it is: a form, or a letter that waits.
func (p *page) Verbatim(text string) markup {
	var b strings.Builder
	for paragraph := range strings.SplitSeq(strings.Trim(text, "\n"), "\n\n") {
		b.WriteString("\n\n" + string(hardLines(strings.Split(strings.Trim(paragraph, "\n"), "\n"))))
	}
	b.WriteString("\n\n")
	return markup(b.String())
}

// Paragraphs are the words of a person in a letter, its paragraphs kept.
func (p *page) Paragraphs(text string) markup { return p.Verbatim(text) }

// ShownFindings are the findings of the attitude check that a preview shows: three at most, blocks first.
func (p *page) ShownFindings() []Finding { return p.Findings[:min(3, len(p.Findings))] }

// MoreFindings is how many it does not show.
func (p *page) MoreFindings() int { return max(0, len(p.Findings)-3) }

// Blocked tells whether the check stopped the letter.
func (p *page) Blocked() bool { return len(p.Findings) > 0 && p.Findings[0].Block }
