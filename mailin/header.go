package mailin

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// Field is one header field (RFC 5322 section 2.2): its name as written, and its value unfolded but otherwise raw, that
// is, with encoded words. Value is valid UTF-8 without NUL; bytes that were not UTF-8 are read as windows-1252.
type Field struct {
	Name, Value string

	raw string // Value's bytes where they were not UTF-8: another charset than windows-1252 may fit better. Otherwise "".
}

// readable is the value with bytes that were not UTF-8 read in the charset of that label, or in the one they look like.
func (f Field) readable(label string) string {
	if f.raw == "" {
		return f.Value
	}
	text, _ := decodeCharset([]byte(f.raw), label)
	return text
}

// Get returns the value of the first field of that name, whatever its case; "" when there is none.
func (m *Message) Get(name string) string { return fieldValue(m.Fields, name) }

// All returns the values of all fields of that name, whatever its case, in the mail's order.
func (m *Message) All(name string) []string {
	var values []string
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}

// fieldReadable is fieldValue with bytes that were not UTF-8 read in the charset of that label, or the one they look like.
func fieldReadable(fields []Field, name, label string) string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return f.readable(label)
		}
	}
	return ""
}

// fieldsRaw reports that a value among fields was not UTF-8.
func fieldsRaw(fields []Field) bool {
	return slices.ContainsFunc(fields, func(f Field) bool { return f.raw != "" })
}

func fieldValue(fields []Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// readHeader reads the header of the mail (top) or of a part, and leaves the splitter at the first byte of the body.
// Lines that cannot be header are the body's beginning when nothing that looks like header follows them.
func (p *mailParser) readHeader(top bool) []Field {
	block, end, cut := p.lines.headerBlock(maxHeaderBytes)
	if cut {
		p.warn("A header is larger than 1 MiB; what lies beyond was left out.")
	}
	b := headerBuilder{block: block, top: top, lastKnown: -2}
	b.read()
	for _, w := range b.odd {
		p.warn(w)
	}
	p.m.Mended = p.m.Mended || top && b.mended
	if b.bodyAt >= 0 {
		p.lines.pushBack(append(bytes.Clone(block[b.bodyAt:]), end...))
	}
	return b.fields
}

// headerBuilder makes fields of a header block, forgiving what programs and people do to it.
type headerBuilder struct {
	block  []byte
	top    bool
	fields []Field
	odd    []string // Warnings.
	mended bool     // See Message.Mended.
	bodyAt int      // Offset in block at which the body begins; -1: it is all header.

	value     []byte // The field being read, unfolded so far.
	dropping  bool   // The field being read has no usable name; its continuations go with it.
	dashed    int    // Lines compared with the boundary parameter so far.
	lastKnown int    // Offset of the last line with a well-known name; -1: none; -2: not looked for yet.
}

func (b *headerBuilder) read() {
	b.bodyAt = -1
	for at := 0; at < len(b.block); {
		line := b.block[at:]
		next := len(b.block)
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line, next = line[:i], at+i+1
		}
		line = bytes.TrimRight(line, "\r")
		if bytes.IndexByte(line, 0) >= 0 {
			line = bytes.ReplaceAll(line, []byte{0}, nil)
			b.mended = true
			b.note("The header held NUL bytes; they were left out.")
		}
		if !b.take(line, at) {
			b.bodyAt = at
			b.note("The blank line between header and text is missing.")
			break
		}
		at = next
	}
	b.finish()
}

// take reads one line; false: the body begins here.
func (b *headerBuilder) take(line []byte, at int) bool {
	if len(line) == 0 {
		return true
	}
	if (line[0] == ' ' || line[0] == '\t') && (b.value != nil || b.dropping) { // Folding, RFC 5322 section 2.2.3.
		b.extend(line)
		return true
	}
	if len(b.fields) == 0 {
		line = bytes.TrimLeft(line, " \t") // QUIRK: the first field indented; testdata/mail/ingesprongen.eml
	}
	name, value, hasColon := bytes.Cut(line, []byte(":"))
	name = bytes.TrimRight(name, " \t") // obs-optional, RFC 5322 section 4.5: space before the colon.
	if hasColon && validFieldName(name) {
		b.finish()
		b.fields = append(b.fields, Field{Name: string(name)})
		b.value = append(make([]byte, 0, len(value)), bytes.Trim(value, " \t")...)
		return true
	}
	// QUIRK: the "From " line of an mbox file, quoted or not; testdata/mail/mbox.eml
	if b.top && at == 0 && (bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))) {
		b.dropping = true
		return true
	}
	if b.beginsBody(line, at) {
		return false
	}
	if hasColon { // QUIRK: a name with spaces or non-ASCII bytes; testdata/mail/ongeldige-naam.eml
		b.finish()
		b.dropping = true
		b.note("A header field with an invalid name was left out.")
		return true
	}
	// QUIRK: a folded line that lost its indent; testdata/mail/zonder-dubbelepunt.eml
	if b.value == nil {
		b.note("A header line without colon was left out.")
		return true
	}
	b.mended = true
	b.note("A header line without colon was read as a continuation of the field above it.")
	b.extend(line)
	return true
}

func (b *headerBuilder) extend(line []byte) {
	line = bytes.Trim(line, " \t")
	if b.dropping || len(line) == 0 {
		return
	}
	if len(b.value) > 0 {
		b.value = append(b.value, ' ')
	}
	b.value = append(b.value, line...)
}

// finish closes the field being read.
func (b *headerBuilder) finish() {
	if b.value != nil && len(b.fields) > 0 {
		f := &b.fields[len(b.fields)-1]
		f.Value = validText(b.value)
		if !utf8.Valid(b.value) {
			f.raw = string(b.value)
		}
	}
	b.value, b.dropping = nil, false
}

// beginsBody reports whether a line that cannot be header stands behind the last line that surely is.
func (b *headerBuilder) beginsBody(line []byte, at int) bool {
	if bytes.HasPrefix(line, []byte("--")) && len(line) > 4 && b.dashed < 20 {
		b.dashed++
		param := append([]byte("boundary="), bytes.TrimSpace(line[2:])...)
		if bytes.Contains(bytes.ReplaceAll(b.block[:at], []byte(`"`), nil), param) {
			return true // The first boundary line: its parameter stands above.
		}
	}
	if b.lastKnown == -2 {
		b.lastKnown = -1
		for at := 0; at < len(b.block); {
			line, next := b.block[at:], len(b.block)
			if i := bytes.IndexByte(line, '\n'); i >= 0 {
				line, next = line[:i], at+i+1
			}
			if name, _, ok := bytes.Cut(line, []byte(":")); ok && knownFieldName(string(bytes.TrimRight(name, " \t"))) {
				b.lastKnown = at
			}
			at = next
		}
	}
	return at > b.lastKnown
}

func (b *headerBuilder) note(sentence string) {
	if len(b.odd) == 0 || b.odd[len(b.odd)-1] != sentence {
		b.odd = append(b.odd, sentence)
	}
}

// validFieldName follows RFC 5322 section 2.2: printable US-ASCII without colon.
func validFieldName(name []byte) bool {
	for _, c := range name {
		if c < 33 || c > 126 {
			return false
		}
	}
	return len(name) > 0
}

// knownFieldName reports whether a name is one that mail programs write and people do not begin a sentence with.
func knownFieldName(name string) bool {
	name = strings.ToLower(name)
	for _, prefix := range []string{"x-", "content-", "list-", "arc-", "resent-", "received", "authentication-", "dkim-", "auto-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "from", "to", "cc", "bcc", "subject", "date", "sender", "reply-to", "message-id", "in-reply-to", "references",
		"mime-version", "return-path", "delivered-to", "envelope-to", "precedence", "importance", "user-agent",
		"disposition-notification-to", "return-receipt-to", "thread-topic", "thread-index", "errors-to", "organization":
		return true
	}
	return false
}

// messageIDs returns the ids (RFC 5322 section 3.6.4) in a Message-ID, In-Reply-To or References value, without <>.
func messageIDs(value string) []string {
	var ids []string
	rest := value
	for {
		_, after, ok := strings.Cut(rest, "<")
		if !ok {
			break
		}
		id, tail, closed := strings.Cut(after, ">")
		if !closed { // QUIRK: cut off in the middle by a gateway; what is left is no id unless it looks whole.
			tail = ""
		}
		if id = strings.Join(strings.Fields(id), ""); id != "" { // QUIRK: folded within the id
			ids = append(ids, id)
		}
		rest = tail
	}
	if len(ids) > 0 {
		return ids
	}
	for _, word := range strings.Fields(value) { // QUIRK: without <>; testdata/mail/id-zonder-haken.eml
		if word = strings.Trim(word, "<>,;\"'()"); strings.Contains(word, "@") {
			ids = append(ids, word)
		}
	}
	if len(ids) == 0 && len(strings.Fields(value)) == 1 { // QUIRK: no "@" either, as some web forms make them
		ids = append(ids, strings.TrimSpace(value))
	}
	return ids
}

// mediaType reads a Content-Type or Content-Disposition value: the type in lower case, "" when it is none, and the
// parameters, names in lower case.
func mediaType(value string) (string, map[string]string) {
	head, rest, _ := strings.Cut(value, ";")
	head = strings.ToLower(strings.TrimSpace(stripComments(head)))
	head = strings.Trim(head, "\"' ")
	if i := strings.IndexAny(head, " \t,"); i >= 0 { // QUIRK: "text/plain charset=utf-8", the semicolon forgotten
		rest = strings.TrimSpace(head[i+1:]) + ";" + rest
		if at := strings.Index(strings.ToLower(value), head[i+1:]); at >= 0 {
			rest = value[at:] // The parameter in its own case.
		}
		head = head[:i]
	}
	return head, parameters(rest)
}
