//go:build e2e

package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The rows of the contract's JSON (section 9), as far as a story in Go asks about them.

type complaint struct {
	Number      string
	Stage       string
	Subject     string
	ReceivedAt  time.Time `json:"received_at"`
	Complainant struct {
		Name, Email         string
		Anonymous, Shielded bool
	}
}

type outboxMail struct {
	Kind          string
	Complaint     string
	To            string
	State         string
	Attempts      int
	NextAttemptAt time.Time `json:"next_attempt_at"`
	LastError     string    `json:"last_error"`
	MessageID     string    `json:"message_id"`
}

type ledgerRow struct {
	Mailbox     string
	UIDValidity int64
	UID         int64
	Identity    string
	MessageID   string `json:"message_id"`
	Outcome     string
	Reason      string
	Complaint   string
}

func (w *world) complaints() []complaint {
	w.t.Helper()
	var list []complaint
	w.ask(&list, "complaints", "list")
	return list
}

func (w *world) outbox() []outboxMail {
	w.t.Helper()
	var list []outboxMail
	w.ask(&list, "outbox", "list")
	return list
}

func (w *world) ledger() []ledgerRow {
	w.t.Helper()
	var list []ledgerRow
	w.ask(&list, "ledger", "list")
	return list
}

// outcomes counts the ledger by outcome, and parked mails by reason as well.
func (w *world) outcomes() map[string]int {
	w.t.Helper()
	found := map[string]int{}
	for _, row := range w.ledger() {
		found[row.Outcome]++
		if row.Outcome == "parked" {
			found["parked "+row.Reason]++
		}
	}
	return found
}

// mustCountOn checks the promise of the number series: from 1 on, without a gap, each once.
func (w *world) mustCountOn(list []complaint) {
	w.t.Helper()
	series := map[string][]int{} // per year of receipt
	for _, c := range list {
		parts := strings.Split(c.Number, "-")
		n, err := strconv.Atoi(parts[len(parts)-1])
		if len(parts) != 3 || err != nil {
			w.t.Fatalf("a complaint is numbered %q", c.Number)
		}
		series[parts[1]] = append(series[parts[1]], n)
	}
	for year, numbers := range series {
		slices.Sort(numbers)
		for i, n := range numbers {
			if n != i+1 {
				w.t.Fatalf("the numbers of %s jump or repeat at place %d: %v", year, i+1, numbers[max(0, i-2):min(len(numbers), i+3)])
			}
		}
	}
}

// mustAccount checks that every mail that ever lay in a folder has exactly one row in the ledger, and no content two outcomes.
func (w *world) mustAccount(login string) {
	w.t.Helper()
	rows, seen, decided := w.ledger(), map[string]int{}, map[string]string{}
	validity := int64(w.status(w.t, login, "INBOX").UIDValidity)
	for _, row := range rows {
		if strings.HasPrefix(row.Mailbox, login+"@") && row.UIDValidity == validity {
			seen[fmt.Sprint(row.UID)]++
		}
		if row.Outcome == "known" {
			continue
		}
		if earlier, twice := decided[row.Identity]; twice {
			w.t.Errorf("one mail (identity %s) has two outcomes: %s and %s", row.Identity, earlier, row.Outcome)
		}
		decided[row.Identity] = row.Outcome
	}
	for uid := 1; uid < w.uidNext(w.t, login, "INBOX"); uid++ {
		if n := seen[fmt.Sprint(uid)]; n != 1 {
			w.t.Errorf("UID %d of %s stands %d times in the ledger", uid, login, n)
		}
	}
}
