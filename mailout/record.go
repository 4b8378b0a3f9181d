package mailout

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"dankuwel/models"
)

// job is a claimed mail until its outcome is stored.
type job struct {
	mail  models.OutboxMail
	until atomic.Int64 // end of the lease, Unix nanoseconds on the Sender's clock; 0: lost
}

// hold keeps the leases of claimed mails alive, until let go.
func (sh *shift) hold(mails []models.OutboxMail) []*job {
	jobs := make([]*job, len(mails))
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for i, m := range mails {
		jobs[i] = &job{mail: m}
		if m.LeaseUntil != nil {
			jobs[i].until.Store(m.LeaseUntil.UnixNano())
		}
		sh.held[m.ID] = jobs[i]
	}
	return jobs
}

func (sh *shift) letGo(j *job) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	delete(sh.held, j.mail.ID)
}

func (sh *shift) holds(j *job) bool { return sh.now().UnixNano() < j.until.Load() }

// renewAll prolongs the leases in good time: a big mail to a slow server takes longer than a lease.
func (sh *shift) renewAll(ctx context.Context) {
	tick := time.NewTicker(sh.timing.lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			sh.renew(ctx)
		}
	}
}

func (sh *shift) renew(ctx context.Context) {
	sh.mu.Lock()
	var jobs []*job
	for _, j := range sh.held {
		jobs = append(jobs, j)
	}
	sh.mu.Unlock()
	if len(jobs) == 0 {
		return
	}
	now, kept := sh.now(), make([]bool, len(jobs))
	err := sh.Store.Write(ctx, now, func(tx *models.Tx) (err error) {
		for i, j := range jobs {
			if kept[i], err = tx.Extend(&j.mail, sh.Owner, sh.timing.lease); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		if ctx.Err() == nil {
			sh.log().Error("leases of the outbox could not be renewed", "mails", len(jobs), "err", err)
		}
		return // they hold until they run out
	}
	for i, j := range jobs {
		if kept[i] {
			j.until.Store(now.Add(sh.timing.lease).UnixNano())
		} else {
			j.until.Store(0)
		}
	}
}

// entry is something to store: the outcome of a job, or that mails become due.
type entry struct {
	write func(*models.Tx) error // may be called more than once
	after func()                 // once it is stored
}

// recordAll stores entries as they come: one at a time while the outbox is quiet, together with those that came meanwhile when it is
// not. So the gap between a server's 250 and our mark is as short as a transaction takes, and many mails share one fsync.
func (sh *shift) recordAll(ctx context.Context) {
	for e := range sh.entries {
		group := []entry{e}
	more:
		for len(group) < recordSize {
			select {
			case e, ok := <-sh.entries:
				if !ok {
					break more
				}
				group = append(group, e)
			default:
				break more
			}
		}
		sh.record(ctx, group)
	}
}

// record stores a group and does not give up while the register is in trouble: what was sent must be marked.
func (sh *shift) record(ctx context.Context, group []entry) {
	for attempt := 1; ; attempt++ {
		err := sh.Store.Write(ctx, sh.now(), func(tx *models.Tx) error {
			for _, e := range group {
				if err := e.write(tx); err != nil {
					return err
				}
			}
			return nil
		})
		switch {
		case err == nil:
			for _, e := range group {
				e.after()
			}
			return
		case !models.IsStorage(err) && len(group) > 1: // one of them is at fault
			for _, e := range group {
				sh.record(ctx, []entry{e})
			}
			return
		case ctx.Err() != nil, !models.IsStorage(err), sh.once() && attempt == 10:
			sh.log().Error("the outcome of a mail could not be stored", "entries", len(group), "err", err)
			sh.fail(fmt.Errorf("store the outcome of %d mails: %w", len(group), err))
			return
		case attempt == 1:
			sh.log().Error("the outcome of a mail cannot be stored yet", "entries", len(group), "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// settle stores how an attempt ended, as the fields of m say; after is called when that is stored and the lease had not been lost.
func (sh *shift) settle(j *job, m models.OutboxMail, after func()) {
	sh.put(j, m, (*models.Tx).Complete, after)
}

// release puts a mail back for which no transaction was begun.
func (sh *shift) release(j *job, m models.OutboxMail) {
	m.State = "queued"
	sh.put(j, m, (*models.Tx).Release, func() {})
}

func (sh *shift) put(j *job, m models.OutboxMail, write func(*models.Tx, *models.OutboxMail, string) (bool, error), after func()) {
	var ours bool
	sh.entries <- entry{
		write: func(tx *models.Tx) (err error) { ours, err = write(tx, &m, sh.Owner); return err },
		after: func() {
			sh.letGo(j)
			if !ours {
				sh.log().Warn("the lease of a mail was lost before its outcome was stored", "mail", m.ID, "kind", m.Kind, "state", m.State)
				return
			}
			after()
			if sh.stored != nil {
				sh.stored(m)
			}
		},
	}
}
