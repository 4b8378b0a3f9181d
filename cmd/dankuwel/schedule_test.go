package main

import (
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"dankuwel/models"
	"dankuwel/procedure"
)

// parkMail parks a mail in the register of config.toml, as intake does with one that nobody can be sure about.
func parkMail(t *testing.T) {
	t.Helper()
	a, err := openApp(&environment{ctx: t.Context(), stderr: os.Stderr, getenv: func(string) string { return "" }, config: "config.toml"})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	w := a.store.NewBlob()
	defer w.Discard()
	raw := "From: jan@example.test\r\nSubject: De soep\r\n\r\nWin een reis.\r\n"
	if _, err := w.Write([]byte(raw)); err != nil {
		t.Fatal(err)
	}
	b, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	m := models.Message{Direction: "in", Kind: "person", FromEmail: "jan@example.test", FromName: "Jan", Subject: "De soep", Text: "Win een reis.", NewText: "Win een reis.",
		At: time.Now(), Language: "nl", Raw: &b.SHA256, Size: b.Size}
	arrival := &procedure.Arrival{Mailbox: "klachten@example.test", UIDValidity: 1, UID: 1, ReceivedAt: time.Now(), Identity: "one", Message: m, Blobs: []models.Blob{b}}
	if _, err := a.desk.Park(t.Context(), arrival, "spam"); err != nil {
		t.Fatal(err)
	}
}

func TestSchedule(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.toml", []byte(smallConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	// says runs a line and insists on its status and on what stands in its output, or does not ("!...").
	says := func(line string, wantCode int, wanted ...string) string {
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
	says("schedule --help", exitDone, "--at", "--dry-run", "review_list", "held_mail")
	says("schedule remainders", exitUsage, `no job "remainders"`, "review_list, handler_digest, weekly_digest, monthly_digest, lessons, annual_report, held_mail, watchdog, retention, seal")
	says("schedule --at tomorrow", exitUsage, `--at "tomorrow"`, "2026-11-23T08:15:00+01:00")
	says("schedule", exitDone, "welcome", "!review_list") // who is new is welcomed; nothing is parked
	if out := says("schedule", exitDone); out != "" {
		t.Errorf("nothing is due, and yet:\n%s", out)
	}
	if out := says("schedule --json", exitDone); out != "[]\n" {
		t.Errorf("nothing is due, and yet:\n%s", out)
	}

	parkMail(t)
	says("schedule held_mail", exitDone, "!review_list")
	for range 2 {
		says("schedule --dry-run", exitDone, "review_list", "an@example.test")
	}
	says("outbox list", exitDone, "!review_list")
	says("schedule review_list", exitDone, "review_list", "an@example.test")
	says("schedule review_list", exitDone, "!an@example.test")
	says("outbox list", exitDone, "review_list")

	// A day that has not come: another list, which leaves at once.
	var rows []struct{ Kind, To, Subject string }
	out := says("schedule --json --at 2099-12-01T08:15:00+01:00 review_list", exitDone)
	if err := json.Unmarshal([]byte(out), &rows); err != nil || len(rows) != 1 || rows[0].Kind != "review_list" || rows[0].To != "an@example.test" || rows[0].Subject == "" {
		t.Errorf("%v, %v", rows, err)
	}
	var queued []struct {
		Kind string
		Due  time.Time `json:"next_attempt_at"`
	}
	if err := json.Unmarshal([]byte(says("outbox list --json", exitDone)), &queued); err != nil {
		t.Fatal(err)
	}
	if len(queued) != 3 {
		t.Errorf("the outbox holds %v", queued)
	}
	for _, m := range queued {
		if m.Due.After(time.Now()) {
			t.Errorf("%s waits until %s", m.Kind, m.Due)
		}
	}
}

// In the service the list goes out at its hour, for the day for which it was planned: also when the program was down at that hour.
func TestServiceSchedule(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.toml", []byte(smallConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	parkMail(t)
	c, err := LoadConfig("config.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, c.Organization.Timezone)
	a, err := newApp(t.Context(), c, slog.New(slog.DiscardHandler), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := a.desk.SyncStaff(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := a.scheduler()
	for _, step := range []struct {
		hours float64
		want  string // days of the lists so far
	}{{0, ""}, {0.25, "23"}, {1, "23"}, {20, "23"}, {24 * 3, "23 26"}, {1, "23 26"}, {24, "23 26 27"}} {
		now = now.Add(time.Duration(step.hours * float64(time.Hour)))
		if err := s.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		var days []string
		err := a.store.Read(t.Context()).EachOutboxMail(time.Time{}, 0, func(m *models.OutboxMail, _ string, _ bool) error {
			if day, ok := strings.CutPrefix(m.Key, "review_list/-/an@example.test/2026-11-"); ok {
				days = append(days, day)
			}
			if m.NextAttemptAt.After(now) {
				t.Errorf("%s waits until %s", m.Key, m.NextAttemptAt)
			}
			return nil
		})
		if got := strings.Join(days, " "); err != nil || got != step.want {
			t.Errorf("at %s: lists of %q, %v; want %q", now, got, err, step.want)
		}
	}
}
