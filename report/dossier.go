package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"dankuwel/models"
	"dankuwel/templates"
)

// Dossier prints everything of one complaint, with internal notes and the audit trail.
func Dossier(w io.Writer, set *templates.Set, lang string, k *Case) error {
	p := newPaper(set, lang, "dossier", k)
	p.state()
	p.heading(p.label("registration"), tableRoom)
	p.registration(false)
	p.heading(p.label("analysis"), tableRoom)
	if k.Analysis == nil {
		p.text(body, p.label("none_yet"))
	} else {
		p.analysis(false)
	}
	p.conversation()
	p.corrective()
	p.preventive()
	p.tasks()
	p.terms()
	p.earlier()
	p.trail()
	return p.finish(w, "dossier")
}

// What stays together on a page, in millimetres: the first lines of a table, the head of a mail with the first words, most of a measure.
const tableRoom, messageRoom, measureRoom = 20.0, 35.0, 60.0

// filled draws a field that has a value.
func (p *paper) filled(name, value string) {
	if value != "" {
		p.field(name, value, 0)
	}
}

// state is where the complaint stands.
func (p *paper) state() {
	c := p.Complaint
	p.filled(p.label("stage"), p.label("stage_since", p.set.Label(p.lang, "stage."+string(c.Stage)), p.moment(c.StageSince)))
	if c.EndReason != "" {
		list := "reason"
		if c.Stage == models.NotAComplaint {
			list = "not_a_complaint"
		}
		p.filled(p.named("reason"), p.value(list, c.EndReason))
	}
	p.filled(p.label("end_words"), p.private(c.EndWords))
	p.filled(p.label("due"), p.date(c.AnswerDue))
	p.filled(p.label("answered"), p.day(c.AnsweredAt))
	if c.Verdict != "" {
		p.filled(p.named("verdict"), p.set.Label(p.lang, "verdict."+c.Verdict))
	}
	p.filled(p.label("closed"), p.day(c.ClosedAt))
	if c.Solution != "" {
		p.filled(p.named("solved"), p.orKey("paper.solution.", c.Solution))
	}
	if c.Satisfaction != nil {
		p.filled(p.named("satisfied"), fmt.Sprintf("%d/5", *c.Satisfaction))
	}
}

// conversation are all mails and notes, in order of time. Where a mail that came was addressed to is left out: its address may carry a token.
func (p *paper) conversation() {
	p.heading(p.label("conversation"), messageRoom)
	if len(p.Messages) == 0 {
		p.text(body, p.label("none"))
	}
	for i := range p.Messages {
		if i > 0 {
			p.space(5)
		}
		p.message(i+1, &p.Messages[i])
	}
}

// messageLabel is the width of the labels in the lines above a message.
const messageLabel = 24.0

func (p *paper) message(n int, m *models.Message) {
	p.room(messageRoom)
	name := p.orKey("paper.direction.", m.Direction)
	if m.Kind != "" {
		name += ": " + p.orKey("kind.", m.Kind)
	}
	p.text(bold, fmt.Sprintf("%d. %s", n, name))
	p.line("at", p.moment(m.At))
	from, to := writer(m), ""
	if m.Direction == "out" {
		to = p.private(m.ToEmail)
	} else if m.Direction != "note" || m.StaffID == nil {
		from = p.private(from)
	}
	p.line("from", from)
	p.line("to", to)
	p.line("subject", p.private(m.Subject))
	if at, ok := p.Returned[m.MessageID]; ok && m.MessageID != "" {
		p.line("returned", p.moment(at))
	}
	for _, a := range m.Attachments {
		p.line("attachment", p.private(p.label("file", a.Name, a.Size)))
		if !p.Shielded {
			p.row(cell{left + messageLabel, width - messageLabel, mono, "sha256 " + oneLine(a.SHA256)})
		}
	}
	p.space(1.5)
	p.quote(p.private(m.NewText))
	if m.NewText != m.Text {
		p.text(quiet, p.label("quoted"))
	}
	if m.Oversize {
		p.text(quiet, p.label("oversize"))
	}
}

// writer is who wrote a message: "Jan Peeters <jan@example.test>".
func writer(m *models.Message) string {
	switch {
	case m.FromName == "":
		return m.FromEmail
	case m.FromEmail == "":
		return m.FromName
	}
	return m.FromName + " <" + m.FromEmail + ">"
}

func (p *paper) line(key, value string) {
	if value != "" {
		p.row(cell{left, messageLabel - 2, quiet, oneLine(p.label(key))}, cell{left + messageLabel, width - messageLabel, small, oneLine(value)})
	}
}

func (p *paper) corrective() {
	p.heading(p.label("corrective"), measureRoom)
	if len(p.Corrective) == 0 {
		p.text(body, p.label("none"))
	}
	for i := range p.Corrective {
		m := &p.Corrective[i]
		p.measure(i, m.No, p.value("measure_kind", m.Kind))
		p.filled(p.named("description"), p.private(m.Description))
		p.filled(p.named("owner"), m.Owner)
		p.filled(p.named("due"), p.date(m.DueOn))
		p.filled(p.label("done"), p.day(m.DoneAt))
		p.filled(p.label("done_how"), p.private(m.Note))
	}
}

func (p *paper) preventive() {
	p.heading(p.label("preventive"), measureRoom)
	if len(p.Preventive) == 0 {
		p.text(body, p.label("none"))
	}
	for i := range p.Preventive {
		m := &p.Preventive[i]
		p.measure(i, m.No, "")
		p.filled(p.named("description"), p.private(m.Description))
		p.filled(p.named("process"), p.private(m.Process))
		p.filled(p.named("owner"), m.Owner)
		p.filled(p.named("involved"), p.private(m.Involved))
		p.filled(p.named("due"), p.date(m.DueOn))
		p.filled(p.label("done"), p.day(m.DoneAt))
		p.filled(p.named("evaluation_on"), p.date(m.EvaluationOn))
		p.filled(p.label("evaluated"), p.day(m.EvaluatedAt))
		p.filled(p.named("result"), p.value("result", m.Result))
		p.filled(p.named("adjustment"), p.private(m.Adjustment))
	}
}

// measure begins the i-th measure of a part: "M2 · herstel".
func (p *paper) measure(i, no int, kind string) {
	if i > 0 {
		p.space(4)
	}
	p.room(measureRoom)
	name := "M" + strconv.Itoa(no)
	if kind != "" {
		name += " · " + kind
	}
	p.text(bold, name)
	p.space(1)
}

func (p *paper) tasks() {
	p.heading(p.label("tasks"), tableRoom)
	var rows [][]string
	for i := range p.Tasks {
		t := &p.Tasks[i]
		rows = append(rows, []string{p.orKey("task_title.", t.Kind), p.private(t.Text), p.person(t.StaffID), p.date(t.DueOn)})
	}
	p.rows([]col{{p.label("what"), 42, small}, {p.named("text"), 55, small}, {p.label("who"), 30, small}, {p.named("due"), 38, small}}, rows)
}

func (p *paper) terms() {
	p.heading(p.label("terms"), tableRoom)
	var rows [][]string
	for i := range p.Terms {
		t := &p.Terms[i]
		rows = append(rows, []string{p.day(&t.At), p.orKey("paper.term.", t.Kind), p.date(t.OldDue), p.date(t.NewDue), p.private(t.Reason)})
	}
	p.rows([]col{{p.label("at"), 35, small}, {p.label("what"), 24, small}, {p.label("old_due"), 35, small}, {p.label("new_due"), 35, small}, {p.named("reason"), 36, small}}, rows)
}

// earlier are the complaints that may teach something about this one.
func (p *paper) earlier() {
	p.heading(p.named("earlier"), tableRoom)
	if p.Shielded { // whose they are would tell who complains now
		p.text(body, p.set.Label(p.lang, "shielded"))
		return
	}
	var rows [][]string
	add := func(c *models.Complaint, why string) {
		outcome := p.set.Label(p.lang, "stage."+string(c.Stage))
		if c.Verdict != "" {
			outcome += ", " + p.set.Label(p.lang, "verdict."+c.Verdict)
		}
		rows = append(rows, []string{c.Number, p.date(c.ReceivedOn), c.Subject, outcome, why})
	}
	for i := range p.Earlier {
		add(&p.Earlier[i], p.label("same_person"))
	}
	for i := range p.Similar {
		add(&p.Similar[i].Complaint, p.label("same_words", strings.Join(p.Similar[i].Words, ", ")))
	}
	p.rows([]col{{p.named("number"), 26, small}, {p.label("received"), 30, small}, {p.label("subject"), 42, small}, {p.label("outcome"), 32, small}, {p.label("why"), 35, small}}, rows)
}

// shortHash is how much of each hash a dossier shows.
const shortHash = 12

// trail is the chain of events, with the beginning of each hash, or all of it.
func (p *paper) trail() {
	p.heading(p.label("trail"), tableRoom)
	shown := shortHash
	if p.Whole {
		shown = 64
		p.text(quiet, p.label("trail_whole"))
	} else {
		p.text(quiet, p.label("trail_note"))
	}
	p.space(2)
	var rows [][]string
	for i := range p.Events {
		e := &p.Events[i]
		rows = append(rows, []string{strconv.Itoa(e.Seq), e.At.In(p.Zone).Format("2006-01-02 15:04:05"), p.actor(e), p.happened(e), e.Hash[:min(len(e.Hash), shown)]})
	}
	p.rows([]col{{p.label("seq"), 12, small}, {p.label("time"), 38, small}, {p.label("who"), 38, small}, {p.label("what"), 50, small}, {p.label("hash"), 27, mono}}, rows)
}

// happened is what an event says, with the stage that was entered or the letter that it is about; erased detail names neither.
func (p *paper) happened(e *models.Event) string {
	what := p.orKey("paper.event.", e.What)
	var said struct{ Kind, To string }
	if json.Unmarshal([]byte(e.Detail), &said) != nil {
		return what
	}
	key := "kind." + said.Kind
	switch {
	case e.What == "stage":
		key = "stage." + said.To
	case said.Kind == "":
		return what
	}
	if name := p.set.Label(p.lang, key); name != key {
		what += ": " + name
	}
	return what
}

// actor is who did it: "Mieke (Onthaal)" where a shared desk said who.
func (p *paper) actor(e *models.Event) string {
	id, err := strconv.ParseInt(strings.TrimPrefix(e.Actor, "staff:"), 10, 64)
	if err != nil {
		return p.orKey("paper.actor.", e.Actor)
	}
	var said struct{ By string }
	if json.Unmarshal([]byte(e.Detail), &said); said.By != "" { // erased detail says nobody
		return said.By + " (" + p.person(&id) + ")"
	}
	return p.person(&id)
}

// rows draws a table, or says that there is nothing.
func (p *paper) rows(cols []col, rows [][]string) {
	if len(rows) == 0 {
		p.text(body, p.label("none"))
		return
	}
	p.table(cols, rows)
}
