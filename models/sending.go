package models

import (
	"fmt"
	"slices"
	"time"
)

// ClaimOf is Claim for the mails of some mailboxes (none named: of all), and only those whose time came at due or before. A mail whose
// lease ran out is due whatever its time.
func (tx *Tx) ClaimOf(owner string, n int, lease time.Duration, due time.Time, mailboxes []string) ([]OutboxMail, error) {
	// The first condition is the one of the index outbox_due, word for word: SQLite asks for that.
	sql := `SELECT id FROM outbox WHERE state IN ('queued','sending')
		AND ((state = 'queued' AND next_attempt_at <= ?) OR (state = 'sending' AND lease_until <= ?))`
	args := []any{Micro(due), tx.now}
	if len(mailboxes) > 0 {
		sql, args = sql+" AND mailbox IN ?", append(args, mailboxes)
	}
	sql, args = sql+" ORDER BY priority, next_attempt_at, id LIMIT ?", append(args, n)
	if tx.store.engine == Postgres { // SQLite has one writer, who took its lock at BEGIN
		sql += " FOR UPDATE SKIP LOCKED"
	}
	var ids []int64
	if err := tx.db.Raw(sql, args...).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("claim outbox: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	err := tx.db.Exec(`UPDATE outbox SET state = 'sending', lease_owner = ?, lease_until = ?, attempts = attempts + 1 WHERE id IN ?`,
		owner, tx.now.Add(lease), ids).Error
	if err != nil {
		return nil, fmt.Errorf("claim outbox: %w", err)
	}
	var list []OutboxMail
	if err := tx.db.Where("id IN ?", ids).Order("priority, next_attempt_at, id").Find(&list).Error; err != nil {
		return nil, fmt.Errorf("read claimed mails: %w", err)
	}
	return list, nil
}

// Extend prolongs the lease of a claimed mail. It returns false when the lease was lost meanwhile.
func (tx *Tx) Extend(m *OutboxMail, owner string, lease time.Duration) (bool, error) {
	r := tx.db.Exec(`UPDATE outbox SET lease_until = ? WHERE id = ? AND state = 'sending' AND lease_owner = ? AND attempts = ?`,
		tx.now.Add(lease), m.ID, owner, m.Attempts)
	return r.RowsAffected == 1, r.Error
}

// Release puts a claimed mail back for which no SMTP transaction was begun: the attempt is not counted. It returns false when the
// lease was lost meanwhile.
func (tx *Tx) Release(m *OutboxMail, owner string) (bool, error) {
	r := tx.db.Exec(`UPDATE outbox SET state = 'queued', attempts = attempts - 1, next_attempt_at = ?, last_code = ?, last_error = ?,
		lease_owner = '', lease_until = NULL WHERE id = ? AND state = 'sending' AND lease_owner = ? AND attempts = ?`,
		Micro(m.NextAttemptAt), m.LastCode, m.LastError, m.ID, owner, m.Attempts)
	return r.RowsAffected == 1, r.Error
}

// ReleaseOwner makes the mails due now that a node was sending when it died. Whether the server took them cannot be known: the attempt
// counts, and the same bytes go again.
func (tx *Tx) ReleaseOwner(owner string) error {
	err := tx.db.Exec(`UPDATE outbox SET state = 'queued', next_attempt_at = ?, lease_owner = '', lease_until = NULL
		WHERE state IN ('queued','sending') AND state = 'sending' AND lease_owner = ?`, tx.now, owner).Error
	if err != nil {
		return fmt.Errorf("release the mails of %s: %w", owner, err)
	}
	return nil
}

// TooBig lists staff mails that the server refused for their size (RFC 3463 x.3.4, RFC 1870) and that did not go again without their
// attachments yet.
func (tx *Tx) TooBig() (list []OutboxMail, err error) {
	err = tx.db.Where(`state = 'failed' AND last_code IN (552, 523) AND staff_id IS NOT NULL AND kind IN ('registration', 'addition')
		AND NOT EXISTS (SELECT 1 FROM outbox light WHERE light.key = outbox.key || '/light')`).Order("id").Limit(100).Find(&list).Error
	return list, err
}

// Refused lists mails about a complaint that a server refused for good, and of which nobody was told yet. One that is too big goes again
// without attachments; of the word that a colleague's mail came back nobody is told in turn. One that a restore held back was not refused.
func (tx *Tx) Refused() (list []OutboxMail, err error) {
	err = tx.db.Where(`state = 'failed' AND complaint_id IS NOT NULL AND bounced_at IS NULL AND last_error NOT LIKE '` + putBack + `%' AND (staff_id IS NULL OR (kind <> 'bounced'
		AND NOT (last_code IN (552, 523) AND kind IN ('registration', 'addition') AND key NOT LIKE '%/light')))`).Order("id").Limit(100).Find(&list).Error
	return list, err
}

// DueNow makes those of the mails due now that wait for their next attempt.
func (tx *Tx) DueNow(ids []int64) error {
	for chunk := range slices.Chunk(ids, chunkIDs) {
		err := tx.db.Exec("UPDATE outbox SET next_attempt_at = ? WHERE state = 'queued' AND next_attempt_at > ? AND id IN ?", tx.now, tx.now, chunk).Error
		if err != nil {
			return fmt.Errorf("make mails due: %w", err)
		}
	}
	return nil
}

// OutboxMailboxes lists the mailboxes whose mails are still to be sent.
func (tx *Tx) OutboxMailboxes() (list []string, err error) {
	err = tx.db.Raw("SELECT DISTINCT mailbox FROM outbox WHERE state <> 'sent' AND state IN ('queued','sending') ORDER BY mailbox").Scan(&list).Error
	return list, err
}
