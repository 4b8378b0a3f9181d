package models

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

func exerciseComplaints(t *testing.T, e Engine) {
	t.Run("numbers have no gap, whoever fails and whoever hurries", func(t *testing.T) {
		r := newRegister(t, e)
		stores := []*register{r, r.second()}
		var all sync.WaitGroup
		for worker := range 8 {
			all.Go(func() {
				s := stores[worker%2]
				for i := range 6 {
					c := r.complaintRow("x")
					if i%3 == 1 {
						c.Year = 2027
					}
					err := s.Write(context.Background(), r.now, func(tx *Tx) error {
						if err := tx.add(c); err != nil {
							return err
						}
						if i%3 == 2 {
							return errStory
						}
						return nil
					})
					if err != nil && !errors.Is(err, errStory) {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		var got []string
		if err := r.Store.read.Model(&Complaint{}).Order("year, serial").Pluck("number", &got).Error; err != nil {
			t.Fatal(err)
		}
		var want []string
		for year, n := range []int{16, 16} {
			for serial := range n {
				want = append(want, fmt.Sprintf("K-%d-%04d", 2026+year, serial+1))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v", got)
		}
	})
	t.Run("a number undone in a savepoint is given again", func(t *testing.T) {
		r := newRegister(t, e)
		r.write(func(tx *Tx) error {
			tx.Savepoint(func(tx *Tx) error { tx.add(r.complaintRow("x")); return errStory })
			c := r.complaintRow("y")
			if err := tx.add(c); err != nil {
				return err
			}
			if c.Number != "K-2026-0001" {
				t.Errorf("got %s", c.Number)
			}
			return nil
		})
	})
	t.Run("a complaint is read back as it was written", func(t *testing.T) {
		r := newRegister(t, e)
		c := r.complain("De soep was koud.")
		for what, find := range map[string]func(*Tx) (*Complaint, error){
			"number": func(tx *Tx) (*Complaint, error) { return tx.Complaint(c.Number) },
			"id":     func(tx *Tx) (*Complaint, error) { return tx.ComplaintByID(c.ID) },
			"token":  func(tx *Tx) (*Complaint, error) { return tx.ComplaintByToken("T" + c.Token[1:]) },
		} {
			got, err := find(r.read())
			if err != nil || got.Facts != c.Facts || got.Complainant.EmailKey != "jan@example.test" || !got.ReceivedAt.Equal(noon) || got.Term() != 45 {
				t.Errorf("by %s: %+v %v", what, got, err)
			}
		}
		if _, err := r.read().Complaint("K-2026-9999"); !IsNotFound(err) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("changes are kept", func(t *testing.T) {
		r := newRegister(t, e)
		c := r.complain("x")
		score := 4
		c.Stage, c.AnsweredAt, c.Satisfaction = Answer, &r.now, &score
		r.write(func(tx *Tx) error { return tx.SaveComplaint(c) })
		c.LastActivityAt = r.now.Add(time.Hour)
		r.write(func(tx *Tx) error { return tx.TouchComplaint(c) })
		got := must[*Complaint](t)(r.read().ComplaintByID(c.ID))
		if got.Stage != Answer || got.AnsweredAt == nil || *got.Satisfaction != 4 || !got.LastActivityAt.Equal(r.now.Add(time.Hour)) {
			t.Errorf("%+v", got)
		}
		if n := r.count("SELECT COUNT(*) FROM complainants"); n != 1 {
			t.Errorf("%d complainants", n)
		}
	})
	t.Run("the clock stands still from a suspension to a resumption or a reopening", func(t *testing.T) {
		r := newRegister(t, e)
		other, c := r.complain("a"), r.complain("b")
		change := func(of *Complaint, kind string) {
			r.now = r.now.Add(time.Hour)
			r.write(func(tx *Tx) error {
				return tx.AddTermChange(&TermChange{ComplaintID: of.ID, Kind: kind, OldDue: of.AnswerDue, NewDue: of.AnswerDue})
			})
		}
		check := func(want *time.Time) {
			t.Helper()
			same := func(how string, got *time.Time) {
				if (got == nil) != (want == nil) || got != nil && !got.Equal(*want) {
					t.Errorf("%s: since %v, want %v", how, got, want)
				}
			}
			same("by number", must[*Complaint](t)(r.read().Complaint(c.Number)).SuspendedAt)
			for _, o := range must[[]Complaint](t)(r.read().OpenComplaints()) {
				if o.ID == c.ID {
					same("open", o.SuspendedAt)
				} else if o.SuspendedAt != nil {
					t.Errorf("%s stands still", o.Number)
				}
			}
			err := r.read().EachComplaint(ComplaintFilter{}, func(o *Complaint) error {
				if o.ID == c.ID {
					same("listed", o.SuspendedAt)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
		check(nil)
		change(c, "suspension")
		since := Micro(r.now)
		check(&since)
		change(c, "extension")
		change(other, "resumption")
		check(&since)
		change(c, "resumption")
		check(nil)
		change(c, "suspension")
		since = Micro(r.now)
		check(&since)
		change(c, "reopening")
		check(nil)
	})
	t.Run("complaints of one person, but one, without practice ones", func(t *testing.T) {
		r := newRegister(t, e)
		plain := r.complain("a")
		shielded, practice, other := r.complaintRow("b"), r.complaintRow("c"), r.complaintRow("d")
		shielded.Shielded, practice.Practice, other.Complainant.Email = true, true, "jan.peeters@example.test"
		r.write(func(tx *Tx) error { return errors.Join(tx.add(shielded), tx.add(practice), tx.add(other)) })
		check := func(email string, except int64, want ...int64) {
			t.Helper()
			list := must[[]Complaint](t)(r.read().ComplaintsOf(email, except))
			if got := mapped(list, func(c Complaint) int64 { return c.ID }); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", email, got, want)
			}
		}
		check(" JAN@example.TEST", shielded.ID, plain.ID)
		check("jan@example.test", 0, shielded.ID, plain.ID)
		check("", 0)
		n := 0
		if err := r.read().EachComplaint(ComplaintFilter{Limit: 2}, func(*Complaint) error { n++; return nil }); err != nil || n != 2 {
			t.Errorf("%d listed, %v", n, err)
		}
	})
	t.Run("the list goes on past its first page", func(t *testing.T) {
		r := newRegister(t, e)
		r.write(func(tx *Tx) error {
			for range 503 {
				if err := tx.add(r.complaintRow("x")); err != nil {
					return err
				}
			}
			return nil
		})
		var serials []int
		if err := r.read().EachComplaint(ComplaintFilter{Since: noon}, func(c *Complaint) error { serials = append(serials, c.Serial); return nil }); err != nil {
			t.Fatal(err)
		}
		if len(serials) != 503 || !slices.IsSorted(serials) {
			t.Errorf("%d listed", len(serials))
		}
	})
}

func exerciseMessages(t *testing.T, e Engine) {
	r := newRegister(t, e)
	a, b := r.complain("a"), r.complain("b")
	hash := hashOf("same")
	add := func(c *Complaint, id, direction string, at time.Time) *Message {
		m := &Message{Direction: direction, MessageID: id, FromEmail: "Jan@Example.test", At: at, TextHash: hash, Text: id}
		if c != nil {
			m.ComplaintID = &c.ID
		}
		r.write(func(tx *Tx) error { return tx.AddMessage(m) })
		return m
	}
	add(a, "one@x", "in", noon)
	add(b, "two@x", "in", noon.Add(time.Hour))
	add(nil, "parked@x", "in", noon.Add(2*time.Hour))
	add(a, "", "note", noon)
	tx := r.read()
	sent := mailRow("k")
	sent.ComplaintID = &b.ID
	r.write(func(tx *Tx) error { _, err := tx.Queue(sent, r.blob("x")); return err })
	if got, err := tx.ComplaintOfMessageIDs([]string{sent.MessageID, "", "parked@x", "one@x"}); err != nil || !slices.Equal(got, []int64{b.ID, a.ID}) {
		t.Errorf("conversation: %v %v", got, err)
	}
	if got, err := tx.SameText("JAN@example.test", hash, noon); err != nil || got != b.ID {
		t.Errorf("same text: %d %v, want %d", got, err, b.ID)
	}
	if got, err := tx.SameText("jan@example.test", hash, noon.Add(90*time.Minute)); err != nil || got != 0 {
		t.Errorf("same text, too long ago: %d %v", got, err)
	}
	r.write(func(tx *Tx) error {
		return tx.db.Exec("UPDATE complaints SET practice = TRUE WHERE id = ?", b.ID).Error
	})
	if got, err := r.read().SameText("jan@example.test", hash, noon); err != nil || got != a.ID {
		t.Errorf("same text, the newer one for practice: %d %v, want %d", got, err, a.ID)
	}
	if got, err := tx.SameText("jan@example.test", "", noon); err != nil || got != 0 {
		t.Errorf("no hash: %d %v", got, err)
	}
	if ok, err := tx.WroteTo(a.ID, "jan@EXAMPLE.test"); !ok || err != nil {
		t.Errorf("wrote: %v %v", ok, err)
	}
	if ok, err := tx.WroteTo(a.ID, "an@example.test"); ok || err != nil {
		t.Errorf("never wrote: %v %v", ok, err)
	}
	if list := must[[]Message](t)(tx.Messages(a.ID)); len(list) != 2 {
		t.Errorf("%d messages", len(list))
	}
	if _, _, err := tx.FirstMessage(a.ID); !IsNotFound(err) {
		t.Errorf("without a ledger row: %v", err)
	}
}
