package templates

import "strings"

// What a phrase is beside a score: see Set.Opinion.
const (
	OpinionLead   = "lead"   // may stand before a score: "ik geef een"
	OpinionThanks = "thanks" // thanks, and what may follow thanks
	OpinionPolite = "polite" // may follow thanks
	OpinionEnd    = "end"    // a closing
	OpinionScale  = "scale"  // between a score and the highest one: "op", "sur", "out of", "von"
)

// Opinion is what a phrase says about our work. With an empty Part: Score by itself, 0 none, and the scores that it agrees with.
type Opinion struct {
	Part               string
	Score, Least, Most int
	Words              int // how long the phrase is
}

// opinions are the phrases of lists.score, with the thanks and closings that may stand beside them, in all languages together.
type opinions map[string][]opinion // by first word

type opinion struct {
	phrase phrase
	Opinion
}

func newOpinions(all map[string]*words) opinions {
	o := opinions{}
	for _, lang := range Languages {
		l := &all[lang].lists
		for key, what := range map[string]Opinion{"1": {Score: 1, Least: 1, Most: 2}, "2": {Score: 2, Least: 1, Most: 2}, "3": {Score: 3, Least: 3, Most: 3},
			"4": {Score: 4, Least: 4, Most: 5}, "5": {Score: 5, Least: 4, Most: 5}, "low": {Least: 1, Most: 2}, "high": {Least: 4, Most: 5},
			OpinionLead: {Part: OpinionLead}, OpinionScale: {Part: OpinionScale}} {
			o.add(l.Score[key], what)
		}
		o.add(l.Thanks, Opinion{Part: OpinionThanks})
		o.add(l.Polite, Opinion{Part: OpinionPolite})
		o.add(l.Closings, Opinion{Part: OpinionEnd})
	}
	return o
}

func (o opinions) add(phrases []string, what Opinion) {
	for _, text := range phrases {
		p := newPhrase(strings.NewReplacer(".", " ", "'", " ").Replace(text))
		what.Words = len(p)
		for _, first := range p[0].words {
			o[first] = append(o[first], opinion{p, what})
		}
	}
}

// Opinion reads the longest phrase of that part at the beginning of folded words; part "" is what says how content somebody is. Words is 0
// when there is none.
func (s *Set) Opinion(part string, words []string) (found Opinion) {
	if len(words) == 0 {
		return found
	}
	for _, o := range s.opinions[words[0]] {
		if o.Part == part && o.Words > found.Words && o.phrase.matches(words, 0) {
			found = o.Opinion
		}
	}
	return found
}
