package mailin

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dankuwel/templates"
)

// Score reads how content a complainant says he is, 1 to 5 (CONTRACT section 5, "Score"), from the score addresses that the mail went to
// and the new text of it. It is 0 in doubt: then a person reads. rest is what the text says beside the score, without greeting, closing
// and name; all of it when there is no score.
func Score(texts *templates.Set, addressed []int, text, name string) (score int, rest string) {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	for len(lines) > 1 && texts.IsGreetingOrClosing(lines[0]) {
		lines = lines[1:]
	}
	var first saidLine
	below := lines
	if len(lines) > 0 {
		first = readScore(texts, lines[0], name)
	}
	if first.whole {
		below = lines[1:]
	}
	below = withoutFarewell(texts, below, name)
	score = first.score()
	if len(addressed) > 0 {
		if score == 0 {
			score = addressed[0]
		}
		for _, n := range addressed {
			if n != score || !first.agrees(n) {
				score = 0
			}
		}
	}
	for _, line := range below[:min(len(below), maxOpinions)] {
		if said := readScore(texts, line, name); said.whole && !said.agrees(score) {
			score = 0 // it takes back what stands above
		}
	}
	if score == 0 {
		below = lines
	}
	return score, strings.Join(below, "\n")
}

// maxOpinions is how many lines below the score are looked at for another one.
const maxOpinions = 8

// withoutFarewell leaves out a closing or the writer's name with what stands below it, as long as that says nothing.
func withoutFarewell(texts *templates.Set, lines []string, name string) []string {
	signed := templates.FoldWords(name)
	for i, line := range lines {
		ends := texts.IsGreetingOrClosing(line) && !texts.OnlyThanks(line) || len(signed) > 0 && slices.Equal(templates.FoldWords(line), signed)
		if ends && len(lines)-i <= maxOpinions && !slices.ContainsFunc(lines[i+1:], tells) {
			return lines[:i]
		}
	}
	return lines
}

// tells: the line is not only who signs and where he is to be found.
func tells(line string) bool {
	return strings.Contains(line, "?") || !looksLikeName(line) && !hasContact(line) && !isClientLine(line)
}

// saidLine is what one line says: a number of 1 to 5, and phrases that say how content somebody is.
type saidLine struct {
	number  int
	leading bool // the number is the first thing that is said
	said    []templates.Opinion
	whole   bool // and nothing else, apart from greeting, thanks and punctuation
}

// score is the one that the line gives; 0: none, or number and words contradict.
func (o saidLine) score() int {
	if !o.whole {
		return 0
	}
	score := o.number
	for _, s := range o.said {
		if score == 0 {
			score = s.Score
		}
		if o.number == 0 && s.Score != 0 && s.Score != score {
			return 0
		}
	}
	if score == 0 || !o.agrees(score) {
		return 0
	}
	return score
}

// agrees tells whether nothing in the line speaks against the score. A number within a sentence counts something else.
func (o saidLine) agrees(score int) bool {
	if o.number != 0 && o.number != score && (o.whole || o.leading) {
		return false
	}
	return !slices.ContainsFunc(o.said, func(s templates.Opinion) bool { return score < s.Least || score > s.Most })
}

// maxOpinion is how long a line may be that gives a score, in bytes.
const maxOpinion = 300

// readScore reads one line.
func readScore(texts *templates.Set, line, name string) saidLine {
	if len(line) > maxOpinion {
		return saidLine{}
	}
	for { // "Dag An, 4"
		i := strings.IndexAny(line, ",!")
		if i < 0 || !texts.IsGreetingOrClosing(line[:i]) || strings.TrimSpace(line[i+1:]) == "" {
			break
		}
		line = line[i+1:]
	}
	r := scoreReader{texts: texts, tokens: cutTokens(line), name: templates.FoldWords(name)}
	for r.at < len(r.tokens) {
		if !r.next() {
			r.odd = true
			r.at++
		}
	}
	r.whole = !r.odd && (r.number != 0 || len(r.said) > 0)
	return r.saidLine
}

// token is a word, a row of figures or a sign of a line.
type token struct {
	text  string // a word: folded
	raw   string
	kind  byte // 'w' word, 'n' figures, 's' sign
	tight bool // nothing stands between it and the token before
}

// cutTokens cuts a line into words, figures and signs.
func cutTokens(line string) (list []token) {
	tight := false
	for line != "" {
		r, n := utf8.DecodeRuneInString(line)
		kind := byte('s')
		in := func(rune) bool { return false }
		switch {
		case unicode.IsSpace(r):
			tight, line = false, line[n:]
			continue
		case r == '\ufe0f' || r == '\u20e3': // the key with a figure on it, as telephones write it
			line = line[n:]
			continue
		case '0' <= r && r <= '9':
			kind, in = 'n', func(r rune) bool { return '0' <= r && r <= '9' }
		case unicode.IsLetter(r) || unicode.Is(unicode.Mn, r):
			kind, in = 'w', func(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.Mn, r) && r != '\ufe0f' }
		}
		end := n
		for end < len(line) {
			r, n := utf8.DecodeRuneInString(line[end:])
			if !in(r) {
				break
			}
			end += n
		}
		t := token{text: line[:end], raw: line[:end], kind: kind, tight: tight}
		if kind == 'w' {
			t.text = strings.Join(templates.FoldWords(t.raw), "")
		}
		list, line, tight = append(list, t), line[end:], true
	}
	return list
}

type scoreReader struct {
	saidLine
	texts  *templates.Set
	tokens []token
	at     int
	name   []string // of the writer, folded
	odd    bool     // something else stands in the line
	thanks bool     // thanks were said
	apart  bool     // a sign stood before
	over   bool     // a closing was said: only names may follow
}

// quiet are signs that say nothing.
const quiet = ".,;:!()\"'*_–—-…“”„«»‘’"

// next reads what begins at the token; false when it is nothing that may stand beside a score.
func (r *scoreReader) next() bool {
	switch t := r.tokens[r.at]; {
	case t.kind == 'n':
		return r.figure()
	case t.kind == 's':
		r.apart = true
		r.at++
		return strings.Contains(quiet, t.text)
	case r.over && unicode.IsUpper([]rune(t.raw)[0]):
		r.at++
		return true
	}
	return r.phrase()
}

// phrase reads the longest phrase, or the name of the writer behind a sign.
func (r *scoreReader) phrase() bool {
	words := r.words()
	best := r.texts.Opinion("", words)
	found := best.Words > 0
	take := func(part string, allowed bool) {
		if o := r.texts.Opinion(part, words); allowed && o.Words > best.Words {
			best, found = o, true
		}
	}
	said := r.number != 0 || len(r.said) > 0
	take(templates.OpinionThanks, true)
	take(templates.OpinionPolite, r.thanks)
	take(templates.OpinionLead, !said)
	take(templates.OpinionEnd, said)
	switch {
	case found && best.Part == "":
		r.said = append(r.said, best)
	case found && best.Part == templates.OpinionThanks:
		r.thanks = true
	case found && best.Part == templates.OpinionEnd:
		r.over = true
	case !found && said && r.apart && len(words) > 0 && slices.Contains(r.name, words[0]):
		r.at++
		return true
	}
	r.pass(best.Words)
	return found
}

// words are those of the tokens from here on, up to the next figure; an apostrophe or a hyphen does not cut them.
func (r *scoreReader) words() (words []string) {
	for i := r.at; i < len(r.tokens); i++ {
		switch t := r.tokens[i]; {
		case t.kind == 'w':
			words = append(words, t.text)
		case t.kind != 's' || !r.joins(i):
			return words
		}
	}
	return words
}

// joins: a sign within a word, "c'est", "mi-figue".
func (r *scoreReader) joins(i int) bool {
	return strings.Contains("'’-", r.tokens[i].text) && r.tokens[i].tight && i+1 < len(r.tokens) && r.tokens[i+1].tight && r.tokens[i+1].kind == 'w'
}

// pass goes on behind n words.
func (r *scoreReader) pass(n int) {
	for ; n > 0 && r.at < len(r.tokens); r.at++ {
		if r.tokens[r.at].kind == 'w' {
			n--
		}
	}
}

// figure reads a score: "4", "4/5", "4 op 5". Figures that belong to something else are none: "4,5", "8/10", "4e", "40".
func (r *scoreReader) figure() bool {
	t := r.tokens[r.at]
	n := int(t.text[0] - '0')
	if len(t.text) != 1 || n < 1 || n > highest || r.at > 0 && t.tight && !strings.Contains("(\"'*_“„«‘:", r.tokens[r.at-1].text) {
		return false
	}
	if r.number == 0 {
		r.leading = len(r.said) == 0 && r.at == r.signs()
	}
	next := r.at + 1
	if after := r.scale(next); after > next {
		next = after
	} else if next < len(r.tokens) && r.tokens[next].tight && (!strings.Contains(quiet, r.tokens[next].text) || next+1 < len(r.tokens) && r.tokens[next+1].tight && r.tokens[next+1].kind == 'n') {
		return false
	}
	if r.number != 0 && r.number != n {
		return false
	}
	r.number, r.at, r.apart = n, next, false
	return true
}

const highest = 5

// signs is how many signs the line begins with.
func (r *scoreReader) signs() int {
	return max(0, slices.IndexFunc(r.tokens, func(t token) bool { return t.kind != 's' }))
}

// scale is the token behind "/5" or "op 5" that begins at token i; i when there is none.
func (r *scoreReader) scale(i int) int {
	at := i
	if at < len(r.tokens) && r.tokens[at].text == "/" {
		at++
	} else {
		rest := scoreReader{texts: r.texts, tokens: r.tokens, at: i}
		rest.pass(r.texts.Opinion(templates.OpinionScale, rest.words()).Words)
		at = rest.at
	}
	if at > i && at < len(r.tokens) && r.tokens[at].text == "5" && (at+1 == len(r.tokens) || !r.tokens[at+1].tight || strings.Contains(quiet, r.tokens[at+1].text)) {
		return at + 1
	}
	return i
}
