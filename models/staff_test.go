package models

import (
	"context"
	"sync"
	"testing"
	"time"
)

// staff makes a staff entry, and the only one.
func (r *register) staff(email string) *Staff {
	r.t.Helper()
	s := &Staff{Email: email, Name: "An Peeters"}
	r.write(func(tx *Tx) error { _, err := tx.SyncStaff([]*Staff{s}); return err })
	return s
}

func exerciseStaff(t *testing.T, e Engine) {
	t.Run("joined, renamed, left, back again", func(t *testing.T) {
		r := newRegister(t, e)
		sync := func(joined int, staff ...*Staff) {
			t.Helper()
			r.write(func(tx *Tx) error {
				got, err := tx.SyncStaff(staff)
				if len(got) != joined {
					t.Errorf("%d joined, want %d", len(got), joined)
				}
				return err
			})
		}
		row := func(id int64) (s Staff) {
			t.Helper()
			if err := r.Store.read.Take(&s, id).Error; err != nil {
				t.Fatal(err)
			}
			return s
		}
		an, bram := &Staff{Email: "An@Example.test", Name: "An"}, &Staff{Email: "bram@example.test", Name: "Bram"}
		sync(2, an, bram)
		token := &Token{Token: unique("t"), StaffID: bram.ID, Purpose: "welcome"}
		r.write(func(tx *Tx) error { return tx.AddToken(token) })
		r.now = r.now.Add(time.Hour)
		an2 := &Staff{Email: "an@example.test", Name: "An Peeters"}
		sync(0, an2)
		if an2.ID != an.ID || row(an.ID).Name != "An Peeters" || !row(an.ID).JoinedAt.Equal(noon) {
			t.Errorf("renamed: %+v", row(an.ID))
		}
		if left := row(bram.ID).LeftAt; left == nil || !left.Equal(r.now) {
			t.Errorf("left: %v", left)
		}
		if got := must[*Token](t)(r.read().Token(token.Token)); got.Live(r.now) || got.EndedAt == nil {
			t.Errorf("token of one who left: %+v", got)
		}
		back := &Staff{Email: "bram@example.test", Name: "Bram"}
		sync(0, an2, back)
		if back.ID != bram.ID || row(bram.ID).LeftAt != nil {
			t.Errorf("back: %+v", row(bram.ID))
		}
		if must[*Token](t)(r.read().Token(token.Token)).Live(r.now) {
			t.Error("an ended token came back")
		}
	})
	t.Run("two nodes that start together make one entry", func(t *testing.T) {
		r := newRegister(t, e)
		var all sync.WaitGroup
		for _, s := range []*register{r, r.second()} {
			all.Go(func() {
				err := s.Write(context.Background(), noon, func(tx *Tx) error {
					_, err := tx.SyncStaff([]*Staff{{Email: "an@example.test", Name: "An"}})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	})
	t.Run("a token is used once and lives 90 days", func(t *testing.T) {
		r := newRegister(t, e)
		token := &Token{Token: unique("t"), StaffID: r.staff("an@example.test").ID, Purpose: "welcome"}
		r.write(func(tx *Tx) error { return tx.AddToken(token) })
		for _, want := range []bool{true, false} {
			r.write(func(tx *Tx) error {
				if ok, err := tx.UseToken("T" + token.Token[1:]); ok != want || err != nil {
					t.Errorf("%v %v, want %v", ok, err, want)
				}
				return nil
			})
		}
		got := must[*Token](t)(r.read().Token("T" + token.Token[1:]))
		if !got.Live(noon.Add(TokenLife-time.Second)) || got.Live(noon.Add(TokenLife)) {
			t.Errorf("%+v", got)
		}
		if _, err := r.read().Token("nothing"); !IsNotFound(err) {
			t.Error(err)
		}
	})
	t.Run("whether a complaint is about somebody is decided once", func(t *testing.T) {
		r := newRegister(t, e)
		c, an := r.complain("An was onbeleefd."), r.staff("an@example.test")
		r.write(func(tx *Tx) error {
			for range 2 {
				if err := tx.AddNamedStaff(c.ID, an.ID); err != nil {
					return err
				}
			}
			for _, want := range []bool{true, false} {
				if ok, err := tx.DecideNamedStaff(c.ID, an.ID, false, an.ID); ok != want || err != nil {
					t.Errorf("%v %v, want %v", ok, err, want)
				}
			}
			return nil
		})
		if list := must[[]NamedStaff](t)(r.read().NamedStaff(c.ID)); len(list) != 1 || list[0].About == nil || *list[0].About {
			t.Errorf("%+v", list)
		}
	})
}

func exerciseLeases(t *testing.T, e Engine) {
	r := newRegister(t, e)
	take := func(owner string, wantEpoch int64, want bool) {
		t.Helper()
		r.write(func(tx *Tx) error {
			epoch, ok, err := tx.TakeLease("scheduler", owner, time.Minute)
			if epoch != wantEpoch || ok != want {
				t.Errorf("%s at %v: epoch %d %v, want %d %v", owner, r.now, epoch, ok, wantEpoch, want)
			}
			return err
		})
	}
	take("a", 1, true)
	take("b", 1, false)
	r.now = r.now.Add(40 * time.Second)
	take("a", 1, true)
	r.now = r.now.Add(time.Minute - time.Microsecond)
	take("b", 1, false)
	r.now = r.now.Add(time.Microsecond)
	take("b", 2, true)
	take("a", 2, false)
	r.write(func(tx *Tx) error { return tx.DropLease("scheduler", "a") }) // not his
	take("a", 2, false)
	r.write(func(tx *Tx) error { return tx.DropLease("scheduler", "b") })
	take("a", 3, true)

	r.now = r.now.Add(time.Hour)
	var all sync.WaitGroup
	got := make([]bool, 2)
	for i, s := range []*register{r, r.second()} {
		all.Go(func() {
			err := s.Write(context.Background(), r.now, func(tx *Tx) (err error) {
				_, got[i], err = tx.TakeLease("scheduler", string(rune('x'+i)), time.Minute)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got[0] == got[1] {
		t.Errorf("two took it at once: %v", got)
	}
}
