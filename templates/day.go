package templates

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrNoDay: the words name no day, or more than one.
var ErrNoDay = errors.New("no day is named")

var (
	isoDay     = regexp.MustCompile(`\b(\d{4})-(\d{1,2})-(\d{1,2})\b`)
	numericDay = regexp.MustCompile(`\b(\d{1,2})\s*[-/.]\s*(\d{1,2})(?:\s*[-/.]\s*(\d{4}|\d{2}))?(?:[^\d]|$)`)
	namedDay   = regexp.MustCompile(`\b(\d{1,2})(?:er|e|st|nd|rd|th|\.)?\s+(?:of\s+)?([a-z]+)(?:\s+(\d{4}))?\b`)
	monthFirst = regexp.MustCompile(`\b([a-z]+)\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?\b`)
	inDays     = regexp.MustCompile(`\b(?:over|binnen|dans|in|within|innerhalb von)\s+(\d{1,3}|[a-z]+)\s+(dag|dagen|week|weken|jour|jours|semaine|semaines|day|days|weeks|tag|tage|tagen|woche|wochen)\b`)
)

var relativeDays = map[string]int{"vandaag": 0, "aujourd'hui": 0, "aujourdhui": 0, "today": 0, "heute": 0, "morgen": 1, "demain": 1, "tomorrow": 1, "overmorgen": 2,
	"apres-demain": 2, "uebermorgen": 2}

var smallNumbers = map[string]int{"een": 1, "twee": 2, "drie": 3, "vier": 4, "vijf": 5, "zes": 6, "acht": 8, "tien": 10, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5,
	"dix": 10, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "ein": 1, "einer": 1, "eine": 1, "zwei": 2, "drei": 3, "fuenf": 5, "zehn": 10}

// Date reads a day as people write it in a form, in any of the languages: "15-12-2026", "15/12", "15 december", "vrijdag", "morgen", "over twee
// weken". Without a year it is the next such day from today on. Midnight in today's zone; ErrNoDay when unsure.
func (s *Set) Date(text string, today time.Time) (time.Time, error) {
	folded := foldText(text)
	midnight := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, today.Location())
	if m := isoDay.FindStringSubmatch(folded); m != nil {
		return dayOf(m[1], m[2], m[3], midnight)
	}
	if m := numericDay.FindStringSubmatch(folded); m != nil {
		return dayOf(m[3], m[2], m[1], midnight)
	}
	if m := namedDay.FindStringSubmatch(folded); m != nil {
		if month := s.month(m[2]); month > 0 {
			return dayOf(m[3], strconv.Itoa(month), m[1], midnight)
		}
	}
	if m := monthFirst.FindStringSubmatch(folded); m != nil {
		if month := s.month(m[1]); month > 0 {
			return dayOf(m[3], strconv.Itoa(month), m[2], midnight)
		}
	}
	if m := inDays.FindStringSubmatch(folded); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			n = smallNumbers[m[1]]
		}
		if strings.HasPrefix(m[2], "w") || strings.HasPrefix(m[2], "sem") {
			n *= 7
		}
		if n > 0 {
			return midnight.AddDate(0, 0, n), nil
		}
	}
	return s.dayByName(folded, midnight)
}

// dayByName reads "vrijdag" and "morgen".
func (s *Set) dayByName(folded string, today time.Time) (time.Time, error) {
	var found []time.Time
	for word := range strings.FieldsFuncSeq(folded, func(r rune) bool { return strings.ContainsRune(" ,.;:!?()\n\t", r) }) {
		if n, ok := relativeDays[word]; ok && !(word == "morgen" && len(found) > 0) {
			found = append(found, today.AddDate(0, 0, n))
			continue
		}
		for _, lang := range Languages {
			if i := slices.IndexFunc(s.words[lang].calendar.Weekdays, func(d string) bool { return foldText(d) == word }); i >= 0 {
				ahead := (i - int(today.Weekday()) + 7) % 7
				if ahead == 0 {
					ahead = 7
				}
				found = append(found, today.AddDate(0, 0, ahead))
				break
			}
		}
	}
	if len(found) != 1 {
		return time.Time{}, ErrNoDay
	}
	return found[0], nil
}

// month is the number of a month's name or of its beginning, three letters at least; 0: it is none.
func (s *Set) month(word string) int {
	if len(word) < 3 {
		return 0
	}
	for _, lang := range Languages {
		for i, name := range s.words[lang].calendar.Months {
			if strings.HasPrefix(foldText(name), word) {
				return i + 1
			}
		}
	}
	return 0
}

func dayOf(year, month, day string, today time.Time) (time.Time, error) {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	switch {
	case year == "":
		y = today.Year()
	case len(year) == 2:
		y += 2000
	}
	at := time.Date(y, time.Month(m), d, 0, 0, 0, 0, today.Location())
	if at.Day() != d || int(at.Month()) != m { // 31 November
		return time.Time{}, ErrNoDay
	}
	if year == "" && at.Before(today) {
		return dayOf(strconv.Itoa(y+1), month, day, today)
	}
	return at, nil
}

func foldText(s string) string {
	var b strings.Builder
	for _, r := range s {
		foldRune(&b, r)
	}
	return b.String()
}
