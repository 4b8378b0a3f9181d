package procedure

import (
	"cmp"
	"fmt"
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"dankuwel/models"
	"dankuwel/report"
	"dankuwel/templates"
)

// OldComplaint is a complaint of an older register, understood.
type OldComplaint struct {
	Line      int    // of the file
	number    string // in the older register
	complaint models.Complaint
	handler   *models.Staff
	analysis  *models.Analysis
}

// RowFault is what is wrong with a cell of an older register, or with a row when Column is "".
type RowFault struct {
	Line                            int
	Column, Value, Problem, Example string
}

func (f RowFault) String() string {
	s := fmt.Sprintf("line %d", f.Line)
	if f.Column != "" {
		s += fmt.Sprintf(", column %q", f.Column)
	}
	if s += ": "; f.Value != "" {
		s += strconv.Quote(firstWords(f.Value, 60)) + " "
	}
	s += f.Problem
	if f.Example != "" {
		s += "; " + f.Example
	}
	return s
}

// LeftOut is the column that stands for none: what it holds is not taken over.
const LeftOut = "-"

// derived are columns of our own export that follow from others.
var derived = []string{"registered_at", "overdue", "suspended"}

// OldColumns finds out what the columns of an older register stand for: a key of templates.Columns, or LeftOut. said names some of them
// by hand. What is not understood is a fault, for it would never be seen again.
func (d *Desk) OldColumns(head []string, said map[string]string) (keys []string, faults []string) {
	taken := map[string]string{}
	for i, name := range head {
		key, by := said[name]
		switch {
		case by && key != LeftOut:
			if key = d.Texts.Column(key); key == "" {
				faults = append(faults, fmt.Sprintf("--map %q: %q is no column of ours; there are %s", name+"="+said[name], said[name], strings.Join(templates.Columns, ", ")))
				key = LeftOut
			}
		case by:
		case slices.Contains(derived, name):
			key = LeftOut
		case name == "":
			faults = append(faults, fmt.Sprintf("column %d has no name in the first line", i+1))
		default:
			if key = d.Texts.Column(name); key == "" {
				faults = append(faults, fmt.Sprintf(`column %q is not understood: --map "%s=facts" says what it is (%s), --map "%s=-" leaves it out`, name, name, strings.Join(templates.Columns, ", "), name))
			}
		}
		if other := taken[key]; other != "" && key != LeftOut && key != "" {
			faults = append(faults, fmt.Sprintf(`columns %q and %q are both taken for %s: --map "%s=-" leaves one out, or name what it is`, other, name, key, name))
		}
		taken[key] = name
		keys = append(keys, key)
	}
	for name := range maps.Keys(said) {
		if !slices.Contains(head, name) {
			faults = append(faults, fmt.Sprintf("--map %q: there is no such column; there are %s", name+"="+said[name], strings.Join(head, ", ")))
		}
	}
	slices.Sort(faults)
	for key, other := range map[string]string{"facts": "facts", "received_on": "received_at"} {
		if taken[key] == "" && taken[other] == "" {
			faults = append(faults, fmt.Sprintf(`no column holds %s: --map "NAME=%s" says which one does`, map[string]string{"facts": "what the complaint is about", "received_on": "the day of receipt"}[key], key))
		}
	}
	return keys, faults
}

// ReadOld understands the rows of an older register, whose columns are keys. Handlers of complaints that have ended, and who are nobody of
// ours any more, are left out: gone says which, and of how many complaints.
func (d *Desk) ReadOld(s *report.Sheet, keys []string) (list []*OldComplaint, gone map[string]int, faults []RowFault) {
	gone = map[string]int{}
	today := models.DateOf(d.Now(), d.Zone())
	for _, row := range s.Rows {
		r := &oldRow{Desk: d, line: row.Line, today: today, head: map[string]string{}, cells: map[string]string{}, gone: gone}
		for i, key := range keys {
			if value := strings.TrimSpace(row.Cells[i]); key != LeftOut && value != "-" {
				r.head[key], r.cells[key] = s.Head[i], value
			} else if key != LeftOut {
				r.head[key] = s.Head[i]
			}
		}
		o := r.read()
		faults = append(faults, r.faults...)
		if len(r.faults) == 0 {
			list = append(list, o)
		}
	}
	return list, gone, faults
}

// oldRow is a row that is being read.
type oldRow struct {
	*Desk
	line        int
	today       models.Date
	head, cells map[string]string // by key of the column: its name in the file, and the cell
	gone        map[string]int
	faults      []RowFault
}

func (r *oldRow) fault(key, problem, example string) {
	r.faults = append(r.faults, RowFault{r.line, cmp.Or(r.head[key], key), r.cells[key], problem, example})
}

func (r *oldRow) read() *OldComplaint {
	c := models.Complaint{Reference: cmp.Or(r.cells["number"], r.cells["reference"]), Mailbox: r.Settings.Mailboxes[0].Address, Profile: r.Settings.Profile.Name,
		Carrier: cmp.Or(r.choose("carrier", "carrier"), "andere"), Channel: cmp.Or(r.choose("channel", "channel"), "rechtstreeks"), Capacity: r.choose("capacity", "capacity"),
		Language: r.language(), Facts: r.cells["facts"], FactsOn: r.cells["facts_on"], DesiredSolution: r.cells["desired_solution"], Department: r.cells["department"],
		Verdict: r.choose("verdict", "verdict"), Severity: r.choose("severity", "severity"), Solution: r.solution(), Satisfaction: r.score(),
		Shielded: r.yes("shielded"), Complainant: models.Complainant{Name: strings.TrimSpace(r.cells["first_name"] + " " + r.cells["name"]), Title: r.title(),
			Phone: r.cells["phone"], Address: r.cells["address"]}}
	c.Subject = cmp.Or(r.cells["subject"], firstWords(strings.SplitN(c.Facts, "\n", 2)[0], 70))
	o := &OldComplaint{Line: r.line}
	r.hide(&c)
	r.email(&c)
	r.dates(&c)
	r.stage(&c)
	if c.Facts == "" && c.ErasedAt == nil {
		r.fault("facts", "is empty; it says what the complaint is about", "")
	}
	if dep := r.Settings.department(c.Department); dep != nil {
		c.Department = dep.Name
	}
	c.Anonymous = r.yes("anonymous") || c.Shielded || c.Complainant.Name == "" || c.Complainant.Email == "" && c.Complainant.Address == "" && c.Complainant.Phone == ""
	if !c.Stage.Ended() {
		c.Sober, _ = r.Texts.Hears(c.Subject + "\n" + c.Facts)
	}
	o.handler = r.handler(&c)
	o.analysis = r.analysis(&c)
	if c.AnswerDue == "" && len(r.faults) == 0 {
		c.AnswerDue = r.answerDue(&c, c.ReceivedOn)
	}
	o.number, c.ImportDigest = c.Reference, importDigest(&c)
	if c.ErasedAt != nil { // there; what is left of it here tells of nobody either
		c.Reference, c.Subject, c.Facts, c.FactsOn, c.DesiredSolution, c.EndWords, c.Complainant = "", "", "", "", "", "", models.Complainant{}
	}
	o.complaint = c
	return o
}

// hide takes the word for what was shielded in the export of a register for nothing: nobody is called so.
func (r *oldRow) hide(c *models.Complaint) {
	if !c.Shielded {
		return
	}
	for _, cell := range []*string{&c.Reference, &c.Capacity, &c.Subject, &c.FactsOn, &c.DesiredSolution, &c.Complainant.Name, &c.Complainant.Phone, &c.Complainant.Address} {
		if r.isShielded(*cell) {
			*cell = ""
		}
	}
}

func (r *oldRow) isShielded(cell string) bool {
	return slices.ContainsFunc(templates.Languages, func(lang string) bool { return strings.EqualFold(cell, r.Texts.Label(lang, "shielded")) })
}

// choose finds the value of a closed list that a cell stands for, by word or by key; "" when the cell is empty.
func (r *oldRow) choose(key, list string) string {
	words := r.cells[key]
	if words == "" || r.isShielded(words) && r.yes("shielded") {
		return ""
	}
	if r.Texts.ValueLabel("nl", list, words) != words {
		return words
	}
	value, near := r.Texts.Value(list, words)
	if value == "" || near {
		r.fault(key, "is none of the words that stand there", "one of "+strings.Join(r.Texts.ValueLabels(r.Settings.Organization.Language, list), ", "))
		return ""
	}
	return value
}

// solution is whether it was solved: a word of the list, or what our own export says.
func (r *oldRow) solution() string {
	for _, value := range solutions {
		if r.cells["solution"] == value {
			return value
		}
	}
	return solutions[r.choose("solution", "solved")]
}

func (r *oldRow) language() string {
	if r.cells["language"] == "" {
		return r.Settings.Organization.Language
	}
	lang := r.Texts.Language(r.cells["language"])
	if lang == "" {
		r.fault("language", "is no language of ours", "one of nl, fr, en, de")
	}
	return lang
}

// title is how the person wants to be called, as far as we write it.
func (r *oldRow) title() string {
	switch strings.ToLower(strings.Trim(r.cells["title"], ". ")) {
	case "mevrouw", "mevr", "mw", "madame", "mme", "mrs", "ms", "frau":
		return "mevrouw"
	case "heer", "de heer", "dhr", "meneer", "monsieur", "m", "mr", "herr":
		return "heer"
	}
	return ""
}

// yes reads a cell that holds yes or no; empty is no.
func (r *oldRow) yes(key string) bool {
	switch strings.ToLower(r.cells[key]) {
	case "", "0", "false", "onwaar", "faux", "falsch":
		return false
	case "1", "x", "true", "waar", "vrai", "wahr":
		return true
	}
	value, near := r.Texts.Value("was_answer", r.cells[key])
	if (value == "" || near) && !slices.ContainsFunc(r.faults, func(f RowFault) bool { return f.Column == r.head[key] }) {
		r.fault(key, "is neither yes nor no", "for example ja, nee, x, or empty")
	}
	return value == "yes"
}

func (r *oldRow) score() *int {
	text := strings.TrimSpace(strings.TrimSuffix(r.cells["satisfaction"], "/5"))
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 5 {
		r.fault("satisfaction", "is no score from 1 to 5", "for example 4")
	}
	return &n
}

func (r *oldRow) email(c *models.Complaint) {
	text := r.cells["email"]
	if text == "" || c.Shielded && r.isShielded(text) {
		return
	}
	a, err := mail.ParseAddress(text)
	switch {
	case err != nil:
		r.fault("email", "is no e-mail address", "for example jan@example.be, or empty")
	case r.Settings.Mailbox(a.Address) != nil:
		r.fault("email", "is a mailbox of yours", "it would get its own letters; leave it empty")
	default:
		c.Complainant.Email = a.Address
	}
}

const dateExample = "for example 3/2/2026 (day, month, year), 2026-02-03 or 3 februari 2026"

// day reads a cell with a day, and the time where it has one; zero when it is empty. A day alone is its noon.
func (r *oldRow) day(key string) time.Time {
	text := r.cells[key]
	if text == "" {
		return time.Time{}
	}
	at, ok := oldDate(r.Texts, text, r.Zone())
	if !ok {
		r.fault(key, "is no day for certain", dateExample)
		return time.Time{}
	}
	if models.DateOf(at, r.Zone()) > r.today && key != "answer_due" {
		r.fault(key, "is still to come", "")
	}
	return models.Micro(at)
}

func (r *oldRow) dates(c *models.Complaint) {
	on, at := r.day("received_on"), r.day("received_at")
	if at.IsZero() {
		at = on
	}
	if at.IsZero() {
		if len(r.faults) == 0 || r.cells["received_on"] == "" && r.cells["received_at"] == "" {
			key := "received_on"
			if r.head[key] == "" {
				key = "received_at"
			}
			r.fault(key, "is empty; it is the day of receipt", dateExample)
		}
		return
	}
	if on.IsZero() {
		on = at
	}
	c.ReceivedAt, c.ReceivedOn, c.Year, c.LastActivityAt = at, models.DateOf(on, r.Zone()), on.In(r.Zone()).Year(), at
	if due := r.day("answer_due"); !due.IsZero() {
		c.AnswerDue = models.DateOf(due, r.Zone())
	}
	for key, field := range map[string]**time.Time{"answered_at": &c.AnsweredAt, "closed_at": &c.ClosedAt, "erased_at": &c.ErasedAt} {
		when := r.day(key)
		if when.IsZero() {
			continue
		}
		if models.DateOf(when, r.Zone()) < c.ReceivedOn {
			r.fault(key, "lies before the day of receipt, "+string(c.ReceivedOn), "")
		}
		*field = &when
		if when.After(c.LastActivityAt) && key != "erased_at" {
			c.LastActivityAt = when
		}
	}
	if c.AnswerDue != "" && c.AnswerDue < c.ReceivedOn {
		r.fault("answer_due", "lies before the day of receipt, "+string(c.ReceivedOn), "")
	}
}

// stage is where the complaint stands. Without a word on it, one that was answered or closed is closed: the old register has nothing more
// to do for it.
func (r *oldRow) stage(c *models.Complaint) {
	said := r.Texts.Stage(r.cells["stage"])
	switch {
	case said != "":
		c.Stage = models.Stage(said)
	case r.cells["stage"] != "":
		r.fault("stage", "is no stage", `for example "in onderzoek", "afgesloten" or "ingetrokken"`)
		return
	case c.AnsweredAt != nil || c.ClosedAt != nil:
		c.Stage = models.Closed
	default:
		c.Stage = models.Registered
	}
	answered := c.Stage == models.Correction || c.Stage == models.Aftercare
	switch {
	case c.Stage.Ended():
		r.reason(c)
	case c.ErasedAt != nil:
		r.fault("erased_at", "is filled in, and the complaint is still "+string(c.Stage), "only what has ended can have been erased")
	case c.ClosedAt != nil:
		r.fault("closed_at", "is filled in, and the complaint is still "+string(c.Stage), "empty it, or name another stage")
	case answered && c.AnsweredAt == nil:
		r.fault("answered_at", "is empty, and in stage "+string(c.Stage)+" the answer has left", dateExample)
	case !answered && c.AnsweredAt != nil:
		r.fault("answered_at", "is filled in, and the complaint is still "+string(c.Stage), `its stage can be "nazorg" or "afgesloten"`)
	}
}

// reason keeps why it ended by another way than an answer: a reason of our lists, otherwise the words.
func (r *oldRow) reason(c *models.Complaint) {
	words := r.cells["end_reason"]
	list := map[models.Stage]string{models.Inadmissible: "reason", models.NotAComplaint: "not_a_complaint"}[c.Stage]
	if words == "" {
		return
	}
	if r.Texts.ValueLabel("nl", list, words) != words {
		c.EndReason = words
	} else if key, near := r.Texts.Value(list, words); key != "" && !near {
		c.EndReason = key
	}
	if c.EndReason == "" {
		c.EndWords = words
	}
}

// handler finds the colleague by address or name. Who handled what has ended may have left.
func (r *oldRow) handler(c *models.Complaint) *models.Staff {
	name := r.cells["handler"]
	if name == "" || c.Shielded {
		return nil
	}
	if s := r.Settings.StaffByAddress(name); s != nil {
		return s
	}
	if i := slices.IndexFunc(r.Settings.Staff, func(s *models.Staff) bool { return strings.EqualFold(s.Name, name) }); i >= 0 {
		return r.Settings.Staff[i]
	}
	if c.Stage.Ended() {
		r.gone[name]++
		return nil
	}
	r.fault("handler", "is nobody of [[staff]], by name or address", "for example "+r.Settings.Staff[0].Email+", or empty")
	return nil
}

// analysis is what the old register says beyond the registration; nil when that is nothing.
func (r *oldRow) analysis(c *models.Complaint) *models.Analysis {
	a := &models.Analysis{Verdict: c.Verdict, Severity: c.Severity}
	filled := false
	for _, key := range []string{"circumstances", "causes", "kind", "damage", "earlier", "steps", "ombuds_norm", "conclusion"} {
		if r.cells[key] != "" {
			*a.Field(key), filled = r.cells[key], true
		}
	}
	if !filled {
		return nil
	}
	return a
}

var (
	excelDay = regexp.MustCompile(`^([2-7]\d{4})(?:[.,](\d+))?$`) // days since 30 December 1899: the years 1954 to 2119
	clock    = regexp.MustCompile(`^(.+?)[ ,T]+(?:om |at |um |à )?(\d{1,2})[:.hu](\d{2})(?::\d{2})?(?: ?(?:uur|Uhr|h))?$`)
)

// oldDate reads a day of an older register, with the time where it has one; otherwise it is noon. The day must be certain: one that hangs
// on what day it is now, such as one without a year, is none.
func oldDate(texts *templates.Set, text string, zone *time.Location) (time.Time, bool) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, true
	}
	if m := excelDay.FindStringSubmatch(text); m != nil {
		days, _ := strconv.Atoi(m[1])
		if m[2] == "" {
			return time.Date(1899, 12, 30+days, 12, 0, 0, 0, zone), true
		}
		part, err := strconv.ParseFloat("0."+m[2], 64)
		return time.Date(1899, 12, 30+days, 0, 0, int(part*86400+0.5), 0, zone), err == nil
	}
	hour, minute := 12, 0
	if m := clock.FindStringSubmatch(text); m != nil {
		hour, _ = strconv.Atoi(m[2])
		minute, _ = strconv.Atoi(m[3])
		text = m[1]
	}
	day, err := texts.Date(text, time.Date(1950, 6, 15, 0, 0, 0, 0, zone))
	again, err2 := texts.Date(text, time.Date(2015, 10, 8, 0, 0, 0, 0, zone))
	if err != nil || err2 != nil || !day.Equal(again) || hour > 23 || minute > 59 {
		return time.Time{}, false
	}
	return time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, zone), true
}
