package models

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// CorrectiveMeasure puts one complaint right (procedure 5).
type CorrectiveMeasure struct {
	ID          int64
	ComplaintID int64
	No          int    // M1, M2 ... of the complaint, preventive measures counted in
	Kind        string // of the vocabulary: restore, redeliver, adapt_plan, compensate, support_talk, other
	Description string
	Owner       string // name or address of who does it
	DueOn       Date
	CreatedAt   time.Time
	DoneAt      *time.Time
	Note        string // how it was done
}

// PreventiveMeasure keeps complaints from happening again (procedure 6); it may serve several of them.
type PreventiveMeasure struct {
	ID           int64
	Description  string
	Process      string
	Owner        string
	Involved     string // who takes part in the analysis, as written
	DueOn        Date
	EvaluationOn Date
	CreatedAt    time.Time
	DoneAt       *time.Time
	EvaluatedAt  *time.Time
	Result       string // "", effective, not_effective
	Adjustment   string
	Follows      *int64 // a measure that was not effective
	No           int    `gorm:"->;-:migration"` // M1, M2 ... of the complaint it was read for
}

// NextMeasureNo is the number of the complaint's next measure.
func (tx *Tx) NextMeasureNo(complaintID int64) (n int, err error) {
	err = tx.db.Raw(`SELECT COALESCE(MAX(no), 0) + 1 FROM (SELECT no FROM corrective_measures WHERE complaint_id = ?
		UNION ALL SELECT no FROM preventive_measure_complaints WHERE complaint_id = ?) AS measures`, complaintID, complaintID).Scan(&n).Error
	return n, err
}

// AddCorrectiveMeasure writes a measure with the next number of its complaint.
func (tx *Tx) AddCorrectiveMeasure(m *CorrectiveMeasure) (err error) {
	if m.No, err = tx.NextMeasureNo(m.ComplaintID); err != nil {
		return err
	}
	m.CreatedAt = tx.now
	if err := tx.db.Create(m).Error; err != nil {
		return fmt.Errorf("add corrective measure: %w", err)
	}
	return nil
}

// SaveCorrectiveMeasure writes the row again.
func (tx *Tx) SaveCorrectiveMeasure(m *CorrectiveMeasure) error { return tx.db.Save(m).Error }

// CorrectiveMeasures lists those of a complaint.
func (tx *Tx) CorrectiveMeasures(complaintID int64) (list []CorrectiveMeasure, err error) {
	err = tx.db.Where("complaint_id = ?", complaintID).Order("no").Find(&list).Error
	return list, err
}

// AddPreventiveMeasure writes a measure for one or several complaints; in each it gets that complaint's next number.
func (tx *Tx) AddPreventiveMeasure(m *PreventiveMeasure, complaintIDs []int64) error {
	m.CreatedAt = tx.now
	if err := tx.db.Omit("No").Create(m).Error; err != nil {
		return fmt.Errorf("add preventive measure: %w", err)
	}
	for i, id := range complaintIDs {
		no, err := tx.NextMeasureNo(id)
		if err != nil {
			return err
		}
		if err := tx.db.Exec("INSERT INTO preventive_measure_complaints (preventive_measure_id, complaint_id, no) VALUES (?, ?, ?)", m.ID, id, no).Error; err != nil {
			return fmt.Errorf("preventive measure of complaint %d: %w", id, err)
		}
		if i == 0 {
			m.No = no
		}
	}
	return nil
}

// SavePreventiveMeasure writes the row again.
func (tx *Tx) SavePreventiveMeasure(m *PreventiveMeasure) error {
	return tx.db.Omit("No").Save(m).Error
}

// PreventiveMeasures lists those of a complaint, with their numbers in it.
func (tx *Tx) PreventiveMeasures(complaintID int64) (list []PreventiveMeasure, err error) {
	err = tx.db.Raw(`SELECT p.*, k.no FROM preventive_measures p JOIN preventive_measure_complaints k ON k.preventive_measure_id = p.id
		WHERE k.complaint_id = ? ORDER BY k.no`, complaintID).Scan(&list).Error
	return list, err
}

// PreventiveMeasure reads one, without its number in a complaint.
func (tx *Tx) PreventiveMeasure(id int64) (*PreventiveMeasure, error) {
	var m PreventiveMeasure
	if err := tx.db.Omit("No").Take(&m, id).Error; err != nil {
		return nil, fmt.Errorf("preventive measure %d: %w", id, err)
	}
	return &m, nil
}

// ComplaintsOfMeasure lists the complaints that a preventive measure serves.
func (tx *Tx) ComplaintsOfMeasure(id int64) (ids []int64, err error) {
	err = tx.db.Raw("SELECT complaint_id FROM preventive_measure_complaints WHERE preventive_measure_id = ? ORDER BY complaint_id", id).Scan(&ids).Error
	return ids, err
}

// Consultation asks a staff entry for a view on the anonymised case (procedure 6.2).
type Consultation struct {
	ID                  int64
	ComplaintID         int64
	PreventiveMeasureID *int64
	StaffID             int64
	AskedAt             time.Time
	AnsweredAt          *time.Time
	MessageID           *int64
}

// AddConsultation writes a question to a staff entry.
func (tx *Tx) AddConsultation(c *Consultation) error {
	c.AskedAt = tx.now
	return tx.db.Create(c).Error
}

// Consultation reads one; nil when there is none such.
func (tx *Tx) Consultation(id int64) (*Consultation, error) {
	var c Consultation
	err := tx.db.Take(&c, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &c, err
}

// AnswerConsultation files the answer.
func (tx *Tx) AnswerConsultation(id, messageID int64) error {
	return tx.db.Model(&Consultation{}).Where("id = ?", id).Updates(map[string]any{"answered_at": tx.now, "message_id": messageID}).Error
}

// TermChange is an extension, suspension, resumption or reopening of a complaint's term.
type TermChange struct {
	ID          int64
	ComplaintID int64
	Kind        string // extension, suspension, resumption, reopening
	At          time.Time
	OldDue      Date
	NewDue      Date
	Reason      string
	StaffID     *int64
}

// AddTermChange writes a change of the term.
func (tx *Tx) AddTermChange(t *TermChange) error {
	t.At = tx.now
	if err := tx.db.Create(t).Error; err != nil {
		return fmt.Errorf("add term change: %w", err)
	}
	return nil
}

// TermChanges lists those of a complaint.
func (tx *Tx) TermChanges(complaintID int64) (list []TermChange, err error) {
	err = tx.db.Where("complaint_id = ?", complaintID).Order("id").Find(&list).Error
	return list, err
}

// Notes lists the texts of a complaint's internal notes.
func (tx *Tx) Notes(complaintID int64) (list []string, err error) {
	var messages []Message
	err = tx.db.Where("complaint_id = ? AND direction = 'note' AND kind = 'note'", complaintID).Order("id").Find(&messages).Error
	for _, m := range messages {
		list = append(list, m.NewText)
	}
	return list, err
}
