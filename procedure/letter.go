package procedure

import (
	"fmt"
	"net/mail"
	"net/url"
	"strings"

	"dankuwel/mailout"
	"dankuwel/models"
	"dankuwel/templates"
)

// letter is one mail that is due: who gets it, about what, and what it says beside what every letter says.
type letter struct {
	kind      string
	key       string // idempotency key (CONTRACT section 4)
	mailbox   *Mailbox
	complaint *models.Complaint // nil: about none
	staff     *models.Staff     // to staff
	data      templates.Data
	files     []mailout.File
	inReplyTo string // of the mail that it answers
	refs      []string
	buttons   []string // keys of choices that serve the letter's token: yes, no, own
	subjectID *int64   // what its question is about
	auto      string   // Auto-Submitted
	purpose   string   // of its token; kind when ""
}

// toComplainant queues a letter to the complaint's known address, and files its text in the conversation.
func (d *Desk) toComplainant(tx *models.Tx, l letter) error {
	c := l.complaint
	l.data.To = person(&c.Complainant)
	l.data.ThanksFor = thanksFor(c, d.Settings.ThanksFor)
	text, err := d.render(tx, &l, c.Language)
	if err != nil {
		return err
	}
	m, err := d.envelope(tx, &l, c.Complainant.Email, text)
	if err != nil {
		return err
	}
	m.To = mailout.Addr(c.Complainant.Name, c.Complainant.Email)
	reply := l.mailbox.Address
	if l.mailbox.Plus {
		reply = mailout.Detail{Number: c.Number, Token: c.Token}.With(l.mailbox.Address)
	}
	m.ReplyTo = mailout.Addr(l.mailbox.Name+" "+c.Number, reply)
	m.InReplyTo, m.References = l.inReplyTo, l.refs
	row := models.OutboxMail{Key: l.key, Kind: l.kind, ComplaintID: &c.ID, Recipient: c.Complainant.Email}
	if l.mailbox.Sent != "" && !c.Shielded {
		row.Copy = "due"
	}
	made, err := d.queue(tx, &l, m, &row)
	if err != nil || !made {
		return err
	}
	return tx.AddMessage(&models.Message{ComplaintID: &c.ID, Direction: "out", Kind: l.kind, Mailbox: l.mailbox.Address, MessageID: m.MessageID,
		FromName: l.mailbox.Name, FromEmail: l.mailbox.Address, ToEmail: c.Complainant.Email, At: tx.Now(), Subject: text.Subject, Text: text.Text,
		NewText: text.Text, Language: c.Language, Size: row.Size})
}

// toStaff queues a mail to a staff entry, with a token of its own.
func (d *Desk) toStaff(tx *models.Tx, l letter) error {
	l.data.To = templates.Person{Name: l.staff.Name, Email: l.staff.Email}
	token, err := d.token()
	if err != nil {
		return err
	}
	detail := mailout.Detail{Code: mailout.ReplyCode, Token: token}
	if l.complaint != nil {
		detail.Number = l.complaint.Number
	}
	for _, key := range l.buttons {
		l.data.Buttons = append(l.data.Buttons, templates.Button{Key: key, URL: d.button(l.mailbox, detail, key)})
	}
	text, err := d.render(tx, &l, d.languageOf(l.staff))
	if err != nil {
		return err
	}
	m, err := d.envelope(tx, &l, l.staff.Email, text)
	if err != nil {
		return err
	}
	m.To = mailout.Addr(l.staff.Name, l.staff.Email)
	reply := l.mailbox.Address
	if l.mailbox.Plus {
		reply = detail.With(l.mailbox.Address)
	} else {
		m.Subject += " " + detail.InSubject()
	}
	m.ReplyTo = mailout.Addr(l.mailbox.Name, reply)
	row := models.OutboxMail{Key: l.key, Kind: l.kind, Recipient: l.staff.Email, StaffID: &l.staff.ID, Priority: 10}
	t := models.Token{Token: token, StaffID: l.staff.ID, Purpose: l.kind, SubjectID: l.subjectID}
	if l.purpose != "" {
		t.Purpose = l.purpose
	}
	if l.complaint != nil {
		row.ComplaintID, t.ComplaintID = &l.complaint.ID, &l.complaint.ID
		if m.References, err = tx.StaffThread(l.complaint.ID, l.staff.ID); err != nil {
			return err
		}
		if n := len(m.References); n > 0 {
			m.InReplyTo = m.References[n-1]
		}
	}
	made, err := d.queue(tx, &l, m, &row)
	if err != nil || !made {
		return err
	}
	t.OutboxID = &row.ID
	return tx.AddToken(&t)
}

// button is the mailto: address that makes the choice. It carries no value: the code stands for the choice (CONTRACT section 4).
func (d *Desk) button(box *Mailbox, detail mailout.Detail, key string) string {
	code := map[string]string{"yes": "ja", "no": "nee", "own": "kla"}[key]
	word := map[string]string{"yes": "ja", "no": "nee", "own": "klacht"}[key]
	to, subject := box.Address, word
	if box.Plus {
		detail.Code = code
		to = detail.With(box.Address)
	} else {
		subject = word + " " + detail.InSubject()
	}
	return "mailto:" + strings.ReplaceAll(to, "+", "%2B") + "?subject=" + strings.ReplaceAll(url.QueryEscape(subject), "+", "%20") + "&body=" + url.PathEscape(word)
}

func (d *Desk) languageOf(s *models.Staff) string {
	if s.Language != "" {
		return s.Language
	}
	return d.Settings.Organization.Language
}

// render fills in what every letter says, and makes its words.
func (d *Desk) render(tx *models.Tx, l *letter, lang string) (templates.Letter, error) {
	o := d.Settings.Organization
	l.data.Organization = templates.Organization{Name: o.Name, Phone: o.Phone}
	if l.data.Signature == "" {
		l.data.Signature = o.Signature
	}
	l.data.Today = tx.Now().In(d.Zone())
	l.data.Mailbox = l.mailbox.Address
	if c := l.complaint; c != nil {
		l.data.Number = c.Number
		if l.data.Received.IsZero() {
			l.data.Received = c.ReceivedAt.In(d.Zone())
		}
		l.data.Day, l.data.Term = c.Day(d.today(tx)), c.Term()
		l.data.Department, l.data.Sober, l.data.Shielded = c.Department, c.Sober, c.Shielded
		l.data.Anonymous, l.data.Practice = c.Anonymous, c.Practice
		if c.Handler != nil {
			l.data.Handler = c.Handler.Name
		}
		if l.staff != nil && l.kind != "registration" { // that one says whether a day could be promised
			l.data.AnswerDue = c.AnswerDue.Time(d.Zone())
		}
	}
	text, err := d.Texts.Render(l.kind, lang, l.data)
	if err != nil {
		return text, fmt.Errorf("letter %s: %w", l.kind, err)
	}
	return text, nil
}

// envelope makes what every mail of ours has.
func (d *Desk) envelope(tx *models.Tx, l *letter, recipient string, text templates.Letter) (mailout.Mail, error) {
	id, err := d.token()
	if err != nil {
		return mailout.Mail{}, err
	}
	_, domain, _ := strings.Cut(l.mailbox.Address, "@")
	m := mailout.Mail{Kind: l.kind, ID: id, From: mailout.Addr(l.mailbox.Name, l.mailbox.Address), Subject: text.Subject, Text: text.Text, HTML: text.HTML,
		MessageID: id + "." + l.kind + "@" + domain, Date: tx.Now().In(d.Zone()), Auto: l.auto, Attachments: l.files}
	if m.Auto == "" {
		m.Auto = "auto-generated" // RFC 3834 section 5.2
	}
	if l.complaint != nil {
		m.Complaint = l.complaint.Number
	}
	return m, nil
}

// queue renders the mail to its last byte and puts it into the outbox; false when its key was there already.
func (d *Desk) queue(tx *models.Tx, l *letter, m mailout.Mail, row *models.OutboxMail) (bool, error) {
	w := d.Store.NewBlob()
	defer w.Discard()
	if err := mailout.Compose(w, m); err != nil {
		return false, err
	}
	b, err := w.Finish()
	if err != nil {
		return false, fmt.Errorf("keep letter %s: %w", l.kind, err)
	}
	row.Mailbox, row.Subject, row.MessageID, row.BounceToken = l.mailbox.Address, m.Subject, m.MessageID, m.ID
	row.EnvelopeSender = l.mailbox.Address
	if l.mailbox.Plus {
		row.EnvelopeSender = mailout.Detail{Code: mailout.BounceCode, Token: m.ID}.With(l.mailbox.Address)
	}
	made, err := tx.Queue(row, b)
	if err == nil && !made {
		d.Log.Info("mail was made before", "key", l.key)
	}
	return made, err
}

func person(c *models.Complainant) templates.Person {
	return templates.Person{Name: c.Name, Title: c.Title, Email: c.Email, Phone: c.Phone}
}

// thanksFor is what the complaint came as.
func thanksFor(c *models.Complaint, mailWord string) string {
	switch c.Carrier {
	case "brief":
		return "brief"
	case "telefoon":
		return "telefoontje"
	case "bezoek":
		return "gesprek"
	}
	return mailWord
}

// keyOf is the idempotency key of a mail: kind / complaint or - / recipient / cause.
func keyOf(kind string, c *models.Complaint, recipient, cause string) string {
	number := "-"
	if c != nil {
		number = c.Number
	}
	return strings.Join([]string{kind, number, models.FoldAddress(recipient), cause}, "/")
}

func causeOf(e *models.LedgerEntry) string { return fmt.Sprintf("ledger:%d", e.ID) }

// DomainOf is the part behind the @, lower case; "" when there is none.
func DomainOf(address string) string {
	if a, err := mail.ParseAddress(address); err == nil {
		address = a.Address
	}
	_, domain, _ := strings.Cut(strings.ToLower(address), "@")
	return domain
}
