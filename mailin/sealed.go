package mailin

import (
	"bytes"
	"strings"
)

// maxSealedWords is how many words may stand beside an encrypted text without being a letter themselves: "Sent with …".
const maxSealedWords = 4

// Sealed tells with what a mail is encrypted, so that nobody can read it here: "smime" (RFC 8551), "pgp" (RFC 3156,
// RFC 9580), or "" when it can be read, as all signed mail can.
func Sealed(m *Message) string {
	rest, armored := withoutBlocks(m.Text, "-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----")
	if armored && len(strings.Fields(rest)) <= maxSealedWords {
		return "pgp"
	}
	if strings.TrimSpace(rest) != "" {
		return ""
	}
	if m.ContentType == "multipart/encrypted" && !strings.Contains(strings.ToLower(m.ContentParams["protocol"]), "pkcs7") {
		return "pgp"
	}
	for _, a := range m.Attachments {
		name := strings.ToLower(a.Name)
		switch {
		case isSMIME(&a) && strings.Count(name, ".") < 2: // "contract.pdf.p7m" is a signed file.
			return "smime"
		case a.Type == "application/pgp-encrypted", strings.HasSuffix(name, ".pgp"), strings.HasSuffix(name, ".gpg"),
			name == "encrypted.asc": // QUIRK: Exchange makes multipart/mixed of it; testdata/mail/pgp-exchange.eml
			return "pgp"
		}
	}
	return ""
}

// withoutBlocks leaves out the stretches between lines begin and end; one without end goes to the end of the text.
func withoutBlocks(text, begin, end string) (rest string, found bool) {
	if !strings.Contains(text, begin) {
		return text, false
	}
	var b strings.Builder
	within := false
	for line := range strings.Lines(text) {
		switch bare := strings.TrimSpace(line); {
		case bare == begin:
			within, found = true, true
		case bare == end && within:
			within = false
		case !within:
			b.WriteString(line)
		}
	}
	return b.String(), found
}

// clearSigned takes the armour off text signed with PGP inline (RFC 9580 section 7): header, dash-escapes, signature.
// What is not whole is left as it is.
func clearSigned(text string) string {
	const begin, signature, end = "-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"
	if !strings.Contains(text, begin) {
		return text
	}
	var b strings.Builder
	const outside, header, body, armor = 0, 1, 2, 3
	at := outside
	for line := range strings.Lines(text) {
		bare := strings.TrimSpace(line)
		switch {
		case at == outside && bare == begin:
			at = header
		case at == header:
			if name, _, isField := strings.Cut(bare, ":"); bare == "" || !isField || strings.Contains(name, " ") {
				at = body
			}
			if at == body && bare != "" { // The blank line is missing.
				b.WriteString(strings.TrimPrefix(line, "- "))
			}
		case at == body && bare == signature:
			at = armor
		case at == body:
			b.WriteString(strings.TrimPrefix(line, "- "))
		case at == armor:
			if bare == end {
				at = outside
			}
		default:
			b.WriteString(line)
		}
	}
	if at != outside {
		return text
	}
	return strings.TrimRight(b.String(), "\n")
}

// substantial reports an attachment that may hold what somebody has to say. Signatures, keys and the small pictures of
// a mail's signature are not: a mail with only these is empty, not "see attachment".
func substantial(a Attachment) bool {
	switch a.Type {
	case "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-keys", "application/pgp-encrypted",
		"text/vcard", "text/x-vcard", "text/directory":
		return false
	}
	switch name := strings.ToLower(a.Name); {
	case strings.HasSuffix(name, ".p7s"), name == "signature.asc", strings.HasPrefix(name, "openpgp_") && strings.HasSuffix(name, ".asc"):
		return false
	}
	return !(a.Inline && strings.HasPrefix(a.Type, "image/") && a.ContentID != "" && a.Size < maxLogoBytes)
}

// maxLogoBytes is how large a picture within the text is still taken for an ornament; a photo of a letter is larger.
const maxLogoBytes = 10 << 10

// isSMIME reports the wrapper of RFC 8551 section 3.2, whatever a server on the way made of its type.
func isSMIME(a *Attachment) bool {
	return a.Type == "application/pkcs7-mime" || a.Type == "application/x-pkcs7-mime" || strings.EqualFold(a.Name, "smime.p7m")
}

// opens reports an attachment that wraps other ones, or the mail itself.
func opens(a *Attachment) bool { return isTNEF(a) || isSMIME(a) }

// open puts what a wrapper holds in its place; false: it is to be kept, too.
func (p *mailParser) open(a *Attachment, raw []byte) (bool, error) {
	p.opened++
	defer func() { p.opened-- }()
	if isTNEF(a) {
		return p.openTNEF(raw)
	}
	content, whole := signedContent(raw)
	head, _, _ := bytes.Cut(bytes.ReplaceAll(content[:min(len(content), 4096)], cr, nil), []byte("\n\n"))
	if !bytes.Contains(bytes.ToLower(append([]byte("\n"), head...)), []byte("\ncontent-type")) {
		return false, nil // Encrypted, or a signed file and no mail.
	}
	lines, leaves, keep, files := p.lines, p.m.leaves, p.keep, len(p.m.Attachments)
	defer func() { p.lines, p.m.leaves, p.keep = lines, leaves, keep }() // The identity is that of the parts as they came.
	p.lines = newPartSplitter(bytes.NewReader(content))
	if !whole {
		p.keep = nil
	}
	err := p.entity(p.readHeader(false), 1, "text/plain")
	if !whole {
		p.warn("A signed mail within this one is damaged or larger than 16 MiB; its text was read and it was kept as it came.")
		p.m.Attachments = p.m.Attachments[:files]
	}
	return whole, err
}

// Tags of BER (X.690), and the object identifier of signed data (RFC 5652 section 5.1).
const (
	berOctets   = 0x04
	berSequence = 0x30
	berExplicit = 0xA0
	berBuilt    = 0x20 // Bit of a value that is made of values.
)

var oidSignedData = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}

// signedContent is the content of opaque signed data (RFC 5652 sections 3 and 5), nil when it is something else; whole
// when it is all there. The way to it is walked without looking for ends, since lengths may be indefinite and the data
// cut; the signature is not checked.
func signedContent(b []byte) (content []byte, whole bool) {
	b = berEnter(b, berSequence) // ContentInfo
	if !bytes.HasPrefix(b, oidSignedData) {
		return nil, false
	}
	b = berEnter(berSkip(b), berExplicit)
	b = berEnter(b, berSequence)          // SignedData: version, digest algorithms,
	b = berSkip(berSkip(b))               //
	b = berEnter(b, berSequence)          // EncapsulatedContentInfo: type,
	b = berEnter(berSkip(b), berExplicit) // content
	return berString(b)
}

// berHeader reads tag and length; size -1: indefinite, ended by an end-of-contents. Tags above 30 are not used here.
func berHeader(b []byte) (tag byte, size int, rest []byte, ok bool) {
	if len(b) < 2 {
		return 0, 0, nil, false
	}
	tag, size, rest = b[0], int(b[1]), b[2:]
	switch {
	case size == 0x80:
		return tag, -1, rest, tag&berBuilt != 0
	case size > 0x80:
		n := size & 0x7f
		if n > 4 || n > len(rest) {
			return 0, 0, nil, false
		}
		size = 0
		for _, c := range rest[:n] {
			size = size<<8 | int(c)
		}
		rest = rest[n:]
	}
	return tag, size, rest, true
}

// berEnter is what stands within the value that b begins with, nil when that has another tag.
func berEnter(b []byte, want byte) []byte {
	tag, size, rest, ok := berHeader(b)
	if !ok || tag != want {
		return nil
	}
	if size >= 0 {
		rest = rest[:min(size, len(rest))]
	}
	return rest
}

// berSkip is what stands behind the value that b begins with.
func berSkip(b []byte) []byte {
	for open := 0; ; {
		tag, size, rest, ok := berHeader(b)
		switch {
		case !ok || size > len(rest):
			return nil
		case size < 0:
			open, b = open+1, rest
		case tag == 0 && size == 0 && open > 0:
			open, b = open-1, rest
		default:
			b = rest[size:]
		}
		if open == 0 {
			return b
		}
	}
}

// berString is an octet string, put together when it came in pieces, and whether it is all there.
func berString(b []byte) (content []byte, whole bool) {
	tag, size, rest, ok := berHeader(b)
	if !ok || tag&^berBuilt != berOctets {
		return nil, false
	}
	if size >= 0 {
		whole, rest = size <= len(rest), rest[:min(size, len(rest))]
	}
	if tag == berOctets {
		return rest, whole
	}
	for open := 1; len(rest) > 0; { // Of values that end by a mark.
		tag, size, after, ok := berHeader(rest)
		switch {
		case ok && tag == berOctets && size <= len(after):
			content, after = append(content, after[:size]...), after[size:]
		case ok && tag == berOctets:
			return append(content, after...), false
		case ok && tag == berOctets|berBuilt: // Its pieces follow; only one without length has an end of its own.
			if size < 0 {
				open++
			}
		case ok && tag == 0 && size == 0:
			if open--; open == 0 {
				return content, true
			}
		default:
			return content, false
		}
		rest = after
	}
	return content, whole
}
