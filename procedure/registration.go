package procedure

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"dankuwel/mailout"
	"dankuwel/models"
	"dankuwel/templates"
)

// assign finds the department by address, then by word, and its first handler whom the complaint does not name. Without a department
// the coordinator owns it. A shielded complaint is assigned to nobody by rule: only the coordinator sees it.
func (d *Desk) assign(c *models.Complaint, about string, recipients []string, named []*models.Staff) {
	dep := d.departmentFor(about, c.Language, recipients)
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

// askedAbout lists the named staff of whom it is not settled that the complaint is not about them.
func (d *Desk) askedAbout(tx *models.Tx, c *models.Complaint) ([]*models.Staff, error) {
	rows, err := tx.NamedStaff(c.ID)
	if err != nil {
		return nil, fmt.Errorf("named staff: %w", err)
	}
	var list []*models.Staff
	for _, r := range rows {
		if s := d.Settings.StaffByID(r.StaffID); s != nil && (r.About == nil || *r.About) {
			list = append(list, s)
		}
	}
	return list, nil
}

// signature is who says "ik" in an automatic letter: never a person whom the complaint may be about.
func (d *Desk) signature(tx *models.Tx, c *models.Complaint) (string, error) {
	named, err := d.askedAbout(tx, c)
	if err != nil {
		return "", err
	}
	o := d.Settings.Organization
	for _, s := range named {
		if s.Has(models.Coordinator) || hasPhrase(templates.FoldWords(o.Signature), templates.FoldWords(s.Name)) {
			return o.Name, nil
		}
	}
	return o.Signature, nil
}

// owners are those who get the mail about a complaint: its handler, otherwise the coordinator. Nobody gets it whom it may be about,
// as long as there is somebody else; then management does (CONTRACT section 5).
func (d *Desk) owners(c *models.Complaint, named []*models.Staff) []*models.Staff {
	var except []int64
	for _, s := range named {
		except = append(except, s.ID)
	}
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
func (d *Desk) announce(tx *models.Tx, c *models.Complaint, m *models.Message, e *models.LedgerEntry) error {
	l := letter{kind: "registration", complaint: c, mailbox: d.Settings.Mailbox(c.Mailbox)}
	l.data.NotHandled = c.Stage == models.NotAComplaint
	l.data.MayRefuse = c.Anonymous && d.Settings.Anonymous == "refuse"
	if d.inTime(tx, c) {
		l.data.AnswerDue = c.AnswerDue.Time(d.Zone())
	}
	return d.tell(tx, l, m, e)
}

// tell sends a mail about what the complainant wrote, in full and with its attachments, to the owners of the complaint. While it is
// not settled whether the complaint is about a colleague, it asks.
func (d *Desk) tell(tx *models.Tx, l letter, m *models.Message, e *models.LedgerEntry) error {
	named, err := d.askedAbout(tx, l.complaint)
	if err != nil {
		return err
	}
	open, err := d.undecided(tx, l.complaint)
	if err != nil {
		return err
	}
	if l.complaint.Shielded {
		if err := d.event(tx, l.complaint, "register", "identity shown", map[string]any{"kind": l.kind}); err != nil {
			return err
		}
	}
	for _, s := range d.owners(l.complaint, named) {
		mine := l
		mine.staff = s
		mine.key = keyOf(l.kind, l.complaint, s.Email, causeOf(e))
		lang := d.languageOf(s)
		if mine.data.Earlier, err = d.earlier(tx, l.complaint, lang); err != nil {
			return err
		}
		d.matter(tx, &mine, m)
		for _, o := range open {
			if o.ID != s.ID {
				mine.data.Named = append(mine.data.Named, o.Name)
			}
		}
		if len(mine.data.Named) > 0 {
			mine.buttons = []string{"yes", "no"}
		}
		if err := d.toStaff(tx, mine); err != nil {
			return err
		}
	}
	return nil
}

// undecided lists the named staff of whom nobody has said yet whether the complaint is about them.
func (d *Desk) undecided(tx *models.Tx, c *models.Complaint) ([]*models.Staff, error) {
	rows, err := tx.NamedStaff(c.ID)
	if err != nil {
		return nil, fmt.Errorf("named staff: %w", err)
	}
	var list []*models.Staff
	for _, r := range rows {
		if s := d.Settings.StaffByID(r.StaffID); s != nil && r.About == nil {
			list = append(list, s)
		}
	}
	return list, nil
}

// attachmentLimit is how much a staff mail carries of what the complainant sent, in bytes; the rest is named.
const attachmentLimit = 20 << 20

// matter puts what the complainant wrote into a staff mail.
func (d *Desk) matter(tx *models.Tx, l *letter, m *models.Message) {
	l.data.Complainant = person(&l.complaint.Complainant)
	l.data.Subject, l.data.Text, l.data.Language = m.Subject, m.Text, m.Language
	if m.Oversize {
		l.data.MissingSize = m.Size
	}
	var total int64
	for _, a := range m.Attachments {
		shown := templates.Attachment{Name: a.Name, Size: a.Size}
		switch {
		case CouldRun(a.Name, a.Type):
			shown.Left = templates.LeftExecutable
		case total+a.Size > attachmentLimit:
			shown.Left = templates.LeftTooBig
		default:
			total += a.Size
			sha := a.SHA256
			l.files = append(l.files, mailout.File{Name: a.Name, Type: a.Type, Open: func() (io.ReadCloser, error) { return tx.OpenBlob(sha) }})
		}
		l.data.Attachments = append(l.data.Attachments, shown)
	}
}

// CouldRun tells whether opening the file could run a program: such an attachment is named to staff, not sent.
func CouldRun(name, contentType string) bool {
	switch strings.ToLower(filepath.Ext(strings.TrimRight(name, ". "))) {
	case ".exe", ".com", ".scr", ".pif", ".bat", ".cmd", ".msi", ".msp", ".msix", ".appx", ".cpl", ".dll", ".sys", ".hta", ".js", ".jse", ".vbs", ".vbe",
		".ws", ".wsf", ".wsh", ".wsc", ".ps1", ".psm1", ".psc1", ".reg", ".lnk", ".url", ".scf", ".inf", ".jar", ".jnlp", ".sh", ".py", ".pl", ".rb", ".app",
		".dmg", ".pkg", ".apk", ".deb", ".rpm", ".iso", ".img", ".vhd", ".chm", ".docm", ".dotm", ".xlsm", ".xltm", ".xlam", ".pptm", ".potm", ".ppam", ".ppsm",
		".sldm", ".one", ".application", ".gadget", ".html", ".htm", ".shtml", ".svg", ".xll":
		return true
	}
	switch contentType {
	case "application/x-msdownload", "application/x-dosexec", "application/vnd.microsoft.portable-executable", "application/x-sh", "application/javascript",
		"text/javascript", "application/java-archive", "application/x-elf", "application/x-executable", "application/x-ms-shortcut", "text/html", "image/svg+xml":
		return true
	}
	return false
}
