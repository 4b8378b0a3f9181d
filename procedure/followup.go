package procedure

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"dankuwel/models"
	"dankuwel/templates"
)

// quietDays is how long an important complainant may be silent after the question whether it is right now, before somebody calls.
const quietDays = 7

// planAftercare asks whether it is right now, has somebody call where nothing is heard of an important case, and closes what is quiet
// (procedure 5.3, 5.4).
func (d *Desk) planAftercare(m *models.Matter, today models.Date) (list []Due) {
	if m.Stage != models.Aftercare || m.AnsweredAt == nil {
		return nil
	}
	kept := *m.AnsweredAt
	for _, k := range m.Measures {
		if k.DoneAt != nil {
			kept = latest(kept, *k.DoneAt)
		}
	}
	asked, rated := m.Asked, m.Scored.After(kept)
	switch {
	case rated:
	case !asked.After(kept):
		if slices.ContainsFunc(m.Tasks, func(t models.Task) bool { return slices.Contains(reactions, t.Kind) }) {
			return nil // it is not right now, and somebody is at work on that
		}
		on := d.Settings.Calendar.Add(d.dayOf(kept), d.Settings.SatisfactionAfter)
		return []Due{{Job: followUps, What: "satisfaction_request", On: on, slot: string(on), do: func(d *Desk, tx *models.Tx, m *models.Matter, due Due) error {
			return d.askWhenFree(tx, m, due.slot)
		}}}
	case (m.Sober || m.Severity == "serious") && m.Heard.Before(asked) && len(m.Tasks) == 0 && mayBeCalled(&m.Complainant):
		on := d.dayOf(asked).AddDays(quietDays)
		list = append(list, Due{Job: followUps, What: "task", On: on, slot: "quiet:" + string(on), do: func(d *Desk, tx *models.Tx, m *models.Matter, _ Due) error {
			return d.callAgain(tx, m.Complaint)
		}})
	}
	if len(m.Tasks) > 0 {
		return list
	}
	on := d.Settings.Calendar.Add(d.dayOf(latest(kept, asked, m.StageSince, m.Heard)), d.Settings.CloseAfter)
	if m.Satisfaction != nil && *m.Satisfaction >= contentedFrom && rated {
		on = d.dayOf(m.Scored)
	}
	return append(list, Due{Job: followUps, What: "close", On: on, slot: string(on), do: (*Desk).closeQuiet})
}

// reactions are the tasks that promise a complainant a reaction to what he wrote after the answer: before it nobody asks him whether it is right now.
var reactions = []string{"react", "call_again"}

// mayBeCalled tells whether there is a way to reach the complainant.
func mayBeCalled(c *models.Complainant) bool {
	return c.Email+c.Phone+strings.TrimSpace(c.Address) != ""
}

// askWhenFree asks whether it is right now, unless a letter of ours went to that person in the last two days.
func (d *Desk) askWhenFree(tx *models.Tx, m *models.Matter, slot string) error {
	if m.Complainant.Email != "" {
		if ok, err := d.reachable(tx, m.Complaint, m.Complainant.Email); err != nil {
			return err
		} else if ok {
			if free, err := d.mayWrite(tx, m.Complaint); err != nil || !free {
				return err
			}
		}
	}
	return d.askSatisfied(tx, m.Complaint, slot)
}

// closeQuiet ends a complaint that was answered, when nothing is open and nobody reacted.
func (d *Desk) closeQuiet(tx *models.Tx, m *models.Matter, _ Due) error {
	open, err := d.stillOpen(tx, m.Complaint, d.Settings.Organization.Language)
	if err != nil || len(open) > 0 {
		return err
	}
	return d.close(tx, m.Complaint, "register", nil)
}

// evaluations is what time brings for preventive measures, which live on after their complaints: are they done, did they help, what do those
// involved say (procedure 6.2, 6.3).
func (d *Desk) evaluations(ctx context.Context) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		today := d.today(tx)
		if !d.Settings.Calendar.WorkingDay(today) {
			return nil
		}
		list, err := tx.Preventions()
		if err != nil {
			return err
		}
		waits, err := d.unread(tx)
		if err != nil {
			return err
		}
		for i := range list {
			p := &list[i]
			if err := d.oneByOne(ctx, p.Number, func(d *Desk, tx *models.Tx) error { return d.lookAt(tx, p, today, waits) }); err != nil {
				return err
			}
		}
		asked, err := tx.OpenConsultations()
		if err != nil {
			return err
		}
		for i := range asked {
			q := &asked[i]
			if err := d.oneByOne(ctx, "", func(d *Desk, tx *models.Tx) error { return d.remindConsulted(tx, q, today, waits) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// planPrevention lists what time brings for a preventive measure.
func (d *Desk) planPrevention(p *models.Prevention, today models.Date) (list []Due) {
	slot := fmt.Sprintf("prevention:%d:", p.ID)
	if p.DoneAt == nil && today < p.EvaluationOn {
		ask := func(d *Desk, tx *models.Tx, m *models.Matter, due Due) error {
			return d.askWhetherDone(tx, m.Complaint, p.No, p.Description, p.Owner, p.DueOn, due.slot)
		}
		row := []Due{}
		if near := p.DueOn.AddDays(-soon); near > d.dayOf(p.CreatedAt) {
			row = append(row, Due{Job: evaluations, What: "measure_due", On: near, slot: slot + string(p.DueOn) + ":soon", do: ask})
		}
		list = current(append(row, repeated(Due{Job: evaluations, What: "measure_due", slot: slot + string(p.DueOn), do: ask}, p.DueOn.AddDays(1), again, today)...), today)
		late := d.Settings.Calendar.Add(p.DueOn, Term{measureLet, WorkingDays})
		list = append(list, Due{Job: evaluations, What: "escalation", On: late, slot: slot + string(p.DueOn), do: escalate("measure", fmt.Sprintf("M%d: %s", p.No, p.Description), p.DueOn)})
	}
	list = append(list, repeated(Due{Job: evaluations, What: "evaluation_due", slot: slot, do: func(d *Desk, tx *models.Tx, m *models.Matter, due Due) error {
		return d.askWhetherItHelped(tx, m.Complaint, p, due.slot)
	}}, p.EvaluationOn, again, today)...)
	late := d.Settings.Calendar.Add(p.EvaluationOn, Term{measureLet, WorkingDays})
	return append(list, Due{Job: evaluations, What: "escalation", On: late, slot: slot + "evaluation:" + string(p.EvaluationOn), do: escalate("evaluation", fmt.Sprintf("M%d: %s", p.No, p.Description), p.EvaluationOn)})
}

func (d *Desk) lookAt(tx *models.Tx, p *models.Prevention, today models.Date, waits map[string]bool) error {
	var m *models.Matter
	for _, due := range d.planPrevention(p, today) {
		if due.On > today {
			continue
		}
		if m == nil {
			c, err := tx.ComplaintByID(p.ComplaintID)
			if err != nil || waits[c.Mailbox] {
				return err
			}
			m = &models.Matter{Complaint: c}
		}
		if err := due.do(d, tx, m, due); err != nil {
			return err
		}
	}
	return nil
}

// askWhetherItHelped asks, on its day, what became of a preventive measure, and lists the similar complaints since: is it back?
func (d *Desk) askWhetherItHelped(tx *models.Tx, c *models.Complaint, p *models.Prevention, slot string) error {
	to, err := d.ownerOr(tx, c, p.Owner)
	if err != nil {
		return err
	}
	for _, s := range to {
		l := letter{kind: "evaluation_due", key: keyOf("evaluation_due", c, s.Email, slot), mailbox: d.Settings.Mailbox(c.Mailbox), complaint: c, staff: s, buttons: []string{"evaluate"}}
		if ok, err := d.isNew(tx, l.key); err != nil || !ok {
			if err != nil {
				return err
			}
			continue
		}
		since := p.CreatedAt
		if p.DoneAt != nil {
			since = *p.DoneAt
		}
		if l.data.Again, err = d.since(tx, c, p, since); err != nil {
			return err
		}
		l.data.Measure, l.data.DueOn = fmt.Sprintf("M%d: %s", p.No, p.Description), p.EvaluationOn.Time(d.Zone())
		l.data.Body = p.Process
		l.data.LateDays = max(0, d.today(tx).DaysSince(p.EvaluationOn))
		if !s.Owns(p.Owner) {
			l.data.Owner = p.Owner
		}
		l.data.Form = d.formFor(s, "evaluate", map[string]string{"measure": fmt.Sprintf("M%d", p.No)}, nil)
		if err := d.toStaff(tx, l); err != nil {
			return err
		}
	}
	return nil
}

// remindConsulted reminds a colleague, twice at most, that his view is asked.
func (d *Desk) remindConsulted(tx *models.Tx, q *models.Consultation, today models.Date, waits map[string]bool) error {
	s := d.Settings.StaffByID(q.StaffID)
	asked := d.dayOf(q.AskedAt)
	first := d.Settings.Calendar.Add(asked, Term{reactDays, WorkingDays})
	if s == nil || today < first {
		return nil
	}
	slot := fmt.Sprintf("consultation:%d", q.ID)
	if second := d.Settings.Calendar.Add(first, Term{reactDays, WorkingDays}); today >= second {
		slot += ":2"
	}
	c, err := tx.ComplaintByID(q.ComplaintID)
	if err != nil || waits[c.Mailbox] {
		return err
	}
	l, err := d.consultation(tx, c, q, s)
	if err != nil {
		return err
	}
	l.kind, l.key, l.purpose = "reminder", keyOf("reminder", c, s.Email, slot), "consultation"
	if ok, err := d.isNew(tx, l.key); err != nil || !ok {
		return err
	}
	l.data.Watch, l.data.DueOn, l.data.LateDays = "consultation", first.Time(d.Zone()), today.DaysSince(first)
	return d.toStaff(tx, l)
}

// since lists the complaints like this one that came after an instant.
func (d *Desk) since(tx *models.Tx, c *models.Complaint, p *models.Prevention, after time.Time) ([]templates.Earlier, error) {
	found, err := tx.Similar(c.Subject+"\n"+c.Facts+"\n"+p.Description, c.Language, c.ID, 20)
	if err != nil {
		return nil, err
	}
	var l letter
	for i := range found {
		if o := &found[i].Complaint; o.ReceivedAt.After(after) && len(l.data.Earlier) < 5 {
			if err := d.showEarlier(tx, &l, o, false, found[i].Words); err != nil {
				return nil, err
			}
		}
	}
	return l.data.Earlier, nil
}
