package procedure

import (
	"time"

	"dankuwel/models"
	"dankuwel/templates"
)

// passesOn tells whether the forward is a mail of somebody outside, who can be its complainant.
func (d *Desk) passesOn(f *models.Forward) bool {
	return f != nil && (f.FromEmail != "" || f.FromName != "") && d.Settings.StaffByAddress(f.FromEmail) == nil && d.Settings.Mailbox(f.FromEmail) == nil
}

// forwarded registers a mail that a colleague passed on as the complaint of the one who wrote it. The colleague gets a receipt, the
// complainant the thanks (CONTRACT section 6, `registreer`).
func (d *Desk) forwarded(tx *models.Tx, a *Arrival, e *models.LedgerEntry, s StaffMail) error {
	e.Outcome = models.AsAction
	c, m, err := d.complaintOf(tx, e, &a.Message, a.Forward)
	if err != nil {
		return err
	}
	if err := d.finish(tx, a, e, c); err != nil {
		return err
	}
	return d.beginForwarded(tx, c, m, e, e, s)
}

// confirmedForward does the same for a mail that was parked until the colleague said that it is his.
func (d *Desk) confirmedForward(tx *models.Tx, e, parked *models.LedgerEntry, m *models.Message, f *models.Forward, s StaffMail) error {
	c, written, err := d.complaintOf(tx, parked, m, f)
	if err != nil {
		return err
	}
	if err := tx.AssignMessage(m.ID, c.ID); err != nil {
		return err
	}
	parked.AcceptedAs, parked.ComplaintID = c.Number, &c.ID
	if err := d.decide(tx, parked, "accepted", models.StaffActor(s.Staff.ID)); err != nil {
		return err
	}
	return d.beginForwarded(tx, c, written, parked, e, s)
}

// complaintOf makes the complaint of the one who wrote the forwarded mail, received on the day the colleague had it.
func (d *Desk) complaintOf(tx *models.Tx, e *models.LedgerEntry, m *models.Message, f *models.Forward) (*models.Complaint, *models.Message, error) {
	written := overlay(m, f)
	received := e.ReceivedAt
	if f.SentAt != nil && f.SentAt.Before(received) && received.Sub(*f.SentAt) < 366*24*time.Hour {
		received = *f.SentAt
	}
	c, err := d.newComplaint(tx, &Arrival{Mailbox: e.Mailbox, ReceivedAt: received, Message: *written}, 0)
	return c, written, err
}

func (d *Desk) beginForwarded(tx *models.Tx, c *models.Complaint, m *models.Message, e, answered *models.LedgerEntry, s StaffMail) error {
	if err := d.begin(tx, c, m, e); err != nil {
		return err
	}
	if err := d.event(tx, c, models.StaffActor(s.Staff.ID), "forwarded", withName(map[string]any{"ledger": e.ID, "received_on": c.ReceivedOn}, s.Name)); err != nil {
		return err
	}
	return d.receipt(tx, answered, s.Staff, c, templates.Data{Done: templates.DoneForward, Complainant: person(&c.Complainant), Received: c.ReceivedAt.In(d.Zone())}, letter{})
}

// written is a message as its complainant wrote it: of one that a colleague passed on, what lies in it.
func (d *Desk) written(tx *models.Tx, m *models.Message) (*models.Message, error) {
	if m.StaffID == nil {
		return m, nil
	}
	f, err := tx.Forward(m.ID)
	if err != nil {
		return nil, err
	}
	if d.passesOn(f) {
		return overlay(m, f), nil
	}
	if m.Direction != "note" || m.ComplaintID == nil {
		return m, nil
	}
	c, err := tx.ComplaintByID(*m.ComplaintID)
	if err != nil {
		return nil, err
	}
	put := *m // by a colleague, in a form: what he wrote there is the matter
	put.FromName, put.FromEmail, put.Subject, put.Text, put.NewText = c.Complainant.Name, c.Complainant.Email, c.Subject, c.Facts, c.Facts
	return &put, nil
}

func overlay(m *models.Message, f *models.Forward) *models.Message {
	written := *m
	written.FromName, written.FromEmail, written.AnswerTo, written.MessageID, written.StaffID = f.FromName, f.FromEmail, f.FromEmail, "", nil
	written.Subject, written.Text, written.NewText, written.TextHash = f.Subject, f.Text, f.Text, ""
	if f.Language != "" {
		written.Language = f.Language
	}
	return &written
}
