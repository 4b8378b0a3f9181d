package models

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// plan is how the engine means to run a query.
func (r *register) plan(query string) string {
	r.t.Helper()
	var lines []string
	err := r.Store.write.Transaction(func(db *gorm.DB) error {
		if r.engine == SQLite {
			var rows []struct{ Detail string }
			err := db.Raw("EXPLAIN QUERY PLAN " + query).Scan(&rows).Error
			lines = mapped(rows, func(row struct{ Detail string }) string { return row.Detail })
			return err
		}
		// The tables of the test are small: reading all of one would be right there, but not in a register of years.
		if err := db.Exec("SET LOCAL enable_seqscan = off").Error; err != nil {
			return err
		}
		return db.Raw("EXPLAIN " + query).Scan(&lines).Error
	})
	if err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
	return strings.Join(lines, "\n")
}

// notes is a logger that keeps the statements.
type notes struct {
	logger.Interface
	said []string
}

func (n *notes) Trace(_ context.Context, _ time.Time, fc func() (string, int64), _ error) {
	query, _ := fc()
	n.said = append(n.said, query)
}

// The hot queries use an index, on both engines: the plan of each statement that they send is looked at.
func exercisePlans(t *testing.T, e Engine) {
	r := newRegister(t, e)
	r.complain("De soep was koud.")
	r.queue("k")
	for _, c := range []struct {
		name, index string // on SQLite a UNIQUE column has an automatic index, on PostgreSQL one of its own name
		run         func(*Tx) error
	}{
		{"sighting", "sqlite_autoindex_ledger ledger_mailbox_uidvalidity_uid_key", func(tx *Tx) error { _, err := tx.Sighting("a", 7, 1); return err }},
		{"first sighting", "ledger_identity", func(tx *Tx) error { _, err := tx.FirstSighting("i"); return err }},
		{"same text", "messages_same_text", func(tx *Tx) error { _, err := tx.SameText("a@x", "h", noon); return err }},
		{"held receipts", "messages_same_text", func(tx *Tx) error { _, err := tx.HeldReceipts(&Staff{ID: 1, Email: "a@x"}, 9); return err }},
		{"receipts", "outbox_pkey PRIMARY", func(tx *Tx) error { _, err := tx.ReceiptsTo(1, noon); return err }},
		{"mail before", "messages_same_text", func(tx *Tx) error { _, err := tx.MailBefore(1, "a@x", 9); return err }},
		{"conversation", "messages_message_id", func(tx *Tx) error { _, err := tx.ComplaintOfMessageIDs([]string{"a", "b"}); return err }},
		{"complaints of a person", "complainants_email", func(tx *Tx) error { _, err := tx.ComplaintsOf("a@x", 1); return err }},
		{"outbox by Message-ID", "sqlite_autoindex_outbox outbox_message_id_key", func(tx *Tx) error { _, err := tx.OutboxByMessageID("m"); return err }},
		{"outbox by bounce token", "sqlite_autoindex_outbox outbox_bounce_token_key", func(tx *Tx) error { _, err := tx.OutboxByBounceToken("b"); return err }},
		{"claim", "outbox_due", func(tx *Tx) error { _, err := tx.Claim("a", 0, time.Minute); return err }},
		{"next due", "outbox_next", func(tx *Tx) error { _, err := tx.NextDue(); return err }},
		{"left", "outbox_next outbox_due", func(tx *Tx) error { _, _, err := tx.OutboxLeft(); return err }},
		{"mailboxes", "outbox_next outbox_due", func(tx *Tx) error { _, err := tx.OutboxMailboxes(); return err }},
		{"copies", "outbox_copy", func(tx *Tx) error { _, err := tx.CopiesDue("a", 5); return err }},
		{"unfiled", "ledger_unfiled", func(tx *Tx) error { _, err := tx.Unfiled("a", 7); return err }},
		{"conversation of a complaint", "messages_complaint", func(tx *Tx) error { _, err := tx.WroteTo(1, "a@x"); return err }},
		{"staff thread", "outbox_complaint", func(tx *Tx) error { _, err := tx.StaffThread(1, 1); return err }},
	} {
		said := &notes{Interface: logger.Discard}
		r.write(func(tx *Tx) error {
			tx.db = tx.db.Session(&gorm.Session{Logger: said})
			return c.run(tx)
		})
		if len(said.said) == 0 {
			t.Errorf("%s: no statement was seen", c.name)
		}
		for _, query := range said.said {
			if strings.HasPrefix(query, "SAVEPOINT") {
				continue
			}
			plan := r.plan(query)
			ok := false
			for index := range strings.FieldsSeq(c.index) {
				ok = ok || strings.Contains(plan, index)
			}
			if !ok || strings.Contains(plan, "Seq Scan") || scansAll(plan) {
				t.Errorf("%s: %s\n%s", c.name, query, indented(plan))
			}
		}
	}
}

// scansAll tells whether SQLite reads all of a table that grows, other than along an index that leaves most of it out.
func scansAll(plan string) bool {
	for line := range strings.Lines(plan) {
		if strings.HasPrefix(line, "SCAN") && !strings.Contains(line, "INDEX") && !strings.Contains(line, "subquery") {
			return true
		}
	}
	return false
}

func indented(s string) string { return fmt.Sprintf("\t%s", strings.ReplaceAll(s, "\n", "\n\t")) }
