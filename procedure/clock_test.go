package procedure

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"dankuwel/models"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func brussels(t testing.TB) *time.Location { return zone(t, "Europe/Brussels") }

// lines are those of a file of testdata, without comments.
func lines(t testing.TB, name string) (list []string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	return list
}

// written reads a day as the files write it, "Mon 2026-11-23", and holds that the weekday is right; "-" is no day.
func written(t testing.TB, s string) models.Date {
	t.Helper()
	if s == "-" {
		return ""
	}
	name, day, _ := strings.Cut(s, " ")
	if got := models.Date(day).Time(time.UTC).Format("Mon"); got != name {
		t.Fatalf("%s is a %s, not a %s", day, got, name)
	}
	return models.Date(day)
}

// homeOf is the country whose days off move a profile's ends.
var homeOf = map[string]string{"vlaams-bestuur": "BE", "vaph": "BE", "awb": "NL", "wkkgz": "NL"}

func TestTerms(t *testing.T) {
	seen := map[string]int{}
	for _, line := range lines(t, "terms.txt") {
		f := strings.Split(line, " | ")
		if len(f) != 8 {
			t.Fatalf("%d fields: %s", len(f), line)
		}
		p, at := Profiles[f[0]], f[2]
		c := NewCalendar(zone(t, f[1]), homeOf[f[0]], nil)
		received, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		day := models.DateOf(received, c.Zone)
		due := p.AnswerDue(day, c)
		extended := models.Date("")
		if p.Extensions > 0 {
			extended = p.ExtendedAtMost(due, c)
		}
		got := []models.Date{day, p.ThanksDue(day, c), due, extended}
		if want := []models.Date{written(t, f[3]), written(t, f[4]), written(t, f[5]), written(t, f[6])}; !slices.Equal(got, want) {
			t.Errorf("%s %s: %q, want %q (%s)", f[0], at, got, want, f[7])
		}
		seen[f[0]]++
	}
	for name := range Profiles {
		if seen[name] < 60 {
			t.Errorf("%s: %d cases", name, seen[name])
		}
	}
}

// A weekday is a day off when the list of the country's law has it, and on no other day of those years.
func TestHolidays(t *testing.T) {
	for _, country := range []string{"BE", "NL"} {
		off := map[models.Date]string{}
		for _, line := range lines(t, "holidays.txt") {
			if f := strings.SplitN(line, " ", 4); f[0] == country {
				off[written(t, f[2]+" "+f[1])] = f[3]
			}
		}
		if want := map[string]int{"BE": 70, "NL": 63}[country]; len(off) != want {
			t.Errorf("%s: %d days, want %d", country, len(off), want)
		}
		c := NewCalendar(brussels(t), country, nil)
		for d := models.Date("2024-01-01"); d < "2031-01-01"; d = d.AddDays(1) {
			weekday := d.Time(time.UTC).Weekday()
			if want := off[d] != "" || weekday == time.Saturday || weekday == time.Sunday; c.DayOff(d) != want {
				t.Errorf("%s %s %s: day off %v, want %v %s", country, weekday, d, !want, want, off[d])
			}
		}
	}
	if NewCalendar(brussels(t), "", nil).DayOff("2026-12-25") {
		t.Error("without holidays 25 December is a working day")
	}
}

func TestWorkingDays(t *testing.T) {
	for _, line := range lines(t, "workdays.txt") {
		f := strings.Split(line, " | ")
		n, err := strconv.Atoi(f[2])
		if err != nil {
			t.Fatal(err)
		}
		var closed []models.Date
		if f[3] != "-" {
			for day := range strings.SplitSeq(f[3], ",") {
				closed = append(closed, models.Date(day))
			}
		}
		c := NewCalendar(brussels(t), f[0], closed)
		from, want := written(t, f[1]), written(t, f[4])
		if got := c.Add(from, Term{n, WorkingDays}); got != want {
			t.Errorf("%s, %d working days from %s: %s, want %s (%s)", f[0], n, from, got, want, f[5])
		}
		if got := c.Add(from, Term{0, WorkingDays}); got != from {
			t.Errorf("no working days from %s: %s", from, got)
		}
	}
}

// A day on which only the organisation is closed moves no end: the law does not know it.
func TestOwnClosingDaysMoveNoEnd(t *testing.T) {
	c := NewCalendar(brussels(t), "NL", []models.Date{"2026-12-24", "2026-12-28"})
	for _, check := range []struct{ received, want models.Date }{
		{"2026-11-12", "2026-12-24"}, // a Thursday on which the house is closed
		{"2026-11-13", "2026-12-28"}, // passes Friday 25 to Sunday 27, not Monday 28
	} {
		if got := Profiles["awb"].AnswerDue(check.received, c); got != check.want {
			t.Errorf("received %s: due %s, want %s", check.received, got, check.want)
		}
	}
	if c.WorkingDay("2026-12-24") {
		t.Error("nobody works on a closing day")
	}
}

// A department's own term holds, and never beyond that of the profile: 30 working days in May are longer than six weeks.
func TestOwnTerm(t *testing.T) {
	c := NewCalendar(brussels(t), "NL", nil)
	check := func(own Term, received, want models.Date) {
		t.Helper()
		p := Profiles["awb"]
		p.Own = own
		if got := p.AnswerDue(received, c); got != want {
			t.Errorf("%s, received %s: due %s, want %s", own, received, got, want)
		}
	}
	check(Term{20, CalendarDays}, "2026-11-23", "2026-12-14") // 13 December is a Sunday
	check(Term{10, WorkingDays}, "2026-11-23", "2026-12-07")
	check(Term{30, WorkingDays}, "2026-03-30", "2026-05-11") // 30 working days end on 18 May; six weeks on Monday 11 May
	check(Term{}, "2026-11-23", "2027-01-04")
}

// The promises of every profile, whatever the country, the own term and the day; day by day for seven years, and for days that nobody chose.
func TestTerms_properties(t *testing.T) {
	holds := func(p Profile, c *Calendar, d models.Date) bool {
		due, next := p.AnswerDue(d, c), p.AnswerDue(d.AddDays(1), c)
		plain := c.Add(d, p.Answer)
		if p.Own != (Term{}) {
			plain = min(plain, c.Add(d, p.Own))
		}
		extended := p.ExtendedAtMost(due, c)
		ok := due >= plain && next >= due && (p.Moves || due == plain) && !(p.Moves && c.DayOff(due)) && extended >= c.Add(due, p.Extend)
		for gap := plain; gap < due; gap = gap.AddDays(1) {
			ok = ok && c.DayOff(gap) // it passes days off only
		}
		if !ok {
			t.Errorf("%+v: received %s, due %s, the plain term ends %s, the day after it is due %s, extended to %s", p, d, due, plain, next, extended)
		}
		return ok
	}
	for _, p := range Profiles {
		for _, holidays := range []string{"BE", "NL", ""} {
			c := NewCalendar(brussels(t), holidays, []models.Date{"2026-12-24", "2027-05-07"})
			for d := models.Date("2024-01-01"); d < "2031-01-01"; d = d.AddDays(1) {
				if !holds(p, c, d) {
					return
				}
			}
			anyDay := func(days uint16, n uint8, unit uint8, moves bool) bool {
				own := p
				own.Own, own.Moves = Term{int(n), []Unit{CalendarDays, WorkingDays, Weeks}[unit%3]}, moves
				return holds(own, c, models.Date("2000-01-01").AddDays(int(days)))
			}
			if err := quick.Check(anyDay, &quick.Config{MaxCount: 300}); err != nil {
				t.Error(err)
			}
		}
	}
}

// The hour does not matter, nor how many of them the day has, nor the zone in which the server writes it.
func TestDayOfReceipt(t *testing.T) {
	for _, name := range []string{"Europe/Brussels", "Europe/Amsterdam", "UTC", "America/Paramaribo", "Pacific/Auckland", "Atlantic/Azores"} {
		z := zone(t, name)
		c := NewCalendar(z, "BE", nil)
		for _, day := range []models.Date{"2026-03-28", "2026-03-29", "2026-03-30", "2026-10-24", "2026-10-25", "2026-10-26", "2026-04-05", "2026-09-27", "2028-02-29", "2026-12-31"} {
			want := Profiles["awb"].AnswerDue(day, c)
			end := day.AddDays(1).Time(z)
			for at := day.Time(z); at.Before(end); at = at.Add(20 * time.Minute) {
				for _, written := range []time.Time{at, at.UTC(), at.In(time.FixedZone("", 9*3600)), at.In(time.FixedZone("", -11*3600)), at.Add(20*time.Minute - time.Nanosecond)} {
					if got := Profiles["awb"].AnswerDue(models.DateOf(written, z), c); got != want {
						t.Fatalf("%s, received %s: due %s, want %s", name, written, got, want)
					}
				}
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
	since := late
	c.SuspendedAt = &since
	if c.Overdue("2026-04-17") {
		t.Error("a clock that stands still is not over")
	}
}
