package templates

import (
	"strings"
	"unicode"
)

// reader knows by which words people write, in all languages at once: a Dutch register gets French mail.
//
// A pattern is a row of folded words: "naam" is that word, "overl*" every word that begins so, "a|b" either, "~3" up to three
// words in between. A pattern never reaches over the end of a sentence. A rule fires where Find matches and no Unless matches
// in the same sentence. Words, not regular expressions: the whole mail is read once, whatever its size.
type reader struct {
	sober, shield ruleBook
	functions     []string
	answers       map[string]string // folded word -> "yes", "no", "own", "all"
	greetings     [][]string        // folded
	titles        map[string]bool   // folded
	closings      [][]string        // folded
	courtesies    []courtesy        // phrases of which a mail that only thanks is made
	notNames      map[string]bool   // folded
}

// readRule is one thing to recognise.
type readRule struct {
	Find, Unless []string
}

func newReader(all map[string]*words) *reader {
	r := &reader{answers: map[string]string{}, titles: map[string]bool{}, notNames: map[string]bool{}}
	for _, lang := range Languages {
		l := &all[lang].lists
		r.sober.add(l.Sober)
		r.shield.add(l.Shield)
		r.functions = append(r.functions, l.Functions...)
		for key, list := range map[string][]string{"yes": l.Yes, "no": l.No, "own": l.Own, "all": l.All} {
			for _, word := range list {
				r.answers[foldWord(word)] = key
			}
		}
		for _, g := range l.Greetings {
			r.greetings = append(r.greetings, foldWords(g))
		}
		for _, c := range l.Closings {
			r.closings = append(r.closings, foldWords(c))
		}
		for _, t := range append(l.Titles, l.Functions...) {
			r.titles[foldWord(t)] = true
		}
		r.addCourtesies(l)
	}
	return r
}

// Sober tells whether a complaint speaks of death, abuse, violence, a fall or a hospital stay (LETTERS.md 1.1).
func (s *Set) Sober(text string) bool { return s.reader.sober.fires(sentences(text)) }

// AsksShield tells whether the writer asks not to be named (CONTRACT section 5).
func (s *Set) AsksShield(text string) bool { return s.reader.shield.fires(sentences(text)) }

// heard is how much of a long text's beginning and end is read for what it says of itself: what lies between is pasted in.
const heard = 6 << 10

// Hears is Sober and AsksShield in one reading.
func (s *Set) Hears(text string) (sober, shield bool) {
	if len(text) > 2*heard {
		text = text[:heard] + "\n\n" + text[len(text)-heard:]
	}
	read := sentences(text)
	return s.reader.sober.fires(read), s.reader.shield.fires(read)
}

// FunctionWords are titles and functions that together with a surname name a member of staff, in all languages.
func (s *Set) FunctionWords() []string { return s.reader.functions }

// Answer reads the first word of a reply: "yes", "no", "own" (a complaint of one's own) or "" for anything
// else, a quoted line too.
func (s *Set) Answer(text string) string {
	line := firstLine(text)
	words := foldWords(line)
	if len(words) == 0 || strings.HasPrefix(line, ">") {
		return ""
	}
	if key := s.reader.answers[words[0]]; key != "all" {
		return key
	}
	return ""
}

// AnswerKey reads one word of an answer about several things: "yes", "no", "own", "all" or "".
func (s *Set) AnswerKey(word string) string {
	words := foldWords(word)
	if len(words) != 1 {
		return ""
	}
	return s.reader.answers[words[0]]
}

// AnswerWord is the word by which a reader of the language gives the answer "yes", "no" or "own", which Answer understands, or
// "all_no": two words that AnswerKey understands.
func (s *Set) AnswerWord(lang, key string) string {
	l := &s.lang(lang).lists
	if key == "all_no" {
		return l.All[0] + " " + l.No[0]
	}
	return map[string][]string{"yes": l.Yes, "no": l.No, "own": l.Own}[key][0]
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// IsGreetingOrClosing tells whether a line is nothing but a greeting ("Beste An,") or a closing ("Met vriendelijke groeten").
func (s *Set) IsGreetingOrClosing(line string) bool {
	line = strings.TrimSpace(line)
	if line == "" || len(line) > 100 {
		return false
	}
	fields := strings.FieldsFunc(line, notWord)
	folded := make([]string, len(fields))
	for i, f := range fields {
		folded[i] = foldWord(f)
	}
	for _, g := range s.reader.greetings {
		if hasPrefix(folded, g) && s.reader.isAddressed(fields[len(g):], folded[len(g):], line) {
			return true
		}
	}
	for _, c := range s.reader.closings {
		if hasPrefix(folded, c) && isNames(fields[len(c):]) && !strings.HasSuffix(line, "?") {
			return true
		}
	}
	return false
}

// isAddressed: the rest of a greeting is at most six names and titles, with nothing but a comma or exclamation mark after it.
func (r *reader) isAddressed(rest, folded []string, line string) bool {
	if len(rest) > 6 || strings.HasSuffix(line, ".") && !r.endsAbbreviated(folded) || strings.HasSuffix(line, "?") {
		return false
	}
	for i, f := range rest {
		if !startsUpper(f) && !r.titles[folded[i]] {
			return false
		}
	}
	return true
}

// endsAbbreviated: "Geachte mevr." may end in a full stop.
func (r *reader) endsAbbreviated(folded []string) bool {
	return len(folded) > 0 && r.titles[folded[len(folded)-1]]
}

func isNames(fields []string) bool {
	if len(fields) > 4 {
		return false
	}
	for _, f := range fields {
		if !startsUpper(f) {
			return false
		}
	}
	return true
}

func startsUpper(s string) bool {
	for _, r := range s {
		return unicode.IsUpper(r)
	}
	return false
}

func hasPrefix(words, prefix []string) bool {
	if len(words) < len(prefix) {
		return false
	}
	for i, p := range prefix {
		if words[i] != p {
			return false
		}
	}
	return true
}

// foldWord is lower case without accents; German umlauts become two letters, as Germans write them without a keyboard.
func foldWord(s string) string {
	var b strings.Builder
	for _, r := range s {
		foldRune(&b, r)
	}
	return b.String()
}

func foldWords(s string) []string {
	fields := strings.FieldsFunc(s, notWord)
	for i, f := range fields {
		fields[i] = foldWord(f)
	}
	return fields
}

func notWord(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)
}

// umlauts and ligatures that become two letters.
var folded = map[rune]string{
	'ä': "ae", 'ö': "oe", 'ü': "ue", 'ß': "ss", 'æ': "ae", 'œ': "oe", 'ĳ': "ij",
	'à': "a", 'á': "a", 'â': "a", 'ã': "a", 'å': "a", 'ç': "c", 'è': "e", 'é': "e", 'ê': "e", 'ë': "e", 'ì': "i", 'í': "i",
	'î': "i", 'ï': "i", 'ñ': "n", 'ò': "o", 'ó': "o", 'ô': "o", 'õ': "o", 'ø': "o", 'ù': "u", 'ú': "u", 'û': "u", 'ý': "y", 'ÿ': "y",
}

func foldRune(b *strings.Builder, r rune) {
	r = unicode.ToLower(r)
	switch {
	case r < 0x80:
		b.WriteByte(byte(r))
	case r == 0x308 && endsIn(b.String(), "aou"): // decomposed umlaut
		b.WriteByte('e')
	case unicode.Is(unicode.Mn, r): // decomposed accent
	default:
		if f, ok := folded[r]; ok {
			b.WriteString(f)
		} else {
			b.WriteRune(r)
		}
	}
}

func endsIn(s, letters string) bool {
	return s != "" && strings.IndexByte(letters, s[len(s)-1]) >= 0
}

// sentences cuts a text into its folded words, sentence by sentence. A line break alone ends nothing, a blank line does. The whole text
// is folded into one string, of which the words are parts.
func sentences(text string) [][]string {
	var b strings.Builder
	b.Grow(len(text) + len(text)/16)
	var ends []int // of words in b; the negative of the last one ends a sentence
	start := 0
	endWord := func() {
		if b.Len() > start {
			ends = append(ends, b.Len())
			start = b.Len()
		}
	}
	endSentence := func() {
		endWord()
		if n := len(ends); n > 0 && ends[n-1] > 0 {
			ends[n-1] = -ends[n-1]
		}
	}
	lineEnd := false
	for _, r := range text {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			b.WriteByte(byte(r))
		case 'A' <= r && r <= 'Z':
			b.WriteByte(byte(r) + 'a' - 'A')
		case r == '\n' && lineEnd, r == '.', r == '!', r == '?', r == ';', r == ':':
			endSentence()
		case notWord(r):
			endWord()
		default:
			foldRune(&b, r)
		}
		lineEnd = r == '\n' || lineEnd && (r == '\r' || r == ' ' || r == '\t')
	}
	endSentence()
	return cutWords(b.String(), ends)
}

func cutWords(folded string, ends []int) [][]string {
	words := make([]string, 0, len(ends))
	var all [][]string
	start, first := 0, 0
	for _, end := range ends {
		last := end < 0
		end = max(end, -end)
		words = append(words, folded[start:end])
		start = end
		if last {
			all = append(all, words[first:len(words):len(words)])
			first = len(words)
		}
	}
	return all
}
