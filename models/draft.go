package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Draft is a letter to a complainant that waits until its author has seen it as it will look.
type Draft struct {
	ID          int64
	ComplaintID int64
	Version     int    // per complaint, from 1
	Kind        string // of the letter (CONTRACT section 4); "" until its author says what it is
	Verdict     string // of an answer
	Language    string
	Subject     string
	Text        string // from greeting to closing
	Wishes      string // JSON: what the action asks for beside the letter, such as the days of an extension
	AuthorID    int64
	ReleasedBy  *int64
	CreatedAt   time.Time
	EndedAt     *time.Time
	EndState    string // "", sent, dropped, replaced
}

// AddDraft writes a new draft of a complaint; the open one of the same letter before it is replaced.
func (tx *Tx) AddDraft(d *Draft, values map[string]string) error {
	packed, err := json.Marshal(values)
	if err != nil {
		return fmt.Errorf("values of a draft: %w", err)
	}
	err = tx.db.Model(&Draft{}).Where("complaint_id = ? AND kind = ? AND end_state = ''", d.ComplaintID, d.Kind).Updates(map[string]any{"ended_at": tx.now, "end_state": "replaced"}).Error
	if err != nil {
		return fmt.Errorf("replace draft: %w", err)
	}
	var last int
	if err := tx.db.Raw("SELECT COALESCE(MAX(version), 0) FROM drafts WHERE complaint_id = ?", d.ComplaintID).Scan(&last).Error; err != nil {
		return fmt.Errorf("count drafts: %w", err)
	}
	d.Version, d.Wishes, d.CreatedAt = last+1, string(packed), tx.now
	if err := tx.db.Create(d).Error; err != nil {
		return fmt.Errorf("add draft: %w", err)
	}
	return nil
}

// OpenDraft reads the newest draft that waits; nil when none does.
func (tx *Tx) OpenDraft(complaintID int64) (*Draft, error) {
	return tx.draftWhere("complaint_id = ? AND end_state = ''", complaintID)
}

// OpenDraftOf reads the draft of that letter that waits; nil when none does.
func (tx *Tx) OpenDraftOf(complaintID int64, kind string) (*Draft, error) {
	return tx.draftWhere("complaint_id = ? AND kind = ? AND end_state = ''", complaintID, kind)
}

// EndDraftsOf drops what still waits of a complaint that has ended.
func (tx *Tx) EndDraftsOf(complaintID int64) error {
	return tx.db.Model(&Draft{}).Where("complaint_id = ? AND end_state = ''", complaintID).Updates(map[string]any{"ended_at": tx.now, "end_state": "dropped"}).Error
}

// DraftVersion reads one version; nil when there is none such.
func (tx *Tx) DraftVersion(complaintID int64, version int) (*Draft, error) {
	return tx.draftWhere("complaint_id = ? AND version = ?", complaintID, version)
}

func (tx *Tx) draftWhere(cond string, args ...any) (*Draft, error) {
	var d Draft
	err := tx.db.Where(cond, args...).Order("version DESC").Take(&d).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &d, err
}

// EndDraft ends a draft: sent, dropped. It returns false when it had ended already.
func (tx *Tx) EndDraft(id int64, state string, releasedBy int64) (bool, error) {
	r := tx.db.Model(&Draft{}).Where("id = ? AND end_state = ''", id).Updates(map[string]any{"ended_at": tx.now, "end_state": state, "released_by": releasedBy})
	return r.RowsAffected == 1, r.Error
}

// Wanted is what the action asks for beside the letter.
func (d *Draft) Wanted() map[string]string {
	values := map[string]string{}
	_ = json.Unmarshal([]byte(d.Wishes), &values) // written by AddDraft
	return values
}
