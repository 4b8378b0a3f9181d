package mailin

import (
	"strings"
	"testing"
)

// TestClassify_fixtures: whole mails, as they come.
func TestClassify_fixtures(t *testing.T) {
	check := func(file string, want Kind, reason string) {
		t.Helper()
		kind, why := Classify(parseBytes(t, readFixture(t, file)))
		if kind != want || !strings.Contains(why, reason) {
			t.Errorf("%s: got %s (%s), want %s (%s)", file, kind, why, want, reason)
		}
	}
	check("gewoon.eml", Person, "")
	check("alleen-html.eml", Person, "")
	check("doorgestuurd.eml", Person, "")
	check("outlook-mens.eml", Person, "")
	check("formulier.eml", Person, "")
	check("postmaster-mens.eml", Person, "")
	check("dsn.eml", Bounce, "delivery-status")
	check("bounce-exim.eml", Bounce, "X-Failed-Recipients")
	check("postmaster.eml", Bounce, "From: postmaster")
	check("postmaster-domino.eml", Bounce, "From: postmaster")
	check("dsn-vertraagd.eml", Automatic, "Action: delayed")
	check("leesbevestiging.eml", Automatic, "disposition-notification")
	check("agenda-antwoord.eml", Automatic, "text/calendar")
	check("afwezig.eml", Automatic, "Auto-Submitted: auto-replied")
	check("afwezig-oud.eml", Automatic, "Precedence")
	check("afwezig-x.eml", Automatic, "X-Autoreply")
	check("nul-afzender.eml", Automatic, "Return-Path")
	check("lijst.eml", List, "List-Id")
	check("nieuwsbrief.eml", List, "List-Unsubscribe-Post")
	check("bulk.eml", List, "Precedence: bulk")
}

// TestClassify_fields: one field each, in an otherwise ordinary mail.
func TestClassify_fields(t *testing.T) {
	check := func(field string, want Kind) {
		t.Helper()
		raw := field + "\r\nFrom: An <an@example.test>\r\nSubject: Automatisch antwoord\r\n\r\nDe lift is stuk.\r\n"
		if kind, why := Classify(parseBytes(t, []byte(raw))); kind != want {
			t.Errorf("%q: got %s (%s), want %s", field, kind, why, want)
		}
	}
	check("Auto-Submitted: no", Person)
	check("Auto-Submitted: No (ja, echt)", Person)
	check("Auto-Submitted: no; x=y", Person)
	check("Auto-Submitted:", Person)
	check("Auto-Submitted: auto-generated", Automatic)
	check("AUTO-SUBMITTED: Auto-Notified; owner-email=\"x\"", Automatic)
	check("X-Auto-Response-Suppress: All", Person)
	check("Precedence: normal", Person)
	check("Precedence: first-class", Person)
	check("Precedence: AUTO_REPLY", Automatic)
	check("Precedence: junk", List)
	check("X-Autoreply: no", Person)
	check("X-Autorespond: afwezig", Automatic)
	check("X-Apple-Action: VACATION", Automatic)
	check("X-POST-MessageClass: 9; Autoresponder", Automatic)
	check("Delivered-To: klachten@example.test", Person)
	check("Delivered-To: Autoresponder", Automatic)
	check("Return-Path: <an@example.test>", Person)
	check("Return-Path: <>", Automatic)
	check("List-Unsubscribe: <https://example.test/u>", Person)
	check("List-Unsubscribe: <https://example.test/u>\r\nFeedback-ID: a:b", List)
	check("Feedback-ID: a:b", Person)
	check("List-Id: <x.example.test>", List)
	check("Return-Path: <>\r\nList-Id: <x.example.test>", Automatic)
	check("Content-Type: text/calendar; method=REPLY", Automatic)
	check("Content-Type: text/calendar; method=REQUEST", Person)
	check("Disposition-Notification-To: an@example.test", Person)
	check("X-Mailer: vacation 1.2", Person)
}

func TestKind_String(t *testing.T) {
	for kind, want := range map[Kind]string{Person: "person", Bounce: "bounce", Automatic: "automatic", List: "list", Kind(9): "unknown"} {
		if got := kind.String(); got != want {
			t.Errorf("%d: got %q, want %q", kind, got, want)
		}
	}
}
