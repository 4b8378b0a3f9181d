package main

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// The figures of a register with one complaint, in every format; a bad period is named with a good one.
func TestReport(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.toml", []byte(smallConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	says := func(line string, status int, words ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		env := &environment{ctx: t.Context(), stdout: &out, stderr: &errs, getenv: func(string) string { return "" }}
		if code := run(env, strings.Fields(line)); code != status {
			t.Fatalf("dankuwel %s: status %d\n%s%s", line, code, out.String(), errs.String())
		}
		for _, w := range words {
			if !strings.Contains(out.String()+errs.String(), w) {
				t.Errorf("dankuwel %s: %q is not in\n%s%s", line, w, out.String(), errs.String())
			}
		}
		return out.String()
	}
	for _, bad := range []string{"2026-13", "2026-W54", "november", "26"} {
		says("report --period "+bad, exitUsage, "--period \""+bad+"\" is no period")
	}
	says("report", exitUsage, "--period")
	says("report --period 2999", exitUsage, "--period 2999 has not begun yet")
	says("report --period 2026 --format xml", exitUsage, `--format "xml" is none of html, json, pdf`)
	says("--json report --period 2026 --format pdf", exitUsage, "--format")

	says("schedule", exitDone)
	parkMail(t)
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	year := time.Now().In(zone).Format("2006")
	var f struct {
		Period, From, Until string
		AsOf                time.Time                 `json:"as_of"`
		Days                struct{ Median *float64 } `json:"days_to_answer"`
		Overdue             []any
		Figures             []struct {
			Figure           string
			Value            *string
			Count            int
			Before, LastYear *int
			Numbers          []string
		}
	}
	for _, line := range []string{"report --json --period " + year, "report --format json --period " + year} {
		if err := json.Unmarshal([]byte(says(line, exitDone)), &f); err != nil {
			t.Fatal(err)
		}
	}
	if f.Period != year || f.From != year+"-01-01" || f.Until != year+"-12-31" || f.Days.Median != nil || f.Overdue == nil || time.Since(f.AsOf) > time.Hour {
		t.Errorf("%+v", f)
	}
	for _, row := range f.Figures {
		if row.Numbers == nil || row.Figure != "mails" && row.Before == nil {
			t.Errorf("%+v", row)
		}
		if row.Figure == "parked" && (row.Count != 1 || !slices.Equal(row.Numbers, []string{"P-1"})) || row.Figure == "received" && row.Count != 0 {
			t.Errorf("%+v", row)
		}
	}
	says("report --period "+year, exitDone, "<html lang=\"nl\">", "Jaarverslag klachten "+year, "kwamen er geen klachten binnen")
	if pdf := says("report --format pdf --period "+year, exitDone); !strings.HasPrefix(pdf, "%PDF-") {
		t.Error("no PDF")
	}
	says("report --period "+time.Now().In(zone).Format("2006-01"), exitDone, "<html lang=\"nl\">", "Klachten ", "Mails die op een beslissing wachten", "apart gelegd voor een beslissing 1 = 1")
	if pdf := says("report --format pdf --period "+year+"-01", exitDone); !strings.HasPrefix(pdf, "%PDF-") {
		t.Error("no PDF")
	}
}
