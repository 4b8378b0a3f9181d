package procedure

import (
	"context"
	"slices"
	"time"

	"dankuwel/models"
	"dankuwel/templates"
)

const (
	sameTextDays = 7  // the same text of the same person within them is an addition
	silentDays   = 60 // after them a reply is a new complaint, linked to the old one
	promiseDays  = 5  // fewer days left: the thanks goes without a date, and a person names one
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
		RegisteredAt: tx.Now(), LastActivityAt: tx.Now(), Mailbox: a.Mailbox, Token: token, Carrier: "mail", Channel: "rechtstreeks",
		Language: m.Language, Subject: m.Subject, Facts: m.Text, Profile: d.Settings.Profile.Name, Year: received.Year(),
		Complainant: models.Complainant{Name: d.nameOf(m), Email: a.AnswerTo},
	}
	if linkedTo != 0 {
		c.LinkedTo = &linkedTo
	}
	d.Understand(a)
	c.Sober, c.Shielded = a.reading.sober, a.reading.shielded
	c.Anonymous = c.Shielded || c.Complainant.Name == "" || a.AnswerTo == ""
	named := a.reading.named
	d.assign(c, a.reading.department, named)
	c.AnswerDue = d.profileFor(c.Department).AnswerDue(c.ReceivedOn, d.Settings.Calendar)
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

// reading is what a mail says, as far as the register needs no look at its rows for it.
type reading struct {
	sober, shielded bool
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
	a.reading = r
}

// profileFor is the clock of a department: its own term over the profile's.
func (d *Desk) profileFor(department string) Profile {
	p := d.Settings.Profile
	if dep := d.Settings.department(department); dep != nil && dep.Answer != nil {
		p.Answer = *dep.Answer
	}
	return p
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
	if c.Complainant.Email == "" {
		return d.task(tx, c, "post_letter", "task.thank")
	}
	box := d.Settings.Mailbox(c.Mailbox)
	l := letter{kind: "acknowledgement", key: keyOf("acknowledgement", c, c.Complainant.Email, causeOf(e)), mailbox: box, complaint: c, auto: "auto-replied",
		inReplyTo: m.MessageID}
	l.data.Signature, l.data.NotHandled, l.data.OpenNumber = d.signature(n), noted, otherOpen(n.others)
	if !noted && !d.inTime(tx, c) {
		if err := d.task(tx, c, "name_date", "task.no_date"); err != nil {
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

// Evidence is how a mail was found to belong to a complaint.
type Evidence struct {
	By        string // token, references, number
	Disagrees string // another number that the mail pointed to as well
	SameText  bool   // the same text came before
}

// Add files what a complainant wrote about a complaint that is known. To one that ended or fell silent for 60 days it is a new
// complaint, linked, with thanks and number (CONTRACT section 1).
func (d *Desk) Add(ctx context.Context, a *Arrival, complaintID int64, ev Evidence) (*models.LedgerEntry, error) {
	var silent bool
	err := d.View(ctx, func(tx *models.Tx) error {
		c, err := tx.ComplaintByID(complaintID)
		if err == nil {
			silent = a.ReceivedAt.Sub(c.LastActivityAt) > silentDays*24*time.Hour
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if silent {
		return d.Register(ctx, a, complaintID)
	}
	return d.take(ctx, a, func(d *Desk, tx *models.Tx, e *models.LedgerEntry) error { return d.add(tx, a, e, complaintID, ev) })
}

func (d *Desk) add(tx *models.Tx, a *Arrival, e *models.LedgerEntry, complaintID int64, ev Evidence) error {
	c, err := tx.ComplaintByID(complaintID)
	if err != nil {
		return err
	}
	e.Outcome = models.AsAddition
	if err := d.finish(tx, a, e, c); err != nil {
		return err
	}
	c.LastActivityAt = tx.Now()
	if err := tx.TouchComplaint(c); err != nil {
		return err
	}
	if err := d.event(tx, c, "complainant", "added", map[string]any{"ledger": e.ID, "evidence": ev.By, "same_text": ev.SameText, "disagrees": ev.Disagrees}); err != nil {
		return err
	}
	n, err := d.circle(tx, c)
	if err != nil {
		return err
	}
	if err := d.confirmAddition(tx, a, c, n); err != nil {
		return err
	}
	l := d.about(tx, c, "addition", e)
	l.data.Disagreement, l.data.SameTextAgain = ev.Disagrees, ev.SameText
	return d.tell(tx, l, &a.Message, e, n)
}

// confirmAddition tells the complainant, once a day at most, that what came later has arrived. It goes to the known address only,
// and not in answer to what somebody else wrote or to a mail that no letter may answer by itself.
func (d *Desk) confirmAddition(tx *models.Tx, a *Arrival, c *models.Complaint, n circle) error {
	known := c.Complainant.Email
	if known == "" || a.Suspect != "" || c.Stage.Ended() ||
		(models.FoldAddress(a.AnswerTo) != models.FoldAddress(known) && models.FoldAddress(a.Message.FromEmail) != models.FoldAddress(known)) {
		return nil
	}
	l := letter{kind: "addition_received", key: keyOf("addition_received", c, known, string(d.today(tx))), mailbox: d.Settings.Mailbox(c.Mailbox),
		complaint: c, auto: "auto-replied", inReplyTo: a.Message.MessageID}
	done, err := tx.Queued(l.key)
	if err != nil || done {
		return err
	}
	l.data.Signature = d.signature(n)
	l.data.Received = a.ReceivedAt.In(d.Zone())
	if c.AnswerDue >= d.today(tx) {
		l.data.AnswerDue = c.AnswerDue.Time(d.Zone())
	}
	return d.toComplainant(tx, l)
}

// earlier puts what the register knows of the same person into a staff mail. Of the shielded nothing is shown.
func (d *Desk) earlier(l *letter, list []models.Complaint) {
	if l.complaint.Shielded {
		return
	}
	list = slices.DeleteFunc(slices.Clone(list), func(o models.Complaint) bool { return o.Shielded })
	l.data.OpenNumber = otherOpen(list)
	for _, o := range list[:min(5, len(list))] {
		l.data.Earlier = append(l.data.Earlier, templates.Earlier{Number: o.Number, Received: o.ReceivedAt.In(d.Zone()), Subject: o.Subject, Stage: string(o.Stage), Verdict: o.Verdict, SamePerson: true})
	}
}
