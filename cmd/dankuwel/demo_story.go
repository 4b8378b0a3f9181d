package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"syscall"
	"time"
)

// demoClock is the time of the story: it stands still within a scene.
type demoClock struct {
	mu sync.Mutex
	at time.Time
}

// Now is what the people, the register and the mail servers see on the wall.
func (c *demoClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *demoClock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// storyPatience is how long a scene may take in real time. It takes some milliseconds.
const storyPatience = 20 * time.Second

// demoStory is the story while it is told. The first error ends it: every method does nothing after that.
type demoStory struct {
	*demoWorld
	clock *demoClock
	zone  *time.Location
	page  *demoPage
	kept  *keeper
	seen  int // deliveries that have been told
	scene int
	mails int
	told  storyMails
	err   error
}

// tell is `dankuwel demo`: it plays the story to its end.
func (d *demoCommand) tell(env *environment) (err error) {
	zone := defaultConfig().Organization.Timezone
	clock := &demoClock{at: time.Date(2026, 11, 23, 8, 30, 0, 0, zone)} // a Monday
	dir := cmp.Or(d.Keep, "demo-mail")
	kept, err := openKeeper(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kept.close()) }()
	log := newShortLog(env.stderr, slog.LevelWarn, clock.Now)
	w, err := openDemo(env.ctx, log, clock.Now, "127.0.0.1:0", "127.0.0.1:0", false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	s := &demoStory{demoWorld: w, clock: clock, zone: zone, page: newPage(env.stdout, env.getenv), kept: kept}
	for _, scene := range []func(){s.opening, s.complaint, s.addition, s.note, s.twice, s.absent, s.newsletter, s.french, s.shielded, s.bounced, s.investigation, s.answer, s.promise, s.promiseKept, s.aftercare, s.evaluation, s.ending} {
		if s.err == nil && s.page.err == nil {
			scene()
		}
	}
	if errors.Is(s.page.err, syscall.EPIPE) {
		return errSilent // nobody reads on
	}
	if env.ctx.Err() != nil {
		return errors.New("the demo was stopped before its end")
	}
	return cmp.Or(s.err, s.page.err)
}

// begin moves the clock to the day of November 2026 and opens a scene.
func (s *demoStory) begin(day, hour, minute int, title string) {
	if s.err != nil {
		return
	}
	s.scene++
	s.clock.set(time.Date(2026, 11, day, hour, minute, 0, 0, s.zone))
	s.page.title(fmt.Sprintf("%d. %s", s.scene, title), s.clock.Now().Format("Monday 2 January 2006, 15:04"))
}

// send submits a mail and waits until the register has nothing left to do. It returns what was delivered meanwhile, the mail itself
// first, then letters to the complainant, then mail to staff.
func (s *demoStory) send(m *demoMail) []*demoLetter {
	if s.err == nil {
		s.err = s.post.submit(m)
	}
	return s.settle(1)
}

// mail is a mail with an identity of its own.
func (s *demoStory) mail(from demoPerson, to, subject, text string) *demoMail {
	s.mails++
	return &demoMail{from: from, to: to, date: s.clock.Now(), subject: subject, text: text, id: fmt.Sprintf("%d.%s", s.mails, from.address)}
}

// settle waits for n deliveries at least, until the inbox of the register is empty and its outbox too.
func (s *demoStory) settle(n int) []*demoLetter {
	if s.err != nil {
		return nil
	}
	ctx, stop := context.WithTimeoutCause(s.ctx, storyPatience, fmt.Errorf("the register is still at work after %s", storyPatience))
	defer stop()
	for {
		change := s.post.nextChange()
		done, err := s.quiet(ctx, n)
		if err != nil && ctx.Err() == nil {
			s.err = err
			return nil
		}
		select {
		case <-ctx.Done():
			s.err = context.Cause(ctx)
			return nil
		case <-change: // also when all was quiet: something came in between
			continue
		default:
		}
		if done {
			return s.arrived()
		}
		select {
		case <-ctx.Done():
		case <-change:
		}
	}
}

// quiet tells whether nothing is under way.
func (s *demoStory) quiet(ctx context.Context, n int) (bool, error) {
	if len(s.post.deliveries(s.seen)) < n || s.post.count(demoRegister, "INBOX") > 0 {
		return false, nil
	}
	waiting, failed, err := s.app.store.Read(ctx).OutboxLeft()
	if err == nil && failed > 0 {
		err = fmt.Errorf("%d mails of the register were refused", failed)
	}
	return waiting == 0, err
}

// arrived reads the new mails and keeps them.
func (s *demoStory) arrived() []*demoLetter {
	var list []*demoLetter
	for _, d := range s.post.deliveries(s.seen) {
		s.seen++
		list = append(list, readLetter(d))
	}
	rank := func(l *demoLetter) string {
		switch {
		case l.sender == "": // a bounce follows the mail that it is about
			return "3"
		case l.kind == "":
			return "0"
		case l.kind == "bounced":
			return "4"
		case l.to.part == "complainant" || l.to.login == demoOutside:
			return "1" + l.kind
		}
		return "2" + l.kind + l.rcpt
	}
	slices.SortStableFunc(list, func(a, b *demoLetter) int { return cmp.Compare(rank(a), rank(b)) })
	for _, l := range list {
		if _, err := s.kept.keep(l); err != nil && s.err == nil {
			s.err = err
		}
	}
	return list
}

// want finds the mail of a kind to an address. Its absence ends the story.
func (s *demoStory) want(list []*demoLetter, kind, address string) *demoLetter {
	for _, l := range list {
		if l.kind == kind && l.rcpt == address {
			return l
		}
	}
	if s.err == nil {
		s.err = fmt.Errorf("no %s went to %s", kind, address)
	}
	return &demoLetter{}
}

// silent makes sure that a mail was answered by nobody.
func (s *demoStory) silent(list []*demoLetter) {
	if len(list) > 1 && s.err == nil {
		s.err = fmt.Errorf("a mail that nobody should answer was answered by %s", list[1].kind)
	}
}

// wrote shows the mail that a person sends.
func (s *demoStory) wrote(m *demoMail, format string, args ...any) {
	if s.err == nil {
		s.page.say(format, args...)
		s.page.quote("Subject: "+m.subject, m.text)
	}
}

// say narrates.
func (s *demoStory) say(format string, args ...any) {
	if s.err == nil {
		s.page.say(format, args...)
	}
}

// show prints a letter, or the part of it that is given.
func (s *demoStory) show(l *demoLetter, text string) {
	if s.err == nil {
		s.page.quote("Subject: "+l.subject, text)
	}
}
