//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A backup is made while mails come in and answers go out. Then the machine is lost, with what came in after the backup. It is put back on
// a new one; the mails that were filed since are moved back into the inbox, all of them: those that the backup knows are recognised. No
// complaint is lost, none is there twice, and for those in the backup nobody is written to again.
func TestBackup(t *testing.T) {
	onEachEngine(t, settings{More: noFlood}, func(t *testing.T, w *world) {
		const before, during, after = 20, 20, 10
		file := filepath.Join(w.dir, "backup.tar.gz")
		mail := func(n int) []byte {
			return complaintMail(t, fill{From: customer(n%10 + 1), Number: n, Attachment: n % 3 * 400_000})
		}
		w.start()
		for n := 1; n <= before; n++ {
			w.drop(t, "klachten", mail(n))
		}
		w.until("the first thanks", patience, func() bool { return w.count(t, "klant2", "INBOX") > 0 })
		dropped := make(chan struct{})
		go func() {
			defer close(dropped)
			for n := before + 1; n <= before+during; n++ {
				w.drop(t, "klachten", mail(n))
			}
		}()
		said := w.run("backup", file)
		w.mustLive()
		if !strings.Contains(said, "complaints") {
			t.Errorf("backup said %q", said)
		}
		<-dropped
		if said, code := w.try("restore", file); code != 1 || !strings.Contains(said, "in use") {
			t.Errorf("restore beside the service ended with %d:\n%s", code, said)
		}
		for n := before + during + 1; n <= before+during+after; n++ {
			w.drop(t, "klachten", mail(n))
		}
		const all = before + during + after
		w.until("every mail registered", patience, func() bool { return len(w.complaints()) == all })
		w.awaitSent()
		w.kill()
		if said, code := w.try("restore", file); code != 1 || !strings.Contains(said, "holds more than the backup") {
			t.Errorf("restore over a newer register ended with %d:\n%s", code, said)
		}
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		half := filepath.Join(w.dir, "half.tar.gz")
		if err := os.WriteFile(half, whole[:len(whole)/2], 0o600); err != nil {
			t.Fatal(err)
		}

		w.newMachine()
		if said, code := w.try("restore", half); code != 1 || !strings.Contains(said, "cut off") {
			t.Errorf("half a backup: ended with %d:\n%s", code, said)
		}
		var restored struct {
			Complaints int
			HeldBack   []int `json:"held_back"`
			Verify     struct{ OK bool }
		}
		w.ask(&restored, "restore", file)
		saved := map[string]bool{}
		for _, c := range w.complaints() {
			saved[c.Number] = true
		}
		t.Logf("%d of %d complaints are in the backup, %d mails held back", len(saved), all, len(restored.HeldBack))
		if !restored.Verify.OK || len(saved) != restored.Complaints || len(saved) == all {
			t.Errorf("restored %+v with %d of %d complaints", restored, len(saved), all)
		}
		thanked := func() map[string]int {
			found := map[string]int{}
			for k := 1; k <= 10; k++ {
				for _, l := range ofKind(w.mails(t, fmt.Sprintf("klant%d", k), "INBOX"), "acknowledgement") {
					found[l.field("Message-ID")]++
				}
			}
			return found
		}
		once := thanked()
		w.move(t, "klachten", "Verwerkt", "INBOX")
		w.once()
		w.once()
		again := thanked()
		for id, n := range again {
			if n > 1 {
				t.Errorf("the thanks %s were sent %d times", id, n)
			}
		}
		if fresh := len(again) - len(once); fresh != all-len(saved) {
			t.Errorf("%d new thanks, want %d: for what the backup did not know", fresh, all-len(saved))
		}
		list := w.complaints()
		w.mustCountOn(list)
		subjects := map[string]bool{}
		for _, c := range list {
			subjects[c.Subject] = true
		}
		if len(list) != all || len(subjects) != all {
			t.Errorf("%d complaints with %d subjects, want %d", len(list), len(subjects), all)
		}
	})
}

// newMachine gives the program an empty folder and an empty database; nothing of the old ones is left.
func (w *world) newMachine() {
	w.t.Helper()
	if err := os.RemoveAll(filepath.Join(w.dir, "data")); err != nil {
		w.t.Fatal(err)
	}
	if w.engine == "postgres" {
		db := openDatabase(w.t, "pgx", w.dsn)
		defer db.Close()
		mustExec(w.t, db, "DROP SCHEMA public CASCADE")
		mustExec(w.t, db, "CREATE SCHEMA public")
	}
}
