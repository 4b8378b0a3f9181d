package mailin

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "rewrite the golden files of this package; look at the difference before keeping it")

// received is the INTERNALDATE of the tests.
var received = time.Date(2026, 3, 2, 9, 0, 5, 0, time.FixedZone("", 3600))

// TestParse_fixtures reads each mail of testdata/mail and compares what a reader would see with the file beside it.
func TestParse_fixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/mail/*.eml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw := readFixture(t, filepath.Base(file))
			m := parseBytes(t, raw)
			got := describe(m, "")
			golden := strings.TrimSuffix(file, ".eml") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatalf("%v (write it with -update)", err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// describe writes a mail down for comparing.
func describe(m *Message, indent string) string {
	var b strings.Builder
	line := func(name string, value any) {
		if s := fmt.Sprint(value); s != "" && s != "[]" && s != "map[]" && s != "false" {
			fmt.Fprintf(&b, "%s%s: %s\n", indent, name, s)
		}
	}
	for _, list := range []struct {
		name string
		of   []Address
	}{{"from", m.From}, {"reply-to", m.ReplyTo}, {"to", m.To}, {"cc", m.Cc}} {
		for _, a := range list.of {
			line(list.name, fmt.Sprintf("%q %s", a.Name, a.Email))
		}
	}
	if m.Sender != nil {
		line("sender", fmt.Sprintf("%q %s", m.Sender.Name, m.Sender.Email))
	}
	line("subject", m.Subject)
	line("message-id", m.MessageID)
	line("in-reply-to", m.InReplyTo)
	line("references", m.References)
	if !m.Date.IsZero() {
		line("date", m.Date.Format(time.RFC3339))
	}
	line("return-path", m.ReturnPath)
	line("null sender", m.NullSender)
	line("content-type", m.ContentType)
	line("params", m.ContentParams)
	line("calendar", m.CalendarMethod)
	for _, w := range m.Warnings {
		line("warning", w)
	}
	for _, a := range m.Attachments {
		line("attachment", fmt.Sprintf("%q %s %d %s %s inline=%v", a.Name, a.Type, a.Size, a.SHA256[:8], a.ContentID, a.Inline))
	}
	kind, reason := Classify(m, nil)
	line("kind", kind.String()+", "+reason)
	if indent == "" {
		line("identity", m.Identity(received))
		line("header identity", m.HeaderIdentity(received, 1000))
	}
	for _, part := range []struct{ name, text string }{{"report", m.Report}, {"html", m.HTML}, {"text", m.Text}} {
		if part.text != "" {
			line(part.name, "\n"+indent+"    "+strings.ReplaceAll(part.text, "\n", "\n"+indent+"    "))
		}
	}
	for _, e := range m.Embedded {
		fmt.Fprintf(&b, "%sembedded:\n%s", indent, describe(e, indent+"  "))
	}
	return b.String()
}

func readFixture(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata/mail", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func parseBytes(t testing.TB, raw []byte) *Message {
	t.Helper()
	m, err := Parse(bytes.NewReader(raw), nil)
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return m
}

// TestParse_lenient is the table of faults that libraries refuse whole mails for: the complaint must come through.
func TestParse_lenient(t *testing.T) {
	check := func(file, text, warning string) {
		t.Helper()
		m := parseBytes(t, readFixture(t, file))
		if !strings.Contains(m.Text, text) {
			t.Errorf("%s: text %q lacks %q", file, m.Text, text)
		}
		if got := strings.Join(m.Warnings, " "); !strings.Contains(got, warning) || warning == "" && got != "" {
			t.Errorf("%s: warnings %q, want %q", file, got, warning)
		}
	}
	check("gewoon.eml", "koude maaltijd", "")
	check("zonder-dubbelepunt.eml", "De lift is stuk.", "without colon")
	check("mbox.eml", "De lift", "")
	check("ongeldige-naam.eml", "De lift", "invalid name")
	check("nul.eml", "De lift is stuk.", "NUL")
	check("geen-lege-regel.eml", "Let op: de lift", "blank line")
	check("tekst-zonder-hoofd.eml", "zonder hoofd", "blank line")
	check("onbekende-charset.eml", "De café is dicht.", "unknown charset")
	check("kapotte-parameters.eml", "De lift", "")
	check("cannot-open.eml", "De lift", "Content-Type cannot be read")
	check("onbekende-cte.eml", "De lift is stuk.\n\nEn de kamer is koud, 100% zeker, 5=6.", "unknown transfer encoding")
	check("geen-slotgrens.eml", "De lift is stuk.", "no closing boundary")
	check("kapot-deelhoofd.eml", "Deel een.\n\nDeel twee heeft geen lege regel en geen hoofd.\n\nDeel drie.", "blank line")
	check("base64-zonder-opvulling.eml", "al drie weken stuk.", "")
	check("base64-met-voettekst.eml", "niet meer buiten.", "something else")
	check("base64-dat-tekst-is.eml", "al drie weken stuk.", "plain text")
	check("geen-boundary.eml", "De lift", "names no boundary")
	check("verkeerde-boundary.eml", "De lift", "not found in it")
	check("grens-zonder-lege-regel.eml", "De lift is stuk.", "blank line")
	check("ingesprongen.eml", "De lift is stuk.", "")
	check("latin1.eml", "Het café is dicht, € 5 betaald.", "")
	check("utf8-als-latin1.eml", "Het café is dicht, € 5 betaald.", "")
}

func TestParse_empty(t *testing.T) {
	for _, raw := range []string{"", "\n", "\r\n\r\n", "\x00"} {
		m := parseBytes(t, []byte(raw))
		if len(m.Fields) > 0 || strings.TrimSpace(m.Text) != "" {
			t.Errorf("%q: %+v", raw, m)
		}
	}
	if m := parseBytes(t, nil); len(m.Warnings) != 1 {
		t.Errorf("empty mail: warnings %q", m.Warnings)
	}
}

// TestParse_nested: nesting without end costs no more than its bytes.
func TestParse_nested(t *testing.T) {
	var b strings.Builder
	b.WriteString("Subject: diep\r\n")
	for i := range 10000 {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	b.WriteString("\r\nbodem\r\n")
	begin := time.Now()
	m := parseBytes(t, []byte(b.String()))
	if took := time.Since(begin); took > time.Second {
		t.Errorf("10,000 levels (%d bytes) took %v", b.Len(), took)
	}
	if m.Subject != "diep" || len(m.Attachments) != 1 || len(m.Warnings) == 0 {
		t.Errorf("got %d attachments, warnings %q", len(m.Attachments), m.Warnings)
	}
}

func TestParse_caps(t *testing.T) {
	check := func(name, raw, warning string, ok func(m *Message) bool) {
		t.Helper()
		begin := time.Now()
		m := parseBytes(t, []byte(raw))
		if took := time.Since(begin); took > maxParseTime {
			t.Errorf("%s: took %v", name, took)
		}
		if !strings.Contains(strings.Join(m.Warnings, " "), warning) {
			t.Errorf("%s: warnings %q, want %q", name, m.Warnings, warning)
		}
		if !ok(m) {
			t.Errorf("%s: subject %q, %d bytes of text, %d attachments", name, m.Subject, len(m.Text), len(m.Attachments))
		}
	}
	check("large field", "X-Groot: "+strings.Repeat("x", 2<<20)+"\r\nSubject: na\r\n\r\ntekst", "larger than 1 MiB",
		func(m *Message) bool { return m.Subject == "na" && m.Text == "tekst" })
	check("many fields", strings.Repeat("X-Veel: ja\r\n", 1<<18)+"\r\ntekst", "larger than 1 MiB",
		func(m *Message) bool { return m.Text == "tekst" })
	check("long text", "Subject: s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"+strings.Repeat("é", 2<<20), "longer than 2 MiB",
		func(m *Message) bool { return len(m.Text) == maxTextBytes && strings.Trim(m.Text, "é") == "" })
	check("many parts", "Content-Type: multipart/mixed; boundary=b\r\n\r\n"+strings.Repeat("--b\r\nContent-Type: image/png\r\n\r\nx\r\n", 2000)+"--b--\r\n",
		"more than 500 parts", func(m *Message) bool { return len(m.Attachments) == maxParts+1 })
	check("one long quoted line", "Content-Transfer-Encoding: quoted-printable\r\n\r\n"+strings.Repeat("=C3=A9", 200000), "",
		func(m *Message) bool { return m.Text == strings.Repeat("é", 200000) })
	check("mails in mails", strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 2000)+"Subject: diep\r\n\r\ntekst", "",
		func(m *Message) bool { return len(m.Embedded) == 1 })
	check("deep quotation", "Content-Type: text/html\r\n\r\n"+strings.Repeat("<blockquote>x", 50000), "",
		func(m *Message) bool { return len(m.Text) <= maxTextBytes })
	check("many colonless lines", "Subject: s\r\n"+strings.Repeat("zonder\r\n", 100000)+"To: a@b\r\n\r\ntekst", "without colon",
		func(m *Message) bool { return m.Text == "tekst" })
	check("unclosed quotes in From", "From: "+strings.Repeat(`"a\ (`, 100000)+"\r\n\r\ntekst", "",
		func(m *Message) bool { return m.Text == "tekst" })
	check("encoded words without end", "Subject: "+strings.Repeat("=?utf-8?Q?a?=20", 30000)+"\r\n\r\ntekst", "",
		func(m *Message) bool { return m.Text == "tekst" })
	for _, value := range []string{"(", `"`, `\"`, "a,", "<", "@", "=?", "=?utf-8?Q?a", "=?utf-8?x?a", ">;<", "'", "a@b,", "=?utf-8?Q?a?= ", "=?utf-8?B?\r\n "} {
		long := strings.Repeat(value, 200<<10/len(value))
		check("From of "+value, "From: "+long+"\r\nSubject: "+long+"\r\n\r\ntekst", "", func(m *Message) bool { return m.Text == "tekst" })
		check("parameters of "+value, "Content-Type: text/plain; name="+long+"\r\nMessage-ID: "+long+"\r\n\r\ntekst", "",
			func(m *Message) bool { return m.Text == "tekst" })
	}
	check("dashes", "Subject: s\r\n"+strings.Repeat("--abc\r\n", 140000)+"To: a@b\r\n\r\ntekst", "", func(m *Message) bool { return m.Text == "tekst" })
	check("semicolons", "Content-Type: text/plain"+strings.Repeat(";a*1=b", 80000)+"\r\n\r\ntekst", "", func(m *Message) bool { return m.Text == "tekst" })
	for _, tag := range []string{"<br>", "<p>", "<", "&", "<li>", "<td>", "<!--", "<a href=", "\n", "<blockquote><br>"} {
		check("HTML of "+tag, "Content-Type: text/html\r\n\r\n"+strings.Repeat(tag, 2<<20/len(tag)), "", func(m *Message) bool { return len(m.Text) <= maxTextBytes })
	}
}

// TestParse_keep: attachments reach keep decoded, with what is known; a failing keep or reader is the only error.
func TestParse_keep(t *testing.T) {
	raw := readFixture(t, "bijlagen.eml")
	var got []string
	m, err := Parse(bytes.NewReader(raw), func(a *Attachment, body io.Reader) error {
		b, err := io.ReadAll(body)
		got = append(got, fmt.Sprintf("%s %s %d", a.Name, a.Type, len(b)))
		return err
	})
	if err != nil || len(got) != len(m.Attachments) || len(got) == 0 {
		t.Fatalf("err %v, kept %q", err, got)
	}
	for i, a := range m.Attachments {
		if want := fmt.Sprintf("%s %s %d", a.Name, a.Type, a.Size); got[i] != want {
			t.Errorf("kept %q, want %q", got[i], want)
		}
	}
	if id := parseBytes(t, raw).Identity(received); id != m.Identity(received) {
		t.Errorf("identity depends on keep")
	}
	lazy, err := Parse(bytes.NewReader(raw), func(*Attachment, io.Reader) error { return nil })
	if err != nil || lazy.Attachments[0] != m.Attachments[0] || lazy.Identity(received) != m.Identity(received) {
		t.Errorf("keep that reads nothing: %v, %+v", err, lazy.Attachments[0])
	}
	full := fmt.Errorf("no space left on device")
	if _, err := Parse(bytes.NewReader(raw), func(*Attachment, io.Reader) error { return full }); err == nil || !strings.Contains(err.Error(), full.Error()) {
		t.Errorf("failing keep: %v", err)
	}
	m, err = Parse(io.MultiReader(bytes.NewReader(raw[:600]), iotest.ErrReader(iotest.ErrTimeout)), nil)
	if err == nil || m.Subject != "Klacht" {
		t.Errorf("failing reader: %v, %+v", err, m)
	}
	if m, err := Parse(iotest.OneByteReader(bytes.NewReader(raw)), nil); err != nil || m.Identity(received) != lazy.Identity(received) {
		t.Errorf("byte by byte: %v", err)
	}
}

// TestParse_charsetOfNames: the charset that a text names may better the names in the header, not change who wrote.
func TestParse_charsetOfNames(t *testing.T) {
	check := func(from, charset, want string) {
		t.Helper()
		m := parseBytes(t, []byte("From: "+from+"\r\nContent-Type: text/plain; charset="+charset+"\r\n\r\nx\r\n"))
		if len(m.From) != 1 || m.From[0].String() != want {
			t.Errorf("%q in %s: %v, want %s", from, charset, m.From, want)
		}
	}
	check("\xb3ucja <an@example.test>", "iso-8859-2", "łucja <an@example.test>")
	check("\xb3ucja <an@example.test>", "iso-8859-1", "³ucja <an@example.test>")
	check("\x95\x5c <an@example.test>", "shift_jis", "表 <an@example.test>")
	check("\xe9 +ADw-baas@bank.test+AD4 <dief@x.test>", "utf-7", "é +ADw-baas@bank.test+AD4 <dief@x.test>")
	check("\xe9 <dief@x.test>", "ibm037", "é <dief@x.test>")
	check("\xe9 <dief@x.test>", "utf-16", "é <dief@x.test>")
}

// TestParse_panic: a mistake in a library costs the mail nothing but its form.
func TestParse_panic(t *testing.T) {
	p := &mailParser{m: &Message{}, lines: newPartSplitter(strings.NewReader("de rest\r\n")), shared: &caps{}}
	p.pieces = []piece{{plain: "het begin\n"}}
	if err := p.salvage("index out of range"); err != nil || p.m.Text != "het begin\nde rest\n" || len(p.m.Warnings) != 1 {
		t.Errorf("%v %+v", err, p.m)
	}
	defer func() {
		if recover() != "mistake" {
			t.Error("a panic of the caller's own keep was hidden")
		}
	}()
	Parse(bytes.NewReader(readFixture(t, "bijlagen.eml")), func(*Attachment, io.Reader) error { panic("mistake") })
}

// TestParse_streams: an attachment of 50 MB is hashed and handed on while memory stays where it was.
func TestParse_streams(t *testing.T) {
	const lines = 50 << 20 / 57
	head := "Subject: groot\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntekst\r\n--b\r\n" +
		"Content-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	line := strings.Repeat("QUJD", 19) + "\r\n"
	r := io.MultiReader(strings.NewReader(head), io.LimitReader(&endless{line: line}, int64(lines*len(line))), strings.NewReader("--b--\r\n"))
	allocated := allocatedBytes(func() {
		m, err := Parse(r, func(_ *Attachment, body io.Reader) error {
			_, err := io.Copy(io.Discard, body)
			return err
		})
		if err != nil || len(m.Attachments) != 1 || m.Attachments[0].Size != lines*57 || m.Text != "tekst" {
			t.Errorf("err %v, attachments %+v", err, m.Attachments)
		}
	})
	if allocated > 2<<20 {
		t.Errorf("allocated %d bytes for an attachment of %d", allocated, lines*57)
	}
}

// endless repeats a line.
type endless struct {
	line string
	at   int
}

func (e *endless) Read(p []byte) (n int, err error) {
	for n < len(p) {
		c := copy(p[n:], e.line[e.at:])
		n += c
		e.at = (e.at + c) % len(e.line)
	}
	return n, nil
}

// checkReadable asserts what both databases need of every text.
func checkReadable(t *testing.T, m *Message) {
	t.Helper()
	texts := []string{m.Text, m.HTML, m.Subject, m.Report, m.MessageID, m.ReturnPath}
	for _, f := range m.Fields {
		texts = append(texts, f.Name, f.Value)
	}
	for _, a := range m.Attachments {
		texts = append(texts, a.Name, a.Type, a.ContentID)
		if a.Name == "" || strings.ContainsAny(a.Name, "/\\\r\n") {
			t.Errorf("attachment name %q", a.Name)
		}
	}
	for _, list := range [][]Address{m.From, m.ReplyTo, m.To, m.Cc} {
		for _, a := range list {
			texts = append(texts, a.Name, a.Email)
		}
	}
	for _, s := range texts {
		if !utf8.ValidString(s) || strings.Contains(s, "\x00") {
			t.Errorf("not fit for a database: %.200q", s)
		}
	}
	for _, e := range m.Embedded {
		checkReadable(t, e)
	}
}
