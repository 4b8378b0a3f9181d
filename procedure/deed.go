package procedure

import (
	"cmp"
	"slices"
	"strings"

	"dankuwel/mailout"
	"dankuwel/models"
	"dankuwel/templates"
)

// deed is one proven mail of a staff member while what it asks for is done, in one transaction.
type deed struct {
	*Desk
	tx      *models.Tx
	a       *Arrival
	e       *models.LedgerEntry
	by      *models.Staff
	name    string            // of who wrote at a shared desk; "" not said
	token   *models.Token     // of the mail it answers; nil: none
	c       *models.Complaint // that it is about; nil: none
	n       circle            // of c
	in      Filled
	key     string   // of the action
	code    string   // of the address that the mail went to
	trimmed bool     // greeting or signature of the mail were left out
	before  []string // lines of his mail before this one; nil: not looked at yet
	as      string   // action that a reply to a preview chooses for the text in it; "" none

	did, not      []string          // sentences of the receipt, in by's language
	lines         []string          // what was asked for
	values        map[string]string // of the form that comes back, where they are others than those that came
	faults        map[string]string // of the form: field key → sentence
	files         []mailout.File    // with the receipt
	buttons       []string          // of the receipt: what comes next
	kept          bool              // the mail stands in the register already
	beside        bool              // its free text stands beside the action, though there is no field
	told          bool              // its free text is part of the action, or was kept
	analysisShown int               // version of the form that comes back
	failed        error             // of a question to the register that was asked on the way
	silent        bool              // another mail answers this one; no receipt
	marked        bool              // an event was written
	oneLine       bool              // the receipt is one line (nota, contact, afwezig, aanwezig)
}

// action is what a verb, a button or a form brings about.
type action struct {
	do      func(*deed) error
	about   bool // needs a complaint
	open    bool // of one that has not ended
	allowed func(*deed) bool
}

// did notes a sentence of the receipt: what was done.
func (x *deed) done(label string, args ...any) { x.did = append(x.did, x.say("done."+label, args...)) }

// refuse notes a sentence of the receipt: what was not done, and why.
func (x *deed) refuse(label string, args ...any) {
	x.not = append(x.not, x.say("refused."+label, args...))
}

// fault marks a field of the form that comes back.
func (x *deed) fault(field, label string, args ...any) {
	if x.faults == nil {
		x.faults = map[string]string{}
	}
	x.faults[field] = x.say("fault."+label, args...)
}

func (x *deed) say(label string, args ...any) string {
	return x.Texts.Label(x.languageOf(x.by), label, args...)
}

// perform does a proven mail that is about a complaint or brings a verb, a form or a button along.
func (x *deed) perform() error {
	if x.c != nil && x.c.Practice && x.Practises(x.c) != x.by {
		x.c = nil // it is there for nobody else
	}
	if !x.kept {
		if err := x.finish(x.tx, x.a, x.e, x.c); err != nil {
			return err
		}
	}
	if x.c != nil {
		var err error
		if x.n, err = x.circle(x.tx, x.c); err != nil {
			return err
		}
	}
	if x.in.Fields == nil {
		x.in.Fields = map[string]string{}
	}
	if x.merelyAgrees() {
		x.key, x.in.Rest, x.in.Free = "reply", "", x.a.Message.NewText
	}
	act, known := actions[baseOf(x.key)]
	if act.about && x.c == nil {
		if err := x.numberBeside(); err != nil {
			return err
		}
	}
	switch {
	case !known:
		x.refuse("unknown_action", x.key)
	case act.about && x.c == nil:
		x.refuse("no_complaint")
	case x.isErased():
		x.refuse("erased", x.number())
	case act.allowed != nil && !act.allowed(x):
		x.refuseRights()
	case act.open && x.c.Stage.Ended() && !x.reacts():
		x.refuse("ended", x.number(), x.say("stage."+string(x.c.Stage)))
	default:
		if err := cmp.Or(act.do(x), x.failed); err != nil {
			return err
		}
	}
	return x.answer()
}

// refuseRights says whose it is to do.
func (x *deed) refuseRights() {
	if x.c.Shielded && x.handles() {
		x.refuse("shielded", x.c.Number)
		return
	}
	x.refuse("not_yours", x.number())
}

// numberBeside takes the complaint whose number stands first behind the verb of a mail that answers nothing ("#nota K-2026-0001 …").
func (x *deed) numberBeside() error {
	first, rest, _ := strings.Cut(x.in.Rest, " ")
	numbers := mailout.Numbers(first)
	if len(numbers) == 0 {
		return nil
	}
	c, err := x.find(numbers[0])
	if models.IsNotFound(err) || err == nil && c.ErasedAt != nil {
		return nil
	} else if err != nil {
		return err
	}
	x.c, x.in.Rest, x.e.ComplaintID = c, strings.TrimSpace(rest), &c.ID
	if c.Shielded {
		x.e.Folder = x.Settings.Mailbox(x.e.Mailbox).Shielded
	}
	if x.n, err = x.circle(x.tx, c); err != nil {
		return err
	}
	if err := x.tx.AssignMessage(x.a.Message.ID, c.ID); err != nil {
		return err
	}
	return x.tx.SaveLedgerEntry(x.e)
}

func (x *deed) number() string {
	if x.c == nil {
		return ""
	}
	return x.c.Number
}

// answer sends the receipt, with the form filled in where it has to come back. Free text beside a form is kept as a note.
func (x *deed) answer() error {
	if len(x.did)+len(x.faults) > 0 {
		if err := x.noteBeside(); err != nil {
			return err
		}
	}
	if len(x.not) > 0 && len(x.did) == 0 {
		x.e.Outcome = models.AsRefused
		if err := x.tx.SaveLedgerEntry(x.e); err != nil {
			return err
		}
	}
	if x.silent && len(x.not) == 0 {
		return nil
	}
	x.tellWho()
	l := letter{kind: "receipt", key: keyOf("receipt", x.c, x.by.Email, causeOf(x.e)), mailbox: x.Settings.Mailbox(x.e.Mailbox), staff: x.by, complaint: x.c, subjectID: &x.e.ID}
	l.data.Action, l.data.Did, l.data.Not, l.data.Short = x.verb(), x.did, x.not, x.oneLine && len(x.not) == 0
	for field, label := range x.in.Near {
		l.data.Near = append(l.data.Near, templates.Near{Written: label, Understood: x.Texts.FieldLabel(x.languageOf(x.by), field)})
	}
	slices.SortFunc(l.data.Near, func(a, b templates.Near) int { return strings.Compare(a.Understood, b.Understood) })
	l.data.Lines = x.lines
	if len(x.not) > 0 && len(x.faults) == 0 {
		l.data.Note = x.a.Message.NewText
	}
	if len(x.faults) > 0 || x.values != nil {
		values := x.values
		if values == nil {
			values = x.in.Fields
		}
		l.data.Form, l.code, l.analysis = x.formFor(x.by, x.key, values, x.faults), x.key, x.analysisShown
	}
	l.files, l.buttons = x.files, x.buttons
	return x.toStaff(x.tx, l)
}

// verb is the action's name in the receipt; "" for what is no word of the vocabulary: a reply to a preview, to a question of ours.
func (x *deed) verb() string {
	if slices.Contains([]string{"decide", "sign", "consulted"}, x.key) {
		return ""
	}
	return x.Texts.ActionName(x.languageOf(x.by), x.key)
}

// mark writes an event of the staff member's.
func (x *deed) mark(what string, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	detail["ledger"] = x.e.ID
	x.marked = true
	return x.event(x.tx, x.c, models.StaffActor(x.by.ID), what, withName(detail, x.name))
}

// moveTo enters a stage.
func (x *deed) moveTo(stage models.Stage) error {
	return x.enter(x.tx, x.c, stage, models.StaffActor(x.by.ID), x.cause())
}

// cause is what the events say that the deed brings about beside its own.
func (x *deed) cause() map[string]any { return withName(map[string]any{"ledger": x.e.ID}, x.name) }

// investigate enters stage 3 with the first wijs-toe, vraag or analyse.
func (x *deed) investigate() error {
	if x.c.Stage != models.Registered {
		return nil
	}
	return x.moveTo(models.Investigation)
}

// note keeps text as an internal note when there is any.
func (x *deed) note(text string) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return x.tx.KeepNote(x.a.Message.ID, x.c.ID, text)
}

// row is a text of the staff member's in the conversation.
func (x *deed) row(direction, kind, text string) *models.Message {
	return &models.Message{ComplaintID: &x.c.ID, Direction: direction, Kind: kind, Mailbox: x.e.Mailbox, FromName: x.writer(), FromEmail: x.by.Email, StaffID: &x.by.ID, At: x.tx.Now(),
		Subject: x.a.Message.Subject, Text: text, NewText: text, Language: x.languageOf(x.by)}
}

// noteBeside keeps what stands above a form as an internal note (CONTRACT section 6, "Forms"); the fields are no part of it.
func (x *deed) noteBeside() error {
	text := x.withoutEdges(x.in.Free)
	if x.told || x.c == nil || len(x.in.Fields) == 0 && !x.beside || text == "" || strings.Contains(x.by.Name, text) {
		return nil
	}
	x.told = true
	if err := x.tx.KeepNote(x.a.Message.ID, x.c.ID, text); err != nil {
		return err
	}
	x.done("note", x.c.Number)
	return x.passOn(text)
}
