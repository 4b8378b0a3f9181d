package procedure

import (
	"fmt"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/nl"

	"dankuwel/models"
)

// Unit is how a term counts.
type Unit string

const (
	CalendarDays Unit = "d"
	WorkingDays  Unit = "wd"
	Weeks        Unit = "w"
)

// Term is a stretch of time that the procedure counts in whole days. The day of receipt is day 0.
type Term struct {
	N    int
	Unit Unit
}

func (t Term) String() string { return fmt.Sprintf("%d%s", t.N, t.Unit) }

// Profile is the legal clock that an organisation follows (CONTRACT section 7; DOMAIN.md 1 says how certain each value is). The
// organisation answers for its terms: all values can be changed in the configuration.
type Profile struct {
	Name       string
	Answer     Term
	Extend     Term // an extension at most, from the current end; zero: none is known
	Extensions int
	Moves      bool // an end on a Saturday, Sunday or holiday moves to the next working day (Algemene termijnenwet)
}

// Profiles are the clocks that the configuration can name.
var Profiles = map[string]Profile{
	"vlaams-bestuur": {Name: "vlaams-bestuur", Answer: Term{45, CalendarDays}, Extend: Term{45, CalendarDays}, Extensions: 1},
	"awb":            {Name: "awb", Answer: Term{6, Weeks}, Moves: true, Extend: Term{4, Weeks}, Extensions: 1},
	"wkkgz":          {Name: "wkkgz", Answer: Term{6, Weeks}, Moves: true, Extend: Term{4, Weeks}, Extensions: 1},
	"vaph":           {Name: "vaph", Answer: Term{30, CalendarDays}},
}

// Calendar knows which days are working days for an organisation.
type Calendar struct {
	Zone   *time.Location
	days   *cal.BusinessCalendar
	closed map[models.Date]bool
}

// NewCalendar makes the calendar of a country's holidays ("BE", "NL", or "" for none) and the organisation's own closing days.
func NewCalendar(zone *time.Location, holidays string, closed []models.Date) *Calendar {
	c := &Calendar{Zone: zone, days: cal.NewBusinessCalendar(), closed: map[models.Date]bool{}}
	switch holidays {
	case "BE":
		c.days.AddHoliday(be.Holidays...)
	case "NL":
		c.days.AddHoliday(nl.Holidays...)
	}
	for _, d := range closed {
		c.closed[d] = true
	}
	return c
}

// WorkingDay tells whether people work on that day.
func (c *Calendar) WorkingDay(d models.Date) bool {
	return !c.closed[d] && c.days.IsWorkday(d.Time(time.UTC).Add(12*time.Hour))
}

// NextWorkingDay is d itself when it is a working day, otherwise the first one after it.
func (c *Calendar) NextWorkingDay(d models.Date) models.Date {
	for range 60 { // nobody is closed for longer
		if c.WorkingDay(d) {
			return d
		}
		d = d.AddDays(1)
	}
	return d
}

// Add counts a term from a day, which is day 0.
func (c *Calendar) Add(d models.Date, t Term) models.Date {
	switch t.Unit {
	case Weeks:
		return d.AddDays(7 * t.N)
	case WorkingDays:
		for range t.N {
			d = c.NextWorkingDay(d.AddDays(1))
		}
		return d
	}
	return d.AddDays(t.N)
}

// AnswerDue is the last day on which the answer is in time: the term is met until 24:00 of it.
func (p Profile) AnswerDue(received models.Date, c *Calendar) models.Date {
	due := c.Add(received, p.Answer)
	if p.Moves {
		due = c.NextWorkingDay(due)
	}
	return due
}
