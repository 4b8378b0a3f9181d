package models

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"
)

func exerciseOutbox(t *testing.T, e Engine) {
	t.Run("a key makes one mail, and a conflict makes nothing", func(t *testing.T) {
		r := newRegister(t, e)
		first := r.queue("k")
		second := mailRow("k")
		r.write(func(tx *Tx) error {
			made, err := tx.Queue(second, r.blob("other bytes"))
			if made {
				t.Error("made twice")
			}
			return err
		})
		tx := r.read()
		if got, err := tx.OutboxByMessageID(second.MessageID); got != nil || err != nil {
			t.Errorf("the second: %+v %v", got, err)
		}
		if got, err := tx.OutboxByMessageID(first.MessageID); err != nil || got == nil || got.ID != first.ID || got.State != "queued" || !got.NextAttemptAt.Equal(noon) {
			t.Errorf("the first: %+v %v", got, err)
		}
		if n := r.count("SELECT COUNT(*) FROM blobs"); n != 1 {
			t.Errorf("%d blobs, want 1", n)
		}
		if ok, err := tx.Queued("k"); !ok || err != nil {
			t.Errorf("queued: %v %v", ok, err)
		}
		if got, err := tx.OutboxByBounceToken(first.BounceToken); err != nil || got.ID != first.ID {
			t.Errorf("by bounce token: %+v %v", got, err)
		}
		for _, find := range []func(string) (*OutboxMail, error){tx.OutboxByMessageID, tx.OutboxByBounceToken} {
			if got, err := find(""); got != nil || err != nil {
				t.Errorf("by nothing: %+v %v", got, err)
			}
		}
		r.sound()
	})
	t.Run("a Message-ID is taken once", func(t *testing.T) {
		r := newRegister(t, e)
		first, second := r.queue("a"), mailRow("b")
		second.MessageID = first.MessageID
		err := r.Write(context.Background(), r.now, func(tx *Tx) error { _, err := tx.Queue(second, r.blob("x")); return err })
		if !IsDuplicate(err) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("two who cause the same mail at once make one", func(t *testing.T) {
		r := newRegister(t, e)
		var all sync.WaitGroup
		for _, s := range []*register{r, r.second()} {
			all.Go(func() {
				for _, key := range []string{"a", "b", "c", "d", "e", "f"} {
					m := mailRow(key)
					if err := s.Write(context.Background(), r.now, func(tx *Tx) error { _, err := tx.Queue(m, s.blob(m.MessageID)); return err }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if mails, blobs := r.count("SELECT COUNT(*) FROM outbox"), r.count("SELECT COUNT(*) FROM blobs"); mails != 6 || blobs != 6 {
			t.Errorf("%d mails, %d blobs", mails, blobs)
		}
	})
	t.Run("retry", func(t *testing.T) {
		r := newRegister(t, e)
		sent, failed, later := r.queue("sent"), r.queue("failed"), r.queue("later")
		r.exec("UPDATE outbox SET state = 'sent' WHERE id = ?", sent.ID)
		r.exec("UPDATE outbox SET state = 'failed' WHERE id = ?", failed.ID)
		r.exec("UPDATE outbox SET next_attempt_at = ? WHERE id = ?", noon.Add(time.Hour), later.ID)
		if queued, dead, err := r.read().OutboxLeft(); queued != 1 || dead != 1 || err != nil {
			t.Errorf("left %d and %d, %v", queued, dead, err)
		}
		r.write(func(tx *Tx) error {
			if n, err := tx.RetryAll(); n != 1 || err != nil {
				t.Errorf("all: %d %v", n, err)
			}
			if err := tx.Retry(sent.ID); !IsNotFound(err) {
				t.Errorf("sent: %v", err)
			}
			return tx.Retry(failed.ID)
		})
		if queued, dead, err := r.read().OutboxLeft(); queued != 2 || dead != 0 || err != nil {
			t.Errorf("left %d and %d, %v", queued, dead, err)
		}
	})
	t.Run("copies", func(t *testing.T) {
		r := newRegister(t, e)
		due, waiting := r.queue("due"), r.queue("waiting")
		r.exec("UPDATE outbox SET copy = 'due'")
		r.exec("UPDATE outbox SET state = 'sent' WHERE id = ?", due.ID)
		list := must[[]OutboxMail](t)(r.read().CopiesDue(waiting.Mailbox, 5))
		if len(list) != 1 || list[0].ID != due.ID {
			t.Errorf("%+v", list)
		}
		r.write(func(tx *Tx) error { return tx.MarkCopied(due.ID) })
		if list := must[[]OutboxMail](t)(r.read().CopiesDue(waiting.Mailbox, 5)); len(list) != 0 {
			t.Errorf("%+v", list)
		}
	})
	t.Run("the conversation with a staff member is its first mail and the newest", func(t *testing.T) {
		r := newRegister(t, e)
		c, an := r.complain("x"), r.staff("an@example.test")
		var ids []string
		r.write(func(tx *Tx) error {
			for range 15 {
				m := mailRow(unique("k"))
				m.ComplaintID, m.StaffID = &c.ID, &an.ID
				ids = append(ids, m.MessageID)
				if _, err := tx.Queue(m, r.blob("x")); err != nil {
					return err
				}
			}
			return nil
		})
		if got, err := r.read().StaffThread(c.ID, an.ID); err != nil || !slices.Equal(got, append(ids[:1:1], ids[4:]...)) {
			t.Errorf("%v %v", got, err)
		}
	})
}

func exerciseClaims(t *testing.T, e Engine) {
	claim := func(r *register, owner string, n int) (list []OutboxMail) {
		r.t.Helper()
		r.write(func(tx *Tx) (err error) { list, err = tx.Claim(owner, n, 5*time.Minute); return err })
		return list
	}
	keys := func(list []OutboxMail) []string { return mapped(list, func(m OutboxMail) string { return m.Key }) }
	t.Run("the most urgent first, then the oldest", func(t *testing.T) {
		r := newRegister(t, e)
		for i, key := range []string{"staff", "late", "early", "future"} {
			m := r.queue(key)
			at := noon.Add(-time.Duration(i) * time.Minute)
			if key == "future" {
				at = noon.Add(time.Microsecond)
			}
			priority := 0
			if key == "staff" {
				priority = 10
			}
			r.exec("UPDATE outbox SET priority = ?, next_attempt_at = ? WHERE id = ?", priority, at, m.ID)
		}
		if got := keys(claim(r, "a", 2)); !slices.Equal(got, []string{"early", "late"}) {
			t.Errorf("%v", got)
		}
		if got := claim(r, "b", 9); !slices.Equal(keys(got), []string{"staff"}) || got[0].Attempts != 1 || got[0].LeaseOwner != "b" || got[0].State != "sending" {
			t.Errorf("%+v", got)
		}
		if due, err := r.read().NextDue(); err != nil || !due.Equal(noon.Add(time.Microsecond)) {
			t.Errorf("next: %v %v", due, err)
		}
		if due, err := r.read().NextDue("other@example.test"); err != nil || !due.IsZero() {
			t.Errorf("next of another mailbox: %v %v", due, err)
		}
	})
	t.Run("a lease that ran out is due at the instant NextDue names, and its owner is fenced off", func(t *testing.T) {
		r := newRegister(t, e)
		r.queue("k")
		mine := claim(r, "a", 1)[0]
		due := must[time.Time](t)(r.read().NextDue())
		if !due.Equal(noon.Add(5 * time.Minute)) {
			t.Errorf("next: %v", due)
		}
		r.now = due.Add(-time.Microsecond)
		if got := claim(r, "b", 1); len(got) != 0 {
			t.Errorf("too early: %+v", got)
		}
		r.now = due
		yours := claim(r, "b", 1)
		if len(yours) != 1 || yours[0].Attempts != 2 {
			t.Fatalf("%+v", yours)
		}
		r.write(func(tx *Tx) error {
			mine.State, mine.SentAt = "sent", &r.now
			for what, f := range map[string]func() (bool, error){
				"complete": func() (bool, error) { return tx.Complete(&mine, "a") },
				"extend":   func() (bool, error) { return tx.Extend(&mine, "a", time.Hour) },
				"release":  func() (bool, error) { return tx.Release(&mine, "a") },
			} {
				if ok, err := f(); ok || err != nil {
					t.Errorf("%s without lease: %v %v", what, ok, err)
				}
			}
			yours[0].State, yours[0].SentAt = "sent", &r.now
			if ok, err := tx.Complete(&yours[0], "b"); !ok || err != nil {
				t.Errorf("with lease: %v %v", ok, err)
			}
			return nil
		})
		if due, err := r.read().NextDue(); err != nil || !due.IsZero() {
			t.Errorf("next: %v %v", due, err)
		}
	})
	t.Run("a mail put back was no attempt", func(t *testing.T) {
		r := newRegister(t, e)
		r.queue("k")
		m := claim(r, "a", 1)[0]
		m.NextAttemptAt = noon.Add(time.Hour)
		r.write(func(tx *Tx) error {
			if ok, err := tx.Release(&m, "a"); !ok || err != nil {
				t.Errorf("%v %v", ok, err)
			}
			return tx.DueNow([]int64{m.ID})
		})
		if again := claim(r, "b", 1); len(again) != 1 || again[0].Attempts != 1 {
			t.Errorf("%+v", again)
		}
		if list := must[[]string](t)(r.read().OutboxMailboxes()); !slices.Equal(list, []string{"klachten@example.test"}) {
			t.Errorf("%v", list)
		}
	})
	t.Run("two who claim at once never get the same mail", func(t *testing.T) {
		r := newRegister(t, e)
		r.write(func(tx *Tx) error {
			for range 60 {
				if _, err := tx.Queue(mailRow(unique("k")), r.blob("x")); err != nil {
					return err
				}
			}
			return nil
		})
		var all sync.WaitGroup
		var mu sync.Mutex
		taken := map[int64]string{}
		for i, s := range []*register{r, r.second(), r, r} {
			owner := string(rune('a' + i))
			all.Go(func() {
				for {
					var list []OutboxMail
					err := s.Write(context.Background(), noon, func(tx *Tx) (err error) { list, err = tx.Claim(owner, 7, time.Minute); return err })
					if err != nil {
						t.Error(err)
					}
					if len(list) == 0 {
						return
					}
					mu.Lock()
					for _, m := range list {
						if taken[m.ID] != "" {
							t.Errorf("mail %d was claimed by %s and by %s", m.ID, taken[m.ID], owner)
						}
						taken[m.ID] = owner
					}
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if len(taken) != 60 {
			t.Errorf("%d claimed, want 60", len(taken))
		}
	})
}
