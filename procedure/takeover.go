package procedure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"dankuwel/models"
)

// Taken is what a take-over did, or would do.
type Taken struct {
	Added       int // complaints that were not there
	Open        int // of them, not ended yet
	Late        int // of them, with a term that is over
	Known       int // complaints that had been taken over before, or are our own
	First, Last string
}

// TakeOver puts the complaints of an older register into ours, all or none: with numbers of our own by year and in order of receipt, their
// old number beside it, ended or open as the old register says. Nobody is thanked or told of it, for all that was done there. What was taken
// over before is left as it is. With faults nothing is done.
func (d *Desk) TakeOver(ctx context.Context, list []*OldComplaint) (t Taken, faults []RowFault, err error) {
	err = d.change(ctx, func(d *Desk, tx *models.Tx) error {
		var fresh []*OldComplaint
		if fresh, t, faults, err = d.unknown(tx, list, d.today(tx)); err != nil || len(faults) > 0 {
			return err
		}
		for i, o := range fresh {
			number, err := d.takeOne(tx, o)
			if err != nil {
				return fmt.Errorf("line %d: %w", o.Line, err)
			}
			if i == 0 {
				t.First = number
			}
			t.Last = number
		}
		return nil
	})
	return t, faults, err
}

// WouldTakeOver is TakeOver without doing it.
func (d *Desk) WouldTakeOver(ctx context.Context, list []*OldComplaint) (t Taken, faults []RowFault, err error) {
	err = d.View(ctx, func(tx *models.Tx) error {
		_, t, faults, err = d.unknown(tx, list, models.DateOf(d.Now(), d.Zone()))
		return err
	})
	return t, faults, err
}

// unknown keeps the complaints that the register does not have yet, in order of receipt.
func (d *Desk) unknown(tx *models.Tx, list []*OldComplaint, today models.Date) (fresh []*OldComplaint, t Taken, faults []RowFault, err error) {
	have, err := tx.AllTakenOver()
	if err != nil {
		return nil, t, nil, err
	}
	digests, numbers := map[string]bool{}, map[string]string{}
	for _, k := range have {
		digests[k.ImportDigest] = true
		if k.Reference != "" {
			numbers[k.Reference+"\n"+string(k.ReceivedOn)] = k.Number
		}
	}
	lines := map[string]int{}
	for _, o := range list {
		c := &o.complaint
		own, err := d.isOurs(tx, o)
		if err != nil {
			return nil, t, nil, err
		}
		switch {
		case lines[c.ImportDigest] != 0:
			faults = append(faults, RowFault{Line: o.Line, Value: o.number, Problem: fmt.Sprintf("is the same as line %d", lines[c.ImportDigest]), Example: "leave one of them out"})
		case own || digests[c.ImportDigest]:
			t.Known++
		case numbers[o.number+"\n"+string(c.ReceivedOn)] != "":
			faults = append(faults, RowFault{Line: o.Line, Value: o.number, Problem: "was taken over before as " + numbers[o.number+"\n"+string(c.ReceivedOn)] + ", with another text",
				Example: "leave it out, or give it another number"})
		default:
			fresh = append(fresh, o)
			t.Added++
			if !c.Stage.Ended() {
				t.Open++
				if c.Overdue(today) {
					t.Late++
				}
			}
		}
		lines[c.ImportDigest] = o.Line
	}
	slices.SortStableFunc(fresh, func(a, b *OldComplaint) int { return a.complaint.ReceivedAt.Compare(b.complaint.ReceivedAt) })
	return fresh, t, faults, nil
}

// ourNumber is what numbers of our own look like.
var ourNumber = regexp.MustCompile(`^K-[1-9][0-9]{3}-[0-9]{4,}$`)

// isOurs tells whether the complaint came from an export of this very register. Of what is shielded or erased the export has no text.
func (d *Desk) isOurs(tx *models.Tx, o *OldComplaint) (bool, error) {
	if !ourNumber.MatchString(o.number) {
		return false, nil
	}
	ours, err := tx.Complaint(o.number)
	if models.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	c := &o.complaint
	hidden := ours.Shielded && c.Shielded || ours.ErasedAt != nil
	return ours.ReceivedOn == c.ReceivedOn && (hidden || foldText(ours.Facts) == foldText(c.Facts)), nil
}

// takeOne writes one complaint. The rows are made anew each time, since a transaction may be tried again.
func (d *Desk) takeOne(tx *models.Tx, o *OldComplaint) (number string, err error) {
	c := o.complaint
	c.RegisteredAt, c.StageSince = tx.Now(), tx.Now()
	if c.Token, err = d.token(); err != nil {
		return "", err
	}
	if c.ErasedAt != nil {
		c.Token = "erased." + c.Token
	}
	if o.handler != nil {
		c.HandlerID = &o.handler.ID
	}
	if c.Number, c.Serial, err = tx.NextNumber(c.Year); err != nil {
		return "", err
	}
	if err := tx.AddComplaint(&c); err != nil {
		return "", err
	}
	if o.analysis != nil {
		a := *o.analysis
		a.ComplaintID, a.Version = c.ID, 1
		if err := tx.AddAnalysis(&a); err != nil {
			return "", err
		}
	}
	if !c.Stage.Ended() {
		for _, s := range d.namedIn(&models.Message{NewText: c.Facts, FromName: c.Complainant.Name, FromEmail: c.Complainant.Email, Language: c.Language}) {
			if err := tx.AddNamedStaff(c.ID, s.ID); err != nil {
				return "", err
			}
		}
	}
	detail := map[string]any{"reference": c.Reference, "stage": c.Stage, "received_on": c.ReceivedOn, "answer": c.Stage.Ended() || c.AnsweredAt != nil}
	return c.Number, d.event(tx, &c, "operator", "imported", detail)
}

// importDigest tells a complaint of an older register from others: by its number there, the day it came and its text; without a number
// also by who complained.
func importDigest(c *models.Complaint) string {
	parts := []string{c.Reference, string(c.ReceivedOn), foldText(c.Facts)}
	if c.Reference == "" {
		parts = append(parts, c.Complainant.Name, models.FoldAddress(c.Complainant.Email))
	}
	h := sha256.Sum256([]byte(strings.Join(parts, "\n\x00")))
	return hex.EncodeToString(h[:])
}

// foldText is a text without what programs change in it: spaces and line ends.
func foldText(text string) string { return strings.Join(strings.Fields(text), " ") }
