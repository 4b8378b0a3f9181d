package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"dankuwel/models"
)

// Figure names what is counted. Those that are counted by a value (Key.Value) say so. What a figure of the past says is said by the rows as
// they are now: a complaint that was reopened counts as open and unanswered since it came; an end of term that was moved later, and a clock
// that stood still, are taken as they were.
const (
	Received      = "received"        // came in the period; the figures below it are about these
	NotAComplaint = "not_a_complaint" // of them: not qualified as a complaint, by reason
	Withdrawn     = "withdrawn"
	Duplicate     = "duplicate"
	Inadmissible  = "inadmissible" // by reason
	Admissible    = "admissible"   // all the others, judged or not yet
	ByCarrier     = "received_by_carrier"
	ByChannel     = "received_by_channel"
	ByDepartment  = "received_by_department"
	ByKind        = "received_by_kind"     // as the newest analysis says it
	BySeverity    = "received_by_severity" //
	ByVerdict     = "received_by_verdict"  // of the admissible
	BySolution    = "received_by_solution" // of the founded and partly founded
	ByNorm        = "received_by_ombuds_norm"

	Answered         = "answered" // answered in the period, whenever they came
	InTime           = "answered_in_time"
	Late             = "answered_late"
	Within45         = "answered_within_45_days" // calendar days, day of receipt is day 0
	Over45           = "answered_over_45_days"
	AnsweredVerdict  = "answered_by_verdict"
	AnsweredSolution = "answered_by_solution"
	AnsweredNorm     = "answered_by_ombuds_norm"

	Open    = "open"    // at the end
	Overdue = "overdue" // of them: the term of the answer is over

	Score = "satisfaction" // the last score that was given in the period, by score; unknown: asked in the period, no score given yet

	Promised    = "promise_made" // corrective measures
	KeptInTime  = "promise_kept_in_time"
	KeptLate    = "promise_kept_late"
	OpenPromise = "promise_open" // at the end
	LatePromise = "promise_overdue"

	Planned        = "prevention_planned"
	Prevented      = "prevention_done"
	Effective      = "prevention_effective"
	NotEffective   = "prevention_not_effective"
	OpenPlan       = "prevention_open" // at the end, not done
	LatePlan       = "prevention_overdue"
	LateEvaluation = "evaluation_overdue"

	Parked = "parked" // mails that wait for a decision at the end
	Mails  = "mails"  // seen in the period, by outcome: together they are all
)

// Order is the order in which figures are shown.
var Order = []string{Received, NotAComplaint, Withdrawn, Duplicate, Admissible, Inadmissible, ByCarrier, ByChannel, ByDepartment, ByKind, BySeverity, ByVerdict, BySolution, ByNorm,
	Answered, InTime, Late, Within45, Over45, AnsweredVerdict, AnsweredSolution, AnsweredNorm, Open, Overdue, Score, Promised, KeptInTime, KeptLate, OpenPromise, LatePromise,
	Planned, Prevented, Effective, NotEffective, OpenPlan, LatePlan, LateEvaluation, Parked, Mails}

// Unknown is the value of what the register does not know.
const Unknown = "unknown"

// byDepartment are the figures that are counted for each department, too.
var byDepartment = map[string]bool{Received: true, Answered: true, InTime: true, AnsweredVerdict: true, Open: true, Overdue: true, Score: true}

// Key is one number: a figure, for all values and departments when those are "".
type Key struct{ Figure, Value, Department string }

// Tally are the numbers of one period.
type Tally struct {
	Period
	counts map[Key]int
	behind map[Key][]string // nil: not asked for
	days   map[int]int      // from receipt to answer: how often so many
	scores map[int]int
	span   models.Span
	end    time.Time   // as of which its end is counted
	today  models.Date // of end
}

// Count is a number, of all departments.
func (t *Tally) Count(figure string, value ...string) int {
	return t.counts[Key{Figure: figure, Value: strings.Join(value, "")}]
}

// In is the number of a department.
func (t *Tally) In(department, figure string, value ...string) int {
	return t.counts[Key{figure, strings.Join(value, ""), department}]
}

// Numbers are those of the complaints behind a number, in order; of parked mails, P-n. A complaint with two measures stands there twice.
func (t *Tally) Numbers(k Key) []string { return t.behind[k] }

// Days says how long the answers took, in calendar days: the average, the median, of how many.
func (t *Tally) Days() (average, median float64, n int) { return statistics(t.days) }

// Scores says how satisfied complainants were, from 1 to 5: the average, the median, of how many.
func (t *Tally) Scores() (average, median float64, n int) { return statistics(t.scores) }

// statistics are those of values that occur so many times each. The median of an even number is the middle of the two in the middle.
func statistics(values map[int]int) (average, median float64, n int) {
	sum := 0
	for v, times := range values {
		n, sum = n+times, sum+v*times
	}
	if n == 0 {
		return 0, 0, 0
	}
	sorted := slices.Sorted(maps.Keys(values))
	nth := func(i int) (v int) {
		for _, v = range sorted {
			if i -= values[v]; i < 0 {
				break
			}
		}
		return v
	}
	return float64(sum) / float64(n), float64(nth((n-1)/2)+nth(n/2)) / 2, n
}

// add counts once: overall, for a value, and in its department. numbers are what stands behind it.
func (t *Tally) add(figure, value, department string, numbers ...string) {
	t.addTo(Key{Figure: figure}, numbers)
	if value != "" {
		t.addTo(Key{Figure: figure, Value: value}, numbers)
	}
	if !byDepartment[figure] {
		return
	}
	t.addTo(Key{Figure: figure, Department: department}, numbers)
	if value != "" {
		t.addTo(Key{figure, value, department}, numbers)
	}
}

func (t *Tally) addTo(k Key, numbers []string) {
	t.counts[k]++
	if t.behind != nil {
		t.behind[k] = append(t.behind[k], numbers...)
	}
}

// LateAnswer is a complaint whose term was over at the end of the period, without an answer.
type LateAnswer struct {
	Number, Department string
	Day, Term          int // "dag 52 van 45"
	DueOn              models.Date
}

// Figures are all numbers of a period, beside those of the period before and of the same a year earlier (of a year, one is the other).
type Figures struct {
	*Tally
	Before, LastYear *Tally
	Overdue          []LateAnswer          // the longest first
	Learnt           []models.PreventionOf // planned, done or evaluated in the period
	Outcomes         map[models.Outcome]int
}

// AsOf is when the figures of the end are counted: the end of the period, or now while it runs.
func (f *Figures) AsOf() time.Time { return f.end }

// tallies are the periods, each once.
func (f *Figures) tallies() []*Tally {
	if f.Before == f.LastYear {
		return []*Tally{f.Tally, f.Before}
	}
	return []*Tally{f.Tally, f.Before, f.LastYear}
}

// Number is what a key counts.
func (t *Tally) Number(k Key) int { return t.counts[k] }

// Keys are all that is counted in any of the periods, in order; a figure that is 0 everywhere stands there, too.
func (f *Figures) Keys() (list []Key) {
	for _, figure := range Order {
		values := append([]string{""}, f.Values(figure)...)
		for _, v := range values {
			list = append(list, Key{Figure: figure, Value: v})
		}
		if !byDepartment[figure] {
			continue
		}
		for _, department := range f.everyDepartment() {
			for _, v := range values {
				if k := (Key{figure, v, department}); slices.ContainsFunc(f.tallies(), func(t *Tally) bool { return t.counts[k] > 0 }) {
					list = append(list, k)
				}
			}
		}
	}
	return list
}

// everyDepartment are all that anything was counted in, by name.
func (f *Figures) everyDepartment() []string {
	seen := map[string]bool{}
	for _, t := range f.tallies() {
		for k := range t.counts {
			if k.Department != "" {
				seen[k.Department] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// Values are those that a figure has in any of the periods: what counts most now stands first, what is not known last.
func (f *Figures) Values(figure string) (list []string) {
	seen := map[string]bool{}
	for _, t := range f.tallies() {
		for k := range t.counts {
			if k.Figure == figure && k.Value != "" && k.Department == "" && !seen[k.Value] {
				seen[k.Value] = true
				list = append(list, k.Value)
			}
		}
	}
	last := func(v string) int {
		if v == Unknown {
			return 1
		}
		return 0
	}
	slices.SortFunc(list, func(a, b string) int {
		return cmp.Or(cmp.Compare(last(a), last(b)), cmp.Compare(f.Count(figure, b), f.Count(figure, a)), strings.Compare(a, b))
	})
	return list
}

// Count counts the figures of a period, as the register stands at now. behind: keep the numbers behind each of them.
func Count(tx *models.Tx, p Period, zone *time.Location, now time.Time, behind bool) (*Figures, error) {
	tally := func(p Period) *Tally {
		t := &Tally{Period: p, counts: map[Key]int{}, days: map[int]int{}, scores: map[int]int{}, span: p.span(zone)}
		if t.end = t.span.To; now.Before(t.end) {
			t.end = now
		}
		t.today = models.DateOf(t.end, zone)
		if behind {
			t.behind = map[Key][]string{}
		}
		return t
	}
	f := &Figures{Tally: tally(p), Before: tally(p.Before())}
	if f.LastYear = f.Before; p.LastYear() != p.Before() {
		f.LastYear = tally(p.LastYear())
	}
	g := &gathering{Figures: f, tx: tx, zone: zone}
	for _, gather := range []func() error{g.complaints, g.satisfaction, g.promises, g.preventions, g.mails} {
		if err := gather(); err != nil {
			return nil, fmt.Errorf("figures of %s: %w", p.Name, err)
		}
	}
	for _, t := range f.tallies() {
		for _, numbers := range t.behind {
			slices.SortFunc(numbers, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) }) // K-2026-10000 after K-2026-2000
		}
	}
	slices.SortFunc(f.Overdue, func(a, b LateAnswer) int {
		return cmp.Or(strings.Compare(string(a.DueOn), string(b.DueOn)), cmp.Compare(len(a.Number), len(b.Number)), strings.Compare(a.Number, b.Number))
	})
	return f, nil
}
