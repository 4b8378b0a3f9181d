package models

import (
	"fmt"
	"time"
)

// Span is a stretch of time: From is in it, To is not.
type Span struct{ From, To time.Time }

// Holds tells whether an instant lies in the span; none does not.
func (s Span) Holds(t *time.Time) bool { return t != nil && !t.Before(s.From) && t.Before(s.To) }

// Counted is a complaint as far as figures go. Nothing in it tells of a person, so an erased complaint is counted as before.
type Counted struct {
	Came                                                                 bool // in the span
	ID                                                                   int64
	Number                                                               string
	Stage                                                                Stage
	ReceivedOn, AnswerDue                                                Date
	Carrier, Channel, Department, Severity, Verdict, Solution, EndReason string
	AnsweredAt, ClosedAt                                                 *time.Time
	Satisfaction                                                         *int
}

// eachRow runs a query and calls scan for each row, without keeping any.
func (tx *Tx) eachRow(sql string, args []any, scan func(scan func(...any) error) error) error {
	rows, err := tx.db.Raw(sql, args...).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Where a query has to look at two ranges it is a UNION ALL, for each part of which there can be an index. year = 0 is a practice complaint,
// which is counted nowhere; that column has an index.

// EachCounted calls fn for every complaint that came or was answered in a span, each once, in no order. The row is fn's only until it returns.
func (tx *Tx) EachCounted(s Span, fn func(*Counted)) error {
	from, to := Micro(s.From), Micro(s.To)
	const columns = `id, number, stage, received_on, answer_due, carrier, channel, department, severity, verdict, solution, end_reason, answered_at FROM complaints WHERE year <> 0 AND `
	var c Counted
	err := tx.eachRow("SELECT 1, "+columns+"received_at >= ? AND received_at < ? UNION ALL SELECT 0, "+columns+"answered_at >= ? AND answered_at < ? AND NOT (received_at >= ? AND received_at < ?)",
		[]any{from, to, from, to, from, to}, func(scan func(...any) error) error {
			c.AnsweredAt = nil
			err := scan(&c.Came, &c.ID, &c.Number, &c.Stage, &c.ReceivedOn, &c.AnswerDue, &c.Carrier, &c.Channel, &c.Department, &c.Severity, &c.Verdict, &c.Solution, &c.EndReason, &c.AnsweredAt)
			if err == nil {
				fn(&c)
			}
			return err
		})
	if err != nil {
		return fmt.Errorf("count complaints: %w", err)
	}
	return nil
}

// opened are the complaints that had come and not ended at an instant, with columns of theirs.
func opened(columns string, at time.Time) (string, []any) {
	part := "SELECT " + columns + " FROM complaints WHERE year <> 0 AND received_at < ? AND "
	return part + "closed_at IS NULL UNION ALL " + part + "closed_at >= ?", []any{Micro(at), Micro(at), Micro(at)}
}

// OpenAt counts the complaints that were open at an instant, by department.
func (tx *Tx) OpenAt(at time.Time) (map[string]int, error) {
	query, args := opened("department", at)
	counts := map[string]int{}
	err := tx.eachRow("SELECT department, COUNT(*) FROM ("+query+") c GROUP BY department", args, func(scan func(...any) error) error {
		var department string
		var n int
		err := scan(&department, &n)
		counts[department] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count open complaints: %w", err)
	}
	return counts, nil
}

// OpenNumbers calls fn for each of them.
func (tx *Tx) OpenNumbers(at time.Time, fn func(number, department string)) error {
	query, args := opened("number, department", at)
	return tx.eachRow(query, args, func(scan func(...any) error) error {
		var number, department string
		err := scan(&number, &department)
		fn(number, department)
		return err
	})
}

// Unanswered lists the complaints that were open and unanswered at an instant and whose term may have been over: before a day as it
// is now, or changed since.
func (tx *Tx) Unanswered(at time.Time, today Date) (list []Counted, err error) {
	const part = "SELECT id, number, received_on, answer_due, department FROM complaints WHERE year <> 0 AND received_at < ? AND (closed_at IS NULL OR closed_at >= ?) AND (answer_due < ? OR id IN (SELECT complaint_id FROM term_changes WHERE at >= ?)) AND "
	var args []any
	for range 2 {
		args = append(args, Micro(at), Micro(at), today, Micro(at))
	}
	err = tx.eachRow(part+"answered_at IS NULL UNION ALL "+part+"answered_at >= ?", append(args, Micro(at)), func(scan func(...any) error) error {
		var c Counted
		err := scan(&c.ID, &c.Number, &c.ReceivedOn, &c.AnswerDue, &c.Department)
		list = append(list, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count late answers: %w", err)
	}
	return list, nil
}

// Theme is what the newest analysis of a complaint says for figures.
type Theme struct{ Kind, OmbudsNorms string }

// Themes are those of the complaints that came or were answered in a span.
func (tx *Tx) Themes(s Span) (map[int64]Theme, error) {
	from, to := Micro(s.From), Micro(s.To)
	all, newest := map[int64]Theme{}, map[int64]int{}
	err := tx.eachRow(`SELECT a.complaint_id, a.version, a.kind, a.ombuds_norms FROM complaints c JOIN analyses a ON a.complaint_id = c.id
		WHERE c.year <> 0 AND (c.received_at >= ? AND c.received_at < ? OR c.answered_at >= ? AND c.answered_at < ?)`, []any{from, to, from, to}, func(scan func(...any) error) error {
		var id int64
		var version int
		var t Theme
		if err := scan(&id, &version, &t.Kind, &t.OmbudsNorms); err != nil {
			return err
		}
		if version > newest[id] {
			all[id], newest[id] = t, version
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("themes of complaints: %w", err)
	}
	return all, nil
}

// TermChangesOf are the changes of the terms of some complaints, in order.
func (tx *Tx) TermChangesOf(ids []int64) (map[int64][]TermChange, error) {
	list, err := pluckInChunks[TermChange](tx, "SELECT complaint_id, kind, at, old_due, new_due FROM term_changes WHERE complaint_id IN ? ORDER BY id", ids)
	if err != nil {
		return nil, fmt.Errorf("changes of terms: %w", err)
	}
	all := map[int64][]TermChange{}
	for _, t := range list {
		all[t.ComplaintID] = append(all[t.ComplaintID], t)
	}
	return all, nil
}

// ScoreOf is how satisfied a complainant said to be.
type ScoreOf struct {
	ComplaintID        int64
	Number, Department string
	Score              int
}

// Scores lists the scores given in a span, oldest first; words without a score are none.
func (tx *Tx) Scores(s Span) (list []ScoreOf, err error) {
	err = tx.eachRow(`SELECT s.complaint_id, c.number, c.department, s.score FROM satisfaction_scores s JOIN complaints c ON c.id = s.complaint_id
		WHERE s.at >= ? AND s.at < ? AND s.score IS NOT NULL AND c.year <> 0 ORDER BY s.at, s.id`, []any{Micro(s.From), Micro(s.To)}, func(scan func(...any) error) error {
		var s ScoreOf
		err := scan(&s.ComplaintID, &s.Number, &s.Department, &s.Score)
		list = append(list, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("scores: %w", err)
	}
	return list, nil
}

// Unscored is a complaint whose complainant was asked how satisfied he is and has given no score.
type Unscored struct{ Number, Department string }

// Unscored lists those who were asked in a span, each once.
func (tx *Tx) Unscored(s Span) (list []Unscored, err error) {
	err = tx.eachRow(`SELECT DISTINCT c.number, c.department FROM events e JOIN complaints c ON c.id = e.complaint_id
		WHERE e.what = 'satisfaction asked' AND e.at >= ? AND e.at < ? AND c.satisfaction IS NULL AND c.year <> 0`, []any{Micro(s.From), Micro(s.To)}, func(scan func(...any) error) error {
		var u Unscored
		err := scan(&u.Number, &u.Department)
		list = append(list, u)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("questions without a score: %w", err)
	}
	return list, nil
}

// MeasureOf is a corrective measure with the complaint it puts right.
type MeasureOf struct {
	Number, Department string
	DueOn              Date
	CreatedAt          time.Time
	DoneAt             *time.Time
}

// Promises calls fn for the corrective measures that were open at some moment of a span; the row is fn's only until it returns.
func (tx *Tx) Promises(s Span, fn func(*MeasureOf)) error {
	from, to := Micro(s.From), Micro(s.To)
	const part = `SELECT c.number, c.department, m.due_on, m.created_at, m.done_at FROM corrective_measures m JOIN complaints c ON c.id = m.complaint_id WHERE c.year <> 0 AND m.created_at < ? AND `
	var m MeasureOf
	err := tx.eachRow(part+"m.done_at >= ? UNION ALL "+part+"m.done_at IS NULL", []any{to, from, to}, func(scan func(...any) error) error {
		m.DoneAt = nil
		err := scan(&m.Number, &m.Department, &m.DueOn, &m.CreatedAt, &m.DoneAt)
		if err == nil {
			fn(&m)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("corrective measures: %w", err)
	}
	return nil
}

// PreventionOf is a preventive measure with the numbers of the complaints that it serves.
type PreventionOf struct {
	PreventiveMeasure
	Numbers []string
}

// PreventionsIn lists the preventive measures that were planned before the end of a span and not evaluated before it.
func (tx *Tx) PreventionsIn(s Span) (list []PreventionOf, err error) {
	err = tx.eachRow(`SELECT p.id, p.description, p.process, p.owner, p.due_on, p.evaluation_on, p.created_at, p.done_at, p.evaluated_at, p.result, p.adjustment, k.no, c.number
		FROM preventive_measures p JOIN preventive_measure_complaints k ON k.preventive_measure_id = p.id JOIN complaints c ON c.id = k.complaint_id
		WHERE c.year <> 0 AND p.created_at < ? AND (p.evaluated_at IS NULL OR p.evaluated_at >= ?) ORDER BY p.id, c.year, c.serial`, []any{Micro(s.To), Micro(s.From)}, func(scan func(...any) error) error {
		var p PreventionOf
		var number string
		if err := scan(&p.ID, &p.Description, &p.Process, &p.Owner, &p.DueOn, &p.EvaluationOn, &p.CreatedAt, &p.DoneAt, &p.EvaluatedAt, &p.Result, &p.Adjustment, &p.No, &number); err != nil {
			return err
		}
		if n := len(list); n == 0 || list[n-1].ID != p.ID {
			list = append(list, p)
		}
		last := &list[len(list)-1]
		last.Numbers = append(last.Numbers, number)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("preventive measures: %w", err)
	}
	return list, nil
}

// Practised is the outcome of mails about practice complaints in a count.
const Practised Outcome = "practice"

// Outcomes counts the mails that were seen in a span by what became of them; what belongs to practice stands apart.
func (tx *Tx) Outcomes(s Span) (map[Outcome]int, error) {
	counts := map[Outcome]int{}
	err := tx.eachRow(`SELECT CASE WHEN reason = 'practice' OR complaint_id IN (SELECT id FROM complaints WHERE year = 0) THEN 'practice' ELSE outcome END AS became, COUNT(*)
		FROM ledger WHERE seen_at >= ? AND seen_at < ? GROUP BY became`, []any{Micro(s.From), Micro(s.To)}, func(scan func(...any) error) error {
		var o Outcome
		var n int
		err := scan(&o, &n)
		counts[o] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count mails: %w", err)
	}
	return counts, nil
}

// OutcomeNumbers calls fn with what became of each mail that was seen in a span and what it is known by: the number of its complaint, "P-12"
// of a parked one, "" when it is neither. What belongs to practice is left out.
func (tx *Tx) OutcomeNumbers(s Span, fn func(o Outcome, number string)) error {
	return tx.eachRow(`SELECT l.outcome, l.parked_no, COALESCE(c.number, '') FROM ledger l LEFT JOIN complaints c ON c.id = l.complaint_id
		WHERE l.seen_at >= ? AND l.seen_at < ? AND l.reason <> 'practice' AND (c.year IS NULL OR c.year <> 0) ORDER BY l.id`, []any{Micro(s.From), Micro(s.To)}, func(scan func(...any) error) error {
		var o Outcome
		var no *int
		var number string
		err := scan(&o, &no, &number)
		if no != nil {
			number = fmt.Sprintf("P-%d", *no)
		}
		fn(o, number)
		return err
	})
}

// ParkedAt lists the numbers P-n of mails that waited for a decision at an instant.
func (tx *Tx) ParkedAt(at time.Time) (list []string, err error) {
	err = tx.eachRow(`SELECT parked_no FROM ledger WHERE parked_no IS NOT NULL AND seen_at < ? AND (decision = '' OR decided_at >= ?) ORDER BY parked_no`, []any{Micro(at), Micro(at)}, func(scan func(...any) error) error {
		var no int
		err := scan(&no)
		list = append(list, fmt.Sprintf("P-%d", no))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("parked mail: %w", err)
	}
	return list, nil
}

// Flow counts the complaints that came and those that were answered in a span: all of them less the practice complaints, so that an index is
// enough.
func (tx *Tx) Flow(s Span) (received, answered int, err error) {
	from, to := Micro(s.From), Micro(s.To)
	const count = "(SELECT COUNT(*) FROM complaints WHERE "
	err = tx.eachRow("SELECT "+count+"received_at >= ? AND received_at < ?) - "+count+"year = 0 AND received_at >= ? AND received_at < ?), "+
		count+"answered_at >= ? AND answered_at < ?) - "+count+"year = 0 AND answered_at >= ? AND answered_at < ?)",
		[]any{from, to, from, to, from, to, from, to}, func(scan func(...any) error) error { return scan(&received, &answered) })
	if err != nil {
		return 0, 0, fmt.Errorf("count complaints: %w", err)
	}
	return received, answered, nil
}

// Began is when the register began: when its first staff entry joined; zero before that.
func (tx *Tx) Began() (time.Time, error) {
	var list []Staff
	err := tx.db.Order("joined_at, id").Limit(1).Find(&list).Error
	if err != nil || len(list) == 0 {
		return time.Time{}, err
	}
	return list[0].JoinedAt, nil
}
