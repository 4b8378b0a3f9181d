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
	Name        string
	Acknowledge Term // the thanks with the day of the answer; zero: no number of days is known
	Answer      Term
	Own         Term // of a department, never later than Answer; zero: none
	Extend      Term // an extension at most, from the current end; zero: none is known
	Extensions  int  // that need no consent, since the complaint was opened or reopened
	Consent     bool // further and longer ones where the complainant consents in writing (Awb 9:11, 3)
	Suspends    bool // the clock stands still while a question to the complainant is open
	Moves       bool // an end on a Saturday, Sunday or holiday moves to the next day that is none (Algemene termijnenwet, article 1)
}

// Profiles are the clocks that the configuration can name. Suspension is off in all of them: Awb has it only with the complainant's
// consent, so an organisation turns it on itself.
var Profiles = map[string]Profile{
	"vlaams-bestuur": {Name: "vlaams-bestuur", Acknowledge: Term{10, CalendarDays}, Answer: Term{45, CalendarDays}, Extend: Term{45, CalendarDays}, Extensions: 1}, // to 90 in all
	"awb":            {Name: "awb", Answer: Term{6, Weeks}, Moves: true, Extend: Term{4, Weeks}, Extensions: 1, Consent: true},
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
//
// BE: the ten of the royal decree of 18 April 1974, article 1. NL: those of the Algemene termijnenwet, article 3: New Year, Easter and
// Whit Monday, both days of Christmas, Ascension, the King's birthday, the fifth of May in every year, and Good Friday, which counts as
// one of them. Days that a royal decree puts beside those (article 3, 3) are left out: the end comes earlier then, never too late.
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

// DayOff tells whether a day is a Saturday, a Sunday or a holiday.
func (c *Calendar) DayOff(d models.Date) bool {
	return !c.days.IsWorkday(d.Time(time.UTC).Add(12 * time.Hour))
}

// WorkingDay tells whether people work on that day: no day off, and the organisation is open.
func (c *Calendar) WorkingDay(d models.Date) bool { return !c.closed[d] && !c.DayOff(d) }

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
	if p.Own != (Term{}) {
		due = min(due, c.Add(received, p.Own))
	}
	return p.Moved(due, c)
}

// ThanksDue is the last day for the thanks; "" where the profile knows none.
func (p Profile) ThanksDue(received models.Date, c *Calendar) models.Date {
	if p.Acknowledge == (Term{}) {
		return ""
	}
	return p.Moved(c.Add(received, p.Acknowledge), c)
}

// ExtendedAtMost is the last day to which an extension may move an end.
func (p Profile) ExtendedAtMost(due models.Date, c *Calendar) models.Date {
	return p.Moved(c.Add(due, p.Extend), c)
}

// Moved is an end where the profile lets it lie. That the organisation is closed on a day moves no end: the law knows only its own days.
func (p Profile) Moved(due models.Date, c *Calendar) models.Date {
	for p.Moves && c.DayOff(due) {
		due = due.AddDays(1)
	}
	return due
}
