package mailout

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"dankuwel/models"
)

// Sender empties the outbox. A mail is claimed with a lease and that is stored before anything is dialled; then it is sent; then the
// outcome is stored. A crash between the server's 250 and our mark is the one moment in which a mail goes twice, and then it goes with
// the same bytes under the same Message-ID.
//
// Each server has its own lane, so that none waits for another; complainants' letters leave before staff mail. Run and Drain of one
// Sender do not run at the same time; several Senders on one register do.
type Sender struct {
	Store       *models.Store
	Servers     map[string]Server       // by mailbox address; mails of other mailboxes wait
	Owner       string                  // name of the node, in the lease
	Now         func() time.Time        // nil: time.Now
	Log         *slog.Logger            // nil: slog.Default
	Connections int                     // kept at most per server; 0: 4
	Jitter      func() float64          // in [0,1), spreads the retries; nil: math/rand
	OnSent      func(models.OutboxMail) // after a server took a mail over and that is stored: a copy may be due. It must not block.
	OnFailed    func(models.OutboxMail) // after a server refused a mail for good and that is stored. It must not block.

	timing timing                  // zero: usual
	stored func(models.OutboxMail) // tests wait for it: an outcome is stored
	mu     sync.Mutex
	awake  func() // wakes the lanes that are at work
}

// Connections per server, and mails that are claimed together: few, so that nodes share and an urgent letter does not wait long.
const (
	defaultConnections = 4
	claimSize          = 20
	recordSize         = 50 // outcomes stored in one transaction
)

// Run sends what is due until ctx ends, as soon as Wake is called or a due time comes. When ctx ends, running transactions have five
// seconds; what was claimed and not sent goes back, so that the next start sends it at once. Trouble of the register is logged and
// waited for; the error is always nil.
func (s *Sender) Run(ctx context.Context) error {
	_ = s.work(ctx, time.Time{})
	return nil
}

// Drain sends all that is due now, each mail tried at most once, and returns. Mails whose server does not answer stay queued and are no
// error; only the register itself is.
func (s *Sender) Drain(ctx context.Context) error {
	return s.work(ctx, s.now())
}

// Wake tells that something was queued. It does not block and may be called before Run.
func (s *Sender) Wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.awake != nil {
		s.awake()
	}
}

func (s *Sender) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s *Sender) log() *slog.Logger {
	if s.Log == nil {
		return slog.Default()
	}
	return s.Log
}

// retryAfter is how long a mail waits after its n-th attempt: 1, 2, 4, 8, 16, 32 minutes, then an hour each time, every wait up to a
// tenth longer so that the mails of one bad minute do not come back together. It goes on until somebody decides otherwise: a letter is
// not given up because a server is away for days (RFC 5321 section 4.5.4.1 asks for four to five).
func (s *Sender) retryAfter(n int) time.Duration {
	wait := time.Hour
	if n >= 1 && n <= 6 {
		wait = time.Minute << (n - 1)
	}
	return wait + s.jitter(wait/10)
}

func (s *Sender) jitter(most time.Duration) time.Duration {
	random := rand.Float64
	if s.Jitter != nil {
		random = s.Jitter
	}
	return time.Duration(random() * float64(most))
}

// shift is one call of Run or Drain.
type shift struct {
	*Sender
	due        time.Time       // Drain: mails whose time came by then; zero: Run
	soft, hard context.Context // the caller's; the same, but so much later that what runs may end well
	entries    chan entry      // to the recorder
	mu         sync.Mutex
	held       map[int64]*job // claimed and not stored again
	failed     error          // of the register
}

func (sh *shift) once() bool { return !sh.due.IsZero() }

// work opens a lane per server, the recorder and the renewal of leases, and waits for all of them.
func (s *Sender) work(ctx context.Context, due time.Time) error {
	sh := &shift{Sender: s, due: due, soft: ctx, entries: make(chan entry, recordSize), held: map[int64]*job{}}
	if s.timing == (timing{}) {
		s.timing = usual
	}
	hard, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	sh.hard = hard
	storing, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	stop := context.AfterFunc(ctx, func() {
		time.AfterFunc(s.timing.grace, cut)
		time.AfterFunc(2*s.timing.grace, giveUp) // the register does not answer: leases run out, the mails are claimed again
	})
	defer stop()

	sh.reportUnserved()
	lanes := sh.lanes()
	defer s.listen(lanes)()
	var recorder, renewal, running sync.WaitGroup
	recorder.Go(func() { sh.recordAll(storing) })
	renewing, stopRenewing := context.WithCancel(hard)
	renewal.Go(func() { sh.renewAll(renewing) })
	for _, l := range lanes {
		running.Go(func() {
			if err := l.run(); err != nil {
				sh.fail(err)
			}
		})
	}
	running.Wait()
	close(sh.entries)
	recorder.Wait()
	stopRenewing()
	renewal.Wait()
	return sh.failed
}

// listen lets Wake reach the lanes; the function that it returns ends that.
func (s *Sender) listen(lanes []*lane) func() {
	wake := func() {
		for _, l := range lanes {
			l.nudge()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.awake = wake
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.awake = nil
	}
}

// lanes groups the mailboxes by server and account.
func (sh *shift) lanes() (list []*lane) {
	type account struct{ address, security, username string }
	byAccount := map[account]*lane{}
	for _, mailbox := range sh.mailboxes() {
		server := sh.Servers[mailbox]
		key := account{server.Address, server.Security, server.Username}
		l := byAccount[key]
		if l == nil {
			l = newLane(sh, server, heloName(mailbox))
			byAccount[key] = l
			list = append(list, l)
		}
		l.mailboxes = append(l.mailboxes, mailbox)
	}
	return list
}

func (sh *shift) mailboxes() (list []string) {
	for mailbox := range sh.Servers {
		list = append(list, mailbox)
	}
	slices.Sort(list)
	return list
}

// reportUnserved tells about mails that nobody will send: their mailbox has gone from the configuration.
func (sh *shift) reportUnserved() {
	waiting, err := sh.Store.Read(sh.soft).OutboxMailboxes()
	if err != nil {
		return // the lanes meet the same register
	}
	for _, mailbox := range waiting {
		if _, ok := sh.Servers[mailbox]; !ok {
			sh.log().Error("mails wait in the outbox for a mailbox without a submission server", "mailbox", mailbox)
		}
	}
}

func (sh *shift) fail(err error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.failed = errors.Join(sh.failed, err)
}
