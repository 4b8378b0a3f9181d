package procedure

import (
	"slices"
	"time"

	"dankuwel/models"
)

// profileFor is the clock of a complaint: the one that it was registered under, with the own term of its department. The organisation's
// own values belong to the profile that is configured now.
func (d *Desk) profileFor(c *models.Complaint) Profile {
	p := d.Settings.Profile
	if before, ok := Profiles[c.Profile]; ok && c.Profile != p.Name {
		p = before
	}
	if dep := d.Settings.department(c.Department); dep != nil && dep.Answer != nil {
		p.Own = *dep.Answer
	}
	return p
}

// answerDue is the end of a term that begins on a day.
func (d *Desk) answerDue(c *models.Complaint, from models.Date) models.Date {
	return d.profileFor(c).AnswerDue(from, d.Settings.Calendar)
}

// thanksDue is the last day for the thanks; "" where the profile knows none.
func (d *Desk) thanksDue(c *models.Complaint) models.Date {
	return d.profileFor(c).ThanksDue(c.ReceivedOn, d.Settings.Calendar)
}

// due is the last day of the term as things stand today: while the clock stands still, it moves on with every day.
func (d *Desk) due(tx *models.Tx, c *models.Complaint) models.Date {
	if c.SuspendedAt == nil {
		return c.AnswerDue
	}
	return d.later(c, d.today(tx).DaysSince(models.DateOf(*c.SuspendedAt, d.Zone())))
}

// later is the end of the term some days later, or earlier.
func (d *Desk) later(c *models.Complaint, days int) models.Date {
	return d.profileFor(c).Moved(c.AnswerDue.AddDays(days), d.Settings.Calendar)
}

// begun is the day from which the clock counts, and how often the term was extended since: from the day of receipt, or from the last reopening.
func (x *deed) begun() (day models.Date, extensions int, err error) {
	changes, err := x.tx.TermChanges(x.c.ID)
	day = x.c.ReceivedOn
	for _, t := range changes {
		switch t.Kind {
		case "extension":
			extensions++
		case "reopening":
			day, extensions = models.DateOf(t.At, x.Zone()), 0
		}
	}
	return day, extensions, err
}

// receivedOn corrects the day of receipt. The end of the term moves by as many days as the term without extensions and suspensions does, so
// that those that were granted stay; after a reopening the clock counts from there, and the end stays.
func (x *deed) receivedOn(at time.Time) error {
	begun, _, err := x.begun()
	if err != nil {
		return err
	}
	day := models.DateOf(at, x.Zone())
	if begun == x.c.ReceivedOn {
		before := x.c.AnswerDue
		if x.c.AnswerDue = x.later(x.c, x.answerDue(x.c, day).DaysSince(x.answerDue(x.c, begun))); x.c.AnswerDue != before {
			x.done("due_moved", x.day(x.c.AnswerDue))
		}
	}
	x.c.ReceivedAt, x.c.ReceivedOn = models.Micro(at), day
	return nil
}

// toDepartment gives the complaint to a department. A shorter own term holds from now on, unless its end is past already; a longer one does
// not: the complainant was told a day, and a move within the house does not put it off.
func (x *deed) toDepartment(name string) error {
	if name == x.c.Department {
		return nil
	}
	begun, _, err := x.begun()
	if err != nil {
		return err
	}
	before := x.answerDue(x.c, begun)
	x.c.Department = name
	if x.c.AnsweredAt != nil {
		return nil
	}
	if due := x.later(x.c, x.answerDue(x.c, begun).DaysSince(before)); due < x.c.AnswerDue && due >= x.today(x.tx) {
		x.c.AnswerDue = due
		x.done("due_moved", x.day(due))
	}
	return nil
}

// suspend stops the clock on the day on which a question to the complainant leaves, where the organisation's terms say so. A second question
// does not stop it twice. A letter to post has not left yet, and a term that is over cannot stand still.
func (x *deed) suspend() error {
	if !x.profileFor(x.c).Suspends || x.c.SuspendedAt != nil || x.c.AnsweredAt != nil || x.c.Complainant.Email == "" || x.today(x.tx) > x.c.AnswerDue {
		return nil
	}
	if err := x.tx.AddTermChange(&models.TermChange{ComplaintID: x.c.ID, Kind: "suspension", OldDue: x.c.AnswerDue, NewDue: x.c.AnswerDue, StaffID: &x.by.ID}); err != nil {
		return err
	}
	now := x.tx.Now()
	x.c.SuspendedAt = &now
	x.done("suspended")
	return x.mark("suspended", map[string]any{"due": x.c.AnswerDue})
}

// resume lets the clock go on: the end of the term moves by the days that it stood still. What came in before the question left is no answer
// to it.
func (d *Desk) resume(tx *models.Tx, c *models.Complaint, at time.Time, actor string) error {
	if c.SuspendedAt == nil || at.Before(c.SuspendedAt.Truncate(time.Second)) { // a mailbox knows whole seconds
		return nil
	}
	return d.resumeAfter(tx, c, models.DateOf(at, d.Zone()).DaysSince(models.DateOf(*c.SuspendedAt, d.Zone())), actor)
}

func (d *Desk) resumeAfter(tx *models.Tx, c *models.Complaint, days int, actor string) error {
	before := c.AnswerDue
	if days > 0 {
		c.AnswerDue = d.later(c, days)
	}
	c.SuspendedAt = nil
	if err := tx.SaveComplaint(c); err != nil {
		return err
	}
	if err := tx.AddTermChange(&models.TermChange{ComplaintID: c.ID, Kind: "resumption", OldDue: before, NewDue: c.AnswerDue}); err != nil {
		return err
	}
	return d.event(tx, c, actor, "resumed", map[string]any{"from": before, "to": c.AnswerDue, "days": days})
}

// notAsked: the question came back, so the clock never stood still; unless another one arrived.
func (d *Desk) notAsked(tx *models.Tx, c *models.Complaint, about *models.OutboxMail) error {
	if c.SuspendedAt == nil || about.Kind != "information_request" || about.StaffID != nil {
		return nil
	}
	sent, err := tx.OutboxOf(c.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(sent, func(m models.OutboxMail) bool {
		return m.Kind == about.Kind && m.ID != about.ID && m.BouncedAt == nil && !m.CreatedAt.Before(*c.SuspendedAt)
	}) {
		return nil
	}
	return d.resumeAfter(tx, c, 0, "register")
}
