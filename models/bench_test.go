package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// BenchmarkRegister writes what the Desk writes for one complaint that comes by mail. mails/s is the figure to watch.
func BenchmarkRegister(b *testing.B) {
	for _, e := range []Engine{SQLite, Postgres} {
		for _, batch := range []int{1, 50} {
			b.Run(fmt.Sprintf("%s/batch=%d", e, batch), func(b *testing.B) {
				if e == Postgres {
					needPostgres(b)
				}
				benchmarkRegister(b, newRegister(b, e), batch)
			})
		}
	}
}

func benchmarkRegister(b *testing.B, r *register, batch int) {
	staff := &Staff{Email: "an@example.test", Name: "An Peeters"}
	r.write(func(tx *Tx) error {
		_, err := tx.SyncStaff([]*Staff{staff})
		return err
	})
	text := complaintText()
	begun := time.Now()
	b.ResetTimer()
	for n := 0; n < b.N; {
		err := r.Write(context.Background(), r.now, func(tx *Tx) error {
			for i := 0; i < batch && n < b.N; i++ {
				if err := tx.Savepoint(func(tx *Tx) error { return r.registration(tx, n, staff, text) }); err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/time.Since(begun).Seconds(), "mails/s")
}

// registration does what procedure.Desk.Register does, statement for statement.
func (r *register) registration(tx *Tx, n int, staff *Staff, text string) error {
	uid, from := uint32(n+1), fmt.Sprintf("klager%d@example.test", n)
	if _, err := tx.Sighting("klachten@example.test", 7, uid); err != nil {
		return err
	}
	e := r.entryRow(uid, AsComplaint)
	if _, err := tx.FirstSighting(e.Identity); err != nil {
		return err
	}
	raw := r.blob(fmt.Sprintf("From: %s\r\n\r\n%s", from, text))
	if err := tx.PutBlob(raw); err != nil {
		return err
	}
	if _, err := tx.SameText(from, hashOf(from), r.now.AddDate(0, 0, -7)); err != nil {
		return err
	}
	c := r.complaintRow(text)
	c.Complainant.Email = from
	if err := tx.add(c); err != nil {
		return err
	}
	m := &Message{ComplaintID: &c.ID, Direction: "in", Mailbox: c.Mailbox, MessageID: e.MessageID, FromName: "Jan Peeters", FromEmail: from, ToEmail: c.Mailbox,
		At: r.now, Subject: "Klacht", Text: text, NewText: text, TextHash: hashOf(from), Language: "nl", Raw: &raw.SHA256, Size: raw.Size}
	if err := tx.AddMessage(m); err != nil {
		return err
	}
	e.ComplaintID, e.StoredAs, e.Folder = &c.ID, &m.ID, "Verwerkt"
	if err := tx.AddLedgerEntry(e); err != nil {
		return err
	}
	return r.letters(tx, c, staff)
}

// letters are the thanks and the registration mail.
func (r *register) letters(tx *Tx, c *Complaint, staff *Staff) error {
	letter := strings.Repeat("Dank u voor uw bericht van 2 maart. ", 60)
	if _, err := tx.NamedStaff(c.ID); err != nil {
		return err
	}
	if _, err := tx.ComplaintsOf(c.Complainant.Email, c.ID); err != nil {
		return err
	}
	thanks := mailRow("acknowledgement/" + c.Number)
	thanks.ComplaintID = &c.ID
	if _, err := tx.Queue(thanks, r.blob(letter+c.Number)); err != nil {
		return err
	}
	err := tx.AddMessage(&Message{ComplaintID: &c.ID, Direction: "out", Kind: thanks.Kind, Mailbox: c.Mailbox, MessageID: thanks.MessageID, FromEmail: c.Mailbox,
		ToEmail: c.Complainant.Email, At: r.now, Subject: thanks.Subject, Text: letter, NewText: letter, Language: "nl", Size: thanks.Size})
	if err != nil {
		return err
	}
	if _, err := tx.StaffThread(c.ID, staff.ID); err != nil {
		return err
	}
	task := mailRow("registration/" + c.Number)
	task.ComplaintID, task.StaffID, task.Priority = &c.ID, &staff.ID, 10
	if _, err := tx.Queue(task, r.blob(letter+letter+c.Facts+c.Number)); err != nil {
		return err
	}
	return tx.AddToken(&Token{Token: unique("s"), StaffID: staff.ID, ComplaintID: &c.ID, OutboxID: &task.ID, Purpose: "registration"})
}

func hashOf(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// complaintText is 20 kB of Dutch-like words out of some 1,500, few of them often and most of them seldom, as people write.
func complaintText() string {
	syllables := []string{"ka", "mer", "voe", "ding", "soep", "wacht", "tijd", "bel", "ver", "zor", "ging", "per"}
	often := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.1, 1, 1499)
	var b strings.Builder
	for b.Len() < 20_000 {
		n := often.Uint64()
		b.WriteString(syllables[n%12] + syllables[n/12%12] + syllables[n/144] + " ")
	}
	return b.String()
}
