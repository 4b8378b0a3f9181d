package mailin

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// withoutSignature takes away what a client or a server put under a person's words: what follows "-- " (RFC 3676 section
// 4.3), "Verzonden vanaf mijn iPhone", the notice of confidentiality, the footer of a mailing list. A person's own
// name and telephone number under his words may stay. first: the lines are the first of the mail.
func withoutSignature(lines []string, first bool) []string {
	filled := trimEnd(lines, isBlank)
	own := filled
	for i, line := range own {
		if isDelimiter(line) && isSignature(own, i, first) || isListFooter(own, i) {
			own = own[:i]
			break
		}
	}
	if own = withoutNotices(withoutClientLines(own)); len(own) == len(filled) {
		return lines
	}
	return trimEnd(own, isBlank)
}

// isDelimiter: "-- ", and what is made of it: white space lost at the end of a line, a long dash by a telephone.
func isDelimiter(line string) bool {
	if len(line) < 2 || len(line) > 40 || line[0] != '-' && line[0] < utf8.RuneSelf {
		return false
	}
	line = strings.TrimRight(line, " \t\r\u00a0")
	return line == "--" || line != "" && strings.Trim(line, "—–") == ""
}

const maxSignature = 12 // Lines that are not blank.

// isSignature judges what stands below the delimiter lines[i]. The exact delimiter, which clients write, is believed when
// something stands above it. Another one needs a block at the end without any sentence, and a sign that it says
// who writes: an address, a telephone number, a client's line; or a name.
func isSignature(lines []string, i int, first bool) bool {
	exact := lines[i] == "-- " || lines[i] == "--\u00a0"
	filled, known, names := 0, false, true
	for _, line := range lines[i+1:] {
		line = strings.Trim(line, " \t\r*")
		switch {
		case isBlank(line):
			continue
		case isClientLine(line) || hasContact(line):
			known = true
		case isSentence(line):
			return exact && (!first || anyFilled(lines[:i]))
		}
		names = names && looksLikeName(line)
		if filled++; filled > maxSignature && !exact {
			return false
		}
	}
	return exact || (known || names && filled <= 2 && strings.HasPrefix(lines[i], "--"))
}

// isSentence: four words with a full stop, or very many.
func isSentence(line string) bool {
	words := len(strings.Fields(line))
	return words >= 4 && strings.ContainsAny(line[len(line)-1:], ".!?,") || words >= 12
}

// hasContact finds an address, a link or a telephone number.
func hasContact(line string) bool {
	digits := 0
	for i := range len(line) {
		if isDigit(line[i]) {
			digits++
		}
	}
	return strings.Contains(line, "@") || strings.Contains(line, "www.") || strings.Contains(line, "http") || digits >= 8
}

// looksLikeName: one or two words, or most of them with a capital.
func looksLikeName(line string) bool {
	words := strings.Fields(line)
	capitals := 0
	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(strings.TrimLeft(w, "*_(\"")); !unicode.IsLower(r) {
			capitals++
		}
	}
	return len(words) <= 2 || len(words) <= 8 && capitals*2 >= len(words)
}

// isListFooter: Mailman's line of underscores above "NAME mailing list".
func isListFooter(lines []string, i int) bool {
	return strings.HasPrefix(lines[i], "__") && i+1 < len(lines) && strings.Trim(lines[i], "_ \r") == "" && strings.HasSuffix(strings.TrimSpace(lines[i+1]), "mailing list")
}

// withoutClientLines takes away lines such as "Verzonden vanaf mijn iPhone" where nothing goes on below them in the
// same paragraph. What a person wrote under such a line stays.
func withoutClientLines(lines []string) []string {
	var drop []bool // nil as long as there is nothing to drop.
	open := true    // The line below ends the paragraph, or is such a line itself.
	for i := len(lines) - 1; i >= 0; i-- {
		if isBlank(lines[i]) {
			open = true
			continue
		}
		if open = open && isClientLine(lines[i]); open {
			if drop == nil {
				drop = make([]bool, len(lines))
			}
			drop[i] = true
		}
	}
	if drop == nil {
		return lines
	}
	var kept []string
	for i, line := range lines {
		if !drop[i] {
			kept = append(kept, line)
		}
	}
	return trimEnd(kept, isBlank)
}

const maxClientLine = 200 // Bytes, with a link.

// isClientLine recognises the line by which a telephone or a mail program advertises itself.
func isClientLine(line string) bool {
	if len(line) > maxClientLine || len(line) < 8 || !mayBeClientLine(line) {
		return false
	}
	text := strings.Join(strings.Fields(withoutLinks(line)), " ")
	lower := strings.ToLower(text)
	if len(lower) != len(text) { // A letter whose lower case is longer would shift what follows.
		return false
	}
	begin, end := 0, len(text)
	for _, p := range clientOpenings {
		if strings.HasPrefix(lower, p) {
			begin = max(begin, len(p))
		}
	}
	for _, p := range clientEndings {
		if body := strings.TrimRight(lower, ". !"); strings.HasSuffix(body, p) {
			end = min(end, len(body)-len(p))
		}
	}
	if begin == 0 && end == len(text) || begin > end {
		return false
	}
	return isDevice(text[begin:end], lower)
}

// mayBeClientLine is the quick look, at the first word and for the last ones.
func mayBeClientLine(line string) bool {
	first, _, _ := strings.Cut(strings.TrimLeft(line, "<[(*_ \t\u00a0"), " ")
	return len(first) < maxLabel && clientFirstWords[strings.ToLower(first)] || containsWord(line, clientEndings)
}

// isDevice judges the words that follow "sent from": brand names, models, little words; and a device or a program among them.
// After the first full stop or comma only an apology for typing mistakes may follow.
func isDevice(words, whole string) bool {
	if end := strings.IndexAny(words, ",.!;"); end >= 0 && end+1 < len(words) && words[end+1] == ' ' {
		if !containsWord(strings.ToLower(words[end:]), apologies) {
			return false
		}
		words = words[:end]
	}
	after := false // A name stands before: a number may follow.
	for w := range strings.FieldsSeq(strings.TrimRight(words, ". !")) {
		lower := strings.ToLower(w)
		first, _ := utf8.DecodeRuneInString(w)
		switch {
		case isDeviceWord(lower), unicode.IsUpper(first), unicode.Is(unicode.Han, first):
			after = true
		case strings.ContainsAny(w, "0123456789"):
			if !after && strings.IndexFunc(w, unicode.IsLetter) < 0 {
				return false
			}
		case !clientFillers[lower]:
			return false
		}
	}
	return slices.ContainsFunc(strings.Fields(words), func(w string) bool {
		return isDeviceWord(strings.ToLower(w)) || w == "Mail" || strings.ContainsAny(w, "0123456789") && strings.IndexFunc(w, unicode.IsLetter) >= 0
	}) || strings.Contains(whole, "outlook")
}

func isDeviceWord(lower string) bool {
	return slices.ContainsFunc(deviceWords, func(d string) bool { return strings.HasPrefix(lower, d) })
}

// withoutLinks takes the targets of links away, "<https://aka.ms/x>" and "[Mail](https://...)", and the brackets.
func withoutLinks(s string) string {
	for {
		at := strings.Index(s, "http")
		if at < 0 {
			break
		}
		end := strings.IndexAny(s[at:], " \t)>]")
		if end < 0 {
			end = len(s) - at
		}
		s = s[:at] + " " + s[at+end:]
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '<', '>', '[', ']', '(', ')', '*', '_', '\u00a0', '\r', '\t':
			return ' '
		}
		return r
	}, s)
}

// withoutNotices takes away, from the end, what companies and virus scanners let follow every mail.
func withoutNotices(lines []string) []string {
	for whole := lines; ; {
		begin := len(lines)
		for begin > 0 && !isBlank(lines[begin-1]) {
			begin--
		}
		paragraph := strings.Join(lines[begin:], " ")
		if begin == len(lines) || !isNotice(strings.ToLower(paragraph)) {
			return lines
		}
		if lines = trimEnd(lines[:begin], isRule); len(lines) == 0 {
			return whole // A notice and nothing else: somebody may have meant it.
		}
	}
}

const maxNotice = 4000 // Bytes of one paragraph.

// isNotice: a notice of confidentiality says three things at once, that it is confidential, what the wrong reader is, and what he
// has to do. "Deze mail is vertrouwelijk" alone is what a complainant asks for.
func isNotice(lower string) bool {
	if len(lower) > maxNotice {
		return false
	}
	for _, n := range shortNotices {
		if len(lower) < 200 && containsAll(lower, n) {
			return true
		}
	}
	return len(lower) > 100 && containsWord(lower, secretWords) && containsWord(lower, strayWords) && containsWord(lower, destroyWords)
}

func containsAll(s string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(s, w) {
			return false
		}
	}
	return true
}
