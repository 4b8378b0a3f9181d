package procedure

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"dankuwel/mailout"
	"dankuwel/models"
	"dankuwel/report"
	"dankuwel/templates"
)

// dossier sends everything about one complaint as a PDF, as far as the reader may see it.
func (x *deed) dossier() error {
	if x.c == nil {
		if !x.numbered() {
			return nil
		}
	}
	if !x.manages() && !(x.c.Shielded && x.coordinates()) {
		x.refuseRights()
		return nil
	}
	k, err := report.Load(x.tx, x.c, x.Zone())
	if err != nil {
		return err
	}
	k.Organization, k.Printed, k.Shielded = x.onPaper(), x.tx.Now(), x.c.Shielded && !x.coordinates()
	for _, s := range x.Settings.Staff {
		k.Staff[s.ID] = s.Name
	}
	if x.c.Shielded && !k.Shielded {
		if err := x.mark("identity shown", map[string]any{"kind": "dossier"}); err != nil {
			return err
		}
	}
	l := letter{kind: "dossier", key: keyOf("dossier", x.c, x.by.Email, causeOf(x.e)), mailbox: x.Settings.Mailbox(x.c.Mailbox), complaint: x.c, staff: x.by}
	lang := x.languageOf(x.by)
	for _, paper := range []struct {
		name string
		make func(io.Writer, *templates.Set, string, *report.Case) error
	}{{"dossier", report.Dossier}, {"registration", report.Registration}, {"analysis", report.Analysis}} {
		file, err := paperFile(x.Texts.Label(lang, "file."+paper.name)+"-"+x.c.Number+".pdf", func(w io.Writer) error { return paper.make(w, x.Texts, lang, k) })
		if err != nil {
			return err
		}
		l.files = append(l.files, file)
	}
	x.silent = true
	return x.toStaff(x.tx, l)
}

// onPaper is the organisation as letters and papers name it.
func (d *Desk) onPaper() templates.Organization {
	o := d.Settings.Organization
	return templates.Organization{Name: o.Name, Phone: o.Phone, SecondLine: o.SecondLine}
}

// paperFile is a PDF as an attachment.
func paperFile(name string, write func(io.Writer) error) (mailout.File, error) {
	var pdf bytes.Buffer
	if err := write(&pdf); err != nil {
		return mailout.File{}, err
	}
	return mailout.File{Name: name, Type: "application/pdf", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(pdf.Bytes())), nil }}, nil
}

// numbered finds the complaint whose number stands in the mail.
func (x *deed) numbered() bool {
	numbers := mailout.Numbers(x.in.Rest + " " + x.in.Free + " " + x.a.Message.Subject)
	if len(numbers) == 0 {
		x.refuse("no_complaint")
		return false
	}
	c, err := x.complaintBy(numbers[0])
	if c != nil {
		x.c = c
		x.n, err = x.circle(x.tx, c)
	}
	x.failed = err
	return c != nil && err == nil
}

// search is `zoek`: complaints that share words with the question, the most alike first.
func (x *deed) search() error {
	if x.words() == "" {
		x.refuse("no_text")
		return nil
	}
	whole := map[int64]bool{} // shielded complaints that he sees in full
	found, err := x.tx.Search(x.words(), x.languageOf(x.by), 0, 10, func(c *models.Complaint) error {
		n, err := x.circle(x.tx, c)
		if whole[c.ID] = (&deed{Desk: x.Desk, tx: x.tx, by: x.by, c: c, n: n}).coordinates(); err == nil && !whole[c.ID] {
			c.Subject, c.Facts, c.DesiredSolution = "", x.maskedFor(c, c.Facts), x.maskedFor(c, c.DesiredSolution)
		}
		return err
	})
	if err != nil {
		return err
	}
	x.done("found", len(found))
	for _, f := range found {
		c := &f.Complaint
		switch {
		case c.Shielded && !whole[c.ID]:
			x.lines = append(x.lines, x.say("found.other", c.Number+" ("+x.say("shielded")+")", x.day(c.ReceivedOn), x.say("stage."+string(c.Stage)), strings.Join(f.Words, ", ")))
			continue
		case c.Shielded && x.maskedFor(c, c.Subject) != c.Subject:
			if err := x.event(x.tx, c, models.StaffActor(x.by.ID), "identity shown", map[string]any{"kind": "search", "ledger": x.e.ID}); err != nil {
				return err
			}
		}
		if !x.by.Has(models.Coordinator) && !x.by.Has(models.Management) && (c.HandlerID == nil || *c.HandlerID != x.by.ID) {
			x.lines = append(x.lines, x.say("found.other", c.Number, x.day(c.ReceivedOn), x.say("stage."+string(c.Stage)), strings.Join(f.Words, ", ")))
			continue
		}
		x.lines = append(x.lines, x.say("found.line", c.Number, x.day(c.ReceivedOn), c.Subject, x.say("stage."+string(c.Stage)), strings.Join(f.Words, ", ")))
	}
	return nil
}

// overview is `overzicht`: my open complaints, the most urgent first; the coordinator's and management's are all.
func (x *deed) overview() error {
	list, err := x.tx.OpenComplaints()
	if err != nil {
		return err
	}
	today, all := x.today(x.tx), x.by.Has(models.Coordinator) || x.by.Has(models.Management)
	instead := make(map[string]string) // number: in whose place
	mine := slices.DeleteFunc(list, func(c models.Complaint) bool {
		if c.HandlerID != nil && *c.HandlerID == x.by.ID {
			return false
		}
		if away := x.awayOwner(&c); away != nil {
			instead[c.Number] = away.Name
		}
		return !all && instead[c.Number] == ""
	})
	if x.failed != nil {
		return x.failed
	}
	x.done("overview", len(mine))
	for i := range mine {
		c := &mine[i]
		subject, handler := c.Subject, x.say("nobody")
		if c.Shielded {
			subject = x.say("shielded")
		}
		if c.Handler != nil {
			handler = c.Handler.Name
		}
		line := x.say("overview.line", c.Number, subject, c.Day(today), x.due(x.tx, c).DaysSince(c.ReceivedOn), x.say("stage."+string(c.Stage)), handler)
		if name := instead[c.Number]; name != "" {
			line += " (" + x.say("status.in_place_of", name) + ")"
		}
		x.lines = append(x.lines, line)
	}
	return nil
}

// awayOwner is who is away and has the staff member act in his place for a complaint: its handler, or a coordinator; nil: nobody.
func (x *deed) awayOwner(c *models.Complaint) *models.Staff {
	for _, s := range x.Settings.Staff {
		if s == x.by || !s.Has(models.Coordinator) && (c.HandlerID == nil || *c.HandlerID != s.ID) {
			continue
		}
		to, err := x.substituteOf(x.tx, s, c)
		if err != nil {
			x.failed = err
		}
		if to == x.by {
			return s
		}
	}
	return nil
}

// help says what can be done with this mail, in a few lines.
func (x *deed) help() error {
	x.done("help")
	stage := "none"
	if x.c != nil {
		stage = string(x.c.Stage)
	}
	for _, key := range helpFor(stage) {
		x.lines = append(x.lines, x.say("help."+key))
	}
	if stage == "none" && x.mayReport() {
		x.lines = append(x.lines, x.say("annual.help"))
	}
	if names := x.Texts.OwnNames(); len(names) > 0 {
		x.lines = append(x.lines, x.say("help.template", strings.Join(names, ", ")))
	}
	return nil
}

// helpFor names what there is to do in a stage, the likeliest first.
func helpFor(stage string) []string {
	switch models.Stage(stage) {
	case models.Registered, models.Investigation:
		return []string{"analyse", "ask", "status", "assign", "note"}
	case models.Answer:
		return []string{"answer", "status", "extend", "analyse", "note"}
	case models.Correction:
		return []string{"done", "measure", "postpone", "prevent", "contact"}
	case models.Aftercare:
		return []string{"contact", "measure", "prevent", "close", "reopen"}
	case models.Closed, models.Inadmissible, models.NotAComplaint, models.Withdrawn, models.Duplicate:
		return []string{"reopen", "contact", "dossier", "note", "evaluate"}
	}
	return []string{"register", "overview", "search", "dossier", "absent", "practice"}
}

// emptyForm sends the form of the action back, ready to be filled in.
func (x *deed) emptyForm() error {
	if a, rest, ok := x.Texts.Action(x.in.Rest); ok && a.Key == "template" { // "#formulier sjabloon bezoek"
		x.key, x.in.Rest = x.Texts.OwnForm(rest)
		return x.showOwn()
	}
	key := x.in.Form
	if a, _, ok := x.Texts.Action(x.in.Rest); ok && len(a.Fields) > 0 { // "#formulier maatregel"
		key = a.Key
	} else if a, ok := x.Texts.ActionByCode(x.code); ok && key == "" && len(a.Fields) > 0 {
		key = a.Key
	}
	if key == "" {
		key = "register"
		if x.c != nil {
			key = "analyse"
		}
	}
	x.key, x.values = key, map[string]string{}
	x.done("form", x.Texts.ActionName(x.languageOf(x.by), key))
	return nil
}
