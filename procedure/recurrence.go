package procedure

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"dankuwel/models"
	"dankuwel/templates"
)

// recurrence tells the coordinator when so many complaints of one department, of one kind or with the same words came within so long
// (procedure.recurrence). A complaint that was told of belongs to its group and to no other one, so that three new ones make the next mail.
func (d *Desk) recurrence(ctx context.Context) error {
	limit := d.Settings.Recurrence
	if limit.N == 0 {
		return nil
	}
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		today := d.today(tx)
		days := int(limit.Per / (24 * time.Hour))
		fresh, err := tx.Untold(today.AddDays(-days))
		if err != nil || len(fresh) < limit.N {
			return err
		}
		for _, group := range d.groups(fresh, limit.N) {
			if err := d.oneByOne(ctx, group.list[0].Number, func(d *Desk, tx *models.Tx) error { return d.tellGroup(tx, group, days) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// group are complaints that share something.
type group struct {
	by    string   // words, kind, department
	words []string // in common
	list  []*models.Recent
}

// groups finds those of at least n, the closest bond first: words in common, kind, department. Each complaint is in one of them.
func (d *Desk) groups(list []*models.Recent, n int) (found []group) {
	taken := map[int64]bool{}
	take := func(g group) {
		g.list = slices.DeleteFunc(g.list, func(r *models.Recent) bool { return taken[r.ID] })
		if len(g.list) < n {
			return
		}
		for _, r := range g.list {
			taken[r.ID] = true
		}
		found = append(found, g)
	}
	for _, g := range alikeWords(list) {
		take(g)
	}
	for _, by := range []string{"kind", "department"} {
		of := map[string][]*models.Recent{}
		for _, r := range list {
			if key := map[string]string{"kind": strings.Join(templates.FoldWords(r.Kind), " "), "department": r.Department}[by]; key != "" {
				of[key] = append(of[key], r)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(of)) {
			take(group{by: by, list: of[key]})
		}
	}
	return found
}

// sharedWords is how many telling words a complaint must have in common with another one to be like it, and which part of the shorter one's.
const (
	sharedWords = 4
	sharedPart  = 0.3
)

// alikeWords gathers round each complaint those that are worded like it, the biggest group first. Words that many hold tell nothing.
func alikeWords(list []*models.Recent) (found []group) {
	stems := make([]map[string]string, len(list))
	count := map[string]int{}
	for i, r := range list {
		stems[i] = models.Stems(r.Subject+"\n"+r.Facts[:min(len(r.Facts), 4<<10)], r.Language)
		for s := range stems[i] {
			count[s]++
		}
	}
	holders := map[string][]int{} // of a stem that tells something
	for i := range list {
		for s := range stems[i] {
			if count[s] <= 10+len(list)/50 {
				holders[s] = append(holders[s], i)
			}
		}
	}
	for i := range list {
		g := group{by: "words", list: []*models.Recent{list[i]}}
		same := map[int][]string{}
		for s := range stems[i] {
			for _, k := range holders[s] {
				if k != i {
					same[k] = append(same[k], s)
				}
			}
		}
		words := map[string]int{}
		for k, shared := range same {
			if len(shared) < sharedWords || float64(len(shared)) < sharedPart*float64(min(len(stems[i]), len(stems[k]))) {
				continue
			}
			g.list = append(g.list, list[k])
			for _, s := range shared {
				words[stems[i][s]]++
			}
		}
		if len(g.list) < 2 {
			continue
		}
		for w, n := range words {
			if n == len(g.list)-1 {
				g.words = append(g.words, w)
			}
		}
		slices.Sort(g.words)
		slices.SortFunc(g.list, func(a, b *models.Recent) int { return cmp.Compare(a.ID, b.ID) })
		found = append(found, g)
	}
	slices.SortStableFunc(found, func(a, b group) int { return cmp.Compare(len(b.list), len(a.list)) })
	return found
}

// tellGroup sends the mail about a group, whose button and form are a preventive measure for all of it, and notes in each that it was told.
func (d *Desk) tellGroup(tx *models.Tx, g group, days int) error {
	newest, err := tx.ComplaintByID(g.list[len(g.list)-1].ID)
	if err != nil {
		return err
	}
	for _, s := range d.standIn(nil) {
		l := letter{kind: "recurrence", key: keyOf("recurrence", newest, s.Email, g.by), mailbox: d.Settings.Mailbox(newest.Mailbox), complaint: newest, staff: s, buttons: []string{"prevent"}}
		if ok, err := d.isNew(tx, l.key); err != nil || !ok {
			return err
		}
		l.data.WindowDays = days
		if g.by == "kind" {
			l.data.Shared = g.list[0].Kind
		}
		for _, r := range g.list {
			l.data.Again = append(l.data.Again, templates.Earlier{Number: r.Number, Received: r.ReceivedAt.In(d.Zone()), Subject: r.Subject, Stage: string(r.Stage), Verdict: r.Verdict, Words: g.words[:min(len(g.words), 5)]})
		}
		l.data.Form = d.formFor(s, "prevent", nil, nil)
		if err := d.toStaff(tx, l); err != nil {
			return err
		}
	}
	for _, r := range g.list {
		c, err := tx.ComplaintByID(r.ID)
		if err != nil {
			return err
		}
		if err := d.event(tx, c, "register", "recurrence", map[string]any{"by": g.by, "of": len(g.list), "newest": newest.Number}); err != nil {
			return err
		}
	}
	return nil
}
