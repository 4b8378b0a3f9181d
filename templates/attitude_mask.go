package templates

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maskQuotes hides what the writer only repeats: words inside closed quotation marks, lines quoted with ">", and what follows the
// signature rule "-- " (RFC 3676 section 4.3). Every byte keeps its place. An unclosed mark hides nothing.
func maskQuotes(source string) string {
	text := []byte(source)
	maskLines(text)
	m := masker{text: text, typographic: -1, angle: -1, straight: -1}
	for i := 0; i < len(source); {
		c, size := utf8.DecodeRuneInString(source[i:])
		if text[i] != hidden {
			m.take(c, i, size)
		}
		i += size
	}
	return string(text)
}

func maskLines(text []byte) {
	signature := false
	for from := 0; from < len(text); {
		to := from
		for to < len(text) && text[to] != '\n' {
			to++
		}
		line := strings.TrimRight(string(text[from:min(to, from+4)]), "\r")
		signature = signature || to-from <= 4 && (line == "-- " || line == "--")
		if signature || strings.HasPrefix(line, ">") {
			clear(text[from:to])
		}
		from = to + 1
	}
}

// masker knows where a quotation began, per kind of mark; -1 nowhere.
type masker struct {
	text                         []byte
	typographic, angle, straight int
	low                          bool // the typographic one began with „
	from                         rune // the mark that began the one in angles
}

func (m *masker) take(c rune, i, size int) {
	switch c {
	case '„':
		m.typographic, m.low = i+size, true
	case '“', '”':
		if m.typographic >= 0 && (c == '”' || m.low) {
			m.hide(m.typographic, i, size)
			m.typographic, m.low = -1, false
		} else if c == '“' {
			m.typographic, m.low = i+size, false
		}
	case '«', '»':
		if m.angle >= 0 && c != m.from {
			m.hide(m.angle, i, size)
			m.angle = -1
		} else {
			m.angle, m.from = i+size, c
		}
	case '"':
		m.takeStraight(i)
	case '\n':
		// A straight mark does not tell opening from closing; it cannot reach into the next paragraph.
		if i+1 < len(m.text) && endsLine(string(m.text[i+1:min(len(m.text), i+8)]), 0) {
			m.straight = -1
		}
	}
}

func (m *masker) takeStraight(i int) {
	left, right := before(string(m.text[max(0, i-4):i]), min(i, 4)), after(string(m.text[i+1:min(len(m.text), i+5)]), 0)
	opens := !isLetterOrDigit(left) && right != utf8.RuneError && !unicode.IsSpace(right)
	switch {
	case m.straight >= 0 && !isLetterOrDigit(right):
		m.hide(m.straight, i, 1)
		m.straight = -1
	case m.straight < 0 && opens:
		m.straight = i + 1
	}
}

// hide masks text[from:to], the mark at to being size bytes long. A full stop before the mark still ends the sentence outside, unless
// that goes on: "help!" en.
func (m *masker) hide(from, to, size int) {
	ends := to > from && strings.IndexByte(".?!", m.text[to-1]) >= 0 && m.sentenceEnds(to+size)
	clear(m.text[from:to])
	if ends {
		m.text[to-1] = '.'
	}
}

func (m *masker) sentenceEnds(i int) bool {
	for i < len(m.text) && (m.text[i] == ' ' || m.text[i] == '\r' || m.text[i] == '\n') {
		i++
	}
	if i == len(m.text) {
		return true
	}
	c, _ := utf8.DecodeRune(m.text[i:min(len(m.text), i+4)])
	return !unicode.IsLower(c) && !strings.ContainsRune(",;:.?!", c)
}
