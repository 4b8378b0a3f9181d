package mailin

import (
	"strings"
	"testing"
	"time"

	"dankuwel/procedure"
)

// formMail is a mail with a header and a text, as a test writes it: lines end in LF, a blank line parts the two.
func formMail(t testing.TB, raw string) *Message {
	t.Helper()
	return parseBytes(t, []byte(raw))
}

func TestQuotedDate(t *testing.T) {
	brussels, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	const morning = "2026-03-02T09:05:00+01:00"
	for value, want := range map[string]string{
		"maandag 2 maart 2026 9:05":                morning, // Outlook
		"ma 2 mrt 2026 om 09:05":                   morning, // Gmail
		"ma 2 mrt. 2026 om 09:05":                  morning,
		"2 maart 2026 om 09:05:00 CET":             morning, // Apple Mail
		"lundi 2 mars 2026 à 09:05":                morning,
		"lundi 2 mars 2026 09:05":                  morning,
		"lun. 2 mars 2026 à 9 h 05":                morning,
		"Le lun. 2 mars 2026 à 09:05":              morning,
		"Montag, 2. März 2026 09:05":               morning,
		"Mo., 2. März 2026 um 09:05 Uhr":           morning,
		"Mon, Mar 2, 2026 at 9:05 AM":              morning,
		"Mon, Mar 2, 2026 at 9:05\u202fAM":         morning,
		"Monday, March 2, 2026 9:05:00 AM":         morning,
		"Monday, 2 March 2026 at 09:05":            morning,
		"02-03-2026 09:05":                         morning,
		"02/03/2026 09:05":                         morning,
		"02.03.2026 09:05":                         morning,
		"02.03.26 09.05":                           morning,
		"3/2/2026 9:05 AM":                         morning, // month first, with AM
		"2026-03-02 09:05":                         morning,
		"2-mrt-2026 9:05":                          morning,
		"Mon, 02 Mar 2026 09:05:00 +0100":          morning,
		"Mon, 02 Mar 2026 08:05:00 +0000":          "2026-03-02T08:05:00Z",
		"mar. 3 mars 2026 à 21:30":                 "2026-03-03T21:30:00+01:00", // mar. is mardi
		"Tue, Mar 3, 2026 at 12:30 AM":             "2026-03-03T00:30:00+01:00",
		"Tue, Mar 3, 2026 at 12:30 p.m.":           "2026-03-03T12:30:00+01:00",
		"vrijdag 1 mei 2026 13:00":                 "2026-05-01T13:00:00+02:00",
		"samedi 1er août 2026 à 13h00":             "2026-08-01T13:00:00+02:00",
		"Freitag, 31. Juli 2026 um 13:00:00 (UTC)": "2026-07-31T13:00:00Z",
		"31 juillet 2026":                          "2026-07-31T00:00:00+02:00",
		"viernes, 1 de mayo de 2026 13:00":         "2026-05-01T13:00:00+02:00",
		"31 februari 2026 10:00":                   "",
		"gisteren":                                 "",
		"":                                         "",
		"99/99/9999 99:99":                         "",
	} {
		got := ""
		if at := quotedDate(value, brussels); !at.IsZero() {
			got = at.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}

func TestQuotedAddress(t *testing.T) {
	for value, want := range map[string]Address{
		"An Peeters <an@x.test>":                   {"An Peeters", "an@x.test"},
		`"Peeters, An" <an@X.test>`:                {"Peeters, An", "an@x.test"},
		"An Peeters [mailto:an@x.test]":            {"An Peeters", "an@x.test"},
		"An Peeters <an@x.test<mailto:an@x.test>>": {"An Peeters", "an@x.test"},
		"an@x.test":                              {"", "an@x.test"},
		"an@x.test <an@x.test>":                  {"", "an@x.test"},
		"An Peeters (an@x.test)":                 {"An Peeters", "an@x.test"},
		"An Peeters":                             {"An Peeters", ""},
		"Balie <balie@x.test> Namens An Peeters": {"An Peeters", ""},
		"Desk <d@x.test> On Behalf Of An Peeters <an@y.test>":  {"An Peeters", "an@y.test"},
		"An Peeters </O=ORG/OU=EXCHANGE/CN=RECIPIENTS/CN=ANP>": {"An Peeters", ""},
		"": {},
	} {
		if got := quotedAddress(value); got != want {
			t.Errorf("%q: got %+v, want %+v", value, got, want)
		}
	}
}

// TestReadForward: one case per client. The complaint, its writer and its date come out; the note stays apart.
func TestReadForward(t *testing.T) {
	const want = "De soep was koud.\n\nJan"
	check := func(client, subject, text, note string) {
		t.Helper()
		f := ReadForward(formMail(t, "From: An <an@x.test>\nSubject: "+subject+"\nContent-Type: text/plain; charset=utf-8\n\n"+text), time.UTC)
		if f == nil {
			t.Errorf("%s: no forward", client)
			return
		}
		if f.From.Email != "jan@y.test" || f.From.Name != "Jan Janssens" || f.Subject != "Koude soep" || f.Text != want || f.Note != note || f.Attached {
			t.Errorf("%s: got %+v", client, f)
		}
		if got := f.Date.Format("2006-01-02 15:04"); got != "2026-03-02 09:05" {
			t.Errorf("%s: date %s", client, got)
		}
	}
	check("Outlook nl", "FW: Koude soep", "Zie hieronder.\n\nVan: Jan Janssens <jan@y.test>\nVerzonden: maandag 2 maart 2026 9:05\nAan: balie@x.test\nOnderwerp: Koude soep\n\n"+want, "Zie hieronder.")
	check("Outlook web", "Fwd: Koude soep", "Zie hieronder.\n\n________________________________\nVan: Jan Janssens <jan@y.test>\nVerzonden: maandag 2 maart 2026 9:05\nAan: balie@x.test\nOnderwerp: Koude soep\n\n"+want, "Zie hieronder.")
	check("Outlook fr", "TR : Koude soep", "De : Jan Janssens <jan@y.test>\nEnvoyé : lundi 2 mars 2026 09:05\nÀ : balie@x.test\nObjet : Koude soep\n\n"+want, "")
	check("Outlook de", "WG: Koude soep", "-----Ursprüngliche Nachricht-----\nVon: Jan Janssens <jan@y.test>\nGesendet: Montag, 2. März 2026 09:05\nAn: balie@x.test\nBetreff: Koude soep\n\n"+want, "")
	check("Outlook without prefix", "Koude soep", "Van: Jan Janssens <jan@y.test>\nVerzonden: maandag 2 maart 2026 9:05\nAan: balie@x.test\nOnderwerp: Koude soep\n\n"+want, "")
	check("Gmail en", "Fwd: Koude soep", "fyi\n\n---------- Forwarded message ---------\nFrom: Jan Janssens <jan@y.test>\nDate: Mon, Mar 2, 2026 at 9:05 AM\nSubject: Koude soep\nTo: <balie@x.test>\n\n\n"+want, "fyi")
	check("Gmail nl", "Fwd: Koude soep", "---------- Forwarded message ---------\nVan: Jan Janssens <jan@y.test>\nDate: ma 2 mrt 2026 om 09:05\nSubject: Koude soep\nTo: <balie@x.test>\n\n"+want, "")
	check("Gmail, subject changed", "voor u", "---------- Doorgestuurd bericht ---------\nVan: Jan Janssens <jan@y.test>\nDatum: ma 2 mrt 2026 om 09:05\nOnderwerp: Koude soep\nAan: <balie@x.test>\n\n"+want, "")
	check("Apple Mail", "Fwd: Koude soep", "\n\nBegin doorgestuurd bericht:\n\n> Van: Jan Janssens <jan@y.test>\n> Onderwerp: Koude soep\n> Datum: 2 maart 2026 om 09:05:00 UTC\n> Aan: balie@x.test\n> \n> De soep was koud.\n> \n> Jan\n", "")
	check("Thunderbird", "Fwd: Koude soep", "-------- Doorgestuurd bericht --------\nOnderwerp: 	Koude soep\nDatum: 	Mon, 2 Mar 2026 09:05:00 +0000\nVan: 	Jan Janssens <jan@y.test>\nAan: 	balie@x.test\n\n"+want, "")
	check("Samsung", "Fwd: Koude soep", "-------- Oorspronkelijk bericht --------\nVan: Jan Janssens <jan@y.test>\nDatum: 02-03-2026 09:05 (GMT+00:00)\nAan: balie@x.test\nOnderwerp: Koude soep\n\n"+want, "")
	check("twice", "FW: FW: Koude soep", "Van: Balie <balie@x.test>\nVerzonden: dinsdag 3 maart 2026 10:00\nAan: An <an@x.test>\nOnderwerp: FW: Koude soep\n\nvoor jou\n\n"+
		"Van: Jan Janssens <jan@y.test>\nVerzonden: maandag 2 maart 2026 9:05\nAan: balie@x.test\nOnderwerp: Koude soep\n\n"+want, "")

	for name, raw := range map[string]string{
		"reply":              "Subject: RE: Koude soep\nIn-Reply-To: <a@b>\n\nDank u.\n\nVan: Jan <jan@y.test>\nVerzonden: maandag 2 maart 2026 9:05\nAan: balie@x.test\nOnderwerp: Koude soep\n\nDe soep",
		"reply with history": "Subject: Antw: Koude soep\nIn-Reply-To: <a@b>\n\n> ---------- Forwarded message ---------\n> Van: Jan <jan@y.test>\n> Datum: 2 mrt 2026 om 09:05\n> Onderwerp: x\n>\n> soep\n",
		"no prefix, words":   "Subject: soep\n\nIk schreef u al dit, zonder antwoord.\n\nVan: Jan <jan@y.test>\nVerzonden: maandag 2 maart 2026 9:05\nAan: balie@x.test\nOnderwerp: Koude soep\n\nDe soep",
		"own list":           "Subject: FW: lijst\n\nVan: de keuken\nAan: mijn moeder\nOnderwerp: soep\n",
		"long letter":        "Subject: FW: soep\n\n" + strings.Repeat("Een woord nog daarbij. ", 50) + "\n\nVan: Jan <jan@y.test>\nVerzonden: maandag 2 maart 2026 9:05\nOnderwerp: Koude soep\n\nDe soep",
		"plain":              "Subject: Fwd: soep\n\nDe soep is koud.",
	} {
		if f := ReadForward(formMail(t, "From: An <an@x.test>\n"+raw), time.UTC); f != nil {
			t.Errorf("%s: a forward: %+v", name, f)
		}
	}

	f := ReadForward(parseBytes(t, readFixture(t, "doorgestuurd.eml")), time.UTC)
	if f == nil || !f.Attached || f.From.Email != "jan@example.test" || f.Text != "De lift is stuk." || f.Original == nil || f.Date.IsZero() {
		t.Errorf("attached: %+v", f)
	}
	if f := ReadForward(parseBytes(t, readFixture(t, "dsn.eml")), time.UTC); f != nil {
		t.Errorf("bounce: %+v", f)
	}
}

func TestReadForm(t *testing.T) {
	sender := procedure.FormSender{Address: "noreply@example.test", NameField: "Naam", EmailField: "E-mail", TextField: "Bericht"}
	check := func(name, raw string, f procedure.FormSender, want Form, ok bool) {
		t.Helper()
		if got, found := ReadForm(formMail(t, raw), f); got != want || found != ok {
			t.Errorf("%s: got %+v, %v; want %+v, %v", name, got, found, want, ok)
		}
	}
	const text = "\nContent-Type: text/plain; charset=utf-8\n\n"
	jo := Form{"Jo Maes", "jo@x.test", "De soep was koud.\n\nElke dag."}
	check("colons", "Subject: f"+text+"Naam: Jo Maes\nE-mail: jo@x.test\nTelefoon: 0470\nBericht: De soep was koud.\n\nElke dag.\n", sender, jo, true)
	check("bold", "Subject: f"+text+"**Naam:** Jo Maes\n*E-mail*: jo@x.test\n**Bericht:**\nDe soep was koud.\n\nElke dag.\n", sender, jo, true)
	check("next line", "Subject: f"+text+"Naam\nJo Maes\n\nE-MAIL *\njo@x.test <mailto:jo@x.test>\n\nBericht:\n\nDe soep was koud.\n\nElke dag.\n", sender, jo, true)
	check("text first", "Subject: f"+text+"Bericht: De soep was koud.\n\nElke dag.\nNaam: Jo Maes\nE-mail: jo@x.test\n", sender, jo, true)
	check("table", "Subject: f\nContent-Type: text/html; charset=utf-8\n\n<table><tr><td>Naam</td><td>Jo Maes</td></tr><tr><td><b>E-mail</b></td><td><a href='mailto:jo@x.test'>jo@x.test</a></td></tr>"+
		"<tr><td>Bericht</td><td>De soep was koud.<br><br>Elke dag.</td></tr></table>", sender, jo, true)
	check("label in the text", "Subject: f"+text+"Naam: Jo Maes\nE-mail: jo@x.test\nBericht: Dit stond er:\nNaam: Piet\nE-mail: piet@y.test\n", sender,
		Form{"Jo Maes", "jo@x.test", "Dit stond er:\nNaam: Piet\nE-mail: piet@y.test"}, true)
	check("empty name", "Subject: f"+text+"Naam:\nE-mail: jo at x\nBericht: x", sender, Form{"", "", "x"}, true)
	check("other label", "Subject: f"+text+"Naam moeder: Mie\nNaam: Jo\nBericht: x", sender, Form{"Jo", "", "x"}, true)
	check("no text field", "Subject: f"+text+"Naam: Jo\nDe soep was koud.", sender, Form{"Jo", "", "Naam: Jo\nDe soep was koud."}, true)
	check("none", "Subject: f"+text+"De soep was koud.", sender, Form{"", "", "De soep was koud."}, false)
	header := procedure.FormSender{NameField: "header:Reply-To", EmailField: "Header: reply-to", TextField: "Réclamation"}
	check("header", "Subject: f\nReply-To: =?utf-8?Q?Jos=C3=A9?= Maes <jose@x.test>"+text+"RECLAMATION : la soupe", header, Form{"José Maes", "jose@x.test", "la soupe"}, true)
	check("header missing", "Subject: f"+text+"Reclamation: la soupe", header, Form{"", "", "la soupe"}, true)
}

func TestVerdict(t *testing.T) {
	for field, want := range map[string]string{
		"X-Spam-Flag: YES": "spam",
		"X-Spam-Flag: NO":  "",
		"X-Spam-Status: Yes, score=8.1 required=5.0 tests=BAYES_99": "spam",
		"X-Spam-Status: No, score=-1.9 required=5.0 tests=YES":      "",
		"X-Spam-Score: 9.0": "",
		"X-Spam: Yes":       "spam",
		"X-Spamd-Result: default: True [15.20 / 15.00];\n\tX(1)[]":         "spam",
		"X-Spamd-Result: default: False [-4.00 / 50.00];\n\tREPLY(-4)[]":   "",
		"X-Rspamd-Action: add header":                                      "spam",
		"X-Rspamd-Action: no action":                                       "",
		"X-Rspamd-Action: greylist":                                        "",
		"X-MS-Exchange-Organization-SCL: 5":                                "spam",
		"X-MS-Exchange-Organization-SCL: -1":                               "",
		"X-MS-Exchange-Organization-SCL: 1":                                "",
		"X-Forefront-Antispam-Report: CIP:1.2.3.4;SCL:5;SFV:SPM;CAT:SPM;":  "spam",
		"X-Forefront-Antispam-Report: CTRY:BE;SCL:1;SFV:NSPM;CAT:NONE;":    "",
		"X-Forefront-Antispam-Report: CTRY:BE;SCL:1;SFV:SKI;CAT:NONE;":     "",
		"X-Forefront-Antispam-Report: SCL:-1;SFV:SKQ;CAT:HPHSH;":           "",
		"X-Forefront-Antispam-Report: SCL:8;SFV:NSPM;CAT:HPHISH;":          "spam",
		"X-Forefront-Antispam-Report: SCL:1;SFV:NSPM;CAT:BULK;":            "",
		"X-Barracuda-Spam-Flag: YES":                                       "spam",
		"X-Bogosity: Spam, tests=bogofilter, spamicity=1.000000":           "spam",
		"X-Bogosity: Ham, tests=bogofilter":                                "",
		"X-DSPAM-Result: Innocent":                                         "",
		"X-DSPAM-Result: Spam":                                             "spam",
		"X-CRM114-Status: SPAM  ( -12.4 )":                                 "spam",
		"X-CRM114-Status: UNSURE ( 8.40 )":                                 "",
		"X-Proofpoint-Spam-Details: rule=notspam policy=default score=0":   "",
		"X-Proofpoint-Spam-Details: rule=inbound_notspam policy=x score=0": "",
		"X-Proofpoint-Spam-Details: rule=inbound_spam policy=inbound":      "spam",
		"X-Proofpoint-Spam-Details: rule=definitespam policy=default":      "spam",
		"X-VR-SPAMSTATE: OK":                                               "",
		"X-OVH-SPAMSTATE: SPAM":                                            "spam",
		"X-Virus-Status: Infected (Eicar-Signature)":                       "spam",
		"X-Virus-Status: Clean":                                            "",
		"X-Linde-MailScanner-SpamCheck: spam, SpamAssassin (score=9)":      "spam",
		"X-Linde-MailScanner-SpamCheck: not spam, SpamAssassin (score=1)":  "",
		"X-UI-Filterresults: junk:10;V03:K0:abc":                           "spam",
		"X-UI-Filterresults: notjunk:1;V03:K0:abc":                         "",
		"X-IronPort-Anti-Spam-Filtered: true":                              "",
		"X-SES-Spam-Verdict: PASS":                                         "",
		"X-SES-Spam-Verdict: FAIL":                                         "spam",
		"Subject: X-Spam-Flag: YES":                                        "",
	} {
		if got, by := Verdict(formMail(t, "From: a@x.test\n"+field+"\n\nX-Spam-Flag: YES"), ""); got != want || (got == "") != (by == "") {
			t.Errorf("%s: got %q by %q, want %q", field, got, by, want)
		}
	}
	m := formMail(t, "X-Spam-Flag: NO\nX-Spam-Flag: YES\nFrom: a@x.test\n\nx")
	if got, by := Verdict(m, ""); got != "spam" || by != "X-Spam-Flag: YES" {
		t.Errorf("a mark below: %q %q", got, by)
	}
}

func TestVerdict_dmarc(t *testing.T) {
	const id = "mx.example.test"
	check := func(server, fields, want string) {
		t.Helper()
		if got, by := Verdict(formMail(t, fields+"\nFrom: a@x.test\n\nx"), server); got != want {
			t.Errorf("%s\n%s: got %q by %q, want %q", server, fields, got, by, want)
		}
	}
	ar := func(id, result string) string {
		return "Authentication-Results: " + id + "; spf=fail smtp.mailfrom=x.test; " + result
	}
	check(id, ar(id, "dmarc=fail (p=reject dis=none) header.from=x.test"), "dmarc")
	check(id, ar(id, "dmarc=fail (p=none dis=none) header.from=x.test"), "")
	check(id, ar(id, "dmarc=pass (p=reject dis=none) header.from=x.test"), "")
	check(id, ar(id, "dmarc=fail(p=QUARANTINE) header.from=x.test"), "dmarc")
	check(id, ar(id, "dmarc=fail (p=NONE sp=QUARANTINE dis=NONE) header.from=x.test"), "")
	check(id, ar(id, "dmarc=fail (p=NONE sp=QUARANTINE dis=QUARANTINE) header.from=a.x.test"), "dmarc")
	check(id, ar(id, `dmarc=fail reason="No valid SPF; no valid DKIM" header.from=x.test (policy=reject)`), "dmarc")
	check(id, ar(id, `dmarc=fail reason="dmarc policy=reject" header.from=x.test (policy=none)`), "")
	check(id, ar(id, "dmarc=fail policy.dmarc=reject header.from=x.test"), "dmarc")
	check(id, ar(id, "dmarc=fail policy.published-domain-policy=reject policy.applied-disposition=none (p=reject,d=none)"), "dmarc")
	check(id, ar(id, "dmarc=permerror header.from=x.test"), "")
	check(id, "Authentication-Results: MX.example.test 1; dmarc=fail (p=reject) header.from=x.test", "dmarc")
	check("", ar(id, "dmarc=fail (p=reject)"), "")
	check(id, ar("elsewhere.test", "dmarc=fail (p=reject)"), "")
	check(id, ar(id, "dmarc=pass (p=reject)")+"\n"+ar(id, "dmarc=fail (p=reject)"), "") // forged before the server
	check(id, ar("elsewhere.test", "dmarc=pass")+"\n"+ar(id, "dmarc=fail (p=reject)"), "dmarc")
	const exo = "Authentication-Results: spf=fail (sender IP is 192.0.2.1)\n smtp.mailfrom=x.test; dkim=none (message not signed)\n header.d=none;"
	check("microsoft365", exo+"dmarc=fail action=oreject\n header.from=x.test;compauth=fail reason=000", "dmarc")
	check("microsoft365", exo+"dmarc=fail action=quarantine header.from=x.test;compauth=none reason=451", "dmarc")
	check("microsoft365", exo+"dmarc=fail action=none header.from=x.test;compauth=fail reason=001", "")
	check("microsoft365", exo+"dmarc=none action=none header.from=x.test;compauth=fail reason=601", "dmarc")
	check("microsoft365", exo+"dmarc=pass action=none header.from=x.test;compauth=pass reason=100", "")
	check(id, exo+"dmarc=fail action=oreject", "")
}

func TestIsVoiceMail(t *testing.T) {
	const sound = "\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nNieuw bericht van 0470.\n--b\nContent-Type: audio/x-wav; name=msg0001.wav\nContent-Transfer-Encoding: base64\n\nUklGRg==\n--b--\n"
	for header, want := range map[string]bool{
		"X-Asterisk-VM-Message-Num: 1":                               true,
		"X-CallingTelephoneNumber: 0470123456":                       true,
		"Content-Class: voice":                                       true,
		"Message-Context: voice-message":                             true,
		"Subject: Nieuwe voicemail van 0470":                         true,
		"Subject: 3CX Voice Message\nAuto-Submitted: auto-generated": true,
		"Subject: Klacht over het lawaai":                            false,
		"Subject: Voicemail van de week\nList-Id: <podcast.test>":    false,
	} {
		if got := IsVoiceMail(formMail(t, "From: pbx@x.test\n"+header+sound)); got != want {
			t.Errorf("%s: %v, want %v", header, got, want)
		}
		if IsVoiceMail(formMail(t, "From: pbx@x.test\n"+header+"\n\nx")) {
			t.Errorf("%s: without sound", header)
		}
	}
}

// TestForms_fixtures: whole mails, as the programs send them.
func TestForms_fixtures(t *testing.T) {
	if f := ReadForward(parseBytes(t, readFixture(t, "forward-outlook.eml")), time.UTC); f == nil || f.From.Email != "jan@example.test" || f.Text != "De soep was koud." || !strings.HasSuffix(f.Note, "Bram") {
		t.Errorf("forward: %+v", f)
	}
	sender := procedure.FormSender{NameField: "naam", EmailField: "header:Reply-To", TextField: "Bericht"}
	if f, ok := ReadForm(parseBytes(t, readFixture(t, "form-tabel.eml")), sender); !ok || f != (Form{"Jo Maes", "jo@example.test", "De soep was koud.\nElke dag."}) {
		t.Errorf("form: %+v", f)
	}
	m := parseBytes(t, readFixture(t, "spam-vlag.eml"))
	if reason, field := Verdict(m, "mx.example.test"); reason != "spam" || field != "X-Spam-Flag: YES" {
		t.Errorf("spam: %q by %q", reason, field)
	}
	m.Fields = m.Fields[2:]
	if reason, _ := Verdict(m, "mx.example.test"); reason != "dmarc" {
		t.Errorf("dmarc: %q", reason)
	}
	if !IsVoiceMail(parseBytes(t, readFixture(t, "voicemail-asterisk.eml"))) {
		t.Error("voice mail was not recognised")
	}
}
