package templates

import "strings"

// ruleBook holds rules of reader, ready to be asked at every word of a text.
type ruleBook struct {
	byWord   map[string][]entry // first element is this very word
	byPrefix map[string][]entry // first element begins with these prefixLen letters and ends in *
	begins   [1 << 16]bool      // by the first two letters: some rule may begin so
}

func firstTwo(word string) int {
	if len(word) < 2 {
		return int(word[0]) << 8
	}
	return int(word[0])<<8 | int(word[1])
}

// prefixLen is how many letters a word with * must have before it.
const prefixLen = 3

type entry struct {
	find   phrase
	unless []phrase
}

// phrase is a row of elements; element.gap words may stand before it.
type phrase []element

type element struct {
	gap   int
	words []string // alternatives, folded; a last * stands for the rest of the word
}

func (b *ruleBook) add(rules []readRule) {
	if b.byWord == nil {
		b.byWord, b.byPrefix = map[string][]entry{}, map[string][]entry{}
	}
	for _, rule := range rules {
		var unless []phrase
		for _, u := range rule.Unless {
			unless = append(unless, newPhrase(u))
		}
		for _, f := range rule.Find {
			e := entry{find: newPhrase(f), unless: unless}
			for _, word := range e.find[0].words {
				b.begins[firstTwo(word)] = true
				if stem, ok := strings.CutSuffix(word, "*"); ok {
					b.byPrefix[stem[:prefixLen]] = append(b.byPrefix[stem[:prefixLen]], e)
				} else {
					b.byWord[word] = append(b.byWord[word], e)
				}
			}
		}
	}
}

func newPhrase(pattern string) phrase {
	var p phrase
	gap := 0
	for part := range strings.FieldsSeq(pattern) {
		if n, ok := strings.CutPrefix(part, "~"); ok {
			gap = int(n[0] - '0')
			continue
		}
		e := element{gap: gap}
		for alternative := range strings.SplitSeq(part, "|") {
			e.words = append(e.words, foldWord(alternative))
		}
		p = append(p, e)
		gap = 0
	}
	return p
}

// fires tells whether any rule holds in any sentence.
func (b *ruleBook) fires(text [][]string) bool {
	for _, sentence := range text {
		for i, word := range sentence {
			if !b.begins[firstTwo(word)] {
				continue
			}
			if b.firesAt(b.byWord[word], sentence, i) {
				return true
			}
			if len(word) >= prefixLen && b.firesAt(b.byPrefix[word[:prefixLen]], sentence, i) {
				return true
			}
		}
	}
	return false
}

func (b *ruleBook) firesAt(entries []entry, sentence []string, i int) bool {
	for _, e := range entries {
		if e.find.matches(sentence, i) && !anywhere(e.unless, near(sentence, i)) {
			return true
		}
	}
	return false
}

// near is the part of a sentence in which an exception clears a find: people forget full stops.
func near(sentence []string, i int) []string {
	return sentence[max(0, i-8):min(len(sentence), i+12)]
}

func anywhere(phrases []phrase, sentence []string) bool {
	for _, p := range phrases {
		for i := range sentence {
			if p.matches(sentence, i) {
				return true
			}
		}
	}
	return false
}

// matches tells whether p stands in the sentence from word i on.
func (p phrase) matches(sentence []string, i int) bool {
	if len(p) == 0 {
		return true
	}
	for skip := 0; skip <= p[0].gap && i+skip < len(sentence); skip++ {
		if p[0].is(sentence[i+skip]) && p[1:].matches(sentence, i+skip+1) {
			return true
		}
	}
	return false
}

func (e element) is(word string) bool {
	for _, w := range e.words {
		if stem, ok := strings.CutSuffix(w, "*"); ok && strings.HasPrefix(word, stem) || w == word {
			return true
		}
	}
	return false
}
