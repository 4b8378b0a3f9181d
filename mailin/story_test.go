package mailin

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"dankuwel/models"
	"dankuwel/models/modelstest"
	"dankuwel/procedure"
	"dankuwel/templates"
)

// TestStories tells each archive of testdata/stories on each engine: mails come in, the clock is moved, and the mails and rows that
// come of it are expected. Files named texts/LANG/… are the organisation's own texts (templates.dir). Only the clock is faked; IMAP and SMTP have their own tests, and e2e tells stories on real servers.
//
//	set operator ADDRESS | second WORDS | anonymous note | profile awb | holidays NL | suspends on | thanks brief | authserv none | foureyes on | flood 3/10m | automatic 2/24h | form ADDRESS | scanner ADDRESS | list ID | desk ADDRESS (shared, handles the kitchen) | speaks "ADDRESS LANG"
//	at 2026-03-02T09:00                  move the clock (Europe/Brussels)
//	deliver FILE [to MAILBOX] [received 2026-01-02T10:00] [as user]    one mail; "as an@..." adds the server's proof
//	repeat N FILE as user                N mails, alike but for ${n}
//	together FILE [as user] FILE ...     several mails in one batch
//	accept P-1 / discard P-1             the operator decides
//	days N                               so many days on, with all that time brings on each of them at 11:00
//	jobs                                 what time brings, once more as of now
//	review / release                     what the clock does: the review list; letters that were held back
//	forget                               what the clock does at night: practice complaints that are old enough go
//	erase K-2026-0001 "reason" / retain   the operator erases; what is older than "set retain MONTHS" is erased
//	toobig ADDRESS KIND                  the server took the newest mail of that kind not, for its size, and all others
//	sent                                 all that waits in the outbox has left
//	answered K-2026-0001                 as if the answer had left (its row says so; the procedure that writes answers is another part)
//	read MAILBOX                         its mail was fetched just now; a mailbox that was read once must be read on
//	take NAME ADDRESS KIND               pick up the newest mail of that kind: ${NAME.reply-to}, ${NAME.by-ja} (its button), ${NAME.message-id}, ${NAME.envelope}
//	expect OUTCOME [reason] [NUMBER]     of the last mail delivered
//	expect mail KIND to ADDRESS [N]      N of them in all (1)
//	expect no mail [KIND] to ADDRESS
//	expect K-2026-0001 FIELD VALUE       shown (mails that showed who is shielded), stage, notes, dropped (drafts), verdict, reason, score, by (names in events), writers (of notes), handler, department, shielded, anonymous, sober, due, overdue, term (its changes), next (what time brings, with its day), reasons (of them), name, language, tasks, erased
//	expect forgotten NUMBER / listed N   a complaint that is in no row any more; how many stand in the list of complaints
//	expect gone WORD ...                 nothing in database and files holds the word any more; expect kept WORD ...
//	expect folder NAME                   where the last mail is to be filed
//	expect text NAME "words"             in the mail that was taken; expect not text
//	expect files NAME "a.pdf b.pdf"      that lie with the mail that was taken
//	expect attached NAME FILE            to the mail that was taken; expect not attached
func TestStories(t *testing.T) {
	archives, err := filepath.Glob(filepath.Join("testdata", "stories", "*.txtar"))
	if err != nil || len(archives) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			forEachEngine(t, func(t *testing.T, store *models.Store) { tell(t, store, path, archive) })
		})
	}
}

// office is an organisation with its register and intake, without mail servers.
type office struct {
	t      testing.TB
	store  *models.Store
	intake *Intake
	now    time.Time
	uid    uint32
	files  map[string][]byte
	taken  map[string]*Message
	bounce map[string]string // envelope senders of taken mails
	last   *models.LedgerEntry
}

var brussels, _ = time.LoadLocation("Europe/Brussels")

func newOffice(t testing.TB, store *models.Store) *office {
	texts, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, store: store, files: map[string][]byte{}, taken: map[string]*Message{}, bounce: map[string]string{}, now: time.Date(2026, 3, 2, 9, 0, 0, 0, brussels)}
	box := func(address, name string) procedure.Mailbox {
		return procedure.Mailbox{Address: address, Name: name, Plus: true, Processed: "Verwerkt", Review: "Te beoordelen", Shielded: "Afgeschermd", Sent: "Verzonden", AcknowledgeWithin: 14 * 24 * time.Hour}
	}
	settings := &procedure.Settings{
		Organization: procedure.Organization{Name: "Woonzorgcentrum De Linde", Signature: "An Peeters, klachtencoördinator", Phone: "02 555 12 12", Language: "nl"},
		Profile:      procedure.Profiles["vlaams-bestuur"], Calendar: procedure.NewCalendar(brussels, "BE", nil), StatusEvery: procedure.Term{N: 14, Unit: procedure.CalendarDays}, SatisfactionAfter: procedure.Term{N: 7, Unit: procedure.CalendarDays},
		CloseAfter: procedure.Term{N: 21, Unit: procedure.CalendarDays}, Recurrence: procedure.Rate{N: 3, Per: 90 * 24 * time.Hour}, Anonymous: "handle", ThanksFor: "bericht",
		Staff: []*models.Staff{
			{Email: "an@example.test", Name: "An Peeters", Aliases: []string{"an.peeters@example.test"}, Roles: []models.Role{models.Coordinator, models.Handler}},
			{Email: "bram@example.test", Name: "Bram De Wit", Roles: []models.Role{models.Handler}, Departments: []string{"Keuken"}},
			{Email: "els@example.test", Name: "Els Maes", Roles: []models.Role{models.Handler}, Departments: []string{"Keuken"}},
			{Email: "dirk@example.test", Name: "Dirk Goossens", Roles: []models.Role{models.Management}},
		},
		Departments: []procedure.Department{{Name: "Keuken", Keywords: []string{"maaltijd", "soep"}, Addresses: []string{"keuken@example.test"}}, {Name: "Zorg", Keywords: []string{"verpleging"}, Answer: &procedure.Term{N: 20, Unit: procedure.CalendarDays}}},
		Mailboxes:   []procedure.Mailbox{box("klachten@example.test", "Klachtendienst De Linde"), box("meldpunt@example.test", "Meldpunt De Linde")},
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	desk := &procedure.Desk{Settings: settings, Store: store, Texts: texts, Now: func() time.Time { return o.now }, Rand: rand.Reader, Wake: func() {}, Log: log, Read: ReadStaffMail(texts)}
	o.intake = &Intake{Desk: desk, Log: log, AuthServID: "mx.example.test"}
	return o
}

func tell(t *testing.T, store *models.Store, path string, archive *txtar.Archive) {
	o := newOffice(t, store)
	for _, f := range archive.Files {
		o.files[f.Name] = f.Data
	}
	o.ownTexts()
	begun := false
	for n, line := range strings.Split(string(archive.Comment), "\n") {
		words := quotedFields(o.fillIn(line))
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if words[0] != "set" && !begun {
			begun = true
			if err := o.intake.Desk.SyncStaff(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := o.act(words); err != nil {
			t.Errorf("%s:%d: %s: %v", path, n+1, strings.TrimSpace(line), err)
		}
	}
	if err := o.look(); err != nil {
		t.Errorf("%s: %v", path, err)
	}
	broken, err := store.Read(t.Context()).Verify()
	if err != nil || len(broken) > 0 {
		t.Errorf("%s: verify: %v %q", path, err, broken)
	}
}

// ownTexts loads the texts that the story brings along.
func (o *office) ownTexts() {
	dir := o.t.TempDir()
	for name, text := range o.files {
		file, own := strings.CutPrefix(name, "texts/")
		if !own {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			o.t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			o.t.Fatal(err)
		}
	}
	texts, err := templates.Load(dir)
	if err != nil {
		o.t.Fatal(err)
	}
	o.intake.Desk.Texts, o.intake.Desk.Read = texts, ReadStaffMail(texts)
}

func (o *office) act(words []string) error {
	switch verb, args := words[0], words[1:]; verb {
	case "set":
		return o.set(args[0], args[1])
	case "at":
		at, err := time.ParseInLocation("2006-01-02T15:04", args[0], brussels)
		o.now = at
		return err
	case "deliver":
		mailbox, received, user := "klachten@example.test", o.now, ""
		for i := 1; i+1 < len(args); i += 2 {
			switch args[i] {
			case "to":
				mailbox = args[i+1]
			case "as":
				user = args[i+1]
			case "received":
				at, err := time.ParseInLocation("2006-01-02T15:04", args[i+1], brussels)
				if err != nil {
					return err
				}
				received = at
			}
		}
		return o.take(mailbox, o.fetched(o.mail(args[0], user), received))
	case "repeat":
		n, err := strconv.Atoi(args[0])
		for i := range n {
			if err != nil {
				return err
			}
			err = o.take("klachten@example.test", o.fetched(bytes.ReplaceAll(o.mail(args[1], args[3]), []byte("${n}"), []byte(strconv.Itoa(i+1))), o.now))
		}
		return err
	case "together":
		var list []Fetched
		for i := 0; i < len(args); i++ {
			name, user := args[i], ""
			if i+2 < len(args) && args[i+1] == "as" {
				user, i = args[i+2], i+2
			}
			list = append(list, o.fetched(o.mail(name, user), o.now))
		}
		return o.take("klachten@example.test", list...)
	case "accept", "discard":
		no, err := strconv.Atoi(strings.TrimPrefix(args[0], "P-"))
		if err != nil {
			return err
		}
		if verb == "discard" {
			return o.intake.Desk.Discard(o.t.Context(), no, "operator")
		}
		_, err = o.intake.Desk.Accept(o.t.Context(), no, "operator")
		return err
	case "days": // so many days on, with all that time brings on each of them at 11:00
		n, err := strconv.Atoi(args[0])
		for range n {
			o.now = time.Date(o.now.Year(), o.now.Month(), o.now.Day()+1, 11, 0, 0, 0, brussels)
			err = errors.Join(err, o.jobs())
		}
		return err
	case "jobs": // all of them, once more, now
		return o.jobs()
	case "read":
		return o.store.Write(o.t.Context(), o.now, func(tx *models.Tx) error {
			return tx.SaveMailbox(models.Mailbox{Address: args[0], Folder: "INBOX", UIDValidity: 1, NextUID: o.uid + 1})
		})
	case "review":
		return o.intake.Desk.ReviewList(o.t.Context())
	case "release":
		return o.intake.Desk.ReleaseHeld(o.t.Context())
	case "forget":
		return o.intake.Desk.EndPractice(o.t.Context())
	case "erase":
		return o.intake.Desk.Erase(o.t.Context(), args[0], args[1], "operator")
	case "retain":
		return o.intake.Desk.Retain(o.t.Context())
	case "sent":
		return o.sentAll()
	case "toobig":
		if err := o.refuse(args[0], args[1]); err != nil {
			return err
		}
		_, err := o.intake.Desk.Refused(o.t.Context())
		return err
	case "answered":
		return o.answered(args[0])
	case "take":
		return o.pickUp(args[0], args[1], args[2])
	case "expect":
		return o.expect(args)
	default:
		return fmt.Errorf("a story does not know %q", verb)
	}
}

func (o *office) set(what, value string) error {
	s := o.intake.Desk.Settings
	switch what {
	case "anonymous":
		s.Anonymous = value
	case "profile":
		s.Profile = procedure.Profiles[value]
	case "operator":
		s.Operator = value
	case "second":
		s.Organization.SecondLine = value
	case "holidays":
		s.Calendar = procedure.NewCalendar(brussels, value, nil)
	case "suspends":
		s.Profile.Suspends = value == "on"
	case "thanks":
		s.ThanksFor = value
	case "authserv":
		o.intake.AuthServID = ""
	case "retain":
		months, err := strconv.Atoi(value)
		s.PseudonymiseAfter.Months = months
		return err
	case "foureyes":
		s.FourEyes = value == "on"
	case "subject":
		for i := range s.Mailboxes {
			s.Mailboxes[i].Plus = false
		}
	case "flood", "automatic":
		n, per, _ := strings.Cut(value, "/")
		long, err := time.ParseDuration(per)
		if err != nil {
			return err
		}
		many, err := strconv.Atoi(n)
		if rate := (procedure.Rate{N: many, Per: long}); what == "flood" {
			s.Flood = rate
		} else {
			s.Automatic = rate
		}
		return err
	case "form":
		s.FormSenders = append(s.FormSenders, procedure.FormSender{Address: value, NameField: "Naam", EmailField: "E-mail", TextField: "Bericht"})
	case "desk":
		s.Staff = slices.Insert(s.Staff, 1, &models.Staff{Email: value, Name: "Onthaal", Roles: []models.Role{models.Handler}, Departments: []string{"Keuken"}, Shared: true})
	case "speaks":
		address, lang, _ := strings.Cut(value, " ")
		s.StaffByAddress(address).Language = lang
	case "scanner":
		s.Scanners = append(s.Scanners, value)
	case "list":
		s.Mailboxes[0].Lists = append(s.Mailboxes[0].Lists, value)
	default:
		return fmt.Errorf("nothing is called %q", what)
	}
	return nil
}

// answered gives the complaint an answer that was sent.
func (o *office) answered(number string) error {
	w := o.store.NewBlob()
	if _, err := fmt.Fprintf(w, "From: klachten@example.test\r\nMessage-ID: <answer-%s@example.test>\r\n\r\nDank u.\r\n", number); err != nil {
		return err
	}
	bytes, err := w.Finish()
	if err != nil {
		return err
	}
	return o.store.Write(o.t.Context(), o.now, func(tx *models.Tx) error {
		c, err := tx.Complaint(number)
		if err != nil {
			return err
		}
		analysis := &models.Analysis{ComplaintID: c.ID} // no answer before a complete analysis
		for _, field := range models.AnalysisFields {
			*analysis.Field(field) = map[string]string{"verdict": "founded", "severity": "moderate"}[field]
			if *analysis.Field(field) == "" {
				*analysis.Field(field) = "gezien"
			}
		}
		analysis.Version = 1
		if err := tx.AddAnalysis(analysis); err != nil {
			return err
		}
		token := strings.Repeat(string(rune('a'+c.Serial-1)), 16)
		_, err = tx.Queue(&models.OutboxMail{Key: "answer/" + number, Kind: "answer", ComplaintID: &c.ID, Mailbox: c.Mailbox, Recipient: c.Complainant.Email, Subject: "Antwoord",
			MessageID: "answer-" + number + "@example.test", BounceToken: token, EnvelopeSender: "klachten+b." + token + "@example.test"}, bytes)
		if err != nil {
			return err
		}
		now := tx.Now()
		c.Stage, c.StageSince, c.AnsweredAt = models.Aftercare, now, &now
		return tx.SaveComplaint(c)
	})
}

// jobs does what time brings, as of now.
func (o *office) jobs() error {
	_, err := o.intake.Desk.AsOf(o.t.Context(), o.now, func(d *procedure.Desk) error {
		for _, j := range procedure.Jobs {
			if err := j.Do(d, o.t.Context()); err != nil {
				return fmt.Errorf("%s: %w", j.Name, err)
			}
		}
		return nil
	})
	return err
}

// sentAll marks every mail of the outbox as sent.
func (o *office) sentAll() error { return o.refuse("", "") }

// refuse does the same, but for the newest mail of a kind to an address, which is too big.
func (o *office) refuse(address, kind string) error {
	big := int64(0)
	if address != "" {
		if list := o.sent(address, kind); len(list) > 0 {
			big = list[len(list)-1].ID
		}
	}
	return o.store.Write(o.t.Context(), o.now, func(tx *models.Tx) error {
		list, err := tx.Claim("story", 1000, time.Minute)
		for i := range list {
			m := &list[i]
			sent := tx.Now()
			if m.State, m.SentAt = "sent", &sent; m.ID == big {
				m.State, m.SentAt, m.LastCode = "failed", nil, 552
			}
			if _, err := tx.Complete(m, "story"); err != nil {
				return err
			}
		}
		return err
	})
}

// mail is a file with its names filled in, as the server would have it.
func (o *office) mail(name, user string) []byte {
	text, ok := o.files[name]
	if !ok {
		o.t.Fatalf("no file %s", name)
	}
	raw := strings.ReplaceAll(o.fillIn(strings.TrimRight(string(text), "\n")), "\n", "\r\n") + "\r\n"
	if user != "" {
		raw = "Authentication-Results: mx.example.test; auth=pass smtp.auth=" + user + "\r\n" + raw
	}
	return []byte(raw)
}

func (o *office) fetched(raw []byte, received time.Time) Fetched {
	w := o.store.NewBlob()
	if _, err := w.Write(raw); err != nil {
		o.t.Fatal(err)
	}
	b, err := w.Finish()
	if err != nil {
		o.t.Fatal(err)
	}
	o.uid++
	return Fetched{UIDValidity: 1, UID: o.uid, InternalDate: received, Size: int64(len(raw)), Raw: b}
}

func (o *office) take(mailbox string, mails ...Fetched) error {
	if err := o.intake.Take(o.t.Context(), mailbox, mails); err != nil {
		return err
	}
	e, err := o.store.Read(o.t.Context()).Sighting(mailbox, 1, o.uid)
	if err == nil && e == nil {
		err = fmt.Errorf("the mail does not stand in the ledger")
	}
	o.last = e
	return err
}

// sent lists the mails of the outbox to an address, of a kind when one is given.
func (o *office) sent(address, kind string) (list []models.OutboxMail) {
	err := o.store.Read(o.t.Context()).EachOutboxMail(time.Time{}, 0, func(m *models.OutboxMail, _ string, _ bool) error {
		if m.Recipient == address && (kind == "" || m.Kind == kind) {
			list = append(list, *m)
		}
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

func (o *office) pickUp(name, address, kind string) error {
	list := o.sent(address, kind)
	if len(list) == 0 {
		return fmt.Errorf("no %s to %s", kind, address)
	}
	newest := &list[len(list)-1]
	m, err := o.open(newest)
	o.taken[name], o.bounce[name] = m, newest.EnvelopeSender
	return err
}

// open reads a mail of the outbox as its reader does.
func (o *office) open(m *models.OutboxMail) (*Message, error) {
	r, err := o.store.Read(context.Background()).OpenBlob(m.Raw)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return Parse(r, nil)
}

var replyCode = regexp.MustCompile(`\.[a-z]{2,3}\.`)

// fillIn replaces ${NAME.reply-to}, ${NAME.message-id}, ${NAME.envelope}, ${NAME.score-4} and ${NAME.score-subject-4} of mails that were taken.
func (o *office) fillIn(text string) string {
	return os.Expand(text, func(word string) string {
		name, field, _ := strings.Cut(word, ".")
		m := o.taken[name]
		switch {
		case m == nil:
			return "${" + word + "}"
		case field == "reply-to" && len(m.ReplyTo) > 0:
			return m.ReplyTo[0].Email
		case field == "message-id":
			return m.MessageID
		case field == "subject":
			return m.Subject
		case strings.HasPrefix(field, "score-"):
			return scoreButton(m, field)
		case field == "envelope":
			return o.bounce[name]
		case strings.HasPrefix(field, "by-") && len(m.ReplyTo) > 0: // the address of a button
			return replyCode.ReplaceAllString(m.ReplyTo[0].Email, "."+strings.TrimPrefix(field, "by-")+".")
		}
		return m.Get(field)
	})
}

// scoreButton is the address behind a button of satisfaction_request, "score-4", or the subject that it fills in, "score-subject-4".
func scoreButton(m *Message, field string) string {
	n := field[len(field)-1:]
	for _, link := range regexp.MustCompile(`href="(mailto:[^"]+)"`).FindAllStringSubmatch(m.HTML, -1) {
		u, err := url.Parse(html.UnescapeString(link[1]))
		if err != nil || u.Query().Get("body") != n {
			continue
		}
		if strings.HasPrefix(field, "score-subject-") {
			return u.Query().Get("subject")
		}
		address, err := url.PathUnescape(u.Opaque)
		if err == nil {
			return address
		}
	}
	return ""
}

func (o *office) expect(args []string) error {
	not := args[0] == "no" || args[0] == "not"
	if not {
		args = args[1:]
	}
	switch args[0] {
	case "mail":
		return o.expectMail(args[1:], not)
	case "forgotten":
		if _, err := o.store.Read(o.t.Context()).Complaint(args[1]); !models.IsNotFound(err) {
			return fmt.Errorf("it is there: %v", err)
		}
	case "listed":
		n := 0
		if err := o.store.Read(o.t.Context()).EachComplaint(models.ComplaintFilter{}, func(*models.Complaint) error { n++; return nil }); err != nil || strconv.Itoa(n) != args[1] {
			return fmt.Errorf("%d complaints: %v", n, err)
		}
	case "gone", "kept":
		for _, word := range args[1:] {
			if where := modelstest.Holding(o.t, o.store, word); (len(where) > 0) != (args[0] == "kept") {
				return fmt.Errorf("%q stands in %q", word, where)
			}
		}
	case "folder":
		if o.last.Folder != args[1] {
			return fmt.Errorf("folder %q", o.last.Folder)
		}
	case "text":
		m := o.taken[args[1]]
		if m == nil {
			return fmt.Errorf("nothing was taken as %s", args[1])
		}
		text := strings.Join(strings.Fields(m.Text), " ")
		if found := strings.Contains(text, args[2]); found == not {
			return fmt.Errorf("the text is:\n%s", m.Text)
		}
	case "attached":
		if found := slices.ContainsFunc(o.taken[args[1]].Attachments, func(a Attachment) bool { return a.Name == args[2] }); found == not {
			return fmt.Errorf("attachments %v", o.taken[args[1]].Attachments)
		}
	case "files":
		var names []string
		for _, a := range o.taken[args[1]].Attachments {
			names = append(names, a.Name)
		}
		if got := strings.Join(names, " "); got != args[2] {
			return fmt.Errorf("files %q", got)
		}
	default:
		if strings.HasPrefix(args[0], "K-") {
			return o.expectComplaint(args[0], args[1], strings.Join(args[2:], " "))
		}
		number, err := o.store.Read(o.t.Context()).NumberOf(o.last.ComplaintID)
		if err != nil {
			return err
		}
		got := []string{string(o.last.Outcome), o.last.Reason, number}
		for _, want := range args {
			if !slices.Contains(got, want) {
				return fmt.Errorf("outcome %q", got)
			}
		}
	}
	return nil
}

func (o *office) expectMail(args []string, not bool) error {
	kind, want := "", 1
	if args[0] != "to" {
		kind, args = args[0], args[1:]
	}
	if len(args) > 2 {
		want, _ = strconv.Atoi(args[2])
	}
	if not {
		want = 0
	}
	if list := o.sent(args[1], kind); len(list) != want {
		var kinds []string
		for _, m := range o.sent(args[1], "") {
			kinds = append(kinds, m.Kind)
		}
		return fmt.Errorf("%d mails; in all it got %q", len(list), kinds)
	}
	return nil
}

func (o *office) expectComplaint(number, field, want string) error {
	tx := o.store.Read(o.t.Context())
	c, err := tx.Complaint(number)
	if err != nil {
		return err
	}
	tasks, err := tx.OpenTasks(c.ID)
	if err != nil {
		return err
	}
	var kinds, due []string
	for _, task := range tasks {
		kinds = append(kinds, task.Kind)
		due = append(due, string(task.DueOn))
	}
	notes, err := tx.Notes(c.ID)
	if err != nil {
		return err
	}
	messages, err := tx.Messages(c.ID)
	if err != nil {
		return err
	}
	events, err := tx.Events(c.ID)
	if err != nil {
		return err
	}
	var by, writers []string
	for _, e := range events {
		var said struct{ By string }
		if json.Unmarshal([]byte(e.Detail), &said); said.By != "" {
			by = append(by, said.By)
		}
	}
	for _, m := range messages {
		if m.Direction == "note" && m.Kind == "note" {
			writers = append(writers, m.FromName)
		}
	}
	dropped := len(slices.DeleteFunc(messages, func(m models.Message) bool { return m.Kind != "dropped" }))
	var shown []string // what showed who a shielded complainant is
	for _, e := range events {
		var detail struct{ Kind string }
		if e.Detail == "" { // erased
			continue
		}
		if err := json.Unmarshal([]byte(e.Detail), &detail); err != nil {
			return err
		} else if e.What == "identity shown" {
			shown = append(shown, detail.Kind)
		}
	}
	handler, linked := "", ""
	if c.Handler != nil {
		handler = c.Handler.Email
	}
	if linked, err = tx.NumberOf(c.LinkedTo); err != nil {
		return err
	}
	changes, err := tx.TermChanges(c.ID)
	if err != nil {
		return err
	}
	var term, reasons []string // of its changes
	for _, t := range changes {
		term, reasons = append(term, t.Kind), append(reasons, t.Reason)
	}
	next, err := o.intake.Desk.Next(tx, c, o.now)
	if err != nil {
		return err
	}
	var comes []string
	for _, due := range next {
		comes = append(comes, due.What+" "+string(due.On))
	}
	got, ok := map[string]string{"next": strings.Join(comes, ", "), "overdue": fmt.Sprint(c.Overdue(models.DateOf(o.now, brussels))), "term": strings.Join(term, " "), "reasons": strings.Join(reasons, " | "), "stage": string(c.Stage), "handler": handler, "department": c.Department, "shielded": fmt.Sprint(c.Shielded), "anonymous": fmt.Sprint(c.Anonymous),
		"sober": fmt.Sprint(c.Sober), "due": string(c.AnswerDue), "name": c.Complainant.Name, "email": c.Complainant.Email, "language": c.Language, "tasks": strings.Join(kinds, " "),
		"received": string(c.ReceivedOn), "linked": linked, "by": strings.Join(by, " "), "writers": strings.Join(writers, ", "), "notes": strings.Join(notes, " | "), "dropped": strconv.Itoa(dropped), "verdict": c.Verdict, "reason": c.EndReason, "score": fmt.Sprint(value(c.Satisfaction)), "carrier": c.Carrier, "facts": strings.Join(strings.Fields(c.Facts), " "), "shown": strings.Join(shown, " "), "erased": fmt.Sprint(c.ErasedAt != nil), "tasks due": strings.TrimSpace(strings.Join(due, " "))}[field]
	if !ok || got != want {
		return fmt.Errorf("%s is %q", field, got)
	}
	return nil
}

// value is what p points at; 0 for nil.
func value(p *int) int {
	if p == nil {
		return 0
	}
	return *p
}

// quotedFields cuts a line into words; double quotes hold words together.
func quotedFields(line string) (words []string) {
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}
