package mailin

import (
	"net/mail"
	"regexp"
	"strings"
	"time"
)

// folkDates are forms of the Date field that programs write instead of RFC 5322 section 3.3, after tidyDate. A zone that
// is missing is taken for UTC.
var folkDates = []string{
	"2 Jan 2006 15:04:05 -0700",
	"2 Jan 2006 15:04:05 MST",
	"2 Jan 2006 15:04:05",
	"2 Jan 2006 15:04 -0700",
	"2 Jan 2006 15:04",
	"2 Jan 2006",
	"2 Jan 2006 3:04:05 PM -0700",
	"2 Jan 2006 3:04:05 PM",
	"2 Jan 2006 3:04 PM",
	"2 Jan 2006 15.04",
	"2 Jan 06 15:04:05 -0700",
	"2 Jan 06 15:04:05 MST",
	"2 Jan 06 15:04:05",
	"2 Jan 06 15:04 -0700",
	"2 Jan 06 15:04 MST",
	"2 Jan 06 15:04",
	"Jan 2 15:04:05 2006",     // asctime
	"Jan 2 15:04:05 MST 2006", // date(1)
	"Jan 2 15:04:05 2006 -0700",
	"Jan 2 2006 15:04:05 -0700",
	"Jan 2 2006 15:04:05",
	"Jan 2 2006 3:04:05 PM -0700",
	"Jan 2 2006 3:04:05 PM",
	"2006-1-2T15:04:05Z07:00",
	"2006-1-2T15:04:05.999999999Z07:00",
	"2006-1-2T15:04:05",
	"2006-1-2 15:04:05 -0700",
	"2006-1-2 15:04:05 Z07:00",
	"2006-1-2 15:04:05",
	"2006-1-2 15:04",
	"2006-1-2",
	"20060102T150405Z0700",
	"20060102T150405",
	"1/2/2006 3:04:05 PM", // The twelve-hour clock is American, and so is the order.
	"1/2/2006 3:04 PM",
	"2/1/2006 15:04:05 -0700", // Day first, as in the countries we work for.
	"2/1/2006 15:04:05",
	"2/1/2006 15:04",
	"2-1-2006 15:04:05",
	"2-1-2006 15:04",
	"2-Jan-2006 15:04:05 -0700",
	"2-Jan-2006 15:04:05",
	"2.1.2006 15:04:05",
	"2.1.2006 15:04",
}

// monthNames are the months of Dutch, French and German that do not begin like the English ones.
var monthNames = strings.NewReplacer("mrt", "Mar", "maa", "Mar", "mei", "May", "okt", "Oct", "fév", "Feb", "fev", "Feb",
	"mär", "Mar", "avr", "Apr", "mai", "May", "juin", "Jun", "juil", "Jul", "aoû", "Aug", "aou", "Aug", "déc", "Dec",
	"dez", "Dec", "maj", "May")

var (
	dateMonth   = regexp.MustCompile(`\p{L}{3,}\.?`)
	dateWeekday = regexp.MustCompile(`^\p{L}+\.?\s(\p{L}|\d+\.?[ -]\p{L})`)
	dateComma   = regexp.MustCompile(`^\p{L}+\.?\s?,\s?`)
	dateDay     = regexp.MustCompile(`^0*(\d{1,2})\.? `)                     // "2. März 2026", "029 Apr 2026"
	dateAt      = regexp.MustCompile(`(?i)\s(?:om|um|at|à|uur|uhr)(?:\s|$)`) // "2 mars 2026 à 10:00"
	dateColon   = regexp.MustCompile(`\s*:\s*`)
	dateZone    = regexp.MustCompile(`\s(?:(?:GMT|UTC|UT|Z)?\s*([+-])(\d{1,2}):?(\d\d)?|GMT|UTC|UT|Z)$`)
	dateLate    = regexp.MustCompile(`\b24:00(:00)?\b`)
	dateLeap    = regexp.MustCompile(`\b(\d\d:\d\d):60\b`)
)

// zoneHours are the zones that RFC 5322 section 4.3 names and those of Europe, east of Greenwich in hours; of any other
// name nobody knows what it means, it is read as UTC.
var zoneHours = map[string]int{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
	"WEST": 1, "BST": 1, "IST": 1, "CET": 1, "MET": 1, "MEZ": 1, "CEST": 2, "MEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9}

// parseMailDate reads a Date field, forgivingly. Zero: not readable, or not a year in which mail is sent.
func parseMailDate(value string) time.Time {
	if len(value) > 200 {
		return time.Time{}
	}
	t, err := mail.ParseDate(value)
	if err != nil {
		t = folkDate(value)
	}
	if name, offset := t.Zone(); offset == 0 && zoneHours[name] != 0 { // The library reads names of zones as UTC.
		hours := zoneHours[name]
		t = t.Add(-time.Duration(hours) * time.Hour).In(time.FixedZone(name, hours*3600))
	}
	if t.Year() < 1970 || t.Year() > 2200 {
		return time.Time{}
	}
	return t
}

// folkDate reads a date of one of folkDates. 24:00 is the next day's midnight, a leap second the next minute's first. When a zone cannot be read, the time is taken for UTC: RFC 5322 section 4.3.
func folkDate(value string) time.Time {
	s := tidyDate(value)
	var more time.Duration
	if dateLate.MatchString(s) {
		s, more = dateLate.ReplaceAllString(s, "00:00:00"), 24*time.Hour
	} else if dateLeap.MatchString(s) {
		s, more = dateLeap.ReplaceAllString(s, "$1:59"), time.Second
	}
	for range 2 {
		for _, layout := range folkDates {
			if t, err := time.Parse(layout, s); err == nil {
				return t.Add(more)
			}
		}
		last := strings.LastIndexByte(s, ' ')
		if last < 0 || strings.Count(s[:last], ":") == 0 {
			break
		}
		s = s[:last]
	}
	return time.Time{}
}

// tidyDate leaves out weekday, comments and commas, writes months in English, and a zone as an offset.
func tidyDate(value string) string {
	s := strings.Join(strings.Fields(stripComments(value)), " ")
	s = dateComma.ReplaceAllString(s, "")
	s = dateWeekday.ReplaceAllString(s, "$1")
	s = dateAt.ReplaceAllString(s, " ")
	s = dateColon.ReplaceAllString(s, ":")
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, ",", " ")), " ")
	s = dateDay.ReplaceAllString(s, "$1 ")
	s = dateMonth.ReplaceAllStringFunc(s, func(word string) string {
		lower := strings.ToLower(strings.TrimSuffix(word, "."))
		if len(lower) <= 4 && strings.ToUpper(word) == word { // A zone such as CEST.
			if _, err := time.Parse("Jan", word[:3]); err != nil {
				return word
			}
		}
		translated := monthNames.Replace(lower)
		return strings.ToUpper(translated[:1]) + translated[1:min(3, len(translated))]
	})
	if m := dateZone.FindStringSubmatch(s); m != nil {
		zone := "+0000"
		if m[1] != "" {
			hours, minutes := m[2], m[3]
			if minutes == "" {
				minutes = "00"
			}
			zone = m[1] + strings.Repeat("0", 2-len(hours)) + hours + minutes
		}
		s = s[:len(s)-len(m[0])] + " " + zone
	}
	return s
}
