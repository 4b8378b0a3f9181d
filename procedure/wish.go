package procedure

import (
	"slices"
	"strings"

	"dankuwel/models"
	"dankuwel/templates"
)

// Filled is what a staff member's mail says in verbs and forms; mailin reads it. Keys are those of the vocabulary (templates.Set).
type Filled struct {
	Verb   string            // action of the first line, or of a subject that is a verb; "" none
	Send   bool              // "verstuur" stands behind the verb
	Rest   string            // what else stands on that line
	Form   string            // action in whose form the fields stand; "" not to be told
	Fields map[string]string // field → value, trimmed; "-" alone empties
	Near   map[string]string // field → label as the person wrote it, where it was only nearly right
	Twice  map[string]string // field → its second, different value
	Free   string            // own new text that is neither
	Below  bool              // a field stood in the quoted form
	Own    string            // all that he wrote in this mail, as it stands
}

// value is a field of the form.
func (x *deed) value(field string) string { return strings.TrimSpace(x.in.Fields[field]) }

// words is the text of the mail beside its fields: on the verb's line, in the field for it, around the form.
func (x *deed) words() string {
	x.told = true
	var parts []string
	for _, part := range []string{x.in.Rest, x.value("text"), x.in.Free} {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return x.withoutEdges(strings.Join(parts, "\n\n"))
}

// maxSignature is how many lines below a closing are a signature.
const maxSignature = 8

// withoutEdges is a text without the greeting above and the closing or the name and what stands below it: a letter brings its own.
func (x *deed) withoutEdges(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	all := len(lines)
	lines = lines[:len(lines)-x.repeated(lines)]
	if len(lines) > 1 && x.Texts.IsGreetingOrClosing(lines[0]) {
		lines = lines[1:]
	}
	end := len(lines)
	for i := end - 1; i > 0 && i >= end-maxSignature; i-- {
		if x.Texts.IsGreetingOrClosing(lines[i]) || signs(lines[i], x.by.Name) {
			lines = lines[:i]
		}
	}
	x.trimmed = x.trimmed || len(lines) < all
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// signs tells whether a line is the name that stands below a mail, alone or with a function behind it ("Bram Claes | behandelaar"); a sentence that begins so is not.
func signs(line, name string) bool {
	if i := strings.IndexAny(line, "|,·•/–—"); i >= 0 && !strings.ContainsAny(line[len(line)-1:], ".?!:") {
		line = line[:i]
	}
	return slices.Equal(templates.FoldWords(line), templates.FoldWords(name))
}

// choose is the value of a field that has a closed list; what is not in it is marked.
func (x *deed) choose(field string) (key string, ok bool) {
	text := x.value(field)
	if text == "" || text == "-" {
		return "", true
	}
	list := x.Texts.ValueList(x.key, field)
	key, _ = x.Texts.Value(list, text)
	if key == "" {
		x.fault(field, "value", strings.Join(x.Texts.ValueLabels(x.languageOf(x.by), list), ", "))
		x.refuse("value", x.Texts.FieldLabel(x.languageOf(x.by), field), text)
	}
	return key, key != ""
}

// need marks the fields that lack a value, and tells whether all have one.
func (x *deed) need(fields ...string) bool {
	var lacking []string
	for _, field := range fields {
		if v := x.value(field); v == "" || v == "-" {
			x.fault(field, "needed")
			lacking = append(lacking, x.Texts.FormLabel(x.languageOf(x.by), x.key, field))
		}
	}
	if len(lacking) > 0 {
		x.refuse("needed", strings.Join(lacking, ", "))
	}
	return len(lacking) == 0
}

// onlyForms are the actions that need their form: text without it is a plain reply.
var onlyForms = []string{"analyse", "answer", "change", "template"}

// holds tells whether all fields that were filled in are of the action's form.
func (x *deed) holds(a templates.Action) bool {
	for field := range x.in.Fields {
		if !slices.Contains(a.Fields, field) {
			return false
		}
	}
	return len(a.Fields) > 0
}

// wish is the action that a mail asks for: the verb on its first line, then the form that was filled in, then the button.
func (x *deed) wish() string {
	button, _ := x.Texts.ActionByCode(x.code)
	purpose := ""
	if x.token != nil {
		purpose = x.token.Purpose
	}
	if purpose == "annual_report_draft" && slices.Contains([]string{"", "reply", "send", "drop"}, x.in.Verb) { // no line of a report is a field
		return "annual_report"
	}
	key := x.in.Verb
	if key == "" && len(x.in.Fields) > 0 {
		analyse, _ := x.Texts.ActionByCode("ana")
		switch key = x.in.Form; {
		case key == "", x.holds(button):
			key = button.Key
		case key == "register" && x.c != nil && x.holds(analyse):
			key = analyse.Key
		case key == "register" && x.c != nil:
			key = "change" // the same fields, about a complaint that is there
		}
	}
	if key == "" && !slices.Contains(onlyForms, button.Key) {
		key = button.Key
	}
	switch {
	case key == "":
		key = "reply"
	case (key == "send" || key == "drop") && purpose != "preview" && x.merelySays(purpose):
		key, x.in.Verb, x.in.Rest, x.in.Free = "reply", "", "", x.a.Message.NewText
	}
	switch {
	case purpose == "consultation" && key == "reply":
		key = "consulted"
	case purpose == "lessons" && key == "reply":
		key = "idea"
	}
	if purpose != "preview" || len(x.in.Fields) > 0 {
		return key
	}
	switch key {
	case "reply", "send", "drop":
		return "decide"
	case "status", "ask", "answer", "note": // a choice of the preview of a plain reply, unless there is a new text
		if x.words() == "" {
			x.as = key
			return "decide"
		}
	}
	return key
}

// merelySays: "ok" and "nee" decide only where a letter was shown. Elsewhere they are an opinion that was asked for, or the beginning of what
// the person has to say.
func (x *deed) merelySays(purpose string) bool {
	text := strings.TrimSpace(x.a.Message.NewText)
	if text == "" || strings.HasPrefix(text, "#") {
		return false
	}
	trimmed := x.trimmed
	_, more, _ := strings.Cut(x.withoutEdges(text), "\n")
	x.trimmed = trimmed
	return purpose == "consultation" || strings.TrimSpace(more) != ""
}

// merelyAgrees: the "ok" or "nee" of somebody who has no letter to decide about, and asks for none to be sent.
func (x *deed) merelyAgrees() bool {
	line, _, _ := strings.Cut(strings.TrimSpace(x.a.Message.NewText), "\n")
	return (x.key == "send" || x.key == "drop") && line != "" && !strings.HasPrefix(line, "#") && !x.Texts.IsSend(line) && x.c != nil && !x.decides() && x.mayNote(x.c, x.by)
}

// date reads a day as people write it.
func (x *deed) date(field string) (models.Date, bool) {
	text := x.value(field)
	if text == "" {
		return "", false
	}
	day, err := x.Texts.Date(text, x.tx.Now().In(x.Zone()))
	if err != nil {
		x.fault(field, "date")
		x.refuse("date", x.Texts.FormLabel(x.languageOf(x.by), x.key, field), text)
		return "", false
	}
	return models.Date(day.Format("2006-01-02")), true
}
