package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const marker = "Gh3im-Wachtw00rd"

// Wherever the password of a broken file stands, no finding quotes it.
func TestConfigErrorsNeverQuoteAPassword(t *testing.T) {
	for _, text := range []string{
		`password = Gh3im-Wachtw00rd`,
		`password = "Gh3im-Wachtw00rd`,
		`password = "Gh3im-Wachtw00rd" x`,
		`password = "\Gh3im-Wachtw00rd"`,
		`password == "Gh3im-Wachtw00rd"`,
		`password Gh3im-Wachtw00rd`,
		`Gh3im-Wachtw00rd`,
		`password = 12Gh3im-Wachtw00rd`,
		`password = ["Gh3im-Wachtw00rd"]`,
		`password = { x = "Gh3im-Wachtw00rd" }`,
		`passwrod = "Gh3im-Wachtw00rd"`,
		`password_env = "Gh3im-Wachtw00rd"`,
		`password_file = "Gh3im-Wachtw00rd"`,
		`password = "Gh3im-Wachtw00rd"` + "\n" + `auth = "Gh3im-Wachtw00rd"`,
		`password = "Gh3im-Wachtw00rd"` + "\n" + `Gh3im-Wachtw00rd = 1`,
		`password = "\u0047h3im-Wachtw00rd"` + "\n" + `security = "x Gh3im-Wachtw00rd"`,
		`password = "Gh3im-Wachtw00rd"` + "\n" + `password = "Gh3im-Wachtw00rd"`,
		`address = """` + "\n" + `password = "Gh3im-Wachtw00rd"` + "\n" + `"""`,
		"[database]\ndriver = \"postgres\"\ndsn = \"postgres://dankuwel:Gh3im-Wachtw00rd@\"",
		"[database]\ndsn = \"postgres://dankuwel:Gh3im-Wachtw00rd@host/x\"",
		"[database]\ndriver = \"postgres\"\ndsn = \"postgres://dankuwel:Gh3im-Wachtw00rd@ho st:x/x%zz\"",
		"[database]\ndriver = \"postgres://dankuwel:Gh3im-Wachtw00rd@host/x\"\ndsn = \"postgres://dankuwel:Gh3im-Wachtw00rd@host/x\"",
	} {
		for _, f := range findingsOf(t, "[[mailbox]]\n[mailbox.imap]\n"+text+"\n") {
			if strings.Contains(f.String(), marker) {
				t.Errorf("%q: %s", text, f)
			}
		}
	}
}

// FuzzConfigLoad puts a password between two fuzzed texts: no panic, each finding in the file, never the password.
func FuzzConfigLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/config/*.toml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		half := strings.LastIndexByte(string(raw[:len(raw)/2]), '\n') + 1
		f.Add(string(raw[:half]), string(raw[half:]))
	}
	f.Add("[organization]\nlanguage = \"\"\"", "\"\"\"")
	f.Add("[schedule]\nlessons = '", "'")
	f.Add("[schedule]\nlessons = \"TZ=Europe/Brussels\"\n", "")
	f.Add("x = [", "]")
	path := filepath.Join(f.TempDir(), "config.toml")
	f.Fuzz(func(t *testing.T, before, after string) {
		text := before + "password = \"" + marker + "\"\n" + after
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := LoadConfig(path, func(string) string { return marker })
		if err == nil {
			for _, finding := range c.NotInForce() {
				if findKey(finding.Key) == nil {
					t.Errorf("no such key: %s", finding)
				}
			}
			return
		}
		for _, finding := range err.(*ConfigError).Findings {
			if finding.Line < 0 || finding.Line > strings.Count(text, "\n")+1 || finding.Problem == "" {
				t.Errorf("%#v", finding)
			}
		}
		if strings.Contains(err.Error(), marker) && !strings.Contains(before+after, marker) {
			t.Errorf("quotes the password: %v", err)
		}
	})
}
