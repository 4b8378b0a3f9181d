package templates

import (
	"regexp"
	"strings"
	"time"
)

// LetterIn is the letter between its two lines in a reply to a preview, without the marks of quotation, its paragraphs a line each; "" when
// the lines are not there.
func (s *Set) LetterIn(text string) string { return s.between(text, "letter") }

// between is what stands between the lines NAME.begin and NAME.end.
func (s *Set) between(text, name string) string {
	lines := strings.Split(text, "\n")
	begin, end := -1, -1
	for i, line := range lines {
		bare := bareLine(line)
		for _, lang := range Languages {
			switch bare {
			case strings.Trim(s.words[lang].labels[name+".begin"], "- "):
				begin, end = i, -1
			case strings.Trim(s.words[lang].labels[name+".end"], "- "):
				if begin >= 0 && end < 0 {
					end = i
				}
			}
		}
	}
	if begin < 0 || end < 0 {
		return ""
	}
	var b strings.Builder
	joined := false // the line before goes on
	for _, line := range lines[begin+1 : end] {
		line = strings.TrimRight(quoteMarks.ReplaceAllString(line, ""), " \t\u00a0")
		switch {
		case line == "":
			b.WriteString("\n")
			joined = false
			continue
		case joined && !listItem.MatchString(line) && !strings.HasPrefix(strings.TrimSpace(line), "#"):
			b.WriteString(" ")
		case b.Len() > 0:
			b.WriteString("\n")
		}
		b.WriteString(strings.TrimSpace(line))
		joined = len(line) > wrappedFrom
	}
	return strings.TrimSpace(b.String())
}

// wrappedFrom: a longer line was broken by a mail client, and the next one goes on with it.
const wrappedFrom = 55

var (
	quoteMarks = regexp.MustCompile(`^(?:[ \t\x{00a0}]*[>|])*[ \t\x{00a0}]?`)
	listItem   = regexp.MustCompile(`^\s*(?:[-•*]|\d{1,2}[.)])\s`)
)

func bareLine(line string) string {
	return strings.Trim(quoteMarks.ReplaceAllString(line, ""), "-–— \t\u00a0*")
}

// Day is a date in words, as a sentence of the language bears it.
func (s *Set) Day(lang string, day time.Time) string { return s.lang(lang).date("date", day) }

var (
	mailAddress = regexp.MustCompile(`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`)
	phoneNumber = regexp.MustCompile(`(?:\+|\b0)\d(?:[\d ./()-]{6,16})\d\b`)
)

// Mask is a text without what tells who wrote it: the words given (name, address), mail addresses, telephone numbers, and what stands below
// its closing.
func (s *Set) Mask(text, lang string, words ...string) string {
	mark := s.Label(lang, "masked")
	var kept []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		kept = append(kept, line)
		if len(kept) > 1 && s.isClosing(line) {
			break
		}
	}
	text = strings.Join(kept, "\n")
	text = phoneNumber.ReplaceAllString(mailAddress.ReplaceAllString(text, mark), mark)
	for _, w := range words {
		parts := append([]string{w}, strings.Fields(w)...)
		for _, part := range parts {
			if part = strings.TrimSpace(part); len([]rune(part)) < 3 {
				continue
			}
			text = regexp.MustCompile(`(?i)(^|[^\pL\pN])`+regexp.QuoteMeta(part)+`($|[^\pL\pN])`).ReplaceAllString(text, "${1}"+mark+"${2}")
		}
	}
	return text
}

// isClosing tells whether a line is nothing but a closing ("Met vriendelijke groeten").
func (s *Set) isClosing(line string) bool {
	folded := foldWords(line)
	for _, c := range s.reader.closings {
		if hasPrefix(folded, c) && len(folded) <= len(c)+4 && s.IsGreetingOrClosing(line) {
			return true
		}
	}
	return false
}
