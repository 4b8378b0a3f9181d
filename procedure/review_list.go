package procedure

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dankuwel/models"
	"dankuwel/templates"
)

// listed is how many parked mails a review list shows at most.
const listed = 25

// ReviewList sends the coordinator what waits for a decision, once a day and only when there is something (CONTRACT section 5).
func (d *Desk) ReviewList(ctx context.Context) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		lists := map[*models.Staff]*letter{}
		err := tx.EachLedgerEntry(models.LedgerFilter{Parked: true}, func(e *models.LedgerEntry) error {
			m, err := tx.Message(*e.StoredAs)
			if err != nil {
				return err
			}
			reader := d.reviewer(m)
			l := lists[reader]
			if l == nil {
				l = &letter{kind: "review_list", key: keyOf("review_list", nil, reader.Email, string(d.today(tx))), mailbox: &d.Settings.Mailboxes[0], staff: reader}
				lists[reader] = l
			}
			if len(l.data.Parked) == listed {
				l.data.ParkedLeft++
				return nil
			}
			l.subjectID = &e.ID
			l.data.Parked = append(l.data.Parked, d.parkedMail(e, m))
			return nil
		})
		if err != nil {
			return err
		}
		for _, reader := range d.Settings.Staff { // in the order of the configuration
			l := lists[reader]
			if l == nil {
				continue
			}
			l.buttons = []string{"all_no"}
			if len(l.data.Parked) == 1 {
				l.buttons = []string{"yes", "no"}
			}
			if err := d.toStaff(tx, *l); err != nil {
				return err
			}
		}
		return nil
	})
}

// reviewer is who decides on a parked mail: the coordinator, or, when it names her, who stands in for her.
func (d *Desk) reviewer(m *models.Message) *models.Staff {
	coordinator := d.Settings.first(models.Coordinator, nil)
	if slices.Contains(d.namedIn(m), coordinator) {
		if deputy := d.standIn([]int64{coordinator.ID}); len(deputy) > 0 {
			return deputy[0]
		}
	}
	return coordinator
}

func (d *Desk) parkedMail(e *models.LedgerEntry, m *models.Message) templates.ParkedMail {
	return templates.ParkedMail{No: *e.ParkedNo, From: templates.Person{Name: m.FromName, Email: m.FromEmail}, Subject: m.Subject, Received: e.ReceivedAt.In(d.Zone()),
		Reason: e.Reason, Words: firstWords(m.NewText, 500), Attachments: len(m.Attachments)}
}

// review does what a reply to the review list says, line by line. What is not understood is said back.
func (d *Desk) review(tx *models.Tx, a *Arrival, e *models.LedgerEntry, s StaffMail) error {
	a.Message.Direction = "note"
	e.Outcome = models.AsAction
	wanted, unknown := d.decisions(a.Message.NewText)
	shown, err := d.shown(tx, s)
	if err != nil {
		return err
	}
	if answer := d.choice(s, a); len(wanted) == 0 && answer != "" && (len(shown) == 1 || answer == "no" && len(unknown) == 0) {
		wanted, unknown = []decision{{all, answer != "no"}}, nil // a button, or one word about the only mail
	}
	if len(wanted) == 0 {
		e.Outcome = models.AsRefused
	}
	if err := d.finish(tx, a, e, nil); err != nil {
		return err
	}
	if len(wanted) == 0 {
		return d.receipt(tx, e, s.Staff, nil, templates.Data{NotDone: templates.NotDoneNotUnderstood, Note: a.Message.NewText}, letter{})
	}
	data := templates.Data{Done: templates.DoneReview, Unknown: unknown}
	for _, w := range wanted {
		list := []int{w.no}
		if w.no == all {
			list = shown
		}
		for _, no := range list {
			done, err := d.decideParked(tx, no, w.accept, s.Staff)
			if err != nil {
				return err
			}
			data.Decisions = append(data.Decisions, done)
		}
	}
	return d.receipt(tx, e, s.Staff, nil, data, letter{})
}

// decideParked accepts or discards one parked mail. Each is decided once; a second decision is answered with the first.
func (d *Desk) decideParked(tx *models.Tx, no int, accept bool, by *models.Staff) (templates.ReviewDecision, error) {
	done := templates.ReviewDecision{No: no, Accepted: accept}
	e, m, err := d.parked(tx, no)
	decided := ErrDecided{}
	switch {
	case errors.As(err, &decided):
		e = decided.Entry
		done.Accepted, done.Number, done.By, done.At = e.Decision == "accepted", e.AcceptedAs, d.actorName(e.DecidedBy), e.DecidedAt.In(d.Zone())
		return done, nil
	case models.IsNotFound(err), err == nil && d.reviewer(m) != by && !by.Has(models.Coordinator):
		done.Missing = true
		return done, nil
	case err != nil:
		return done, err
	}
	done.Subject = m.Subject
	if accept {
		done.Number, err = d.accept(tx, no, models.StaffActor(by.ID))
		return done, err
	}
	return done, d.decide(tx, e, "discarded", models.StaffActor(by.ID))
}

// shown lists what the review list showed to which the mail replies, as far as it is not decided.
func (d *Desk) shown(tx *models.Tx, s StaffMail) (list []int, err error) {
	err = tx.EachLedgerEntry(models.LedgerFilter{Parked: true}, func(e *models.LedgerEntry) error {
		if s.Token.SubjectID == nil || e.ID > *s.Token.SubjectID {
			return nil
		}
		m, err := tx.Message(*e.StoredAs)
		if err == nil && d.reviewer(m) == s.Staff {
			list = append(list, *e.ParkedNo)
		}
		return err
	})
	return list, err
}

// all stands for every parked mail that the list showed.
const all = 0

// decision is one wish about a parked mail.
type decision struct {
	no     int // or all
	accept bool
}

var (
	parkedNo   = regexp.MustCompile(`(?i)^(?:p-?)?(\d{1,9})$`)
	surelyOne  = regexp.MustCompile(`(?i)\bp-\d`)
	decideWord = regexp.MustCompile(`[\pL\pN][\pL\pN-]*`)
)

// decisions reads "P-17 ja", "ja 17", "17 nee", "alles nee" line by line. A line that names a mail or gives an answer and still cannot be
// understood is given back.
func (d *Desk) decisions(text string) (wanted []decision, unknown []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		found, answered := d.decisionsIn(line)
		wanted = append(wanted, found...)
		if len(found) == 0 && (answered || surelyOne.MatchString(line)) {
			unknown = append(unknown, line)
		}
	}
	return wanted, unknown
}

// decisionsIn reads one line: numbers and answers, the answer before or behind its numbers, up to the first other word. When more of them
// come after that, nothing is taken: "alles nee behalve 17" must be said more clearly.
func (d *Desk) decisionsIn(line string) (found []decision, answered bool) {
	if strings.HasPrefix(line, ">") || d.Texts.IsGreetingOrClosing(line) {
		return nil, false
	}
	var numbers []int // that wait for their answer
	leading := ""     // answer that stands before its numbers
	ended := false
	for _, word := range decideWord.FindAllString(line, 60) {
		key := d.Texts.AnswerKey(word)
		no, numbered := parkedNumber(word, key)
		switch {
		case ended && (numbered || key == "yes" || key == "no"):
			return nil, true
		case ended:
		case numbered && leading != "":
			found = append(found, decision{no, leading != "no"})
		case numbered:
			numbers = append(numbers, no)
		case key != "": // own: "P-17 klacht" is a yes
			answered = true
			leading = key
			if len(numbers) > 0 {
				for _, n := range numbers {
					found = append(found, decision{n, key != "no"})
				}
				numbers, leading = nil, ""
			}
		case !slices.Contains([]string{"en", "et", "and", "und", "p"}, strings.ToLower(word)):
			ended = true
		}
	}
	return found, answered
}

// parkedNumber reads "P-17", "17", or a word for all of them.
func parkedNumber(word, key string) (no int, ok bool) {
	if key == "all" {
		return all, true
	}
	if m := parkedNo.FindStringSubmatch(word); m != nil {
		no, _ = strconv.Atoi(m[1])
		return no, no > 0
	}
	return 0, false
}
