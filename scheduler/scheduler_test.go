package scheduler

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"dankuwel/models"
	"dankuwel/models/modelstest"
)

// house is a scheduler with one job, review_list at 08:15, its clock and the planned times that it ran for.
type house struct {
	*Scheduler
	t     *testing.T
	now   time.Time
	fault func() error // what becomes of a run; nil: it succeeds
	runs  []string
	log   strings.Builder
}

func newHouse(t *testing.T, store *models.Store, line string) *house {
	h := &house{t: t}
	zone := zoneOf(t, "Europe/Brussels")
	h.Scheduler = &Scheduler{Store: store, Now: func() time.Time { return h.now }, Zone: zone, Log: slog.New(slog.NewTextHandler(&h.log, nil))}
	h.Jobs = []Job{{"review_list", schedule(t, line), func(_ context.Context, at time.Time) error {
		h.runs = append(h.runs, at.In(zone).Format("01-02 15:04"))
		if h.fault != nil {
			return h.fault()
		}
		return nil
	}}}
	return h
}

// look moves the clock and looks once, as a tick does.
func (h *house) look(at string) {
	h.t.Helper()
	now, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-"+at+":10", h.Zone)
	if err != nil {
		h.t.Fatal(err)
	}
	h.now = now
	if err := h.RunDue(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// ran insists on the runs since the last call.
func (h *house) ran(want ...string) {
	h.t.Helper()
	if !slices.Equal(h.runs, want) {
		h.t.Errorf("ran for %q, want %q", h.runs, want)
	}
	h.runs = nil
}

func TestScheduler(t *testing.T) {
	story := func(name, line string, tell func(h *house)) {
		t.Run(name, func(t *testing.T) {
			modelstest.ForEachEngine(t, func(t *testing.T, store *models.Store) { tell(newHouse(t, store, line)) })
		})
	}
	const morning = "15 8 * * *"
	story("a job runs once at its time and not for the time before it was known", morning, func(h *house) {
		h.look("11-23 10:00")
		h.look("11-24 08:14")
		h.ran()
		h.look("11-24 08:15")
		h.look("11-24 08:16")
		h.ran("11-24 08:15")
		h.look("11-25 08:15")
		h.ran("11-25 08:15")
	})
	story("after a week without the program there is one run, for the newest time", morning, func(h *house) {
		h.look("11-16 08:00")
		h.look("11-16 08:15")
		h.look("11-23 07:00")
		h.look("11-23 07:01")
		h.ran("11-16 08:15", "11-22 08:15")
		h.look("11-23 08:15")
		h.ran("11-23 08:15")
	})
	story("a program that starts again knows what ran", morning, func(h *house) {
		h.look("11-23 08:00")
		h.look("11-23 08:15")
		again := newHouse(h.t, h.Store, morning)
		again.look("11-23 08:16")
		again.ran()
		again.look("11-24 08:15")
		again.ran("11-24 08:15")
		jobs, err := h.Store.Read(h.t.Context()).Jobs()
		if err != nil {
			h.t.Fatal(err)
		}
		j := jobs["review_list"]
		if j.RanAt == nil || !j.RanAt.Equal(again.now) || !j.PlannedAt.Equal(again.now.Truncate(time.Minute)) {
			h.t.Errorf("the row says %+v", j)
		}
	})
	story("in the hour that the spring takes away a job runs right after it", "30 2 * * *", func(h *house) {
		h.look("03-28 12:00")
		h.look("03-29 01:59")
		h.ran()
		h.look("03-29 03:00")
		h.look("03-29 03:30")
		h.look("03-29 12:00")
		h.ran("03-29 03:00")
		h.look("03-30 02:30")
		h.ran("03-30 02:30")
	})
	story("in the hour that autumn repeats a job runs once", "30 2 * * *", func(h *house) {
		h.look("10-24 12:00")
		h.now = time.Date(2026, 10, 25, 0, 29, 0, 0, time.UTC) // 02:29, the first time
		for range 2 * 60 * 4 {
			if err := h.RunDue(h.t.Context()); err != nil {
				h.t.Fatal(err)
			}
			h.now = h.now.Add(30 * time.Second)
		}
		h.ran("10-25 02:30")
		h.look("10-26 02:30")
		h.ran("10-26 02:30")
	})
	story("a job that fails is tried again, ever more seldom, until it succeeds", morning, func(h *house) {
		h.look("11-23 08:00")
		h.fault = func() error { return errors.New("no paper") }
		for minute := 15; minute < 60; minute++ {
			h.look("11-23 08:" + time.Date(0, 1, 1, 0, minute, 0, 0, time.UTC).Format("04"))
		}
		h.ran("11-23 08:15", "11-23 08:15", "11-23 08:15", "11-23 08:15", "11-23 08:15", "11-23 08:15") // after 1, 2, 4, 8, 16 minutes
		h.fault = nil
		h.look("11-23 09:20")
		h.look("11-23 09:21")
		h.ran("11-23 08:15")
		if n := strings.Count(h.log.String(), "no paper"); n != 6 {
			h.t.Errorf("told of it %d times:\n%s", n, h.log.String())
		}
		h.fault = func() error { return errors.New("no paper") }
		h.look("11-24 08:15")
		h.fault = nil
		h.look("11-24 08:16") // the failures of yesterday are forgotten
		h.ran("11-24 08:15", "11-24 08:15")
	})
	story("a panic is a failure, and the other jobs run", morning, func(h *house) {
		other := h.Jobs[0]
		other.Name = "other"
		h.Jobs = append([]Job{{"broken", other.Schedule, func(context.Context, time.Time) error { panic("broken on purpose") }}}, other)
		h.look("11-23 08:00")
		h.look("11-23 08:15")
		h.ran("11-23 08:15")
		if !strings.Contains(h.log.String(), "job=broken") || !strings.Contains(h.log.String(), "broken on purpose") {
			h.t.Errorf("the log says:\n%s", h.log.String())
		}
	})
	story("a clock that was a year ahead stops nothing once it is right again", morning, func(h *house) {
		h.look("11-23 08:00")
		h.now = h.now.AddDate(1, 0, 0)
		if err := h.RunDue(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
		h.runs = nil
		h.look("11-23 08:10")
		h.look("11-23 08:15")
		h.ran("11-23 08:15")
	})
}

// Run looks at once, waits without doing anything, and ends with its context.
func TestRun(t *testing.T) {
	h := newHouse(t, modelstest.SQLite(t), "* * * * *")
	h.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	h.look("11-23 08:00")
	h.now = h.now.Add(time.Hour)
	ctx, stop := context.WithCancel(t.Context())
	h.fault = func() error { stop(); return nil }
	ended := make(chan error)
	go func() { ended <- h.Run(ctx) }()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	h.ran("11-23 09:00")
}

// The register does not answer: that is said, and nothing runs.
func TestRunDueWithoutRegister(t *testing.T) {
	h := newHouse(t, modelstest.SQLite(t), "* * * * *")
	h.Store.Close()
	if err := h.RunDue(t.Context()); err == nil {
		t.Error("no error")
	}
	h.ran()
}
