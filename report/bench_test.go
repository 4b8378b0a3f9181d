package report

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"dankuwel/models"
	"dankuwel/models/modelstest"
)

// BenchmarkFigures counts a week, a month and a year of a register of three years with so many complaints as DANKUWEL_BENCH_COMPLAINTS says
// (10,000).
func BenchmarkFigures(b *testing.B) {
	n := 10_000
	if s := os.Getenv("DANKUWEL_BENCH_COMPLAINTS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	for name, open := range map[string]func(testing.TB) *models.Store{"sqlite": modelstest.SQLite, "postgres": modelstest.Postgres} {
		b.Run(name, func(b *testing.B) {
			store := open(b)
			begun := time.Now()
			crowd(b, store, n)
			b.Logf("%d complaints written in %s", n, time.Since(begun).Round(time.Second))
			zone := brussels(b)
			now := crowded.AddDate(3, 0, 0)
			for _, period := range []string{"2026-W51", "2026-11", "2026"} {
				p, err := ParsePeriod(period)
				if err != nil {
					b.Fatal(err)
				}
				b.Run(period, func(b *testing.B) {
					begun := spent()
					defer func() { b.ReportMetric((spent()-begun).Seconds()/float64(b.N), "cpu-s/op") }() // what other programs take does not count
					for b.Loop() {
						tx := store.Read(b.Context())
						f, err := Count(tx, p, zone, now, false)
						if err != nil {
							b.Fatal(err)
						}
						if f.Count(Received) == 0 || f.Count(Answered) == 0 || f.Count(Mails) == 0 {
							b.Fatal("nothing was counted")
						}
						if p.Month+p.Week > 0 {
							if _, err := FlowTo(tx, p, zone); err != nil {
								b.Fatal(err)
							}
						}
					}
				})
			}
		})
	}
}

// spent is the time of processors that the program took so far; that of PostgreSQL is not in it.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// crowded is when the register of the benchmark begins.
var crowded = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// crowd writes n complaints in sets: facts of a page, three mails each, events, an analysis, promises, scores.
func crowd(b testing.TB, store *models.Store, n int) {
	const seconds = 3 * 365 * 86400
	numbers := fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)", n)
	at := func(s string) string {
		return "strftime('%Y-%m-%d %H:%M:%S', '2024-01-01', '+' || (" + s + ") || ' seconds') || '+00:00'"
	}
	day := func(s string) string { return "strftime('%Y-%m-%d', '2024-01-01', '+' || (" + s + ") || ' seconds')" }
	padded, facts := "printf('%07d', i)", "printf('%.600c', 'x')"
	if store.Engine() == models.Postgres {
		numbers = fmt.Sprintf("WITH n AS (SELECT i::bigint FROM generate_series(1, %d) AS i)", n)
		at = func(s string) string {
			return "TIMESTAMPTZ '2024-01-01 00:00:00+00' + (" + s + ") * INTERVAL '1 second'"
		}
		day = func(s string) string {
			return "to_char(TIMESTAMP '2024-01-01' + (" + s + ") * INTERVAL '1 second', 'YYYY-MM-DD')"
		}
		padded, facts = "lpad(i::text, 7, '0')", "repeat('x', 600)"
	}
	r := fmt.Sprintf("(i * %d / %d)", seconds, n) // received
	h := "(i * 7919 % 1009)"                      // different for each
	a := "(" + r + " + (3 + " + h + " % 50) * 86400 + 3600)"
	c := "(" + a + " + (10 + " + h + " % 23) * 86400)"
	isAnswered, isClosed := h+" % 500 <> 0 AND "+a+" < "+strconv.Itoa(seconds), h+" % 500 <> 0 AND "+c+" < "+strconv.Itoa(seconds)
	when := func(cond, then string) string { return "CASE WHEN " + cond + " THEN " + then + " END" }
	one := func(list ...string) string {
		s := "CASE " + h + fmt.Sprintf(" %% %d", len(list))
		for i, v := range list {
			s += fmt.Sprintf(" WHEN %d THEN '%s'", i, v)
		}
		return s + " END"
	}
	year := "CAST(substr(" + day(r) + ", 1, 4) AS INTEGER)"
	db := modelstest.SQL(b, store)
	statements := []string{
		"INSERT INTO complainants (id, created_at) VALUES (1, " + at("0") + ")",
		numbers + " INSERT INTO complaints (id, number, year, serial, stage, stage_since, received_at, received_on, registered_at, mailbox, token, carrier, channel, language, facts, complainant_id, department, profile, " +
			"answer_due, severity, verdict, solution, satisfaction, answered_at, closed_at, last_activity_at) SELECT i, 'K-' || " + day(r) + " || '-' || " + padded + ", " + year + ", i, " +
			"CASE WHEN " + isClosed + " THEN 'closed' WHEN " + isAnswered + " THEN 'aftercare' ELSE 'investigation' END, " + at(r) + ", " + at(r) + ", " + day(r) + ", " + at(r) + ", 'klachten@example.test', " + padded + ", " +
			one("mail", "brief", "telefoon") + ", 'rechtstreeks', 'nl', " + facts + ", 1, " + one("Keuken", "Zorg", "Onthaal", "Techniek", "") + ", 'vlaams-bestuur', " + day(r+" + 45 * 86400") + ", " + one("minor", "moderate", "serious") +
			", CASE WHEN " + isAnswered + " THEN " + one("founded", "partly_founded", "unfounded") + " ELSE '' END, " + one("solved", "unsolved", "") + ", " + when(isClosed, h+" % 5 + 1") + ", " +
			when(isAnswered, at(a)) + ", " + when(isClosed, at(c)) + ", " + at(r) + " FROM n",
		numbers + " INSERT INTO analyses (complaint_id, version, at, kind, ombuds_norms, facts) SELECT i, 1, " + at(r) + ", " + one("bejegening", "eten", "wachttijd", "factuur", "lawaai") + ", " + one("courtesy", "courtesy,reasons", "") + ", " + facts + " FROM n WHERE " + isAnswered,
		numbers + " INSERT INTO corrective_measures (complaint_id, no, kind, description, owner, due_on, created_at, done_at) SELECT i, 1, 'repair', 'een nieuwe wagen op de gang', 'an@example.test', " + day(a+" + 10 * 86400") + ", " + at(a) + ", " + when(isClosed, at(a+" + (5 + "+h+" % 10) * 86400")) + " FROM n WHERE " + isAnswered + " AND i % 2 = 0",
		numbers + " INSERT INTO satisfaction_scores (complaint_id, at, score) SELECT i, " + at(c) + ", " + h + " % 5 + 1 FROM n WHERE " + isClosed + " AND i % 3 > 0",
		numbers + " INSERT INTO term_changes (complaint_id, kind, at, old_due, new_due) SELECT i, 'extension', " + at(r+" + 86400") + ", " + day(r+" + 45 * 86400") + ", " + day(r+" + 60 * 86400") + " FROM n WHERE i % 10 = 0",
	}
	for seq, what := range []string{"registered", "stage", "analysis", "stage", "letter", "satisfaction asked"} {
		time := at(r)
		cond := "1 = 1"
		if seq >= 4 {
			time, cond = at(a+" + 7 * 86400"), isAnswered
		}
		statements = append(statements, numbers+fmt.Sprintf(" INSERT INTO events (complaint_id, seq, at, actor, what, detail, salt, digest, hash) SELECT i, %d, %s, 'register', '%s', '{\"from\":\"registered\"}', 'c2FsdHNhbHQ', 'd', 'h' FROM n WHERE %s", seq+1, time, what, cond))
	}
	for k, outcome := range []string{"complaint", "addition", "action"} {
		statements = append(statements, numbers+fmt.Sprintf(" INSERT INTO ledger (mailbox, uidvalidity, uid, identity, message_id, received_at, seen_at, outcome, complaint_id) SELECT 'klachten@example.test', %d, i, '%d-0123456789abcdef0123456789abcdef0123456789abcdef0123456789-' || i, 'some-message-id-' || i || '@example.test', %s, %s, '%s', i FROM n", k+1, k, at(r), at(r), outcome))
	}
	statements = append(statements, "ANALYZE")
	for _, s := range statements {
		if _, err := db.ExecContext(b.Context(), s); err != nil {
			b.Fatalf("%v in %s", err, s[:min(len(s), 300)])
		}
	}
}
