package procedure

import (
	"slices"

	"dankuwel/models"
)

// openPrevention finds the preventive measure that `gedaan` or `uitstel` is about: the one whose number it names, or the only measure of
// the complaint that is not done. nil: it is about another one.
func (x *deed) openPrevention() (*models.PreventiveMeasure, error) {
	list, err := x.tx.PreventiveMeasures(x.c.ID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if no := measureNo(x.measureNamed()); no > 0 {
		if i := slices.IndexFunc(list, func(m models.PreventiveMeasure) bool { return m.No == no }); i >= 0 {
			return &list[i], nil
		}
		return nil, nil
	}
	corrective, err := x.tx.CorrectiveMeasures(x.c.ID)
	if err != nil || slices.ContainsFunc(corrective, func(m models.CorrectiveMeasure) bool { return m.DoneAt == nil }) {
		return nil, err
	}
	open := slices.DeleteFunc(list, func(m models.PreventiveMeasure) bool { return m.DoneAt != nil })
	if len(open) != 1 {
		return nil, nil
	}
	return &open[0], nil
}

// mayChange tells whether the preventive measure is still to be done and the staff member's to change. It says why not.
func (x *deed) mayChange(m *models.PreventiveMeasure) bool {
	switch {
	case !x.owns() && x.Settings.StaffByAddress(m.Owner) != x.by:
		x.refuse("not_yours", x.c.Number)
	case m.DoneAt != nil:
		x.refuse("measure_done", m.No)
	default:
		return true
	}
	return false
}

// preventionDone: the measure is there, and whether it helps is looked at on its own day. No complainant hears of it.
func (x *deed) preventionDone(m *models.PreventiveMeasure) error {
	if !x.mayChange(m) {
		return nil
	}
	now := x.tx.Now()
	m.DoneAt = &now
	if err := x.tx.SavePreventiveMeasure(m); err != nil {
		return err
	}
	x.done("prevention_done", m.No, x.day(m.EvaluationOn))
	if text := x.words(); text != "" {
		if err := x.note(text); err != nil {
			return err
		}
		x.done("note", x.c.Number)
	}
	return x.mark("measure done", map[string]any{"no": m.No})
}

// preventionPostponed gives the measure a new day. The evaluation moves along when it would come before that day, or on it.
func (x *deed) preventionPostponed(m *models.PreventiveMeasure) error {
	if !x.mayChange(m) {
		return nil
	}
	due := x.newDay()
	if due == "" {
		return nil
	}
	before, evaluation := m.DueOn, m.EvaluationOn
	m.DueOn = due
	x.done("postponed", m.No, x.day(due))
	if m.EvaluationOn <= due {
		m.EvaluationOn = due.AddDays(evaluation.DaysSince(before))
		x.done("evaluation_moved", x.day(m.EvaluationOn))
	}
	if err := x.tx.SavePreventiveMeasure(m); err != nil {
		return err
	}
	return x.mark("measure postponed", map[string]any{"no": m.No, "from": before, "to": due, "evaluation": m.EvaluationOn})
}
