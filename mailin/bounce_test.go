package mailin

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// told writes failures down, one a line: recipient, action, status, code, reason, and whether for good.
func told(list []Failure) string {
	var b strings.Builder
	for _, f := range list {
		fmt.Fprintf(&b, "%s %s %s %d %s %v\n", f.Recipient, f.Action, f.Status, f.Code, f.Reason(), f.Permanent())
	}
	return strings.TrimSpace(b.String())
}

// TestFailures_fixtures: whole notices, as they come.
func TestFailures_fixtures(t *testing.T) {
	check := func(file string, want ...string) {
		t.Helper()
		if got := told(Failures(parseBytes(t, readFixture(t, file)))); got != strings.Join(want, "\n") {
			t.Errorf("%s: got\n%s\nwant\n%s", file, got, strings.Join(want, "\n"))
		}
	}
	check("dsn.eml", "weg@example.test failed 5.1.1 550 no_such_user true")
	check("bounce-exim.eml", "weg@example.test failed  0  false")
	check("ndr-exchange-nl.eml", "jan@weg.example.test failed 5.1.10 550 no_such_user true")
	check("ndr-exchange-nl-tekst.eml", "jan@weg.example.test failed 5.1.1 550 no_such_user true")
	check("ndr-exchange-fr.eml", "marie@parti.example.test failed 5.2.2 0 mailbox_full true")
	check("ndr-exchange-de.eml", "uwe@fort.example.test failed 5.7.509 550 refused true")
	check("bounce-mailbox-vol.eml", "jan@provider.example.test failed 5.2.2 552 mailbox_full true")
	check("bounce-vertraagd-nl.eml", "jan@provider.example.test delayed 4.4.1 0 unreachable false")
	check("bounce-exim-twee.eml", "jan@kabel.example.test failed 5.1.1 550 no_such_user true", "piet@anders.example.test failed  0 unreachable false")
	check("bounce-qmail.eml", "jan@oud.example.test failed 5.1.1 0 no_such_user true")
}

// TestFailures_words: notices without a report, by the forms in which programs write them.
func TestFailures_words(t *testing.T) {
	check := func(program, subject, text string, want ...string) {
		t.Helper()
		raw := "Return-Path: <>\nFrom: Postmaster <postmaster@mx.example.test>\nTo: klachten@example.test\nSubject: " + subject + "\n\n" + text
		m := parseBytes(t, []byte(raw))
		if got := told(Failures(m)); got != strings.Join(want, "\n") {
			t.Errorf("%s: got\n%s\nwant\n%s", program, got, strings.Join(want, "\n"))
		}
		if kind, why := Classify(m, nil); (kind == Bounce) != strings.Contains(want[0], " failed ") || kind == Person {
			t.Errorf("%s: is a %s (%s)", program, kind, why)
		}
	}
	check("Exchange 2003", "Undeliverable: lift", "Your message\n\n  To:      an@weg.example.test\n  Subject: lift\n  Sent:    Mon, 2 Mar 2026 09:00:00 +0100\n\n"+
		"did not reach the following recipient(s):\n\nan@weg.example.test on Mon, 2 Mar 2026 09:00:05 +0100\n    The e-mail account does not exist at the organization this message was sent to.\n    <mail.weg.example.test #5.1.1>\n",
		"an@weg.example.test failed 5.1.1 0 no_such_user true")
	check("Exchange 5.5, by name", "Undeliverable: lift", "Your message\n\n  To:      an@weg.example.test\n  Subject: lift\n\ndid not reach the following recipient(s):\n\nAn Peeters on Mon, 2 Mar 2026 09:00:05 +0100\n"+
		"    The recipient name is not recognized\n    MSEXCH:IMS:WEG:POST:MX 0 (000C05A6) Unknown Recipient\n", "an@weg.example.test failed  0 no_such_user true")
	check("GMX", "Mail delivery failed: returning message to sender", "A message that you sent could not be delivered to\none or more of its recipients. The following addresses\nfailed:\n\n\"an@weg.example.test\":\n"+
		"SMTP error from remote server after RCPT command:\nhost: mx.weg.example.test\n550 5.1.1 Unknown user\n\n--- The header of the original message is following. ---\n\nReceived: from x\nTo: an@weg.example.test\n",
		"an@weg.example.test failed 5.1.1 550 no_such_user true")
	check("SMTP dialogue", "Returned mail: User unknown", "   ----- Transcript of session follows -----\nWhile talking to mx.weg.example.test:\n>>> RCPT To:<an@weg.example.test>\n<<< 550 <an@weg.example.test>... User unknown\n"+
		"550 <an@weg.example.test>... User unknown\n554 <bo@kwijt.example.test>... 550 Host unknown\n\n   ----- Unsent message follows -----\nFrom: klachten@example.test\nTo: an@weg.example.test\n",
		"an@weg.example.test failed  550 no_such_user true", "bo@kwijt.example.test failed  554 no_such_domain true")
	check("InterScan", "Mail could not be delivered", "The SMTP server refused it.\n\nSent     >>> RCPT TO:<an@weg.example.test>\nReceived <<< 550 5.1.1 <an@weg.example.test>... user unknown\n", "an@weg.example.test failed 5.1.1 550 no_such_user true")
	check("MailMarshal", "Undeliverable Mail: \"lift\"", "Your message:\n   From:    klachten@example.test\n   Subject: lift\n\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were affected: \n    an@weg.example.test\n",
		"an@weg.example.test failed 5.1.1 550 no_such_user true")
	check("KDDI", "Mail System Error - Returned Mail", "Your mail sent on: Mon, 2 Mar 2026 09:00:00 +0900 \nCould not be delivered to: <an@weg.example.test>\nAs their mailbox is full.\n", "an@weg.example.test failed  0 mailbox_full false")
	check("MailEnable", "Message Delivery Failure", "MailEnable: Message could not be delivered to some recipients.\nThe following recipient(s) could not be reached:\n\n\tRecipient: [SMTP:an@weg.example.test]\n\tReason: Remote SMTP Server Returned: 550 unknown user\n",
		"an@weg.example.test failed  550 no_such_user true")
	check("X6", "There was an error sending your mail", "We had trouble delivering your message. Full details follow:\n\nSubject: 'lift'\n\n1 error(s):\n\nSMTP Server <mx.weg.example.test> rejected recipient <an@weg.example.test>\n"+
		"  (Error following RCPT command). It responded as follows: [550 5.1.1 unknown user <an@weg.example.test>]\n", "an@weg.example.test failed 5.1.1 550 no_such_user true")
	check("James", "[BOUNCE]", "Error message below:\n550 - Requested action not taken: no such user here\n\nMessage details:\n  Subject: lift\n  MAIL FROM: klachten@example.test\n  RCPT TO: an@weg.example.test\n", "an@weg.example.test failed  550 no_such_user true")
	check("DragonFly", "Mail delivery failed", "Hi!\n\nThis is the DragonFly Mail Agent v0.13 at mx.example.test.\n\nThere was an error delivering your mail to <an@weg.example.test>.\n\nmx.weg.example.test [192.0.2.1] did not like our RCPT TO:\n550 5.7.1 Blocked by policy\n",
		"an@weg.example.test failed 5.7.1 550 refused true")
	check("XMail", "Error sending message [1] from [mx.example.test]", "[<00>] XMail bounce: Rcpt=[an@weg.example.test];Error=[550 Mailbox unavailable]\n", "an@weg.example.test failed  550 no_such_user true")
	check("Gmail", "Delivery Status Notification (Delay)", "THIS IS A WARNING MESSAGE ONLY.\n\nDelivery to the following recipient has been delayed:\n\n     an@weg.example.test\n\nMessage will be retried for 2 more day(s)\n", "an@weg.example.test delayed  0  false")
	check("a provider in Dutch", "Niet bezorgd: lift", "Uw bericht is niet bezorgd bij an@weg.example.test, want het postvak is vol.\n", "an@weg.example.test failed  0 mailbox_full false")
	check("a provider in Dutch, later", "Vertraagd: lift", "Uw bericht aan an@weg.example.test is nog niet bezorgd. Er wordt opnieuw geprobeerd.\n", "an@weg.example.test delayed  0  false")
	check("nobody named", "Undeliverable mail", "Your mail could not be delivered.\n\n------ Original message ------\n\nFrom: klachten@example.test\nTo: an@weg.example.test\nMessage-ID: <a@example.test>\n", "an@weg.example.test failed  0  false")
	check("to oneself", "failure notice", "<klachten@example.test>:\nUser over quota. (#5.2.2)\n\n--- Below this line is a copy of the message.\n\nTo: klachten@example.test\n", "klachten@example.test failed 5.2.2 0 mailbox_full true")
}

// TestFailures_ses: Amazon SES by way of SNS.
func TestFailures_ses(t *testing.T) {
	raw := "From: AWS Notifications <no-reply@sns.amazonaws.com>\nSubject: AWS Notification Message\n\n" +
		`{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"an@weg.example.test","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},` +
		`"mail":{"messageId":"0001","headers":[{"name":"X-Dankuwel-Id","value":"abcdefgh23456723"}],"commonHeaders":{"messageId":"<antwoord-1@example.test>"}}}` + "\n--\nIf you wish to stop receiving notifications\n"
	m := parseBytes(t, []byte(raw))
	if kind, why := Classify(m, nil); kind != Bounce {
		t.Errorf("is a %s (%s)", kind, why)
	}
	if got, want := told(Failures(m)), "an@weg.example.test failed 5.1.1 550 no_such_user true"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := ReturnedIDs(m); !slices.Equal(got, []string{"abcdefgh23456723", "antwoord-1@example.test"}) {
		t.Errorf("got %q", got)
	}
	for text, want := range map[string]Kind{`{"notificationType":"Delivery"}`: Automatic, `{"hello"`: Person} {
		if kind, why := Classify(parseBytes(t, []byte("From: no-reply@sns.amazonaws.com\n\n"+text)), nil); kind != want {
			t.Errorf("%s: is a %s (%s), want %s", text, kind, why, want)
		}
	}
}

// TestFailures_report: the fields of RFC 3464 as programs bend them.
func TestFailures_report(t *testing.T) {
	check := func(report string, want ...string) {
		t.Helper()
		raw := "From: MAILER-DAEMON@mx.example.test\nContent-Type: multipart/report; report-type=delivery-status; boundary=g\n\n--g\nContent-Type: message/delivery-status\n\n" + report + "\n--g--\n"
		if got := told(Failures(parseBytes(t, []byte(raw)))); got != strings.Join(want, "\n") {
			t.Errorf("%q: got\n%s\nwant\n%s", report, got, strings.Join(want, "\n"))
		}
	}
	check("Reporting-MTA: dns; x\n\nFinal-Recipient: RFC822; <an@Weg.Example.Test>\nAction: failed\nStatus: 5.1.1 (bad destination)\n", "an@weg.example.test failed 5.1.1 0 no_such_user true")
	check("Final-Recipient: LOCAL; an\nOriginal-Recipient: rfc822;an@weg.example.test\nAction: FAILED\nStatus: 4.4.7\nDiagnostic-Code: smtp; 550 4.4.7 Message\n  expired\n", "an@weg.example.test failed 4.4.7 550 unreachable false")
	check("Final-Recipient: rfc822;@a.example.test:an@weg.example.test\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.2.2 full\n", "an@weg.example.test failed 5.2.2 550 mailbox_full true")
	check("Final-Recipient: rfc822; a@x.test\nAction: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822; b@x.test\nAction: delayed\nStatus: 4.4.1\n\nFinal-Recipient: rfc822; a@x.test\nAction: failed\nStatus: 5.1.1\n",
		"a@x.test failed 5.1.1 0 no_such_user true", "b@x.test delayed 4.4.1 0 unreachable false")
	check("Final-Recipient: rfc822; a@x.test\nAction: whatever\nStatus: 5.9\n", "a@x.test failed  0  false")
	check("Final-Recipient: rfc822; \"a b\"@x.test\nAction: relayed\nStatus: 2.1.5\n", "\"a b\"@x.test relayed 2.1.5 0  false")
	check("", "failed  0  false")
}

// TestFailure_Reason: codes first, then words.
func TestFailure_Reason(t *testing.T) {
	check := func(status string, code int, said, want string) {
		t.Helper()
		if got := (Failure{Action: "failed", Status: status, Code: code, Diagnostic: said}).Reason(); got != want {
			t.Errorf("%q %d %q: got %q, want %q", status, code, said, got, want)
		}
	}
	check("5.1.1", 550, "blocked", "no_such_user")
	check("5.2.2", 552, "", "mailbox_full")
	check("5.3.4", 552, "", "too_big")
	check("5.1.2", 0, "", "no_such_domain")
	check("5.4.4", 0, "", "no_such_domain")
	check("4.4.4", 0, "", "unreachable")
	check("5.1.10", 550, "RESOLVER.ADR.RecipientNotFound", "no_such_user")
	check("5.1.10", 556, "Recipient address has null MX", "no_such_domain")
	check("5.4.1", 550, "Recipient address rejected: Access denied. AS(201806281)", "no_such_user")
	check("5.7.1", 550, "Relaying denied", "not_allowed")
	check("5.7.1", 550, "", "refused")
	check("5.7.26", 550, "This mail is unauthenticated", "refused")
	check("5.7.0", 554, "Message Size Violation: message too large", "too_big")
	check("5.5.0", 550, "Requested action not taken: mailbox unavailable", "no_such_user")
	check("", 550, "De mailbox bestaat niet", "no_such_user")
	check("", 554, "Message refused: listed at a block list", "refused")
	check("", 421, "", "unreachable")
	check("", 0, "", "")
	check("5.5.1", 503, "", "")
}

func TestReturnedIDs(t *testing.T) {
	check := func(file string, want ...string) {
		t.Helper()
		if got := ReturnedIDs(parseBytes(t, readFixture(t, file))); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
	check("dsn.eml", "antwoord-1@example.test")
	check("ndr-exchange-nl.eml", "abcdefgh23456723", "antwoord-1@example.test")
	check("ndr-exchange-nl-tekst.eml", "abcdefgh23456723", "antwoord-1@example.test")
	check("ndr-exchange-de.eml", "abcdefgh23456723", "antwoord-1@example.test")
	check("ndr-exchange-fr.eml")
	check("bounce-exim-twee.eml", "abcdefgh23456723", "antwoord-1@example.test")
	check("bounce-qmail.eml", "abcdefgh23456723", "antwoord-1@example.test")
	check("misbruikmelding.eml", "abcdefgh23456723", "antwoord-1@example.test")
	many := "From: MAILER-DAEMON@x.test\nIn-Reply-To: <eerst@x.test>\nReferences:"
	for i := range 50 {
		many += fmt.Sprintf(" <%d@x.test>", i)
	}
	if got := ReturnedIDs(parseBytes(t, []byte(many+"\n\nweg\n"))); len(got) != maxReturnedIDs || got[0] != "eerst@x.test" || got[1] != "49@x.test" {
		t.Errorf("got %q", got)
	}
}

// TestFailures_large: a megabyte of anything is read soon, and no more than 100 recipients of it.
func TestFailures_large(t *testing.T) {
	for _, unit := range []string{"<an@weg.example.test>: 550 5.1.1 weg\n", "a@b.example ", "@", "550 ", "Final-Recipient: rfc822; a@b.test\n\n", "----- Original message -----\nFrom: a@b.test\n\n", "\"@", "a@\n", "rcpt to:"} {
		text := strings.Repeat(unit, 1<<20/len(unit))
		for _, head := range []string{"", "Content-Type: multipart/report; report-type=delivery-status; boundary=g\n\n--g\nContent-Type: message/delivery-status\n"} {
			m := parseBytes(t, []byte("Return-Path: <>\nFrom: MAILER-DAEMON@x.test\nSubject: failure notice\n"+head+"\n"+text))
			begin := time.Now()
			list := Failures(m)
			ReturnedIDs(m)
			Classify(m, nil)
			if took := time.Since(begin); took > 2*time.Second || len(list) > maxFailures {
				t.Errorf("%q: %d failures in %v", unit, len(list), took)
			}
		}
	}
	var many strings.Builder
	for i := range 500 {
		fmt.Fprintf(&many, "<an%d@weg.example.test>: 550 5.1.1 weg\n", i)
	}
	if list := Failures(parseBytes(t, []byte("From: MAILER-DAEMON@x.test\n\n"+many.String()))); len(list) != maxFailures {
		t.Errorf("%d failures", len(list))
	}
}

func TestAddressesIn(t *testing.T) {
	check := func(line string, want ...string) {
		t.Helper()
		var got []string
		for _, a := range addressesIn(line, 10) {
			got = append(got, a.email)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
	check("<an@Example.TEST>... User unknown", "an@example.test")
	check("'an@example.test' reports", "an@example.test")
	check("an@example.test.", "an@example.test")
	check("[SMTP:an@example.test], mailto:bo+x@example.test", "an@example.test", "bo+x@example.test")
	check(`"an peeters"@example.test`, `"an peeters"@example.test`)
	check("宛先an@example.test様", "an@example.test")
	check("jörg@müller.example.test", "jörg@müller.example.test")
	check("an@[192.0.2.1]", "an@[192.0.2.1]")
	check("root@localhost")
	check("<root@localhost>", "root@localhost")
	check("https://an@example.test/")
	check("@ @@ a@ @b.c")
}

// addNotices seeds with the fixtures and the small mails of the shared corpus.
func addNotices(f *testing.F) {
	files, err := filepath.Glob("testdata/mail/*.eml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	for name, raw := range corpusFiles(f) {
		if strings.HasPrefix(name, "bounces/") && len(raw) < 8<<10 {
			f.Add(raw)
		}
	}
}

// FuzzFailures: whatever the notice, what comes out keeps its promises.
func FuzzFailures(f *testing.F) {
	addNotices(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := parseBytes(t, raw)
		begin := time.Now()
		list := Failures(m)
		if len(list) == 0 || len(list) > maxFailures {
			t.Errorf("%d failures", len(list))
		}
		for _, one := range list {
			if !knownActions[one.Action] || len(one.Diagnostic) > maxDiagnosticSize || oneLine(one.Diagnostic) != one.Diagnostic || one.Status != "" && !enhancedCode(one.Status) {
				t.Errorf("%+v", one)
			}
			one.Reason()
			one.Permanent()
		}
		if ids := ReturnedIDs(m); len(ids) > maxReturnedIDs {
			t.Errorf("%d ids", len(ids))
		}
		if took := time.Since(begin); took > maxParseTime {
			t.Errorf("took %v", took)
		}
	})
}

func BenchmarkFailures(b *testing.B) {
	for _, file := range []string{"ndr-exchange-nl.eml", "bounce-exim-twee.eml"} {
		m := parseBytes(b, readFixture(b, file))
		b.Run(file, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Failures(m)
			}
		})
	}
}
