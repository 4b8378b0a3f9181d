package procedure

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"dankuwel/mailout"
	"dankuwel/models"
	"dankuwel/report"
	"dankuwel/templates"
)

// The mails of the annual report, and the kinds of its versions.
const (
	annualDraft = "annual_report_draft"
	annualSent  = "annual_report"
	annualGone  = "dropped"
)

// annualReport is the job: it shows the coordinator the draft of last year's report, once. There is none of a year without complaints.
func (d *Desk) annualReport(ctx context.Context) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		year := d.today(tx).Time(time.UTC).Year() - 1
		for _, s := range d.standIn(nil) {
			key := keyOf(annualDraft, nil, s.Email, strconv.Itoa(year))
			if ok, err := d.isNew(tx, key); err != nil || !ok {
				return err
			}
			f, fresh, err := d.writeAnnual(tx, year)
			if err != nil || f.Count(report.Received)+f.Count(report.Answered) == 0 {
				return err
			}
			last, err := tx.LastReportText(year)
			if err != nil || last != nil && last.Kind == annualSent {
				return err // somebody was quicker
			}
			if last, err = d.draftOf(tx, last, year, fresh); err != nil {
				return err
			}
			l := letter{kind: annualDraft, key: key, mailbox: &d.Settings.Mailboxes[0], staff: s}
			if err := d.showAnnual(tx, l, last, fresh, ""); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeAnnual counts a year and writes its report as the register has it now, in the organisation's language: others will read it.
func (d *Desk) writeAnnual(tx *models.Tx, year int) (*report.Figures, string, error) {
	p, err := report.ParsePeriod(strconv.Itoa(year))
	if err != nil {
		return nil, "", err
	}
	f, err := report.Count(tx, p, d.Zone(), tx.Now(), false)
	if err != nil {
		return nil, "", err
	}
	o := d.Settings.Organization
	text, err := report.Annual(tx, d.Texts, o.Language, o.Name, f, d.Zone())
	return f, text, err
}

// draftOf is the draft to go on with: the newest text that a person changed, otherwise what the register says now.
func (d *Desk) draftOf(tx *models.Tx, last *models.ReportText, year int, fresh string) (*models.ReportText, error) {
	next := &models.ReportText{Year: year, Kind: annualDraft, Text: fresh}
	switch {
	case last == nil || last.Kind == annualGone:
	case last.Kind == annualDraft && (last.StaffID != nil || last.Text == fresh):
		return last, nil
	case last.StaffID != nil: // it went out; a correction begins with its words
		next.Text, next.StaffID = last.Text, last.StaffID
	}
	return next, tx.AddReportText(next)
}

// showAnnual sends a draft with its PDF. before is the text that it changes; "" none.
func (d *Desk) showAnnual(tx *models.Tx, l letter, r *models.ReportText, fresh, before string) error {
	lang := d.languageOf(l.staff)
	l.subjectID, l.draft, l.code, l.buttons = &r.ID, r.Version, "annual_report", []string{"send", "drop"}
	l.data.Year, l.data.Report, l.data.Profile = r.Year, r.Text, d.Settings.Profile.Name
	l.data.Differs = report.AnnualDiffers(d.Texts, lang, fresh, r.Text)
	var err error
	if l.data.Personal, err = d.personal(tx, r.Text); err != nil {
		return err
	}
	if before != "" {
		l.data.Changed = changedWords(before, r.Text)
	}
	pdf, err := d.annualPaper(tx, r)
	if err != nil {
		return err
	}
	l.files = []mailout.File{pdf}
	return d.toStaff(tx, l)
}

func (d *Desk) annualPaper(tx *models.Tx, r *models.ReportText) (mailout.File, error) {
	lang := d.Settings.Organization.Language
	return paperFile(d.Texts.Label(lang, "annual.file", r.Year)+".pdf", func(w io.Writer) error {
		return report.AnnualPDF(w, d.Texts, lang, d.onPaper(), r.Year, r.Text, tx.Now().In(d.Zone()))
	})
}

// annualData are the figures beside a report that goes out, for a spreadsheet.
func (d *Desk) annualData(tx *models.Tx, r *models.ReportText) (files []mailout.File, err error) {
	lang := d.Settings.Organization.Language
	name := d.Texts.Label(lang, "annual.data_file", r.Year)
	for _, f := range []struct {
		suffix, mime string
		write        func(io.Writer) error
	}{
		{".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", func(w io.Writer) error {
			return report.AnnualXLSX(w, strconv.Itoa(r.Year), r.Text, tx.Now())
		}},
		{".csv", "text/csv; charset=utf-8", func(w io.Writer) error { return report.AnnualCSV(w, r.Text) }},
	} {
		var b bytes.Buffer
		if err := f.write(&b); err != nil {
			return nil, err
		}
		files = append(files, mailout.File{Name: name + f.suffix, Type: f.mime, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil }})
	}
	return files, nil
}

// mayReport: the coordinator, who stands in for her, and management.
func (x *deed) mayReport() bool {
	return x.by.Has(models.Coordinator) || x.by.Has(models.Management) ||
		slices.ContainsFunc(x.Settings.Staff, func(s *models.Staff) bool { return s.Has(models.Coordinator) && x.standsInFor(s) })
}

// annual is `jaarverslag`: a request for the draft of a year, or an answer to one.
func (x *deed) annual() error {
	x.told = true
	if !x.mayReport() {
		x.not = append(x.not, x.say("annual.refused.not_yours"))
		return nil
	}
	year, err := x.reportYear()
	if err != nil || year == 0 {
		return err
	}
	_, fresh, err := x.writeAnnual(x.tx, year)
	if err != nil {
		return err
	}
	last, err := x.tx.LastReportText(year)
	if err != nil {
		return err
	}
	changed := x.Texts.ReportIn(x.a.Message.Text)
	if changed != "" {
		changed = templates.TidyReport(changed)
	}
	if last != nil && slices.Equal(strings.Fields(changed), strings.Fields(last.Text)) {
		changed = ""
	}
	answers := x.answersDraft()
	words := len(strings.Fields(x.in.Free))
	switch {
	case answers && (last.ID != *x.token.SubjectID || last.Kind != annualDraft):
		return x.olderReport(last, fresh)
	case answers && x.saysNo(words):
		return x.dropReport(last)
	case changed != "" && last != nil && last.Kind == annualDraft:
		return x.changeReport(last, changed, fresh)
	case answers && x.saysYes(words):
		return x.sendReport(last, fresh)
	case answers:
		x.not = append(x.not, x.say("annual.refused.say"))
	default:
		if last, err = x.draftOf(x.tx, last, year, fresh); err != nil {
			return err
		}
		x.silent = true
		x.did = append(x.did, x.say("annual.done.shown", year))
	}
	return x.showReport(last, fresh, "")
}

// answersDraft tells whether the mail answers a draft, and does not ask for one anew.
func (x *deed) answersDraft() bool {
	return x.token != nil && x.token.Purpose == annualDraft && x.in.Verb != "annual_report"
}

var fourDigits = regexp.MustCompile(`\b[1-9]\d{3}\b`)

// reportYear is the year that the mail is about: of the draft that it answers, behind the verb, last year. 0: it said why there can be none.
func (x *deed) reportYear() (int, error) {
	this := x.today(x.tx).Time(time.UTC).Year()
	if x.answersDraft() {
		m, err := x.tx.Message(*x.token.SubjectID)
		if err != nil {
			return 0, err
		}
		return strconv.Atoi(m.Subject)
	}
	year := this - 1
	if said := fourDigits.FindString(x.in.Rest); said != "" {
		year, _ = strconv.Atoi(said)
	}
	if year > this {
		x.not = append(x.not, x.say("annual.refused.no_year", year))
		return 0, nil
	}
	return year, nil
}

// showReport shows a draft to who wrote, with what was done and what was not.
func (x *deed) showReport(r *models.ReportText, fresh, before string) error {
	l := letter{kind: annualDraft, key: keyOf(annualDraft, nil, x.by.Email, causeOf(x.e)), mailbox: x.Settings.Mailbox(x.e.Mailbox), staff: x.by}
	l.data.Did, l.data.Not = x.did, x.not
	return x.showAnnual(x.tx, l, r, fresh, before)
}

// olderReport answers a reply to a draft that is no longer the newest.
func (x *deed) olderReport(last *models.ReportText, fresh string) error {
	switch last.Kind {
	case annualSent:
		x.not = append(x.not, x.say("annual.refused.sent", x.day(models.DateOf(last.At, x.Zone()))))
	case annualGone:
		x.not = append(x.not, x.say("annual.refused.dropped", last.Year))
	default:
		x.not = append(x.not, x.say("annual.refused.older"))
		return x.showReport(last, fresh, "")
	}
	return nil
}

func (x *deed) dropReport(last *models.ReportText) error {
	x.did = append(x.did, x.say("annual.done.dropped", last.Year))
	return x.tx.AddReportText(&models.ReportText{Year: last.Year, Kind: annualGone, Text: last.Text, StaffID: &x.by.ID})
}

// changeReport makes a text that was changed the new draft, and shows it again.
func (x *deed) changeReport(last *models.ReportText, text, fresh string) error {
	next := &models.ReportText{Year: last.Year, Kind: annualDraft, Text: text, StaffID: &x.by.ID}
	if err := x.tx.AddReportText(next); err != nil {
		return err
	}
	x.silent = true
	x.did = append(x.did, x.say("annual.done.yours"))
	return x.showReport(next, fresh, last.Text)
}

// sendReport sends the report to management and the coordinators, unless it tells who somebody is.
func (x *deed) sendReport(last *models.ReportText, fresh string) error {
	found, err := x.personal(x.tx, last.Text)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		x.not = append(x.not, x.say("annual.refused.personal"))
		return x.showReport(last, fresh, "")
	}
	sent := &models.ReportText{Year: last.Year, Kind: annualSent, Text: last.Text, StaffID: last.StaffID}
	if err := x.tx.AddReportText(sent); err != nil {
		return err
	}
	pdf, err := x.annualPaper(x.tx, sent)
	if err != nil {
		return err
	}
	files, err := x.annualData(x.tx, sent)
	if err != nil {
		return err
	}
	var names []string
	for _, s := range x.Settings.Staff {
		if !s.Has(models.Coordinator) && !s.Has(models.Management) {
			continue
		}
		l := letter{kind: annualSent, key: keyOf(annualSent, nil, s.Email, fmt.Sprintf("%d:%d", sent.Year, sent.Version)), mailbox: x.Settings.Mailbox(x.e.Mailbox), staff: s}
		l.data.Year, l.data.Report, l.files = sent.Year, sent.Text, append([]mailout.File{pdf}, files...)
		if err := x.toStaff(x.tx, l); err != nil {
			return err
		}
		names = append(names, s.Name)
	}
	x.did = append(x.did, x.say("annual.done.sent", sent.Year, strings.Join(names, ", ")))
	return nil
}

// tellsWho are the reasons of templates.LeftOut for which a report does not leave: what only may be a name, a function or blame is left to its author.
var tellsWho = []string{"name", "address", "phone", "room", "birth"}

// personal lists the sentences of a report that tell who somebody is, by all whom the register knows.
func (d *Desk) personal(tx *models.Tx, text string) (list []string, err error) {
	people, err := d.knownPeople(tx, &models.Quarter{})
	if err != nil {
		return nil, err
	}
	o := d.Settings.Organization
	for _, said := range []string{o.Phone, o.SecondLine, o.Name} { // the reader may know these
		if said != "" {
			text = strings.ReplaceAll(text, said, "")
		}
	}
	for _, box := range d.Settings.Mailboxes {
		text = strings.ReplaceAll(text, box.Address, "")
	}
	look := func(text string) {
		_, left := people.Clean(templates.Unmarked(text), o.Language)
		for _, l := range left {
			if slices.Contains(tellsWho, l.Reason) || len(mailout.Numbers(l.Sentence)) > 0 {
				list = append(list, l.Sentence)
			}
		}
	}
	for _, b := range templates.Blocks(text) {
		look(b.Text)
		for _, item := range b.Items {
			look(item)
		}
		for _, row := range b.Rows {
			for _, cell := range row {
				if strings.Trim(cell, "0123456789,.%<–\u00a0 ") != "" {
					look(cell)
				}
			}
		}
	}
	return list, nil
}
