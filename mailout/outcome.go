package mailout

import (
	"errors"
	"log/slog"
	"slices"
	"time"

	"dankuwel/models"
)

// outage is what a lane remembers while its server is in trouble. The server is then left alone for 5, 10, 20 … seconds, up to five
// minutes, and asked with one mail at a time. When it is back, those that met the trouble leave at once.
type outage struct {
	since   time.Time // zero: all is well
	until   time.Time // nothing is tried before it
	wait    time.Duration
	alarmed bool           // the operator was told that the configuration is at fault
	streak  int            // failures in a row that may be the server's
	waiting map[int64]bool // mails that are due as soon as the server is back
	spent   map[int64]bool // mails that had that favour for a failure of their own, and do not have it twice
}

const (
	firstWait  = 5 * time.Second
	longWait   = 5 * time.Minute
	streakEnds = 3 // mails in a row that the server neither took nor refused: it is not about them
)

func (o *outage) on() bool                  { return !o.since.IsZero() }
func (o *outage) paused(now time.Time) bool { return o.on() && now.Before(o.until) }

// finish judges an attempt and has the outcome stored.
func (l *lane) finish(r result) {
	l.busy--
	if r.conn != nil {
		l.idle = append(l.idle, r.conn)
	}
	var f *failure
	switch {
	case r.err == nil:
		l.sent(r)
	case errors.Is(r.err, errLeaseLost):
		l.letGo(r.job)
		l.log().Warn("a mail was not sent: its lease was lost", mailAttrs(&r.job.mail)...)
	case errors.As(r.err, &f):
		l.failure(r.job, f)
	case l.soft.Err() != nil:
		l.release(r.job, r.job.mail)
	default:
		l.log().Error("a mail could not be sent: its bytes cannot be read", append(mailAttrs(&r.job.mail), "err", r.err)...)
		l.again(r.job, 0, r.err.Error(), l.retryAfter(r.job.mail.Attempts))
	}
}

func (l *lane) sent(r result) {
	m := r.job.mail
	at := models.Micro(r.at)
	m.State, m.SentAt, m.LastCode, m.LastError = "sent", &at, 250, ""
	l.settle(r.job, m, func() {
		l.log().Info("mail sent", mailAttrs(&m)...)
		if l.OnSent != nil {
			l.OnSent(m)
		}
	})
	l.trouble.streak = 0
	l.recovered(m.ID)
}

func (l *lane) failure(j *job, f *failure) {
	if l.soft.Err() != nil && f.code == 0 { // we cut it off ourselves, or did not begin
		l.cutOff(j, f)
		return
	}
	if f.step == "connect" && l.live.Load() > 0 { // other connections work: the server wants fewer (RFC 5321 section 4.5.4.1)
		l.limit = max(1, min(l.limit-1, int(l.live.Load())))
		l.pending = slices.Insert(l.pending, 0, j)
		return
	}
	switch f.verdict() {
	case final:
		l.refused(j, f)
	case trouble:
		l.outage(j, f)
	default:
		l.postponed(j, f)
	}
}

// refused: final, and the only way to that state.
func (l *lane) refused(j *job, f *failure) {
	m := j.mail
	m.State, m.LastCode, m.LastError = "failed", f.code, f.reply
	l.settle(j, m, func() {
		l.log().Error("mail refused for good", append(mailAttrs(&m), failureAttrs(f)...)...)
		if l.OnFailed != nil {
			l.OnFailed(m)
		}
	})
	l.recovered(m.ID)
}

// postponed: the mail's own schedule. Three in a row that the server neither took nor refused are the server's trouble; a recipient's
// full mailbox or greylisting (4yz to RCPT) is not.
func (l *lane) postponed(j *job, f *failure) {
	wait := l.retryAfter(j.mail.Attempts)
	l.log().Warn("mail postponed", append(mailAttrs(&j.mail), append(failureAttrs(f), "wait", wait)...)...)
	l.again(j, f.code, f.reply, wait)
	if f.step == "RCPT" && f.code != 0 {
		l.recovered(j.mail.ID)
		return
	}
	l.favour(j.mail.ID)
	if l.trouble.streak++; l.trouble.streak >= streakEnds || l.trouble.on() {
		l.begin(f)
	}
}

// outage: the server's trouble. A mail for which no transaction was begun goes back uncounted.
func (l *lane) outage(j *job, f *failure) {
	if f.step == "connect" {
		l.pending = append(l.pending, j)
	} else {
		l.favour(j.mail.ID)
		l.again(j, f.code, f.reply, l.retryAfter(j.mail.Attempts))
	}
	l.begin(f)
}

// begin notes the trouble and leaves the server alone for a while. Attempts that were under way when it began do not make it longer.
func (l *lane) begin(f *failure) {
	now := l.now()
	if !l.trouble.paused(now) {
		l.trouble.wait = min(max(2*l.trouble.wait, firstWait), longWait)
		l.trouble.until = now.Add(l.trouble.wait + l.jitter(l.trouble.wait/10))
	}
	first := !l.trouble.on()
	if first {
		l.trouble.since = now
	}
	if first || f.config() && !l.trouble.alarmed {
		level, what := slog.LevelWarn, "the submission server does not take mail; it is asked again every now and then"
		if f.config() {
			l.trouble.alarmed = true
			level, what = slog.LevelError, "the submission server does not accept us: see to address, security, user name and password in the configuration"
		}
		attrs := append(failureAttrs(f), "server", l.server.Address)
		if f.step == "connect" { // nobody's address was named yet
			attrs = append(attrs, "reply", f.reply)
		}
		l.log().Log(l.hard, level, what, attrs...)
	}
	l.putBack(f.Error())
}

// putBack returns pending mails until the server is asked again. why is empty when nothing is new.
func (l *lane) putBack(why string) {
	for _, j := range l.pending {
		m := j.mail
		m.NextAttemptAt = l.trouble.until
		if why != "" {
			m.LastCode, m.LastError = 0, why
		}
		l.trouble.waiting[m.ID] = true
		l.release(j, m)
	}
	l.pending = nil
}

// favour lets a mail that met the trouble leave as soon as it is over; but once only, lest a mail that causes it comes back for ever.
func (l *lane) favour(id int64) {
	if !l.trouble.spent[id] {
		l.trouble.spent[id], l.trouble.waiting[id] = true, true
	}
}

// recovered: the server answered for a mail, and the trouble is over if there was any.
func (l *lane) recovered(id int64) {
	delete(l.trouble.spent, id)
	delete(l.trouble.waiting, id)
	o := &l.trouble
	if !o.on() {
		return
	}
	l.log().Info("the submission server takes mail again", "server", l.server.Address, "after", l.now().Sub(o.since).Round(time.Second))
	ids := make([]int64, 0, len(o.waiting))
	for id := range o.waiting {
		ids = append(ids, id)
	}
	l.trouble = outage{waiting: map[int64]bool{}, spent: o.spent}
	l.more = true
	if len(ids) > 0 && !l.once() {
		l.entries <- entry{write: func(tx *models.Tx) error { return tx.DueNow(ids) }, after: l.nudge}
	}
}

// again queues the mail for another attempt.
func (l *lane) again(j *job, code int, why string, wait time.Duration) {
	m := j.mail
	m.State, m.LastCode, m.LastError, m.NextAttemptAt = "queued", code, printable(why), l.now().Add(wait)
	l.settle(j, m, func() {})
}

// cutOff: the program ends. The mail is due at once; whether the server had the final dot already cannot be known.
func (l *lane) cutOff(j *job, f *failure) {
	if f.step == "connect" {
		l.release(j, j.mail)
		return
	}
	l.again(j, 0, "cut off: the program ended", 0)
}

func mailAttrs(m *models.OutboxMail) []any {
	attrs := []any{"mail", m.ID, "kind", m.Kind, "attempt", m.Attempts}
	if m.ComplaintID != nil {
		attrs = append(attrs, "complaint_id", *m.ComplaintID)
	}
	return attrs
}

// failureAttrs leave the reply's text out: it may name the recipient.
func failureAttrs(f *failure) []any {
	return []any{"step", f.step, "code", f.code, "status", f.status()}
}
