package mailin

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"unicode/utf16"
)

// tnefWriter makes a winmail.dat for tests (MS-OXTNEF section 2.1.3).
type tnefWriter struct{ bytes.Buffer }

func newTNEF() *tnefWriter {
	w := &tnefWriter{}
	w.put(uint32(tnefSignature), uint16(1))
	w.attribute(1, 0x00089006, []byte{0, 0, 1, 0}) // attTnefVersion
	w.attribute(1, attOemCodepage, []byte{0xe4, 4, 0, 0, 0, 0, 0, 0})
	return w
}

func (w *tnefWriter) put(values ...any) {
	for _, v := range values {
		binary.Write(w, binary.LittleEndian, v)
	}
}

func (w *tnefWriter) attribute(level byte, id uint32, value []byte) {
	sum := uint16(0)
	for _, c := range value {
		sum += uint16(c)
	}
	w.put(level, id, uint32(len(value)), value, sum)
}

// tnefProp is one property: a string is written as Unicode, bytes as binary, a number as itself; object as an embedded one.
type tnefProp struct {
	id    uint16
	value any
}
type tnefObject []byte

func tnefProps(props ...tnefProp) []byte {
	var w tnefWriter
	w.put(uint32(len(props)))
	variable := func(kind, id uint16, value []byte) {
		w.put(kind, id, uint32(1), uint32(len(value)), value, make([]byte, -len(value)&3))
	}
	for _, p := range props {
		switch v := p.value.(type) {
		case string:
			var b bytes.Buffer
			binary.Write(&b, binary.LittleEndian, append(utf16.Encode([]rune(v)), 0))
			variable(kindUnicode, p.id, b.Bytes())
		case []byte:
			variable(kindBinary, p.id, v)
		case tnefObject:
			variable(kindObject, p.id, append(make([]byte, 16), v...))
		case uint32:
			w.put(uint16(3), p.id, v)
		case uint64:
			w.put(uint16(0x40), p.id, v)
		}
	}
	return w.Bytes()
}

// storedRTF is RTF in the wrapper of compressed RTF, not compressed (MS-OXRTFCP section 2.1.3.1.5).
func storedRTF(rtf string) []byte {
	var w tnefWriter
	w.put(uint32(len(rtf)+12), uint32(len(rtf)), []byte("MELA"), uint32(0), []byte(rtf))
	return w.Bytes()
}

// sampleTNEF holds an RTF body that wraps HTML, a named file, a mail with a file of its own, and a property with a name.
func sampleTNEF() []byte {
	inner := newTNEF()
	inner.attribute(1, attMsgProps, tnefProps(tnefProp{propSubject, "Koude soep"}, tnefProp{propSenderName, "Jan Janssens"}, tnefProp{propSenderSMTP, "jan@y.test"},
		tnefProp{propSubmitTime, uint64(134169123000000000)}, tnefProp{propBody, "De soep was koud."}))
	inner.attribute(2, attAttachRend, make([]byte, 14))
	inner.attribute(2, attAttachTitle, []byte("menu.txt\x00"))
	inner.attribute(2, attAttachData, []byte("soep\n"))

	w := newTNEF()
	w.attribute(1, attMessageClass, []byte("IPM.Microsoft Mail.Note\x00"))
	named := append([]byte{1, 0, 0, 0, 0x1f, 0, 0x05, 0x80}, make([]byte, 16)...)
	named = append(named, 1, 0, 0, 0, 6, 0, 0, 0, 'a', 0, 'b', 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 'x', 0, 0, 0)
	w.attribute(1, attMsgProps, named)
	w.attribute(1, attMsgProps, tnefProps(tnefProp{0x0017, uint32(1)}, tnefProp{propRTF, storedRTF(sampleRTF)}))
	w.attribute(2, attAttachRend, make([]byte, 14))
	w.attribute(2, attAttachTitle, []byte("FOTOV~1.TXT\x00"))
	w.attribute(2, attAttachData, []byte("een foto van de soep"))
	w.attribute(2, attAttachProps, tnefProps(tnefProp{propLongName, "Foto van de soep – één.txt"}, tnefProp{propMimeTag, "text/plain"}))
	w.attribute(2, attAttachRend, make([]byte, 14))
	w.attribute(2, attAttachProps, tnefProps(tnefProp{propDisplayName, "Koude soep"}, tnefProp{propAttachData, tnefObject(inner.Bytes())}))
	return w.Bytes()
}

// sampleRTF is HTML as Outlook wraps it (MS-OXRTFEX section 2.1.3).
const sampleRTF = `{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fswiss\fcharset204 Arial;}}{\colortbl\red0\green0\blue0;}
{\*\generator Riched20 1;}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Mijn moeder kreeg \'e9\'e9n keer per dag soep.{\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0 Koud.
\htmlrtf\par}\htmlrtf0 {\*\htmltag72 </p>}{\*\htmltag64 <p>}Ik vraag \u8220?uitleg\u8221?.{\*\htmltag72 </p>}{\pict 0102}}`

func TestReadTNEF(t *testing.T) {
	m := readTNEF(sampleTNEF(), 0)
	if m == nil || !m.whole {
		t.Fatalf("not read: %+v", m)
	}
	if want := "Mijn moeder kreeg één keer per dag soep. Koud.\n\nIk vraag “uitleg”."; textOfHTML(m.html) != want {
		t.Errorf("text %q of %q", textOfHTML(m.html), m.html)
	}
	if len(m.attachments) != 2 || m.attachments[0].Name != "Foto van de soep – één.txt" || string(m.attachments[0].data) != "een foto van de soep" {
		t.Fatalf("attachments: %+v", m.attachments)
	}
	inner := m.attachments[1].embedded
	if inner == nil || inner.subject != "Koude soep" || inner.from.Email != "jan@y.test" || inner.plain != "De soep was koud." || len(inner.attachments) != 1 {
		t.Errorf("embedded: %+v", inner)
	} else if got := inner.sent.Format("2006-01-02 15:04"); got != "2026-03-02 08:05" {
		t.Errorf("sent %s", got)
	}
	whole := sampleTNEF()
	for n := range whole { // Cut anywhere, what came before is there and nothing breaks.
		if cut := readTNEF(whole[:n], 0); cut != nil && cut.whole && n < len(whole)-1 && n > 6 && len(cut.attachments) > 2 {
			t.Fatalf("cut at %d: %+v", n, cut)
		}
	}
	if readTNEF([]byte("no TNEF at all"), 0) != nil {
		t.Error("read what is none")
	}
}

// TestParse_tnef: the files of a winmail.dat stand in its place, its text only where the mail has none; the identity does not know.
func TestParse_tnef(t *testing.T) {
	const text = "--b\nContent-Type: text/plain\n\nMijn tekst.\n"
	raw := func(text string, dat []byte) []byte {
		return []byte("From: a@x.test\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + text +
			"--b\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: quoted-printable\n\n" + quoted(dat) + "\n--b--\n")
	}
	kept := map[string]string{}
	m, err := Parse(bytes.NewReader(raw("", sampleTNEF())), func(a *Attachment, body io.Reader) error {
		b, err := io.ReadAll(body)
		kept[a.Name] = string(b)
		return err
	})
	if err != nil || !strings.HasPrefix(m.Text, "Mijn moeder") || m.HTML == "" {
		t.Errorf("text %q, %v, %v", m.Text, m.Warnings, err)
	}
	if len(m.Attachments) != 3 || kept["Foto van de soep – één.txt"] != "een foto van de soep" || kept["menu.txt"] != "soep\n" ||
		kept["Koude soep.txt"] != "From: Jan Janssens <jan@y.test>\nSubject: Koude soep\n\nDe soep was koud." {
		t.Errorf("attachments %+v, kept %q", m.Attachments, kept)
	}
	if f := ReadForward(m, nil); f == nil || f.From.Email != "jan@y.test" || !f.Attached {
		t.Errorf("forward: %+v", f)
	}
	if len(m.leaves) != 1 || m.leaves[0].name != "winmail.dat" {
		t.Errorf("identity is made of %+v", m.leaves)
	}
	if m := parseBytes(t, raw(text, sampleTNEF())); m.Text != "Mijn tekst." || len(m.Attachments) != 3 {
		t.Errorf("own text: %q, %+v", m.Text, m.Attachments)
	}
	cut := sampleTNEF()
	if m := parseBytes(t, raw(text, cut[:len(cut)-20])); len(m.Attachments) != 2 || m.Attachments[1].Name != "winmail.dat" || len(m.Warnings) == 0 {
		t.Errorf("cut: %+v %v", m.Attachments, m.Warnings)
	}
	many := newTNEF()
	for range maxParts + 10 {
		many.attribute(2, attAttachRend, nil)
		many.attribute(2, attAttachData, []byte("x"))
	}
	if m := parseBytes(t, raw(text, many.Bytes())); len(m.Attachments) > maxParts+1 || m.Attachments[len(m.Attachments)-1].Name != "winmail.dat" {
		t.Errorf("%d attachments", len(m.Attachments))
	}
	if m := parseBytes(t, raw(text, []byte("rubbish"))); len(m.Attachments) != 1 || m.Attachments[0].Name != "winmail.dat" || len(m.Warnings) == 0 {
		t.Errorf("rubbish: %+v %v", m.Attachments, m.Warnings)
	}
}

func quoted(b []byte) string {
	var s strings.Builder
	for i, c := range b {
		if i%20 == 19 {
			s.WriteString("=\n")
		}
		s.WriteString("=" + strings.ToUpper(hex.EncodeToString([]byte{c})))
	}
	return s.String()
}

func TestDecompressRTF(t *testing.T) {
	if len(rtfDictionary) != 207 {
		t.Fatalf("the dictionary has %d bytes, MS-OXRTFCP says 207", len(rtfDictionary))
	}
	for source, want := range map[string]string{ // The two examples of MS-OXRTFCP section 3.
		"2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0": "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n",
		"1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0":                                       "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}",
	} {
		b, err := hex.DecodeString(source)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(decompressRTF(b)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	bomb := append([]byte("\x00\x00\x00\x00\xff\xff\xff\xffLZFu\x00\x00\x00\x00"), bytes.Repeat([]byte{0xff, 0x00, 0x0f, 0x00, 0x0f, 0x00, 0x0f, 0x00, 0x0f, 0x00, 0x0f, 0x00, 0x0f, 0x00, 0x0f, 0x00, 0x0f}, 1<<20)...)
	if n := len(decompressRTF(bomb)); n > maxRTF+300 {
		t.Errorf("%d bytes came out", n)
	}
}

func TestTextOfRTF(t *testing.T) {
	for source, want := range map[string]string{
		`{\rtf1\ansi\ansicpg1252\fromtext Dag,\par caf\'e9 \{5\}\tab x\par}`:                               "Dag,\ncafé {5}\tx\n",
		`{\rtf1\ansi{\fonttbl{\f0 Arial;}{\f1\fcharset204 Arial;}}\f0 a\f1 \'ef\'f0\'e8\'e2\'e5\'f2\f0 b}`: "aприветb",
		`{\rtf1\uc1 \u-10179?\u-8704? ok\u233 ?\'e9}`:                                                      "😀 oké" + "é",
		`{\rtf1{\*\unknown weg}{\pict\bin5 }}}}}zichtbaar}`:                                                "",
		`{\rtf1 a{\pict 0102\bin3 }}}}b\'zzc}`:                                                             "abzzc",
		`{\rtf1\ansi\ansicpg932 \'82\'a0}`:                                                                 "あ",
		`{\rtf1 }}}}nog`:                                                                                   "nog",
		``:                                                                                                 "",
	} {
		if plain, html := textOfRTF([]byte(source)); plain != want || html != "" {
			t.Errorf("%s: got %q (%q), want %q", source, plain, html, want)
		}
	}
}

func FuzzTNEF(f *testing.F) {
	f.Add(sampleTNEF())
	f.Add(append(newTNEF().Bytes(), 2, 0x0f, 0x80, 6, 0, 0xff, 0xff, 0xff, 0x7f))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := readTNEF(b, 0)
		if m == nil {
			return
		}
		size := 0
		for _, a := range m.attachments {
			size += len(a.data)
		}
		if size > len(b) || len(m.plain) > maxTextBytes || len(m.html) > maxTextBytes {
			t.Errorf("%d bytes of files, %d and %d of text from %d", size, len(m.plain), len(m.html), len(b))
		}
	})
}

func FuzzRTF(f *testing.F) {
	f.Add([]byte(sampleRTF))
	f.Add(storedRTF(sampleRTF))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, source := range [][]byte{b, decompressRTF(b)} {
			plain, html := textOfRTF(source)
			if len(plain) > maxTextBytes || len(html) > maxTextBytes || len(plain)+len(html) > 6*len(source)+10 {
				t.Errorf("%d bytes of text from %d", len(plain)+len(html), len(source))
			}
		}
	})
}
