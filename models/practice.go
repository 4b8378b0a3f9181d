package models

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// NextPracticeNumber takes the next number of a practice complaint: K-0000-0001. No year of receipt is 0, so it is never taken for a real
// one, and the series of real ones stays free of gaps. Numbers of complaints that are gone are not given again.
func (tx *Tx) NextPracticeNumber() (number string, serial int, err error) {
	serial, err = tx.count(practiceSeries)
	return fmt.Sprintf("K-0000-%04d", serial), serial, err
}

// practiceSeries is the counter of practice complaints. Their series has gaps as soon as one is forgotten.
const practiceSeries = "practice"

// ofComplaint are the tables whose rows go with a practice complaint, those that others refer to last. Tables in which something else
// has to be looked at stand in forget.
var ofComplaint = []string{"consultations", "satisfaction_scores", "term_changes", "expunges", "held", "named_staff", "tasks", "analyses", "drafts",
	"corrective_measures", "preventive_measure_complaints", "events", "messages", "outbox"}

// ForgetPractice removes the practice complaints that were registered before the instant, with all that belongs to them. Of their mails only
// the ledger rows stay, with the reason "practice".
func (tx *Tx) ForgetPractice(before time.Time) (n int, err error) {
	var list []Complaint
	if err := tx.db.Where("practice AND registered_at < ?", Micro(before)).Order("id").Find(&list).Error; err != nil {
		return 0, fmt.Errorf("list practice complaints: %w", err)
	}
	for i := range list {
		if err := tx.forget(&list[i]); err != nil {
			return i, fmt.Errorf("forget %s: %w", list[i].Number, err)
		}
	}
	return len(list), nil
}

func (tx *Tx) forget(c *Complaint) error {
	var bytes []string
	var measures []int64
	err := tx.db.Raw(`SELECT raw FROM messages WHERE complaint_id = ? AND raw IS NOT NULL UNION SELECT raw FROM outbox WHERE complaint_id = ?
		UNION SELECT a.sha256 FROM attachments a JOIN messages m ON m.id = a.message_id WHERE m.complaint_id = ?`, c.ID, c.ID, c.ID).Scan(&bytes).Error
	if err != nil {
		return err
	}
	if err := tx.db.Raw("SELECT preventive_measure_id FROM preventive_measure_complaints WHERE complaint_id = ?", c.ID).Scan(&measures).Error; err != nil {
		return err
	}
	queries := []string{
		"UPDATE ledger SET complaint_id = NULL, stored_as = NULL, reason = 'practice' WHERE complaint_id = ? OR stored_as IN (SELECT id FROM messages WHERE complaint_id = ?)",
		"UPDATE complaints SET linked_to = NULL WHERE linked_to = ?",
		"DELETE FROM tokens WHERE complaint_id = ? OR outbox_id IN (SELECT id FROM outbox WHERE complaint_id = ?)",
		"DELETE FROM attachments WHERE message_id IN (SELECT id FROM messages WHERE complaint_id = ?)",
		"DELETE FROM forwards WHERE message_id IN (SELECT id FROM messages WHERE complaint_id = ?)",
	}
	for _, table := range ofComplaint {
		queries = append(queries, "DELETE FROM "+table+" WHERE complaint_id = ?")
	}
	queries = append(queries, "DELETE FROM complaints WHERE id = ?")
	for _, q := range queries {
		if err := tx.db.Exec(q, idsFor(q, c.ID)...).Error; err != nil {
			return err
		}
	}
	if err := tx.db.Exec("DELETE FROM complainants WHERE id = ? AND id NOT IN (SELECT complainant_id FROM complaints)", c.ComplainantID).Error; err != nil {
		return err
	}
	return errors.Join(tx.forgetPracticeMeasures(measures), tx.forgetBytes(bytes))
}

// idsFor repeats the id for each place that the query has for it.
func idsFor(query string, id int64) (args []any) {
	for range strings.Count(query, "?") {
		args = append(args, id)
	}
	return args
}

// forgetPracticeMeasures removes preventive measures that serve no complaint any more.
func (tx *Tx) forgetPracticeMeasures(ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	if err := tx.db.Exec("UPDATE preventive_measures SET follows = NULL WHERE follows IN ?", ids).Error; err != nil {
		return err
	}
	return tx.db.Exec("DELETE FROM preventive_measures WHERE id IN ? AND id NOT IN (SELECT preventive_measure_id FROM preventive_measure_complaints)", ids).Error
}

// forgetBytes removes bytes that no row names any more. Files are swept away later (SweepBlobs).
func (tx *Tx) forgetBytes(sha []string) error {
	tables := []string{"blobs"}
	if tx.store.engine == Postgres {
		tables = []string{"blob_chunks", "blobs"}
	}
	for chunk := range slices.Chunk(sha, chunkIDs) {
		for _, table := range tables {
			err := tx.db.Exec("DELETE FROM "+table+` WHERE sha256 IN ? AND NOT EXISTS (SELECT 1 FROM messages WHERE raw = `+table+`.sha256)
				AND NOT EXISTS (SELECT 1 FROM attachments WHERE attachments.sha256 = `+table+`.sha256) AND NOT EXISTS (SELECT 1 FROM outbox WHERE raw = `+table+`.sha256)`, chunk).Error
			if err != nil {
				return err
			}
		}
	}
	return nil
}
