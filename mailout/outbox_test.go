package mailout

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"dankuwel/models"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// openStores opens a new register on every engine: SQLite always, PostgreSQL when DANKUWEL_TEST_POSTGRES names a server.
func openStores(t testing.TB) map[models.Engine]*models.Store {
	t.Helper()
	open := func(engine models.Engine, dsn string) *models.Store {
		store, err := models.Open(context.Background(), engine, dsn, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return store
	}
	stores := map[models.Engine]*models.Store{models.SQLite: open(models.SQLite, "register.db")}
	server := os.Getenv("DANKUWEL_TEST_POSTGRES")
	if server == "" {
		t.Log("PostgreSQL skipped: DANKUWEL_TEST_POSTGRES names no server")
		return stores
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	schema := fmt.Sprintf("mailout_%x", rand.Uint64())
	if _, err := db.Exec("CREATE SCHEMA " + schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db.Exec("DROP SCHEMA " + schema + " CASCADE")
		db.Close()
	})
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal("DANKUWEL_TEST_POSTGRES is no postgres:// address")
	}
	query := address.Query()
	query.Set("search_path", schema)
	address.RawQuery = query.Encode()
	stores[models.Postgres] = open(models.Postgres, address.String())
	return stores
}

const (
	mailbox = "klachten@register.test"
	second  = "plaintes@register.test"
)

// world is a register, a sink and a clock.
type world struct {
	*testing.T
	store  *models.Store
	sink   *sink
	log    *lines
	mu     sync.Mutex
	now    time.Time
	queued int
}

// story tells the same on every engine, with a sink that set may change.
func story(t *testing.T, set func(*sink), tell func(*world)) {
	for engine, store := range openStores(t) {
		t.Run(string(engine), func(t *testing.T) {
			tell(&world{T: t, store: store, sink: newSink(t, set), log: &lines{}, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)})
		})
	}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) sender() *Sender {
	return &Sender{Store: w.store, Servers: map[string]Server{mailbox: w.sink.at()}, Owner: "node", Now: w.clock,
		Jitter: func() float64 { return 0 }, Log: slog.New(slog.NewTextHandler(w.log, nil)), timing: usual}
}

func (w *world) queue(to string, set ...func(*models.OutboxMail)) int64 {
	w.Helper()
	return w.queueBody(to, "Geachte,\r\n\r\n.\r\n..punten\r\n", set...)
}

func (w *world) queueBody(to, body string, set ...func(*models.OutboxMail)) int64 {
	w.Helper()
	w.queued++
	m := models.OutboxMail{Key: fmt.Sprintf("acknowledgement/-/%s/%d", to, w.queued), Kind: "acknowledgement", Mailbox: mailbox, Recipient: to,
		MessageID: fmt.Sprintf("%d@register.test", w.queued), BounceToken: fmt.Sprintf("b%d", w.queued), EnvelopeSender: fmt.Sprintf("klachten+b.%d@register.test", w.queued)}
	for _, f := range set {
		f(&m)
	}
	blob := w.store.NewBlob()
	fmt.Fprintf(blob, "From: %s\r\nTo: %s\r\nMessage-ID: <%s>\r\n\r\n%s", m.Mailbox, to, m.MessageID, body)
	finished, err := blob.Finish()
	if err != nil {
		w.Fatal(err)
	}
	err = w.store.Write(w.Context(), w.clock(), func(tx *models.Tx) error { _, err := tx.Queue(&m, finished); return err })
	if err != nil {
		w.Fatal(err)
	}
	return m.ID
}

func (w *world) drain(s *Sender) {
	w.Helper()
	if err := s.Drain(w.Context()); err != nil {
		w.Fatal(err)
	}
}

// run starts the Sender; the function that it returns ends it and waits for that.
func (w *world) run(s *Sender) (stop func()) {
	ctx, cancel := context.WithCancel(w.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	return func() {
		w.Helper()
		cancel()
		w.await("the Sender to end", func() bool {
			if err := <-done; err != nil {
				w.Error(err)
			}
			return true
		})
	}
}

// await fails the story when an event does not come.
func (w *world) await(what string, event func() bool) {
	w.Helper()
	done := make(chan bool, 1)
	go func() { done <- event() }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		w.Fatalf("waited in vain for %s\n%s", what, w.log)
	}
}

func (w *world) mail(id int64) models.OutboxMail {
	w.Helper()
	m, err := w.store.Read(w.Context()).OutboxMail(id)
	if err != nil {
		w.Fatal(err)
	}
	return *m
}

func (w *world) expect(id int64, state string, attempts, code int) models.OutboxMail {
	w.Helper()
	m := w.mail(id)
	if m.State != state || m.Attempts != attempts || m.LastCode != code {
		w.Errorf("mail %d to %s: %s after %d attempts, code %d (%s); want %s, %d, %d", id, m.Recipient, m.State, m.Attempts, m.LastCode, m.LastError, state, attempts, code)
	}
	return m
}

// expectTaken: the sink has the mail n times, each time with the bytes of the outbox.
func (w *world) expectTaken(id int64, n int) {
	w.Helper()
	m := w.mail(id)
	blob, err := w.store.Read(w.Context()).OpenBlob(m.Raw)
	if err != nil {
		w.Fatal(err)
	}
	defer blob.Close()
	want, err := io.ReadAll(blob)
	if err != nil {
		w.Fatal(err)
	}
	copies := w.sink.copies(m.MessageID)
	if len(copies) != n {
		w.Errorf("mail %d to %s was taken %d times; want %d", id, m.Recipient, len(copies), n)
	}
	for _, got := range copies {
		if !bytes.Equal(got, want) {
			w.Errorf("mail %d to %s: %d bytes arrived that are not the %d of the outbox", id, m.Recipient, len(got), len(want))
		}
	}
}

// lines collects the log.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (w *world) expectLogged(text string, n int) {
	w.Helper()
	if got := strings.Count(w.log.String(), text); got != n {
		w.Errorf("%q stands %d times in the log; want %d:\n%s", text, got, n, w.log)
	}
}

func TestDrain_sendsEachOnceWithItsBytes(t *testing.T) {
	story(t, nil, func(w *world) {
		s, sent := w.sender(), map[string]int{}
		s.OnSent = func(m models.OutboxMail) { sent[m.Mailbox]++ }
		ids := []int64{w.queueBody("groot@example.test", strings.Repeat(strings.Repeat("x", 76)+"\r\n", 60_000))} // beyond what lies in the row
		for i := range 45 {
			ids = append(ids, w.queue(fmt.Sprintf("klager%d@example.test", i)))
		}
		w.drain(s)
		w.drain(s)
		for _, id := range ids {
			w.expectTaken(id, 1)
			if m := w.expect(id, "sent", 1, 250); m.SentAt == nil || !m.SentAt.Equal(w.clock()) || m.LeaseOwner != "" {
				w.Errorf("sent at %v, lease %q", m.SentAt, m.LeaseOwner)
			}
		}
		if sent[mailbox] != 46 || w.sink.connections() > 4 {
			w.Errorf("OnSent %d times, %d connections", sent[mailbox], w.sink.connections())
		}
		if strings.Contains(w.log.String(), "example.test") {
			w.Errorf("the log names a person:\n%s", w.log)
		}
	})
}

func TestDrain_complainantsFirst(t *testing.T) {
	story(t, nil, func(w *world) {
		s := w.sender()
		s.Connections = 1
		w.queue("staff@example.test", func(m *models.OutboxMail) { m.Priority = 10 })
		w.pass(time.Minute)
		w.queue("klager@example.test")
		w.drain(s)
		if got := strings.Join(w.sink.recipients(), " "); got != "klager@example.test staff@example.test" {
			w.Errorf("order: %s", got)
		}
	})
}

func TestDrain_temporaryFailures(t *testing.T) {
	story(t, nil, func(w *world) {
		s := w.sender()
		grey, full, dropped := w.queue("tempfail@example.test"), w.queue("blocked@example.test"), w.queue("dropped@example.test")
		good := w.queue("klager@example.test")
		w.drain(s)
		w.expect(good, "sent", 1, 250)
		w.expect(full, "queued", 1, 450)
		if m := w.expect(dropped, "queued", 1, 0); m.LastError == "" {
			w.Error("no reason is given")
		}
		w.expectTaken(dropped, 0) // half a mail is none
		if m := w.expect(grey, "queued", 1, 451); m.LastError != "4.7.1 greylisted, come back" || !m.NextAttemptAt.Equal(w.clock().Add(time.Minute)) {
			w.Errorf("next at %s: %s", m.NextAttemptAt, m.LastError)
		}
		w.pass(time.Minute)
		w.drain(s)
		if m := w.expect(grey, "queued", 2, 451); !m.NextAttemptAt.Equal(w.clock().Add(2 * time.Minute)) {
			w.Errorf("next at %s", m.NextAttemptAt)
		}
		w.sink.heal()
		w.pass(2 * time.Minute)
		w.drain(s)
		for _, id := range []int64{grey, full, dropped} {
			w.expect(id, "sent", 3, 250)
			w.expectTaken(id, 1)
		}
	})
}

func TestDrain_finalRefusals(t *testing.T) {
	limited := func(s *sink) { s.size = 100_000 }
	story(t, limited, func(w *world) {
		s := w.sender()
		var told []string
		s.OnFailed = func(m models.OutboxMail) { told = append(told, m.Recipient) }
		unknown, refused := w.queue("permfail@example.test"), w.queue("refused@example.test")
		big, foreign := w.queueBody("groot@example.test", strings.Repeat("groot\r\n", 20_000)), w.queue("jörg@example.test")
		good := w.queue("an@bücher.test")
		w.drain(s)
		if m := w.expect(unknown, "failed", 1, 550); !strings.HasPrefix(m.LastError, "5.1.1 ") {
			w.Error(m.LastError)
		}
		w.expect(refused, "failed", 1, 554)
		w.expect(big, "failed", 1, 552)
		w.expect(foreign, "failed", 1, 553)
		w.expect(good, "sent", 1, 250)
		if len(told) != 4 {
			w.Errorf("told of %q", told)
		}
		w.pass(24 * time.Hour)
		w.drain(s)
		w.expect(unknown, "failed", 1, 550)
	})
}

func TestDrain_noReplyToTheFinalDot(t *testing.T) {
	story(t, nil, func(w *world) {
		s := w.sender()
		id := w.queue("silent@example.test")
		w.drain(s)
		w.expect(id, "queued", 1, 0)
		w.sink.heal()
		w.pass(time.Minute)
		w.drain(s)
		w.expect(id, "sent", 2, 250)
		w.expectTaken(id, 2) // the one gap: the same bytes under the same Message-ID
	})
}

func TestSender_nullSenderAndSMTPUTF8OnlyWhereNeeded(t *testing.T) {
	story(t, func(s *sink) { s.utf8 = true }, func(w *world) {
		s := w.sender()
		s.Connections = 1
		w.queue("an@example.test", func(m *models.OutboxMail) { m.EnvelopeSender = "" })
		w.queue("jörg@example.test", func(m *models.OutboxMail) { m.EnvelopeSender = "b@register.test" })
		w.queue("bé@example.test", func(m *models.OutboxMail) { m.Mailbox = second })
		w.drain(s)
		if got := fmt.Sprintf("%q", w.sink.recorded); got != `["" "b@register.test SMTPUTF8"]` {
			w.Error(got)
		}
		w.expectLogged("mailbox without a submission server", 1)
	})
}
