package models

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Forward is the mail that somebody passed on, as it says of itself.
type Forward struct {
	MessageID int64 `gorm:"primaryKey;autoIncrement:false"`
	FromName  string
	FromEmail string
	SentAt    *time.Time // nil: it names no day
	Subject   string
	Text      string
	Language  string
}

// AddForward writes what a message passes on.
func (tx *Tx) AddForward(f *Forward) error {
	if err := tx.db.Create(f).Error; err != nil {
		return fmt.Errorf("add forward: %w", err)
	}
	return nil
}

// Forward reads what a message passes on; nil when it is no forward.
func (tx *Tx) Forward(messageID int64) (*Forward, error) {
	var f Forward
	err := tx.db.Where("message_id = ?", messageID).Take(&f).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &f, err
}
