package mailin

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dankuwel/models"
)

// forgery is one attempt from outside to act as Bram.
type forgery struct {
	name   string
	fields string // header; To, Subject, Date, Message-ID and the rest are added
	want   string // outcome and reason
	asked  bool   // Bram gets a confirmation
}

// ours is the server's own field, the topmost; the fields behind it came with the mail. A field above it with the server's own id is
// no case: a server takes that out before it adds its own (RFC 8601 section 5).
func ours(results string, fields ...string) string {
	return strings.Join(append([]string{"Authentication-Results: mx.example.test; " + results}, fields...), "\n")
}

const (
	bram     = "From: Bram De Wit <bram@example.test>"
	asBram   = "auth=pass smtp.auth=bram@example.test"
	unproven = "parked unproven"
)

// vouching are ways to have somebody else vouch for Bram; below From stands nothing else.
func vouching() (list []forgery) {
	for name, results := range map[string]string{
		"another server":                 "Authentication-Results: mx.evil.test; " + asBram,
		"id with more behind":            "Authentication-Results: mx.example.test.evil.test; " + asBram,
		"id with more before":            "Authentication-Results: evil.mx.example.test; " + asBram,
		"id with a dot behind":           "Authentication-Results: mx.example.test.; " + asBram,
		"id in quotes":                   `Authentication-Results: "mx.example.test"; ` + asBram,
		"id behind a comment":            "Authentication-Results: (ours) mx.example.test; " + asBram,
		"id in a comment":                "Authentication-Results: (mx.example.test;) mx.evil.test; " + asBram,
		"id glued to a comment":          "Authentication-Results: mx.example.test(1); " + asBram,
		"id with a long s":               "Authentication-Results: mx.example.teſt; " + asBram,
		"id behind a hard space":         "Authentication-Results: \u00a0mx.example.test; " + asBram,
		"id with a NUL in it":            "Authentication-Results: mx.exam\x00ple.test; " + asBram,
		"id cut by a tab":                "Authentication-Results: mx.example\t.test; " + asBram,
		"id as an encoded word":          "Authentication-Results: =?utf-8?q?mx=2Eexample=2Etest?=; " + asBram,
		"id without results":             "Authentication-Results: mx.example.test",
		"unknown version":                "Authentication-Results: mx.example.test 2; " + asBram,
		"other field":                    "X-Authentication-Results: mx.example.test; " + asBram + "\nARC-Authentication-Results: i=1; mx.example.test; " + asBram,
		"Received with authentication":   "Received: from x (authenticated as bram@example.test) by mx.example.test",
		"forged below a silent one":      ours("none", "Authentication-Results: mx.example.test; "+asBram),
		"forged below an odd version":    "Authentication-Results: mx.example.test 2; none\nAuthentication-Results: mx.example.test; " + asBram,
		"line that lost its indent":      ours("none") + "\nbehind; " + asBram + " x",
		"dkim of another domain":         ours("dkim=pass header.d=evil.test"),
		"spf of another domain":          ours("spf=pass smtp.mailfrom=bounce@evil.test"),
		"dmarc of another domain":        ours("dmarc=pass header.from=evil.test"),
		"dmarc of nobody":                ours("dmarc=pass"),
		"dmarc of a sub-domain":          ours("dmarc=pass header.from=mail.example.test"),
		"dkim of the domain above":       ours("dkim=pass header.d=test"),
		"helo only":                      ours("spf=pass smtp.helo=example.test"),
		"dkim fails":                     ours("dkim=fail header.d=example.test"),
		"spf fails":                      ours("spf=fail smtp.mailfrom=bram@example.test"),
		"spf is soft":                    ours("spf=softfail smtp.mailfrom=bram@example.test; dkim=neutral header.d=example.test"),
		"passed on by arc":               ours("arc=pass header.oldest-pass=0 smtp.remote-ip=192.0.2.1"),
		"login without a name":           ours("auth=pass"),
		"results in a comment":           ours("none (" + asBram + ")"),
		"a semicolon in a comment":       ours("spf=pass (sender is x; " + asBram + " ; dmarc=pass header.from=example.test ) smtp.mailfrom=x@evil.test"),
		"comment in a comment":           ours("spf=pass (a (b) ; " + asBram + " ) smtp.mailfrom=x@evil.test"),
		"comment that is not closed":     ours("spf=none (; " + asBram),
		"quote that is not closed":       ours(`spf=none reason="; ` + asBram),
		"results in a reason":            ours(`dkim=none reason="; ` + asBram + ` ;"`),
		"results in a local part":        ours(`spf=pass smtp.mailfrom="; ` + asBram + ` ;"@evil.test`),
		"parameter in a local part":      ours(`dkim=pass header.d=evil.test header.i="x header.d=example.test x"@evil.test`),
		"quote within a local part":      ours(`spf=pass smtp.mailfrom="\"; ` + asBram + ` ;\""@evil.test`),
		"hard spaces in a local part":    ours("dkim=pass header.d=evil.test header.i=x\u00a0header.d=example.test\u00a0@evil.test"),
		"our address as a local part":    ours(`spf=pass smtp.mailfrom="bram@example.test"@evil.test`),
		"several results, none his":      ours("dkim=pass header.d=evil.test; spf=pass smtp.mailfrom=x@evil.test; dmarc=none header.from=example.test"),
		"several fields, none his":       ours("spf=pass smtp.mailfrom=x@evil.test", "Authentication-Results: mx.evil.test; dmarc=pass header.from=example.test"),
		"result that cannot be read":     ours("nonsense; " + asBram),
		"no field at all":                "",
		"Resent-From beside it":          "Resent-From: bram@example.test\nResent-Sender: bram@example.test",
		"Return-Path and Received-SPF":   "Return-Path: <bram@example.test>\nReceived-SPF: pass (mx.example.test: bram@example.test)",
		"own letter's id in In-Reply-To": "In-Reply-To: ${reg.message-id}",
	} {
		list = append(list, forgery{"vouching: " + name, strings.TrimPrefix(results+"\n"+bram, "\n"), unproven, true})
	}
	return list
}

// disownedForgeries are mails of which the server says that they are not Bram's: nobody is asked.
func disownedForgeries() (list []forgery) {
	for name, results := range map[string]string{
		"dmarc fails":                ours("dmarc=fail header.from=example.test"),
		"dmarc fails, dkim passes":   ours("dmarc=fail header.from=example.test; dkim=pass header.d=example.test"),
		"login fails":                ours("auth=fail smtp.auth=bram@example.test"),
		"login of another":           ours("auth=pass smtp.auth=els@example.test"),
		"login elsewhere":            ours("auth=pass smtp.auth=bram@evil.test"),
		"login of a long name":       ours(`auth=pass smtp.auth="bram@example.test x"`),
		"login of another, dmarc":    ours("dmarc=pass header.from=example.test; auth=pass smtp.auth=guest@example.test"),
		"forged below a failing one": ours("dmarc=fail header.from=example.test", "Authentication-Results: mx.example.test; "+asBram),
		"two logins, the first bad":  ours("auth=pass smtp.auth=guest; " + asBram),
	} {
		list = append(list, forgery{"disowned: " + name, results + "\n" + bram, unproven, false})
	}
	return list
}

// senders are ways to look like Bram; the server vouches for the outsider's own domain, as it would.
func senders() (list []forgery) {
	evil := ours("dmarc=pass header.from=evil.test; spf=pass smtp.mailfrom=x@evil.test; dkim=pass header.d=evil.test")
	add := func(asked bool, cases map[string]string) {
		for name, from := range cases {
			list = append(list, forgery{"sender: " + name, evil + "\n" + from, unproven, asked})
		}
	}
	add(true, map[string]string{ // an address of Bram's is found: he is asked
		"two From fields, Bram first":     "From: bram@example.test\nFrom: x@evil.test",
		"two From fields, Bram second":    "From: x@evil.test\nFrom: bram@example.test",
		"two addresses, Bram first":       "From: bram@example.test, x@evil.test",
		"two addresses, Bram second":      "From: x@evil.test, Bram <bram@example.test>",
		"group":                           "From: staff: bram@example.test, x@evil.test;",
		"other case":                      "From: BRAM@Example.TEST",
		"Sender of an outsider":           "From: bram@example.test\nSender: x@evil.test",
		"two Senders":                     "From: bram@example.test\nSender: bram@example.test\nSender: x@evil.test",
		"Sender of a colleague, forged":   "From: bram@example.test\nSender: els@example.test",
		"encoded word as the only one, Q": "From: =?utf-8?q?bram=40example=2Etest?=",
		"source route":                    "From: <@evil.test:bram@example.test>",
		"comment of the outsider":         "From: bram@example.test (x@evil.test)",
		"trailing dot":                    "From: bram@example.test.",
	})
	add(false, map[string]string{ // nobody of ours, or in the display name only
		"display name":             `From: "bram@example.test" <x@evil.test>`,
		"display name, bare":       "From: bram@example.test <x@evil.test>",
		"display name in brackets": `From: "Bram De Wit <bram@example.test>" <x@evil.test>`,
		"name alone":               "From: Bram De Wit <x@evil.test>",
		"comment":                  "From: x@evil.test (bram@example.test)",
		"encoded word, Q":          "From: =?utf-8?q?bram=40example=2Etest?= <x@evil.test>",
		"encoded word, B":          "From: =?utf-8?B?YnJhbUBleGFtcGxlLnRlc3Q=?= <x@evil.test>",
		"our domain within":        "From: bram@example.test.evil.test",
		"our domain as local part": "From: bram%example.test@evil.test",
		"look-alike":               "From: bram@examp1e.test",
		"homoglyph":                "From: bram@ex\u0430mple.test",
		"punycode":                 "From: bram@xn--exmple-4nf.test",
		"sub-domain":               "From: bram@mail.example.test",
		"plus address":             "From: bram+x@example.test",
		"quoted local part":        `From: "bram@example.test"@evil.test`,
		"quoted name":              `From: "bram "@example.test`,
		"zero width":               "From: br\u200bam@example.test",
		"Reply-To":                 "From: x@evil.test\nReply-To: bram@example.test",
		"Sender":                   "From: x@evil.test\nSender: bram@example.test",
		"Resent-From":              "From: x@evil.test\nResent-From: bram@example.test",
		"no From":                  "Sender: bram@example.test",
		"the complainant":          "From: Lieve Janssens <lieve@client.test>",
	})
	return list
}

// machines are mails that no person wrote: none of them spends a token, not even with a pass.
var machines = []forgery{
	{"machine: vacation reply, forged", "Auto-Submitted: auto-replied\n" + bram, "automatic", false},
	{"machine: list", ours(asBram, "List-Id: <list.evil.test>", "Precedence: list", bram), "parked list", false},
	{"machine: notice of delivery", "Return-Path: <>\nFrom: MAILER-DAEMON@example.test\nContent-Type: multipart/report; report-type=delivery-status; boundary=b", "parked automatic", false},
	{"machine: calendar", bram + "\nContent-Type: text/calendar; method=REPLY", "automatic", false},
	{"machine: vacation reply with a pass", ours(asBram, "Auto-Submitted: auto-replied", bram), "automatic", false},
}

// besieged is an office with a complaint of Bram's; his mails "reg" and "preview" are in the hands of somebody outside.
type besieged struct {
	*office
	n int
}

func newBesieged(t *testing.T, store *models.Store) *besieged {
	o := &besieged{office: newOffice(t, store)}
	if err := o.intake.Desk.SyncStaff(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.send("From: Lieve Janssens <lieve@client.test>", "klachten@example.test", "Gisteren was de soep van mijn moeder voor de derde keer koud en niemand zei mij waarom.")
	o.pick("reg", "bram@example.test", "registration")
	o.send(ours(asBram, bram), "${reg.reply-to}", "#stand\nIk sprak met de keuken en bel u dinsdag.")
	o.pick("preview", "bram@example.test", "preview")
	return o
}

func (o *besieged) pick(name, address, kind string) {
	o.t.Helper()
	if err := o.pickUp(name, address, kind); err != nil {
		o.t.Fatal(err)
	}
}

// send delivers a mail and returns outcome and reason. An hour passes first: more is not asked of anybody.
func (o *besieged) send(fields, to, body string) string {
	o.t.Helper()
	o.n++
	o.now = o.now.Add(61 * time.Minute)
	if !strings.Contains(fields, "Content-Type:") {
		fields += "\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8"
	}
	mail := fmt.Sprintf("%s\nTo: %s\nSubject: Re: klacht\nDate: %s\nMessage-ID: <%d@evil.test>\n\n%s\n", fields, to, o.now.Format(time.RFC1123Z), o.n, body)
	if err := o.take("klachten@example.test", o.fetched([]byte(strings.ReplaceAll(o.fillIn(mail), "\n", "\r\n")), o.now)); err != nil {
		o.t.Fatal(err)
	}
	return strings.TrimSpace(string(o.last.Outcome) + " " + o.last.Reason)
}

// state is what no forgery may change: mails to the complainant, stage, handler, notes and the draft that waits.
func (o *besieged) state() string {
	o.t.Helper()
	tx := o.store.Read(o.t.Context())
	c, err := tx.Complaint("K-2026-0001")
	if err != nil {
		o.t.Fatal(err)
	}
	notes, err := tx.Notes(c.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	handler := ""
	if c.Handler != nil {
		handler = c.Handler.Email
	}
	return fmt.Sprintf("%d letters, %s, handler %q, notes %q, %d previews", len(o.sent("lieve@client.test", "")), c.Stage, handler, notes, len(o.sent("bram@example.test", "preview")))
}

// TestForgeries: whoever holds a token of a staff member does nothing with it from outside.
func TestForgeries(t *testing.T) {
	forgeries := append(slices.SortedFunc(slices.Values(slices.Concat(vouching(), disownedForgeries(), senders())), func(a, b forgery) int { return strings.Compare(a.name, b.name) }), machines...)
	bodies := []struct{ to, text string }{
		{"${reg.reply-to}", "#stand verstuur\nAlles is in orde, u hoort het op maandag van mij."},
		{"${preview.reply-to}", "verstuur"},
		{"${preview.by-ja}", ""},
		{"${reg.reply-to}", "#sluit"},
		{"${reg.reply-to}", "#wijs-toe Els"},
	}
	forEachEngine(t, func(t *testing.T, store *models.Store) {
		o := newBesieged(t, store)
		done := 0
		for i, f := range forgeries {
			body := bodies[i%len(bodies)]
			before, asked := o.state(), len(o.sent("bram@example.test", "confirmation"))
			got := o.send(f.fields, body.to, body.text)
			if got != f.want {
				t.Errorf("%s: %s, want %s", f.name, got, f.want)
			}
			if after := o.state(); after != before || o.last.Outcome == models.AsAction {
				done++
				t.Errorf("%s: %s\nbefore: %s\nafter:  %s", f.name, got, before, after)
			}
			if more := len(o.sent("bram@example.test", "confirmation")) > asked; more != f.asked {
				t.Errorf("%s: Bram asked: %v", f.name, more)
			}
		}
		t.Logf("%d forgeries, %d done", len(forgeries), done)
		if got := o.send(ours(asBram, bram), "${preview.reply-to}", "verstuur"); got != "action" || len(o.sent("lieve@client.test", "status_update")) != 1 {
			t.Errorf("Bram's own token was spent: %s", got)
		}
	})
}

// TestForgeriesWithoutToken: the bare mailbox and the number in a subject are no better a way in.
func TestForgeriesWithoutToken(t *testing.T) {
	forEachEngine(t, func(t *testing.T, store *models.Store) {
		o := newBesieged(t, store)
		for _, f := range append(vouching(), disownedForgeries()...) {
			before := o.state()
			got := o.send(f.fields, "klachten@example.test", "#stand K-2026-0001 verstuur\nAlles is in orde, u hoort het op maandag van mij.")
			if after := o.state(); got != f.want || after != before {
				t.Errorf("%s: %s\nbefore: %s\nafter:  %s", f.name, got, before, after)
			}
		}
	})
}

// TestNoForgery: the same mails, truly Bram's; each of them acts, or the forgeries would prove nothing.
func TestNoForgery(t *testing.T) {
	forEachEngine(t, func(t *testing.T, store *models.Store) {
		o := newBesieged(t, store)
		for i, fields := range []string{
			ours(asBram, bram),
			"Authentication-Results: MX.Example.TEST; " + asBram + "\n" + bram,
			"Authentication-Results: mx.example.test 1; " + asBram + "\n" + bram,
			"Authentication-Results: mx.example.test;\n\tauth=pass (plain)\n smtp.auth=bram@example.test\n" + bram,
			"Authentication-Results: inner.example.test; none\n" + ours("auth=pass smtp.auth=bram", bram),
			ours("dmarc=pass (p=reject; dis=none) header.from=example.test", bram),
			ours("dkim=pass header.d=example.test header.i=@example.test; spf=none", bram),
			ours(`spf=pass (x) smtp.mailfrom="bram"@example.test`, "From: BRAM@example.test\nSender: bram@example.test"),
		} {
			got := o.send(fields, "${reg.reply-to}", fmt.Sprintf("#stand verstuur\nDe nieuwe kar komt over %d dagen.", i+2))
			if letters := len(o.sent("lieve@client.test", "status_update")); got != "action" || letters != i+1 {
				t.Errorf("%q: %s, %d letters", fields, got, letters)
			}
		}
	})
}

// TestForgedTokens: a token that was used, ended, outlived or passed on.
func TestForgedTokens(t *testing.T) {
	const text = "#stand verstuur\nAlles is in orde, u hoort het op maandag van mij."
	const els = "From: Els Maes <els@example.test>"
	asEls := "auth=pass smtp.auth=els@example.test"
	for _, c := range []struct {
		name string
		do   func(o *besieged) string // returns what came of the last mail
		want string
		told string // who has a mail of that kind: "address kind"
	}{
		{"confirmation of the known address, answered from outside", func(o *besieged) string {
			o.send(bram, "${reg.reply-to}", text)
			o.pick("ask", "bram@example.test", "confirmation")
			return o.send(bram, "${ask.by-ja}", "ja")
		}, unproven, "bram@example.test confirmation"},
		{"confirmation answered twice", func(o *besieged) string {
			o.send(bram, "${reg.reply-to}", "#nota\nIk sprak de kok.")
			o.pick("ask", "bram@example.test", "confirmation")
			o.send(ours(asBram, bram), "${ask.reply-to}", "ja")
			return o.send(bram, "${ask.reply-to}", "ja")
		}, unproven, "bram@example.test confirmation"},
		{"outlived", func(o *besieged) string {
			o.now = o.now.Add(91 * 24 * time.Hour)
			return o.send(bram, "${reg.reply-to}", text)
		}, unproven, "bram@example.test confirmation"},
		{"outlived, nobody vouches", func(o *besieged) string {
			o.intake.AuthServID = ""
			o.now = o.now.Add(91 * 24 * time.Hour)
			return o.send(bram, "${reg.reply-to}", text)
		}, unproven, "bram@example.test confirmation"},
		{"reassigned", func(o *besieged) string {
			o.send(ours("auth=pass smtp.auth=an@example.test", "From: an@example.test"), "klachten@example.test", "#wijs-toe K-2026-0001 Els")
			return o.send(bram, "${reg.reply-to}", text)
		}, unproven, "bram@example.test confirmation"},
		{"reassigned, nobody vouches", func(o *besieged) string {
			o.send(ours("auth=pass smtp.auth=an@example.test", "From: an@example.test"), "klachten@example.test", "#wijs-toe K-2026-0001 Els")
			o.intake.AuthServID = ""
			return o.send(bram, "${reg.reply-to}", text)
		}, unproven, "bram@example.test confirmation"},
		{"of another, nobody vouches", func(o *besieged) string {
			o.intake.AuthServID = ""
			return o.send(els, "${reg.reply-to}", text)
		}, unproven, "els@example.test confirmation"},
		{"stolen, nobody vouches: what leaves is previewed", func(o *besieged) string {
			o.intake.AuthServID = ""
			return o.send(bram, "${reg.reply-to}", text)
		}, "action", "bram@example.test preview"},
		{"guessed", func(o *besieged) string {
			return o.send(bram, "klachten+k-2026-0001.sta.aaaaaaaaaaaaaaaa@example.test", text)
		}, unproven, "bram@example.test confirmation"},
		{"sent on to a colleague", func(o *besieged) string { return o.send(ours(asEls, els), "${reg.reply-to}", text) }, "refused", "els@example.test receipt"},
		{"sent on to a colleague, a note", func(o *besieged) string {
			return o.send(ours(asEls, els), "${reg.reply-to}", "#nota\nIk sprak de kok.")
		}, "action", "els@example.test receipt"},
		{"Sender of a colleague", func(o *besieged) string {
			got := o.send(ours(asEls, bram, "Sender: els@example.test"), "${reg.reply-to}", text)
			if state := o.state(); !strings.Contains(state, "Alles is in orde") {
				o.t.Errorf("no note: %s", state)
			}
			return got
		}, "refused", "bram@example.test receipt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			forEachEngine(t, func(t *testing.T, store *models.Store) {
				o := newBesieged(t, store)
				letters := len(o.sent("lieve@client.test", ""))
				got := c.do(o)
				if who, kind, _ := strings.Cut(c.told, " "); got != c.want || len(o.sent(who, kind)) == 0 {
					t.Errorf("%s, want %s; %d mails %s", got, c.want, len(o.sent(who, kind)), c.told)
				}
				if n := len(o.sent("lieve@client.test", "")) - letters; n != 0 {
					t.Errorf("%d letters left", n)
				}
			})
		})
	}
}
