package procedure

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"dankuwel/models"
	"dankuwel/templates"
)

// namedIn lists the staff whom the writer names in his own words: by full name, by surname with a title or function, or by e-mail
// address. Greeting, closing, address lines, signature, quotations and the writer's own name do not count (CONTRACT section 5).
func (d *Desk) namedIn(m *models.Message) []*models.Staff {
	var named []*models.Staff
	text := strings.ToLower(m.NewText)
	ascii := strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) < 0
	var own string
	var words []string
	for _, s := range d.Settings.Staff {
		if strings.EqualFold(s.Name, m.FromName) || s.Owns(m.FromEmail) || !mayName(text, ascii, s) {
			continue
		}
		if words == nil { // few mails come so far
			own = strings.ToLower(d.ownWords(m.NewText))
			words = templates.FoldWords(own)
		}
		if names(own, words, s, d.Texts.FunctionWords()) {
			named = append(named, s)
		}
	}
	return named
}

// mayName is a quick look that misses nobody: the last word of the name, up to its first letter with an accent, or an address.
func mayName(text string, ascii bool, s *models.Staff) bool {
	fields := strings.Fields(strings.ToLower(s.Name))
	if len(fields) > 0 {
		last := fields[len(fields)-1]
		plain := strings.IndexFunc(last, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) })
		if plain < 0 {
			plain = len(last)
		}
		if plain < 2 || strings.Contains(text, last[:plain]) || !ascii && mayFold(last) {
			return true
		}
	}
	return slices.ContainsFunc(append([]string{s.Email}, s.Aliases...), func(a string) bool { return strings.Contains(text, models.FoldAddress(a)) })
}

// mayFold: accents that a writer adds or leaves out stand on these letters.
func mayFold(word string) bool { return strings.ContainsAny(word, "aceinouy") }

func names(text string, words []string, s *models.Staff, functions []string) bool {
	for _, address := range append([]string{s.Email}, s.Aliases...) {
		if strings.Contains(text, models.FoldAddress(address)) {
			return true
		}
	}
	full := templates.FoldWords(s.Name)
	if len(full) < 2 {
		return false
	}
	surname := full[1:] // "De Wit" of Bram De Wit
	if !hasPhrase(words, surname) {
		return false
	}
	return hasPhrase(words, full) || slices.ContainsFunc(functions, func(f string) bool { return hasPhrase(words, append(templates.FoldWords(f), surname...)) })
}

func hasPhrase(words, phrase []string) bool {
	if len(phrase) == 0 {
		return false
	}
	for i := 0; i+len(phrase) <= len(words); i++ {
		if words[i] == phrase[0] && slices.Equal(words[i:i+len(phrase)], phrase) {
			return true
		}
	}
	return false
}

var (
	addressLine = regexp.MustCompile(`(?i)^\s*(t\.?\s?a\.?\s?v\.?|ter attentie van|aan|attn?\.?|to|à l'attention de|a l'attention de|z\. ?hd?\.?|zu händen( von)?|an|cc)\s*:?\s+\S+(\s+\S+){0,4}\s*,?$`)
	quotation   = regexp.MustCompile(`“[^”]{1,500}”|„[^“”]{1,500}[“”]|«[^»]{1,500}»|"[^"]{1,500}"`)
)

// ownWords is what the writer says himself: without greeting and closing, what stands below the closing, address lines and quotations.
func (d *Desk) ownWords(text string) string {
	var b strings.Builder
	said := false
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, ">"):
		case d.Texts.IsGreetingOrClosing(trimmed):
			if said { // a greeting stands before anything is said
				return withoutQuotations(b.String())
			}
		case len(trimmed) < 80 && addressLine.MatchString(line) && !strings.HasSuffix(trimmed, ".") && !strings.ContainsAny(trimmed, "!?"):
		default:
			said = said || trimmed != ""
			b.WriteString(line)
		}
	}
	return withoutQuotations(b.String())
}

// withoutQuotations takes out what stands between closed quotation marks.
func withoutQuotations(text string) string {
	if !strings.ContainsAny(text, "“„«\"") {
		return text
	}
	return quotation.ReplaceAllString(text, " ")
}

// nameOf is the writer's name: of From, or the line under the closing of the text.
func (d *Desk) nameOf(m *models.Message) string {
	if m.FromName != "" || byDevice(m) {
		return m.FromName
	}
	closed, said := false, false
	for line := range strings.Lines(m.NewText) {
		line = strings.Trim(strings.TrimSpace(line), ",")
		switch {
		case line == "":
		case closed:
			if looksLikeName(line) {
				return line
			}
			return ""
		case said && d.Texts.IsGreetingOrClosing(line):
			closed = true
		default:
			said = true
		}
	}
	return ""
}

func looksLikeName(line string) bool {
	fields := strings.Fields(line)
	if len(fields) == 0 || len(fields) > 5 || len(line) > 60 {
		return false
	}
	for _, r := range line {
		if !unicode.IsLetter(r) && !strings.ContainsRune(" .-'’", r) {
			return false
		}
	}
	return unicode.IsUpper([]rune(fields[0])[0])
}
