package mailin

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"unicode"

	"github.com/gabriel-vasile/mimetype"
)

// sniffLen is how many bytes of an attachment are looked at for its type.
const sniffLen = 3072

// undeclared reports types that say nothing.
func undeclared(media string) bool {
	switch media {
	case "", "application/octet-stream", "application/octetstream", "application/unknown", "application/x-unknown", "binary/octet-stream":
		return true
	}
	return !strings.Contains(media, "/")
}

// sniff is the media type by content, without parameters.
func sniff(head []byte) string {
	media, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	return media
}

// fallbackExtension gives nameless parts of common types an extension; mimetype knows the others.
var fallbackExtension = map[string]string{
	"text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "message/rfc822": ".eml", "message/global": ".eml",
	"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf", "message/delivery-status": ".txt",
	"message/global-delivery-status": ".txt", "message/disposition-notification": ".txt", "text/rfc822-headers": ".txt",
	"application/pgp-signature": ".asc", "application/pkcs7-signature": ".p7s", "application/pkcs7-mime": ".p7m",
}

// maxNameLen is the length of an attachment's name in characters.
const maxNameLen = 150

// attachmentName makes a name safe to show and to write: no path, no control or bidi characters, none that Windows
// forbids, at most 150 characters with the extension kept, never empty.
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
		ext := fallbackExtension[media]
		if ext == "" {
			if known := mimetype.Lookup(media); known != nil {
				ext = known.Extension()
			}
		}
		if ext == "" {
			ext = ".bin"
		}
		return fmt.Sprintf("bijlage-%d%s", number, ext)
	}
	if runes := []rune(name); len(runes) > maxNameLen {
		ext := []rune(path.Ext(name))
		if len(ext) > 20 {
			ext = nil
		}
		name = strings.TrimRight(string(runes[:maxNameLen-len(ext)]), " .") + string(ext)
	}
	return name
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
