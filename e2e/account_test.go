//go:build e2e

package e2e

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// seenFirst are the letters that a complainant gets only when a person wrote or decided them, and so saw them in a preview. All others are
// the register's own.
var seenFirst = []string{"information_request", "status_update", "extension_notice", "answer", "inadmissible", "not_a_complaint", "withdrawn", "duplicate"}

// wayOn is what a receipt names that did nothing: a verb, an answer, a form, a person.
var wayOn = regexp.MustCompile(`(?i)#\pL|\bantwoord (dan |op |met )|schrijf |vul |stuur |staan bij het veld|zet (het nummer|dan|in)|lees |haal |coördinator|komt hierbij|kan (ten laatste|daarna|alleen ervoor)`)

// expectAccounted holds the end of a story against three promises: each mail has one outcome; each mail of staff was answered by exactly one
// mail, and by one that names a way on when it was refused; no letter that a person caused left without having been seen.
func (s *telling) expectAccounted() error {
	s.settle(s.t)
	s.mustAccount("klachten")
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	out := s.register("SELECT key, kind, recipient, message_id FROM outbox ORDER BY id")
	byStaff := map[string]bool{} // cause
	for _, row := range s.register("SELECT l.id, l.outcome, f.email, m.subject FROM ledger l JOIN messages m ON m.id = l.stored_as JOIN staff f ON f.id = m.staff_id WHERE l.outcome IN ('action', 'refused', 'parked') ORDER BY l.id") {
		cause, outcome, who, about := "/ledger:"+row[0], row[1], row[2], fmt.Sprintf("%s of %s, “%s”", row[1], row[2], row[3])
		byStaff[cause] = true
		var answers []string
		for _, o := range out {
			mine := strings.HasSuffix(o[0], cause) && o[2] == who && slices.Contains([]string{"receipt", "preview", "confirmation", "dossier"}, o[1])
			again := outcome == "refused" && o[1] == "preview" // the letter that waits comes again, beside the receipt that says why (CONTRACT sections 5 and 6)
			if mine && !again {
				answers = append(answers, o[3])
			}
		}
		if len(answers) != 1 {
			fault("%s was answered by %d mails", about, len(answers))
			continue
		}
		answer := s.lying(who, answers[0])
		if answer == nil {
			fault("the answer to %s lies nowhere", about)
		} else if said, _, _ := strings.Cut(folded(strings.ReplaceAll(answer.text, marker, "")), "Uw tekst ---"); outcome == "refused" && !wayOn.MatchString(said) {
			fault("%s is told of no way on:\n%s", about, said)
		}
	}
	var shown []string
	for _, who := range []string{"an", "bram", "directie"} {
		for _, l := range ofKind(s.mails(s.t, who, "INBOX"), "preview") {
			if _, rest, found := strings.Cut(l.text, "--- begin brief ---"); found {
				box, _, _ := strings.Cut(rest, "--- einde brief ---")
				shown = append(shown, l.field("X-Dankuwel-Complaint")+" "+folded(box))
			}
		}
	}
	for _, o := range out {
		if _, cause, _ := cutLast(o[0], "/"); !slices.Contains(seenFirst, o[1]) || !byStaff["/"+cause] {
			continue
		}
		l := s.lying(o[2], o[3])
		if l == nil {
			fault("the letter %s lies nowhere", o[0])
			continue
		}
		text := l.field("X-Dankuwel-Complaint") + " " + folded(l.text)
		if !slices.ContainsFunc(shown, func(box string) bool { return strings.HasPrefix(text, box) && len(text)-len(box) < 200 }) {
			fault("nobody saw the letter %s before it left:\n%s", o[0], l.text)
		}
	}
	if faults != nil {
		return fmt.Errorf("%s", strings.Join(faults, "\n"))
	}
	return nil
}

// marker is the first line of a mail to staff, which names an answer, too.
const marker = "--- schrijf boven deze lijn; uw antwoord gaat niet rechtstreeks naar de klager ---"

// lying finds a mail by its Message-ID: with its recipient, or, when it never came there, in the folder of sent mail.
func (s *telling) lying(recipient, id string) *letter {
	login, _, _ := strings.Cut(recipient, "@")
	for _, at := range [][2]string{{login, "INBOX"}, {"klachten", "Verzonden"}} {
		if at[0] == "bounce" {
			continue
		}
		for _, l := range s.mails(s.t, at[0], at[1]) {
			if strings.Trim(l.field("Message-ID"), "<>") == id {
				return l
			}
		}
	}
	return nil
}

// folded is a text on one line, without what a client or a pen leaves out.
func folded(text string) string { return strings.Join(strings.Fields(text), " ") }

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// age lets a complaint have been silent for so many days more; there is no other way to be told what a year does.
func (w *world) age(number string, days int) {
	w.t.Helper()
	when := map[string]string{"sqlite": "datetime(%s, '-%d days')", "postgres": "%s - interval '%d days'"}[w.engine]
	db := w.openRegister()
	defer db.Close()
	mustExec(w.t, db, fmt.Sprintf("UPDATE messages SET at = "+when+" WHERE complaint_id = (SELECT id FROM complaints WHERE number = '%s')", "at", days, number))
	mustExec(w.t, db, fmt.Sprintf("UPDATE complaints SET last_activity_at = "+when+" WHERE number = '%s'", "last_activity_at", days, number))
}

func (w *world) openRegister() *sql.DB {
	driver, dsn := "sqlite", w.database()
	if w.engine == "postgres" {
		driver, dsn = "pgx", w.dsn
	}
	return openDatabase(w.t, driver, dsn)
}

// register reads rows that no command shows.
func (w *world) register(query string) (list [][]string) {
	w.t.Helper()
	db := w.openRegister()
	defer db.Close()
	rows, err := db.Query(query)
	if err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, _ := rows.Columns()
	for rows.Next() {
		row, into := make([]string, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			w.t.Fatal(err)
		}
		list = append(list, row)
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return list
}
