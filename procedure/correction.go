package procedure

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dankuwel/models"
	"dankuwel/templates"
)

// addMeasure is `maatregel`: what puts this complaint right, by whom and until when (procedure 5.1).
func (x *deed) addMeasure() error {
	kind, ok := x.choose("measure_kind")
	if x.value("description") == "" && x.words() != "" {
		x.in.Fields["description"] = x.words()
	}
	due, _ := x.date("due")
	if !x.need("description", "owner", "due") || !ok || due == "" {
		return nil
	}
	if kind == "" {
		kind = "other"
	}
	m := &models.CorrectiveMeasure{ComplaintID: x.c.ID, Kind: kind, Description: x.value("description"), Owner: x.ownerOf(x.value("owner")), DueOn: due}
	if err := x.tx.AddCorrectiveMeasure(m); err != nil {
		return err
	}
	if err := x.mark("measure", map[string]any{"no": m.No, "kind": kind, "due": due}); err != nil {
		return err
	}
	x.done("measure", m.No, x.ownerName(m.Owner), x.day(due))
	if x.c.Stage == models.Aftercare { // added later
		return x.moveTo(models.Correction)
	}
	return nil
}

// ownerOf is the address of a staff entry where the words name one, otherwise the words.
func (x *deed) ownerOf(words string) string {
	if list := x.staffNamed(words); len(list) == 1 {
		return list[0].Email
	}
	return words
}

// ownerName is how an owner is read.
func (x *deed) ownerName(owner string) string {
	if s := x.Settings.StaffByAddress(owner); s != nil {
		return s.Name
	}
	return owner
}

// openMeasure finds the corrective measure that the mail names; it may be left out when one is open. It says why there is none.
func (x *deed) openMeasure() (*models.CorrectiveMeasure, error) {
	if x.c.Stage.Ended() {
		x.refuse("ended", x.number(), x.say("stage."+string(x.c.Stage)))
		return nil, nil
	}
	list, err := x.tx.CorrectiveMeasures(x.c.ID)
	if err != nil {
		return nil, err
	}
	open := slices.DeleteFunc(slices.Clone(list), func(m models.CorrectiveMeasure) bool { return m.DoneAt != nil })
	name := x.measureNamed()
	if no := measureNo(name); no > 0 {
		for i := range list {
			if list[i].No == no {
				if list[i].DoneAt != nil {
					x.refuse("measure_done", no)
					return nil, nil
				}
				return &list[i], nil
			}
		}
	}
	switch {
	case name == "" && len(open) == 1:
		return &open[0], nil
	case len(open) == 0:
		x.refuse("no_open_measure")
	default:
		x.fault("measure", "value", measureList(open))
		x.refuse("which_measure", measureList(open))
	}
	return nil, nil
}

// measureNamed is what the mail says of which measure it is about: in its field, or behind the verb.
func (x *deed) measureNamed() string {
	if first, rest, _ := strings.Cut(x.in.Rest, " "); x.value("measure") == "" && measureNo(first) > 0 {
		x.in.Fields["measure"], x.in.Rest = first, strings.TrimSpace(rest)
	}
	return x.value("measure")
}

// measureNo reads "M2" or "2"; 0: neither.
func measureNo(s string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(s)), "M"))
	if err != nil || n < 1 {
		return 0
	}
	return n
}

func measureList(list []models.CorrectiveMeasure) string {
	var names []string
	for _, m := range list {
		names = append(names, fmt.Sprintf("M%d (%s)", m.No, firstWords(m.Description, 60)))
	}
	return strings.Join(names, ", ")
}

// measureDone is `gedaan`: the promise is kept. The complainant hears it in a status update that is previewed; with the last one, after-care begins.
func (x *deed) measureDone() error {
	if p, err := x.openPrevention(); err != nil {
		return err
	} else if p != nil {
		return x.preventionDone(p)
	}
	m, err := x.openMeasure()
	if m == nil || err != nil {
		return err
	}
	if !x.owns() && x.Settings.StaffByAddress(m.Owner) != x.by {
		x.refuse("not_yours", x.c.Number)
		return nil
	}
	now := x.tx.Now()
	m.DoneAt, m.Note = &now, x.words()
	if err := x.tx.SaveCorrectiveMeasure(m); err != nil {
		return err
	}
	if err := x.mark("measure done", map[string]any{"no": m.No}); err != nil {
		return err
	}
	x.done("measure_done", m.No)
	if err := x.carryOn(); err != nil {
		return err
	}
	if !x.owns() {
		return nil // the handler tells the complainant
	}
	return x.propose("status_update", x.words(), templates.Data{Measure: m.Description, Body: x.words()}, nil)
}

// carryOn enters correction or after-care, as the open measures say, once the answer has left.
func (x *deed) carryOn() error {
	if x.c.AnsweredAt == nil || x.c.Stage.Ended() {
		return nil
	}
	list, err := x.tx.CorrectiveMeasures(x.c.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(m models.CorrectiveMeasure) bool { return m.DoneAt == nil }) {
		return x.moveTo(models.Correction)
	}
	return x.moveTo(models.Aftercare)
}

// postpone is `uitstel`: a new day for a promise, with the reason.
func (x *deed) postpone() error {
	if p, err := x.openPrevention(); err != nil {
		return err
	} else if p != nil {
		return x.preventionPostponed(p)
	}
	m, err := x.openMeasure()
	if m == nil || err != nil {
		return err
	}
	if !x.owns() && x.Settings.StaffByAddress(m.Owner) != x.by {
		x.refuse("not_yours", x.c.Number)
		return nil
	}
	due := x.newDay()
	if due == "" {
		return nil
	}
	before := m.DueOn
	m.DueOn = due
	if err := x.tx.SaveCorrectiveMeasure(m); err != nil {
		return err
	}
	x.done("postponed", m.No, x.day(due))
	return x.mark("measure postponed", map[string]any{"no": m.No, "from": before, "to": due})
}

// newDay is the day of `uitstel`, which needs a reason; "" when one is missing.
func (x *deed) newDay() models.Date {
	if x.value("reason") == "" {
		x.in.Fields["reason"] = x.words()
	}
	due, _ := x.date("due")
	if !x.need("due", "reason") {
		return ""
	}
	return due
}
