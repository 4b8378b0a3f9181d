package procedure

import (
	"context"
	"slices"
	"strings"

	"dankuwel/models"
	"dankuwel/templates"
)

const (
	sameTextDays = 7 // the same text of the same person within them is an addition
	promiseDays  = 5 // fewer days left: the thanks goes without a date, and a person names one
)

// Register is stage 1 and 2 of the procedure for a mail that a person wrote: a number, a date, thanks at once, and the registration
// mail to who owns it. linkedTo is a complaint that the writer continues after it ended or fell silent; 0: none.
func (d *Desk) Register(ctx context.Context, a *Arrival, linkedTo int64) (*models.LedgerEntry, error) {
	return d.take(ctx, a, func(d *Desk, tx *models.Tx, e *models.LedgerEntry) error {
		if again, err := tx.SameText(a.Message.FromEmail, a.Message.TextHash, a.ReceivedAt.AddDate(0, 0, -sameTextDays)); err != nil {
			return err
		} else if again != 0 {
			return d.add(tx, a, e, again, Evidence{SameText: true})
		}
		if newest, err := d.flooded(tx, a); err != nil {
			return err
		} else if newest != 0 {
			return d.add(tx, a, e, newest, Evidence{Flood: true})
		}
		e.Outcome = models.AsComplaint
		c, err := d.newComplaint(tx, a, linkedTo)
		if err != nil {
			return err
		}
		if err := d.finish(tx, a, e, c); err != nil {
			return err
		}
		return d.begin(tx, c, &a.Message, e)
	})
}

// newComplaint makes the rows of a complaint out of what the person wrote.
func (d *Desk) newComplaint(tx *models.Tx, a *Arrival, linkedTo int64) (*models.Complaint, error) {
	m := &a.Message
	received := a.ReceivedAt.In(d.Zone())
	token, err := d.token()
	if err != nil {
		return nil, err
	}
	c := &models.Complaint{
		Stage: models.Registered, StageSince: tx.Now(), ReceivedAt: models.Micro(a.ReceivedAt), ReceivedOn: models.DateOf(received, d.Zone()),
		RegisteredAt: tx.Now(), LastActivityAt: tx.Now(), Mailbox: a.Mailbox, Token: token, Carrier: m.Carrier, Channel: "rechtstreeks",
		Language: m.Language, Subject: m.Subject, Facts: d.factsOf(m), Profile: d.Settings.Profile.Name, Year: received.Year(),
		Complainant: models.Complainant{Name: d.nameOf(m), Email: m.AnswerTo},
	}
	if d.Settings.Mailbox(m.AnswerTo) != nil {
		c.Complainant.Email = "" // never a letter to ourselves
	}
	if linkedTo != 0 {
		if err := d.continues(tx, c, linkedTo, m); err != nil {
			return nil, err
		}
	}
	d.Understand(a)
	c.Sober, c.Shielded = a.reading.sober, a.reading.shielded
	c.Anonymous = c.Shielded || !byDevice(m) && (c.Complainant.Name == "" || c.Complainant.Email == "")
	named := a.reading.named
	d.assign(c, a.reading.department, named)
	c.AnswerDue = d.answerDue(c, c.ReceivedOn)
	if a.practice != nil {
		return c, d.addPractice(tx, c, a.practice)
	}
	if c.Number, c.Serial, err = tx.NextNumber(c.Year); err != nil {
		return nil, err
	}
	if err := tx.AddComplaint(c); err != nil {
		return nil, err
	}
	for _, s := range named {
		if err := tx.AddNamedStaff(c.ID, s.ID); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// continues links a complaint to the one whose letter its writer answers. What he quotes of that is no part of the new one; and the same
// person still has the name he had, when his mail bears none.
func (d *Desk) continues(tx *models.Tx, c *models.Complaint, linkedTo int64, m *models.Message) error {
	c.LinkedTo = &linkedTo
	o, err := tx.ComplaintByID(linkedTo)
	if err != nil {
		return err
	}
	if text := strings.TrimSpace(m.NewText); text != "" && !byDevice(m) {
		c.Facts = m.NewText
		if strings.Contains(strings.ToUpper(m.Subject), o.Number) { // the subject of our own letter
			line, _, _ := strings.Cut(text, "\n")
			c.Subject = firstWords(line, 70)
		}
	}
	if c.Complainant.Name == "" && c.Complainant.Email != "" && models.FoldAddress(c.Complainant.Email) == o.Complainant.EmailKey && !o.Shielded {
		c.Complainant.Name, c.Complainant.Title = o.Complainant.Name, o.Complainant.Title
	}
	return nil
}

// factsOf is what the complaint says. What lies in an attachment, a letter or a voice, is only pointed at.
func (d *Desk) factsOf(m *models.Message) string {
	switch {
	case len(m.Attachments) > 0 && (byDevice(m) || strings.TrimSpace(m.NewText) == ""):
		return d.Texts.Label(m.Language, "see_attachment")
	case m.Carrier == "webformulier":
		return m.NewText
	}
	return m.Text
}

// byDevice: a scanner or a telephone exchange sent it; who complains stands in the attachment.
func byDevice(m *models.Message) bool { return m.Carrier == "brief" || m.Carrier == "telefoon" }

// reading is what a mail says, as far as the register needs no look at its rows for it.
type reading struct {
	sober, shielded bool
	onlyThanks      bool // a reply that asks for nothing
	named           []*models.Staff
	department      *Department
}

// Understand reads what the mail says. It takes time and touches no rows, so intake does it before the transaction.
func (d *Desk) Understand(a *Arrival) {
	if a.reading != nil {
		return
	}
	m := &a.Message
	about := m.Subject + "\n" + m.NewText
	r := &reading{named: d.namedIn(m), department: d.departmentFor(about[:min(len(about), 4<<10)], m.Language, a.Recipients)}
	r.sober, r.shielded = d.Texts.Hears(about)
	r.onlyThanks = len(m.Attachments) == 0 && d.Texts.OnlyThanks(m.NewText)
	a.reading = r
}

// begin does what a new complaint sets going: the event, thanks to the complainant, the registration to who owns it.
func (d *Desk) begin(tx *models.Tx, c *models.Complaint, m *models.Message, e *models.LedgerEntry) error {
	n, err := d.circle(tx, c)
	if err != nil {
		return err
	}
	detail := map[string]any{"ledger": e.ID, "carrier": c.Carrier, "received_on": c.ReceivedOn, "answer_due": c.AnswerDue, "department": c.Department,
		"handler": c.HandlerID, "shielded": c.Shielded, "anonymous": c.Anonymous, "sober": c.Sober, "named": len(n.about)}
	if err := d.event(tx, c, "complainant", "registered", detail); err != nil {
		return err
	}
	noted := c.Anonymous && d.Settings.Anonymous == "note"
	if noted {
		if err := d.note(tx, c); err != nil {
			return err
		}
	}
	if err := d.thank(tx, c, m, e, n, noted); err != nil {
		return err
	}
	return d.announce(tx, c, m, e, n)
}

// note ends an anonymous complaint that the organisation only notes (procedure.anonymous = "note").
func (d *Desk) note(tx *models.Tx, c *models.Complaint) error {
	now := tx.Now()
	c.Stage, c.StageSince, c.ClosedAt, c.EndReason = models.NotAComplaint, now, &now, "anoniem"
	if err := tx.SaveComplaint(c); err != nil {
		return err
	}
	return d.event(tx, c, "register", "ended", map[string]any{"stage": c.Stage, "reason": c.EndReason})
}

// thank sends the acknowledgement: step 1 to 4 of the procedure. Without a way to write back it becomes a task.
func (d *Desk) thank(tx *models.Tx, c *models.Complaint, m *models.Message, e *models.LedgerEntry, n circle, noted bool) error {
	if byDevice(m) {
		if err := d.task(tx, c, "complete", "task.complete", d.thanksDue(c)); err != nil {
			return err
		}
	}
	reachable := e.Outcome == models.AsComplaint && m.Carrier == "mail" // the mail has just come from there
	if !reachable && c.Complainant.Email != "" {
		var err error
		if reachable, err = d.reachable(tx, c, c.Complainant.Email); err != nil {
			return err
		}
	}
	if !reachable || c.Complainant.Email == "" {
		return d.task(tx, c, "post_letter", "task.thank", d.thanksDue(c))
	}
	box := d.Settings.Mailbox(c.Mailbox)
	l := letter{kind: "acknowledgement", key: keyOf("acknowledgement", c, c.Complainant.Email, causeOf(e)), mailbox: box, complaint: c, auto: "auto-replied",
		inReplyTo: m.MessageID}
	l.data.Signature, l.data.NotHandled, l.data.OpenNumber = d.signature(n), noted, otherOpen(n.others)
	if !noted && !d.inTime(tx, c) {
		if err := d.task(tx, c, "name_date", "task.no_date", d.thanksDue(c)); err != nil {
			return err
		}
	} else {
		l.data.AnswerDue = c.AnswerDue.Time(d.Zone())
	}
	if err := d.toComplainant(tx, l); err != nil {
		return err
	}
	if !noted {
		return nil
	}
	l.kind, l.key = "not_a_complaint", keyOf("not_a_complaint", c, c.Complainant.Email, causeOf(e))
	return d.toComplainant(tx, l)
}

// inTime tells whether a day can still be promised.
func (d *Desk) inTime(tx *models.Tx, c *models.Complaint) bool {
	return c.AnswerDue >= d.today(tx).AddDays(promiseDays)
}

// otherOpen is the number of the newest open complaint among them.
func otherOpen(list []models.Complaint) string {
	for _, o := range list {
		if !o.Stage.Ended() {
			return o.Number
		}
	}
	return ""
}

// alike is how many similar complaints a registration shows.
const alike = 3

// earlier puts what the register knows into a staff mail: complaints of the same person, and similar ones with the words in common, each
// with its outcome (procedure 3.3). Of the shielded nothing is shown, and to who
// practises nothing of real ones. While a backlog is taken in, nobody looks for similar ones: it takes
// as long as the registration itself.
func (d *Desk) earlier(tx *models.Tx, l *letter, list []models.Complaint, m *models.Message) error {
	if l.complaint.Shielded || l.complaint.Practice {
		return nil
	}
	list = slices.DeleteFunc(slices.Clone(list), func(o models.Complaint) bool { return o.Shielded })
	l.data.OpenNumber = otherOpen(list)
	shown := map[int64]bool{}
	for i := range list[:min(5, len(list))] {
		shown[list[i].ID] = true
		if err := d.showEarlier(tx, l, &list[i], true, nil); err != nil {
			return err
		}
	}
	if l.kind != "registration" || d.many {
		return nil
	}
	found, err := tx.Similar(m.Subject+"\n"+m.NewText, m.Language, l.complaint.ID, alike+len(shown))
	if err != nil {
		return err
	}
	for i := range found {
		if o := &found[i].Complaint; !shown[o.ID] && len(shown) < 5+alike {
			shown[o.ID] = true
			if err := d.showEarlier(tx, l, o, false, found[i].Words); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Desk) showEarlier(tx *models.Tx, l *letter, o *models.Complaint, same bool, words []string) error {
	e := templates.Earlier{Number: o.Number, Received: o.ReceivedAt.In(d.Zone()), Subject: o.Subject, Stage: string(o.Stage), Verdict: o.Verdict, SamePerson: same,
		Words: words[:min(len(words), 5)]}
	measures, err := tx.CorrectiveMeasures(o.ID)
	if err != nil {
		return err
	}
	preventive, err := tx.PreventiveMeasures(o.ID)
	if err != nil {
		return err
	}
	var outcome []string
	for _, m := range measures {
		outcome = append(outcome, firstWords(m.Description, 100))
	}
	for _, m := range preventive {
		outcome = append(outcome, firstWords(m.Description, 100))
	}
	e.Outcome = strings.Join(outcome, "; ")
	l.data.Earlier = append(l.data.Earlier, e)
	return nil
}
