package scheduler

import (
	"testing"
	"time"

	"github.com/robfig/cron/v3"
)

func zoneOf(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func schedule(t *testing.T, line string) cron.Schedule {
	t.Helper()
	s, err := cron.ParseStandard(line)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNewest(t *testing.T) {
	check := func(zone, line, after, until, want string) {
		t.Helper()
		z := zoneOf(t, zone)
		at := func(s string) time.Time {
			if s == "" {
				return time.Time{}
			}
			moment, err := time.Parse(time.RFC3339, s)
			if err != nil {
				t.Fatal(err)
			}
			return moment
		}
		if got := newest(schedule(t, line), at(after), at(until), z); !got.Equal(at(want)) {
			t.Errorf("%s %q after %s until %s: got %s, want %s", zone, line, after, until, got.In(z).Format(time.RFC3339), want)
		}
	}
	const brussels, newYork = "Europe/Brussels", "America/New_York"
	check(brussels, "15 8 * * *", "2026-11-23T08:15:00+01:00", "2026-11-24T08:14:59+01:00", "")
	check(brussels, "15 8 * * *", "2026-11-23T08:15:00+01:00", "2026-11-24T08:15:00+01:00", "2026-11-24T08:15:00+01:00")
	check(brussels, "15 8 * * *", "2026-11-23T08:14:59.999999+01:00", "2026-11-23T08:15:00+01:00", "2026-11-23T08:15:00+01:00")
	check(brussels, "15 8 * * *", "2026-11-16T08:15:00+01:00", "2026-11-23T07:00:00+01:00", "2026-11-22T08:15:00+01:00")
	check(brussels, "0 8 1 * *", "2026-01-01T08:00:00+01:00", "2026-11-23T07:00:00+01:00", "2026-11-01T08:00:00+01:00")
	check(brussels, "0 9 * * 1-5", "2026-11-20T09:00:00+01:00", "2026-11-22T23:00:00+01:00", "")
	check(brussels, "* * * * *", "2025-11-23T08:00:00+01:00", "2026-11-23T08:00:30+01:00", "2026-11-23T08:00:00+01:00")
	check(brussels, "15 8 * * *", "2026-11-24T08:15:00+01:00", "2026-11-23T08:15:00+01:00", "")

	// Spring: 02:00 to 03:00 is skipped on 29 March in Brussels, on 8 March in New York.
	check(brussels, "30 2 * * *", "2026-03-28T02:30:00+01:00", "2026-03-29T01:59:59+01:00", "")
	check(brussels, "30 2 * * *", "2026-03-28T02:30:00+01:00", "2026-03-29T03:00:10+02:00", "2026-03-29T03:00:10+02:00")
	check(brussels, "30 2 * * *", "2026-03-29T03:00:10+02:00", "2026-03-30T02:29:00+02:00", "")
	check(brussels, "30 2 * * *", "2026-03-29T03:00:10+02:00", "2026-03-30T02:31:00+02:00", "2026-03-30T02:30:00+02:00")
	check(newYork, "30 2 * * *", "2026-03-07T02:30:00-05:00", "2026-03-08T01:59:59-05:00", "")
	check(newYork, "30 2 * * *", "2026-03-07T02:30:00-05:00", "2026-03-08T09:00:00-04:00", "2026-03-08T03:00:00-04:00")
	check(newYork, "30 2 * * *", "2026-03-08T03:00:00-04:00", "2026-03-08T23:00:00-04:00", "")

	// Autumn: 02:00 to 03:00 comes twice on 25 October in Brussels, 01:00 to 02:00 on 1 November in New York.
	check(brussels, "30 2 * * *", "2026-10-24T02:30:00+02:00", "2026-10-25T02:30:10+02:00", "2026-10-25T02:30:10+02:00")
	check(brussels, "30 2 * * *", "2026-10-25T02:30:10+02:00", "2026-10-25T02:45:00+01:00", "")
	check(brussels, "30 2 * * *", "2026-10-25T02:30:10+02:00", "2026-10-26T02:30:00+01:00", "2026-10-26T02:30:00+01:00")
	check(newYork, "30 1 * * *", "2026-10-31T01:30:00-04:00", "2026-11-01T01:30:10-04:00", "2026-11-01T01:30:00-04:00")
	check(newYork, "30 1 * * *", "2026-11-01T01:30:00-04:00", "2026-11-01T01:59:00-05:00", "")
}

// Every half minute through both nights, for some schedules: each planned wall time is run once, and time never goes back.
func TestNewestThroughTheNightsOfTheClockChange(t *testing.T) {
	for _, zone := range []string{"Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "UTC"} {
		z := zoneOf(t, zone)
		for _, line := range []string{"30 2 * * *", "0 0 * * *", "0 3 * * *", "15 1,2,3 * * *"} {
			s := schedule(t, line)
			last := time.Date(2026, 1, 1, 0, 0, 0, 0, z)
			runs := map[string]int{}
			for now := last; now.Year() == 2026; now = now.Add(30 * time.Minute) {
				at := newest(s, last, now, z)
				if at.IsZero() {
					continue
				}
				if !at.After(last) || at.After(now) {
					t.Fatalf("%s %q: %s after %s until %s", zone, line, at, last, now)
				}
				runs[now.In(z).Format(time.DateOnly)]++
				last = at
			}
			perDay := 1
			if line == "15 1,2,3 * * *" {
				perDay = 3
			}
			for day, n := range runs {
				if n != perDay && !(n == perDay-1 && (day == "2026-01-01" || perDay == 3)) { // two that fall together after the gap are one
					t.Errorf("%s %q: %d runs on %s", zone, line, n, day)
				}
			}
			if len(runs) < 364 {
				t.Errorf("%s %q: runs on %d days only", zone, line, len(runs))
			}
		}
	}
}
