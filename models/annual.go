package models

import "fmt"

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
