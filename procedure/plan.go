package procedure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
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
	rank int         // of reminders about one complaint the lowest goes first, see urgency
	do   func(*Desk, *models.Tx, *models.Matter, Due) error
}

// The jobs that read what is due off each complaint.
const (
	statusUpdates = "status_updates"
	reminders     = "reminders"
	followUps     = "follow_ups"
	evaluations   = "evaluations"
)

// Job is time-driven work. What it does is done by the Desk's clock, and once however often the job runs.
type Job struct {
	Name  string // of [schedule], where it stands there
	Do    func(*Desk, context.Context) error
	Reads bool // it leaves out complaints whose mailbox is unread, and is to be done again once that was read
}

// Jobs are all there are.
var Jobs = []Job{
	{Name: "practice", Do: (*Desk).EndPractice}, // first: no other job meets what is to go
	{Name: statusUpdates, Do: func(d *Desk, ctx context.Context) error { return d.onTime(ctx, statusUpdates) }, Reads: true},
	{Name: reminders, Do: func(d *Desk, ctx context.Context) error { return d.onTime(ctx, reminders) }, Reads: true},
	{Name: followUps, Do: func(d *Desk, ctx context.Context) error {
		return errors.Join(d.onTime(ctx, followUps), d.recurrence(ctx))
	}, Reads: true},
	{Name: evaluations, Do: (*Desk).evaluations},
	{Name: "review_list", Do: (*Desk).ReviewList},
	{Name: "handler_digest", Do: (*Desk).handlerDigest},
	{Name: "weekly_digest", Do: (*Desk).weeklyDigest},
	{Name: "monthly_digest", Do: (*Desk).monthlyDigest},
	{Name: "lessons", Do: (*Desk).lessons},
	{Name: "annual_report", Do: (*Desk).annualReport},
	{Name: "held_mail", Do: (*Desk).ReleaseHeld},
	{Name: "watchdog", Do: (*Desk).watchdog},
	{Name: "retention", Do: (*Desk).Retain},
	{Name: "seal", Do: (*Desk).Seal},
}

// plan lists what time brings for a complaint, as of a day: of what is past only the newest of each row of reminders, and the next ones; what was
// mailed is left out. Of a complaint that has ended only tasks are left. The complainant of a complaint that was taken over from an older
// register hears nothing by the clock before a colleague has done something for it here: what he heard there is not known.
func (d *Desk) plan(m *models.Matter, today models.Date) []Due {
	list := d.planTasks(m, today)
	if !m.Stage.Ended() && m.ErasedAt == nil {
		if m.AnsweredAt == nil {
			list = append(list, d.planStatus(m, today)...)
			list = append(list, d.planTerm(m, today)...)
		}
		list = append(list, d.planMeasures(m, today)...)
		list = append(list, d.planAftercare(m, today)...)
	}
	untold := m.TakenOver() && !m.Acted
	list = slices.DeleteFunc(list, func(due Due) bool { return m.Mailed[due.What+"/"+due.slot] || untold && due.Job != reminders })
	slices.SortStableFunc(list, func(a, b Due) int { return cmp.Compare(a.rank, b.rank) })
	return list
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

// repeated is the newest of a row without end as of a day and the next one, or the first: every so many days from first on.
func repeated(due Due, first models.Date, every int, today models.Date) (row []Due) {
	on := func(day models.Date) Due {
		due := due
		due.On, due.slot = day, due.slot+":"+string(day)
		return due
	}
	if today < first {
		return []Due{on(first)}
	}
	newest := first.AddDays(today.DaysSince(first) / every * every)
	return []Due{on(newest), on(newest.AddDays(every))}
}

// Next lists what comes for a complaint and when, the soonest first; what is done already is left out. Preventive measures live on after it has
// ended.
func (d *Desk) Next(tx *models.Tx, c *models.Complaint, now time.Time) (list []Due, err error) {
	today := models.DateOf(now, d.Zone())
	m, err := tx.Matter(c.ID)
	if err != nil {
		return nil, err
	}
	if m != nil {
		list = d.plan(m, today)
	}
	if m != nil && m.AnsweredAt == nil && !m.Stage.Ended() && m.SuspendedAt == nil {
		list = append(list, Due{What: "answer", On: m.AnswerDue})
	}
	preventive, err := tx.PreventionsOf(c.ID)
	if err != nil {
		return nil, err
	}
	for i := range preventive {
		sent, err := tx.OutboxOf(preventive[i].ComplaintID)
		if err != nil {
			return nil, err
		}
		for _, due := range d.planPrevention(&preventive[i], today) {
			mailed := func(o models.OutboxMail) bool {
				return strings.HasPrefix(o.Key, due.What+"/") && strings.HasSuffix(o.Key, "/"+due.slot)
			}
			if !slices.ContainsFunc(sent, mailed) {
				list = append(list, due)
			}
		}
	}
	if age := d.Settings.PseudonymiseAfter; c.ClosedAt != nil && c.ErasedAt == nil && age != (Age{}) {
		list = append(list, Due{Job: "retention", What: "erase", On: models.DateOf(c.ClosedAt.In(d.Zone()).AddDate(0, age.Months, age.Days), d.Zone())})
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
		waits, err := d.unread(tx)
		if err != nil {
			return err
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
	for done := map[string]bool{}; ; {
		m, err := tx.Matter(complaintID)
		if err != nil || m == nil {
			return err
		}
		again := false
		for _, due := range d.plan(m, today) {
			if again || !isDue(due) || done[due.What+due.slot] {
				continue
			}
			done[due.What+due.slot] = true
			if err := due.do(d, tx, m, due); err != nil {
				return fmt.Errorf("%s of %s: %w", due.What, m.Number, err)
			}
			again = due.Job == followUps // it may change what else is due
		}
		if !again {
			return nil
		}
	}
}

// unreadFor is how long a mailbox may go unread, beside two of its polls, before time-driven mail about its complaints waits.
const unreadFor = time.Hour

// unread are the mailboxes in which mail may lie unread. What the clock on the wall says counts, also when work is done as of another
// time.
func (d *Desk) unread(tx *models.Tx) (map[string]bool, error) {
	list := map[string]bool{}
	for _, box := range d.Settings.Mailboxes {
		read, err := tx.ReadAt(box.Address)
		if err != nil {
			return nil, err
		}
		if !read.IsZero() && tx.Clock().Sub(read) > unreadFor+2*box.Poll {
			list[box.Address] = true
		}
	}
	return list, nil
}

// Unread names the mailboxes in which mail may lie unread.
func (d *Desk) Unread(ctx context.Context) (list []string, err error) {
	err = d.Store.Write(ctx, d.Now(), func(tx *models.Tx) error {
		unread, err := d.unread(tx)
		list = slices.Sorted(maps.Keys(unread))
		return err
	})
	return list, err
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
