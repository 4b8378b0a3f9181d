package mailout

import (
	"cmp"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"dankuwel/models"
)

// lane is the way to one server: its mails, its connections and its troubles. One loop decides; claiming and sending run beside it.
type lane struct {
	*shift
	server    Server
	helo      string
	mailboxes []string
	wake      chan struct{}
	results   chan result
	claims    chan claim
	live      atomic.Int64 // connections that exist, used or kept

	// What follows belongs to the loop alone.
	pending  []*job // claimed, not on a connection yet; the most urgent first
	idle     []*conn
	busy     int       // transactions running, the connecting before them included
	limit    int       // of busy
	claiming bool      // a claim is running
	more     bool      // the register may hold more that is due
	next     time.Time // when it will; zero: nothing is known
	deaf     int       // claims in a row that the register did not answer
	trouble  outage
}

type claim struct {
	jobs []*job
	all  bool      // nothing more is due now
	next time.Time // then: when something will be
	err  error     // of the register
}

// result is an attempt that ended; conn is nil when no connection is left to keep.
type result struct {
	job  *job
	conn *conn
	at   time.Time // when the server took the mail
	err  error     // *failure, errLeaseLost, or the register could not give the bytes
}

func newLane(sh *shift, server Server, helo string) *lane {
	l := &lane{shift: sh, server: server, helo: helo, limit: cmp.Or(sh.Connections, defaultConnections), more: true}
	l.wake, l.claims, l.results = make(chan struct{}, 1), make(chan claim, 1), make(chan result, l.limit)
	l.trouble.waiting, l.trouble.spent = map[int64]bool{}, map[int64]bool{}
	return l
}

func (l *lane) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// run returns nil when the caller's context ended, or (Drain) nothing more can be sent now; an error (Drain) of the register.
func (l *lane) run() error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var err error
	for l.soft.Err() == nil && err == nil {
		now := l.now()
		l.dispatch(now)
		l.refill(now)
		if l.once() && l.exhausted() {
			break
		}
		timer.Reset(l.pause(now))
		select {
		case r := <-l.results:
			l.finish(r)
		case c := <-l.claims:
			err = l.take(c)
		case <-l.wake:
			l.more = true
		case <-timer.C:
			l.tick()
		case <-l.soft.Done():
		}
	}
	l.close()
	return err
}

// dispatch gives pending mails to connections.
func (l *lane) dispatch(now time.Time) {
	limit := l.limit
	if l.trouble.on() {
		limit = 1 // one mail finds out whether the server is back
	}
	for len(l.pending) > 0 && l.busy < limit && !l.trouble.paused(now) {
		j := l.pending[0]
		l.pending = l.pending[1:]
		l.busy++
		kept := l.kept()
		go func() { l.results <- l.attempt(j, kept) }()
	}
}

// kept takes a connection that is still good; nil: there is none.
func (l *lane) kept() *conn {
	for len(l.idle) > 0 {
		c := l.idle[len(l.idle)-1]
		l.idle = l.idle[:len(l.idle)-1]
		if time.Since(c.used) < l.timing.idle {
			return c
		}
		l.leave(c)
	}
	return nil
}

// leave gives a connection up that served its time. It counts no more from now on, however long the server takes to say goodbye.
func (l *lane) leave(c *conn) {
	l.live.Add(-1)
	c.dropped = nil
	go c.quit()
}

// attempt sends one mail. A kept connection that the server closed meanwhile (RFC 5321 section 3.8) is no failure of the mail: while the
// server cannot have seen a byte of the body, it is tried again at once on a fresh one.
func (l *lane) attempt(j *job, c *conn) result {
	if c != nil {
		err := l.transact(j, c)
		if !stale(err) || l.soft.Err() != nil {
			return l.ended(j, c, err)
		}
	}
	c, err := dial(l.soft, l.server, l.helo, l.timing)
	if err != nil {
		return result{job: j, err: err}
	}
	l.live.Add(1)
	c.dropped = func() { l.live.Add(-1) }
	return l.ended(j, c, l.transact(j, c))
}

func stale(err error) bool {
	var f *failure
	return errors.As(err, &f) && f.beforeBody() && (f.code == 0 || f.code == 421)
}

func (l *lane) ended(j *job, c *conn, err error) result {
	if err != nil {
		c.drop()
		return result{job: j, err: err}
	}
	return result{job: j, conn: c, at: l.now()}
}

func (l *lane) transact(j *job, c *conn) error {
	body, err := l.Store.Read(l.hard).OpenBlob(j.mail.Raw)
	if err != nil {
		return err
	}
	defer body.Close()
	return c.send(l.hard, &j.mail, body, func() bool { return l.holds(j) })
}

// refill claims when little is pending. In trouble it claims the one mail that tries.
func (l *lane) refill(now time.Time) {
	n := claimSize
	if l.trouble.on() {
		n = 1
	}
	if !l.more || l.claiming || l.trouble.paused(now) || len(l.pending) >= l.limit || l.trouble.on() && l.busy+len(l.pending) > 0 {
		return
	}
	l.claiming, l.more = true, false
	go func() { l.claims <- l.claim(n) }()
}

// claim runs under the later context: a commit that is cut off would leave mails claimed by nobody.
func (l *lane) claim(n int) (c claim) {
	now := l.now()
	due := l.due
	if !l.once() {
		due = now
	}
	var mails []models.OutboxMail
	c.err = l.Store.Write(l.hard, now, func(tx *models.Tx) (err error) {
		if mails, err = tx.ClaimOf(l.Owner, n, l.timing.lease, due, l.mailboxes); err != nil {
			return err
		}
		if c.all = len(mails) < n; c.all {
			c.next, err = tx.NextDue(l.mailboxes...)
		}
		return err
	})
	if c.err == nil {
		c.jobs = l.hold(mails)
	}
	return c
}

func (l *lane) take(c claim) error {
	l.claiming = false
	if c.err != nil {
		if l.soft.Err() != nil {
			return nil // cut off
		}
		if l.once() {
			return c.err
		}
		l.deaf++
		l.log().Error("the outbox could not be read", "server", l.server.Address, "err", c.err)
		l.next = l.now().Add(min(time.Second<<min(l.deaf, 5), 30*time.Second))
		return nil
	}
	l.deaf, l.next = 0, c.next
	if !c.all {
		l.more = true
	}
	l.pending = append(l.pending, c.jobs...)
	slices.SortStableFunc(l.pending, func(a, b *job) int { return cmp.Compare(a.mail.Priority, b.mail.Priority) })
	if l.trouble.paused(l.now()) {
		l.putBack("")
	}
	return nil
}

// exhausted (Drain): nothing runs, and nothing is left to run.
func (l *lane) exhausted() bool {
	return l.busy == 0 && !l.claiming && len(l.pending) == 0 && (!l.more || l.trouble.on())
}

// pause is how long the loop may sleep when nothing happens.
func (l *lane) pause(now time.Time) time.Duration {
	d := l.timing.poll
	switch {
	case l.trouble.paused(now):
		d = l.trouble.until.Sub(now)
	case !l.next.IsZero() && !l.more:
		d = min(d, l.next.Sub(now))
	}
	if len(l.idle) > 0 {
		d = min(d, l.timing.idle)
	}
	return max(d, 50*time.Millisecond) // what is due may be another node's, whose lease has just ended
}

// tick looks around: for what has become due, what another process queued, connections that were kept too long.
func (l *lane) tick() {
	l.more = true
	l.idle = slices.DeleteFunc(l.idle, func(c *conn) bool {
		old := time.Since(c.used) >= l.timing.idle
		if old {
			l.leave(c)
		}
		return old
	})
	if l.busy == 0 {
		l.limit = cap(l.results)
	}
}

// close ends the lane: what was not sent goes back, what runs may end, servers hear that we leave.
func (l *lane) close() {
	if l.claiming {
		if c := <-l.claims; c.err == nil {
			l.pending = append(l.pending, c.jobs...)
		}
	}
	for _, j := range l.pending {
		l.release(j, j.mail)
	}
	l.pending = nil
	for l.busy > 0 {
		l.finish(<-l.results)
	}
	for _, j := range l.pending { // came back from a connection
		l.release(j, j.mail)
	}
	done := make(chan struct{})
	for _, c := range l.idle {
		go func() { c.quit(); done <- struct{}{} }()
	}
	for range l.idle {
		<-done
	}
}
