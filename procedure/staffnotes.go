package procedure

import (
	"slices"
	"strings"

	"dankuwel/models"
)

// keepAsNote is `nota`: kept inside, passed on to handler and coordinator, answered in one line.
func (x *deed) keepAsNote() error {
	if x.words() == "" {
		x.refuse("no_text")
		return nil
	}
	if err := x.note(x.words()); err != nil {
		return err
	}
	if err := x.mark("note", nil); err != nil {
		return err
	}
	x.key, x.oneLine = "note", true
	x.done("note", x.c.Number)
	return x.passOn(x.words())
}

// passOn sends a note to those who own the complaint, and the coordinator, but not to who wrote it.
func (x *deed) passOn(text string) error {
	if x.c.Practice {
		return nil
	}
	to := x.owners(x.c, x.n)
	if coordinator := x.Settings.first(models.Coordinator, ids(x.n.about)); coordinator != nil {
		to = append(to, coordinator)
	}
	told := []*models.Staff{x.by}
	for _, s := range to {
		if slices.Contains(told, s) {
			continue
		}
		told = append(told, s)
		l := letter{kind: "receipt", key: keyOf("receipt", x.c, s.Email, causeOf(x.e)), mailbox: x.Settings.Mailbox(x.c.Mailbox), complaint: x.c, staff: s}
		l.data.Did, l.data.From, l.data.Note = []string{x.Texts.Label(x.languageOf(s), "done.note_of", x.writer(), x.c.Number)}, x.writer(), text
		if err := x.toStaff(x.tx, l); err != nil {
			return err
		}
	}
	return nil
}

// plainReply: without form and verb. To a mail that asks for work it is a draft of handler or coordinator, and the preview asks what it is;
// anything else is a note (CONTRACT section 6, "Plain reply").
func (x *deed) plainReply() error {
	text := x.withoutEdges(x.in.Free)
	drafts := x.token != nil && slices.Contains([]string{"registration", "addition", "reminder"}, x.token.Purpose)
	switch {
	case text == "":
		x.refuse("nothing_said")
		return nil
	case !drafts || !x.owns() || x.c.Stage.Ended() && x.token.Purpose != "addition":
		if err := x.keepAsNote(); err != nil {
			return err
		}
		x.did = []string{x.say("done.reply_kept", x.c.Number)}
		if x.manages() && !x.owns() {
			x.done("may_assign")
		}
		return nil
	}
	text = x.withoutEnclosures(text)
	return x.propose("", text, x.bodyOf("", text), nil)
}

// withoutEnclosures is a text without its line "Bijlagen:", which names what goes along.
func (x *deed) withoutEnclosures(text string) string {
	lines := strings.Split(text, "\n")
	return strings.TrimSpace(strings.Join(slices.DeleteFunc(lines, func(line string) bool {
		label, names, ok := strings.Cut(line, ":")
		if ok = ok && x.Texts.ExactField("", strings.TrimSpace(label)) == "attachments"; ok {
			x.in.Fields["attachments"] = strings.TrimSpace(names)
		}
		return ok
	}), "\n"))
}

// shieldIt is `anoniem`: only the coordinator sees who it is from now on; the receipt lists who saw it before.
func (x *deed) shieldIt() error {
	if x.c.Shielded {
		x.refuse("is_shielded", x.c.Number)
		return nil
	}
	saw, err := x.tx.ReadersOf(x.c.ID)
	if err != nil {
		return err
	}
	var names []string
	for _, id := range saw {
		if s := x.Settings.StaffByID(id); s != nil {
			names = append(names, s.Name)
		}
	}
	x.c.Shielded, x.c.Anonymous, x.c.HandlerID, x.c.Handler = true, true, nil, nil
	if err := x.tx.SaveComplaint(x.c); err != nil {
		return err
	}
	for _, id := range saw {
		if s := x.Settings.StaffByID(id); s == nil || !s.Has(models.Coordinator) {
			if err := x.tx.EndTokens(x.c.ID, id); err != nil {
				return err
			}
		}
	}
	x.done("shielded", x.c.Number)
	if len(names) > 0 {
		x.done("saw_the_name", strings.Join(names, ", "))
	}
	if err := x.mark("shielded", map[string]any{"seen_by": saw}); err != nil || x.by.Has(models.Coordinator) {
		return err
	}
	m, e, err := x.tx.FirstMessage(x.c.ID)
	if err == nil {
		m, err = x.written(x.tx, m)
	}
	if err != nil {
		return err
	}
	return x.announce(x.tx, x.c, m, e, x.n) // it is hers from now on
}

// masked is the complaint's text without what tells who wrote it: name, address, telephone, signature.
func (x *deed) masked() string { return x.maskedFor(x.c, x.c.Facts) }

// maskedFor is a text of the complaint in that way.
func (d *Desk) maskedFor(c *models.Complaint, text string) string {
	return d.Texts.Mask(text, c.Language, c.Complainant.Name, c.Complainant.Email, c.Complainant.Phone, c.Complainant.Address)
}
