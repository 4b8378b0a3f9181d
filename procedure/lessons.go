package procedure

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"dankuwel/models"
	"dankuwel/templates"
)

// How much of what staff wrote fits into the lessons, in words; a mail is 250 (LETTERS.md 1.4).
const (
	wordsOfCauses  = 50
	wordsOfChanges = 45
	wordsOfResults = 30
	wordsOfLists   = 12 // kinds, processes
)

// lessons tells all colleagues, once, what the complaints of the quarter that ended taught (procedure 6.4, step 8). Nothing goes when nothing happened. What may tell who it is about is left out,
// and only the coordinator reads it.
func (d *Desk) lessons(ctx context.Context) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		from, to := quarterBefore(d.today(tx))
		year, quarter := from.Time(time.UTC).Year(), int(from.Time(time.UTC).Month()+2)/3
		slot := fmt.Sprintf("%d-Q%d", year, quarter)
		for _, s := range d.Settings.Staff { // told once: a colleague who came since gets the next
			if first, err := d.isNew(tx, keyOf("lessons", nil, s.Email, slot)); err != nil || !first {
				return err
			}
		}
		q, err := tx.Quarter(from.Time(d.Zone()), to.Time(d.Zone()))
		if err != nil || q.Empty() {
			return err
		}
		k, err := d.learn(tx, q)
		if err != nil {
			return err
		}
		k.told.Year, k.told.Quarter = year, quarter
		for _, s := range d.Settings.Staff {
			l := letter{kind: "lessons", key: keyOf("lessons", nil, s.Email, slot), mailbox: &d.Settings.Mailboxes[0], staff: s}
			l.data.Lessons = k.told
			if err := d.toStaff(tx, l); err != nil {
				return err
			}
		}
		return d.tellLeftOut(tx, k, slot)
	})
}

// quarterBefore is the first day of the quarter before a day's, and the day after its last.
func quarterBefore(day models.Date) (from, to models.Date) {
	t := day.Time(time.UTC)
	end := time.Date(t.Year(), (t.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	return models.DateOf(end.AddDate(0, -3, 0), time.UTC), models.DateOf(end, time.UTC)
}

// taught is what a quarter taught while it is gathered.
type taught struct {
	people *templates.People
	told   templates.Lessons
	left   []leftOut
	seen   map[string]bool // texts that were looked at, folded
}

// leftOut is a sentence that only the coordinator reads. The numbers of its complaints go with it, so that it is erased with them.
type leftOut struct {
	templates.LeftOut
	of []int64
}

func (k *taught) leaveOut(list []templates.LeftOut, of []int64) {
	for _, l := range list {
		k.left = append(k.left, leftOut{l, of})
	}
}

// learn gathers what the quarter taught: figures that point at nobody, and the sentences of staff that name nobody.
func (d *Desk) learn(tx *models.Tx, q *models.Quarter) (*taught, error) {
	people, err := d.knownPeople(tx, q)
	if err != nil {
		return nil, err
	}
	k := &taught{people: people, seen: map[string]bool{}}
	kinds, departments, lang := map[string]int{}, map[string]int{}, d.Settings.Organization.Language
	of := map[string][]int64{}    // kind → complaints
	labels := map[string]string{} // of kinds that differ only in how they are written
	for _, c := range q.Received {
		departments[c.Department]++
		folded := strings.Join(templates.FoldWords(c.Kind), " ")
		labels[folded] = cmp.Or(labels[folded], strings.TrimSpace(c.Kind))
		kinds[labels[folded]]++
		of[labels[folded]] = append(of[labels[folded]], c.ID)
	}
	for kind, n := range kinds {
		if !k.mayName(kind, lang, of[kind]) {
			delete(kinds, kind)
			kinds[""] += n
		}
	}
	k.told.Received, k.told.PassedOn, k.told.AllPutRight = len(q.Received), q.PassedOn, len(q.PutRight)
	k.told.Kinds, k.told.Departments = merged(kinds), merged(departments)
	right := map[string]int{}
	for _, kind := range q.PutRight {
		right[kind]++
	}
	k.told.PutRight = merged(right)

	room := wordsOfCauses
	for _, a := range q.Analyses {
		k.add(&k.told.Causes, a.Causes, d.writtenIn(d.staffOf(a.StaffID)), &room, a.ComplaintID)
	}
	room = wordsOfLists
	for _, m := range q.Begun {
		if lang := d.writtenIn(d.Settings.StaffByAddress(m.Owner)); strings.TrimSpace(m.Process) != "" {
			k.add(&k.told.Processes, m.Process, lang, &room, q.Of[m.ID]...)
		}
	}
	for i := range k.told.Processes {
		k.told.Processes[i] = strings.TrimRight(k.told.Processes[i], ". ")
	}
	room = wordsOfResults
	for _, m := range q.Evaluated {
		var texts []string
		k.add(&texts, m.Description, d.writtenIn(d.Settings.StaffByAddress(m.Owner)), &room, q.Of[m.ID]...)
		for _, text := range texts {
			k.told.Helped = append(k.told.Helped, templates.Outcome{Measure: text, Helped: m.Result == "effective"})
		}
	}
	room = wordsOfChanges
	for _, m := range q.Done {
		k.add(&k.told.Changed, m.Description, d.writtenIn(d.Settings.StaffByAddress(m.Owner)), &room, q.Of[m.ID]...)
	}
	return k, nil
}

func (d *Desk) staffOf(id *int64) *models.Staff {
	if id == nil {
		return nil
	}
	return d.Settings.StaffByID(*id)
}

// writtenIn is the language of what a colleague writes; of one who left, the organisation's.
func (d *Desk) writtenIn(s *models.Staff) string {
	if s == nil {
		return d.Settings.Organization.Language
	}
	return d.languageOf(s)
}

// knownPeople are all whom the register knows, and what may be said aloud: the names of the organisation and its departments.
func (d *Desk) knownPeople(tx *models.Tx, q *models.Quarter) (*templates.People, error) {
	people, o := d.Texts.People(), &d.Settings.Organization
	err := tx.EachPerson(q, func(s models.Somebody) {
		people.Add(s.Name, s.Near)
		people.AddAddress(s.Email, s.Near)
		people.AddPlace(s.Address)
	})
	if err == nil {
		err = tx.EachTold(q, people.Hear)
	}
	for _, s := range d.Settings.Staff {
		if s.Shared { // "Onthaal" is nobody's name
			people.Allow(s.Name)
		}
		for _, alias := range s.Aliases {
			people.AddAddress(alias, true)
		}
	}
	name, function, _ := strings.Cut(o.Signature, ",")
	people.Add(name, true)
	people.AddFunction(function)
	people.Allow(o.Name)
	for _, dep := range d.Settings.Departments {
		people.Allow(dep.Name)
	}
	return people, err
}

// mayName tells whether the words of staff for a group of complaints may be said; of a group too small to be named they are not looked at.
func (k *taught) mayName(words, lang string, of []int64) bool {
	if words == "" || len(of) < templates.Fewest {
		return true
	}
	_, left := k.people.Clean(words, lang)
	k.leaveOut(left, of)
	return len(left) == 0
}

// add puts the sentences of a text that may go to everybody on a list, as long as there is room for all of them; what was said before is not
// said again.
func (k *taught) add(list *[]string, text, lang string, room *int, of ...int64) {
	folded := strings.Join(templates.FoldWords(text), " ")
	if folded == "" || k.seen[folded] {
		return
	}
	k.seen[folded] = true
	kept, left := k.people.Clean(text, lang)
	k.leaveOut(left, of)
	if len(kept) == 0 {
		return
	}
	said := strings.Join(kept, " ")
	if n := len(strings.Fields(said)); n <= *room {
		*room -= n
		*list = append(*list, said)
		return
	}
	k.told.More++
}

// merged counts groups, the biggest first. Those under Fewest are counted together, with the smallest of the others when they are too few even so: nobody finds out by
// subtraction. Nothing when no group can be named.
func merged(groups map[string]int) []templates.Count {
	var list []templates.Count
	rest := groups[""]
	for name, n := range groups {
		if name != "" {
			list = append(list, templates.Count{Name: name, N: n})
		}
	}
	slices.SortFunc(list, func(a, b templates.Count) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name)) })
	for len(list) > 0 && (list[len(list)-1].N < templates.Fewest || rest > 0 && rest < templates.Fewest) {
		rest += list[len(list)-1].N
		list = list[:len(list)-1]
	}
	if len(list) > 0 && rest > 0 {
		list = append(list, templates.Count{N: rest})
	}
	return list
}

// tellLeftOut gives the coordinator the sentences that did not go to everybody, each with its reason, and the lessons as they went.
func (d *Desk) tellLeftOut(tx *models.Tx, k *taught, slot string) error {
	if len(k.left) == 0 {
		return nil
	}
	for _, s := range d.standIn(nil) {
		lang := d.languageOf(s)
		l := letter{kind: "receipt", key: keyOf("receipt", nil, s.Email, "lessons:"+slot), mailbox: &d.Settings.Mailboxes[0], staff: s, purpose: "lessons"}
		howMany := d.Texts.Label(lang, "left_out.one")
		if len(k.left) > 1 {
			howMany = d.Texts.Label(lang, "left_out.many", len(k.left))
		}
		l.data.Action = d.Texts.Label(lang, "kind.lessons")
		l.data.Did = []string{d.Texts.Label(lang, "done.lessons", d.Texts.Label(lang, fmt.Sprintf("lessons.quarter_%d", k.told.Quarter), k.told.Year), howMany)}
		for _, left := range k.left {
			var numbers []string
			for _, id := range left.of {
				number, err := tx.NumberOf(&id)
				if err != nil {
					return err
				}
				numbers = append(numbers, number)
			}
			l.data.Lines = append(l.data.Lines, d.Texts.Label(lang, "left_out.line", left.Sentence, d.Texts.Label(lang, "left_out."+left.Reason), left.Words, strings.Join(numbers, ", ")))
		}
		went := letter{kind: "lessons", mailbox: l.mailbox, staff: s}
		went.data.Lessons, went.data.To = k.told, templates.Person{Name: s.Name, Email: s.Email}
		d.fill(tx, &went)
		page, err := d.Texts.RenderDraft("lessons", lang, went.data)
		if err != nil {
			return err
		}
		l.data.From, l.data.Note = d.Settings.Organization.Name, strings.TrimSpace(strings.Replace(page.Text, d.Texts.Label(lang, "marker"), "", 1))
		if err := d.toStaff(tx, l); err != nil {
			return err
		}
	}
	return nil
}

// answersLessons tells whether the mail that a confirmation asks about answers the lessons of a quarter.
func (d *Desk) answersLessons(tx *models.Tx, confirmation *models.Token) bool {
	if confirmation.FirstToken == "" {
		return false
	}
	first, err := tx.Token(confirmation.FirstToken)
	return err == nil && first.Purpose == "lessons"
}

// idea is what a colleague answers to the lessons: it goes to the coordinator, and is kept with no complaint.
func (x *deed) idea() error {
	text := x.words()
	if text == "" {
		x.refuse("nothing_said")
		return nil
	}
	x.oneLine = true
	x.done("idea")
	for _, s := range x.standIn(nil) {
		if s == x.by {
			continue
		}
		l := letter{kind: "receipt", key: keyOf("receipt", nil, s.Email, causeOf(x.e)), mailbox: x.Settings.Mailbox(x.e.Mailbox), staff: s}
		l.data.Did, l.data.From, l.data.Note = []string{x.Texts.Label(x.languageOf(s), "done.idea_of", x.writer())}, x.writer(), text
		if err := x.toStaff(x.tx, l); err != nil {
			return err
		}
	}
	return nil
}
