package procedure

import (
	"context"
	"time"

	"dankuwel/models"
)

const (
	silentDays = 60 // after them a reply is a new complaint, linked to the old one
	reactDays  = 5  // working days to react to what came after the answer
)

// Evidence is how a mail was found to belong to a complaint.
type Evidence struct {
	By        string // token, references, number
	Disagrees string // another number that the mail pointed to as well
	SameText  bool   // the same text came before
	Flood     bool   // too many complaints of one address came before it
}

// Add files what a complainant wrote about a complaint that is known. To one that ended or fell silent for 60 days it is a new
// complaint, linked, with thanks and number (CONTRACT section 1).
func (d *Desk) Add(ctx context.Context, a *Arrival, complaintID int64, ev Evidence) (*models.LedgerEntry, error) {
	silent, err := d.silent(ctx, a, complaintID)
	if err != nil {
		return nil, err
	}
	d.Understand(a)
	switch {
	case silent && a.Suspect != "":
		return d.Park(ctx, a, a.Suspect)
	case silent && !a.reading.onlyThanks:
		return d.Register(ctx, a, complaintID)
	}
	return d.take(ctx, a, func(d *Desk, tx *models.Tx, e *models.LedgerEntry) error { return d.add(tx, a, e, complaintID, ev) })
}

func (d *Desk) add(tx *models.Tx, a *Arrival, e *models.LedgerEntry, complaintID int64, ev Evidence) error {
	c, err := tx.ComplaintByID(complaintID)
	if err != nil {
		return err
	}
	d.Understand(a)
	e.Outcome = models.AsAddition
	if err := d.finish(tx, a, e, c); err != nil {
		return err
	}
	c.LastActivityAt = tx.Now()
	if err := tx.TouchComplaint(c); err != nil {
		return err
	}
	detail := map[string]any{"ledger": e.ID, "evidence": ev.By, "same_text": ev.SameText, "disagrees": ev.Disagrees, "flood": ev.Flood, "only_thanks": a.reading.onlyThanks}
	if err := d.event(tx, c, "complainant", "added", detail); err != nil || a.reading.onlyThanks {
		return err
	}
	if err := d.resume(tx, c, a.ReceivedAt, "complainant"); err != nil {
		return err
	}
	n, err := d.circle(tx, c)
	if err != nil {
		return err
	}
	react, err := d.mustReact(tx, c)
	if err != nil {
		return err
	}
	if err := d.confirmAddition(tx, a, c, n, react); err != nil {
		return err
	}
	if ev.Flood {
		return d.tellOfFlood(tx, c, n)
	}
	l := d.about(tx, c, "addition", e)
	l.data.Disagreement, l.data.SameTextAgain = ev.Disagrees, ev.SameText
	l.data.AfterAnswer, l.data.ReactBy = react != "", react.Time(d.Zone())
	if from := models.FoldAddress(a.Message.FromEmail); from != c.Complainant.EmailKey && !c.Shielded {
		l.data.From = a.Message.FromEmail
	}
	return d.tell(tx, l, &a.Message, e, n)
}

// mustReact makes the task that follows from a reply after the answer or to a complaint that has ended, and gives its last day; "" when
// the complaint is still to be answered (CONTRACT section 1).
func (d *Desk) mustReact(tx *models.Tx, c *models.Complaint) (models.Date, error) {
	if c.AnsweredAt == nil && !c.Stage.Ended() {
		return "", nil
	}
	open, err := tx.OpenTasks(c.ID)
	if err != nil {
		return "", err
	}
	for _, t := range open {
		if t.Kind == "react" {
			return t.DueOn, nil
		}
	}
	due := d.Settings.Calendar.Add(d.today(tx), Term{reactDays, WorkingDays})
	return due, d.taskOnce(tx, c, "react", "task.react", due)
}

// confirmAddition tells the complainant, once a day at most, that what came later has arrived. It goes to the known address only,
// and not in answer to what somebody else wrote or to a mail that no letter may answer by itself.
func (d *Desk) confirmAddition(tx *models.Tx, a *Arrival, c *models.Complaint, n circle, react models.Date) error {
	known := c.Complainant.Email
	if known == "" || a.Suspect != "" ||
		(models.FoldAddress(a.Message.AnswerTo) != models.FoldAddress(known) && models.FoldAddress(a.Message.FromEmail) != models.FoldAddress(known)) {
		return nil
	}
	l := letter{kind: "addition_received", key: keyOf("addition_received", c, known, string(d.today(tx))), mailbox: d.Settings.Mailbox(c.Mailbox),
		complaint: c, auto: "auto-replied", inReplyTo: a.Message.MessageID}
	done, err := tx.Queued(l.key)
	if err != nil || done || d.writing(l.key) {
		return err
	}
	if full, err := d.answeredEnough(tx, known); err != nil {
		return err
	} else if full && !c.Practice {
		return tx.Hold(known, c.ID, a.ReceivedAt)
	}
	return d.received(tx, l, n, a.ReceivedAt, react)
}

// received fills in and sends the letter that an addition has arrived.
func (d *Desk) received(tx *models.Tx, l letter, n circle, at time.Time, react models.Date) error {
	c := l.complaint
	if ok, err := d.reachable(tx, c, c.Complainant.Email); err != nil || !ok {
		return err
	}
	l.data.Signature = d.signature(n)
	l.data.Received = at.In(d.Zone())
	l.data.ReactBy = react.Time(d.Zone())
	if react == "" && c.AnswerDue >= d.today(tx) {
		l.data.AnswerDue = c.AnswerDue.Time(d.Zone())
	}
	return d.toComplainant(tx, l)
}
