package templates

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// attitudeText is a text as the attitude check reads it (LETTERS.md 2.1): quotations hidden, folded, cut into sentences, with the way
// back from each folded byte to the writer's own words.
type attitudeText struct {
	source    string
	masked    string // source with what is quoted hidden, byte for byte
	folded    string // words with one space between, one sentence after the other
	at        []int  // offset in source of each byte of folded
	commas    []int  // offsets in folded of the words that a comma, semicolon, dash or bracket stands before
	sentences []heardSentence
}

// heardSentence is folded[lo:hi], source[from:to].
type heardSentence struct {
	lo, hi, from, to int
	end              byte // '.', '?', '!', ':', or '\n' when a line ends it
	listed           bool // an item of a list
	alone            bool // nothing else stands on its line
	paragraph        int  // counted from 0
}

// Stand-ins in the masked text: what is hidden is one word to the patterns, and none that they know.
const (
	hidden     = 0
	hiddenWord = "_"
)

// Lines that a mail program broke are between these widths, in characters; RFC 3676 section 4.2 speaks of 66 to 78.
const (
	wrapFrom = 65
	wrapTo   = 100
)

type attitudeReader struct {
	*attitudeText
	rules     *attitudeRules
	text      string // source with what is quoted hidden
	out       strings.Builder
	lo        int  // where the sentence begins in out
	from      int  // and in source; -1 not yet
	space     bool // a word has ended
	comma     bool // and a sign stood after it
	line      int  // where the line begins
	first     bool // the next sentence is the first of its line
	listed    bool // the line is an item of a list
	paragraph int
}

func readAttitude(source string, rules *attitudeRules) *attitudeText {
	text := maskQuotes(source)
	r := attitudeReader{attitudeText: &attitudeText{source: source, masked: text}, rules: rules, text: text, from: -1}
	r.out.Grow(len(source) + len(source)/16)
	r.at = make([]int, 0, len(source)+len(source)/16)
	r.beginLine(0)
	for i := 0; i < len(r.text); {
		c, size := utf8.DecodeRuneInString(r.text[i:])
		r.take(c, i, size)
		i += size
	}
	r.endSentence('\n', len(source))
	r.folded = r.out.String()
	return r.attitudeText
}

func (r *attitudeReader) take(c rune, i, size int) {
	switch {
	case c == '\n' && r.wrapped(i):
		r.space, r.line = true, i+1
	case c == '\n':
		r.endSentence('\n', i)
		r.paragraph++
		r.beginLine(i + 1)
	case c == hidden:
		r.hide(i)
	case c == '.' && r.endsAt(i), c == ':' && r.colonEnds(i), c == '?', c == '!':
		r.endSentence(byte(c), i+1)
	case c == '…':
		r.endSentence('.', i+size)
	case r.inWord(c, i, size):
		r.write(c, i)
	default:
		r.space = true
		r.comma = r.comma || strings.ContainsRune(",;()–—", c)
		if c == '€' {
			r.writeWord("euro", i)
		}
	}
}

// hide writes one stand-in word for a whole hidden stretch.
func (r *attitudeReader) hide(i int) {
	if i == 0 || r.text[i-1] != hidden {
		r.writeWord(hiddenWord, i)
	}
}

func (r *attitudeReader) writeWord(word string, i int) {
	r.space = true
	for j := range len(word) {
		r.write(rune(word[j]), i)
	}
	r.space = true
}

func (r *attitudeReader) write(c rune, i int) {
	if r.from < 0 {
		r.from = i
	} else if r.space && r.out.Len() > r.lo {
		r.out.WriteByte(' ')
		r.at = append(r.at, i)
	}
	if r.comma {
		r.commas = append(r.commas, r.out.Len())
	}
	r.space, r.comma = false, false
	if c == '’' || c == '‘' || c == 'ʼ' || c == '`' {
		c = '\''
	}
	foldRune(&r.out, c)
	for len(r.at) < r.out.Len() {
		r.at = append(r.at, i)
	}
}

// inWord: letters and digits, and signs between them: aujourd'hui, e-mail, 12.30, 12/11.
func (r *attitudeReader) inWord(c rune, i, size int) bool {
	switch c {
	case '\'', '’', '‘', 'ʼ', '`', '-':
		return isLetterOrDigit(after(r.text, i+size)) && (c != '-' || isLetterOrDigit(before(r.text, i)))
	case '.', ':', '/':
		return unicode.IsDigit(before(r.text, i)) && unicode.IsDigit(after(r.text, i+size))
	}
	return !notWord(c)
}

func isLetterOrDigit(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

func before(s string, i int) rune { c, _ := utf8.DecodeLastRuneInString(s[:i]); return c }
func after(s string, i int) rune  { c, _ := utf8.DecodeRuneInString(s[i:]); return c }

// endSentence closes the sentence at offset to of the source; an empty one is none.
func (r *attitudeReader) endSentence(end byte, to int) {
	if r.out.Len() == r.lo {
		// "Wat nu ..?" asks all the same.
		if n := len(r.sentences); end == '?' && n > 0 && r.sentences[n-1].to == to-1 {
			r.sentences[n-1].end, r.sentences[n-1].to = '?', to
		}
		return
	}
	r.sentences = append(r.sentences, heardSentence{lo: r.lo, hi: r.out.Len(), from: r.from, to: to, end: end,
		listed: r.listed, alone: r.first && endsLine(r.text, to), paragraph: r.paragraph})
	// A space between the sentences keeps the word boundary of each.
	r.out.WriteByte(' ')
	r.at = append(r.at, to)
	r.lo, r.from, r.space, r.comma, r.first = r.out.Len(), -1, false, false, false
}

func endsLine(s string, i int) bool {
	for i < len(s) && (s[i] == ' ' || s[i] == '\r' || s[i] == '\t') {
		i++
	}
	return i == len(s) || s[i] == '\n'
}

func (r *attitudeReader) beginLine(i int) {
	r.line, r.first = i, true
	r.listed = isListItem(r.text[i:])
}

// isListItem: "- …", "* …", "• …", "1. …", "2) …".
func isListItem(line string) bool {
	line = strings.TrimLeft(line[:min(len(line), 8)], " \t")
	digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
	if digits > 0 && digits < 3 {
		return strings.HasPrefix(line[digits:], ".") || strings.HasPrefix(line[digits:], ")")
	}
	return strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* ") || strings.HasPrefix(line, "•") || strings.HasPrefix(line, "– ")
}

// wrapped tells whether the sentence goes on after the line that ends at i: the next begins small, or a mail program broke the line
// where the next word would have made it too wide.
func (r *attitudeReader) wrapped(i int) bool {
	line := strings.TrimRight(r.text[max(r.line, i-4*wrapTo):i], " \r")
	next := r.text[i+1 : min(len(r.text), i+1+wrapTo)]
	if line == "" || isListItem(next) || endsLine(next, 0) {
		return false
	}
	if unicode.IsLower(after(next, 0)) && !strings.HasSuffix(line, ",") {
		return true
	}
	word := strings.IndexAny(next, " \n")
	if word < 0 {
		word = len(next)
	}
	width := utf8.RuneCountInString(line)
	return width <= wrapTo && width+1+utf8.RuneCountInString(next[:word]) > wrapFrom
}

// colonEnds: not in 12:30 and https://.
func (r *attitudeReader) colonEnds(i int) bool {
	c := after(r.text, i+1)
	return i+1 == len(r.text) || unicode.IsSpace(c) || c == hidden || strings.ContainsRune(`"“„«»`, c)
}

// endsAt tells whether the full stop at i ends a sentence: not in numbers and addresses, not after an abbreviation, an initial or the
// number of a day ("8. Dezember").
func (r *attitudeReader) endsAt(i int) bool {
	if endsLine(r.text, i+1) && !r.wrapsAfter(i) {
		return true
	}
	word := lastWord(r.text[:i])
	if c := after(r.text, i+1); isLetterOrDigit(c) {
		// "gebeld.Dat" lacks a space; "linde.be" does not.
		return unicode.IsUpper(c) && len(word) > 1 && strings.ToLower(word) == word && !unicode.IsDigit(before(r.text, i))
	}
	switch {
	case word == "":
		return true
	case strings.Trim(word, "0123456789") == "":
		return len(word) > 2 || r.out.Len()-r.lo > len(word) && !r.monthFollows(i+1)
	case strings.Contains(word, "."):
		return len(strings.ReplaceAll(word, ".", "")) > 6 // z.B, d.w.z; not www.linde.be
	case utf8.RuneCountInString(word) == 1:
		return !startsUpper(word) || word == "I"
	}
	return !r.rules.abbreviations[foldPlain(word)]
}

func (r *attitudeReader) wrapsAfter(i int) bool {
	end := strings.IndexByte(r.text[i:], '\n')
	return end >= 0 && r.wrapped(i+end)
}

func (r *attitudeReader) monthFollows(i int) bool {
	next := strings.TrimLeft(r.text[i:min(len(r.text), i+24)], " \u00a0\r\n")
	end := strings.IndexFunc(next, notWord)
	if end < 0 {
		end = len(next)
	}
	c := after(next, 0)
	return unicode.IsLower(c) || r.rules.months[foldPlain(next[:end])]
}

// lastWord is the word, with the dots inside it, at the end of s: "z.B"; at most its last 24 bytes.
func lastWord(s string) string {
	s = s[max(0, len(s)-24):]
	from := strings.LastIndexFunc(s, func(c rune) bool { return notWord(c) && c != '.' })
	if from < 0 {
		return s
	}
	_, size := utf8.DecodeRuneInString(s[from:])
	return s[from+size:]
}

// foldPlain folds a word or a pattern as the text is folded.
func foldPlain(s string) string { return foldWord(apostrophes.Replace(s)) }

var apostrophes = strings.NewReplacer("’", "'", "‘", "'", "ʼ", "'")

// words gives back the writer's own words for folded[lo:hi].
func (t *attitudeText) words(lo, hi int) string {
	if lo >= hi {
		return ""
	}
	to := t.at[hi-1]
	_, size := utf8.DecodeRuneInString(t.source[to:])
	for to += size; to < len(t.source); to += size {
		c, n := utf8.DecodeRuneInString(t.source[to:])
		if size = n; !unicode.Is(unicode.Mn, c) {
			break
		}
	}
	return t.source[t.at[lo]:to]
}

// sentence gives back the writer's own sentence on one line.
func (t *attitudeText) sentence(s *heardSentence) string {
	return oneLine(t.source[s.from:s.to])
}
