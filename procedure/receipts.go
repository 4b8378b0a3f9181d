package procedure

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"dankuwel/models"
	"dankuwel/templates"
)

// receiptLimit is how many receipts one staff member gets (CONTRACT section 6): what goes beyond comes together in one, an hour after the
// first of them. What a held receipt says is kept as a message of its own, beside no complaint; so nothing has to be found out a second time.
var receiptLimit = Rate{60, time.Hour}

// mergedAtMost is how many receipts one merged receipt holds.
const mergedAtMost = 100

// holdReceipt keeps a receipt for later when its reader had enough of them lately. One that asks something, or brings what was asked for, a
// form or a file, goes at once until he had twice as many: what comes then is a program's.
func (d *Desk) holdReceipt(tx *models.Tx, l letter) (held bool, err error) {
	if l.kind != "receipt" {
		return false, nil
	}
	limit := receiptLimit.N
	if len(l.buttons)+len(l.files)+len(l.data.Lines) > 0 || l.data.Form != "" {
		limit *= 2
	}
	if n, err := d.receiptsLately(tx, l.staff); err != nil || n < limit {
		return false, err
	}
	d.fill(tx, &l)
	page, err := d.Texts.Render(l.kind, d.languageOf(l.staff), l.data)
	if err != nil {
		return false, err
	}
	sentences := append([]string{tx.Now().In(d.Zone()).Format("15:04") + " " + page.Subject + "."}, append(slices.Clone(l.data.Did), l.data.Not...)...)
	return true, tx.HoldReceipt(l.staff, l.mailbox.Address, strings.Join(sentences, " "))
}

// receiptsLately counts the receipts of the last hour, those on their way to the outbox, too.
func (d *Desk) receiptsLately(tx *models.Tx, s *models.Staff) (int, error) {
	n, err := tx.ReceiptsTo(s.ID, tx.Now().Add(-receiptLimit.Per))
	for _, o := range *d.letters {
		if o.row.Kind == "receipt" && o.row.StaffID != nil && *o.row.StaffID == s.ID {
			n++
		}
	}
	return n, err
}

// releaseReceipts sends each staff member one receipt that holds those that were kept for later.
func (d *Desk) releaseReceipts(ctx context.Context) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		for _, s := range d.Settings.Staff {
			list, err := tx.HeldReceipts(s, mergedAtMost)
			if err != nil {
				return err
			}
			n, err := d.receiptsLately(tx, s)
			if err != nil {
				return err
			}
			if len(list) == 0 || n >= receiptLimit.N || tx.Now().Sub(list[0].At) < receiptLimit.Per {
				continue
			}
			l := letter{kind: "receipt", key: keyOf("receipt", nil, s.Email, fmt.Sprintf("held:%d", list[len(list)-1].ID)), mailbox: d.Settings.Mailbox(list[0].Mailbox), staff: s,
				data: templates.Data{Did: []string{d.Texts.Label(d.languageOf(s), "done.merged", len(list))}}}
			for _, m := range list {
				l.data.Lines = append(l.data.Lines, m.Text)
			}
			if l.mailbox == nil { // it was ours then
				l.mailbox = &d.Settings.Mailboxes[0]
			}
			if err := d.toStaff(tx, l); err != nil {
				return err
			}
			if err := tx.ReleaseReceipts(list); err != nil {
				return err
			}
		}
		return nil
	})
}
