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
	longWatched = 86 // letters of the sentence with the matter: the first 300 of the mail must show more than this (CONTRACT section 4)
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

// DueLine says until when a measure is promised, and how far away that is.
func (p *page) DueLine() string {
	q := *p
	q.Watch = "term_end"
	return q.WatchedBy()
}

// TheMeasure is what a mail about a measure asks about.
func (p *page) TheMeasure() string { return first(p.Measure, p.WatchText) }

// Group are the complaints that are alike: Again, and the mail's own complaint first when it is not among them.
func (p *page) Group() []Earlier {
	if p.Number == "" || slices.ContainsFunc(p.Again, func(e Earlier) bool { return e.Number == p.Number }) {
		return p.Again
	}
	return append([]Earlier{{Number: p.Number, Received: p.Received, Subject: p.Subject}}, p.Again...)
}

// Window is the time in which the group came, after "in".
func (p *page) Window() string { return p.w.count("day", p.WindowDays) }

// SharedWords are the words that every similar complaint of Again names.
func (p *page) SharedWords() []string {
	var shared []string
	for i, e := range p.Again {
		if i == 0 {
			shared = slices.Clone(e.Words)
			continue
		}
		shared = slices.DeleteFunc(shared, func(w string) bool { return len(e.Words) > 0 && !slices.Contains(e.Words, w) })
	}
	return shared
}

// AgendaGroup is a heading of the handler's digest with what stands under it.
type AgendaGroup struct {
	Title string
	Items []AgendaItem
}

// maxAgenda complaints are shown, the others counted: the digest is one screen of a telephone (LETTERS.md 1.4).
const maxAgenda = 8

// agendaGroup is the heading of an item: late, today, in a week, or merely open.
func (p *page) agendaGroup(a AgendaItem) string {
	switch {
	case a.Late:
		return "late"
	case a.DueOn.IsZero():
		return "open"
	}
	switch days := daysBetween(p.Today, a.DueOn); {
	case days <= 0:
		return "today"
	case days < 7:
		return "week"
	}
	return "open"
}

// AgendaBy says for when it is or was; "" it is today, or no day is known.
func (p *page) AgendaBy(a AgendaItem) string {
	switch {
	case a.DueOn.IsZero() || sameDay(a.DueOn, p.Today):
		return ""
	case a.DueOn.Before(p.Today):
		return p.w.label("agenda.was", p.w.date("day_plain", a.DueOn))
	}
	return p.w.label("agenda.by", p.w.date("day_plain", a.DueOn))
}

// AgendaGroups are the first complaints of the agenda, the most urgent ones first.
func (p *page) AgendaGroups() []AgendaGroup {
	var groups []AgendaGroup
	left := maxAgenda
	for _, name := range []string{"late", "today", "week", "open"} {
		g := AgendaGroup{Title: p.w.labels["agenda."+name]}
		for _, a := range p.Agenda {
			if p.agendaGroup(a) == name && left > 0 {
				g.Items, left = append(g.Items, a), left-1
			}
		}
		if len(g.Items) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// AgendaLeft is how many complaints are not shown.
func (p *page) AgendaLeft() int { return max(0, len(p.Agenda)-maxAgenda) }

func (p *page) agendaCount(names ...string) (n int) {
	for _, a := range p.Agenda {
		if slices.Contains(names, p.agendaGroup(a)) {
			n++
		}
	}
	return n
}

// AgendaSubject counts for the subject: "1 dringend, 2 te doen"; what is open when there is neither.
func (p *page) AgendaSubject() string {
	urgent, todo := p.agendaCount("late", "today"), p.agendaCount("week")
	var parts []string
	if urgent > 0 {
		parts = append(parts, p.w.label("agenda.n_urgent", urgent))
	}
	if todo > 0 {
		parts = append(parts, p.w.label("agenda.n_todo", todo))
	}
	if len(parts) == 0 {
		parts = append(parts, p.w.label("agenda.n_open", len(p.Agenda)))
	}
	return strings.Join(parts, ", ")
}

// AgendaLine counts under the marker: "1 te laat · 1 vandaag · 5 open".
func (p *page) AgendaLine() string {
	var parts []string
	if n := p.agendaCount("late"); n > 0 {
		parts = append(parts, p.w.label("agenda.n_late", n))
	}
	if n := p.agendaCount("today"); n > 0 {
		parts = append(parts, p.w.label("agenda.n_today", n))
	}
	return strings.Join(append(parts, p.w.label("agenda.n_open", len(p.Agenda))), " · ")
}
