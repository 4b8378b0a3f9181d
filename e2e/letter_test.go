//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/mail"
	"regexp"
	"strings"

	"github.com/emersion/go-message"
)

// letter is a mail as a person finds it in his mailbox.
type letter struct {
	raw        []byte
	header     message.Header
	text, html string
	parts      []string // content types of the leaf parts, in order
	fault      error    // it was not clean RFC 5322 and MIME
}

func parseLetter(raw []byte) *letter {
	l := &letter{raw: raw}
	entity, err := message.Read(bytes.NewReader(raw))
	if err != nil {
		l.fault = err
		return l
	}
	l.header = entity.Header
	l.fault = entity.Walk(func(_ []int, part *message.Entity, err error) error {
		kind, _, _ := part.Header.ContentType()
		if err != nil || strings.HasPrefix(kind, "multipart/") {
			return err
		}
		l.parts = append(l.parts, kind)
		body, err := io.ReadAll(part.Body)
		disposition, _, _ := part.Header.ContentDisposition()
		switch {
		case disposition == "attachment":
		case kind == "text/plain" && l.text == "":
			l.text = string(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")))
		case kind == "text/html" && l.html == "":
			l.html = string(body)
		}
		return err
	})
	return l
}

func (l *letter) kind() string { return strings.TrimSpace(l.header.Get("X-Dankuwel-Kind")) }

func (l *letter) field(name string) string {
	value, err := l.header.Text(name)
	if err != nil {
		return l.header.Get(name)
	}
	return value
}

// address is the first address of a header field, without the name.
func (l *letter) address(name string) string {
	list, err := mail.ParseAddressList(l.header.Get(name))
	if err != nil {
		return ""
	}
	return list[0].Address
}

// trace matches the header fields that servers put on top of a mail on its way (RFC 5321 section 4.4, RFC 8601).
var trace = regexp.MustCompile(`(?mi)^(Return-Path|Delivered-To|X-Original-To|Received|Authentication-Results):.*\r?\n([ \t].*\r?\n)*`)

// asSent are the bytes that the program handed to the submission server.
func (l *letter) asSent() string {
	raw := strings.ReplaceAll(string(l.raw), "\r\n", "\n")
	head, body, _ := strings.Cut(raw, "\n\n")
	return trace.ReplaceAllString(head+"\n", "") + "\n" + body
}

func ofKind(mails []*letter, kind string) []*letter {
	var found []*letter
	for _, l := range mails {
		if l.kind() == kind {
			found = append(found, l)
		}
	}
	return found
}

func describe(mails []*letter) string {
	if len(mails) == 0 {
		return "no mails"
	}
	var lines []string
	for _, l := range mails {
		lines = append(lines, fmt.Sprintf("\n\t%s %q", l.kind(), l.field("Subject")))
	}
	return strings.Join(lines, "")
}
