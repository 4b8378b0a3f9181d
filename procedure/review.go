package procedure

import (
	"context"
	"fmt"

	"dankuwel/models"
)

// ErrDecided: the parked mail was decided before; a second decision is answered with the first.
type ErrDecided struct{ Entry *models.LedgerEntry }

func (e ErrDecided) Error() string {
	return fmt.Sprintf("P-%d was %s before, by %s at %s", *e.Entry.ParkedNo, e.Entry.Decision, e.Entry.DecidedBy, e.Entry.DecidedAt.Format("2006-01-02 15:04"))
}

// Accept registers a parked mail as a complaint with its original date of receipt. by says who decided: operator, or staff:ID.
func (d *Desk) Accept(ctx context.Context, parkedNo int, by string) (number string, err error) {
	err = d.change(ctx, func(d *Desk, tx *models.Tx) error {
		number, err = d.accept(tx, parkedNo, by)
		return err
	})
	return number, err
}

func (d *Desk) accept(tx *models.Tx, parkedNo int, by string) (string, error) {
	e, m, err := d.parked(tx, parkedNo)
	if err != nil {
		return "", err
	}
	c, written, err := d.complaintOfParked(tx, e, m)
	if err != nil {
		return "", err
	}
	if err := tx.AssignMessage(m.ID, c.ID); err != nil {
		return "", err
	}
	e.AcceptedAs, e.ComplaintID = c.Number, &c.ID
	if err := d.decide(tx, e, "accepted", by); err != nil {
		return "", err
	}
	if err := d.begin(tx, c, written, e); err != nil {
		return "", err
	}
	return c.Number, d.event(tx, c, by, "accepted", map[string]any{"ledger": e.ID, "reason": e.Reason})
}

// complaintOfParked makes the complaint of a parked mail, and gives the mail as its complainant wrote it.
func (d *Desk) complaintOfParked(tx *models.Tx, e *models.LedgerEntry, m *models.Message) (*models.Complaint, *models.Message, error) {
	if m.StaffID != nil {
		f, err := tx.Forward(m.ID)
		if err != nil {
			return nil, nil, err
		}
		if d.passesOn(f) {
			return d.complaintOf(tx, e, m, f)
		}
	}
	if m.AnswerTo == "" && m.Carrier == "mail" && d.Settings.Mailbox(m.FromEmail) == nil { // kept by a version that did not note it
		m.AnswerTo = m.FromEmail
	}
	c, err := d.newComplaint(tx, &Arrival{Mailbox: e.Mailbox, ReceivedAt: e.ReceivedAt, Message: *m}, 0)
	return c, m, err
}

// Discard ends a parked mail without more. It stays in the ledger and in its folder.
func (d *Desk) Discard(ctx context.Context, parkedNo int, by string) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		e, _, err := d.parked(tx, parkedNo)
		if err != nil {
			return err
		}
		return d.decide(tx, e, "discarded", by)
	})
}

func (d *Desk) parked(tx *models.Tx, no int) (*models.LedgerEntry, *models.Message, error) {
	e, err := tx.ParkedEntry(no)
	if err != nil {
		return nil, nil, err
	}
	if e.Decision != "" {
		return e, nil, ErrDecided{e}
	}
	m, err := tx.Message(*e.StoredAs)
	return e, m, err
}

func (d *Desk) decide(tx *models.Tx, e *models.LedgerEntry, decision, by string) error {
	now := tx.Now()
	e.Decision, e.DecidedBy, e.DecidedAt = decision, by, &now
	return tx.SaveLedgerEntry(e)
}
