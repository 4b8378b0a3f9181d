package templates

import (
	"slices"
	"strings"
	"unicode"
)

// A mail that only thanks is short.
const (
	thanksWords = 12  // CONTRACT section 5
	thanksBytes = 400 // longer is not even read
	thanksNames = 8   // words of names in it, at most: whom it greets and who signs
)

// thanksSigns may stand between the words of a mail that only thanks. A question mark, a digit, quotation marks or a link say more.
const thanksSigns = ".,!;:-–'’)🙂😊😀👍🙏🌷💐❤"

// courtesy is a phrase that asks nothing and tells nothing: thanks, a greeting, a wish, a farewell.
type courtesy struct {
	phrase phrase
	thanks bool
}

func (r *reader) addCourtesies(l *lists) {
	for _, p := range l.Thanks {
		r.courtesies = append(r.courtesies, courtesy{newPhrase(p), true})
	}
	for _, p := range slices.Concat(l.Polite, l.Greetings, l.Closings) {
		// Notation apart, only "l.s." and the like have signs inside.
		r.courtesies = append(r.courtesies, courtesy{newPhrase(strings.ReplaceAll(strings.ReplaceAll(p, ".", " "), "'", " ")), false})
	}
	for _, w := range l.NotNames {
		r.notNames[foldWord(w)] = true
	}
}

// OnlyThanks tells whether a text is nothing but thanks and what goes with it (CONTRACT section 5): at most 12 words, each of them part
// of a phrase of the lists thanks, polite, greetings and closings, or of a name. In doubt it is more than thanks, and gets an answer.
func (s *Set) OnlyThanks(text string) bool {
	if len(text) > thanksBytes || strings.Contains(text, "..") || strings.ContainsFunc(text, saysMore) {
		return false
	}
	words, names := s.reader.spoken(text)
	if len(words) > thanksWords {
		return false
	}
	return s.reader.onlyThanks(words, names)
}

// onlyThanks follows every way to cut the words into phrases and names: "merci bien" may go on with "noté".
func (r *reader) onlyThanks(words []string, names []bool) bool {
	const never = thanksNames + 1
	named := make([]int, len(words)+1) // fewest words of names on a way that ends before word i
	for i := range words {
		named[i+1] = never
	}
	thanked := false
	for i := range words {
		if named[i] >= never {
			continue
		}
		if i > 0 && names[i] {
			named[i+1] = min(named[i+1], named[i]+1)
		}
		longest, thanks := 0, false // "merci d'avance" asks for something, although "merci" thanks
		for _, c := range r.courtesies {
			if !c.phrase.matches(words, i) {
				continue
			}
			n := len(c.phrase)
			named[i+n] = min(named[i+n], named[i])
			if n > longest || n == longest && c.thanks {
				longest, thanks = n, c.thanks
			}
		}
		thanked = thanked || thanks
	}
	return thanked && named[len(words)] < never
}

func saysMore(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Mn, r) && !strings.ContainsRune(thanksSigns, r)
}

// spoken is the folded words of a text, and for each whether it can be part of a name: with a capital, or a title, and not the first
// word after a full stop on its line.
func (r *reader) spoken(text string) (words []string, names []bool) {
	start, stopped := -1, false
	for i, c := range text + "\n" {
		if !notWord(c) {
			if start < 0 {
				start = i
			}
			continue
		}
		stops := strings.ContainsRune(".!;:", c)
		if start >= 0 {
			word := foldWord(text[start:i])
			name := !stopped && !r.notNames[word] && (isNameLike(text[start:i]) || r.titles[word])
			words, names = append(words, word), append(names, name)
			abbreviated := c == '.' && (name && len(word) == 1 || r.titles[word]) // "J. Maes", "mevr. Claes"; not "dank u."
			stopped = stops && !abbreviated
			start = -1
		}
		stopped = c != '\n' && (stopped || stops && c != '.')
	}
	return words, names
}

// isNameLike: "Maes", "J", not "MAES": who writes in capitals writes everything so.
func isNameLike(word string) bool {
	return startsUpper(word) && (len(word) == 1 || strings.ToUpper(word) != word)
}
