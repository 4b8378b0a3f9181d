package report

import (
	"cmp"
	"io"
	"strings"

	"dankuwel/models"
	"dankuwel/templates"
)

// The lines left to write on where a form has no value: of a short field, and of one with paragraphs.
const byHandShort, byHandProse = 1, 4

// Registration prints the registration form of a complaint (procedure 2), to be signed.
func Registration(w io.Writer, set *templates.Set, lang string, k *Case) error {
	p := newPaper(set, lang, "registration", k)
	p.registration(true)
	p.signature(p.label("sign_registration"))
	return p.finish(w, "registration")
}

// Analysis prints the form "analyse klacht" (procedure 3.5), to be signed; without an analysis, the empty form to be filled in by hand.
func Analysis(w io.Writer, set *templates.Set, lang string, k *Case) error {
	p := newPaper(set, lang, "analysis", k)
	p.analysis(true)
	p.signature(p.label("sign_analysis"))
	return p.finish(w, "analysis")
}

func (p *paper) finish(w io.Writer, key string) error {
	number := p.Complaint.Number
	return p.write(w, p.Organization.Name, p.label(key)+" "+number, p.label("foot", number, p.Printed.In(p.Zone)), false)
}

// entry draws a field of a form by its key.
func (p *paper) entry(key, value string, form bool) { p.labelled(p.named(key), key, value, form) }

func (p *paper) labelled(name, key, value string, form bool) {
	byHand := 0
	switch {
	case form && p.set.IsProse(key):
		byHand = byHandProse
	case form:
		byHand = byHandShort
	}
	p.field(name, value, byHand)
}

func (p *paper) registration(form bool) {
	c := p.Complaint
	who := c.Complainant.Name
	if who == "" && c.Anonymous {
		who = p.set.Label(p.lang, "anonymous")
	}
	p.entry("number", c.Number, form)
	p.entry("received_on", p.date(c.ReceivedOn), form)
	p.labelled(p.label("registered_on"), "", p.moment(c.RegisteredAt), form)
	p.entry("complainant", p.private(who), form)
	p.entry("email", p.private(c.Complainant.Email), form)
	p.entry("phone", p.private(c.Complainant.Phone), form)
	p.entry("address", p.private(c.Complainant.Address), form)
	p.entry("capacity", p.private(p.value("capacity", c.Capacity)), form)
	p.entry("carrier", p.value("carrier", c.Carrier), form)
	p.entry("channel", p.value("channel", c.Channel), form)
	p.labelled(p.label("subject"), "", p.private(c.Subject), form)
	p.entry("facts_on", p.private(c.FactsOn), form)
	p.entry("facts", p.private(c.Facts), form)
	p.entry("desired_solution", p.private(c.DesiredSolution), form)
	p.entry("department", c.Department, form)
	p.entry("handler", p.person(c.HandlerID), form)
	p.labelled(p.label("due"), "", p.date(c.AnswerDue), form)
}

// openValues are the fields of an analysis that come from a list and so name nobody.
var openValues = map[string]bool{"verdict": true, "severity": true, "ombuds_norm": true}

func (p *paper) analysis(form bool) {
	a := p.Analysis
	if form {
		p.entry("number", p.Complaint.Number, form)
		p.entry("received_on", p.date(p.Complaint.ReceivedOn), form)
	}
	if a != nil {
		p.labelled(p.label("version"), "", p.label("version_of", a.Version, p.moment(a.At)), form)
		p.labelled(p.label("made_by"), "", p.person(a.StaffID), form)
	}
	a = cmp.Or(a, new(models.Analysis))
	for _, key := range models.AnalysisFields {
		value := *a.Field(key)
		switch {
		case key == "ombuds_norm":
			value = p.norms(value)
		case openValues[key]:
			value = p.value(key, value)
		default:
			value = p.private(value)
		}
		p.entry(key, value, form)
	}
}

// norms names ombuds norms, which are kept as keys with commas between or as they were written.
func (p *paper) norms(value string) string {
	list := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == '\n' || r == ';' })
	for i, key := range list {
		list[i] = p.value("ombuds_norm", strings.TrimSpace(key))
	}
	return strings.Join(list, "\n")
}
