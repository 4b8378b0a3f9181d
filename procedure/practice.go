package procedure

import (
	"context"
	"fmt"
	"strings"

	"dankuwel/models"
	"dankuwel/templates"
)

// practiceDays is how long a practice complaint lives (CONTRACT section 6, "Proof").
const practiceDays = 14

// practise is `proef`: a complaint in the staff member's own name that can be carried through the whole procedure, and that nobody else
// reads. What stands behind the verb is what it complains of; otherwise it has an example.
func (x *deed) practise() error {
	m := x.a.Message
	m.Subject, m.Text = "", x.words()
	c, err := x.startPractice(x.tx, x.e, x.by, m)
	if err != nil {
		return err
	}
	x.c, x.n = c, circle{}
	x.done("practice", c.Number, x.day(practiceEnd(c)))
	return nil
}

// startPractice registers a practice complaint with the text of the message. Its complainant and its handler are the same person; both
// their mails leave at once.
func (d *Desk) startPractice(tx *models.Tx, e *models.LedgerEntry, by *models.Staff, m models.Message) (*models.Complaint, error) {
	if lang := d.languageOf(by); strings.TrimSpace(m.Text) == "" {
		m.Subject, m.Text, m.Language = d.Texts.Label(lang, "practice.example_subject"), d.Texts.Label(lang, "practice.example"), lang
	} else if m.Subject == "" {
		m.Subject = firstWords(strings.SplitN(m.Text, "\n", 2)[0], 70)
	}
	m.NewText, m.MessageID, m.StaffID, m.Carrier = m.Text, "", nil, "mail" // his two conversations do not mix
	m.FromName, m.FromEmail, m.AnswerTo = by.Name, by.Email, by.Email
	c, err := d.newComplaint(tx, &Arrival{Mailbox: e.Mailbox, ReceivedAt: tx.Now(), Message: m, practice: by}, 0)
	if err != nil {
		return nil, err
	}
	if err := tx.AssignMessage(*e.StoredAs, c.ID); err != nil {
		return nil, err
	}
	e.ComplaintID = &c.ID
	if err := tx.SaveLedgerEntry(e); err != nil {
		return nil, err
	}
	return c, d.begin(tx, c, &m, e)
}

// addPractice writes a new complaint as one for practice: with a number of its own series, and with who practises as its handler.
func (d *Desk) addPractice(tx *models.Tx, c *models.Complaint, by *models.Staff) (err error) {
	c.Practice, c.Shielded, c.Anonymous, c.HandlerID, c.Handler, c.Year = true, false, false, &by.ID, by, 0
	if c.Number, c.Serial, err = tx.NextPracticeNumber(); err != nil {
		return err
	}
	return tx.AddComplaint(c)
}

// Practises is whose practice a complaint is; nil when it is a real one, or when he left.
func (d *Desk) Practises(c *models.Complaint) *models.Staff {
	if !c.Practice {
		return nil
	}
	return d.Settings.StaffByAddress(c.Complainant.Email)
}

// staysAway tells whether a mail about a practice complaint would go to somebody else than the one who practises. Who wrote about it all the
// same gets his receipt.
func (d *Desk) staysAway(l *letter) bool {
	c := l.complaint
	return c != nil && c.Practice && !l.staff.Owns(c.Complainant.Email) && l.kind != "receipt" && l.kind != "confirmation"
}

// find reads the complaint with that number. A practice complaint is there for the one who practises only, and never beside a real one.
func (x *deed) find(number string) (*models.Complaint, error) {
	c, err := x.tx.Complaint(number)
	if err == nil && (c.Practice && x.Practises(c) != x.by || x.c != nil && x.c.Practice != c.Practice) {
		return nil, fmt.Errorf("complaint %s: %w", number, models.ErrNotFound)
	}
	return c, err
}

// untold says that a colleague gets no mail about a practice complaint; false when he does.
func (x *deed) untold(s *models.Staff) bool {
	if !x.c.Practice || s == x.by {
		return false
	}
	x.done("practice_untold", s.Name)
	return true
}

// practiceEnd is the last day of a practice complaint.
func practiceEnd(c *models.Complaint) models.Date { return c.ReceivedOn.AddDays(practiceDays) }

// practiceInstead begins a practice complaint with the text of a parked mail, which needs no other decision then.
func (d *Desk) practiceInstead(tx *models.Tx, a *Arrival, e *models.LedgerEntry, s StaffMail, parked *models.LedgerEntry) error {
	if err := d.finish(tx, a, e, nil); err != nil {
		return err
	}
	m, err := tx.Message(*parked.StoredAs)
	if err != nil {
		return err
	}
	m.Text = m.NewText
	c, err := d.startPractice(tx, e, s.Staff, *m)
	if err != nil {
		return err
	}
	if err := d.decide(tx, parked, "discarded", models.StaffActor(s.Staff.ID)); err != nil {
		return err
	}
	lang := d.languageOf(s.Staff)
	did := d.Texts.Label(lang, "done.practice", c.Number, d.Texts.Day(lang, practiceEnd(c).Time(d.Zone())))
	return d.receipt(tx, e, s.Staff, c, templates.Data{Did: []string{did}, Action: d.Texts.ActionName(lang, "practice")}, letter{})
}

// EndPractice forgets the practice complaints whose last day is over.
func (d *Desk) EndPractice(ctx context.Context) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		n, err := tx.ForgetPractice(d.today(tx).AddDays(-practiceDays).Time(d.Zone()))
		if err == nil && n > 0 {
			d.Log.Info("practice complaints are gone", "complaints", n)
		}
		return err
	})
}
