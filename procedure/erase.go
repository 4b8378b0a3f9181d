package procedure

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"dankuwel/models"
)

// Age is how long something is kept: calendar months and days. Zero: for ever.
type Age struct{ Months, Days int }

// ErrKept: the complaint is not erased, and what is to be done first.
type ErrKept struct{ Number, Why string }

func (e ErrKept) Error() string { return e.Number + " is not erased: " + e.Why }

// Erase pseudonymises a complaint everywhere (CONTRACT section 8). It must have ended, with its letter gone. One that was erased before
// stays as it is. actor says who asks for it: operator, register or staff:ID; reason must not name the person.
func (d *Desk) Erase(ctx context.Context, number, reason, actor string) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		c, err := tx.Complaint(number)
		if err != nil || c.ErasedAt != nil {
			return err
		}
		if !c.Stage.Ended() {
			return ErrKept{c.Number, fmt.Sprintf("it is still handled (%s); end it first, by mail, with #sluit, #ingetrokken, #onontvankelijk or #geen-klacht", c.Stage)}
		}
		waits, err := tx.LetterWaits(c.ID)
		if err != nil {
			return err
		}
		if waits {
			return ErrKept{c.Number, "a letter to the complainant has still to leave; dankuwel outbox list shows it, outbox flush sends it"}
		}
		if tells(reason, &c.Complainant) {
			return ErrKept{c.Number, "the reason names the complainant, and it stays; write it without"}
		}
		return d.erase(tx, []*models.Complaint{c}, reason, actor)
	})
}

// tells: the text holds the name, or a way to reach the person.
func tells(text string, c *models.Complainant) bool {
	words := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	said := words(text)
	for _, word := range words(c.Name) {
		if len([]rune(word)) > 2 && slices.Contains(said, word) {
			return true
		}
	}
	return c.Email != "" && strings.Contains(models.FoldAddress(text), c.EmailKey)
}

// erase pseudonymises complaints of one transaction.
func (d *Desk) erase(tx *models.Tx, list []*models.Complaint, reason, actor string) error {
	if len(list) == 0 {
		return nil
	}
	var numbers []string
	since := list[0].RegisteredAt
	for _, c := range list {
		numbers = append(numbers, c.Number)
		if c.RegisteredAt.Before(since) {
			since = c.RegisteredAt
		}
		tag, err := d.token()
		if err != nil {
			return err
		}
		if err := tx.Pseudonymise(c, "erased."+tag, reason); err != nil {
			return err
		}
		if err := d.event(tx, c, actor, "erased", map[string]any{"reason": reason}); err != nil {
			return err
		}
		boxes, err := tx.ExpungeMailboxes(c.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(boxes, func(box string) bool { return d.Settings.Mailbox(box) == nil }) { // nobody is connected to it any more
			if err := d.task(tx, c, "expunge", "task.expunge", ""); err != nil {
				return err
			}
		}
	}
	return tx.ForgetMentions(numbers, since)
}

// retainAtOnce is how many complaints one night erases, so that the register is not held up for long.
const retainAtOnce = 500

// Retain erases complaints that ended longer ago than [retention] pseudonymise_after.
func (d *Desk) Retain(ctx context.Context) error {
	age := d.Settings.PseudonymiseAfter
	if age == (Age{}) {
		return nil
	}
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		before := tx.Now().In(d.Zone()).AddDate(0, -age.Months, -age.Days)
		numbers, err := tx.ErasableBefore(before, retainAtOnce)
		if err != nil || len(numbers) == 0 {
			return err
		}
		d.Log.Info("complaints have been kept for as long as pseudonymise_after says", "numbers", numbers)
		list, err := complaintsOf(tx, numbers)
		if err != nil {
			return err
		}
		return d.erase(tx, list, "retention", "register")
	})
}

// EraseAgain does the erasures of data_dir/erased.jsonl that the register does not know: it was put back from an older backup, or the
// program died between the note and the commit. It returns how many those were.
func (d *Desk) EraseAgain(ctx context.Context) (n int, err error) {
	noted, err := d.Store.Erasures()
	if err != nil || len(noted) == 0 {
		return 0, err
	}
	left, err := d.Store.Read(ctx).NotErased(noted)
	if err != nil || len(left) == 0 {
		return 0, err
	}
	err = d.change(ctx, func(d *Desk, tx *models.Tx) error {
		n = 0
		for _, e := range left {
			c, err := tx.Complaint(e.Number)
			if err != nil {
				return err
			}
			if c.ErasedAt != nil {
				continue
			}
			n++
			if err := d.erase(tx, []*models.Complaint{c}, e.Reason, "register"); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func complaintsOf(tx *models.Tx, numbers []string) (list []*models.Complaint, err error) {
	for _, number := range numbers {
		c, err := tx.Complaint(number)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// ByHand makes the task to remove mails of an erased complaint from their folders, where the mail server cannot.
func (d *Desk) ByHand(ctx context.Context, complaintID int64) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		c, err := tx.ComplaintByID(complaintID)
		if err != nil {
			return err
		}
		return d.taskOnce(tx, c, "expunge", "task.expunge", d.Settings.Calendar.Add(d.today(tx), Term{reactDays, WorkingDays}))
	})
}

// complaintBy finds a complaint by the number in a staff member's mail; nil, with the refusal, when there is none or it was erased.
func (x *deed) complaintBy(number string) (*models.Complaint, error) {
	c, err := x.find(number)
	switch {
	case models.IsNotFound(err):
		x.refuse("no_such_complaint", number)
		return nil, nil
	case err == nil && c.ErasedAt != nil:
		x.refuse("erased", number)
		return nil, nil
	}
	return c, err
}

// isErased: nothing can be done about the complaint any more, but for the preventive measures that live on after it.
func (x *deed) isErased() bool {
	return x.c != nil && x.c.ErasedAt != nil && x.key != "evaluate" && x.key != "consulted"
}

// gone notes a mail of an erased complaint that was met again, so that it goes from its folder.
func (d *Desk) gone(tx *models.Tx, e *models.LedgerEntry, c *models.Complaint, at time.Time) error {
	found := models.Expunge{Mailbox: e.Mailbox, ComplaintID: c.ID, Identity: e.Identity, MessageID: e.MessageID, At: at}
	e.MessageID = ""
	return tx.AddExpunge(found)
}
