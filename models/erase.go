package models

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"gorm.io/gorm"
)

// Erasing (CONTRACT section 8): a complaint keeps its number, dates, stages, verdict, kinds and scores, so that figures stay. What tells
// of a person, and the words that anybody wrote, go.

// nothing are the bytes of a mail that was erased: the outbox must name some.
const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// Pseudonymise erases a complaint from every table. tag is a random word, in the place of what must stay unique. The copies in the folders
// of its mailboxes are noted, to be removed by who is connected to them (Expunges).
func (tx *Tx) Pseudonymise(c *Complaint, tag, reason string) error {
	var messages, entries []int64
	err := tx.db.Raw(`SELECT id FROM messages WHERE complaint_id = ? UNION
		SELECT m.id FROM messages m JOIN ledger l ON l.stored_as = m.id JOIN tokens t ON t.subject_id = l.id
		WHERE t.complaint_id = ? AND t.purpose = 'confirmation' AND m.complaint_id IS NULL`, c.ID, c.ID).Scan(&messages).Error
	if err == nil {
		var beside []int64
		beside, err = tx.saidBeside(c)
		messages = append(messages, beside...)
	}
	if err == nil {
		entries, err = tx.sightingsOf(messages)
	}
	if err == nil {
		err = tx.noteExpunges(c.ID, entries)
	}
	var bytes []string
	if err == nil {
		bytes, err = tx.bytesOf(c.ID, messages)
	}
	if err != nil {
		return fmt.Errorf("erase %s: %w", c.Number, err)
	}
	now := tx.now
	for _, s := range []struct {
		sql  string
		args []any
	}{
		{"DELETE FROM attachments WHERE message_id IN ?", []any{messages}},
		{"DELETE FROM forwards WHERE message_id IN ?", []any{messages}},
		{`UPDATE messages SET message_id = '', in_reply_to = '', from_name = '', from_email = '', from_key = '', to_email = '', subject = '', text = '', new_text = '',
			text_hash = '', raw = NULL, size = 0, warnings = '', answer_to = '' WHERE id IN ?`, []any{messages}},
		{"UPDATE ledger SET message_id = '' WHERE id IN ?", []any{entries}},
		{"UPDATE ledger SET decision = 'discarded', decided_by = 'register', decided_at = ? WHERE outcome = 'parked' AND decision = '' AND id IN ?", []any{now, entries}},
		{`UPDATE outbox SET key = 'erased/' || CAST(id AS TEXT), recipient = CASE WHEN staff_id IS NULL THEN '' ELSE recipient END, subject = '',
			message_id = CAST(? AS TEXT) || '.' || CAST(id AS TEXT), bounce_token = CAST(? AS TEXT) || '.' || CAST(id AS TEXT), envelope_sender = '', raw = ?, size = 0,
			last_code = 0, last_error = '', copy = '', lease_owner = '', lease_until = NULL,
			bounced_at = CASE WHEN state = 'sent' THEN bounced_at ELSE COALESCE(bounced_at, ?) END, state = CASE WHEN state = 'sent' THEN state ELSE 'failed' END
			WHERE complaint_id = ?`, []any{tag, tag, nothing, now, c.ID}},
		{"UPDATE tokens SET ended_at = ? WHERE complaint_id = ? AND ended_at IS NULL", []any{now, c.ID}},
		{"UPDATE analyses SET facts = '', circumstances = '', causes = '', damage = '', earlier = '', steps = '', conclusion = '' WHERE complaint_id = ?", []any{c.ID}},
		{"UPDATE drafts SET ended_at = ?, end_state = 'dropped' WHERE complaint_id = ? AND end_state = ''", []any{now, c.ID}},
		{"UPDATE drafts SET subject = '', text = '', wishes = '{}' WHERE complaint_id = ?", []any{c.ID}},
		{"UPDATE corrective_measures SET description = '', owner = '', note = '' WHERE complaint_id = ?", []any{c.ID}},
		{"UPDATE tasks SET done_at = ?, done_by = 'register' WHERE complaint_id = ? AND done_at IS NULL", []any{now, c.ID}},
		{"UPDATE tasks SET text = '', note = '' WHERE complaint_id = ?", []any{c.ID}},
		{"UPDATE satisfaction_scores SET words = '' WHERE complaint_id = ?", []any{c.ID}},
		{"UPDATE term_changes SET reason = '' WHERE complaint_id = ?", []any{c.ID}},
		{"UPDATE complaints SET linked_to = NULL WHERE linked_to = ?", []any{c.ID}},
		{"DELETE FROM held WHERE complaint_id = ?", []any{c.ID}},
		{"DELETE FROM named_staff WHERE complaint_id = ?", []any{c.ID}},
		{"UPDATE events SET salt = '', detail = '' WHERE complaint_id = ?", []any{c.ID}},
	} {
		if err := tx.execInChunks(s.sql, s.args); err != nil {
			return fmt.Errorf("erase %s: %w", c.Number, err)
		}
	}
	if err := tx.forgetComplainant(c); err != nil {
		return fmt.Errorf("erase %s: %w", c.Number, err)
	}
	c.Subject, c.Facts, c.FactsOn, c.DesiredSolution, c.EndWords, c.Reference, c.Token, c.LinkedTo, c.ErasedAt = "", "", "", "", "", "", tag, nil, &now
	if err := tx.SaveComplaint(c); err != nil {
		return err
	}
	if err := tx.forgetMeasures(); err != nil {
		return fmt.Errorf("erase %s: %w", c.Number, err)
	}
	tx.erasures = append(tx.erasures, Erasure{Number: c.Number, RegisteredAt: c.RegisteredAt, At: now, Reason: reason})
	return tx.dropBytes(bytes)
}

// saidBeside finds mails of staff that belong to no complaint and name the person in full: who was looked for with `zoek`.
func (tx *Tx) saidBeside(c *Complaint) (ids []int64, err error) {
	var words []string
	if name := strings.ToLower(strings.Join(strings.Fields(c.Complainant.Name), " ")); strings.Contains(name, " ") && len(name) > 6 {
		words = append(words, name)
	}
	if c.Complainant.EmailKey != "" {
		words = append(words, c.Complainant.EmailKey)
	}
	if len(words) == 0 {
		return nil, nil
	}
	var list []Message
	err = tx.db.Select("id", "subject", "text").Where(`complaint_id IS NULL AND staff_id IS NOT NULL AND at >= ?
		AND (kind IN ('annual_report_draft','annual_report','dropped') OR EXISTS (SELECT 1 FROM ledger WHERE stored_as = messages.id AND outcome IN ('action','refused')))`, c.ReceivedAt).Find(&list).Error
	for _, m := range list {
		said := strings.ToLower(strings.Join(strings.Fields(m.Subject+" "+m.Text), " "))
		if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(said, w) }) {
			ids = append(ids, m.ID)
		}
	}
	return ids, err
}

// execInChunks runs a statement; a list of ids, its last value, may be of any length.
func (tx *Tx) execInChunks(sql string, args []any) error {
	list, is := args[len(args)-1].([]int64)
	if !is {
		return tx.db.Exec(sql, args...).Error
	}
	for chunk := range slices.Chunk(list, chunkIDs) {
		if err := tx.db.Exec(sql, append(slices.Clone(args[:len(args)-1]), chunk)...).Error; err != nil {
			return err
		}
	}
	return nil
}

// pluckInChunks runs a query of one column for a list of ids of any length.
func pluckInChunks[T any](tx *Tx, sql string, ids []int64) (all []T, err error) {
	for chunk := range slices.Chunk(ids, chunkIDs) {
		var list []T
		if err := tx.db.Raw(sql, chunk).Scan(&list).Error; err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// sightingsOf are the ledger entries of the messages, and those that met the same mails again.
func (tx *Tx) sightingsOf(messages []int64) ([]int64, error) {
	first, err := pluckInChunks[int64](tx, "SELECT id FROM ledger WHERE stored_as IN ?", messages)
	if err != nil {
		return nil, err
	}
	again, err := pluckInChunks[int64](tx, "SELECT id FROM ledger WHERE first_id IN ?", first)
	return append(first, again...), err
}

// bytesOf are the keys of all bytes that the complaint has.
func (tx *Tx) bytesOf(complaintID int64, messages []int64) ([]string, error) {
	raw, err := pluckInChunks[string](tx, "SELECT raw FROM messages WHERE raw IS NOT NULL AND id IN ?", messages)
	if err != nil {
		return nil, err
	}
	files, err := pluckInChunks[string](tx, "SELECT sha256 FROM attachments WHERE message_id IN ?", messages)
	if err != nil {
		return nil, err
	}
	sent, err := pluckInChunks[string](tx, "SELECT raw FROM outbox WHERE complaint_id IN ?", []int64{complaintID})
	return slices.Concat(raw, files, sent), err
}

// dropBytes removes the bytes that no row names any more. What lies in a file goes after the commit.
func (tx *Tx) dropBytes(keys []string) error {
	if err := tx.db.Exec("INSERT INTO blobs (sha256, size, data, created_at) VALUES (?, 0, ?, ?) ON CONFLICT (sha256) DO NOTHING", nothing, []byte{}, tx.now).Error; err != nil {
		return fmt.Errorf("drop bytes: %w", err)
	}
	slices.Sort(keys)
	for chunk := range slices.Chunk(slices.Compact(keys), chunkIDs) {
		var free []string
		err := tx.db.Raw(`SELECT sha256 FROM blobs b WHERE sha256 IN ? AND sha256 <> ? AND NOT EXISTS (SELECT 1 FROM messages WHERE raw = b.sha256)
			AND NOT EXISTS (SELECT 1 FROM attachments WHERE sha256 = b.sha256) AND NOT EXISTS (SELECT 1 FROM outbox WHERE raw = b.sha256)`, chunk, nothing).Scan(&free).Error
		if err == nil && len(free) > 0 && tx.store.engine == Postgres {
			err = tx.db.Exec("DELETE FROM blob_chunks WHERE sha256 IN ?", free).Error
		}
		if err == nil && len(free) > 0 {
			err = tx.db.Exec("DELETE FROM blobs WHERE sha256 IN ?", free).Error
		}
		if err != nil {
			return fmt.Errorf("drop bytes: %w", err)
		}
		tx.dropped = append(tx.dropped, free...)
	}
	return nil
}

// forgetComplainant empties the row of who complained. One that another complaint still needs is left, and parted from this one.
func (tx *Tx) forgetComplainant(c *Complaint) error {
	var others int64
	if err := tx.db.Model(&Complaint{}).Where("complainant_id = ? AND id <> ? AND erased_at IS NULL", c.ComplainantID, c.ID).Count(&others).Error; err != nil {
		return err
	}
	nobody := Complainant{ID: c.ComplainantID, CreatedAt: c.Complainant.CreatedAt}
	if others == 0 {
		c.Complainant = nobody
		return tx.SaveComplainant(&nobody)
	}
	nobody.ID = 0
	if _, err := tx.insert(&nobody, ""); err != nil {
		return err
	}
	c.Complainant, c.ComplainantID = nobody, nobody.ID
	return nil
}

// forgetMeasures empties preventive measures that were evaluated and serve erased complaints only. One that still waits keeps its words:
// it tells of a process, and its evaluation hangs on them.
func (tx *Tx) forgetMeasures() error {
	return tx.db.Exec(`UPDATE preventive_measures SET description = '', owner = '', involved = '', adjustment = '' WHERE evaluated_at IS NOT NULL AND description <> ''
		AND EXISTS (SELECT 1 FROM preventive_measure_complaints k WHERE k.preventive_measure_id = preventive_measures.id)
		AND NOT EXISTS (SELECT 1 FROM preventive_measure_complaints k JOIN complaints c ON c.id = k.complaint_id
			WHERE k.preventive_measure_id = preventive_measures.id AND c.erased_at IS NULL)`).Error
}

// ForgetMentions empties mails to staff that left and that name one of the erased complaints beside their own matter, with its subject or
// its outcome: lists, receipts, and the registration of a later complaint that was like it. since is when the first of them was registered.
func (tx *Tx) ForgetMentions(numbers []string, since time.Time) error {
	var last int64
	for {
		var page []OutboxMail
		err := tx.db.Where(`id > ? AND created_at >= ? AND staff_id IS NOT NULL AND state IN ('sent','failed') AND raw <> ?
			AND (complaint_id IS NULL OR kind IN ('registration','addition','receipt','recurrence','evaluation_due')) AND kind <> 'welcome'`, last, Micro(since), nothing).Order("id").Limit(200).Find(&page).Error
		if err != nil {
			return fmt.Errorf("look for mentions: %w", err)
		}
		for i := range page {
			m := &page[i]
			last = m.ID
			named, err := tx.mentions(m.Raw, numbers)
			if err != nil {
				return fmt.Errorf("look for mentions: %w", err)
			}
			if !named {
				continue
			}
			if err := tx.db.Exec("UPDATE outbox SET subject = '', raw = ?, size = 0, bounced_at = CASE WHEN state = 'failed' THEN COALESCE(bounced_at, ?) ELSE bounced_at END WHERE id = ?", nothing, tx.now, m.ID).Error; err != nil {
				return fmt.Errorf("forget a mention: %w", err)
			}
			if err := tx.dropBytes([]string{m.Raw}); err != nil {
				return err
			}
		}
		if len(page) < 200 {
			return nil
		}
	}
}

// mentionedWithin is how far into a mail its words are looked at; attachments come behind them.
const mentionedWithin = 256 << 10

// mentions tells whether a mail of ours names one of the numbers: ASCII, which quoted-printable only breaks over lines (RFC 2045 section 6.7).
func (tx *Tx) mentions(raw string, numbers []string) (bool, error) {
	r, err := tx.OpenBlob(raw)
	if err != nil {
		return false, err
	}
	defer r.Close()
	text := make([]byte, mentionedWithin)
	n, err := readUpTo(r, text)
	if err != nil {
		return false, err
	}
	text = bytes.ReplaceAll(text[:n], []byte("=\r\n"), nil)
	return slices.ContainsFunc(numbers, func(number string) bool { return bytes.Contains(text, []byte(number)) }), nil
}

// ErasableBefore lists complaints that ended before the instant and are not erased, the oldest first.
func (tx *Tx) ErasableBefore(before time.Time, n int) (numbers []string, err error) {
	err = tx.db.Raw(`SELECT number FROM complaints WHERE erased_at IS NULL AND stage IN ('closed','inadmissible','not_a_complaint','withdrawn','duplicate')
		AND COALESCE(closed_at, stage_since) < ? ORDER BY id LIMIT ?`, Micro(before), n).Scan(&numbers).Error
	if err != nil {
		err = fmt.Errorf("list what is to be erased: %w", err)
	}
	return numbers, err
}

// NotErased keeps those erasures whose complaint stands in the register as if it had never been erased.
func (tx *Tx) NotErased(noted []Erasure) (left []Erasure, err error) {
	met := map[string]bool{}
	for _, e := range noted {
		if met[e.Number+e.RegisteredAt.String()] {
			continue
		}
		met[e.Number+e.RegisteredAt.String()] = true
		var n int64
		if err := tx.db.Model(&Complaint{}).Where("number = ? AND registered_at = ? AND erased_at IS NULL", e.Number, Micro(e.RegisteredAt)).Count(&n).Error; err != nil {
			return nil, fmt.Errorf("compare with the erasures: %w", err)
		}
		if n > 0 {
			left = append(left, e)
		}
	}
	return left, nil
}

// IsErased tells whether the complaint was erased.
func (tx *Tx) IsErased(id int64) (bool, error) {
	var n int64
	err := tx.db.Model(&Complaint{}).Where("id = ? AND erased_at IS NOT NULL", id).Count(&n).Error
	return n > 0, err
}

// LetterWaits tells whether a letter about the complaint has still to leave for its complainant.
func (tx *Tx) LetterWaits(complaintID int64) (bool, error) {
	var n int64
	err := tx.db.Model(&OutboxMail{}).Where("complaint_id = ? AND staff_id IS NULL AND state IN ('queued','sending')", complaintID).Count(&n).Error
	return n > 0, err
}

// Expunge is a mail of an erased complaint whose copies are still to go from the folders of a mailbox.
type Expunge struct {
	ID          int64
	Mailbox     string
	ComplaintID int64
	Identity    string // of a mail that came in; "" one that we sent
	MessageID   string // "" it had none
	At          time.Time
	LookAt      time.Time
}

// noteExpunges notes the mails of a complaint that lie in folders: those that came in, and the copies of those that were sent.
func (tx *Tx) noteExpunges(complaintID int64, entries []int64) error {
	for chunk := range slices.Chunk(entries, chunkIDs) {
		err := tx.db.Exec(`INSERT INTO expunges (mailbox, complaint_id, identity, message_id, at, look_at)
			SELECT mailbox, CAST(? AS BIGINT), identity, message_id, received_at, seen_at FROM ledger WHERE id IN ?`, complaintID, chunk).Error
		if err != nil {
			return err
		}
	}
	return tx.db.Exec(`INSERT INTO expunges (mailbox, complaint_id, message_id, at, look_at)
		SELECT mailbox, complaint_id, message_id, COALESCE(sent_at, created_at), created_at FROM outbox WHERE complaint_id = ? AND copy <> ''`, complaintID).Error
}

// ExpungeMailboxes lists the mailboxes in whose folders mails of the complaint may still lie.
func (tx *Tx) ExpungeMailboxes(complaintID int64) (list []string, err error) {
	err = tx.db.Raw("SELECT DISTINCT mailbox FROM expunges WHERE complaint_id = ?", complaintID).Scan(&list).Error
	return list, err
}

// ExpungesOf counts the mails of the complaint that may still lie in folders.
func (tx *Tx) ExpungesOf(complaintID int64) (n int64, err error) {
	err = tx.db.Model(&Expunge{}).Where("complaint_id = ?", complaintID).Count(&n).Error
	return n, err
}

// AddExpunge notes a mail that came again after its complaint was erased.
func (tx *Tx) AddExpunge(e Expunge) error {
	e.At, e.LookAt = Micro(e.At), tx.now
	if _, err := tx.insert(&e, ""); err != nil {
		return fmt.Errorf("note a mail to be removed: %w", err)
	}
	return nil
}

// ExpungesDue lists the mails that are to go from the folders of a mailbox now.
func (tx *Tx) ExpungesDue(mailbox string, now time.Time, n int) (list []Expunge, err error) {
	err = tx.db.Where("mailbox = ? AND look_at <= ?", mailbox, Micro(now)).Order("id").Limit(n).Find(&list).Error
	return list, err
}

// Expunged notes that the mails are gone. A task to remove them by hand is done with the last one of its complaint.
func (tx *Tx) Expunged(list []Expunge) error {
	for _, e := range list {
		if err := tx.db.Delete(&Expunge{}, e.ID).Error; err != nil {
			return fmt.Errorf("note removed mails: %w", err)
		}
		left := tx.db.Model(&Expunge{}).Select("1").Where("complaint_id = ?", e.ComplaintID)
		err := tx.db.Model(&Task{}).Where("complaint_id = ? AND kind = 'expunge' AND done_at IS NULL AND NOT EXISTS (?)", e.ComplaintID, left).
			Updates(map[string]any{"done_at": tx.now, "done_by": "register"}).Error
		if err != nil {
			return fmt.Errorf("end the task: %w", err)
		}
	}
	return nil
}

// LookLater puts the mails off that a server could not remove.
func (tx *Tx) LookLater(list []Expunge, at time.Time) error {
	for _, e := range list {
		if err := tx.db.Model(&Expunge{}).Where("id = ?", e.ID).Update("look_at", Micro(at)).Error; err != nil {
			return fmt.Errorf("put removing off: %w", err)
		}
	}
	return nil
}

// youngFile is how old a file must be before it is removed with its row: the same bytes may just be coming again.
const youngFile = 15 * time.Minute

// scrub makes the bytes go that rows had before a commit: files at once when they are old enough (the others are swept later), and what the
// engine keeps of changed rows. It does what it can; a long reader holds some of it back until the next time.
func (s *Store) scrub(db *gorm.DB, dropped []string) {
	if s.engine == Postgres {
		db.Exec("VACUUM complainants, complaints, messages, attachments, forwards, blobs, blob_chunks, ledger, outbox, events, analyses, drafts, corrective_measures, tasks, complaint_search")
		return
	}
	if alone, err := s.holdFiles(syscall.LOCK_EX | syscall.LOCK_NB); err == nil { // otherwise a backup is being made, and they are swept later
		read := s.Read(db.Statement.Context)
		for _, key := range dropped {
			if path := s.blobPath(key); filepath.Base(path) == key {
				read.sweepFile(path, time.Now().Add(-youngFile))
			}
		}
		alone.Close()
	}
	db.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
}
