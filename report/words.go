package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"dankuwel/models"
	"dankuwel/templates"
)

// words says figures in a language.
type words struct {
	*Figures
	set  *templates.Set
	lang string
}

func (w words) say(key string, args ...any) string {
	return w.set.Label(w.lang, "figures."+key, args...)
}

// orKey is a label, or the key itself where there is none.
func (w words) orKey(label, key string) string {
	if s := w.set.Label(w.lang, label); s != label {
		return s
	}
	return key
}

// name is how the period is called: "week 47", "november 2026", "2026".
func (w words) name() string {
	switch {
	case w.Week > 0:
		return w.say("week", w.Week)
	case w.Month > 0:
		return w.set.Month(w.lang, w.First.Time(time.UTC))
	}
	return w.Name
}

// unit is what the period is one of.
func (w words) unit() string {
	switch {
	case w.Week > 0:
		return "week"
	case w.Month > 0:
		return "month"
	}
	return "year"
}

// value names a value of a figure.
func (w words) value(figure, value string) string {
	if value == Unknown {
		if figure == ByVerdict || figure == BySolution || figure == AnsweredSolution || figure == Score {
			return w.say("none_yet")
		}
		return w.say("unknown")
	}
	switch figure {
	case ByCarrier:
		return w.set.ValueLabel(w.lang, "carrier", value)
	case ByChannel:
		return w.set.ValueLabel(w.lang, "channel", value)
	case BySeverity:
		return w.set.ValueLabel(w.lang, "severity", value)
	case ByVerdict, AnsweredVerdict:
		return w.orKey("verdict."+value, value)
	case BySolution, AnsweredSolution:
		return w.orKey("figures.solution."+value, value)
	case ByNorm, AnsweredNorm:
		return w.set.ValueLabel(w.lang, "ombuds_norm", value)
	case Inadmissible:
		return w.set.ValueLabel(w.lang, "reason", value)
	case NotAComplaint:
		return w.set.ValueLabel(w.lang, "not_a_complaint", value)
	case Mails:
		return w.orKey("figures.outcome."+value, value)
	}
	return value
}

// change says what a number was before and a year earlier, with a sign and a word.
func (w words) change(k Key) string {
	parts := []string{w.against(k, w.Before, "before_"+w.unit())}
	if w.LastYear != w.Before {
		parts = append(parts, w.against(k, w.LastYear, "last_year"))
	}
	return strings.Join(parts, ", ")
}

func (w words) against(k Key, t *Tally, when string) string {
	switch d := w.counts[k] - t.counts[k]; {
	case d > 0:
		return w.say("more", "+"+strconv.Itoa(d), w.say(when))
	case d < 0:
		return w.say("less", "−"+strconv.Itoa(-d), w.say(when))
	}
	return w.say("same", w.say(when))
}

// share is "4 van 5 (80 %)"; a percentage never stands without its counts.
func (w words) share(n, of int) string {
	if of == 0 {
		return w.say("none")
	}
	return w.say("share", n, of, (200*n+of)/(2*of))
}

// row is a figure that is counted, with what it was.
func (w words) row(label, figure string, value ...string) templates.FigureRow {
	k := Key{Figure: figure, Value: strings.Join(value, "")}
	return templates.FigureRow{Label: label, Value: strconv.Itoa(w.counts[k]), Note: w.change(k), Late: w.counts[k] > 0 && isLate[figure]}
}

// isLate are the figures of what is late at the end.
var isLate = map[string]bool{Overdue: true, LatePromise: true, LatePlan: true, LateEvaluation: true}

// statistics is a median with the average below it, or that there are none.
func (w words) statistics(label string, average, median float64, n int) templates.FigureRow {
	if n == 0 {
		return templates.FigureRow{Label: w.say(label), Value: w.say("none")}
	}
	return templates.FigureRow{Label: w.say(label), Value: w.set.Decimal(w.lang, median), Note: w.say("average", w.set.Decimal(w.lang, average))}
}

func (w words) daysRow() templates.FigureRow {
	average, median, n := w.Days()
	return w.statistics("days", average, median, n)
}

func (w words) scoresRow() templates.FigureRow {
	average, median, n := w.Scores()
	row := w.statistics("scores", average, median, n)
	row.Note = strings.TrimPrefix(row.Note+"; "+w.say("scores_note", n, w.Count(Score, Unknown)), "; ")
	return row
}

// proof is the line that shows that nothing was lost: mails in = what became of them.
func (w words) proof() string {
	all := w.Count(Mails)
	if all == 0 {
		return w.say("proof_none")
	}
	var parts []string
	for _, o := range []models.Outcome{models.AsComplaint, models.AsAddition, models.AsAction, models.AsRefused, models.AsSatisfying, models.AsBounce, models.AsAutomatic, models.AsParked, models.AsKnown, models.AsOwn, models.Practised} {
		if n := w.Outcomes[o]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", w.value(Mails, string(o)), n))
		}
	}
	return w.say("proof", all, fmt.Sprintf("%s = %d", strings.Join(parts, " + "), all))
}

// section is a part of the full report: figures one below the other, those with values value by value.
type section struct {
	title   string
	figures []string
}

// sections stand in the order of the annual report (DOMAIN.md section 4).
var sections = []section{
	{"total", []string{Received, NotAComplaint, Withdrawn, Duplicate}},
	{"days", []string{Answered, Within45, Over45, InTime, Late}},
	{"admissible", []string{Admissible, Inadmissible}},
	{"verdict", []string{ByVerdict}},
	{"solution", []string{BySolution}},
	{"norm", []string{ByNorm}},
	{"carrier", []string{ByCarrier}},
	{"channel", []string{ByChannel}},
	{"department", []string{ByDepartment}},
	{"kind", []string{ByKind}},
	{"severity", []string{BySeverity}},
	{"answered", []string{AnsweredVerdict, AnsweredSolution, AnsweredNorm}},
	{"end", []string{Open, Overdue}},
	{"satisfaction", []string{Score}},
	{"promises", []string{Promised, KeptInTime, KeptLate, OpenPromise, LatePromise}},
	{"preventions", []string{Planned, Prevented, Effective, NotEffective, OpenPlan, LatePlan, LateEvaluation}},
	{"mails", []string{Parked, Mails}},
}

// tables are all figures. At most so many late complaints are named one by one.
func (w words) tables(late int) (list []templates.FigureTable) {
	for _, s := range sections {
		t := templates.FigureTable{Title: w.say("section." + s.title)}
		for _, figure := range s.figures {
			if label := "figure." + figure; w.say(label) != "figures."+label {
				row := w.row(w.say(label), figure)
				if figure == Mails {
					row.Note = ""
				}
				t.Rows = append(t.Rows, row)
			}
			for _, v := range w.Values(figure) {
				row := w.row(w.value(figure, v), figure, v)
				if figure == Mails {
					row.Note = ""
				}
				t.Rows = append(t.Rows, row)
			}
		}
		switch s.title {
		case "days":
			t.Rows = append(t.Rows, w.daysRow())
		case "satisfaction":
			t.Rows = append(t.Rows, w.scoresRow())
		case "end":
			for _, l := range w.Overdue[:min(late, len(w.Overdue))] {
				t.Rows = append(t.Rows, templates.FigureRow{Label: w.department(l.Department), Value: w.say("late_line", l.Number, l.Day, l.Term), Late: true})
			}
		}
		if len(t.Rows) > 0 {
			list = append(list, t)
		}
	}
	return list
}

func (w words) department(name string) string {
	if name == Unknown {
		return w.say("unknown")
	}
	return name
}
