package report

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"dankuwel/models"
)

// Period is a year, a month or an ISO week (ISO 8601: it begins on Monday, week 1 holds the year's first Thursday), in the organisation's
// zone.
type Period struct {
	Name        string // 2026, 2026-11, 2026-W47
	Year        int    // of a week: the ISO year
	Month, Week int    // 0: it is none
	First, Last models.Date
}

var periods = regexp.MustCompile(`^([1-9]\d{3})(?:-(0[1-9]|1[0-2])|-W(\d\d))?$`)

// ParsePeriod reads 2026, 2026-11 or 2026-W47.
func ParsePeriod(s string) (Period, error) {
	m := periods.FindStringSubmatch(s)
	if m == nil {
		return Period{}, fmt.Errorf("%q is no period; for example 2026 (a year), 2026-11 (a month) or 2026-W47 (a week)", s)
	}
	year, _ := strconv.Atoi(m[1])
	if m[3] == "" {
		month, _ := strconv.Atoi(m[2])
		return calendarPeriod(year, month), nil
	}
	week, _ := strconv.Atoi(m[3])
	if week < 1 || week > weeks(year) {
		return Period{}, fmt.Errorf("%q is no period: %d has weeks 01 to %d", s, year, weeks(year))
	}
	return weekPeriod(year, week), nil
}

// weeks is how many ISO weeks a year has: 28 December always lies in the last.
func weeks(year int) int {
	_, n := time.Date(year, 12, 28, 0, 0, 0, 0, time.UTC).ISOWeek()
	return n
}

// calendarPeriod is a month, or with month 0 a year.
func calendarPeriod(year, month int) Period {
	if month == 0 {
		return Period{Name: strconv.Itoa(year), Year: year, First: day(year, 1, 1), Last: day(year, 12, 31)}
	}
	return Period{Name: fmt.Sprintf("%d-%02d", year, month), Year: year, Month: month, First: day(year, month, 1), Last: day(year, month+1, 0)}
}

func weekPeriod(year, week int) Period {
	january4 := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC) // lies in week 1
	first := january4.AddDate(0, 0, 7*(week-1)-(int(january4.Weekday())+6)%7)
	d := models.DateOf(first, time.UTC)
	return Period{Name: fmt.Sprintf("%d-W%02d", year, week), Year: year, Week: week, First: d, Last: d.AddDays(6)}
}

func day(year, month, day int) models.Date {
	return models.DateOf(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC), time.UTC)
}

// WeekOf is the week in which a day lies, MonthOf its month.
func WeekOf(d models.Date) Period {
	year, week := d.Time(time.UTC).ISOWeek()
	return weekPeriod(year, week)
}

// MonthOf is the month in which a day lies.
func MonthOf(d models.Date) Period {
	t := d.Time(time.UTC)
	return calendarPeriod(t.Year(), int(t.Month()))
}

// Before is the period that ends where this one begins.
func (p Period) Before() Period {
	eve := p.First.AddDays(-1)
	switch {
	case p.Week > 0:
		return WeekOf(eve)
	case p.Month > 0:
		return MonthOf(eve)
	}
	return calendarPeriod(p.Year-1, 0)
}

// LastYear is the same period a year earlier. A year without a week 53 lends its week 52.
func (p Period) LastYear() Period {
	if p.Week > 0 {
		return weekPeriod(p.Year-1, min(p.Week, weeks(p.Year-1)))
	}
	return calendarPeriod(p.Year-1, p.Month)
}

// span is the period in time.
func (p Period) span(zone *time.Location) models.Span {
	return models.Span{From: p.First.Time(zone), To: p.Last.AddDays(1).Time(zone)}
}
