package report

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"dankuwel/models"
	"dankuwel/models/modelstest"
)

// years is a register of three years that was made up, row by row, and that a test can count by hand: plain loops over what was written.
type years struct {
	zone        *time.Location
	complaints  []*lived
	preventions []*planned
	mails       []mail
}

// lived is a complaint with all that happened to it.
type lived struct {
	id                                            int64
	number                                        string
	practice, erased                              bool
	stage, carrier, channel, department, severity string
	verdict, solution, reason, due                string
	received                                      time.Time
	answered, closed                              *time.Time
	satisfaction                                  *int
	kinds, norms                                  []string // of the versions of its analysis
	scores                                        []scored
	asked                                         []time.Time
	promises                                      []promised
	terms                                         []models.TermChange
}

type scored struct {
	at    time.Time
	score int
}

type promised struct {
	made time.Time
	due  string
	done *time.Time
}

type planned struct {
	promised
	evaluateOn string
	evaluated  *time.Time
	result     string
	serves     []int
}

type mail struct {
	seen      time.Time
	outcome   string
	complaint int // index; -1 none
	parked    int
	decided   *time.Time
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// live makes up the register. now is when it ends: what would have happened later has not.
func live(r *rand.Rand, zone *time.Location, from time.Time, days, n int) *years {
	y := &years{zone: zone}
	now := from.AddDate(0, 0, days)
	later := func(t time.Time, most int) *time.Time {
		t = t.Add(time.Duration(r.IntN(most*24*60)) * time.Minute)
		if t.After(now) {
			return nil
		}
		return &t
	}
	dayOf := func(t time.Time) string { return t.In(zone).Format(time.DateOnly) }
	var received []time.Time
	for range n {
		t := from.Add(time.Duration(r.IntN(days*24*60)) * time.Minute)
		if r.IntN(8) == 0 { // close to midnight in the zone
			local := t.In(zone)
			t = time.Date(local.Year(), local.Month(), local.Day(), 0, 0, r.IntN(3)-1, 0, zone)
		}
		received = append(received, t.UTC())
	}
	slices.SortFunc(received, time.Time.Compare)
	serial := map[int]int{}
	for i, t := range received {
		year := t.In(zone).Year()
		c := &lived{id: int64(i + 1), received: t, stage: "registered", carrier: pick(r, "mail", "mail", "brief", "telefoon"), channel: pick(r, "rechtstreeks", "ombudsdienst"),
			department: pick(r, "Keuken", "Zorg", "Onthaal", ""), severity: pick(r, "", "minor", "serious"), practice: r.IntN(12) == 0, erased: r.IntN(10) == 0}
		if c.practice {
			year = 0
		}
		serial[year]++
		c.number = fmt.Sprintf("K-%04d-%04d", year, serial[year])
		due := t.In(zone).AddDate(0, 0, pick(r, 45, 45, 20))
		c.due = due.Format(time.DateOnly)
		y.complaints = append(y.complaints, c)
		for range r.IntN(3) {
			c.kinds, c.norms = append(c.kinds, pick(r, "", "Bejegening", " bejegening.", "Eten\nkoud", "-")), append(c.norms, pick(r, "", "courtesy", "courtesy, reasons", "law;law"))
		}
		if r.IntN(6) == 0 {
			if c.closed = later(t, 20); c.closed != nil {
				c.stage = pick(r, "inadmissible", "not_a_complaint", "withdrawn", "duplicate")
				if c.stage == "inadmissible" || c.stage == "not_a_complaint" {
					c.reason = pick(r, "anonymous", "court", "")
				}
			}
			continue
		}
		if r.IntN(5) == 0 {
			if at := later(t, 20); at != nil {
				old := c.due
				due = due.AddDate(0, 0, 14)
				c.due = due.Format(time.DateOnly)
				c.terms = append(c.terms, models.TermChange{Kind: "extension", At: *at, OldDue: models.Date(old), NewDue: models.Date(c.due)})
			}
		}
		if r.IntN(5) == 0 {
			if at := later(t.AddDate(0, 0, 20), 10); at != nil {
				c.terms = append(c.terms, models.TermChange{Kind: "suspension", At: *at, OldDue: models.Date(c.due), NewDue: models.Date(c.due)})
				if on := later(*at, 60); on != nil && r.IntN(3) > 0 {
					old := c.due
					c.due = due.AddDate(0, 0, 30).Format(time.DateOnly)
					c.terms = append(c.terms, models.TermChange{Kind: "resumption", At: *on, OldDue: models.Date(old), NewDue: models.Date(c.due)})
				}
			}
		}
		if r.IntN(7) == 0 {
			continue // nobody answers
		}
		if c.answered = later(t, 80); c.answered == nil {
			continue
		}
		c.stage, c.verdict = "aftercare", pick(r, "founded", "partly_founded", "unfounded")
		if c.verdict != "unfounded" {
			c.solution = pick(r, "", "solved", "partly_solved", "unsolved")
		}
		for range r.IntN(3) {
			p := promised{made: *c.answered, due: dayOf(c.answered.AddDate(0, 0, 10))}
			if r.IntN(4) > 0 {
				p.done = later(p.made, 25)
			}
			c.promises = append(c.promises, p)
		}
		for range r.IntN(3) {
			at := later(*c.answered, 30)
			if at == nil {
				break
			}
			c.asked = append(c.asked, *at)
			if s := later(*at, 10); s != nil && r.IntN(2) == 0 {
				c.scores = append(c.scores, scored{*s, 1 + r.IntN(5)})
			}
		}
		slices.SortFunc(c.scores, func(a, b scored) int { return a.at.Compare(b.at) })
		if n := len(c.scores); n > 0 {
			c.satisfaction = &c.scores[n-1].score
		}
		open := *c.answered // nobody is asked any more once a complaint is closed
		for _, at := range c.asked {
			if at.After(open) {
				open = at
			}
		}
		if c.closed = later(open, 60); c.closed != nil {
			c.stage = "closed"
		}
	}
	for range n / 10 {
		first := r.IntN(n)
		made := later(received[first], 40)
		if made == nil {
			continue
		}
		p := &planned{promised: promised{made: *made, due: dayOf(made.AddDate(0, 0, 30))}, evaluateOn: dayOf(made.AddDate(0, 0, 90)), serves: []int{first}}
		if other := r.IntN(n); other != first {
			p.serves = append(p.serves, other)
		}
		if p.done = later(*made, 60); p.done != nil && r.IntN(3) > 0 {
			if p.evaluated = later(*p.done, 100); p.evaluated != nil {
				p.result = pick(r, "effective", "not_effective")
			}
		}
		y.preventions = append(y.preventions, p)
	}
	parked := 0
	for range 3 * n {
		m := mail{seen: from.Add(time.Duration(r.IntN(days*24*60)) * time.Minute), complaint: -1,
			outcome: pick(r, "complaint", "addition", "action", "refused", "satisfaction", "bounce", "automatic", "parked", "known", "own")}
		switch m.outcome {
		case "parked":
			parked++
			m.parked = parked
			if r.IntN(3) > 0 {
				m.decided = later(m.seen, 20)
			}
		case "complaint", "addition", "action":
			m.complaint = r.IntN(n)
		}
		y.mails = append(y.mails, m)
	}
	return y
}

// write puts the rows into a register.
func (y *years) write(t testing.TB, store *models.Store) {
	tx, err := modelstest.SQL(t, store).Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	row := func(table string, columns ...any) { t.Helper(); modelstest.Insert(t, store, tx, table, columns...) }
	epoch := y.complaints[0].received
	row("complainants", "id", 1, "created_at", epoch)
	for _, c := range y.complaints {
		var year, serial int
		fmt.Sscanf(c.number, "K-%d-%d", &year, &serial)
		var erased *time.Time
		if c.erased {
			erased = &epoch
		}
		row("complaints", "id", c.id, "number", c.number, "year", year, "serial", serial, "stage", c.stage, "stage_since", c.received, "received_at", c.received,
			"received_on", c.received.In(y.zone).Format(time.DateOnly), "registered_at", c.received, "mailbox", "klachten@example.test", "token", c.number, "carrier", c.carrier, "channel", c.channel,
			"language", "nl", "complainant_id", 1, "practice", c.practice, "department", c.department, "profile", "vlaams-bestuur", "answer_due", c.due, "severity", c.severity,
			"verdict", c.verdict, "solution", c.solution, "end_reason", c.reason, "satisfaction", c.satisfaction, "answered_at", c.answered, "closed_at", c.closed, "last_activity_at", c.received,
			"erased_at", erased)
		for i := range c.kinds {
			row("analyses", "complaint_id", c.id, "version", i+1, "at", c.received, "kind", c.kinds[i], "ombuds_norms", c.norms[i])
		}
		for _, s := range c.scores {
			row("satisfaction_scores", "complaint_id", c.id, "at", s.at, "score", s.score)
		}
		for i, at := range c.asked {
			row("events", "complaint_id", c.id, "seq", i+1, "at", at, "actor", "register", "what", "satisfaction asked", "detail", "", "salt", "", "digest", "", "hash", "")
		}
		for i, p := range c.promises {
			row("corrective_measures", "complaint_id", c.id, "no", i+1, "kind", "repair", "description", "x", "owner", "x", "due_on", p.due, "created_at", p.made, "done_at", p.done)
		}
		for _, change := range c.terms {
			row("term_changes", "complaint_id", c.id, "kind", change.Kind, "at", change.At, "old_due", string(change.OldDue), "new_due", string(change.NewDue))
		}
	}
	for i, p := range y.preventions {
		row("preventive_measures", "id", i+1, "description", "x", "owner", "x", "due_on", p.due, "evaluation_on", p.evaluateOn, "created_at", p.made, "done_at", p.done, "evaluated_at", p.evaluated, "result", p.result)
		for _, c := range p.serves {
			row("preventive_measure_complaints", "preventive_measure_id", i+1, "complaint_id", y.complaints[c].id, "no", 100+i)
		}
	}
	for i, m := range y.mails {
		columns := []any{"mailbox", "klachten@example.test", "uidvalidity", 7, "uid", i + 1, "identity", fmt.Sprint(i), "received_at", m.seen, "seen_at", m.seen, "outcome", m.outcome}
		if m.complaint >= 0 {
			columns = append(columns, "complaint_id", y.complaints[m.complaint].id)
		}
		if m.parked > 0 {
			columns = append(columns, "parked_no", m.parked)
		}
		if m.decided != nil {
			columns = append(columns, "decision", "accepted", "decided_at", *m.decided)
		}
		row("ledger", columns...)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// byHand counts a period from the days from first to last: what Count must say.
type byHand struct {
	behind map[Key][]string
	days   []int
	scores []int
	late   []string
}

func (y *years) count(first, last string, now time.Time) *byHand {
	h := &byHand{behind: map[Key][]string{}}
	day := func(t time.Time) string { return t.In(y.zone).Format(time.DateOnly) }
	in := func(t *time.Time) bool { return t != nil && day(*t) >= first && day(*t) <= last }
	midnight, _ := time.ParseInLocation(time.DateOnly, last, y.zone)
	end := midnight.AddDate(0, 0, 1)
	if now.Before(end) {
		end = now
	}
	today := day(end)
	until := func(t *time.Time) bool { return t != nil && t.Before(end) }
	orUnknown := func(s string) string { return cmp.Or(s, "unknown") }
	daysBetween := func(a, b string) int {
		x, _ := time.Parse(time.DateOnly, a)
		z, _ := time.Parse(time.DateOnly, b)
		return int(z.Sub(x).Hours() / 24)
	}
	put := func(figure, value, department string, numbers ...string) {
		h.behind[Key{figure, "", ""}] = append(h.behind[Key{figure, "", ""}], numbers...)
		if value != "" {
			h.behind[Key{figure, value, ""}] = append(h.behind[Key{figure, value, ""}], numbers...)
		}
		if department != "" {
			h.behind[Key{figure, "", department}] = append(h.behind[Key{figure, "", department}], numbers...)
			if value != "" {
				h.behind[Key{figure, value, department}] = append(h.behind[Key{figure, value, department}], numbers...)
			}
		}
	}
	for _, c := range y.complaints {
		if c.practice {
			continue
		}
		dep, judged := orUnknown(c.department), c.verdict == "founded" || c.verdict == "partly_founded"
		kind, norms := "unknown", []string{"unknown"}
		if n := len(c.kinds); n > 0 {
			switch c.kinds[n-1] {
			case "Bejegening", " bejegening.":
				kind = "bejegening"
			case "Eten\nkoud":
				kind = "eten"
			}
			switch c.norms[n-1] {
			case "courtesy":
				norms = []string{"courtesy"}
			case "courtesy, reasons":
				norms = []string{"courtesy", "reasons"}
			case "law;law":
				norms = []string{"law"}
			}
		}
		if in(&c.received) {
			put("received", "", dep, c.number)
			put("received_by_carrier", c.carrier, "", c.number)
			put("received_by_channel", c.channel, "", c.number)
			put("received_by_department", dep, "", c.number)
			put("received_by_kind", kind, "", c.number)
			put("received_by_severity", orUnknown(c.severity), "", c.number)
			switch c.stage {
			case "inadmissible", "not_a_complaint":
				put(c.stage, orUnknown(c.reason), "", c.number)
			case "withdrawn", "duplicate":
				put(c.stage, "", "", c.number)
			default:
				put("admissible", "", "", c.number)
				put("received_by_verdict", orUnknown(c.verdict), "", c.number)
				if judged {
					put("received_by_solution", orUnknown(c.solution), "", c.number)
					for _, n := range norms {
						put("received_by_ombuds_norm", n, "", c.number)
					}
				}
			}
		}
		if in(c.answered) {
			n := daysBetween(day(c.received), day(*c.answered))
			h.days = append(h.days, n)
			put("answered", "", dep, c.number)
			if day(*c.answered) <= c.due {
				put("answered_in_time", "", dep, c.number)
			} else {
				put("answered_late", "", "", c.number)
			}
			if n > 45 {
				put("answered_over_45_days", "", "", c.number)
			} else {
				put("answered_within_45_days", "", "", c.number)
			}
			put("answered_by_verdict", c.verdict, dep, c.number)
			if judged {
				put("answered_by_solution", orUnknown(c.solution), "", c.number)
				for _, n := range norms {
					put("answered_by_ombuds_norm", n, "", c.number)
				}
			}
		}
		if until(&c.received) && !until(c.closed) {
			put("open", "", dep, c.number)
			due, stopped := c.due, false
			for i := len(c.terms) - 1; i >= 0; i-- {
				if !until(&c.terms[i].At) {
					due = string(c.terms[i].OldDue)
				}
			}
			for _, change := range c.terms {
				if until(&change.At) && change.Kind == "suspension" {
					stopped = true
				} else if until(&change.At) && change.Kind == "resumption" {
					stopped = false
				}
			}
			if !until(c.answered) && !stopped && due < today {
				put("overdue", "", dep, c.number)
				h.late = append(h.late, fmt.Sprintf("%s %d/%d", c.number, daysBetween(day(c.received), today), daysBetween(day(c.received), due)))
			}
		}
		score, asked := 0, false
		for _, s := range c.scores {
			if in(&s.at) {
				score = s.score
			}
		}
		for _, at := range c.asked {
			asked = asked || in(&at)
		}
		if score > 0 {
			h.scores = append(h.scores, score)
			put("satisfaction", fmt.Sprint(score), dep, c.number)
		}
		if asked && c.satisfaction == nil {
			put("satisfaction", "unknown", dep, c.number)
		}
		for _, p := range c.promises {
			if in(&p.made) {
				put("promise_made", "", "", c.number)
			}
			if in(p.done) && day(*p.done) <= p.due {
				put("promise_kept_in_time", "", "", c.number)
			} else if in(p.done) {
				put("promise_kept_late", "", "", c.number)
			}
			if until(&p.made) && !until(p.done) {
				put("promise_open", "", "", c.number)
				if p.due < today {
					put("promise_overdue", "", "", c.number)
				}
			}
		}
	}
	for _, p := range y.preventions {
		var numbers []string
		for _, i := range p.serves {
			if !y.complaints[i].practice {
				numbers = append(numbers, y.complaints[i].number)
			}
		}
		for figure, is := range map[string]bool{
			"prevention_planned": in(&p.made), "prevention_done": in(p.done), "prevention_" + p.result: in(p.evaluated), "prevention_open": until(&p.made) && !until(p.done),
			"prevention_overdue": until(&p.made) && !until(p.done) && p.due < today, "evaluation_overdue": until(p.done) && !until(p.evaluated) && p.evaluateOn < today,
		} {
			if is && len(numbers) > 0 {
				put(figure, "", "", numbers...)
			}
		}
	}
	for _, m := range y.mails {
		if m.parked > 0 && until(&m.seen) && !until(m.decided) {
			put("parked", "", "", fmt.Sprintf("P-%d", m.parked))
		}
	}
	return h
}

// Every number of every figure is counted again by hand, and so is what stands behind it.
func TestFigures(t *testing.T) {
	zone := brussels(t)
	from := time.Date(2024, 12, 30, 0, 0, 0, 0, zone) // Monday of 2025-W01
	const days = 3 * 365
	y := live(rand.New(rand.NewPCG(7, 47)), zone, from, days, 700)
	now := from.AddDate(0, 0, days)
	modelstest.ForEachEngine(t, func(t *testing.T, store *models.Store) {
		y.write(t, store)
		tx := store.Read(t.Context())
		for _, name := range []string{"2025", "2026", "2027", "2025-01", "2026-03", "2026-10", "2026-11", "2027-12", "2025-W01", "2025-W13", "2026-W13", "2026-W43", "2026-W47", "2026-W53", "2027-W52"} {
			t.Run(name, func(t *testing.T) {
				p, err := ParsePeriod(name)
				if err != nil {
					t.Fatal(err)
				}
				f, err := Count(tx, p, zone, now, true)
				if err != nil {
					t.Fatal(err)
				}
				y.compare(t, f, now)
				plain, err := Count(tx, p, zone, now, false)
				if err != nil {
					t.Fatal(err)
				}
				for i, tally := range plain.tallies() {
					if !maps.Equal(tally.counts, f.tallies()[i].counts) {
						t.Errorf("%s: other numbers without the complaints behind them", tally.Name)
					}
				}
			})
		}
	})
}

func (y *years) compare(t *testing.T, f *Figures, now time.Time) {
	t.Helper()
	for _, tally := range f.tallies() {
		want := y.count(string(tally.First), string(tally.Last), now)
		for k, numbers := range tally.behind {
			if k.Figure == Mails {
				continue
			}
			if got := slices.Sorted(slices.Values(numbers)); !slices.Equal(got, slices.Sorted(slices.Values(want.behind[k]))) {
				t.Errorf("%s %+v: %v, by hand %v", tally.Name, k, got, want.behind[k])
			}
			if n := tally.counts[k]; n != len(numbers) && !strings.HasPrefix(k.Figure, "prevention") && !strings.HasPrefix(k.Figure, "evaluation") {
				t.Errorf("%s %+v: %d, but %d stand behind it", tally.Name, k, n, len(numbers))
			}
			delete(want.behind, k)
		}
		for k, numbers := range want.behind {
			t.Errorf("%s %+v: nothing, by hand %v", tally.Name, k, numbers)
		}
		checkStatistics(t, tally.Name+" days", want.days, tally.Days)
		checkStatistics(t, tally.Name+" scores", want.scores, tally.Scores)
	}
	var late []string
	for _, l := range f.Overdue {
		late = append(late, fmt.Sprintf("%s %d/%d", l.Number, l.Day, l.Term))
	}
	if want := y.count(string(f.First), string(f.Last), now).late; !slices.Equal(slices.Sorted(slices.Values(late)), slices.Sorted(slices.Values(want))) {
		t.Errorf("late %v, by hand %v", late, want)
	}
	y.compareMails(t, f)
}

// compareMails holds the proof line against the mails: each has one outcome, and together they are all.
func (y *years) compareMails(t *testing.T, f *Figures) {
	t.Helper()
	want, all := map[models.Outcome]int{}, 0
	for _, m := range y.mails {
		day := m.seen.In(y.zone).Format(time.DateOnly)
		if day < string(f.First) || day > string(f.Last) {
			continue
		}
		all++
		if m.complaint >= 0 && y.complaints[m.complaint].practice {
			want[models.Practised]++
		} else {
			want[models.Outcome(m.outcome)]++
		}
	}
	if !maps.Equal(f.Outcomes, want) || f.Count(Mails) != all {
		t.Errorf("mails %v (%d), by hand %v (%d)", f.Outcomes, f.Count(Mails), want, all)
	}
}

func checkStatistics(t *testing.T, what string, values []int, got func() (average, median float64, n int)) {
	t.Helper()
	average, median, n := got()
	if n != len(values) {
		t.Errorf("%s: %d, by hand %d", what, n, len(values))
	}
	if n == 0 {
		return
	}
	slices.Sort(values)
	sum := 0
	for _, v := range values {
		sum += v
	}
	middle := float64(values[n/2])
	if n%2 == 0 {
		middle = float64(values[n/2-1]+values[n/2]) / 2
	}
	if average != float64(sum)/float64(n) || median != middle {
		t.Errorf("%s: average %v, median %v; by hand %v, %v", what, average, median, float64(sum)/float64(n), middle)
	}
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct{ name, first, last, before, lastYear string }{
		{"2026", "2026-01-01", "2026-12-31", "2025", "2025"},
		{"2026-11", "2026-11-01", "2026-11-30", "2026-10", "2025-11"},
		{"2028-02", "2028-02-01", "2028-02-29", "2028-01", "2027-02"},
		{"2026-01", "2026-01-01", "2026-01-31", "2025-12", "2025-01"},
		{"2026-W47", "2026-11-16", "2026-11-22", "2026-W46", "2025-W47"},
		{"2026-W53", "2026-12-28", "2027-01-03", "2026-W52", "2025-W52"},
		{"2027-W01", "2027-01-04", "2027-01-10", "2026-W53", "2026-W01"},
		{"2025-W01", "2024-12-30", "2025-01-05", "2024-W52", "2024-W01"},
	} {
		p, err := ParsePeriod(c.name)
		if err != nil {
			t.Fatal(err)
		}
		if p.Name != c.name || string(p.First) != c.first || string(p.Last) != c.last || p.Before().Name != c.before || p.LastYear().Name != c.lastYear {
			t.Errorf("%s: %+v, before %s, last year %s", c.name, p, p.Before().Name, p.LastYear().Name)
		}
		if p.Week > 0 && WeekOf(p.Last) != p || p.Month > 0 && MonthOf(p.First) != p {
			t.Errorf("%s: its own days lie elsewhere", c.name)
		}
	}
	for _, bad := range []string{"", "26", "2026-13", "2026-00", "2026-1", "2026-W00", "2025-W53", "2026-W54", "2026W47", "2026-11-23", " 2026", "0000", "2026-W5"} {
		if p, err := ParsePeriod(bad); err == nil {
			t.Errorf("%q is %+v", bad, p)
		}
	}
}
