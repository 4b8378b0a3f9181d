package mailin

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"

	"dankuwel/models"
)

var (
	innerKey   = regexp.MustCompile(`\b(done|refused|kind|stage|help|task|reason|bounce|verdict|next|watch)\.[a-z][a-z_]+\b|: (decide|sign|consulted|reply)( \[|\.|$)|\{[0-9]\}`)
	mailtoLink = regexp.MustCompile(`href="(mailto:[^"]*)"`)
)

// look reads every mail that a story sent: none shows a word of ours for the program, and each button opens in any mail program.
func (o *office) look() error {
	tx := o.store.Read(o.t.Context())
	return tx.EachOutboxMail(time.Time{}, 0, func(row *models.OutboxMail, _ string, _ bool) error {
		if row.Size == 0 || row.Raw == "" { // erased
			return nil
		}
		r, err := tx.OpenBlob(row.Raw)
		if err != nil {
			return err
		}
		defer r.Close()
		raw, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		m, err := Parse(bytes.NewReader(raw), nil)
		if err != nil {
			return err
		}
		if found := innerKey.FindString(m.Subject + "\n" + m.Text); found != "" && row.Kind != "dossier" {
			return fmt.Errorf("%s to %s (%s) shows %q", row.Kind, row.Recipient, m.Subject, found)
		}
		for _, link := range mailtoLink.FindAllStringSubmatch(m.HTML, -1) {
			if err := clickable(html.UnescapeString(link[1])); err != nil {
				return fmt.Errorf("%s to %s: %s: %w", row.Kind, row.Recipient, link[1], err)
			}
		}
		return nil
	})
}

// clickable says what a mail program would not take in a mailto: address (RFC 6068): neomutt refuses a field without a value, others read a
// bare + as a blank, and a line ends with CRLF.
func clickable(link string) error {
	to, fields, _ := strings.Cut(strings.TrimPrefix(link, "mailto:"), "?")
	if address, err := url.PathUnescape(to); err != nil || strings.Count(address, "@") != 1 || strings.ContainsAny(to, "+ ") {
		return fmt.Errorf("recipient %q", to)
	}
	for field := range strings.SplitSeq(fields, "&") {
		name, value, _ := strings.Cut(field, "=")
		text, err := url.PathUnescape(value)
		if err != nil || text == "" || strings.ContainsAny(value, "+ ") {
			return fmt.Errorf("field %s is %q", name, value)
		}
		if strings.Count(text, "\n") != strings.Count(text, "\r\n") {
			return fmt.Errorf("line ends of %s", name)
		}
	}
	return nil
}
