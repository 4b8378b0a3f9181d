package mailout

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dankuwel/models"

	gosmtp "github.com/emersion/go-smtp"
)

// outcomes lets a story wait for what the Sender stored.
func outcomes(s *Sender) chan models.OutboxMail {
	ch := make(chan models.OutboxMail, 1000)
	s.stored = func(m models.OutboxMail) { ch <- m }
	return ch
}

func (w *world) awaitOutcomes(ch chan models.OutboxMail, state string, n int) {
	w.Helper()
	w.await(fmt.Sprintf("%d × %s", n, state), func() bool {
		for n > 0 {
			if m := <-ch; m.State == state {
				n--
			}
		}
		return true
	})
}

func TestRun_serverClosedTheKeptConnection(t *testing.T) {
	for name, say := range map[string]func(*session) error{
		"421": func(*session) error {
			return &gosmtp.SMTPError{Code: 421, EnhancedCode: gosmtp.EnhancedCode{4, 4, 2}, Message: "idle"}
		},
		"nothing": func(s *session) error { s.conn.Close(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			once := func(s *session) error {
				if s.mails > 1 {
					return say(s)
				}
				return nil
			}
			story(t, func(s *sink) { s.onMail = once }, func(w *world) {
				s := w.sender()
				done := outcomes(s)
				stop := w.run(s)
				defer stop()
				for range 3 {
					id := w.queue("klager@example.test")
					s.Wake()
					w.awaitOutcomes(done, "sent", 1)
					w.expect(id, "sent", 1, 250)
				}
				if n := w.sink.connections(); n != 3 {
					w.Errorf("%d connections", n)
				}
			})
		})
	}
}

func TestRun_idleConnectionIsGivenUp(t *testing.T) {
	story(t, nil, func(w *world) {
		s := w.sender()
		s.timing.idle = 20 * time.Millisecond
		done := outcomes(s)
		stop := w.run(s)
		defer stop()
		for n := 1; n <= 2; n++ {
			w.queue("klager@example.test")
			s.Wake()
			w.awaitOutcomes(done, "sent", 1)
			w.await("QUIT", func() bool { return <-w.sink.left })
			if w.sink.connections() != n {
				w.Errorf("%d connections", w.sink.connections())
			}
		}
	})
}

func TestRun_authRefused(t *testing.T) {
	var mu sync.Mutex
	password := "nieuw"
	auth := func(_, got string) bool { mu.Lock(); defer mu.Unlock(); return got == password }
	story(t, func(s *sink) { s.onAuth = auth }, func(w *world) {
		mu.Lock()
		password = "nieuw"
		mu.Unlock()
		s := w.sender()
		s.Servers[mailbox] = Server{Address: w.sink.address, Security: "starttls", TLS: w.sink.client, Username: "klachten", Password: "geheim"}
		done := outcomes(s)
		ids := []int64{w.queue("an@example.test"), w.queue("ben@example.test")}
		stop := w.run(s)
		defer stop()
		w.awaitOutcomes(done, "queued", 2)
		for range 3 {
			w.pass(6 * time.Minute)
			s.Wake()
			w.awaitOutcomes(done, "queued", 1)
		}
		w.expectLogged("does not accept us", 1)
		for _, id := range ids {
			if m := w.expect(id, "queued", 0, 0); strings.Contains(m.LastError, "geheim") || !strings.Contains(m.LastError, "535") {
				w.Error(m.LastError)
			}
		}
		mu.Lock()
		password = "geheim" // somebody mends it
		mu.Unlock()
		w.pass(6 * time.Minute)
		s.Wake()
		w.awaitOutcomes(done, "sent", 2)
	})
}

func TestRun_serverDownAndBack(t *testing.T) {
	story(t, nil, func(w *world) {
		s := w.sender()
		done := outcomes(s)
		w.sink.down()
		var ids []int64
		for i := range 30 {
			ids = append(ids, w.queue(fmt.Sprintf("klager%d@example.test", i)))
		}
		stop := w.run(s)
		defer stop()
		w.awaitOutcomes(done, "queued", 20) // what was claimed together
		for range 12 {                      // an hour, one mail at a time
			w.pass(6 * time.Minute)
			s.Wake()
			w.awaitOutcomes(done, "queued", 1)
		}
		w.expectLogged("does not take mail", 1)
		w.sink.up()
		w.pass(6 * time.Minute)
		s.Wake()
		w.awaitOutcomes(done, "sent", 30)
		for _, id := range ids {
			w.expect(id, "sent", 1, 250)
			w.expectTaken(id, 1)
		}
		w.expectLogged("takes mail again", 1)
	})
}

func TestRun_serverDropsEverybody(t *testing.T) {
	story(t, nil, func(w *world) {
		s := w.sender()
		s.Connections = 1
		done := outcomes(s)
		for i := range 20 {
			w.queue(fmt.Sprintf("dropped%d@example.test", i))
		}
		stop := w.run(s)
		defer stop()
		w.awaitOutcomes(done, "queued", 20) // three that met it, the rest back unsent
		w.sink.heal()
		w.pass(6 * time.Second)
		s.Wake()
		w.awaitOutcomes(done, "sent", 20) // though those three had a minute to wait
	})
}

func TestDrain_oneServerDownDoesNotStopTheOther(t *testing.T) {
	story(t, nil, func(w *world) {
		other := newSink(w.T, nil)
		other.down()
		s := w.sender()
		s.Servers[second] = other.at()
		lost := w.queue("an@example.test", func(m *models.OutboxMail) { m.Mailbox, m.Priority = second, -1 })
		good := w.queue("ben@example.test")
		w.drain(s)
		w.expect(good, "sent", 1, 250)
		if m := w.expect(lost, "queued", 0, 0); !m.NextAttemptAt.Equal(w.clock().Add(5 * time.Second)) {
			w.Errorf("next at %s", m.NextAttemptAt)
		}
	})
}

func TestDrain_serverWantsFewerConnections(t *testing.T) {
	story(t, func(s *sink) { s.most = 1 }, func(w *world) {
		for i := range 60 {
			w.queue(fmt.Sprintf("klager%d@example.test", i))
		}
		w.drain(w.sender())
		if n := len(w.sink.recipients()); n != 60 {
			w.Errorf("%d of 60 were sent\n%s", n, w.log)
		}
	})
}

func TestRun_othersPassWhileOneHangs(t *testing.T) {
	story(t, nil, func(w *world) {
		s := w.sender()
		done := outcomes(s)
		slow := w.queue("slow@example.test")
		stop := w.run(s)
		defer stop()
		w.await("slow@", func() bool { <-w.sink.reached; return true })
		for i := range 30 {
			w.queue(fmt.Sprintf("klager%d@example.test", i))
		}
		s.Wake()
		w.awaitOutcomes(done, "sent", 30)
		w.expect(slow, "sending", 1, 0)
		close(w.sink.slow)
		w.awaitOutcomes(done, "sent", 1)
		w.expectTaken(slow, 1)
	})
}

func TestDrain_serverThatFallsSilent(t *testing.T) {
	story(t, nil, func(w *world) {
		s := w.sender()
		s.timing.end = 50 * time.Millisecond
		id := w.queue("slow@example.test")
		w.drain(s)
		w.expect(id, "queued", 1, 0)
		close(w.sink.slow)
	})
}

func TestRun_shutdownPutsBackWhatWasNotSent(t *testing.T) {
	story(t, nil, func(w *world) {
		s := w.sender()
		s.Connections, s.timing.grace = 1, 100*time.Millisecond
		running := w.queue("slow@example.test")
		waiting := w.queue("klager@example.test")
		stop := w.run(s)
		w.await("slow@", func() bool { <-w.sink.reached; return true })
		begun := time.Now()
		stop()
		if took := time.Since(begun); took > 5*time.Second {
			w.Errorf("the shutdown took %s", took)
		}
		w.expect(running, "queued", 1, 0)
		w.expect(waiting, "queued", 0, 0)
		close(w.sink.slow)
		w.sink.heal()
		w.drain(w.sender())
		w.expect(running, "sent", 2, 250)
		w.expect(waiting, "sent", 1, 250)
	})
}

func TestRun_runningTransactionMayEndAtShutdown(t *testing.T) {
	story(t, nil, func(w *world) {
		id := w.queue("slow@example.test")
		stop := w.run(w.sender())
		w.await("slow@", func() bool { <-w.sink.reached; return true })
		time.AfterFunc(20*time.Millisecond, func() { close(w.sink.slow) })
		stop()
		w.expect(id, "sent", 1, 250)
		w.expectTaken(id, 1)
	})
}

func TestTwoSenders_nothingTwice(t *testing.T) {
	story(t, nil, func(w *world) {
		var ids []int64
		for i := range 300 {
			ids = append(ids, w.queue(fmt.Sprintf("klager%d@example.test", i)))
		}
		var wg sync.WaitGroup
		for _, node := range []string{"een", "twee"} {
			s := w.sender()
			s.Owner = node
			wg.Go(func() {
				if err := s.Drain(w.Context()); err != nil {
					w.Error(err)
				}
			})
		}
		wg.Wait()
		for _, id := range ids {
			w.expect(id, "sent", 1, 250)
			w.expectTaken(id, 1)
		}
	})
}

func TestLease_ofADeadNode(t *testing.T) {
	story(t, nil, func(w *world) {
		id := w.queue("klager@example.test")
		err := w.store.Write(w.Context(), w.clock(), func(tx *models.Tx) error { _, err := tx.Claim("dead", 1, 5*time.Minute); return err })
		if err != nil {
			w.Fatal(err)
		}
		w.drain(w.sender())
		w.expect(id, "sending", 1, 0)
		w.pass(5*time.Minute + time.Second)
		w.drain(w.sender())
		w.expect(id, "sent", 2, 250)
		w.expectTaken(id, 1)
	})
}

// The clock jumps while the body is on its way: another node may have the mail by now, so it does not get its final dot.
func TestLease_lostBeforeTheFinalDot(t *testing.T) {
	story(t, nil, func(w *world) {
		w.sink.onMail = func(s *session) error {
			if s.sink.connections() == 1 {
				w.pass(6 * time.Minute)
			}
			return nil
		}
		id := w.queue("klager@example.test")
		w.drain(w.sender())
		w.drain(w.sender())
		w.expect(id, "sent", 2, 250)
		w.expectTaken(id, 1)
		w.expectLogged("its lease was lost", 1)
	})
}

func TestLease_renewedWhileSending(t *testing.T) {
	story(t, nil, func(w *world) {
		s := w.sender()
		s.timing.lease = 150 * time.Millisecond // the ticker is real, what is stored is the faked clock
		w.sink.onData = func(*session, []byte) {
			before := *w.mail(1).LeaseUntil
			w.pass(100 * time.Millisecond)
			w.await("a renewal", func() bool {
				for !w.mail(1).LeaseUntil.After(before) {
					time.Sleep(10 * time.Millisecond)
				}
				return true
			})
		}
		id := w.queue("klager@example.test")
		w.drain(s)
		w.expect(id, "sent", 1, 250)
	})
}

// The server took the mail, but meanwhile another node has the lease: its outcome is not overwritten.
func TestLease_fencing(t *testing.T) {
	story(t, nil, func(w *world) {
		w.sink.onData = func(*session, []byte) {
			err := w.store.Write(w.Context(), w.clock().Add(time.Hour), func(tx *models.Tx) error { _, err := tx.Claim("other", 1, time.Hour); return err })
			if err != nil {
				w.Error(err)
			}
		}
		id := w.queue("klager@example.test")
		w.drain(w.sender())
		if m := w.expect(id, "sending", 2, 0); m.LeaseOwner != "other" {
			w.Errorf("the lease is %q's", m.LeaseOwner)
		}
		w.expectLogged("lost before its outcome was stored", 1)
	})
}

func TestDrain_damagedBytesAreNotSent(t *testing.T) {
	dir := t.TempDir()
	store, err := models.Open(t.Context(), models.SQLite, "register.db", dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	w := &world{T: t, store: store, sink: newSink(t, nil), log: &lines{}, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	id := w.queueBody("klager@example.test", strings.Repeat("regel\r\n", 100_000))
	sha := w.mail(id).Raw
	path := filepath.Join(dir, "blobs", sha[:2], sha)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, damaged := range [][]byte{whole[:len(whole)/2], bytes.Replace(whole, []byte("regel"), []byte("pegel"), 1)} {
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		w.drain(w.sender())
		w.expectTakenNothing()
		w.pass(time.Hour)
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	w.drain(w.sender())
	w.expect(id, "sent", 3, 250)
	w.expectTaken(id, 1)
}

func (w *world) expectTakenNothing() {
	w.Helper()
	if got := w.sink.recipients(); len(got) > 0 {
		w.Errorf("taken for %q", got)
	}
}
