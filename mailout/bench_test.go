package mailout

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"dankuwel/models"

	gomail "github.com/wneessen/go-mail"
)

// BenchmarkOutbox compares the outbox (claim, send, mark sent, durable) with a plain loop of go-mail's Send on one kept connection that
// remembers nothing, and with the same loop and a durable mark after each mail. About 4 KB a mail.
func BenchmarkOutbox(b *testing.B) {
	body := strings.Repeat("Dank u voor uw brief. Ik zoek het voor u uit.\r\n", 85)
	b.Run("plain", func(b *testing.B) { benchmarkPlain(b, body, func() {}) })
	for _, engine := range []models.Engine{models.SQLite, models.Postgres} {
		store := openStores(b)[engine]
		if store == nil {
			continue
		}
		b.Run("marked/"+string(engine), func(b *testing.B) {
			queueMany(b, store, body)
			benchmarkPlain(b, body, func() { markOne(b, store) })
		})
		b.Run("outbox-1-connection/"+string(engine), func(b *testing.B) { benchmarkOutbox(b, store, body, 1) })
		b.Run("outbox/"+string(engine), func(b *testing.B) { benchmarkOutbox(b, store, body, defaultConnections) })
	}
}

func markOne(b *testing.B, store *models.Store) {
	err := store.Write(b.Context(), time.Now(), func(tx *models.Tx) error {
		list, err := tx.Claim("plain", 1, usual.lease)
		if err != nil {
			return err
		}
		list[0].State = "sent"
		_, err = tx.Complete(&list[0], "plain")
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

func benchmarkPlain(b *testing.B, body string, mark func()) {
	sink := newSink(b, nil)
	host, port, _ := strings.Cut(sink.address, ":")
	var n int
	fmt.Sscan(port, &n)
	client, err := gomail.NewClient(host, gomail.WithPort(n), gomail.WithTLSPolicy(gomail.NoTLS))
	if err != nil {
		b.Fatal(err)
	}
	if err := client.DialWithContext(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for i := range b.N {
		m := gomail.NewMsg()
		m.From(mailbox)
		m.To("klager@example.test")
		m.Subject("Uw brief")
		m.SetMessageIDWithValue(fmt.Sprintf("%d@register.test", i))
		m.SetBodyString(gomail.TypeTextPlain, body)
		if err := client.Send(m); err != nil {
			b.Fatal(err)
		}
		mark()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}

var rounds int

func queueMany(b *testing.B, store *models.Store, body string) {
	rounds++
	for at := 0; at < b.N; at += 500 {
		err := store.Write(b.Context(), time.Now(), func(tx *models.Tx) error {
			for i := at; i < min(at+500, b.N); i++ {
				id := fmt.Sprintf("%d.%d", rounds, i)
				w := store.NewBlob()
				w.Write(bytes.Replace([]byte("From: k\r\nMessage-ID: <ID@register.test>\r\n\r\n"+body), []byte("ID"), []byte(id), 1))
				blob, err := w.Finish()
				if err != nil {
					return err
				}
				m := &models.OutboxMail{Key: id, Kind: "acknowledgement", Mailbox: mailbox, Recipient: "klager@example.test", MessageID: id, BounceToken: id, EnvelopeSender: mailbox}
				if _, err := tx.Queue(m, blob); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkOutbox(b *testing.B, store *models.Store, body string, connections int) {
	sink := newSink(b, nil)
	queueMany(b, store, body)
	s := &Sender{Store: store, Servers: map[string]Server{mailbox: sink.at()}, Owner: "node", Connections: connections, Log: slog.New(slog.DiscardHandler)}
	b.ResetTimer()
	if err := s.Drain(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
	if n := len(sink.recipients()); n != b.N {
		b.Fatalf("%d of %d mails were sent", n, b.N)
	}
}
