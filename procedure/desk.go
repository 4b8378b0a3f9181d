package procedure

import (
	"context"
	"encoding/base32"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"dankuwel/models"
	"dankuwel/templates"
)

// Desk is the one door through which a complaint changes. Each method is one transaction: the raw mail, the rows, the event, the
// outgoing mails and the ledger row, or nothing of it. Within Batch each method is a savepoint of the batch's transaction.
type Desk struct {
	Settings *Settings
	Store    *models.Store
	Texts    *templates.Set
	Now      func() time.Time
	Rand     io.Reader // of tokens, salts and Message-IDs
	Wake     func()    // the outbox may have something to do; called after a commit
	Log      *slog.Logger
	Read     func(*models.Message) Filled // verbs and forms in a staff member's mail

	tx      *models.Tx   // of the batch that this Desk belongs to
	many    bool         // other mails wait in the same batch
	letters *[]*outgoing // written in it, and not in the outbox yet
}

// Arrival is one mail as it lay in a mailbox, and what intake read in it.
type Arrival struct {
	Mailbox     string // address
	UIDValidity uint32
	UID         uint32
	ReceivedAt  time.Time // INTERNALDATE
	Identity    string
	Recipients  []string       // addresses that the mail was sent to or via
	Message     models.Message // its rows, not written yet
	Blobs       []models.Blob  // raw mail and attachments
	Bounce      Bounce         // of a delivery status notification
	Forward     *models.Forward
	Suspect     string        // why no letter may leave by itself although a person wrote; "" none
	Beside      string        // of a reply to satisfaction_request: what it says beside its score
	reading     *reading      // see Understand; nil: not done yet
	signed      string        // name that a shared desk gave; "" none
	practice    *models.Staff // for whom it is only practice; nil: it is real
}

// Batch runs fn with a Desk whose methods all work in one transaction. A method that fails undoes only its own work.
func (d *Desk) Batch(ctx context.Context, fn func(*Desk) error) error {
	err := d.Store.Write(ctx, d.Now(), func(tx *models.Tx) error {
		batch := *d
		batch.tx, batch.letters, batch.many = tx, new([]*outgoing), true
		if err := fn(&batch); err != nil {
			return err
		}
		return batch.post(tx)
	})
	if err == nil {
		d.Wake()
	}
	return err
}

// View lets fn read the register: within a batch what the batch wrote, too.
func (d *Desk) View(ctx context.Context, fn func(*models.Tx) error) error {
	if d.tx != nil {
		return fn(d.tx)
	}
	return fn(d.Store.Read(ctx))
}

// change runs fn in a transaction of its own, or in a savepoint of the batch: then a failure takes back the letters of fn, too.
func (d *Desk) change(ctx context.Context, fn func(*Desk, *models.Tx) error) error {
	if d.tx == nil {
		return d.Batch(ctx, func(alone *Desk) error {
			alone.many = false
			return fn(alone, alone.tx)
		})
	}
	before := len(*d.letters)
	err := d.tx.Savepoint(func(tx *models.Tx) error { return fn(d, tx) })
	if err != nil {
		*d.letters = (*d.letters)[:before]
	}
	return err
}

// take is what every outcome begins with: a mail that was met before becomes `known`, and fn is not called; otherwise its bytes are
// put into the register, fn decides and fills in the entry, and the ledger row is written.
func (d *Desk) take(ctx context.Context, a *Arrival, fn func(d *Desk, tx *models.Tx, e *models.LedgerEntry) error) (*models.LedgerEntry, error) {
	var e *models.LedgerEntry
	err := d.change(ctx, func(d *Desk, tx *models.Tx) error {
		e = &models.LedgerEntry{Mailbox: a.Mailbox, UIDValidity: a.UIDValidity, UID: a.UID, Identity: a.Identity, MessageID: a.Message.MessageID, ReceivedAt: a.ReceivedAt}
		seen, err := tx.Sighting(a.Mailbox, a.UIDValidity, a.UID)
		if err != nil {
			return err
		}
		if seen != nil {
			e = seen
			return nil
		}
		first, err := tx.FirstSighting(a.Identity)
		if err != nil {
			return err
		}
		if first != nil {
			return d.known(tx, a, e, first)
		}
		if err := tx.PutBlobs(a.Blobs); err != nil {
			return err
		}
		return fn(d, tx, e)
	})
	return e, err
}

// known notes another sighting of a mail. It is filed where the first one was.
func (d *Desk) known(tx *models.Tx, a *Arrival, e, first *models.LedgerEntry) error {
	e.Outcome, e.ComplaintID, e.FirstID = models.AsKnown, first.ComplaintID, &first.ID
	box := d.Settings.Mailbox(e.Mailbox)
	e.Folder = box.Processed
	if first.Outcome == models.AsParked && first.Decision == "" {
		e.Folder = box.Review
	}
	if first.ComplaintID != nil {
		c, err := tx.ComplaintByID(*first.ComplaintID)
		if err != nil {
			return err
		}
		if c.Shielded {
			e.Folder = box.Shielded
		}
		if c.ErasedAt != nil {
			if err := d.gone(tx, e, c, a.ReceivedAt); err != nil {
				return err
			}
		}
	}
	return tx.AddLedgerEntry(e)
}

// finish writes the message and the ledger row of a mail whose outcome is decided. It must come before mails that the entry causes:
// their keys hold its id.
func (d *Desk) finish(tx *models.Tx, a *Arrival, e *models.LedgerEntry, c *models.Complaint) error {
	box := d.Settings.Mailbox(a.Mailbox)
	a.Message.Mailbox, a.Message.ComplaintID = a.Mailbox, nil
	e.Folder = box.Processed
	if c != nil {
		a.Message.ComplaintID, e.ComplaintID = &c.ID, &c.ID
		if c.Shielded {
			e.Folder = box.Shielded
		}
	}
	if e.Outcome == models.AsParked {
		e.Folder = box.Review
	}
	if err := tx.AddMessage(&a.Message); err != nil {
		return err
	}
	if a.Forward != nil {
		a.Forward.MessageID = a.Message.ID
		if err := tx.AddForward(a.Forward); err != nil {
			return err
		}
	}
	e.StoredAs = &a.Message.ID
	return tx.AddLedgerEntry(e)
}

// Park keeps a mail whole for a person to decide on. It is never answered before that.
func (d *Desk) Park(ctx context.Context, a *Arrival, reason string) (*models.LedgerEntry, error) {
	return d.take(ctx, a, func(d *Desk, tx *models.Tx, e *models.LedgerEntry) error {
		e.Outcome, e.Reason = models.AsParked, reason
		return d.finish(tx, a, e, nil)
	})
}

// File keeps a mail that asks for nothing, with its complaint when it belongs to one: our own mail, and automatic mail of other
// people's programs. It never moves a stage or a clock.
func (d *Desk) File(ctx context.Context, a *Arrival, outcome models.Outcome, complaintID int64) (*models.LedgerEntry, error) {
	return d.take(ctx, a, func(d *Desk, tx *models.Tx, e *models.LedgerEntry) error {
		e.Outcome = outcome
		var c *models.Complaint
		if complaintID != 0 {
			var err error
			if c, err = tx.ComplaintByID(complaintID); err != nil {
				return err
			}
		}
		return d.finish(tx, a, e, c)
	})
}

// task makes a task out of a sentence of the texts, in the organisation's language.
func (d *Desk) task(tx *models.Tx, c *models.Complaint, kind, label string, due models.Date) error {
	return tx.AddTask(&models.Task{ComplaintID: c.ID, Kind: kind, StaffID: c.HandlerID, DueOn: due, Text: d.Texts.Label(d.Settings.Organization.Language, label, c.Number)})
}

func (d *Desk) event(tx *models.Tx, c *models.Complaint, actor, what string, detail map[string]any) error {
	salt := make([]byte, 16)
	if _, err := io.ReadFull(d.Rand, salt); err != nil {
		return fmt.Errorf("random: %w", err)
	}
	_, err := tx.AddEvent(c.ID, actor, what, detail, salt)
	return err
}

var tokenAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// token makes 80 random bits: 16 lower-case base32 characters.
func (d *Desk) token() (string, error) {
	b := make([]byte, 10)
	if _, err := io.ReadFull(d.Rand, b); err != nil {
		return "", fmt.Errorf("random: %w", err)
	}
	return tokenAlphabet.EncodeToString(b), nil
}

func (d *Desk) today(tx *models.Tx) models.Date {
	return models.DateOf(tx.Now(), d.Settings.Calendar.Zone)
}

// Zone is the organisation's time zone.
func (d *Desk) Zone() *time.Location { return d.Settings.Calendar.Zone }

// SyncStaff makes the register know the staff of the configuration, and welcomes who is new.
func (d *Desk) SyncStaff(ctx context.Context) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		if _, err := tx.SyncStaff(d.Settings.Staff); err != nil {
			return err
		}
		for _, s := range d.Settings.Staff {
			key := strings.Join([]string{"welcome", "-", s.Email, "entry"}, "/")
			if done, err := tx.Queued(key); err != nil || done {
				if err != nil {
					return err
				}
				continue
			}
			if err := d.toStaff(tx, letter{kind: "welcome", key: key, staff: s, mailbox: &d.Settings.Mailboxes[0], buttons: []string{"practice"}}); err != nil {
				return err
			}
		}
		return nil
	})
}
