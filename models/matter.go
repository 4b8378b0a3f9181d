package models

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Matter is a complaint that time still brings something for, with the rows that its clock hangs on.
type Matter struct {
	*Complaint
	Letters  map[string]time.Time // when the newest letter of each kind to the complainant was made
	Mailed   map[string]bool      // kind and cause of the mails that time brought: "reminder/2027-01-07:half"
	Asked    time.Time            // when the complainant was last asked whether it is right now, by mail or through a call; zero never
	Heard    time.Time            // when the complainant last wrote, or was heard; zero never. What programs send is nothing that he said
	Acted    bool                 // a staff member did something, beside passing the complaint on
	Tasks    []Task               // open
	Measures []CorrectiveMeasure  // open and done
	Drafts   []Draft              // that wait for a decision
	Terms    []TermChange         // in order
	Scored   time.Time            // when the complainant last said how satisfied he is, in figures or words; zero never
}

// matters are the complaints that have not ended, and those that have but left a task open; practice complaints are nobody's work.
const matters = `SELECT id FROM complaints WHERE stage IN ('registered','investigation','answer','correction','aftercare') AND NOT practice AND erased_at IS NULL
	UNION SELECT t.complaint_id FROM tasks t JOIN complaints c ON c.id = t.complaint_id WHERE t.done_at IS NULL AND NOT c.practice`

// Matters lists them in order of number.
func (tx *Tx) Matters() ([]*Matter, error) {
	return tx.mattersWhere("id IN ("+matters+")", "complaint_id IN ("+matters+")")
}

// Matter reads one complaint with what its clock hangs on; nil when it is none of them.
func (tx *Tx) Matter(complaintID int64) (*Matter, error) {
	list, err := tx.mattersWhere("id = ? AND id IN ("+matters+")", "complaint_id = ?", complaintID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// mattersWhere reads complaints, and their rows by another condition with the same arguments. The statements are always the same, so that the engine
// reads them once.
func (tx *Tx) mattersWhere(cond, of string, args ...any) ([]*Matter, error) {
	var complaints []Complaint
	if err := tx.db.Preload("Complainant").Preload("Handler").Where(cond, args...).Order("year, serial").Find(&complaints).Error; err != nil {
		return nil, fmt.Errorf("complaints that have not ended: %w", err)
	}
	if len(complaints) == 0 {
		return nil, nil
	}
	list := make([]*Matter, len(complaints))
	byID := make(map[int64]*Matter, len(complaints))
	for i := range complaints {
		list[i] = &Matter{Complaint: &complaints[i], Letters: map[string]time.Time{}, Mailed: map[string]bool{}}
		byID[complaints[i].ID] = list[i]
	}
	err := errors.Join(
		tx.eachTime(`SELECT complaint_id, direction || kind, at FROM messages m WHERE `+of+` AND direction <> 'note'
			AND NOT EXISTS (SELECT 1 FROM ledger l WHERE l.stored_as = m.id AND l.outcome IN ('automatic', 'bounce', 'own')) ORDER BY id`, args, func(id int64, what string, at time.Time) {
			if k := byID[id]; strings.HasPrefix(what, "in") {
				k.Heard = latest(k.Heard, at)
			} else {
				k.Letters[strings.TrimPrefix(what, "out")] = at
			}
		}),
		tx.eachTime("SELECT complaint_id, key, created_at FROM outbox WHERE "+of+" AND kind IN ('status_update', 'reminder', 'escalation', 'measure_due', 'satisfaction_request')", args, func(id int64, key string, _ time.Time) {
			if part := strings.SplitN(key, "/", 4); len(part) == 4 { // kind, number, recipient, cause
				byID[id].Mailed[part[0]+"/"+part[3]] = true
			}
		}),
		tx.eachTime("SELECT complaint_id, what, at FROM events WHERE "+of+` AND (what IN ('satisfaction asked', 'satisfaction not asked')
			OR actor LIKE 'staff:%' AND what NOT IN ('registered on behalf', 'forwarded', 'accepted')) ORDER BY seq`, args, func(id int64, what string, at time.Time) {
			if k := byID[id]; strings.HasPrefix(what, "satisfaction ") {
				k.Asked = at
			} else {
				k.Acted = true
			}
		}),
		each(tx.db.Where(of+" AND done_at IS NULL", args...).Order("id"), func(t *Task) { k := byID[t.ComplaintID]; k.Tasks = append(k.Tasks, *t) }),
		each(tx.db.Where(of, args...).Order("no"), func(m *CorrectiveMeasure) { k := byID[m.ComplaintID]; k.Measures = append(k.Measures, *m) }),
		each(tx.db.Where(of+" AND end_state = ''", args...).Order("id"), func(d *Draft) { k := byID[d.ComplaintID]; k.Drafts = append(k.Drafts, *d) }),
		each(tx.db.Where(of, args...).Order("id"), func(t *TermChange) {
			k := byID[t.ComplaintID]
			k.Terms = append(k.Terms, *t)
			k.noteTermChange(t)
		}),
		tx.eachTime("SELECT complaint_id, '', at FROM satisfaction_scores WHERE "+of+" ORDER BY id", args, func(id int64, _ string, at time.Time) { byID[id].Scored = at }),
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

// eachTime calls fn for every row of a complaint, a word and an instant. There are many of them: gorm's way to scan takes three times as long.
func (tx *Tx) eachTime(sql string, args []any, fn func(complaintID int64, what string, at time.Time)) error {
	rows, err := tx.db.Raw(sql, args...).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var what string
		var at time.Time
		if err := rows.Scan(&id, &what, &at); err != nil {
			return err
		}
		fn(id, what, at.UTC())
	}
	return rows.Err()
}

// latest is the later one of two instants.
func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// TokensBetween counts the mails of a kind about a complaint that a staff entry got from one instant until another.
func (tx *Tx) TokensBetween(complaintID, staffID int64, purpose string, from, until time.Time) (n int64, err error) {
	err = tx.db.Model(&Token{}).Where("complaint_id = ? AND staff_id = ? AND purpose = ? AND created_at >= ? AND created_at < ?", complaintID, staffID, purpose, Micro(from), Micro(until)).Count(&n).Error
	return n, err
}

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

// PreviewedTo is the staff entry to which a version of a draft was shown last; 0 none.
func (tx *Tx) PreviewedTo(complaintID int64, version int) (staffID int64, err error) {
	err = tx.db.Raw("SELECT COALESCE((SELECT staff_id FROM tokens WHERE complaint_id = ? AND purpose = 'preview' AND draft = ? ORDER BY created_at DESC LIMIT 1), 0)", complaintID, version).Scan(&staffID).Error
	return staffID, err
}

// LastLetter is when the newest letter to the complainant about a complaint was made; zero when there is none.
func (tx *Tx) LastLetter(complaintID int64) (at time.Time, err error) {
	err = tx.eachTime("SELECT complaint_id, '', at FROM messages WHERE complaint_id = ? AND direction = 'out' ORDER BY at DESC LIMIT 1", []any{complaintID}, func(_ int64, _ string, t time.Time) { at = t })
	return at, err
}

// Prevention is a preventive measure that was not evaluated yet, and the first complaint that it serves; measures live on after that has
// ended.
type Prevention struct {
	PreventiveMeasure
	ComplaintID int64
	Number      string
}

// Preventions lists the preventive measures that were not evaluated yet.
func (tx *Tx) Preventions() ([]Prevention, error) { return tx.preventions("") }

// PreventionsOf lists those of one complaint, also when it is not the first that they serve.
func (tx *Tx) PreventionsOf(complaintID int64) ([]Prevention, error) {
	return tx.preventions("AND p.id IN (SELECT preventive_measure_id FROM preventive_measure_complaints WHERE complaint_id = ?)", complaintID)
}

func (tx *Tx) preventions(and string, args ...any) (list []Prevention, err error) {
	err = tx.db.Raw(`SELECT p.*, k.no, k.complaint_id, c.number FROM preventive_measures p JOIN preventive_measure_complaints k ON k.preventive_measure_id = p.id
		JOIN complaints c ON c.id = k.complaint_id
		WHERE p.evaluated_at IS NULL AND NOT c.practice AND k.complaint_id = (SELECT MIN(complaint_id) FROM preventive_measure_complaints WHERE preventive_measure_id = p.id) `+and+`
		ORDER BY p.id`, args...).Scan(&list).Error
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
