package templates

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

// attitudeFile is attitude.toml of one language: everything by which a text is heard, as data (LETTERS.md 2.3 to 2.5 and 3).
type attitudeFile struct {
	Reading struct {
		Abbreviations, Turn, Negation, That, Frame, Address, Capital []string

		FrameNot []string `toml:"frame_not"`
	}
	Signals struct {
		Thanks, Value, Regret, Back, Promise, Vague, Date, Ask []string

		ThanksNot []string `toml:"thanks_not"`
		RegretWe  []string `toml:"regret_we"`
		AskNot    []string `toml:"ask_not"`
		AndAsk    []string `toml:"and_ask"`
	}
	Plain   plainData
	Never   []never
	Advice  map[string]string // to the writer, by code or group; {0}, {1} are figures or words
	Rewrite map[string]string // to copy, in the language of the letter
	Phrase  []phraseData
}

// phraseData is something that a letter should not say.
type phraseData struct {
	ID, Group  string
	Block      bool
	Re, Unless []string
	Scope      string // "sentence": a turn does not cut it; "" its part of the sentence
	Eg         string // found by Re
	Rewrite    string // "" that of the group
}

// never is what letters of some kinds never say (LETTERS.md 1.1 and 1.2); no kinds: any letter to a complainant.
type never struct{ Kinds, Re []string }

// attitude is the data of one language and, once asked for, its patterns.
type attitude struct {
	attitudeFile
	months  []string              // a number before one is a day: "8. Dezember"
	compile func() *attitudeRules // ready to use; made once
}

func newAttitude(f attitudeFile, months []string) *attitude {
	a := &attitude{attitudeFile: f, months: months}
	a.compile = sync.OnceValue(func() *attitudeRules { return newAttitudeRules(a) })
	return a
}

// readAttitudes reads the data files once for the whole program, which never change.
var readAttitudes = sync.OnceValues(func() (map[string]*attitude, error) {
	w, err := readWords()
	if err != nil {
		return nil, err
	}
	all := map[string]*attitude{}
	for _, lang := range Languages {
		var f attitudeFile
		if _, err := toml.DecodeFS(ours, lang+"/attitude.toml", &f); err != nil {
			return nil, fmt.Errorf("load attitude of %s: %w", lang, err)
		}
		all[lang] = newAttitude(f, w[lang].calendar.Months)
	}
	return all, nil
})

// overlay lays an organisation's own attitude.toml over ours; no file changes nothing.
func (a *attitude) overlay(file string) (*attitude, error) {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read phrases: %w", err)
	}
	if info.Size() > maxSource {
		return nil, fmt.Errorf("%s: %d bytes is too long; at most %d", file, info.Size(), maxSource)
	}
	var own struct {
		Phrase   []phraseData
		Silence  []string // ids of phrases that are taken away
		Capitals []string // abbreviations that the readers know
	}
	meta, err := toml.DecodeFile(file, &own)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; remove the file to use our phrases only", file, err)
	}
	var found []error
	for _, key := range meta.Undecoded() {
		found = append(found, fmt.Errorf("%s: there is no %q here; known are silence, capitals and [[phrase]] with id, group, block, re, unless, scope, eg, rewrite", file, key))
	}
	f := a.attitudeFile
	f.Plain.Capitals = slices.Concat(f.Plain.Capitals, own.Capitals)
	f.Phrase = slices.Clone(f.Phrase)
	for _, id := range own.Silence {
		at := phraseIndex(f.Phrase, id)
		if at < 0 {
			found = append(found, fmt.Errorf("%s: silence: there is no phrase %q; for example \"%s\"", file, id, a.Phrase[0].ID))
			continue
		}
		f.Phrase = slices.Delete(f.Phrase, at, at+1)
	}
	for _, p := range own.Phrase {
		if err := p.check(a.Advice); err != nil {
			found = append(found, fmt.Errorf("%s: phrase %q: %w", file, p.ID, err))
		} else if at := phraseIndex(f.Phrase, p.ID); at >= 0 {
			f.Phrase[at] = p
		} else {
			f.Phrase = append(f.Phrase, p)
		}
	}
	return newAttitude(f, a.months), errors.Join(found...)
}

func phraseIndex(phrases []phraseData, id string) int {
	return slices.IndexFunc(phrases, func(p phraseData) bool { return p.ID == id })
}

// check finds what is wrong with a phrase of an organisation's own.
func (p *phraseData) check(groups map[string]string) error {
	if p.ID == "" || len(p.Re) == 0 || p.Eg == "" {
		return errors.New("it needs id, re and eg; for example id = \"own-1\", re = [\"uw (eigen )?fout\"], eg = \"dat is uw fout\"")
	}
	if groups[p.Group] == "" || strings.ToLower(p.Group) != p.Group {
		return fmt.Errorf("there is no group %q; for example \"blame\"", p.Group)
	}
	if p.Scope != "" && p.Scope != "sentence" {
		return fmt.Errorf("scope is \"sentence\" or left out, not %q", p.Scope)
	}
	for _, list := range [][]string{p.Re, p.Unless} {
		if _, err := compilePattern(list); err != nil {
			return err
		}
	}
	if re, _ := compilePattern(p.Re); !re.in(readAttitude(p.Eg, &attitudeRules{}).folded) {
		return fmt.Errorf("its re does not find its eg %q", p.Eg)
	}
	return nil
}

// attitudeRules is an attitude ready to be used: folded, compiled, never changed.
type attitudeRules struct {
	abbreviations, months, turn   map[string]bool
	negation, that                map[string]bool
	frame, frameNot               *pattern
	address, capital              *pattern
	thanks, thanksNot             *pattern
	value, regret, regretWe, back *pattern
	promise, vague, date          *pattern
	ask, askNot, andAsk           *pattern
	phrases                       []phraseRule
	plain                         plainRules
	never                         []neverRule
}

type phraseRule struct {
	*phraseData
	re, unless *pattern
}

type neverRule struct {
	kinds []string
	re    *pattern
}

func newAttitudeRules(a *attitude) *attitudeRules {
	r, s := &a.Reading, &a.Signals
	rules := &attitudeRules{
		abbreviations: foldedSet(r.Abbreviations), turn: foldedSet(r.Turn), negation: foldedSet(r.Negation), that: foldedSet(r.That), months: foldedSet(a.months),
		frame: mustPattern(r.Frame), frameNot: mustPattern(r.FrameNot), address: mustPattern(r.Address), capital: mustPattern(r.Capital),
		thanks: mustPattern(s.Thanks), thanksNot: mustPattern(s.ThanksNot), value: mustPattern(s.Value),
		regret: mustPattern(s.Regret), regretWe: mustPattern(s.RegretWe), back: mustPattern(s.Back),
		promise: mustPattern(s.Promise), vague: mustPattern(s.Vague), date: mustPattern(s.Date),
		ask: mustPattern(s.Ask), askNot: mustPattern(s.AskNot), andAsk: mustPattern(s.AndAsk),
		plain: newPlainRules(&a.Plain),
	}
	for i := range a.Phrase {
		p := &a.Phrase[i]
		rules.phrases = append(rules.phrases, phraseRule{phraseData: p, re: mustPattern(p.Re), unless: mustPattern(p.Unless)})
	}
	for _, n := range a.Never {
		rules.never = append(rules.never, neverRule{n.Kinds, mustPattern(n.Re)})
	}
	return rules
}

func foldedSet(words []string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		set[foldPlain(w)] = true
	}
	return set
}
