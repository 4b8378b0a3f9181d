package models

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx", to make databases with
)

// One suite, which each engine passes: exercise hands the engine to a part per concern. A part opens a register of its own for each
// story. Where engines differ, the line in the part says why.

const postgresVariable = "DANKUWEL_TEST_POSTGRES"

func TestSQLite(t *testing.T) { exercise(t, SQLite) }

func TestPostgres(t *testing.T) {
	needPostgres(t)
	exercise(t, Postgres)
}

func needPostgres(t testing.TB) {
	if os.Getenv(postgresVariable) == "" {
		t.Skipf("PostgreSQL is not tested: set %s to a server on which databases may be made, for example postgres://postgres@127.0.0.1:5432/postgres", postgresVariable)
	}
}

func exercise(t *testing.T, e Engine) {
	for _, part := range []struct {
		name string
		run  func(*testing.T, Engine)
	}{
		{"store", exerciseStore}, {"migrations", exerciseMigrations}, {"tx", exerciseTx}, {"times", exerciseTimes}, {"texts", exerciseTexts},
		{"complaints", exerciseComplaints}, {"messages", exerciseMessages}, {"ledger", exerciseLedger}, {"outbox", exerciseOutbox},
		{"claims", exerciseClaims}, {"events", exerciseEvents}, {"blobs", exerciseBlobs}, {"search", exerciseSearch}, {"staff", exerciseStaff},
		{"leases", exerciseLeases}, {"jobs", exerciseJobs}, {"faults", exerciseFaults}, {"plans", exercisePlans}, {"verify", exerciseVerify}, {"practice", exercisePractice},
		{"erase", exerciseErase}, {"backup", exerciseBackup}, {"seals", exerciseSeals},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, e) })
	}
}

// noon is when the stories begin.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// register is a register of one story, and its clock.
type register struct {
	*Store
	t   testing.TB
	now time.Time
	dsn string
}

// newRegister opens a fresh register, which is gone after the test.
func newRegister(t testing.TB, e Engine) *register {
	t.Helper()
	r := &register{t: t, now: noon, dsn: "dankuwel.db"}
	if e == Postgres {
		r.dsn = newDatabase(t)
	}
	r.Store = r.open(t.TempDir())
	return r
}

// open opens the register another time: on SQLite in the same folder only.
func (r *register) open(dir string) *Store {
	r.t.Helper()
	e := SQLite
	if strings.HasPrefix(r.dsn, "postgres:") {
		e = Postgres
	}
	s, err := Open(context.Background(), e, r.dsn, dir)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { s.Close() })
	return s
}

// second is another Store on the same register, as another process has it.
func (r *register) second() *register {
	r.t.Helper()
	dir := r.dir
	if r.engine == Postgres { // another node has a folder of its own
		dir = r.t.TempDir()
	}
	other := *r
	other.Store = r.open(dir)
	return &other
}

var databases atomic.Int64

func newDatabase(t testing.TB) string {
	t.Helper()
	server := os.Getenv(postgresVariable)
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("dankuwel_test_%d_%d", os.Getpid(), databases.Add(1))
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		admin.Close()
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// write runs fn in a transaction and insists that it succeeds.
func (r *register) write(fn func(*Tx) error) {
	r.t.Helper()
	if err := r.Write(context.Background(), r.now, fn); err != nil {
		r.t.Fatal(err)
	}
}

func (r *register) read() *Tx { return r.Read(context.Background()) }

// exec changes rows behind the register's back.
func (r *register) exec(query string, args ...any) {
	r.t.Helper()
	if err := r.Store.write.Exec(query, args...).Error; err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
}

func (r *register) count(query string, args ...any) (n int) {
	r.t.Helper()
	if err := r.Store.read.Raw(query, args...).Row().Scan(&n); err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
	return n
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

var serials atomic.Int64

// unique is a word that no other row of the test has.
func unique(prefix string) string { return fmt.Sprintf("%s%016d", prefix, serials.Add(1)) }

// blob makes bytes of that content.
func (r *register) blob(content string) Blob {
	r.t.Helper()
	w := r.NewBlob()
	defer w.Discard()
	if _, err := w.Write([]byte(content)); err != nil {
		r.t.Fatal(err)
	}
	return must[Blob](r.t)(w.Finish())
}

// complaintRow is a complaint that is ready to be added, without its number.
func (r *register) complaintRow(facts string) *Complaint {
	return &Complaint{Stage: Registered, StageSince: r.now, ReceivedAt: r.now, ReceivedOn: DateOf(r.now, time.UTC), RegisteredAt: r.now, LastActivityAt: r.now,
		Mailbox: "klachten@example.test", Token: unique("t"), Carrier: "mail", Channel: "rechtstreeks", Language: "nl", Subject: "", Facts: facts,
		Profile: "vlaams-bestuur", AnswerDue: DateOf(r.now, time.UTC).AddDays(45), Year: r.now.Year(),
		Complainant: Complainant{Name: "Jan Peeters", Email: "Jan@Example.test"}}
}

// add gives the complaint its number and writes it, with the event that tells of it.
func (tx *Tx) add(c *Complaint) (err error) {
	if c.Number, c.Serial, err = tx.NextNumber(c.Year); err != nil {
		return err
	}
	if err := tx.AddComplaint(c); err != nil {
		return err
	}
	_, err = tx.AddEvent(c.ID, "complainant", "registered", map[string]any{"number": c.Number}, []byte("0123456789abcdef"))
	return err
}

// complain registers a complaint.
func (r *register) complain(facts string) *Complaint {
	r.t.Helper()
	c := r.complaintRow(facts)
	r.write(func(tx *Tx) error { return tx.add(c) })
	return c
}

// mailRow is a mail that is ready to be queued.
func mailRow(key string) *OutboxMail {
	return &OutboxMail{Key: key, Kind: "acknowledgement", Mailbox: "klachten@example.test", Recipient: "jan@example.test", Subject: "Dank u",
		MessageID: unique("m") + "@example.test", BounceToken: unique("b"), EnvelopeSender: "klachten@example.test"}
}

// queue puts a mail into the outbox.
func (r *register) queue(key string) *OutboxMail {
	r.t.Helper()
	m := mailRow(key)
	b := r.blob("mail " + key)
	r.write(func(tx *Tx) error {
		_, err := tx.Queue(m, b)
		return err
	})
	return m
}

// entryRow is a ledger row that is ready to be added.
func (r *register) entryRow(uid uint32, outcome Outcome) *LedgerEntry {
	return &LedgerEntry{Mailbox: "klachten@example.test", UIDValidity: 7, UID: uid, Identity: unique("i"), MessageID: unique("x") + "@example.test",
		ReceivedAt: r.now, Outcome: outcome}
}

// files lists the files under a folder of data_dir.
func (r *register) files(dir string) (names []string) {
	filepath.WalkDir(filepath.Join(r.dir, dir), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return nil
	})
	return names
}
