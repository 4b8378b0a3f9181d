//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// How long does a complainant wait for the thanks? DK_LATENCY_MAILS mails come one by one to a running service. The
// clock starts when a bare IDLE client on the complaints mailbox sees the mail, and stops when the acknowledgement
// lies in the complainant's mailbox: once as his own IDLE client sees it, once as Dovecot wrote it into the Maildir.
// Dovecot collects changes for half a second before it tells an idling client, and tells the program when it tells the
// bare client: a program that polls as well may be ahead of it, which shows as a time below zero. So the whole way,
// from Maildir to Maildir, is printed too.
//
// The mails stay in the inbox: what is moved away within that half second is never announced to the bare client at all.
// It prints figures; the one assertion is generous. Not parallel: another story would be part of the figure.
func TestLatency(t *testing.T) {
	inPlace := settings{Mailbox: "processed = \"\"\n", More: noFlood}
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) { measureLatency(t, newWorld(t, engine, inPlace)) })
	}
}

func measureLatency(t *testing.T, w *world) {
	const generous = 5 * time.Second
	mails := number("DK_LATENCY_MAILS", 200)
	w.start()
	// The first mail makes the connections; nobody measures it.
	w.deliver(t, complaintMail(t, fill{From: "eerste@client.test", Number: 9999}), "eerste@client.test", "klachten@example.test")
	w.awaitKind(t, "buiten", "acknowledgement", 1)

	arrivals, thanks := w.watch("klachten"), w.watch("buiten")
	var seen, written, whole []time.Duration
	maildir := func(login string) string { return filepath.Join(w.rig.dir, "mail", login) }
	for n := 1; n <= mails; n++ {
		from := fmt.Sprintf("lezer%d@client.test", n)
		w.deliver(t, complaintMail(t, fill{From: from, Number: n}), from, "klachten@example.test")
		start := arrivals.next(uint32(n + 1))
		end := thanks.next(uint32(n + 1))
		seen = append(seen, end.Sub(start))
		lies := newestFile(t, maildir("buiten"))
		written = append(written, lies.Sub(start))
		whole = append(whole, lies.Sub(newestFile(t, maildir("klachten"))))
	}
	w.stop()
	report(w.engine+", IDLE to IDLE", seen)
	report(w.engine+", IDLE to Maildir", written)
	report(w.engine+", Maildir to Maildir", whole)
	if worst := slices.Max(seen); worst > generous {
		t.Errorf("the slowest thanks took %v", worst)
	}
}

func report(what string, took []time.Duration) {
	slices.Sort(took)
	at := func(percent int) time.Duration {
		return took[min(len(took)-1, len(took)*percent/100)].Round(100 * time.Microsecond)
	}
	fmt.Printf("latency, mail to thanks, %s: n=%d p50=%v p99=%v max=%v\n", what, len(took), at(50), at(99), at(100))
}

// watcher is a bare client that idles all the time and notes when the server announces a mail.
type watcher struct {
	t    *testing.T
	name string
	box  *mailbox
	told chan announcement
}

type announcement struct {
	at    time.Time
	mails uint32 // EXISTS, RFC 3501 section 7.3.1
}

func (w *world) watch(login string) *watcher {
	w.t.Helper()
	v := &watcher{t: w.t, name: login, told: make(chan announcement, 1024)}
	box, err := w.openMailboxWith(login, "INBOX", func(mails uint32) { v.told <- announcement{time.Now(), mails} })
	if err != nil {
		w.t.Fatal(err)
	}
	v.box = box
	idling, err := box.Idle()
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		idling.Close()
		box.Close()
	})
	return v
}

// next is the moment at which the server announced that there are at least n mails.
func (v *watcher) next(n uint32) time.Time {
	v.t.Helper()
	for {
		select {
		case a := <-v.told:
			if a.mails >= n {
				return a.at
			}
		case <-time.After(patience):
			v.t.Fatalf("no mail announced in the mailbox of %s within %v", v.name, patience)
		}
	}
}

// newestFile is when the newest mail of a Maildir was written.
func newestFile(t *testing.T, maildir string) time.Time {
	t.Helper()
	var newest time.Time
	for _, sub := range []string{"new", "cur"} {
		entries, err := os.ReadDir(filepath.Join(maildir, sub))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if info, err := e.Info(); err == nil && info.ModTime().After(newest) {
				newest = info.ModTime()
			}
		}
	}
	return newest
}
