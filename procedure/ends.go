package procedure

import (
	"slices"
	"strings"

	"dankuwel/mailout"
	"dankuwel/models"
	"dankuwel/templates"
)

// sideEnd is `onontvankelijk`, `geen-klacht`, `ingetrokken`: not handled as a complaint, always told with the reason. An advertisement or a
// mail among colleagues gets no letter: the thanks was the reaction (CONTRACT section 6).
func (x *deed) sideEnd() error {
	reason, ok := x.reason()
	if !ok {
		return nil
	}
	if x.key == "not_a_complaint" && slices.Contains([]string{"advertising", "internal"}, reason) {
		x.done("ended", x.c.Number, x.say("stage."+x.key))
		return x.endAs(models.Stage(x.key), reason, x.endWords())
	}
	body := x.endWords()
	return x.propose(x.key, body, templates.Data{EndReason: reason, Body: body}, map[string]string{"reason": reason, "words": body})
}

// reason is why a complaint ends aside: one of the list, in the form or on the verb's line; `ingetrokken` needs none.
func (x *deed) reason() (key string, ok bool) {
	text := x.value("reason")
	list := x.Texts.ValueList(x.key, "reason")
	if text == "" && list != "" {
		line, _, _ := strings.Cut(x.in.Rest, "\n")
		if key, _ = x.Texts.Value(list, line); key != "" {
			x.in.Rest = strings.TrimSpace(strings.TrimPrefix(x.in.Rest, line))
			return key, true
		}
	}
	if list == "" {
		return text, true
	}
	if text == "" {
		x.fault("reason", "value", strings.Join(x.Texts.ValueLabels(x.languageOf(x.by), list), ", "))
		x.refuse("needed", x.Texts.FormLabel(x.languageOf(x.by), x.key, "reason"))
		return "", false
	}
	first, rest, _ := strings.Cut(text, "\n") // a reason of the list, plus words
	if key, _ = x.Texts.Value(list, first); key == "" {
		key, _ = x.Texts.Value(list, text)
		rest = ""
	}
	if key == "" {
		x.fault("reason", "value", strings.Join(x.Texts.ValueLabels(x.languageOf(x.by), list), ", "))
		x.refuse("value", x.Texts.FormLabel(x.languageOf(x.by), x.key, "reason"), text)
		return "", false
	}
	x.in.Fields["reason"] = strings.TrimSpace(rest)
	return key, true
}

// endWords are the words beside the reason: in its field, or below a verb without a form.
func (x *deed) endWords() string {
	if x.in.Form == "" {
		return x.words()
	}
	return strings.TrimSpace(x.value("reason"))
}

// endAs ends a complaint aside.
func (x *deed) endAs(stage models.Stage, reason, words string) error {
	x.c.EndReason, x.c.EndWords = reason, words
	if err := x.moveTo(stage); err != nil {
		return err
	}
	if err := x.tx.SaveComplaint(x.c); err != nil {
		return err
	}
	if err := x.dateNamed(); err != nil {
		return err
	}
	return x.endOpen(x.tx, x.c)
}

// other finds the complaint whose number the mail names. It says why there is none.
func (x *deed) other() (*models.Complaint, error) {
	for _, number := range mailout.Numbers(x.value("number") + " " + x.in.Rest + " " + x.in.Free) {
		if number == x.c.Number {
			continue
		}
		c, err := x.complaintBy(number)
		if c == nil && err == nil {
			x.fault("number", "number")
		}
		return c, err
	}
	x.fault("number", "number")
	x.refuse("needed", x.Texts.FormLabel(x.languageOf(x.by), x.key, "number"))
	return nil, nil
}

// duplicate is `dubbel`: the same complaint came before; the letter names the one that goes on.
func (x *deed) duplicate() error {
	o, err := x.other()
	if o == nil || err != nil {
		return err
	}
	return x.propose("duplicate", "", templates.Data{OtherNumber: o.Number}, map[string]string{"number": o.Number})
}

// belongs is `hoort-bij`: both stand together from now on, and the complainant reads one line about it. A mail that was filed with the
// wrong complaint goes to the other one; clock and numbers stay right.
func (x *deed) belongs() error {
	o, err := x.other()
	if o == nil || err != nil {
		return err
	}
	if m, err := x.added(); err != nil {
		return err
	} else if m != nil {
		if err := x.tx.AssignMessage(m.ID, o.ID); err != nil {
			return err
		}
		if err := x.resume(x.tx, o, m.At, models.StaffActor(x.by.ID)); err != nil {
			return err
		}
		if err := x.reacted(nil, nil); err != nil {
			return err
		}
		x.done("moved", o.Number)
		return x.mark("message moved", map[string]any{"to": o.Number})
	}
	x.c.LinkedTo = &o.ID
	if err := x.tx.SaveComplaint(x.c); err != nil {
		return err
	}
	x.done("joined", x.c.Number, o.Number)
	if err := x.mark("joined", map[string]any{"number": o.Number}); err != nil {
		return err
	}
	if o.Complainant.EmailKey != x.c.Complainant.EmailKey {
		return nil // nobody hears of another person's complaint
	}
	l := letter{kind: "status_update", key: keyOf("status_update", x.c, x.c.Complainant.Email, causeOf(x.e)), mailbox: x.Settings.Mailbox(x.c.Mailbox), complaint: x.c}
	l.data.OtherNumber, l.data.Signature = o.Number, x.signature(x.n)
	if ok, err := x.reachable(x.tx, x.c, x.c.Complainant.Email); err != nil || !ok || x.c.Complainant.Email == "" {
		return err
	}
	return x.toComplainant(x.tx, l)
}

// added is the mail that an `addition` told of; nil when this mail answers another one.
func (x *deed) added() (*models.Message, error) {
	if x.token == nil || x.token.Purpose != "addition" || x.token.SubjectID == nil {
		return nil, nil
	}
	e, err := x.tx.LedgerEntry(*x.token.SubjectID)
	if err != nil || e.StoredAs == nil {
		return nil, err
	}
	m, err := x.tx.Message(*e.StoredAs)
	if err != nil || m.ComplaintID == nil || *m.ComplaintID != x.c.ID {
		return nil, err // moved before
	}
	return m, nil
}

// split is `splits`: an addition becomes a complaint of its own, received on its own day.
func (x *deed) split() error {
	m, err := x.added()
	if err != nil {
		return err
	}
	if m == nil {
		x.refuse("split_what")
		return nil
	}
	e, err := x.tx.LedgerEntry(*x.token.SubjectID)
	if err != nil {
		return err
	}
	c, err := x.newComplaint(x.tx, &Arrival{Mailbox: e.Mailbox, ReceivedAt: e.ReceivedAt, Message: *m, practice: x.Practises(x.c)}, x.c.ID)
	if err != nil {
		return err
	}
	if err := x.tx.AssignMessage(m.ID, c.ID); err != nil {
		return err
	}
	if err := x.mark("split", map[string]any{"into": c.Number}); err != nil {
		return err
	}
	if err := x.reacted(nil, nil); err != nil {
		return err
	}
	x.done("split", c.Number)
	return x.begin(x.tx, c, m, e)
}
