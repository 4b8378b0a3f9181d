package templates

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// privacy are the words of one language that tell who somebody is, and those that only look so.
type privacy struct {
	Everyday    []string // common words that are names, too: only what stands around them tells
	Functions   []string // held by one person; the singular, of one word or more
	Titles      []string // short ones, which always stand before a name
	Rooms       []string // before a number: where somebody lives
	Known       []string // written with a capital, and nobody's name
	Birth       []string // what stands beside a date of birth, or an age
	Determiners []string // before a noun in German, which has a capital anyway
}

// People are all that a register knows by which a sentence tells who somebody is: names of people, what is said of them in complaints. It
// leaves out of a text for all colleagues each sentence that may tell it (LETTERS.md 1.4, `lessons`): in doubt, too.
type People struct {
	set       *Set
	parts     map[string]bool // folded word of a name → of somebody near
	joined    map[string]bool // a surname of several words, written as one: "dewit"
	pairs     map[string]bool // two words of one person's name, side by side: "jan peeters"
	heard     map[string]bool // named in a complaint
	small     map[string]bool // written without a capital in one, so that it is no name
	known     map[string]bool // nobody's name
	functions [][]string
	titles    map[string]bool // short ones
	callings  map[string]bool // titles and functions that stand before a name
}

// LeftOut is a sentence that does not go to everybody.
type LeftOut struct {
	Sentence string
	Reason   string // one of the labels left_out.*
	Words    string // what it was left out for
}

// People begins a list without anybody on it.
func (s *Set) People() *People {
	n := &People{set: s, parts: map[string]bool{}, joined: map[string]bool{}, pairs: map[string]bool{}, heard: map[string]bool{}, small: map[string]bool{}, known: map[string]bool{}, titles: map[string]bool{}, callings: map[string]bool{}}
	for _, lang := range Languages {
		p, c := &s.words[lang].privacy, &s.words[lang].calendar
		for _, w := range slices.Concat(p.Known, c.Weekdays, c.Months) {
			n.known[foldWord(w)] = true
		}
		for _, f := range p.Functions {
			n.functions = append(n.functions, foldWords(f))
		}
		for _, t := range p.Titles {
			n.titles[foldWord(t)] = true
		}
	}
	for _, f := range s.FunctionWords() {
		n.callings[foldWord(f)] = true
	}
	return n
}

// Allow are names that may be said: of the organisation and its departments.
func (n *People) Allow(names ...string) {
	for _, name := range names {
		for _, w := range foldWords(name) {
			n.known[w] = true
		}
	}
}

// AddFunction notes a function that one person holds, as it stands below his letters: "klachtencoördinator".
func (n *People) AddFunction(function string) {
	if words := foldWords(function); len(words) > 0 {
		n.functions = append(n.functions, words)
	}
}

// particles stand in many names, and are none.
var particles = wordSet(`de het van den der ter ten te t la le les du des d l von zu zur vom am el al ben bin op in o mac mc st saint sint s ibn abu dos da di del della`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// Add notes a person's name. Near are those whom the text may be about: staff, and who complained lately.
func (n *People) Add(name string, near bool) {
	for _, words := range foldings(name) {
		var own []string
		for i, w := range words {
			if particles[w] || utf8.RuneCountInString(w) < 2 || n.set.isCalling(w) || strings.Trim(w, "0123456789") == "" {
				continue
			}
			n.parts[w] = n.parts[w] || near
			if i > 0 {
				n.joined[strings.Join(words[i:], "")] = true
				if particles[words[i-1]] {
					n.joined[words[i-1]+strings.Join(words[i:], "")] = true
				}
				n.joined[strings.Join(words[1:], "")] = true
			} else if len(words) > 1 {
				n.joined[strings.Join(words, "")] = true
			}
			own = append(own, w)
		}
		for i := range own {
			for j := range own {
				if i != j {
					n.pairs[own[i]+" "+own[j]] = true
				}
			}
		}
	}
}

// AddAddress notes what an e-mail address tells of a name: "jan.peeters@example.test".
func (n *People) AddAddress(email string, near bool) {
	local, _, _ := strings.Cut(email, "@")
	local, _, _ = strings.Cut(local, "+")
	for _, w := range foldWords(local) {
		if w = strings.Trim(w, "0123456789"); utf8.RuneCountInString(w) > 3 && !n.set.isEveryday(w) && !n.known[w] && !n.callings[w] {
			n.parts[w] = n.parts[w] || near
		}
	}
}

// AddPlace notes where somebody lives.
func (n *People) AddPlace(address string) {
	for _, w := range foldWords(address) {
		if utf8.RuneCountInString(w) > 4 && !n.set.isEveryday(w) && !n.known[w] && strings.IndexFunc(w, unicode.IsDigit) < 0 {
			n.parts[w] = true
		}
	}
}

// Hear notes who is named in a complaint: what stands behind a title, or with a capital inside a sentence, which German gives to all nouns. Who shouts names nobody.
func (n *People) Hear(text, lang string) {
	t := n.read(text, lang)
	for i, w := range t.words {
		behind := i > 0 && (n.titles[t.words[i-1].folded] || n.callings[t.words[i-1].folded])
		switch {
		case !w.upper:
			n.small[w.folded] = true
		case (behind || n.odd(t, i) && !w.capitals) && !n.known[w.folded] && !particles[w.folded] && utf8.RuneCountInString(w.folded) > 2:
			n.heard[w.folded] = true
		}
	}
}

// foldings are the words of a name as people fold them: a German umlaut becomes two letters, or one.
func foldings(name string) [][]string {
	both := [][]string{foldWords(name)}
	if plain := foldWords(umlauts.Replace(name)); !slices.Equal(plain, both[0]) {
		both = append(both, plain)
	}
	return both
}

var umlauts = strings.NewReplacer("ä", "a", "ö", "o", "ü", "u", "Ä", "A", "Ö", "O", "Ü", "U", "a\u0308", "a", "o\u0308", "o", "u\u0308", "u")

// isCalling: "mevrouw" in a name is no name.
func (s *Set) isCalling(w string) bool { return s.reader.titles[w] }

// isEveryday tells whether a folded word is a common one, whoever is called so.
func (s *Set) isEveryday(w string) bool { return everyday()[w] }

// everyday are the words of our own texts that begin small, and the common words of the lists.
var everyday = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for _, lang := range Languages {
		files, _ := ours.ReadDir(lang)
		for _, f := range files {
			source, _ := ours.ReadFile(lang + "/" + f.Name())
			for _, w := range strings.FieldsFunc(string(source), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`"[](){},;:'’“”*#/|`, r) }) {
				if c, _ := utf8.DecodeRuneInString(w); !strings.ContainsAny(w, "@") && unicode.IsLower(c) {
					for _, w := range foldWords(w) {
						set[w] = true
					}
				}
			}
		}
		if w, err := readWords(); err == nil {
			for _, word := range w[lang].privacy.Everyday {
				for _, f := range foldings(word) {
					set[f[0]] = true
				}
			}
		}
	}
	return set
})

// nameText is a text cut into words.
type nameText struct {
	source string
	lang   string
	words  []nameWord
	found  []LeftOut // where Sentence is not known yet
	spans  [][2]int
}

type nameWord struct {
	folded   string
	plain    string // folded with umlauts as one letter
	upper    bool   // begins with a capital
	capitals bool   // holds nothing else
	begins   bool   // a sentence, a line or a quotation
	dot      bool   // a full stop follows at once
	from, to int
}

// sentenceBounds are where the sentences of a text stand.
func (n *People) sentenceBounds(text, lang string) []heardSentence {
	return readAttitude(text, n.set.newCheck("lessons", lang, lang).rules).sentences
}

// invisible signs may stand inside a name and hide it.
var invisible = strings.NewReplacer("\u00ad", "", "\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "", "\u00a0", " ", "\u202f", " ", "\r", "")

func (n *People) read(text, lang string) *nameText {
	t := &nameText{source: text, lang: n.set.lang(lang).lang}
	starts := map[int]bool{}
	for _, s := range n.sentenceBounds(text, lang) {
		starts[s.from] = true
	}
	begins := true
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		if starts[i] || strings.ContainsRune("\"“„«\n", c) {
			begins = true
		}
		if notWord(c) {
			i += size
			continue
		}
		j := i
		for j < len(text) {
			c, size := utf8.DecodeRuneInString(text[j:])
			if notWord(c) {
				break
			}
			j += size
		}
		word := text[i:j]
		word = strings.TrimRight(norm.NFKC.String(word), "0123456789")
		if word == "" {
			word = text[i:j]
		}
		t.words = append(t.words, nameWord{folded: foldWord(word), plain: foldWord(umlauts.Replace(word)), upper: startsUpper(word), capitals: strings.ToUpper(word) == word && strings.ToLower(word) != word,
			begins: begins, dot: j < len(text) && text[j] == '.', from: i, to: j})
		begins, i = false, j
	}
	return t
}

func (t *nameText) find(from, to int, reason string) {
	t.spans = append(t.spans, [2]int{from, to})
	t.found = append(t.found, LeftOut{Reason: reason, Words: oneLine(t.source[from:to])})
}

// odd: a capital inside a sentence, on a word that has none by itself. German gives one to every noun.
func (n *People) odd(t *nameText, i int) bool {
	w := t.words[i]
	switch {
	case !w.upper || w.begins || t.lang == "de" || n.known[w.folded] || n.set.isEveryday(w.folded) || particles[w.folded]:
		return false
	case w.capitals && w.to-w.from <= 5:
		return false // an abbreviation
	}
	return utf8.RuneCountInString(w.folded) > 1
}

// Clean cuts a text into its sentences and gives those that may go to everybody, and those that may not.
func (n *People) Clean(text, lang string) (kept []string, left []LeftOut) {
	text = strings.TrimSpace(invisible.Replace(text))
	t := n.read(text, lang)
	n.patterns(t)
	n.people(t)
	n.held(t)
	for _, s := range n.sentenceBounds(text, lang) {
		sentence := oneLine(text[s.from:s.to])
		i := slices.IndexFunc(t.spans, func(at [2]int) bool { return at[0] < s.to && at[1] > s.from })
		if i >= 0 {
			left = append(left, LeftOut{Sentence: sentence, Reason: t.found[i].Reason, Words: t.found[i].Words})
			continue
		}
		if words := n.set.pointsAt(sentence, lang); words != "" {
			left = append(left, LeftOut{Sentence: sentence, Reason: "blame", Words: words})
			continue
		}
		kept = append(kept, sentence)
	}
	return kept, left
}

// pointsAt is what blames somebody in a sentence, in the writer's words; "" nothing.
func (s *Set) pointsAt(sentence, lang string) string {
	c := s.newCheck("lessons", lang, lang)
	t := readAttitude(sentence, c.rules)
	c.phrases(t)
	c.neverSaid(t)
	for _, f := range c.findings {
		if f.Code == "F4" || slices.Contains(staffGroups, f.Group) {
			return f.Words
		}
	}
	return ""
}

// people finds names.
func (n *People) people(t *nameText) {
	for i := range t.words {
		w := &t.words[i]
		prev, next := t.word(i-1), t.word(i+1)
		if (n.titles[w.folded] && (w.dot || next != nil && (next.upper || n.isPart(next)))) ||
			(n.callings[w.folded] && next != nil && !next.begins && t.near(w, next) && (n.isPart(next) || next.upper && t.lang != "de" && !n.known[next.folded] || next.upper && utf8.RuneCountInString(next.folded) == 1)) {
			to := w.to
			if next != nil {
				to = next.to
			}
			t.find(w.from, to, "name")
			continue
		}
		if n.initial(t, i) {
			t.find(w.from, next.to, "name")
			continue
		}
		if n.joinedAt(t, i) {
			continue
		}
		if last := t.spelled(i); last > i {
			t.find(w.from, t.words[last].to, "name")
			continue
		}
		if !n.isPart(w) {
			if n.odd(t, i) {
				t.find(w.from, w.to, "capital")
			} else if w.upper && n.heard[w.folded] && !n.small[w.folded] || n.misspelled(w) {
				t.find(w.from, w.to, "name")
			}
			continue
		}
		everyday := n.set.isEveryday(w.folded)
		near := n.parts[w.folded] || n.parts[w.plain]
		switch {
		case !everyday && !n.known[w.folded],
			n.paired(t, i),
			prev != nil && (n.titles[prev.folded] || n.callings[prev.folded]),
			prev != nil && utf8.RuneCountInString(prev.folded) == 1 && prev.dot, next != nil && utf8.RuneCountInString(next.folded) == 1 && next.dot,
			!n.known[w.folded] && w.upper && !w.begins && (t.lang != "de" || !n.nounAt(t, i)),
			!n.known[w.folded] && w.capitals && utf8.RuneCountInString(w.folded) > 2,
			!n.known[w.folded] && w.upper && near && (t.lang != "de" || !n.nounAt(t, i)):
			t.find(w.from, w.to, "name")
		}
	}
}

func (n *People) isPart(w *nameWord) bool {
	_, a := n.parts[w.folded]
	_, b := n.parts[w.plain]
	return a || b
}

func (t *nameText) word(i int) *nameWord {
	if i < 0 || i >= len(t.words) {
		return nil
	}
	return &t.words[i]
}

// near: nothing but a space, a full stop, a hyphen or a line end lies between two words.
func (t *nameText) near(a, b *nameWord) bool {
	return strings.Trim(t.source[a.to:b.from], " .-–\n\t'’") == ""
}

// initial: "A. Onbekend", "A.P. zei", "Onbekend A."; small letters count beside a name that is known.
func (n *People) initial(t *nameText, i int) bool {
	w, next := &t.words[i], t.word(i+1)
	if next == nil || !t.near(w, next) {
		return false
	}
	single := func(x *nameWord) bool {
		return utf8.RuneCountInString(x.folded) == 1 && unicode.IsLetter([]rune(x.folded)[0])
	}
	switch {
	case single(w) && w.dot && w.upper:
		return next.upper && (!single(next) || next.dot)
	case single(w) && w.dot:
		return n.isPart(next)
	case single(next) && (next.dot || next.upper) && n.isPart(w):
		return w.upper || !n.set.isEveryday(w.folded)
	case single(next) && next.dot && next.upper && w.upper && !w.begins:
		return t.lang != "de"
	}
	return false
}

// spelled is the last of four letters or more that stand apart: "P e e t e r s"; i when there are fewer.
func (t *nameText) spelled(i int) int {
	last := i - 1
	for j := i; j < len(t.words) && utf8.RuneCountInString(t.words[j].folded) == 1; j++ {
		last = j
	}
	if last-i < 3 {
		return i
	}
	return last
}

// misspelled: a word with a capital that is one letter away from the name of somebody near: "Peters".
func (n *People) misspelled(w *nameWord) bool {
	if !w.upper || len(w.folded) < 5 || n.known[w.folded] || n.set.isEveryday(w.folded) {
		return false
	}
	for part, near := range n.parts {
		if near && len(part) > 4 && distance(part, w.folded, 1) <= 1 {
			return true
		}
	}
	return false
}

// joinedAt finds a surname of several words written as one, or one that is written as several.
func (n *People) joinedAt(t *nameText, i int) bool {
	for _, plain := range []bool{false, true} {
		joined, upper, everyday := "", false, true
		for j := i; j < len(t.words) && j < i+4; j++ {
			w := &t.words[j]
			if j > i && !t.near(&t.words[j-1], w) {
				break
			}
			part := w.folded
			if plain {
				part = w.plain
			}
			joined += part
			upper = upper || w.upper && (j > i || !w.begins)
			everyday = everyday && (n.set.isEveryday(w.folded) || particles[w.folded])
			if _, known := n.parts[joined]; (n.joined[joined] || known && j > i) && len(joined) > 3 && (j > i || n.joined[joined]) && (!everyday || upper && t.lang != "de") && !n.known[joined] {
				t.find(t.words[i].from, w.to, "name")
				return true
			}
		}
	}
	return false
}

// paired: the next word that is no particle belongs to the same person's name.
func (n *People) paired(t *nameText, i int) bool {
	for _, step := range []int{1, -1} {
		j := i + step
		for t.word(j) != nil && particles[t.words[j].folded] {
			j += step
		}
		if other := t.word(j); other != nil && (n.pairs[t.words[i].folded+" "+other.folded] || n.pairs[t.words[i].plain+" "+other.plain]) {
			return true
		}
	}
	return false
}

// nounAt: a German noun stands there like any other: behind an article, a preposition or an adjective.
func (n *People) nounAt(t *nameText, i int) bool {
	prev := t.word(i - 1)
	if prev == nil || t.words[i].begins {
		return false
	}
	return slices.ContainsFunc(n.set.words["de"].privacy.Determiners, func(d string) bool { return foldWord(d) == prev.folded }) || !prev.upper && (strings.HasSuffix(prev.folded, "en") || strings.HasSuffix(prev.folded, "er") || strings.HasSuffix(prev.folded, "es"))
}

// held finds functions that one person holds; written as one word, as two, or with a hyphen.
func (n *People) held(t *nameText) {
	for i := range t.words {
		for _, f := range n.functions {
			if last := t.says(i, f); last >= i {
				t.find(t.words[i].from, t.words[last].to, "function")
			}
		}
	}
}

// says is the last word of a phrase that begins at i; -1 when another stands there.
func (t *nameText) says(i int, phrase []string) int {
	if w, next := &t.words[i], t.word(i+1); len(phrase) == 1 && next != nil && t.near(w, next) && w.folded+next.folded == phrase[0] {
		return i + 1
	}
	for j, w := range phrase {
		if next := t.word(i + j); next == nil || next.folded != w {
			return -1
		}
	}
	return i + len(phrase) - 1
}

// What tells who somebody is without a name, in any language.
var (
	mailLike    = regexp.MustCompile(`(?i)\S*@\S*|[\w.+-]+\s*[\[({<]\s*(?:at|ad|apenstaart(?:je)?|arobase|arrobas)\s*[\])}>]\s*[\w.-]+|\b[\w.-]+\s+(?:apenstaart(?:je)?|arobase|klammeraffe)\s+[\w.-]+|\b[\w.-]+\s+at\s+[\w-]+\s+(?:dot|punt|point)\s+\w+`)
	phoneLike   = regexp.MustCompile(`[+(]?\d(?:[\d ./()\-–·]*\d)+`)
	phoneInside = regexp.MustCompile(`(?i)\b(?:toestel|intern|tel|telefoon|gsm|poste|téléphone|ext|extension|phone|durchwahl|telefon|handy|nst)\.?\s*(?:nr\.?|nummer|n°|no\.?)?\s*:?\s*\d+`)
	dayLike     = regexp.MustCompile(`\b(\d{1,4})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{2,4})\b|\b\d{1,2}(?:er|e|st|nd|rd|th|\.)?\s+(?:of\s+)?\pL{3,10}\.?,?\s+(\d{4})\b|\b\pL{3,10}\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(\d{4})\b`)
	yearLike    = regexp.MustCompile(`\b19[0-6]\d\b`)
	bornLike    = regexp.MustCompile(`[°*†]\s*\d|\b\d{1,2}\s+\pL{3,10}\s+['’]\d{2}\b|\b\d{2,3}\s*[-–]?\s*(?:jarigen?|jährigen?r?s?|year[- ]olds?|jaar oud|ans révolus|years? old|years? of age|Jahre alt)`)
	ageLike     = regexp.MustCompile(`(?i)\b(?:âgée?s?|aged)\s+(?:de\s+)?\d`)
	hoursLike   = regexp.MustCompile(`^\d{1,2}[.:]\d{2}\s*[-–/]\s*\d{1,2}[.:]\d{2}$`)
	numberLike  = regexp.MustCompile(`(?i)\b[kp]\s*[-–./ ]?\s*\d{4}\s*[-–./ ]\s*\d{1,5}\b|\bp-\d+\b|\b(?:klacht|dossier|zaak|plainte|affaire|complaint|case|file|beschwerde|fall|akte)s?(?:nummer|nr)?\s*(?:nr\.?|nummer|n°|no\.?|numéro|number|#|№)?\s*[:#]?\s*\d+`)
	streetLike  = regexp.MustCompile(`(?i)\b\pL*(?:straat|laan|steenweg|plein|dreef|kaai|straße|strasse|gasse|platz|allee)\s+\d+|\b(?:rue|avenue|boulevard|chaussée|place|quai)\s+[^.;,]{2,40}?[, ]\s*\d+|\b\d+\s+\pL+\s+(?:street|road|lane|avenue|close)\b`)
)

// patterns finds addresses, numbers and dates.
func (n *People) patterns(t *nameText) {
	find := func(re *regexp.Regexp, reason string) {
		for _, at := range re.FindAllStringIndex(t.source, -1) {
			t.find(at[0], at[1], reason)
		}
	}
	find(mailLike, "address")
	find(streetLike, "address")
	find(roomLike(), "room")
	find(numberLike, "number")
	find(bornLike, "birth")
	find(ageLike, "birth")
	find(yearLike, "birth")
	find(birthLike(), "birth")
	find(phoneInside, "phone")
	var days [][]int
	for _, at := range dayLike.FindAllStringSubmatchIndex(t.source, -1) {
		if t.longAgo(at) {
			t.find(at[0], at[1], "birth")
		}
		days = append(days, at[:2])
	}
	for _, at := range phoneLike.FindAllStringIndex(t.source, -1) {
		digits := strings.Count(strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return '0'
			}
			return -1
		}, t.source[at[0]:at[1]]), "0")
		if digits >= 7 && !hoursLike.MatchString(t.source[at[0]:at[1]]) && !slices.ContainsFunc(days, func(d []int) bool { return d[0] <= at[0] && d[1] >= at[1] }) {
			t.find(at[0], at[1], "phone")
		}
	}
}

// oldDays is the last year of days that may be days of birth: what a quarter's work is about is newer.
const oldDays = 2019

// longAgo: the day that was found has a year in which people were born who are of age, or old.
func (t *nameText) longAgo(at []int) bool {
	for i := 2; i+1 < len(at); i += 2 {
		if at[i] < 0 {
			continue
		}
		year, err := strconv.Atoi(t.source[at[i]:at[i+1]])
		if err != nil || at[i+1]-at[i] == 1 || at[i+1]-at[i] == 2 && i != 6 {
			continue
		}
		if year < 100 {
			year += 2000
			if year > oldDays+20 {
				year -= 100
			}
		}
		if year > 1000 && year <= oldDays {
			return true
		}
	}
	return false
}

// roomLike is a word for a room, and a number behind it.
var roomLike = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:` + ofAll(func(p *privacy) []string { return p.Rooms }) + `)\b\.?\s*(?:nr\.?|nummer|n°|no\.?|numéro|number|#|№)?\s*[:#-]?\s*[a-z]?[-.]?\d+|\b[kz]\.?\d{2,4}\b|\b(?:kamer|zimmer|room|chambre|bed|bett|lit)\s+(?:nummer\s+|numéro\s+|number\s+)?(?:` + numberWord + `)\b|\b\d{1,4}\s*(?:ste|de|e|ème|th|\.)?\s*(?:kamer|zimmer|chambre)\b`)
})

// numberWord begins a number from two on that is written out.
const numberWord = `(?:twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|dertien|veertien|twin|honderd|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|quarante|cinquante|soixante|cent|two|three|four|five|seven|eight|nine|ten|eleven|twelve|thir|fif|hundred|zwei|drei|fünf|sechs|sieben|neun|zehn|zwölf|hundert)\pL*`

// birthLike are the words beside a day of birth or an age.
var birthLike = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[^\pL])(?:` + ofAll(func(p *privacy) []string { return p.Birth }) + `)(?:[^\pL]|$)`)
})

// ofAll is a list of words of all languages as one pattern.
func ofAll(list func(*privacy) []string) string {
	var all []string
	if w, err := readWords(); err == nil {
		for _, lang := range Languages {
			for _, word := range list(&w[lang].privacy) {
				all = append(all, regexp.QuoteMeta(word))
			}
		}
	}
	return strings.Join(all, "|")
}
