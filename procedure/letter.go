package procedure

import (
	"cmp"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"dankuwel/mailout"
	"dankuwel/models"
	"dankuwel/templates"
)

// letter is one mail that is due: who gets it, about what, and what it says beside what every letter says.
type letter struct {
	kind       string
	key        string // idempotency key (CONTRACT section 4)
	mailbox    *Mailbox
	complaint  *models.Complaint // nil: about none
	staff      *models.Staff     // to staff
	data       templates.Data
	files      []mailout.File
	pictures   []mailout.File // that its HTML shows
	inReplyTo  string         // of the mail that it answers
	refs       []string
	buttons    []string // keys of choices that serve the letter's token: yes, no, own
	subjectID  *int64   // what its question is about
	auto       string   // Auto-Submitted
	purpose    string   // of its token; kind when ""
	code       string   // key of the action that a reply stands for; "" a plain reply
	draft      int      // version shown
	analysis   int      // version shown
	subject    string   // of a draft that goes as it was shown
	text       string   //
	lang       string   // of it, when it is not the complainant's
	masked     bool     // the version for the handler: nothing of the complainant
	firstToken string   // of a confirmation: what the mail bore that it asks about
	firstCode  string   //
	substitute bool     // it goes to who stands in for somebody
}

// outgoing is a letter on its way to the outbox. Its words and bytes are made beside the transaction: several letters, and the rows of
// the next mail, do not wait for each other. The rows of the letter itself follow when the batch, or the change alone, ends.
type outgoing struct {
	letter letter
	lang   string
	mail   mailout.Mail // without subject and words until made
	row    models.OutboxMail
	token  *models.Token    // of a staff mail
	made   chan struct{}    // closed when text, bytes and err are there
	text   templates.Letter //
	bytes  models.Blob
	err    error
}

// toComplainant makes a letter to the complaint's known address.
func (d *Desk) toComplainant(tx *models.Tx, l letter) error {
	c := l.complaint
	if !c.Practice {
		if err := d.nameHeld(tx, &l); err != nil {
			return err
		}
	}
	l.data.To = person(&c.Complainant)
	l.data.ThanksFor = thanksFor(c, d.Settings.ThanksFor)
	o := &outgoing{letter: l, lang: cmp.Or(l.lang, c.Language), row: models.OutboxMail{ComplaintID: &c.ID, Recipient: c.Complainant.Email}}
	if l.mailbox.Sent != "" && !c.Shielded && !c.Practice {
		o.row.Copy = "due"
	}
	reply := l.mailbox.Address
	if l.mailbox.Plus {
		reply = mailout.Detail{Number: c.Number, Token: c.Token}.With(l.mailbox.Address)
	}
	o.mail.To, o.mail.ReplyTo = mailout.Addr(c.Complainant.Name, c.Complainant.Email), mailout.Addr(l.mailbox.Name+" "+c.Number, reply)
	o.mail.InReplyTo, o.mail.References = l.inReplyTo, l.refs
	return d.write(tx, o)
}

// toStaff makes a mail to a staff entry, with a token of its own.
func (d *Desk) toStaff(tx *models.Tx, l letter) error {
	if d.staysAway(&l) {
		return nil
	}
	if held, err := d.holdReceipt(tx, l); held || err != nil {
		return err
	}
	l.data.To, l.data.AskName = templates.Person{Name: l.staff.Name, Email: l.staff.Email}, l.staff.Shared
	token, err := d.token()
	if err != nil {
		return err
	}
	detail := mailout.Detail{Code: d.codeOf(l.code), Token: token}
	if l.complaint != nil {
		detail.Number = l.complaint.Number
	}
	for _, key := range l.buttons {
		l.data.Buttons = append(l.data.Buttons, templates.Button{Key: key, URL: d.button(l, detail, key)})
	}
	o := &outgoing{letter: l, lang: d.languageOf(l.staff), row: models.OutboxMail{Recipient: l.staff.Email, StaffID: &l.staff.ID, Priority: 10}}
	o.token = &models.Token{Token: token, StaffID: l.staff.ID, Purpose: l.kind, SubjectID: l.subjectID, Draft: l.draft, Analysis: l.analysis, FirstToken: l.firstToken, FirstCode: l.firstCode}
	if l.purpose != "" {
		o.token.Purpose = l.purpose
	}
	if c := l.complaint; c != nil && c.Stage != models.Registered && l.analysis == 0 { // the form behind its buttons and below it is the newest
		latest, err := tx.LatestAnalysis(c.ID)
		if err != nil {
			return err
		}
		if latest != nil {
			o.token.Analysis = latest.Version
		}
	}
	reply := l.mailbox.Address
	if l.mailbox.Plus {
		reply = detail.With(l.mailbox.Address)
	} else {
		o.mail.Subject = " " + detail.InSubject()
	}
	o.mail.To, o.mail.ReplyTo = mailout.Addr(l.staff.Name, l.staff.Email), mailout.Addr(l.mailbox.Name, reply)
	if l.complaint != nil {
		o.row.ComplaintID, o.token.ComplaintID = &l.complaint.ID, &l.complaint.ID
		if o.mail.References, err = d.thread(tx, l.complaint.ID, l.staff.ID); err != nil {
			return err
		}
		if n := len(o.mail.References); n > 0 {
			o.mail.InReplyTo = o.mail.References[n-1]
		}
	}
	if err := d.write(tx, o); err != nil {
		return err
	}
	return d.standInFor(tx, l)
}

// thread is the conversation of a staff entry about a complaint, with what is on its way to the outbox.
func (d *Desk) thread(tx *models.Tx, complaintID, staffID int64) ([]string, error) {
	ids, err := tx.StaffThread(complaintID, staffID)
	for _, o := range *d.letters {
		if o.row.StaffID != nil && *o.row.StaffID == staffID && o.row.ComplaintID != nil && *o.row.ComplaintID == complaintID {
			ids = append(ids, o.mail.MessageID)
		}
	}
	return ids, err
}

// write settles all of a letter that hangs on the register, and has it made.
func (d *Desk) write(tx *models.Tx, o *outgoing) error {
	l := &o.letter
	id, err := d.token()
	if err != nil {
		return err
	}
	d.fill(tx, l)
	_, domain, _ := strings.Cut(l.mailbox.Address, "@")
	m := &o.mail
	m.Kind, m.ID, m.From, m.Auto, m.Attachments, m.Inline = l.kind, id, mailout.Addr(l.mailbox.Name, l.mailbox.Address), l.auto, l.files, l.pictures
	m.MessageID, m.Date = id+"."+l.kind+"@"+domain, tx.Clock().In(d.Zone())
	if m.Auto == "" {
		m.Auto = "auto-generated" // RFC 3834 section 5.2
	}
	if l.complaint != nil {
		m.Complaint = l.complaint.Number
	}
	o.row.Key, o.row.Kind, o.row.Mailbox, o.row.MessageID, o.row.BounceToken = l.key, l.kind, l.mailbox.Address, m.MessageID, id
	o.row.EnvelopeSender = l.mailbox.Address
	if l.mailbox.Plus {
		o.row.EnvelopeSender = mailout.Detail{Code: mailout.BounceCode, Token: id}.With(l.mailbox.Address)
	}
	o.made = make(chan struct{})
	if len(l.files) > 0 {
		d.make(o) // its attachments are read through the transaction
	} else {
		go d.make(o)
	}
	*d.letters = append(*d.letters, o)
	return nil
}

// make renders a letter to its last byte.
func (d *Desk) make(o *outgoing) {
	defer close(o.made)
	if o.letter.text != "" {
		o.text, o.err = d.Texts.RenderPlain(o.lang, o.letter.subject, o.letter.text, o.letter.data)
	} else {
		o.text, o.err = d.Texts.Render(o.letter.kind, o.lang, o.letter.data)
	}
	if o.err != nil {
		return
	}
	o.mail.Subject = o.text.Subject + o.mail.Subject
	o.mail.Text, o.mail.HTML = o.text.Text, o.text.HTML
	w := d.Store.NewBlob()
	defer w.Discard()
	if o.err = mailout.Compose(w, o.mail); o.err == nil {
		o.bytes, o.err = w.Finish()
	}
	// What is in the bytes need not be kept twice until the batch ends.
	o.mail.Text, o.mail.HTML, o.mail.Attachments, o.mail.Inline, o.text.HTML, o.letter.data = "", "", nil, nil, "", templates.Data{}
	if o.token != nil {
		o.text.Text = ""
	}
}

// post puts the letters that were written into the outbox: with their bytes, their tokens, and in the conversation what a complainant
// gets. A key that is there already makes nothing.
func (d *Desk) post(tx *models.Tx) error {
	for _, o := range *d.letters {
		<-o.made
		if o.err != nil {
			return fmt.Errorf("letter %s: %w", o.letter.kind, o.err)
		}
		o.row.Subject = o.mail.Subject
		made, err := tx.Queue(&o.row, o.bytes)
		if err != nil {
			return err
		}
		if !made {
			d.Log.Info("mail was made before", "kind", o.letter.kind)
			continue
		}
		if o.token != nil {
			o.token.OutboxID = &o.row.ID
			err = tx.AddToken(o.token)
		} else {
			err = tx.AddMessage(&models.Message{ComplaintID: o.row.ComplaintID, Direction: "out", Kind: o.row.Kind, Mailbox: o.row.Mailbox, MessageID: o.row.MessageID,
				FromName: o.letter.mailbox.Name, FromEmail: o.row.Mailbox, ToEmail: o.row.Recipient, At: tx.Now(), Subject: o.mail.Subject, Text: o.text.Text,
				NewText: o.text.Text, Language: o.lang, Size: o.row.Size})
		}
		if err != nil {
			return err
		}
	}
	*d.letters = nil
	return nil
}

// buttonCodes are the codes of choices that are no action of the vocabulary, or another one.
var buttonCodes = map[string]string{"yes": "ja", "no": "nee", "own": "kla", "all_no": "nee", "as_answer": "ant", "as_question": "vra", "as_status": "sta", "as_note": "not"}

// codeOf is the code of an action in addresses.
func (d *Desk) codeOf(key string) string {
	if code := buttonCodes[key]; code != "" {
		return code
	}
	for _, a := range d.Texts.Actions() {
		if a.Key == baseOf(key) {
			return a.Code
		}
	}
	return mailout.ReplyCode
}

// button is the mailto: address that makes the choice. It carries labels only, no value: a word, or an empty form (CONTRACT section 4).
func (d *Desk) button(l letter, detail mailout.Detail, key string) string {
	lang := d.languageOf(l.staff)
	detail.Code = d.codeOf(key)
	var word, body string
	if slices.Contains([]string{"yes", "no", "own", "all_no"}, key) {
		word = d.Texts.AnswerWord(lang, key)
		body = word + d.sharedLine(l.staff)
	} else {
		a, _ := d.Texts.ActionByCode(detail.Code)
		word, body = d.Texts.ActionName(lang, a.Key), ""
		if len(a.Fields) > 0 {
			body = d.formFor(l.staff, a.Key, nil, nil)
		}
	}
	to, subject := detail.With(l.mailbox.Address), word
	if !l.mailbox.Plus {
		to, subject = l.mailbox.Address, word+" "+detail.InSubject()
	} else if detail.Number != "" {
		subject += " [" + detail.Number + "]"
	}
	return "mailto:" + strings.ReplaceAll(to, "+", "%2B") + "?subject=" + url.PathEscape(subject) + "&body=" + url.PathEscape(strings.ReplaceAll(body, "\n", "\r\n"))
}

func (d *Desk) languageOf(s *models.Staff) string {
	if s.Language != "" {
		return s.Language
	}
	return d.Settings.Organization.Language
}

// fill puts into a letter's data what every letter says.
func (d *Desk) fill(tx *models.Tx, l *letter) {
	o := d.Settings.Organization
	l.data.Organization = templates.Organization{Name: o.Name, Phone: o.Phone, SecondLine: o.SecondLine}
	if l.data.Signature == "" {
		l.data.Signature = o.Signature
	}
	l.data.Today = tx.Now().In(d.Zone())
	l.data.Mailbox = l.mailbox.Address
	c := l.complaint
	if c == nil {
		return
	}
	l.data.Number = c.Number
	if l.data.Received.IsZero() {
		l.data.Received = c.ReceivedAt.In(d.Zone())
	}
	due := d.due(tx, c)
	l.data.Day, l.data.Term = c.Day(d.today(tx)), due.DaysSince(c.ReceivedOn)
	l.data.Department, l.data.Sober, l.data.Shielded = c.Department, c.Sober, c.Shielded
	l.data.Anonymous, l.data.Practice = c.Anonymous, c.Practice
	if c.Handler != nil {
		l.data.Handler = c.Handler.Name
	}
	if l.staff != nil && c.AnsweredAt != nil {
		l.data.Answered = c.AnsweredAt.In(d.Zone())
	}
	if l.staff != nil && l.kind != "registration" { // that one says whether a day could be promised
		l.data.AnswerDue = due.Time(d.Zone())
	}
}

func person(c *models.Complainant) templates.Person {
	return templates.Person{Name: c.Name, Title: c.Title, Email: c.Email, Phone: c.Phone, Address: strings.Join(strings.Fields(c.Address), " ")}
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
