package scheduler

import (
	"time"

	"github.com/robfig/cron/v3"
)

// newest gives the last time that a schedule plans after one instant and not after another, as the clock on the wall in zone shows them;
// zero when there is none. What is planned in an hour that the spring takes away is planned right after it, and what is planned in the
// hour that autumn repeats is planned once: a wall clock that goes back shows nothing that was not there before.
func newest(schedule cron.Schedule, after, until time.Time, zone *time.Location) time.Time {
	var last time.Time
	limit := wall(until, zone)
	for t := schedule.Next(wall(after, zone)); !t.IsZero() && !t.After(limit); t = schedule.Next(t) {
		last = t
	}
	if last.IsZero() {
		return last
	}
	return instant(last, until, zone)
}

// wall is what the clock in zone shows, written as UTC, which knows no summer time.
func wall(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// instant gives an instant at which the clock in zone shows w or, when it skips w, that comes right after it; not after until, which
// shows w or later.
func instant(w, until time.Time, zone *time.Location) time.Time {
	t := time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), 0, zone)
	if wall(t, zone).Before(w) { // time.Date may give an instant on either side of the gap
		_, t = t.ZoneBounds()
	}
	if t.After(until) {
		return until
	}
	return t
}
