package mailin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"dankuwel/models"
	"dankuwel/procedure"
)

// Intake turns each mail of a mailbox into exactly one outcome.
type Intake struct {
	Desk       *procedure.Desk
	Log        *slog.Logger
	AuthServID string // whose Authentication-Results are believed; "": nobody's
}

// arrival is a mail between parsing and its outcome.
type arrival struct {
	procedure.Arrival
	mail    *Message
	kind    Kind
	verdict string // of the spam filter or of DMARC: why it is suspect; "" it is not
	sealed  string // how it is encrypted; "" it can be read
	failure string // why it could not be fetched or read; then it is parked with what came
}

// Take reads the mails and hands them to the Desk, several in one transaction, one alone in its own. A mail that cannot be handled is
// parked with its bytes and the next one is taken. The error is not nil only for trouble of the register or the disk: then the mails
// are to be offered again later; those that stand in the ledger by then will be known.
func (in *Intake) Take(ctx context.Context, mailbox string, mails []Fetched) error {
	for chunk := range slices.Chunk(mails, maxCommit) {
		if err := in.takeTogether(ctx, mailbox, chunk); err != nil {
			return err
		}
	}
	return nil
}

// maxCommit is how many mails one transaction takes in: more save little time, but keep their letters in memory and the outbox waiting.
const maxCommit = 20

func (in *Intake) takeTogether(ctx context.Context, mailbox string, mails []Fetched) error {
	list, err := in.readAll(mailbox, mails)
	if err != nil {
		return err
	}
	if len(list) == 1 {
		return in.handle(ctx, in.Desk, list[0])
	}
	err = in.Desk.Batch(ctx, func(d *procedure.Desk) error {
		for _, a := range list {
			if err := in.handle(ctx, d, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil || ctx.Err() != nil {
		return err
	}
	in.Log.Warn("a batch could not be committed; its mails are taken one by one", "mailbox", mailbox, "mails", len(list), "error", err)
	for _, a := range list {
		if err := in.handle(ctx, in.Desk, a); err != nil {
			return err
		}
	}
	return nil
}

// readAll reads the mails side by side: before the transaction they have nothing to do with each other.
func (in *Intake) readAll(mailbox string, mails []Fetched) ([]*arrival, error) {
	list, errs := make([]*arrival, len(mails)), make([]error, len(mails))
	var group sync.WaitGroup
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), len(mails)) {
		group.Go(func() {
			for i := range next {
				if list[i], errs[i] = in.read(mailbox, &mails[i]); errs[i] != nil {
					errs[i] = fmt.Errorf("uid %d: %w", mails[i].UID, errs[i])
				} else {
					in.Desk.Understand(&list[i].Arrival)
				}
			}
		})
	}
	for i := range mails {
		next <- i
	}
	close(next)
	group.Wait()
	return list, errors.Join(errs...)
}

// read makes an arrival of a mail: everything that can be known without the register. Its attachments are on disk when it returns.
func (in *Intake) read(mailbox string, f *Fetched) (*arrival, error) {
	a := &arrival{failure: f.Failure}
	a.Mailbox, a.UIDValidity, a.UID, a.ReceivedAt = mailbox, f.UIDValidity, f.UID, f.InternalDate
	raw, err := in.Desk.Store.OpenUnput(f.Raw)
	if err != nil {
		return nil, fmt.Errorf("read spooled mail: %w", err)
	}
	defer raw.Close()
	a.mail, err = Parse(raw, func(att *Attachment, body io.Reader) error {
		w := in.Desk.Store.NewBlob()
		defer w.Discard()
		if _, err := io.Copy(w, body); err != nil {
			return err
		}
		b, err := w.Finish()
		if err == nil {
			a.Blobs = append(a.Blobs, b)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	a.Blobs = append(a.Blobs, f.Raw)
	switch {
	case f.Failure != "":
		sum := sha256.Sum256(fmt.Appendf(nil, "unfetched\n%s\n%d\n%d", mailbox, f.UIDValidity, f.UID))
		a.Identity = hex.EncodeToString(sum[:])
		a.mail.Warnings = append(a.mail.Warnings, f.Failure)
	case f.Oversize:
		a.Identity = a.mail.HeaderIdentity(f.InternalDate, f.Size)
	default:
		a.Identity = a.mail.Identity(f.InternalDate)
	}
	in.fill(a, f)
	return a, nil
}

// fill makes the rows of the message.
func (in *Intake) fill(a *arrival, f *Fetched) {
	m := a.mail
	raw := f.Raw.SHA256
	a.Recipients = recipients(m)
	a.kind, _ = Classify(m, in.Desk.Settings.Mailbox(a.Mailbox).Lists)
	row := models.Message{Direction: "in", MessageID: m.MessageID, InReplyTo: strings.Join(append(append([]string{}, m.InReplyTo...), m.References...), " "),
		At: f.InternalDate, Subject: m.Subject, Text: m.Text, NewText: NewText(m.Text, in.Desk.Texts.Markers()), Raw: &raw, Size: f.Size, Oversize: f.Oversize,
		ToEmail: a.Mailbox, Warnings: strings.Join(m.Warnings, "\n"), Carrier: "mail", AnswerTo: answerTo(m)}
	if len(m.From) > 0 {
		row.FromName, row.FromEmail = m.From[0].Name, m.From[0].Email
	}
	for i, att := range m.Attachments {
		row.Attachments = append(row.Attachments, models.Attachment{Position: i + 1, Name: att.Name, Type: att.Type, Size: att.Size, SHA256: att.SHA256,
			Inline: att.Inline, ContentID: att.ContentID})
	}
	if a.kind != Bounce {
		in.otherWay(&row, m)
	}
	row.Language = in.Desk.Settings.Organization.Language // what a device says is no language of the complainant
	if row.Carrier == "mail" || row.Carrier == "webformulier" {
		row.Language = Language(row.NewText, row.Language)
		row.TextHash = textHash(row.NewText) // and the same each time
	}
	switch {
	case row.Carrier != "mail":
		a.kind = Person // for all that its device or its form says of it (CONTRACT section 5)
	case a.kind == Person:
		if a.Forward = in.forward(m); a.Forward != nil && row.NewText != m.Text {
			row.NewText = m.Text // what is passed on is the matter itself
			row.TextHash = textHash(m.Text)
		}
	case a.kind == Bounce:
		a.Bounce = bounceOf(m)
	}
	if a.kind == Person {
		a.sealed = Sealed(m)
		a.verdict, _ = Verdict(m, in.AuthServID)
	}
	a.Message = row
}

// otherWay looks whether the mail stands for something that came by another way: a web form, a paper letter, a voice.
func (in *Intake) otherWay(row *models.Message, m *Message) {
	s := in.Desk.Settings
	for _, f := range s.FormSenders {
		if !strings.EqualFold(f.Address, row.FromEmail) {
			continue
		}
		form, _ := ReadForm(m, f)
		if form.Email == "" && len(m.ReplyTo) > 0 {
			form.Email = m.ReplyTo[0].Email
		}
		row.Carrier, row.FromName, row.FromEmail, row.AnswerTo = "webformulier", form.Name, form.Email, form.Email
		if form.Text != "" {
			row.NewText = form.Text
		}
		return
	}
	switch {
	case slices.ContainsFunc(s.Scanners, func(a string) bool { return strings.EqualFold(a, row.FromEmail) }):
		row.Carrier = "brief"
	case IsVoiceMail(m):
		row.Carrier = "telefoon"
	default:
		return
	}
	row.FromName, row.AnswerTo = "", ""
}

// forward is the mail that this one passes on; nil when it is no forward.
func (in *Intake) forward(m *Message) *models.Forward {
	f := ReadForward(m, in.Desk.Zone())
	if f == nil {
		return nil
	}
	row := &models.Forward{FromName: f.From.Name, FromEmail: f.From.Email, Subject: f.Subject, Text: f.Text, Language: Language(f.Text, in.Desk.Settings.Organization.Language)}
	if !f.Date.IsZero() {
		row.SentAt = &f.Date
	}
	return row
}

// bounceOf is what a notice says of the mail that did not arrive. A mail of ours has one recipient.
func bounceOf(m *Message) procedure.Bounce {
	var b procedure.Bounce
	for _, f := range Failures(m) {
		if f.Action == "failed" {
			return procedure.Bounce{Recipient: f.Recipient, Permanent: f.Permanent(), Reason: f.Reason(), Said: f.Diagnostic}
		}
	}
	return b
}

// answerTo is where letters to the writer go: From; Reply-To instead when it is in From's domain (CONTRACT section 4).
func answerTo(m *Message) string {
	if len(m.From) == 0 {
		return ""
	}
	from := m.From[0].Email
	if len(m.ReplyTo) > 0 && procedure.DomainOf(m.ReplyTo[0].Email) == procedure.DomainOf(from) {
		return m.ReplyTo[0].Email
	}
	return from
}

// recipients are the addresses that the mail was sent to or via, as the fields say.
func recipients(m *Message) []string {
	var list []string
	for _, a := range append(append([]Address{}, m.To...), m.Cc...) {
		list = append(list, a.Email)
	}
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To", "Resent-To"} {
		for _, v := range m.All(name) {
			list = append(list, strings.Trim(strings.TrimSpace(v), "<>"))
		}
	}
	return list
}

// minWords is how many words a text needs to be told from another by its words.
const minWords = 5

// textHash is what two mails with the same text have in common; "" for a text too short to say.
func textHash(text string) string {
	folded := make([]byte, 0, len(text))
	words, within := 0, false
	for _, r := range text {
		if unicode.IsSpace(r) {
			within = false
			continue
		}
		if !within {
			words, within = words+1, true
			folded = append(folded, ' ')
		}
		if r < utf8.RuneSelf {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			folded = append(folded, byte(r))
		} else {
			folded = utf8.AppendRune(folded, unicode.ToLower(r))
		}
	}
	if words < minWords {
		return ""
	}
	sum := sha256.Sum256(folded)
	return hex.EncodeToString(sum[:])
}

// handle gives the mail its outcome. One that fails for a reason of its own is parked.
func (in *Intake) handle(ctx context.Context, d *procedure.Desk, a *arrival) error {
	e, err := in.route(ctx, d, a)
	if err != nil && !models.IsStorage(err) {
		in.Log.Error("a mail could not be handled and is parked", "mailbox", a.Mailbox, "uid", a.UID, "error", err)
		a.Message.Direction, a.Message.StaffID = "in", nil
		e, err = d.Park(ctx, &a.Arrival, "unreadable")
	}
	if err != nil {
		return fmt.Errorf("uid %d: %w", a.UID, err)
	}
	in.Log.Info("mail", "mailbox", a.Mailbox, "uid", a.UID, "ledger", e.ID, "outcome", e.Outcome, "reason", e.Reason)
	return nil
}

// route decides which door of the Desk a mail takes (CONTRACT section 5).
func (in *Intake) route(ctx context.Context, d *procedure.Desk, a *arrival) (*models.LedgerEntry, error) {
	if a.failure != "" {
		return d.Park(ctx, &a.Arrival, "unreadable")
	}
	var th thread
	if err := d.View(ctx, func(tx *models.Tx) (err error) { th, err = in.thread(tx, a); return err }); err != nil {
		return nil, err
	}
	if th.own {
		return d.File(ctx, &a.Arrival, models.AsOwn, th.complaint)
	}
	if a.kind == Automatic && isAnswer(a.mail) {
		if who := in.sender(a, th); who.proven && who.staff.Owns(a.mail.From[0].Email) { // not whoever sent it in his name
			if err := d.SeemsAway(ctx, who.staff); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case a.kind == Bounce && th.about != nil:
		return d.Bounced(ctx, &a.Arrival, th.about)
	case a.kind == Automatic && th.complaint != 0:
		return d.File(ctx, &a.Arrival, models.AsAutomatic, th.complaint)
	case a.kind == Bounce, a.kind == Automatic:
		return d.Park(ctx, &a.Arrival, "automatic")
	case a.kind == List:
		return d.Park(ctx, &a.Arrival, "list")
	case a.sealed != "":
		return d.Park(ctx, &a.Arrival, "encrypted")
	}
	return in.person(ctx, d, a, th)
}

// isAnswer: a program answers in the place of a person, and it is no report and no calendar's.
func isAnswer(m *Message) bool {
	return m.ContentType != "multipart/report" && m.CalendarMethod == "" && repliedAutomatically(m)
}

// person routes a mail that a human being wrote.
func (in *Intake) person(ctx context.Context, d *procedure.Desk, a *arrival, th thread) (*models.LedgerEntry, error) {
	box := d.Settings.Mailbox(a.Mailbox)
	old := box.AcknowledgeWithin > 0 && d.Now().Sub(a.ReceivedAt) > box.AcknowledgeWithin
	var who sender
	if a.Message.Carrier == "mail" {
		who = in.sender(a, th)
	}
	switch {
	case who.staff != nil && who.failed, who.staff == nil && th.token != nil:
		return d.Park(ctx, &a.Arrival, "unproven")
	case a.verdict != "" && !who.proven && th.evidence.By != "token": // who holds the token has had our letter
		return d.Park(ctx, &a.Arrival, a.verdict)
	case who.staff != nil && !in.isComplainant(ctx, d, a, th):
		return d.Act(ctx, &a.Arrival, procedure.StaffMail{Staff: who.staff, Proven: who.proven, Vouched: in.AuthServID != "", Token: who.token, Complaint: th.complaint, Code: th.code})
	case th.stranger:
		return d.Park(ctx, &a.Arrival, "stranger")
	case th.complaint != 0:
		if a.Suspect = a.verdict; old {
			a.Suspect = "old"
		}
		if th.satisfies {
			var score int
			score, a.Beside = Score(in.Desk.Texts, th.scores, a.Message.NewText, a.Message.FromName)
			return d.Satisfied(ctx, &a.Arrival, th.complaint, score, th.evidence)
		}
		return d.Add(ctx, &a.Arrival, th.complaint, th.evidence)
	case old:
		return d.Park(ctx, &a.Arrival, "old")
	case a.Message.Carrier == "mail" && (a.Message.AnswerTo == "" || d.Settings.Mailbox(a.Message.AnswerTo) != nil):
		return d.Park(ctx, &a.Arrival, "unclear") // nobody to thank, or ourselves
	case saysNothing(a):
		return d.Park(ctx, &a.Arrival, "empty")
	}
	return d.Register(ctx, &a.Arrival, 0)
}

// saysNothing: neither words nor a file that could hold any.
func saysNothing(a *arrival) bool {
	return strings.TrimSpace(a.Message.Text) == "" && strings.TrimSpace(a.Message.Subject) == "" && !slices.ContainsFunc(a.mail.Attachments, substantial)
}

// isComplainant: a staff member may have a complaint of his own; about that one he writes as its complainant. Of a practice complaint he is
// the handler, too: there he writes as its complainant only where he answers a letter to the complainant.
func (in *Intake) isComplainant(ctx context.Context, d *procedure.Desk, a *arrival, th thread) bool {
	if th.complaint == 0 || th.token != nil {
		return false
	}
	own := false
	_ = d.View(ctx, func(tx *models.Tx) error {
		c, err := tx.ComplaintByID(th.complaint)
		switch {
		case err != nil:
		case c.Practice:
			own = d.Practises(c) == d.Settings.StaffByAddress(a.Message.FromEmail)
			if own && th.evidence.By != "token" {
				own, err = answersLetter(tx, a.mail)
			}
		default:
			own = c.Complainant.EmailKey == models.FoldAddress(a.Message.FromEmail)
		}
		return err
	})
	return own
}

// answersLetter tells whether the mail answers a letter to a complainant, and not a mail to staff.
func answersLetter(tx *models.Tx, m *Message) (bool, error) {
	for _, id := range m.InReplyTo {
		if o, err := tx.OutboxByMessageID(id); err != nil || o != nil {
			return err == nil && o.StaffID == nil, err
		}
	}
	return false, nil
}
