package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"dankuwel/models"
	"dankuwel/models/modelstest"
)

// TestBackup goes the way of an operator: a backup each night, an erasure, a broken machine, a new one with the other kind of database.
func TestBackup(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { backupStory(t, smallConfig, smallConfig) })
	t.Run("postgres", func(t *testing.T) {
		onPostgres := func() string {
			return smallConfig + "\n[database]\ndriver = \"postgres\"\ndsn = \"" + modelstest.PostgresDSN(t) + "\"\n"
		}
		backupStory(t, onPostgres(), onPostgres())
	})
	t.Run("sqlite to postgres", func(t *testing.T) {
		backupStory(t, smallConfig, smallConfig+"\n[database]\ndriver = \"postgres\"\ndsn = \""+modelstest.PostgresDSN(t)+"\"\n")
	})
}

func backupStory(t *testing.T, here, there string) {
	root := t.TempDir()
	for dir, config := range map[string]string{"here": here, "there": there} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, dir, "config.toml"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	says := func(wantCode int, line string, wanted ...string) string {
		t.Helper()
		code, out, errs := command(t, strings.Fields(line)...)
		if code != wantCode {
			t.Errorf("dankuwel %s: exit %d, want %d; it said:\n%s%s", line, code, wantCode, out, errs)
		}
		for _, want := range wanted {
			text, not := strings.CutPrefix(want, "!")
			if strings.Contains(out+errs, text) == not {
				t.Errorf("dankuwel %s: %q; it said:\n%s%s", line, want, out, errs)
			}
		}
		return out
	}
	t.Chdir(filepath.Join(root, "here"))
	parkMail(t)
	says(exitDone, "review accept P-1", "registered")
	number := "K-" + time.Now().Format("2006") + "-0001"
	says(exitDone, "schedule seal")
	sealed := regexp.MustCompile(`seal 1 .*`).FindString(says(exitDone, "verify", "every promise holds", "over 1 complaints and"))
	says(exitUsage, "backup", "file")
	says(exitDone, "backup ../one", "../one: the register as of", "1 complaints, 1 mails")
	says(exitFailed, "backup ../one", "is there already")
	says(exitDone, "restore --check ../one", "is whole", "1 complaints", "schema")

	// Somebody works with the register: nothing is put back over it. A newer one is left alone, too.
	inRegister(t, func(*app) { says(exitFailed, "restore ../one", "in use", "stop dankuwel run") })
	sendAll(t, number)
	says(exitDone, "erase "+number+" --reason asked", "is erased")
	says(exitFailed, "restore ../one", "holds more than the backup", "move the register away first", "nothing was changed")
	says(exitDone, "complaints show "+number, "erased")
	says(exitDone, "backup ../two --json", `"complaints":1`)

	// On the new machine: half a file is refused, and so is a changed one; the older backup is erased again.
	t.Chdir(filepath.Join(root, "there"))
	whole, err := os.ReadFile("../one")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, b []byte) {
		t.Helper()
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("half", whole[:len(whole)/2])
	says(exitFailed, "restore half", "it was cut off: its end is missing")
	whole[len(whole)/2] ^= 1
	write("changed", whole)
	says(exitFailed, "restore changed", "the backup cannot be used: it was changed")
	write("other", []byte("PK\x03\x04 something else altogether"))
	says(exitFailed, "restore other", "was it made by dankuwel backup?")
	says(exitUsage, "restore nothing", "nothing")
	if _, err := os.Stat("data"); err == nil {
		t.Error("a refused backup leaves a register")
	}
	out := says(exitDone, "restore ../one", "1 complaints, 1 mails", "every promise holds", sealed, "mails waited in the backup", "acknowledgement", "Verwerkt")
	says(exitDone, "complaints show "+number, "jan@example.test", "Win een reis")
	says(exitDone, "outbox list", "failed: put back from a backup")
	ids := regexp.MustCompile(`(?m)^ +(\d+)  `).FindAllStringSubmatch(out, -1)
	if len(ids) < 2 {
		t.Fatalf("held back: %q", ids)
	}
	inRegister(t, func(a *app) { // at the start nobody is told that a server refused them
		if n, err := a.desk.Refused(t.Context()); err != nil || n != 0 {
			t.Errorf("%d mails count as refused, %v", n, err)
		}
	})
	says(exitDone, "outbox left "+ids[0][1], "failed for good")
	says(exitFailed, "outbox left "+ids[0][1], "none such")
	says(exitDone, "outbox retry "+ids[1][1], "1 wait for their next attempt")

	// Another new machine has the erasures of the old one, which came with its last backup.
	sendAll(t, number)
	says(exitFailed, "restore ../two", "holds more than the backup")
	t.Chdir(t.TempDir())
	write("config.toml", []byte(smallConfig))
	says(exitDone, "restore "+filepath.Join(root, "two"), "every promise holds", "!erased again")
	says(exitDone, "complaints show "+number, "!jan@example.test", "erased")
	if err := os.Remove("data/dankuwel.db"); err != nil {
		t.Fatal(err)
	}
	says(exitDone, "restore "+filepath.Join(root, "one")+" --json", `"erased_again":1`, `"ok":true`)
	says(exitDone, "complaints show "+number, "!jan@example.test", "erased")
	says(exitDone, "verify", "every promise holds")
}

// sendAll ends the complaint and lets every mail leave.
func sendAll(t *testing.T, number string) {
	t.Helper()
	inRegister(t, func(a *app) {
		err := a.store.Write(t.Context(), a.desk.Now(), func(tx *models.Tx) error {
			c, err := tx.Complaint(number)
			if err != nil {
				return err
			}
			now := tx.Now()
			c.Stage, c.ClosedAt = models.Withdrawn, &now
			if err := tx.SaveComplaint(c); err != nil {
				return err
			}
			list, err := tx.ClaimOf("test", 100, time.Minute, now.Add(24*time.Hour), nil)
			for i := range list {
				list[i].State, list[i].SentAt = "sent", &now
				if _, err := tx.Complete(&list[i], "test"); err != nil {
					return err
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// The JSON of restore is one object, with what verify found in it.
func TestRestore_json(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.toml", []byte(smallConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	parkMail(t)
	if code, _, errs := command(t, "backup", "b"); code != exitDone {
		t.Fatal(errs)
	}
	code, out, errs := command(t, "restore", "b", "--json", "--moves")
	var got restoredJSON
	if err := json.Unmarshal([]byte(out), &got); code != exitDone || err != nil {
		t.Fatalf("%d %v %s%s", code, err, out, errs)
	}
	if got.Mails != 1 || !got.Verify.OK || len(got.HeldBack) != 0 || got.Verify.Seal != nil {
		t.Errorf("%s", out)
	}
}
