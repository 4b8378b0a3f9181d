package mailin

import (
	"slices"
	"strings"
)

// quotedForm is where a form stands in our own mail.
type quotedForm struct {
	action string
	lines  []staffLine // Its fields.
	shown  []staffLine // All of it.
	depth  int         // Quote marks before its first line.
	closed bool        // Its end line is there, and its first.
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
	a, rest, ok := r.texts.Action(text)
	key := a.Key
	if key == "template" {
		key, rest = r.texts.OwnForm(rest)
	}
	if !ok || rest != "" {
		return ""
	}
	return key
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
	for _, a := range r.texts.Forms() {
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
