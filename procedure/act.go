package procedure

import (
	"context"
	"fmt"
	"strings"

	"dankuwel/models"
	"dankuwel/templates"
)

// StaffMail is a mail of a staff member, and what intake found in it.
type StaffMail struct {
	Staff     *models.Staff
	Proven    bool          // CONTRACT section 6, "Proof"
	Token     *models.Token // that it bore; nil: none, or none that serves
	Complaint int64         // complaint that it is about without a staff token (a reply-all to a complainant's address); 0: none
	Code      string        // of the address; a choice made by button
}

// about is the complaint that the mail is about; 0: none.
func (s *StaffMail) about() int64 {
	if s.Token != nil && s.Token.ComplaintID != nil {
		return *s.Token.ComplaintID
	}
	return s.Complaint
}

// Act does what a staff member's mail asks for, and answers with a receipt. What is not proven does nothing: it is parked, and the
// known address is asked.
func (d *Desk) Act(ctx context.Context, a *Arrival, s StaffMail) (*models.LedgerEntry, error) {
	return d.take(ctx, a, func(d *Desk, tx *models.Tx, e *models.LedgerEntry) error {
		a.Message.StaffID = &s.Staff.ID
		if !s.Proven {
			return d.askWhetherYours(tx, a, e, s)
		}
		return d.act(tx, a, e, s)
	})
}

// act does a proven mail that is about something.
func (d *Desk) act(tx *models.Tx, a *Arrival, e *models.LedgerEntry, s StaffMail) error {
	if s.Token != nil {
		switch s.Token.Purpose {
		case "confirmation", "offer":
			return d.actOnParked(tx, a, e, s)
		case "review_list":
			return d.review(tx, a, e, s)
		}
	}
	id := s.about()
	switch {
	case id == 0 && d.passesOn(a.Forward):
		return d.forwarded(tx, a, e, s.Staff)
	case id == 0:
		return d.askWhetherComplaint(tx, a, e, s.Staff)
	}
	c, err := tx.ComplaintByID(id)
	if err != nil {
		return err
	}
	if !d.mayNote(c, s.Staff) {
		e.Outcome = models.AsRefused
		if err := d.finish(tx, a, e, c); err != nil {
			return err
		}
		return d.receipt(tx, e, s.Staff, c, templates.Data{NotDone: templates.NotDoneNotYours, Note: a.Message.NewText}, letter{})
	}
	e.Outcome = models.AsAction
	if answer := d.choice(s, a); answer == "yes" || answer == "no" {
		n, err := d.circle(tx, c)
		if err != nil {
			return err
		}
		if len(n.open) > 0 && (s.Token == nil || s.Token.Purpose == "registration" || s.Token.Purpose == "addition") {
			return d.answerNamed(tx, a, e, c, s.Staff, n.open, answer == "yes")
		}
	}
	return d.keepNote(tx, a, e, c, s.Staff)
}

// choice is the answer that a mail gives: its first word, or the button when nothing was written.
func (d *Desk) choice(s StaffMail, a *Arrival) string {
	if answer := d.Texts.Answer(a.Message.NewText); answer != "" {
		return answer
	}
	if strings.TrimSpace(a.Message.NewText) == "" {
		for _, key := range []string{"yes", "no", "own"} {
			if buttonCodes[key] == s.Code {
				return key
			}
		}
	}
	return ""
}

// mayNote: the shielded are the coordinator's and who stands in for her alone; everybody else in [[staff]] may leave a note.
func (d *Desk) mayNote(c *models.Complaint, s *models.Staff) bool {
	return !c.Shielded || s.Has(models.Coordinator) || s.Has(models.Management)
}

// keepNote files a plain reply as an internal note and passes it on to the others who own the complaint.
func (d *Desk) keepNote(tx *models.Tx, a *Arrival, e *models.LedgerEntry, c *models.Complaint, by *models.Staff) error {
	a.Message.Direction = "note"
	if err := d.finish(tx, a, e, c); err != nil {
		return err
	}
	if err := d.event(tx, c, models.StaffActor(by.ID), "note", map[string]any{"ledger": e.ID}); err != nil {
		return err
	}
	return d.receipt(tx, e, by, c, templates.Data{Done: templates.DoneNote, Note: a.Message.NewText}, letter{})
}

// answerNamed settles whether the complaint is about the staff it names. When it is not about the coordinator after all, it goes to her
// at once (CONTRACT section 5).
func (d *Desk) answerNamed(tx *models.Tx, a *Arrival, e *models.LedgerEntry, c *models.Complaint, by *models.Staff, open []*models.Staff, about bool) error {
	a.Message.Direction = "note"
	if err := d.finish(tx, a, e, c); err != nil {
		return err
	}
	data := templates.Data{Done: templates.DoneNo}
	if about {
		data.Done = templates.DoneYes
	}
	coordinatorFree := false
	for _, s := range open {
		if s.ID == by.ID {
			continue // nobody decides about himself
		}
		if _, err := tx.DecideNamedStaff(c.ID, s.ID, about, by.ID); err != nil {
			return err
		}
		data.Named = append(data.Named, s.Name)
		coordinatorFree = coordinatorFree || (!about && s.Has(models.Coordinator))
		if err := d.event(tx, c, models.StaffActor(by.ID), "named staff decided", map[string]any{"staff": s.ID, "about": about}); err != nil {
			return err
		}
	}
	if len(data.Named) == 0 {
		data = templates.Data{NotDone: templates.NotDoneNotYours}
	}
	if coordinatorFree {
		m, entry, err := tx.FirstMessage(c.ID)
		if err == nil {
			m, err = d.written(tx, m)
		}
		if err != nil {
			return err
		}
		n, err := d.circle(tx, c)
		if err != nil {
			return err
		}
		if err := d.announce(tx, c, m, entry, n); err != nil {
			return err
		}
	}
	return d.receipt(tx, e, by, c, data, letter{})
}

// askWhetherYours parks a staff member's mail that is not proven and asks the known address. One question an hour and person: anybody
// can provoke them.
func (d *Desk) askWhetherYours(tx *models.Tx, a *Arrival, e *models.LedgerEntry, s StaffMail) error {
	e.Outcome, e.Reason = models.AsParked, "unproven"
	if err := d.finish(tx, a, e, nil); err != nil {
		return err
	}
	cause := causeOf(e)
	if s.Token == nil {
		cause = tx.Now().Format("2006-01-02T15")
	}
	l := letter{kind: "confirmation", key: keyOf("confirmation", nil, s.Staff.Email, cause), mailbox: d.Settings.Mailbox(a.Mailbox), staff: s.Staff,
		subjectID: &e.ID, buttons: []string{"yes"}}
	l.data.Subject, l.data.Received, l.data.From = a.Message.Subject, a.ReceivedAt.In(d.Zone()), a.Message.FromEmail
	l.data.ReceivedText = firstWords(a.Message.NewText, 300)
	if id := s.about(); id != 0 {
		var err error
		if l.complaint, err = tx.ComplaintByID(id); err != nil {
			return err
		}
	}
	return d.toStaff(tx, l)
}

// askWhetherComplaint parks a proven mail that says nothing we understand, and offers to register it as the writer's own complaint.
func (d *Desk) askWhetherComplaint(tx *models.Tx, a *Arrival, e *models.LedgerEntry, s *models.Staff) error {
	e.Outcome, e.Reason = models.AsParked, "unclear"
	if err := d.finish(tx, a, e, nil); err != nil {
		return err
	}
	return d.offer(tx, e, e, s, &a.Message)
}

// offer asks whether a parked mail of the staff member is a complaint of his own.
func (d *Desk) offer(tx *models.Tx, e, parked *models.LedgerEntry, s *models.Staff, m *models.Message) error {
	return d.receipt(tx, e, s, nil, templates.Data{NotDone: templates.NotDoneOwn, Note: m.NewText, Subject: m.Subject}, letter{subjectID: &parked.ID, buttons: []string{"own"}, purpose: "offer"})
}

// actOnParked answers a question of ours about a parked mail of the staff member: whether it is his (ja), whether it is a complaint
// (klacht). Anything else does nothing, is kept, and the parked mail stays where the coordinator sees it.
func (d *Desk) actOnParked(tx *models.Tx, a *Arrival, e *models.LedgerEntry, s StaffMail) error {
	a.Message.Direction = "note"
	e.Outcome = models.AsAction
	parked, err := tx.LedgerEntry(*s.Token.SubjectID)
	if err != nil {
		return err
	}
	answer := d.choice(s, a)
	if parked.Decision != "" {
		if err := d.finish(tx, a, e, nil); err != nil {
			return err
		}
		data := templates.Data{Done: templates.DoneDecided, Decided: templates.Decision{By: d.actorName(parked.DecidedBy), At: parked.DecidedAt.In(d.Zone()), Yes: parked.Decision == "accepted"}}
		return d.receipt(tx, e, s.Staff, nil, data, letter{})
	}
	switch {
	case s.Token.Purpose == "confirmation" && answer == "yes":
		return d.confirmed(tx, a, e, s, parked)
	case s.Token.Purpose == "offer" && answer == "own":
		if err := d.finish(tx, a, e, nil); err != nil {
			return err
		}
		number, err := d.accept(tx, *parked.ParkedNo, models.StaffActor(s.Staff.ID))
		if err != nil {
			return err
		}
		c, err := tx.Complaint(number)
		if err != nil {
			return err
		}
		return d.receipt(tx, e, s.Staff, c, templates.Data{Done: templates.DoneConfirmed}, letter{})
	}
	e.Outcome = models.AsRefused
	if err := d.finish(tx, a, e, nil); err != nil {
		return err
	}
	return d.receipt(tx, e, s.Staff, nil, templates.Data{NotDone: templates.NotDoneNotUnderstood, Note: a.Message.NewText}, letter{})
}

// confirmed does what the confirmed mail asked for: a reply about a complaint becomes its note; for anything else the writer is asked
// whether it is a complaint of his own.
func (d *Desk) confirmed(tx *models.Tx, a *Arrival, e *models.LedgerEntry, s StaffMail, parked *models.LedgerEntry) error {
	if err := d.finish(tx, a, e, nil); err != nil {
		return err
	}
	m, err := tx.Message(*parked.StoredAs)
	if err != nil {
		return err
	}
	if s.about() == 0 {
		f, err := tx.Forward(m.ID)
		switch {
		case err != nil:
			return err
		case d.passesOn(f):
			return d.confirmedForward(tx, e, parked, m, f, s.Staff)
		}
		return d.offer(tx, e, parked, s.Staff, m)
	}
	c, err := tx.ComplaintByID(s.about())
	if err != nil {
		return err
	}
	if !d.mayNote(c, s.Staff) {
		return d.receipt(tx, e, s.Staff, c, templates.Data{NotDone: templates.NotDoneNotYours, Note: m.NewText}, letter{})
	}
	if err := tx.MakeNote(m.ID, c.ID); err != nil {
		return err
	}
	parked.AcceptedAs, parked.ComplaintID = c.Number, &c.ID
	if err := d.decide(tx, parked, "accepted", models.StaffActor(s.Staff.ID)); err != nil {
		return err
	}
	if err := d.event(tx, c, models.StaffActor(s.Staff.ID), "note", map[string]any{"ledger": parked.ID, "confirmed_by": e.ID}); err != nil {
		return err
	}
	return d.receipt(tx, e, s.Staff, c, templates.Data{Done: templates.DoneNote, Note: m.NewText}, letter{})
}

// receipt answers a staff member's mail. Silence never. A note goes on to the others who own the complaint.
func (d *Desk) receipt(tx *models.Tx, e *models.LedgerEntry, to *models.Staff, c *models.Complaint, data templates.Data, l letter) error {
	l.kind, l.key, l.mailbox, l.staff, l.complaint, l.data = "receipt", keyOf("receipt", c, to.Email, causeOf(e)), d.Settings.Mailbox(e.Mailbox), to, c, data
	l.data.From = to.Name
	if err := d.toStaff(tx, l); err != nil {
		return err
	}
	if data.Done != templates.DoneNote {
		return nil
	}
	n, err := d.circle(tx, c)
	if err != nil {
		return err
	}
	others := d.owners(c, n)
	if coordinator := d.Settings.first(models.Coordinator, ids(n.about)); coordinator != nil {
		others = append(others, coordinator)
	}
	told := map[int64]bool{to.ID: true}
	for _, o := range others {
		if told[o.ID] {
			continue
		}
		told[o.ID] = true
		pass := l
		pass.staff, pass.key = o, keyOf("receipt", c, o.Email, causeOf(e))
		if err := d.toStaff(tx, pass); err != nil {
			return err
		}
	}
	return nil
}

func ids(staff []*models.Staff) []int64 {
	var list []int64
	for _, s := range staff {
		list = append(list, s.ID)
	}
	return list
}

func (d *Desk) actorName(actor string) string {
	var id int64
	if _, err := fmt.Sscanf(actor, "staff:%d", &id); err == nil {
		if s := d.Settings.StaffByID(id); s != nil {
			return s.Name
		}
	}
	return actor
}

// firstWords is the beginning of a text, n bytes at most, cut at a word.
func firstWords(text string, n int) string {
	if len(text) <= n {
		return text
	}
	cut := strings.LastIndexAny(text[:n], " \n")
	if cut <= 0 {
		cut = n
	}
	return strings.ToValidUTF8(text[:cut], "") + " …"
}
