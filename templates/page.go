package templates

import (
	"slices"
	"strings"
	"text/template"
	"time"
)

// page is what a text sees: the data, and the phrases that follow from it in the language of the letter. Every method may be
// used in a text as {{.Name}}. It is Data itself and not a struct around it: reflection finds the fields of an embedded struct
// four times slower, and a letter asks for some sixty.
type page Data

// funcs are the functions a text may call.
func funcs(w *words) template.FuncMap {
	return template.FuncMap{
		"date":       func(t time.Time) string { return w.date("date", t) },       // donderdag 7 januari 2027, after a preposition
		"day":        func(t time.Time) string { return w.date("day", t) },        // donderdag 7 januari, after a preposition
		"datePlain":  func(t time.Time) string { return w.date("date_plain", t) }, // alone, after a label
		"dayMonth":   func(t time.Time) string { return w.date("day_month", t) },  // 7 januari
		"time":       func(t time.Time) string { return w.date("time", t) },       // 14.05 uur
		"size":       func(n int64) string { return w.size(n) },
		"label":      func(key string, args ...any) string { return w.label(key, args...) },
		"list":       func(items []string) string { return w.list(items) },
		"lines":      func(items []string) string { return strings.Join(items, "\n") },
		"span":       func(d time.Duration) string { return w.span(d) },
		"unlink":     func(s string) string { return w.unlink(s) },
		"join":       func(items []string) string { return strings.Join(items, ", ") },
		"buttons":    func(b []Button) markup { return w.buttons(b) },
		"attachment": func(a Attachment) string { return w.attachment(a) },
		"_literal":   func(v any) markup { return literal(v) },
	}
}

// Greeting follows LETTERS.md 1.1: a title only when the person signed with one, never a guessed gender.
func (p *page) Greeting() string {
	switch {
	case p.To.Name == "" || p.Anonymous && !p.Staff:
		return p.w.label("greeting.unknown")
	case p.To.Title == "mevrouw" || p.To.Title == "heer":
		return p.w.label("greeting."+p.To.Title, first(p.To.Surname, p.To.Name))
	default:
		return p.w.label("greeting.name", p.To.Name)
	}
}

// Closing is the farewell with name, function, organisation and telephone.
func (p *page) Closing() markup {
	name, function, _ := strings.Cut(p.Signature, ",")
	lines := []string{strings.TrimSpace(name)}
	if f := strings.TrimSpace(function); f != "" {
		lines = append(lines, f)
	}
	if o := p.Organization.Name; o != "" && !strings.EqualFold(o, p.Signature) {
		lines = append(lines, o)
	}
	if p.Organization.Phone != "" {
		lines = append(lines, p.Organization.Phone)
	}
	return "\n\n" + literal(p.w.label("closing")) + "\n\n" + hardLines(lines) + "\n\n"
}

// Thanks is what we thank for, with its possessive: "uw bericht".
func (p *page) Thanks() string { return p.w.label("thanks." + p.thanksFor()) }

// About is the same after the preposition of the subject "Over uw bericht".
func (p *page) About() string { return p.w.label("about." + p.thanksFor()) }

// Cause ends the regret: "Het spijt me dat u reden had om te schrijven."
func (p *page) Cause() string { return p.w.label("cause." + p.thanksFor()) }

func (p *page) thanksFor() string {
	if _, ok := p.w.labels["thanks."+p.ThanksFor]; ok {
		return p.ThanksFor
	}
	return "bericht"
}

// HasDate tells whether a day for the answer is promised.
func (p *page) HasDate() bool { return !p.AnswerDue.IsZero() }

// SameDay: what came in came today.
func (p *page) SameDay() bool { return sameDay(p.Received, p.Today) }

func sameDay(a, b time.Time) bool {
	y, m, d := a.Date()
	by, bm, bd := b.Date()
	return y == by && m == bm && d == bd
}

// HandlerSigns: who examines the complaint is the one who says "ik".
func (p *page) HandlerSigns() bool {
	name, _, _ := strings.Cut(p.Signature, ",")
	return p.Handler != "" && strings.EqualFold(strings.TrimSpace(name), p.Handler)
}

// IsHandler: the reader is who examines the complaint.
func (p *page) IsHandler() bool { return p.Handler != "" && strings.EqualFold(p.Handler, p.To.Name) }

// StatusLine is the second line of a staff mail: number, department, day, date of the answer (LETTERS.md 1.4).
func (p *page) StatusLine() markup {
	parts := []markup{"**" + literal(p.Number) + "**"}
	if p.Department != "" {
		parts = append(parts, literal(p.Department))
	}
	switch {
	case p.NotHandled:
		parts = append(parts, literal(p.w.label("status.noted")))
	case !p.Answered.IsZero():
		parts = append(parts, literal(p.w.label("status.answered", p.w.date("day_plain", p.Answered))))
	case p.Term > 0 && p.HasDate():
		parts = append(parts, literal(p.w.label("status.day", p.Day, p.Term, p.w.date("day_plain", p.AnswerDue))))
	case p.HasDate():
		parts = append(parts, literal(p.w.label("status.due", p.w.date("day_plain", p.AnswerDue))))
	case p.Term > 0:
		parts = append(parts, literal(p.w.label("status.no_date", p.Day, p.Term)))
	}
	if p.InPlaceOf != "" {
		parts = append(parts, literal(p.w.label("status.in_place_of", p.InPlaceOf)))
	}
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteString(" · ")
		}
		b.WriteString(string(part))
	}
	return markup(b.String())
}

// AlsoArrived tells in one sentence that what Held names came in: how many mails, of which days, and where they lie when that is not
// with the letter's own complaint.
func (p *page) AlsoArrived() string {
	var days, numbers []string
	elsewhere := ""
	for _, h := range p.Held {
		days = appendNew(days, p.w.heldOn(h.Received, p.Today))
		numbers = appendNew(numbers, h.Number)
		if h.Number != p.Number {
			elsewhere = "_at"
		}
	}
	and, key := p.w.labels["and"], "held.many"
	switch len(p.Held) {
	case 0:
		return ""
	case 1:
		key = "held.one"
	}
	return p.w.label(key+elsewhere, series(days, and), len(p.Held), series(numbers, and))
}

// heldOn is the day of a mail with its preposition where the language needs one: "vandaag", "maandag 23 november".
func (w *words) heldOn(t, today time.Time) string {
	if sameDay(t, today) {
		return w.labels["held.today"]
	}
	return w.label("held.day", w.date("day", t))
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// Waiting is how many parked mails wait.
func (p *page) Waiting() int { return len(p.Parked) + p.ParkedLeft }

// Example is the number of a parked mail to show an answer with.
func (p *page) Example() int {
	switch {
	case len(p.Parked) > 0:
		return p.Parked[0].No
	case len(p.Decisions) > 0:
		return p.Decisions[0].No
	}
	return 17
}

// Reachable tells whether there is any way to answer the complainant.
func (p *page) Reachable() bool {
	return p.Complainant.Email+p.Complainant.Phone+p.Complainant.Address != ""
}

// hardLines puts each value on a line of its own.
func hardLines(lines []string) markup {
	var b strings.Builder
	for i, line := range lines {
		if i > 0 {
			b.WriteString("\\\n")
		}
		b.WriteString(string(literal(line)))
	}
	return markup(b.String())
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// Questions counts the questions in the words of a staff member.
func (p *page) Questions() int { return strings.Count(p.Body, "?") }

// Why is the reason of a side end, to follow "want"; "" not known.
func (p *page) Why() string { return p.w.labels["reason."+p.EndReason] }

// maxFindings of the attitude check are shown, the others counted (LETTERS.md 2.1).
const maxFindings = 3

// ShownFindings are the first findings, blocks first.
func (p *page) ShownFindings() []Finding { return p.Findings[:min(maxFindings, len(p.Findings))] }

// MoreFindings is how many are not shown.
func (p *page) MoreFindings() int { return len(p.Findings) - len(p.ShownFindings()) }

// Blocked: a finding holds the letter back.
func (p *page) Blocked() bool {
	return slices.ContainsFunc(p.Findings, func(f Finding) bool { return f.Block })
}

// DraftBox is the letter of a preview between its two lines (CONTRACT section 6), where its words may be changed.
func (p *page) DraftBox() (markup, error) {
	return p.Verbatim(p.w.labels["letter.begin"] + "\n\n" + strings.TrimSpace(p.Draft) + "\n\n" + p.w.labels["letter.end"])
}
