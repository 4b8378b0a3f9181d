package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dankuwel/models"
	"dankuwel/templates"
)

// Case is one complaint as it is printed.
type Case struct {
	Organization templates.Organization // whose register it is; the caller's to set
	Printed      time.Time              // the instant of printing; the caller's to set
	Shielded     bool                   // the reader may not see who complains; the caller's to set
	Staff        map[int64]string       // names by entry; Load knows who handled or wrote, the caller may add the others
	Zone         *time.Location         // of the organisation
	Whole        bool                   // with all of each hash, for who has to check them; the caller's to set

	Complaint  *models.Complaint
	Analysis   *models.Analysis // the newest version; nil: none yet
	Messages   []models.Message
	Returned   map[string]time.Time // Message-IDs of letters that came back, and when
	Corrective []models.CorrectiveMeasure
	Preventive []models.PreventiveMeasure
	Tasks      []models.Task // open ones
	Terms      []models.TermChange
	Earlier    []models.Complaint // of the same person; those that are shielded themselves are left out
	Similar    []models.Found     // of others
	Events     []models.Event
}

// similar is how many complaints of others a dossier names.
const similar = 5

// Load reads all that is printed of a complaint.
func Load(tx *models.Tx, c *models.Complaint, zone *time.Location) (*Case, error) {
	k := &Case{Complaint: c, Zone: zone, Staff: map[int64]string{}, Returned: map[string]time.Time{}}
	var errs [10]error
	var sent []models.OutboxMail
	k.Messages, errs[0] = tx.Messages(c.ID)
	k.Analysis, errs[1] = tx.LatestAnalysis(c.ID)
	k.Corrective, errs[2] = tx.CorrectiveMeasures(c.ID)
	k.Preventive, errs[3] = tx.PreventiveMeasures(c.ID)
	k.Tasks, errs[4] = tx.OpenTasks(c.ID)
	k.Terms, errs[5] = tx.TermChanges(c.ID)
	k.Earlier, errs[6] = tx.ComplaintsOf(c.Complainant.Email, c.ID)
	k.Similar, errs[7] = tx.Search(c.Facts, c.Language, c.ID, 3*similar, nil)
	k.Events, errs[8] = tx.Events(c.ID)
	sent, errs[9] = tx.OutboxOf(c.ID)
	if err := cmp.Or(errs[:]...); err != nil {
		return nil, fmt.Errorf("read the dossier of %s: %w", c.Number, err)
	}
	if c.Practice {
		k.Earlier, k.Similar = nil, nil // who practises learns nothing of real ones
	}
	later := func(o *models.Complaint) bool { return o.Shielded || o.ReceivedAt.After(c.ReceivedAt) }
	k.Earlier = slices.DeleteFunc(k.Earlier, func(o models.Complaint) bool { return later(&o) })
	k.Similar = slices.DeleteFunc(k.Similar, func(f models.Found) bool {
		return later(&f.Complaint) || slices.ContainsFunc(k.Earlier, func(o models.Complaint) bool { return o.ID == f.Complaint.ID })
	})
	k.Similar = k.Similar[:min(len(k.Similar), similar)]
	for i := range sent {
		if sent[i].BouncedAt != nil {
			k.Returned[sent[i].MessageID] = *sent[i].BouncedAt
		}
	}
	for i := range k.Messages {
		if m := &k.Messages[i]; m.StaffID != nil && m.FromName != "" {
			k.Staff[*m.StaffID] = m.FromName
		}
	}
	if c.Handler != nil {
		k.Staff[c.Handler.ID] = c.Handler.Name
	}
	return k, nil
}

// paper is a sheet about one complaint.
type paper struct {
	*sheet
	*Case
}

func newPaper(set *templates.Set, lang, key string, k *Case) *paper {
	p := &paper{newSheet(set, lang, k.Organization, set.Label(lang, "paper."+key)+" "+k.Complaint.Number, k.Printed), k}
	p.text(title, p.label(key)+" "+k.Complaint.Number)
	if k.Complaint.Practice {
		p.text(italic, p.label("practice"))
	}
	if k.Complaint.Shielded {
		p.text(italic, p.label("confidential"))
	}
	p.space(2)
	p.rule(0)
	p.space(1.5)
	return p
}

// private hides from a reader who may not see who complains what could tell it.
func (p *paper) private(text string) string {
	if p.Shielded && text != "" {
		return p.set.Label(p.lang, "shielded")
	}
	return text
}

func (p *paper) date(d models.Date) string {
	if t := d.Time(time.UTC); !t.IsZero() {
		return p.label("date", t)
	}
	return ""
}

func (p *paper) day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return p.label("date", t.In(p.Zone))
}

func (p *paper) moment(t time.Time) string {
	t = t.In(p.Zone)
	return p.label("moment", t, t.Format("15:04"))
}

func (p *paper) person(id *int64) string {
	if id == nil {
		return ""
	}
	return cmp.Or(p.Staff[*id], p.label("staff", strconv.FormatInt(*id, 10)))
}

// orKey is a label, or a plain word where there is none.
func (p *paper) orKey(prefix, key string) string {
	full := prefix + strings.ReplaceAll(key, " ", "_")
	if s := p.set.Label(p.lang, full); s != full {
		return s
	}
	return key
}

func (p *paper) value(list, key string) string { return p.set.ValueLabel(p.lang, list, key) }
func (p *paper) named(key string) string       { return p.set.FieldLabel(p.lang, key) }
