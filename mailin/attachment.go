package mailin

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
)

// sniffLen is how many bytes of an attachment are looked at for its type, markLen for whether it is a program.
const (
	sniffLen = 3072
	markLen  = 64
)

// undeclared reports types that say nothing.
func undeclared(media string) bool {
	switch media {
	case "", "application/octet-stream", "application/octetstream", "application/unknown", "application/x-unknown", "binary/octet-stream":
		return true
	}
	return !strings.Contains(media, "/")
}

// programMarks are the first bytes of files that are programs, whatever they are called: ELF, Mach-O and Java classes,
// scripts, Windows shortcuts (MS-SHLLINK section 2.1). Windows programs are told apart by isProgram.
var programMarks = [][]byte{[]byte("\x7fELF"), []byte("\xfe\xed\xfa\xce"), []byte("\xfe\xed\xfa\xcf"), []byte("\xce\xfa\xed\xfe"), []byte("\xcf\xfa\xed\xfe"),
	[]byte("\xca\xfe\xba\xbe"), []byte("#!/"), []byte("#! /"), []byte("L\x00\x00\x00\x01\x14\x02\x00"), []byte("dex\n03")}

// isProgram reports that content which begins so is a program: then the type that the sender declared counts for nothing.
func isProgram(head []byte) bool {
	if bytes.HasPrefix(head, []byte("MZ")) { // "MZ Utrecht" is a letter's beginning; a program has zeroes in its header.
		return bytes.IndexByte(head[:min(len(head), markLen)], 0) >= 0
	}
	for _, mark := range programMarks {
		if bytes.HasPrefix(head, mark) {
			return true
		}
	}
	return false
}

// sniff is the media type by content, without parameters.
func sniff(head []byte) string {
	if bytes.HasPrefix(head, []byte("MZ")) && !isProgram(head) {
		return "text/plain"
	}
	media, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	return media
}

// fallbackExtension gives nameless parts of common types an extension; mimetype knows the others.
var fallbackExtension = map[string]string{
	"text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "message/rfc822": ".eml", "message/global": ".eml",
	"image/jpeg": ".jpg", "image/jpg": ".jpg", "image/pjpeg": ".jpg", "text/enriched": ".txt", "image/png": ".png", "application/pdf": ".pdf", "message/delivery-status": ".txt",
	"message/global-delivery-status": ".txt", "message/disposition-notification": ".txt", "text/rfc822-headers": ".txt",
	"application/pgp-signature": ".asc", "application/pkcs7-signature": ".p7s", "application/pkcs7-mime": ".p7m",
}

// maxNameLen is the length of an attachment's name in characters, maxNameBytes in bytes: file systems take 255.
const (
	maxNameLen   = 150
	maxNameBytes = 240
)

// deviceName is a name that Windows takes for a device, with any extension (Naming Files, Paths, and Namespaces).
var deviceName = regexp.MustCompile(`(?i)^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)`)

// attachmentName makes a name safe to show and to write: no path, no control or bidi characters, none that Windows
// forbids, no dots or spaces at its ends, no device of Windows, at most 150 characters with the extension kept, never
// empty.
func attachmentName(name, media string, number int) string {
	name = oneLine(name)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"|?*`, r) || !unicode.IsPrint(r) {
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	if name == "" {
		return fmt.Sprintf("bijlage-%d%s", number, extensionOf(media))
	}
	if deviceName.MatchString(name) {
		name = "_" + name
	}
	if len(name) <= maxNameBytes && utf8.RuneCountInString(name) <= maxNameLen {
		return name
	}
	ext := path.Ext(name)
	if utf8.RuneCountInString(ext) > 20 {
		ext = ""
	}
	stem := name[:len(name)-len(ext)]
	for n := utf8.RuneCountInString(stem) + utf8.RuneCountInString(ext); n > maxNameLen || len(stem)+len(ext) > maxNameBytes; n-- {
		_, last := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-last]
	}
	return strings.TrimRight(stem, " .") + ext
}

// extensionOf is the extension for a media type, ".bin" when it has none.
func extensionOf(media string) string {
	if ext := fallbackExtension[media]; ext != "" {
		return ext
	}
	if known := mimetype.Lookup(media); known != nil && known.Extension() != "" {
		return known.Extension()
	}
	return ".bin"
}

// looksInto reports parts that are read for their meaning, besides being kept.
func looksInto(media string) bool {
	switch media {
	case "message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers", "message/news",
		"message/delivery-status", "message/global-delivery-status", "message/disposition-notification",
		"message/global-disposition-notification", "message/feedback-report", "text/calendar":
		return true
	}
	return false
}

// lookInto reads the beginning of such a part, and returns a file name for it: the subject of an embedded mail.
func (p *mailParser) lookInto(media string, params map[string]string, head []byte) (name string) {
	switch media {
	case "text/calendar":
		if p.m.CalendarMethod == "" {
			p.m.CalendarMethod = strings.ToUpper(params["method"])
		}
		return ""
	case "message/rfc822", "message/global", "message/news", "text/rfc822-headers", "message/global-headers":
		if p.depth >= maxEmbeddedDepth {
			p.warn("Mails lie deeper within each other than 5 levels; the inner ones were kept and not read.")
			return ""
		}
		return p.embedded(head)
	}
	if p.m.Report == "" {
		text, _ := decodeCharset(head[:min(len(head), maxReportBytes)], params["charset"])
		p.m.Report = cleanText(text)
	}
	return ""
}

// embedded reads a mail within this one.
func (p *mailParser) embedded(raw []byte) (name string) {
	inner := &mailParser{
		m:      &Message{},
		lines:  newPartSplitter(bytes.NewReader(raw)),
		shared: p.shared,
		depth:  p.depth + 1,
	}
	inner.parse() // Its only errors are those of the reader, which is memory.
	inner.m.Size = int64(len(raw))
	if len(raw) >= maxEmbeddedBytes {
		inner.warn("The mail is larger than 3 MiB; it was read up to there.")
	}
	p.m.Embedded = append(p.m.Embedded, inner.m)
	if inner.m.Subject == "" {
		return ""
	}
	return strings.ReplaceAll(strings.ReplaceAll(inner.m.Subject, "/", "-"), `\`, "-") + ".eml"
}
