package models

import (
	"os"
	"strings"
	"testing"
)

// promised is a register in which every kind of row keeps its promise: a complaint that was thanked and answered, an addition, a mail seen
// twice, a parked mail, a complaint without address, bytes in a row and in a file.
func promised(t *testing.T, e Engine) *register {
	r := newRegister(t, e)
	thanked, unreachable := r.complain("De soep was koud."), r.complain("Anoniem.")
	big := r.blob(strings.Repeat("attachment", 200_000))
	r.write(func(tx *Tx) error {
		for i, o := range []Outcome{AsComplaint, AsAddition, AsParked, AsParked} {
			b := r.blob("raw " + string(o) + unique("r"))
			m := &Message{Direction: "in", MessageID: unique("m"), At: r.now, Raw: &b.SHA256, Size: b.Size}
			entry := r.entryRow(uint32(i+1), o)
			if o != AsParked {
				m.ComplaintID, entry.ComplaintID = &thanked.ID, &thanked.ID
			}
			if i == 0 {
				m.Attachments = []Attachment{{Name: "a.bin", Type: "application/octet-stream", Size: big.Size, SHA256: big.SHA256}}
			}
			if err := tx.PutBlobs([]Blob{b, big}); err != nil {
				return err
			}
			if err := tx.AddMessage(m); err != nil {
				return err
			}
			entry.StoredAs = &m.ID
			if err := tx.AddLedgerEntry(entry); err != nil {
				return err
			}
		}
		first := int64(1)
		known := r.entryRow(9, AsKnown)
		known.FirstID = &first
		if err := tx.AddLedgerEntry(known); err != nil {
			return err
		}
		whole := &Analysis{ComplaintID: thanked.ID, Version: 1}
		for _, key := range AnalysisFields {
			*whole.Field(key) = "x"
		}
		whole.Verdict = "founded"
		if err := tx.AddAnalysis(whole); err != nil {
			return err
		}
		for _, kind := range []string{"acknowledgement", "answer"} {
			m := mailRow(kind)
			m.Kind, m.ComplaintID = kind, &thanked.ID
			if _, err := tx.Queue(m, r.blob(kind)); err != nil {
				return err
			}
		}
		thanked.Stage = Closed
		if err := tx.SaveComplaint(thanked); err != nil {
			return err
		}
		return tx.AddTask(&Task{ComplaintID: unreachable.ID, Kind: "post_letter"})
	})
	return r
}

func exerciseVerify(t *testing.T, e Engine) {
	r := promised(t, e)
	for _, c := range []struct{ name, sql, want string }{
		{"a sound register", "", ""},
		{"a complaint is gone", "UPDATE complaints SET serial = 3 WHERE serial = 2", "K-2026: the last number is 3, but there are 2; K-2026: the counter stands at 2, the last number is 3; K-2026-0002 bears the number of another: it is number 3 of 2026"},
		{"the counter was set back", "UPDATE counters SET value = 1 WHERE name = 'K-2026'", "K-2026: the counter stands at 1, the last number is 2"},
		{"a whole year is gone", "INSERT INTO counters (name, value) VALUES ('K-2025', 4)", "K-2025: the counter stands at 4, the last number is 0"},
		{"a parked mail is gone", "UPDATE ledger SET parked_no = NULL WHERE parked_no = 1", "P: the last number is 2, but there are 1"},
		{"a mail kept no message", "UPDATE ledger SET stored_as = NULL WHERE uid = 2", "ledger entry 2 (addition) keeps no message"},
		{"a known mail without its first sighting", "UPDATE ledger SET first_id = NULL WHERE uid = 9", "ledger entry 5 (known) names no first sighting"},
		{"an addition to nothing", "UPDATE ledger SET complaint_id = NULL WHERE uid = 2", "ledger entry 2 (addition) names no complaint"},
		{"two mails began one complaint", "UPDATE ledger SET outcome = 'complaint' WHERE uid = 2", "K-2026-0001: 2 mails in the ledger say that they began it"},
		{"nobody was thanked", "DELETE FROM outbox WHERE kind = 'acknowledgement'", "K-2026-0001 (closed): nobody was thanked"},
		{"nobody was told to post a letter", "DELETE FROM tasks", "K-2026-0002 (registered): nobody was thanked"},
		{"ended without a word", "DELETE FROM outbox WHERE kind = 'answer'", "K-2026-0001 (closed): ended without a reaction"},
		{"the answer failed", "UPDATE outbox SET state = 'failed' WHERE kind = 'answer'", "K-2026-0001 (closed): ended without a reaction"},
		{"the answer came back", "UPDATE outbox SET bounced_at = created_at WHERE kind = 'answer'", "K-2026-0001 (closed): ended without a reaction"},
		{"the thanks came back unnoticed", "UPDATE outbox SET bounced_at = created_at WHERE kind = 'acknowledgement'", "K-2026-0001 (closed): the thanks came back, and nobody was told to call or write"},
		{"answered without an analysis", "DELETE FROM analyses", "K-2026-0001 (closed): was answered before its analysis was complete"},
		{"answered before the last field", "UPDATE analyses SET conclusion = ''", "K-2026-0001 (closed): was answered before its analysis was complete"},
		{"answered before its analysis", "UPDATE outbox SET created_at = '2026-03-02 11:59:59+00:00' WHERE kind = 'answer'", "K-2026-0001 (closed): was answered before its analysis was complete"},
		{"a number of another", "UPDATE complaints SET number = 'K-2026-0007' WHERE serial = 2", "K-2026-0007 bears the number of another: it is number 2 of 2026"},
		{"sent, and nothing says when", "UPDATE outbox SET state = 'sent' WHERE kind = 'answer'", "outbox mail 2 (answer) left, and nothing says when"},
		{"sent by nobody", "UPDATE outbox SET state = 'sending' WHERE kind = 'answer'", "outbox mail 2 (answer) is being sent by nobody"},
		{"bytes in a row are not whole", "UPDATE blobs SET size = size + 1 WHERE size < 10", "of 7 bytes is gone or not whole"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Join(r.afterTampering(t, c.sql), "; ")
			if got != c.want && (c.want == "" || !strings.HasPrefix(c.want, "of ") || !strings.HasSuffix(got, c.want)) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	t.Run("bytes of the same length, but others", func(t *testing.T) {
		r := promised(t, e)
		must[bool](t)(true, r.Store.write.Exec("UPDATE blobs SET data = ? WHERE size = 6", []byte("answeR")).Error)
		if got := must[[]string](t)(r.read().Verify()); len(got) != 1 || !strings.Contains(got[0], "of 6 bytes is gone or not whole") {
			t.Errorf("%q", got)
		}
	})
	if e == SQLite {
		t.Run("an index that does not hold its rows", func(t *testing.T) {
			r := promised(t, e)
			r.exec("PRAGMA writable_schema = 1")
			r.exec("UPDATE sqlite_master SET sql = 'CREATE INDEX outbox_raw ON outbox (mailbox)' WHERE name = 'outbox_raw'")
			r.Store.Close()
			r.Store = r.open(r.dir)
			if got := must[[]string](t)(r.read().Verify()); len(got) == 0 || !strings.Contains(got[0], "the database file is damaged") {
				t.Errorf("%q", got)
			}
		})
	}
	t.Run("a big file is gone or cut short", func(t *testing.T) {
		for _, cut := range []bool{false, true} {
			r := promised(t, e)
			if e == Postgres {
				r.exec("DELETE FROM blob_chunks WHERE n = 1 OR ?", !cut)
			} else if files := r.files("blobs"); cut {
				os.Truncate(files[0], 5)
			} else {
				os.Remove(files[0])
			}
			got := must[[]string](t)(r.read().Verify())
			if len(got) != 1 || !strings.Contains(got[0], "of 2000000 bytes is gone or not whole") {
				t.Errorf("cut %v: %q", cut, got)
			}
		}
	})
	t.Run("a complaint that was taken over is held to what its first event says", func(t *testing.T) {
		r := newRegister(t, e)
		ended, open := r.complaintRow("De soep was koud."), r.complaintRow("Het bed was hard.")
		ended.Stage, ended.Reference, ended.ImportDigest, open.ImportDigest = Closed, "17/2024", "a", "b"
		r.write(func(tx *Tx) (err error) {
			for _, c := range []*Complaint{ended, open} {
				if c.Number, c.Serial, err = tx.NextNumber(c.Year); err != nil {
					return err
				}
				if err := tx.AddComplaint(c); err != nil {
					return err
				}
				if _, err := tx.AddEvent(c.ID, "operator", "imported", map[string]any{"answer": c == ended}, []byte("0123456789abcdef")); err != nil {
					return err
				}
			}
			return nil
		})
		for _, id := range []int64{ended.ID, open.ID} {
			if left := must[bool](t)(r.read().AnswerLeft(id)); left != (id == ended.ID) {
				t.Errorf("complaint %d: an answer left: %v", id, left)
			}
		}
		for sql, want := range map[string]string{"": "", "UPDATE complaints SET stage = 'closed'": "K-2026-0002 (closed): ended without a reaction",
			"DELETE FROM events WHERE complaint_id = 1": "K-2026-0001: no event tells of its registration; K-2026-0001 (closed): nobody was thanked; K-2026-0001 (closed): ended without a reaction"} {
			if got := strings.Join(r.afterTampering(t, sql), "; "); got != want {
				t.Errorf("after %q: %q, want %q", sql, got, want)
			}
		}
	})
	t.Run("an erased complaint is held to nothing that was erased", func(t *testing.T) {
		got := r.afterTampering(t, `DELETE FROM outbox; UPDATE complaints SET erased_at = received_at, subject = '', facts = ''; UPDATE events SET salt = '', detail = '';
			UPDATE complainants SET name = '', email = ''; UPDATE messages SET text = '', raw = NULL`)
		if len(got) != 0 {
			t.Errorf("got %q", got)
		}
	})
}
