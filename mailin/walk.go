package mailin

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
)

// entity reads the body that follows a header, of the mail or of a part; depth counts multiparts, fallback is the type
// of a part that names none. It stops at the boundary line that ends the part.
func (p *mailParser) entity(fields []Field, depth int, fallback string) error {
	media, params := mediaType(fieldValue(fields, "Content-Type"))
	if !strings.Contains(media, "/") { // RFC 2045 section 5.2: missing or wrong is text/plain
		if media != "" {
			p.warn("A Content-Type cannot be read.")
		}
		media = fallback
	}
	if depth == 0 {
		p.m.ContentType, p.m.ContentParams = media, params
	}
	if !strings.HasPrefix(media, "multipart/") {
		return p.leaf(fields, media, params)
	}
	switch {
	case params["boundary"] == "":
		p.warn("A multipart names no boundary and is shown as it came.")
		return p.leaf(fields, "text/plain", nil)
	case depth >= maxDepth:
		p.warn("Parts lie deeper within each other than 20 levels; they were kept as one attachment.")
		return p.leaf(fields, media, params)
	}
	return p.multipart(media, params["boundary"], depth)
}

// multipart reads the parts of a multipart (RFC 2046 section 5.1).
func (p *mailParser) multipart(media, boundary string, depth int) error {
	s := p.lines
	level := len(s.bounds)
	s.bounds = append(s.bounds, "--"+strings.TrimRight(boundary, " \t"))
	defer func() { s.bounds = s.bounds[:level] }()
	if media == "multipart/alternative" && p.choice == 0 {
		p.pieces = append(p.pieces, piece{})
		p.choice = len(p.pieces)
		defer func() { p.choice = 0 }()
	}
	fallback := "text/plain"
	if media == "multipart/digest" { // RFC 2046 section 5.1.5
		fallback = "message/rfc822"
	}
	preamble := capture{limit: p.textLeft}
	sum := newLeafHash()
	if err := p.copyTo(io.MultiWriter(&preamble, sum), s); err != nil {
		return err
	}
	if s.hit != level {
		p.wrongBoundary(&preamble, sum)
		return nil
	}
	for s.hit == level && !s.closing {
		s.resume()
		if p.shared.parts >= maxParts { // What is left is kept as one.
			p.warn("The mail has more than 500 parts; those beyond were kept as one attachment.")
			s.bounds = s.bounds[:level]
			return p.leaf(nil, "application/octet-stream", nil)
		}
		fields := p.readHeader(false)
		if err := p.entity(fields, depth+1, fallback); err != nil {
			return err
		}
		if err := p.copyTo(io.Discard, s); err != nil {
			return err
		}
	}
	if s.hit == level { // Closed as it should be; what follows is the epilogue, read by nobody.
		s.resume()
		s.bounds = s.bounds[:level]
		return p.copyTo(io.Discard, s)
	}
	p.warn("A multipart has no closing boundary; what was there is complete.")
	return nil
}

// copyTo copies all of r by the one buffer of this mail.
func (p *mailParser) copyTo(w io.Writer, r io.Reader) error {
	if p.shared.buf == nil {
		p.shared.buf = make([]byte, 16<<10)
	}
	for {
		n, err := r.Read(p.shared.buf)
		if n > 0 {
			if _, err := w.Write(p.shared.buf[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// wrongBoundary takes the body of a multipart in which no boundary line was found for text.
func (p *mailParser) wrongBoundary(body *capture, sum *leafHash) {
	p.addLeaf("text/plain", "", sum)
	p.shared.parts++
	if len(bytes.TrimSpace(body.kept)) > 0 {
		p.warn("The boundary of a multipart was not found in it; it is shown as it came.")
		p.addText(body, nil, "text/plain")
	}
}

// leaf reads one part that has no parts: body text or attachment.
func (p *mailParser) leaf(fields []Field, media string, params map[string]string) error {
	p.shared.parts++
	encoding := fieldValue(fields, "Content-Transfer-Encoding")
	whole, odd := transferDecoder(encoding, p.lines)
	disposition, dispParams := mediaType(fieldValue(fields, "Content-Disposition"))
	name := decodeWords(fileName(dispParams, params))
	sum := newLeafHash()
	whole = io.TeeReader(whole, sum)
	decoded, shown := whole, name
	if fieldsRaw(fields) { // QUIRK: a name in the charset that only the text names; testdata/mail/kop-in-tekenset-van-tekst.eml
		_, dispParams = mediaType(fieldReadable(fields, "Content-Disposition", p.charset))
		_, typeParams := mediaType(fieldReadable(fields, "Content-Type", p.charset))
		shown = decodeWords(fileName(dispParams, typeParams))
	}
	if strings.Contains(strings.ToLower(encoding), "uue") { // uuencode, x-uuencode, x-uue
		if u, rest := newUUReader(whole); u == nil {
			decoded = rest
		} else if decoded = u; shown == "" {
			shown = u.name
		}
	}

	var err error
	switch {
	case p.isBody(media, disposition, name):
		err = p.body(decoded, media, params)
	default:
		id := strings.Trim(stripComments(fieldValue(fields, "Content-ID")), "<> ")
		a := Attachment{Name: mendMojibake(shown), Type: media, ContentID: oneLine(id)}
		a.Inline = disposition == "inline" || disposition == "" && id != ""
		if declared, _ := mediaType(fieldValue(fields, "Content-Type")); declared != media && fields != nil {
			a.Type = "" // By its content.
		}
		err = p.attachment(a, params, decoded)
	}
	if err != nil {
		return err
	}
	if err := p.copyTo(io.Discard, whole); err != nil {
		return err
	}
	if fault := odd(); fault != "" {
		p.warn(fault)
	}
	p.addLeaf(media, name, sum)
	return nil
}

// fileName is the name of a part: RFC 2183 section 2.3, and the older parameter of Content-Type that many still write.
func fileName(disposition, contentType map[string]string) string {
	if name := disposition["filename"]; name != "" {
		return name
	}
	return contentType["name"]
}

// isBody reports whether a leaf is text of the mail itself. Text with a file name is a file, whatever its disposition;
// when time is up, the rest is kept as files and not made into text.
func (p *mailParser) isBody(media, disposition, name string) bool {
	if media != "text/plain" && media != "text/html" || disposition == "attachment" {
		return false
	}
	if name != "" && len(p.lines.bounds) > 0 { // The one part of a mail is its text, even with a name.
		return false
	}
	if time.Now().After(p.shared.until) {
		p.warn("Reading took longer than 5 seconds; text found after that was kept as an attachment.")
		return false
	}
	return true
}

func (p *mailParser) body(decoded io.Reader, media string, params map[string]string) error {
	kept := capture{limit: max(p.textLeft, 0)}
	if err := p.copyTo(&kept, decoded); err != nil {
		return err
	}
	var files []uuFile
	if media == "text/plain" {
		kept.kept, files = cutUUFiles(kept.kept, kept.cut)
	}
	p.addText(&kept, params, media)
	for _, f := range files {
		if p.shared.parts++; p.shared.parts > maxParts {
			p.warn("The text holds more than 500 uuencoded files; those beyond are in the mail as it came.")
			break
		}
		if err := p.attachment(Attachment{Name: f.name}, nil, bytes.NewReader(f.data)); err != nil {
			return err
		}
	}
	return nil
}

// addText adds a leaf's text to the body.
func (p *mailParser) addText(kept *capture, params map[string]string, media string) {
	if kept.cut {
		p.warn("The text is longer than 2 MiB and was cut.")
	}
	p.textLeft -= len(kept.kept)
	if p.depth > 0 {
		p.shared.textLeft -= len(kept.kept)
	}
	label := params["charset"]
	if label == "" && media == "text/html" {
		label = charsetInHTML(kept.kept)
	}
	text, odd := decodeCharset(kept.bytes(), label)
	if odd != "" {
		p.warn(odd)
	}
	if name := charsetName(label); p.charset == "" && name != "utf-8" {
		p.charset = name
	}
	text = cleanText(text)
	if media == "text/plain" && strings.EqualFold(params["format"], "flowed") {
		text = unflow(text, strings.EqualFold(params["delsp"], "yes"))
	}
	into := p.choice - 1
	if into < 0 {
		p.pieces = append(p.pieces, piece{})
		into = len(p.pieces) - 1
	}
	shown := &p.pieces[into].plain
	if media == "text/html" {
		shown = &p.pieces[into].html
	}
	if *shown != "" && !strings.HasSuffix(*shown, "\n") {
		*shown += "\n"
	}
	*shown += text
}

// charsetInHTML is what a meta element at the beginning says, where the mail says nothing.
func charsetInHTML(source []byte) string {
	head := bytes.ToLower(source[:min(len(source), 2048)])
	_, after, ok := bytes.Cut(head, []byte("charset="))
	if !ok {
		return ""
	}
	after = bytes.TrimLeft(after, `"' `)
	if i := bytes.IndexAny(after, "\"'> ;/"); i >= 0 {
		after = after[:i]
	}
	return string(after)
}

// attachment reads one attachment: names it, hands it to keep, and measures it.
func (p *mailParser) attachment(a Attachment, params map[string]string, decoded io.Reader) error {
	var size countingReader
	digest := sha256.New()
	size.r = io.TeeReader(decoded, digest)
	body := bufio.NewReaderSize(&size, 4096)
	var in io.Reader = body

	if head, _ := body.Peek(markLen); undeclared(a.Type) || isProgram(head) {
		head, _ = body.Peek(sniffLen)
		a.Type = sniff(head)
	}
	if opens(&a) && p.opened < maxOpenedDepth {
		head := &capture{limit: maxOpened}
		if err := p.copyTo(head, io.LimitReader(body, maxOpened)); err != nil {
			return err
		}
		if done, err := p.open(&a, head.kept); done || err != nil {
			return err
		}
		in = io.MultiReader(bytes.NewReader(head.kept), body)
	} else if looksInto(a.Type) {
		head := &capture{limit: maxEmbeddedBytes}
		if err := p.copyTo(head, io.LimitReader(body, maxEmbeddedBytes)); err != nil {
			return err
		}
		if subject := p.lookInto(a.Type, params, head.kept); a.Name == "" {
			a.Name = subject
		}
		in = io.MultiReader(bytes.NewReader(head.kept), body)
	}
	a.Name = attachmentName(a.Name, a.Type, len(p.m.Attachments)+1)
	if p.keep != nil {
		p.keeping = true
		err := p.keep(&a, in)
		p.keeping = false
		if err != nil {
			return fmt.Errorf("keep attachment %d: %w", len(p.m.Attachments)+1, err)
		}
	}
	if err := p.copyTo(io.Discard, body); err != nil {
		return err
	}
	a.Size, a.SHA256 = size.n, hex.EncodeToString(digest.Sum(nil))
	p.m.Attachments = append(p.m.Attachments, a)
	return nil
}
