package mailin

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxAttribution      = 6   // Lines over which one is wrapped.
	maxAttributionBytes = 500 // Of all its lines.
)

// attributionWords are "wrote" as clients write it in nl, fr, en, de and then the others, each with a space before it.
var attributionWords = []string{" schreef", " geschreven", " écrit", " wrote", " writes", " schrieb", " schreibt", " geschrieben", " escribió", " scritto",
	" escreveu", " skrev", " kirjoitti",
	" napisał", " napsal", " napísal", " írta", " написал", " написала", " пишет", " пише", " написав", " писал", " pisze", " yazdı", " scris", " έγραψε",
	" ezt írta", " napisao", " napisala", " написа", " rašė", " rakstīja", " kirjutas", " va escriure", "写道", "寫道", "님이 작성"}

// attributionStarts are the words before the date.
var attributionStarts = []string{"op ", "le ", "on ", "am ", "el ", "il ", "em ", "no dia ", "den ", "dnia ", "w dniu ", "in data ", "dne ", "dňa ", "på ",
	"a ", "la data ", "în ", "pe data ", "στις ", "v ", "на ", "在 ", "于 "}

// personal words make a sentence of what looks like an attribution: "Op 3 maart om 10:12 schreef u mij:".
var personalWords = wordSet("ik u jij je wij we mij me ons mijn uw jullie je vous nous moi j'ai m'a ich sie wir mir uns ihnen i you us my your")

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// endsAttribution is the quick look: an attribution ends with a colon, or, by Zoho and some others, with "wrote".
func endsAttribution(line string) bool {
	line = strings.TrimRight(line, " \t\r\u00a0*")
	if line == "" {
		return false
	}
	switch line[len(line)-1] {
	case ':', '>', '-':
		return true
	}
	return strings.HasSuffix(line, "：") || strings.HasSuffix(line, " wrote")
}

// attributionStart is the index of the first line of the attribution ("Op 3 maart 2026 om 10:12 schreef An <an@x>:") that
// ends at lines[i], over however many lines it is wrapped; -1 when none ends there. Where quoted lines follow, less is
// asked of it than where everything below is lost with it.
func attributionStart(lines []string, i int, quotedBelow bool) int {
	if !endsAttribution(lines[i]) || !quotedBelow && !slices.ContainsFunc(lines[max(0, i-maxAttribution+1):i+1], func(l string) bool { return strings.Contains(l, "@") }) {
		return -1
	}
	block := ""
	for start := i; start >= 0 && i-start < maxAttribution; start-- {
		line := headerText(lines[start])
		switch {
		case line == "" && (start == i || !strings.HasPrefix(block, "<")): // Before "<" an empty line was met, too.
			return -1
		case start < i && isQuoted(lines[start]):
			return -1
		}
		if block = strings.TrimSpace(line + " " + block); len(block) > maxAttributionBytes {
			return -1
		}
		if isAttribution(block, quotedBelow) {
			return start
		}
	}
	return -1
}

// isAttribution judges lines folded to one. A date and "wrote" are not enough: a client knows the time or the address, a
// person who tells "Le 3 mars vous avez écrit :" hardly ever does.
func isAttribution(s string, quotedBelow bool) bool {
	dashes := strings.HasPrefix(s, "--") && strings.HasSuffix(s, "--") // Zoho: "---- On ... wrote ----".
	s = strings.Trim(s, "-–—=* \t")
	address := addressEnd(s)
	if address < 0 && !(quotedBelow && hasClock(s)) && !(dashes && strings.Contains(s, "@")) {
		return false
	}
	lower := strings.ToLower(s)
	wrote := containsWord(lower, attributionWords)
	closed := strings.TrimRight(s, ": ：")
	switch {
	case !strings.HasSuffix(s, ":") && !strings.HasSuffix(s, "：") && !dashes && !strings.HasSuffix(s, " wrote") && !(quotedBelow && strings.HasSuffix(s, ">")):
		return false
	case !wrote && (address < 0 || strings.Trim(closed[min(address, len(closed)):], "<>)]\"' ") != ""):
		return false // Without "wrote" it ends with the address.
	case address < 0 && !dashes && !hasYear(s) && !hasNumericDate(s):
		return false
	case address < 0 && slices.ContainsFunc(strings.Fields(lower), func(w string) bool { return personalWords[strings.Trim(w, ".,:;")] }):
		return false
	}
	return startsWithDate(lower) || dashes && wrote || wrote && address > 0 && nameFirst(lower, address)
}

// addressEnd is where the first address in brackets ends, "<an@x>", "[mailto:an@x]", "(an@x)", "&lt;an@x&gt;"; -1 when there is none.
func addressEnd(s string) int {
	for from := 0; ; {
		at := strings.IndexByte(s[from:], '@')
		if at < 0 {
			return -1
		}
		at += from
		if isBracketed(s, at) {
			if end := strings.IndexAny(s[at:], " >)]&<\""); end >= 0 {
				return at + end
			}
			return len(s)
		}
		from = at + 1
	}
}

// isBracketed tells whether a bracket opens before the address around s[at], "mailto:" and a blank where the line was wrapped between them.
func isBracketed(s string, at int) bool {
	begin := strings.LastIndexAny(s[:at], " <>([:;\"")
	if begin < 0 {
		return false
	}
	open := strings.TrimRight(s[:begin+1], " ")
	return open != "" && strings.ContainsAny(open[len(open)-1:], "<([;:") || strings.Contains(s[max(0, begin-maxLabel):at], "mailto:")
}

// startsWithDate tells whether a folded line begins with a date: after a word for "on" or for the day of the week, or at once.
func startsWithDate(lower string) bool {
	digit := strings.IndexFunc(lower, unicode.IsDigit)
	if digit < 0 || digit > 48 {
		return false
	}
	if digit == 0 {
		return hasYear(lower) || hasClock(lower)
	}
	for _, w := range attributionStarts {
		if strings.HasPrefix(lower, w) {
			return true
		}
	}
	day, rest, _ := strings.Cut(lower, " ")
	if !isDayName(strings.TrimRight(day, ".,")) {
		return false
	}
	return strings.HasSuffix(day, ",") || rest != "" && isDigit(rest[0]) && !hasClock(rest[:min(len(rest), 5)])
}

// isDayName: short and of letters only; the names themselves differ in every language.
func isDayName(w string) bool {
	n := utf8.RuneCountInString(w)
	return n >= 2 && n <= 12 && strings.IndexFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '-' }) < 0
}

func hasYear(s string) bool {
	for i := 0; i+4 <= len(s); i++ {
		if (s[i:i+2] == "19" || s[i:i+2] == "20") && isDigit(s[i+2]) && isDigit(s[i+3]) {
			return true
		}
	}
	return false
}

// hasNumericDate finds "3/3/26" and "03.03.26".
func hasNumericDate(s string) bool {
	for w := range strings.FieldsSeq(s) {
		w = strings.Trim(w, ",.")
		if parts := strings.FieldsFunc(w, func(r rune) bool { return r == '/' || r == '.' || r == '-' }); len(parts) == 3 && len(w) <= 10 && isDigit(w[0]) && isDigit(w[len(w)-1]) {
			return true
		}
	}
	return false
}

// nameFirst: "Max <max@x> schrieb am Fr., 28. Apr. 2017 um 11:53 Uhr:", Gmail in German and in Hungarian, Turkish, Chinese.
func nameFirst(lower string, address int) bool {
	if strings.IndexFunc(lower[:max(0, strings.IndexAny(lower, "<(["))], unicode.IsDigit) >= 0 {
		return false
	}
	after := strings.TrimLeft(lower[address:], ">)]&gt; ")
	if strings.IndexFunc(after, unicode.IsDigit) < 0 {
		return false
	}
	closed := strings.TrimRight(after, ": ：")
	return slices.ContainsFunc(attributionWords, func(w string) bool {
		return strings.HasPrefix(" "+after, w) || (after[0] == ',' || after[0] >= utf8.RuneSelf) && strings.HasSuffix(closed, w)
	})
}
