package templates

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markup is Markdown of our own making; everything else is a value and enters through literal.
type markup string

// Every ASCII character that could mean something in Markdown is moved out of its way into the last block of the private use
// area, and moved back when the parsed letter is written. So a value is text whatever it holds, and nobody has to know the
// escaping rules of Markdown. Private use characters that Word and Apple write (U+E000 to U+F8FF) are not touched.
const (
	movedFirst = 0x10F800
	movedLast  = movedFirst + 0x7F
)

// literal makes a value text, on one line.
func literal(v any) markup {
	var s string
	switch v := v.(type) {
	case markup:
		return v
	case string:
		s = v
	default:
		s = fmt.Sprint(v)
	}
	if isBare(s) {
		return markup(s)
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/2)
	move(&b, oneLine(s))
	return markup(b.String())
}

// isBare: letters and digits only, which mean nothing in Markdown.
func isBare(s string) bool {
	for i := range len(s) {
		if !isAlnum(s[i]) {
			return false
		}
	}
	return true
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// A quotation does not go through Markdown at all: its place is held by one private character, and the writers of text and HTML put
// the person's words there.
const (
	quotedFirst = 0x10FE00
	quotedLast  = quotedFirst + 0xFF
)

// passage is a text that does not go through Markdown.
type passage struct {
	text     string
	verbatim bool         // a form or a draft, every line as it is; otherwise a quotation
	figures  *FigureTable // nil: it is none
}

// Quote makes a person's text a quotation of its own, line breaks kept.
func (p *page) Quote(s string) (markup, error) { return p.passage(s, false) }

// Verbatim sets a form or a draft in a box of its own: it comes back in an answer, so every line stays as it is.
func (p *page) Verbatim(s string) (markup, error) { return p.passage(s, true) }

func (p *page) passage(s string, verbatim bool) (markup, error) {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.TrimRightFunc(trimBlankLines(s), unicode.IsSpace)
	if len(p.quotes) > quotedLast-quotedFirst {
		return "", errors.New("a letter has too many quotations")
	}
	p.quotes = append(p.quotes, passage{text: strings.Map(shown, strings.ToValidUTF8(s, "\uFFFD")), verbatim: verbatim})
	return markup("\n\n" + string(rune(quotedFirst+len(p.quotes)-1)) + "\n\n"), nil
}

// shown drops what a mail cannot show.
func shown(r rune) rune {
	switch {
	case r == '\n' || r >= ' ' && r < 0x7F:
		return r
	case r == '\t':
		return ' '
	case r < ' ' || r == 0x7F:
		return -1
	case r >= movedFirst && r <= quotedLast:
		return utf8.RuneError
	}
	return r
}

// quotation is the number of the quotation for which the block n holds the place; -1 when it is none.
func quotation(n ast.Node, source []byte) int {
	t, ok := n.FirstChild().(*ast.Text)
	if !ok || t.NextSibling() != nil {
		return -1
	}
	r, size := utf8.DecodeRune(t.Segment.Value(source))
	if r < quotedFirst || r > quotedLast || size != t.Segment.Len() {
		return -1
	}
	return int(r - quotedFirst)
}

func trimBlankLines(s string) string {
	for {
		line, rest, more := strings.Cut(s, "\n")
		if !more || strings.TrimSpace(line) != "" {
			return s
		}
		s = rest
	}
}

// move writes a line with its ASCII signs moved away; spaces stay.
func move(b *strings.Builder, s string) {
	for _, r := range s {
		switch {
		case r == ' ':
			b.WriteByte(' ')
		case r >= utf8.RuneSelf:
			if r >= movedFirst && r <= quotedLast {
				r = utf8.RuneError
			}
			b.WriteRune(r)
		case isAlnum(byte(r)):
			b.WriteByte(byte(r))
		case r > ' ' && r != 0x7F:
			b.WriteRune(movedFirst + r)
		}
	}
}

// plain moves the signs back.
func plain(s string) string {
	if strings.IndexByte(s, 0xF4) < 0 { // first byte of every moved sign
		return s
	}
	return strings.Map(back, s)
}

func back(r rune) rune {
	if r >= movedFirst && r <= movedLast {
		return r - movedFirst
	}
	return r
}

// oneLine folds white space and drops what can make a line lie: controls and direction overrides.
func oneLine(s string) string {
	if isTidy(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range s {
		switch {
		case r == '\u00a0' || r == '\u202f': // the space before a French colon stays
			b.WriteRune(r)
		case unicode.IsSpace(r):
			gap = b.Len() > 0
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
		default:
			if gap {
				b.WriteByte(' ')
				gap = false
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isTidy: printable ASCII with single spaces inside, the usual case.
func isTidy(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 0x7F || c < ' ':
			return false
		case c == ' ' && (i == 0 || i == len(s)-1 || s[i-1] == ' '):
			return false
		}
	}
	return true
}

// markdown is the part of Markdown that a letter needs.
var markdown = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(parser.NewListParser(), 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewBlockquoteParser(), 800),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	),
	parser.WithInlineParsers(
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(parser.NewEmphasisParser(), 500),
	),
)

func parseMarkdown(source []byte) ast.Node { return markdown.Parse(text.NewReader(source)) }

// isMarker: the line above which a reply is written; it is never folded.
func isMarker(s string) bool { return strings.HasPrefix(s, "--- ") && strings.HasSuffix(s, " ---") }

// buttonRow returns the links of a list that holds nothing but mailto links.
func buttonRow(list ast.Node) []*ast.Link {
	var links []*ast.Link
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		block := item.FirstChild()
		if block == nil || block.NextSibling() != nil || block.ChildCount() != 1 {
			return nil
		}
		link, ok := block.FirstChild().(*ast.Link)
		if !ok || !isMailto(plain(string(link.Destination))) {
			return nil
		}
		links = append(links, link)
	}
	return links
}

func isMailto(url string) bool { return strings.HasPrefix(strings.ToLower(url), "mailto:") }

// linkTarget is where a link may lead: mailto always; a web page only when the text itself names it, never by a value.
func linkTarget(destination []byte) string {
	url := plain(string(destination))
	if isMailto(url) || url == string(destination) && strings.HasPrefix(url, "https://") {
		return url
	}
	return ""
}

// textValue is the text of a node with its backslash escapes resolved.
func textValue(t *ast.Text, source []byte) []byte {
	value := t.Segment.Value(source)
	if bytes.IndexByte(value, '\\') >= 0 {
		return util.UnescapePunctuations(value)
	}
	return value
}

// inlineText is the text of a paragraph, hard breaks as line breaks.
func inlineText(n ast.Node, source []byte, b *strings.Builder) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(textValue(c, source))
			switch {
			case c.HardLineBreak():
				b.WriteByte('\n')
			case c.SoftLineBreak():
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *ast.Link:
			label := b.Len()
			inlineText(c, source, b)
			url := linkTarget(c.Destination)
			shown := strings.TrimPrefix(url, "mailto:")
			if url != "" && shown != plain(b.String()[label:]) {
				b.WriteString(" <" + shown + ">")
			}
		default:
			inlineText(c, source, b)
		}
	}
}
