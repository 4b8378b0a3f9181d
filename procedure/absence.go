package procedure

import (
	"context"
	"slices"
	"strings"

	"dankuwel/models"
)

// goAway is `afwezig`: until when, and who stands in. While away, every mail that asks for something goes to the substitute too.
func (x *deed) goAway() error {
	if x.value("until") == "" && x.in.Rest != "" {
		x.in.Fields["until"] = x.in.Rest
	}
	until, _ := x.date("until")
	if !x.need("until") || until == "" {
		return nil
	}
	if until < x.today(x.tx) {
		x.fault("until", "past")
		x.refuse("past", x.day(until))
		return nil
	}
	substitute := x.Settings.Substitute(x.by)
	if name := x.value("substitute"); name != "" {
		list := x.staffNamed(name)
		if len(list) != 1 || list[0] == x.by {
			x.fault("substitute", "value", staffNames(x.Settings.Staff))
			x.refuse("no_such_staff", name)
			return nil
		}
		substitute = list[0]
	}
	a := &models.Absence{StaffID: x.by.ID, UntilOn: until}
	if substitute != nil {
		a.SubstituteID = &substitute.ID
	}
	if err := x.tx.Away(a); err != nil {
		return err
	}
	x.oneLine = true
	if substitute == nil {
		x.done("away_alone", x.day(until))
		return nil
	}
	x.done("away", x.day(until), substitute.Name)
	return nil
}

// comeBack is `aanwezig`: one overview of what is open.
func (x *deed) comeBack() error {
	if err := x.tx.Back(x.by.ID); err != nil {
		return err
	}
	x.done("back")
	return x.overview()
}

// seemsAwayDays is how long an automatic reply counts as absence at most (CONTRACT section 6).
const seemsAwayDays = 14

// SeemsAway notes that a program answered in the place of a staff member: an absence until his next own mail.
func (d *Desk) SeemsAway(ctx context.Context, s *models.Staff) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		today := d.today(tx)
		if away, err := tx.AwayOn(s.ID, today); err != nil || away != nil {
			return err
		}
		a := &models.Absence{StaffID: s.ID, Automatic: true, UntilOn: d.Settings.Calendar.Add(today, Term{seemsAwayDays, CalendarDays})}
		if to := d.Settings.Substitute(s); to != nil {
			a.SubstituteID = &to.ID
		}
		return tx.Away(a)
	})
}

// isBack ends an absence that only an automatic reply told of.
func (d *Desk) isBack(tx *models.Tx, s *models.Staff) error {
	away, err := tx.AwayOn(s.ID, d.today(tx))
	if err != nil || away == nil || !away.Automatic {
		return err
	}
	return tx.Back(s.ID)
}

// askingKinds are the mails that ask for something; they go to the substitute too.
var askingKinds = []string{"registration", "addition", "preview", "consultation", "task", "reminder", "escalation", "measure_due", "evaluation_due", "bounced", "recurrence", "review_list", "annual_report_draft"}

// standInFor sends a mail that asks for something to the substitute of somebody who is away, with a token and rights of his own. Of the
// shielded the next coordinator, or management, gets it.
func (d *Desk) standInFor(tx *models.Tx, l letter) error {
	if !slices.Contains(askingKinds, l.kind) || l.substitute {
		return nil
	}
	to, err := d.substituteOf(tx, l.staff, l.complaint)
	if err != nil || to == nil || to == l.staff || strings.Contains(l.key, "/"+models.FoldAddress(to.Email)+"/") {
		return err
	}
	l.key = strings.Replace(l.key, "/"+models.FoldAddress(l.staff.Email)+"/", "/"+models.FoldAddress(to.Email)+"/", 1)
	l.data.InPlaceOf, l.data.Buttons, l.staff, l.substitute = l.staff.Name, nil, to, true
	return d.toStaff(tx, l)
}

// substituteOf is who stands in for a staff member on this day, with his rights: whom he named; of the shielded, or when he named nobody,
// the next coordinator, or management. nil: he is here, or nobody can.
func (d *Desk) substituteOf(tx *models.Tx, s *models.Staff, c *models.Complaint) (*models.Staff, error) {
	away, err := tx.AwayOn(s.ID, d.today(tx))
	if err != nil || away == nil {
		return nil, err
	}
	if away.SubstituteID != nil {
		if to := d.Settings.StaffByID(*away.SubstituteID); to != nil && (c == nil || !c.Shielded || to.Has(models.Coordinator)) {
			return to, nil
		}
	}
	if list := d.standIn([]int64{s.ID}); len(list) > 0 {
		return list[0], nil
	}
	return nil, nil
}

// standsInFor tells whether the staff member acts in the place of somebody who is away.
func (x *deed) standsInFor(s *models.Staff) bool {
	if s == nil || s == x.by {
		return false
	}
	to, err := x.substituteOf(x.tx, s, x.c)
	return err == nil && to == x.by
}
