package templates

import (
	"strconv"
	"strings"
	"unicode"
)

// plainData is what makes a language plain (LETTERS.md 3).
type plainData struct {
	Sentence int // words in the longest sentence
	Mean     int // words per sentence
	Flesch   flesch

	Passive, Agentless, Nominal []string

	PassiveBy []string `toml:"passive_by"`

	Short     []string // abbreviations, with their dots
	Capitals  []string // abbreviations that everybody knows
	Jargon    [][2]string
	Syllables string // whose rule counts them: nl, fr, en, de
}

// flesch is the reading ease of one language: base - syllable × syllables per word - sentence × words per sentence; 0 very hard, 100
// very easy.
type flesch struct {
	Base, Syllable, Sentence float64
	Least, Hard, Ours        float64 // below Least advice, below Hard more so; our own letters reach Ours
}

// What a text must hold before a share or a mean says something.
const (
	enoughSentences = 5
	enoughWords     = 100
	paragraphParts  = 3 // sentences
	paragraphWords  = 60
	passivePercent  = 20
	nominalPercent  = 8
)

type plainRules struct {
	*plainData
	passive, passiveBy, agentless, nominal, short *pattern
	jargon                                        []jargonRule
	known                                         map[string]bool // capitals
}

type jargonRule struct {
	re    *pattern
	plain string
}

func newPlainRules(d *plainData) plainRules {
	r := plainRules{plainData: d, passive: mustPattern(d.Passive), passiveBy: mustPattern(d.PassiveBy), agentless: mustPattern(d.Agentless),
		nominal: mustPattern(d.Nominal), known: map[string]bool{}}
	var short []string
	for _, s := range d.Short {
		short = append(short, strings.TrimSpace(readAttitude(s, &attitudeRules{}).folded))
	}
	r.short = mustPattern(short)
	for _, j := range d.Jargon {
		r.jargon = append(r.jargon, jargonRule{mustPattern(j[:1]), j[1]})
	}
	for _, c := range d.Capitals {
		r.known[c] = true
	}
	return r
}

// plainLanguage adds what is not plain, all of it advice.
func (c *attitudeCheck) plainLanguage(s *Set, t *attitudeText, secondLine string) {
	sentences := s.prose(t)
	if len(sentences) == 0 {
		return
	}
	c.length(t, sentences)
	c.readingEase(t, sentences, c.data.Plain.Flesch.Least)
	c.passives(t, sentences)
	c.jargon(t, sentences)
	c.abbreviations(t, sentences, secondLine)
	c.paragraphs(t, sentences)
}

// prose is the text without greeting, closing and what stands under the closing.
func (s *Set) prose(t *attitudeText) []heardSentence {
	var prose []heardSentence
	for i := range t.sentences {
		h := &t.sentences[i]
		if h.alone && h.hi-h.lo < 100 && s.IsGreetingOrClosing(t.sentence(h)) {
			if len(prose) > 0 && len(t.sentences)-i < 10 {
				break
			}
			continue
		}
		prose = append(prose, *h)
	}
	return prose
}

// wordCount leaves out what is hidden.
func (t *attitudeText) wordCount(s *heardSentence) int {
	n := 0
	for word := range strings.SplitSeq(t.fold(s), " ") {
		if word != "" && word != hiddenWord {
			n++
		}
	}
	return n
}

// length is L1: the longest sentence, and the mean.
func (c *attitudeCheck) length(t *attitudeText, sentences []heardSentence) {
	longest, at, total := 0, 0, 0
	for i := range sentences {
		n := t.wordCount(&sentences[i])
		if total += n; n > longest {
			longest, at = n, i
		}
	}
	p := &c.data.Plain
	if longest > p.Sentence {
		c.add(Finding{Code: "L1", Words: t.words(sentences[at].lo, sentences[at].hi), Sentence: t.sentence(&sentences[at])},
			strconv.Itoa(longest), strconv.Itoa(p.Sentence))
	}
	if n := len(sentences); n >= enoughSentences && total > p.Mean*n {
		c.addAs(Finding{Code: "L1"}, "L1_mean", strconv.Itoa((total+n/2)/n), strconv.Itoa(p.Mean))
	}
}

// readingEase is L2, from 100 words on. Numbers and names say nothing about how hard a text is.
func (c *attitudeCheck) readingEase(t *attitudeText, sentences []heardSentence, least float64) {
	total, counted, syllables := 0, 0, 0
	p := &c.data.Plain
	for i := range sentences {
		s := &sentences[i]
		total += t.wordCount(s)
		for lo := s.lo; lo < s.hi; {
			hi := lo + strings.IndexByte(t.folded[lo:], ' ')
			word := t.words(lo, hi)
			// German nouns have capitals, too.
			name := lo > s.lo && startsUpper(word) && p.Syllables != "de"
			if n := countSyllables(word, p.Syllables); n > 0 && !name {
				counted, syllables = counted+1, syllables+n
			}
			lo = hi + 1
		}
	}
	if total < enoughWords || counted == 0 {
		return
	}
	ease := p.Flesch.Base - p.Flesch.Syllable*float64(syllables)/float64(counted) - p.Flesch.Sentence*float64(total)/float64(len(sentences))
	switch {
	case ease < p.Flesch.Hard:
		c.addAs(Finding{Code: "L2"}, "L2_hard")
	case ease < least:
		c.add(Finding{Code: "L2"})
	}
}

// countSyllables counts the vowel groups of a word, with what each language leaves mute; 0 for a number.
func countSyllables(word, lang string) int {
	if strings.ContainsFunc(word, unicode.IsDigit) {
		return 0
	}
	n, vowel := 0, false
	folded := foldWord(word)
	for i := range len(folded) {
		v := strings.IndexByte("aeiouy", folded[i]) >= 0
		if v && !vowel {
			n++
		}
		vowel = v
	}
	lower := strings.ToLower(word)
	switch {
	case lang == "nl":
		n += countDiaereses(lower)
	case n > 1 && lang == "fr" && (endsMute(lower) || endsMute(strings.TrimSuffix(lower, "s"))),
		n > 1 && lang == "en" && endsMute(lower) && !strings.HasSuffix(lower, "le"),
		n > 1 && lang == "en" && strings.HasSuffix(lower, "ed") && endsMute(lower[:len(lower)-1]) && !strings.HasSuffix(lower, "ted") && !strings.HasSuffix(lower, "ded"):
		n--
	}
	return n
}

// countDiaereses counts the ë, ï, ö, ü after a vowel, each of which begins a syllable: coördinator, geïnd.
func countDiaereses(lower string) int {
	n, vowel := 0, false
	for _, r := range lower {
		if vowel && strings.ContainsRune("ëïöü", r) {
			n++
		}
		vowel = strings.ContainsRune("aeiouyëïöüéè", r)
	}
	return n
}

// endsMute: in an e without accent after a consonant.
func endsMute(lower string) bool {
	stem, ok := strings.CutSuffix(lower, "e")
	if !ok || stem == "" {
		return false
	}
	last := foldWord(string(before(stem, len(stem))))
	return last != "" && strings.IndexByte("aeiouy'", last[0]) < 0
}

// passives is L3 and L4: who did it is not said.
func (c *attitudeCheck) passives(t *attitudeText, sentences []heardSentence) {
	passive, first := 0, 0
	for i := range sentences {
		s := &sentences[i]
		text := t.fold(s)
		if c.rules.plain.passive.in(text) {
			if passive++; passive == 1 {
				first = i
			}
		}
		if at := c.rules.plain.passiveBy.first(text); at != nil {
			c.addAs(Finding{Code: "L3", Words: t.words(s.lo+at[0], s.lo+at[1]), Sentence: t.sentence(s)}, "L3_by")
		}
		if lo, hi, ok := c.rules.hear(t, s).find(c.rules.plain.agentless, nil, false); ok {
			c.add(Finding{Code: "L4", Words: t.words(lo, hi), Sentence: t.sentence(s)})
		}
	}
	if passive > 1 && passive*100 > passivePercent*len(sentences) {
		s := &sentences[first]
		c.add(Finding{Code: "L3", Words: t.words(s.lo, s.hi), Sentence: t.sentence(s)})
	}
}

// jargon is L5: one finding for each word of the list, with the plain one.
func (c *attitudeCheck) jargon(t *attitudeText, sentences []heardSentence) {
	told := make([]bool, len(c.rules.plain.jargon))
	for i := range sentences {
		s := &sentences[i]
		for j, rule := range c.rules.plain.jargon {
			if at := rule.re.first(t.fold(s)); at != nil && !told[j] {
				told[j] = true
				c.add(Finding{Code: "L5", Words: t.words(s.lo+at[0], s.lo+at[1]), Sentence: t.sentence(s), Rewrite: rule.plain}, rule.plain)
			}
		}
	}
}

// abbreviations is L6. Capitals that stand in brackets or before them have their full form beside them; those of the second line are its name.
func (c *attitudeCheck) abbreviations(t *attitudeText, sentences []heardSentence, secondLine string) {
	told := map[string]bool{}
	for _, word := range strings.FieldsFunc(secondLine, notWord) {
		told[word] = true
	}
	for i := range sentences {
		s := &sentences[i]
		var found []string
		for _, at := range c.rules.plain.short.all(t.fold(s)) {
			found = append(found, t.words(s.lo+at[0], s.lo+at[1]))
		}
		for _, at := range capitals(t.masked[s.from:s.to]) {
			word := t.source[s.from+at[0] : s.from+at[1]]
			explained := before(t.source, s.from+at[0]) == '(' || strings.HasPrefix(strings.TrimLeft(t.source[s.from+at[1]:s.to], " "), "(")
			if !explained && !c.rules.plain.known[word] {
				found = append(found, word)
			}
		}
		for _, word := range found {
			if !told[word] {
				told[word] = true
				c.add(Finding{Code: "L6", Words: word, Sentence: t.sentence(s)})
			}
		}
	}
}

// capitals finds the words of two letters or more that are capitals only; not K-2026 and addresses.
func capitals(text string) [][2]int {
	var found [][2]int
	from, letters, all := -1, 0, true
	for i, c := range text + " " {
		switch {
		case unicode.IsUpper(c):
			letters++
		case !notWord(c) || c == '-' || c == '@' || c == '.' && isLetterOrDigit(after(text, min(i+1, len(text)))):
			all = false
		default:
			if all && letters > 1 {
				found = append(found, [2]int{from, i})
			}
			from, letters, all = -1, 0, true
			continue
		}
		if from < 0 {
			from = i
		}
	}
	return found
}

// paragraphs is L7: long ones, and nouns where a verb would do. What follows a colon is still the same sentence.
func (c *attitudeCheck) paragraphs(t *attitudeText, sentences []heardSentence) {
	total, nominal := 0, 0
	for i := 0; i < len(sentences); {
		first, parts, words := &sentences[i], 0, 0
		for ; i < len(sentences) && sentences[i].paragraph == first.paragraph; i++ {
			words += t.wordCount(&sentences[i])
			if sentences[i].end != ':' {
				parts++
			}
			nominal += len(c.rules.plain.nominal.all(t.fold(&sentences[i])))
		}
		total += words
		if (parts > paragraphParts || words > paragraphWords) && !first.listed {
			c.add(Finding{Code: "L7", Words: t.words(first.lo, first.hi), Sentence: t.sentence(first)})
		}
	}
	if total >= enoughWords/2 && nominal*100 > nominalPercent*total {
		c.addAs(Finding{Code: "L7"}, "L7_nominal")
	}
}
