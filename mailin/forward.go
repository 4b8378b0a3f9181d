package mailin

import (
	"regexp"
	"strings"
	"time"
)

// Forward is the mail that somebody passed on, as message/rfc822 or within his own text.
type Forward struct {
	From     Address   // Email "" where the client wrote the name only.
	Date     time.Time // Zero: unknown. In the zone that stands there, otherwise in that of the reader.
	Subject  string
	Text     string
	Note     string   // What stands above it: the words of who passes it on.
	Attached bool     // As message/rfc822, or as a mail within a winmail.dat.
	Original *Message // Attached only.
}

// maxNoteWords is how long the words above may be for a mail to be one that is passed on, signature and disclaimer included; who
// writes more has something to say himself.
const maxNoteWords = 150

// maxForwards is how many forwards are followed to the mail at their bottom.
const maxForwards = 5

// ReadForward finds the mail that a person passes on; nil when it is no forward. Of a forward of a forward it is the
// innermost. zone is where a quoted date without zone is read.
func ReadForward(m *Message, zone *time.Location) *Forward {
	if f := attachedForward(m, zone); f != nil {
		return f
	}
	return inlineForward(m.Text, m.Subject, zone)
}

// attachedForward: exactly one mail within a mail of few words; reports carry mails, too, but nobody passes them on.
func attachedForward(m *Message, zone *time.Location) *Forward {
	if len(m.Embedded) != 1 || m.ContentType == "multipart/report" || len(strings.Fields(m.Text)) > maxNoteWords {
		return nil
	}
	inner := m.Embedded[0]
	if len(inner.From) == 0 || replyPrefix.MatchString(m.Subject) && len(m.InReplyTo) > 0 {
		return nil
	}
	f := &Forward{From: inner.From[0], Date: inner.Date, Subject: inner.Subject, Text: inner.Text, Note: strings.TrimSpace(m.Text), Attached: true, Original: inner}
	if forwardPrefix.MatchString(inner.Subject) {
		if deeper := inlineForward(inner.Text, inner.Subject, zone); deeper != nil {
			f.From, f.Date, f.Subject, f.Text = deeper.From, deeper.Date, deeper.Subject, deeper.Text
		}
	}
	return f
}

var (
	// forwardPrefix begins the subject of a forward: Outlook and others in en, nl, fr, de, es, it, pt, sv, da; behind the marks of
	// gateways such as "[EXTERN]", and within brackets ("[Fwd: x]", Mozilla).
	forwardPrefix = regexp.MustCompile(`(?i)^\s*(?:\[[^\]]{1,40}\]\s*)*\[?(?:fwd?|doorst|doorgestuurd|ds|tr|wg|rv|i|enc|vb|vs|vl)(?:\[\d+\])?\s*:`)
	// replyPrefix begins that of a reply.
	replyPrefix = regexp.MustCompile(`(?i)^\s*(?:\[[^\]]{1,40}\]\s*)*(?:re|aw|antw|antwort|antwoord|rép|sv|r|res|odp)(?:\[\d+\])?\s*:`)
)

// inlineForward finds the first mail that a client set off in the text.
func inlineForward(text, subject string, zone *time.Location) *Forward {
	var found *Forward
	lines := strings.Split(text, "\n")
	for range maxForwards {
		begin, at := forwardStart(lines, subject)
		if begin < 0 {
			break
		}
		h, next, _ := readQuotedHeader(lines, at)
		note := strings.TrimRight(strings.Join(lines[:begin], "\n"), "_-\n\r\t ") // Outlook on the web draws a line.
		if found == nil {
			found = &Forward{Note: strings.TrimSpace(note)}
		}
		body := lines[next:]
		if strings.HasPrefix(strings.TrimSpace(lines[at]), ">") { // Apple Mail quotes the whole of it.
			body = unquoted(body)
		}
		found.From, found.Date, found.Subject = quotedAddress(h.From), quotedDate(h.Date, zone), oneLine(h.Subject)
		found.Text = strings.TrimSpace(strings.Join(body, "\n"))
		if !forwardPrefix.MatchString(h.Subject) {
			break
		}
		lines, subject = body, h.Subject
	}
	return found
}

// forwardStart is where the forwarded mail begins and where its header block stands; -1: there is none. A line that says
// "forwarded" is enough unless the mail is a reply. Otherwise (Outlook, Samsung) the subject must say it, or nothing
// stands above the block: nobody replies without a word.
func forwardStart(lines []string, subject string) (begin, at int) {
	isForward, isReply := forwardPrefix.MatchString(subject), replyPrefix.MatchString(subject)
	words := 0
	for i, line := range lines {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		kind := separatorKind(line)
		if kind == "forward" && (strings.HasPrefix(line, ">") || isReply) {
			kind = ""
		}
		at := i
		for kind != "" && at+1 < len(lines) && at < i+4 && (at == i || strings.Trim(lines[at], "> \t\r") == "") {
			at++
		}
		if h, _, ok := readQuotedHeader(lines, at); ok && (kind != "" || h.fromClient()) && (kind == "forward" || isForward || words == 0 && !isReply) {
			return i, at
		}
		if strings.Trim(line, "_-=*") != "" {
			words += len(strings.Fields(line))
		}
		if words > maxNoteWords {
			break
		}
	}
	return -1, -1
}

// unquoted takes one mark of quotation off each line.
func unquoted(lines []string) []string {
	bare := make([]string, len(lines))
	for i, line := range lines {
		line = strings.TrimPrefix(strings.TrimLeft(line, " \t"), ">")
		bare[i] = strings.TrimPrefix(line, " ")
	}
	return bare
}

// behalf parts who sent a mail from whose it is, as Outlook writes it.
var behalf = regexp.MustCompile(`(?i)[\s\]>)](?:namens|on behalf of|de la part de|im auftrag von)\s+`)

// quotedAddress reads the From of a quoted header: "An Peeters <an@x.test>", "An Peeters [mailto:an@x.test]", an address
// or a name alone.
func quotedAddress(value string) Address {
	value = atMost(value, 1000)
	if i := behalf.FindStringIndex(value); i != nil && strings.TrimSpace(value[i[1]:]) != "" {
		value = value[i[1]:]
	}
	var a Address
	if list := addressesWithin(value); len(list) > 0 {
		a.Email = list[0].Email
	}
	name, _, _ := strings.Cut(value, "<")
	if i := strings.IndexAny(name, "[("); i >= 0 && strings.Contains(name[i:], "@") {
		name = name[:i]
	}
	if a.Name = cleanName(name); strings.Contains(a.Name, "@") {
		a.Name = ""
	}
	return a
}
