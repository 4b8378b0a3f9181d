package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"dankuwel/procedure"
)

var commentedKey = regexp.MustCompile(`(?m)^# ([a-z_]+ += )`)

// keysIn gives the keys that stand in a text, those in comments too.
func keysIn(text string) map[string]int {
	keys := map[string]int{}
	for path, line := range scanLines(commentedKey.ReplaceAllString(text, "$1")) {
		keys[indexPattern.ReplaceAllString(path, "")] = line
	}
	return keys
}

func anyEnv(string) string { return "geheim-uit-de-omgeving" }

func TestConfigExample(t *testing.T) {
	path := filepath.Join("..", "..", "config.example.toml")
	c, err := LoadConfig(path, anyEnv)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.NotInForce() {
		t.Errorf("stands in the example: %s", f)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	keys := keysIn(string(text))
	last := 0
	for _, k := range configKeys {
		_, stands := keys[k.name]
		if k.when == inForce && !stands {
			t.Errorf("%s is in force, but does not stand in config.example.toml", k.name)
		}
		if k.when == notYet && stands {
			t.Errorf("%s is not in force, but stands in config.example.toml", k.name)
		}
		if section, _, _ := strings.Cut(k.name, "."); stands && keys[section] < last {
			t.Errorf("[%s] stands out of the order of the contract", section)
		} else if stands {
			last = keys[section]
		}
	}
}

// What the example shows as a default is the default.
func TestConfigExampleShowsDefaults(t *testing.T) {
	c, err := LoadConfig(filepath.Join("..", "..", "config.example.toml"), anyEnv)
	if err != nil {
		t.Fatal(err)
	}
	d := defaultConfig()
	p := procedure.Profiles[d.Procedure.Profile]
	d.Procedure.Terms = TermsConfig{periodOf(p.Acknowledge), periodOf(p.Answer), periodOf(p.Extend), &p.Extensions, &p.Suspends}
	if !reflect.DeepEqual(c.Procedure, d.Procedure) {
		t.Errorf("procedure: got %+v, want %+v", c.Procedure, d.Procedure)
	}
	if c.Limits != d.Limits || c.Schedule.ReviewList.Line != d.Schedule.ReviewList.Line {
		t.Errorf("limits %+v and schedule %q: want %+v and %q", c.Limits, c.Schedule.ReviewList.Line, d.Limits, d.Schedule.ReviewList.Line)
	}
	o := c.Organization
	if o.Language != d.Organization.Language || o.Holidays != d.Organization.Holidays || o.Timezone.String() != d.Organization.Timezone.String() {
		t.Errorf("organization: got %+v, want %+v", o, d.Organization)
	}
	m, want := c.Mailboxes[0], defaultMailbox()
	want.Address, want.Name = m.Address, m.Name
	for _, p := range []struct{ got, want *MailServerConfig }{{&m.IMAP, &want.IMAP}, {&m.SMTP, &want.SMTP}} {
		p.want.Address, p.want.Username, p.want.Password = p.got.Address, p.got.Username, p.got.Password
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("mailbox: got %+v, want %+v", m, want)
	}
}

func TestInitLoadsOncePasswordsAreFilledIn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := WriteInit(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode().Perm(), err)
	}
	_, err := LoadConfig(path, nil)
	ce, ok := err.(*ConfigError)
	if !ok || len(ce.Findings) != 2 || ce.Findings[0].Key != "mailbox.imap.password" || ce.Findings[1].Key != "mailbox.smtp.password" {
		t.Fatalf("as written: %v; want exactly the two passwords", err)
	}

	filled := strings.ReplaceAll(initText, `password = ""`, `password = "geheim"`)
	c := loadText(t, filled)
	if len(c.NotInForce()) > 0 {
		t.Errorf("not in force: %v", c.NotInForce())
	}
	for name := range keysIn(initText) {
		if k := findKey(name); k != nil && k.when == notYet {
			t.Errorf("%s is not in force, but stands in init", name)
		}
	}
	withComments := loadText(t, commentedKey.ReplaceAllString(filled, "$1"))
	c.Path, c.DataDir, c.Database, withComments.Path, withComments.DataDir, withComments.Database = "", "", DatabaseConfig{}, "", "", DatabaseConfig{}
	if !reflect.DeepEqual(c, withComments) {
		t.Errorf("a commented key does not show its default:\n%+v\n%+v", c, withComments)
	}
}

func TestInitNeverOverwrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := WriteInit(path)
	if err == nil || !strings.Contains(err.Error(), "exists already and is not overwritten") {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadFile(path); string(left) != "mine" {
		t.Errorf("the file now holds %q", left)
	}
	if err := WriteInit(filepath.Join(t.TempDir(), "missing", "config.toml")); err == nil || !strings.Contains(err.Error(), "folder does not exist") {
		t.Errorf("missing folder: %v", err)
	}
}

// loadText loads a configuration that must be valid.
func loadText(t *testing.T, text string) *Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := LoadConfig(path, anyEnv)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
