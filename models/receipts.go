package models

import (
	"fmt"
	"time"
)

// heldReceipt stands in the column text_hash of a receipt that is to be sent together with others, so that the index messages_same_text
// finds it.
const heldReceipt = "held receipt"

// lookBack is how many of the newest mails of the outbox are looked at to count receipts: it has no index by reader.
const lookBack = 5000

// ReceiptsTo counts the receipts to a staff entry since then.
func (tx *Tx) ReceiptsTo(staffID int64, since time.Time) (n int, err error) {
	err = tx.db.Raw(`SELECT COUNT(*) FROM outbox WHERE id > (SELECT COALESCE(MAX(id), 0) FROM outbox) - ? AND staff_id = ? AND kind = 'receipt' AND created_at > ?`,
		lookBack, staffID, Micro(since)).Scan(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count receipts: %w", err)
	}
	return n, nil
}

// HoldReceipt keeps what a receipt says.
func (tx *Tx) HoldReceipt(s *Staff, mailbox, text string) error {
	return tx.AddMessage(&Message{Direction: "note", Kind: "receipt", Mailbox: mailbox, StaffID: &s.ID, FromName: s.Name, FromEmail: s.Email, At: tx.Now(), Text: text, NewText: text, TextHash: heldReceipt})
}

// HeldReceipts lists the oldest n receipts that are kept for a staff entry.
func (tx *Tx) HeldReceipts(s *Staff, n int) (list []Message, err error) {
	err = tx.db.Where("from_key = ? AND text_hash = ? AND text_hash <> '' AND staff_id = ? AND kind = 'receipt'", FoldAddress(s.Email), heldReceipt, s.ID).Order("id").Limit(n).Find(&list).Error
	return list, err
}

// ReleaseReceipts notes that the receipts were sent.
func (tx *Tx) ReleaseReceipts(list []Message) error {
	ids := make([]int64, len(list))
	for i, m := range list {
		ids[i] = m.ID
	}
	return tx.db.Model(&Message{}).Where("id IN ?", ids).Update("text_hash", "").Error
}
