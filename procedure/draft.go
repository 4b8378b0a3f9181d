package procedure

import (
	"slices"
	"strconv"
	"strings"

	"dankuwel/models"
	"dankuwel/templates"
)

// draftMinWords is how long a text above a preview must be to be a new draft; a shorter one is asked back (CONTRACT section 6).
const draftMinWords = 15

// propose makes a draft of a letter and shows it to its author. own is what the staff member wrote in it, values what the action asks for
// beside the letter. A text that may go at once ("#stand verstuur") goes, unless the attitude check blocks it.
func (x *deed) propose(kind, own string, data templates.Data, values map[string]string) error {
	as := kind
	if as == "" {
		as = "status_update" // greeting and closing are the same until its author says what it is
	}
	page, err := x.Texts.RenderDraft(as, x.c.Language, x.aboutLetter(kind, data))
	if err != nil {
		return err
	}
	values = x.wishesOf(own, values)
	return x.keep(&models.Draft{ComplaintID: x.c.ID, Kind: kind, Verdict: data.Verdict, Language: x.c.Language, Subject: page.Subject, Text: page.Text, AuthorID: x.by.ID}, values, "")
}

// aboutLetter adds what every letter to the complainant says.
func (x *deed) aboutLetter(kind string, data templates.Data) templates.Data {
	l := letter{kind: kind, mailbox: x.Settings.Mailbox(x.c.Mailbox), complaint: x.c, data: data}
	l.data.To, l.data.ThanksFor, l.data.Signature = person(&x.c.Complainant), thanksFor(x.c, x.Settings.ThanksFor), x.signature(x.n)
	x.fill(x.tx, &l)
	return l.data
}

// wishesOf is what is kept beside a draft: the words in it that the staff member wrote, and which attachments leave.
func (x *deed) wishesOf(own string, values map[string]string) map[string]string {
	if values == nil {
		values = map[string]string{}
	}
	values["own"] = own
	if names := x.value("attachments"); names != "" {
		values["attachments"], values["message"] = names, strconv.FormatInt(x.a.Message.ID, 10)
	}
	return values
}

// keep writes a draft and sends it or shows it. before is the text of the draft that it changes; "" none.
func (x *deed) keep(dr *models.Draft, values map[string]string, before string) error {
	open, err := x.tx.OpenDraftOf(dr.ComplaintID, dr.Kind)
	if err != nil {
		return err
	}
	if open != nil && open.AuthorID != x.by.ID && before == "" {
		x.done("draft_replaced", x.Settings.StaffByID(open.AuthorID).Name)
	}
	x.keepSecondLine(dr, before)
	if err := x.tx.AddDraft(dr, values); err != nil {
		return err
	}
	findings := x.findings(dr)
	if x.in.Send && !blocked(findings) && !x.mustBeReleased(dr) {
		if x.trimmed {
			x.done("trimmed")
		}
		return x.release(dr)
	}
	return x.preview(dr, findings, before)
}

// keepSecondLine puts back where else the complainant can turn when a changed letter no longer says it: every final answer names it
// (CONTRACT section 3, second_line). The preview tells.
func (x *deed) keepSecondLine(dr *models.Draft, before string) {
	line := x.Settings.Organization.SecondLine
	if line == "" || templates.Holds(dr.Text, line) || dr.Kind != "answer" && !templates.Holds(before, line) {
		return
	}
	parts := strings.Split(dr.Text, "\n\n")
	at := x.closingOf(parts)
	dr.Text = strings.Join(slices.Insert(parts, at, x.Texts.Label(dr.Language, "letter.second_line", line)), "\n\n")
	x.done("second_line", line)
}

// findings is the attitude check of a draft: what the staff member wrote, and the letter as it will look.
func (x *deed) findings(dr *models.Draft) []templates.Finding {
	return x.Texts.Check(dr.Kind, dr.Language, x.languageOf(x.by), dr.Wanted()["own"], dr.Text, x.Settings.Organization.SecondLine)
}

func blocked(list []templates.Finding) bool {
	return slices.ContainsFunc(list, func(f templates.Finding) bool { return f.Block })
}

// mustBeReleased: a final answer needs a second pair of eyes where the organisation wants that; who practises has only his own.
func (x *deed) mustBeReleased(dr *models.Draft) bool {
	return x.Settings.FourEyes && !x.c.Practice && (dr.Kind == "answer" || dr.Kind == "inadmissible")
}

// preview shows a draft to who decides about it: its author, or with four eyes a second entry.
func (x *deed) preview(dr *models.Draft, findings []templates.Finding, before string) error {
	if err := x.noteBeside(); err != nil {
		return err
	}
	to := x.by
	if x.mustBeReleased(dr) && dr.AuthorID == x.by.ID && !blocked(findings) {
		second := x.releaser()
		if second == nil {
			x.refuse("nobody_releases")
			return nil
		}
		to = second
		x.done("release_asked", second.Name)
	} else {
		x.silent = true
	}
	l := letter{kind: "preview", key: keyOf("preview", x.c, to.Email, causeOf(x.e)), mailbox: x.Settings.Mailbox(x.c.Mailbox), complaint: x.c, staff: to, draft: dr.Version,
		buttons: []string{"send", "drop"}}
	l.data.Lost, l.data.Subject, l.data.Draft, l.data.Findings = baseOf(dr.Kind), dr.Subject, dr.Text, findings
	if err := x.showEnclosures(dr); err != nil {
		return err
	}
	l.data.Not, l.data.Did, l.data.Complainant = x.not, x.did, person(&x.c.Complainant)
	if x.trimmed {
		l.data.Did = append(slices.Clone(x.did), x.say("done.trimmed"))
	}
	if dr.Kind == "" {
		l.buttons = []string{"as_answer", "as_question", "as_status", "as_note"}
	}
	if before != "" {
		l.data.Changed = changedWords(before, dr.Text)
	}
	if author := x.Settings.StaffByID(dr.AuthorID); author != nil && author != to {
		l.data.From = author.Name
	}
	return x.toStaff(x.tx, l)
}

// releaser is the second entry that releases a final answer: the coordinator, another one, or management.
func (x *deed) releaser() *models.Staff {
	if list := x.standIn(append(ids(x.n.about), x.by.ID)); len(list) > 0 {
		return list[0]
	}
	return nil
}

// decideDraft does what a reply to a preview says: send it, drop it, or change it.
func (x *deed) decideDraft() error {
	dr, err := x.tx.DraftVersion(x.c.ID, x.token.Draft)
	if err != nil {
		return err
	}
	if dr == nil || dr.EndState != "" {
		return x.olderDraft(dr)
	}
	x.told, x.in.Send = true, false // a draft that is changed here is shown again
	changed := x.changedLetter(dr)
	words := len(strings.Fields(x.in.Free))
	switch {
	case x.saysNo(words):
		return x.drop(dr)
	case x.as == "answer" && templates.IsOwnKind(dr.Kind):
		x.refuse("own_no_answer")
		return x.preview(dr, x.findings(dr), "")
	case dr.Kind == "" && draftKinds[x.as] != "":
		return x.settle(dr, draftKinds[x.as])
	case dr.Kind == "" && x.as != "":
		return x.settleElsewhere(dr)
	case changed != "":
		next := *dr
		next.ID, next.Text, next.AuthorID = 0, changed, x.by.ID
		values := dr.Wanted()
		values["own"] = changed
		return x.keep(&next, values, dr.Text)
	case x.saysYes(words):
		x.key = "send"
		return x.release(dr)
	case words >= draftMinWords:
		return x.rewrite(dr)
	}
	x.refuse("say_send_or_drop")
	return x.preview(dr, x.findings(dr), "")
}

// saysNo: the first line is "nee" or its like, or nothing else stands behind the button for it.
func (x *deed) saysNo(words int) bool {
	answer := x.Texts.Answer(x.a.Message.NewText)
	return x.in.Verb == "drop" || x.in.Verb == "" && (x.code == buttonCodes["no"] || answer == "no" && words < draftMinWords)
}

// saysYes: the first line is "verstuur" or its like and says no more ("ja, maar" does), or nothing stands behind the button for it.
func (x *deed) saysYes(words int) bool {
	line, _, _ := strings.Cut(strings.TrimSpace(x.a.Message.NewText), "\n")
	return x.in.Verb == "send" || x.Texts.AnswerKey(line) == "yes" || words == 0 && x.code == buttonCodes["yes"]
}

// olderDraft answers a reply to a draft that is no longer the newest: what became of it, and the newer preview.
func (x *deed) olderDraft(dr *models.Draft) error {
	x.told = true
	var open *models.Draft
	if dr != nil {
		var err error
		if open, err = x.tx.OpenDraftOf(x.c.ID, dr.Kind); err != nil {
			return err
		}
	}
	switch {
	case open != nil:
		x.refuse("older_draft")
		return x.preview(open, x.findings(open), "")
	case dr != nil && dr.EndState == "sent":
		x.refuse("draft_sent", x.day(models.DateOf(*dr.EndedAt, x.Zone())))
	default:
		x.refuse("draft_dropped")
	}
	return nil
}

func (x *deed) drop(dr *models.Draft) error {
	if _, err := x.tx.EndDraft(dr.ID, "dropped", x.by.ID); err != nil {
		return err
	}
	if err := x.tx.AddMessage(x.row("note", "dropped", dr.Text)); err != nil { // no secret: the last guard looks at kind "note"
		return err
	}
	x.done("dropped", x.say("kind."+baseOf(dr.Kind)))
	return x.mark("draft dropped", map[string]any{"kind": dr.Kind, "version": dr.Version})
}

// draftKinds are the letters that a plain reply may be, by the action that says so.
var draftKinds = map[string]string{"status": "status_update", "ask": "information_request"}

// settle makes a plain reply the letter that its author says it is, and shows it again.
func (x *deed) settle(dr *models.Draft, kind string) error {
	own := dr.Wanted()["own"]
	if _, err := x.tx.EndDraft(dr.ID, "replaced", x.by.ID); err != nil {
		return err
	}
	return x.propose(kind, own, x.bodyOf(kind, own), dr.Wanted())
}

// settleElsewhere: a plain reply that is to stay inside is a note; one that is to be the answer fills in the form of the answer.
func (x *deed) settleElsewhere(dr *models.Draft) error {
	own := dr.Wanted()["own"]
	if _, err := x.tx.EndDraft(dr.ID, "dropped", x.by.ID); err != nil {
		return err
	}
	x.key = x.as
	if x.key == "note" {
		x.in.Rest, x.in.Free = "", own
		return x.keepAsNote()
	}
	x.values = map[string]string{"what_happened": own}
	x.done("answer_form")
	return nil
}

// bodyOf is a letter around a text; while the answer is still to come, it names its day, and says when the clock waits for the complainant.
func (x *deed) bodyOf(kind, text string) templates.Data {
	data := templates.Data{Body: text}
	if due := x.due(x.tx, x.c); x.c.AnsweredAt == nil && due >= x.today(x.tx) {
		data.AnswerDue = due.Time(x.Zone())
		data.Waits = x.c.SuspendedAt != nil || kind == "information_request" && x.c.Complainant.Email != "" && x.profileFor(x.c).Suspends
	}
	return data
}

// rewrite makes a text that stands above a preview the new draft.
func (x *deed) rewrite(dr *models.Draft) error {
	values := dr.Wanted()
	own := x.withoutEnclosures(x.withoutEdges(x.in.Free))
	if names := x.value("attachments"); names != "" {
		values["attachments"], values["message"] = names, strconv.FormatInt(x.a.Message.ID, 10)
	}
	if dr.Kind != "status_update" && dr.Kind != "information_request" && dr.Kind != "" {
		next := *dr
		next.ID, next.Text, next.AuthorID = 0, x.betweenEdges(dr.Text, own), x.by.ID
		values["own"] = own
		return x.keep(&next, values, dr.Text)
	}
	return x.propose(dr.Kind, own, x.bodyOf(dr.Kind, own), values)
}

// betweenEdges is the letter with another text between its greeting and its closing.
func (x *deed) betweenEdges(letter, text string) string {
	parts := strings.Split(letter, "\n\n")
	if len(parts) > 1 && x.isEdge(parts[0]) {
		text = parts[0] + "\n\n" + text
	}
	return strings.Join(append([]string{text}, parts[x.closingOf(parts):]...), "\n\n")
}

// closingOf is where the closing of a letter begins among its paragraphs; behind the last one when it has none.
func (x *deed) closingOf(parts []string) int {
	for i := len(parts) - 1; i > 0; i-- {
		if x.isEdge(parts[i]) {
			return i
		}
	}
	return len(parts)
}

func (x *deed) isEdge(paragraph string) bool {
	line, _, _ := strings.Cut(paragraph, "\n")
	return x.Texts.IsGreetingOrClosing(line)
}

// changedLetter is the letter between its two lines in a reply to a preview, when words in it were changed; "" when they are the same, or
// when it is not there.
func (x *deed) changedLetter(dr *models.Draft) string {
	shown := x.Texts.LetterIn(x.a.Message.Text)
	if shown == "" || slices.Equal(strings.Fields(shown), strings.Fields(dr.Text)) {
		return ""
	}
	return shown
}

// changedWords lists what stands in after and did not stand in before, a run of words each.
func changedWords(before, after string) (runs []string) {
	old := map[string]int{}
	for _, w := range strings.Fields(before) {
		old[w]++
	}
	var run []string
	end := func() {
		if len(run) > 0 {
			runs = append(runs, strings.Join(run, " "))
			run = nil
		}
	}
	for _, w := range strings.Fields(after) {
		if old[w] > 0 {
			old[w]--
			end()
		} else {
			run = append(run, w)
		}
	}
	end()
	return runs[:min(len(runs), 10)]
}
