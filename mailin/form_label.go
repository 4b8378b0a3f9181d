package mailin

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dankuwel/templates"
)

// formReader reads the forms of one mail.
type formReader struct {
	texts *templates.Set
	near  int // Labels that may still be looked up by likeness.
}

const (
	maxNear      = 5000 // Lines of one mail that may be misspelt labels; what has more is no form.
	maxFormLabel = 120  // Bytes of a line in which its label ends, choices between brackets included.
	maxWords     = 7    // Of a label.
)

// formField is a line with a label.
type formField struct {
	key   string
	near  string // The label as written, when it was only nearly right.
	alone bool   // Nothing parts it from a value: it is the whole line.
	first string // What stands behind it.
	lines []staffLine
	base  int
}

// value is the whole of it: further lines without the guard that FormText puts before those that look like labels.
func (f *formField) value() string {
	var b strings.Builder
	b.WriteString(unguard(f.first))
	for _, line := range f.lines {
		b.WriteString("\n" + unguard(line.quoted(f.base)))
	}
	value := strings.TrimSpace(b.String())
	if value == "–" || value == "—" || value == "−" { // What telephones make of a lone "-".
		return "-"
	}
	return value
}

func unguard(s string) string {
	return strings.TrimSpace(strings.TrimPrefix(s, strings.TrimSpace(templates.Guard)))
}

// separator ends a label.
type separator int

const (
	colon separator = iota // In any script, or an end of cell.
	dash                   // What a telephone made of it, or a person.
	mark                   // "=", ";", "?", the end of the choices: only a label that is spelt well counts.
)

// label reads the label of a line: "Feiten: x", "*Feiten:* x", "- Feiten – x", "Faits : x", "Ernst (licht, matig, ernstig): x",
// "Feiten" alone. form is the action whose fields count; near: misspelt labels count, too.
func (r *formReader) label(text, form string, near bool) (formField, bool) {
	head, bold := trimBullet(text)
	if head == "" || strings.HasPrefix(head, "…") || strings.HasPrefix(head, "^") || r.heading(text) != "" {
		return formField{}, false
	}
	for _, kind := range []separator{colon, dash, mark} {
		name, value, ok := cutLabel(head, kind)
		if !ok {
			continue
		}
		name, choices := cutChoices(name)
		field := formField{key: r.texts.ExactField(form, name), first: cleanValue(value, name, bold)}
		if field.key == "" && near && kind != mark {
			field.key, field.near = r.nearField(form, name)
		}
		if field.key != "" {
			field.first = r.chosen(form, field, choices)
			return field, true
		}
	}
	if len(head) <= maxFormLabel {
		name, choices := cutChoices(head)
		if key := r.texts.ExactField(form, name); key != "" && countWords(name) <= maxWords {
			field := formField{key: key, alone: true}
			field.first = r.chosen(form, field, choices)
			return field, true
		}
	}
	return formField{}, false
}

// nearField finds a misspelt label, which begins and ends as one: a few words without a full stop.
func (r *formReader) nearField(form, name string) (key, near string) {
	if r.near <= 0 || name == "" || countWords(name) > maxWords || strings.ContainsAny(name, ".!?,") {
		return "", ""
	}
	r.near--
	if key, _ = r.texts.FormField(form, name); key == "" {
		return "", ""
	}
	return key, name
}

// chosen is the value of a field behind whose label something stands between brackets: the choices as we showed them, what a person left of
// them instead of writing a value, or words of his own.
func (r *formReader) chosen(form string, field formField, choices string) string {
	switch {
	case choices == "", r.texts.IsChoices(r.texts.ValueList(form, field.key), field.key, choices):
		return field.first
	case field.first == "":
		return choices
	}
	return "(" + choices + ") " + field.first
}

// trimBullet takes away what stands before a label: a dash or dot of a list, a number, the border of a table, a mark of bold.
func trimBullet(text string) (head string, bold bool) {
	head = strings.TrimLeft(text, " \t•·▪◦‣●○–—-|+#"+cellEnd)
	if digits := strings.TrimLeft(head, "0123456789"); len(head)-len(digits) <= 2 && digits != head && digits != "" && (digits[0] == '.' || digits[0] == ')') {
		head = strings.TrimLeft(digits[1:], " \t")
	}
	bare := strings.TrimLeft(head, "*_\"'“”„«»‘’ \t")
	return bare, bare != head && strings.ContainsAny(head[:len(head)-len(bare)], "*_")
}

// cutLabel cuts a line at the first separator.
func cutLabel(line string, kind separator) (name, value string, ok bool) {
	depth, previous := 0, rune(0)
	for i, c := range line {
		if i > maxFormLabel {
			break
		}
		next, size := utf8.RuneLen(c), 0
		following, _ := utf8.DecodeRuneInString(line[i+max(next, 1):])
		switch c {
		case '(', '[':
			depth++
		case ')', ']':
			if depth = max(0, depth-1); depth == 0 && kind == mark && following != utf8.RuneError && i > 0 {
				size = next
				return line[:i+size], line[i+size:], true
			}
		case ':', '：', '﹕', '︰', '∶', 'ː', '꞉', '\t', '|', 0x1f:
			if kind == colon {
				size = next
			}
		case '=', ';', '?':
			if kind == mark {
				size = next
			}
		case '-', '–', '—', '−', '‐', '―':
			if kind == dash && (unicode.IsSpace(previous) || unicode.IsSpace(following) || c != '-') {
				size = next
			}
		}
		if size > 0 && depth == 0 {
			return line[:i], line[i+size:], true
		}
		previous = c
	}
	return "", "", false
}

// cutChoices parts "Ernst (licht, matig, ernstig)".
func cutChoices(name string) (label, choices string) {
	name = strings.Trim(name, " \t*_\"'“”„«»‘’")
	open := strings.IndexAny(name, "([")
	if open <= 0 {
		return name, ""
	}
	if !strings.ContainsAny(name[open:], ")]") {
		return name, ""
	}
	return strings.TrimRight(name[:open], " *_"), strings.TrimRight(name[open+1:], ")] *_")
}

// cleanValue takes away what a client put around a value: the end of the label's bold, or of the whole line's; the border of a table.
func cleanValue(value, name string, bold bool) string {
	value = strings.Trim(value, " \t|:"+cellEnd)
	if bold && !strings.HasSuffix(strings.TrimSpace(name), "*") && !strings.HasSuffix(strings.TrimSpace(name), "_") {
		if trimmed := strings.TrimLeft(value, "*_"); trimmed != value {
			value = trimmed
		} else {
			value = strings.TrimRight(value, "*_")
		}
	}
	return strings.TrimSpace(value)
}

func countWords(s string) int { return len(strings.Fields(s)) }

// tableRows reads the lines of a table whose cells are parted by nothing but a space: "Feiten De soep was koud". Only where no other
// label is found is a form taken for one.
func (r *formReader) tableRows(lines []staffLine, form string) map[int]formField {
	rows := map[int]formField{}
	for i, line := range lines {
		head, _ := trimBullet(line.text)
		if len(head) == 0 || !startsUpper(head) {
			continue
		}
		for n := maxWords; n > 0; n-- {
			name, value, ok := cutWords(head, n)
			if ok && r.texts.ExactField(form, name) != "" {
				rows[i] = formField{key: r.texts.ExactField(form, name), first: value}
				break
			}
		}
	}
	if len(rows) < 2 {
		return nil
	}
	return rows
}

func startsUpper(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(first)
}

// cutWords parts the first n words of a line from the rest.
func cutWords(line string, n int) (head, rest string, ok bool) {
	at := 0
	for ; n > 0; n-- {
		if at == len(line) {
			return "", "", false
		}
		next := strings.IndexByte(line[at:min(len(line), maxFormLabel+at)], ' ')
		if next < 0 {
			at = len(line)
			continue
		}
		at += next + 1
	}
	if at > maxFormLabel {
		return "", "", false
	}
	return strings.TrimSpace(line[:at]), strings.TrimSpace(line[at:]), true
}

// missingFields are the fields of a form that no line has.
func (r *formReader) missingFields(form string, found map[int]formField) (missing []string) {
	a, _ := r.texts.Form(form)
	missing = slices.Clone(a.Fields)
	for _, field := range found {
		missing = slices.DeleteFunc(missing, func(key string) bool { return key == field.key })
	}
	return missing
}
