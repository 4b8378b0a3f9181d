package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"dankuwel/models"
	"dankuwel/procedure"
)

// registerComplaint puts a complaint into the register, as intake does with the first mail of a person.
func registerComplaint(t *testing.T, a *app) *models.Complaint {
	t.Helper()
	w := a.store.NewBlob()
	defer w.Discard()
	if _, err := w.Write([]byte("From: jan@client.test\r\nSubject: De soep\r\n\r\nDe soep was koud.\r\n")); err != nil {
		t.Fatal(err)
	}
	b, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	text := "De soep was gisteren voor de derde keer koud en niemand kon mij zeggen waarom."
	m := models.Message{Direction: "in", FromEmail: "jan@client.test", FromName: "Jan Peeters", AnswerTo: "jan@client.test", Subject: "De soep", Text: text, NewText: text, At: a.desk.Now(), Language: "nl",
		Carrier: "mail", Raw: &b.SHA256, Size: b.Size}
	e, err := a.desk.Register(t.Context(), &procedure.Arrival{Mailbox: "klachten@example.test", UIDValidity: 1, UID: 1, ReceivedAt: a.desk.Now(), Identity: "one", Message: m, Blobs: []models.Blob{b}}, 0)
	if err != nil || e.ComplaintID == nil {
		t.Fatalf("%+v, %v", e, err)
	}
	c, err := a.store.Read(t.Context()).ComplaintByID(*e.ComplaintID)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What comes next is shown with the day on which its job does it: not on the Saturday on which it is planned.
func TestShowNext(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.toml", []byte(smallConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := LoadConfig("config.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, c.Organization.Timezone) // a Saturday
	a, err := newApp(t.Context(), c, slog.New(slog.DiscardHandler), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := a.desk.SyncStaff(t.Context()); err != nil {
		t.Fatal(err)
	}
	complaint := registerComplaint(t, a)
	shows := func(want string) {
		t.Helper()
		j, err := dossierOf(a.store.Read(t.Context()), complaint, a.desk, a.config.timedJobs())
		if err != nil {
			t.Fatal(err)
		}
		var list, lines []string
		for _, n := range j.Next {
			list, lines = append(list, fmt.Sprintf("%s %s", n.On, n.What)), append(lines, fmt.Sprintf("next        %s on %s\n", n.What, n.On))
		}
		if got := strings.Join(list, ", "); got != want {
			t.Errorf("on %s: %s, want %s", now, got, want)
		}
		var out bytes.Buffer
		if err := j.print(&environment{stdout: &out}, complaint); err != nil || !strings.Contains(out.String(), strings.Join(lines, "")) {
			t.Errorf("%v: the text is\n%s", err, &out)
		}
	}
	shows("2026-12-07 status_update, 2026-12-14 reminder, 2026-12-29 reminder, 2027-01-05 answer, 2027-01-06 escalation, 2027-01-06 reminder")
	now = now.AddDate(0, 0, 16).Add(-4 * time.Hour) // Monday, at eight: the update leaves at nine
	shows("2026-12-07 status_update, 2026-12-14 reminder, 2026-12-29 reminder, 2027-01-05 answer, 2027-01-06 escalation, 2027-01-06 reminder")
	now = now.Add(2 * time.Hour) // it did not: the next one is tomorrow's
	shows("2026-12-08 status_update, 2026-12-14 reminder, 2026-12-29 reminder, 2027-01-05 answer, 2027-01-06 escalation, 2027-01-06 reminder")
}

// A rehearsal prints what would be queued for a complaint, and keeps nothing; the real run queues just that, once.
func TestRehearsedStatusUpdate(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.toml", []byte(smallConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := openApp(&environment{ctx: t.Context(), stderr: os.Stderr, getenv: func(string) string { return "" }, config: "config.toml"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.desk.SyncStaff(t.Context()); err != nil {
		t.Fatal(err)
	}
	registerComplaint(t, a)
	a.Close()
	at := time.Now().AddDate(0, 0, 14).Format(time.RFC3339)
	run := func(args ...string) string {
		t.Helper()
		code, out, errs := command(t, args...)
		if code != exitDone {
			t.Fatalf("dankuwel %s: exit %d\n%s", args, code, errs)
		}
		return out
	}
	before := run("outbox", "list")
	rehearsed := run("schedule", "--dry-run", "--at", at, "status_updates")
	if !strings.Contains(rehearsed, "status_update") || !strings.Contains(rehearsed, "jan@client.test") {
		t.Errorf("rehearsed:\n%s", rehearsed)
	}
	if again := run("schedule", "--dry-run", "--at", at, "status_updates"); again != rehearsed {
		t.Errorf("rehearsed again:\n%s", again)
	}
	if after := run("outbox", "list"); after != before {
		t.Errorf("a rehearsal left\n%s", after)
	}
	if done := run("schedule", "--at", at, "status_updates"); done != rehearsed {
		t.Errorf("done:\n%s\nand rehearsed:\n%s", done, rehearsed)
	}
	if again := run("schedule", "--at", at, "status_updates"); again != "" {
		t.Errorf("done twice:\n%s", again)
	}
}
