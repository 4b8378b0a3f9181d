package templates

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/BurntSushi/toml"
)

// words is the data file of one language, words.toml: calendar, labels, and the lists by which people's writing is read.
type words struct {
	lang     string
	labels   map[string]string // "stage.registered" -> "geregistreerd"; {0}, {1} are the arguments
	calendar calendar
	lists    lists
	privacy  privacy
}

// calendar holds the names of days and months and the shapes of dates: {weekday}, {d}, {month}, {year}, {H}, {HH}, {mm}.
type calendar struct {
	Weekdays []string // Sunday first, as in package time.
	Months   []string
	FirstDay string `toml:"first_day"` // "1er" in French; "" is 1.
	Decimal  string // "," in "1,2 MB".
	Shapes   map[string]string
	Said     map[string][]string // how people name a day; see Set.Date
}

// lists are words by which people write; the notation of Sober and Shield is that of reader.
type lists struct {
	Yes, No, Own []string            // first word of an answer
	All          []string            // of an answer about everything at once: "alles nee"
	Functions    []string            // title or function before a surname
	Greetings    []string            // first words of a greeting line
	Titles       []string            // words that may follow in a greeting without a capital
	Closings     []string            // whole closing lines
	Thanks       []string            // phrases that thank, in the notation of reader
	Polite       []string            // phrases that may stand beside them and ask nothing
	NotNames     []string            `toml:"not_names"` // words that may stand with a capital where a name would
	Sober        []readRule          // speaks of death, abuse, violence, a fall, a hospital stay
	Shield       []readRule          // asks not to be named
	Score        map[string][]string // how content somebody says he is; see newOpinions
}

// Label is a short word or sentence for Go code elsewhere: the name of a stage, an event, a task. Arguments fill {0}, {1} …; a
// time.Time becomes a date, an int64 a size. An unknown key comes back as it is, an unknown language is Dutch.
func (s *Set) Label(lang, key string, args ...any) string { return s.lang(lang).label(key, args...) }

// Markers are the first lines of staff mails, in every language; the reader of replies cuts there.
func (s *Set) Markers() []string {
	var m []string
	for _, lang := range Languages {
		m = append(m, s.words[lang].labels["marker"])
	}
	return m
}

func (w *words) label(key string, args ...any) string {
	text, ok := w.labels[key]
	if !ok {
		return key
	}
	for i, arg := range args {
		text = strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", w.word(arg))
	}
	return text
}

func (w *words) word(arg any) string {
	switch arg := arg.(type) {
	case string:
		return arg
	case time.Time:
		return w.date("date_plain", arg)
	case int64:
		return w.size(arg)
	default:
		return fmt.Sprint(arg)
	}
}

func (w *words) isLang(lang string) bool {
	for _, l := range Languages {
		if l == lang {
			return true
		}
	}
	return false
}

// date writes t in one of the calendar's shapes; the zero time is nothing.
func (w *words) date(shape string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	c := &w.calendar
	d := strconv.Itoa(t.Day())
	if t.Day() == 1 && c.FirstDay != "" {
		d = c.FirstDay
	}
	var b strings.Builder
	rest := c.Shapes[shape]
	for {
		before, after, found := strings.Cut(rest, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, tail, _ := strings.Cut(after, "}")
		rest = tail
		switch name {
		case "weekday":
			b.WriteString(c.Weekdays[t.Weekday()])
		case "d":
			b.WriteString(d)
		case "month":
			b.WriteString(c.Months[t.Month()-1])
		case "year":
			b.WriteString(strconv.Itoa(t.Year()))
		case "H":
			b.WriteString(strconv.Itoa(t.Hour()))
		case "HH":
			b.WriteString(t.Format("15"))
		case "mm":
			b.WriteString(t.Format("04"))
		}
	}
}

// size writes bytes as people count them: 900 bytes, 120 kB, 1,2 MB (decimal steps of 1000, SI).
func (w *words) size(n int64) string {
	switch {
	case n < 1000:
		return w.label("size.bytes", strconv.FormatInt(max(n, 0), 10))
	case n < 999_500:
		return w.label("size.kilo", strconv.FormatInt((n+500)/1000, 10))
	case n < 999_950_000:
		return w.label("size.mega", w.tenths((n+50_000)/100_000))
	default:
		return w.label("size.giga", w.tenths((n+50_000_000)/100_000_000))
	}
}

func (w *words) tenths(n int64) string {
	if n%10 == 0 {
		return strconv.FormatInt(n/10, 10)
	}
	return strconv.FormatInt(n/10, 10) + w.calendar.Decimal + strconv.FormatInt(n%10, 10)
}

// list joins names: "An, Bram of Chris".
func (w *words) list(items []string) string { return series(items, w.labels["or"]) }

// series joins items with commas, the last one with a word.
func series(items []string, word string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:len(items)-1], ", ") + " " + word + " " + items[len(items)-1]
}

// span is a length of time after "in": "10 minuten", "één uur", "2 dagen"; in the largest unit that holds it in whole numbers.
func (w *words) span(d time.Duration) string {
	for _, unit := range []struct {
		name   string
		length time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}} {
		if d >= unit.length && d%unit.length == 0 {
			return w.count(unit.name, int(d/unit.length))
		}
	}
	return w.count("minute", max(1, int(d.Round(time.Minute)/time.Minute)))
}

func (w *words) count(unit string, n int) string {
	if n == 1 {
		return w.label("span." + unit)
	}
	return w.label("span."+unit+"s", n)
}

// webAddress is what mail programs turn into a link by themselves.
var webAddress = regexp.MustCompile(`(?i)\b(?:https?://|www\.)\S+`)

// unlink puts a word in the place of web addresses: parked mail may be bait, and a list of it holds nothing to click on (LETTERS.md 1.4).
func (w *words) unlink(s string) string {
	return webAddress.ReplaceAllLiteralString(s, w.labels["link"])
}

// attachment is a line of the list: name, size, and why it did not come along.
func (w *words) attachment(a Attachment) string {
	s := a.Name + " (" + w.size(a.Size) + ")"
	if a.Left != "" {
		s += ", " + w.label("left."+a.Left)
	}
	return s
}

// buttons writes the list of links that becomes the row of buttons; a title holds the way without a button.
func (w *words) buttons(list []Button) markup {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n\n")
	for _, button := range list {
		url := literal(strings.ReplaceAll(button.URL, " ", "%20"))
		b.WriteString("- [" + string(literal(w.label("button."+button.Key))) + "](" + string(url) +
			" \"" + string(literal(w.label("without."+button.Key))) + "\")\n")
	}
	b.WriteString("\n\n")
	return markup(b.String())
}

// readWords reads the data files once for the whole program: they never change.
var readWords = sync.OnceValues(func() (map[string]*words, error) {
	all := map[string]*words{}
	for _, lang := range Languages {
		source, err := ours.ReadFile(lang + "/words.toml")
		if err != nil {
			return nil, fmt.Errorf("load words: %w", err)
		}
		var file struct {
			Calendar calendar
			Lists    lists
			Privacy  privacy
			Labels   map[string]any
		}
		if err := toml.Unmarshal(source, &file); err != nil {
			return nil, fmt.Errorf("load words of %s: %w", lang, err)
		}
		w := &words{lang: lang, calendar: file.Calendar, lists: file.Lists, privacy: file.Privacy, labels: map[string]string{}}
		flatten(w.labels, "", file.Labels)
		if err := w.readPaper(); err != nil {
			return nil, err
		}
		if err := w.readAnnual(); err != nil {
			return nil, err
		}
		all[lang] = w
	}
	return all, nil
})

func flatten(into map[string]string, prefix string, table map[string]any) {
	for key, value := range table {
		switch value := value.(type) {
		case string:
			into[prefix+key] = value
		case map[string]any:
			flatten(into, prefix+key+".", value)
		}
	}
}
