package procedure

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"dankuwel/mailout"
	"dankuwel/models"
	"dankuwel/report"
	"dankuwel/templates"
)

// weeklyDigest tells management and the coordinator of the week that is over, on whatever day it runs: after weeks without the program there is
// one digest, of the newest.
func (d *Desk) weeklyDigest(ctx context.Context) error {
	return d.digest(ctx, "weekly_digest", func(today models.Date) report.Period { return report.WeekOf(today).Before() })
}

// monthlyDigest tells them of the month that is over.
func (d *Desk) monthlyDigest(ctx context.Context) error {
	return d.digest(ctx, "monthly_digest", func(today models.Date) report.Period { return report.MonthOf(today).Before() })
}

func (d *Desk) digest(ctx context.Context, kind string, of func(models.Date) report.Period) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		p := of(d.today(tx))
		if began, err := tx.Began(); err != nil || p.Last < d.dayOf(began) {
			return err // it was before the register's time
		}
		var f *report.Figures
		var flow []report.Flow
		for _, s := range d.Settings.Staff {
			l := letter{kind: kind, key: keyOf(kind, nil, s.Email, p.Name), mailbox: &d.Settings.Mailboxes[0], staff: s, buttons: []string{"overview"}}
			if !s.Has(models.Management) && !s.Has(models.Coordinator) {
				continue
			}
			if ok, err := d.isNew(tx, l.key); err != nil {
				return err
			} else if !ok {
				continue
			}
			if f == nil {
				var err error
				if f, err = report.Count(tx, p, d.Zone(), tx.Now(), false); err != nil {
					return err
				}
				if flow, err = report.FlowTo(tx, p, d.Zone()); err != nil {
					return err
				}
			}
			if err := d.showFigures(tx, &l, f, flow); err != nil {
				return err
			}
			if err := d.toStaff(tx, l); err != nil {
				return err
			}
		}
		return nil
	})
}

// showFigures puts figures and their pictures into a digest, in its reader's language.
func (d *Desk) showFigures(tx *models.Tx, l *letter, f *report.Figures, flow []report.Flow) (err error) {
	lang := d.languageOf(l.staff)
	id := func(name string) string {
		return fmt.Sprintf("%s.%s.%d@%s", name, f.Name, l.staff.ID, DomainOf(l.mailbox.Address))
	}
	source := func(name string) string { return "cid:" + id(name) }
	var pictures []report.Picture
	if l.kind == "weekly_digest" {
		l.data.Digest, pictures, err = report.Weekly(d.Texts, lang, f, flow, source)
	} else {
		l.data.Digest, pictures, err = report.Monthly(d.Texts, lang, f, flow, source, func(text string, numbers []string) string { return d.withoutNames(tx, text, numbers) })
	}
	for _, p := range pictures {
		l.pictures = append(l.pictures, mailout.File{Name: p.Name + ".png", Type: "image/png", ContentID: id(p.Name),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(p.PNG)), nil }})
	}
	return err
}

// longMeasure is how much of a measure a digest tells.
const longMeasure = 160

// particles stand in names and in every other sentence.
var particles = []string{"van", "den", "der", "ten", "ter", "von", "und", "des", "les", "the"}

// withoutNames is what staff wrote about some complaints, for a page that is passed on; "" where it names a complainant, staff, or an address.
func (d *Desk) withoutNames(tx *models.Tx, text string, numbers []string) string {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" || strings.Contains(text, "@") {
		return ""
	}
	var names []string
	for _, s := range d.Settings.Staff {
		names = append(names, s.Name)
	}
	for _, number := range numbers {
		c, err := tx.Complaint(number)
		if err != nil {
			return ""
		}
		names = append(names, c.Complainant.Name)
	}
	said := templates.FoldWords(text)
	for _, name := range names {
		for _, word := range templates.FoldWords(name) {
			if len(word) > 2 && !slices.Contains(particles, word) && slices.Contains(said, word) {
				return ""
			}
		}
	}
	text = firstWords(text, longMeasure)
	if strings.ContainsRune(".!?…", []rune(text)[len([]rune(text))-1]) {
		return text
	}
	return text + "."
}

// digests are the mails of figures: a number alone in a reply to one asks for the dossier of that complaint, anything else that holds no verb
// reaches the coordinator.
var digests = []string{"weekly_digest", "monthly_digest", "annual_report"}

// answersDigest tells whether a mail without verb and form answers a mail of figures.
func (x *deed) answersDigest() bool {
	return x.c == nil && x.key == "reply" && x.token != nil && slices.Contains(digests, x.token.Purpose)
}

// aboutFigures is a reply to a mail of figures.
func (x *deed) aboutFigures() error {
	text := x.withoutEdges(x.in.Free)
	if numbers := mailout.Numbers(text); len(numbers) == 1 && strings.EqualFold(strings.Trim(text, " .#\n[]"), numbers[0]) {
		x.in.Rest, x.told = numbers[0], true
		return x.dossier()
	}
	if text == "" {
		x.refuse("nothing_said")
		return nil
	}
	x.told = true
	var told []string
	for _, s := range x.Settings.Staff {
		if !s.Has(models.Coordinator) || s == x.by {
			continue
		}
		l := letter{kind: "receipt", key: keyOf("receipt", nil, s.Email, causeOf(x.e)), mailbox: x.Settings.Mailbox(x.e.Mailbox), staff: s}
		l.data.Did, l.data.From, l.data.Note = []string{x.Texts.Label(x.languageOf(s), "done.about_figures", x.writer())}, x.writer(), text
		if err := x.toStaff(x.tx, l); err != nil {
			return err
		}
		told = append(told, s.Name)
	}
	if len(told) == 0 {
		x.refuse("no_complaint")
		return nil
	}
	x.oneLine = true
	x.done("passed_on", strings.Join(told, ", "))
	return nil
}
