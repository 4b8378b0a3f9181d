// Package scheduler is in charge of when time-driven work is done: it knows the planned times of jobs and how far each has come, and
// catches up after the program was down. What there is to do is decided in package procedure; that nothing is mailed twice, by the key
// of the outbox.
//
// Of robfig/cron it uses the schedules only, and reads them on the clock on the wall: cron's own runner skips a job in the hour that
// the spring takes away, runs it twice in the one that autumn repeats, forgets what was planned while it was down, and ends the process
// when a job panics.
package scheduler

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/robfig/cron/v3"

	"dankuwel/models"
)

// Job is time-driven work: as of a planned time it queues what is due. It may be run again for the same time, which must change nothing.
type Job struct {
	Name     string // of its row: it never changes
	Schedule cron.Schedule
	Run      func(ctx context.Context, at time.Time) error
}

// Scheduler runs each job once for the newest of the times that were planned since its last run. A job that is met for the first time
// begins from then on. Of several nodes each runs the jobs.
type Scheduler struct {
	Jobs  []Job
	Store *models.Store
	Now   func() time.Time
	Zone  *time.Location // of the schedules
	Log   *slog.Logger

	failed map[string]failure // by job, since its last success
}

// failure is a row of attempts without success.
type failure struct {
	attempts int
	retryAt  time.Time
}

// tick is how often the scheduler looks: a timer until the next planned time would come late after the machine slept or its clock was
// set.
const tick = 30 * time.Second

// Run looks which jobs are due, at once and every 30 seconds, until ctx ends. Trouble of the register is logged and waited for; the
// error is always nil.
func (s *Scheduler) Run(ctx context.Context) error {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		if err := s.RunDue(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("the scheduler waits for the register", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// RunDue runs the jobs that are due now, one after the other. That a job failed is logged, and the job is tried again; the error is the
// register's.
func (s *Scheduler) RunDue(ctx context.Context) error {
	known, err := s.Store.Read(ctx).Jobs()
	if err != nil {
		return err
	}
	for _, j := range s.Jobs {
		now := s.Now()
		row, ok := known[j.Name]
		if !ok || row.PlannedAt.After(now.Add(time.Hour)) { // met for the first time, or while the clock was wrong
			if err := s.save(ctx, now, &models.Job{Name: j.Name, PlannedAt: now, RanAt: row.RanAt}); err != nil {
				return err
			}
			continue
		}
		at := newest(j.Schedule, row.PlannedAt, now, s.Zone)
		if at.IsZero() || now.Before(s.failed[j.Name].retryAt) || !s.try(ctx, j, at) {
			continue
		}
		if err := s.save(ctx, now, &models.Job{Name: j.Name, PlannedAt: at, RanAt: &now}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (s *Scheduler) save(ctx context.Context, now time.Time, j *models.Job) error {
	return s.Store.Write(ctx, now, func(tx *models.Tx) error { return tx.SaveJob(j) })
}

// try runs a job. After its n-th failure on end it waits 1, 2, 4, 8, 16, 32 minutes, then 32 each time.
func (s *Scheduler) try(ctx context.Context, j Job, at time.Time) bool {
	err := call(ctx, j, at)
	switch {
	case err == nil:
		delete(s.failed, j.Name)
		return true
	case ctx.Err() != nil: // the program ends
		return false
	}
	f := s.failed[j.Name]
	wait := time.Minute << min(f.attempts, 5)
	if s.failed == nil {
		s.failed = map[string]failure{}
	}
	s.failed[j.Name] = failure{f.attempts + 1, s.Now().Add(wait)}
	s.Log.Error("a job failed and is tried again", "job", j.Name, "planned", at, "attempt", f.attempts+1, "wait", wait, "error", err)
	return false
}

// call makes an error of a panic: one faulty job must not end the service.
func call(ctx context.Context, j Job, at time.Time) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return j.Run(ctx, at)
}
