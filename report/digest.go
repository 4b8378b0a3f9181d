package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"dankuwel/models"
	"dankuwel/templates"
)

// Picture is a chart that goes with a digest or a page: its name, and the PNG.
type Picture struct {
	Name string
	PNG  []byte
}

// few is the smallest number that tells nothing about one person where a department is small (LETTERS.md 1.4).
const few = 5

// Weekly makes the digest of a week: 30 lines, and one thing that asks a decision. source names a chart's bytes, such as "cid:…".
func Weekly(set *templates.Set, lang string, f *Figures, flow []Flow, source func(name string) string) (templates.Digest, []Picture, error) {
	w := words{f, set, lang}
	d := w.digest()
	d.Decide = w.decide()
	if d.Quiet {
		return d, nil, nil
	}
	table := templates.FigureTable{Title: w.say("flow"), Rows: []templates.FigureRow{
		w.row(w.say("figure."+Received), Received),
		w.row(w.say("figure."+Answered), Answered),
		{Label: w.say("figure." + InTime), Value: w.share(w.Count(InTime), w.Count(Answered))},
		w.daysRow(),
		w.row(w.say("figure."+Open), Open),
		w.row(w.say("figure."+Overdue), Overdue),
		w.scoresRow(),
	}}
	for _, figure := range []string{LatePromise, LatePlan, LateEvaluation, Parked} {
		if n := w.Count(figure); n > 0 {
			table.Rows = append(table.Rows, templates.FigureRow{Label: w.say("weekly." + figure), Value: strconv.Itoa(n), Late: isLate[figure]})
		}
	}
	chart, picture, err := w.flowChart(flow, source)
	if err != nil {
		return d, nil, err
	}
	table.Chart = chart
	d.Tables = []templates.FigureTable{table}
	return d, present(picture), nil
}

func present(pictures ...*Picture) (list []Picture) {
	for _, p := range pictures {
		if p != nil {
			list = append(list, *p)
		}
	}
	return list
}

// digest is what every digest says.
func (w words) digest() templates.Digest {
	d := templates.Digest{Name: w.name(), From: w.First.Time(time.UTC), Until: w.Last.Time(time.UTC), Proof: w.proof()}
	var head []string
	for _, part := range []struct{ label, figure string }{{"new", Received}, {"answered_now", Answered}, {"late", Overdue}} {
		if n := w.Count(part.figure); n > 0 && (part.figure != Answered || w.Count(Received)+w.Count(Overdue) == 0) {
			head = append(head, w.say(part.label, n))
		}
	}
	d.Quiet = true
	for _, figure := range []string{Received, Answered, Overdue, NotAComplaint, Score, Promised, KeptInTime, KeptLate, LatePromise, Planned, Prevented, Effective, NotEffective, LatePlan, LateEvaluation, Parked} {
		d.Quiet = d.Quiet && w.Count(figure) == 0
	}
	d.Headline = strings.Join(head, ", ")
	if d.Headline == "" && d.Quiet {
		d.Headline = w.say("quiet")
	} else if d.Headline == "" {
		d.Headline = w.say("new", 0)
	}
	return d
}

// decide is the one thing that asks a decision: what waits longest for somebody outside first.
func (w words) decide() string {
	if len(w.Overdue) > 0 {
		l := w.Overdue[0]
		return w.say("decide_answer", l.Number, l.Day, l.Term)
	}
	for _, late := range []struct{ figure, label string }{{LatePromise, "decide_promise"}, {LatePlan, "decide_prevention"}, {LateEvaluation, "decide_evaluation"}, {Parked, "decide_parked"}} {
		if n := w.Count(late.figure); n > 0 {
			return w.say(late.label, n)
		}
	}
	return ""
}

// Monthly makes the digest of a month: trends per department, what complaints are about, measures and whether they helped. tell is a text that
// staff wrote about some complaints as it may go around, without a name in it; "" when it may not.
func Monthly(set *templates.Set, lang string, f *Figures, flow []Flow, source func(name string) string, tell func(text string, numbers []string) string) (templates.Digest, []Picture, error) {
	w := words{f, set, lang}
	d := w.digest()
	if d.Quiet {
		return d, nil, nil
	}
	stream, first, err := w.flowChart(flow, source)
	if err != nil {
		return d, nil, err
	}
	departments, second, err := w.departmentChart(source)
	if err != nil {
		return d, nil, err
	}
	d.Tables = []templates.FigureTable{{Title: w.say("flow"), Chart: stream, Rows: []templates.FigureRow{
		w.row(w.say("figure."+Received), Received),
		w.row(w.say("figure."+Answered), Answered),
		{Label: w.say("figure." + InTime), Value: w.share(w.Count(InTime), w.Count(Answered))},
		w.daysRow(),
		w.row(w.say("figure."+Open), Open),
		w.row(w.say("figure."+Overdue), Overdue),
		w.scoresRow(),
	}}, {Title: w.say("of_departments"), Chart: departments, Rows: w.departmentRows()}, {Title: w.say("causes"), Rows: w.causes(tell)},
		{Title: w.say("section.promises"), Rows: w.counted(Promised, KeptInTime, KeptLate, OpenPromise, LatePromise)},
		{Title: w.say("preventions"), Rows: w.counted(Planned, Prevented, Effective, NotEffective, OpenPlan, LatePlan, LateEvaluation)}}
	d.Tables = slices.DeleteFunc(d.Tables, func(t templates.FigureTable) bool { return len(t.Rows) == 0 })
	for i := range f.Learnt {
		d.Learnt = append(d.Learnt, w.learnt(&f.Learnt[i], tell(f.Learnt[i].Description, f.Learnt[i].Numbers)))
	}
	return d, present(first, second), nil
}

// counted are rows of the figures that are not 0.
func (w words) counted(figures ...string) (rows []templates.FigureRow) {
	for _, figure := range figures {
		if n := w.Count(figure); n > 0 {
			rows = append(rows, templates.FigureRow{Label: w.say("figure." + figure), Value: strconv.Itoa(n), Late: isLate[figure]})
		}
	}
	return rows
}

// departments are those with anything to tell now or a year earlier, the busiest first.
func (w words) departments() []string {
	var list []string
	for _, figure := range []string{Received, Answered, Open} {
		for _, t := range []*Tally{w.Tally, w.LastYear} {
			for k := range t.counts {
				if k.Figure == figure && k.Department != "" && k.Value == "" && !slices.Contains(list, k.Department) {
					list = append(list, k.Department)
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b string) int {
		return cmp.Or(cmp.Compare(w.In(b, Received), w.In(a, Received)), cmp.Compare(w.In(b, Open), w.In(a, Open)), strings.Compare(a, b))
	})
	return list
}

func (w words) departmentRows() (rows []templates.FigureRow) {
	for _, name := range w.departments() {
		cells := w.protected(w.In(name, AnsweredVerdict, "founded"), w.In(name, AnsweredVerdict, "partly_founded"), w.In(name, AnsweredVerdict, "unfounded"))
		content := w.In(name, Score, "4") + w.In(name, Score, "5")
		scored := w.protected(content, w.In(name, Score)-w.In(name, Score, Unknown)-content)
		rows = append(rows, templates.FigureRow{Label: w.department(name), Value: strconv.Itoa(w.In(name, Received)),
			Note: w.say("department_line", w.In(name, Answered), w.In(name, InTime), w.In(name, Open), cells[0], cells[1], cells[2], scored[0])})
	}
	return rows
}

// protected are the parts of a small whole: who knows the others could tell from a part under 5 what somebody said or was told. Where a part is
// hidden no other is given either, since the whole would tell the hidden one.
func (w words) protected(parts ...int) []string {
	hide := slices.ContainsFunc(parts, func(n int) bool { return n > 0 && n < few })
	list := make([]string, len(parts))
	for i, n := range parts {
		switch {
		case hide && n > 0 && n < few:
			list[i] = w.say("few")
		case hide && n > 0:
			list[i] = w.say("enough")
		default:
			list[i] = strconv.Itoa(n)
		}
	}
	return list
}

// maxCauses are named, the others counted.
const maxCauses = 6

// causes are the kinds of complaint that were met more than once: a word that is written once may be about one person.
func (w words) causes(tell func(string, []string) string) (rows []templates.FigureRow) {
	other := 0
	for _, v := range w.Values(ByKind) {
		switch n := w.Count(ByKind, v); {
		case n == 0:
		case n > 1 && len(rows) < maxCauses && tell(v, nil) != "":
			rows = append(rows, w.row(w.value(ByKind, v), ByKind, v))
		default:
			other += n
		}
	}
	if other > 0 {
		rows = append(rows, templates.FigureRow{Label: w.say("other_causes"), Value: strconv.Itoa(other)})
	}
	return rows
}

// learnt says what became of a preventive measure in the period.
func (w words) learnt(p *models.PreventionOf, what string) string {
	if what == "" {
		what = w.say("a_measure", strings.Join(p.Numbers, ", "))
	}
	day := func(d models.Date) string { return w.set.Day(w.lang, d.Time(time.UTC)) }
	switch {
	case w.span.Holds(p.EvaluatedAt) && p.Result != "":
		return w.say("learnt_"+p.Result, what)
	case w.span.Holds(p.DoneAt):
		return w.say("learnt_done", what, day(p.EvaluationOn))
	}
	return w.say("learnt_planned", what, day(p.DueOn))
}
