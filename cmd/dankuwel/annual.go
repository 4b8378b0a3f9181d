package main

import (
	"io"

	"dankuwel/report"
	"dankuwel/templates"
)

// printAnnual writes the annual report as the register has it now, in the organisation's language.
func (a *app) printAnnual(env *environment, f *report.Figures, format string) error {
	o, zone := a.desk.Settings.Organization, a.desk.Zone()
	org := templates.Organization{Name: o.Name, Phone: o.Phone, SecondLine: o.SecondLine}
	text, err := report.Annual(a.store.Read(env.ctx), a.desk.Texts, o.Language, o.Name, f, zone)
	if err != nil {
		return err
	}
	if format == "pdf" {
		return report.AnnualPDF(env.stdout, a.desk.Texts, o.Language, org, f.Year, text, a.desk.Now().In(zone))
	}
	page, err := a.desk.Texts.RenderReport(o.Language, report.AnnualTitle(a.desk.Texts, o.Language, f.Year), text, templates.Data{Organization: org})
	if err != nil {
		return err
	}
	_, err = io.WriteString(env.stdout, page.HTML)
	return err
}
