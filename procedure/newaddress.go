package procedure

import (
	"net/mail"

	"dankuwel/models"
)

// newAddress is a reply to `bounced` with "Nieuw e-mailadres": the address is corrected, and the letter that came back is previewed again.
func (x *deed) newAddress() error {
	if x.c.Practice {
		x.refuse("practice_address")
		return nil
	}
	if x.value("new_email") == "" {
		x.in.Fields["new_email"] = x.in.Rest
	}
	a, err := mail.ParseAddress(x.value("new_email"))
	if err != nil || x.Settings.Mailbox(a.Address) != nil || x.Settings.StaffByAddress(a.Address) != nil {
		x.fault("new_email", "email")
		x.refuse("email", x.value("new_email"))
		return nil
	}
	x.told = true
	before := x.c.Complainant.Email
	x.c.Complainant.Email = a.Address
	if err := x.tx.SaveComplainant(&x.c.Complainant); err != nil {
		return err
	}
	if err := x.mark("changed", map[string]any{"email": map[string]string{"from": before, "to": a.Address}}); err != nil {
		return err
	}
	x.done("changed", x.Texts.FieldLabel(x.languageOf(x.by), "email"))
	sent, err := x.tx.OutboxOf(x.c.ID)
	if err != nil {
		return err
	}
	for i := len(sent) - 1; i >= 0; i-- {
		if o := &sent[i]; o.StaffID == nil && o.BouncedAt != nil {
			return x.again(o)
		}
	}
	return nil
}

// again previews a letter that came back.
func (x *deed) again(o *models.OutboxMail) error {
	messages, err := x.tx.Messages(x.c.ID)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if m.MessageID == o.MessageID {
			return x.keep(&models.Draft{ComplaintID: x.c.ID, Kind: o.Kind, Verdict: x.c.Verdict, Language: m.Language, Subject: m.Subject, Text: m.Text, AuthorID: x.by.ID}, map[string]string{"again": "yes"}, "")
		}
	}
	return nil
}
