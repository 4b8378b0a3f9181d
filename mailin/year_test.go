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
}

// life is what the story knows of a complaint beside the register.
type life struct {
	number, email string
	measures      int
}

func newYear(t *testing.T, store *models.Store, total int) *year {
	y := &year{office: newOffice(t, store), rand: rand.New(rand.NewPCG(2027, 9)), total: total, today: map[models.Date][]func(){}, cases: map[string]*life{}}
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
	y.now = now
	for range y.arrivals(day) {
		y.complain(day)
	}
	date := models.DateOf(day, brussels)
	for i := 0; i < len(y.today[date]); i++ { // what is done may bring about more on the same day
		y.now = now.Add(time.Duration(i+1) * time.Minute)
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
		y.in(0, func() { y.bounces(c, "answer") })
		y.in(4, func() {
			y.staffSays("#contact " + c.number + "\nHoe: telefoon\nWat: Ik las het antwoord voor.\nWas dit het antwoord: ja")
		})
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
func (y *year) replies(c *life, text string) {
	mail := y.newest(c, "")
	if mail == nil {
		return
	}
	y.deliver(fmt.Sprintf("From: <%s>\r\nTo: %s\r\nSubject: Re: klacht\r\nMessage-ID: <%d@client.test>\r\nIn-Reply-To: <%s>\r\nDate: %s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		c.email, mail.Get("Reply-To"), y.uid+1, mail.MessageID, y.now.Format(time.RFC1123Z), text), y.now)
}

// bounces lets a letter come back for good.
func (y *year) bounces(c *life, kind string) {
	list := y.sent(c.email, kind)
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

// newest is the newest letter to the complainant.
func (y *year) newest(c *life, kind string) *Message {
	list := y.sent(c.email, kind)
	if len(list) == 0 {
		return nil
	}
	y.must(y.pickUp("newest", c.email, list[len(list)-1].Kind))
	return y.taken["newest"]
}

// evening holds what must be true each day.
func (y *year) evening() {
	tx := y.store.Read(y.t.Context())
	today := models.DateOf(y.now, brussels)
	calendar := y.intake.Desk.Settings.Calendar
	list, err := tx.Matters()
	y.must(err)
	for _, m := range list {
		sent, err := tx.OutboxOf(m.ID)
		y.must(err)
		keys := ""
		for _, o := range sent {
			keys += o.Key + "\n"
		}
		wrong := func(format string, args ...any) {
			y.t.Errorf("%s %s (%s): %s\n%s", today, m.Number, m.Stage, fmt.Sprintf(format, args...), keys)
		}
		// Nothing that is late is forgotten: who owns it was told within the last week.
		reminded := func(part string, days int) bool {
			return slices.ContainsFunc(sent, func(o models.OutboxMail) bool {
				return o.StaffID != nil && strings.Contains(o.Key, part) && !y.dayOf(o).AddDays(days).Time(brussels).Before(today.Time(brussels))
			})
		}
		lateSince := calendar.NextWorkingDay(m.AnswerDue.AddDays(1))
		if m.AnsweredAt == nil && today >= lateSince && !y.afterDown(lateSince) && calendar.WorkingDay(today) && !reminded("reminder/"+m.Number, 1) {
			wrong("answer late since %s, and nobody is reminded", m.AnswerDue)
		}
		for _, k := range m.Measures {
			if since := calendar.NextWorkingDay(k.DueOn.AddDays(1)); k.DoneAt == nil && today >= since && !y.afterDown(since) && !reminded("measure_due/"+m.Number, 12) {
				wrong("M%d is late since %s, and nobody is reminded", k.No, k.DueOn)
			}
		}
		if m.AnsweredAt == nil && m.Complainant.Email != "" && today <= m.AnswerDue && !y.afterDown(today) {
			last := models.DateOf(m.RegisteredAt, brussels)
			for _, at := range m.Letters {
				last = max(last, models.DateOf(at, brussels))
			}
			if today.DaysSince(last) > 14+7 && last.AddDays(14) < m.AnswerDue {
				wrong("the complainant heard nothing since %s", last)
			}
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
	stages, kinds := map[models.Stage]int{}, map[string]int{}
	y.must(tx.EachComplaint(models.ComplaintFilter{}, func(c *models.Complaint) error {
		stages[c.Stage]++
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
	y.t.Logf("%d complaints, stages %v, letters %v", len(y.cases), stages, kinds)
	if stages[models.Closed] < y.total/3 {
		y.t.Errorf("only %d of %d complaints were closed: %v", stages[models.Closed], y.total, stages)
	}
}
