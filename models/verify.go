package models

import (
	"fmt"
	"os"
)

// Verify looks whether the register keeps its promises (CONTRACT sections 1 and 8) and returns a sentence for each that is broken.
func (tx *Tx) Verify() ([]string, error) {
	var broken []string
	for _, look := range []func(*Tx) ([]string, error){verifyChains, verifyNumbers, verifyLedger, verifyReactions, verifyBytes, verifyErased} {
		list, err := look(tx)
		if err != nil {
			return broken, fmt.Errorf("verify: %w", err)
		}
		broken = append(broken, list...)
	}
	return broken, nil
}

// verifyChains recomputes the hash chain of every complaint.
func verifyChains(tx *Tx) (broken []string, err error) {
	err = tx.eachComplaintID(func(id int64, number string) error {
		events, err := tx.Events(id)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			broken = append(broken, number+": no event tells of its registration")
		} else if err := checkChain(events); err != nil {
			broken = append(broken, number+": "+err.Error())
		}
		return nil
	})
	return broken, err
}

func (tx *Tx) eachComplaintID(fn func(int64, string) error) error {
	var last int64
	for {
		var page []struct {
			ID     int64
			Number string
		}
		if err := tx.db.Model(&Complaint{}).Where("id > ?", last).Order("id").Limit(1000).Find(&page).Error; err != nil {
			return err
		}
		for _, c := range page {
			if err := fn(c.ID, c.Number); err != nil {
				return err
			}
			last = c.ID
		}
		if len(page) < 1000 {
			return nil
		}
	}
}

// verifyNumbers looks for gaps in the series of each year and in that of parked mails; practice complaints have none to keep.
func verifyNumbers(tx *Tx) (broken []string, err error) {
	var series []struct {
		Name               string
		Count, Last, Value int
	}
	err = tx.db.Raw(`SELECT name, SUM(count) AS count, SUM(last) AS last, SUM(value) AS value FROM (
			SELECT 'K-' || year AS name, COUNT(*) AS count, MAX(serial) AS last, 0 AS value FROM complaints WHERE NOT practice GROUP BY year
			UNION ALL SELECT 'P', COUNT(parked_no), COALESCE(MAX(parked_no), 0), 0 FROM ledger
			UNION ALL SELECT name, 0, 0, value FROM counters WHERE name <> ?) AS series
		GROUP BY name ORDER BY name`, practiceSeries).Scan(&series).Error
	for _, s := range series {
		if s.Count != s.Last {
			broken = append(broken, fmt.Sprintf("%s: the last number is %d, but there are %d", s.Name, s.Last, s.Count))
		}
		if s.Value != s.Last {
			broken = append(broken, fmt.Sprintf("%s: the counter stands at %d, the last number is %d", s.Name, s.Value, s.Last))
		}
	}
	return broken, err
}

// sentences runs a query whose rows are two texts, and makes a sentence of each.
func (tx *Tx) sentences(format, query string) (list []string, err error) {
	var rows []struct{ A, B string }
	err = tx.db.Raw(query).Scan(&rows).Error
	for _, r := range rows {
		list = append(list, fmt.Sprintf(format, r.A, r.B))
	}
	return list, err
}

func (tx *Tx) all(checks [][2]string) (broken []string, err error) {
	for _, c := range checks {
		list, err := tx.sentences(c[0], c[1])
		if err != nil {
			return broken, err
		}
		broken = append(broken, list...)
	}
	return broken, nil
}

// verifyLedger: every mail has its one outcome, and what the outcome says is there; of a practice complaint that is gone only the row is.
func verifyLedger(tx *Tx) ([]string, error) {
	return tx.all([][2]string{
		{"ledger entry %s (%s) keeps no message", `SELECT CAST(id AS TEXT) AS a, outcome AS b FROM ledger WHERE outcome <> 'known' AND stored_as IS NULL AND reason <> 'practice'`},
		{"ledger entry %s (%s) names no first sighting", `SELECT CAST(id AS TEXT) AS a, outcome AS b FROM ledger WHERE outcome = 'known' AND first_id IS NULL`},
		{"ledger entry %s (%s) names no complaint", `SELECT CAST(id AS TEXT) AS a, outcome AS b FROM ledger WHERE outcome IN ('complaint', 'addition') AND complaint_id IS NULL AND reason <> 'practice'`},
		{"%s: %s mails in the ledger say that they began it", `SELECT c.number AS a, CAST(COUNT(*) AS TEXT) AS b FROM complaints c JOIN ledger l ON l.complaint_id = c.id
			AND (l.outcome = 'complaint' OR (l.accepted_as = c.number AND l.decision = 'accepted' AND EXISTS (SELECT 1 FROM messages m WHERE m.id = l.stored_as AND m.direction = 'in')))
			GROUP BY c.id, c.number HAVING COUNT(*) > 1`},
	})
}

// verifyReactions: every registered complaint was thanked, or, without an address, is a person's task; and none ended without a reaction
// that left and did not come back, or that a person is told to make. A mail that a restore held back may have left: the operator decides.
func verifyReactions(tx *Tx) ([]string, error) {
	return tx.all([][2]string{
		{"%s (%s): nobody was thanked", `SELECT c.number AS a, c.stage AS b FROM complaints c WHERE erased_at IS NULL
			AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.complaint_id = c.id AND o.kind = 'acknowledgement')
			AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.complaint_id = c.id AND t.kind = 'post_letter')`},
		{"%s (%s): ended without a reaction", `SELECT c.number AS a, c.stage AS b FROM complaints c WHERE erased_at IS NULL
			AND c.stage IN ('closed', 'inadmissible', 'not_a_complaint', 'withdrawn', 'duplicate')
			AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.complaint_id = c.id AND o.kind IN ('answer', 'inadmissible', 'not_a_complaint', 'withdrawn', 'duplicate')
				AND (o.state <> 'failed' OR o.last_error LIKE '` + putBack + `%') AND o.bounced_at IS NULL)
			AND NOT EXISTS (SELECT 1 FROM events e WHERE e.complaint_id = c.id AND e.what = 'contact' AND e.detail LIKE '%"answer":true%')
			AND NOT (c.stage = 'not_a_complaint' AND c.end_reason IN ('advertising', 'internal')
				AND EXISTS (SELECT 1 FROM outbox o WHERE o.complaint_id = c.id AND o.kind = 'acknowledgement' AND (o.state <> 'failed' OR o.last_error LIKE '` + putBack + `%') AND o.bounced_at IS NULL))
			AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.complaint_id = c.id AND t.kind IN ('post_letter', 'call_or_write'))`},
	})
}

// verifyBytes: what rows name is there in full.
func verifyBytes(tx *Tx) ([]string, error) {
	var rows []struct {
		SHA256 string `gorm:"column:sha256"`
		Size   int64
	}
	query := `SELECT sha256, size FROM blobs WHERE (data IS NULL AND size > 0) OR LENGTH(data) <> size`
	if tx.store.engine == Postgres {
		query = `SELECT b.sha256, b.size FROM blobs b
			WHERE b.size <> COALESCE(LENGTH(b.data), (SELECT SUM(LENGTH(k.data)) FROM blob_chunks k WHERE k.sha256 = b.sha256), 0)`
	}
	if err := tx.db.Raw(query).Scan(&rows).Error; err != nil {
		return nil, err
	}
	var broken []string
	for _, r := range rows {
		if tx.store.engine == SQLite { // the row is in order when its file is
			if info, err := os.Stat(tx.store.blobPath(r.SHA256)); err == nil && info.Size() == r.Size {
				continue
			}
		}
		broken = append(broken, fmt.Sprintf("the file %.12s… of %d bytes is gone or not whole", r.SHA256, r.Size))
	}
	return broken, nil
}

// verifyErased: of an erased complaint nothing is left that tells of a person, and every erasure that was noted is in force.
func verifyErased(tx *Tx) ([]string, error) {
	broken, err := tx.sentences("%s (%s): was erased, and something of it is left", `SELECT c.number AS a, c.stage AS b FROM complaints c JOIN complainants p ON p.id = c.complainant_id
		WHERE c.erased_at IS NOT NULL AND (c.subject <> '' OR c.facts <> '' OR p.name <> '' OR p.email <> ''
			OR EXISTS (SELECT 1 FROM messages m WHERE m.complaint_id = c.id AND m.direction <> 'note' AND (m.text <> '' OR m.raw IS NOT NULL))
			OR EXISTS (SELECT 1 FROM outbox o WHERE o.complaint_id = c.id AND o.staff_id IS NULL AND o.recipient <> ''))`)
	if err != nil {
		return nil, err
	}
	noted, err := tx.store.Erasures()
	if err != nil {
		return broken, err
	}
	left, err := tx.NotErased(noted)
	for _, e := range left {
		broken = append(broken, e.Number+": erased.jsonl says that it was erased, the register does not; the next start of dankuwel run erases it")
	}
	return broken, err
}
