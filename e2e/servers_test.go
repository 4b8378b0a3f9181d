//go:build e2e

package e2e

import (
	"strings"
	"testing"
	"time"
)

// The IMAP server is killed and comes back. The service stays up, and a mail that came meanwhile is taken in by itself.
func TestMailServerKilled(t *testing.T) {
	onEachEngine(t, settings{}, func(t *testing.T, w *world) {
		w.start()
		w.deliver(t, complaintMail(t, fill{From: customer(1), Number: 1}), customer(1), "klachten@example.test")
		w.awaitKind(t, "klant1", "acknowledgement", 1)

		w.must(t, "kill-imap")
		w.drop(t, "klachten", complaintMail(t, fill{From: customer(2), Number: 2}))
		w.must(t, "start-imap")
		w.awaitKind(t, "klant2", "acknowledgement", 1)
		w.mustLive()

		w.must(t, "kill-imap")
		w.must(t, "start-imap")
		w.deliver(t, complaintMail(t, fill{From: customer(3), Number: 3}), customer(3), "klachten@example.test")
		w.awaitKind(t, "klant3", "acknowledgement", 1)
		w.mustHaveAll(3)
	})
}

// The submission server is away. Complaints are registered all the same, their thanks wait in the outbox with the
// reason, and leave once when the server is back.
func TestSubmissionServerAway(t *testing.T) {
	onEachEngine(t, settings{}, func(t *testing.T, w *world) {
		w.must(t, "kill-smtp")
		w.start()
		for n := 1; n <= 5; n++ {
			w.drop(t, "klachten", complaintMail(t, fill{From: customer(n), Number: n}))
		}
		w.until("five acknowledgements waiting, and the reason", patience, func() bool {
			waiting, told := 0, false
			for _, m := range w.outbox() {
				if m.Kind == "acknowledgement" && m.State == "queued" {
					waiting++
					told = told || strings.Contains(m.LastError, "refused") // one mail asks whether the server is back, the others wait for it
				}
			}
			return waiting == 5 && told
		})
		for _, m := range w.outbox() {
			if wait := time.Until(m.NextAttemptAt); wait > 10*time.Minute {
				t.Errorf("%s to %s waits %v after the first failures", m.Kind, m.To, wait.Round(time.Second))
			}
			if m.State == "failed" {
				t.Errorf("%s to %s is given up because of a network error: %s", m.Kind, m.To, m.LastError)
			}
		}

		w.must(t, "start-smtp")
		w.run("outbox", "flush")
		for n := 1; n <= 5; n++ {
			w.awaitKind(t, strings.TrimSuffix(customer(n), "@client.test"), "acknowledgement", 1)
		}
		w.mustLive()
		w.mustHaveAll(5)
	})
}

// One complainant's server refuses for good, another's is full for now. The first makes the mail final and is told to
// the coordinator; the second is tried again.
func TestRecipientRefused(t *testing.T) {
	onEachEngine(t, settings{}, func(t *testing.T, w *world) {
		w.drop(t, "klachten",
			complaintMail(t, fill{From: "onbekend@client.test", Name: "Niemand Thuis", Number: 1}),
			complaintMail(t, fill{From: "vol@client.test", Name: "Vera Vol", Number: 2}))
		w.once()
		w.once()
		states := map[string]string{}
		for _, m := range w.outbox() {
			if m.Kind == "acknowledgement" {
				states[m.To] = m.State
			}
		}
		if states["onbekend@client.test"] != "failed" || states["vol@client.test"] != "queued" {
			t.Errorf("acknowledgements are %v, want failed (550) and queued (452)", states)
		}
		w.awaitKind(t, "an", "bounced", 1)
		w.mustHaveAll(2)
	})
}

// The server forgets its UIDs, as after a restored backup, while all mails still lie in the inbox. They are recognised
// by their content, the log says what happened, and the next mail is taken in as ever.
func TestNewUIDValidity(t *testing.T) {
	onEachEngine(t, settings{Mailbox: "processed = \"\"\n"}, func(t *testing.T, w *world) {
		w.start()
		for n := 1; n <= 3; n++ {
			w.deliver(t, complaintMail(t, fill{From: customer(n), Number: n}), customer(n), "klachten@example.test")
		}
		for n := 1; n <= 3; n++ {
			w.awaitKind(t, strings.TrimSuffix(customer(n), "@client.test"), "acknowledgement", 1)
		}
		before := w.log()
		w.must(t, "new-uidvalidity", "klachten")
		w.deliver(t, complaintMail(t, fill{From: customer(4), Number: 4}), customer(4), "klachten@example.test")
		w.awaitKind(t, "klant4", "acknowledgement", 1)
		w.until("three mails recognised", patience, func() bool { return w.outcomes()["known"] == 3 })
		w.settle(t)

		for n := 1; n <= 4; n++ {
			if got := w.count(t, strings.TrimSuffix(customer(n), "@client.test"), "INBOX"); got != 1 {
				t.Errorf("klant%d has %d mails, want the one acknowledgement", n, got)
			}
		}
		if !strings.Contains(strings.ToLower(strings.TrimPrefix(w.log(), before)), "uidvalidity") {
			t.Error("the log does not say that the UIDVALIDITY has changed")
		}
		w.mustLive()
		w.mustHaveAll(4)
	})
}

// Two services are started on one register by mistake, and `run --once` comes by from cron as well. Each mail is registered once and
// each letter sent once.
func TestTwoServices(t *testing.T) {
	onEachEngine(t, settings{More: noFlood}, func(t *testing.T, w *world) {
		w.start()
		first := w.service
		w.start()
		const mails = 60
		for n := 1; n <= mails; n++ {
			w.drop(t, "klachten", complaintMail(t, fill{From: customer(n%20 + 1), Number: n}))
			if n%20 == 0 {
				w.run("run", "--once")
			}
		}
		w.until("all mails registered, thanked and filed", patience, func() bool {
			sent := 0
			for _, m := range w.outbox() {
				if m.Kind == "acknowledgement" && m.State == "sent" {
					sent++
				}
			}
			return sent == mails && w.count(t, "klachten", "INBOX") == 0
		})
		w.mustLive()
		w.stop()
		w.service, w.rig.alarm = first, first.ended
		w.mustLive()
		w.stop()
		w.settle(t)
		w.mustHaveAll(mails)
		thanks := 0
		for k := 1; k <= 20; k++ {
			thanks += w.count(t, strings.TrimSuffix(customer(k), "@client.test"), "INBOX")
		}
		if thanks != mails {
			t.Errorf("%d thanks for %d complaints", thanks, mails)
		}
		// For people's eyes only, and so not under a lock: a mail may lie twice in these folders.
		for _, folder := range []string{"Verwerkt", "Verzonden"} {
			if lie := w.count(t, "klachten", folder); lie < mails {
				t.Errorf("%d of %d mails in %s", lie, mails, folder)
			}
		}
	})
}
