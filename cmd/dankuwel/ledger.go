package main

import (
	"fmt"

	"dankuwel/models"
)

type ledgerCommand struct {
	List ledgerList `cmd:"" help:"Every mail that was ever seen."`
}

type ledgerList struct{ listFlags }

type ledgerJSON struct {
	ID          int64          `json:"id"`
	Mailbox     string         `json:"mailbox"`
	UIDValidity uint32         `json:"uidvalidity"`
	UID         uint32         `json:"uid"`
	Identity    string         `json:"identity"`
	MessageID   string         `json:"message_id"`
	ReceivedAt  string         `json:"received_at"`
	Outcome     models.Outcome `json:"outcome"`
	Reason      *string        `json:"reason"`
	Complaint   *string        `json:"complaint"`
	AcceptedAs  *string        `json:"accepted_as"`
	FirstID     *int64         `json:"first_id"`
}

// Run lists the ledger.
func (l *ledgerList) Run(env *environment) error {
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
	err = tx.EachLedgerEntry(models.LedgerFilter{Since: since, Limit: l.Limit}, func(e *models.LedgerEntry) error {
		number, err := tx.NumberOf(e.ComplaintID)
		if err != nil {
			return err
		}
		j := ledgerJSON{e.ID, e.Mailbox, e.UIDValidity, e.UID, e.Identity, e.MessageID, stamp(e.ReceivedAt, zone), e.Outcome, orNull(e.Reason), orNull(number), orNull(e.AcceptedAs), e.FirstID}
		word := string(e.Outcome)
		if e.Reason != "" {
			word += " (" + e.Reason + ")"
		}
		if e.AcceptedAs != "" {
			word += " accepted as " + e.AcceptedAs
		}
		return out.add(j, "%6d  %s  %s", e.ID, j.ReceivedAt, fmt.Sprintf("%s/%d/%d  %s %s", e.Mailbox, e.UIDValidity, e.UID, word, number))
	})
	if err != nil {
		return err
	}
	return out.end()
}
