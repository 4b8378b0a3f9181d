package procedure

import (
	"cmp"
	"maps"
	"strings"

	"dankuwel/models"
)

// A shared desk is one entry of [[staff]] whose mailbox several people use: one right, one pair of eyes, and a line "Naam:" that says who of
// them it was (CONTRACT section 3).

// maxName is how much of such a line is a name, in bytes.
const maxName = 60

// signed takes the line "Naam:" out of what somebody at a shared desk wrote, so that a mail of one word stays one, and gives the name. In
// a mail that is passed on, names of others may stand below.
func (d *Desk) signed(a *Arrival, s *models.Staff) string {
	if !s.Shared {
		return ""
	}
	var kept []string
	below := false
	for _, line := range strings.Split(a.Message.NewText, "\n") {
		below = below || a.signed != "" || a.Forward != nil && strings.Contains(line, cmp.Or(a.Forward.FromEmail, a.Forward.FromName))
		label, value, ok := strings.Cut(line, ":")
		if below || !ok || strings.HasPrefix(strings.TrimSpace(line), ">") || d.Texts.ExactField("", strings.TrimSpace(label)) != "name" {
			kept = append(kept, line)
			continue
		}
		a.signed = firstWords(strings.Trim(value, " \t\r\u00a0*_-"), maxName)
	}
	a.Message.NewText = strings.TrimSpace(strings.Join(kept, "\n"))
	if a.signed != "" {
		a.Message.FromName = writerAt(a.signed, s)
	}
	return a.signed
}

// writerAt is who wrote: "Mieke (Onthaal)" of a shared desk that was told, otherwise the entry.
func writerAt(name string, s *models.Staff) string {
	if name == "" {
		return s.Name
	}
	return name + " (" + s.Name + ")"
}

// withName puts the name that a shared desk gave into the detail of an event.
func withName(detail map[string]any, name string) map[string]any {
	if name != "" {
		detail["by"] = name
	}
	return detail
}

// formFor is a form as it goes to a staff entry; a shared desk is asked for a name each time.
func (d *Desk) formFor(s *models.Staff, action string, values, faults map[string]string) string {
	if s.Shared {
		values = maps.Clone(values)
		if values == nil {
			values = map[string]string{}
		}
		values["name"] = ""
	}
	return d.Texts.FormText(d.languageOf(s), action, values, faults)
}

// writer is who did the deed, in words.
func (x *deed) writer() string { return writerAt(x.name, x.by) }

// readName takes the name out of the form's fields, where it is no wish.
func (x *deed) readName() {
	if !x.by.Shared {
		return
	}
	if name := x.value("name"); x.name == "" && name != "-" {
		x.name = firstWords(name, maxName)
	}
	delete(x.in.Fields, "name")
}

// onlySigns: the mail answers a receipt that asked who wrote, and says nothing else.
func (x *deed) onlySigns() bool {
	return x.name != "" && x.in.Verb == "" && len(x.in.Fields) == 0 && strings.TrimSpace(x.in.Free) == "" && x.token != nil && x.token.Purpose == "receipt" && x.token.SubjectID != nil
}

// sign notes afterwards who wrote a mail of a shared desk.
func (x *deed) sign() error {
	e, err := x.tx.LedgerEntry(*x.token.SubjectID)
	if err != nil {
		return err
	}
	if e.StoredAs != nil {
		if err := x.tx.NameWriter(*e.StoredAs, x.writer()); err != nil {
			return err
		}
	}
	x.key, x.oneLine = "", true
	return x.mark("signed", map[string]any{"mail": e.ID})
}

// tellWho says in the receipt in whose name something was noted, or asks for it.
func (x *deed) tellWho() {
	switch {
	case !x.by.Shared || !x.marked:
	case x.name != "":
		x.done("signed", x.name)
	default:
		x.done("who")
	}
}

// sharedLine is the line that a button's mail has for the name.
func (d *Desk) sharedLine(s *models.Staff) string {
	if !s.Shared {
		return ""
	}
	return "\n" + d.Texts.FieldLabel(d.languageOf(s), "name") + ":"
}
