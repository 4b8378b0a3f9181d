package models

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Matter is a complaint that has not ended, with the rows that its clock hangs on.
type Matter struct {
	*Complaint
	Letters  map[string]time.Time // when the newest letter of each kind to the complainant was made
	Asked    time.Time            // when the complainant was last asked whether it is right now, by mail or through a call; zero never
	Heard    time.Time            // when the complainant last wrote, or was heard; zero never
	Acted    bool                 // a staff member did something
	Tasks    []Task               // open
	Measures []CorrectiveMeasure  // open and done
	Drafts   []Draft              // that wait for a decision
	Terms    []TermChange         // in order
	Scored   time.Time            // when the complainant last said how satisfied he is, in figures or words; zero never
}

// matters are the complaints that have not ended; practice complaints are nobody's work.
const matters = "SELECT id FROM complaints WHERE NOT practice AND erased_at IS NULL AND stage NOT IN ('closed','inadmissible','not_a_complaint','withdrawn','duplicate')"

// Matters lists the complaints that have not ended, in order of number.
func (tx *Tx) Matters() ([]*Matter, error) {
	return tx.mattersWhere("id IN (" + matters + ")")
}

// Matter reads one complaint with what its clock hangs on; nil when it has ended or is a practice complaint.
func (tx *Tx) Matter(complaintID int64) (*Matter, error) {
	list, err := tx.mattersWhere("id = ? AND id IN ("+matters+")", complaintID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

func (tx *Tx) mattersWhere(cond string, args ...any) ([]*Matter, error) {
	var complaints []Complaint
	if err := tx.db.Preload("Complainant").Preload("Handler").Where(cond, args...).Order("year, serial").Find(&complaints).Error; err != nil {
		return nil, fmt.Errorf("complaints that have not ended: %w", err)
	}
	list := make([]*Matter, len(complaints))
	byID := make(map[int64]*Matter, len(complaints))
	for i := range complaints {
		list[i] = &Matter{Complaint: &complaints[i], Letters: map[string]time.Time{}}
		byID[complaints[i].ID] = list[i]
	}
	if err := tx.suspensions(pointers(complaints)...); err != nil {
		return nil, err
	}
	of := "complaint_id IN (SELECT id FROM complaints WHERE " + cond + ")"
	err := errors.Join(
		each(tx.db.Select("complaint_id", "direction", "kind", "at").Where(of+" AND direction <> 'note'", args...).Order("id"), func(m *Message) {
			k := byID[*m.ComplaintID]
			if m.Direction == "in" {
				k.Heard = m.At
			} else {
				k.Letters[m.Kind] = m.At
			}
		}),
		each(tx.db.Select("complaint_id").Where(of+" AND actor LIKE 'staff:%'", args...), func(e *Event) { byID[e.ComplaintID].Acted = true }),
		each(tx.db.Select("complaint_id", "at").Where(of+" AND what IN ('satisfaction asked', 'satisfaction not asked')", args...).Order("seq"), func(e *Event) { byID[e.ComplaintID].Asked = e.At }),
		each(tx.db.Where(of+" AND done_at IS NULL", args...).Order("id"), func(t *Task) { k := byID[t.ComplaintID]; k.Tasks = append(k.Tasks, *t) }),
		each(tx.db.Where(of, args...).Order("no"), func(m *CorrectiveMeasure) { k := byID[m.ComplaintID]; k.Measures = append(k.Measures, *m) }),
		each(tx.db.Where(of+" AND end_state = ''", args...).Order("id"), func(d *Draft) { k := byID[d.ComplaintID]; k.Drafts = append(k.Drafts, *d) }),
		each(tx.db.Where(of, args...).Order("id"), func(t *TermChange) { k := byID[t.ComplaintID]; k.Terms = append(k.Terms, *t) }),
		each(tx.db.Table("satisfaction_scores").Where(of, args...).Order("id"), func(s *score) { byID[s.ComplaintID].Scored = s.At }),
	)
	if err != nil {
		return nil, fmt.Errorf("what the clocks hang on: %w", err)
	}
	return list, nil
}

// each calls fn for every row of a query.
func each[T any](q *gorm.DB, fn func(*T)) error {
	var rows []T
	if err := q.Find(&rows).Error; err != nil {
		return err
	}
	for i := range rows {
		fn(&rows[i])
	}
	return nil
}

// score is how satisfied a complainant said to be.
type score struct {
	ComplaintID int64
	At          time.Time
}

// TableName is the table's name.
func (score) TableName() string { return "satisfaction_scores" }

// LetterTo is when the newest letter of ours to the person behind an address was made, about any complaint; zero when there is none.
func (tx *Tx) LetterTo(email string) (time.Time, error) {
	var list []Message
	err := tx.db.Raw(`SELECT m.at FROM messages m JOIN complaints c ON c.id = m.complaint_id JOIN complainants p ON p.id = c.complainant_id
		WHERE p.email_key = ? AND p.email_key <> '' AND m.direction = 'out' ORDER BY m.at DESC LIMIT 1`, FoldAddress(email)).Scan(&list).Error
	if err != nil || len(list) == 0 {
		return time.Time{}, err
	}
	return list[0].At, nil
}

// Prevention is a preventive measure that was not evaluated yet, and the first complaint that it serves; measures live on after that has
// ended.
type Prevention struct {
	PreventiveMeasure
	ComplaintID int64
}

// Preventions lists the preventive measures that were not evaluated yet.
func (tx *Tx) Preventions() (list []Prevention, err error) {
	err = tx.db.Raw(`SELECT p.*, k.no, k.complaint_id FROM preventive_measures p JOIN preventive_measure_complaints k ON k.preventive_measure_id = p.id
		JOIN complaints c ON c.id = k.complaint_id
		WHERE p.evaluated_at IS NULL AND NOT c.practice AND k.complaint_id = (SELECT MIN(complaint_id) FROM preventive_measure_complaints WHERE preventive_measure_id = p.id)
		ORDER BY p.id`).Scan(&list).Error
	return list, err
}

// OpenConsultations lists the questions to staff that nobody has answered.
func (tx *Tx) OpenConsultations() (list []Consultation, err error) {
	err = tx.db.Raw(`SELECT q.* FROM consultations q JOIN complaints c ON c.id = q.complaint_id WHERE q.answered_at IS NULL AND NOT c.practice ORDER BY q.id`).Scan(&list).Error
	return list, err
}

// ReadAt is when the mailbox was last read; zero when it never was.
func (tx *Tx) ReadAt(address string) (time.Time, error) {
	var list []Mailbox
	err := tx.db.Where("address = ?", address).Order("last_success_at DESC").Limit(1).Find(&list).Error
	if err != nil || len(list) == 0 {
		return time.Time{}, err
	}
	return list[0].LastSuccessAt, nil
}

// Recent is a complaint as far as it is held against others.
type Recent struct {
	ID         int64
	Number     string
	ReceivedAt time.Time
	Department string
	Subject    string
	Facts      string
	Language   string
	Stage      Stage
	Verdict    string
	Kind       string // of the newest analysis; "" none
}

// Untold lists the complaints received since a day that no mail about a recurrence has named, in order. The shielded, and those that were
// none, are left out.
func (tx *Tx) Untold(since Date) (list []*Recent, err error) {
	err = tx.db.Raw(`SELECT c.id, c.number, c.received_at, c.department, c.subject, c.facts, c.language, c.stage, c.verdict,
			COALESCE((SELECT a.kind FROM analyses a WHERE a.complaint_id = c.id ORDER BY a.version DESC LIMIT 1), '') AS kind
		FROM complaints c WHERE c.received_on >= ? AND NOT c.practice AND NOT c.shielded AND c.erased_at IS NULL AND c.stage NOT IN ('not_a_complaint', 'withdrawn', 'duplicate')
			AND NOT EXISTS (SELECT 1 FROM events e WHERE e.complaint_id = c.id AND e.what = 'recurrence')
		ORDER BY c.id`, since).Scan(&list).Error
	return list, err
}
