package models

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// withFile files a mail with an attachment under a complaint.
func (r *register) withFile(c *Complaint, uid uint32, raw, file string) {
	r.t.Helper()
	mail, attachment := r.blob(raw), r.blob(file)
	r.write(func(tx *Tx) error {
		if err := tx.PutBlobs([]Blob{mail, attachment}); err != nil {
			return err
		}
		m := &Message{ComplaintID: &c.ID, Direction: "in", MessageID: unique("m"), FromEmail: "jan@example.test", At: r.now, Text: raw, Raw: &mail.SHA256, Size: mail.Size,
			Attachments: []Attachment{{Name: "foto van Jan.jpg", Type: "image/jpeg", Size: attachment.Size, SHA256: attachment.SHA256}}}
		if err := tx.AddMessage(m); err != nil {
			return err
		}
		e := r.entryRow(uid, AsComplaint)
		e.ComplaintID, e.StoredAs = &c.ID, &m.ID
		return tx.AddLedgerEntry(e)
	})
}

func (r *register) erase(c *Complaint) {
	r.t.Helper()
	r.write(func(tx *Tx) error { return tx.Pseudonymise(c, unique("erased."), "by letter") })
}

func exerciseErase(t *testing.T, e Engine) {
	limit := inlineSQLite
	if e == Postgres {
		limit = inlinePostgres
	}
	t.Run("bytes go unless another complaint has them, too", func(t *testing.T) {
		r := newRegister(t, e)
		one, other := r.complain("De soep was koud."), r.complain("De pap ook.")
		shared, own := strings.Repeat("s", limit+1), strings.Repeat("o", limit+1)
		r.withFile(one, 1, "mail one", own)
		r.withFile(one, 2, "mail two", shared)
		r.withFile(other, 3, "mail of another", shared)
		old := time.Now().Add(-time.Hour)
		filepath.WalkDir(filepath.Join(r.dir, "blobs"), func(path string, _ os.DirEntry, err error) error { return errors.Join(err, os.Chtimes(path, old, old)) })
		r.erase(one)
		left := map[string]bool{"mail one": false, "mail two": false, own: false, "mail of another": true, shared: true}
		for content, want := range left {
			b := r.blob(content)
			if got := r.count("SELECT COUNT(*) FROM blobs WHERE sha256 = ?", b.SHA256) == 1; got != want {
				t.Errorf("%.20q…: in the register %v, want %v", content, got, want)
			}
			b.Drop()
		}
		if got := readAll(t)(r.read().OpenBlob(r.blob(shared).SHA256)); got != shared {
			t.Errorf("of the shared attachment %d bytes come back", len(got))
		}
		if n := r.count("SELECT COUNT(*) FROM attachments"); n != 1 {
			t.Errorf("%d attachments are left", n)
		}
		if n := r.count("SELECT COUNT(*) FROM expunges"); n != 2 {
			t.Errorf("%d mails are to go from the folders", n)
		}
	})
	t.Run("a big file goes with its row, one that has just come is left to the sweep", func(t *testing.T) {
		if e == Postgres {
			return // all bytes are in rows
		}
		r := newRegister(t, e)
		c := r.complain("De soep was koud.")
		oldFile, youngFile := strings.Repeat("a", limit+1), strings.Repeat("b", limit+1)
		r.withFile(c, 1, oldFile, youngFile)
		path := func(content string) string { return r.blobPath(r.blob(content).SHA256) }
		paths := []string{path(oldFile), path(youngFile)}
		hourAgo := time.Now().Add(-time.Hour)
		if err := os.Chtimes(paths[0], hourAgo, hourAgo); err != nil {
			t.Fatal(err)
		}
		r.erase(c)
		if _, err := os.Stat(paths[0]); !os.IsNotExist(err) {
			t.Errorf("the old file is still there: %v", err)
		}
		if _, err := os.Stat(paths[1]); err != nil {
			t.Error(err)
		}
		if n := must[int](t)(r.read().SweepBlobs(0)); n != 1 {
			t.Errorf("%d files are swept", n)
		}
	})
	t.Run("a person with another complaint stays there", func(t *testing.T) {
		r := newRegister(t, e)
		one := r.complain("De soep was koud.")
		other := r.complaintRow("De pap ook.")
		other.ComplainantID = one.ComplainantID
		r.write(func(tx *Tx) error { return tx.add(other) })
		r.erase(one)
		for number, want := range map[string]string{one.Number: "", other.Number: "Jan Peeters"} {
			if c := must[*Complaint](t)(r.read().Complaint(number)); c.Complainant.Name != want {
				t.Errorf("%s is of %q, want %q", number, c.Complainant.Name, want)
			}
		}
		r.erase(other)
		if n := r.count("SELECT COUNT(*) FROM complainants WHERE name <> '' OR email <> '' OR email_key <> ''"); n != 0 {
			t.Errorf("%d people are left", n)
		}
		r.sound()
	})
	t.Run("the chain verifies, and what was changed in it still shows", func(t *testing.T) {
		r := newRegister(t, e)
		c := r.complain("De soep was koud.")
		r.erase(c)
		r.write(func(tx *Tx) error { _, err := tx.AddEvent(c.ID, "operator", "erased", nil, []byte("salt")); return err })
		r.sound()
		r.exec("UPDATE events SET what = 'closed' WHERE complaint_id = ? AND seq = 1", c.ID)
		if broken := must[[]string](t)(r.read().Verify()); len(broken) != 1 {
			t.Errorf("verify says %q", broken)
		}
	})
	t.Run("nothing is sent, retried or told of an erased complaint", func(t *testing.T) {
		r := newRegister(t, e)
		c := r.complain("De soep was koud.")
		var ids []int64
		r.write(func(tx *Tx) error {
			for _, key := range []string{"waits", "refused"} {
				m := mailRow(key)
				m.ComplaintID = &c.ID
				if _, err := tx.Queue(m, r.blob(key)); err != nil {
					return err
				}
				ids = append(ids, m.ID)
			}
			return tx.db.Exec("UPDATE outbox SET state = 'failed', last_code = 552 WHERE id = ?", ids[1]).Error
		})
		r.erase(c)
		r.write(func(tx *Tx) error {
			if list := must[[]OutboxMail](t)(tx.Claim("node", 10, time.Minute)); len(list) != 0 {
				t.Errorf("%d mails would leave", len(list))
			}
			if err := tx.Retry(ids[0]); !IsNotFound(err) {
				t.Errorf("retry: %v", err)
			}
			told := append(must[[]OutboxMail](t)(tx.Refused()), must[[]OutboxMail](t)(tx.TooBig())...)
			if len(told) != 0 {
				t.Errorf("somebody would be told of %d mails", len(told))
			}
			return nil
		})
	})
	t.Run("a measure that waits for its evaluation keeps its words, an evaluated one does not", func(t *testing.T) {
		r := newRegister(t, e)
		c := r.complain("De soep was koud.")
		r.write(func(tx *Tx) error {
			for _, evaluated := range []bool{false, true} {
				m := &PreventiveMeasure{Description: "Een tweede kar", Owner: "bram", DueOn: "2026-03-10", EvaluationOn: "2026-04-10"}
				if evaluated {
					m.EvaluatedAt, m.Result = &r.now, "effective"
				}
				if err := tx.AddPreventiveMeasure(m, []int64{c.ID}); err != nil {
					return err
				}
			}
			return nil
		})
		r.erase(c)
		list := must[[]PreventiveMeasure](t)(r.read().PreventiveMeasures(c.ID))
		if len(list) != 2 || list[0].Description == "" || list[1].Description != "" || list[1].Result != "effective" {
			t.Errorf("%+v", list)
		}
	})
	t.Run("what is not committed is not noted", func(t *testing.T) {
		r := newRegister(t, e)
		c := r.complain("De soep was koud.")
		stop := errors.New("stop")
		erase := func(tx *Tx) error { return tx.Pseudonymise(c, unique("erased."), "by letter") }
		err := r.Write(context.Background(), r.now, func(tx *Tx) error { return errors.Join(erase(tx), stop) })
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		r.write(func(tx *Tx) error {
			tx.Savepoint(func(tx *Tx) error { return errors.Join(erase(tx), stop) })
			return nil
		})
		if list := must[[]Erasure](t)(r.Erasures()); len(list) != 0 {
			t.Errorf("noted %v", list)
		}
		r.erase(must[*Complaint](t)(r.read().Complaint(c.Number)))
		list := must[[]Erasure](t)(r.Erasures())
		if len(list) != 1 || list[0].Number != c.Number || !list[0].RegisteredAt.Equal(c.RegisteredAt) {
			t.Fatalf("noted %v", list)
		}
		if left := must[[]Erasure](t)(r.read().NotErased(list)); len(left) != 0 {
			t.Errorf("left %v", left)
		}
		r.sound()
		r.exec("UPDATE complaints SET facts = 'De soep was koud.'")
		if broken := must[[]string](t)(r.read().Verify()); len(broken) != 1 || !strings.Contains(broken[0], "something of it is left") {
			t.Errorf("verify says %q", broken)
		}
		r.exec("UPDATE complaints SET erased_at = NULL")
		if broken := strings.Join(must[[]string](t)(r.read().Verify()), " "); !strings.Contains(broken, "erased.jsonl says") {
			t.Errorf("verify says %q", broken)
		}
		// The number was given to another complaint after an older backup was put back.
		r.exec("UPDATE complaints SET erased_at = NULL, registered_at = ?", r.now.Add(time.Hour))
		if left := must[[]Erasure](t)(r.read().NotErased(list)); len(left) != 0 {
			t.Errorf("another complaint would be erased: %v", left)
		}
	})
	if e == Postgres {
		t.Run("PostgreSQL clears what rows held before", func(t *testing.T) {
			r := newRegister(t, e)
			r.erase(r.complain("De soep was koud."))
			for range 50 { // the figures come a moment later
				if r.count("SELECT SUM(vacuum_count) FROM pg_stat_user_tables WHERE relname IN ('complaints', 'messages', 'outbox', 'complaint_search')") == 4 {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
			t.Error("tables were not vacuumed")
		})
	}
}
