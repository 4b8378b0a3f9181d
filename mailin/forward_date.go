package mailin

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// monthBegins are the beginnings of the names of months in nl, fr, en, de, es, it and pt, folded.
var monthBegins = []struct {
	month  time.Month
	begins string
}{
	{time.January, "jan gen ene"}, {time.February, "feb fev"}, {time.March, "mar maa mae mrt mrz"}, {time.April, "apr avr abr"},
	{time.May, "mei may mai maj mag mayo"}, {time.June, "juin jun giu"}, {time.July, "juil jul lug"}, {time.August, "aug aou ago"},
	{time.September, "sep set"}, {time.October, "okt oct out ott"}, {time.November, "nov"}, {time.December, "dec dez dic des"},
}

func monthNamed(name string) time.Month {
	name = foldLabel(name)
	for _, m := range monthBegins {
		for begin := range strings.FieldsSeq(m.begins) {
			if strings.HasPrefix(name, begin) {
				return m.month
			}
		}
	}
	return 0
}

// Dates as clients write them into the text. "mar. 3 mars 2026" has a weekday that looks like a month, so the day is looked
// for before the name first.
var (
	dayMonthYear = regexp.MustCompile(`\b(\d{1,2})(?:er|e|de|ste|st|nd|rd|th|º|\.)?[\s/-]+(?:de\s+|of\s+)?(\p{L}{3,12})\.?,?[\s/-]+(?:de\s+)?(\d{4}|\d{2})(?:[^\d:.h]|$)`)
	monthDayYear = regexp.MustCompile(`(\p{L}{3,12})\.?[\s-]+(\d{1,2})(?:st|nd|rd|th|\.)?,?[\s-]+(\d{4})(?:[^\d:]|$)`)
	yearFirst    = regexp.MustCompile(`\b(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})`)
	numbersOnly  = regexp.MustCompile(`\b(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d{2})(?:[^\d:]|$)`)
	clockTime    = regexp.MustCompile(`(?i)(?:^|[^\d])(\d{1,2})\s?[:.h]\s?(\d{2})(?:[:.](\d{2}))?(?:[^\d:]|$)`)
	noonMark     = regexp.MustCompile(`(?i)\d\s?([ap])\.?\s?m\b`)
	zoneOffset   = regexp.MustCompile(`(?:(?:GMT|UTC)\s?|\s|\()([+-])(\d{1,2}):?(\d{2})?\b`)
	zoneName     = regexp.MustCompile(`\b[A-Z]{3,4}\b`)
)

// quotedDate reads the date of a quoted header; zero when it is none. 02-03-2026 is the second of March, and so is
// 3/2/2026 9:05 AM: who writes AM puts the month first.
func quotedDate(value string, zone *time.Location) time.Time {
	value = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u200e", "", "\u200f", "").Replace(atMost(value, 200))
	noon := ""
	if m := noonMark.FindStringSubmatch(value); m != nil {
		noon = strings.ToLower(m[1])
	}
	year, month, day, rest := dateWithin(value, noon != "")
	if day == 0 {
		return time.Time{}
	}
	hour, minute, second := 0, 0, 0
	if m := clockTime.FindStringSubmatch(rest); m != nil {
		hour, minute, second = atoi(m[1]), atoi(m[2]), atoi(m[3])
		switch {
		case noon == "p" && hour < 12:
			hour += 12
		case noon == "a" && hour == 12:
			hour = 0
		}
	}
	t := time.Date(year, month, day, hour, minute, second, 0, zoneWithin(rest, zone))
	if hour > 23 || minute > 59 || second > 59 || t.Day() != day || year < 1970 || year > 2200 {
		return time.Time{}
	}
	return t
}

// dateWithin finds the day; rest is the value without it, and day 0 when there is none.
func dateWithin(value string, american bool) (year int, month time.Month, day int, rest string) {
	if i := dayMonthYear.FindStringSubmatchIndex(value); i != nil {
		if month = monthNamed(value[i[4]:i[5]]); month != 0 {
			return fullYear(value[i[6]:i[7]]), month, atoi(value[i[2]:i[3]]), value[:i[0]] + " " + value[i[7]:]
		}
	}
	for _, i := range monthDayYear.FindAllStringSubmatchIndex(value, 3) {
		if month = monthNamed(value[i[2]:i[3]]); month != 0 {
			return fullYear(value[i[6]:i[7]]), month, atoi(value[i[4]:i[5]]), value[:i[0]] + " " + value[i[7]:]
		}
	}
	if i := yearFirst.FindStringSubmatchIndex(value); i != nil {
		year, month, day = fullYear(value[i[2]:i[3]]), time.Month(atoi(value[i[4]:i[5]])), atoi(value[i[6]:i[7]])
		rest = value[:i[0]] + " " + value[i[7]:]
	} else if i := numbersOnly.FindStringSubmatchIndex(value); i != nil {
		day, month, year = atoi(value[i[2]:i[3]]), time.Month(atoi(value[i[6]:i[7]])), fullYear(value[i[8]:i[9]])
		if month > 12 || american && value[i[4]:i[5]] == "/" && day <= 12 {
			day, month = int(month), time.Month(day)
		}
		rest = value[:i[0]] + " " + value[i[9]:]
	}
	if month < 1 || month > 12 || day > 31 {
		return 0, 0, 0, value
	}
	return year, month, day, rest
}

func fullYear(digits string) int {
	year := atoi(digits)
	if len(digits) == 2 {
		year += 2000
	}
	return year
}

func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// zoneWithin is the zone that stands behind a time, otherwise the reader's.
func zoneWithin(rest string, reader *time.Location) *time.Location {
	if m := zoneOffset.FindStringSubmatch(rest); m != nil {
		if seconds := atoi(m[2])*3600 + atoi(m[3])*60; seconds <= 14*3600 {
			if m[1] == "-" {
				seconds = -seconds
			}
			return time.FixedZone("", seconds)
		}
	}
	for _, name := range zoneName.FindAllString(rest, 3) {
		if hours := zoneHours[name]; hours != 0 || name == "UTC" || name == "GMT" {
			return time.FixedZone(name, hours*3600)
		}
	}
	if reader == nil {
		return time.UTC
	}
	return reader
}
