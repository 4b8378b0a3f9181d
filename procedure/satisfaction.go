package procedure

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dankuwel/mailout"
	"dankuwel/models"
	"dankuwel/templates"
)

const (
	callDays   = 2  // working days within which somebody calls after a low score (LETTERS.md 1.2)
	shortWords = 12 // so many words beside a score ask for no reaction of ours, when they hold no question
)

// Satisfied takes in a reply to satisfaction_request (procedure 5.3). score is 1 to 5; 0: words without a score, which a person reads. The
// complaint's own token, or the conversation, is evidence enough, whoever wrote (CONTRACT section 5): a daughter may press the button for
// her mother. But letters go to the known address only, and who owns the complaint reads that it came from another one.
func (d *Desk) Satisfied(ctx context.Context, a *Arrival, complaintID int64, score int, ev Evidence) (*models.LedgerEntry, error) {
	silent, err := d.silent(ctx, a, complaintID)
	if err != nil {
		return nil, err
	}
	d.Understand(a)
	if silent && (score == 0 || d.asksMore(a)) {
		return d.Add(ctx, a, complaintID, ev) // more than a score, so long after: a new complaint
	}
	return d.take(ctx, a, func(d *Desk, tx *models.Tx, e *models.LedgerEntry) error {
		return d.satisfied(tx, a, e, complaintID, score, ev)
	})
}

// silent tells whether a complaint fell silent before the mail came: nobody wrote for so long, neither the complainant nor we.
func (d *Desk) silent(ctx context.Context, a *Arrival, complaintID int64) (silent bool, err error) {
	err = d.View(ctx, func(tx *models.Tx) error {
		c, err := tx.ComplaintByID(complaintID)
		if err != nil {
			return err
		}
		written, err := tx.LastLetter(c.ID)
		silent = a.ReceivedAt.Sub(latest(c.LastActivityAt, written)) > silentDays*24*time.Hour
		return err
	})
	return silent, err
}

// asksMore tells whether a reply says something that wants a reaction: many words beside the score, a question, a file, or what a
// complaint would be treated with care for.
func (d *Desk) asksMore(a *Arrival) bool {
	return len(strings.Fields(a.Beside)) > shortWords || strings.Contains(a.Beside, "?") || a.reading.sober || a.reading.shielded || hasFiles(a)
}

// hasFiles: something is attached that is no picture of a signature.
func hasFiles(a *Arrival) bool {
	return slices.ContainsFunc(a.Message.Attachments, func(f models.Attachment) bool { return !f.Inline })
}

// satisfied files the reply, notes the score, and does what follows from it. All scores are kept and the last one counts; once the
// complaint has ended it only informs.
func (d *Desk) satisfied(tx *models.Tx, a *Arrival, e *models.LedgerEntry, complaintID int64, score int, ev Evidence) error {
	c, err := tx.ComplaintByID(complaintID)
	if err != nil {
		return err
	}
	d.Understand(a)
	e.Outcome = models.AsSatisfying
	if err := d.finish(tx, a, e, c); err != nil {
		return err
	}
	if err := tx.AddScore(c.ID, score, a.Message.NewText, a.Message.ID); err != nil {
		return err
	}
	c.LastActivityAt = tx.Now()
	if score > 0 && !c.Stage.Ended() {
		c.Satisfaction = &score
	}
	if err := tx.SaveComplaint(c); err != nil {
		return err
	}
	other := !d.fromComplainant(a, c)
	if err := d.event(tx, c, "complainant", "satisfaction", map[string]any{"ledger": e.ID, "score": score, "evidence": ev.By, "disagrees": ev.Disagrees, "other_address": other}); err != nil {
		return err
	}
	if score > 0 {
		if _, err := tx.DoneTask(c.ID, "complainant", scoreTasks...); err != nil {
			return err
		}
	}
	n, err := d.circle(tx, c)
	if err != nil {
		return err
	}
	due, err := d.follow(tx, a, e, c, n, score, ev, other)
	if err != nil {
		return err
	}
	if _, err := d.contented(tx, c, score, "complainant", map[string]any{"ledger": e.ID}); err != nil {
		return err
	}
	if score == 0 && a.reading.onlyThanks {
		return nil
	}
	return d.thankForScore(tx, a, e, c, n, score, due)
}

// fromComplainant: the reply came from the address that we know, or asks for its answer there.
func (d *Desk) fromComplainant(a *Arrival, c *models.Complaint) bool {
	known := c.Complainant.EmailKey
	return known != "" && (models.FoldAddress(a.Message.FromEmail) == known || models.FoldAddress(a.Message.AnswerTo) == known)
}

// follow gives a person to do what a reply asks for, and tells until which day; "" nothing was promised. A low score is a call; words
// without a score are read and get one; a question, or much beside the score, gets a reaction.
func (d *Desk) follow(tx *models.Tx, a *Arrival, e *models.LedgerEntry, c *models.Complaint, n circle, score int, ev Evidence, other bool) (due models.Date, err error) {
	more := d.asksMore(a)
	ended := c.Stage.Ended()
	low := score > 0 && score < contentedFrom
	switch {
	case low && !ended:
		if due, err = d.scoreTask(tx, c, n, "call_again", &a.Message, score, causeOf(e)); err != nil {
			return "", err
		}
	case score == 0 && !ended:
		read, err := d.scoreTask(tx, c, n, "satisfaction", &a.Message, 0, causeOf(e))
		if err != nil {
			return "", err
		}
		if more {
			due = read
		}
	case more || low || score == 0 && !a.reading.onlyThanks:
		if due, err = d.mustReact(tx, c); err != nil {
			return "", err
		}
	}
	shown := (low || score == 0) && !ended // in the task
	beside := !shown && strings.TrimSpace(a.Beside) != "" && !d.Texts.OnlyThanks(a.Beside)
	if !beside && (shown || due == "") && !hasFiles(a) && !other && ev.Disagrees == "" && a.Suspect == "" {
		return due, nil
	}
	l := d.about(tx, c, "addition", e)
	l.data.Disagreement, l.data.Score = ev.Disagrees, score
	l.data.AfterAnswer, l.data.ReactBy = due != "", due.Time(d.Zone())
	l.buttons = []string{"reopen", "contact"}
	if other && !c.Shielded {
		l.data.From = a.Message.FromEmail
	}
	return due, d.tell(tx, l, &a.Message, e, n)
}

// scoreTask makes a task that is done by a call and its `contact`, and sends it to who owns the complaint. It tells its day: that of the task
// that is open already, as long as it is not over. m is what the complainant wrote; nil: nothing.
func (d *Desk) scoreTask(tx *models.Tx, c *models.Complaint, n circle, kind string, m *models.Message, score int, cause string) (models.Date, error) {
	days := reactDays
	if kind == "call_again" {
		days = callDays
	}
	today := d.today(tx)
	due := d.Settings.Calendar.Add(today, Term{days, WorkingDays})
	open, err := tx.OpenTasks(c.ID)
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(open, func(t models.Task) bool { return t.Kind == kind }); i >= 0 && open[i].DueOn >= today {
		due = open[i].DueOn
	} else if err := d.taskOnce(tx, c, kind, "task."+kind, due); err != nil {
		return "", err
	}
	for _, s := range d.owners(c, n) {
		l := letter{kind: "task", key: keyOf("task", c, s.Email, kind+":"+cause), mailbox: d.Settings.Mailbox(c.Mailbox), complaint: c, staff: s, buttons: []string{"contact", "reopen"}}
		l.data.Task, l.data.Score, l.data.ReactBy, l.data.Complainant = kind, score, due.Time(d.Zone()), person(&c.Complainant)
		l.data.Form = d.formFor(s, "contact", nil, nil)
		if m != nil {
			l.data.Text, l.data.Language = m.NewText, m.Language
		}
		if err := d.toStaff(tx, l); err != nil {
			return "", err
		}
	}
	return due, nil
}

// promisedDay is the first day on which somebody is to react to what a complainant said of our work; "" none, or it is over.
func (d *Desk) promisedDay(tx *models.Tx, c *models.Complaint) (first models.Date, err error) {
	open, err := tx.OpenTasks(c.ID)
	for _, t := range open {
		if (t.Kind == "call_again" || t.Kind == "satisfaction") && t.DueOn >= d.today(tx) && (first == "" || t.DueOn < first) {
			first = t.DueOn
		}
	}
	return first, err
}

// callAgain is step 7 of the procedure for an important complaint whose complainant does not react: call once more, ask straight out. An
// open task of that kind is left as it is.
func (d *Desk) callAgain(tx *models.Tx, c *models.Complaint) error {
	return d.scoreTaskOnce(tx, c, "call_again", string(d.today(tx)))
}

// scoreTaskOnce is scoreTask unless a task of that kind is open.
func (d *Desk) scoreTaskOnce(tx *models.Tx, c *models.Complaint, kind, cause string) error {
	open, err := tx.OpenTasks(c.ID)
	if err != nil || slices.ContainsFunc(open, func(t models.Task) bool { return t.Kind == kind }) {
		return err
	}
	n, err := d.circle(tx, c)
	if err != nil {
		return err
	}
	_, err = d.scoreTask(tx, c, n, kind, nil, 0, cause)
	return err
}

// thankForScore sends satisfaction_thanks at once, within limits.automatic, to the known address and only when it is the one that answered.
func (d *Desk) thankForScore(tx *models.Tx, a *Arrival, e *models.LedgerEntry, c *models.Complaint, n circle, score int, due models.Date) error {
	known := c.Complainant.Email
	if known == "" || a.Suspect != "" || !d.fromComplainant(a, c) {
		return nil
	}
	if full, err := d.answeredEnough(tx, known); err != nil {
		return err
	} else if full && due != "" {
		return tx.Hold(known, c.ID, a.ReceivedAt)
	} else if full {
		return nil // he had letters enough today, and nothing is promised
	}
	if ok, err := d.reachable(tx, c, known); err != nil || !ok {
		return err
	}
	l := letter{kind: "satisfaction_thanks", key: keyOf("satisfaction_thanks", c, known, causeOf(e)), mailbox: d.Settings.Mailbox(c.Mailbox), complaint: c, auto: "auto-replied",
		inReplyTo: a.Message.MessageID}
	var err error
	if l.data.Measures, err = d.keptPromises(tx, c); err != nil {
		return err
	}
	l.data.Signature, l.data.Score, l.data.ReactBy, l.data.Received = d.signature(n), score, due.Time(d.Zone()), a.ReceivedAt.In(d.Zone())
	return d.toComplainant(tx, l)
}

// askSatisfied writes satisfaction_request (procedure 5.3). Who cannot be reached by mail is called, or gets a letter; only of who left no
// way at all nothing is asked.
func (d *Desk) askSatisfied(tx *models.Tx, c *models.Complaint, cause string) error {
	to := c.Complainant
	l := letter{kind: "satisfaction_request", key: keyOf("satisfaction_request", c, to.Email, cause), mailbox: d.Settings.Mailbox(c.Mailbox), complaint: c}
	if done, err := tx.Queued(l.key); err != nil || done || d.writing(l.key) {
		return err
	}
	ok := false
	if to.Email != "" {
		var err error
		if ok, err = d.reachable(tx, c, to.Email); err != nil {
			return err
		}
	}
	switch {
	case !ok && !mayBeCalled(&to):
		return d.event(tx, c, "register", "satisfaction not asked", map[string]any{"cause": cause})
	case !ok:
		if err := d.scoreTaskOnce(tx, c, "ask_satisfaction", cause); err != nil {
			return err
		}
		return d.event(tx, c, "register", "satisfaction asked", map[string]any{"cause": cause, "by": "task"})
	}
	n, err := d.circle(tx, c)
	if err != nil {
		return err
	}
	if l.data.Measures, err = d.keptPromises(tx, c); err != nil {
		return err
	}
	l.data.Signature = d.signature(n)
	for score := 1; score <= 5; score++ {
		l.data.Buttons = append(l.data.Buttons, templates.Button{Key: mailout.ScoreCode(score), URL: d.scoreButton(l, score)})
	}
	if err := d.toComplainant(tx, l); err != nil {
		return err
	}
	return d.event(tx, c, "register", "satisfaction asked", map[string]any{"cause": cause})
}

// keptPromises are the corrective measures that are done, in words that the complainant has read before: nothing that a colleague wrote
// leaves unseen (CONTRACT section 6).
func (d *Desk) keptPromises(tx *models.Tx, c *models.Complaint) (list []string, err error) {
	measures, err := tx.CorrectiveMeasures(c.ID)
	if err != nil || len(measures) == 0 {
		return nil, err
	}
	messages, err := tx.Messages(c.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range measures {
		words := strings.Join(strings.Fields(m.Description), " ")
		read := func(sent models.Message) bool {
			return sent.Direction == "out" && strings.Contains(strings.Join(strings.Fields(sent.Text), " "), words)
		}
		if m.DoneAt != nil && words != "" && slices.ContainsFunc(messages, read) {
			list = append(list, words)
		}
	}
	return list, nil
}

// scoreButton is the mailto: address that gives the score by the complaint's own token.
func (d *Desk) scoreButton(l letter, score int) string {
	n := strconv.Itoa(score)
	detail := mailout.Detail{Number: l.complaint.Number, Code: mailout.ScoreCode(score), Token: l.complaint.Token}
	to, subject := detail.With(l.mailbox.Address), d.Texts.Label(l.complaint.Language, "satisfaction.subject", n)
	if l.mailbox.Plus {
		subject += " [" + detail.Number + "]"
	} else {
		to, subject = l.mailbox.Address, subject+" "+detail.InSubject()
	}
	return "mailto:" + strings.ReplaceAll(to, "+", "%2B") + "?subject=" + url.PathEscape(subject) + "&body=" + n
}
