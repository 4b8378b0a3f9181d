package models

import (
	"fmt"
	"strconv"
	"time"
)

// MeasureKind is how many corrective measures of a kind were promised.
type MeasureKind struct {
	Kind string
	N    int
}

// MeasureKinds counts the corrective measures that were promised in a span by kind, the most frequent first.
func (tx *Tx) MeasureKinds(s Span) (list []MeasureKind, err error) {
	err = tx.db.Raw(`SELECT m.kind, COUNT(*) AS n FROM corrective_measures m JOIN complaints c ON c.id = m.complaint_id
		WHERE c.year <> 0 AND m.created_at >= ? AND m.created_at < ? GROUP BY m.kind ORDER BY n DESC, m.kind`, Micro(s.From), Micro(s.To)).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("corrective measures by kind: %w", err)
	}
	return list, nil
}

// Recurrences counts the groups of complaints of which the coordinator was told in a span: each mail is about the newest complaint of its group.
func (tx *Tx) Recurrences(s Span) (n int, err error) {
	err = tx.db.Raw("SELECT COUNT(DISTINCT complaint_id) FROM outbox WHERE kind = 'recurrence' AND created_at >= ? AND created_at < ?", Micro(s.From), Micro(s.To)).Scan(&n).Error
	if err != nil {
		return 0, fmt.Errorf("groups of complaints: %w", err)
	}
	return n, nil
}

// ReportText is a version of the annual report of a year. It is kept among the notes, beside no complaint.
type ReportText struct {
	ID            int64
	Year, Version int    // from 1
	Kind          string // annual_report_draft; annual_report: it went out; dropped
	Text          string
	StaffID       *int64 // who changed it; nil: as the register wrote it
	At            time.Time
}

// ofYear stands in the column text_hash of a version, so that the index messages_same_text finds it.
func ofYear(year int) string { return "annual report " + strconv.Itoa(year) }

// AddReportText writes a version.
func (tx *Tx) AddReportText(r *ReportText) error {
	var last int64
	if err := tx.db.Model(&Message{}).Where("from_key = '' AND text_hash = ? AND text_hash <> ''", ofYear(r.Year)).Count(&last).Error; err != nil {
		return fmt.Errorf("count versions of the annual report: %w", err)
	}
	m := &Message{Direction: "note", Kind: r.Kind, StaffID: r.StaffID, At: tx.Now(), Subject: strconv.Itoa(r.Year), Text: r.Text, NewText: r.Text, TextHash: ofYear(r.Year)}
	if err := tx.AddMessage(m); err != nil {
		return err
	}
	r.ID, r.Version, r.At = m.ID, int(last)+1, m.At
	return nil
}

// LastReportText is the newest version of the report of a year; nil when there is none.
func (tx *Tx) LastReportText(year int) (*ReportText, error) {
	var list []Message
	if err := tx.db.Where("from_key = '' AND text_hash = ? AND text_hash <> ''", ofYear(year)).Order("id").Find(&list).Error; err != nil {
		return nil, fmt.Errorf("versions of the annual report: %w", err)
	}
	if len(list) == 0 {
		return nil, nil
	}
	m := list[len(list)-1]
	return &ReportText{ID: m.ID, Year: year, Version: len(list), Kind: m.Kind, Text: m.Text, StaffID: m.StaffID, At: m.At}, nil
}
