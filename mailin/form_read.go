package mailin

import (
	"regexp"
	"slices"
	"strings"

	"dankuwel/templates"
)

// readForm is what a form holds.
type readForm struct {
	action string
	headed string // Action of a first line of a form ("#analyse") within the lines.
	fields []formField
	free   []staffLine
}

// Fields that a signature, too, or a sentence may begin with.
var (
	contactFields = wordSet("name text attachments email phone address department")
	plainFields   = wordSet("when how what owner due until despite days number reason process with_whom")
)

// guessForm tells which form was written above the marker without a verb: the one to which most known labels belong, the quoted one before
// others. A signature's "Telefoon:" or one "Wat:" is no form, unless it is a field of the quoted one.
func (r *formReader) guessForm(lines []staffLine, quoted []quotedForm) string {
	if i := slices.IndexFunc(lines, func(l staffLine) bool { return l.depth == 0 && r.heading(l.text) != "" }); i >= 0 {
		return r.heading(lines[i].text)
	}
	var labels []string
	for _, line := range lines {
		head, _ := trimBullet(line.text)
		name, _, ok := cutLabel(head, colon)
		if name, _ = cutChoices(name); ok && line.depth == 0 && len(labels) < maxFormLines && r.texts.ExactField("", name) != "" {
			labels = append(labels, name)
		}
	}
	best, most := "", 0
	consider := func(action string, telling bool) {
		keys, sure := map[string]bool{}, telling
		for _, label := range labels {
			if key := r.texts.ExactField(action, label); key != "" && !contactFields[key] {
				keys[key] = true
				sure = sure || !plainFields[key]
			} else if telling && key != "" {
				keys[key] = true
			}
		}
		if len(keys) > most && (sure || len(keys) > 1) {
			best, most = action, len(keys)
		}
	}
	for _, form := range quoted {
		consider(form.action, true)
	}
	for _, a := range r.texts.Actions() {
		if len(a.Fields) > 0 && len(labels) > 0 {
			consider(a.Key, false)
		}
	}
	return best
}

// readForm reads the fields among lines. form is the action whose fields count; "" none. In lines of a closed form everything is the form's; in others it
// ends at a signature.
func (r *formReader) readForm(lines []staffLine, form string, base int, closed bool) (read readForm) {
	read.action = form
	if form == "" {
		read.free = lines
		return read
	}
	lines = joinChoices(lines)
	found := r.labels(lines, form)
	end := len(lines)
	if !closed {
		end = r.formTail(lines, found, base)
	}
	current := -1 // Index in read.fields of the field that is open.
	for i := 0; i < end; i++ {
		line := lines[i]
		field, labelled := found[i]
		open := current >= 0
		var last *formField
		if open {
			last = &read.fields[current]
		}
		switch {
		case labelled && !(open && field.alone && r.answers(form, last, line)):
			field.base = base
			read.fields = append(read.fields, field)
			current = len(read.fields) - 1
		case line.depth <= base && r.heading(line.text) != "":
			read.headed = firstFilled(read.headed, r.heading(line.text))
			current = -1
		case r.texts.IsFormEnd(line.text):
			current = -1
		case strings.HasPrefix(line.text, "^") && closed: // What we say about the line above.
		case strings.HasPrefix(line.text, "^") && len(read.fields) > 0: // The same, copied above the marker.
			read.free = append(read.free, line)
		case !open || r.isOver(last, line):
			read.free = append(read.free, line)
			current = -1
		default:
			last.lines = append(last.lines, line)
		}
	}
	read.free = append(read.free, lines[end:]...)
	return read
}

// answers tells whether a line that is also a label is the value of the open field: "Drager:", and below it "telefoon".
func (r *formReader) answers(form string, open *formField, line staffLine) bool {
	list := r.texts.ValueList(form, open.key)
	if list == "" || open.value() != "" {
		return false
	}
	key, near := r.texts.Value(list, line.text)
	return key != "" && !near
}

// namesFile is the end of a line that names a file.
var namesFile = regexp.MustCompile(`\.[[:alnum:]]{2,5}$`)

// isOver tells whether a line stands below the value of a field without paragraphs: an empty line came between. The line that names attachments
// goes on below only where it was broken: behind a comma, or with a name.
func (r *formReader) isOver(open *formField, line staffLine) bool {
	n := len(open.lines)
	if open.key == "attachments" && open.filled() && line.text != "" && !namesFile.MatchString(line.text) {
		before := open.first
		if n > 0 {
			before = open.lines[n-1].text
		}
		return !strings.HasSuffix(before, ",") && !strings.HasSuffix(before, ";")
	}
	return line.text != "" && n > 0 && open.lines[n-1].text == "" && !r.texts.IsProse(open.key) && open.filled()
}

func (f *formField) filled() bool {
	return f.first != "" || slices.ContainsFunc(f.lines, func(l staffLine) bool { return l.text != "" })
}

// labels finds the lines with a label.
func (r *formReader) labels(lines []staffLine, form string) map[int]formField {
	found := map[int]formField{}
	for i, line := range lines {
		if field, ok := r.label(line.text, form, false); ok {
			found[i] = field
		}
	}
	if len(found) == 0 {
		if rows := r.tableRows(lines, form); rows != nil {
			return rows
		}
	}
	for range 2 { // What the first reading found leaves fewer that the rest may be.
		r.remnants(lines, form, found)
	}
	return found
}

// remnants finds the labels that are missing among what no label was found in: with wrong letters, so that it could be one of the others;
// and, where most of the form is there, the beginning or end of one that was half deleted, or nothing at all when a single one is missing.
func (r *formReader) remnants(lines []staffLine, form string, found map[int]formField) {
	missing := r.missingFields(form, found)
	most := len(missing) <= len(found)
	for i, line := range lines {
		if _, ok := found[i]; ok || line.text == "" || strings.HasPrefix(line.text, "^") || strings.HasPrefix(line.text, "…") || r.heading(line.text) != "" || r.texts.IsFormEnd(line.text) {
			continue
		}
		field := r.remnant(line.text, form, missing, most)
		if field.key == "" {
			continue
		}
		found[i] = field
		missing = slices.DeleteFunc(missing, func(key string) bool { return key == field.key })
	}
}

// remnant reads one line as a label that is missing, or as one that is there already and comes again; its key is "" when it is none.
func (r *formReader) remnant(text, form string, missing []string, most bool) (field formField) {
	if r.near <= 0 {
		return field
	}
	r.near--
	head, bold := trimBullet(text)
	choices := ""
	for _, kind := range []separator{colon, dash} {
		name, value, ok := cutLabel(head, kind)
		if !ok {
			continue
		}
		name, choices = cutChoices(name)
		if countWords(name) > maxWords {
			continue
		}
		field = formField{near: firstFilled(name, ":"), first: cleanValue(value, name, bold)}
		if field.key = r.texts.NearField(missing, name); field.key == "" && (kind == colon || name != "") {
			field.key = r.texts.PartOfField(missing, name, !most)
		}
		if field.key == "" {
			field.key, _ = r.nearField(form, name)
		}
		if field.key != "" {
			field.first = r.chosen(form, field, choices)
			return field
		}
	}
	if len(head) > maxFormLabel/2 || countWords(head) >= maxWords {
		return formField{}
	}
	field = formField{alone: true}
	field.near, choices = cutChoices(head)
	field.key = r.texts.NearField(missing, field.near)
	field.first = r.chosen(form, field, choices)
	return field
}

func firstFilled(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// joinChoices puts a label together whose choices a client wrapped: "Soort (herstel," / "andere): herstel".
func joinChoices(lines []staffLine) []staffLine {
	joined := make([]staffLine, 0, len(lines))
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if i+1 < len(lines) && opensChoices(line.text) {
			next := lines[i+1].text
			if end := strings.IndexByte(next, ')'); end >= 0 && end < maxFormLabel && strings.HasPrefix(strings.TrimLeft(next[end+1:], " *_ "), ":") {
				line.text += " " + next
				i++
			}
		}
		joined = append(joined, line)
	}
	return joined
}

// opensChoices: a bracket is open at the end of the line, and no label ended before it.
func opensChoices(text string) bool {
	open := strings.LastIndexByte(text, '(')
	return open > 0 && open < maxFormLabel && !strings.ContainsAny(text[open:], ")") && !strings.ContainsAny(text[:open], ":")
}

// formTail is where a form without an end line ends: below its last label, at a signature, a closing, or what a client puts before history.
func (r *formReader) formTail(lines []staffLine, found map[int]formField, base int) int {
	last := -1
	for i := range found {
		last = max(last, i)
	}
	if last < 0 {
		return len(lines)
	}
	for i := last + 1; i < len(lines); i++ {
		text := lines[i].text
		kind, _ := headerField(text)
		switch {
		case text == "", strings.HasPrefix(text, strings.TrimSpace(templates.Guard)):
		case text == "--" || isDelimiter(text), isClientLine(text), separatorKind(text) != "", isOutlookRule(text), lines[i].depth > base && base > 0:
			return i
		case kind == fromField && r.opensHistory(lines, i):
			return i
		case r.texts.IsGreetingOrClosing(text) && !slices.ContainsFunc(lines[i+1:min(len(lines), i+1+2*maxSignature)], func(l staffLine) bool { return l.text != "" && isSentence(l.text) }):
			return i
		}
	}
	return len(lines)
}

const maxHeaderBlock = 30 // Lines of a client's header.

func (r *formReader) opensHistory(lines []staffLine, i int) bool {
	var block []string
	for _, line := range lines[i:min(len(lines), i+maxHeaderBlock)] {
		block = append(block, line.text)
	}
	h, _, ok := readQuotedHeader(block, 0)
	return ok && h.fromClient()
}
