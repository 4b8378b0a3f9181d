package templates

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ErrNoDate says that words name no day, or that they may mean more than one.
var ErrNoDate = errors.New("the words name no day for certain")

// Date reads a day as staff write it, in any language, and gives its midnight where today is: "15-12-2026", "15/12", "15.12.",
// "2026-12-15", "vrijdag", "volgende maandag", "demain", "in 10 Tagen", "le 15 décembre". Without a year it is the next such day, today
// included; a weekday alone is never today. With a year it is what it says, be it past. "Next Friday" on a Tuesday may be either of two
// days, and is none.
func (s *Set) Date(text string, today time.Time) (time.Time, error) {
	y, m, d := today.Date()
	today = time.Date(y, m, d, 0, 0, 0, 0, today.Location())
	if len(text) > maxDateText {
		return time.Time{}, ErrNoDate
	}
	said, ok := hearDate(text)
	if !ok {
		return time.Time{}, ErrNoDate
	}
	day, ok := said.day(today)
	if !ok || said.weekday >= 0 && day.Weekday() != time.Weekday(said.weekday) {
		return time.Time{}, ErrNoDate
	}
	return day, nil
}

const maxDateText = 80

// dateWord is one word of a date: what sort it is of, and its number.
type dateWord struct {
	sort byte // n number, w weekday, m month, u unit in days (-1: a month), r days from today, + ahead, - ago, next N, coming C, last L
	n    int
}

// saidDate is what the words of a date come to.
type saidDate struct {
	shape   string
	weekday int // -1: none
	numbers []int
	unit    int
	month   int
}

var (
	figureDate = regexp.MustCompile(`^(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d{2})?)?$`)
	isoDate    = regexp.MustCompile(`^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$`)
	figures    = regexp.MustCompile(`^(\d{1,4})(?:\.|ste|de|er|e|st|nd|rd|th)?$`)
)

func hearDate(text string) (*saidDate, bool) {
	said := &saidDate{weekday: -1}
	for field := range strings.FieldsFuncSeq(strings.ToLower(text), func(c rune) bool { return c <= ' ' || strings.ContainsRune(",;()\"“”'’\u00a0", c) }) {
		if m := isoDate.FindStringSubmatch(field); m != nil {
			said.add('n', m[3])
			said.add('n', m[2])
			said.add('n', m[1])
			continue
		}
		if m := figureDate.FindStringSubmatch(field); m != nil {
			said.add('n', m[1])
			said.add('n', m[2])
			if m[3] != "" {
				said.add('n', m[3])
			}
			continue
		}
		if m := figures.FindStringSubmatch(field); m != nil {
			said.add('n', m[1])
			continue
		}
		word, ok := dateWords()[foldWord(strings.TrimRight(field, "."))]
		if !ok {
			return nil, false
		}
		switch word.sort {
		case 0: // "op", "le": says nothing
			continue
		case 'w':
			if said.weekday >= 0 {
				return nil, false
			}
			said.weekday = word.n
		case 'm':
			said.month = word.n
		case 'u':
			said.unit = word.n
		case 'n', 'r':
			said.numbers = append(said.numbers, word.n)
		}
		said.shape += string(word.sort)
	}
	return said, true
}

func (s *saidDate) add(sort byte, figures string) {
	n, _ := strconv.Atoi(figures) // four figures at most
	s.numbers, s.shape = append(s.numbers, n), s.shape+string(sort)
}

// day is the day that the words mean, seen from today.
func (s *saidDate) day(today time.Time) (time.Time, bool) {
	n := s.numbers
	switch strings.ReplaceAll(s.shape, "w", "") {
	case "":
		return today.AddDate(0, 0, s.ahead(today)), s.shape == "w"
	case "C":
		return today.AddDate(0, 0, s.ahead(today)), s.shape != "C"
	case "N": // certain only when the coming one is in another week
		day := today.AddDate(0, 0, s.ahead(today))
		return day, s.shape != "N" && monday(day) != monday(today)
	case "L":
		return today.AddDate(0, 0, -s.behind(today)), s.shape != "L"
	case "r":
		return today.AddDate(0, 0, n[0]), true
	case "+nu", "-nu", "nu-", "nu+":
		away := n[0]
		if strings.Contains(s.shape, "-") {
			away = -away
		}
		if s.unit < 0 {
			return today.AddDate(0, away, 0), away < 1000 && s.weekday < 0
		}
		return today.AddDate(0, 0, away*s.unit), s.weekday < 0
	case "nn":
		return nextDay(today, n[1], n[0])
	case "nm", "mn":
		return nextDay(today, s.month, n[0])
	case "nnn":
		return exactDay(today, n[2], n[1], n[0])
	case "nmn", "mnn":
		return exactDay(today, n[1], s.month, n[0])
	}
	return time.Time{}, false
}

// ahead is in how many days the weekday comes, from 1 to 7.
func (s *saidDate) ahead(today time.Time) int {
	return (s.weekday-int(today.Weekday())+6+7)%7 + 1
}

// behind is how many days ago it was, from 1 to 7.
func (s *saidDate) behind(today time.Time) int { return 7 - s.ahead(today)%7 }

func monday(day time.Time) time.Time { return day.AddDate(0, 0, -(int(day.Weekday())+6)%7) }

// nextDay is the first such day from today on; of 29 February, in a leap year.
func nextDay(today time.Time, month, day int) (time.Time, bool) {
	for year := today.Year(); year <= today.Year()+8; year++ {
		if d, ok := exactDay(today, year, month, day); ok && !d.Before(today) {
			return d, true
		}
	}
	return time.Time{}, false
}

func exactDay(today time.Time, year, month, day int) (time.Time, bool) {
	if year < 100 {
		year += 2000
	}
	d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, today.Location())
	return d, year >= 1900 && year < 2200 && int(d.Month()) == month && d.Day() == day
}

// dateWords are the words of days in all languages, and the beginnings of three letters or more of weekdays and months ("dec.") that mean
// one of them only.
var dateWords = sync.OnceValue(func() map[string]dateWord {
	known := map[string]dateWord{}
	all, err := readWords()
	if err != nil {
		return known // Load says so
	}
	short := map[string]dateWord{}
	for _, lang := range Languages {
		c := &all[lang].calendar
		for i, name := range c.Weekdays {
			shorten(short, foldWord(name), dateWord{'w', i})
		}
		for i, name := range c.Months {
			shorten(short, foldWord(name), dateWord{'m', i + 1})
		}
		for key, words := range c.Said {
			for i, word := range words {
				w := saidSorts[key]
				if key == "numbers" {
					w.n = i + 1
				}
				known[foldWord(word)] = w
			}
		}
	}
	for word, w := range short {
		if _, taken := known[word]; !taken && w.sort != '?' {
			known[word] = w
		}
	}
	return known
})

const shortDay = 3 // letters of a day or month at least

func shorten(short map[string]dateWord, name string, w dateWord) {
	for n := min(shortDay, len(name)); n <= len(name); n++ {
		if other, taken := short[name[:n]]; taken && other != w {
			short[name[:n]] = dateWord{sort: '?'} // "mar.": mardi or mars
			continue
		}
		short[name[:n]] = w
	}
}

// saidSorts are the lists of calendar.Said.
var saidSorts = map[string]dateWord{
	"beside": {}, "numbers": {sort: 'n'}, "day": {'u', 1}, "week": {'u', 7}, "month": {'u', -1}, "ahead": {sort: '+'}, "ago": {sort: '-'},
	"next": {sort: 'N'}, "coming": {sort: 'C'}, "last": {sort: 'L'},
	"today": {'r', 0}, "tomorrow": {'r', 1}, "after_tomorrow": {'r', 2}, "yesterday": {'r', -1}, "before_yesterday": {'r', -2},
}
