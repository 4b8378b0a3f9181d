package models

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Absence is a time in which a staff entry does not read mail.
type Absence struct {
	ID           int64
	StaffID      int64
	FromAt       time.Time
	UntilOn      Date // the last day; "" not known
	SubstituteID *int64
	Automatic    bool // concluded from an automatic reply
	EndedAt      *time.Time
}

// Away writes an absence; the one before it ends.
func (tx *Tx) Away(a *Absence) error {
	if err := tx.Back(a.StaffID); err != nil {
		return err
	}
	a.FromAt = tx.now
	if err := tx.db.Create(a).Error; err != nil {
		return fmt.Errorf("add absence: %w", err)
	}
	return nil
}

// Back ends the absence of a staff entry.
func (tx *Tx) Back(staffID int64) error {
	return tx.db.Model(&Absence{}).Where("staff_id = ? AND ended_at IS NULL", staffID).Update("ended_at", tx.now).Error
}

// AwayOn reads the absence of a staff entry on a day; nil when there is none.
func (tx *Tx) AwayOn(staffID int64, day Date) (*Absence, error) {
	var a Absence
	err := tx.db.Where("staff_id = ? AND ended_at IS NULL AND (until_on = '' OR until_on >= ?)", staffID, day).Order("id DESC").Limit(1).Take(&a).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &a, err
}
