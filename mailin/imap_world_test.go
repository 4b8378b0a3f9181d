package mailin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dankuwel/models"
)

// imapWorld is a register and a Watcher on a mailbox, with a Take that writes the ledger and nothing else.
type imapWorld struct {
	t     *testing.T
	store *models.Store
	w     *Watcher
	log   *lockedBuffer

	mu      sync.Mutex
	taken   []Fetched
	texts   []string
	batches []int
	folder  string // where Take wants mails to be filed
	refuse  error  // Take fails with it
	changed chan struct{}
	server  *fakeIMAP
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newImapWorld(t *testing.T, address string) *imapWorld {
	store, err := models.Open(t.Context(), models.SQLite, "test.db", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	x := &imapWorld{t: t, store: store, log: &lockedBuffer{}, folder: "Verwerkt", changed: make(chan struct{})}
	x.w = x.watcher(address)
	return x
}

// watcher makes a Watcher that knows nothing of the one before, as after a crash.
func (x *imapWorld) watcher(address string) *Watcher {
	limit := usualLimits
	limit.firstPause, limit.maxPause, limit.loginPause = time.Millisecond, 20*time.Millisecond, 20*time.Millisecond
	limit.small, limit.part = 4000, 1000
	return &Watcher{
		Account: Account{
			Address: "klachten@example.test", Server: Server{Address: address, Security: "none", Username: "klachten", Password: "geheim"},
			Processed: "Verwerkt", Sent: "", Poll: time.Hour, MaxSize: 20000,
		},
		Store: x.store, Take: x.take, Log: slog.New(slog.NewTextHandler(x.log, &slog.HandlerOptions{Level: slog.LevelDebug})), limit: limit,
	}
}

// onFake is a world whose mailbox lies on a fake server.
func onFake(t *testing.T, mails ...string) (*imapWorld, *fakeIMAP) {
	f := newFakeIMAP(t, mails...)
	x := newImapWorld(t, f.listener.Addr().String())
	x.server = f
	return x, f
}

func (x *imapWorld) take(ctx context.Context, mails []Fetched) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	defer func() {
		close(x.changed)
		x.changed = make(chan struct{})
	}()
	if x.refuse != nil {
		return x.refuse
	}
	err := x.store.Write(ctx, time.Now(), func(tx *models.Tx) error {
		for _, f := range mails {
			e := &models.LedgerEntry{
				Mailbox: x.w.Account.Address, UIDValidity: f.UIDValidity, UID: f.UID, Identity: fmt.Sprintf("%d/%d", f.UIDValidity, f.UID),
				ReceivedAt: f.InternalDate, Outcome: models.AsAutomatic, Folder: x.folder,
			}
			if err := tx.AddLedgerEntry(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	x.batches = append(x.batches, len(mails))
	for _, f := range mails {
		r, err := x.store.OpenUnput(f.Raw)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			return err
		}
		x.taken = append(x.taken, f)
		x.texts = append(x.texts, string(text))
	}
	return nil
}

// awaitTaken waits until n mails were taken.
func (x *imapWorld) awaitTaken(n int) {
	x.t.Helper()
	x.await(fmt.Sprintf("%d mails taken", n), func() bool { return len(x.taken) >= n })
}

func (x *imapWorld) await(what string, cond func() bool) {
	x.t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		x.mu.Lock()
		ok, changed := cond(), x.changed
		x.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			x.t.Fatalf("waited in vain for: %s; log:\n%s", what, x.log)
		}
	}
}

// run starts the watcher, and stops it when the test ends or stop is called; it must return nil within a second.
func (x *imapWorld) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- x.w.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			x.t.Helper()
			began := time.Now()
			cancel()
			select {
			case err := <-done:
				if err != nil {
					x.t.Errorf("Run returned %v", err)
				}
				if d := time.Since(began); d > time.Second {
					x.t.Errorf("Run took %v to end", d)
				}
			case <-time.After(10 * time.Second):
				x.t.Fatal("Run does not end")
			}
		})
	}
	x.t.Cleanup(stop)
	return stop
}

func (x *imapWorld) once() {
	x.t.Helper()
	if err := x.w.Once(x.t.Context()); err != nil {
		x.t.Fatalf("Once: %v; log:\n%s", err, x.log)
	}
}

func (x *imapWorld) wantTexts(want ...string) {
	x.t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	if !slices.Equal(x.texts, want) {
		x.t.Errorf("taken %d mails:\n%.300q\nwant\n%.300q\nlog:\n%s", len(x.texts), x.texts, want, x.log)
	}
}

func (x *imapWorld) wantNext(want uint32) {
	x.t.Helper()
	m, err := x.store.Read(x.t.Context()).Mailbox(x.w.Account.Address, "INBOX")
	if err != nil || m.NextUID != want {
		x.t.Errorf("next UID is %d (%v), want %d", m.NextUID, err, want)
	}
}

func (x *imapWorld) wantUnfiled(want int) {
	x.t.Helper()
	list, err := x.store.Read(x.t.Context()).Unfiled(x.w.Account.Address, x.server.validity)
	if err != nil || len(list) != want {
		x.t.Errorf("%d mails are unfiled (%v), want %d", len(list), err, want)
	}
}

func (x *imapWorld) wantLogged(text string, times int) {
	x.t.Helper()
	if n := strings.Count(x.log.String(), text); n != times {
		x.t.Errorf("%q is logged %d times, want %d:\n%s", text, n, times, x.log)
	}
}

var errTest = errors.New("the database is away")

// mailNo is a small mail.
func mailNo(n int) string {
	return fmt.Sprintf("From: klager%d@client.test\r\nSubject: soep\r\n\r\nDe soep was koud, %d keer.\r\n", n, n)
}

func mailsTo(n int) (list []string) {
	for i := range n {
		list = append(list, mailNo(i+1))
	}
	return list
}
