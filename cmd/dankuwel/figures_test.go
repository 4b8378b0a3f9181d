package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"dankuwel/models"
)

// The service says how it does: alive, ready or why not, and its figures; nothing about a complaint.
func TestFigures(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.toml", []byte(smallConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	parkMail(t)
	c, err := LoadConfig("config.toml", func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	a, err := newApp(t.Context(), c, slog.New(slog.NewTextHandler(io.Discard, nil)), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	server := httptest.NewServer(a.figuresHandler())
	defer server.Close()
	get := func(path string, wantCode int, wanted ...string) {
		t.Helper()
		r, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != wantCode {
			t.Errorf("%s: %d, %v:\n%s", path, r.StatusCode, err, body)
		}
		for _, want := range wanted {
			text, not := strings.CutPrefix(want, "!")
			if strings.Contains(string(body), text) == not {
				t.Errorf("%s: %q in\n%s", path, want, body)
			}
		}
	}
	read := func() {
		t.Helper()
		err := a.store.Write(t.Context(), now, func(tx *models.Tx) error {
			return tx.SaveMailbox(models.Mailbox{Address: c.Mailboxes[0].Address, Folder: "INBOX", UIDValidity: 1, NextUID: 2})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	get("/healthz", 200, "ok")
	get("/readyz", 503, "was not read yet")
	read()
	get("/readyz", 200, "ok")
	sent := now.Add(300 * time.Millisecond)
	a.figures.sent(models.OutboxMail{Kind: "acknowledgement", CreatedAt: now, SentAt: &sent})
	get("/metrics", 200, `dankuwel_mails_total{outcome="parked"} 1`, "dankuwel_parked_mails 1", "dankuwel_mailbox_last_success_timestamp_seconds{mailbox=", "dankuwel_register_up 1",
		`dankuwel_thanks_seconds_bucket{le="0.5"} 1`, `dankuwel_thanks_seconds_bucket{le="0.25"} 0`, "dankuwel_outbox_oldest_seconds 0", "!jan@example.test", "!soep")
	now = now.Add(2 * time.Hour)
	get("/readyz", 503, "was not read since")
	get("/nothing", 404)
}
