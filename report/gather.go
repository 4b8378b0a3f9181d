package report

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"dankuwel/models"
)

// gathering fills in figures, one period after the other.
type gathering struct {
	*Figures
	tx     *models.Tx
	zone   *time.Location
	themes map[int64]models.Theme // of the period at hand
}

func (g *gathering) complaints() (err error) {
	for _, t := range g.tallies() {
		if g.themes, err = g.tx.Themes(t.span); err != nil {
			return err
		}
		err := g.tx.EachCounted(t.span, func(c *models.Counted) {
			if c.Came {
				g.received(t, c)
			}
			if t.span.Holds(c.AnsweredAt) {
				g.answered(t, c)
			}
		})
		if err == nil {
			err = g.atEnd(t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// atEnd counts what was open at the end of a period, and what of it was late.
func (g *gathering) atEnd(t *Tally) error {
	if t.behind != nil {
		err := g.tx.OpenNumbers(t.end, func(number, department string) { t.add(Open, "", known(department), number) })
		if err != nil {
			return err
		}
	} else {
		counts, err := g.tx.OpenAt(t.end)
		if err != nil {
			return err
		}
		for department, n := range counts {
			t.counts[Key{Figure: Open}] += n
			t.counts[Key{Figure: Open, Department: known(department)}] += n
		}
	}
	list, err := g.tx.Unanswered(t.end, t.today)
	if err != nil {
		return err
	}
	ids := make([]int64, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	terms, err := g.tx.TermChangesOf(ids)
	for i := range list {
		g.unanswered(t, &list[i], terms[list[i].ID])
	}
	return err
}

func known(value string) string {
	if value == "" {
		return Unknown
	}
	return value
}

func (g *gathering) received(t *Tally, c *models.Counted) {
	department, theme := known(c.Department), g.themes[c.ID]
	t.add(Received, "", department, c.Number)
	t.add(ByCarrier, known(c.Carrier), department, c.Number)
	t.add(ByChannel, known(c.Channel), department, c.Number)
	t.add(ByDepartment, department, department, c.Number)
	t.add(ByKind, known(themeOf(theme.Kind)), department, c.Number)
	t.add(BySeverity, known(c.Severity), department, c.Number)
	switch c.Stage {
	case models.NotAComplaint:
		t.add(NotAComplaint, known(c.EndReason), department, c.Number)
	case models.Inadmissible:
		t.add(Inadmissible, known(c.EndReason), department, c.Number)
	case models.Withdrawn:
		t.add(Withdrawn, "", department, c.Number)
	case models.Duplicate:
		t.add(Duplicate, "", department, c.Number)
	default:
		t.add(Admissible, "", department, c.Number)
		g.judged(t, c, ByVerdict, BySolution, ByNorm, theme)
	}
}

// judged counts the verdict, and of what was (partly) founded the solution and the norms, several of which one complaint may touch.
func (g *gathering) judged(t *Tally, c *models.Counted, verdict, solution, norm string, theme models.Theme) {
	department := known(c.Department)
	t.add(verdict, known(c.Verdict), department, c.Number)
	if c.Verdict != "founded" && c.Verdict != "partly_founded" {
		return
	}
	t.add(solution, known(c.Solution), department, c.Number)
	for _, n := range normsOf(theme.OmbudsNorms) {
		t.add(norm, n, department, c.Number)
	}
}

func (g *gathering) answered(t *Tally, c *models.Counted) {
	department := known(c.Department)
	on := models.DateOf(*c.AnsweredAt, g.zone)
	days := on.DaysSince(c.ReceivedOn)
	t.days[days]++
	t.add(Answered, "", department, c.Number)
	if on <= c.AnswerDue {
		t.add(InTime, "", department, c.Number)
	} else {
		t.add(Late, "", department, c.Number)
	}
	if days <= 45 {
		t.add(Within45, "", department, c.Number)
	} else {
		t.add(Over45, "", department, c.Number)
	}
	g.judged(t, c, AnsweredVerdict, AnsweredSolution, AnsweredNorm, g.themes[c.ID])
}

// unanswered counts an answer that was late at the end of the period: by the term as it ran at that time, and only when the clock did not stand
// still.
func (g *gathering) unanswered(t *Tally, c *models.Counted, terms []models.TermChange) {
	department := known(c.Department)
	due, stopped := c.AnswerDue, false
	for _, change := range slices.Backward(terms) {
		if !change.At.Before(t.end) {
			due = change.OldDue
		}
	}
	for _, change := range terms {
		if change.At.Before(t.end) && change.Kind != "extension" {
			stopped = change.Kind == "suspension"
		}
	}
	if stopped || t.today <= due {
		return
	}
	t.add(Overdue, "", department, c.Number)
	if t == g.Tally {
		g.Overdue = append(g.Overdue, LateAnswer{c.Number, department, t.today.DaysSince(c.ReceivedOn), due.DaysSince(c.ReceivedOn), due})
	}
}

// longTheme is how much of the kind of a complaint, which staff write freely, makes a theme.
const longTheme = 60

// themeOf is the first line of what an analysis says of the kind of a complaint, so that spellings of one theme are one.
func themeOf(kind string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(kind), "\n")
	letters := []rune(strings.ToLower(strings.Trim(strings.Join(strings.Fields(line), " "), ".;, ")))
	if string(letters) == "-" {
		return ""
	}
	return strings.TrimSpace(string(letters[:min(len(letters), longTheme)]))
}

// normsOf are the ombuds norms of an analysis, each once; Unknown when it names none.
func normsOf(value string) (list []string) {
	for _, n := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == '\n' || r == ';' }) {
		if n = strings.TrimSpace(n); n != "" && n != "-" && !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	if list == nil {
		return []string{Unknown}
	}
	return list
}

// satisfaction counts the last score of each complaint in a period, and who was asked then and never gave one.
func (g *gathering) satisfaction() error {
	for _, t := range g.tallies() {
		scores, err := g.tx.Scores(t.span)
		if err != nil {
			return err
		}
		last := map[int64]models.ScoreOf{}
		for _, s := range scores {
			last[s.ComplaintID] = s
		}
		for _, s := range last {
			t.scores[s.Score]++
			t.add(Score, strconv.Itoa(s.Score), known(s.Department), s.Number)
		}
		unscored, err := g.tx.Unscored(t.span)
		if err != nil {
			return err
		}
		for _, u := range unscored {
			t.add(Score, Unknown, known(u.Department), u.Number)
		}
	}
	return nil
}

func (g *gathering) promises() error {
	for _, t := range g.tallies() {
		err := g.tx.Promises(t.span, func(m *models.MeasureOf) {
			add := func(figure string) { t.add(figure, "", known(m.Department), m.Number) }
			if t.span.Holds(&m.CreatedAt) {
				add(Promised)
			}
			switch {
			case t.span.Holds(m.DoneAt) && models.DateOf(*m.DoneAt, g.zone) <= m.DueOn:
				add(KeptInTime)
			case t.span.Holds(m.DoneAt):
				add(KeptLate)
			}
			if m.CreatedAt.Before(t.end) && (m.DoneAt == nil || !m.DoneAt.Before(t.end)) {
				add(OpenPromise)
				if m.DueOn < t.today {
					add(LatePromise)
				}
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// results are the figures of an evaluation.
var results = map[string]string{"effective": Effective, "not_effective": NotEffective}

func (g *gathering) preventions() error {
	for _, t := range g.tallies() {
		list, err := g.tx.PreventionsIn(t.span)
		if err != nil {
			return err
		}
		for _, p := range list {
			add := func(figure string) { t.add(figure, "", "", p.Numbers...) }
			if t.span.Holds(&p.CreatedAt) {
				add(Planned)
			}
			if t.span.Holds(p.DoneAt) {
				add(Prevented)
			}
			if figure := results[p.Result]; t.span.Holds(p.EvaluatedAt) && figure != "" {
				add(figure)
			}
			if t == g.Tally && (t.span.Holds(&p.CreatedAt) || t.span.Holds(p.DoneAt) || t.span.Holds(p.EvaluatedAt)) {
				g.Learnt = append(g.Learnt, p)
			}
			if !p.CreatedAt.Before(t.end) {
				continue
			}
			if p.DoneAt == nil || !p.DoneAt.Before(t.end) {
				add(OpenPlan)
				if p.DueOn < t.today {
					add(LatePlan)
				}
			} else if (p.EvaluatedAt == nil || !p.EvaluatedAt.Before(t.end)) && p.EvaluationOn < t.today {
				add(LateEvaluation)
			}
		}
	}
	return nil
}

// mails counts what became of the mails of the period, so that nothing is lost, and in each period what waited at its end.
func (g *gathering) mails() (err error) {
	for _, t := range g.tallies() {
		waiting, err := g.tx.ParkedAt(t.end)
		if err != nil {
			return err
		}
		for _, no := range waiting {
			t.add(Parked, "", "", no)
		}
	}
	if g.Outcomes, err = g.tx.Outcomes(g.Tally.span); err != nil {
		return err
	}
	for o, n := range g.Outcomes {
		g.counts[Key{Figure: Mails}] += n
		g.counts[Key{Figure: Mails, Value: string(o)}] += n
	}
	if g.behind == nil {
		return nil
	}
	return g.tx.OutcomeNumbers(g.Tally.span, func(o models.Outcome, number string) {
		if number != "" {
			k := Key{Figure: Mails, Value: string(o)}
			g.behind[k] = append(g.behind[k], number)
		}
	})
}
