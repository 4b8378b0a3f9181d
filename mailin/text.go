package mailin

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// capture keeps the first bytes written to it and takes the rest without keeping it.
type capture struct {
	limit int
	kept  []byte
	cut   bool
}

func (c *capture) Write(p []byte) (int, error) {
	if room := c.limit - len(c.kept); len(p) > room {
		c.kept = append(c.kept, p[:max(room, 0)]...)
		c.cut = true
	} else {
		c.kept = append(c.kept, p...)
	}
	return len(p), nil
}

// bytes returns what was kept; where it was cut within a UTF-8 character, without its first half.
func (c *capture) bytes() []byte {
	b := c.kept
	if !c.cut {
		return b
	}
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				b = b[:i]
			}
			break
		}
	}
	return b
}

// cleanText makes text fit for both databases and for searching: valid UTF-8, LF only, no NUL, no byte order mark.
func cleanText(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if strings.Contains(s, "\r") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	s = strings.ReplaceAll(s, "\x00", "")
	return strings.TrimPrefix(s, "\uFEFF")
}

// unflow joins the lines of format=flowed text (RFC 3676 section 4): a space at the end means that the paragraph goes on.
// Quoted lines are joined with lines of the same depth only; "-- " is a signature and ends a paragraph.
func unflow(s string, delsp bool) string {
	var b strings.Builder
	b.Grow(len(s))
	open, openDepth := false, 0
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\r\n")
		depth := 0
		for depth < len(line) && line[depth] == '>' {
			depth++
		}
		text := strings.TrimPrefix(line[depth:], " ") // Space-stuffing, section 4.4.
		signature := text == "-- "
		if open && (depth != openDepth || signature) {
			b.WriteByte('\n')
			open = false
		}
		if !open && depth > 0 {
			b.WriteString(line[:depth] + " ")
		}
		open, openDepth = strings.HasSuffix(text, " ") && !signature, depth
		if open && delsp {
			text = text[:len(text)-1]
		}
		b.WriteString(text)
		if !open {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// textOfHTML is what a person would read of an HTML body: blocks on lines of their own, list items with a dash, quoted
// blocks with "> " before each line, scripts and styles left out, of a link its words.
//
// It walks the tokens of golang.org/x/net/html. k3a/html2text knows no tag with attributes, so that Outlook's
// "<p class=MsoNormal>" would run a whole mail into one line, and takes "5 < 6" for a tag.
//
// What is hidden by display:none, such as the preview of a newsletter, is left out, unless hiding it leaves nothing or
// the hidden element is never closed.
func textOfHTML(source string) string {
	if text, ok := shownText(source, true); ok && text != "" {
		return text
	}
	text, _ := shownText(source, false)
	return text
}

// shownText walks the tokens; ok is false when a hidden element was still open at the end.
func shownText(source string, hide bool) (text string, ok bool) {
	t := htmlText{}
	z := html.NewTokenizer(strings.NewReader(source))
	hidden, depth := "", 0 // The hidden element, and how many of its name are open within it.
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return strings.TrimRight(t.b.String(), " \n"), hidden == ""
		case html.TextToken:
			if t.skip == 0 && hidden == "" {
				t.text(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			style := attributes(z.Raw())
			name, _ := z.TagName()
			switch tag := atom.Lookup(name); {
			case hidden != "":
				if kind == html.StartTagToken && string(name) == hidden {
					depth++
				}
			case hide && kind == html.StartTagToken && style.hidden && !voidElement(tag):
				hidden, depth = string(name), 1
			case tag == atom.Blockquote && style.indents:
				t.openIndent()
			default:
				t.open(tag)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch {
			case hidden == "":
				t.close(atom.Lookup(name))
			case string(name) == hidden:
				if depth--; depth == 0 {
					hidden = ""
				}
			}
		}
	}
}

// tagStyle is what a tag's attributes say that matters for its text.
type tagStyle struct {
	hidden  bool // display:none.
	indents bool // border:none, by which Gmail and Outlook on the web make a blockquote of a person's own indented paragraph.
}

// attributes looks for it in the tag as written; most tags say nothing of the kind.
func attributes(raw []byte) tagStyle {
	if !bytes.Contains(raw, []byte("none")) && !bytes.Contains(raw, []byte("NONE")) {
		return tagStyle{}
	}
	style := strings.Join(strings.Fields(strings.ToLower(string(raw))), "")
	return tagStyle{
		hidden:  strings.Contains(style, "display:none"),
		indents: strings.Contains(style, "border:none") && !strings.Contains(style, "cite") && !strings.Contains(style, "quote\""),
	}
}

// voidElement has no end tag (HTML section 13.1.2).
func voidElement(tag atom.Atom) bool {
	switch tag {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

// htmlText collects lines.
type htmlText struct {
	b         strings.Builder
	quote     int       // Depth of blockquote.
	indented  []bool    // Of each open blockquote: it only indents.
	pre       int       // Depth of pre.
	skip      atom.Atom // Within this element nothing is shown.
	lineQuote int       // Depth of the line written last: an empty line between two depths belongs to the outer.
	newlines  int       // Line ends owed before the next word.
	inLine    bool      // Something stands on the current line.
	space     bool      // A space is owed before the next word.
	last      byte      // Last byte written.
	cell      bool      // A table cell was closed on this line.
}

// maxQuoteDepth is how many "> " stand before a line at most; deeper HTML is made to tire readers.
const maxQuoteDepth = 10

func (t *htmlText) open(tag atom.Atom) {
	switch tag {
	case atom.Script, atom.Style, atom.Title: // The tokenizer gives their content as one text.
		if t.skip == 0 {
			t.skip = tag
		}
	case atom.Br:
		t.breakLine()
	case atom.Hr:
		t.block(1)
		t.text("----------")
		t.block(1)
	case atom.Li:
		t.block(1)
		t.word("- ")
	case atom.Blockquote:
		t.block(2)
		t.quote++
		t.indented = append(t.indented, false)
	case atom.Pre:
		t.block(1)
		t.pre++
	case atom.Td, atom.Th:
		if t.cell && t.inLine {
			t.space = true
		}
	default:
		t.block(blockSpace(tag))
	}
}

func (t *htmlText) close(tag atom.Atom) {
	if tag == t.skip {
		t.skip = 0
	}
	switch tag {
	case atom.Blockquote:
		t.block(2)
		if n := len(t.indented); n > 0 {
			if !t.indented[n-1] {
				t.quote--
			}
			t.indented = t.indented[:n-1]
		}
	case atom.Pre:
		t.block(1)
		t.pre = max(0, t.pre-1)
	case atom.Td, atom.Th:
		t.cell = true
	default:
		t.block(blockSpace(tag))
	}
}

func (t *htmlText) openIndent() {
	t.block(2)
	t.indented = append(t.indented, true)
}

// keepDelimiter keeps the blank of "-- ", which sets off a signature (RFC 3676 section 4.3), at the end of its line.
func (t *htmlText) keepDelimiter() {
	if line := t.b.String(); t.inLine && t.space && t.newlines == 0 && (line == "--" || strings.HasSuffix(line, "\n--")) {
		t.b.WriteByte(' ')
	}
}

// blockSpace is how many line ends stand before and after an element; 0: it flows with the text.
func blockSpace(tag atom.Atom) int {
	switch tag {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Dl, atom.Table:
		return 2
	case atom.Div, atom.Tr, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Address, atom.Li, atom.Dt, atom.Dd,
		atom.Center, atom.Fieldset, atom.Form, atom.Main, atom.Nav, atom.Aside, atom.Figure, atom.Caption, atom.Body:
		return 1
	}
	return 0
}

// block owes n line ends in all before the next word.
func (t *htmlText) block(n int) {
	if n == 0 {
		return
	}
	if !t.inLine { // One line end is there, or nothing at all.
		n--
	}
	t.keepDelimiter()
	t.newlines = max(t.newlines, n)
	t.space, t.cell = false, false
}

// breakLine is a line end that was asked for, so two of them make an empty line.
func (t *htmlText) breakLine() {
	t.keepDelimiter()
	if t.newlines == 0 && t.inLine {
		t.newlines = 1
	} else {
		t.newlines = min(t.newlines+1, 3)
	}
	t.space = false
}

func (t *htmlText) text(s string) {
	if t.pre > 0 {
		for i, line := range strings.Split(strings.ReplaceAll(s, "\r", ""), "\n") {
			if i > 0 {
				t.breakLine()
			}
			if line != "" {
				t.word(line)
			}
		}
		return
	}
	for s != "" {
		end := strings.IndexAny(s, " \t\r\n\f\u00a0")
		switch {
		case end < 0:
			t.word(s)
			return
		case end > 0:
			t.word(s[:end])
			s = s[end:]
		default:
			t.space = true
			_, n := utf8.DecodeRuneInString(s)
			s = s[n:]
		}
	}
}

func (t *htmlText) word(s string) {
	if t.newlines > 0 && t.b.Len() > 0 {
		for ; t.newlines > 0; t.newlines-- {
			t.b.WriteByte('\n')
			if t.newlines > 1 {
				t.b.WriteString(strings.Repeat(">", min(t.quote, t.lineQuote, maxQuoteDepth)))
			}
		}
		t.inLine, t.space = false, false
	}
	t.newlines = 0
	if !t.inLine {
		for range min(t.quote, maxQuoteDepth) {
			t.b.WriteString("> ")
		}
		t.inLine = true
	} else if t.space && t.last != ' ' {
		t.b.WriteByte(' ')
	}
	t.b.WriteString(s)
	t.space, t.last, t.lineQuote = false, s[len(s)-1], t.quote
}
