package models

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func exerciseLedger(t *testing.T, e Engine) {
	t.Run("a mail is known by place and by identity", func(t *testing.T) {
		r := newRegister(t, e)
		first := r.entryRow(5, AsOwn)
		r.write(func(tx *Tx) error { return tx.AddLedgerEntry(first) })
		again := r.entryRow(9, AsKnown)
		again.Identity, again.FirstID = first.Identity, &first.ID
		r.write(func(tx *Tx) error { return tx.AddLedgerEntry(again) })
		tx := r.read()
		if got, err := tx.Sighting("klachten@example.test", 7, 5); err != nil || got == nil || got.ID != first.ID {
			t.Errorf("%+v %v", got, err)
		}
		if got, err := tx.FirstSighting(first.Identity); err != nil || got == nil || got.ID != first.ID {
			t.Errorf("%+v %v", got, err)
		}
		for _, never := range []func() (*LedgerEntry, error){
			func() (*LedgerEntry, error) { return tx.Sighting("klachten@example.test", 8, 5) },
			func() (*LedgerEntry, error) { return tx.Sighting("andere@example.test", 7, 5) },
			func() (*LedgerEntry, error) { return tx.FirstSighting("nothing") },
		} {
			if got, err := never(); got != nil || err != nil {
				t.Errorf("never seen: %+v %v", got, err)
			}
		}
		if got := must[map[uint32]bool](t)(tx.SeenUIDs("klachten@example.test", 7, 6)); len(got) != 1 || !got[9] {
			t.Errorf("%v", got)
		}
	})
	t.Run("a place and an identity are taken once", func(t *testing.T) {
		r := newRegister(t, e)
		first := r.entryRow(5, AsOwn)
		r.write(func(tx *Tx) error { return tx.AddLedgerEntry(first) })
		sameIdentity := r.entryRow(6, AsOwn)
		sameIdentity.Identity = first.Identity
		for _, row := range []*LedgerEntry{r.entryRow(5, AsOwn), sameIdentity} {
			if err := r.Write(context.Background(), r.now, func(tx *Tx) error { return tx.AddLedgerEntry(row) }); !IsDuplicate(err) || IsStorage(err) {
				t.Errorf("got %v", err)
			}
		}
	})
	t.Run("parked mails are numbered without a gap", func(t *testing.T) {
		r := newRegister(t, e)
		r.write(func(tx *Tx) error {
			for uid := range uint32(4) {
				tx.Savepoint(func(tx *Tx) error {
					if err := tx.AddLedgerEntry(r.entryRow(uid+1, AsParked)); err != nil {
						return err
					}
					if uid == 1 {
						return errStory
					}
					return nil
				})
			}
			return nil
		})
		got, err := r.read().ParkedEntry(3)
		if err != nil || got.UID != 4 {
			t.Errorf("P-3: %+v %v", got, err)
		}
		if _, err := r.read().ParkedEntry(4); !IsNotFound(err) {
			t.Errorf("P-4: %v", err)
		}
	})
	t.Run("of two who take the same mail at once one comes second", func(t *testing.T) {
		r := newRegister(t, e)
		stores := []*register{r, r.second()}
		var all sync.WaitGroup
		took := make([]int, 2)
		for i, s := range stores {
			all.Go(func() {
				for uid := range uint32(20) {
					err := s.Write(context.Background(), r.now, func(tx *Tx) error {
						if seen, err := tx.Sighting("klachten@example.test", 7, uid+1); err != nil || seen != nil {
							return err
						}
						entry := r.entryRow(uid+1, AsOwn)
						entry.Identity = fmt.Sprintf("same%d", uid)
						took[i]++
						return tx.AddLedgerEntry(entry)
					})
					if IsDuplicate(err) {
						took[i]--
					} else if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if n := r.count("SELECT COUNT(*) FROM ledger"); n != 20 || took[0]+took[1] != 20 {
			t.Errorf("%d rows, taken %v", n, took)
		}
	})
	t.Run("a big mailbox", func(t *testing.T) { bigMailbox(t, newRegister(t, e)) })
	t.Run("how far a folder was read", func(t *testing.T) {
		r := newRegister(t, e)
		if m, err := r.read().Mailbox("a@x", "INBOX"); err != nil || m.NextUID != 0 {
			t.Errorf("%+v %v", m, err)
		}
		for _, next := range []uint32{5, 4_294_967_295} {
			r.write(func(tx *Tx) error {
				return tx.SaveMailbox(Mailbox{Address: "a@x", Folder: "INBOX", UIDValidity: 4_000_000_000, NextUID: next})
			})
			if m, err := r.read().Mailbox("a@x", "INBOX"); err != nil || m.NextUID != next || m.UIDValidity != 4_000_000_000 || !m.LastSuccessAt.Equal(noon) {
				t.Errorf("%+v %v", m, err)
			}
		}
	})
}

// bigMailbox holds 41,000 mails: more than a statement takes values, on either engine's way.
func bigMailbox(t *testing.T, r *register) {
	const n = 41_000
	recursive := "WITH RECURSIVE u (uid) AS (SELECT 1 UNION ALL SELECT uid + 1 FROM u WHERE uid < ?) "
	r.exec(recursive+`INSERT INTO ledger (mailbox, uidvalidity, uid, identity, received_at, seen_at, outcome, folder)
		SELECT 'klachten@example.test', 7, uid, 'i' || uid, ?, ?, 'own', 'Verwerkt' FROM u`, n, noon, noon)
	begun := time.Now()
	seen := must[map[uint32]bool](t)(r.read().SeenUIDs("klachten@example.test", 7, 1))
	if took := time.Since(begun); len(seen) != n || took > 5*time.Second {
		t.Errorf("%d uids in %v", len(seen), took)
	}
	due := must[[]LedgerEntry](t)(r.read().Unfiled("klachten@example.test", 7))
	if len(due) != 500 || due[0].UID != 1 || due[499].UID != 500 {
		t.Errorf("%d entries to be filed", len(due))
	}
	var ids []int64
	err := r.read().EachLedgerEntry(LedgerFilter{Limit: 40_000}, func(e *LedgerEntry) error { ids = append(ids, e.ID); return nil })
	if err != nil || len(ids) != 40_000 {
		t.Fatalf("%d listed, %v", len(ids), err)
	}
	r.write(func(tx *Tx) error { return tx.MarkFiled(ids) })
	due = must[[]LedgerEntry](t)(r.read().Unfiled("klachten@example.test", 7))
	if len(due) != 500 || due[0].UID != 40_001 {
		t.Errorf("%d entries to be filed", len(due))
	}
	r.write(func(tx *Tx) error { return tx.MarkFiled(nil) })
	r.write(func(tx *Tx) error { return tx.DueNow(ids) })
	if due, err := r.read().Unfiled("andere@example.test", 7); err != nil || len(due) != 0 {
		t.Errorf("%d of another mailbox, %v", len(due), err)
	}
	if plan := r.plan("SELECT * FROM ledger WHERE identity = 'i7' AND outcome <> 'known'"); !strings.Contains(plan, "ledger_identity") {
		t.Error(plan)
	}
}
