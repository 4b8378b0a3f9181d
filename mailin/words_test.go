package mailin

import (
	"strings"
	"testing"
)

func TestDecodeWords(t *testing.T) {
	check := func(raw, want string) {
		t.Helper()
		if got := decodeWords(raw); got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
	check("Koude maaltijd", "Koude maaltijd")
	check("=?utf-8?Q?Koude_maaltijd?=", "Koude maaltijd")
	check("=?UTF-8*nl?B?S291ZGU=?= maaltijd", "Koude maaltijd")
	check("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab")                // RFC 2047 section 8
	check("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c")           // same
	check("(=?utf-8?Q?a?=)", "(a)")                           // same
	check("=?utf-8?B?w6k?= x", "é x")                         // padding left out
	check("=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café")       // a character split in two
	check("=?utf-8?B?ww?==?utf-8?B?qR==?=", "é")              // and no white space between, and bits astray
	check("=?utf-8?Q?de eerste keer?=", "de eerste keer")     // spaces within
	check("=?utf-8?Q?Waarom??=", "Waarom?")                   // "?" as such
	check("=?utf-8?Q?Waarom?=20Daarom?=", "Waarom? Daarom")   // and in the middle
	check("=?utf-8?Q?a?=de rest =?utf-8?Q?b?=", "ade rest b") // no white space behind
	check(`"=?utf-8?Q?Jan?=" x`, `"Jan" x`)                   // within quotes
	check("=?utf-8?Q?caf=E9?=", "café")                       // windows-1252 under the name of UTF-8
	check("=?iso-8859-1?Q?=80_5?=", "€ 5")                    // windows-1252 under the name of ISO-8859-1
	check("=?x-klingon?Q?caf=C3=A9?=", "café")                // unknown charset
	check("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本")         // stateful charset
	check("=?utf-8?X?abc?=", "=?utf-8?X?abc?=")               // unknown encoding
	check("=?utf-8?Q?abc", "abc")                             // no end
	check("50% =? korting ?=", "50% =? korting ?=")           // no word at all
	check("=?utf-8?Q?=3D=3Futf-8=3FQ=3FJan=3F=3D?=", "Jan")   // encoded twice
	check("=?utf-8?Q??= =?utf-8?Q?a?=", "a")                  // empty word
	check("=?windows-1252?Q?=93ja=94?= =?utf-8?Q?=C3=A9?=", "“ja”é")
	check("=?UTF-8? Q?caf=C3=A9?=", "café")                   // folded within the head
	check("=?utf-8?Q?de_lift", "de lift")                     // cut off
	check("=?utf-8?Q?de_lift?", "de lift")                    // nearly
	check("=?utf-8?B?ZGUgbGlmdA", "de lift")                  // same
	check("=?utf-8?Q?de_lift =?utf-8?Q?=C3=A9?=", "de lifté") // its end left out
	check("=?utf-8?Q?de_=?utf-8?Q?lift?=", "de lift")         // same
	check("=?utf-8?q?lower_case?=", "lower case")
	check("=??Q?zonder?=", "zonder") // no charset
	check("=?utf-8?B?4oKs", "€")
	check("=?utf-7?Q?caf+AOk-?=", "café")
	check("=?gb2312?B?1tDOxA==?=", "中文")
	check("=?iso-8859-1?Q?caf\u00e9?=", "café")                                                 // not encoded within
	check("=?utf-8?Q?=3D=3Futf-8=3FQ=3F=3D3D=3D3Futf-8=3D3FQ=3D3FJan=3D3F=3D3D=3F=3D?=", "Jan") // thrice
}

func TestParseAddressList(t *testing.T) {
	check := func(raw string, ok bool, want ...Address) {
		t.Helper()
		got, gotOK := parseAddressList(raw)
		if len(got) != len(want) || gotOK != ok {
			t.Errorf("%q: got %v %v, want %v %v", raw, got, gotOK, want, ok)
			return
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%q: got %q, want %q", raw, got[i], want[i])
			}
		}
	}
	an := Address{"An Peeters", "an@example.test"}
	bare := Address{"", "an@example.test"}
	check("", true)
	check("an@example.test", true, bare)
	check("<an@example.test>", true, bare)
	check("<mailto:an@example.test>", true, bare)
	check("An Peeters <an@EXAMPLE.test>", true, an)
	check(`"An Peeters" <an@example.test>`, true, an)
	check(`"'An Peeters'" <an@example.test>`, true, an)
	check(`"=?utf-8?Q?An_Peeters?=" <an@example.test>`, true, an)
	check(`=?utf-8?Q?An?= =?utf-8?Q?_Peeters?= <an@example.test>`, true, an)
	check("an@example.test (An Peeters)", true, an)
	check("An (thuis) Peeters <an@example.test>", true, an)
	check("Peeters, An <an@example.test>", false, Address{"Peeters, An", "an@example.test"})
	check("An Peeters <an@example.test", true, an) // Cut off.
	check("a@x.test, <b@x.test>; c@x.test", true, Address{"", "a@x.test"}, Address{"", "b@x.test"}, Address{"", "c@x.test"})
	check("Team: a@x.test, b@x.test;", true, Address{"", "a@x.test"}, Address{"", "b@x.test"})
	check("undisclosed-recipients:;", true)
	check("<@relay.test,@other.test:an@example.test>", true, bare)                              // Source route.
	check(`"baas@bank.test" <dief@x.test>`, true, Address{"baas@bank.test", "dief@x.test"})     // The name is no address.
	check(`"<baas@bank.test>" <dief@x.test>`, true, Address{"<baas@bank.test>", "dief@x.test"}) // Nor so.
	check("baas@bank.test <dief@x.test>", true, Address{"baas@bank.test", "dief@x.test"})
	check("=?utf-8?Q?An_Peeters_<an@example.test>?=", false, an)
	check("An Peeters an@example.test", false, an) // The <> left out.
	check("MAILER-DAEMON", false)
	check("zoë@müller.example", true, Address{"", "zoë@müller.example"})
	check(`"an peeters"@example.test`, true, Address{"", `"an peeters"@example.test`})
	a, b := Address{"", "a@x.test"}, Address{"B, C", "b@x.test"}
	check("<a@x.test> \"B, C\" <b@x.test>", true, a, b) // The comma left out.
	check("a@x.test b@x.test", false, a, Address{"", "b@x.test"})
	check("An Peeters <an@example.test> thuis, <a@x.test>", true, an, a)
	check("An <Keuken> <an@example.test>", true, Address{"An <Keuken>", "an@example.test"})
	check("Peeters(wonderful \\) chap) <an(his account)@example.test(his host)>", true, Address{"Peeters", "an@example.test"})
	check("Team(Some people) : <a@x.test>; (the end)", true, a)
	check("(nobody)Undisclosed recipients  :(nobody(that I know))  ;", true)
	check("an @ example . test", true, bare) // RFC 5322 section 4.4
	check("an@example(comment).  test", true, bare)
	check("an@x.test (An <baas@bank.test>)", true, Address{"An <baas@bank.test>", "an@x.test"}) // A comment is no address.
	check(`"baas@bank.test" <dief>`, false)                                                     // An address only in the name.
	check(`"baas@bank.test" <>`, false)
	check(`"an@example.test"`, false, bare)
	check("<an@example.test", true, bare)
	check("<<an@example.test>>", true, bare)
	check("An Peeters <an@example.test >", true, an)
	check("An Peeters [an@example.test]", false, an)
	check("ZoÃ« <an@example.test>", true, Address{"Zoë", "an@example.test"}) // Double-encoded.
	check("=?utf-8?Q?Peeters,_An?= <an@example.test>", false, Address{"Peeters, An", "an@example.test"})
	check(`"=?utf-8?Q?An_\"de_kok\"_Peeters?=" <an@example.test>`, true, Address{`An "de kok" Peeters`, "an@example.test"})
	check("An\u202ereteeP <an@example.test>", true, Address{"AnreteeP", "an@example.test"})
	check(`"An <an@example.test>`, true, Address{"An", "an@example.test"}) // A quote that nobody closes.
}

func TestParseMailDate(t *testing.T) {
	check := func(raw, want string) {
		t.Helper()
		got := ""
		if d := parseMailDate(raw); !d.IsZero() {
			got = d.UTC().Format("2006-01-02 15:04:05")
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
	const nine = "2026-03-02 09:00:00"
	check("Mon, 2 Mar 2026 10:00:00 +0100", nine)
	check("Mon, 02 Mar 2026 10:00:00 +0100 (CET)", nine)
	check("2 Mar 2026 09:00:00 GMT", nine)
	check("2 Mar 26 09:00:00 GMT", nine)
	check("Mon, 2 Mar 2026 09:00:00 Z", nine)
	check("Mon, 2 Mar 2026 10:00:00 GMT+0100", nine)
	check("Mon, 2 Mar 2026 10:00:00 +01:00", nine)
	check("Mon, 2 March 2026 09:00:00 UT", nine)
	check("Mon Mar  2 09:00:00 2026", nine)
	check("Mon Mar  2 09:00:00 UTC 2026", nine)
	check("Mon, 2 Mar 2026 09:00:00", nine)
	check("Mon, 2-Mar-2026 09:00:00", nine)
	check("Mon,2 Mar 2026 09:00:00 +0000", nine)
	check("2026-03-02T10:00:00+01:00", nine)
	check("2026-03-02 09:00:00", nine)
	check("ma, 2 mrt. 2026 10:00:00 +0100", nine)
	check("lun., 2 mars 2026 10:00:00 +0100", nine)
	check("Mo, 2 März 2026 10:00:00 +0100", nine)
	check("02/03/2026 09:00", nine)
	check("2.3.2026 09:00", nine)
	check("Mon, 2 Mar 2026 02:00:00 MST", nine)
	check("Mon, 2 Mar 2026 10:00:00 CET", nine)
	check("Mon, 2 Mar 2026 11:00 CEST", nine)
	check("Mon, 2 Mar 2026 09:00:00 A", nine)     // Military: nobody knows, RFC 5322 section 4.3.
	check("Mon, 2 Mar 2026 09:00:00 H0500", nine) // Unreadable zone.
	check("Mon, 2 Mar 2026 10:00:00 UTC+1", nine)
	check("Mon, 2 Mar 2026 10:00:00 +1:00", nine)
	check("Mon, 2 Mar 2026 10(tien):  00  :  00 +0100", nine)
	check("Sun, 002 Mar 2026 10:00:00 +0100", nine)
	check("Foo, 2 Mar 2026 10:00:00 +0100", nine)
	check("maandag 2 maart 2026 om 09:00", nine)
	check("lundi 2 mars 2026 à 09:00:00", nine)
	check("Montag, 2. März 2026 um 09:00", nine)
	check("2 Mar 2026 9:00 AM", nine)
	check("3/2/2026 9:00:00 AM", nine)
	check("20260302T090000Z", nine)
	check("Sun, 1 Mar 2026 24:00:00 +0000", "2026-03-02 00:00:00")
	check("Sun, 1 Mar 2026 23:59:60 +0000", "2026-03-02 00:00:00")
	check("Mon, 2 Mar 2026 09:00:00 +9999", nine) // No such zone.
	check("gisteren", "")
	check("", "")
	check("Mon, 99 Foo 2026", "")
	check("Thu, 1 Jan 1970 00:00:00 +0000", "1970-01-01 00:00:00")
	check("Mon, 2 Mar 0026 09:00:00 +0000", "")
}

func TestMediaType(t *testing.T) {
	check := func(raw, media string, params ...string) {
		t.Helper()
		got, gotParams := mediaType(raw)
		if got != media || len(gotParams) != len(params)/2 {
			t.Errorf("%q: got %q %q", raw, got, gotParams)
		}
		for i := 0; i < len(params); i += 2 {
			if gotParams[params[i]] != params[i+1] {
				t.Errorf("%q: %s = %q, want %q", raw, params[i], gotParams[params[i]], params[i+1])
			}
		}
	}
	check("", "")
	check("Text/Plain; Charset=UTF-8", "text/plain", "charset", "UTF-8")
	check("text/plain charset=UTF-8", "text/plain", "charset", "UTF-8")
	check("text/plain (zie boven); charset=utf-8 (hier)", "text/plain", "charset", "utf-8")
	check(`attachment; filename="a;b \"c\".txt"`, "attachment", "filename", `a;b "c".txt`)
	check(`attachment; filename="C:\map\a.txt"`, "attachment", "filename", `C:\map\a.txt`)
	check("attachment; filename=foto van de lift.jpg", "attachment", "filename", "foto van de lift.jpg")
	check(`attachment; filename="zonder einde`, "attachment", "filename", "zonder einde")
	check("attachment; filename*=utf-8''re%C3%A7u.pdf; filename=recu.pdf", "attachment", "filename", "reçu.pdf")
	check("attachment; filename*1=b.pdf; filename*0=a", "attachment", "filename", "ab.pdf")
	check("attachment; filename*0*=iso-8859-1'fr'%E9; filename*1=t%C3.txt", "attachment", "filename", "ét%C3.txt")
	check("multipart/mixed; boundary=\"a b\"; boundary=c", "multipart/mixed", "boundary", "a b")
	check("attachment; filename*=utf-8''100%25%20zeker%.pdf", "attachment", "filename", "100% zeker%.pdf")
	check("attachment; filename=recu.pdf; filename*=utf-8''", "attachment", "filename", "recu.pdf")
	check("attachment; filename*0*=utf-8''caf%C3; filename*1*=%A9.pdf", "attachment", "filename", "café.pdf")
	check("attachment; filename*=iso-2022-jp'ja'Dij%8aat.mp3", "attachment", "filename", "DijŠat.mp3")
	check("multipart/mixed; boundary = a=b", "multipart/mixed", "boundary", "a=b")
	check("text/plain;;; =; x; charset=a", "text/plain", "charset", "a")
}

func TestAttachmentName(t *testing.T) {
	check := func(name, media, want string) {
		t.Helper()
		if got := attachmentName(name, media, 2); got != want {
			t.Errorf("%q %s: got %q, want %q", name, media, got, want)
		}
	}
	check("foto.jpg", "image/jpeg", "foto.jpg")
	check("../../etc/passwd", "text/plain", "passwd")
	check(`C:\Users\An\foto.jpg`, "image/jpeg", "foto.jpg")
	check("a\r\nb\x00c.txt", "text/plain", "a b c.txt")
	check("fdp\u202eexe.pdf", "application/pdf", "fdpexe.pdf")
	check(" .. ", "application/pdf", "bijlage-2.pdf")
	check("", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "bijlage-2.docx")
	check("", "x/y", "bijlage-2.bin")
	check(`wat?<nu>|"ja".txt`, "text/plain", "wat__nu___ja_.txt")
	check("\u202efdp.exe\u202c", "", "fdp.exe")
	check("foto\u200e.jpg\u2066", "", "foto.jpg")
	check("...verborgen.txt", "", "verborgen.txt")
	check("foto.exe. . ", "", "foto.exe")
	check("CON", "", "_CON")
	check("aux.tar.gz", "", "_aux.tar.gz")
	check("com1 .txt", "", "_com1 .txt")
	check("console.txt", "", "console.txt")
	check("\u3164", "image/jpeg", "bijlage-2.jpg")
	check("foto\u00a0\u00a0 \t.jpg", "", "foto .jpg")
	check("..", "", "bijlage-2.bin")
	check("a/..", "", "bijlage-2.bin")
	if wide := attachmentName(strings.Repeat("食", 400)+".docx", "", 1); len(wide) > maxNameBytes || wide[len(wide)-5:] != ".docx" {
		t.Errorf("long name: %d bytes, %q", len(wide), wide)
	}
	long := attachmentName(strings.Repeat("e", 400)+".docx", "", 1)
	if n := len([]rune(long)); n != maxNameLen || long[len(long)-5:] != ".docx" {
		t.Errorf("long name: %d characters, %q", n, long)
	}
}

func TestTextOfHTML(t *testing.T) {
	check := func(source, want string) {
		t.Helper()
		if got := textOfHTML(source); got != want {
			t.Errorf("%q: got %q, want %q", source, got, want)
		}
	}
	check("", "")
	check("Beste,<br>de lift", "Beste,\nde lift")
	check("<p class=MsoNormal>Een</p>\r\n<p class=MsoNormal>Twee</p>", "Een\n\nTwee")
	check("<div>Een</div><div>Twee</div><div><br></div><div>Drie</div>", "Een\nTwee\n\nDrie")
	check("5 < 6 &amp;&nbsp;7 &euro;", "5 < 6 & 7 €")
	check("<style>p{}</style>a<script>if (1 < 2) b()</script>c<!-- d > e -->", "ac")
	check("<a href='https://x.test'>de foto</a>", "de foto")
	check("<ul><li>een<li>twee</ul>na", "- een\n- twee\n\nna")
	check("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc")
	check("<pre>a\n  b</pre>", "a\n  b")
	check("nieuw<blockquote>oud<br>ouder<blockquote>oudst</blockquote></blockquote>onder", "nieuw\n\n> oud\n> ouder\n>\n> > oudst\n\nonder")
	check("</blockquote>a</pre></td>", "a")
	check("a<hr>b", "a\n----------\nb")
	check("<h1>Klacht</h1>over", "Klacht\n\nover")
}

func TestUnflow(t *testing.T) {
	check := func(raw string, delsp bool, want string) {
		t.Helper()
		if got := unflow(raw, delsp); got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
	check("a \nb\nc\n", false, "a b\nc\n")
	check("a \nb\n", true, "ab\n")
	check("> a \n> b\n>> c \n> d\n", false, "> a b\n>> c \n> d\n")
	check("a \n-- \nAn\n", false, "a \n-- \nAn\n")
	check(" > geen citaat\n", false, "> geen citaat\n")
	check("", false, "")
}
