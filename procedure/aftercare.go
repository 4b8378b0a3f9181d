package procedure

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"dankuwel/models"
	"dankuwel/templates"
)

// contacted is `contact`: a call, a letter or a talk, logged. What the complainant said is filed; only "ja" counts as the reaction, and
// needs, like every answer, a complete analysis (CONTRACT section 6).
func (x *deed) contacted() error {
	if x.value("what") == "" {
		x.in.Fields["what"] = x.words()
	}
	how, ok := x.choose("how")
	was, ok2 := x.choose("was_answer")
	satisfied, v := 0, x.value("satisfied") // "-": the complainant gave none
	if v != "" && v != "-" {
		n, err := strconv.Atoi(strings.TrimSuffix(strings.Fields(v)[0], "/5"))
		if err != nil || n < 1 || n > 5 {
			x.fault("satisfied", "score")
			x.refuse("score", v)
			return nil
		}
		satisfied = n
	}
	asked, err := x.asksScore()
	if err != nil {
		return err
	}
	if !(asked && v != "") && !x.need("what") || !ok || !ok2 { // what he wrote lies there already
		return nil
	}
	if was == "yes" {
		a, err := x.tx.LatestAnalysis(x.c.ID)
		if err != nil {
			return err
		}
		if a == nil || len(a.Missing()) > 0 {
			x.refuse("answer_before_analysis", x.lacking(a))
			return nil
		}
	}
	if x.value("what") != "" {
		if err := x.heard(how); err != nil {
			return err
		}
	}
	if err := x.mark("contact", map[string]any{"how": how, "answer": was == "yes", "satisfied": satisfied}); err != nil {
		return err
	}
	cleared := []string{"call_or_write", "react", "post_letter", "name_date", "call_again"}
	if v != "" {
		cleared = append(cleared, scoreTasks...)
	}
	if _, err := x.tx.DoneTask(x.c.ID, models.StaffActor(x.by.ID), cleared...); err != nil {
		return err
	}
	x.oneLine = true
	x.done("contact")
	if satisfied > 0 {
		if err := x.tx.AddScore(x.c.ID, satisfied, x.value("what"), x.a.Message.ID); err != nil {
			return err
		}
		if x.c.Stage != models.Closed { // then it only informs
			x.c.Satisfaction = &satisfied
		}
		if err := x.tx.SaveComplaint(x.c); err != nil {
			return err
		}
	}
	if was == "yes" && x.c.AnsweredAt == nil && !x.c.Stage.Ended() {
		if err := x.answered(""); err != nil {
			return err
		}
	}
	closed, err := x.contented(x.tx, x.c, satisfied, models.StaffActor(x.by.ID), x.cause())
	if closed {
		x.done("closed", x.c.Number)
	}
	return err
}

// scoreTasks are the tasks that `Tevreden` clears.
var scoreTasks = []string{"satisfaction", "ask_satisfaction"}

// asksScore tells whether a task waits for `Tevreden`.
func (x *deed) asksScore() (bool, error) {
	open, err := x.tx.OpenTasks(x.c.ID)
	return slices.ContainsFunc(open, func(t models.Task) bool { return slices.Contains(scoreTasks, t.Kind) }), err
}

// heard files what the complainant said as an addition of his, that a colleague wrote down.
func (x *deed) heard(how string) error {
	m := x.row("in", "", x.value("what"))
	m.FromName, m.FromEmail, m.Language = x.c.Complainant.Name, "", x.c.Language
	m.Carrier = map[string]string{"phone": "telefoon", "letter": "brief", "talk": "bezoek"}[how]
	if err := x.tx.AddMessage(m); err != nil {
		return err
	}
	x.c.LastActivityAt = x.tx.Now()
	if err := x.tx.TouchComplaint(x.c); err != nil {
		return err
	}
	waited := x.c.SuspendedAt != nil
	if err := x.resume(x.tx, x.c, x.saidAt(), models.StaffActor(x.by.ID)); err != nil {
		return err
	}
	if waited && x.c.SuspendedAt == nil {
		x.done("due_moved", x.day(x.c.AnswerDue))
	}
	return nil
}

// saidAt is when the complainant said what is logged: the day of `Wanneer` where it names one that is past, otherwise now.
func (x *deed) saidAt() time.Time {
	now := x.tx.Now()
	day, err := x.Texts.Date(x.value("when"), now.In(x.Zone()))
	if said := models.Date(day.Format(time.DateOnly)); err == nil && said < x.today(x.tx) {
		return said.Time(x.Zone()).Add(24*time.Hour - time.Second)
	}
	return now
}

// answered notes that the reaction left, and goes on to correction or after-care.
func (x *deed) answered(verdict string) error {
	now := x.tx.Now()
	if err := x.resume(x.tx, x.c, now, models.StaffActor(x.by.ID)); err != nil { // nobody waits any more
		return err
	}
	if verdict == "" {
		if a, err := x.tx.LatestAnalysis(x.c.ID); err != nil {
			return err
		} else if a != nil {
			verdict = a.Verdict
		}
	}
	x.c.AnsweredAt, x.c.Verdict = &now, verdict
	if err := x.tx.SaveComplaint(x.c); err != nil {
		return err
	}
	if err := x.dateNamed(); err != nil {
		return err
	}
	return x.carryOn()
}

// dateNamed: nobody has to name the day of the answer any more.
func (x *deed) dateNamed() error {
	_, err := x.tx.DoneTask(x.c.ID, models.StaffActor(x.by.ID), "name_date")
	return err
}

// solutions are what the register calls the values of `Opgelost`.
var solutions = map[string]string{"yes": "solved", "partly": "partly_solved", "no": "unsolved"}

// closeNow is `sluit`: refused while a promise or task is open, or an answer has not left or has bounced, with the list of what is open.
func (x *deed) closeNow() error {
	open, err := x.stillOpen(x.tx, x.c, x.languageOf(x.by))
	if err != nil {
		return err
	}
	if len(open) > 0 {
		x.refuse("still_open", strings.Join(open, "; "))
		return nil
	}
	solved, ok := x.choose("solved")
	if !ok {
		return nil
	}
	x.c.Solution = solutions[solved]
	x.c.EndWords = x.words()
	x.done("closed", x.c.Number)
	return x.close(x.tx, x.c, models.StaffActor(x.by.ID), x.cause())
}

// reopen is `heropen`: open again under the same number, with the full term from the day of this mail.
func (x *deed) reopen() error {
	if x.c.AnsweredAt == nil && !x.c.Stage.Ended() {
		x.refuse("is_open", x.c.Number)
		return nil
	}
	before, today := x.c.AnswerDue, models.DateOf(x.a.ReceivedAt, x.Zone())
	x.c.AnswerDue, x.c.AnsweredAt, x.c.EndReason, x.c.Solution = x.answerDue(x.c, today), nil, "", ""
	x.c.SuspendedAt = nil
	if err := x.tx.AddTermChange(&models.TermChange{ComplaintID: x.c.ID, Kind: "reopening", OldDue: before, NewDue: x.c.AnswerDue, Reason: x.words(), StaffID: &x.by.ID}); err != nil {
		return err
	}
	if err := x.moveTo(models.Answer); err != nil {
		return err
	}
	if err := x.tx.SaveComplaint(x.c); err != nil {
		return err
	}
	if _, err := x.tx.DoneTask(x.c.ID, models.StaffActor(x.by.ID), "react", "name_date"); err != nil {
		return err
	}
	x.done("reopened", x.c.Number, x.day(x.c.AnswerDue))
	return x.propose("reopened", x.words(), templates.Data{Body: x.words(), AnswerDue: x.c.AnswerDue.Time(x.Zone())}, nil)
}
