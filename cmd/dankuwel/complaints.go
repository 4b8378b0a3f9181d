package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"dankuwel/models"
	"dankuwel/procedure"
)

type complaintsCommand struct {
	List complaintsList `cmd:"" help:"The complaints, in order of their number."`
	Show complaintsShow `cmd:"" help:"Everything about one complaint."`

	Dossier complaintsDossier `cmd:"" help:"Everything about one complaint as a PDF, on standard output; --full: with all mails and files, for an ombudsman."`

	Export complaintsExport `cmd:"" help:"The register as a table, on standard output: csv, json or xlsx."`
	Import complaintsImport `cmd:"" help:"Take over an existing register from a csv: all rows or none, each only once. Nobody is thanked again."`
}

type complaintsList struct{ listFlags }

type complaintsShow struct {
	Number string `arg:"" help:"For example K-2026-0001."`
}

// shieldedText stands for what only the coordinator may see.
const shieldedText = "afgeschermd"

type complainantJSON struct {
	Name      string `json:"name"`
	Email     string `json:"email"`
	Phone     string `json:"phone"`
	Anonymous bool   `json:"anonymous"`
	Shielded  bool   `json:"shielded"`
}

type complaintJSON struct {
	Number       string          `json:"number"`
	Reference    *string         `json:"reference"` // number in the register that it was taken over from
	Stage        models.Stage    `json:"stage"`
	ReceivedAt   string          `json:"received_at"`
	RegisteredAt string          `json:"registered_at"`
	Carrier      string          `json:"carrier"`
	Channel      string          `json:"channel"`
	Subject      string          `json:"subject"`
	Language     string          `json:"language"`
	Complainant  complainantJSON `json:"complainant"`
	Department   *string         `json:"department"`
	Handler      *string         `json:"handler"`
	AnswerDue    models.Date     `json:"answer_due"`
	Overdue      bool            `json:"overdue"`
	Suspended    bool            `json:"suspended"` // the clock stands still; answer_due moves when it goes on
	Verdict      *string         `json:"verdict"`
	Satisfaction *int            `json:"satisfaction"`
	ErasedAt     *string         `json:"erased_at"`
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func complaintOf(c *models.Complaint, now time.Time, zone *time.Location) complaintJSON {
	j := complaintJSON{
		Number: c.Number, Reference: orNull(c.Reference), Stage: c.Stage, ReceivedAt: stamp(c.ReceivedAt, zone), RegisteredAt: stamp(c.RegisteredAt, zone), Carrier: c.Carrier, Channel: c.Channel,
		Subject: c.Subject, Language: c.Language, Department: orNull(c.Department), AnswerDue: c.AnswerDue, Overdue: c.Overdue(models.DateOf(now, zone)), Suspended: c.SuspendedAt != nil,
		Verdict: orNull(c.Verdict), Satisfaction: c.Satisfaction, ErasedAt: stampOrNull(c.ErasedAt, zone),
		Complainant: complainantJSON{c.Complainant.Name, c.Complainant.Email, c.Complainant.Phone, c.Anonymous, c.Shielded},
	}
	if c.Shielded {
		if c.Reference != "" {
			j.Reference = orNull(shieldedText)
		}
		j.Subject, j.Complainant.Name, j.Complainant.Email, j.Complainant.Phone = shieldedText, shieldedText, shieldedText, shieldedText
	}
	if c.Handler != nil {
		j.Handler = &c.Handler.Email
	}
	return j
}

// Run lists the register.
func (l *complaintsList) Run(env *environment) error {
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	zone := a.desk.Zone()
	since, err := l.since(zone)
	if err != nil {
		return err
	}
	out := list{w: env.stdout, json: env.json}
	err = a.store.Read(env.ctx).EachComplaint(models.ComplaintFilter{Since: since, Limit: l.Limit}, func(c *models.Complaint) error {
		j := complaintOf(c, a.desk.Now(), zone)
		late := ""
		if j.Overdue {
			late = "  late"
		}
		return out.add(j, "%-12s %s  %-15s due %s%s  %s  %s", j.Number, c.ReceivedOn, j.Stage, j.AnswerDue, late, j.Complainant.Name, j.Subject)
	})
	if err != nil {
		return err
	}
	return out.end()
}

type attachmentJSON struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

type messageJSON struct {
	Direction   string           `json:"direction"`
	Kind        *string          `json:"kind"`
	MessageID   string           `json:"message_id"`
	From        string           `json:"from"`
	To          string           `json:"to"`
	At          string           `json:"at"`
	Subject     string           `json:"subject"`
	Text        string           `json:"text"`
	Attachments []attachmentJSON `json:"attachments"`
	BouncedAt   *string          `json:"bounced_at"` // of a letter that came back
	Bounce      *string          `json:"bounce"`     // permanent, temporary
	cameBack    string           // the same in words
}

type eventJSON struct {
	Seq    int             `json:"seq"`
	At     string          `json:"at"`
	Actor  string          `json:"actor"`
	What   string          `json:"what"`
	Detail json.RawMessage `json:"detail"`
	Hash   string          `json:"hash"`
}

type taskJSON struct {
	Kind  string       `json:"kind"`
	Text  string       `json:"text"`
	DueOn *models.Date `json:"due_on"`
}

type nextJSON struct {
	What string      `json:"what"`
	On   models.Date `json:"on"`
}

type dossierJSON struct {
	complaintJSON
	Facts              string        `json:"facts"`
	Analysis           *analysisJSON `json:"analysis"`
	Answer             *answerJSON   `json:"answer"`
	CorrectiveMeasures []measureJSON `json:"corrective_measures"`
	PreventiveMeasures []measureJSON `json:"preventive_measures"`
	Messages           []messageJSON `json:"messages"`
	Events             []eventJSON   `json:"events"`
	Earlier            []string      `json:"earlier"`
	Tasks              []taskJSON    `json:"tasks"`
	Next               []nextJSON    `json:"next"`
}

// Run shows one complaint.
func (s *complaintsShow) Run(env *environment) error {
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	tx := a.store.Read(env.ctx)
	c, err := tx.Complaint(strings.ToUpper(s.Number))
	if err != nil {
		return err
	}
	j, err := dossierOf(tx, c, a.desk, a.config.timedJobs())
	if err != nil {
		return err
	}
	if env.json {
		enc := json.NewEncoder(env.stdout)
		enc.SetIndent("", " ")
		return enc.Encode(j)
	}
	return j.print(env, c)
}

func dossierOf(tx *models.Tx, c *models.Complaint, desk *procedure.Desk, jobs []timedJob) (*dossierJSON, error) {
	now, zone := desk.Now(), desk.Zone()
	j := &dossierJSON{complaintJSON: complaintOf(c, now, zone), Facts: c.Facts, CorrectiveMeasures: []measureJSON{}, PreventiveMeasures: []measureJSON{},
		Messages: []messageJSON{}, Events: []eventJSON{}, Earlier: []string{}, Tasks: []taskJSON{}, Next: []nextJSON{}}
	messages, err := tx.Messages(c.ID)
	if err != nil {
		return nil, err
	}
	sent, err := tx.OutboxOf(c.ID)
	if err != nil {
		return nil, err
	}
	for i := range messages {
		m := messageOf(&messages[i], zone)
		for k := range sent {
			if o := &sent[k]; o.MessageID == messages[i].MessageID && o.BouncedAt != nil {
				m.BouncedAt, m.Bounce, m.cameBack = stampOrNull(o.BouncedAt, zone), orNull(o.Bounce), cameBack(o)
			}
		}
		j.Messages = append(j.Messages, m)
	}
	if err := j.fillProcedure(tx, c, messages, zone); err != nil {
		return nil, err
	}
	events, err := tx.Events(c.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		detail := json.RawMessage(e.Detail)
		if e.Detail == "" { // erased
			detail = json.RawMessage("null")
		}
		j.Events = append(j.Events, eventJSON{e.Seq, stamp(e.At, zone), e.Actor, e.What, detail, e.Hash})
	}
	tasks, err := tx.OpenTasks(c.ID)
	if err != nil {
		return nil, err
	}
	for _, t := range tasks {
		task := taskJSON{Kind: t.Kind, Text: t.Text}
		if t.DueOn != "" {
			task.DueOn = &t.DueOn
		}
		j.Tasks = append(j.Tasks, task)
	}
	next, err := desk.Next(tx, c, desk.Now())
	if err != nil {
		return nil, err
	}
	for _, due := range next {
		if n := (nextJSON{due.What, comes(due, jobs, desk, now)}); !slices.Contains(j.Next, n) {
			j.Next = append(j.Next, n)
		}
	}
	slices.SortStableFunc(j.Next, func(a, b nextJSON) int { return cmp.Compare(a.On, b.On) })
	if c.Shielded {
		j.shield()
		return j, nil
	}
	same, err := tx.ComplaintsOf(c.Complainant.Email, c.ID)
	if err != nil {
		return nil, err
	}
	for _, o := range same {
		if !o.Shielded && !o.ReceivedAt.After(c.ReceivedAt) {
			j.Earlier = append(j.Earlier, o.Number)
		}
	}
	return j, nil
}

// comes is the day on which a job does what is due: its first run from the planned day on. Staff are reminded on working days only.
func comes(due procedure.Due, jobs []timedJob, desk *procedure.Desk, now time.Time) models.Date {
	i := slices.IndexFunc(jobs, func(j timedJob) bool { return j.Name == due.Job })
	if i < 0 {
		return due.On
	}
	at := due.On.Time(desk.Zone()).Add(-time.Second)
	if at.Before(now) {
		at = now.In(desk.Zone())
	}
	quiet := due.Job == "reminders" || due.Job == "evaluations"
	for range 60 { // a schedule of [schedule] runs at least once a month
		if at = jobs[i].schedule.Next(at); !quiet || desk.Settings.Calendar.WorkingDay(models.DateOf(at, desk.Zone())) {
			break
		}
	}
	if at.IsZero() {
		return due.On
	}
	return models.DateOf(at, desk.Zone())
}

func messageOf(m *models.Message, zone *time.Location) messageJSON {
	j := messageJSON{Direction: m.Direction, Kind: orNull(m.Kind), MessageID: m.MessageID, From: m.FromEmail, To: m.ToEmail, At: stamp(m.At, zone),
		Subject: m.Subject, Text: m.Text, Attachments: []attachmentJSON{}}
	for _, a := range m.Attachments {
		j.Attachments = append(j.Attachments, attachmentJSON{a.Name, a.Type, a.Size, a.SHA256})
	}
	return j
}

// shield hides what only the coordinator may see.
func (j *dossierJSON) shield() {
	j.Facts = shieldedText
	if j.Answer != nil {
		j.Answer.Text = shieldedText
	}
	if j.Analysis != nil {
		j.Analysis = &analysisJSON{Version: j.Analysis.Version, At: j.Analysis.At, Verdict: j.Analysis.Verdict, Severity: j.Analysis.Severity}
	}
	for i := range j.Messages {
		m := &j.Messages[i]
		m.Text, m.Subject, m.Attachments, m.MessageID = shieldedText, shieldedText, []attachmentJSON{}, shieldedText
		if m.Direction == "out" {
			m.To = shieldedText
		} else {
			m.From = shieldedText
		}
	}
}

func (j *dossierJSON) print(env *environment, c *models.Complaint) error {
	w := env.stdout
	fmt.Fprintf(w, "%s  %s  received %s, answer due %s\n", j.Number, j.Stage, j.ReceivedAt, j.AnswerDue)
	if j.ErasedAt != nil {
		fmt.Fprintf(w, "erased      %s\n", *j.ErasedAt)
	} else {
		fmt.Fprintf(w, "subject     %s\ncomplainant %s <%s>\n", j.Subject, j.Complainant.Name, j.Complainant.Email)
	}
	if j.Reference != nil {
		fmt.Fprintf(w, "taken over  number there %s\n", *j.Reference)
	}
	if j.Department != nil {
		fmt.Fprintf(w, "department  %s\n", *j.Department)
	}
	if c.Handler != nil {
		fmt.Fprintf(w, "handler     %s <%s>\n", c.Handler.Name, c.Handler.Email)
	}
	if len(j.Earlier) > 0 {
		fmt.Fprintf(w, "earlier     %s\n", strings.Join(j.Earlier, ", "))
	}
	for _, t := range j.Tasks {
		due := ""
		if t.DueOn != nil {
			due = fmt.Sprintf(" (until %s)", *t.DueOn)
		}
		fmt.Fprintf(w, "to do       %s %s%s\n", t.Kind, t.Text, due)
	}
	for _, n := range j.Next {
		fmt.Fprintf(w, "next        %s on %s\n", n.What, n.On)
	}
	for _, m := range j.Messages {
		kind := ""
		if m.Kind != nil {
			kind = " " + *m.Kind
		}
		fmt.Fprintf(w, "\n%s%s  %s  %s -> %s\n  %s\n", m.Direction, kind, m.At, m.From, m.To, m.Subject)
		if m.cameBack != "" {
			fmt.Fprintf(w, "  %s, %s\n", m.cameBack, *m.BouncedAt)
		}
		for line := range strings.Lines(strings.TrimSpace(m.Text)) {
			fmt.Fprintf(w, "  | %s", line)
		}
		fmt.Fprintln(w)
		for _, a := range m.Attachments {
			fmt.Fprintf(w, "  attachment %s (%s, %d bytes)\n", a.Name, a.Type, a.Size)
		}
	}
	fmt.Fprintln(w)
	for _, e := range j.Events {
		fmt.Fprintf(w, "%3d  %s  %-12s %s %s\n", e.Seq, e.At, e.Actor, e.What, e.Detail)
	}
	return nil
}
