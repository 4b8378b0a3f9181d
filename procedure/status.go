package procedure

import (
	"slices"
	"time"

	"dankuwel/models"
	"dankuwel/templates"
)

// apart is how many days lie between two letters to one person that the register sends by itself (CONTRACT section 7).
const apart = 2

// told are the letters that tell where a complaint stands: after each of them the interval of status updates begins anew.
var told = []string{"acknowledgement", "status_update", "information_request", "extension_notice", "reopened"}

// lastTold is when the complainant last read where the complaint stands, or reopened it: the letter about that is a colleague's to send, and no
// update runs before it.
func lastTold(m *models.Matter) time.Time {
	last := m.RegisteredAt
	for _, kind := range told {
		last = latest(last, m.Letters[kind])
	}
	for _, t := range m.Terms {
		if t.Kind == "reopening" {
			last = latest(last, t.At)
		}
	}
	return last
}

// planStatus: until the answer the complainant hears where things stand, every so often and when the stage changed (procedure 4.3). From the
// day after the term there is one letter only.
func (d *Desk) planStatus(m *models.Matter, today models.Date) []Due {
	if m.Complainant.Email == "" || m.SuspendedAt != nil {
		return nil
	}
	last, news := lastTold(m), time.Time{}
	for _, at := range m.Letters {
		news = latest(news, at)
	}
	soonest := d.dayOf(news).AddDays(apart)
	if today > m.AnswerDue && !d.promised(m) { // no day was named, so none was missed; the coordinator is to name one
		on := max(d.Settings.Calendar.Add(d.dayOf(last), d.Settings.StatusEvery), soonest)
		return []Due{{Job: statusUpdates, What: "status_update", On: on, slot: "late:" + string(m.AnswerDue), do: (*Desk).sayStatus}}
	}
	if today > m.AnswerDue {
		return []Due{{Job: statusUpdates, What: "status_update", On: max(m.AnswerDue.AddDays(1), soonest), slot: "late:" + string(m.AnswerDue), do: (*Desk).sayLate}}
	}
	on := d.Settings.Calendar.Add(d.dayOf(last), d.Settings.StatusEvery)
	if m.StageSince.After(last) && m.Stage != models.Registered {
		on = d.dayOf(m.StageSince)
	}
	if on = max(on, soonest); on > m.AnswerDue {
		return nil // the answer comes before, or the letter that says it does not
	}
	return []Due{{Job: statusUpdates, What: "status_update", On: on, slot: string(on), do: (*Desk).sayStatus}}
}

// promised tells whether the complainant read the day of the answer: in the thanks, or in the letter about what moved it.
func (d *Desk) promised(m *models.Matter) bool {
	return m.AnswerDue >= d.dayOf(m.RegisteredAt).AddDays(promiseDays) || slices.ContainsFunc(m.Terms, func(t models.TermChange) bool { return t.NewDue == m.AnswerDue })
}

// mayWrite tells whether a letter may go to the person by itself today: the address is not dead, and two days have passed since any letter
// of ours, about whatever complaint. Otherwise it waits, and what it has to say is merged with what comes up meanwhile.
func (d *Desk) mayWrite(tx *models.Tx, c *models.Complaint) (bool, error) {
	email := c.Complainant.Email
	if ok, err := d.reachable(tx, c, email); err != nil || !ok {
		return false, err
	}
	last, err := tx.LetterTo(email)
	if err != nil {
		return false, err
	}
	if !last.IsZero() && d.today(tx) < d.dayOf(last).AddDays(apart) {
		return false, nil
	}
	for _, o := range *d.letters { // made in the same run
		if o.row.StaffID == nil && models.FoldAddress(o.row.Recipient) == models.FoldAddress(email) {
			return false, nil
		}
	}
	return true, nil
}

// sayStatus tells what is true of this complaint: what happened since the last letter, what is next, until when.
func (d *Desk) sayStatus(tx *models.Tx, m *models.Matter, due Due) error {
	return d.writeStatus(tx, m, due, func(l *letter) error {
		if d.promised(m) {
			l.data.AnswerDue = m.AnswerDue.Time(d.Zone())
		}
		l.data.Received = d.waitsSince(m).In(d.Zone())
		n, err := d.circle(tx, m.Complaint)
		if err != nil {
			return err
		}
		l.data.Happened = d.happened(m, n)
		l.data.Next = d.Texts.Label(m.Language, "next."+string(m.Stage))
		return nil
	})
}

// waitsSince is since when the complainant waits for the answer: the day of receipt, or of the last reopening.
func (d *Desk) waitsSince(m *models.Matter) time.Time {
	since := m.ReceivedAt
	for _, t := range m.Terms {
		if t.Kind == "reopening" {
			since = t.At
		}
	}
	return since
}

// happened are the sentences on what happened since the newest letter that told where things stand, in the complainant's language. Nobody is named
// whom the complaint may be about.
func (d *Desk) happened(m *models.Matter, n circle) (list []string) {
	say := func(label string, args ...any) {
		list = append(list, d.Texts.Label(m.Language, "happened."+label, args...))
	}
	last := lastTold(m)
	question := m.Letters["information_request"]
	if m.Stage == models.Investigation && m.StageSince.After(last) && m.Handler != nil && !m.Shielded && !slices.Contains(ids(n.about), m.Handler.ID) {
		if hasPhrase(templates.FoldWords(d.Settings.Organization.Signature), templates.FoldWords(m.Handler.Name)) {
			say("assigned_self")
		} else {
			say("assigned", m.Handler.Name)
		}
	}
	switch {
	case question.IsZero():
		if m.Heard.After(last) {
			say("addition")
		}
	case m.Heard.After(question):
		if m.Heard.After(last) {
			say("answered_question")
		}
	default:
		say("question", question.In(d.Zone()))
	}
	switch {
	case m.Stage == models.Answer && m.StageSince.After(last):
		say("analysis")
	case m.Stage == models.Investigation && len(list) == 0:
		say("investigation")
	}
	return list
}

// sayLate is the one honest letter after the term: not met, regret, and the day on which the coordinator says when. That day is her task.
func (d *Desk) sayLate(tx *models.Tx, m *models.Matter, due Due) error {
	return d.writeStatus(tx, m, due, func(l *letter) error {
		day := d.Settings.Calendar.Add(d.today(tx), Term{reactDays, WorkingDays})
		l.data.Late, l.data.OldDue, l.data.ReactBy = true, m.AnswerDue.Time(d.Zone()), day.Time(d.Zone())
		return d.taskOnce(tx, m.Complaint, "name_date", "task.late", day)
	})
}

func (d *Desk) writeStatus(tx *models.Tx, m *models.Matter, due Due, fill func(*letter) error) error {
	c := m.Complaint
	l := letter{kind: "status_update", key: keyOf("status_update", c, c.Complainant.Email, due.slot), mailbox: d.Settings.Mailbox(c.Mailbox), complaint: c}
	if ok, err := d.isNew(tx, l.key); err != nil || !ok {
		return err
	}
	if ok, err := d.mayWrite(tx, c); err != nil || !ok {
		return err
	}
	n, err := d.circle(tx, c)
	if err != nil {
		return err
	}
	l.data.Signature = d.signature(n)
	if err := fill(&l); err != nil {
		return err
	}
	return d.toComplainant(tx, l)
}
