package mailin

import (
	"slices"
	"strings"

	"dankuwel/templates"
)

// Filled is what a staff member's mail says in forms and verbs (CONTRACT section 6, "Forms"). Nothing that the person wrote is in
// none of its parts.
type Filled struct {
	Verb   string            // Action key of the first line ("#stand verstuur"), of a form's own first line above the marker, or of a subject that is a verb; "" none.
	Send   bool              // The word "verstuur" (or its like in the language) stands behind the verb.
	Rest   string            // What else stands on the verb's line: "Bram", "14 ziekte van de kok".
	Form   string            // Action key of the form in which the fields stand; "" when it was not to be told, or there are none.
	Fields map[string]string // Key to value, trimmed, several lines kept; "-" alone stays "-". Fields left empty are not here.
	Near   map[string]string // Key to label as the person wrote it, where it was only nearly right; several with ", " between.
	Twice  map[string]string // Key to second value, where a field stands twice with different values: above the marker and below it, mostly.
	Free   string            // Own new text that is no field and no verb line: note or letter.
	Below  bool              // Some field stood in the quoted form below the marker.
	Own    string            // What the person wrote in this mail, as it stands: verb, form, signature and all.
}

// ReadFilled reads the forms and the verb of a staff member's mail. newText is what the person wrote above the quotation
// (NewText), whole the entire text with it. Fields count wherever the form stands; those above the marker go before
// those below it. What stands in the quoted form exactly as we sent it comes back, too: who knows what was sent compares.
func ReadFilled(subject, newText, whole string, texts *templates.Set) Filled {
	r := &formReader{texts: texts, near: maxNear}
	f := Filled{Fields: map[string]string{}, Near: map[string]string{}, Twice: map[string]string{}}
	own := unquotedLines(newText)
	above, below := divide(whole, texts.Markers())
	top, inline := splitOwn(own, above, below)

	forms := r.quotedForms(below)
	v := r.verbOf(&top, subject)
	f.Verb, f.Send, f.Rest = v.action, v.send, v.rest
	free := slices.Clone(v.before)
	context := f.Verb
	if context == "" {
		context = r.guessForm(top, forms)
	}
	mine := r.readForm(top, context, 0, false)
	if f.Verb == "" {
		f.Verb = mine.headed
	}
	f.add(mine, false)

	shown, beside := map[string]bool{}, []staffLine(nil)
	for _, form := range forms {
		read := r.readForm(form.lines, form.action, form.depth, form.closed)
		f.add(read, true)
		for _, line := range form.shown {
			shown[line.bare().text] = line.text != ""
		}
		for _, line := range read.free {
			if line.depth == 0 {
				delete(shown, line.bare().text)
			}
		}
		if form.closed {
			beside = append(beside, read.free...)
		}
	}
	isShown := func(l staffLine) bool { return shown[l.bare().text] }
	free = append(free, without(mine.free, func(l staffLine) bool { return strings.HasPrefix(l.text, "^") && isShown(l) })...)
	free = append(free, without(withoutContext(inline, shown), isShown)...)
	f.Own = NewText(whole, texts.Markers())
	f.Free = joinFree(append(free, missingFrom(beside, own)...))
	return f
}

// Text is what the person wrote besides fields, for an action that takes a text: on the verb's line, in the field for it, around the form.
func (f *Filled) Text() string {
	var parts []string
	for _, part := range []string{f.Rest, f.Fields["text"], f.Free} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "\n\n")
}

// add takes over the fields of one form; what is there already goes before.
func (f *Filled) add(form readForm, below bool) {
	for _, field := range form.fields {
		if near := f.Near[field.key]; field.near != "" && !strings.Contains(near, field.near) {
			f.Near[field.key] = strings.TrimPrefix(near+", "+field.near, ", ")
		}
		value := field.value()
		before, known := f.Fields[field.key]
		switch {
		case value == "":
			continue
		case !known:
			f.Fields[field.key] = value
			f.Below = f.Below || below
			if f.Form == "" {
				f.Form = form.action
			}
		case !SameWords(before, value) && !SameWords(f.Twice[field.key], value):
			f.Twice[field.key] = strings.TrimSpace(f.Twice[field.key] + "\n" + value)
		}
	}
}

// SameWords compares values apart from line breaks and spaces, which clients change.
func SameWords(a, b string) bool {
	return slices.Equal(strings.Fields(a), strings.Fields(b))
}

// joinFree makes one text of lines, with one empty line at most.
func joinFree(lines []staffLine) string {
	var b strings.Builder
	blank := false
	for _, line := range lines {
		if line.text == "" {
			blank = b.Len() > 0
			continue
		}
		if blank {
			b.WriteByte('\n')
		}
		b.WriteString(line.quoted(0) + "\n")
		blank = false
	}
	return strings.TrimSpace(b.String())
}

func without(lines []staffLine, drop func(staffLine) bool) []staffLine {
	return slices.DeleteFunc(slices.Clone(lines), drop)
}

// withoutContext takes away the quoted lines above a line that stands in the quoted form: NewText keeps what is answered, and here that is
// a part of our mail.
func withoutContext(lines []staffLine, shown map[string]bool) (kept []staffLine) {
	begin := 0 // Of the quoted lines kept last.
	for _, line := range lines {
		switch {
		case line.text == "":
		case line.depth > 0:
			if len(kept) == 0 || kept[len(kept)-1].depth == 0 && kept[len(kept)-1].text != "" {
				begin = len(kept)
			}
		default:
			if shown[line.bare().text] && len(kept) > begin && kept[begin].depth > 0 {
				kept = kept[:begin]
			}
			begin = len(kept) + 1
		}
		kept = append(kept, line)
	}
	return kept
}

// missingFrom is what was written beside the fields of the quoted form, where NewText did not see that a person wrote it: Outlook marks nothing.
func missingFrom(beside, own []staffLine) []staffLine {
	seen := map[string]bool{}
	for _, line := range own {
		seen[line.bare().text] = line.text != ""
	}
	missing := []staffLine{{}}
	for _, line := range beside {
		if !seen[line.bare().text] {
			missing = append(missing, line)
		}
	}
	return missing
}

// staffLine is a line without its quote marks.
type staffLine struct {
	depth int    // How many quote marks.
	text  string // Spaces alike, none at the edges.
}

// bare is the line without the tab at its end, by which lines are compared.
func (l staffLine) bare() staffLine {
	l.text = strings.TrimRight(l.text, "\t")
	return l
}

func (l staffLine) quoted(base int) string {
	if l.depth <= base {
		return l.text
	}
	return strings.Repeat("> ", min(l.depth-base, maxQuoteDepth)) + l.text
}

// formMarks are characters that clients put in the place of a space, or that are seen as nothing.
var formMarks = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2007", " ", "\u2009", " ", "\u3000", " ", "\u200b", "", "\u200e", "", "\u200f", "", "\u2060", "", "\ufeff", "", "\u00ad", "", "\r", "")

func unquotedLines(text string) []staffLine {
	raw := strings.Split(formMarks.Replace(text), "\n")
	lines := make([]staffLine, len(raw))
	for i, line := range raw {
		for line = strings.TrimSpace(line); strings.HasPrefix(line, ">"); line = strings.TrimSpace(line[1:]) {
			lines[i].depth++
		}
		if lines[i].text = line; line != "" && strings.HasSuffix(raw[i], "\t") { // A cell that is empty.
			lines[i].text += "\t"
		}
	}
	return lines
}

// divide parts a text at the first marker; what stands below is our own mail, up to the next one that may be quoted in it. Without
// a marker the quotation begins with the first quoted line or the client's header.
func divide(whole string, markers []string) (above, below []staffLine) {
	lines := unquotedLines(whole)
	if at := markerLine(whole, markers); at >= 0 {
		rest := whole[lineStart(whole, at+1):]
		below = lines[at+1:]
		if next := markerLine(rest, markers); next >= 0 {
			below = below[:next]
		}
		return lines[:at], below
	}
	begin, _ := history(strings.Split(whole, "\n"), false)
	if quoted := slices.IndexFunc(lines, func(l staffLine) bool { return l.depth > 0 }); quoted >= 0 {
		begin = min(begin, quoted)
	}
	return lines[:begin], lines[begin:]
}

// lineStart is where the line of that index begins.
func lineStart(s string, line int) int {
	at := 0
	for ; line > 0; line-- {
		next := strings.IndexByte(s[at:], '\n')
		if next < 0 {
			return len(s)
		}
		at += next + 1
	}
	return at
}

// splitOwn parts the new text in what stands above the marker and the answers within the quotation below it.
func splitOwn(own, above, below []staffLine) (top, inline []staffLine) {
	inAbove, inBelow := map[staffLine]bool{}, map[staffLine]bool{}
	for _, line := range above {
		inAbove[line.bare()] = true
	}
	for _, line := range below {
		inBelow[line.bare()] = true
	}
	for i, line := range own {
		if line.text != "" && inBelow[line.bare()] && !inAbove[line.bare()] {
			return own[:i], own[i:]
		}
	}
	return own, nil
}
