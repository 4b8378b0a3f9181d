package procedure

import (
	"testing"
	"time"

	"dankuwel/models"
)

func brussels(t testing.TB) *time.Location {
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// The terms of CONTRACT section 7, counted by hand on a calendar.
func TestAnswerDue(t *testing.T) {
	belgium, netherlands := NewCalendar(brussels(t), "BE", nil), NewCalendar(brussels(t), "NL", nil)
	check := func(profile string, c *Calendar, received, want models.Date) {
		t.Helper()
		if got := Profiles[profile].AnswerDue(received, c); got != want {
			t.Errorf("%s, received %s: due %s, want %s", profile, received, got, want)
		}
	}
	check("vlaams-bestuur", belgium, "2026-11-23", "2027-01-07") // 45 days: 7 of November, 31 of December, 7 of January
	check("vlaams-bestuur", belgium, "2026-03-02", "2026-04-16") // over the night the clocks go forward
	check("vlaams-bestuur", belgium, "2026-10-01", "2026-11-15") // over the night they go back; a Sunday stays
	check("vlaams-bestuur", belgium, "2028-01-20", "2028-03-05") // over the leap day
	check("vaph", belgium, "2026-11-23", "2026-12-23")
	check("vaph", belgium, "2026-11-25", "2026-12-25") // Christmas stays: the profile does not move ends
	check("awb", netherlands, "2026-11-23", "2027-01-04")
	check("awb", netherlands, "2026-11-14", "2026-12-28")   // the sixth Saturday is Boxing Day, then Sunday
	check("awb", netherlands, "2026-11-20", "2027-01-04")   // New Year's Day is a Friday
	check("awb", netherlands, "2026-11-13", "2026-12-28")   // Christmas Day is a Friday; Saturday is Boxing Day
	check("wkkgz", netherlands, "2026-03-16", "2026-04-28") // 27 April is King's Day
	check("wkkgz", netherlands, "2026-02-23", "2026-04-07") // 6 April is Easter Monday
}

func TestWorkingDays(t *testing.T) {
	c := NewCalendar(brussels(t), "BE", []models.Date{"2026-12-24"})
	check := func(from models.Date, n int, want models.Date) {
		t.Helper()
		if got := c.Add(from, Term{n, WorkingDays}); got != want {
			t.Errorf("%d working days from %s: %s, want %s", n, from, got, want)
		}
	}
	check("2026-11-23", 1, "2026-11-24")
	check("2026-11-27", 1, "2026-11-30") // over the weekend
	check("2026-12-23", 1, "2026-12-28") // own closing day, Christmas, weekend
	check("2026-07-20", 2, "2026-07-23") // over 21 July
	check("2026-11-23", 0, "2026-11-23")
	for _, d := range []models.Date{"2026-11-11", "2026-05-01", "2026-12-25", "2026-11-28", "2026-12-24"} {
		if c.WorkingDay(d) {
			t.Errorf("%s is no working day", d)
		}
	}
	if !NewCalendar(brussels(t), "", nil).WorkingDay("2026-12-25") {
		t.Error(`without holidays 25 December is a working day`)
	}
}

// Never before the term, never earlier for a later receipt, whatever the zone, the season and the year.
func TestAnswerDue_properties(t *testing.T) {
	for name, profile := range Profiles {
		for _, holidays := range []string{"BE", "NL", ""} {
			c := NewCalendar(brussels(t), holidays, nil)
			last := models.Date("")
			for d := models.Date("2026-01-01"); d < "2029-01-01"; d = d.AddDays(1) {
				due := profile.AnswerDue(d, c)
				if plain := c.Add(d, profile.Answer); due < plain || (!profile.Moves && due != plain) {
					t.Fatalf("%s %s: received %s, due %s, the plain term ends %s", name, holidays, d, due, plain)
				}
				if profile.Moves && !c.WorkingDay(due) {
					t.Fatalf("%s %s: received %s, due on %s, which is no working day", name, holidays, d, due)
				}
				if due < last {
					t.Fatalf("%s %s: received %s, due %s, before that of the day before, %s", name, holidays, d, due, last)
				}
				last = due
			}
		}
	}
}

// Day 0 is the day of receipt where the organisation is; the term is met until midnight of its last day.
func TestComplaintDay(t *testing.T) {
	zone := brussels(t)
	late := time.Date(2026, 3, 2, 23, 30, 0, 0, zone)
	c := models.Complaint{ReceivedOn: models.DateOf(late, zone), AnswerDue: "2026-04-16"}
	if c.ReceivedOn != "2026-03-02" || c.Term() != 45 {
		t.Errorf("received on %s, term %d", c.ReceivedOn, c.Term())
	}
	for date, want := range map[models.Date]int{"2026-03-02": 0, "2026-03-03": 1, "2026-03-30": 28, "2026-04-16": 45} {
		if got := c.Day(date); got != want {
			t.Errorf("%s is day %d, want %d", date, got, want)
		}
	}
	if c.Overdue("2026-04-16") || !c.Overdue("2026-04-17") {
		t.Error("overdue begins on the day after the term")
	}
}
