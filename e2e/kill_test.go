//go:build e2e

package e2e

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// The program is killed with SIGKILL at random instants while mails keep coming. No mail is lost, none is registered
// twice, no number is skipped, everybody is thanked, and who is thanked twice gets the very same mail.
//
// DK_MAILS and DK_KILLS make it longer: DK_KILLS=200 DK_MAILS=2000 go test -tags e2e -run TestKillNine -timeout 60m ./e2e
func TestKillNine(t *testing.T) {
	onEachEngine(t, settings{More: noFlood}, func(t *testing.T, w *world) {
		mails, kills := number("DK_MAILS", 400), number("DK_KILLS", 20)
		seed := uint64(number("DK_SEED", int(time.Now().UnixNano()%1e9)))
		t.Logf("%d mails, %d kills, DK_SEED=%d", mails, kills, seed)
		random := rand.New(rand.NewPCG(seed, 0))

		var all [][]byte
		for n := 1; n <= mails; n++ {
			all = append(all, complaintMail(t, fill{From: customer(n%20 + 1), Number: n}))
		}
		// Half of it lies there at the start; the rest comes in between the kills, so that none of them hits an idle program.
		w.drop(t, "klachten", all[:mails/2]...)
		for portion := range slices.Chunk(all[mails/2:], max(1, (mails-mails/2+kills-1)/kills)) {
			w.drop(t, "klachten", portion...)
			w.start()
			time.Sleep(time.Duration(20+random.IntN(900)) * time.Millisecond) // the kill's instant is the matter of this story
			w.kill()
		}
		w.once()
		w.once()

		w.mustHaveAll(mails)
		subjects := map[string]bool{}
		for _, c := range w.complaints() {
			subjects[c.Subject] = true
		}
		if len(subjects) != mails {
			t.Errorf("%d of %d mails became a complaint", len(subjects), mails)
		}
		w.mustThankEach(mails)
	})
}

// mustThankEach checks that n complaints were acknowledged, and that a repeated acknowledgement repeats every byte.
func (w *world) mustThankEach(n int) {
	w.t.Helper()
	w.awaitSent()
	sent, repeated := map[string]*letter{}, 0
	for k := 1; k <= 20; k++ {
		for _, l := range ofKind(w.mails(w.t, strings.TrimSuffix(customer(k), "@client.test"), "INBOX"), "acknowledgement") {
			number := l.field("X-Dankuwel-Complaint")
			first, again := sent[number]
			if !again {
				sent[number] = l
				continue
			}
			repeated++
			if first.field("Message-ID") != l.field("Message-ID") {
				w.t.Errorf("%s was acknowledged under two Message-IDs: %s and %s", number, first.field("Message-ID"), l.field("Message-ID"))
			} else if first.asSent() != l.asSent() {
				w.t.Errorf("the repeated acknowledgement of %s is not the same bytes", number)
			}
		}
	}
	if len(sent) != n {
		w.t.Errorf("%d of %d complaints were acknowledged", len(sent), n)
	}
	w.t.Logf("%d acknowledgements sent, %d of them again", len(sent), repeated)
}

// awaitSent lets the outbox empty: a mail that was claimed by a killed program waits until its lease has run out.
func (w *world) awaitSent() {
	w.t.Helper()
	w.until("an empty outbox", 8*time.Minute, func() bool {
		waiting := 0
		for _, m := range w.outbox() {
			if m.State == "queued" || m.State == "sending" {
				waiting++
			}
		}
		if waiting > 0 {
			w.run("outbox", "flush")
			w.once()
		}
		return waiting == 0
	})
	w.settle(w.t)
}
