//go:build e2e

package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The rig itself, without the program: when this fails, no other story says anything about the product.
func TestRig(t *testing.T) {
	r := borrowRig(t)
	one := complaintMail(t, fill{From: customer(1), Number: 1, Attachment: 1000})

	go func() { // while somebody already idles
		time.Sleep(200 * time.Millisecond)
		r.deliver(t, one, customer(1), "klachten+k-1.abc@example.test")
	}()
	got := r.await(t, "klachten", "INBOX", "the delivered mail", func(mails []*letter) bool { return len(mails) == 1 })[0]
	if got.fault != nil || len(got.parts) != 2 || !strings.Contains(got.text, "de soep van mijn moeder") {
		t.Errorf("the mail came as %v %q (%v)", got.parts, got.text, got.fault)
	}
	if !strings.Contains(got.field("Authentication-Results"), "dmarc=pass") {
		t.Errorf("a stranger's mail bears %q", got.field("Authentication-Results"))
	}
	if sent := parseLetter(one).asSent(); got.asSent() != sent {
		t.Errorf("without its trace fields the mail is\n%s\nnot\n%s", got.asSent(), sent)
	}

	r.submit(t, "an", one, "klachten@example.test")
	r.drop(t, "klachten", one, one)
	r.appendMail(t, "klachten", "INBOX", one, time.Now().AddDate(-2, 0, 0))
	r.settle(t)
	if n, next := r.count(t, "klachten", "INBOX"), r.uidNext(t, "klachten", "INBOX"); n != 5 || next != 6 {
		t.Errorf("%d mails, next UID %d; want 5 and 6", n, next)
	}
	if n := r.count(t, "klachten", "Verwerkt"); n != 0 || r.mails(t, "klachten", "Verwerkt") != nil {
		t.Errorf("a folder that was never made holds %d mails", n)
	}

	before := r.status(t, "klachten", "INBOX").UIDValidity
	r.must(t, "new-uidvalidity", "klachten")
	if after := r.status(t, "klachten", "INBOX").UIDValidity; after == before {
		t.Error("the UIDVALIDITY is still the same")
	}
	for _, server := range []string{"imap", "smtp"} {
		r.must(t, "kill-"+server)
		r.must(t, "start-"+server)
	}
	if n := r.count(t, "klachten", "INBOX"); n != 5 {
		t.Errorf("%d mails after the servers were killed, want 5", n)
	}
}

// The two rude things that are done to a database work on both: others cannot write while it is locked, and a small
// disk gets full and empty again.
func TestDatabasesCanBeTroubled(t *testing.T) {
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			w := &world{rig: &rig{}, t: t, engine: engine, dir: filepath.Join(root, "troubled-"+engine), dsn: "dankuwel.db"}
			if err := os.Mkdir(w.dir, 0o711); err != nil {
				t.Fatal(err)
			}
			w.mount("64m")
			driver, dsn := "sqlite", w.database()
			if engine == "postgres" {
				w.dsn = newDatabase(t, w.tablespace())
				driver, dsn = "pgx", w.dsn
			}
			if err := os.MkdirAll(w.dir+"/data", 0o700); err != nil {
				t.Fatal(err)
			}
			db := openDatabase(t, driver, dsn)
			defer db.Close()
			mustExec(t, db, "CREATE TABLE mails (raw text)")

			unlock := w.lockDatabase()
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			if _, err := db.ExecContext(ctx, "INSERT INTO mails VALUES ('x')"); err == nil {
				t.Error("somebody wrote into the locked database")
			}
			unlock()
			mustExec(t, db, "INSERT INTO mails VALUES ('x')")

			w.fillDisk()
			if engine == "postgres" { // the other engine's file lies elsewhere in this test
				if _, err := db.Exec("INSERT INTO mails SELECT repeat(md5(n::text), 100) FROM generate_series(1, 100000) n"); err == nil ||
					!strings.Contains(err.Error(), "No space left") {
					t.Errorf("writing on a full disk: %v", err)
				}
			}
			w.freeDisk()
			mustExec(t, db, "INSERT INTO mails VALUES ('y')")
		})
	}
}
