package procedure

import (
	"slices"
	"strings"

	"dankuwel/mailout"
	"dankuwel/models"
)

// prevent is `preventie`: what keeps it from happening again, by whom, until when, and when it is looked at whether it helped
// (procedure 6.1 to 6.3). It may stand for several complaints; those involved are asked for their view on the anonymised case.
func (x *deed) prevent() error {
	due, _ := x.date("due")
	evaluation, _ := x.date("evaluation_on")
	if !x.need("measure", "owner", "due", "evaluation_on") || due == "" || evaluation == "" {
		return nil
	}
	if evaluation <= due {
		x.fault("evaluation_on", "after_due")
		x.refuse("evaluation_before_due", x.day(evaluation), x.day(due))
		return nil
	}
	group, ok, err := x.group()
	if err != nil || !ok {
		return err
	}
	m := &models.PreventiveMeasure{Description: x.value("measure"), Process: x.value("process"), Owner: x.ownerOf(x.value("owner")), Involved: x.value("involved"),
		DueOn: due, EvaluationOn: evaluation}
	if err := x.tx.AddPreventiveMeasure(m, group); err != nil {
		return err
	}
	if err := x.mark("prevention", map[string]any{"no": m.No, "due": due, "evaluation": evaluation, "complaints": len(group)}); err != nil {
		return err
	}
	x.done("prevention", m.No, x.ownerName(m.Owner), x.day(due), x.day(evaluation))
	return x.consult(m)
}

// group is the complaint itself, and those whose numbers stand in the mail.
func (x *deed) group() (list []int64, ok bool, err error) {
	list = []int64{x.c.ID}
	text := x.in.Rest + " " + x.in.Free
	if x.token != nil && x.token.Purpose == "recurrence" { // its subject names the group
		text += " " + x.a.Message.Subject
	}
	for _, number := range mailout.Numbers(text) {
		c, err := x.complaintBy(number)
		if c == nil {
			return nil, false, err
		}
		if !slices.Contains(list, c.ID) {
			list = append(list, c.ID)
		}
	}
	return list, true, nil
}

// consult asks those involved, and says whom it could not ask.
func (x *deed) consult(m *models.PreventiveMeasure) error {
	asked := []*models.Staff{x.by}
	involved := strings.FieldsFunc(m.Involved, func(r rune) bool { return r == ',' || r == ';' || r == '\n' })
	if dep := x.Settings.department(x.c.Department); dep != nil { // its head takes part, too (procedure 6.2)
		involved = append(involved, dep.Head)
	}
	for _, name := range involved {
		name = strings.TrimSpace(name)
		list := x.staffNamed(name)
		if name == "" || len(list) != 1 {
			if name != "" {
				x.refuse("not_asked", name)
			}
			continue
		}
		if slices.Contains(asked, list[0]) {
			continue
		}
		asked = append(asked, list[0])
		if x.untold(list[0]) {
			continue
		}
		q := &models.Consultation{ComplaintID: x.c.ID, PreventiveMeasureID: &m.ID, StaffID: list[0].ID}
		if err := x.tx.AddConsultation(q); err != nil {
			return err
		}
		l, err := x.consultation(x.tx, x.c, q, list[0])
		if err != nil {
			return err
		}
		l.key = keyOf("consultation", x.c, list[0].Email, causeOf(x.e))
		if err := x.toStaff(x.tx, l); err != nil {
			return err
		}
		x.done("asked", list[0].Name)
	}
	return nil
}

// consultation is the question to a colleague about the anonymised case.
func (d *Desk) consultation(tx *models.Tx, c *models.Complaint, q *models.Consultation, to *models.Staff) (letter, error) {
	l := letter{kind: "consultation", mailbox: d.Settings.Mailbox(c.Mailbox), complaint: c, staff: to, subjectID: &q.ID}
	l.data.Text = d.maskedFor(c, c.Facts)
	if q.PreventiveMeasureID == nil {
		return l, nil
	}
	m, err := tx.PreventiveMeasure(*q.PreventiveMeasureID)
	if err != nil {
		return l, err
	}
	l.data.Measure, l.data.Body, l.data.ReactBy = m.Description, m.Process, m.DueOn.Time(d.Zone())
	return l, nil
}

// consulted files the answer to a question of ours about the anonymised case.
func (x *deed) consulted() error {
	text := x.words()
	if text == "" {
		x.refuse("nothing_said")
		return nil
	}
	if err := x.tx.AnswerConsultation(*x.token.SubjectID, x.a.Message.ID); err != nil {
		return err
	}
	if err := x.note(text); err != nil {
		return err
	}
	x.oneLine = true
	x.done("consulted")
	if err := x.mark("consulted", nil); err != nil {
		return err
	}
	return x.passOn(text)
}

// evaluate is `evaluatie`: did it help? When not, a follow-up measure takes over, with the same time to work and to be looked at (procedure 6.3).
func (x *deed) evaluate() error {
	list, err := x.tx.PreventiveMeasures(x.c.ID)
	if err != nil {
		return err
	}
	open := slices.DeleteFunc(slices.Clone(list), func(m models.PreventiveMeasure) bool { return m.EvaluatedAt != nil })
	no := measureNo(x.value("measure"))
	i := slices.IndexFunc(open, func(m models.PreventiveMeasure) bool { return m.No == no || no == 0 && len(open) == 1 })
	if i < 0 {
		x.refuse("no_open_prevention")
		return nil
	}
	if !x.owns() && x.Settings.StaffByAddress(open[i].Owner) != x.by {
		x.refuse("not_yours", x.c.Number)
		return nil
	}
	result, ok := x.choose("result")
	if !x.need("result") || !ok {
		return nil
	}
	if result == "not_effective" && !x.need("adjustment") {
		return nil
	}
	m := &open[i]
	now := x.tx.Now()
	m.EvaluatedAt, m.Result, m.Adjustment = &now, result, x.value("adjustment")
	if m.DoneAt == nil {
		m.DoneAt = &now
	}
	if err := x.tx.SavePreventiveMeasure(m); err != nil {
		return err
	}
	if err := x.mark("evaluated", map[string]any{"no": m.No, "result": result}); err != nil {
		return err
	}
	x.done("evaluated", m.No, x.Texts.ValueLabel(x.languageOf(x.by), x.Texts.ValueList("evaluate", "result"), result))
	if result == "effective" {
		return nil
	}
	return x.followUp(m)
}

func (x *deed) followUp(m *models.PreventiveMeasure) error {
	group, err := x.tx.ComplaintsOfMeasure(m.ID)
	if err != nil {
		return err
	}
	began, today := models.DateOf(m.CreatedAt, x.Zone()), x.today(x.tx)
	next := &models.PreventiveMeasure{Description: m.Adjustment, Process: m.Process, Owner: m.Owner, Involved: m.Involved, Follows: &m.ID,
		DueOn: today.AddDays(m.DueOn.DaysSince(began)), EvaluationOn: today.AddDays(m.EvaluationOn.DaysSince(began))}
	if err := x.tx.AddPreventiveMeasure(next, group); err != nil {
		return err
	}
	x.done("prevention", next.No, x.ownerName(next.Owner), x.day(next.DueOn), x.day(next.EvaluationOn))
	return x.mark("prevention", map[string]any{"no": next.No, "follows": m.No})
}
