package procedure

import (
	"context"
	"time"

	"dankuwel/mailout"
	"dankuwel/models"
)

// unsentFor is how long a mail may wait to be sent before somebody is told.
const unsentFor = time.Hour

// watchdog tells the operator and the coordinator by mail when a mailbox was not read for an hour, or its mails do not leave: through
// another mailbox of ours where there is one that works. Once for each such time; what cannot be mailed stands in the log.
func (d *Desk) watchdog(ctx context.Context) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		unread, err := d.unread(tx)
		if err != nil {
			return err
		}
		unsent, err := tx.UnsentSince()
		if err != nil {
			return err
		}
		type trouble struct {
			box   *Mailbox
			label string // alert.unread, alert.unsent
			since time.Time
		}
		var list []trouble
		ill := map[string]bool{}
		for i := range d.Settings.Mailboxes {
			box := &d.Settings.Mailboxes[i]
			if unread[box.Address] {
				read, err := tx.ReadAt(box.Address)
				if err != nil {
					return err
				}
				list = append(list, trouble{box, "unread", read})
				ill[box.Address] = true
			}
			if since := unsent[box.Address]; !since.IsZero() && tx.Clock().Sub(since) > unsentFor {
				list = append(list, trouble{box, "unsent", since})
				ill[box.Address] = true
			}
		}
		for _, t := range list {
			d.Log.Error("a mailbox does not work", "mailbox", t.box.Address, "trouble", t.label, "since", t.since)
			through := t.box // sending may work still
			for i := range d.Settings.Mailboxes {
				if box := &d.Settings.Mailboxes[i]; !ill[box.Address] {
					through = box
					break
				}
			}
			for _, s := range append(d.standIn(nil), d.operator()...) {
				l := letter{kind: "operator_alert", mailbox: through, staff: s, key: keyOf("operator_alert", nil, s.Email, t.label+":"+t.box.Address+":"+t.since.UTC().Format(time.RFC3339))}
				if ok, err := d.isNew(tx, l.key); err != nil || !ok {
					if err != nil {
						return err
					}
					continue
				}
				l.data.Alert, l.data.Received = t.label, t.since.In(d.Zone())
				l.data.From = t.box.Address
				if s.ID != 0 {
					err = d.toStaff(tx, l)
				} else {
					err = d.toOperator(tx, l)
				}
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// operator is who runs the program, as a reader; nobody when the configuration names none, or when he is in [[staff]] as the coordinator.
func (d *Desk) operator() []*models.Staff {
	if d.Settings.Operator == "" || d.Settings.StaffByAddress(d.Settings.Operator) != nil && d.Settings.StaffByAddress(d.Settings.Operator).Has(models.Coordinator) {
		return nil
	}
	return []*models.Staff{{Email: d.Settings.Operator}}
}

// toOperator makes a mail to who runs the program. An answer goes to himself: to us it would be a complaint.
func (d *Desk) toOperator(tx *models.Tx, l letter) error {
	o := &outgoing{letter: l, lang: d.Settings.Organization.Language, row: models.OutboxMail{Recipient: l.staff.Email, Priority: 10}}
	o.mail.To, o.mail.ReplyTo = mailout.Addr("", l.staff.Email), mailout.Addr("", l.staff.Email)
	return d.write(tx, o)
}
