package templates

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// textColumns is where plain text is folded; with "> " before it in an answer it stays under the 78 of RFC 5322 section 2.1.1.
const textColumns = 76

// renderText writes a letter as plain text. It is written for reading, not derived from the HTML: no asterisks, no addresses
// of buttons, headings underlined, quotations behind "> ". Lines are folded at columns; 0: not at all.
func renderText(doc ast.Node, source []byte, quotes []passage, columns int) string {
	w := textWriter{source: source, quotes: quotes, columns: columns}
	w.out.Grow(len(source) + len(source)/4 + room(quotes))
	w.blocks(doc, "", "")
	return w.out.String()
}

// room is what quotations take, more or less.
func room(quotes []passage) (n int) {
	for _, q := range quotes {
		n += len(q.text) + len(q.text)/16
	}
	return n
}

type textWriter struct {
	source  []byte
	quotes  []passage
	columns int // 0: lines are not folded
	out     strings.Builder
	scratch strings.Builder
}

// blocks writes the children of n. The first line begins with lead, all others with prefix.
func (w *textWriter) blocks(n ast.Node, lead, prefix string) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c.Kind() == ast.KindThematicBreak {
			continue // the small print is a paragraph like any other here
		}
		if c.PreviousSibling() != nil {
			w.out.WriteString(strings.TrimRight(prefix, " "))
			w.out.WriteByte('\n')
		}
		w.block(c, lead, prefix)
		lead = prefix
	}
}

func (w *textWriter) block(n ast.Node, lead, prefix string) {
	switch n := n.(type) {
	case *ast.Heading:
		title := w.inline(n)
		w.fold(title, lead, prefix)
		w.out.WriteString(prefix + strings.Repeat("-", min(utf8.RuneCountInString(title), textColumns)) + "\n")
	case *ast.Blockquote:
		w.blocks(n, lead+"> ", prefix+"> ")
	case *ast.List:
		w.list(n, lead, prefix)
	default: // paragraphs and the blocks of tight lists
		if i := quotation(n, w.source); i >= 0 {
			w.passage(w.quotes[i], lead, prefix)
			return
		}
		w.fold(w.inline(n), lead, prefix)
	}
}

// passage writes a quotation behind "> ", and a form or draft line by line: it comes back in an answer, and a folded value would not.
func (w *textWriter) passage(p passage, lead, prefix string) {
	if p.figures != nil {
		w.figures(p.figures, lead, prefix)
		return
	}
	if !p.verbatim {
		w.fold(p.text, lead+"> ", prefix+"> ")
		return
	}
	for line := range strings.SplitSeq(p.text, "\n") {
		w.out.WriteString(strings.TrimRight(lead+line, " ") + "\n")
		lead = prefix
	}
}

func (w *textWriter) list(n *ast.List, lead, prefix string) {
	if links := buttonRow(n); links != nil {
		for _, link := range links {
			line := w.inlineOnly(link)
			if title := plain(string(link.Title)); title != "" {
				line += ": " + title
			}
			w.fold(line, lead+"  ", prefix+"     ")
			lead = prefix
		}
		return
	}
	i := 0
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		if item.PreviousSibling() != nil && !n.IsTight {
			w.out.WriteString(strings.TrimRight(prefix, " ") + "\n")
		}
		mark := itemMark(n, i)
		w.blocks(item, lead+mark, prefix+strings.Repeat(" ", len(mark)))
		lead = prefix
		i++
	}
}

// itemMark is what stands before item i of a list: "- ", "2. ".
func itemMark(n *ast.List, i int) string {
	if !n.IsOrdered() {
		return "- "
	}
	return strconv.Itoa(n.Start+i) + string(n.Marker) + " "
}

func (w *textWriter) inline(n ast.Node) string {
	w.scratch.Reset()
	inlineText(n, w.source, &w.scratch)
	return plain(w.scratch.String())
}

// inlineOnly is the text of a link without its address.
func (w *textWriter) inlineOnly(link *ast.Link) string {
	var b strings.Builder
	for c := link.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(textValue(t, w.source))
			continue
		}
		inlineText(c, w.source, &b)
	}
	return plain(b.String())
}

// fold writes s in lines of at most textColumns; a longer word has a line of its own, the marker is never folded.
func (w *textWriter) fold(s, lead, prefix string) {
	if isMarker(s) {
		w.out.WriteString(lead + s + "\n")
		return
	}
	for line := range strings.SplitSeq(s, "\n") {
		w.foldLine(line, lead, prefix)
		lead = prefix
	}
}

func (w *textWriter) foldLine(line, lead, prefix string) {
	if strings.TrimLeft(line, " ") == "" {
		w.out.WriteString(strings.TrimRight(lead, " ") + "\n")
		return
	}
	// Every rune is at most one column here: wide East Asian text folds late, and mail survives that.
	width := utf8.RuneCountInString(lead)
	w.out.WriteString(lead)
	start := true
	for word := range strings.SplitSeq(line, " ") {
		n := utf8.RuneCountInString(word)
		switch {
		case start:
		case w.columns > 0 && width+1+n > w.columns && word != "":
			w.out.WriteString("\n" + prefix)
			width = utf8.RuneCountInString(prefix)
		default:
			w.out.WriteByte(' ')
			width++
		}
		w.out.WriteString(word)
		width += n
		start = false
	}
	w.out.WriteByte('\n')
}
