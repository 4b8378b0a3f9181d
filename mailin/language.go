package mailin

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Language tells in which of the four languages of the letters a text is written: "nl", "fr", "en" or "de". It counts
// common words and the endings and letters that only one of them has. Quoted lines (">"), addresses and links do not
// count. When the text is too short to tell, or torn between two, it returns fallback.
func Language(text, fallback string) string {
	var score [languages]int
	left := languageSample
	for line := range strings.Lines(text) {
		if left <= 0 {
			break
		}
		if strings.HasPrefix(strings.TrimLeft(line, " \t"), ">") {
			continue
		}
		if len(line) > left {
			line = line[:left]
		}
		left -= len(line)
		scoreLine(line, &score)
	}
	best, second := 0, -1
	for i := 1; i < languages; i++ {
		switch {
		case score[i] > score[best]:
			best, second = i, best
		case second < 0 || score[i] > score[second]:
			second = i
		}
	}
	if score[best] < languageLeast || score[best]*10 < score[second]*13 {
		return fallback
	}
	return languageCodes[best]
}

const (
	languages      = 4
	languageSample = 4 << 10 // Bytes looked at; more changes nothing and costs time.
	languageLeast  = 12      // Points needed; a word that only one language has gives 12, shared ones less.
)

var languageCodes = [languages]string{"nl", "fr", "en", "de"}

// wordScore are the points a word gives to each language.
type wordScore [languages]int8

// wordScores is made of the lists in language_words.go. A word that n languages have gives each of them 12/n points.
var wordScores = func() map[string]wordScore {
	found := map[string][]int{}
	for i, list := range [languages]string{wordsNL, wordsFR, wordsEN, wordsDE} {
		for _, word := range strings.Fields(list) {
			if at := found[word]; len(at) == 0 || at[len(at)-1] != i {
				found[word] = append(at, i)
			}
		}
	}
	scores := make(map[string]wordScore, len(found))
	for word, in := range found {
		var s wordScore
		for _, i := range in {
			s[i] = int8(12 / len(in))
		}
		scores[word] = s
	}
	return scores
}()

// scoreLine adds the points of one line.
func scoreLine(line string, score *[languages]int) {
	if !strings.Contains(line, "@") && !strings.Contains(line, "://") && !strings.Contains(line, "www.") {
		scoreWords(line, score)
		return
	}
	for field := range strings.FieldsSeq(line) {
		if !strings.Contains(field, "@") && !strings.Contains(field, "://") && !strings.HasPrefix(field, "www.") {
			scoreWords(field, score)
		}
	}
}

func scoreWords(s string, score *[languages]int) {
	var buf [64]byte
	word := buf[:0]
	for _, r := range s {
		switch {
		case 'a' <= r && r <= 'z':
			if len(word) < cap(word) {
				word = append(word, byte(r))
			}
		case r == '\'' || r == '’': // l'accueil, j'ai, d'une: the part before it is a word of French.
			if len(word) > 0 && len(word) < cap(word) {
				scoreWord(append(word, '\''), score)
			}
			word = buf[:0]
		case r < utf8.RuneSelf && (r < 'A' || r > 'Z') || !unicode.IsLetter(r):
			scoreWord(word, score)
			word = buf[:0]
		case len(word) <= cap(word)-utf8.UTFMax:
			word = utf8.AppendRune(word, unicode.ToLower(r))
		}
	}
	scoreWord(word, score)
}

// scoreWord adds the points of one word in lower case: as a whole, otherwise by its letters.
func scoreWord(word []byte, score *[languages]int) {
	if len(word) == 0 {
		return
	}
	if s, ok := wordScores[string(word)]; ok {
		for i, points := range s {
			score[i] += int(points)
		}
		return
	}
	if len(word) < 4 {
		return
	}
	for at := range word {
		for _, sign := range signsByLetter[word[at]] {
			if string(word[at:min(at+len(sign.letters), len(word))]) == sign.letters && (!sign.end || at+len(sign.letters) == len(word)) {
				score[sign.language] += sign.points
			}
		}
	}
}
