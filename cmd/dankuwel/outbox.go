package main

import (
	"fmt"
	"strings"
	"time"

	"dankuwel/models"
)

type outboxCommand struct {
	List  outboxList  `cmd:"" help:"Every mail that went out or is to go out."`
	Retry outboxRetry `cmd:"" help:"Send a mail again that failed, or does not wait for its next attempt."`
	Left  outboxLeft  `cmd:"" help:"Note that a mail which restore held back had left before."`
	Flush outboxFlush `cmd:"" help:"Send now what waits for its next attempt."`
}

type outboxList struct{ listFlags }

type outboxRetry struct {
	IDs []int64 `arg:"" name:"id" help:"As outbox list shows it; several may be named."`
}

type outboxLeft struct {
	IDs []int64 `arg:"" name:"id" help:"As outbox list shows it; several may be named."`
}

type outboxFlush struct{}

type outboxJSON struct {
	ID            int64   `json:"id"`
	Kind          string  `json:"kind"`
	Complaint     *string `json:"complaint"`
	To            string  `json:"to"`
	Subject       string  `json:"subject"`
	State         string  `json:"state"`
	Attempts      int     `json:"attempts"`
	NextAttemptAt *string `json:"next_attempt_at"`
	LastError     *string `json:"last_error"`
	SentAt        *string `json:"sent_at"`
	MessageID     string  `json:"message_id"`
	BouncedAt     *string `json:"bounced_at"`
	Bounce        *string `json:"bounce"`
	BounceReason  *string `json:"bounce_reason"`
}

// Run lists the outbox.
func (l *outboxList) Run(env *environment) error {
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	zone := a.desk.Zone()
	since, err := l.since(zone)
	if err != nil {
		return err
	}
	out := list{w: env.stdout, json: env.json}
	err = a.store.Read(env.ctx).EachOutboxMail(since, l.Limit, func(m *models.OutboxMail, number string, shielded bool) error {
		j := outboxOf(m, number, shielded, zone)
		word := j.State
		if j.BouncedAt != nil {
			word = cameBack(m)
		}
		if j.LastError != nil && j.State != "sent" {
			word += ": " + *j.LastError
		}
		return out.add(j, "%6d  %-18s %-12s %-30s %s", j.ID, j.Kind, number, j.To, word)
	})
	if err != nil {
		return err
	}
	return out.end()
}

func outboxOf(m *models.OutboxMail, number string, shielded bool, zone *time.Location) outboxJSON {
	j := outboxJSON{ID: m.ID, Kind: m.Kind, Complaint: orNull(number), To: m.Recipient, Subject: m.Subject, State: m.State, Attempts: m.Attempts,
		LastError: orNull(m.LastError), SentAt: stampOrNull(m.SentAt, zone), MessageID: m.MessageID, BouncedAt: stampOrNull(m.BouncedAt, zone),
		Bounce: orNull(m.Bounce), BounceReason: orNull(m.BounceReason)}
	if m.State == "queued" {
		j.NextAttemptAt = stampOrNull(&m.NextAttemptAt, zone)
	}
	if shielded && m.StaffID == nil {
		j.To = shieldedText
	}
	return j
}

// cameBack says in words how a mail came back.
func cameBack(m *models.OutboxMail) string {
	word := "came back"
	switch m.Bounce {
	case "permanent":
		word += " for good"
	case "temporary":
		word += ", the server gave up"
	}
	if m.BounceReason != "" {
		word += " (" + strings.ReplaceAll(m.BounceReason, "_", " ") + ")"
	}
	return word
}

// Run makes mails due now, all of those named or none, and sends them.
func (r *outboxRetry) Run(env *environment) error {
	return decideOutbox(env, r.IDs, (*models.Tx).Retry)
}

// Run notes that mails had left which a restore held back.
func (l *outboxLeft) Run(env *environment) error {
	return decideOutbox(env, l.IDs, (*models.Tx).Left)
}

func decideOutbox(env *environment, ids []int64, decide func(*models.Tx, int64) error) error {
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	err = a.store.Write(env.ctx, a.desk.Now(), func(tx *models.Tx) error {
		for _, id := range ids {
			if err := decide(tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.drain(env)
}

// Run sends what waits.
func (outboxFlush) Run(env *environment) error {
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	err = a.store.Write(env.ctx, a.desk.Now(), func(tx *models.Tx) error {
		_, err := tx.RetryAll()
		return err
	})
	if err != nil {
		return err
	}
	return a.drain(env)
}

// drain sends what is due and says what is left.
func (a *app) drain(env *environment) error {
	if err := a.send(env.ctx); err != nil {
		return err
	}
	queued, failed, err := a.store.Read(env.ctx).OutboxLeft()
	if err == nil {
		fmt.Fprintf(env.stdout, "%d wait for their next attempt, %d failed for good; see dankuwel outbox list\n", queued, failed)
	}
	return err
}
