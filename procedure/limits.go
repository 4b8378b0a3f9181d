package procedure

import (
	"context"
	"fmt"

	"dankuwel/models"
	"dankuwel/templates"
)

// answerKinds are the letters that limits.automatic counts: what a mail brings about by itself, thanks for a new complaint left out.
var answerKinds = []string{"addition_received", "not_a_complaint", "satisfaction_thanks"}

// flooded finds the complaint to which a further one of the same address is added, when limits.flood is reached by date of receipt; 0
// when it is not.
func (d *Desk) flooded(tx *models.Tx, a *Arrival) (int64, error) {
	limit := d.Settings.Flood
	if limit.N == 0 || a.Message.AnswerTo == "" {
		return 0, nil
	}
	n, newest, err := tx.ComplaintsSince(a.Message.AnswerTo, a.ReceivedAt.Add(-limit.Per), a.ReceivedAt)
	if err != nil {
		return 0, fmt.Errorf("count complaints: %w", err)
	}
	if n < limit.N {
		return 0, nil
	}
	return newest, nil
}

// tellOfFlood gives the coordinator a word about a flood, once for each complaint that swallows additions.
func (d *Desk) tellOfFlood(tx *models.Tx, c *models.Complaint, n circle) error {
	told := d.standIn(ids(n.about))
	if len(told) == 0 {
		told = d.owners(c, n)
	}
	for _, s := range told {
		l := letter{kind: "task", key: keyOf("task", c, s.Email, "flood"), mailbox: d.Settings.Mailbox(c.Mailbox), complaint: c, staff: s}
		l.data.Flood = &templates.Flood{Address: c.Complainant.Email, N: d.Settings.Flood.N, Per: d.Settings.Flood.Per}
		if done, err := tx.Queued(l.key); err != nil || done || d.writing(l.key) {
			return err
		}
		if err := d.toStaff(tx, l); err != nil {
			return err
		}
	}
	return nil
}

// answeredEnough tells whether limits.automatic leaves no room for a letter to the address, those on their way to the outbox counted.
func (d *Desk) answeredEnough(tx *models.Tx, address string) (bool, error) {
	limit := d.Settings.Automatic
	if limit.N == 0 {
		return false, nil
	}
	n, err := tx.AnswersTo(address, answerKinds, tx.Now().Add(-limit.Per))
	if err != nil {
		return false, fmt.Errorf("count automatic answers: %w", err)
	}
	for _, o := range *d.letters {
		for _, kind := range answerKinds {
			if o.row.Kind == kind && models.FoldAddress(o.row.Recipient) == models.FoldAddress(address) {
				n++
			}
		}
	}
	return n >= limit.N, nil
}

// writing tells whether a letter with that key is on its way to the outbox.
func (d *Desk) writing(key string) bool {
	for _, o := range *d.letters {
		if o.row.Key == key {
			return true
		}
	}
	return false
}

// nameHeld puts into a letter what limits.automatic left without one of its own.
func (d *Desk) nameHeld(tx *models.Tx, l *letter) error {
	list, err := tx.HeldFor(l.complaint.Complainant.Email)
	if err != nil || len(list) == 0 {
		return err
	}
	for _, h := range list {
		received := h.ReceivedAt.In(d.Zone())
		if h.ComplaintID != l.complaint.ID || !received.Equal(l.data.Received) {
			l.data.Held = append(l.data.Held, templates.Held{Number: h.Number, Received: received})
		}
	}
	return tx.NameHeld(list, l.key)
}

// ReleaseHeld sends one letter to each address about what limits.automatic held back, as soon as there is room again, and one receipt to
// each staff member for those that were kept for later.
func (d *Desk) ReleaseHeld(ctx context.Context) error {
	if err := d.releaseReceipts(ctx); err != nil {
		return fmt.Errorf("release receipts: %w", err)
	}
	list, err := d.Store.Read(ctx).HeldOldest()
	if err != nil || len(list) == 0 {
		return err
	}
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		for _, h := range list {
			if err := d.release(tx, h); err != nil {
				return fmt.Errorf("release what was held back of complaint %s: %w", h.Number, err)
			}
		}
		return nil
	})
}

func (d *Desk) release(tx *models.Tx, h models.Held) error {
	if full, err := d.answeredEnough(tx, h.Recipient); err != nil || full {
		return err
	}
	c, err := tx.ComplaintByID(h.ComplaintID)
	if err != nil {
		return err
	}
	n, err := d.circle(tx, c)
	if err != nil {
		return err
	}
	react, err := d.promisedDay(tx, c)
	if err == nil && react == "" {
		react, err = d.mustReact(tx, c)
	}
	if err != nil {
		return err
	}
	l := letter{kind: "addition_received", key: keyOf("addition_received", c, h.Recipient, fmt.Sprintf("held:%d", h.ID)), mailbox: d.Settings.Mailbox(c.Mailbox),
		complaint: c, auto: "auto-replied"}
	if err := d.received(tx, l, n, h.ReceivedAt, react); err != nil {
		return err
	}
	return tx.NameHeld([]models.Held{h}, l.key) // also when the address is dead or was corrected meanwhile
}
