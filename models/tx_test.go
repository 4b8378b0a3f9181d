package models

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

var errStory = errors.New("the story goes wrong here")

func exerciseTx(t *testing.T, e Engine) {
	t.Run("a savepoint that fails undoes only its own work", func(t *testing.T) {
		r := newRegister(t, e)
		r.write(func(tx *Tx) error {
			count(t, tx, "outer")
			err := tx.Savepoint(func(tx *Tx) error {
				count(t, tx, "inner")
				if err := tx.Savepoint(func(tx *Tx) error { count(t, tx, "kept in inner"); return nil }); err != nil {
					return err
				}
				return errStory
			})
			if !errors.Is(err, errStory) {
				t.Errorf("got %v", err)
			}
			count(t, tx, "outer")
			return tx.Savepoint(func(tx *Tx) error {
				count(t, tx, "second")
				err := tx.Savepoint(func(tx *Tx) error { count(t, tx, "nested"); return errStory })
				count(t, tx, "second")
				if !errors.Is(err, errStory) {
					t.Errorf("got %v", err)
				}
				return nil
			})
		})
		for name, want := range map[string]int{"outer": 2, "inner": 0, "kept in inner": 0, "second": 2, "nested": 0} {
			if got := r.count("SELECT COALESCE(SUM(value), 0) FROM counters WHERE name = ?", name); got != want {
				t.Errorf("%s: %d, want %d", name, got, want)
			}
		}
	})
	t.Run("after a statement that the engine refused the transaction goes on", func(t *testing.T) {
		r := newRegister(t, e)
		r.queue("a")
		r.write(func(tx *Tx) error {
			err := tx.Savepoint(func(tx *Tx) error { return tx.db.Exec("INSERT INTO counters (name) VALUES ('x')").Error })
			if err == nil {
				t.Error("NOT NULL is not kept")
			}
			count(t, tx, "after")
			return nil
		})
		if got := r.count("SELECT value FROM counters WHERE name = 'after'"); got != 1 {
			t.Errorf("%d, want 1", got)
		}
	})
	t.Run("when a savepoint cannot be undone nothing is kept", func(t *testing.T) {
		r := newRegister(t, e)
		err := r.Write(context.Background(), r.now, func(tx *Tx) error {
			count(t, tx, "before")
			tx.Savepoint(func(tx *Tx) error { // as SQLite does by itself when the disk is full
				tx.db.Exec("ROLLBACK")
				return errStory
			})
			if err := tx.Savepoint(func(*Tx) error { t.Error("the transaction is gone, and work went on"); return nil }); err == nil {
				t.Error("no error")
			}
			return nil // the caller thinks that all is well
		})
		if !errors.Is(err, errStory) {
			t.Errorf("got %v", err)
		}
		if got := r.count("SELECT COUNT(*) FROM counters"); got != 0 {
			t.Errorf("%d rows were kept", got)
		}
	})
	t.Run("a panic leaves nothing and the register serves on", func(t *testing.T) {
		r := newRegister(t, e)
		func() {
			defer func() { recover() }()
			r.Write(context.Background(), r.now, func(tx *Tx) error { count(t, tx, "x"); panic("story") })
		}()
		r.write(func(tx *Tx) error { count(t, tx, "y"); return nil })
		if got := r.count("SELECT COUNT(*) FROM counters"); got != 1 {
			t.Errorf("%d rows, want 1", got)
		}
	})
	t.Run("a transaction is tried again when the engine asks for it", func(t *testing.T) {
		if e == SQLite {
			t.Skip("SQLite has one writer: it never asks")
		}
		r := newRegister(t, e)
		for _, code := range []string{"40001", "40P01"} {
			tries := 0
			r.write(func(tx *Tx) error {
				if tries++; tries < 3 {
					return tx.db.Exec("DO $$ BEGIN RAISE EXCEPTION 'story' USING ERRCODE = '" + code + "'; END $$").Error
				}
				return nil
			})
			if tries != 3 {
				t.Errorf("%s: %d tries, want 3", code, tries)
			}
		}
		deadlock(t, r)
	})
	t.Run("what always fails is given up", func(t *testing.T) {
		r := newRegister(t, e)
		tries := 0
		err := r.Write(context.Background(), r.now, func(*Tx) error { tries++; return &pgconn.PgError{Code: "40001"} })
		if err == nil || tries != 5 {
			t.Errorf("%d tries, %v", tries, err)
		}
	})
}

// deadlock lets two transactions lock two rows crosswise: PostgreSQL ends one of them, and Write begins it again.
func deadlock(t *testing.T, r *register) {
	r.exec("INSERT INTO counters (name, value) VALUES ('a', 0), ('b', 0)")
	var both, done sync.WaitGroup
	both.Add(2)
	for _, order := range [][]string{{"a", "b"}, {"b", "a"}} {
		done.Go(func() {
			first := sync.OnceFunc(func() { both.Done(); both.Wait() })
			err := r.Write(context.Background(), r.now, func(tx *Tx) error {
				for _, name := range order {
					if _, err := tx.count(name); err != nil {
						return err
					}
					first()
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	if got := r.count("SELECT SUM(value) FROM counters"); got != 4 {
		t.Errorf("sum %d, want 4", got)
	}
}

func count(t testing.TB, tx *Tx, name string) {
	t.Helper()
	if _, err := tx.count(name); err != nil {
		t.Fatal(err)
	}
}

func exerciseTimes(t *testing.T, e Engine) {
	brussels := must[*time.Location](t)(time.LoadLocation("Europe/Brussels"))
	instants := []time.Time{
		time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
		time.Date(2026, 3, 2, 9, 0, 0, 100_000_000, time.UTC),
		time.Date(2026, 3, 2, 9, 0, 0, 100_001_999, time.UTC),
		time.Date(2026, 3, 2, 10, 0, 0, 120_000_000, time.FixedZone("X", 3600)),
		time.Date(2026, 3, 2, 9, 0, 1, 0, time.FixedZone("", 0)),
		time.Date(2026, 10, 25, 2, 30, 0, 0, brussels).Add(-time.Hour), // 02:30 twice that night
		time.Date(2026, 10, 25, 2, 30, 0, 0, brussels),
		time.Date(2026, 10, 25, 12, 0, 0, 0, time.FixedZone("Zone met spaties", -11*3600-1800)),
	}
	r := newRegister(t, e)
	r.write(func(tx *Tx) error {
		for i, at := range instants {
			entry := r.entryRow(uint32(i+1), AsOwn)
			entry.ReceivedAt = at
			if err := tx.AddLedgerEntry(entry); err != nil {
				return err
			}
		}
		return nil
	})
	var got []LedgerEntry
	if err := r.Store.read.Order("received_at").Find(&got).Error; err != nil {
		t.Fatal(err)
	}
	for i, want := range instants {
		if g := got[i].ReceivedAt; !g.Equal(want.Truncate(time.Microsecond)) || got[i].UID != uint32(i+1) {
			t.Errorf("place %d: %v of uid %d, want %v", i, g, got[i].UID, want)
		} else if name, offset := g.Zone(); offset != 0 || name != "UTC" {
			t.Errorf("%v is not UTC", g)
		}
		if n := r.count("SELECT COUNT(*) FROM ledger WHERE received_at <= ?", want); n != i+1 {
			t.Errorf("up to %v: %d rows, want %d", want, n, i+1)
		}
	}
	t.Run("days", func(t *testing.T) {
		for _, c := range []struct {
			at   time.Time
			want Date
		}{{time.Date(2026, 3, 28, 23, 30, 0, 0, time.UTC), "2026-03-29"}, {time.Date(2026, 3, 29, 22, 30, 0, 0, time.UTC), "2026-03-30"},
			{time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC), "2027-01-01"}} {
			if got := DateOf(c.at, brussels); got != c.want {
				t.Errorf("%v: %s, want %s", c.at, got, c.want)
			}
		}
		if got := Date("2026-03-30").DaysSince("2026-03-28"); got != 2 {
			t.Errorf("over the change to summer time: %d days, want 2", got)
		}
		if got := Date("2026-10-24").AddDays(2); got != "2026-10-26" {
			t.Errorf("over the change to winter time: %s", got)
		}
	})
}

// Texts come from strangers: PostgreSQL refuses NUL and what is no UTF-8, so both engines get it cleaned.
func exerciseTexts(t *testing.T, e Engine) {
	r := newRegister(t, e)
	const dirty, want = "soep\x00koud \xff\xfe caf\xc3\xa9", "soep\uFFFDkoud \uFFFD café"
	c := r.complaintRow(dirty)
	c.Subject, c.Complainant.Name, c.Complainant.Email = dirty, dirty, "a\x00b@example.test"
	m := &Message{Direction: "in", MessageID: dirty, Text: dirty, FromName: dirty, At: r.now, Attachments: []Attachment{{Name: dirty, Type: "text/plain"}}}
	r.write(func(tx *Tx) error {
		if err := tx.add(c); err != nil {
			return err
		}
		b := r.blob("x")
		m.Attachments[0].SHA256 = b.SHA256
		if err := tx.PutBlob(b); err != nil {
			return err
		}
		if err := tx.AddMessage(m); err != nil {
			return err
		}
		entry := r.entryRow(1, AsParked)
		entry.MessageID, entry.StoredAs = dirty, &m.ID
		if err := tx.AddLedgerEntry(entry); err != nil {
			return err
		}
		mail := mailRow("k" + dirty)
		mail.Subject = dirty
		if _, err := tx.Queue(mail, r.blob(dirty)); err != nil {
			return err
		}
		_, err := tx.AddEvent(c.ID, "register", "x", map[string]any{"reason": dirty}, []byte("salt"))
		return err
	})
	tx := r.read()
	got := must[*Complaint](t)(tx.Complaint(c.Number))
	back := must[*Message](t)(tx.Message(m.ID))
	for _, s := range []string{got.Facts, got.Subject, got.Complainant.Name, back.Text, back.FromName, back.MessageID, back.Attachments[0].Name} {
		if s != want {
			t.Errorf("got %q, want %q", s, want)
		}
	}
	if o, err := tx.OutboxByMessageID("no\x00such\xff"); o != nil || err != nil {
		t.Errorf("looking for it: %v %v", o, err)
	}
	if f, err := tx.Search("soep\x00 \xff koud", "nl", 0, 5, nil); err != nil || len(f) != 1 {
		t.Errorf("searching for it: %v %v", f, err)
	}
	for _, s := range must[[]string](t)(tx.Verify()) {
		if !strings.Contains(s, "thanked") {
			t.Error(s)
		}
	}
}
