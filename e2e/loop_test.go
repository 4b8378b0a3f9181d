//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Two organisations use the program, and a mail in the name of the one comes to the other. One answers; that answer is a program's mail
// for the other, who says nothing. However often both look, it stays at that.
func TestTwoInstallations(t *testing.T) {
	onEachEngine(t, settings{}, func(t *testing.T, w *world) {
		other := w.neighbour()
		mail := "From: \"Meldpunt Elders\" <meldpunt@example.test>\nTo: klachten@example.test\nSubject: Koude soep\nDate: Mon, 2 Mar 2026 09:00:00 +0100\n" +
			"Message-ID: <elders@example.test>\nMIME-Version: 1.0\nContent-Type: text/plain\n\nBij ons kwam een klacht aan over uw keuken, de soep was koud.\n"
		w.deliver(t, crlf([]byte(mail)), "meldpunt@example.test", "klachten@example.test")
		for range 4 {
			w.once()
			other.once()
		}
		if n := w.count(t, "meldpunt", "Te beoordelen"); n != 1 {
			t.Errorf("the other installation parked %d mails, want the one answer", n)
		}
		var complaints []any
		if other.ask(&complaints, "complaints", "list"); len(complaints) > 0 {
			t.Errorf("the other installation registered %d complaints", len(complaints))
		}
		for name, installation := range map[string]*world{"the first": w, "the other": other} {
			var sent []struct{ Kind, To string }
			installation.ask(&sent, "outbox", "list")
			toOther := 0
			for _, m := range sent {
				if m.To == "meldpunt@example.test" || m.To == "klachten@example.test" {
					toOther++
				}
			}
			if want := map[string]int{"the first": 1, "the other": 0}[name]; toOther != want {
				t.Errorf("%s wrote %d mails to the other one, want %d", name, toOther, want)
			}
		}
	})
}

// neighbour is a second installation on the same servers, with the mailbox meldpunt@ and a register of its own.
func (w *world) neighbour() *world {
	w.t.Helper()
	other := &world{rig: w.rig, t: w.t, engine: w.engine, dir: w.dir + "-elders", dsn: "dankuwel.db"}
	if err := os.Mkdir(other.dir, 0o711); err != nil {
		w.t.Fatal(err)
	}
	if w.engine == "postgres" {
		other.dsn = newDatabase(w.t, other.tablespace())
	}
	other.writeConfig(filepath.Join(other.dir, "data"), settings{})
	raw, err := os.ReadFile(other.config())
	if err != nil {
		w.t.Fatal(err)
	}
	text := strings.NewReplacer("klachten@example.test", "meldpunt@example.test", `username = "klachten"`, `username = "meldpunt"`).Replace(string(raw))
	if err := os.WriteFile(other.config(), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(other.end)
	return other
}
