package mailin

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Message is one mail as a reader would see it: decoded, in order, in UTF-8. What was wrong with the mail, and how it
// was read all the same, stands in Warnings; the raw bytes are kept elsewhere and remain the truth.
type Message struct {
	Fields []Field // Top header fields in the mail's order; a field may occur more than once.

	From, ReplyTo, To, Cc []Address // RFC 5322 section 3.6.2 and 3.6.3; the addresses of all fields of that name.
	Sender                *Address  // nil when there is none.

	Subject    string   // Decoded, on one line; "" when missing.
	MessageID  string   // Without <>; "" when missing.
	InReplyTo  []string // Ids without <>.
	References []string // Ids without <>, oldest first, as RFC 5322 section 3.6.4 wants them.

	// Date is what the sender's clock said, in the sender's zone. Zero: missing or unreadable. It proves nothing; the
	// date of receipt is the server's INTERNALDATE.
	Date time.Time

	// ReturnPath is the envelope sender as the delivery agent wrote it (RFC 5321 section 4.4), the topmost field; ""
	// when there is none or when it is the null sender.
	ReturnPath string
	NullSender bool // "Return-Path: <>": a notification, RFC 5321 section 4.5.5.

	Text string // What a person would read: text/plain, otherwise the text of the HTML. LF, no NUL, at most 2 MiB.
	HTML string // The HTML of the body as it came, unsafe to show; at most 2 MiB. "" when there is none.

	Attachments []Attachment // Each leaf that is no body text, in order: files, inline images, whole mails, report parts.
	Embedded    []*Message   // Whole mails within this one (message/rfc822 and its kin), without their own attachments kept.

	ContentType   string            // Media type of the whole mail, lower case; "text/plain" when missing (RFC 2045 section 5.2).
	ContentParams map[string]string // Its parameters, names in lower case, values as written, such as "report-type".

	// Report is the machine-readable part of a report: message/delivery-status (RFC 3464),
	// message/disposition-notification (RFC 8098), message/feedback-report (RFC 5965) or the returned header alone.
	// Decoded, LF, at most 64 KiB, the first of its kind; "" when there is none.
	Report string

	CalendarMethod string // Upper-case "method" of the first text/calendar part (RFC 5546), such as "REPLY"; "" when none.

	Size     int64    // Raw bytes read.
	Warnings []string // Sentences for log and staff: what was wrong, how it was read.

	// Mended: a field of the top header was read otherwise than a server may have read it: under another name, or with another end.
	Mended bool

	leaves []leaf // What Identity is made of.
}

// Attachment is one part of a mail that is no body text. Its bytes went to the keep function of Parse.
type Attachment struct {
	Name      string // Safe to show and to use as a file name: no path, no control or bidi characters; never empty.
	Type      string // Media type as declared; by content when undeclared, application/octet-stream or a program's. Lower case.
	Size      int64  // Decoded bytes.
	SHA256    string // Hex digest of the decoded bytes.
	ContentID string // Without <>; "" when missing. RFC 2392.
	Inline    bool   // Meant to be shown within the text (RFC 2183 section 2.1), such as a logo in a signature.
}

// Caps on one mail. What lies beyond them stays in the raw mail; a warning says so. All of them count bytes and parts,
// so that one mail is always read in the same way; the clock only stops the making of text, never identity.
const (
	maxDepth         = 20      // Multiparts within each other.
	maxParts         = 500     // Leaf parts, those of embedded mails included.
	maxHeaderBytes   = 1 << 20 // One header block, of the mail or of a part.
	maxTextBytes     = 2 << 20 // Text, and HTML, of the mail; all embedded mails together get as much again.
	maxReportBytes   = 64 << 10
	maxEmbeddedBytes = 3 << 20 // How far an embedded mail is looked into; its attachment is kept whole all the same.
	maxEmbeddedDepth = 5       // Mails within mails.
	maxWarnings      = 50
	maxParseTime     = 5 * time.Second
)

// Parse reads one mail. It never fails for what the mail contains: whatever can be read is in the Message and the rest
// in its Warnings. The error is not nil only when r fails (other than by io.EOF) or keep does; the Message then holds
// what came before.
//
// keep, if not nil, is called for each attachment, in order, with the decoded bytes while they stream in; Name, Type,
// ContentID and Inline are set by then, Size and SHA256 once keep has returned. What keep leaves unread is read and
// counted for it. Memory does not grow with the size of an attachment.
func Parse(r io.Reader, keep func(a *Attachment, body io.Reader) error) (*Message, error) {
	counted := &countingReader{r: r}
	p := &mailParser{
		m:      &Message{},
		lines:  newPartSplitter(counted),
		keep:   keep,
		shared: &caps{textLeft: maxTextBytes, until: time.Now().Add(maxParseTime)},
	}
	err := p.parse()
	if err == nil {
		err = p.lines.fail
	}
	p.m.Size = counted.n
	if err != nil {
		return p.m, fmt.Errorf("read mail after %d bytes: %w", counted.n, err)
	}
	return p.m, nil
}

// mailParser reads one mail, or one mail within a mail.
type mailParser struct {
	m      *Message
	lines  *partSplitter
	keep   func(a *Attachment, body io.Reader) error
	shared *caps
	depth  int // Of mails within mails; 0 for the mail itself.

	charset  string  // What the first text says it is in, as charsetName has it; "" while none does, and for UTF-8.
	textLeft int     // Bytes of body text this mail may still take.
	pieces   []piece // The body, in order.
	choice   int     // 1 + index in pieces of the multipart/alternative that is open; 0 when none is.
	keeping  bool    // Within keep: a panic there is the caller's own and not hidden.
	opened   int     // Wrappers (winmail.dat, opaque S/MIME) that are open.
	spare    piece   // Body of a winmail.dat: the text where the mail has none of its own.
}

// caps are what a mail and the mails within it use up together.
type caps struct {
	parts    int
	textLeft int // For embedded mails.
	until    time.Time
	buf      []byte // For copying.
}

// piece is a stretch of the body: one leaf, or what a multipart/alternative offers in place of each other.
type piece struct{ plain, html string }

func (p *mailParser) parse() (err error) {
	p.textLeft = maxTextBytes
	if p.depth > 0 {
		p.textLeft = p.shared.textLeft
	}
	defer func() {
		if cause := recover(); cause != nil {
			if p.keeping {
				panic(cause)
			}
			err = p.salvage(cause)
		}
	}()
	fields := p.readHeader(true)
	if len(fields) == 0 && p.lines.atEnd() {
		p.warn("The mail is empty.")
		return nil
	}
	p.m.Fields = fields
	p.readTopFields()
	if err := p.entity(fields, 0, "text/plain"); err != nil {
		return err
	}
	if p.charset != "" && fieldsRaw(fields) {
		p.readNames() // QUIRK: names in the charset that only the text names.
	}
	p.assembleText()
	return nil
}

// salvage keeps what is known after a panic in the parsing of a mail, which is a mistake of ours or of a library: the
// header, the text so far, and the rest as raw text.
func (p *mailParser) salvage(cause any) error {
	p.warn(fmt.Sprintf("Reading the mail broke off (%v); the rest is shown as it came.", cause))
	p.lines.bounds = nil
	p.lines.resume()
	sum := newLeafHash()
	raw := capture{limit: maxTextBytes}
	if err := p.copyTo(io.MultiWriter(sum, &raw), p.lines); err != nil {
		return err
	}
	p.addLeaf("text/plain", "", sum)
	var b strings.Builder
	for _, part := range p.pieces {
		if b.WriteString(part.plain); part.plain == "" {
			b.WriteString(part.html) // As it came: making it into text may be what failed.
		}
		p.m.HTML += part.html
	}
	text, _ := decodeCharset(raw.bytes(), "")
	b.WriteString(text)
	p.m.Text = cleanText(b.String())
	return nil
}

// warn notes what was wrong, once each.
func (p *mailParser) warn(sentence string) {
	for _, w := range p.m.Warnings {
		if w == sentence {
			return
		}
	}
	if len(p.m.Warnings) < maxWarnings {
		p.m.Warnings = append(p.m.Warnings, sentence)
	}
}

// readNames fills in who wrote to whom about what: the fields of the top header in which people's words stand.
func (p *mailParser) readNames() {
	m := p.m
	m.From = p.addresses("From")
	m.ReplyTo = p.addresses("Reply-To")
	m.To = p.addresses("To")
	m.Cc = p.addresses("Cc")
	if s := p.addresses("Sender"); len(s) > 0 {
		m.Sender = &s[0]
	}
	m.Subject = ""
	if i := slices.IndexFunc(m.Fields, func(f Field) bool { return strings.EqualFold(f.Name, "Subject") }); i >= 0 {
		m.Subject = shownWords(m.Fields[i].readable(p.headerCharset()))
	}
}

// readTopFields fills in what the top header says.
func (p *mailParser) readTopFields() {
	m := p.m
	p.readNames()
	if len(m.All("From")) > 1 {
		p.warn("The mail has more than one From field; all their addresses are listed.")
	}
	if ids := messageIDs(m.Get("Message-ID")); len(ids) > 0 {
		m.MessageID = ids[0]
	}
	for _, v := range m.All("In-Reply-To") {
		m.InReplyTo = append(m.InReplyTo, messageIDs(v)...)
	}
	for _, v := range m.All("References") {
		m.References = append(m.References, messageIDs(v)...)
	}
	if v := m.Get("Date"); v != "" {
		if m.Date = parseMailDate(v); m.Date.IsZero() {
			p.warn("The Date field cannot be read.")
		}
	}
	if paths := m.All("Return-Path"); len(paths) > 0 {
		path := stripComments(paths[0])
		m.NullSender = strings.ReplaceAll(path, " ", "") == "<>"
		m.ReturnPath = strings.Trim(path, "<> ")
	}
}

// headerCharset is in what bytes of the header are read that are not UTF-8: the charset of the text, or the one that all
// of them together look like; "" when nothing says it.
func (p *mailParser) headerCharset() string {
	if p.charset != "" || !fieldsRaw(p.m.Fields) {
		return p.charset
	}
	var raw []byte
	for _, f := range p.m.Fields {
		raw = append(append(raw, f.raw...), ' ')
	}
	return guessCharset(raw)
}

func (p *mailParser) addresses(name string) []Address {
	var all []Address
	label := p.headerCharset()
	for _, f := range p.m.Fields {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		list, ok := parseAddressList(f.Value)
		if f.raw != "" {
			list = betterNames(list, f.readable(label))
		}
		if !ok {
			p.warn("The " + name + " field is not a correct list of addresses; what looks like one was taken.")
		}
		all = append(all, list...)
	}
	return all
}

// betterNames takes the names of a list that was read in another charset, and never another address: the charset is the
// writer's to say, and in some of them (UTF-7, EBCDIC) other addresses stand there than the server saw that vouches for From.
func betterNames(list []Address, value string) []Address {
	better, _ := parseAddressList(value)
	same := func(a, b Address) bool { return a.Email == b.Email }
	if slices.EqualFunc(list, better, same) {
		return better
	}
	return list
}

// assembleText makes Text and HTML of the pieces of the body.
func (p *mailParser) assembleText() {
	var text, html strings.Builder
	for _, part := range p.pieces {
		html.WriteString(part.html)
		shown := part.plain
		if strings.TrimSpace(shown) == "" && part.html != "" {
			shown = textOfHTML(part.html)
		}
		if strings.TrimSpace(shown) == "" {
			continue
		}
		if text.Len() > 0 {
			text.WriteString("\n\n")
		}
		text.WriteString(strings.Trim(shown, "\n"))
	}
	if text.Len() == 0 && p.spare != (piece{}) {
		p.pieces, p.spare = []piece{p.spare}, piece{}
		p.assembleText()
		return
	}
	p.m.HTML = html.String()
	p.m.Text = clearSigned(cleanText(text.String()))
	if len(p.m.Text) > maxTextBytes {
		p.m.Text = strings.ToValidUTF8(p.m.Text[:maxTextBytes], "")
		p.warn("The text is longer than 2 MiB and was cut.")
	}
}

// countingReader counts what it reads.
type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
