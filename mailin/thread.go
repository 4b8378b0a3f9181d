package mailin

import (
	"fmt"
	"slices"
	"strings"

	"dankuwel/mailout"
	"dankuwel/models"
	"dankuwel/procedure"
)

// thread is what ties a mail to what the register knows.
type thread struct {
	own       bool               // a mail of ours that came back to us
	about     *models.OutboxMail // the mail of ours that a delivery status notification is about
	complaint int64              // 0: none known
	evidence  procedure.Evidence //
	stranger  bool               // quotes a number, but does not belong to it
	token     *models.Token      // of a staff mail, also one that has ended
	code      string             // action of the address
	scores    []int              // score addresses that the mail was sent to
	satisfies bool               // to a score address, or in reply to a satisfaction_request
}

// thread finds the conversation of a mail: by token, by In-Reply-To and References, by a number in the subject and a sender who belongs
// to it; evidence in that order, and disagreement is kept to be told (CONTRACT section 5).
func (in *Intake) thread(tx *models.Tx, a *arrival) (thread, error) {
	var th thread
	var found []int64
	var by []string
	add := func(how string, ids ...int64) {
		for _, id := range ids {
			found, by = append(found, id), append(by, how)
		}
	}
	if err := in.ours(tx, a, &th, add); err != nil || th.own {
		return th, err
	}
	if err := in.tokens(tx, a, &th, add); err != nil {
		return th, err
	}
	ids := append(append([]string{}, a.mail.InReplyTo...), reversed(a.mail.References)...)
	byID, err := tx.ComplaintOfMessageIDs(ids)
	if err != nil {
		return th, err
	}
	add("references", byID...)
	stranger, err := in.numbers(tx, a, add)
	if err != nil {
		return th, err
	}
	if found, by, err = in.withoutErased(tx, &th, found, by); err != nil {
		return th, err
	}
	if len(found) == 0 {
		th.stranger = stranger
		return th, nil
	}
	th.complaint, th.evidence.By = found[0], by[0]
	if !th.satisfies {
		if th.satisfies, err = in.repliesToRequest(tx, a, ids, found[0]); err != nil {
			return th, err
		}
	}
	for _, id := range found[1:] {
		if id != found[0] {
			c, err := tx.ComplaintByID(id)
			if err != nil {
				return th, err
			}
			th.evidence.Disagrees = c.Number
			break
		}
	}
	return th, nil
}

// repliesToRequest tells whether the newest of our letters that a mail answers asks the complaint's complainant for a score. Where it names
// none of ours, for its client names none or the submission server gave our letter another Message-ID, the subject tells.
func (in *Intake) repliesToRequest(tx *models.Tx, a *arrival, ids []string, complaint int64) (bool, error) {
	for _, id := range ids[:min(len(ids), maxAnswered)] {
		m, err := tx.OutboxByMessageID(id)
		if err != nil {
			return false, fmt.Errorf("look for the letter that is answered: %w", err)
		}
		if m != nil {
			return m.Kind == "satisfaction_request" && m.ComplaintID != nil && *m.ComplaintID == complaint, nil
		}
	}
	sent, err := tx.OutboxOf(complaint)
	if err != nil {
		return false, fmt.Errorf("look for the letter that is answered: %w", err)
	}
	return slices.ContainsFunc(sent, func(m models.OutboxMail) bool {
		return m.Kind == "satisfaction_request" && strings.HasSuffix(strings.TrimSpace(a.mail.Subject), m.Subject)
	}), nil
}

// maxAnswered is how many Message-IDs of a mail's references are looked up for the letter that it answers.
const maxAnswered = 20

// ours recognises our own mail by what the outbox knows, never by From, and the mail of ours that a notification returns.
func (in *Intake) ours(tx *models.Tx, a *arrival, th *thread, add func(string, ...int64)) error {
	for _, look := range []func() (*models.OutboxMail, error){
		func() (*models.OutboxMail, error) { return tx.OutboxByMessageID(a.mail.MessageID) },
		func() (*models.OutboxMail, error) { return tx.OutboxByBounceToken(a.mail.Get("X-Dankuwel-Id")) },
	} {
		m, err := look()
		if err != nil {
			return fmt.Errorf("look for own mail: %w", err)
		}
		if m != nil {
			th.own = true
			if m.ComplaintID != nil {
				th.complaint = *m.ComplaintID
			}
			return nil
		}
	}
	if a.kind != Bounce && a.kind != Automatic {
		return nil
	}
	for _, id := range ReturnedIDs(a.mail) {
		m, err := tx.OutboxByMessageID(id)
		if m == nil && err == nil {
			m, err = tx.OutboxByBounceToken(id)
		}
		if err != nil {
			return fmt.Errorf("look for returned mail: %w", err)
		}
		if m != nil {
			th.about = m
			if m.ComplaintID != nil {
				add("returned", *m.ComplaintID)
			}
			break
		}
	}
	return nil
}

// tokens reads the addresses that the mail was sent to, and the brackets of its subject.
func (in *Intake) tokens(tx *models.Tx, a *arrival, th *thread, add func(string, ...int64)) error {
	var details []mailout.Detail
	for _, r := range a.Recipients {
		if d, ok := mailout.ParseDetail(r, a.Mailbox); ok {
			details = append(details, d)
		}
	}
	if d, ok := mailout.ParseSubject(a.mail.Subject); ok {
		details = append(details, d)
	}
	for _, d := range details {
		if n := d.Score(); n > 0 {
			c, err := tx.ComplaintByToken(d.Token)
			if err == nil {
				add("token", c.ID)
				th.scores, th.satisfies = append(th.scores, n), true
			} else if !models.IsNotFound(err) {
				return err
			}
			continue
		}
		switch d.Code {
		case "":
			c, err := tx.ComplaintByToken(d.Token)
			if err == nil {
				add("token", c.ID)
			} else if !models.IsNotFound(err) {
				return err
			}
		case mailout.BounceCode:
			m, err := tx.OutboxByBounceToken(d.Token)
			if err != nil {
				return err
			}
			if m != nil {
				th.about = m
				if m.ComplaintID != nil {
					add("token", *m.ComplaintID)
				}
			}
		default:
			t, err := tx.Token(d.Token)
			if err == nil {
				th.token, th.code = t, d.Code
				if t.ComplaintID != nil {
					add("token", *t.ComplaintID)
				}
			} else if !models.IsNotFound(err) {
				return err
			}
		}
	}
	return nil
}

// numbers reads the complaint numbers in the subject. One counts only from a sender who belongs to that complaint.
func (in *Intake) numbers(tx *models.Tx, a *arrival, add func(string, ...int64)) (stranger bool, err error) {
	for _, n := range mailout.Numbers(a.mail.Subject) {
		c, err := tx.Complaint(n)
		if models.IsNotFound(err) {
			continue
		}
		if err != nil {
			return false, err
		}
		if c.ErasedAt != nil {
			continue
		}
		belongs := c.Complainant.EmailKey != "" && (c.Complainant.EmailKey == models.FoldAddress(a.Message.FromEmail) || c.Complainant.EmailKey == models.FoldAddress(a.Message.AnswerTo))
		if !belongs {
			if belongs, err = tx.WroteTo(c.ID, a.Message.FromEmail); err != nil {
				return false, err
			}
		}
		if belongs || in.Desk.Settings.StaffByAddress(a.Message.FromEmail) != nil {
			add("number", c.ID)
		} else {
			stranger = true
		}
	}
	return stranger, nil
}

// withoutErased leaves out complaints that were erased: what comes after that is a matter of its own. Only a staff token that still serves
// leads to one, for a preventive measure that lives on.
func (in *Intake) withoutErased(tx *models.Tx, th *thread, found []int64, by []string) (left []int64, how []string, err error) {
	for i, id := range found {
		token := th.token != nil && th.token.Live(in.Desk.Now()) && th.token.ComplaintID != nil && *th.token.ComplaintID == id
		erased := false
		if !token {
			if erased, err = tx.IsErased(id); err != nil {
				return nil, nil, err
			}
		}
		if !erased {
			left, how = append(left, id), append(how, by[i])
		}
	}
	return left, how, nil
}

func reversed(list []string) []string {
	out := make([]string, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		out = append(out, list[i])
	}
	return out
}
