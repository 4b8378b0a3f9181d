package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"dankuwel/procedure"
)

var updateConfig = flag.Bool("update-config", false, "rewrite the # want: lines in testdata/config")

const wantPrefix = "# want: "

// Each file of testdata/config ends with what LoadConfig must say about it, all of it, in order: findings as
// "# want: LINE: KEY: …", or, for a valid file, what is not in force.
func TestConfigFindings(t *testing.T) {
	files, err := filepath.Glob("testdata/config/*.toml")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".toml"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text, wanted, _ := strings.Cut(string(raw), wantPrefix)
			if wanted != "" {
				wanted = wantPrefix + wanted
			}
			got := wantLines(t, file)
			if *updateConfig {
				if err := os.WriteFile(file, []byte(text+got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != wanted {
				t.Errorf("got\n%swant\n%s", got, wanted)
			}
		})
	}
}

func wantLines(t *testing.T, file string) string {
	t.Helper()
	c, err := LoadConfig(file, func(name string) string { return map[string]string{"DANKUWEL_TEST": "geheim"}[name] })
	var findings []Finding
	var ce *ConfigError
	switch {
	case err == nil:
		findings = c.NotInForce()
	case errors.As(err, &ce):
		findings = ce.Findings
	default:
		t.Fatalf("%T: %v", err, err)
	}
	var b strings.Builder
	for _, f := range findings {
		line, _ := strings.CutPrefix(f.String(), file+":")
		b.WriteString(wantPrefix + strings.TrimSpace(line) + "\n")
	}
	return b.String()
}

// A fraction fits no key: so every key of the table is read, and one wrong type hides no other.
func TestConfigReadsEveryKey(t *testing.T) {
	var b strings.Builder
	table := ""
	for _, k := range configKeys {
		if dot := strings.LastIndexByte(k.name, '.'); dot > 0 && k.name[:dot] != table {
			table = k.name[:dot]
			b.WriteString(tableTitle(table) + "\n")
		}
		b.WriteString(k.name[strings.LastIndexByte(k.name, '.')+1:] + " = 1.5\n")
	}
	said := map[string]bool{}
	for _, f := range findingsOf(t, b.String()) {
		if strings.HasPrefix(f.Problem, "is a number with a fraction, but ") {
			said[f.Key] = true
		}
	}
	for _, k := range configKeys {
		if !said[k.name] {
			t.Errorf("%s = 1.5: no finding", k.name)
		}
	}
}

// The examples in findings are valid themselves.
func TestConfigExamplesOfKeysAreValid(t *testing.T) {
	broken := findingsOf(t, "")
	if len(broken) == 0 {
		t.Fatal("an empty file is valid")
	}
	for _, k := range configKeys {
		if k.example == "" || strings.HasSuffix(k.name, "_file") || strings.HasSuffix(k.name, "_env") || k.name == "templates.dir" {
			continue
		}
		dot := strings.LastIndexByte(k.name, '.')
		text := k.name[dot+1:] + " = " + k.example + "\n"
		if dot > 0 {
			text = tableTitle(k.name[:dot]) + "\n" + text
		}
		for _, f := range findingsOf(t, text) {
			if f.Key == k.name && !strings.HasPrefix(f.Problem, "is missing") && !strings.Contains(f.Problem, "nobody in [[staff]]") &&
				!strings.HasSuffix(k.name, "ca_file") {
				t.Errorf("%s", f)
			}
		}
	}
}

func TestConfigValues(t *testing.T) {
	c, err := LoadConfig("testdata/config/full.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	check("data_dir", c.DataDir, filepath.Join("testdata", "config", "data"))
	check("dsn", c.Database.DSN.Reveal(), filepath.Join("testdata", "config", "data", "dankuwel.db"))
	check("closed_days", c.Organization.ClosedDays[0], time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC))
	m := c.Mailboxes[0]
	check("size", m.MaxMessageSize, Size(50_000_000))
	check("poll", m.PollInterval, time.Minute)
	check("within", m.AcknowledgeWithin, Period{14, Days})
	check("imap password", m.IMAP.Password.Reveal(), "geheim-1")
	check("smtp password", m.SMTP.Password.Reveal(), "geheim uit het bestand")
	check("flood", c.Limits.Flood, Rate{20, 10 * time.Minute})
	check("recurrence", c.Procedure.Recurrence, Rate{3, 90 * 24 * time.Hour})
	check("suspends", *c.Procedure.Terms.Suspends, false)
	check("extensions", *c.Procedure.Terms.Extensions, 1)
	check("language", c.Staff[1].Language, "nl")
	check("department", c.Departments[0].Answer, Period{10, WorkingDays})
	check("retention", c.Retention.PseudonymiseAfter, Period{24, Months})
	friday := time.Date(2026, 11, 27, 12, 0, 0, 0, c.Organization.Timezone)
	check("digest", c.Schedule.WeeklyDigest.Next(friday), time.Date(2026, 11, 30, 8, 0, 0, 0, c.Organization.Timezone))
}

// What the file says about reading mail reaches the procedure, and so do the defaults of what it leaves out.
func TestConfigSettings(t *testing.T) {
	c, err := LoadConfig("testdata/config/devices_in_order.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	s := c.settings()
	check("form senders", s.FormSenders, []procedure.FormSender{
		{Address: "noreply@example.test", NameField: "header:Reply-To", EmailField: "header:Reply-To", TextField: "Bericht"},
		{Address: "wordpress@example.test", NameField: "Naam", EmailField: "Uw e-mailadres", TextField: "Bericht"},
	})
	check("scanners", s.Scanners, []string{"scanner@example.test"})
	check("lists", s.Mailboxes[0].Lists, []string{"iedereen.example.test"})
	check("no flood limit", s.Flood, procedure.Rate{})
	check("no limit of answers", s.Automatic, procedure.Rate{})
	check("review_list", c.Schedule.ReviewList.Line, "0 7,13 * * 1-5")

	c = loadText(t, smallConfig)
	s = c.settings()
	check("flood", s.Flood, procedure.Rate{N: 20, Per: 10 * time.Minute})
	check("automatic", s.Automatic, procedure.Rate{N: 5, Per: 24 * time.Hour})
	check("review_list by default", c.Schedule.ReviewList.Line, "15 8 * * *")
	check("neither forms, scanners nor lists", len(s.FormSenders)+len(s.Scanners)+len(s.Mailboxes[0].Lists), 0)
}

func TestConfigSignatureIsFirstCoordinator(t *testing.T) {
	c := loadText(t, strings.Replace(strings.ReplaceAll(initText, `password = ""`, `password = "x"`), "signature =", "# signature =", 1))
	if c.Organization.Signature != "An Peeters" {
		t.Errorf("signature %q", c.Organization.Signature)
	}
}

func TestConfigSecretIsNeverPrinted(t *testing.T) {
	s := struct {
		Open   Secret
		hidden Secret
	}{NewSecret("geheim"), NewSecret("geheim")}
	asJSON, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "password", s.Open, "all", s)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "password", s.Open, "all", s)
	for _, text := range []string{
		string(asJSON), log.String(), s.Open.String(),
		fmt.Sprintf("%v %+v %#v %s %q %x %d", s, s, s, s.Open, s.Open, s.Open, s.Open), fmt.Sprint(&s, s.hidden),
	} {
		if strings.Contains(text, "geheim") || strings.Contains(text, fmt.Sprintf("%x", "geheim")) {
			t.Errorf("shows the secret: %s", text)
		}
	}
	if s.Open.Reveal() != "geheim" || !(Secret{}).IsZero() {
		t.Error("Reveal does not give the secret")
	}
}

func TestConfigFileCannotBeRead(t *testing.T) {
	for path, want := range map[string]string{
		filepath.Join(t.TempDir(), "config.toml"): "there is no such file; `dankuwel init` writes one",
		t.TempDir(): "is not a file",
	} {
		if _, err := LoadConfig(path, nil); err == nil || !strings.HasPrefix(err.Error(), path+": "+want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestConfigLines(t *testing.T) {
	lines := scanLines(`a = 1
"b" . 'c' = [ # comment ] "
  "x", 'y',
  { d = "]", e.f = """
]""" },
]
[g]
h = '''
[no]
i = 1'''
[[l]]
[l.m]
n = 2026-01-01 10:00:00
[[l]] # second
[l . "m"]
n = "\"#\\"
o = 1`)
	want := map[string]int{"a": 1, "b": 2, "b.c": 2, "b.c[0]": 3, "b.c[1]": 3, "b.c[2]": 4, "b.c[2].d": 4, "b.c[2].e": 4, "b.c[2].e.f": 4,
		"g": 7, "g.h": 8, "l": 11, "l[0]": 11, "l[0].m": 12, "l[0].m.n": 13, "l[1]": 14, "l[1].m": 15, "l[1].m.n": 16, "l[1].m.o": 17}
	if !reflect.DeepEqual(lines, want) {
		t.Errorf("got  %v\nwant %v", lines, want)
	}
}

// findingsOf loads a text that must be faulty.
func findingsOf(t *testing.T, text string) []Finding {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var ce *ConfigError
	if _, err := LoadConfig(path, nil); !errors.As(err, &ce) {
		t.Fatalf("no findings (%v) in\n%s", err, text)
	}
	return ce.Findings
}
