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
	row := models.Message{Direction: "in", MessageID: m.MessageID, InReplyTo: strings.Join(append(append([]string{}, m.InReplyTo...), m.References...), " "),
		At: f.InternalDate, Subject: m.Subject, Text: m.Text, NewText: NewText(m.Text, in.Desk.Texts.Markers()), Raw: &raw, Size: f.Size, Oversize: f.Oversize,
		ToEmail: a.Mailbox, Warnings: strings.Join(m.Warnings, "\n")}
	if len(m.From) > 0 {
		row.FromName, row.FromEmail = m.From[0].Name, m.From[0].Email
	}
	a.AnswerTo, a.Report = answerTo(m), diagnosis(m.Report)
	row.Language = Language(row.NewText, in.Desk.Settings.Organization.Language)
	row.TextHash = textHash(row.NewText)
	for i, att := range m.Attachments {
		row.Attachments = append(row.Attachments, models.Attachment{Position: i + 1, Name: att.Name, Type: att.Type, Size: att.Size, SHA256: att.SHA256,
			Inline: att.Inline, ContentID: att.ContentID})
	}
	a.Message = row
}

// diagnosis is what the mail server said, in a delivery status notification (RFC 3464 sections 2.3.3 to 2.3.6).
func diagnosis(report string) string {
	var said []string
	for line := range strings.Lines(report) {
		name, value, _ := strings.Cut(line, ":")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "status", "diagnostic-code":
			said = append(said, strings.TrimSpace(value))
		}
	}
	return strings.Join(said, "\n")
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
	switch kind, _ := Classify(a.mail); kind {
	case Bounce:
		if th.about != nil {
			return d.Bounced(ctx, &a.Arrival, th.about)
		}
		return d.Park(ctx, &a.Arrival, "automatic")
	case Automatic:
		if th.complaint != 0 {
			return d.File(ctx, &a.Arrival, models.AsAutomatic, th.complaint)
		}
		return d.Park(ctx, &a.Arrival, "automatic")
	case List:
		return d.Park(ctx, &a.Arrival, "list")
	}
	return in.person(ctx, d, a, th)
}

// person routes a mail that a human being wrote.
func (in *Intake) person(ctx context.Context, d *procedure.Desk, a *arrival, th thread) (*models.LedgerEntry, error) {
	box := d.Settings.Mailbox(a.Mailbox)
	old := box.AcknowledgeWithin > 0 && d.Now().Sub(a.ReceivedAt) > box.AcknowledgeWithin
	who := in.sender(a, th)
	switch {
	case who.staff != nil && who.failed, who.staff == nil && th.token != nil:
		return d.Park(ctx, &a.Arrival, "unproven")
	case who.staff != nil && !in.isComplainant(ctx, d, a, th):
		return d.Act(ctx, &a.Arrival, procedure.StaffMail{Staff: who.staff, Proven: who.proven, Token: who.token, Complaint: th.complaint, Code: th.code})
	case th.stranger:
		return d.Park(ctx, &a.Arrival, "stranger")
	case th.complaint != 0:
		if old {
			a.Suspect = "old"
		}
		return d.Add(ctx, &a.Arrival, th.complaint, th.evidence)
	case old:
		return d.Park(ctx, &a.Arrival, "old")
	case a.AnswerTo == "" || d.Settings.Mailbox(a.AnswerTo) != nil:
		return d.Park(ctx, &a.Arrival, "unclear") // nobody to thank, or ourselves
	case strings.TrimSpace(a.Message.Text) == "" && strings.TrimSpace(a.Message.Subject) == "" && len(a.Message.Attachments) == 0:
		return d.Park(ctx, &a.Arrival, "empty")
	}
	return d.Register(ctx, &a.Arrival, 0)
}

// isComplainant: a staff member may have a complaint of his own; about that one he writes as its complainant.
func (in *Intake) isComplainant(ctx context.Context, d *procedure.Desk, a *arrival, th thread) bool {
	if th.complaint == 0 || th.token != nil {
		return false
	}
	own := false
	_ = d.View(ctx, func(tx *models.Tx) error {
		c, err := tx.ComplaintByID(th.complaint)
		own = err == nil && c.Complainant.EmailKey == models.FoldAddress(a.Message.FromEmail)
		return err
	})
	return own
}
