package models

import (
	"fmt"
	"time"
)

// Health is what the register knows of how the service does.
type Health struct {
	Mailboxes map[string]time.Time // when each was last read
	Outcomes  map[Outcome]int64    // mails of the ledger
	Parked    int64                // waiting for a decision
	Queued    int64                // mails to be sent, those that are being sent among them
	Failed    int64                // refused for good
	Oldest    time.Time            // when the oldest of the queued mails was made; zero none is
	Open      int64                // complaints that have not ended
	Overdue   int64                // of these, not answered when the term had ended
}

// Health reads it; today is the day in the organisation's time zone.
func (tx *Tx) Health(today Date) (*Health, error) {
	h := &Health{Mailboxes: map[string]time.Time{}, Outcomes: map[Outcome]int64{}}
	var boxes []Mailbox
	if err := tx.db.Find(&boxes).Error; err != nil {
		return nil, fmt.Errorf("mailboxes: %w", err)
	}
	for _, m := range boxes {
		if m.LastSuccessAt.After(h.Mailboxes[m.Address]) {
			h.Mailboxes[m.Address] = m.LastSuccessAt
		}
	}
	var outcomes []struct {
		Outcome Outcome
		N       int64
	}
	if err := tx.db.Raw("SELECT outcome, COUNT(*) AS n FROM ledger GROUP BY outcome").Scan(&outcomes).Error; err != nil {
		return nil, fmt.Errorf("outcomes: %w", err)
	}
	for _, o := range outcomes {
		h.Outcomes[o.Outcome] = o.N
	}
	for into, query := range map[*int64]string{
		&h.Parked: "SELECT COUNT(*) FROM ledger WHERE outcome = 'parked' AND decision = ''",
		&h.Queued: "SELECT COUNT(*) FROM outbox WHERE state IN ('queued','sending')",
		&h.Failed: "SELECT COUNT(*) FROM outbox WHERE state = 'failed'",
		&h.Open:   "SELECT COUNT(*) FROM complaints WHERE id IN (" + matters + ")",
	} {
		if err := tx.db.Raw(query).Scan(into).Error; err != nil {
			return nil, err
		}
	}
	if err := tx.db.Raw("SELECT COUNT(*) FROM complaints WHERE answered_at IS NULL AND answer_due < ? AND id IN ("+matters+")", today).Scan(&h.Overdue).Error; err != nil {
		return nil, err
	}
	var oldest []OutboxMail
	if err := tx.db.Where("state IN ('queued','sending')").Order("id").Limit(1).Find(&oldest).Error; err != nil {
		return nil, err
	}
	if len(oldest) > 0 {
		h.Oldest = oldest[0].CreatedAt
	}
	return h, nil
}

// UnsentSince tells of each mailbox when the oldest of its mails that still wait to be sent was due first.
func (tx *Tx) UnsentSince() (map[string]time.Time, error) {
	var list []OutboxMail
	err := tx.db.Raw("SELECT mailbox, created_at FROM outbox WHERE id IN (SELECT MIN(id) FROM outbox WHERE state IN ('queued','sending') GROUP BY mailbox)").Scan(&list).Error
	since := map[string]time.Time{}
	for _, m := range list {
		since[m.Mailbox] = m.CreatedAt
	}
	return since, err
}
