package procedure

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"testing"
	"time"

	"dankuwel/models"
	"dankuwel/models/modelstest"
	"dankuwel/templates"
)

// Welcoming staff stands for the work: it queues a mail to each entry, once.
func welcome(ctx context.Context) func(*Desk) error {
	return func(d *Desk) error { return d.SyncStaff(ctx) }
}

func TestAsOfAndRehearse(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	texts, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	modelstest.ForEachEngine(t, func(t *testing.T, store *models.Store) {
		woken := 0
		d := &Desk{Store: store, Texts: texts, Now: func() time.Time { return now }, Rand: rand.Reader, Wake: func() { woken++ }, Log: slog.New(slog.DiscardHandler),
			Settings: &Settings{Organization: Organization{Name: "De Linde", Language: "nl"}, Calendar: NewCalendar(time.UTC, "", nil),
				Mailboxes: []Mailbox{{Address: "klachten@example.test", Name: "De Linde", Plus: true}},
				Staff:     []*models.Staff{{Email: "an@example.test", Name: "An Peeters", Roles: []models.Role{models.Coordinator}}}}}
		ctx := t.Context()
		outbox := func() (n int) {
			err := store.Read(ctx).EachOutboxMail(time.Time{}, 0, func(*models.OutboxMail, string, bool) error { n++; return nil })
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		later := now.AddDate(0, 1, 0)

		rehearsed, err := d.Rehearse(ctx, later, welcome(ctx))
		if err != nil || len(rehearsed) != 1 || rehearsed[0].Kind != "welcome" || rehearsed[0].Subject == "" {
			t.Fatalf("rehearsed %+v, %v; want the welcome of An", rehearsed, err)
		}
		if outbox() != 0 || woken != 0 {
			t.Errorf("a rehearsal left %d mails and woke the sender %d times", outbox(), woken)
		}

		list, err := d.AsOf(ctx, later, welcome(ctx))
		if err != nil || len(list) != 1 || outbox() != 1 || woken != 1 {
			t.Fatalf("queued %d mails (%d in the outbox), %v, woke %d times", len(list), outbox(), err, woken)
		}
		kept, err := store.Read(ctx).OutboxMail(list[0].ID)
		if err != nil || kept.NextAttemptAt.After(now) || !kept.CreatedAt.Equal(now) || kept.Recipient != "an@example.test" {
			t.Errorf("%+v, %v: it must be due now", kept, err)
		}

		if list, err = d.AsOf(ctx, later, welcome(ctx)); err != nil || len(list) != 0 {
			t.Errorf("a second time: %d mails, %v", len(list), err)
		}

		broken := errors.New("broken")
		if _, err = d.Rehearse(ctx, later, func(*Desk) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("a faulty rehearsal ends with %v", err)
		}
		if list, err = d.AsOf(ctx, later, func(*Desk) error { return broken }); !errors.Is(err, broken) || len(list) != 0 {
			t.Errorf("faulty work ends with %v and %d mails", err, len(list))
		}
	})
}
