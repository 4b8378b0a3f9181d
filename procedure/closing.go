package procedure

import (
	"dankuwel/models"
)

// contentedFrom is the score of 1 to 5 from which a complaint is closed, when nothing is open any more.
const contentedFrom = 3

// contented closes a complaint in after-care whose complainant is content, when nothing is open any more.
func (d *Desk) contented(tx *models.Tx, c *models.Complaint, score int, actor string, detail map[string]any) (closed bool, err error) {
	if score < contentedFrom || c.Stage != models.Aftercare {
		return false, nil
	}
	open, err := d.stillOpen(tx, c, d.Settings.Organization.Language)
	if err != nil || len(open) > 0 {
		return false, err
	}
	return true, d.close(tx, c, actor, detail)
}

// close ends a complaint that was answered; with it its tokens end, and the drafts that wait. detail says what brought it about; nil:
// the clock.
func (d *Desk) close(tx *models.Tx, c *models.Complaint, actor string, detail map[string]any) error {
	if err := d.enter(tx, c, models.Closed, actor, detail); err != nil {
		return err
	}
	return d.endOpen(tx, c)
}

// endOpen: with the complaint its tokens end, and the drafts that wait.
func (d *Desk) endOpen(tx *models.Tx, c *models.Complaint) error {
	if err := tx.EndDraftsOf(c.ID); err != nil {
		return err
	}
	return tx.EndTokensOf(c.ID)
}

// enter moves a complaint to a stage.
func (d *Desk) enter(tx *models.Tx, c *models.Complaint, stage models.Stage, actor string, detail map[string]any) error {
	if c.Stage == stage {
		return nil
	}
	if detail == nil {
		detail = map[string]any{}
	}
	detail["from"], detail["to"] = c.Stage, stage
	now := tx.Now()
	c.Stage, c.StageSince, c.ClosedAt = stage, now, nil
	if stage.Ended() {
		c.ClosedAt = &now
	}
	if err := tx.SaveComplaint(c); err != nil {
		return err
	}
	return d.event(tx, c, actor, "stage", detail)
}

// stillOpen lists what keeps a complaint from being closed, in words.
func (d *Desk) stillOpen(tx *models.Tx, c *models.Complaint, lang string) (open []string, err error) {
	measures, err := tx.CorrectiveMeasures(c.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range measures {
		if m.DoneAt == nil {
			open = append(open, d.Texts.Label(lang, "open.measure", m.No, firstWords(m.Description, 80), d.Texts.Day(lang, m.DueOn.Time(d.Zone()))))
		}
	}
	tasks, err := tx.OpenTasks(c.ID)
	if err != nil {
		return nil, err
	}
	for _, t := range tasks {
		open = append(open, t.Text)
	}
	if c.AnsweredAt == nil {
		return append(open, d.Texts.Label(lang, "open.answer")), nil
	}
	left, err := tx.AnswerLeft(c.ID)
	if err == nil && !left {
		open = append(open, d.Texts.Label(lang, "open.answer_left"))
	}
	return open, err
}
