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
	found, err := x.tx.Search(x.words(), x.languageOf(x.by), 0, 10)
	if err != nil {
		return err
	}
	x.done("found", len(found))
	for _, f := range found {
		c := &f.Complaint
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
	today := x.today(x.tx)
	mine := slices.DeleteFunc(list, func(c models.Complaint) bool {
		return !x.by.Has(models.Coordinator) && !x.by.Has(models.Management) && (c.HandlerID == nil || *c.HandlerID != x.by.ID)
	})
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
		x.lines = append(x.lines, x.say("overview.line", c.Number, subject, c.Day(today), c.Term(), x.say("stage."+string(c.Stage)), handler))
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
	return []string{"register", "overview", "search", "dossier", "absent"}
}

// emptyForm sends the form of the action back, ready to be filled in.
func (x *deed) emptyForm() error {
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
