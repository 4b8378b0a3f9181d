package procedure

import (
	"cmp"
	"context"
	"slices"
	"time"

	"dankuwel/models"
	"dankuwel/templates"
)

// ahead is how many days before the end of its term a complaint stands on the agenda of each day.
const ahead = 7

// handlerDigest sends each colleague what is due among the complaints that are his, and on the first working day of a week all that are open.
// Nothing is sent when nothing is to be said. Who is away gets none; who stands in reads it in his own.
func (d *Desk) handlerDigest(ctx context.Context) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		today := d.today(tx)
		if !d.Settings.Calendar.WorkingDay(today) {
			return nil
		}
		list, err := tx.Matters()
		if err != nil {
			return err
		}
		waits, err := d.unread(tx)
		if err != nil {
			return err
		}
		agendas := map[int64][]templates.AgendaItem{}
		for _, m := range list {
			if waits[m.Mailbox] || m.ErasedAt != nil || len(d.agenda(m, d.Settings.Staff[0], today)) == 0 { // for nobody, whoever reads it
				continue
			}
			n, err := d.circle(tx, m.Complaint)
			if err != nil {
				return err
			}
			for _, s := range d.owners(m.Complaint, n) {
				if to, err := d.substituteOf(tx, s, m.Complaint); err != nil {
					return err
				} else if to != nil {
					s = to
				}
				agendas[s.ID] = append(agendas[s.ID], d.agenda(m, s, today)...)
			}
		}
		for _, s := range d.Settings.Staff {
			items := agendas[s.ID]
			if len(items) == 0 {
				continue
			}
			slices.SortStableFunc(items, func(a, b templates.AgendaItem) int {
				return cmp.Or(a.DueOn.Compare(b.DueOn), cmp.Compare(a.Number, b.Number))
			})
			l := letter{kind: "handler_digest", key: keyOf("handler_digest", nil, s.Email, string(today)), mailbox: &d.Settings.Mailboxes[0], staff: s, buttons: []string{"overview"}}
			l.data.Agenda = items
			if ok, err := d.isNew(tx, l.key); err != nil || !ok {
				if err != nil {
					return err
				}
				continue
			}
			if err := d.toStaff(tx, l); err != nil {
				return err
			}
		}
		return nil
	})
}

// agenda is what a complaint puts on a colleague's agenda today: what is late or near, and on the first working day of a week the rest too.
func (d *Desk) agenda(m *models.Matter, s *models.Staff, today models.Date) (list []templates.AgendaItem) {
	unanswered := m.AnsweredAt == nil && !m.Stage.Ended()
	add := func(on models.Date, label string, args ...any) {
		item := templates.AgendaItem{Number: m.Number, Subject: m.Subject, What: d.Texts.Label(d.languageOf(s), "to_do."+label, args...)}
		if on != "" {
			item.DueOn, item.Late = on.Time(d.Zone()), on < today
		}
		if unanswered && m.SuspendedAt == nil {
			item.Day, item.Term = m.Day(today), m.Term()
		}
		if m.Shielded {
			item.Subject = d.Texts.Label(d.languageOf(s), "shielded")
		}
		list = append(list, item)
	}
	if unanswered && m.SuspendedAt == nil && m.AnswerDue.AddDays(-ahead) <= today {
		add(m.AnswerDue, "answer")
	}
	for _, t := range m.Tasks {
		due := t.DueOn
		if due == "" {
			due = d.dayOf(t.CreatedAt)
		}
		if due <= today {
			add(due, "task", t.Text)
		}
	}
	for _, dr := range m.Drafts {
		if made := d.dayOf(dr.CreatedAt); made < today {
			add(made, "draft", dr.Subject)
		}
	}
	var promised *models.CorrectiveMeasure
	for i := range m.Measures {
		if k := &m.Measures[i]; k.DoneAt == nil && !m.Stage.Ended() && (promised == nil || k.DueOn < promised.DueOn) {
			promised = k
		}
		if k := &m.Measures[i]; k.DoneAt == nil && !m.Stage.Ended() && k.DueOn <= d.Settings.Calendar.Add(today, Term{1, WorkingDays}) {
			add(k.DueOn, "measure", k.No, firstWords(d.shownTo(s, m.Complaint, k.Description), 80))
		}
	}
	if len(list) > 0 || !d.firstOfWeek(today) || m.Stage.Ended() {
		return list
	}
	stage := d.Texts.Label(d.languageOf(s), "stage."+string(m.Stage))
	switch {
	case promised != nil && !unanswered:
		add(promised.DueOn, "measure", promised.No, firstWords(d.shownTo(s, m.Complaint, promised.Description), 80))
	case unanswered && m.SuspendedAt == nil:
		add(m.AnswerDue, "open", stage)
	default: // no day is known
		add("", "open", stage)
	}
	return list
}

// firstOfWeek tells whether the day is the first working day of its week.
func (d *Desk) firstOfWeek(day models.Date) bool {
	for before := day; before.Time(time.UTC).Weekday() != time.Monday; {
		if before = before.AddDays(-1); d.Settings.Calendar.WorkingDay(before) {
			return false
		}
	}
	return true
}
