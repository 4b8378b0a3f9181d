package templates

import (
	"slices"
	"strconv"
	"strings"
)

// Finding is one thing in a text that goes against the eight steps or plain language (LETTERS.md 2.2 and 3).
type Finding struct {
	Code     string // "A1" to "A8", "L1" to "L7", or the id of a phrase: "nl-B01"; in Lint also "F1" to "F4".
	Group    string // Of a phrase: "blame", "lecture", "shrug" …; "" for a signal.
	Block    bool   // The text waits until its writer says "verstuur"; otherwise it is advice.
	Words    string // The writer's own words that were found; "" when something is missing.
	Sentence string // The sentence meant, on one line; "" for the whole text.
	Advice   string // What to do, in the language of the one who wrote it.
	Rewrite  string // A wording to copy, in the language of the letter; "" there is none.
}

// Check holds a text against the eight steps and plain language, and gives what it finds, blocks first, in the order of the text.
//
// Own is what a person wrote, whole the letter as it will look, both in lang; without a whole, what the template supplies is not asked
// for (thanks, why it is valued, aftercare). Kind is one of CONTRACT section 4. AdviceLang is the writer's language, secondLine the text
// of organization.second_line, "" for none.
func (s *Set) Check(kind, lang, adviceLang, own, whole, secondLine string) []Finding {
	c := s.newCheck(kind, lang, adviceLang)
	text := readAttitude(own, c.rules)
	c.phrases(text)
	c.regretWe(text)
	c.promises(text)
	c.questions(text)
	if whole != "" {
		letter := c.letter(s, whole)
		c.thanksFirst(letter)
		c.valued(letter)
		c.aftercare(letter, secondLine)
	}
	c.plainLanguage(s, text, secondLine)
	return c.sorted()
}

// attitudeCheck collects the findings of one text.
type attitudeCheck struct {
	kind     string
	data     *attitude // of the letter
	rules    *attitudeRules
	advice   map[string]string
	findings []Finding
}

func (s *Set) newCheck(kind, lang, adviceLang string) *attitudeCheck {
	a := s.attitudes[s.lang(lang).lang]
	return &attitudeCheck{kind: kind, data: a, rules: a.compile(), advice: s.attitudes[s.lang(adviceLang).lang].Advice}
}

// add notes a finding whose advice has the name of its code; args are its {0}, {1}.
func (c *attitudeCheck) add(f Finding, args ...string) { c.addAs(f, f.Code, args...) }

func (c *attitudeCheck) addAs(f Finding, advice string, args ...string) {
	f.Advice = c.advice[advice]
	for i, arg := range args {
		f.Advice = strings.ReplaceAll(f.Advice, "{"+strconv.Itoa(i)+"}", arg)
	}
	if f.Rewrite == "" {
		f.Rewrite = c.data.Rewrite[advice]
	}
	c.findings = append(c.findings, f)
}

// sorted gives blocks first. That a text reads with difficulty is never the only thing said about it (LETTERS.md 3).
func (c *attitudeCheck) sorted() []Finding {
	if len(c.findings) == 1 && c.findings[0].Code == "L2" {
		return nil
	}
	slices.SortStableFunc(c.findings, func(a, b Finding) int { return rank(a) - rank(b) })
	return c.findings
}

func rank(f Finding) int {
	switch {
	case f.Block:
		return 0
	case strings.HasPrefix(f.Code, "L"):
		return 2
	}
	return 1
}

// phrases notes each phrase that nothing clears, once, where it stands first.
func (c *attitudeCheck) phrases(t *attitudeText) {
	told := make([]bool, len(c.rules.phrases))
	for i := range t.sentences {
		s := &t.sentences[i]
		h := c.rules.hear(t, s)
		for j := range c.rules.phrases {
			p := &c.rules.phrases[j]
			if told[j] {
				continue
			}
			lo, hi, ok := h.find(p.re, p.unless, p.Scope == "sentence")
			if !ok {
				continue
			}
			told[j] = true
			c.addAs(Finding{
				Code: p.ID, Group: p.Group, Block: p.Block && !c.rules.speaksOfOthers(t, lo, hi),
				Words: t.words(lo, hi), Sentence: t.sentence(s), Rewrite: p.Rewrite,
			}, p.Group)
		}
	}
}

// speaksOfOthers: in a language where only the capital addresses the reader (German Ihr, ihr), none of these words has one.
func (r *attitudeRules) speaksOfOthers(t *attitudeText, lo, hi int) bool {
	found := r.capital.all(t.folded[lo:hi])
	for _, at := range found {
		if startsUpper(t.words(lo+at[0], lo+at[1])) {
			return false
		}
	}
	return len(found) > 0
}

// hearing is one sentence, cut, once something may be found in it, where a turn word ("maar") begins a new clause or may begin one.
type hearing struct {
	rules   *attitudeRules
	t       *attitudeText
	s       *heardSentence
	clauses []int // where a clause begins; the first is that of the sentence, the last its end
	turns   []int // where a turn word stands, likewise
}

func (r *attitudeRules) hear(t *attitudeText, s *heardSentence) *hearing {
	return &hearing{rules: r, t: t, s: s}
}

// cut cuts the sentence. A phrase is looked for in a clause: a turn after a comma cuts it, one in the middle or between two commas does
// not ("u had echter beter gebeld"). What clears a phrase must stand in the same part: between turns of either kind.
func (h *hearing) cut() {
	lo, hi := h.s.lo, h.s.hi
	h.clauses, h.turns = []int{lo}, []int{lo}
	for i := lo; i < hi; {
		end := i + strings.IndexByte(h.t.folded[i:], ' ')
		if i > lo && h.rules.turn[h.t.folded[i:end]] {
			h.turns = append(h.turns, i)
			if h.t.comma(i) && !h.t.comma(end+1) {
				h.clauses = append(h.clauses, i)
			}
		}
		i = end + 1
	}
	h.clauses = append(h.clauses, hi)
	h.turns = append(h.turns, hi)
}

// comma: a comma or the like stands before folded[i:].
func (t *attitudeText) comma(i int) bool {
	_, found := slices.BinarySearch(t.commas, i)
	return found
}

// find gives the first place of re in the sentence that nothing clears. Across: turns cut nothing.
func (h *hearing) find(re, unless *pattern, across bool) (lo, hi int, ok bool) {
	if !re.may(h.t.fold(h.s)) {
		return 0, 0, false
	}
	if h.clauses == nil {
		h.cut()
	}
	cuts, parts := h.clauses, h.turns
	if across {
		cuts = []int{h.s.lo, h.s.hi}
		parts = cuts
	}
	part := clearing{h: h, unless: unless}
	for i := range len(cuts) - 1 {
		for _, at := range re.all(h.t.folded[cuts[i]:cuts[i+1]]) {
			lo, hi := cuts[i]+at[0], cuts[i]+at[1]
			part.around(parts, lo, hi)
			if !part.clears(lo) {
				return lo, hi, true
			}
		}
	}
	return 0, 0, false
}

// clearing is what can clear a phrase in one part of a sentence. It is kept from one find to the next: they come in order, so that a
// part is read once, however often the phrase stands in it.
type clearing struct {
	h      *hearing
	unless *pattern
	lo, hi int
	known  bool
	all    bool // unless stands in it
	framed int  // where the first frame ends; len(folded) there is none
	turn   int  // index of the part in turns
}

// around moves to the part in which folded[lo:hi] stands.
func (c *clearing) around(parts []int, lo, hi int) {
	for parts[c.turn+1] <= lo {
		c.turn++
	}
	last := c.turn + 1
	for parts[last] < hi {
		last++
	}
	if c.known && c.lo == parts[c.turn] && c.hi == parts[last] {
		return
	}
	c.lo, c.hi, c.known = parts[c.turn], parts[last], true
	part := c.h.t.folded[c.lo:c.hi]
	c.all = c.unless.in(part)
	c.framed = len(c.h.t.folded)
	if c.all {
		return
	}
	not := c.h.rules.frameNot.all(part)
	for _, f := range c.h.rules.frame.all(part) {
		if !overlaps(not, f) {
			c.framed = c.lo + f[1]
			return
		}
	}
}

// overlaps: one of the sorted spans shares a byte with f.
func overlaps(spans [][]int, f []int) bool {
	i, _ := slices.BinarySearchFunc(spans, f[0], func(s []int, from int) int { return s[1] - from - 1 })
	return i < len(spans) && spans[i][0] < f[1]
}

func (c *clearing) clears(lo int) bool { return c.all || c.framed <= lo || c.negated(lo) }

// negated: one of the three words before lo denies it, with no comma in between but one before "dat".
func (c *clearing) negated(lo int) bool {
	t, rules := c.h.t, c.h.rules
	if t.comma(lo) {
		return false
	}
	end := lo - 1 // of the word before
	for range 3 {
		if end <= c.lo {
			return false
		}
		from := c.lo + strings.LastIndexByte(t.folded[c.lo:end], ' ') + 1
		word := t.folded[from:end]
		if rules.negation[word] {
			return true
		}
		if t.comma(from) && !rules.that[word] {
			return false
		}
		end = from - 1
	}
	return false
}
