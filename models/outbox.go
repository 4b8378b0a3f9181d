package models

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
)

// OutboxMail is one mail to one recipient, rendered to its last byte and with its Message-ID before any connection is made.
type OutboxMail struct {
	ID             int64
	Key            string // idempotency key: kind / complaint or - / recipient / cause (CONTRACT section 4)
	Kind           string
	ComplaintID    *int64
	Mailbox        string // address of the mailbox that sends it
	Recipient      string
	StaffID        *int64
	Subject        string
	MessageID      string // without < >
	BounceToken    string
	EnvelopeSender string // RFC 5321 reverse-path
	Raw            string // sha256 of the bytes
	Size           int64
	Priority       int        // lower goes first: 0 complainants, 10 staff
	State          string     // queued, sending, sent, failed
	Attempts       int        // SMTP transactions begun, the running one included
	NextAttemptAt  time.Time  //
	LeaseOwner     string     // node that is sending it
	LeaseUntil     *time.Time // another node may claim it after that
	LastCode       int        // reply code, RFC 5321 section 4.2; 0: no reply came, so never final
	LastError      string
	CreatedAt      time.Time
	SentAt         *time.Time
	BouncedAt      *time.Time
	Bounce         string // how it came back: "", permanent, temporary
	BounceReason   string // class of the reason, such as no_such_user; "" not known
	Copy           string // of the copy in the folder `sent`: "", due, done
}

// TableName is the table's name.
func (OutboxMail) TableName() string { return "outbox" }

// Queue puts a mail into the outbox, its bytes with it; false when its key is there already and so nothing was made.
func (tx *Tx) Queue(m *OutboxMail, bytes Blob) (bool, error) {
	m.Raw, m.Size, m.State = bytes.SHA256, bytes.Size, "queued"
	m.CreatedAt, m.NextAttemptAt = tx.clock, tx.clock
	made, err := tx.insert(m, "ON CONFLICT (key) DO NOTHING")
	if err != nil {
		return false, fmt.Errorf("queue %s: %w", m.Key, err)
	}
	if !made {
		if bytes.temp != "" {
			tx.spent = append(tx.spent, bytes.temp)
		}
		return false, nil
	}
	return true, tx.PutBlob(bytes) // the row names it already: the key is looked at when the transaction ends
}

// Queued tells whether a mail with that key was ever made.
func (tx *Tx) Queued(key string) (bool, error) {
	var n int64
	err := tx.db.Model(&OutboxMail{}).Where("key = ?", key).Count(&n).Error
	return n > 0, err
}

// HasKey tells whether a mail was made whose key is like the pattern (% stands for anything).
func (tx *Tx) HasKey(pattern string) (bool, error) {
	var n int64
	err := tx.db.Raw("SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE key LIKE ? LIMIT 1) AS k", pattern).Scan(&n).Error
	return n > 0, err
}

// Claim takes up to n mails that are due for owner, with a lease: attempt, lease and next time are stored before anything is dialled.
// A mail whose lease ran out (a node died while sending) is due again.
func (tx *Tx) Claim(owner string, n int, lease time.Duration) ([]OutboxMail, error) {
	return tx.ClaimOf(owner, n, lease, tx.now, nil)
}

// Complete writes how an attempt ended. It returns false when the lease was lost meanwhile (fencing by owner and attempt).
func (tx *Tx) Complete(m *OutboxMail, owner string) (bool, error) {
	r := tx.db.Exec(`UPDATE outbox SET state = ?, next_attempt_at = ?, last_code = ?, last_error = ?, sent_at = ?, copy = ?, lease_owner = '', lease_until = NULL
		WHERE id = ? AND state = 'sending' AND lease_owner = ? AND attempts = ?`,
		m.State, Micro(m.NextAttemptAt), m.LastCode, m.LastError, m.SentAt, m.Copy, m.ID, owner, m.Attempts)
	return r.RowsAffected == 1, r.Error
}

// NextDue is when the outbox (of those mailboxes, when some are named) has something to do next; zero when it is empty.
func (tx *Tx) NextDue(mailboxes ...string) (time.Time, error) {
	first := func(state, column string) (m []OutboxMail, err error) {
		// The first condition is the one of the index outbox_next, word for word: without it SQLite reads every mail ever sent.
		q := tx.db.Where("state <> 'sent' AND state = ?", state).Order(column).Limit(1)
		if len(mailboxes) > 0 {
			q = q.Where("mailbox IN ?", mailboxes)
		}
		return m, q.Find(&m).Error
	}
	queued, err := first("queued", "next_attempt_at")
	if err != nil {
		return time.Time{}, fmt.Errorf("read what is due next: %w", err)
	}
	sending, err := first("sending", "lease_until")
	if err != nil {
		return time.Time{}, fmt.Errorf("read what is due next: %w", err)
	}
	var next time.Time
	if len(queued) > 0 {
		next = queued[0].NextAttemptAt
	}
	if len(sending) > 0 && sending[0].LeaseUntil != nil && (next.IsZero() || sending[0].LeaseUntil.Before(next)) {
		next = *sending[0].LeaseUntil
	}
	return next, nil
}

// EachOutboxMail calls fn for the outbox in order of id, reading 1,000 at a time.
func (tx *Tx) EachOutboxMail(since time.Time, limit int, fn func(m *OutboxMail, number string, shielded bool) error) error {
	type row struct {
		OutboxMail
		Number   *string
		Shielded *bool
	}
	var last int64
	for n := 0; ; {
		var page []row
		q := tx.db.Table("outbox").Select("outbox.*, complaints.number, complaints.shielded").Joins("LEFT JOIN complaints ON complaints.id = outbox.complaint_id").Where("outbox.id > ?", last)
		if !since.IsZero() {
			q = q.Where("outbox.created_at >= ?", Micro(since))
		}
		if err := q.Order("outbox.id").Limit(1000).Find(&page).Error; err != nil {
			return fmt.Errorf("list outbox: %w", err)
		}
		for i := range page {
			if n++; limit > 0 && n > limit {
				return nil
			}
			number, shielded := "", false
			if page[i].Number != nil {
				number, shielded = *page[i].Number, *page[i].Shielded
			}
			if err := fn(&page[i].OutboxMail, number, shielded); err != nil {
				return err
			}
		}
		if len(page) < 1000 {
			return nil
		}
		last = page[len(page)-1].ID
	}
}

// Retry makes a mail due now: one that failed for good or waits for its next attempt. ErrNotFound when there is none such.
func (tx *Tx) Retry(id int64) error {
	return tx.retry("id = ?", id)
}

// RetryAll makes all mails due now that wait for their next attempt. Mails that failed for good are left alone.
func (tx *Tx) RetryAll() (int64, error) {
	r := tx.db.Model(&OutboxMail{}).Where("state <> 'sent' AND state = 'queued' AND next_attempt_at > ?", tx.now).Update("next_attempt_at", tx.now)
	return r.RowsAffected, r.Error
}

func (tx *Tx) retry(cond string, arg any) error {
	// Of an erased mail no bytes are left.
	r := tx.db.Model(&OutboxMail{}).Where(cond, arg).Where("state IN ('queued', 'failed') AND size > 0").
		Updates(map[string]any{"state": "queued", "next_attempt_at": tx.now, "bounced_at": nil, "bounce": "", "bounce_reason": ""})
	if r.Error == nil && r.RowsAffected == 0 {
		return fmt.Errorf("mail %v: %w", arg, ErrNotFound)
	}
	return r.Error
}

// OutboxMail reads one mail of the outbox.
func (tx *Tx) OutboxMail(id int64) (*OutboxMail, error) {
	var m OutboxMail
	if err := tx.db.Take(&m, id).Error; err != nil {
		return nil, fmt.Errorf("outbox mail %d: %w", id, err)
	}
	return &m, nil
}

// OutboxByMessageID finds a mail of ours by its Message-ID; nil when none of ours bears it.
func (tx *Tx) OutboxByMessageID(id string) (*OutboxMail, error) {
	return tx.outboxWhere("message_id = ?", id)
}

// OutboxByBounceToken finds the mail that a delivery status notification to that token is about; nil when there is none.
func (tx *Tx) OutboxByBounceToken(token string) (*OutboxMail, error) {
	return tx.outboxWhere("bounce_token = ?", token)
}

func (tx *Tx) outboxWhere(cond string, arg any) (*OutboxMail, error) {
	if arg == "" {
		return nil, nil
	}
	var m OutboxMail
	err := tx.db.Where(cond, arg).Take(&m).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &m, err
}

// MarkBounced notes that a mail came back: for good, or because the server gave up for a reason that may pass.
func (tx *Tx) MarkBounced(id int64, permanent bool, reason string) error {
	bounce := "temporary"
	if permanent {
		bounce = "permanent"
	}
	return tx.db.Model(&OutboxMail{}).Where("id = ?", id).Updates(map[string]any{"bounced_at": tx.now, "bounce": bounce, "bounce_reason": reason}).Error
}

// CopiesDue lists mails of the mailbox whose copy is still to be put into its folder `sent`.
func (tx *Tx) CopiesDue(mailbox string, n int) (list []OutboxMail, err error) {
	err = tx.db.Where("mailbox = ? AND copy = 'due' AND state = 'sent'", mailbox).Order("id").Limit(n).Find(&list).Error
	return list, err
}

// MarkCopied notes that the copy lies in the folder `sent`.
func (tx *Tx) MarkCopied(id int64) error {
	return tx.db.Model(&OutboxMail{}).Where("id = ?", id).Update("copy", "done").Error
}

// OutboxOf lists the mails about a complaint.
func (tx *Tx) OutboxOf(complaintID int64) (list []OutboxMail, err error) {
	err = tx.db.Where("complaint_id = ?", complaintID).Order("id").Find(&list).Error
	return list, err
}

// StaffThread is the conversation of a staff entry about a complaint: the Message-IDs of what it got, the first one and the eleven
// newest, oldest first.
func (tx *Tx) StaffThread(complaintID, staffID int64) (ids []string, err error) {
	err = tx.db.Model(&OutboxMail{}).Where("complaint_id = ? AND staff_id = ?", complaintID, staffID).Order("id").Pluck("message_id", &ids).Error
	if len(ids) > 12 {
		ids = slices.Delete(ids, 1, len(ids)-11)
	}
	return ids, err
}

// OutboxLeft counts what waits for an attempt and what failed for good.
func (tx *Tx) OutboxLeft() (queued, failed int64, err error) {
	err = tx.db.Raw(`SELECT COUNT(CASE WHEN state IN ('queued', 'sending') THEN 1 END), COUNT(CASE WHEN state = 'failed' THEN 1 END) FROM outbox WHERE state <> 'sent'`).Row().Scan(&queued, &failed)
	return queued, failed, err
}
