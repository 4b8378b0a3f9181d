package models

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// elsewhere is an empty place for a register of that engine.
func elsewhere(t *testing.T, e Engine) *register {
	r := &register{t: t, now: noon, dsn: "dankuwel.db"}
	if e == Postgres {
		r.dsn = newDatabase(t)
	}
	r.Store = &Store{engine: e, dir: t.TempDir()}
	return r
}

func (r *register) restore(file string, moves bool) error {
	_, _, err := Restore(context.Background(), r.engine, r.dsn, r.dir, file, r.now.Add(time.Hour), moves)
	return err
}

// backup makes one, in a folder of the test.
func (r *register) backup() string {
	r.t.Helper()
	file := filepath.Join(r.t.TempDir(), "backup.tar.gz")
	if _, _, err := r.BackupTo(context.Background(), file, "test", r.now); err != nil {
		r.t.Fatal(err)
	}
	return file
}

// members are the contents of a backup by name, but for those that tell when and by whom it was made.
func members(t *testing.T, file string) map[string]string {
	t.Helper()
	f := must[*os.File](t)(os.Open(file))
	defer f.Close()
	in := tar.NewReader(must[*gzip.Reader](t)(gzip.NewReader(f)))
	all := map[string]string{}
	for {
		h, err := in.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		b := must[[]byte](t)(io.ReadAll(in))
		if h.Name != headMember && h.Name != endMember {
			all[h.Name] = h.ModTime.UTC().String() + "\n" + string(b)
		}
	}
}

func exerciseBackup(t *testing.T, e Engine) {
	t.Run("what is put back is what was there, on either engine", func(t *testing.T) {
		r := promised(t, e)
		file := r.backup()
		if info := must[os.FileInfo](t)(os.Stat(file)); info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
		want := members(t, file)
		for _, other := range []Engine{SQLite, Postgres} {
			if other == Postgres && os.Getenv(postgresVariable) == "" {
				continue
			}
			there := elsewhere(t, other)
			if err := there.restore(file, true); err != nil {
				t.Fatal(err)
			}
			there.Store = there.open(there.dir)
			there.sound()
			got := members(t, there.backup())
			for name := range want {
				if got[name] != want[name] {
					t.Errorf("%s to %s: %s differs:\n%.600s\nwant\n%.600s", e, other, name, got[name], want[name])
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d members, want %d", len(got), len(want))
			}
			found := must[[]Found](t)(there.read().Search("koude soep", "nl", 0, 5, nil))
			if len(found) != 1 || found[0].Complaint.Number != "K-2026-0001" {
				t.Errorf("the search finds %d complaints", len(found))
			}
			if c := there.complain("Nog een."); c.Number != "K-2026-0003" {
				t.Errorf("the next complaint is %s", c.Number)
			}
		}
	})
	t.Run("a backup that is cut off or changed is refused before anything is touched", func(t *testing.T) {
		r := promised(t, e)
		whole := must[[]byte](t)(os.ReadFile(r.backup()))
		there := newRegister(t, e)
		there.complain("Oud.")
		there.Store.Close()
		broken := filepath.Join(t.TempDir(), "broken.tar.gz")
		try := func(what string, b []byte) {
			t.Helper()
			os.WriteFile(broken, b, 0o600)
			err := there.restore(broken, false)
			if !errors.As(err, new(ErrBackup)) {
				t.Errorf("%s: %v", what, err)
			}
		}
		for _, n := range []int{0, 5, 20, len(whole) / 2, len(whole) - 9, len(whole) - 1} {
			try(fmt.Sprintf("%d of %d bytes", n, len(whole)), whole[:n])
		}
		try("more behind it", append(whole[:len(whole):len(whole)], "more"...))
		random := rand.New(rand.NewPCG(1, 2))
		for range 200 {
			changed := append([]byte(nil), whole...)
			at := random.IntN(len(changed))
			changed[at] ^= 1 << random.IntN(8)
			try(fmt.Sprintf("a bit of byte %d of %d", at, len(whole)), changed)
		}
		there.Store = there.open(there.dir)
		if c, err := there.read().Complaint("K-2026-0001"); err != nil || c.Facts != "Oud." {
			t.Errorf("%+v %v", c, err)
		}
	})
	t.Run("what a member says is held against the end of the backup", func(t *testing.T) {
		r := promised(t, e)
		file := r.backup()
		for what, change := range map[string]func(name, content string) (string, string){
			"another word":   func(n, c string) (string, string) { return n, strings.Replace(c, "De soep", "De koek", 1) },
			"a row less":     func(n, c string) (string, string) { return n, dropFirstRow(n, c) },
			"a member less":  func(n, c string) (string, string) { return strings.Replace(n, "rows/tasks/000001.jsonl", "", 1), c },
			"an unknown one": func(n, c string) (string, string) { return strings.Replace(n, "rows/tasks/", "rows/chores/", 1), c },
			"a way out":      func(n, c string) (string, string) { return strings.Replace(n, "rows/tasks/", "../", 1), c },
			"a newer schema": func(n, c string) (string, string) { return n, strings.Replace(c, `"schema": `, `"schema": 9`, 1) },
			"a newer format": func(n, c string) (string, string) { return n, strings.Replace(c, `"format": 1`, `"format": 2`, 1) },
			"other count": func(n, c string) (string, string) {
				return n, strings.Replace(c, `"complaints": 2`, `"complaints": 3`, 1)
			},
			"bytes by another": func(n, c string) (string, string) { return strings.Replace(n, "blobs/", "blobs/0", 1) + "0", c },
		} {
			err := elsewhere(t, SQLite).restore(rewritten(t, file, change), false)
			if !errors.As(err, new(ErrBackup)) {
				t.Errorf("%s: %v", what, err)
			}
			if what == "a newer schema" && !strings.Contains(fmt.Sprint(err), "install a newer dankuwel") {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := elsewhere(t, SQLite).restore(rewritten(t, file, func(n, c string) (string, string) { return n, c }), false); err != nil {
			t.Errorf("written again unchanged: %v", err)
		}
	})
	t.Run("a register that is newer, or in use, is left as it is", func(t *testing.T) {
		r := promised(t, e)
		file := r.backup()
		if err := r.restore(file, false); !errors.Is(err, ErrInUse) {
			t.Errorf("in use: %v", err)
		}
		if e == Postgres { // a node on another machine has a folder of its own
			if _, _, err := Restore(context.Background(), e, r.dsn, t.TempDir(), file, r.now, false); !errors.Is(err, ErrInUse) {
				t.Errorf("in use elsewhere: %v", err)
			}
		}
		r.Store.Close()
		if err := r.restore(file, false); err != nil {
			t.Errorf("the same again: %v", err)
		}
		r.Store = r.open(r.dir)
		r.sound()
		r.now = r.now.Add(time.Minute)
		r.complain("Later.")
		r.Store.Close()
		if err := r.restore(file, false); !errors.As(err, new(ErrNewer)) {
			t.Errorf("newer: %v", err)
		}
		r.Store = r.open(r.dir)
		if _, err := r.read().Complaint("K-2026-0003"); err != nil {
			t.Error(err)
		}
	})
	t.Run("mails that waited are not sent a second time", func(t *testing.T) {
		r := newRegister(t, e)
		for _, key := range []string{"a", "b", "c"} {
			r.queue(key)
		}
		r.write(func(tx *Tx) error {
			list, err := tx.Claim("node", 2, time.Minute)
			if err != nil {
				return err
			}
			list[0].State, list[0].SentAt = "sent", &r.now
			_, err = tx.Complete(&list[0], "node")
			return err
		})
		file := r.backup()
		states := func(moves bool) (list []string) {
			there := elsewhere(t, e)
			if err := there.restore(file, moves); err != nil {
				t.Fatal(err)
			}
			there.Store = there.open(there.dir)
			must[bool](t)(true, there.read().db.Raw("SELECT state FROM outbox ORDER BY id").Scan(&list).Error)
			if held := must[[]OutboxMail](t)(there.read().HeldBack()); len(held) > 0 {
				if n := len(must[[]OutboxMail](t)(there.read().Refused())); n != 0 {
					t.Errorf("%d mails count as refused", n)
				}
				there.write(func(tx *Tx) error { return tx.Retry(held[0].ID) })
				if left := must[[]OutboxMail](t)(there.read().HeldBack()); len(left) != len(held)-1 {
					t.Errorf("%d held back after one was decided, of %d", len(left), len(held))
				}
			}
			return list
		}
		if got := strings.Join(states(false), " "); got != "sent failed failed" {
			t.Errorf("put back: %s", got)
		}
		if got := strings.Join(states(true), " "); got != "sent queued queued" {
			t.Errorf("moved: %s", got)
		}
	})
	t.Run("bytes that are gone keep nothing else from being saved", func(t *testing.T) {
		r := promised(t, e)
		if e == Postgres {
			r.exec("DELETE FROM blob_chunks WHERE n = 1")
		} else {
			os.Remove(r.files("blobs")[0])
		}
		file := filepath.Join(t.TempDir(), "b")
		_, count, err := r.BackupTo(context.Background(), file, "test", r.now)
		if err != nil || len(count.Gone) != 1 {
			t.Fatal(count, err)
		}
		there := elsewhere(t, e)
		if err := there.restore(file, true); err != nil {
			t.Fatal(err)
		}
		there.Store = there.open(there.dir)
		if got := must[[]string](t)(there.read().Verify()); len(got) != 1 || !strings.Contains(got[0], "gone or not whole") {
			t.Errorf("%q", got)
		}
	})
	t.Run("a file that is there is not written over, and nothing half is left", func(t *testing.T) {
		r := newRegister(t, e)
		file := filepath.Join(t.TempDir(), "b")
		os.WriteFile(file, []byte("mine"), 0o600)
		if _, _, err := r.BackupTo(context.Background(), file, "test", r.now); err == nil || string(must[[]byte](t)(os.ReadFile(file))) != "mine" {
			t.Error(err)
		}
		stopped, stop := context.WithCancel(context.Background())
		stop()
		if _, _, err := r.BackupTo(stopped, file+"2", "test", r.now); err == nil {
			t.Error("a backup was made after it was stopped")
		}
		if left := must[[]string](t)(filepath.Glob(file + "2*")); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	})
	t.Run("what comes in meanwhile is wholly in it or not at all", func(t *testing.T) { backupUnderLoad(t, e) })
	t.Run("files that the backup names stay while it is made", func(t *testing.T) {
		r := promised(t, e)
		held := must[*os.File](t)(r.holdFiles(1)) // LOCK_SH, as Backup
		r.exec("DELETE FROM attachments")
		if e == Postgres {
			r.exec("DELETE FROM blob_chunks")
		}
		r.exec("DELETE FROM blobs WHERE size = 2000000")
		files := len(r.files("blobs"))
		if swept := must[int](t)(r.read().SweepBlobs(-time.Hour)); swept != 0 || len(r.files("blobs")) != files {
			t.Errorf("%d swept", swept)
		}
		held.Close()
		if swept := must[int](t)(r.read().SweepBlobs(-time.Hour)); swept != files {
			t.Errorf("%d swept afterwards, want %d", swept, files)
		}
	})
	if e == SQLite {
		oldBackups(t)
	}
}

// dropFirstRow leaves out a line of a file of rows.
func dropFirstRow(name, content string) string {
	if name == "rows/tasks/000001.jsonl" {
		_, content, _ = strings.Cut(content, "\n")
	}
	return content
}

// rewritten is the backup with changed members; one without a name is left out.
func rewritten(t *testing.T, file string, change func(name, content string) (string, string)) string {
	t.Helper()
	f := must[*os.File](t)(os.Open(file))
	defer f.Close()
	in := tar.NewReader(must[*gzip.Reader](t)(gzip.NewReader(f)))
	out := must[*os.File](t)(os.Create(filepath.Join(t.TempDir(), "rewritten")))
	defer out.Close()
	all := sha256.New()
	z := must[*gzip.Writer](t)(gzip.NewWriterLevel(io.MultiWriter(out, all), gzip.BestSpeed))
	w := tar.NewWriter(z)
	for {
		h, err := in.Next()
		if err == io.EOF {
			break
		}
		b := string(must[[]byte](t)(io.ReadAll(in)))
		if h.Name, b = change(h.Name, b); h.Name == "" {
			continue
		}
		h.Size = int64(len(b))
		w.WriteHeader(h)
		io.WriteString(w, b)
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	out.Write(endMark(all))
	return out.Name()
}

// backupUnderLoad makes backups while mails come in, and puts each back elsewhere: it must be sound, and hold all that was committed before.
func backupUnderLoad(t *testing.T, e Engine) {
	r := newRegister(t, e)
	other := r.second() // as another process
	stop, done := make(chan struct{}), sync.WaitGroup{}
	var mu sync.Mutex
	registered := 0
	done.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			big := r.blob(fmt.Sprint(i, strings.Repeat("bijlage", 60_000)))
			err := r.Write(context.Background(), noon.Add(time.Duration(i)*time.Second), func(tx *Tx) error {
				c := r.complaintRow("De soep was koud.")
				if err := tx.add(c); err != nil {
					return err
				}
				raw := r.blob(fmt.Sprint("raw ", i))
				m := &Message{Direction: "in", MessageID: unique("m"), At: r.now, Raw: &raw.SHA256, Size: raw.Size, ComplaintID: &c.ID,
					Attachments: []Attachment{{Name: "a.bin", Type: "application/octet-stream", Size: big.Size, SHA256: big.SHA256}}}
				if err := tx.PutBlobs([]Blob{raw, big}); err != nil {
					return err
				}
				if err := tx.AddMessage(m); err != nil {
					return err
				}
				entry := r.entryRow(uint32(i+1), AsComplaint)
				entry.ComplaintID, entry.StoredAs = &c.ID, &m.ID
				if err := tx.AddLedgerEntry(entry); err != nil {
					return err
				}
				thanks := mailRow("acknowledgement/" + c.Number)
				thanks.ComplaintID = &c.ID
				_, err := tx.Queue(thanks, r.blob("Dank u "+c.Number))
				return err
			})
			big.Drop()
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			registered++
			mu.Unlock()
		}
	})
	var before []int
	var files []string
	for len(files) < 3 {
		time.Sleep(100 * time.Millisecond)
		mu.Lock()
		before = append(before, registered)
		mu.Unlock()
		files = append(files, other.backup())
	}
	close(stop)
	done.Wait()
	for i, file := range files {
		there := elsewhere(t, e)
		if err := there.restore(file, false); err != nil {
			t.Fatal(err)
		}
		there.Store = there.open(there.dir)
		there.sound()
		if n := there.count("SELECT COUNT(*) FROM complaints"); n < before[i] || n > registered || i == len(files)-1 && n == 0 {
			t.Errorf("backup %d holds %d complaints; %d were there before, %d in the end", i, n, before[i], registered)
		}
	}
}

// oldBackups: the registers of earlier versions, saved then, are brought up when they are put back.
func oldBackups(t *testing.T) {
	for version := 1; version < SchemaVersion(); version++ {
		t.Run(fmt.Sprintf("a backup of schema version %d is brought up", version), func(t *testing.T) {
			dir := t.TempDir()
			frozenRegister(t, version, filepath.Join(dir, "old.db"))
			old := &Store{engine: SQLite, dir: dir}
			if err := errors.Join(old.enter(1), old.openSQLite("old.db")); err != nil {
				t.Fatal(err)
			}
			defer old.Close()
			file := filepath.Join(dir, "backup")
			head, count, err := old.BackupTo(context.Background(), file, "old", noon)
			if err != nil || head.Schema != version {
				t.Fatal(head, err)
			}
			for _, e := range []Engine{SQLite, Postgres} {
				if e == Postgres && os.Getenv(postgresVariable) == "" {
					continue
				}
				there := elsewhere(t, e)
				if err := there.restore(file, true); err != nil {
					t.Fatal(err)
				}
				there.Store = there.open(there.dir)
				there.sound()
				fresh := newRegister(t, e)
				if a, b := there.schema(), fresh.schema(); a != b {
					t.Errorf("brought up on %s:\n%s\nfresh:\n%s", e, a, b)
				}
				if c, err := there.read().Complaint("K-2026-0001"); err != nil || c.Facts != "De soep was koud." || !c.ReceivedAt.Equal(noon) {
					t.Errorf("%+v %v", c, err)
				}
				_, again, err := CheckBackup(there.backup())
				if err != nil || again.Rows["outbox"] != count.Rows["outbox"] {
					t.Errorf("%v, want %v, %v", again, count, err)
				}
			}
		})
	}
	t.Run("a register that is broken off in the middle leaves the old one", func(t *testing.T) {
		r := newRegister(t, SQLite)
		r.complain("Oud.")
		file := promised(t, SQLite).backup()
		r.Store.Close()
		stopped, stop := context.WithTimeout(context.Background(), 30*time.Millisecond)
		defer stop()
		if _, _, err := Restore(stopped, SQLite, r.dsn, r.dir, file, noon, false); err == nil {
			t.Log("it was ready before it could be stopped")
			return
		}
		r.Store = r.open(r.dir)
		if c, err := r.read().Complaint("K-2026-0001"); err != nil || c.Facts != "Oud." {
			t.Errorf("%+v %v", c, err)
		}
		if left := must[[]string](t)(filepath.Glob(filepath.Join(r.dir, "*.restoring*"))); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	})
}
