package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const smallConfig = `
[organization]
name = "Woonzorgcentrum De Linde"

[[mailbox]]
address = "klachten@example.test"

[mailbox.imap]
address  = "127.0.0.1:1"
security = "none"
password = "zeer geheim"

[mailbox.smtp]
address  = "127.0.0.1:1"
security = "none"
password = "zeer geheim"

[[staff]]
name  = "An Peeters"
email = "an@example.test"
roles = ["coordinator"]
`

// command runs the program in a folder with a small configuration, as a person would who stands there.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	env := &environment{ctx: t.Context(), stdout: &out, stderr: &errs, getenv: func(string) string { return "" }}
	code = run(env, args)
	if strings.Contains(out.String()+errs.String(), "zeer geheim") {
		t.Errorf("%q shows the password", args)
	}
	return code, out.String(), errs.String()
}

func TestCommands(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.toml", []byte(smallConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	check := func(line string, wantCode int, want string) {
		t.Helper()
		code, out, errs := command(t, strings.Fields(line)...)
		if code != wantCode || !strings.Contains(out+errs, want) {
			t.Errorf("dankuwel %s: exit %d, want %d with %q; it said:\n%s%s", line, code, wantCode, want, out, errs)
		}
	}
	check("", exitDone, "Usage:")
	check("--help", exitDone, "verify")
	check("version", exitDone, "database schema")
	check("version --json", exitDone, `"schema"`)
	check("complaints list --json", exitDone, "[]")
	check("complaints list", exitDone, "")
	check("ledger list --json", exitDone, "[]")
	check("outbox list --json", exitDone, "[]")
	check("review list --json", exitDone, "[]")
	check("verify", exitDone, "every promise holds")
	check("verify --json", exitDone, `"ok":true`)
	check("templates list", exitDone, "acknowledgement")
	check("templates show acknowledgement", exitDone, "Dank u voor")
	check("templates show acknowledgement --lang fr", exitDone, "Merci")
	check("templates show nothing", exitUsage, "acknowledgement")
	check("complaints show K-2026-0001", exitFailed, "K-2026-0001")
	check("review show 7", exitFailed, "P-7")
	check("review accept P-7", exitFailed, "P-7")
	check("review accept x", exitUsage, "for example P-17")
	check("outbox retry 7", exitFailed, "7")
	check("ledger list --since yesterday", exitUsage, "--since 2026-11-23")
	check("ledger list --limit -1", exitUsage, "--limit")
	check("ledger lst", exitUsage, "did you mean")
	check("-c nothing.toml run", exitUsage, "nothing.toml")
	check("run --once", exitFailed, "klachten@example.test")
	check("check --wait 1s", exitFailed, "error")
	check("init", exitUsage, "config.toml")
	check("-c new.toml init", exitDone, "new.toml")
	if _, err := os.Stat(filepath.Join("data", "dankuwel.db")); err != nil {
		t.Error("the register lies under data_dir, beside the configuration:", err)
	}
	if err := os.WriteFile("broken.toml", []byte(strings.Replace(smallConfig, `"none"`, `"nonne"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	check("-c broken.toml check", exitUsage, "broken.toml:10: mailbox.imap.security")
}

// A broken text of the organisation's own is named by every command about texts and by check, and stops no complaint.
func TestCommands_ownTexts(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.toml", []byte(smallConfig+"\n[templates]\ndir = \"texts\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join("texts", "nl", "own"), 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join("texts", "nl", "own", "bezoek.md"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check := func(line string, wantCode int, want string) {
		t.Helper()
		code, out, errs := command(t, strings.Fields(line)...)
		if code != wantCode || !strings.Contains(out+errs, want) {
			t.Errorf("dankuwel %s: exit %d, want %d with %q; it said:\n%s%s", line, code, wantCode, want, out, errs)
		}
	}
	write("Subject: Ons bezoek\n\nIk kom op [[Datum bezoek]] langs.\n")
	check("templates list", exitDone, "own/bezoek")
	check("templates show own/bezoek", exitDone, "[[Datum bezoek]]")
	check("templates lint texts", exitDone, "")
	check("check --wait 1s", exitFailed, "of your own: bezoek")
	write("Subject: Ons bezoek\n\nHelaas pindakaas!\n")
	check("templates lint texts", exitFailed, "bezoek.md: F2")
	write("Subject: Ons bezoek\n\nIk kom op [[Datum bezoek langs.\n")
	for _, line := range []string{"templates list", "templates show acknowledgement", "templates lint texts"} {
		check(line, exitUsage, "bezoek.md:3: a field stands between [[ and ]]")
	}
	check("check --wait 1s", exitFailed, "bezoek.md:3: a field stands between [[ and ]]")
	check("run --once", exitFailed, "bezoek.md:3: a field stands between [[ and ]]")
	check("run --once", exitFailed, "mailbox klachten@example.test") // it went on to the mailbox, which is not there
}

// A process that died while sending is found by its lock, and only then.
func TestReleaseDead(t *testing.T) {
	dir := t.TempDir()
	alive, err := newNode(dir)
	if err != nil {
		t.Fatal(err)
	}
	dead, err := newNode(dir)
	if err != nil {
		t.Fatal(err)
	}
	dead.file.Close() // the system does this when a process is killed
	var released []string
	release := func(owner string) error { released = append(released, owner); return nil }
	for range 2 {
		if err := releaseDead(dir, release); err != nil {
			t.Fatal(err)
		}
	}
	if len(released) != 1 || released[0] != dead.name {
		t.Errorf("released %q, want only %q", released, dead.name)
	}
	if err := alive.close(dir); err != nil {
		t.Error(err)
	}
}
