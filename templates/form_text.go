package templates

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	formColumns = 72 // hints are folded so that they survive the quoting of a client
	maxChoices  = 12 // longer lists are for the handbook
)

// FormText is the form of an action as it stands in a staff mail, and as package mailin reads it back: "#analyse", a line "Label: value"
// per field, lines beginning with "^" about the line above (choices, a fault), the end line. The values of closed lists are given by
// key. Fields of every form ("name") stand in it when values has them, be it empty.
func (s *Set) FormText(lang, action string, values, faults map[string]string) string {
	a, ok := s.Form(action)
	if !ok {
		return ""
	}
	fields := slices.Clone(a.Fields)
	for _, key := range everyForm {
		if _, asked := values[key]; asked || key == "text" && a.FreeText {
			fields = append(fields, key)
		}
	}
	var b strings.Builder
	b.WriteString("#" + s.ActionName(lang, action) + "\n")
	for _, key := range fields {
		s.formField(&b, lang, action, key, values[key], faults[key])
	}
	b.WriteString(s.FormEnd(lang) + "\n")
	return b.String()
}

func (s *Set) formField(b *strings.Builder, lang, action, key, value, fault string) {
	label, colon, list := s.FormLabel(lang, action, key), ":", s.ValueList(action, key)
	if s.lang(lang).lang == "fr" {
		colon = "\u00a0:"
	}
	if words := s.formsOf(lang).Values[list][value]; words != nil {
		value = words[0]
	}
	choices := first(s.formsOf(lang).Hints[key], strings.Join(s.ValueLabels(lang, list), ", "))
	if shown := label + " (" + choices + ")"; choices != "" && utf8.RuneCountInString(shown+value) < formColumns {
		label, choices = shown, ""
	}
	b.WriteString(label + colon)
	for i, line := range strings.Split(strings.TrimSpace(value), "\n") { // No white space at the end of a line: RFC 3676 section 4.2 would join it with the next.
		switch line = strings.TrimSpace(line); {
		case i == 0 && line != "":
			b.WriteString(" " + glued(line))
		case i > 0 && line != "":
			b.WriteString("\n  " + s.guarded(line))
		case i > 0:
			b.WriteByte('\n')
		}
	}
	b.WriteByte('\n')
	if fault != "" {
		pointer(b, fault)
	}
	if choices != "" && (value == "" || fault != "") && len(s.formsOf(lang).order[list]) <= maxChoices {
		pointer(b, choices)
	}
}

// pointer writes lines about the line above.
func pointer(b *strings.Builder, text string) {
	width := 0
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case width == 0:
			b.WriteString("^ ")
		case width+n > formColumns:
			b.WriteString("\n^ ")
			width = 0
		default:
			b.WriteByte(' ')
		}
		b.WriteString(word)
		width += n + 1
	}
	b.WriteByte('\n')
}

// Guard stands before a line of a value that could be read as something else, a label or the end of the form.
const Guard = "… "

func (s *Set) guarded(line string) string {
	head := line[:min(len(line), 2*maxVerb)]
	if strings.ContainsAny(head, ":：\t|=-–—") || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "^") || strings.HasPrefix(line, "…") || strings.HasPrefix(line, ">") || s.forms.fields[spell(head)] != nil || s.IsGreetingOrClosing(line) {
		line = Guard + line
	}
	return glued(line)
}

// glued keeps a word with a colon together with the three words before it, so that a folded line never begins with what looks like a label.
func glued(line string) string {
	if !strings.Contains(line, ":") {
		return line
	}
	words := strings.Split(line, " ")
	var b strings.Builder
	for i, word := range words {
		switch {
		case i == 0:
		case slices.ContainsFunc(words[i:min(len(words), i+3)], func(w string) bool { return strings.HasSuffix(w, ":") }):
			b.WriteString("\u00a0")
		default:
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return b.String()
}
