package mailin

import (
	"fmt"
	"strings"
	"testing"

	"dankuwel/models/modelstest"
)

// BenchmarkIntake takes a backlog of 20 kB mails in, 50 at a time, without IMAP and SMTP: read, understood, registered, thanked, told.
func BenchmarkIntake(b *testing.B) {
	o := newOffice(b, modelstest.SQLite(b))
	if err := o.intake.Desk.SyncStaff(b.Context()); err != nil {
		b.Fatal(err)
	}
	text := strings.Repeat("Gisteren was het eten van mijn moeder voor de derde keer koud en niemand kon mij zeggen waarom dat zo is.\r\n", 185)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		var list []Fetched
		for range 50 {
			n++
			list = append(list, o.fetched(fmt.Appendf(nil, "From: Klant %d <klant%d@client.test>\r\nTo: klachten@example.test\r\nSubject: Klacht %d\r\nDate: Mon, 2 Mar 2026 08:58:00 +0100\r\n"+
				"Message-ID: <%d@client.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBeste,\r\n\r\nKlacht %d.\r\n%s", n, n, n, n, n, text), o.now))
		}
		if err := o.intake.Take(b.Context(), "klachten@example.test", list); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "mails/s")
}
