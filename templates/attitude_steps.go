package templates

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Within how many sentences the first steps are taken (LETTERS.md 2.2).
const (
	thanksWithin = 3
	valueWithin  = 6
)

// thankful are the letters that begin with thanks (LETTERS.md 1.2). In the others thanks may be missing, but never come after regret.
var thankful = map[string]bool{
	"acknowledgement": true, "addition_received": true, "information_request": true, "answer": true, "inadmissible": true,
	"not_a_complaint": true, "withdrawn": true, "duplicate": true, "satisfaction_thanks": true, "reopened": true,
}

// questions that a letter may ask: one, unless it stands here.
var questionLimit = map[string]int{"acknowledgement": 0, "information_request": 3}

// baseKind is the kind of which there are several texts: "answer" of "answer_founded".
func baseKind(kind string) string {
	for _, base := range []string{"answer", "inadmissible"} {
		if strings.HasPrefix(kind, base+"_") {
			return base
		}
	}
	return kind
}

// letter reads the whole letter from after its greeting.
func (c *attitudeCheck) letter(s *Set, whole string) *attitudeText {
	t := readAttitude(whole, c.rules)
	for len(t.sentences) > 0 && t.sentences[0].alone && s.IsGreetingOrClosing(t.sentence(&t.sentences[0])) {
		t.sentences = t.sentences[1:]
	}
	return t
}

func (t *attitudeText) fold(s *heardSentence) string { return t.folded[s.lo:s.hi] }

// first finds where re stands first, not (nil: nothing) covering it; -1 nowhere.
func (t *attitudeText) first(re, not *pattern) (sentence, at int) {
	for i := range t.sentences {
		s := &t.sentences[i]
		covered := not.all(t.fold(s))
		for _, m := range re.all(t.fold(s)) {
			if !overlaps(covered, m) {
				return i, s.lo + m[0]
			}
		}
	}
	return -1, -1
}

// thanksFirst is step 1: thanks stand in the first sentences and before regret.
func (c *attitudeCheck) thanksFirst(t *attitudeText) {
	thanks, thanksAt := t.first(c.rules.thanks, c.rules.thanksNot)
	regret, regretAt := t.first(c.rules.regret, nil)
	f := Finding{Code: "A1"}
	switch {
	case thanks >= 0 && regret >= 0 && regretAt < thanksAt:
		f.Sentence = t.sentence(&t.sentences[regret])
	case thankful[baseKind(c.kind)] && (thanks < 0 || thanks >= thanksWithin):
	default:
		return
	}
	c.add(f)
}

// valued is step 2: why the complaint is worth something.
func (c *attitudeCheck) valued(t *attitudeText) {
	if k := baseKind(c.kind); k != "acknowledgement" && k != "answer" {
		return
	}
	for i := range t.sentences[:min(valueWithin, len(t.sentences))] {
		if c.rules.value.in(t.fold(&t.sentences[i])) {
			return
		}
	}
	c.add(Finding{Code: "A2"})
}

// regretWe is step 3: regret in the ik-form.
func (c *attitudeCheck) regretWe(t *attitudeText) {
	for i := range t.sentences {
		s := &t.sentences[i]
		if lo, hi, ok := c.rules.hear(t, s).find(c.rules.regretWe, nil, false); ok {
			c.add(Finding{Code: "A3", Words: t.words(lo, hi), Sentence: t.sentence(s)})
			return
		}
	}
}

// promises is step 5: a promise has a day, in its own sentence or beside it.
func (c *attitudeCheck) promises(t *attitudeText) {
	for i := range t.sentences {
		s := &t.sentences[i]
		if lo, hi, ok := c.promise(t, s); ok && !c.datedNear(t, i) {
			c.add(Finding{Code: "A5", Words: t.words(lo, hi), Sentence: t.sentence(s)})
			return
		}
	}
}

func (c *attitudeCheck) promise(t *attitudeText, s *heardSentence) (lo, hi int, ok bool) {
	h := c.rules.hear(t, s)
	if lo, hi, ok = h.find(c.rules.promise, nil, false); ok {
		return lo, hi, true
	}
	return h.find(c.rules.vague, nil, false)
}

// datedNear: a day stands in sentence i, the one before or the one after.
func (c *attitudeCheck) datedNear(t *attitudeText, i int) bool {
	for j := max(0, i-1); j <= min(i+1, len(t.sentences)-1); j++ {
		s := &t.sentences[j]
		if c.rules.date.in(t.fold(s)) || datePlaceholder.MatchString(t.source[s.from:s.to]) {
			return true
		}
	}
	return false
}

// datePlaceholder is where a template puts a day: {{date .AnswerDue}}, [datum].
var datePlaceholder = regexp.MustCompile(`\{\{|\[(?i:dat|jour|day|tag)`)

// questions is step 6: only what is needed is asked.
func (c *attitudeCheck) questions(t *attitudeText) {
	limit, known := questionLimit[c.kind]
	if !known {
		limit = 1
	}
	n, over := 0, -1
	for i := range t.sentences {
		asked := c.asks(t, &t.sentences[i])
		if n += asked; asked > 0 && n > limit && over < 0 {
			over = i
		}
	}
	if over >= 0 {
		s := &t.sentences[over]
		c.add(Finding{Code: "A6", Block: n > 3 || limit == 0, Words: t.words(s.lo, s.hi), Sentence: t.sentence(s)})
	}
}

// asks counts the questions in a sentence. An offer is none, nor is a heading ("Wat is er gebeurd?").
func (c *attitudeCheck) asks(t *attitudeText, s *heardSentence) int {
	text := t.fold(s)
	asks := s.end == '?' || c.rules.ask.in(text)
	if !asks || c.rules.askNot.in(text) || c.isHeading(t, s) {
		return 0
	}
	return 1 + len(c.rules.andAsk.all(text))
}

func (c *attitudeCheck) isHeading(t *attitudeText, s *heardSentence) bool {
	return s.alone && !s.listed && c.kind != "information_request" && !c.rules.address.in(t.fold(s))
}

// aftercare is step 7 in a final answer: what can still be done, where else to go, and a day on which we come back.
func (c *attitudeCheck) aftercare(t *attitudeText, secondLine string) {
	kind := baseKind(c.kind)
	if kind != "answer" && kind != "inadmissible" {
		return
	}
	if secondLine != "" && !Holds(t.source, secondLine) {
		c.addAs(Finding{Code: "A8", Block: true, Rewrite: secondLine}, "A8_second", secondLine)
	}
	if kind != "answer" {
		return
	}
	back, promised, dated := false, false, false
	for i := range t.sentences {
		s := &t.sentences[i]
		comesBack := c.rules.back.in(t.fold(s))
		_, _, promises := c.promise(t, s)
		back, promised = back || comesBack, promised || promises
		dated = dated || (comesBack || promises) && c.datedNear(t, i)
	}
	if !back || promised && !dated && !c.has("A5") {
		c.add(Finding{Code: "A8"})
	}
}

func (c *attitudeCheck) has(code string) bool {
	return slices.ContainsFunc(c.findings, func(f Finding) bool { return f.Code == code })
}

// lettersOf leaves out what the wrapping of lines may change.
// Holds tells whether words stand in a text, whatever their capitals and line breaks.
func Holds(text, words string) bool { return strings.Contains(lettersOf(text), lettersOf(words)) }

func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}
