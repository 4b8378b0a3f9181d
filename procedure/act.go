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
	Vouched   bool          // by the server; otherwise token and From alone
	Token     *models.Token // that it bore; nil: none, or none that serves; another's: Staff wrote in that one's name
	Complaint int64         // complaint that it is about without a staff token (a reply-all to a complainant's address); 0: none
	Code      string        // of the address; a choice made by button
	Name      string        // of who wrote at a shared desk; set by the Desk
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
		if err := d.isBack(tx, s.Staff); err != nil {
			return err
		}
		if s.Token != nil && s.Token.StaffID != s.Staff.ID {
			return d.refuseDelegate(tx, a, e, s)
		}
		return d.act(tx, a, e, s)
	})
}

// refuseDelegate does nothing for who writes in the name of another entry; the text becomes his note, and that entry is told
// (CONTRACT section 6, "Proof").
func (d *Desk) refuseDelegate(tx *models.Tx, a *Arrival, e *models.LedgerEntry, s StaffMail) error {
	x, err := d.deedOf(tx, a, e, s)
	if err != nil {
		return err
	}
	e.Outcome, a.Message.Direction = models.AsRefused, "note"
	if err := d.finish(tx, a, e, x.c); err != nil {
		return err
	}
	text := a.Message.NewText
	if err := x.note(text); err != nil {
		return err
	}
	data := templates.Data{NotDone: templates.NotDoneDelegate, Note: text}
	if owner := d.Settings.StaffByID(s.Token.StaffID); owner != nil {
		data.Colleague = owner.Name
		did := []string{d.Texts.Label(d.languageOf(owner), "done.note_of", s.Staff.Name, x.c.Number)}
		if err := d.receipt(tx, e, owner, x.c, templates.Data{Did: did, Note: text}, letter{}); err != nil {
			return err
		}
	}
	return d.receipt(tx, e, s.Staff, x.c, data, letter{})
}

// act does a proven mail: what its button, form, verb or words ask for.
func (d *Desk) act(tx *models.Tx, a *Arrival, e *models.LedgerEntry, s StaffMail) error {
	s.Name = d.signed(a, s.Staff)
	if s.Token != nil {
		switch s.Token.Purpose {
		case "confirmation", "offer":
			return d.actOnParked(tx, a, e, s)
		case "review_list":
			return d.review(tx, a, e, s)
		}
	}
	x, err := d.deedOf(tx, a, e, s)
	if err != nil {
		return err
	}
	if x.answersDigest() {
		x.key = "figures"
	}
	if x.c == nil && (x.key == "reply" || x.key == "idea" && d.passesOn(a.Forward)) {
		if d.passesOn(a.Forward) {
			return d.forwarded(tx, a, e, s)
		}
		return d.askWhetherComplaint(tx, a, e, s.Staff)
	}
	e.Outcome = models.AsAction
	if answer := d.choice(s, a); x.c != nil && (answer == "yes" || answer == "no") && (s.Token == nil || s.Token.Purpose == "registration" || s.Token.Purpose == "addition") {
		n, err := d.circle(tx, x.c)
		if err != nil {
			return err
		}
		if len(n.open) > 0 && d.mayNote(x.c, s.Staff) {
			return d.answerNamed(tx, a, e, x.c, s, n.open, answer == "yes")
		}
	}
	a.Message.Direction = "note"
	return x.perform()
}

// deedOf reads what a mail asks for.
func (d *Desk) deedOf(tx *models.Tx, a *Arrival, e *models.LedgerEntry, s StaffMail) (*deed, error) {
	x := &deed{Desk: d, tx: tx, a: a, e: e, by: s.Staff, name: s.Name, token: s.Token, code: s.Code, in: d.Read(&a.Message)}
	x.readName()
	if !s.Vouched {
		x.in.Send = false // what leaves is previewed; its `verstuur` is the confirmation
	}
	if id := s.about(); id != 0 {
		var err error
		if x.c, err = tx.ComplaintByID(id); err != nil {
			return nil, err
		}
	}
	if x.key = x.wish(); x.onlySigns() {
		x.key = "sign"
	}
	return x, nil
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

// answerNamed settles whether the complaint is about the staff it names. When it is not about the coordinator after all, it goes to her
// at once (CONTRACT section 5).
func (d *Desk) answerNamed(tx *models.Tx, a *Arrival, e *models.LedgerEntry, c *models.Complaint, s StaffMail, open []*models.Staff, about bool) error {
	by := s.Staff
	a.Message.Direction = "note"
	if err := d.finish(tx, a, e, c); err != nil {
		return err
	}
	data := templates.Data{Done: templates.DoneNo}
	if about {
		data.Done = templates.DoneYes
	}
	coordinatorFree := false
	for _, o := range open {
		if o.ID == by.ID {
			continue // nobody decides about himself
		}
		if _, err := tx.DecideNamedStaff(c.ID, o.ID, about, by.ID); err != nil {
			return err
		}
		data.Named = append(data.Named, o.Name)
		coordinatorFree = coordinatorFree || (!about && o.Has(models.Coordinator))
		if err := d.event(tx, c, models.StaffActor(by.ID), "named staff decided", withName(map[string]any{"staff": o.ID, "about": about}, s.Name)); err != nil {
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

// askWhetherYours parks a staff member's mail that is not proven and asks the known address. One question an hour and person, since anybody
// can provoke them; what comes beside it is told in one receipt.
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
		subjectID: &e.ID, buttons: []string{"yes"}, firstCode: s.Code}
	if s.Token != nil {
		l.firstToken = s.Token.Token
	} else if first, err := d.isNew(tx, l.key); err != nil {
		return err
	} else if !first { // named in one mail with others, and the coordinator decides
		return tx.HoldReceipt(s.Staff, a.Mailbox, d.Texts.Label(d.languageOf(s.Staff), "done.also_unproven", a.ReceivedAt.In(d.Zone()).Format("15:04"), a.Message.Subject, *e.ParkedNo))
	}
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

// offer asks whether a parked mail of the staff member is a complaint of his own, or only practice.
func (d *Desk) offer(tx *models.Tx, e, parked *models.LedgerEntry, s *models.Staff, m *models.Message) error {
	return d.receipt(tx, e, s, nil, templates.Data{NotDone: templates.NotDoneOwn, Note: m.NewText, Subject: m.Subject}, letter{subjectID: &parked.ID, buttons: []string{"own", "practice"}, purpose: "offer"})
}

// actOnParked answers a question of ours about a parked mail of the staff member: whether it is his (ja), whether it is a complaint
// (klacht) or practice (proef). Anything else does nothing, is kept, and the parked mail stays where the coordinator sees it.
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
	case s.Token.Purpose == "offer" && (d.Read(&a.Message).Verb == "practice" || strings.TrimSpace(a.Message.NewText) == "" && s.Code == d.codeOf("practice")):
		return d.practiceInstead(tx, a, e, s, parked)
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
	if s.Token.Purpose == "confirmation" {
		if err := d.tellUnconfirmed(tx, a, e, s.Staff, parked); err != nil {
			return err
		}
	}
	return d.receipt(tx, e, s.Staff, nil, templates.Data{NotDone: templates.NotDoneNotUnderstood, Note: a.Message.NewText}, letter{})
}

// tellUnconfirmed tells the coordinator that a mail in a colleague's name was not confirmed, in the colleague's words (CONTRACT section 6).
func (d *Desk) tellUnconfirmed(tx *models.Tx, a *Arrival, e *models.LedgerEntry, by *models.Staff, parked *models.LedgerEntry) error {
	for _, s := range d.standIn([]int64{by.ID}) {
		l := letter{kind: "receipt", key: keyOf("receipt", nil, s.Email, causeOf(e)), mailbox: d.Settings.Mailbox(e.Mailbox), staff: s}
		l.data.Did = []string{d.Texts.Label(d.languageOf(s), "done.not_confirmed", by.Name, *parked.ParkedNo)}
		l.data.From, l.data.Note = by.Name, a.Message.NewText
		if err := d.toStaff(tx, l); err != nil {
			return err
		}
	}
	return nil
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
			return d.confirmedForward(tx, e, parked, m, f, s)
		case d.Read(m).Verb == "" && len(d.Read(m).Fields) == 0 && !d.answersLessons(tx, s.Token):
			return d.offer(tx, e, parked, s.Staff, m)
		}
	}
	return d.performParked(tx, parked, m, s)
}

// performParked does what a parked mail asks for, now that it is confirmed.
func (d *Desk) performParked(tx *models.Tx, parked *models.LedgerEntry, m *models.Message, s StaffMail) error {
	first := s
	first.Token, first.Code, first.Vouched = nil, s.Token.FirstCode, true
	if s.Token.FirstToken != "" {
		var err error
		if first.Token, err = tx.Token(s.Token.FirstToken); err != nil {
			return err
		}
	}
	first.Complaint = s.about()
	if id := s.about(); id != 0 {
		if err := tx.KeepInside(m.ID, id); err != nil {
			return err
		}
		number, err := tx.NumberOf(&id)
		if err != nil {
			return err
		}
		parked.AcceptedAs, parked.ComplaintID = number, &id
	}
	if err := d.decide(tx, parked, "accepted", models.StaffActor(s.Staff.ID)); err != nil {
		return err
	}
	a := &Arrival{Mailbox: parked.Mailbox, ReceivedAt: parked.ReceivedAt, Message: *m}
	if name := d.signed(a, s.Staff); name != "" {
		first.Name = name
	}
	if first.Name != "" {
		if err := tx.NameWriter(m.ID, writerAt(first.Name, s.Staff)); err != nil {
			return err
		}
	}
	x, err := d.deedOf(tx, a, parked, first)
	if err != nil {
		return err
	}
	x.kept = true
	return x.perform()
}

// receipt answers a staff member's mail. Silence never. A note goes on to the others who own the complaint.
func (d *Desk) receipt(tx *models.Tx, e *models.LedgerEntry, to *models.Staff, c *models.Complaint, data templates.Data, l letter) error {
	l.kind, l.key, l.mailbox, l.staff, l.complaint, l.data = "receipt", keyOf("receipt", c, to.Email, causeOf(e)), d.Settings.Mailbox(e.Mailbox), to, c, data
	l.data.From = to.Name
	if err := d.toStaff(tx, l); err != nil {
		return err
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
