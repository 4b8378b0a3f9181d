package procedure

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"dankuwel/models"
)

// Bounce is what a delivery status notification says of a mail of ours.
type Bounce struct {
	Recipient string // the address that failed; "" not said
	Permanent bool   // nothing sent there will arrive
	Reason    string // class of the reason; "" not known
	Said      string // the mail server's words
}

// Bounced files a delivery status notification with the mail of ours that it is about: the complaint gets a task, for its complainant
// has read nothing (PEERS 15). An answer that came back is no answer.
func (d *Desk) Bounced(ctx context.Context, a *Arrival, about *models.OutboxMail) (*models.LedgerEntry, error) {
	return d.take(ctx, a, func(d *Desk, tx *models.Tx, e *models.LedgerEntry) error {
		e.Outcome = models.AsBounce
		if about.ComplaintID == nil {
			if err := d.finish(tx, a, e, nil); err != nil {
				return err
			}
			return tx.MarkBounced(about.ID, a.Bounce.Permanent, a.Bounce.Reason)
		}
		c, err := tx.ComplaintByID(*about.ComplaintID)
		if err != nil {
			return err
		}
		if err := d.finish(tx, a, e, c); err != nil {
			return err
		}
		return d.cameBack(tx, c, causeOf(e), about, a.Bounce)
	})
}

// Refused does what mails ask for that a server refused for good: a staff mail that was too big goes again without its attachments; any
// other is one that came back. Rows say what was done, so it may be called at any time.
func (d *Desk) Refused(ctx context.Context) (n int, err error) {
	err = d.change(ctx, func(d *Desk, tx *models.Tx) error {
		big, err := tx.TooBig()
		if err != nil {
			return err
		}
		letters, err := tx.Refused()
		if err != nil {
			return err
		}
		n = len(big) + len(letters)
		for i := range big {
			if err := d.lighten(tx, &big[i]); err != nil {
				return fmt.Errorf("mail %d without attachments: %w", big[i].ID, err)
			}
		}
		for i := range letters {
			if err := d.refused(tx, &letters[i]); err != nil {
				return fmt.Errorf("refused mail %d: %w", letters[i].ID, err)
			}
		}
		return nil
	})
	return n, err
}

func (d *Desk) refused(tx *models.Tx, m *models.OutboxMail) error {
	c, err := tx.ComplaintByID(*m.ComplaintID)
	if err != nil {
		return err
	}
	return d.cameBack(tx, c, fmt.Sprintf("outbox:%d:%d", m.ID, m.Attempts), m, Bounce{Permanent: true, Said: m.LastError})
}

// cameBack does what follows when a mail about a complaint did not arrive. Of a mail that came back before, nobody is told again.
func (d *Desk) cameBack(tx *models.Tx, c *models.Complaint, cause string, about *models.OutboxMail, b Bounce) error {
	if about.BouncedAt != nil {
		return nil
	}
	if err := tx.MarkBounced(about.ID, b.Permanent, b.Reason); err != nil {
		return err
	}
	if err := d.event(tx, c, "register", "bounced", map[string]any{"kind": about.Kind, "outbox": about.ID, "permanent": b.Permanent, "reason": b.Reason}); err != nil {
		return err
	}
	if about.StaffID == nil && about.Kind == "answer" {
		if err := d.unanswered(tx, c); err != nil {
			return err
		}
	}
	if err := d.notAsked(tx, c, about); err != nil {
		return err
	}
	if about.StaffID == nil {
		due := models.Date("")
		if about.Kind == "acknowledgement" {
			due = d.thanksDue(c)
		}
		if err := d.taskOnce(tx, c, "call_or_write", "task.bounced", due); err != nil {
			return err
		}
	}
	return d.tellOfLoss(tx, c, cause, about, b)
}

// unanswered leads back to the stage `answer`: no complaint ends without a reaction that arrived (CONTRACT section 1).
func (d *Desk) unanswered(tx *models.Tx, c *models.Complaint) error {
	before := c.Stage
	c.Stage, c.StageSince, c.AnsweredAt, c.ClosedAt = models.Answer, tx.Now(), nil, nil
	if err := tx.SaveComplaint(c); err != nil {
		return err
	}
	return d.event(tx, c, "register", "reopened", map[string]any{"from": before, "reason": "bounced"})
}

// tellOfLoss tells who owns the complaint that a mail did not arrive. Of a colleague's mail the coordinator hears, not the colleague.
func (d *Desk) tellOfLoss(tx *models.Tx, c *models.Complaint, cause string, about *models.OutboxMail, b Bounce) error {
	n, err := d.circle(tx, c)
	if err != nil {
		return err
	}
	told := d.owners(c, n)
	var colleague *models.Staff
	if about.StaffID != nil {
		if about.Kind == "bounced" { // or two dead addresses would go on about each other
			return nil
		}
		if colleague = d.Settings.StaffByID(*about.StaffID); colleague == nil {
			return nil // left meanwhile
		}
		told = d.standIn(append(ids(n.about), colleague.ID))
	}
	for _, s := range told {
		l := letter{kind: "bounced", key: keyOf("bounced", c, s.Email, cause), mailbox: d.Settings.Mailbox(c.Mailbox), complaint: c, staff: s}
		l.data.Lost, l.data.Note = about.Kind, b.Said
		l.data.Received = about.CreatedAt.In(d.Zone())
		l.data.Reason, l.data.Temporary = b.Reason, !b.Permanent
		if colleague != nil {
			l.data.Colleague = colleague.Name
		} else {
			l.data.Complainant = person(&c.Complainant)
			l.data.Form, l.buttons = d.formFor(s, "new_email", nil, nil), []string{"contact", "new_email"}
		}
		if b.Recipient != "" && !strings.EqualFold(b.Recipient, about.Recipient) {
			l.data.Failed = b.Recipient
		}
		if err := d.toStaff(tx, l); err != nil {
			return err
		}
	}
	return nil
}

// standIn is the coordinator, or management, who is not among those left out; nobody when there is none.
func (d *Desk) standIn(except []int64) []*models.Staff {
	for _, role := range []models.Role{models.Coordinator, models.Management} {
		if s := d.Settings.first(role, except); s != nil {
			return []*models.Staff{s}
		}
	}
	return nil
}

// reachable tells whether automatic mail may go to the address: not after one came back for good, unless the person wrote from it since.
func (d *Desk) reachable(tx *models.Tx, c *models.Complaint, address string) (bool, error) {
	since, err := tx.DeadSince(address)
	if err != nil || since.IsZero() {
		return err == nil, err
	}
	return tx.WroteAfter(c.ID, address, since)
}

// taskOnce makes a task unless one of its kind is open.
func (d *Desk) taskOnce(tx *models.Tx, c *models.Complaint, kind, label string, due models.Date) error {
	open, err := tx.OpenTasks(c.ID)
	if err != nil || slices.ContainsFunc(open, func(t models.Task) bool { return t.Kind == kind }) {
		return err
	}
	return d.task(tx, c, kind, label, due)
}
