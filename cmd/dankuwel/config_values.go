package main

import (
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net"
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // time zones without files of the system
	"unicode"

	"github.com/robfig/cron/v3"
)

// Secret is a text that no print, log or JSON shows. It lies behind a pointer, because fmt does not call methods on
// unexported fields and would print a plain string there.
type Secret struct{ text *string }

// NewSecret hides text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal gives the text itself, for the connection that needs it and nothing else.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero says that there is no secret, or an empty one.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

const hiddenText = "(hidden)"

// String never shows the secret.
func (s Secret) String() string { return hiddenText }

// GoString never shows the secret.
func (s Secret) GoString() string { return hiddenText }

// Format never shows the secret, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hiddenText)) }

// MarshalJSON never shows the secret.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(strconv.Quote(hiddenText)), nil }

// MarshalText never shows the secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hiddenText), nil }

// LogValue never shows the secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hiddenText) }

// Unit is what a Period counts.
type Unit string

// The units of a Period, as they are written in the file.
const (
	Days        Unit = "d"  // calendar days
	WorkingDays Unit = "wd" // days that are no weekend, holiday or closed day
	Weeks       Unit = "w"
	Months      Unit = "mo"
)

// Period is a stretch of the calendar, "45d" or "10wd". Zero: not set.
type Period struct {
	N    int
	Unit Unit
}

// String gives the period as it is written in the file.
func (p Period) String() string {
	if p == (Period{}) {
		return ""
	}
	return strconv.Itoa(p.N) + string(p.Unit)
}

// fewestDays is the number of calendar days that the period takes at the least.
func (p Period) fewestDays() int {
	switch p.Unit {
	case WorkingDays:
		return p.N + (p.N-1)/5*2 // begun on a Sunday, without holidays
	case Weeks:
		return p.N * 7
	case Months:
		return p.N * 28
	}
	return p.N
}

// Rate is "20/10m": so many in that time. Zero, written "0", is off.
type Rate struct {
	N   int
	Per time.Duration
}

// Size is a number of bytes. In the file 1 kB is 1000 bytes, 1 KiB is 1024.
type Size int64

// Cron is a line of five fields with its schedule. The time zone is that of the time given to Next.
type Cron struct {
	Line string
	cron.Schedule
}

// The parsers below return what is wrong as a predicate ("is no cron line"): the reader puts the value before it,
// unless that must not be shown.

// optional lets the empty text through as zero.
func optional[T any](parse func(string) (T, error)) func(string) (T, error) {
	return func(s string) (v T, err error) {
		if s == "" {
			return v, nil
		}
		return parse(s)
	}
}

// oneLine refuses what would break a header field or a list in two.
func oneLine(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", errors.New("is empty")
	}
	if strings.IndexFunc(s, unicode.IsControl) >= 0 {
		return "", errors.New("must be one line without control characters")
	}
	return s, nil
}

func oneOf(values ...string) func(string) (string, error) {
	return func(s string) (string, error) {
		for _, v := range values {
			if s == v {
				return s, nil
			}
		}
		list := make([]string, len(values))
		for i, v := range values {
			list[i] = strconv.Quote(v)
		}
		problem := "is none of " + strings.Join(list, ", ")
		if near := nearestWord(s, values); near != "" {
			problem += fmt.Sprintf("; did you mean %q?", near)
		}
		return "", errors.New(problem)
	}
}

func parseEmail(s string) (string, error) {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" || strings.IndexFunc(s, unicode.IsControl) >= 0 {
		return "", errors.New("is no bare e-mail address")
	}
	return s, nil
}

var periodPattern = regexp.MustCompile(`^([0-9]{1,4})(d|wd|w|mo)$`)

func periodIn(units ...Unit) func(string) (Period, error) {
	meaning := map[Unit]string{Days: "calendar days", WorkingDays: "working days", Weeks: "weeks", Months: "months"}
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = fmt.Sprintf("%s (%s)", u, meaning[u])
	}
	wrong := errors.New("is no period: a number from 1 to 9999 with " + strings.Join(names, " or ") + " behind it")
	return func(s string) (Period, error) {
		m := periodPattern.FindStringSubmatch(s)
		if m == nil {
			return Period{}, wrong
		}
		n, _ := strconv.Atoi(m[1]) // four digits at most
		for _, u := range units {
			if n > 0 && m[2] == string(u) {
				return Period{n, u}, nil
			}
		}
		return Period{}, wrong
	}
}

func parseInterval(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, errors.New("is no duration: a number with s, m or h behind it")
	}
	if d < time.Second || d > 24*time.Hour {
		return 0, errors.New("must lie between 1s and 24h")
	}
	return d, nil
}

var ratePattern = regexp.MustCompile(`^([0-9]{1,6})/([0-9]{1,4})(m|h|d|w)$`)

func parseRate(s string) (Rate, error) {
	if s == "0" {
		return Rate{}, nil
	}
	wrong := errors.New(`is no rate: NUMBER/TIME with the time in m (minutes), h, d or w, or "0" for off`)
	m := ratePattern.FindStringSubmatch(s)
	if m == nil {
		return Rate{}, wrong
	}
	n, _ := strconv.Atoi(m[1])
	per, _ := strconv.Atoi(m[2])
	if n == 0 || per == 0 {
		return Rate{}, wrong
	}
	unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	return Rate{n, time.Duration(per) * unit[m[3]]}, nil
}

var sizePattern = regexp.MustCompile(`^([0-9]{1,6}) ?(kB|KB|MB|GB|KiB|MiB|GiB)$`)

func parseSize(s string) (Size, error) {
	m := sizePattern.FindStringSubmatch(s)
	if m == nil {
		return 0, errors.New("is no size: a number with kB, MB or GB behind it")
	}
	n, _ := strconv.ParseInt(m[1], 10, 64)
	unit := map[string]int64{"kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
	n *= unit[m[2]]
	if n < 10e3 || n > 2e9 {
		return 0, errors.New("must lie between 10kB and 2GB")
	}
	return Size(n), nil
}

func parseDate(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, errors.New("is no date (YYYY-MM-DD)")
	}
	return t, nil
}

func parseZone(s string) (*time.Location, error) {
	loc, err := time.LoadLocation(s)
	if err != nil || s == "" || s == "Local" {
		return nil, errors.New("is no time zone of the IANA list")
	}
	return loc, nil
}

// parseCron reads a line of five fields. ParseStandard panics on "TZ=Europe/Brussels" (robfig/cron issue 554).
func parseCron(s string) (c Cron, err error) {
	defer func() {
		if recover() != nil {
			c, err = Cron{}, errors.New("is no cron line")
		}
	}()
	if strings.Contains(s, "TZ=") {
		return Cron{}, errors.New("names a time zone, but the schedule always runs in organization.timezone")
	}
	schedule, err := cron.ParseStandard(s)
	if err != nil {
		return Cron{}, errors.New("is no cron line")
	}
	// A fixed day, shortly before a 29 February, so that a file is not valid today and wrong tomorrow.
	if schedule.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return Cron{}, errors.New("never fires")
	}
	return Cron{s, schedule}, nil
}

func parseServer(s string) (string, error) {
	host, port, err := net.SplitHostPort(s)
	if err != nil || host == "" || strings.ContainsFunc(s, unicode.IsSpace) {
		return "", errors.New("is no host:port")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", errors.New("has no port from 1 to 65535")
	}
	return s, nil
}

// isLoopback says that the host of host:port is this very machine, whatever a name server says.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// parseAuthservID accepts what RFC 8601 section 2.5 lets stand before the first ";", without comment or version.
func parseAuthservID(s string) (string, error) {
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`;=,<>()[]@"\/`, r) }) {
		return "", errors.New("is no authserv-id: the first word of the server's own Authentication-Results field, without the semicolon")
	}
	return s, nil
}

// parseListID accepts what a List-Id field holds between < and > (RFC 2919 section 3).
func parseListID(s string) (string, error) {
	if s == "" || strings.ContainsAny(s, "<>") || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return "", errors.New("is no List-Id: what stands between < and > in that header field of the list's mails")
	}
	return s, nil
}

// parseFormField accepts a label, or header:NAME.
func parseFormField(s string) (string, error) {
	name, isHeader := strings.CutPrefix(s, "header:")
	if !isHeader {
		return oneLine(s)
	}
	if _, _, err := mime.ParseMediaType("x/" + name); err != nil || strings.ContainsAny(name, ";/") {
		return "", errors.New("names no header field")
	}
	return s, nil
}
