package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"dankuwel/models"
	"dankuwel/templates"
)

// annual is an annual report while it is written: the fields of a Flemish report in their order (DOMAIN.md 4), as a text that a person can
// change (templates.Blocks).
type annual struct {
	*Figures
	set   *templates.Set
	lang  string
	zone  *time.Location
	kinds []models.MeasureKind
	again int                   // groups of complaints that were alike
	plans []models.PreventionOf // preventive measures that were not evaluated before the year
	small map[*Tally]*protection
	out   strings.Builder
}

// Annual writes the annual report of a year from its figures and from what the register says of measures.
func Annual(tx *models.Tx, set *templates.Set, lang, organization string, f *Figures, zone *time.Location) (string, error) {
	a := &annual{Figures: f, set: set, lang: lang, zone: zone, small: map[*Tally]*protection{}}
	var err error
	if a.kinds, err = tx.MeasureKinds(f.span); err != nil {
		return "", err
	}
	if a.again, err = tx.Recurrences(f.span); err != nil {
		return "", err
	}
	if a.plans, err = tx.PreventionsIn(f.span); err != nil {
		return "", err
	}
	for _, t := range f.tallies() {
		a.small[t] = protect(t, a.cellsOf)
	}
	a.line("# " + a.say("title", f.Year))
	a.line(a.say("of", organization, a.date(f.First), a.date(f.Last)))
	a.opening()
	a.numbers()
	a.breakdowns()
	a.learning()
	a.head("h12")
	a.line(a.say("note_year"))
	a.line(a.say("note_few", few, few-1))
	a.line(a.say("note_share"))
	a.line(a.say("note_person"))
	return strings.TrimSpace(a.out.String()) + "\n", nil
}

// AnnualTitle is the title of the annual report of a year.
func AnnualTitle(set *templates.Set, lang string, year int) string {
	return set.Label(lang, "annual.title", year)
}

func (a *annual) say(key string, args ...any) string {
	return a.set.Label(a.lang, "annual."+key, args...)
}

func (a *annual) date(d models.Date) string {
	return a.set.DateOnly(a.lang, d.Time(a.zone))
}

// line writes a paragraph. What staff wrote in it stays one line.
func (a *annual) line(text string) {
	a.out.WriteString(strings.Join(strings.Fields(text), " ") + "\n\n")
}

func (a *annual) head(key string) { a.line("## " + a.say(key)) }

func (a *annual) sub(key string, args ...any) { a.line("### " + a.say(key, args...)) }

// items writes a list.
func (a *annual) items(list []string) {
	const most = 12 // the report has six pages
	for _, item := range list[:min(most, len(list))] {
		a.out.WriteString("- " + strings.ReplaceAll(strings.Join(strings.Fields(item), " "), " | ", " / ") + "\n")
	}
	if len(list) > most {
		a.out.WriteString("- " + a.say("more", len(list)-most) + "\n")
	}
	a.out.WriteString("\n")
}

// hasBefore tells whether the register knows the year before.
func (a *annual) hasBefore() bool { return a.Before.Count(Received)+a.Before.Count(Answered) > 0 }

// percent is a part of a whole as people read it.
func percent(n, of int) string { return strconv.Itoa((200*n+of)/(2*of)) + "\u00a0%" }

// opening is what a reader with half a minute reads.
func (a *annual) opening() {
	var first string
	switch n := a.Count(Received); {
	case n < 2:
		first = a.say([]string{"came_none", "came_one"}[n], a.Year)
	case a.hasBefore():
		first = a.say("came", a.Year, n, a.Year-1, a.Before.Count(Received))
	default:
		first = a.say("came_only", a.Year, n)
	}
	if n := a.Count(Answered); n > 0 {
		first += " " + a.say("in_time", a.Count(InTime), n, percent(a.Count(InTime), n))
		if _, median, _ := a.Days(); n > 1 && median > 1 {
			first += " " + a.say("median", a.set.Decimal(a.lang, median))
		}
	}
	asOf := models.DateOf(a.AsOf().Add(-time.Second), a.zone)
	if n := a.Count(Open); n > 0 {
		first += " " + a.say("still_open", n, a.date(asOf))
	}
	a.line(first)
	if asOf < a.Last {
		a.line(a.say("so_far", a.date(models.DateOf(a.AsOf(), a.zone))))
	}
	a.line(a.say("thanks"))
}

// row is one line of a table: what is counted, now and a year before.
type row struct{ label, now, share, before string }

// write writes a table whose columns are years.
func (a *annual) write(first string, rows []row) {
	shares := slices.ContainsFunc(rows, func(r row) bool { return r.share != "" })
	cells := func(label, now, share, before string) {
		list := []string{label, now}
		if shares {
			list = append(list, share)
		}
		if a.hasBefore() {
			list = append(list, before)
		}
		for i := range list {
			list[i] = strings.ReplaceAll(strings.Join(strings.Fields(list[i]), " "), "|", "/")
		}
		a.out.WriteString("- " + strings.ReplaceAll(strings.Join(list, " | "), "  ", " ") + "\n")
	}
	cells(first, strconv.Itoa(a.Year), a.say("share"), strconv.Itoa(a.Year-1))
	for _, r := range rows {
		cells(r.label, r.now, r.share, r.before)
	}
	a.out.WriteString("\n")
}

// numbers are fields 1 and 2. How fast we were says nothing of a person, so its small numbers are shown.
func (a *annual) numbers() {
	a.head("h1")
	whole := cellKey(Received, "")
	rows := []row{a.rowOf(a.say("received"), whole, "")}
	for _, figure := range []string{NotAComplaint, Withdrawn, Duplicate} {
		if key := cellKey(figure, ""); !a.empty(key) {
			rows = append(rows, a.rowOf(a.say(figure), key, whole))
		}
	}
	rows = append(rows, a.rowOf(a.say("handled"), handled, whole))
	a.write(a.say("part"), rows)

	a.head("h2")
	if a.Count(Answered)+a.Before.Count(Answered) == 0 {
		a.line(a.say("none"))
		return
	}
	var times []row
	for _, r := range []struct{ label, figure string }{{"answered", Answered}, {"within", Within45}, {"over", Over45}, {"on_time", InTime}} {
		x := row{label: a.say(r.label), now: strconv.Itoa(a.Count(r.figure)), before: strconv.Itoa(a.Before.Count(r.figure))}
		if n := a.Count(Answered); n > 0 && r.figure != Answered {
			x.share = percent(a.Count(r.figure), n)
		}
		times = append(times, x)
	}
	average, median := func(t *Tally) string { v, _, n := t.Days(); return a.decimal(v, n) }, func(t *Tally) string { _, v, n := t.Days(); return a.decimal(v, n) }
	times = append(times, row{label: a.say("average"), now: average(a.Tally), before: average(a.Before)}, row{label: a.say("middle"), now: median(a.Tally), before: median(a.Before)})
	a.write(a.say("part"), times)
}

func (a *annual) decimal(v float64, n int) string {
	if n == 0 {
		return ""
	}
	return a.set.Decimal(a.lang, v)
}

// breakdown is a field that splits a number up.
type breakdown struct {
	head, figure, of string // of: the cell whose parts they are; "" one complaint may stand in several
	first            string // head of the first column
	note             string
	unknown          string
}

var breakdowns = []breakdown{
	{head: "h4", figure: Inadmissible, of: cellKey(Inadmissible, ""), unknown: "unknown"},
	{head: "h5", figure: ByVerdict, of: cellKey(Admissible, ""), note: "of_admissible", unknown: "no_verdict"},
	{head: "h6", figure: BySolution, of: founded, note: "of_founded", unknown: "unknown"},
	{head: "h7", figure: ByNorm, note: "several", unknown: "unknown"},
	{head: "h8", figure: ByCarrier, of: cellKey(Received, ""), unknown: "unknown"},
	{head: "h9", figure: ByChannel, of: cellKey(Received, ""), unknown: "unknown"},
	{head: "h10", figure: ByDepartment, of: cellKey(Received, ""), first: "department", unknown: "unknown"},
	{figure: ByKind, of: cellKey(Received, ""), first: "theme", unknown: "unknown"},
}

// inOrder are the values of figures that have an order of their own.
var inOrder = map[string][]string{ByVerdict: {"founded", "partly_founded", "unfounded", Unknown}, BySolution: {"solved", "partly_solved", "unsolved", Unknown}}

func (a *annual) breakdowns() {
	a.head("h3")
	if a.small[a.Tally].n[handled]+a.small[a.Before].n[handled] == 0 {
		a.line(a.say("none"))
	} else {
		a.write(a.say("part"), []row{a.rowOf(a.say("admissible"), cellKey(Admissible, ""), handled), a.rowOf(a.say("inadmissible"), cellKey(Inadmissible, ""), handled)})
	}
	for _, b := range breakdowns {
		if b.head != "" {
			a.head(b.head)
		}
		a.breakdown(b)
	}
}

// breakdown writes one field: a table, or a sentence when there is nothing or too little to split up.
func (a *annual) breakdown(b breakdown) {
	now, before := a.small[a.Tally], a.small[a.Before]
	whole := func(p *protection) int {
		if b.of != "" {
			return p.n[b.of]
		}
		return p.n[founded]
	}
	switch n := whole(now); {
	case b.figure == ByKind && n < few:
		return // said of the departments
	case n == 0 && now.hidden[b.of] == "":
		a.line(a.say("none"))
		return
	case n < few:
		a.line(a.say("few", few))
		return
	}
	if b.note != "" {
		a.line(a.say(b.note))
	}
	if b.first != "" {
		a.sub(b.first)
	}
	var rows []row
	for _, v := range a.valuesOf(b.figure) {
		key := cellKey(b.figure, v)
		if a.empty(key) {
			continue
		}
		r := a.rowOf(a.valueLabel(b, v), key, b.of)
		if whole(before) < few && whole(before) > 0 {
			r.before = "–"
		}
		rows = append(rows, r)
	}
	a.write(a.say(cmp.Or(b.first, "part")), rows)
}

func (a *annual) valueLabel(b breakdown, v string) string {
	switch {
	case v == Unknown:
		return a.say(b.unknown)
	case v == otherThemes:
		return a.say("other_themes")
	}
	return capital(words{a.Figures, a.set, a.lang}.value(b.figure, v))
}

// capital begins a text with a capital.
func capital(text string) string {
	if text == "" {
		return ""
	}
	letters := []rune(text)
	return string(unicode.ToUpper(letters[0])) + string(letters[1:])
}

// rowOf is a line of a table, small numbers protected. of is the cell whose part it is; "" no share is shown.
func (a *annual) rowOf(label, key, of string) row {
	now := a.small[a.Tally]
	r := row{label: label, now: now.show(key), before: a.small[a.Before].show(key)}
	if of != "" && now.hidden[key] == "" && now.shareOf(of) {
		r.share = percent(now.n[key], now.n[of])
	}
	return r
}

// empty: there is none in either year, and that is no secret.
func (a *annual) empty(key string) bool {
	now, before := a.small[a.Tally], a.small[a.Before]
	return now.n[key]+before.n[key] == 0 && now.hidden[key]+before.hidden[key] == ""
}

// learning is field 11: what we did, changed and learnt, as the register has it.
func (a *annual) learning() {
	a.head("h11")
	a.sub("corrective")
	if n := a.Count(Promised); n == 0 {
		a.line(a.say("none"))
	} else {
		a.line(a.say("promised", n) + " " + a.say("kept", a.Count(KeptInTime), a.Count(KeptLate), a.Count(OpenPromise)))
		a.correctives()
	}
	a.sub("preventive")
	a.listed(a.changes(), "none")
	a.sub("recurrence")
	switch a.again {
	case 0:
		a.line(a.say("again_none"))
	case 1:
		a.line(a.say("again_one"))
	default:
		a.line(a.say("again", a.again))
	}
	a.sub("satisfaction")
	a.satisfaction()
	a.sub("lessons")
	a.listed(a.lessons(), "lesson_none")
	a.sub("next", a.Year+1)
	a.listed(a.promises(), "next_none")
}

func (a *annual) listed(list []string, otherwise string) {
	if len(list) == 0 {
		a.line(a.say(otherwise))
		return
	}
	a.items(list)
}

// correctives counts the corrective measures by kind, small numbers protected.
func (a *annual) correctives() {
	total := a.Count(Promised)
	if total < few {
		return
	}
	p := &protection{n: map[string]int{"": total}, hidden: map[string]string{}, sums: []sum{{left: []string{Received}}}}
	for _, k := range a.kinds {
		p.n[k.Kind] = k.N
		p.sums[0].right = append(p.sums[0].right, k.Kind)
		if k.N < few {
			p.hidden[k.Kind] = "<" + strconv.Itoa(few)
		}
	}
	for p.hideMore(p.sums[0]) {
	}
	a.out.WriteString("- " + a.say("part") + " | " + strconv.Itoa(a.Year) + "\n")
	for _, k := range a.kinds {
		a.out.WriteString("- " + capital(a.set.ValueLabel(a.lang, "measure_kind", k.Kind)) + " | " + p.show(k.Kind) + "\n")
	}
	a.out.WriteString("\n")
}

// ofYear tells whether an instant lies in the year.
func (a *annual) ofYear(t *time.Time) bool { return a.span.Holds(t) }

// measure is what a preventive measure is about, as a sentence.
func measure(p *models.PreventionOf) string {
	text := strings.Join(strings.Fields(p.Description), " ")
	if process := strings.Join(strings.Fields(p.Process), " "); process != "" {
		text = capital(process) + ": " + text
	}
	return sentence(text)
}

func sentence(text string) string {
	if text = strings.TrimSpace(text); text != "" && !strings.ContainsAny(text[len(text)-1:], ".?!") {
		text += "."
	}
	return text
}

// late is the ending of the sentence about a day that was over when the year ended.
func (a *annual) late(d models.Date) string {
	if d.Time(a.zone).Before(a.AsOf()) {
		return "_late"
	}
	return ""
}

// changes are the preventive measures that were done or evaluated in the year, with what the evaluation said.
func (a *annual) changes() (list []string) {
	for i := range a.Learnt {
		p := &a.Learnt[i]
		if !a.ofYear(p.DoneAt) && !a.ofYear(p.EvaluatedAt) {
			continue
		}
		text := measure(p)
		if p.DoneAt != nil {
			text += " " + a.say("done_on", a.date(models.DateOf(*p.DoneAt, a.zone)))
		}
		switch {
		case p.EvaluatedAt != nil && p.Result == "effective":
			text += " " + a.say("effective")
		case p.EvaluatedAt != nil && p.Result == "not_effective":
			text += " " + a.say("not_effective", sentence(p.Adjustment))
		default:
			text += " " + a.say("to_evaluate"+a.late(p.EvaluationOn), a.date(p.EvaluationOn))
		}
		list = append(list, text)
	}
	return list
}

func (a *annual) satisfaction() {
	average, median, n := a.Scores()
	switch {
	case n == 0 && a.Count(Score, Unknown) == 0:
		a.line(a.say("none"))
		return
	case n < few:
		a.line(a.say("score_few", few))
		return
	}
	text := a.say("score", n, a.set.Decimal(a.lang, average), a.set.Decimal(a.lang, median))
	if silent := a.Count(Score, Unknown); silent >= few {
		text += " " + a.say("silent", silent)
	}
	a.line(text)
}

// lessons are what the numbers and the evaluations say, in sentences.
func (a *annual) lessons() (list []string) {
	now := a.small[a.Tally]
	for _, b := range breakdowns {
		if b.figure != ByKind && b.figure != ByDepartment {
			continue
		}
		for _, v := range a.valuesOf(b.figure) {
			if key := cellKey(b.figure, v); v != Unknown && v != otherThemes && now.n[key] >= few && now.hidden[key] == "" {
				list = append(list, a.say("lesson_most", a.valueLabel(b, v), now.n[key], percent(now.n[key], a.Count(Received))))
				break
			}
		}
	}
	helped, looked := a.Count(Effective), a.Count(Effective)+a.Count(NotEffective)
	switch {
	case looked == 1 && helped == 1:
		list = append(list, a.say("lesson_one_helped"))
	case looked == 1:
		list = append(list, a.say("lesson_one_not"))
	case looked > 1:
		list = append(list, a.say("lesson_helped", helped, looked))
	}
	var processes []string
	for i := range a.Learnt {
		p := strings.Join(strings.Fields(a.Learnt[i].Process), " ")
		if a.ofYear(a.Learnt[i].DoneAt) && p != "" && !slices.ContainsFunc(processes, func(q string) bool { return strings.EqualFold(p, q) }) {
			processes = append(processes, p)
		}
	}
	if len(processes) > 0 {
		list = append(list, a.say("lesson_process", strings.Join(processes, ", ")))
	}
	return list
}

// promises are the preventive measures that were still to be done or to be looked back at when the year ended.
func (a *annual) promises() (list []string) {
	for i := range a.plans {
		p := &a.plans[i]
		switch before := func(t *time.Time) bool { return t != nil && t.Before(a.AsOf()) }; {
		case !before(p.DoneAt):
			list = append(list, a.say("next_do"+a.late(p.DueOn), measure(p), a.date(p.DueOn)))
		case !before(p.EvaluatedAt):
			list = append(list, a.say("next_look"+a.late(p.EvaluationOn), measure(p), a.date(p.EvaluationOn)))
		}
	}
	return list
}
