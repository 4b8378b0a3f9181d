package models

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Analysis is one version of the form "analyse klacht" (procedure 3).
type Analysis struct {
	ID            int64
	ComplaintID   int64
	Version       int // per complaint, from 1
	At            time.Time
	StaffID       *int64
	Facts         string
	Circumstances string
	Causes        string
	Kind          string
	Verdict       string // founded, partly_founded, unfounded
	Severity      string // light, moderate, serious
	Damage        string
	Earlier       string
	Steps         string
	OmbudsNorms   string
	Conclusion    string
}

// TableName is the table's name.
func (Analysis) TableName() string { return "analyses" }

// Field gives a field of the form by its key; nil for a key that is none.
func (a *Analysis) Field(key string) *string {
	switch key {
	case "facts":
		return &a.Facts
	case "circumstances":
		return &a.Circumstances
	case "causes":
		return &a.Causes
	case "kind":
		return &a.Kind
	case "verdict":
		return &a.Verdict
	case "severity":
		return &a.Severity
	case "damage":
		return &a.Damage
	case "earlier":
		return &a.Earlier
	case "steps":
		return &a.Steps
	case "ombuds_norm":
		return &a.OmbudsNorms
	case "conclusion":
		return &a.Conclusion
	}
	return nil
}

// AnalysisFields are the keys of the form, in its order.
var AnalysisFields = []string{"facts", "circumstances", "causes", "kind", "verdict", "severity", "damage", "earlier", "steps", "ombuds_norm", "conclusion"}

// Missing lists the fields that the analysis still lacks; complete without the ombuds norm (CONTRACT section 6).
func (a *Analysis) Missing() (keys []string) {
	for _, key := range AnalysisFields {
		if key != "ombuds_norm" && *a.Field(key) == "" {
			keys = append(keys, key)
		}
	}
	return keys
}

// LatestAnalysis reads the newest version; nil when there is none.
func (tx *Tx) LatestAnalysis(complaintID int64) (*Analysis, error) {
	return tx.analysisWhere(tx.db.Where("complaint_id = ?", complaintID).Order("version DESC").Limit(1))
}

// AnalysisVersion reads one version; nil when there is none such.
func (tx *Tx) AnalysisVersion(complaintID int64, version int) (*Analysis, error) {
	return tx.analysisWhere(tx.db.Where("complaint_id = ? AND version = ?", complaintID, version))
}

func (tx *Tx) analysisWhere(q *gorm.DB) (*Analysis, error) {
	var a Analysis
	err := q.Take(&a).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &a, err
}

// AddAnalysis writes the next version.
func (tx *Tx) AddAnalysis(a *Analysis) error {
	a.ID, a.At = 0, tx.now
	if err := tx.db.Create(a).Error; err != nil {
		return fmt.Errorf("add analysis: %w", err)
	}
	return nil
}
