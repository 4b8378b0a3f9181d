package templates

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// What the mails of the clock say: a status update that nobody wrote, and what is late or comes due.

// Promised is the day for which a late answer was promised.
func (p *page) Promised() time.Time {
	if p.OldDue.IsZero() {
		return p.AnswerDue
	}
	return p.OldDue
}

// NoNews: nothing happened that a plain status update could tell, and it says so.
func (p *page) NoNews() bool {
	return p.OtherNumber == "" && p.Measure == "" && !p.Late && len(p.Happened) == 0
}

// Facts are the sentences of Happened: one stands alone, more make a list.
func (p *page) Facts() string {
	if len(p.Happened) < 2 {
		return strings.Join(p.Happened, "")
	}
	return "- " + strings.Join(p.Happened, "\n- ")
}

// days counts days: "1 dag", "10 dagen".
func (w *words) days(n int) string {
	if n == 1 {
		return w.labels["days.one"]
	}
	return w.label("days.many", n)
}

// DaysLeft is how many days there are from today until DueOn; 0 it is today or over.
func (p *page) DaysLeft() int {
	if p.DueOn.IsZero() || p.Today.IsZero() {
		return 0
	}
	return max(0, daysBetween(p.Today, p.DueOn))
}

// daysBetween counts from one local date to another, whatever the hour and the summer time.
func daysBetween(from, to time.Time) int {
	fy, fm, fd := from.Date()
	ty, tm, td := to.Date()
	return int(time.Date(ty, tm, td, 0, 0, 0, 0, time.UTC).Sub(time.Date(fy, fm, fd, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour))
}

// Urgency begins the subject of what is watched: "Nog 10 dagen", "Te laat".
func (p *page) Urgency() string {
	switch {
	case p.Watch == "question" || p.Watch == "draft" || p.DueOn.IsZero() && p.LateDays == 0:
		return p.w.labels["days.subject_waits"]
	case p.LateDays > 0:
		return p.w.labels["days.subject_late"]
	case p.DaysLeft() == 0:
		return p.w.labels["days.subject_today"]
	}
	return p.w.label("days.subject_left", p.w.days(p.DaysLeft()))
}

// watched is the label of a group for what is watched.
func (p *page) watched(group string, args ...any) string {
	if _, ok := p.w.labels[group+"."+p.Watch]; !ok {
		return p.w.label(group+".", args...)
	}
	return p.w.label(group+"."+p.Watch, args...)
}

// Watching names what is watched: "antwoord".
func (p *page) Watching() string { return p.watched("watch") }

// Watched says what is late or nears its end.
func (p *page) Watched() string {
	return strings.Replace(p.watched("watch_is", p.Matter().Short), more+".", more, 1)
}

// WatchedBy says when it is or was due, and how far away that is; "" no day is known.
func (p *page) WatchedBy() string {
	if p.DueOn.IsZero() {
		return ""
	}
	away := p.w.labels["days.today"]
	switch {
	case p.LateDays > 0:
		away = p.w.label("days.late", p.w.days(p.LateDays))
	case p.DaysLeft() > 0:
		away = p.w.label("days.left", p.w.days(p.DaysLeft()))
	}
	return p.watched("watch_by", p.w.date("day_plain", p.DueOn), away)
}

// Choose is what the owner can do, ChooseAbove what somebody above can.
func (p *page) Choose() string      { return p.watched("choose") }
func (p *page) ChooseAbove() string { return p.watched("choose_above") }

// ToComplainant: what is watched touches the complainant, so that name and telephone help.
func (p *page) ToComplainant() bool {
	return !slices.Contains([]string{"measure", "evaluation", "consultation", ""}, p.Watch)
}

// matter is what a mail of the clock is about: in few words for its beginning, and in full.
type matter struct{ Short, Full string }

// Cut tells whether the few words are not all of it.
func (m matter) Cut() bool { return m.Short != m.Full }

const (
	longWatched = 100 // letters of the sentence with the matter: the first 300 of the mail must show more than this (CONTRACT section 4)
	more        = " …"
)

// Matter is WatchText without its full stop, a kind of letter by its name, and the name of what is watched where there is none.
func (p *page) Matter() matter {
	text := first(p.WatchText, p.Measure, p.Watching())
	if kind := p.w.labels["kind."+text]; p.Watch == "draft" && kind != "" {
		text = kind
	}
	text = strings.TrimRight(oneLine(text), ". ")
	return matter{beginning(text, longWatched-utf8.RuneCountInString(p.watched("watch_is", ""))), text}
}

// beginning is the beginning of a text, whole words of at most so many letters.
func beginning(s string, most int) string {
	letters := []rune(s)
	if len(letters) <= most {
		return s
	}
	s = string(letters[:most])
	if i := strings.LastIndexByte(s, ' '); i > 0 {
		s = s[:i]
	}
	return strings.TrimRight(s, " ,;:.") + more
}
