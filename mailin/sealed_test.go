package mailin

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"testing"
	"time"

	"dankuwel/procedure"
)

func TestSealed(t *testing.T) {
	check := func(file, want, text string, files ...string) {
		t.Helper()
		m := parseBytes(t, readFixture(t, file))
		if got := Sealed(m); got != want {
			t.Errorf("%s: sealed %q, want %q", file, got, want)
		}
		if !strings.Contains(m.Text, text) || strings.Contains(m.Text, "-----BEGIN PGP SIG") || strings.Contains(m.Text, "Hash:") {
			t.Errorf("%s: text %q", file, m.Text)
		}
		var names []string
		for _, a := range m.Attachments {
			if substantial(a) {
				names = append(names, a.Name)
			}
		}
		if strings.Join(names, " ") != strings.Join(files, " ") {
			t.Errorf("%s: attachments %q, want %q", file, names, files)
		}
	}
	check("smime-ondertekend.eml", "", "De lift is al drie dagen stuk", "data.txt")
	check("smime-stroom.eml", "", "De lift is al drie dagen stuk; mijn vader kan niet naar buiten. Ciça.", "data.txt")
	check("smime-los.eml", "", "De lift is stuk.")
	check("smime-versleuteld.eml", "smime", "", "smime.p7m")
	check("pgp-versleuteld.eml", "pgp", "", "encrypted.asc")
	check("pgp-exchange.eml", "pgp", "", "encrypted.asc")
	check("pgp-tekst.eml", "pgp", "")
	check("pgp-ondertekend.eml", "", "De lift is al drie dagen stuk.\n\n- maandag\n- dinsdag")
	check("gewoon.eml", "", "koude maaltijd")

	for text, want := range map[string]string{
		"Mijn klacht staat hieronder, versleuteld en wel.\n-----BEGIN PGP MESSAGE-----\nx\n-----END PGP MESSAGE-----": "",
		"-----BEGIN PGP MESSAGE-----\nx\n":              "pgp",
		"Wat is -----BEGIN PGP MESSAGE----- voor iets?": "",
	} {
		if got := Sealed(&Message{Text: text}); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestOpenSigned: the identity is that of the wrapper as it came, and a signed file that is no mail stays a file.
func TestOpenSigned(t *testing.T) {
	m := parseBytes(t, readFixture(t, "smime-ondertekend.eml"))
	if len(m.leaves) != 1 || m.leaves[0].name != "smime.p7m" || m.ContentType != "application/pkcs7-mime" {
		t.Errorf("identity is made of %+v", m.leaves)
	}
	signedFile := "From: a@x.test\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nZie het contract.\n--b\nContent-Type: application/pkcs7-mime; name=contract.txt.p7m\n" +
		"Content-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString(signedData([]byte("Artikel 1. Wij huren.\n"))) + "\n--b--\n"
	m = parseBytes(t, []byte(signedFile))
	if len(m.Attachments) != 1 || m.Attachments[0].Name != "contract.txt.p7m" || m.Text != "Zie het contract." || Sealed(m) != "" {
		t.Errorf("signed file: %+v %q", m.Attachments, m.Text)
	}
	for _, n := range []int{0, 12, 200} { // Cut: what is there is read, and the whole is kept.
		wrapped := signedData([]byte("Content-Type: multipart/mixed; boundary=s\n\n--s\n\nDe lift is stuk.\n--s\nContent-Disposition: attachment; filename=a.txt\n\na\n--s--\n" + strings.Repeat("\n", 200)))
		cut := "From: a@x.test\nContent-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString(wrapped[:len(wrapped)-n])
		m, want := parseBytes(t, []byte(cut)), "a.txt"
		if n > 0 {
			want = "smime.p7m"
		}
		if m.Text != "De lift is stuk." || len(m.Attachments) != 1 || m.Attachments[0].Name != want || Sealed(m) != "" {
			t.Errorf("cut by %d: %q %+v %v", n, m.Text, m.Attachments, m.Warnings)
		}
	}
	nested := []byte("Content-Type: text/plain\n\nBinnenste.\n")
	for range maxOpenedDepth + 2 {
		nested = []byte("Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString(signedData(nested)) + "\n")
	}
	if m = parseBytes(t, nested); len(m.Attachments) != 1 || Sealed(m) != "smime" {
		t.Errorf("wrapped too often: %+v %q", m.Attachments, m.Text)
	}
}

// signedData wraps content as opaque signed data without signers, with lengths of no end (RFC 5652, X.690 section 8.1.3.6).
func signedData(content []byte) []byte {
	var b bytes.Buffer
	b.Write([]byte{0x30, 0x80})
	b.Write(oidSignedData)
	b.Write([]byte{0xa0, 0x80, 0x30, 0x80, 0x02, 0x01, 0x01, 0x31, 0x80, 0, 0, 0x30, 0x80})
	b.Write([]byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01, 0xa0, 0x80, 0x24, 0x80})
	for len(content) > 0 {
		n := min(len(content), 100)
		b.WriteByte(0x04)
		b.WriteByte(byte(n))
		b.Write(content[:n])
		content = content[n:]
	}
	b.Write(make([]byte, 2+2+2+2+2+2))
	return b.Bytes()
}

func TestSubstantial(t *testing.T) {
	for _, a := range []Attachment{{Name: "brief.pdf", Type: "application/pdf"}, {Name: "foto.jpg", Type: "image/jpeg", Inline: true, ContentID: "x", Size: 800 << 10},
		{Name: "winmail.dat", Type: "application/ms-tnef"}} {
		if !substantial(a) {
			t.Errorf("%s is nothing", a.Name)
		}
	}
	for _, a := range []Attachment{{Name: "smime.p7s", Type: "application/octet-stream"}, {Name: "signature.asc", Type: "application/pgp-signature"},
		{Name: "OpenPGP_0x12AB.asc", Type: "application/pgp-keys"}, {Name: "logo.png", Type: "image/png", Inline: true, ContentID: "x", Size: 3000}} {
		if substantial(a) {
			t.Errorf("%s is something", a.Name)
		}
	}
}

// FuzzCMS: whatever stands in an opaque S/MIME part, no more comes out than went in, and the mail is read.
func FuzzCMS(f *testing.F) {
	f.Add(signedData([]byte("Content-Type: text/plain\n\nx")))
	f.Add([]byte{0x30, 0x80, 0x30, 0x80, 0x30, 0x80})
	head := []byte("From: a@x.test\nContent-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: 8bit\n\n")
	f.Fuzz(func(t *testing.T, b []byte) {
		if content, _ := signedContent(b); len(content) > len(b) {
			t.Errorf("%d bytes from %d", len(content), len(b))
		}
		m, err := Parse(io.MultiReader(bytes.NewReader(head), bytes.NewReader(b)), nil)
		if err != nil || len(m.leaves) != 1 && !strings.Contains(strings.Join(m.Warnings, " "), "broke off") {
			t.Errorf("%v, %d leaves", err, len(m.leaves))
		}
		Sealed(m)
	})
}

// FuzzForms: the readers of meaning on any mail; they are pure, so the same comes out twice.
func FuzzForms(f *testing.F) {
	for _, file := range []string{"forward-outlook.eml", "form-tabel.eml", "spam-vlag.eml", "voicemail-asterisk.eml", "pgp-tekst.eml", "pgp-ondertekend.eml", "doorgestuurd.eml"} {
		f.Add(readFixture(f, file))
	}
	sender := procedure.FormSender{NameField: "Naam", EmailField: "header:Reply-To", TextField: "Bericht"}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Parse(bytes.NewReader(raw), nil)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if form, _ := ReadForm(m, sender); strings.ContainsAny(form.Email, " <>\n") || strings.Contains(form.Name, "\n") {
			t.Errorf("form %+v", form)
		}
		if fw := ReadForward(m, time.UTC); fw != nil && len(fw.Text) > maxTextBytes {
			t.Errorf("forward of %d bytes", len(fw.Text))
		}
		if reason, field := Verdict(m, "microsoft365"); (reason == "") != (field == "") {
			t.Errorf("verdict %q by %q", reason, field)
		}
		Sealed(m)
		IsVoiceMail(m)
		if took := time.Since(begin); took > maxParseTime {
			t.Errorf("took %v", took)
		}
	})
}

// FuzzForward: dates and addresses of quoted headers.
func FuzzForward(f *testing.F) {
	f.Add("Van: An <an@x.test>\nVerzonden: ma 2 mrt 2026 9:05\nAan: b@x.test\nOnderwerp: FW: x\n\nVan: Jan\nDatum: 2/3/26\nOnderwerp: y\n\nz", "FW: x")
	f.Add("-------- Forwarded message --------\nFrom: x\nDate: Mon, Mar 2, 2026 at 12:05 AM GMT+2\nSubject: y\n\nz", "")
	f.Fuzz(func(t *testing.T, text, subject string) {
		if fw := inlineForward(validText([]byte(text)), subject, time.UTC); fw != nil && (fw.Date.Year() > 2200 || strings.ContainsAny(fw.From.Email, " \n")) {
			t.Errorf("%+v", fw)
		}
	})
}

// FuzzVerdict: any value of the fields that are read.
func FuzzVerdict(f *testing.F) {
	f.Add("mx.test; dmarc=fail (p=reject sp=none dis=none) reason=\"a;b\"")
	f.Add("SFV:SPM;CAT:HSPM;SCL:9")
	f.Fuzz(func(t *testing.T, value string) {
		for name := range spamFields {
			Verdict(&Message{Fields: []Field{{Name: name, Value: value}}}, "")
		}
		Verdict(&Message{Fields: []Field{{Name: "Authentication-Results", Value: value}}}, "mx.test")
	})
}

// TestForms_soon: a megabyte made to tire the readers of forms, forwards and wrappers takes a fraction of a second, and on a busy machine less than a mail may.
func TestForms_soon(t *testing.T) {
	sender := procedure.FormSender{NameField: "Naam", EmailField: "E-mail", TextField: "Bericht"}
	within := func(name string, do func()) {
		t.Helper()
		begin := time.Now()
		if do(); time.Since(begin) > maxParseTime {
			t.Errorf("%s took %v", name, time.Since(begin))
		}
	}
	fill := func(s string) string { return strings.Repeat(s, 1<<20/len(s)) }
	for _, part := range []string{"Naam:\n", "Bericht\n\n", "Naam ", "\n", "> ", "--- Forwarded message ---\n", "____\n", "Van: x\nAan:\n", "Van: a@b\n\nDatum: 9:05\n\n", "-----BEGIN PGP SIGNED MESSAGE-----\n",
		"-----BEGIN PGP MESSAGE-----\n-----END PGP MESSAGE-----\n", "</td", "<td>Naam</td>"} {
		m := &Message{Subject: "FW: x", Text: fill(part), HTML: fill(part)}
		within(part, func() {
			ReadForm(m, sender)
			ReadForward(m, time.UTC)
			Sealed(m)
			clearSigned(m.Text)
		})
	}
	for _, part := range []string{`\f1\'e9\f0\'e9`, "{", "}", `{\f1\fcharset128 `, `\u233?`, `\u-10179`, `\bin1`, `\'`, `{\*\htmltag`} {
		within(part, func() {
			textOfRTF([]byte(`{\rtf1{\fonttbl{\f1\fcharset128 x;}}` + strings.Repeat(part, maxRTF/len(part))))
		})
	}
	for _, part := range []string{"\x30\x80", "\x24\x80", "\x04\x00", "\x00\x00"} {
		within(part, func() {
			signedContent([]byte("\x30\x80" + string(oidSignedData) + "\xa0\x80\x30\x80" + fill(part)))
			berString([]byte("\x24\x80" + fill(part)))
		})
	}
	for _, id := range []uint32{attAttachRend, attAttachTitle, attBody, attMsgProps, attAttachProps} {
		w := newTNEF()
		for w.Len() < 1<<20 {
			w.attribute(1, id, []byte{1, 0, 0, 0, 0x1f, 0, 0x01, 0x37, 0xff, 0, 0, 0, 0, 0, 0, 0})
		}
		within("TNEF", func() { readTNEF(w.Bytes(), 0) })
	}
	for _, part := range []string{"SFV:SPM1;", "(p=none", "dmarc=fail ", `"`, "rule=inbound_", "policy."} {
		within(part, func() {
			for _, name := range []string{"Authentication-Results", "X-Forefront-Antispam-Report", "X-Proofpoint-Spam-Details"} {
				Verdict(&Message{Fields: []Field{{Name: name, Value: "mx.test; dmarc=fail " + fill(part)}}}, "mx.test")
			}
		})
	}
}
