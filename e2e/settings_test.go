//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// faults are config files that an operator may well write. Each is the rig's config with one thing changed, and says of which key
// the program must complain, in the line where the change stands.
var faults = []struct{ old, text, key string }{
	{`name        = "Woonzorgcentrum De Linde"`, `nmae = "Woonzorgcentrum De Linde"`, "nmae"},
	{`language    = "nl"`, `language = "vlaams"`, "language"},
	{`timezone    = "Europe/Brussels"`, `timezone = "Europe/Brusel"`, "timezone"},
	{`holidays    = "BE"`, `holidays = "XX"`, "holidays"},
	{`driver = `, `driver = "oracle" # `, "driver"},
	{`address = "klachten@example.test"`, `address = "klachten"`, "address"},
	{`address = "klachten@example.test"`, "address = \"klachten@example.test\"\npoll_interval = \"soon\"", "poll_interval"},
	{`address = "klachten@example.test"`, "address = \"klachten@example.test\"\nmax_message_size = 50", "max_message_size"},
	{`address = "klachten@example.test"`, "address = \"klachten@example.test\"\nreply_addressing = \"minus\"", "reply_addressing"},
	{`security = "tls"`, `security = "ssl"`, "security"},
	{`security = "starttls"`, `security = starttls`, "a value is wanted"},
	{`username = "klachten"`, `username = 7`, "username"},
	{`password = "geheim"`, `password = ""`, "password"},
	{`authserv_id = `, `authserv = `, "authserv"},
	{`roles = ["coordinator", "handler"]`, `roles = ["coordinater"]`, "roles"},
	{`roles = ["coordinator", "handler"]`, `roles = "coordinator"`, "roles"},
	{`email = "bram@example.test"`, `email = "an@example.test"`, "email"},
	{`head     = "bram@example.test"`, `head = "els@example.test"`, "head"},
	{`flood = "0"`, `flood = "many"`, "flood"},
	{`weekly_digest = "0 8 * * 1"`, `weekly_digest = "0 8 31 2 *"`, "weekly_digest"},
}

// A faulty configuration ends every command with 2, before anything is opened, and the message names file, line and key.
func TestFaultyConfig(t *testing.T) {
	w := newWorld(t, "sqlite", settings{Kitchen: true, More: noFlood + "[schedule]\nweekly_digest = \"0 8 * * 1\"\n"})
	good, err := os.ReadFile(w.config())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		if err := os.WriteFile(w.config(), good, 0o600); err != nil {
			t.Fatal(err)
		}
		line := w.change(f.old, f.text) + strings.Count(f.text, "\n")
		said, code := w.try("check")
		if want := fmt.Sprintf("config.toml:%d: ", line); code != 2 || !strings.Contains(said, want) || !strings.Contains(said, f.key) {
			t.Errorf("%s: ended with %d and not with 2, %s and %s:\n%s", strings.TrimSpace(f.text), code, want, f.key, tail(said, 5))
		}
		if strings.Contains(said, "geheim") {
			t.Errorf("%s: the message holds a password", f.text)
		}
	}
	// All findings at once, and nothing was opened for any of them.
	w.change(`language    = "nl"`, `language = "vlaams"`)
	w.change(`timezone    = "Europe/Brussels"`, `timezone = "Mars/Base"`)
	said, code := w.try("run", "--once")
	if findings := strings.Count(said, "config.toml:"); code != 2 || findings < 3 {
		t.Errorf("three faults: ended with %d and %d findings:\n%s", code, findings, said)
	}
	if err := os.WriteFile(w.config(), good, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(w.dir, "data")); err == nil {
		t.Error("a command with a faulty configuration made the data folder")
	}
	if said, code := w.try("no-such-command"); code != 2 {
		t.Errorf("an unknown command ended with %d: %s", code, said)
	}
	if said, code := w.try("complaints", "show", "K-1999-0001"); code != 1 {
		t.Errorf("a complaint that is not there: ended with %d: %s", code, said)
	}
}

// The configuration is changed while the service runs. A faulty one is named and the old one stays; a mended one is in force for the
// next mail, and nothing is lost or done twice on the way.
func TestHangup(t *testing.T) {
	onEachEngine(t, settings{More: noFlood}, func(t *testing.T, w *world) {
		w.start()
		w.deliver(t, complaintMail(t, fill{From: customer(1), Number: 1}), customer(1), "klachten@example.test")
		w.awaitKind(t, "klant1", "acknowledgement", 1)

		for i, fault := range []struct{ old, text, said string }{
			{`language    = "nl"`, `language = "vlaams"`, "organization.language"},
			{`ca_file  = "` + w.rig.CA, `ca_file  = "` + w.rig.CA + ".gone", "ca_file"},
			{`[security]`, "[templates]\ndir = \"" + w.badTexts("acknowledgement.md") + "\"\n[security]", "acknowledgement.md"},
			{`[security]`, "[templates]\ndir = \"" + w.badTexts("own/bezoek.md") + "\"\n[security]", "bezoek.md"},
		} {
			before := w.log()
			line := w.change(fault.old, fault.text)
			w.service.Process.Signal(syscall.SIGHUP)
			w.until("a word about "+fault.said, patience, func() bool {
				return strings.Contains(strings.TrimPrefix(w.log(), before), fault.said)
			})
			if !strings.Contains(strings.TrimPrefix(w.log(), before), "stays in force") {
				t.Errorf("line %d with %s: the log does not say that the old configuration stays:\n%s", line, fault.said, strings.TrimPrefix(w.log(), before))
			}
			w.mustLive()
			n := i + 2
			w.deliver(t, complaintMail(t, fill{From: customer(n), Number: n}), customer(n), "klachten@example.test")
			if l := w.awaitKind(t, fmt.Sprintf("klant%d", n), "acknowledgement", 1); !strings.Contains(l.text, "02 555 12 12") {
				t.Errorf("with the old configuration the thanks do not name its telephone:\n%s", l.text)
			}
			w.change(fault.text, fault.old)
		}

		w.change("02 555 12 12", "02 555 99 99")
		w.service.Process.Signal(syscall.SIGHUP)
		w.until("the new configuration", patience, func() bool { return strings.Contains(w.log(), "read again") })
		w.deliver(t, complaintMail(t, fill{From: customer(9), Number: 9}), customer(9), "klachten@example.test")
		if l := w.awaitKind(t, "klant9", "acknowledgement", 1); !strings.Contains(l.text, "02 555 99 99") {
			t.Errorf("with the new configuration the thanks do not name its telephone:\n%s", l.text)
		}
		w.mustLive()
		w.mustHaveAll(6)
	})
}

// badTexts is a folder of own texts with one that is no template.
func (w *world) badTexts(name string) string {
	w.t.Helper()
	dir := filepath.Join(w.dir, "texts-"+filepath.Base(name))
	file := filepath.Join(dir, "nl", name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("Subject: Dank u {{.Numb"), 0o644); err != nil {
		w.t.Fatal(err)
	}
	return dir
}

// `check` is tried while the service runs: its mail to itself is found, and leaves nothing to decide behind.
func TestCheckBesideService(t *testing.T) {
	w := newWorld(t, "sqlite", settings{})
	w.start()
	w.until("the service has looked into the mailbox", patience, func() bool { return strings.Contains(w.log(), "is running") })
	for range 5 {
		if said, code := w.try("check"); code != 0 {
			t.Errorf("check ended with %d:\n%s", code, said)
		}
	}
	w.mustLive()
	w.stop()
	w.once()
	var parked []any
	if w.ask(&parked, "review", "list"); len(parked) > 0 {
		t.Errorf("check left %d parked mails to decide about", len(parked))
	}
}
