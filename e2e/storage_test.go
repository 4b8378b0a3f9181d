//go:build e2e

package e2e

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// Somebody else holds the database, longer than any driver's own patience: a backup tool, a forgotten psql session.
// The service waits, loses nothing, and goes on by itself.
func TestLockedDatabase(t *testing.T) {
	onEachEngine(t, settings{More: noFlood}, func(t *testing.T, w *world) {
		w.start()
		w.deliver(t, complaintMail(t, fill{From: customer(1), Number: 1}), customer(1), "klachten@example.test")
		w.awaitKind(t, "klant1", "acknowledgement", 1)

		unlock := w.lockDatabase()
		for n := 2; n <= 4; n++ {
			w.deliver(t, complaintMail(t, fill{From: customer(n), Number: n}), customer(n), "klachten@example.test")
		}
		time.Sleep(13 * time.Second) // the length of the lock is the matter of this story
		w.mustLive()
		unlock()

		for n := 2; n <= 4; n++ {
			w.awaitKind(t, strings.TrimSuffix(customer(n), "@client.test"), "acknowledgement", 1)
		}
		w.mustHaveAll(4)
	})
}

// lockDatabase keeps everybody else from writing, as rudely as the engine allows, until the returned function is called.
func (w *world) lockDatabase() (unlock func()) {
	w.t.Helper()
	driver, dsn, begin := "sqlite", w.database(), "BEGIN IMMEDIATE"
	if w.engine == "postgres" {
		driver, dsn, begin = "pgx", w.dsn, "BEGIN"
	}
	db := openDatabase(w.t, driver, dsn)
	session, err := db.Conn(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	must := func(statement string) {
		w.t.Helper()
		if _, err := session.ExecContext(context.Background(), statement); err != nil {
			w.t.Fatalf("%s: %v", statement, err)
		}
	}
	if w.engine == "sqlite" {
		must("PRAGMA busy_timeout = 20000")
	}
	must(begin)
	if w.engine == "postgres" {
		must(`DO $$ DECLARE name text; BEGIN
			FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1 LOOP
				EXECUTE 'LOCK TABLE ' || name || ' IN ACCESS EXCLUSIVE MODE';
			END LOOP; END $$`)
	}
	return func() {
		must("ROLLBACK")
		session.Close()
		db.Close()
	}
}

// The disk is full when a mail with an attachment comes. It is neither lost nor registered by half; the service lives,
// and when there is room again the mail is taken in by itself.
func TestDiskFull(t *testing.T) {
	onEachEngine(t, settings{More: noFlood, Disk: "64m"}, func(t *testing.T, w *world) {
		w.start()
		w.deliver(t, complaintMail(t, fill{From: customer(1), Number: 1}), customer(1), "klachten@example.test")
		w.awaitKind(t, "klant1", "acknowledgement", 1)

		w.fillDisk()
		w.deliver(t, complaintMail(t, fill{From: customer(2), Number: 2, Attachment: 3 << 20}), customer(2), "klachten@example.test")
		w.settle(t)
		before := w.log()
		w.until("a word in the log about the full disk", patience, func() bool {
			said := strings.ToLower(strings.TrimPrefix(w.log(), before))
			return strings.Contains(said, "no space left") || strings.Contains(said, "disk is full") || strings.Contains(said, "disk full")
		})
		w.mustLive()
		if n := w.count(t, "klant2", "INBOX"); n != 0 {
			t.Errorf("klant2 was thanked %d times for a complaint that could not be stored", n)
		}

		w.freeDisk()
		w.await(t, "klant2", "INBOX", "the thanks after there was room again", func(mails []*letter) bool {
			return len(ofKind(mails, "acknowledgement")) == 1
		})
		w.mustHaveAll(2)
	})
}

// mustHaveAll checks that n complaints were registered, each once, and every mail accounted for.
func (w *world) mustHaveAll(n int) {
	w.t.Helper()
	list := w.complaints()
	if len(list) != n {
		w.t.Errorf("%d complaints in the register, want %d", len(list), n)
	}
	w.mustCountOn(list)
	w.mustAccount("klachten")
}

// mount gives the register a disk of its own, small enough to fill.
func (w *world) mount(size string) {
	w.t.Helper()
	w.disk = filepath.Join(w.dir, "disk")
	if err := os.Mkdir(w.disk, 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", w.disk, "tmpfs", 0, "size="+size); err != nil {
		w.t.Fatalf("mount a small disk: %v; this story needs root and, in a container, CAP_SYS_ADMIN", err)
	}
	w.t.Cleanup(func() { syscall.Unmount(w.disk, syscall.MNT_DETACH) })
}

// tablespace is a folder on the register's own disk that PostgreSQL may write in; without such a disk, none.
func (w *world) tablespace() string {
	w.t.Helper()
	if w.disk == "" {
		return ""
	}
	dir := filepath.Join(w.disk, "tablespace")
	as, err := identity("postgres")
	if err != nil {
		w.t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
		w.t.Fatal(err)
	}
	return dir
}

func (w *world) filler() string { return filepath.Join(w.disk, "filler") }

// fillDisk leaves no room at all.
func (w *world) fillDisk() {
	w.t.Helper()
	f, err := os.Create(w.filler())
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		w.t.Fatalf("fill the disk: %v", err)
	}
}

func (w *world) freeDisk() {
	w.t.Helper()
	if err := os.Remove(w.filler()); err != nil {
		w.t.Fatal(err)
	}
}
