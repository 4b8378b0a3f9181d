package procedure

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"dankuwel/mailout"
	"dankuwel/models"
	"dankuwel/templates"
)

// assign gives the complaint to the department's first handler whom the complaint does not name. Without a department
// the coordinator owns it. A shielded complaint is assigned to nobody by rule: only the coordinator sees it.
func (d *Desk) assign(c *models.Complaint, dep *Department, named []*models.Staff) {
	if dep == nil {
		return
	}
	c.Department = dep.Name
	if c.Shielded {
		return
	}
	for _, s := range d.Settings.Staff {
		if s.Has(models.Handler) && s.In(dep.Name) && !slices.Contains(named, s) {
			c.HandlerID, c.Handler = &s.ID, s
			return
		}
	}
}

// departmentFor finds the department by address, then by word: most of its keywords, then the one named first.
func (d *Desk) departmentFor(about, language string, recipients []string) *Department {
	for i := range d.Settings.Departments {
		dep := &d.Settings.Departments[i]
		for _, a := range dep.Addresses {
			if slices.ContainsFunc(recipients, func(r string) bool { return strings.EqualFold(a, r) }) {
				return dep
			}
		}
	}
	var best *Department
	var most int
	var words map[string]string
	for i := range d.Settings.Departments {
		dep := &d.Settings.Departments[i]
		if len(dep.Keywords) > 0 && words == nil {
			words = models.Stems(about, language)
		}
		hits := 0
		for _, k := range dep.Keywords {
			for stem := range models.Stems(k, language) {
				if words[stem] != "" {
					hits++
				}
			}
		}
		if hits > most {
			best, most = dep, hits
		}
	}
	return best
}

// circle is what is known of the staff whom a complaint names, and of the person's other complaints: what every letter about a
// complaint hangs on.
type circle struct {
	open   []*models.Staff // nobody has said yet whether the complaint is about them
	about  []*models.Staff // open, or it is about them
	others []models.Complaint
}

func (d *Desk) circle(tx *models.Tx, c *models.Complaint) (circle, error) {
	rows, err := tx.NamedStaff(c.ID)
	if err != nil {
		return circle{}, fmt.Errorf("named staff: %w", err)
	}
	var n circle
	if c.Practice {
		return n, nil
	}
	if n.others, err = tx.ComplaintsOf(c.Complainant.Email, c.ID); err != nil {
		return n, err
	}
	for _, r := range rows {
		s := d.Settings.StaffByID(r.StaffID)
		if s == nil {
			continue
		}
		if r.About == nil {
			n.open = append(n.open, s)
		}
		if r.About == nil || *r.About {
			n.about = append(n.about, s)
		}
	}
	return n, nil
}

// signature is who says "ik" in an automatic letter: never a person whom the complaint may be about.
func (d *Desk) signature(n circle) string {
	o := d.Settings.Organization
	for _, s := range n.about {
		if s.Has(models.Coordinator) || hasPhrase(templates.FoldWords(o.Signature), templates.FoldWords(s.Name)) {
			return o.Name
		}
	}
	return o.Signature
}

// owners are those who get the mail about a complaint: its handler, otherwise the coordinator. Nobody gets it whom it may be about,
// as long as there is somebody else; then management does (CONTRACT section 5). A practice complaint is whose practice it is.
func (d *Desk) owners(c *models.Complaint, n circle) []*models.Staff {
	if s := d.Practises(c); s != nil {
		return []*models.Staff{s}
	}
	except := ids(n.about)
	coordinator := d.Settings.first(models.Coordinator, nil)
	if coordinator != nil && slices.Contains(except, coordinator.ID) {
		coordinator = d.Settings.first(models.Management, except)
		if coordinator == nil {
			coordinator = d.Settings.first(models.Coordinator, except)
		}
	}
	if coordinator == nil {
		coordinator = d.Settings.first(models.Coordinator, nil)
	}
	if c.Shielded || c.HandlerID == nil || slices.Contains(except, *c.HandlerID) {
		return []*models.Staff{coordinator}
	}
	handler := d.Settings.StaffByID(*c.HandlerID)
	switch {
	case handler == nil:
		return []*models.Staff{coordinator}
	case c.Sober && handler != coordinator: // the coordinator is warned
		return []*models.Staff{handler, coordinator}
	}
	return []*models.Staff{handler}
}

// announce sends the registration mail.
func (d *Desk) announce(tx *models.Tx, c *models.Complaint, m *models.Message, e *models.LedgerEntry, n circle) error {
	return d.tell(tx, d.about(tx, c, "registration", e), m, e, n)
}

// tell sends a mail about what the complainant wrote, in full and with its attachments, to the owners of the complaint. While it is
// not settled whether the complaint is about a colleague, it asks.
func (d *Desk) tell(tx *models.Tx, l letter, m *models.Message, e *models.LedgerEntry, n circle) error {
	if l.complaint.Shielded {
		if err := d.event(tx, l.complaint, "register", "identity shown", map[string]any{"kind": l.kind}); err != nil {
			return err
		}
	}
	for _, s := range d.owners(l.complaint, n) {
		mine := l
		mine.staff = s
		mine.key, mine.subjectID = keyOf(l.kind, l.complaint, s.Email, causeOf(e)), &e.ID
		if err := d.tellOne(tx, mine, m, n, attachmentLimit); err != nil {
			return err
		}
	}
	return nil
}

// tellOne is tell for one reader, with attachments up to limit bytes together.
func (d *Desk) tellOne(tx *models.Tx, l letter, m *models.Message, n circle, limit int64) error {
	if err := d.earlier(tx, &l, n.others, m); err != nil {
		return err
	}
	d.matter(tx, &l, m, limit)
	for _, o := range n.open {
		if o.ID != l.staff.ID {
			l.data.Named = append(l.data.Named, o.Name)
		}
	}
	form := "analyse"
	if l.complaint.Stage == models.Answer {
		form = "answer"
	}
	switch {
	case len(l.data.Named) > 0:
		l.buttons = []string{"yes", "no"}
	case len(l.buttons) > 0: // chosen by what it is about
	case !l.complaint.Stage.Ended():
		l.buttons = helpFor(string(l.complaint.Stage))
		if i := slices.Index(l.buttons, "assign"); i > 0 && l.complaint.HandlerID == nil && l.staff.Has(models.Coordinator) { // nobody handles it: likeliest first
			l.buttons = slices.Insert(slices.Delete(l.buttons, i, i+1), 0, "assign")
		}
	}
	if !l.complaint.Stage.Ended() {
		l.data.Form = d.formFor(l.staff, form, nil, nil)
	}
	return d.toStaff(tx, l)
}

// lighten sends a staff mail again that a server refused for its size, with all attachments named and none sent along: nobody is left
// without word of a complaint because it came with big files.
func (d *Desk) lighten(tx *models.Tx, refused *models.OutboxMail) error {
	staff := d.Settings.StaffByID(*refused.StaffID)
	if staff == nil {
		return nil // left meanwhile
	}
	var entry int64
	if _, err := fmt.Sscanf(refused.Key[strings.LastIndex(refused.Key, "/"):], "/ledger:%d", &entry); err != nil {
		return fmt.Errorf("cause of %s: %w", refused.Key, err)
	}
	e, err := tx.LedgerEntry(entry)
	if err != nil {
		return err
	}
	m, err := tx.Message(*e.StoredAs)
	if err == nil {
		m, err = d.written(tx, m)
	}
	if err != nil {
		return err
	}
	c, err := tx.ComplaintByID(*refused.ComplaintID)
	if err != nil {
		return err
	}
	n, err := d.circle(tx, c)
	if err != nil {
		return err
	}
	l := d.about(tx, c, refused.Kind, e)
	l.staff, l.key = staff, refused.Key+"/light"
	if !d.mayNote(c, staff) { // shielded: the version for the handler, and no more
		assigned, err := tx.Message(*e.StoredAs)
		if err != nil {
			return err
		}
		shown := cmp.Or(d.Read(assigned).Fields["handler_version"], d.Texts.Label(d.languageOf(staff), "shielded"))
		l.masked, m = true, &models.Message{Text: shown, Language: m.Language}
	}
	return d.tellOne(tx, l, m, n, 0)
}

// about makes the letter of a staff mail about what the complainant wrote: the registration, or an addition.
func (d *Desk) about(tx *models.Tx, c *models.Complaint, kind string, e *models.LedgerEntry) letter {
	l := letter{kind: kind, complaint: c, mailbox: d.Settings.Mailbox(c.Mailbox)}
	l.data.Received = e.ReceivedAt.In(d.Zone())
	l.data.NotHandled = c.Stage == models.NotAComplaint
	l.data.MayRefuse = c.Anonymous && d.Settings.Anonymous == "refuse"
	if d.inTime(tx, c) {
		l.data.AnswerDue = d.due(tx, c).Time(d.Zone())
	}
	return l
}

// attachmentLimit is how much a staff mail carries of what the complainant sent, in bytes; the rest is named.
const attachmentLimit = 20 << 20

// matter puts what the complainant wrote into a staff mail.
func (d *Desk) matter(tx *models.Tx, l *letter, m *models.Message, limit int64) {
	if !l.masked {
		l.data.Complainant = person(&l.complaint.Complainant)
	}
	l.data.Subject, l.data.Text, l.data.Language = m.Subject, m.Text, m.Language
	if answers := l.kind == "addition" || l.complaint.LinkedTo != nil; answers && strings.TrimSpace(m.NewText) != "" {
		l.data.Text = m.NewText // our own letters, which he quotes, need no reading again
	}
	if m.Oversize {
		l.data.MissingSize = m.Size
	}
	var total int64
	for _, a := range m.Attachments {
		shown := templates.Attachment{Name: a.Name, Size: a.Size}
		switch {
		case CouldRun(a.Name, a.Type):
			shown.Left = templates.LeftExecutable
		case total+a.Size > limit:
			shown.Left = templates.LeftTooBig
		default:
			total += a.Size
			sha := a.SHA256
			l.files = append(l.files, mailout.File{Name: a.Name, Type: a.Type, Open: func() (io.ReadCloser, error) { return tx.OpenBlob(sha) }})
		}
		l.data.Attachments = append(l.data.Attachments, shown)
	}
}
