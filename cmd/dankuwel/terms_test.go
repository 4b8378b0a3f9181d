package main

import (
	"bytes"
	"strings"
	"testing"

	"dankuwel/procedure"
)

// Each own term stands over the profile's, and over no other.
func TestOwnTerms(t *testing.T) {
	day := func(n int) procedure.Term { return procedure.Term{N: n, Unit: procedure.CalendarDays} }
	check := func(profile, terms string, want procedure.Profile) {
		t.Helper()
		c := loadText(t, smallConfig+"\n[procedure]\nprofile = \""+profile+"\"\n[procedure.terms]\n"+terms+"\n")
		if got := c.settings().Profile; got != want {
			t.Errorf("%s, %s:\n got %+v\nwant %+v", profile, terms, got, want)
		}
	}
	flemish, awb, vaph := procedure.Profiles["vlaams-bestuur"], procedure.Profiles["awb"], procedure.Profiles["vaph"]
	check("vlaams-bestuur", "", flemish)
	own := flemish
	own.Acknowledge = day(5)
	check("vlaams-bestuur", `acknowledge = "5d"`, own)
	own = flemish
	own.Answer = procedure.Term{N: 20, Unit: procedure.WorkingDays}
	check("vlaams-bestuur", `answer = "20wd"`, own)
	own = flemish
	own.Extend = day(15)
	check("vlaams-bestuur", `extend = "15d"`, own)
	own = flemish
	own.Extensions = 0
	check("vlaams-bestuur", `extensions = 0`, own)
	own = awb
	own.Suspends, own.Answer = true, procedure.Term{N: 10, Unit: procedure.Weeks}
	check("awb", "suspends = true\nanswer = \"10w\"", own)
	own = vaph
	own.Extensions, own.Extend = 2, day(14)
	check("vaph", "extensions = 2\nextend = \"14d\"", own)
}

// check says which clock runs, that the organisation answers for it, and what nobody verified.
func TestCheckTerms(t *testing.T) {
	check := func(procedureTable string, want ...string) {
		t.Helper()
		var out bytes.Buffer
		c := &checkup{out: list{w: &out}}
		if err := c.terms(loadText(t, smallConfig+procedureTable)); err != nil {
			t.Fatal(err)
		}
		for _, words := range append(want, "organisation answers for", "not verified: ") {
			if !strings.Contains(out.String(), words) {
				t.Errorf("%s: %q is not in\n%s", procedureTable, words, &out)
			}
		}
		if moves := strings.Contains(procedureTable, "awb") || strings.Contains(procedureTable, "wkkgz"); strings.Contains(out.String(), "warning") != moves {
			t.Errorf("%s: the holidays are Belgian:\n%s", procedureTable, &out)
		}
	}
	check("", "vlaams-bestuur: thanks within 10d, answer within 45d, one extension of at most 45d; ")
	check("[procedure]\nprofile = \"awb\"", "awb: answer within 6w, one extension of at most 4w, further ones with the complainant's written consent", `holidays = "NL"`)
	check("[procedure]\nprofile = \"wkkgz\"", "wkkgz: answer within 6w, one extension of at most 4w; ")
	check("[procedure]\nprofile = \"vaph\"", "vaph: answer within 30d, no extension; ")
	check("[procedure.terms]\nsuspends = true\nextensions = 2", "2 extensions of at most 45d each, the clock stands still while a question to the complainant is open; your own terms stand over")
	for name := range procedure.Profiles {
		if notVerified[name] == "" {
			t.Errorf("nothing is said of %s", name)
		}
	}
}
