package mailin

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dankuwel/models"
)

// TestYear plays a year on the faked clock: complaints of all kinds, staff who are quick, slow or silent, letters that come back, weekends,
// both nights of the clock change, a leap day, a week in which the program does not run. What must hold is looked at each evening; the dates
// themselves are nobody's promise. DANKUWEL_YEAR says how many complaints come; few unless it is set.
func TestYear(t *testing.T) {
	total := 60
	if text := os.Getenv("DANKUWEL_YEAR"); text != "" {
		var err error
		if total, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	forEachEngine(t, func(t *testing.T, store *models.Store) { newYear(t, store, total).play() })
}

// year is an office in which people do by chance what people do.
type year struct {
	*office
	rand  *rand.Rand
	total int
	today map[models.Date][]func() // what people do on that day
	cases map[string]*life         // by number
	down  bool

	mails    map[string][]models.OutboxMail // that had been made by the last evening, by who got them
	about    map[int64][]models.OutboxMail  // and by complaint
	newestID int64                          // id of the newest of them
	busy     map[int64]bool                 // complaints that had something to do that evening
}

// life is what the story knows of a complaint beside the register.
type life struct {
	number, email string
	measures      int
}

func newYear(t *testing.T, store *models.Store, total int) *year {
	y := &year{office: newOffice(t, store), rand: rand.New(rand.NewPCG(2027, 9)), total: total, today: map[models.Date][]func(){}, cases: map[string]*life{},
		mails: map[string][]models.OutboxMail{}, about: map[int64][]models.OutboxMail{}, busy: map[int64]bool{}}
	y.now = time.Date(2027, 9, 1, 7, 0, 0, 0, brussels)
	y.intake.Desk.Settings.Flood.N, y.intake.Desk.Settings.Automatic.N = 0, 0
	if err := y.intake.Desk.SyncStaff(t.Context()); err != nil {
		t.Fatal(err)
	}
	return y
}

func (y *year) play() {
	for day := range 366 {
		morning := time.Date(2027, 9, 1+day, 7, 0, 0, 0, brussels)
		y.down = day >= 120 && day < 127
		if !y.down {
			for late := range 7 { // what waited while the program was down comes in first
				if day == 127 {
					y.people(morning.AddDate(0, 0, late-7), morning)
				}
			}
			y.people(morning, morning)
			y.now = morning.Add(4 * time.Hour)
			y.must(y.jobs())
			if y.rand.IntN(10) == 0 {
				y.must(y.jobs())
			}
			y.must(y.sentAll())
			y.evening()
		}
		if y.t.Failed() {
			return
		}
	}
	y.lastDay()
}

// people do on a day what they planned; the mails are taken in at now.
func (y *year) people(day, now time.Time) {
	if y.now.Before(now) { // the clock never goes back, however many days are made up for
		y.now = now
	}
	for range y.arrivals(day) {
		y.complain(day)
	}
	date := models.DateOf(day, brussels)
	for i := 0; i < len(y.today[date]); i++ { // what is done may bring about more on the same day
		y.now = y.now.Add(10 * time.Second)
		y.today[date][i]()
	}
	delete(y.today, date)
}

func (y *year) arrivals(day time.Time) int {
	first, last := time.Date(2027, 9, 1, 7, 0, 0, 0, brussels), time.Date(2028, 5, 31, 7, 0, 0, 0, brussels)
	if day.After(last) {
		return 0
	}
	days := int(last.Sub(first).Hours()/24) + 1
	n := int(day.Sub(first).Hours() / 24)
	return y.total*(n+1)/days - y.total*n/days
}

// in plans something so many days on.
func (y *year) in(days int, do func()) {
	date := models.DateOf(y.now.AddDate(0, 0, days), brussels)
	y.today[date] = append(y.today[date], do)
}

func (y *year) chance(percent int) bool { return y.rand.IntN(100) < percent }

func (y *year) must(err error) {
	y.t.Helper()
	if err != nil {
		y.t.Fatalf("%s: %v", y.now.Format("2006-01-02 15:04"), err)
	}
}

var yearWords = strings.Fields("soep lift deur kamer bezoek rekening medicatie gordijn parking bloemen televisie nacht bel verpleging kapper was fiets brief afspraak tuin")

// complain brings in a new complaint, and plans what becomes of it.
func (y *year) complain(received time.Time) {
	n := len(y.cases) + 1
	email := fmt.Sprintf("klager%d@client.test", n)
	text := fmt.Sprintf("Over %s en %s nummer %d: gisteren liep het weer mis en niemand kon mij zeggen waarom.", yearWords[y.rand.IntN(len(yearWords))], yearWords[y.rand.IntN(len(yearWords))], n)
	kind := y.rand.IntN(100)
	switch {
	case kind < 4:
		text += " Mijn vader is overleden."
	case kind < 8:
		text += " Noem mijn naam niet, ik wil anoniem blijven."
	case kind < 12:
		text = fmt.Sprintf("My complaint number %d is about the %s. Nobody could tell me why it went wrong again yesterday.", n, "garden and the stairs")
	case kind < 16:
		text = fmt.Sprintf("Ma plainte numéro %d concerne le repas. Personne ne pouvait me dire pourquoi cela n'allait pas hier.", n)
	}
	if kind >= 90 && kind < 95 { // by telephone, no address
		y.staffSays(fmt.Sprintf("#registreer\nKlager: Klager %d\nTelefoon: 02 555 %04d\nDrager: telefoon\nFeiten: %s", n, n, text))
		email = ""
	} else {
		y.writes(email, fmt.Sprintf("Klager %d", n), "Mijn klacht", text, received)
	}
	e := y.last
	if e.ComplaintID == nil {
		y.t.Fatalf("no complaint of %q: %s %s", text, e.Outcome, e.Reason)
	}
	number, err := y.store.Read(y.t.Context()).NumberOf(e.ComplaintID)
	y.must(err)
	c := &life{number: number, email: email}
	y.cases[number] = c
	y.plan(c)
}

// plan decides by chance what becomes of a complaint.
func (y *year) plan(c *life) {
	if c.email != "" && y.chance(15) {
		y.in(2+y.rand.IntN(30), func() {
			y.replies(c, fmt.Sprintf("Nog iets over %s: het gebeurde ook vorige week, en toen was er ook niemand.", c.number))
		})
	}
	if c.email != "" && y.chance(12) {
		y.in(1+y.rand.IntN(10), func() { y.staffSays("#vraag verstuur " + c.number + "\nOp welke dag was het?") })
		if y.chance(60) {
			y.in(11+y.rand.IntN(10), func() { y.replies(c, "Het was op een dinsdag, rond de middag.") })
		}
	}
	switch how := y.rand.IntN(100); {
	case how < 10: // nobody ever does anything
	case how < 15:
		y.in(3+y.rand.IntN(9), func() { y.staffSays("#onontvankelijk verstuur " + c.number + "\nReden: meer dan een jaar geleden") })
	default:
		day := 3 + y.rand.IntN(25)
		if how > 80 {
			day = 35 + y.rand.IntN(40)
		}
		y.in(day, func() { y.investigate(c) })
		y.in(day+y.rand.IntN(8), func() { y.answer(c) })
	}
}

func (y *year) investigate(c *life) {
	severity := "matig"
	if y.chance(15) {
		severity = "ernstig"
	}
	y.staffSays("#analyse " + c.number + "\nFeiten: Het ging drie keer mis.\nOmstandigheden: Er was te weinig volk.\nOorzaken: De planning klopte niet.\nSoort klacht: planning\nGegrondheid: gegrond\nErnst: " + severity +
		"\nNadeel of schade: Onrust en ongemak.\nEerdere klachten: geen\nStappen naar de klager: een gesprek\nConclusie: De klacht is gegrond.")
}

func (y *year) answer(c *life) {
	if y.chance(40) {
		c.measures++
		y.staffSays(fmt.Sprintf("#maatregel %s\nOmschrijving: Een gesprek met de familie van %s\nVerantwoordelijke: Els Maes\nTegen: %s", c.number, c.number, y.now.AddDate(0, 0, 14).Format("2-1-2006")))
		if y.chance(30) {
			y.in(12, func() {
				y.staffSays(fmt.Sprintf("#uitstel %s\nMaatregel: M1\nTegen: %s\nReden: De familie is op reis.", c.number, y.now.AddDate(0, 0, 20).Format("2-1-2006")))
			})
		}
		y.in(5+y.rand.IntN(30), func() {
			y.staffSays("#gedaan verstuur " + c.number + "\nWij spraken met uw familie en zij was tevreden over wat wij afspraken.")
		})
	}
	y.staffSays("#antwoord verstuur " + c.number + "\nOordeel: gegrond\nVerontschuldiging: Het spijt mij dat u zo lang moest wachten.\nWat is er gebeurd: De planning klopte drie dagen niet.\nWat doe ik voor u: Ik kom op donderdag bij u langs.\nWat veranderen wij: Er is vanaf volgende maand een tweede planner.")
	if c.email == "" {
		y.in(1, func() {
			y.staffSays("#contact " + c.number + "\nHoe: brief\nWat: De brief is gepost.\nWas dit het antwoord: ja")
		})
		return
	}
	if y.chance(4) {
		y.in(1, func() { y.bounces(c, "answer") })
		y.in(4, func() {
			y.staffSays("#contact " + c.number + "\nHoe: telefoon\nWat: Ik las het antwoord voor.\nWas dit het antwoord: ja")
		})
	}
	switch how := y.rand.IntN(100); { // whether it is right now, when that is asked
	case how < 45:
		y.in(10+y.rand.IntN(30), func() { y.rates(c, "5, dank u wel") })
	case how < 60:
		y.in(10+y.rand.IntN(10), func() { y.rates(c, "2\n\nEr is nog altijd niets veranderd.") })
	}
	if y.chance(8) {
		y.in(4, func() {
			y.replies(c, "Ik ben het er niet mee eens, want er is nog altijd niemand die mij kan zeggen hoe het verder gaat.")
		})
		y.in(4+y.rand.IntN(12), func() {
			y.staffSays("#contact " + c.number + "\nHoe: telefoon\nWat: Wij spraken af dat er volgende week iemand langskomt.")
		})
	}
}

// writes delivers a mail from outside.
func (y *year) writes(email, name, subject, text string, received time.Time) {
	y.deliver(fmt.Sprintf("From: %s <%s>\r\nTo: klachten@example.test\r\nSubject: %s\r\nMessage-ID: <%d@client.test>\r\nDate: %s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		name, email, subject, y.uid+1, received.Format(time.RFC1123Z), text), received)
}

// replies answers the newest letter about the complaint.
func (y *year) replies(c *life, text string) { y.answers(c, "", text) }

// answers replies to the newest letter of a kind, or of any; without one nothing is said.
func (y *year) answers(c *life, kind, text string) bool {
	list := slices.DeleteFunc(slices.Clone(y.mails[c.email]), func(m models.OutboxMail) bool { return kind != "" && m.Kind != kind })
	if len(list) == 0 {
		return false
	}
	mail, err := y.open(&list[len(list)-1])
	y.must(err)
	y.deliver(fmt.Sprintf("From: <%s>\r\nTo: %s\r\nSubject: Re: %s\r\nMessage-ID: <%d@client.test>\r\nIn-Reply-To: <%s>\r\nDate: %s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		c.email, mail.Get("Reply-To"), mail.Subject, y.uid+1, mail.MessageID, y.now.Format(time.RFC1123Z), text), y.now)
	return true
}

// rates answers the question whether it is right now; who is not content is called.
func (y *year) rates(c *life, text string) {
	if !y.answers(c, "satisfaction_request", text) {
		return
	}
	y.in(1+y.rand.IntN(6), func() {
		y.staffSays("#contact " + c.number + "\nHoe: telefoon\nWat: Ik belde, en wij spraken af dat er volgende week iemand langskomt.")
	})
}

// bounces lets a letter come back for good.
func (y *year) bounces(c *life, kind string) {
	list := slices.DeleteFunc(slices.Clone(y.mails[c.email]), func(m models.OutboxMail) bool { return m.Kind != kind })
	if len(list) == 0 {
		return
	}
	m := list[len(list)-1]
	y.deliver(fmt.Sprintf("From: MAILER-DAEMON@client.test\r\nTo: %s\r\nSubject: Undelivered Mail\r\nMessage-ID: <%d@client.test>\r\nAuto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"+
		"--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; client.test\r\n\r\nFinal-Recipient: rfc822; %s\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n",
		m.EnvelopeSender, y.uid+1, c.email), y.now)
}

// staffSays is a mail of the coordinator.
func (y *year) staffSays(text string) {
	y.deliver(fmt.Sprintf("Authentication-Results: mx.example.test; auth=pass smtp.auth=an@example.test\r\nFrom: An Peeters <an@example.test>\r\nTo: klachten@example.test\r\nSubject: klacht\r\nMessage-ID: <%d@example.test>\r\nDate: %s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		y.uid+1, y.now.Format(time.RFC1123Z), strings.ReplaceAll(text, "\n", "\r\n")), y.now)
}

func (y *year) deliver(raw string, received time.Time) {
	y.t.Helper()
	y.must(y.take("klachten@example.test", y.fetched([]byte(raw), received)))
}

// readOutbox takes note of the mails that were made since the last evening, and holds what must be true of each of them.
func (y *year) readOutbox(open map[int64]bool) {
	today := models.DateOf(y.now, brussels)
	reminded := map[string]bool{}
	y.must(y.store.Read(y.t.Context()).EachOutboxMail(y.now.AddDate(0, 0, -10), 0, func(m *models.OutboxMail, number string, _ bool) error {
		if m.ID <= y.newestID {
			return nil
		}
		y.newestID = m.ID
		y.mails[m.Recipient] = append(y.mails[m.Recipient], *m)
		if m.ComplaintID == nil {
			return nil
		}
		y.about[*m.ComplaintID] = append(y.about[*m.ComplaintID], *m)
		if m.Kind == "reminder" {
			if about := m.Recipient + " about " + number; reminded[about] {
				y.t.Errorf("%s: %s was reminded twice", today, about)
			} else {
				reminded[about] = true
			}
		}
		byTime := slices.Contains([]string{"reminder", "escalation", "measure_due", "satisfaction_request"}, m.Kind)
		if byTime && !open[*m.ComplaintID] && !y.busy[*m.ComplaintID] {
			y.t.Errorf("%s: %s, and the complaint has ended", today, m.Key)
		}
		return nil
	}))
	y.busy = open
}

// evening holds what must be true each day.
func (y *year) evening() {
	today := models.DateOf(y.now, brussels)
	calendar := y.intake.Desk.Settings.Calendar
	list, err := y.store.Read(y.t.Context()).Matters()
	y.must(err)
	open := map[int64]bool{}
	for _, m := range list {
		open[m.ID] = true
	}
	y.readOutbox(open)
	for _, m := range list {
		sent := y.about[m.ID]
		wrong := func(format string, args ...any) {
			keys := ""
			for _, o := range sent {
				keys += o.Key + "\n"
			}
			y.t.Errorf("%s %s (%s): %s\n%s", today, m.Number, m.Stage, fmt.Sprintf(format, args...), keys)
		}
		// told: a mail whose key holds these words was made since a day.
		told := func(since models.Date, parts ...string) bool {
			return slices.ContainsFunc(sent, func(o models.OutboxMail) bool {
				return y.dayOf(o) >= since && !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(o.Key, part) })
			})
		}
		late := func(day models.Date) bool { // it is over, and on a working day since somebody could be told
			first := calendar.NextWorkingDay(day.AddDays(1))
			return today >= first && !y.afterDown(first) && calendar.WorkingDay(today)
		}
		if m.Letters["acknowledgement"].IsZero() && !slices.ContainsFunc(m.Tasks, func(t models.Task) bool { return t.Kind == "post_letter" }) && m.Complainant.Email == y.cases[m.Number].email && m.Complainant.Email != "" {
			wrong("nobody said thanks")
		}
		unanswered := m.AnsweredAt == nil && !m.Stage.Ended()
		if lately := map[bool]int{false: 0, true: 10}[today.DaysSince(m.AnswerDue) > 14]; unanswered && late(m.AnswerDue) && !told(today.AddDays(-lately), "reminder/"+m.Number) {
			wrong("the answer is late since %s, and nobody is reminded", m.AnswerDue)
		}
		if unanswered && late(m.AnswerDue) && !told(m.AnswerDue.AddDays(1), "escalation/"+m.Number+"/dirk@example.test/"+string(m.AnswerDue)) {
			wrong("the answer is late since %s, and management does not know", m.AnswerDue)
		}
		if unanswered && late(m.AnswerDue.AddDays(4)) && m.Complainant.Email != "" && !told(m.AnswerDue.AddDays(1), "status_update/", "late:") && !told(m.ReceivedOn, "bounced/") {
			wrong("the answer is late since %s, and the complainant does not know", m.AnswerDue)
		}
		for _, k := range m.Measures {
			if k.DoneAt == nil && late(k.DueOn) && !told(today.AddDays(-11), "measure_due/"+m.Number, fmt.Sprintf("/M%d:%s:", k.No, k.DueOn)) {
				wrong("M%d is late since %s, and nobody is reminded", k.No, k.DueOn)
			}
			if k.DoneAt == nil && late(k.DueOn.AddDays(10)) && !told(k.DueOn, "escalation/"+m.Number, fmt.Sprintf("/M%d:%s", k.No, k.DueOn)) {
				wrong("M%d is late since %s, and nobody above knows", k.No, k.DueOn)
			}
		}
		for _, t := range m.Tasks {
			due, made := t.DueOn, models.DateOf(t.CreatedAt, brussels)
			if due == "" {
				due = made.AddDays(10)
			}
			if late(due) && !told(made, "escalation/"+m.Number, fmt.Sprintf("/task:%d", t.ID)) {
				wrong("%s was due on %s, and nobody above knows", t.Kind, due)
			}
			if late(due.AddDays(24)) && !told(made, "reminder/"+m.Number, fmt.Sprintf("/task:%d:", t.ID)) { // an answer that is late goes first, for two weeks
				wrong("%s was due on %s, and nobody was reminded", t.Kind, due)
			}
		}
		if unanswered && m.Complainant.Email != "" && today <= m.AnswerDue && !y.afterDown(today) {
			last := models.DateOf(m.RegisteredAt, brussels)
			for _, at := range m.Letters {
				last = max(last, models.DateOf(at, brussels))
			}
			if today.DaysSince(last) > 14+7 && last.AddDays(14) < m.AnswerDue && !told(m.ReceivedOn, "bounced/") {
				wrong("the complainant heard nothing since %s", last)
			}
		}
		if m.Stage != models.Aftercare {
			continue
		}
		kept := *m.AnsweredAt
		for _, k := range m.Measures {
			if k.DoneAt != nil && k.DoneAt.After(kept) {
				kept = *k.DoneAt
			}
		}
		due := models.DateOf(kept, brussels).AddDays(14)
		works := slices.ContainsFunc(m.Tasks, func(t models.Task) bool { return t.Kind == "react" || t.Kind == "call_again" })
		if today > due && !y.afterDown(due) && !works && !m.Asked.After(kept) && !m.Scored.After(kept) && today.DaysSince(models.DateOf(m.Heard, brussels)) > 7 {
			wrong("all is done since %s, and nobody asked whether it is right now", kept)
		}
		if quiet := models.DateOf(m.Asked, brussels).AddDays(21 + 14); m.Asked.After(kept) && len(m.Tasks) == 0 && today > max(quiet, models.DateOf(m.Heard, brussels).AddDays(21+14)) && !y.afterDown(quiet) {
			wrong("nothing is open and nobody wrote since %s, and it is not closed", m.Asked)
		}
	}
}

// afterDown tells whether the day lies in the week without the program, or right behind it.
func (y *year) afterDown(d models.Date) bool {
	from := models.DateOf(time.Date(2027, 9, 1+120, 0, 0, 0, 0, brussels), brussels)
	return d >= from && d <= from.AddDays(9)
}

func (y *year) dayOf(o models.OutboxMail) models.Date { return models.DateOf(o.CreatedAt, brussels) }

// lastDay holds what must be true of the year as a whole.
func (y *year) lastDay() {
	tx := y.store.Read(y.t.Context())
	broken, err := tx.Verify()
	if err != nil || len(broken) > 0 {
		y.t.Errorf("verify: %v %q", err, broken)
	}
	stages, kinds, tasksOpen := map[models.Stage]int{}, map[string]int{}, map[string]int{}
	y.must(tx.EachComplaint(models.ComplaintFilter{}, func(c *models.Complaint) error {
		stages[c.Stage]++
		if tasks, err := tx.OpenTasks(c.ID); err != nil {
			return err
		} else if c.Stage == models.Aftercare {
			for _, t := range tasks {
				tasksOpen[t.Kind]++
			}
			if len(tasks) == 0 {
				tasksOpen["none"]++
			}
		}
		messages, err := tx.Messages(c.ID)
		if err != nil {
			return err
		}
		var last models.Date
		for _, m := range messages {
			if m.Direction != "out" {
				continue
			}
			kinds[m.Kind]++
			day := models.DateOf(m.At, brussels)
			byItself := m.Kind == "status_update" && m.At.In(brussels).Hour() == 11 // by hand they are written in the morning
			if byItself && last != "" && day.DaysSince(last) < 2 {
				y.t.Errorf("%s: a status update on %s, after a letter on %s", c.Number, day, last)
			}
			if c.ClosedAt != nil && m.At.After(*c.ClosedAt) && m.Kind != "addition_received" && m.Kind != "satisfaction_thanks" {
				y.t.Errorf("%s: %s on %s, after the end on %s", c.Number, m.Kind, day, models.DateOf(*c.ClosedAt, brussels))
			}
			last = day
		}
		return nil
	}))
	y.t.Logf("%d complaints, stages %v, letters %v, tasks in after-care %v", len(y.cases), stages, kinds, tasksOpen)
	if stages[models.Closed] < y.total/3 {
		y.t.Errorf("only %d of %d complaints were closed: %v", stages[models.Closed], y.total, stages)
	}
}
