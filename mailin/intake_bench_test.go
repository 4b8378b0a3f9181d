package mailin

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dankuwel/models"
	"dankuwel/models/modelstest"
)

// BenchmarkIntake takes a backlog of 20 kB mails in, 50 at a time, without IMAP and SMTP: read, understood, registered, thanked, told.
func BenchmarkIntake(b *testing.B) {
	o := newOffice(b, modelstest.SQLite(b))
	if err := o.intake.Desk.SyncStaff(b.Context()); err != nil {
		b.Fatal(err)
	}
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		if err := o.take("klachten@example.test", o.backlog(&n)...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "mails/s")
}

// BenchmarkMeaning is the part of BenchmarkIntake that gives a mail its meaning: its kind (with seal, verdict, forward and voice mail), its
// conversation, its new words. share-% is that part of the time of the whole, measured in the same run on the same mails.
func BenchmarkMeaning(b *testing.B) {
	o := newOffice(b, modelstest.SQLite(b))
	if err := o.intake.Desk.SyncStaff(b.Context()); err != nil {
		b.Fatal(err)
	}
	n := 0
	var whole, meaning time.Duration
	for b.Loop() {
		mails := o.backlog(&n)
		list, err := o.intake.readAll("klachten@example.test", mails)
		if err != nil {
			b.Fatal(err)
		}
		begun := time.Now()
		if err := o.take("klachten@example.test", mails...); err != nil {
			b.Fatal(err)
		}
		whole += time.Since(begun)
		begun = time.Now()
		markers := o.intake.Desk.Texts.Markers()
		for _, a := range list {
			m := a.mail
			Classify(m, nil)
			Sealed(m)
			Verdict(m, o.intake.AuthServID)
			IsVoiceMail(m)
			o.intake.forward(m)
			NewText(m.Text, markers)
			err := o.intake.Desk.View(b.Context(), func(tx *models.Tx) error {
				_, err := o.intake.thread(tx, a)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		meaning += time.Since(begun)
	}
	b.ReportMetric(float64(meaning)/float64(whole)*100, "share-%")
}

// backlog makes 50 new mails, half of them replies with a history.
func (o *office) backlog(n *int) (list []Fetched) {
	text := strings.Repeat("Gisteren was het eten van mijn moeder voor de derde keer koud en niemand kon mij zeggen waarom dat zo is.\r\n", 185)
	history := strings.Repeat("> Gisteren was het eten van mijn moeder voor de derde keer koud en niemand kon mij zeggen waarom dat zo is.\r\n", 185)
	for range 50 {
		*n++
		subject, body := fmt.Sprintf("Klacht %d", *n), text
		if *n%2 == 0 {
			subject, body = "Re: "+subject, "Daar wil ik nog iets aan toevoegen.\r\n\r\nOp ma 2 mrt 2026 om 08:58 schreef Klachtendienst <klachten@elders.test>:\r\n"+history
		}
		list = append(list, o.fetched(fmt.Appendf(nil, "From: Klant %d <klant%d@client.test>\r\nTo: klachten@example.test\r\nSubject: %s\r\nDate: Mon, 2 Mar 2026 08:58:00 +0100\r\n"+
			"Message-ID: <%d@client.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBeste,\r\n\r\nKlacht %d.\r\n%s", *n, *n, subject, *n, *n, body), o.now))
	}
	return list
}
