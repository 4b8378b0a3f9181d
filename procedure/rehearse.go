package procedure

import (
	"context"
	"errors"
	"time"

	"dankuwel/models"
)

// AsOf does time-driven work in one transaction: fn gets a Desk by whose clock it is at. The mails that came into the outbox are returned;
// they may leave at once, whatever at is.
func (d *Desk) AsOf(ctx context.Context, at time.Time, fn func(*Desk) error) ([]models.OutboxMail, error) {
	list, err := d.asOf(ctx, at, fn, nil)
	if err == nil {
		d.Wake()
	}
	return list, err
}

// errRehearsed takes back all of a transaction that went well.
var errRehearsed = errors.New("rehearsed")

// Rehearse is AsOf without consequences: it returns the mails that would have come into the outbox, and nothing is kept.
func (d *Desk) Rehearse(ctx context.Context, at time.Time, fn func(*Desk) error) ([]models.OutboxMail, error) {
	list, err := d.asOf(ctx, at, fn, errRehearsed)
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	return list, err
}

func (d *Desk) asOf(ctx context.Context, at time.Time, fn func(*Desk) error, end error) (list []models.OutboxMail, err error) {
	err = d.Store.WriteAsOf(ctx, at, d.Now(), func(tx *models.Tx) error {
		then := *d
		then.Now, then.tx, then.letters = func() time.Time { return at }, tx, new([]*outgoing)
		if err := fn(&then); err != nil {
			return err
		}
		letters := *then.letters
		if err := then.post(tx); err != nil {
			return err
		}
		list = nil // the transaction may be tried again
		for _, o := range letters {
			if o.row.ID != 0 { // its key was not there yet
				list = append(list, o.row)
			}
		}
		return end
	})
	return list, err
}
