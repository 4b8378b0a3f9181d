package templates

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// The colours of LOOK.md. Inline is light; the media query of htmlStyle turns each class to its dark pair.
const (
	colourText   = "#1f2933"
	colourQuiet  = "#52606d"
	colourGround = "#ffffff"
	colourPanel  = "#f5f7fa"
	colourLine   = "#cbd2d9"
	colourAction = "#0b5394"

	darkText   = "#e4e7eb"
	darkQuiet  = "#9aa5b1"
	darkGround = "#14181d"
	darkPanel  = "#1f262d"
	darkLine   = "#3e4c59"
	darkAction = "#8ec5ff"
)

const htmlFont = `-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif`

// htmlStyle holds media queries and nothing else: a client that drops it (Gmail) shows the light letter.
const htmlStyle = `<style>@media (prefers-color-scheme:dark){` +
	`.g{background-color:` + darkGround + `!important;color:` + darkText + `!important}` +
	`.p{background-color:` + darkPanel + `!important}` +
	`.q{color:` + darkQuiet + `!important}` +
	`.l{border-color:` + darkLine + `!important}` +
	`.a{color:` + darkAction + `!important}` +
	`.b{background-color:` + darkAction + `!important;border-color:` + darkAction + `!important}` +
	`.t{color:` + darkGround + `!important}` +
	`.o{border-color:` + darkAction + `!important}` +
	`}</style>`

// The parts of a letter, put together once.
const (
	cellWrap = `overflow-wrap:anywhere;word-wrap:break-word;word-break:break-word`
	pStyle   = `margin:0 0 16px 0`
	pOpen    = `<p style="` + pStyle + `">`
	pTight   = `<p style="margin:0">` // first of a quotation, so that its line ends with its words
	pNext    = `<p style="margin:16px 0 0 0">`
	pQuiet   = `<p class="q" style="margin:0 0 16px 0;font-size:14px;line-height:1.5;color:` + colourQuiet + `">`
	hOpen    = ` style="margin:24px 0 8px 0;line-height:1.3;font-weight:bold;font-size:`
	quoteIn  = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px 0"><tr>` +
		`<td class="l" style="border-left:3px solid ` + colourLine + `;padding:0 0 0 14px;` + cellWrap + `"`
	quoteOut = `</td></tr></table>`
	boxIn    = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px 0"><tr>` +
		`<td class="p l" style="background-color:` + colourPanel + `;border:1px solid ` + colourLine + `;padding:12px 14px;` + cellWrap + `">`
	ruleHTML = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px 0"><tr>` +
		`<td class="l" style="border-top:1px solid ` + colourLine + `;font-size:1px;line-height:8px">&nbsp;</td></tr></table>`
)

// renderHTML writes a letter as the HTML of LOOK.md: tables for layout, styles inline, nothing fetched from anywhere.
func renderHTML(doc ast.Node, source []byte, p *page, subject string) string {
	size := "17"
	if p.Staff {
		size = "16"
	}
	w := htmlWriter{source: source, quotes: p.quotes, size: size, staff: p.Staff, or: p.w.labels["or"]}
	if p.Language != p.w.lang && p.w.isLang(p.Language) {
		w.quoteLang = p.Language
	}
	b := &w.out
	b.Grow(3*len(source) + 4096 + room(p.quotes))
	b.WriteString(`<!DOCTYPE html><html lang="` + p.w.lang + `"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
		`<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><title>`)
	escapeHTML(b, subject)
	b.WriteString(`</title>` + htmlStyle + w.lateStyle() + `</head><body class="g" style="margin:0;padding:0;background-color:` + colourGround + `;color:` + colourText + `">`)
	if !p.Staff {
		// A staff mail has no preheader: nothing of ours may stand above the marker when the mail is quoted in an answer.
		b.WriteString(`<div style="display:none;max-height:0;overflow:hidden;mso-hide:all;font-size:14px;line-height:1px">`)
		escapeHTML(b, firstSentence(doc, source))
		b.WriteString(`</div>`)
	}
	b.WriteString(`<table role="presentation" class="g" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="` + colourGround + `" style="background-color:` + colourGround + `"><tr><td align="left">` +
		`<table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px"><tr>` +
		`<td class="g" style="padding:16px;font-family:` + htmlFont + `;font-size:` + size + `px;line-height:1.5;color:` + colourText + `;` + cellWrap + `">`)
	w.blocks(doc)
	b.WriteString(`</td></tr></table></td></tr></table></body></html>` + "\n")
	return b.String()
}

type htmlWriter struct {
	source    []byte
	quotes    []passage
	size      string // of the body text, px
	staff     bool   // for a colleague
	or        string // the word between a button and the way without
	quoteLang string // language of a quotation, when it is another
	foot      bool   // after the rule: small print
	inQuote   bool
	out       strings.Builder
}

func (w *htmlWriter) blocks(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.block(c)
	}
}

func (w *htmlWriter) block(n ast.Node) {
	b := &w.out
	switch n := n.(type) {
	case *ast.Heading:
		tag := "h" + strconv.Itoa(min(n.Level, 3))
		b.WriteString("<" + tag + hOpen + w.size + `px">`)
		w.inline(n)
		b.WriteString("</" + tag + ">")
	case *ast.ThematicBreak:
		b.WriteString(ruleHTML)
		w.foot = true
	case *ast.Blockquote:
		w.openQuote()
		w.inQuote = true
		w.blocks(n)
		w.inQuote = false
		b.WriteString(quoteOut)
	case *ast.List:
		w.list(n)
	default:
		if i := quotation(n, w.source); i >= 0 {
			w.passage(w.quotes[i])
			return
		}
		w.paragraph(n)
	}
}

func (w *htmlWriter) openQuote() {
	w.out.WriteString(quoteIn)
	if w.quoteLang != "" {
		w.out.WriteString(` lang="` + w.quoteLang + `"`)
	}
	w.out.WriteByte('>')
}

func (w *htmlWriter) passage(p passage) {
	switch {
	case p.figures != nil:
		w.figures(p.figures)
	case p.verbatim:
		w.box(p.text)
	default:
		w.quote(p.text)
	}
}

// box writes a form or a draft: each line on its own, so that it comes back in an answer line by line.
func (w *htmlWriter) box(s string) {
	b := &w.out
	b.WriteString(boxIn)
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			b.WriteString("<br>\n")
		}
		text := strings.TrimLeft(line, " ")
		b.WriteString(strings.Repeat("&nbsp;", len(line)-len(text)))
		escapeHTML(b, text)
	}
	b.WriteString(quoteOut)
}

// quote writes a person's words: his lines stay lines, his blank lines part paragraphs.
func (w *htmlWriter) quote(s string) {
	w.openQuote()
	w.out.WriteString(pTight)
	first, blank := true, false
	for line := range strings.SplitSeq(s, "\n") {
		switch {
		case strings.Trim(line, " ") == "":
			blank = !first
			continue
		case blank:
			w.out.WriteString("</p>" + pNext)
		case !first:
			w.out.WriteString("<br>\n")
		}
		escapeHTML(&w.out, line)
		first, blank = false, false
	}
	w.out.WriteString("</p>" + quoteOut)
}

func (w *htmlWriter) paragraph(n ast.Node) {
	open := pOpen
	switch {
	case w.inQuote && n.PreviousSibling() == nil:
		open = pTight
	case w.inQuote:
		open = pNext
	case w.foot || w.isMarkerLine(n):
		open = pQuiet
	}
	w.out.WriteString(open)
	w.inline(n)
	w.out.WriteString("</p>")
}

// isMarkerLine: only the first block can be the marker.
func (w *htmlWriter) isMarkerLine(n ast.Node) bool {
	if n.PreviousSibling() != nil || n.Parent().Kind() != ast.KindDocument {
		return false
	}
	var text strings.Builder
	inlineText(n, w.source, &text)
	return isMarker(plain(text.String()))
}

func (w *htmlWriter) list(n *ast.List) {
	if links := buttonRow(n); links != nil {
		w.buttons(links)
		return
	}
	b := &w.out
	tag, start := "ul", ""
	if n.IsOrdered() {
		tag, start = "ol", ` start="`+strconv.Itoa(n.Start)+`"`
	}
	b.WriteString(`<` + tag + start + ` style="margin:0 0 16px 0;padding:0 0 0 22px">`)
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		b.WriteString(`<li style="margin:0 0 8px 0">`)
		for block := item.FirstChild(); block != nil; block = block.NextSibling() {
			if block.Kind() == ast.KindTextBlock {
				w.inline(block)
			} else {
				w.block(block)
			}
		}
		b.WriteString("</li>")
	}
	b.WriteString("</" + tag + ">")
}

// buttons: a cell with background and a link that fills it, 24 + 2*10 + 2*2 = 48 px high, 8 px apart; beside it the way without
// a button. The first is filled, the others are outlined; those of a complainant, who gives a score, are all alike.
func (w *htmlWriter) buttons(links []*ast.Link) {
	b := &w.out
	b.WriteString(`<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 8px 0">`)
	for i, link := range links {
		cell, linkClass, ground, ink := "o", "a", "", colourAction
		if i == 0 && w.staff {
			cell, linkClass, ground, ink = "b", "t", `background-color:`+colourAction+`;`, colourGround
		}
		b.WriteString(`<tr><td class="` + cell + `" align="center" style="` + ground + `border:2px solid ` + colourAction + `;border-radius:4px"><a class="` + linkClass + `" href="`)
		escapeHTML(b, plain(string(link.Destination)))
		b.WriteString(`" style="display:block;padding:10px 20px;line-height:24px;word-break:normal;overflow-wrap:normal;font-weight:bold;text-decoration:none;color:` + ink + `">`)
		w.inline(link)
		b.WriteString(`</a></td><td class="q" style="padding:0 0 0 12px;line-height:1.4;font-size:14px;color:` + colourQuiet + `">`)
		escapeHTML(b, w.or+" "+plain(string(link.Title)))
		b.WriteString(`</td></tr><tr><td colspan="2" style="font-size:1px;line-height:8px">&nbsp;</td></tr>`)
	}
	b.WriteString("</table>")
}

func (w *htmlWriter) inline(n ast.Node) {
	b := &w.out
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			w.text(textValue(c, w.source))
			switch {
			case c.HardLineBreak():
				b.WriteString("<br>\n")
			case c.SoftLineBreak():
				b.WriteByte('\n')
			}
		case *ast.String:
			w.text(c.Value)
		case *ast.Emphasis:
			tag := "em"
			if c.Level == 2 {
				tag = "strong"
			}
			b.WriteString("<" + tag + ">")
			w.inline(c)
			b.WriteString("</" + tag + ">")
		case *ast.Link:
			w.link(c)
		default:
			w.inline(c)
		}
	}
}

func (w *htmlWriter) link(n *ast.Link) {
	url := linkTarget(n.Destination)
	if url == "" {
		w.inline(n)
		return
	}
	w.out.WriteString(`<a class="a" href="`)
	escapeHTML(&w.out, url)
	w.out.WriteString(`" style="color:` + colourAction + `">`)
	w.inline(n)
	w.out.WriteString("</a>")
}

// text writes the moved signs back, escaped.
func (w *htmlWriter) text(s []byte) {
	b := &w.out
	for len(s) > 0 {
		if c := s[0]; c < utf8.RuneSelf {
			writeEscaped(b, c)
			s = s[1:]
			continue
		}
		r, n := utf8.DecodeRune(s)
		s = s[n:]
		if r >= movedFirst && r <= movedLast {
			writeEscaped(b, byte(r-movedFirst))
		} else {
			b.WriteRune(r)
		}
	}
}

func escapeHTML(b *strings.Builder, s string) {
	for {
		i := strings.IndexAny(s, "&<>\"")
		if i < 0 {
			b.WriteString(s)
			return
		}
		b.WriteString(s[:i])
		writeEscaped(b, s[i])
		s = s[i+1:]
	}
}

func writeEscaped(b *strings.Builder, c byte) {
	switch c {
	case '&':
		b.WriteString("&amp;")
	case '<':
		b.WriteString("&lt;")
	case '>':
		b.WriteString("&gt;")
	case '"':
		b.WriteString("&#34;")
	default:
		b.WriteByte(c)
	}
}

// firstSentence is what a mail program shows beside the subject: the letter's first sentence, the greeting skipped.
func firstSentence(doc ast.Node, source []byte) string {
	for c := doc.FirstChild(); c != nil; c = c.NextSibling() {
		var b strings.Builder
		inlineText(c, source, &b)
		s := oneLine(plain(b.String()))
		if s == "" || strings.HasSuffix(s, ",") {
			continue
		}
		for i := 1; i < len(s)-1; i++ {
			// Not after a figure: "Montag, dem 23. November".
			if s[i] == '.' && s[i+1] == ' ' && (s[i-1] < '0' || s[i-1] > '9') {
				return s[:i+1]
			}
		}
		return s
	}
	return ""
}
