package procedure

import (
	"slices"
	"strings"

	"dankuwel/models"
	"dankuwel/templates"
)

// baseOf is the action of a key with a name behind it ("template" of "template/bezoek"), and the kind of such a draft ("own" of "own/bezoek").
func baseOf(key string) string {
	base, _, _ := strings.Cut(key, "/")
	return base
}

// sentAs is the kind of mail as which a draft leaves. A text of the organisation's own tells the complainant something, as a status update
// does; it is never the answer.
func sentAs(kind string) string {
	if templates.IsOwnKind(kind) {
		return "status_update"
	}
	return kind
}

// ownText is `sjabloon NAME`: a letter from a text of the organisation's own, with its fields filled in. Without a name it lists the texts,
// without a value it gives the empty form.
func (x *deed) ownText() error {
	if x.key == "template" && strings.HasPrefix(x.in.Form, "template/") { // the form below says which one
		x.key = x.in.Form
	}
	if x.key == "template" {
		x.key, x.in.Rest = x.Texts.OwnForm(x.in.Rest) // a number stood before the name
	}
	if a, rest, ok := x.Texts.Action(x.in.Rest); ok && a.Key == "answer" && rest == "" {
		x.refuse("own_no_answer")
		return nil
	}
	form, _ := x.Texts.Form(x.key)
	x.oneField(form)
	filled := slices.DeleteFunc(slices.Clone(form.Fields), func(field string) bool { return x.value(field) == "" })
	if x.key == "template" || len(filled) == 0 && len(form.Fields) > 0 {
		return x.showOwn()
	}
	if rest := x.in.Rest; rest != "" { // nothing that was written is lost
		x.in.Rest, x.in.Free = "", strings.TrimSpace(rest+"\n\n"+x.in.Free)
	}
	if !x.needOwn(form) {
		return nil
	}
	x.beside = true
	return x.proposeOwn(form)
}

// oneField takes the words behind the name for the only field, and the text below it where that may have paragraphs: phones have no forms.
func (x *deed) oneField(form templates.Action) {
	if len(form.Fields) != 1 || x.value(form.Fields[0]) != "" {
		return
	}
	field, text := form.Fields[0], strings.TrimSpace(x.in.Rest)
	x.in.Rest = ""
	if x.Texts.IsProse(field) {
		x.in.Rest = text
		text = x.withoutEnclosures(x.words())
		x.in.Rest, x.in.Free = "", ""
	}
	if text != "" {
		x.in.Fields[field] = text
	}
}

// needOwn marks the fields without a value; a lone "-" says that there is none.
func (x *deed) needOwn(form templates.Action) bool {
	var lacking []string
	for _, field := range form.Fields {
		if x.value(field) == "" {
			x.fault(field, "needed_or_dash")
			lacking = append(lacking, x.Texts.FieldLabel(x.languageOf(x.by), field))
		}
	}
	if len(lacking) > 0 {
		x.refuse("needed", strings.Join(lacking, ", "))
	}
	return len(lacking) == 0
}

func (x *deed) proposeOwn(form templates.Action) error {
	name := templates.OwnName(form.Key)
	kind := templates.OwnKind(name)
	lang := x.Texts.OwnLanguage(name, x.c.Language, x.Settings.Organization.Language)
	data := x.bodyOf(kind, "")
	data.Own = map[string]string{}
	for _, field := range form.Fields {
		data.Own[field] = x.value(field)
	}
	page, err := x.Texts.RenderDraft(kind, lang, x.aboutLetter(kind, data))
	if err != nil {
		return err
	}
	x.done("own_text", name)
	if lang != x.c.Language {
		x.done("own_language", name, x.Texts.Label(x.languageOf(x.by), "language."+lang))
	}
	values := x.wishesOf(page.Text, nil) // the organisation wrote all of it
	return x.keep(&models.Draft{ComplaintID: x.c.ID, Kind: kind, Language: lang, Subject: page.Subject, Text: page.Text, AuthorID: x.by.ID}, values, "")
}

// showOwn lists the texts of the organisation's own, with the empty form of the one that was named, or of the first.
func (x *deed) showOwn() error {
	names := x.Texts.OwnNames()
	if len(names) == 0 {
		x.refuse("no_own_texts")
		return nil
	}
	if templates.OwnName(x.key) == "" {
		for _, name := range names {
			x.lines = append(x.lines, x.ownLine("template/"+name))
		}
		if asked := strings.TrimSpace(x.in.Rest); asked != "" {
			x.refuse("no_such_own", asked)
			return nil
		}
		x.key = "template/" + names[0]
		x.done("own_texts")
	}
	x.values = map[string]string{}
	x.done("form", x.Texts.ActionName(x.languageOf(x.by), x.key))
	return nil
}

// ownLine is a text as it is listed: "#sjabloon bezoek: Datum bezoek, Uur".
func (x *deed) ownLine(key string) string {
	form, _ := x.Texts.Form(key)
	var labels []string
	for _, field := range form.Fields {
		labels = append(labels, x.Texts.FieldLabel(x.languageOf(x.by), field))
	}
	line := "#" + x.Texts.ActionName(x.languageOf(x.by), key)
	if len(labels) > 0 {
		line += ": " + strings.Join(labels, ", ")
	}
	return line
}
