package models

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// seal makes a seal, a day after the last one.
func (r *register) seal() (s *Seal) {
	r.t.Helper()
	r.now = r.now.Add(24 * time.Hour)
	r.write(func(tx *Tx) (err error) {
		s, err = tx.SealChains()
		return err
	})
	return s
}

// happens adds events to a complaint.
func (r *register) happens(complaintID int64, n int) {
	r.t.Helper()
	r.write(func(tx *Tx) error {
		for i := range n {
			if _, err := tx.AddEvent(complaintID, "register", "note", map[string]any{"n": i}, []byte("salt")); err != nil {
				return err
			}
		}
		return nil
	})
}

// sealedRegister has three complaints under two seals: 1 and 2 in the first, 1 and 3 grew into the second; 1 has one event more.
func sealedRegister(t *testing.T, e Engine) (*register, [2]*Seal) {
	r := newRegister(t, e)
	for range 2 {
		r.happens(r.complain("x").ID, 2)
	}
	first := r.seal()
	r.happens(1, 1)
	r.complain("y")
	second := r.seal()
	r.happens(1, 1)
	return r, [2]*Seal{first, second}
}

func exerciseSeals(t *testing.T, e Engine) {
	t.Run("a seal covers every chain, and none is made when none has grown", func(t *testing.T) {
		r, seals := sealedRegister(t, e)
		if got := fmt.Sprint(seals[0].Complaints, seals[0].Events, seals[1].Complaints, seals[1].Events); got != "2 6 3 8" {
			t.Errorf("covered %s", got)
		}
		if s := r.seal(); s == nil || s.Events != 9 {
			t.Errorf("third seal %+v", s)
		}
		if s := r.seal(); s != nil {
			t.Errorf("fourth seal %+v", s)
		}
		if last := must[*Seal](t)(r.read().LastSeal()); last.ID != 3 {
			t.Errorf("last %+v", last)
		}
	})
	t.Run("an erased complaint still agrees with its seal, a practice complaint has none", func(t *testing.T) {
		r, _ := sealedRegister(t, e)
		r.exec("UPDATE events SET salt = '', detail = '' WHERE complaint_id = 1")
		practice := r.complaintRow("proef")
		practice.Practice, practice.Year = true, 0
		r.write(func(tx *Tx) (err error) {
			if practice.Number, practice.Serial, err = tx.NextPracticeNumber(); err != nil {
				return err
			}
			if err := tx.AddComplaint(practice); err != nil {
				return err
			}
			_, err = tx.AddEvent(practice.ID, "register", "registered", nil, []byte("salt"))
			return err
		})
		if s := r.seal(); s.Complaints != 3 {
			t.Errorf("%+v", s)
		}
		r.write(func(tx *Tx) error {
			_, err := tx.ForgetPractice(r.now.Add(time.Hour))
			return err
		})
		r.silent("seal", "event")
	})
	for _, c := range []struct{ name, sql, want string }{
		{"nothing was touched", "", ""},
		{"what came after the seal is not covered", "DELETE FROM events WHERE complaint_id = 1 AND seq = 5", ""},
		{"the end of a chain is cut", "DELETE FROM events WHERE complaint_id = 1 AND seq >= 4", "K-2026-0001: event 4 is gone or was changed; the seal of 2026-03-04 covers it"},
		{"a chain that did not grow since is cut", "DELETE FROM events WHERE complaint_id = 2 AND seq = 3", "K-2026-0002: event 3 is gone or was changed; the seal of 2026-03-03 covers it"},
		{"a seal is gone", "DELETE FROM seals WHERE id = 1", "seal 2 of 2026-03-04: it does not follow the seal before it"},
		{"a list is gone", "DELETE FROM blobs WHERE sha256 = (SELECT hash FROM seals WHERE id = 1)", "seal 1 of 2026-03-03: its list is gone"},
		{"a row was changed", "UPDATE seals SET events = 7 WHERE id = 1", "seal 1 of 2026-03-03: its row says otherwise than its list"},
		{"a list was changed", "UPDATE blobs SET data = (SELECT data FROM blobs WHERE sha256 = (SELECT hash FROM seals WHERE id = 2)) WHERE sha256 = (SELECT hash FROM seals WHERE id = 1)", "seal 1 of 2026-03-03: its list was changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, _ := sealedRegister(t, e)
			if c.sql != "" {
				r.exec(c.sql)
			}
			found := must[[]string](t)(verifySeals(r.read()))
			if got := strings.Join(found, "; "); got != c.want && (c.want == "" || !strings.HasPrefix(got, c.want+";")) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	t.Run("a chain made anew from its beginning shows", func(t *testing.T) {
		r, _ := sealedRegister(t, e)
		r.exec("DELETE FROM events WHERE complaint_id = 2")
		r.happens(2, 3) // whole in itself
		got := must[[]string](t)(verifyChains(r.read()))
		if len(got) != 0 {
			t.Errorf("the chain itself: %q", got)
		}
		if got = must[[]string](t)(verifySeals(r.read())); len(got) != 1 || !strings.HasPrefix(got[0], "K-2026-0002: event 3") {
			t.Errorf("%q", got)
		}
	})
}

// silent insists that Verify says nothing in which one of the words stands.
func (r *register) silent(words ...string) {
	r.t.Helper()
	for _, sentence := range must[[]string](r.t)(r.read().Verify()) {
		for _, w := range words {
			if strings.Contains(sentence, w) {
				r.t.Errorf("verify: %s", sentence)
			}
		}
	}
}
