package models

import (
	"fmt"
	"strings"
	"time"
)

// Token binds a staff mail to the one who got it (CONTRACT section 6): one per staff mail, it serves all choices of that mail.
type Token struct {
	Token       string `gorm:"primaryKey"` // 16 lower-case base32 characters
	StaffID     int64
	ComplaintID *int64
	OutboxID    *int64
	Purpose     string // kind of the mail that bore it
	SubjectID   *int64 // what its question is about: a staff entry (named in the complaint), a ledger entry
	Draft       int    // versions shown
	Analysis    int
	FirstToken  string // of a confirmation: what the mail bore that it asks about
	FirstCode   string
	CreatedAt   time.Time
	ExpiresAt   time.Time
	UsedAt      *time.Time
	EndedAt     *time.Time
}

// TokenLife is how long a token serves.
const TokenLife = 90 * 24 * time.Hour

// AddToken writes a token.
func (tx *Tx) AddToken(t *Token) error {
	t.CreatedAt, t.ExpiresAt = tx.now, tx.now.Add(TokenLife)
	if _, err := tx.insert(t, ""); err != nil {
		return fmt.Errorf("add token: %w", err)
	}
	return nil
}

// Token finds a token, also one that has ended; ErrNotFound when there is none. Case does not matter.
func (tx *Tx) Token(token string) (*Token, error) {
	var t Token
	if err := tx.db.Where("token = ?", strings.ToLower(token)).Take(&t).Error; err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	return &t, nil
}

// UseToken marks a token as used; false when it was used before.
func (tx *Tx) UseToken(token string) (bool, error) {
	r := tx.db.Model(&Token{}).Where("token = ? AND used_at IS NULL", strings.ToLower(token)).Update("used_at", tx.now)
	return r.RowsAffected == 1, r.Error
}

// Live tells whether the token still serves at that instant.
func (t *Token) Live(now time.Time) bool { return t.EndedAt == nil && now.Before(t.ExpiresAt) }

// Task is something a person must do outside the mail: call, post a letter, complete data.
type Task struct {
	ID          int64
	ComplaintID int64
	Kind        string // call_or_write, post_letter, name_date, expunge
	Text        string
	StaffID     *int64
	DueOn       Date
	CreatedAt   time.Time
	DoneAt      *time.Time
	DoneBy      string
	Note        string
}

// AddTask writes a task.
func (tx *Tx) AddTask(t *Task) error {
	t.CreatedAt = tx.now
	if _, err := tx.insert(t, ""); err != nil {
		return fmt.Errorf("add task: %w", err)
	}
	return nil
}

// OpenTasks lists what is still to be done for a complaint.
func (tx *Tx) OpenTasks(complaintID int64) (list []Task, err error) {
	err = tx.db.Where("complaint_id = ? AND done_at IS NULL", complaintID).Order("id").Find(&list).Error
	return list, err
}

// EndTokens ends the tokens that a staff entry has about a complaint.
func (tx *Tx) EndTokens(complaintID, staffID int64) error {
	return tx.db.Exec("UPDATE tokens SET ended_at = ? WHERE complaint_id = ? AND staff_id = ? AND ended_at IS NULL", tx.now, complaintID, staffID).Error
}

// EndTokensOf ends all tokens about a complaint that has ended.
func (tx *Tx) EndTokensOf(complaintID int64) error {
	return tx.db.Exec("UPDATE tokens SET ended_at = ? WHERE complaint_id = ? AND ended_at IS NULL", tx.now, complaintID).Error
}

// DoneTask marks the open tasks of those kinds as done.
func (tx *Tx) DoneTask(complaintID int64, by string, kinds ...string) (n int64, err error) {
	r := tx.db.Model(&Task{}).Where("complaint_id = ? AND done_at IS NULL AND kind IN ?", complaintID, kinds).Updates(map[string]any{"done_at": tx.now, "done_by": by})
	return r.RowsAffected, r.Error
}
