package procedure

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"dankuwel/mailout"
	"dankuwel/models"
	"dankuwel/report"
	"dankuwel/templates"
)

// release sends a draft as it was shown, after the last look at what may never leave, and brings about what the letter says.
func (x *deed) release(dr *models.Draft) error {
	switch {
	case dr.Kind == "":
		x.refuse("say_what_it_is")
		return x.preview(dr, x.findings(dr), "")
	case x.mustBeReleased(dr) && dr.AuthorID == x.by.ID:
		return x.preview(dr, x.findings(dr), "")
	}
	values := dr.Wanted()
	effect, again := effects[sentAs(dr.Kind)], values["again"] != ""
	if again && dr.Kind != "answer" { // what the letter says came about when it left first
		effect.may, effect.do = nil, (*deed).readAgain
		if dr.Kind == "information_request" {
			effect.do = (*deed).askedAgain
		}
	}
	if x.c.Stage.Ended() && !again && sentAs(dr.Kind) != "status_update" {
		x.refuse("ended", x.c.Number, x.say("stage."+string(x.c.Stage)))
		return nil
	}
	if effect.may != nil && !effect.may(x, dr) { // says why
		return nil
	}
	if leak := x.leak(dr); leak != "" && (leak != "note" || values["leak"] != dr.Text) {
		return x.holdBack(dr, values, leak)
	}
	if findings := x.findings(dr); blocked(findings) {
		if err := x.mark("sent in spite of the check", map[string]any{"kind": dr.Kind, "version": dr.Version, "codes": codes(findings)}); err != nil {
			return err
		}
	}
	if ended, err := x.tx.EndDraft(dr.ID, "sent", x.by.ID); err != nil || !ended {
		return err
	}
	if err := x.send(dr, values); err != nil {
		return err
	}
	if err := x.mark("sent", map[string]any{"kind": dr.Kind, "version": dr.Version, "author": dr.AuthorID}); err != nil {
		return err
	}
	if effect.do != nil {
		return effect.do(x, dr, values)
	}
	return nil
}

// send puts the letter into the outbox; without an address it goes as a PDF to whoever posts it, and is that person's task.
func (x *deed) send(dr *models.Draft, values map[string]string) error {
	kind := sentAs(dr.Kind)
	l := letter{kind: kind, lang: dr.Language, key: keyOf(kind, x.c, x.c.Complainant.Email, causeOf(x.e)), mailbox: x.Settings.Mailbox(x.c.Mailbox), complaint: x.c,
		subject: dr.Subject, text: dr.Text, inReplyTo: x.lastMail()}
	if x.c.Complainant.Email == "" {
		return x.toPost(dr)
	}
	var err error
	if l.files, err = x.enclosures(values); err != nil {
		return err
	}
	if err := x.toComplainant(x.tx, l); err != nil {
		return err
	}
	x.done("sent", x.say("kind."+baseOf(dr.Kind)))
	return nil
}

func codes(list []templates.Finding) (out []string) {
	for _, f := range list {
		if f.Block {
			out = append(out, f.Code)
		}
	}
	return out
}

// leakWords is how many equal words in a row from an internal note stop a letter (CONTRACT section 4, "last guard").
const leakWords = 8

// leak tells what of ours stands in a letter to a complainant: "token" and "marker" never leave, "note" only when its author says so.
func (x *deed) leak(dr *models.Draft) string {
	text := strings.ToLower(dr.Text)
	if mailout.HoldsStaffToken(text) {
		return "token"
	}
	for _, m := range x.Texts.Markers() {
		if strings.Contains(text, strings.ToLower(strings.Trim(m, "- "))) {
			return "marker"
		}
	}
	notes, err := x.tx.Notes(x.c.ID)
	if err != nil {
		x.failed = err
		return ""
	}
	words := templates.FoldWords(dr.Text)
	for _, note := range notes {
		if sharesRow(words, templates.FoldWords(note), leakWords) {
			return "note"
		}
	}
	return ""
}

// sharesRow tells whether both texts hold the same n words in a row.
func sharesRow(a, b []string, n int) bool {
	if len(a) < n || len(b) < n {
		return false
	}
	rows := make(map[string]bool, len(b))
	for i := 0; i+n <= len(b); i++ {
		rows[strings.Join(b[i:i+n], " ")] = true
	}
	for i := 0; i+n <= len(a); i++ {
		if rows[strings.Join(a[i:i+n], " ")] {
			return true
		}
	}
	return false
}

// holdBack gives a letter back to its author that holds what may not leave; `verstuur` there overrides the words of a note, never a token or
// a marker.
func (x *deed) holdBack(dr *models.Draft, values map[string]string, leak string) error {
	x.refuse("leak_" + leak)
	if leak != "note" {
		return x.preview(dr, x.findings(dr), "")
	}
	if err := x.mark("held back", map[string]any{"version": dr.Version, "leak": leak}); err != nil {
		return err
	}
	next := *dr
	next.ID = 0
	values["leak"] = dr.Text
	if err := x.tx.AddDraft(&next, values); err != nil {
		return err
	}
	return x.preview(&next, x.findings(&next), "")
}

// lastMail is the Message-ID of the complainant's newest mail, which a letter answers; "" none.
func (x *deed) lastMail() string {
	messages, err := x.tx.Messages(x.c.ID)
	if err != nil {
		x.failed = err
		return ""
	}
	for _, m := range slices.Backward(messages) {
		if m.Direction == "in" && m.StaffID == nil && m.FromKey == x.c.Complainant.EmailKey {
			return m.MessageID
		}
	}
	return ""
}

// enclosures are the attachments of the author's mail that its line "Bijlagen:" names, and no other: never an inline picture.
func (x *deed) enclosures(values map[string]string) (files []mailout.File, err error) {
	if values["attachments"] == "" || values["message"] == "" {
		return nil, nil
	}
	id, err := strconv.ParseInt(values["message"], 10, 64)
	if err != nil {
		return nil, err
	}
	m, err := x.tx.Message(id)
	if err != nil {
		return nil, err
	}
	for _, a := range m.Attachments {
		named := func(name string) bool { return strings.EqualFold(name, a.Name) }
		if a.Inline || CouldRun(a.Name, a.Type) || !slices.ContainsFunc(fileNames(values), named) {
			continue
		}
		sha := a.SHA256
		files = append(files, mailout.File{Name: a.Name, Type: a.Type, Open: func() (io.ReadCloser, error) { return x.tx.OpenBlob(sha) }})
	}
	return files, nil
}

// fileNames are the names on a line "Bijlagen:".
func fileNames(values map[string]string) (names []string) {
	for name := range strings.FieldsFuncSeq(values["attachments"], func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		names = append(names, strings.Trim(name, " \t\"'“”"))
	}
	return names
}

// showEnclosures says in a preview which attachments go along, and which that were named do not.
func (x *deed) showEnclosures(dr *models.Draft) error {
	values := dr.Wanted()
	files, err := x.enclosures(values)
	if err != nil {
		return err
	}
	for _, name := range fileNames(values) {
		if slices.ContainsFunc(files, func(f mailout.File) bool { return strings.EqualFold(f.Name, name) }) {
			x.done("encloses", name)
		} else {
			x.refuse("no_such_file", name)
		}
	}
	return nil
}

// toPost sends the letter as a PDF to who posts it, and makes that a task: the complainant has no address for mail.
func (x *deed) toPost(dr *models.Draft) error {
	address := strings.Split(strings.TrimSpace(x.c.Complainant.Name+"\n"+x.c.Complainant.Address), "\n")
	file, err := paperFile(x.Texts.Label(x.languageOf(x.by), "file.letter")+"-"+x.c.Number+".pdf", func(w io.Writer) error {
		return report.Letter(w, x.Texts, dr.Language, x.onPaper(), address, x.tx.Now().In(x.Zone()), "", dr.Text)
	})
	if err != nil {
		return err
	}
	if err := x.taskOnce(x.tx, x.c, "post_letter", "task.post", ""); err != nil {
		return err
	}
	l := letter{kind: "letter", key: keyOf("letter", x.c, x.by.Email, causeOf(x.e)), mailbox: x.Settings.Mailbox(x.c.Mailbox), complaint: x.c, staff: x.by}
	l.data.Lost, l.data.Complainant = baseOf(dr.Kind), person(&x.c.Complainant)
	l.files = []mailout.File{file}
	x.done("to_post", x.say("kind."+baseOf(dr.Kind)))
	return x.toStaff(x.tx, l)
}

// effect is what a letter brings about when it leaves.
type effect struct {
	may func(*deed, *models.Draft) bool // it still holds; says why when not
	do  func(*deed, *models.Draft, map[string]string) error
}

var effects = map[string]effect{
	"answer": {may: (*deed).mayAnswer, do: func(x *deed, dr *models.Draft, values map[string]string) error {
		if err := x.readAgain(dr, values); err != nil {
			return err
		}
		return x.answered(dr.Verdict)
	}},
	"status_update":       {do: (*deed).reacted},
	"information_request": {do: (*deed).asked},
	"extension_notice": {may: func(x *deed, dr *models.Draft) bool {
		return x.mayExtend(models.Date(dr.Wanted()["due"]), models.Date(dr.Wanted()["consent"]))
	}, do: (*deed).extended},
	"inadmissible":    {do: endsAs(models.Inadmissible)},
	"not_a_complaint": {do: endsAs(models.NotAComplaint)},
	"withdrawn":       {do: endsAs(models.Withdrawn)},
	"duplicate": {do: func(x *deed, dr *models.Draft, values map[string]string) error {
		if o, err := x.tx.Complaint(values["number"]); err == nil {
			x.c.LinkedTo = &o.ID
		}
		return x.endAs(models.Duplicate, "duplicate", values["number"])
	}},
}

func endsAs(stage models.Stage) func(*deed, *models.Draft, map[string]string) error {
	return func(x *deed, dr *models.Draft, values map[string]string) error {
		return x.endAs(stage, values["reason"], values["words"])
	}
}

// reacted: what the complainant wrote after the answer has its reaction, and of an answer that is late a person told when it comes.
func (x *deed) reacted(*models.Draft, map[string]string) error {
	_, err := x.tx.DoneTask(x.c.ID, models.StaffActor(x.by.ID), "react", "name_date")
	return err
}

// readAgain: a letter that came back went to another address, so nobody has to call about it.
func (x *deed) readAgain(_ *models.Draft, values map[string]string) error {
	if values["again"] == "" {
		return nil
	}
	_, err := x.tx.DoneTask(x.c.ID, models.StaffActor(x.by.ID), "call_or_write")
	return err
}

// asked: with the first question the investigation begins, and the clock stops where the organisation's terms say so.
func (x *deed) asked(*models.Draft, map[string]string) error {
	if err := x.investigate(); err != nil {
		return err
	}
	return x.suspend()
}

// askedAgain: a question that came back has stopped no clock; now it does.
func (x *deed) askedAgain(dr *models.Draft, values map[string]string) error {
	if err := x.readAgain(dr, values); err != nil {
		return err
	}
	return x.suspend()
}

// reacts: what a complainant wrote to a complaint that has ended is answered by mail, too (CONTRACT section 1).
func (x *deed) reacts() bool {
	open, err := x.tx.OpenTasks(x.c.ID)
	return err == nil && slices.Contains([]string{"status", "template"}, baseOf(x.key)) && slices.ContainsFunc(open, func(t models.Task) bool { return t.Kind == "react" })
}

// mayAnswer: the analysis is complete, and nobody answered meanwhile.
func (x *deed) mayAnswer(dr *models.Draft) bool {
	a, err := x.tx.LatestAnalysis(x.c.ID)
	if err != nil {
		x.failed = err
		return false
	}
	if a == nil || len(a.Missing()) > 0 {
		x.refuse("answer_before_analysis", x.lacking(a))
		return false
	}
	if x.c.AnsweredAt != nil {
		x.refuse("answered_already")
		return false
	}
	return true
}
