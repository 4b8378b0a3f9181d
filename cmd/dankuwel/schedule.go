package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"dankuwel/models"
	"dankuwel/procedure"
	"dankuwel/scheduler"
)

type scheduleCommand struct {
	At     string   `placeholder:"TIME" help:"As of this moment (RFC 3339, for example 2026-11-23T08:15:00+01:00); otherwise now."`
	DryRun bool     `help:"Only print what would be queued."`
	Jobs   []string `arg:"" optional:"" name:"job" help:"status_updates, reminders, follow_ups (satisfaction, calls, closing, recurrences), evaluations, review_list, handler_digest, weekly_digest, monthly_digest, lessons (what complaints taught, to all colleagues), annual_report (its draft, to the coordinator), held_mail (letters and receipts that a limit held back), practice (practice complaints older than 14 days go), watchdog (mailboxes that do not work), retention (erase what ended long ago), seal (over the ends of all event chains). Otherwise all of them."`
}

// timedJob is work that time brings, and when.
type timedJob struct {
	procedure.Job
	schedule cron.Schedule
}

// everyFiveMinutes is for what waits for a limit and not for an hour of the day.
var everyFiveMinutes = mustParse(parseCron, "*/5 * * * *")

// everyNight is for what only has to be gone, or sealed.
var everyNight = mustParse(parseCron, "30 3 * * *")

func (c *Config) timedJobs() (list []timedJob) {
	s := &c.Schedule
	when := map[string]cron.Schedule{"status_updates": s.StatusUpdates, "reminders": s.Reminders, "follow_ups": s.FollowUps, "evaluations": s.Evaluations,
		"review_list": s.ReviewList, "handler_digest": s.HandlerDigest, "weekly_digest": s.WeeklyDigest, "monthly_digest": s.MonthlyDigest, "lessons": s.Lessons, "annual_report": s.AnnualReport, "held_mail": everyFiveMinutes, "practice": everyNight, "watchdog": everyFiveMinutes, "retention": s.Retention, "seal": everyNight}
	for _, j := range procedure.Jobs {
		list = append(list, timedJob{j, when[j.Name]})
	}
	return list
}

// scheduler runs the time-driven jobs of the service.
func (a *app) scheduler() *scheduler.Scheduler {
	s := &scheduler.Scheduler{Store: a.store, Now: a.desk.Now, Zone: a.desk.Zone(), Log: a.log}
	for _, j := range a.config.timedJobs() {
		s.Jobs = append(s.Jobs, scheduler.Job{Name: j.Name, Schedule: j.schedule, Run: func(ctx context.Context, at time.Time) error {
			_, err := a.desk.AsOf(ctx, at, func(d *procedure.Desk) error { return j.Do(d, ctx) })
			if err == nil && j.Name == "retention" { // files of erased mails that were too young to go with their rows
				_, err = a.store.Read(ctx).SweepBlobs(24 * time.Hour)
			}
			return err
		}})
	}
	return s
}

type scheduledJSON struct {
	Kind      string  `json:"kind"`
	Complaint *string `json:"complaint"`
	To        string  `json:"to"`
	Subject   string  `json:"subject"`
}

// Run does the jobs once, whatever their planned times, all of it or nothing, and lists the mails that it queued. A second time nothing
// is queued again: a mail's key holds the day it is for.
func (s *scheduleCommand) Run(env *environment) error {
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	at, err := s.at(a.desk.Now())
	if err != nil {
		return err
	}
	jobs, err := chooseJobs(a.config.timedJobs(), s.Jobs)
	if err != nil {
		return err
	}
	do := a.desk.AsOf
	if s.DryRun {
		do = a.desk.Rehearse
	}
	mails, err := do(env.ctx, at, func(d *procedure.Desk) error {
		if err := d.SyncStaff(env.ctx); err != nil {
			return fmt.Errorf("staff: %w", err)
		}
		for _, j := range jobs {
			if err := j.Do(d, env.ctx); err != nil {
				return fmt.Errorf("%s: %w", j.Name, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if unread, err := a.desk.Unread(env.ctx); err != nil {
		return err
	} else if len(unread) > 0 {
		fmt.Fprintf(env.stderr, "%s was not read for over an hour: what is due for its complaints waits; `dankuwel run --once` reads it\n", strings.Join(unread, ", "))
	}
	return a.printScheduled(env, mails)
}

func (s *scheduleCommand) at(now time.Time) (time.Time, error) {
	if s.At == "" {
		return now, nil
	}
	at, err := time.Parse(time.RFC3339, s.At)
	if err != nil {
		return at, errUsage{fmt.Errorf("--at %q is no moment; for example --at 2026-11-23T08:15:00+01:00", s.At)}
	}
	return at, nil
}

// chooseJobs keeps the named jobs, each once; all when none is named.
func chooseJobs(all []timedJob, names []string) ([]timedJob, error) {
	var known []string
	for _, j := range all {
		known = append(known, j.Name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, errUsage{fmt.Errorf("there is no job %q; there are %s", name, strings.Join(known, ", "))}
		}
	}
	if len(names) == 0 {
		return all, nil
	}
	return slices.DeleteFunc(all, func(j timedJob) bool { return !slices.Contains(names, j.Name) }), nil
}

func (a *app) printScheduled(env *environment, mails []models.OutboxMail) error {
	out := list{w: env.stdout, json: env.json}
	tx := a.store.Read(env.ctx)
	for _, m := range mails {
		number, to := "", m.Recipient
		if m.ComplaintID != nil {
			c, err := tx.ComplaintByID(*m.ComplaintID)
			if err != nil {
				return err
			}
			if number = c.Number; c.Shielded && m.StaffID == nil {
				to = shieldedText
			}
		}
		j := scheduledJSON{m.Kind, orNull(number), to, m.Subject}
		if err := out.add(j, "%-18s %-12s %-30s %s", j.Kind, number, j.To, j.Subject); err != nil {
			return err
		}
	}
	return out.end()
}
