package models

import (
	"fmt"
	"time"
)

// Held is a mail of a complainant that limits.automatic left without a letter of its own. The next letter to that address names it.
type Held struct {
	ID          int64
	Recipient   string // FoldAddress of where the letter would have gone
	ComplaintID int64
	ReceivedAt  time.Time
	CreatedAt   time.Time
	NamedIn     string // key of the letter that named it; "" not yet
	Number      string `gorm:"->;-:migration"` // of the complaint
}

// TableName is the table's name.
func (Held) TableName() string { return "held" }

// Hold notes that a mail got no letter of its own.
func (tx *Tx) Hold(recipient string, complaintID int64, receivedAt time.Time) error {
	err := tx.db.Exec("INSERT INTO held (recipient, complaint_id, received_at, created_at) VALUES (?, ?, ?, ?)",
		FoldAddress(recipient), complaintID, Micro(receivedAt), tx.now).Error
	if err != nil {
		return fmt.Errorf("hold: %w", err)
	}
	return nil
}

// HeldFor lists what the next letter to the address has to name, oldest first, 50 at most.
func (tx *Tx) HeldFor(recipient string) (list []Held, err error) {
	err = tx.db.Raw(`SELECT h.*, c.number FROM held h JOIN complaints c ON c.id = h.complaint_id
		WHERE h.named_in = '' AND h.recipient = ? ORDER BY h.id LIMIT 50`, FoldAddress(recipient)).Scan(&list).Error
	return list, err
}

// HeldOldest lists the oldest one of each address that waits for a letter.
func (tx *Tx) HeldOldest() (list []Held, err error) {
	err = tx.db.Raw(`SELECT h.*, c.number FROM held h JOIN complaints c ON c.id = h.complaint_id
		WHERE h.id IN (SELECT MIN(id) FROM held WHERE named_in = '' GROUP BY recipient) ORDER BY h.id`).Scan(&list).Error
	return list, err
}

// NameHeld notes by which letter they were named.
func (tx *Tx) NameHeld(list []Held, key string) error {
	for _, h := range list {
		if err := tx.db.Exec("UPDATE held SET named_in = ? WHERE id = ?", key, h.ID).Error; err != nil {
			return fmt.Errorf("name held mail: %w", err)
		}
	}
	return nil
}

// AnswersTo counts the letters to an address since then, thanks for a new complaint left out, and tells when the first of them was made.
func (tx *Tx) AnswersTo(recipient string, kinds []string, since time.Time) (n int, err error) {
	// Beside the kinds stand the conditions of the index outbox_answers, word for word.
	err = tx.db.Raw(`SELECT COUNT(*) FROM outbox WHERE lower(recipient) = ? AND created_at > ? AND staff_id IS NULL AND kind <> 'acknowledgement' AND kind IN ?`,
		FoldAddress(recipient), Micro(since), kinds).Scan(&n).Error
	return n, err
}

// ComplaintsSince counts the complaints of an address that were received after since and not after until, and finds the newest of them.
func (tx *Tx) ComplaintsSince(email string, since, until time.Time) (n int, newest int64, err error) {
	err = tx.db.Raw(`SELECT COUNT(*), COALESCE(MAX(complaints.id), 0) FROM complaints JOIN complainants ON complainants.id = complaints.complainant_id
		WHERE complainants.email_key = ? AND complainants.email_key <> '' AND NOT complaints.practice AND complaints.received_at > ? AND complaints.received_at <= ?`,
		FoldAddress(email), Micro(since), Micro(until)).Row().Scan(&n, &newest)
	return n, newest, err
}

// DeadSince is when a mail to the address last came back for good; zero when none did.
func (tx *Tx) DeadSince(recipient string) (time.Time, error) {
	var list []OutboxMail
	err := tx.db.Where("lower(recipient) = ? AND bounce = 'permanent'", FoldAddress(recipient)).Order("bounced_at DESC").Limit(1).Find(&list).Error
	if err != nil || len(list) == 0 || list[0].BouncedAt == nil {
		return time.Time{}, err
	}
	return *list[0].BouncedAt, nil
}

// WroteAfter tells whether mail from the address about the complaint was received after t.
func (tx *Tx) WroteAfter(complaintID int64, email string, t time.Time) (bool, error) {
	var n int64
	err := tx.db.Model(&Message{}).Where("complaint_id = ? AND direction = 'in' AND from_key = ? AND at > ?", complaintID, FoldAddress(email), Micro(t)).Limit(1).Count(&n).Error
	return n > 0, err
}
