package mailin

import (
	"slices"
	"strings"

	"dankuwel/templates"
)

// quotedForm is where a form stands in our own mail.
type quotedForm struct {
	action string
	lines  []staffLine // Its fields.
	shown  []staffLine // All of it.
	depth  int         // Quote marks before its first line.
	closed bool        // Its end line is there, and its first.
}

// readForm is what a form holds.
type readForm struct {
	action string
	headed string // Action of a first line of a form ("#analyse") within the lines.
	fields []formField
	free   []staffLine
}

// quotedForms finds the forms in our own mail: from the first line ("#analyse") to the end line. Where a person deleted the first line, the
// labels above the end line tell; where the end line is gone, it ends at a signature, at history or at a deeper quotation.
// Labels elsewhere in our mail are no form: it shows the complaint and its data in the same way.
func (r *formReader) quotedForms(lines []staffLine) (forms []quotedForm) {
	heading, begin := -1, 0 // The last first line of a form, and the line below the last end line.
	for i, line := range lines {
		if line.text == "" {
			continue
		}
		if strings.ContainsAny(line.text[:min(len(line.text), 4)], "#＃") && r.heading(line.text) != "" {
			heading = i
			continue
		}
		if !r.texts.IsFormEnd(line.text) {
			continue
		}
		if form, ok := r.closedForm(lines[begin:i+1], heading-begin); ok {
			forms = append(forms, form)
		}
		heading, begin = -1, i+1
	}
	if heading >= 0 {
		form := quotedForm{action: r.heading(lines[heading].text), lines: lines[heading+1:], shown: lines[heading:], depth: lines[heading].depth}
		if deeper := slices.IndexFunc(form.lines, func(l staffLine) bool { return l.depth > form.depth }); deeper >= 0 {
			form.lines, form.shown = form.lines[:deeper], form.shown[:deeper+1]
		}
		forms = append(forms, form)
	}
	return forms
}

// closedForm is the form that ends with the last of lines; heading is the index of its first line, negative when that is gone.
func (r *formReader) closedForm(lines []staffLine, heading int) (quotedForm, bool) {
	end := len(lines) - 1
	if heading >= 0 {
		return quotedForm{r.heading(lines[heading].text), lines[heading+1 : end], lines[heading:], lines[heading].depth, true}, true
	}
	action, begin := r.formAbove(lines[:end])
	if action == "" {
		return quotedForm{}, false
	}
	return quotedForm{action, lines[begin:end], lines[begin:], max(lines[begin].depth, lines[end].depth), true}, true
}

// heading is the action of a form's first line: "#analyse" and nothing else.
func (r *formReader) heading(text string) string {
	text = strings.Trim(text, " \t*_\"'“”„«»‘’")
	if len(text) > maxFormLabel || !strings.HasPrefix(text, "#") && !strings.HasPrefix(text, "＃") {
		return ""
	}
	if a, rest, ok := r.texts.Action(text); ok && rest == "" {
		return a.Key
	}
	return ""
}

const maxFormLines = 400 // That a form without its first line may have.

// candidate is an action whose form may end where an end line stands.
type candidate struct {
	action string
	begin  int
	keys   map[string]bool
}

// leading is the candidate with the most labels; nil when none has n.
func leading(list []*candidate, n int) (best *candidate) {
	for _, c := range list {
		if len(c.keys) >= n && (best == nil || len(c.keys) > len(best.keys)) {
			best = c
		}
	}
	return best
}

// formAbove reads upwards from an end line, as long as the labels belong to one form and none comes twice. begin is the index of its
// first line; action is "" when there is no label.
func (r *formReader) formAbove(lines []staffLine) (action string, begin int) {
	var open []*candidate // Whose labels these may be.
	for _, a := range r.texts.Actions() {
		if len(a.Fields) > 0 {
			open = append(open, &candidate{action: a.Key, keys: map[string]bool{}})
		}
	}
	for i := len(lines) - 1; i >= max(0, len(lines)-maxFormLines) && !isRule(lines[i].text); i-- {
		left := r.narrow(open, lines[i].text, i)
		if len(left) == 0 {
			break
		}
		open = left
	}
	best := leading(open, 1)
	if best == nil {
		return "", 0
	}
	for best.begin > 0 && lines[best.begin-1].text != "" && !isRule(lines[best.begin-1].text) { // What is above it in the same paragraph is the form's, too.
		best.begin--
	}
	return best.action, best.begin
}

// narrow takes a line upwards into account: a label that is spelt well leaves only the actions that have it, unless one that has not is sure already.
// Nothing is left where the form begins: a label comes twice.
func (r *formReader) narrow(open []*candidate, text string, i int) []*candidate {
	most := 2
	if lead := leading(open, most); lead != nil {
		most = len(lead.keys)
	}
	isLead := func(c *candidate) bool { return len(c.keys) == most }
	sure := slices.ContainsFunc(open, isLead)
	found := make([]formField, len(open))
	var known, rest []*candidate
	for n, c := range open {
		field, ok := r.label(text, c.action, true)
		switch found[n] = field; {
		case !ok || field.alone: // The value "mail" alone on its line is no label.
			found[n].key = ""
			rest = append(rest, c)
		case c.keys[field.key]:
			found[n].key = ""
		case field.near != "":
			rest = append(rest, c)
		default:
			known = append(known, c)
		}
	}
	switch {
	case sure && !slices.ContainsFunc(slices.Concat(known, rest), isLead):
		return nil
	case sure && len(known) > 0 && !slices.ContainsFunc(known, isLead):
		return open
	}
	for n, c := range open {
		if found[n].key != "" {
			c.keys[found[n].key], c.begin = true, i
		}
	}
	if len(known) > 0 {
		return known
	}
	return rest
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

// isOver tells whether a line stands below the value of a field without paragraphs: an empty line came between.
func (r *formReader) isOver(open *formField, line staffLine) bool {
	n := len(open.lines)
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
		field, key := r.remnant(line.text, form, missing, most)
		if key == "" {
			continue
		}
		field.key = key
		found[i] = field
		missing = slices.DeleteFunc(missing, func(k string) bool { return k == key })
	}
}

func (r *formReader) remnant(text, form string, missing []string, most bool) (field formField, key string) {
	head, bold := trimBullet(text)
	for _, kind := range []separator{colon, dash} {
		name, value, ok := cutLabel(head, kind)
		bare, _ := cutChoices(name)
		if !ok || countWords(bare) > maxWords {
			continue
		}
		field = formField{near: firstFilled(bare, ":"), first: cleanValue(value, name, bold)}
		if key = r.texts.NearField(missing, bare); key == "" && (kind == colon || bare != "") {
			key = r.texts.PartOfField(missing, bare, !most)
		}
		if key == "" {
			key, _ = r.nearField(form, bare)
		}
		if key != "" {
			return field, key
		}
	}
	bare, _ := cutChoices(head)
	if len(head) > maxFormLabel/2 || countWords(head) >= maxWords || r.near <= 0 {
		return formField{}, ""
	}
	r.near--
	return formField{near: bare, alone: true}, r.texts.NearField(missing, bare)
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
