package mailin

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"
)

// identityFields are the header fields that make a mail this mail. Trace fields, recipients and everything that a
// server adds on the way are not among them: the same mail may come by two ways.
var identityFields = []string{"From", "Date", "Subject", "Message-ID", "In-Reply-To"}

// Identity is the mail's identity for ever (CONTRACT section 5): equal for a mail delivered twice, seen in two
// mailboxes or met again after a crash, different as soon as sender, time, subject, ids or content differ. It is the
// hex SHA-256 of these lines, where a number is the length in bytes of the value after the second colon:
//
//	dankuwel-mail-1
//	from:18:an@example.test
//	date:…   subject:…   message-id:…   in-reply-to:…     one line per field, none for a missing one; in this order
//	internaldate:20:2026-03-02T09:00:00Z                  only where Message-ID or Date is missing or empty
//	type:10:text/plain   name:0:   sha256:64:…            three lines per leaf part, in the mail's order
//
// A field's value is unfolded, in UTF-8 (windows-1252 where it was not), with runs of white space made one space and
// none at the ends. A part's type is as declared, in lower case and without parameters; the name is as declared, its
// encoding undone. The digest is over the decoded bytes, with CRLF made LF and line ends at the very end left out:
// servers change both. Each change to any of this needs a new first line, and reading of the old one as well.
func (m *Message) Identity(internalDate time.Time) string {
	h := sha256.New()
	m.writeIdentityHeader(h, "dankuwel-mail-1", internalDate)
	for _, l := range m.leaves {
		writeIdentityLine(h, "type", l.mediaType)
		writeIdentityLine(h, "name", l.name)
		writeIdentityLine(h, "sha256", hex.EncodeToString(l.sum[:]))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// HeaderIdentity is the identity of a mail whose body was not fetched because of its size (in bytes, RFC822.SIZE): the
// first line is "dankuwel-mail-header-1", the header lines are those of Identity, and "size:<n>:<bytes>" is the last.
func (m *Message) HeaderIdentity(internalDate time.Time, size int64) string {
	h := sha256.New()
	m.writeIdentityHeader(h, "dankuwel-mail-header-1", internalDate)
	writeIdentityLine(h, "size", fmt.Sprint(size))
	return hex.EncodeToString(h.Sum(nil))
}

func (m *Message) writeIdentityHeader(h hash.Hash, version string, internalDate time.Time) {
	io.WriteString(h, version+"\n")
	found := map[string]bool{}
	for _, name := range identityFields {
		for _, value := range m.All(name) {
			value = strings.Join(strings.Fields(value), " ")
			found[name] = found[name] || value != ""
			writeIdentityLine(h, strings.ToLower(name), value)
		}
	}
	if !found["Message-ID"] || !found["Date"] {
		writeIdentityLine(h, "internaldate", internalDate.UTC().Format(time.RFC3339))
	}
}

func writeIdentityLine(h hash.Hash, name, value string) {
	fmt.Fprintf(h, "%s:%d:%s\n", name, len(value), value)
}

// leaf is what identity knows of one part.
type leaf struct {
	mediaType string // As declared, lower case; "text/plain" when missing.
	name      string // File name as declared, decoded, not cleaned: cleaning may change over the years.
	sum       [sha256.Size]byte
}

func (p *mailParser) addLeaf(mediaType, name string, sum *leafHash) {
	p.m.leaves = append(p.m.leaves, leaf{mediaType, name, sum.sum()})
}

// leafHash digests decoded bytes with CRLF made LF and the line ends at the end left out.
type leafHash struct {
	h       hash.Hash
	newline int  // Line ends seen but not yet digested: they count only when something follows.
	cr      bool // A CR seen, the next byte not yet. Alone it is content.
}

func newLeafHash() *leafHash { return &leafHash{h: sha256.New()} }

// Write implements io.Writer; it never fails.
func (l *leafHash) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if l.cr && p[0] != '\n' {
			l.digest(cr)
		}
		l.cr = false
		line, rest, whole := bytes.Cut(p, lf)
		bare, hadCR := bytes.CutSuffix(line, cr)
		l.digest(bare)
		if whole {
			l.newline++
		} else {
			l.cr = hadCR
		}
		p = rest
	}
	return n, nil
}

func (l *leafHash) digest(content []byte) {
	if len(content) == 0 {
		return
	}
	for ; l.newline > 0; l.newline-- {
		l.h.Write(lf)
	}
	l.h.Write(content)
}

func (l *leafHash) sum() (sum [sha256.Size]byte) {
	l.h.Sum(sum[:0])
	return sum
}
