package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"dankuwel/models"
	"dankuwel/procedure"
)

type reviewCommand struct {
	List    reviewList    `cmd:"" help:"Parked mail that waits for a decision."`
	Show    reviewShow    `cmd:"" help:"One parked mail as it came."`
	Accept  reviewAccept  `cmd:"" help:"Register a parked mail as a complaint, with its original date of receipt."`
	Discard reviewDiscard `cmd:"" help:"Decide that a parked mail needs nothing; it stays in the ledger and in its folder."`
}

type reviewList struct{ listFlags }
type reviewShow struct{ parkedID }
type reviewAccept struct{ parkedID }
type reviewDiscard struct{ parkedID }

// parkedID is the number of a parked mail: P-17, or 17.
type parkedID struct {
	ID string `arg:"" name:"id" help:"As review list shows it: P-17, or 17."`
}

func (p parkedID) number() (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(strings.ToUpper(p.ID), "P-"))
	if err != nil || n < 1 {
		return 0, errUsage{fmt.Errorf("%q is no number of a parked mail; for example P-17", p.ID)}
	}
	return n, nil
}

type reviewJSON struct {
	ID         string `json:"id"`
	Mailbox    string `json:"mailbox"`
	From       string `json:"from"`
	Subject    string `json:"subject"`
	ReceivedAt string `json:"received_at"`
	Reason     string `json:"reason"`
	Size       int64  `json:"size"`
}

// Run lists what is parked.
func (l *reviewList) Run(env *environment) error {
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
	tx := a.store.Read(env.ctx)
	err = tx.EachLedgerEntry(models.LedgerFilter{Since: since, Limit: l.Limit, Parked: true}, func(e *models.LedgerEntry) error {
		m, err := tx.Message(*e.StoredAs)
		if err != nil {
			return err
		}
		j := reviewJSON{fmt.Sprintf("P-%d", *e.ParkedNo), e.Mailbox, m.FromEmail, m.Subject, stamp(e.ReceivedAt, zone), e.Reason, m.Size}
		return out.add(j, "%-6s %s  %-11s %s  %s", j.ID, j.ReceivedAt, j.Reason, j.From, j.Subject)
	})
	if err != nil {
		return err
	}
	return out.end()
}

// Run prints the parked mail's raw bytes.
func (s *reviewShow) Run(env *environment) error {
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	n, err := s.number()
	if err != nil {
		return err
	}
	tx := a.store.Read(env.ctx)
	e, err := tx.ParkedEntry(n)
	if err != nil {
		return err
	}
	if e.StoredAs == nil {
		return fmt.Errorf("mail P-%d began a practice complaint, and is gone with it", n)
	}
	m, err := tx.Message(*e.StoredAs)
	if err != nil {
		return err
	}
	if env.json {
		out := list{w: env.stdout, json: true}
		if err := out.add(messageOf(m, a.desk.Zone()), ""); err != nil {
			return err
		}
		return out.end()
	}
	if m.Raw == nil {
		return fmt.Errorf("mail P-%d was erased with its complaint", n)
	}
	raw, err := tx.OpenBlob(*m.Raw)
	if err != nil {
		return err
	}
	defer raw.Close()
	_, err = io.Copy(env.stdout, raw)
	return err
}

// Run registers the parked mail.
func (r *reviewAccept) Run(env *environment) error {
	return r.decide(env, func(a *app, n int) error {
		number, err := a.desk.Accept(env.ctx, n, "operator")
		if err == nil {
			fmt.Fprintf(env.stdout, "P-%d is registered as %s\n", n, number)
		}
		return err
	})
}

// Run discards the parked mail.
func (r *reviewDiscard) Run(env *environment) error {
	return r.decide(env, func(a *app, n int) error {
		err := a.desk.Discard(env.ctx, n, "operator")
		if err == nil {
			fmt.Fprintf(env.stdout, "P-%d is discarded; it stays in the ledger\n", n)
		}
		return err
	})
}

func (p parkedID) decide(env *environment, fn func(*app, int) error) error {
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	n, err := p.number()
	if err != nil {
		return err
	}
	if err := a.desk.SyncStaff(env.ctx); err != nil {
		return err
	}
	err = fn(a, n)
	if decided := (procedure.ErrDecided{}); errors.As(err, &decided) {
		fmt.Fprintln(env.stdout, decided.Error())
		return nil
	}
	return err
}
