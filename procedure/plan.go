package procedure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"dankuwel/models"
)

// Due is something that time brings for a complaint. It is read off the complaint's rows whenever it is asked for, so nothing has to be
// planned anew when a date changes; that it is done once is held by the key of its mail, which bears slot.
type Due struct {
	Job  string      // of [schedule] that does it
	What string      // kind of the mail; "close"
	On   models.Date // planned; done on that day or, when nobody looked then, later
	slot string      // tells it from others of its kind, and holds a planned date
	do   func(*Desk, *models.Tx, *models.Matter, Due) error
}

// The jobs that read what is due off each complaint.
const (
	statusUpdates = "status_updates"
	reminders     = "reminders"
	followUps     = "follow_ups"
)

// Job is time-driven work. What it does is done by the Desk's clock, and once however often the job runs.
type Job struct {
	Name string // of [schedule], where it stands there
	Do   func(*Desk, context.Context) error
}

// Jobs are all there are.
var Jobs = []Job{
	{"practice", (*Desk).EndPractice}, // first: no other job meets what is to go
	{statusUpdates, func(d *Desk, ctx context.Context) error { return d.onTime(ctx, statusUpdates) }},
	{reminders, func(d *Desk, ctx context.Context) error { return d.onTime(ctx, reminders) }},
	{followUps, func(d *Desk, ctx context.Context) error {
		return errors.Join(d.onTime(ctx, followUps), d.recurrence(ctx))
	}},
	{"evaluations", (*Desk).evaluations},
	{"review_list", (*Desk).ReviewList},
	{"handler_digest", (*Desk).handlerDigest},
	{"weekly_digest", (*Desk).weeklyDigest},
	{"monthly_digest", (*Desk).monthlyDigest},
	{"lessons", (*Desk).lessons},
	{"annual_report", (*Desk).annualReport},
	{"held_mail", (*Desk).ReleaseHeld},
	{"retention", (*Desk).Retain},
}

// plan lists what time brings for a complaint, as of a day: of what is past only the newest of each row of reminders, and the next ones; what was
// mailed is left out.
func (d *Desk) plan(m *models.Matter, today models.Date) []Due {
	var list []Due
	if m.AnsweredAt == nil {
		list = append(list, d.planStatus(m, today)...)
		list = append(list, d.planTerm(m, today)...)
	}
	list = append(list, d.planTasks(m, today)...)
	list = append(list, d.planMeasures(m, today)...)
	list = append(list, d.planAftercare(m, today)...)
	return slices.DeleteFunc(list, func(due Due) bool { return m.Mailed[due.What+"/"+due.slot] })
}

// current leaves out of a row of reminders, in order of their days, those that a later one has made moot.
func current(row []Due, today models.Date) []Due {
	first := 0
	for i := range row {
		if row[i].On <= today {
			first = i
		}
	}
	return row[first:]
}

// repeated is the newest of a row without end as of a day, or its first: every so many days from first on.
func repeated(due Due, first models.Date, every int, today models.Date) Due {
	due.On = first
	if today > first {
		due.On = first.AddDays(today.DaysSince(first) / every * every)
	}
	due.slot += ":" + string(due.On)
	return due
}

// Next lists what comes for a complaint and when, the soonest first; what is done already is left out.
func (d *Desk) Next(tx *models.Tx, complaintID int64, now time.Time) ([]Due, error) {
	m, err := tx.Matter(complaintID)
	if err != nil || m == nil {
		return nil, err
	}
	list := d.plan(m, models.DateOf(now, d.Zone()))
	if m.AnsweredAt == nil {
		list = append(list, Due{What: "answer", On: m.AnswerDue})
	}
	slices.SortStableFunc(list, func(a, b Due) int { return cmp.Compare(a.On, b.On) })
	return list, nil
}

// onTime does what a job has to do by now for all complaints. A complaint of a mailbox that cannot be read waits: nobody is told
// something that a waiting mail contradicts. What fails for one complaint is logged and keeps none of the others from being done.
func (d *Desk) onTime(ctx context.Context, job string) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		today := d.today(tx)
		if job == reminders && !d.Settings.Calendar.WorkingDay(today) {
			return nil // nobody is there to be reminded
		}
		list, err := tx.Matters()
		if err != nil {
			return err
		}
		waits := map[string]bool{}
		for _, box := range d.Settings.Mailboxes {
			if waits[box.Address], err = d.waits(tx, &box); err != nil {
				return err
			}
		}
		for _, m := range list {
			isDue := func(due Due) bool { return due.Job == job && due.On <= today }
			if waits[m.Mailbox] || !slices.ContainsFunc(d.plan(m, today), isDue) {
				continue
			}
			if err := d.oneByOne(ctx, m.Number, func(d *Desk, tx *models.Tx) error { return d.doDue(tx, m.ID, today, isDue) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// oneByOne does one piece of a job in a savepoint: what fails of it is taken back, logged and left for the next run, and the job goes on.
func (d *Desk) oneByOne(ctx context.Context, about string, fn func(*Desk, *models.Tx) error) error {
	err := d.change(ctx, fn)
	if err == nil || models.IsStorage(err) || errors.Is(err, context.Canceled) {
		return err
	}
	d.Log.Error("time-driven work for one complaint failed; it is tried again at the next run", "complaint", about, "error", err)
	return nil
}

// doDue looks again at one complaint, whose row is locked now, and does what is due.
func (d *Desk) doDue(tx *models.Tx, complaintID int64, today models.Date, isDue func(Due) bool) error {
	if _, err := tx.ComplaintByID(complaintID); err != nil {
		return err
	}
	for done := map[string]bool{}; ; { // one thing may change what else is due
		m, err := tx.Matter(complaintID)
		if err != nil || m == nil {
			return err
		}
		list := d.plan(m, today)
		i := slices.IndexFunc(list, func(due Due) bool { return isDue(due) && !done[due.What+due.slot] })
		if i < 0 {
			return nil
		}
		done[list[i].What+list[i].slot] = true
		if err := list[i].do(d, tx, m, list[i]); err != nil {
			return fmt.Errorf("%s of %s: %w", list[i].What, m.Number, err)
		}
	}
}

// unreadFor is how long a mailbox may go unread, beside two of its polls, before time-driven mail about its complaints waits.
const unreadFor = time.Hour

// waits tells whether mail may lie unread in the mailbox. What the clock on the wall says counts, also when work is done as of another time.
func (d *Desk) waits(tx *models.Tx, box *Mailbox) (bool, error) {
	read, err := tx.ReadAt(box.Address)
	if err != nil || read.IsZero() || tx.Clock().Sub(read) <= unreadFor+2*box.Poll {
		return false, err
	}
	d.Log.Warn("the mailbox was not read for a while; time-driven mail about its complaints waits", "mailbox", box.Address, "since", read)
	return true, nil
}

// isNew tells whether no mail with that key was made yet.
func (d *Desk) isNew(tx *models.Tx, key string) (bool, error) {
	if d.writing(key) {
		return false, nil
	}
	done, err := tx.Queued(key)
	return !done, err
}

// dayOf is the day of an instant; "" of none.
func (d *Desk) dayOf(t time.Time) models.Date {
	if t.IsZero() {
		return ""
	}
	return models.DateOf(t, d.Zone())
}
