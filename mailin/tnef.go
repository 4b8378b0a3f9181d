package mailin

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"time"
	"unicode/utf16"
)

// maxOpened is how much of a wrapper (winmail.dat, opaque S/MIME) is held in memory to be taken apart. Names stand behind
// the bytes they belong to, so it cannot be streamed. A larger one is kept as it came; its text is read all the same.
const maxOpened = 16 << 20

// maxOpenedDepth is how many wrappers may lie within each other.
const maxOpenedDepth = 3

// tnefMessage is what Outlook's "winmail.dat" holds (MS-OXTNEF, Transport Neutral Encapsulation Format).
type tnefMessage struct {
	class       string // Message class, such as "IPM.Note".
	subject     string
	from        Address
	sent        time.Time // UTC; zero: unknown.
	plain, html string
	attachments []tnefAttachment
	whole       bool // Read to its end; otherwise it is damaged or cut, and what came before is there.

	damaged bool
	oem     uint32 // Code page of 8-bit strings.
	cpid    uint32 // Code page of rawHTML; 0: it says so itself.
	rawHTML []byte
	rtf     []byte // Compressed.
}

// tnefAttachment is a file, or a mail, within a winmail.dat.
type tnefAttachment struct {
	Attachment
	data     []byte
	embedded *tnefMessage
}

// Attributes of MS-OXTNEF section 2.1.3.3, and MAPI properties of MS-OXPROPS that are read.
const (
	tnefSignature    = 0x223E9F78
	attSubject       = 0x00018004
	attMessageClass  = 0x00078008
	attBody          = 0x0002800C
	attOemCodepage   = 0x00069007
	attMsgProps      = 0x00069003
	attAttachRend    = 0x00069002 // The first of each attachment.
	attAttachTitle   = 0x00018010
	attAttachData    = 0x0006800F
	attAttachProps   = 0x00069005
	propSubject      = 0x0037
	propSubmitTime   = 0x0039
	propSenderName   = 0x0042
	propSenderEmail  = 0x0065
	propBody         = 0x1000
	propRTF          = 0x1009
	propHTML         = 0x1013
	propDisplayName  = 0x3001
	propAttachData   = 0x3701
	propShortName    = 0x3704
	propLongName     = 0x3707
	propMimeTag      = 0x370E
	propContentID    = 0x3712
	propAttachFlags  = 0x3714
	propInternetCPID = 0x3FDE
	propSenderSMTP   = 0x5D02
	propHidden       = 0x7FFE
)

// readTNEF reads a winmail.dat; nil when it is none. Attachments share its bytes.
func readTNEF(b []byte, depth int) *tnefMessage {
	r := leReader{b: b}
	if r.u32() != tnefSignature || depth > maxOpenedDepth {
		return nil
	}
	r.take(2) // Key.
	m := &tnefMessage{oem: 1252}
	for !r.short && len(m.attachments) <= maxParts && len(bytes.Trim(r.b[:min(len(r.b), 16)], "\x00\r\n")) > 0 {
		if level := r.take(1); level[0] != 1 && level[0] != 2 {
			break
		}
		id := r.u32()
		value := r.take(r.u32())
		if !r.short {
			m.attribute(id, value, depth)
		}
		r.take(2) // Checksum: a wrong one is no reason to lose a letter.
	}
	m.whole = !m.damaged && !r.short && len(bytes.Trim(r.b[:min(len(r.b), 16)], "\x00\r\n")) == 0
	m.finish()
	return m
}

func (m *tnefMessage) attribute(id uint32, value []byte, depth int) {
	isFile := id == attAttachTitle || id == attAttachData || id == attAttachProps
	if id == attAttachRend || isFile && len(m.attachments) == 0 {
		m.attachments = append(m.attachments, tnefAttachment{})
	}
	var last *tnefAttachment
	if isFile {
		last = &m.attachments[len(m.attachments)-1]
	}
	switch {
	case id == attOemCodepage && len(value) >= 4:
		m.oem = binary.LittleEndian.Uint32(value)
	case id == attMessageClass:
		m.class = m.ansi(value)
	case id == attSubject:
		m.subject = m.ansi(value)
	case id == attBody:
		m.plain = m.ansi(value)
	case id == attMsgProps:
		m.damaged = !eachProperty(value, m.property) || m.damaged
	case id == attAttachTitle && last.Name == "":
		last.Name = m.ansi(value)
	case id == attAttachData:
		last.data = value
	case id == attAttachProps:
		m.damaged = !eachProperty(value, func(id, kind uint16, value []byte) { m.attachmentProperty(last, id, kind, value, depth) }) || m.damaged
	}
}

func (m *tnefMessage) property(id, kind uint16, value []byte) {
	switch id {
	case propSubject:
		m.subject = m.text(kind, value)
	case propSubmitTime:
		m.sent = filetime(value)
	case propSenderName:
		m.from.Name = oneLine(m.text(kind, value))
	case propSenderEmail, propSenderSMTP: // The former may be an X.500 name.
		if email, ok := cleanEmail(m.text(kind, value)); ok {
			m.from.Email = email
		}
	case propBody:
		m.plain = m.text(kind, value)
	case propHTML:
		if m.rawHTML = value; kind == kindUnicode {
			m.html, m.rawHTML = m.text(kind, value), nil
		}
	case propInternetCPID:
		m.cpid = uint32(leNumber(value))
	case propRTF:
		m.rtf = value
	}
}

func (m *tnefMessage) attachmentProperty(a *tnefAttachment, id, kind uint16, value []byte, depth int) {
	switch id {
	case propLongName:
		a.Name = m.text(kind, value)
	case propShortName, propDisplayName:
		if a.Name == "" {
			a.Name = m.text(kind, value)
		}
	case propMimeTag:
		a.Type, _ = mediaType(m.text(kind, value))
	case propContentID:
		a.ContentID = oneLine(strings.Trim(m.text(kind, value), "<> "))
	case propAttachFlags:
		a.Inline = a.Inline || leNumber(value)&4 != 0 // Shown within the HTML.
	case propHidden:
		a.Inline = a.Inline || leNumber(value) != 0
	case propAttachData:
		if kind == kindObject && len(value) >= 16 { // Behind the id of its interface: a mail, or an OLE object.
			value = value[16:]
			a.embedded = readTNEF(value, depth+1)
			m.damaged = m.damaged || a.embedded != nil && !a.embedded.whole
		}
		if a.data == nil || a.embedded != nil {
			a.data = value
		}
	}
}

// finish makes the text that a person would read: plain, otherwise of the HTML, otherwise of the RTF.
func (m *tnefMessage) finish() {
	if len(m.rawHTML) > 0 {
		label := charsetLabel(m.cpid)
		if m.cpid == 0 {
			label = charsetInHTML(m.rawHTML)
		}
		m.html, _ = decodeCharset(bytes.TrimRight(m.rawHTML[:min(len(m.rawHTML), maxTextBytes)], "\x00"), label)
	}
	m.html, m.plain = atMost(cleanText(m.html), maxTextBytes), atMost(cleanText(m.plain), maxTextBytes)
	if strings.TrimSpace(m.plain) == "" && strings.TrimSpace(m.html) == "" {
		m.plain, m.html = textOfRTF(decompressRTF(m.rtf))
	}
	m.subject, m.rawHTML, m.rtf = oneLine(m.subject), nil, nil
}

// ansi decodes an 8-bit string, ended by NUL.
func (m *tnefMessage) ansi(b []byte) string {
	s, _ := decodeCharset(bytes.TrimRight(b[:min(len(b), maxTextBytes)], "\x00"), charsetLabel(m.oem))
	return s
}

func (m *tnefMessage) text(kind uint16, value []byte) string {
	if kind != kindUnicode {
		return m.ansi(value)
	}
	units := make([]uint16, min(len(value), maxTextBytes)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(value[2*i:])
	}
	return strings.TrimRight(string(utf16.Decode(units)), "\x00")
}

// isTNEF reports Outlook's wrapper, whatever a server on the way made of its type.
func isTNEF(a *Attachment) bool {
	return a.Type == "application/ms-tnef" || a.Type == "application/vnd.ms-tnef" || strings.EqualFold(a.Name, "winmail.dat")
}

// openTNEF puts what a winmail.dat holds in its place; false: it is to be kept as well.
func (p *mailParser) openTNEF(raw []byte) (bool, error) {
	t := readTNEF(raw, 0)
	if t == nil {
		p.warn("A winmail.dat cannot be read and was kept as it came.")
		return false, nil
	}
	if p.spare == (piece{}) {
		p.spare = piece{plain: t.plain, html: t.html}
	}
	if p.m.CalendarMethod == "" && (strings.HasPrefix(t.class, "IPM.Schedule.Meeting.Resp") || strings.HasPrefix(t.class, "IPM.Microsoft Schedule.MtgResp")) {
		p.m.CalendarMethod = "REPLY"
	}
	all, err := p.tnefAttachments(t)
	if !all || !t.whole {
		p.warn("A winmail.dat was not read to its end and was kept besides what came out of it.")
	}
	return all && t.whole, err
}

// tnefAttachments hands out the files of a winmail.dat; false: there are more than a mail may have. A mail within it
// becomes a text file, for it has no form of its own.
func (p *mailParser) tnefAttachments(t *tnefMessage) (all bool, err error) {
	for _, a := range t.attachments {
		if p.shared.parts++; p.shared.parts > maxParts {
			return false, nil
		}
		all = true
		switch {
		case a.embedded != nil:
			all, err = p.tnefEmbedded(a.embedded)
		case a.data != nil: // Otherwise it was cut, or is a link to a file elsewhere.
			err = p.attachment(a.Attachment, nil, bytes.NewReader(a.data))
		}
		if err != nil || !all {
			return false, err
		}
	}
	return true, nil
}

func (p *mailParser) tnefEmbedded(t *tnefMessage) (all bool, err error) {
	inner := t.message()
	p.m.Embedded = append(p.m.Embedded, inner)
	head := "Subject: " + inner.Subject + "\n\n"
	if len(inner.From) > 0 {
		head = "From: " + inner.From[0].String() + "\n" + head
	}
	file := Attachment{Name: strings.NewReplacer("/", "-", `\`, "-").Replace(inner.Subject) + ".txt", Type: "text/plain"}
	if err := p.attachment(file, nil, io.MultiReader(strings.NewReader(head), strings.NewReader(inner.Text))); err != nil {
		return false, err
	}
	return p.tnefAttachments(t)
}

// message is a mail within a winmail.dat as if it had been attached as message/rfc822.
func (m *tnefMessage) message() *Message {
	text := m.plain
	if strings.TrimSpace(text) == "" {
		text = textOfHTML(m.html)
	}
	inner := &Message{Subject: m.subject, Date: m.sent, Text: text, HTML: m.html}
	if m.from != (Address{}) {
		inner.From = []Address{m.from}
	}
	return inner
}

// atMost is the first n bytes of a text, without half a character.
func atMost(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
