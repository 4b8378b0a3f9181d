package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dankuwel/models"
)

func TestErase(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.toml", []byte(smallConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	says := func(wantCode int, args []string, wanted ...string) string {
		t.Helper()
		code, out, errs := command(t, args...)
		if code != wantCode {
			t.Errorf("dankuwel %q: exit %d, want %d; it said:\n%s%s", args, code, wantCode, out, errs)
		}
		for _, want := range wanted {
			text, not := strings.CutPrefix(want, "!")
			if strings.Contains(out+errs, text) == not {
				t.Errorf("dankuwel %q: %q; it said:\n%s%s", args, want, out, errs)
			}
		}
		return out
	}
	parkMail(t)
	says(exitDone, []string{"review", "accept", "P-1"})
	number := "K-" + time.Now().Format("2006") + "-0001"
	reason := func(text string) []string { return []string{"erase", number, "--reason", text} }
	says(exitUsage, []string{"erase", number}, "--reason")
	says(exitUsage, reason(" "), "--reason is empty")
	says(exitFailed, []string{"erase", "K-2001-0099", "--reason", "x"}, "none such")
	says(exitFailed, reason("by letter"), "still handled (registered)", "#ingetrokken")

	inRegister(t, func(a *app) {
		err := a.store.Write(t.Context(), a.desk.Now(), func(tx *models.Tx) error {
			c, err := tx.Complaint(number)
			if err != nil {
				return err
			}
			now := tx.Now()
			c.Stage, c.ClosedAt = models.Withdrawn, &now
			return tx.SaveComplaint(c)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	says(exitFailed, reason("by letter"), "has still to leave")
	inRegister(t, func(a *app) {
		err := a.store.Write(t.Context(), a.desk.Now(), func(tx *models.Tx) error {
			list, err := tx.Claim("test", 100, time.Minute)
			for i := range list {
				now := tx.Now()
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
	says(exitFailed, reason("Jan asked"), "names the complainant")
	says(exitDone, []string{"complaints", "show", number}, "jan@example.test", "Win een reis")
	before, err := os.ReadFile(filepath.Join("data", "dankuwel.db"))
	if err != nil {
		t.Fatal(err)
	}

	says(exitDone, reason("by letter"), number+" is erased since", "2 mails may still lie in the folders")
	says(exitDone, append(reason("once more"), "--json"), `"number":"`+number+`"`, `"mails":2`)
	for _, list := range [][]string{{"complaints", "list"}, {"complaints", "show", number}, {"outbox", "list"}, {"ledger", "list"}, {"review", "list"}} {
		says(exitDone, list, "!jan@", "!soep", "!reis")
		says(exitDone, append(list, "--json"), "!jan@", "!soep", "!reis")
	}
	says(exitDone, []string{"complaints", "show", number}, "erased", "by letter", "withdrawn")
	says(exitFailed, []string{"review", "show", "P-1"}, "erased with its complaint")
	says(exitDone, []string{"verify"}, "every promise holds")
	noted, err := os.ReadFile(filepath.Join("data", "erased.jsonl"))
	if err != nil || strings.Count(string(noted), "\n") != 1 || !strings.Contains(string(noted), number) || strings.Contains(string(noted), "jan") {
		t.Errorf("erased.jsonl holds %q, %v", noted, err)
	}

	// A backup from before the erasing is put back, and the last line of the file was cut off by a crash.
	if err := os.WriteFile(filepath.Join("data", "dankuwel.db"), before, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("data", "erased.jsonl"), append(noted, `{"number":"K-`...), 0o600); err != nil {
		t.Fatal(err)
	}
	says(exitDone, []string{"complaints", "show", number}, "jan@example.test")
	inRegister(t, func(a *app) {
		if err := a.prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n, err := a.desk.EraseAgain(t.Context()); err != nil || n != 0 {
			t.Errorf("a second time %d are erased, %v", n, err)
		}
	})
	says(exitDone, []string{"complaints", "show", number}, "!jan@", "by letter")
	says(exitDone, []string{"verify"}, "every promise holds")
}

// inRegister opens the register of config.toml as the service does, and closes it.
func inRegister(t *testing.T, fn func(*app)) {
	t.Helper()
	c, err := LoadConfig("config.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := newApp(t.Context(), c, slog.New(slog.DiscardHandler), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	fn(a)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

// Without a term nothing is erased by night, and check says so; with one, the job does it, and a dry run does not.
func TestRetention(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.toml", []byte(smallConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	says := func(line string, want string) {
		t.Helper()
		_, out, errs := command(t, strings.Fields(line)...)
		if text, not := strings.CutPrefix(want, "!"); strings.Contains(out+errs, text) == not {
			t.Errorf("dankuwel %s: %q; it said:\n%s%s", line, want, out, errs)
		}
	}
	parkMail(t)
	says("review accept P-1", "registered")
	inRegister(t, func(a *app) {
		err := a.store.Write(t.Context(), a.desk.Now(), func(tx *models.Tx) error {
			c, err := tx.ComplaintByID(1)
			if err != nil {
				return err
			}
			now := tx.Now()
			c.Stage, c.ClosedAt = models.Closed, &now
			return tx.SaveComplaint(c)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	says("check --wait 1s", "pseudonymise_after is not set")
	says("schedule --at 2099-01-01T03:00:00+01:00 retention", "!pseudonymise_after")
	says("complaints list", "Jan") // nothing was erased
	if err := os.WriteFile("config.toml", []byte(smallConfig+"\n[retention]\npseudonymise_after = \"3w\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	says("check --wait 1s", "!pseudonymise_after is not set")
	says("schedule --at 2099-01-01T03:00:00+01:00 --dry-run retention", "have been kept for as long as pseudonymise_after says")
	if _, err := os.Stat(filepath.Join("data", "erased.jsonl")); err == nil {
		t.Error("a dry run notes an erasure")
	}
	says("complaints list", "Jan")
	says("schedule retention", "!pseudonymise_after")
	says("complaints list", "Jan")
	says("schedule --at 2099-01-01T03:00:00+01:00 retention", "have been kept")
	says("complaints list", "!Jan")
	says("verify", "every promise holds")
}
