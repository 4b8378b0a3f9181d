package mailin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"dankuwel/models"
)

// Watcher keeps one mailbox taken in: it hands every mail of the inbox to Take once, files away what stands in the ledger, and appends
// the copies of what was sent. What was taken is decided by the ledger alone, never by a flag or a folder (HOUSE.md, "Never lost,
// never twice"). One goroutine owns the connection and gives one command at a time; Take runs beside it, so that the next mails come
// in while the last ones are committed.
//
// Account, Store and Take must be set. A Watcher runs once at a time.
type Watcher struct {
	Account Account
	Store   *models.Store
	// Take commits the mails, in order, with everything they cause. When it returns nil each of them stands in the ledger, with
	// Folder set to where it is to be filed. On an error the watcher asks the ledger later which are still to be taken. The bytes
	// that a mail left outside the database (Blob.Drop) are removed when it returns.
	Take func(ctx context.Context, mails []Fetched) error
	Log  *slog.Logger     // nil: silent
	Now  func() time.Time // nil: time.Now
	// ByHand makes a task for a person: mails of an erased complaint lie in folders, and the server cannot remove them. nil: only the log says so.
	ByHand func(ctx context.Context, complaintID int64) error
	OnLost func() // a connection ended and is made again; nil: nobody counts. It must not block.
	// Alone tells whether no other node is alive; then batches may be long. nil: always alone.
	Alone func() bool

	ready sync.Once
	wake  chan struct{}
	limit imapLimits

	// What is known beyond one connection, in memory only: losing it costs a second try, never a mail.
	validity  uint32                // of the inbox, to which bad, copied and refused belong
	bad       map[uint32]*badMail   // by UID: could not be fetched with others
	fruitless int                   // mails given up since one could be fetched
	copied    map[uint32]string     // by UID: the folder that has a copy, while the original could not be marked yet
	refused   map[uint32]bool       // by UID: the server refuses to file it; asked again after a reconnect
	appends   map[int64]*appendTry  // by outbox id
	started   time.Time             // copies of mails sent before it may have been appended by an earlier run
	trouble   string                // the last error told, so that it is told once
	folderLog map[string]string     // by folder: the last refusal told
	delays    struct{ n, auth int } // failures in a row: of the connection, of the login
}

// imapLimits are the sizes and times that tests make smaller.
type imapLimits struct {
	dial, answer, quiet, idle time.Duration // to connect; for a command's next answer; between commands and in IDLE; before IDLE is begun anew
	firstPause, maxPause      time.Duration
	loginPause                time.Duration
	small, part               int64 // bytes: fetched in a set up to here, in parts of that length above
}

var usualLimits = imapLimits{
	dial: 10 * time.Second, answer: 60 * time.Second, quiet: 29 * time.Minute, idle: 9 * time.Minute,
	firstPause: time.Second, maxPause: 5 * time.Minute, loginPause: time.Minute,
	small: 4 << 20, part: 1 << 20,
}

func (w *Watcher) prepare() {
	w.ready.Do(func() {
		w.wake = make(chan struct{}, 1)
		if w.limit == (imapLimits{}) {
			w.limit = usualLimits
		}
		if w.Log == nil {
			w.Log = slog.New(slog.DiscardHandler)
		}
		w.Log = w.Log.With("mailbox", w.Account.Address)
		if w.Now == nil {
			w.Now = time.Now
		}
		w.Account = w.Account.withDefaults()
		w.started = w.Now()
		w.appends = map[int64]*appendTry{}
		w.folderLog = map[string]string{}
		w.forget()
	})
}

// forget drops what is known of single UIDs: they mean nothing under another UIDVALIDITY (RFC 9051 section 2.3.1.1).
func (w *Watcher) forget() {
	w.bad, w.copied, w.refused = map[uint32]*badMail{}, map[uint32]string{}, map[uint32]bool{}
	w.fruitless = 0
}

// Run keeps the mailbox taken in until ctx ends; then it returns nil. It connects, catches up, and waits by IDLE beside polling; when
// the connection is lost it begins anew after 1 s to 5 minutes.
func (w *Watcher) Run(ctx context.Context) error {
	w.prepare()
	for ctx.Err() == nil {
		err := w.watch(ctx)
		if ctx.Err() != nil {
			break
		}
		pause := w.pause(err)
		w.tell(err, pause)
		if w.OnLost != nil {
			w.OnLost()
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return nil
}

// onceRounds bounds how often Once connects: a mail that cannot be fetched is tried several times before it is given up.
const onceRounds = 12

// Once takes in what lies in the mailbox, files it away, appends the copies that are due and leaves. It returns an error when it
// could not do all of that.
func (w *Watcher) Once(ctx context.Context) error {
	w.prepare()
	var err error
	for range onceRounds {
		before := w.failures()
		var s *imapSession
		if s, err = w.open(ctx); err != nil {
			return err
		}
		s.hasty = true
		err = s.visit(ctx)
		s.close()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		// A connection that died over a mail is made again at once: then that mail is taken by itself.
		if again := errors.Is(err, errAgain) || w.failures() != before || err == nil && len(w.bad) > 0; !again {
			break
		}
	}
	switch {
	case err == nil && len(w.bad) > 0:
		err = fmt.Errorf("%d mails could not be fetched yet", len(w.bad))
	case err == nil && len(w.appends) > 0:
		err = fmt.Errorf("%d copies could not be put into the folder %q", len(w.appends), w.Account.Sent)
	}
	return err
}

// failures counts what is known of mails that could not be fetched; it changes when a connection was not in vain.
func (w *Watcher) failures() (n int) {
	for _, b := range w.bad {
		n += 1 + b.failures()
	}
	return n
}

// visit is one connection of Once.
func (s *imapSession) visit(ctx context.Context) error {
	if err := s.catchUp(ctx, true); err != nil {
		return err
	}
	if err := s.tidy(ctx); err != nil {
		return err
	}
	s.logout()
	return nil
}

// Wake says that there is something to file or to append. It never blocks.
func (w *Watcher) Wake() {
	w.prepare()
	signalOne(w.wake)
}

// signalOne leaves a mark in a channel of capacity 1; a mark that is there already says the same.
func signalOne(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// watch is one connection of Run, from login to its end.
func (w *Watcher) watch(ctx context.Context) error {
	s, err := w.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	why, full := causePoll, true
	for {
		if why == causePoll {
			// A second SELECT notices that the folder was made anew; STATUS should not be asked of the selected mailbox
			// (RFC 9051 section 6.3.11).
			if !full {
				if full, err = s.selectInbox(ctx); err != nil {
					return err
				}
			}
			s.pollAt = time.Now().Add(w.Account.Poll)
		}
		if why != causeWake {
			if err := s.catchUp(ctx, full); err != nil {
				return err
			}
			full = false
		}
		if err := s.tidy(ctx); err != nil {
			return err
		}
		w.recovered()
		if why, err = s.wait(ctx); err != nil {
			return err
		}
	}
}

// errAgain ends a connection that the library closed over a refusal; nothing is wrong with the server.
var errAgain = errors.New("the connection is made anew")

// pause is how long to wait after err: doubling, with jitter so that watchers do not come back together.
func (w *Watcher) pause(err error) time.Duration {
	var login *loginError
	switch {
	case errors.Is(err, errAgain):
		return w.limit.firstPause
	case errors.As(err, &login) && !login.temporary:
		// Servers lock an account after a few wrong passwords.
		w.delays.auth++
		return jitter(min(w.limit.loginPause<<min(w.delays.auth-1, 8), w.limit.maxPause))
	}
	w.delays.n++
	return jitter(min(w.limit.firstPause<<min(w.delays.n-1, 16), w.limit.maxPause))
}

func jitter(d time.Duration) time.Duration {
	return d - time.Duration(rand.Int64N(int64(d)/4+1))
}

// tell logs the end of a connection, each cause once until the mailbox is reached again.
func (w *Watcher) tell(err error, pause time.Duration) {
	level := slog.LevelWarn
	var login *loginError
	if errors.As(err, &login) {
		level = slog.LevelError
	}
	if err.Error() == w.trouble || errors.Is(err, errAgain) {
		level = slog.LevelDebug
	}
	w.Log.Log(context.Background(), level, "mailbox is not taken in", "error", err.Error(), "again_in", pause.Round(time.Millisecond))
	if !errors.Is(err, errAgain) {
		w.trouble = err.Error()
	}
}

func (w *Watcher) recovered() {
	if w.trouble != "" {
		w.Log.Info("mailbox is taken in again")
	}
	w.trouble = ""
	w.delays.n, w.delays.auth = 0, 0
}
