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
	"2 Jan 06 15:04:05 -0700",
	"2 Jan 06 15:04:05 MST",
	"2 Jan 06 15:04:05",
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
	"2006-1-2",
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
	dateWeekday = regexp.MustCompile(`^\s*\p{L}+\.?\s*,\s*|^\s*(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]*\s+`)
	dateZone    = regexp.MustCompile(`\s(?:(?:GMT|UTC|UT|Z)\s*([+-]\d{4})|GMT|UTC|UT|Z|([+-]\d\d):(\d\d))$`)
)

// parseMailDate reads a Date field, forgivingly. Zero: not readable, or not a year in which mail is sent.
func parseMailDate(value string) time.Time {
	if len(value) > 200 {
		return time.Time{}
	}
	t, err := mail.ParseDate(value)
	if err != nil {
		t = folkDate(value)
	}
	if t.Year() < 1970 || t.Year() > 2200 {
		return time.Time{}
	}
	return t
}

func folkDate(value string) time.Time {
	s := tidyDate(value)
	for _, layout := range folkDates {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// tidyDate leaves out weekday, comments and commas, writes months in English, and a zone as an offset.
func tidyDate(value string) string {
	s := strings.Join(strings.Fields(stripComments(value)), " ")
	s = dateWeekday.ReplaceAllString(s, "")
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, ",", " ")), " ")
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
	if m := dateZone.FindStringSubmatchIndex(s); m != nil {
		zone := "+0000"
		switch {
		case m[2] >= 0:
			zone = s[m[2]:m[3]]
		case m[4] >= 0:
			zone = s[m[4]:m[5]] + s[m[6]:m[7]]
		}
		s = s[:m[0]] + " " + zone
	}
	return s
}
