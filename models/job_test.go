package models

import (
	"context"
	"testing"
	"time"
)

func exerciseJobs(t *testing.T, e Engine) {
	t.Run("how far a job is is kept by name", func(t *testing.T) {
		r := newRegister(t, e)
		if jobs := must[map[string]Job](t)(r.read().Jobs()); len(jobs) != 0 {
			t.Errorf("a fresh register knows %v", jobs)
		}
		ran := noon.Add(time.Minute)
		r.write(func(tx *Tx) error {
			for _, j := range []*Job{{Name: "a", PlannedAt: noon}, {Name: "b", PlannedAt: noon}, {Name: "a", PlannedAt: ran, RanAt: &ran}} {
				if err := tx.SaveJob(j); err != nil {
					return err
				}
			}
			return nil
		})
		jobs := must[map[string]Job](t)(r.read().Jobs())
		a, b := jobs["a"], jobs["b"]
		if len(jobs) != 2 || !a.PlannedAt.Equal(ran) || a.RanAt == nil || !a.RanAt.Equal(ran) || !b.PlannedAt.Equal(noon) || b.RanAt != nil {
			t.Errorf("%+v", jobs)
		}
	})
	t.Run("a mail that is made as of another day leaves today", func(t *testing.T) {
		r := newRegister(t, e)
		for _, at := range []time.Time{noon.AddDate(0, 1, 0), noon.AddDate(0, -1, 0)} {
			m := mailRow(at.String())
			b := r.blob("mail")
			err := r.WriteAsOf(context.Background(), at, noon, func(tx *Tx) error {
				if !tx.Now().Equal(at) {
					t.Errorf("the transaction bears %s, want %s", tx.Now(), at)
				}
				return tx.Savepoint(func(tx *Tx) error {
					_, err := tx.Queue(m, b)
					return err
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			got := must[*OutboxMail](t)(r.read().OutboxMail(m.ID))
			if !got.CreatedAt.Equal(noon) || !got.NextAttemptAt.Equal(noon) {
				t.Errorf("as of %s: created %s, due %s; want %s", at, got.CreatedAt, got.NextAttemptAt, noon)
			}
		}
	})
}
