package models

import "fmt"

// Verify looks whether the register keeps its promises (CONTRACT sections 1 and 8) and returns a sentence for each that is broken.
func (tx *Tx) Verify() ([]string, error) {
	var broken []string
	for _, look := range []func(*Tx) ([]string, error){verifyDatabase, verifyChains, verifySeals, verifyNumbers, verifyLedger, verifyReactions, verifyAnswers, verifyOutbox, verifyBytes, verifyErased} {
		list, err := look(tx)
		if err != nil {
			return broken, fmt.Errorf("verify: %w", err)
		}
		broken = append(broken, list...)
	}
	return broken, nil
}

// verifyDatabase lets SQLite look through its file: unique keys, references, pages. PostgreSQL holds its own.
func verifyDatabase(tx *Tx) (broken []string, err error) {
	if tx.store.engine != SQLite {
		return nil, nil
	}
	var found []string
	if err := tx.db.Raw("PRAGMA integrity_check(20)").Scan(&found).Error; err != nil {
		return nil, err
	}
	for _, f := range found {
		if f != "ok" {
			broken = append(broken, "the database file is damaged: "+f)
		}
	}
	loose, err := tx.sentences("rows of %s refer to rows of %s that are not there", `SELECT DISTINCT "table" AS a, parent AS b FROM pragma_foreign_key_check`)
	return append(broken, loose...), err
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
	if err != nil {
		return broken, err
	}
	other, err := tx.sentences("%s bears the number of another: it is %s", `SELECT number AS a, 'number ' || serial || ' of ' || year AS b FROM complaints WHERE NOT practice
		AND number <> 'K-' || year || '-' || CASE WHEN serial < 10 THEN '000' WHEN serial < 100 THEN '00' WHEN serial < 1000 THEN '0' ELSE '' END || serial`)
	return append(broken, other...), err
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
// that left and did not come back, or that a person is told to make. One that was taken over from an older register was thanked there or
// not, and may have ended there: its first event says so. A mail that a restore held back may have left: the operator decides.
func verifyReactions(tx *Tx) ([]string, error) {
	return tx.all([][2]string{
		{"%s (%s): nobody was thanked", `SELECT c.number AS a, c.stage AS b FROM complaints c WHERE erased_at IS NULL
			AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.complaint_id = c.id AND o.kind = 'acknowledgement')
			AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.complaint_id = c.id AND t.kind = 'post_letter')
			AND NOT EXISTS (SELECT 1 FROM events e WHERE e.complaint_id = c.id AND e.seq = 1 AND e.what = 'imported')`},
		{"%s (%s): the thanks came back, and nobody was told to call or write", `SELECT c.number AS a, c.stage AS b FROM complaints c WHERE erased_at IS NULL
			AND EXISTS (SELECT 1 FROM outbox o WHERE o.complaint_id = c.id AND o.kind = 'acknowledgement' AND o.bounced_at IS NOT NULL)
			AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.complaint_id = c.id AND o.kind = 'acknowledgement' AND o.bounced_at IS NULL)
			AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.complaint_id = c.id AND t.kind IN ('call_or_write', 'post_letter'))`},
		{"%s (%s): ended without a reaction", `SELECT c.number AS a, c.stage AS b FROM complaints c WHERE erased_at IS NULL
			AND c.stage IN ('closed', 'inadmissible', 'not_a_complaint', 'withdrawn', 'duplicate')
			AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.complaint_id = c.id AND o.kind IN ('answer', 'inadmissible', 'not_a_complaint', 'withdrawn', 'duplicate')
				AND (o.state <> 'failed' OR o.last_error LIKE '` + putBack + `%') AND o.bounced_at IS NULL)
			AND NOT EXISTS (SELECT 1 FROM events e WHERE e.complaint_id = c.id AND e.what IN ('contact', 'imported') AND e.detail LIKE '%"answer":true%')
			AND NOT (c.stage = 'not_a_complaint' AND c.end_reason IN ('advertising', 'internal')
				AND EXISTS (SELECT 1 FROM outbox o WHERE o.complaint_id = c.id AND o.kind = 'acknowledgement' AND (o.state <> 'failed' OR o.last_error LIKE '` + putBack + `%') AND o.bounced_at IS NULL))
			AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.complaint_id = c.id AND t.kind IN ('post_letter', 'call_or_write'))`},
	})
}

// verifyAnswers: no final answer, by mail or by a call that counts as one, came before a complete analysis (Analysis.Missing).
func verifyAnswers(tx *Tx) ([]string, error) {
	complete := func(at string) string {
		return `EXISTS (SELECT 1 FROM analyses a WHERE a.complaint_id = c.id AND a.at <= ` + at + ` AND a.facts <> '' AND a.circumstances <> '' AND a.causes <> '' AND a.kind <> ''
			AND a.verdict <> '' AND a.severity <> '' AND a.damage <> '' AND a.earlier <> '' AND a.steps <> '' AND a.conclusion <> '')`
	}
	return tx.all([][2]string{
		{"%s (%s): was answered before its analysis was complete", `SELECT DISTINCT c.number AS a, c.stage AS b FROM complaints c JOIN outbox o ON o.complaint_id = c.id
			WHERE c.erased_at IS NULL AND o.kind = 'answer' AND o.staff_id IS NULL AND NOT ` + complete("o.created_at")},
		{"%s (%s): a call counts as its answer, before its analysis was complete", `SELECT DISTINCT c.number AS a, c.stage AS b FROM complaints c JOIN events e ON e.complaint_id = c.id
			WHERE c.erased_at IS NULL AND e.what = 'contact' AND e.detail LIKE '%"answer":true%' AND NOT ` + complete("e.at")},
	})
}

// verifyOutbox: a mail has a key that says what it is about, and one that left says when. That no key is there twice is held by the engine.
func verifyOutbox(tx *Tx) ([]string, error) {
	return tx.all([][2]string{
		{"outbox mail %s (%s) has no key", `SELECT CAST(id AS TEXT) AS a, kind AS b FROM outbox WHERE key = ''`},
		{"outbox mail %s (%s) left, and nothing says when", `SELECT CAST(id AS TEXT) AS a, kind AS b FROM outbox WHERE state = 'sent' AND sent_at IS NULL`},
		{"outbox mail %s (%s) is being sent by nobody", `SELECT CAST(id AS TEXT) AS a, kind AS b FROM outbox WHERE state = 'sending' AND (lease_owner = '' OR lease_until IS NULL)`},
	})
}

// verifyBytes reads all bytes that rows name and holds them against their keys.
func verifyBytes(tx *Tx) ([]string, error) {
	var broken []string
	for last := ""; ; {
		var page []struct {
			SHA256 string `gorm:"column:sha256"`
			Size   int64
		}
		if err := tx.db.Table("blobs").Select("sha256, size").Where("sha256 > ?", last).Order("sha256").Limit(1000).Find(&page).Error; err != nil {
			return broken, err
		}
		for _, b := range page {
			last = b.SHA256
			content, err := tx.wholeBlob(b.SHA256, b.Size)
			if err != nil {
				return broken, err
			}
			if content == nil {
				broken = append(broken, fmt.Sprintf("the file %.12s… of %d bytes is gone or not whole", b.SHA256, b.Size))
				continue
			}
			content.Close()
		}
		if len(page) < 1000 {
			return broken, nil
		}
	}
}

// verifyErased: of an erased complaint nothing is left that tells of a person, and every erasure that was noted is in force.
func verifyErased(tx *Tx) ([]string, error) {
	broken, err := tx.sentences("%s (%s): was erased, and something of it is left", `SELECT c.number AS a, c.stage AS b FROM complaints c JOIN complainants p ON p.id = c.complainant_id
		WHERE c.erased_at IS NOT NULL AND (c.subject <> '' OR c.facts <> '' OR c.reference <> '' OR p.name <> '' OR p.email <> ''
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
