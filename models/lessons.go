package models

import (
	"fmt"
	"slices"
	"time"
)

// Quarter is what the register holds of three months, for the lessons to all colleagues. Practice complaints count for nothing. Words of staff about the shielded
// and the erased are left out.
type Quarter struct {
	Received   []Told
	Analyses   []Analysis          // that became complete, the newest of each complaint
	Begun      []PreventiveMeasure // preventive measures that were agreed
	Done       []PreventiveMeasure // that were done
	Evaluated  []PreventiveMeasure // that were looked at
	PutRight   []string            // kinds of the corrective measures that were done
	PassedOn   bool                // a complaint was passed on, or written down, by a colleague
	Of         map[int64][]int64   // preventive measure → complaints that it serves
	complaints []int64             // that any of it is about
}

// Told is a complaint as far as it is counted.
type Told struct {
	ID         int64
	Department string
	Kind       string // of the newest analysis; "" none
}

// Empty tells whether nothing happened.
func (q *Quarter) Empty() bool {
	return len(q.Received)+len(q.Analyses)+len(q.Begun)+len(q.Done)+len(q.Evaluated)+len(q.PutRight) == 0
}

// Quarter reads what happened from one instant up to another.
func (tx *Tx) Quarter(from, to time.Time) (*Quarter, error) {
	q := &Quarter{Of: map[int64][]int64{}}
	from, to = Micro(from), Micro(to)
	read := func(into any, sql string, args ...any) error { return tx.db.Raw(sql, args...).Scan(into).Error }
	if err := read(&q.Received, `SELECT c.id, c.department, COALESCE((SELECT a.kind FROM analyses a WHERE a.complaint_id = c.id ORDER BY a.version DESC LIMIT 1), '') AS kind
		FROM complaints c WHERE c.received_at >= ? AND c.received_at < ? AND NOT c.practice AND c.stage NOT IN ('not_a_complaint', 'duplicate') ORDER BY c.id`, from, to); err != nil {
		return nil, fmt.Errorf("complaints of a quarter: %w", err)
	}
	var analyses []Analysis
	if err := read(&analyses, `SELECT a.* FROM analyses a JOIN complaints c ON c.id = a.complaint_id WHERE a.at >= ? AND a.at < ? AND NOT c.practice AND NOT c.shielded AND c.erased_at IS NULL
		AND a.version = (SELECT MAX(version) FROM analyses WHERE complaint_id = c.id) ORDER BY a.at DESC, a.id DESC`, from, to); err != nil {
		return nil, fmt.Errorf("analyses of a quarter: %w", err)
	}
	for _, a := range analyses {
		if len(a.Missing()) == 0 {
			q.Analyses = append(q.Analyses, a)
		}
	}
	for column, list := range map[string]*[]PreventiveMeasure{"created_at": &q.Begun, "done_at": &q.Done, "evaluated_at": &q.Evaluated} {
		if err := read(list, `SELECT p.* FROM preventive_measures p WHERE p.`+column+` >= ? AND p.`+column+` < ? AND p.description <> '' AND EXISTS (SELECT 1 FROM preventive_measure_complaints k
			JOIN complaints c ON c.id = k.complaint_id WHERE k.preventive_measure_id = p.id AND NOT c.practice AND NOT c.shielded AND c.erased_at IS NULL)
			ORDER BY p.`+column+` DESC, p.id DESC`, from, to); err != nil {
			return nil, fmt.Errorf("preventive measures of a quarter: %w", err)
		}
	}
	if err := read(&q.PutRight, `SELECT m.kind FROM corrective_measures m JOIN complaints c ON c.id = m.complaint_id WHERE m.done_at >= ? AND m.done_at < ? AND NOT c.practice ORDER BY m.id`, from, to); err != nil {
		return nil, fmt.Errorf("corrective measures of a quarter: %w", err)
	}
	var passed int64
	if err := read(&passed, `SELECT COUNT(*) FROM complaints c WHERE c.received_at >= ? AND c.received_at < ? AND NOT c.practice
		AND EXISTS (SELECT 1 FROM events e WHERE e.complaint_id = c.id AND e.what IN ('forwarded', 'registered on behalf'))`, from, to); err != nil {
		return nil, fmt.Errorf("complaints that were passed on: %w", err)
	}
	q.PassedOn = passed > 0
	return q, tx.quarterComplaints(q)
}

// quarterComplaints notes all complaints that a quarter is about.
func (tx *Tx) quarterComplaints(q *Quarter) error {
	for _, c := range q.Received {
		q.complaints = append(q.complaints, c.ID)
	}
	for _, a := range q.Analyses {
		q.complaints = append(q.complaints, a.ComplaintID)
	}
	for _, list := range [][]PreventiveMeasure{q.Begun, q.Done, q.Evaluated} {
		for _, m := range list {
			ids, err := tx.ComplaintsOfMeasure(m.ID)
			if err != nil {
				return err
			}
			q.Of[m.ID] = ids
			q.complaints = append(q.complaints, ids...)
		}
	}
	return nil
}

// Somebody is a person whom the register knows.
type Somebody struct {
	Name    string
	Email   string
	Address string
	Near    bool // staff, or somebody whom the quarter may be about
}

// EachPerson calls fn for everybody whom the register knows: staff, those who left among them, who ever complained, and who wrote about a complaint of the quarter.
func (tx *Tx) EachPerson(q *Quarter, fn func(Somebody)) error {
	if err := tx.eachPerson(fn, "SELECT name, email, '' AS address, TRUE AS near FROM staff"); err != nil {
		return err
	}
	if err := tx.eachPerson(fn, "SELECT DISTINCT name, email, '' AS address, FALSE AS near FROM complainants WHERE name <> '' OR email <> ''"); err != nil {
		return err
	}
	for chunk := range slices.Chunk(q.complaints, chunkIDs) {
		if err := tx.eachPerson(fn, "SELECT p.name, p.email, p.address, TRUE AS near FROM complainants p JOIN complaints c ON c.complainant_id = p.id WHERE c.id IN ?", chunk); err != nil {
			return err
		}
		if err := tx.eachPerson(fn, "SELECT DISTINCT from_name AS name, from_email AS email, '' AS address, TRUE AS near FROM messages WHERE direction = 'in' AND complaint_id IN ?", chunk); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) eachPerson(fn func(Somebody), sql string, args ...any) error {
	rows, err := tx.db.Raw(sql, args...).Rows()
	if err != nil {
		return fmt.Errorf("people of the register: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var s Somebody
		if err := rows.Scan(&s.Name, &s.Email, &s.Address, &s.Near); err != nil {
			return fmt.Errorf("people of the register: %w", err)
		}
		fn(s)
	}
	return rows.Err()
}

// EachTold calls fn for what was told in the complaints that a quarter is about: each text with its language.
func (tx *Tx) EachTold(q *Quarter, fn func(text, lang string)) error {
	for chunk := range slices.Chunk(q.complaints, chunkIDs) {
		var list []Complaint
		if err := tx.db.Select("facts", "desired_solution", "language").Where("id IN ?", chunk).Find(&list).Error; err != nil {
			return fmt.Errorf("texts of a quarter: %w", err)
		}
		for _, c := range list {
			fn(c.Facts+"\n"+c.DesiredSolution, c.Language)
		}
	}
	return nil
}
