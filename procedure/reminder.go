package procedure

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"dankuwel/models"
	"dankuwel/templates"
)

// How long before and after a day people are told of it, in calendar days unless it says otherwise.
const (
	endNear    = 7  // before the end of the term
	shortTerm  = 3  // a term that began less long ago has no reminder of its half
	daily      = 14 // after it, of an answer that is late: a reminder each working day; then a week lies between them
	again      = 7  // between reminders of what else is late
	escalated  = 14 // between escalations of an answer that is late
	answerSlow = 7  // since a question to the complainant
	draftSlow  = 2  // working days that a draft waits before its author is reminded
	soon       = 2  // before the day of a measure
	measureLet = 5  // working days after it, before somebody else is told
)

// urgency is what goes first when several reminders about one complaint are due: one a day reaches each colleague (LETTERS.md 1.4).
var urgency = []string{"term_late", "term_end", "task", "draft", "question", "term_half"}

// reminder is a Due about what is watched.
func reminder(watch string, on models.Date, slot string, do func(*Desk, *models.Tx, *models.Matter, Due) error) Due {
	return Due{Job: reminders, What: "reminder", On: on, slot: slot, rank: 1 + slices.Index(urgency, watch), do: do}
}

// planTerm reminds who owns the complaint: before half of the term, before its end, on each working day of two weeks after it and then each week; the coordinator and management
// are told, too.
func (d *Desk) planTerm(m *models.Matter, today models.Date) []Due {
	var list []Due
	if m.Sober && !m.Acted {
		on := d.Settings.Calendar.Add(d.dayOf(m.RegisteredAt), Term{1, WorkingDays})
		list = append(list, Due{Job: reminders, What: "escalation", On: on, slot: "sober", do: escalate("sober", "", on)})
	}
	if q := m.Letters["information_request"]; !q.IsZero() && q.After(m.Heard) {
		on := d.dayOf(q).AddDays(answerSlow)
		list = append(list, reminder("question", on, "question:"+string(d.dayOf(q)), remind("question", "", on)))
	}
	if m.SuspendedAt != nil {
		return list
	}
	due, began := m.AnswerDue, d.dayOf(d.waitsSince(m))
	near, half := due.AddDays(-endNear), began.AddDays(due.DaysSince(began)/2-1)
	row := []Due{}
	if half < near && half >= began.AddDays(shortTerm) && half > d.dueSet(m) {
		row = append(row, reminder("term_half", half, string(due)+":half", remind("term_half", "", due)))
	}
	if near > began {
		row = append(row, reminder("term_end", near, string(due)+":end", remind("term_end", "", due)))
	}
	every, late := 1, due.AddDays(1)
	if today > due.AddDays(daily) {
		every, late = again, due.AddDays(daily+1)
	}
	row = append(row, repeated(reminder("term_late", "", string(due), remind("term_late", "", due)), late, every, today)...)
	list = append(list, current(row, today)...)
	return append(list, repeated(Due{Job: reminders, What: "escalation", slot: string(due), do: escalate("term_late", "", due)}, due.AddDays(1), escalated, today)...)
}

// dueSet is the day on which the end of the term was set: nobody is reminded of a half that was over then.
func (d *Desk) dueSet(m *models.Matter) models.Date {
	set := m.RegisteredAt
	for _, t := range m.Terms {
		if t.NewDue != t.OldDue {
			set = latest(set, t.At)
		}
	}
	return d.dayOf(set)
}

// planTasks reminds of what a person must do outside the mail, and of letters that wait for their author.
func (d *Desk) planTasks(m *models.Matter, today models.Date) (list []Due) {
	for _, t := range m.Tasks {
		due := t.DueOn
		if due == "" {
			due = d.Settings.Calendar.Add(d.dayOf(t.CreatedAt), Term{reactDays, WorkingDays})
		}
		slot := fmt.Sprintf("task:%d", t.ID)
		row := []Due{reminder("task", due, slot+":"+string(due), remindOfTask(t, due))}
		list = append(list, current(append(row, repeated(reminder("task", "", slot, remindOfTask(t, due)), due.AddDays(1), again, today)...), today)...)
		list = append(list, Due{Job: reminders, What: "escalation", On: due.AddDays(1), slot: slot, do: escalate("task", t.Text, due)})
	}
	for _, dr := range m.Drafts {
		made := d.dayOf(dr.CreatedAt)
		on := d.Settings.Calendar.Add(made, Term{draftSlow, WorkingDays})
		list = append(list, current(repeated(reminder("draft", "", fmt.Sprintf("draft:%d", dr.Version), remindAuthor(dr, made)), on, again, today), today)...)
	}
	return list
}

// planMeasures reminds who promised something until it is done (procedure 5.2).
func (d *Desk) planMeasures(m *models.Matter, today models.Date) (list []Due) {
	for i := range m.Measures {
		k := &m.Measures[i]
		if k.DoneAt != nil {
			continue
		}
		slot := fmt.Sprintf("M%d:%s", k.No, k.DueOn)
		ask := func(tx *Desk, t *models.Tx, m *models.Matter, due Due) error {
			return tx.askWhetherDone(t, m.Complaint, k.No, k.Description, k.Owner, k.DueOn, due.slot)
		}
		row := []Due{}
		if near := k.DueOn.AddDays(-soon); near > d.dayOf(k.CreatedAt) {
			row = append(row, Due{Job: reminders, What: "measure_due", On: near, slot: slot + ":soon", do: ask})
		}
		row = append(row, repeated(Due{Job: reminders, What: "measure_due", slot: slot, do: ask}, k.DueOn.AddDays(1), again, today)...)
		list = append(list, current(row, today)...)
		list = append(list, Due{Job: reminders, What: "escalation", On: d.Settings.Calendar.Add(k.DueOn, Term{measureLet, WorkingDays}), slot: slot,
			do: escalate("measure", fmt.Sprintf("M%d: %s", k.No, k.Description), k.DueOn)})
	}
	return list
}

// remind tells who owns the complaint.
func remind(watch, text string, since models.Date) func(*Desk, *models.Tx, *models.Matter, Due) error {
	return func(d *Desk, tx *models.Tx, m *models.Matter, due Due) error {
		n, err := d.circle(tx, m.Complaint)
		if err != nil {
			return err
		}
		return d.watch(tx, "reminder", m.Complaint, d.owners(m.Complaint, n), watch, text, since, due.slot)
	}
}

// remindOfTask tells who owns the complaint; the coordinator of the day that only she can name.
func remindOfTask(t models.Task, since models.Date) func(*Desk, *models.Tx, *models.Matter, Due) error {
	if t.Kind != "name_date" {
		return remind("task", t.Text, since)
	}
	return func(d *Desk, tx *models.Tx, m *models.Matter, due Due) error {
		n, err := d.circle(tx, m.Complaint)
		if err != nil {
			return err
		}
		return d.watch(tx, "reminder", m.Complaint, d.standIn(ids(n.about)), "task", t.Text, since, due.slot)
	}
}

// remindAuthor tells who is to decide on a draft that it waits: its author, or who is to release it.
func remindAuthor(dr models.Draft, since models.Date) func(*Desk, *models.Tx, *models.Matter, Due) error {
	return func(d *Desk, tx *models.Tx, m *models.Matter, due Due) error {
		shown, err := tx.PreviewedTo(m.ID, dr.Version)
		if err != nil {
			return err
		}
		decides := d.Settings.StaffByID(cmp.Or(shown, dr.AuthorID))
		if decides == nil {
			return remind("draft", kindOf(&dr), since)(d, tx, m, due)
		}
		return d.watch(tx, "reminder", m.Complaint, []*models.Staff{decides}, "draft", kindOf(&dr), since, due.slot)
	}
}

// kindOf names a draft by its letter, an answer by its verdict.
func kindOf(dr *models.Draft) string {
	switch {
	case dr.Kind == "":
		return "reply"
	case dr.Kind == "answer" && dr.Verdict != "":
		return "answer_" + dr.Verdict
	}
	return sentAs(dr.Kind)
}

// escalate tells the coordinator and management.
func escalate(watch, text string, since models.Date) func(*Desk, *models.Tx, *models.Matter, Due) error {
	return func(d *Desk, tx *models.Tx, m *models.Matter, due Due) error {
		to, err := d.above(tx, m.Complaint)
		if err != nil {
			return err
		}
		return d.watch(tx, "escalation", m.Complaint, to, watch, text, since, due.slot)
	}
}

// above are those who are told when what others promised is late: the coordinator and management; who owns the complaint himself knows it
// already, unless there is nobody else.
func (d *Desk) above(tx *models.Tx, c *models.Complaint) ([]*models.Staff, error) {
	n, err := d.circle(tx, c)
	if err != nil {
		return nil, err
	}
	var list []*models.Staff
	for _, s := range d.Settings.Staff {
		if (s.Has(models.Coordinator) || s.Has(models.Management)) && !slices.Contains(n.about, s) {
			list = append(list, s)
		}
	}
	owners := d.owners(c, n)
	others := slices.DeleteFunc(slices.Clone(list), func(s *models.Staff) bool { return slices.Contains(owners, s) })
	if len(others) > 0 {
		return others, nil
	}
	return list, nil
}

// watch sends a reminder or an escalation. The form below it is the next step of the procedure, as in the registration.
func (d *Desk) watch(tx *models.Tx, kind string, c *models.Complaint, to []*models.Staff, watch, text string, since models.Date, slot string) error {
	n, err := d.circle(tx, c)
	if err != nil {
		return err
	}
	owners := d.owners(c, n)
	for _, s := range to {
		l := letter{kind: kind, key: keyOf(kind, c, s.Email, slot), mailbox: d.Settings.Mailbox(c.Mailbox), complaint: c, staff: s}
		if ok, err := d.isNew(tx, l.key); err != nil || !ok {
			if err != nil {
				return err
			}
			continue
		}
		if kind == "reminder" {
			if done, err := d.reminded(tx, c, s); err != nil || done {
				if err != nil {
					return err
				}
				continue // tomorrow
			}
		}
		l.data.Watch, l.data.WatchText, l.data.DueOn = watch, d.shownTo(s, c, text), since.Time(d.Zone())
		l.data.LateDays = max(0, d.today(tx).DaysSince(since))
		if l.data.Complainant = person(&c.Complainant); c.Shielded && !s.Has(models.Coordinator) || watch == "measure" || watch == "evaluation" {
			l.data.Complainant = templates.Person{}
		}
		if c.Handler != nil && c.Handler.ID != s.ID && (kind != "reminder" || len(to) > 1) {
			l.data.Owner = c.Handler.Name
		} else if c.Handler == nil && len(owners) > 0 && !slices.Contains(owners, s) {
			l.data.Owner = owners[0].Name // it was assigned to nobody yet
		}
		switch {
		case watch == "task":
			l.buttons = []string{"contact", "note"}
			if c.AnsweredAt != nil || c.Stage.Ended() {
				l.buttons = []string{"contact", "reopen", "note"}
			} else if c.Stage != models.Registered {
				l.buttons = []string{"contact", "status", "note"}
			}
			l.data.Form = d.formFor(s, "contact", nil, nil)
		case watch == "measure":
			l.buttons = helpFor(string(c.Stage))
		default:
			if l.buttons = helpFor(string(c.Stage)); !slices.Contains(owners, s) && !s.Has(models.Coordinator) {
				l.buttons = []string{"assign", "note"} // what management may
			}
			if kind == "reminder" && watch != "draft" {
				l.data.Form = d.formFor(s, d.nextForm(c), nil, nil)
			}
		}
		if err := d.toStaff(tx, l); err != nil {
			return err
		}
	}
	return nil
}

// reminded tells whether the colleague was reminded about the complaint today.
func (d *Desk) reminded(tx *models.Tx, c *models.Complaint, s *models.Staff) (bool, error) {
	for _, o := range *d.letters {
		if o.letter.kind == "reminder" && o.letter.staff == s && o.letter.complaint.ID == c.ID {
			return true, nil
		}
	}
	today := d.today(tx)
	n, err := tx.TokensBetween(c.ID, s.ID, "reminder", today.Time(d.Zone()), today.AddDays(1).Time(d.Zone()))
	return n > 0, err
}

// shownTo is a colleague's text about a complaint as another one may read it: of the shielded only the coordinator reads who complains.
func (d *Desk) shownTo(s *models.Staff, c *models.Complaint, text string) string {
	if c.Shielded && !s.Has(models.Coordinator) {
		return d.maskedFor(c, text)
	}
	return text
}

// nextForm is the action whose form is the next step: the analysis, then the answer.
func (d *Desk) nextForm(c *models.Complaint) string {
	if c.Stage == models.Answer {
		return "answer"
	}
	return "analyse"
}

// askWhetherDone asks the owner of a measure whether it is done; who is not in [[staff]] is asked through who owns the complaint.
func (d *Desk) askWhetherDone(tx *models.Tx, c *models.Complaint, no int, text, owner string, due models.Date, slot string) error {
	to, err := d.ownerOr(tx, c, owner)
	if err != nil {
		return err
	}
	for _, s := range to {
		l := letter{kind: "measure_due", key: keyOf("measure_due", c, s.Email, slot), mailbox: d.Settings.Mailbox(c.Mailbox), complaint: c, staff: s,
			buttons: []string{"done", "postpone"}}
		if ok, err := d.isNew(tx, l.key); err != nil || !ok {
			if err != nil {
				return err
			}
			continue
		}
		l.data.Measure, l.data.DueOn, l.data.LateDays = fmt.Sprintf("M%d: %s", no, d.shownTo(s, c, text)), due.Time(d.Zone()), max(0, d.today(tx).DaysSince(due))
		if !s.Owns(owner) {
			l.data.Owner = owner
		}
		l.data.Form = d.formFor(s, "postpone", map[string]string{"measure": fmt.Sprintf("M%d", no)}, nil)
		if err := d.toStaff(tx, l); err != nil {
			return err
		}
	}
	return nil
}

// ownerOr is the staff entry that the owner of a measure is, otherwise who owns the complaint.
func (d *Desk) ownerOr(tx *models.Tx, c *models.Complaint, owner string) ([]*models.Staff, error) {
	if s := d.Settings.StaffByAddress(owner); s != nil {
		return []*models.Staff{s}, nil
	}
	n, err := d.circle(tx, c)
	if err != nil {
		return nil, err
	}
	return d.owners(c, n), nil
}

func latest(list ...time.Time) (t time.Time) {
	for _, u := range list {
		if u.After(t) {
			t = u
		}
	}
	return t
}
