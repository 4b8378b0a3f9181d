package mailin

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
)

// identityMail is a mail with a line for each thing that may or may not change its identity.
const identityMail = "Return-Path: <an@example.test>\r\nFrom: An Peeters <an@example.test>\r\nTo: klachten@example.test\r\n" +
	"Date: Mon, 2 Mar 2026 09:00:00 +0100\r\nSubject: De lift is al\r\n drie weken stuk\r\nMessage-ID: <1@example.test>\r\nIn-Reply-To: <0@example.test>\r\n" +
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDe lift is stuk.\r\n\r\nAn\r\n" +
	"--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--b--\r\n"

// TestIdentity_format writes the documented bytes by hand, once: this must hold for ever, so never change the expectation
// without a new version line.
func TestIdentity_format(t *testing.T) {
	hexSum := func(s string) string { sum := sha256.Sum256([]byte(s)); return hex.EncodeToString(sum[:]) }
	header := "from:28:An Peeters <an@example.test>\ndate:30:Mon, 2 Mar 2026 09:00:00 +0100\nsubject:29:De lift is al drie weken stuk\n" +
		"message-id:16:<1@example.test>\nin-reply-to:16:<0@example.test>\n"
	want := "dankuwel-mail-1\n" + header +
		"type:10:text/plain\nname:0:\nsha256:64:" + hexSum("De lift is stuk.\n\nAn") + "\n" +
		"type:15:application/pdf\nname:5:a.pdf\nsha256:64:" + hexSum("%PDF-1.4") + "\n"
	m := parseBytes(t, []byte(identityMail))
	if got := m.Identity(received); got != hexSum(want) {
		t.Errorf("got %s, want %s of:\n%s", got, hexSum(want), want)
	}
	if got, want := m.Identity(received), "4a78fce506804f696140cdc0d71059bdcc3967090ba5d6166108319582d70dfd"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := m.HeaderIdentity(received, 1234); got != hexSum("dankuwel-mail-header-1\n"+header+"size:4:1234\n") {
		t.Errorf("header identity: got %s", got)
	}
	undated := parseBytes(t, []byte(strings.Replace(identityMail, "Date: Mon, 2 Mar 2026 09:00:00 +0100\r\n", "", 1)))
	header = strings.Replace(header, "date:30:Mon, 2 Mar 2026 09:00:00 +0100\n", "", 1)
	want = "dankuwel-mail-header-1\n" + header + "internaldate:20:2026-03-02T08:00:05Z\nsize:4:1234\n"
	if got := undated.HeaderIdentity(received, 1234); got != hexSum(want) {
		t.Errorf("without Date: got %s", got)
	}
}

// TestIdentity_transport: what servers do to a mail on its way does not make it another mail; what people do does.
func TestIdentity_transport(t *testing.T) {
	identity := func(raw string) string { return parseBytes(t, []byte(raw)).Identity(received) }
	base := identity(identityMail)
	same := func(name, raw string) {
		t.Helper()
		if raw == identityMail || identity(raw) != base {
			t.Errorf("%s: another identity, or the same mail", name)
		}
	}
	other := func(name, raw string) {
		t.Helper()
		if identity(raw) == base {
			t.Errorf("%s: the same identity", name)
		}
	}
	swap := func(old, new string) string { return strings.Replace(identityMail, old, new, 1) }
	same("LF only", strings.ReplaceAll(identityMail, "\r\n", "\n"))
	same("other trace", "Received: by mx2.example.test; Mon, 2 Mar 2026 09:00:01 +0100\r\nX-Spam: no\r\n"+swap("Return-Path: <an@", "Return-Path: <x@"))
	same("other recipient", swap("To: klachten@", "To: info@"))
	same("unfolded", swap("al\r\n drie", "al drie"))
	same("folded elsewhere", swap("Peeters <", "Peeters\r\n\t<"))
	same("blank lines at the end of the text", swap("\r\nAn\r\n", "\r\nAn\r\n\r\n\r\n"))
	same("other transfer encoding", swap("utf-8\r\n\r\nDe lift", "utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=44e =\r\nlift"))
	same("other line length", swap("JVBERi0xLjQK", "JVBE\r\nRi0x\r\nLjQK"))
	same("other boundary", strings.NewReplacer("boundary=b", "boundary=c", "--b", "--c").Replace(identityMail))
	same("case of a field name", swap("Message-ID", "message-id"))
	other("other sender", swap("From: An", "From: Jan"))
	other("second From", swap("To: ", "From: jan@example.test\r\nTo: "))
	other("other subject", swap("drie", "vier"))
	other("other date", swap("09:00:00", "09:00:01"))
	other("other id", swap("<1@", "<2@"))
	other("reply to another", swap("<0@", "<9@"))
	other("other text", swap("stuk.", "stuk!"))
	other("other file name", swap("a.pdf", "b.pdf"))
	other("other bytes", swap("JVBERi0xLjQK", "JVBERi0xLjUK"))
	other("other type", swap("application/pdf", "application/x-pdf"))
	other("without file", swap("--b\r\nContent-Type: application/pdf", "--b--\r\n"))
}

func TestIdentity_internalDate(t *testing.T) {
	check := func(name, raw string, joins bool) {
		t.Helper()
		m := parseBytes(t, []byte(raw))
		if changed := m.Identity(received) != m.Identity(received.Add(time.Second)); changed != joins {
			t.Errorf("%s: INTERNALDATE joins in: %v, want %v", name, changed, joins)
		}
		if m.Identity(received) != m.Identity(received.UTC()) {
			t.Errorf("%s: depends on the time zone", name)
		}
	}
	check("complete", identityMail, false)
	check("no Message-ID", strings.Replace(identityMail, "Message-ID: <1@example.test>\r\n", "", 1), true)
	check("empty Message-ID", strings.Replace(identityMail, "Message-ID: <1@example.test>", "Message-ID:", 1), true)
	check("no Date", strings.Replace(identityMail, "Date: ", "X-Date: ", 1), true)
	check("unreadable Date", strings.Replace(identityMail, "Date: Mon", "Date: gisteren, Mon", 1), false)
	check("empty mail", "", true)
}

// TestLeafHash: the digest does not depend on how the bytes come in.
func TestLeafHash(t *testing.T) {
	check := func(content, want string) {
		t.Helper()
		for size := 1; size <= len(content)+1; size++ {
			h := newLeafHash()
			for rest := content; rest != ""; {
				n := min(size, len(rest))
				fmt.Fprint(h, rest[:n])
				rest = rest[n:]
			}
			if h.sum() != sha256.Sum256([]byte(want)) {
				t.Errorf("%q in pieces of %d is not %q", content, size, want)
			}
		}
	}
	check("", "")
	check("\r\n\n\r\n", "")
	check("a\r\nb\nc\r\n", "a\nb\nc")
	check("a\r\n\r\n\r\nb", "a\n\n\nb")
	check("a\rb\r\rc\r\r\nd", "a\rb\r\rc\r\nd")
	check("a\r", "a")
}
