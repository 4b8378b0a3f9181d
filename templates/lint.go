package templates

import (
	"slices"
	"strconv"
	"strings"
)

// LintFinding is a fault in a text of ours or of an organisation: what Check finds, and also
//
//	F1 too many words · F2 an exclamation mark · F3 no number in the subject · F4 what our letters never say (LETTERS.md 1.1, 1.2)
//
// Every one of them is an error.
type LintFinding struct {
	File       string // "nl/acknowledgement.md", or the path of a text of the organisation's own
	Lang, Kind string // Kind of a text under own/ is its name
	Finding
}

// mostWords of a letter to a complainant, without greeting and what follows the closing (LETTERS.md 1.2).
var mostWords = map[string]int{
	"acknowledgement": 160, "addition_received": 60, "status_update": 120, "information_request": 150, "extension_notice": 130,
	"answer": 450, "answer_partly_founded": 900, "inadmissible": 220, "not_a_complaint": 220, "withdrawn": 220, "duplicate": 220,
	"satisfaction_request": 110, "satisfaction_thanks": 80, "reopened": 130,
}

// staffGroups are the phrases that a mail to a colleague is held against (LETTERS.md 1.4).
var staffGroups = []string{"staff", "blame", "belittle"}

// Lint holds every text, filled in with made-up complaints, against the eight steps, plain language and the rules of form; each fault
// once. The advice is in adviceLang.
func (s *Set) Lint(adviceLang string) ([]LintFinding, error) {
	return s.lint(adviceLang, func(Name) bool { return true })
}

// LintDir is Lint for the texts in a folder of an organisation's own, those under LANG/own/ too. An error is one of Load.
func LintDir(dir, adviceLang string) ([]LintFinding, error) {
	s, err := Load(dir)
	if err != nil {
		return nil, err
	}
	if err := s.OwnFaults(); err != nil {
		return nil, err
	}
	return s.lint(adviceLang, func(n Name) bool { return n.Own })
}

func (s *Set) lint(adviceLang string, wanted func(Name) bool) ([]LintFinding, error) {
	l := linter{set: s, adviceLang: adviceLang, told: map[LintFinding]bool{}}
	for _, n := range s.Names() {
		if !wanted(n) {
			continue
		}
		if err := l.letter(n); err != nil {
			return nil, err
		}
	}
	return l.found, nil
}

// linter collects the faults of several texts.
type linter struct {
	set        *Set
	adviceLang string
	told       map[LintFinding]bool
	found      []LintFinding
}

func (l *linter) letter(n Name) error {
	letter := l.set.letters[n.Lang][n.Kind]
	for _, d := range samples() {
		d.Own = l.set.ownBlanks(n.Kind)
		out, err := l.set.Render(n.Kind, n.Lang, d)
		if err != nil {
			return err
		}
		if kinds[n.Kind] {
			l.staffMail(letter.file, n, out)
		} else {
			l.complainantLetter(letter.file, n, d, out)
		}
	}
	return nil
}

// ownBlanks fills in an own text of which nobody knows yet what it will say: a blank may be a day.
func (s *Set) ownBlanks(kind string) map[string]string {
	form, _ := s.Form(ownAction + strings.TrimPrefix(kind, ownKind))
	blanks := map[string]string{}
	for _, field := range form.Fields {
		blanks[field] = "{{}}"
	}
	return blanks
}

func (l *linter) add(file string, n Name, findings ...Finding) {
	for _, f := range findings {
		f.Block = false
		found := LintFinding{File: file, Lang: n.Lang, Kind: strings.TrimPrefix(n.Kind, ownKind), Finding: f}
		if !l.told[found] {
			l.told[found] = true
			l.found = append(l.found, found)
		}
	}
}

func (l *linter) staffMail(file string, n Name, out Letter) {
	c := l.set.newCheck(n.Kind, n.Lang, l.adviceLang)
	t := readAttitude(out.Text, c.rules)
	c.phrases(t)
	c.findings = slices.DeleteFunc(c.findings, func(f Finding) bool { return !slices.Contains(staffGroups, f.Group) })
	c.calm(t, out.Subject)
	l.add(file, n, c.findings...)
}

func (l *linter) complainantLetter(file string, n Name, d Data, out Letter) {
	s := l.set
	found := s.Check(n.Kind, n.Lang, l.adviceLang, out.Text, out.Text, d.Organization.SecondLine)
	c := s.newCheck(n.Kind, n.Lang, l.adviceLang)
	t := readAttitude(out.Text, c.rules)
	c.form(s, t, out.Subject, d.Number)
	found = slices.DeleteFunc(found, func(f Finding) bool {
		// The sober variant says nothing about what a complaint is worth to us, and where no day is known none is promised (LETTERS.md 1.1,
		// CONTRACT section 4).
		return f.Code == "A2" && d.Sober || f.Code == "A5" && d.AnswerDue.IsZero() || f.Code == "L2"
	})
	c.readingEase(t, s.prose(t), c.data.Plain.Flesch.Ours)
	l.add(file, n, append(found, c.findings...)...)
}

// form adds what goes against the rules for all mail to a complainant.
func (c *attitudeCheck) form(s *Set, t *attitudeText, subject, number string) {
	most, words := mostWords[c.kind], 0
	if most == 0 {
		most = mostWords[baseKind(c.kind)]
	}
	prose := s.prose(t)
	for i := range prose {
		words += t.wordCount(&prose[i])
	}
	if most > 0 && words > most {
		c.add(Finding{Code: "F1"}, strconv.Itoa(words), strconv.Itoa(most))
	}
	if number != "" && !strings.Contains(subject, "["+number+"]") {
		c.add(Finding{Code: "F3", Sentence: subject}, number)
	}
	for _, at := range capitals(subject) {
		if word := subject[at[0]:at[1]]; !c.rules.plain.known[word] {
			c.add(Finding{Code: "L6", Words: word, Sentence: subject})
		}
	}
	c.calm(t, subject)
	c.neverSaid(t)
}

// calm: no exclamation mark.
func (c *attitudeCheck) calm(t *attitudeText, subject string) {
	if strings.Contains(subject, "!") {
		c.add(Finding{Code: "F2", Words: "!", Sentence: subject})
	}
	for i := range t.sentences {
		if s := &t.sentences[i]; s.end == '!' {
			c.add(Finding{Code: "F2", Words: "!", Sentence: t.sentence(s)})
		}
	}
}

func (c *attitudeCheck) neverSaid(t *attitudeText) {
	for _, n := range c.rules.never {
		if len(n.kinds) > 0 && !slices.Contains(n.kinds, baseKind(c.kind)) {
			continue
		}
		for i := range t.sentences {
			s := &t.sentences[i]
			if at := n.re.first(t.fold(s)); at != nil {
				c.add(Finding{Code: "F4", Words: t.words(s.lo+at[0], s.lo+at[1]), Sentence: t.sentence(s)})
			}
		}
	}
}
