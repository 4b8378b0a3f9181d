package mailout

import (
	"fmt"
	"io"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Mail is a mail that is about to be rendered.
type Mail struct {
	Kind        string // X-Dankuwel-Kind
	Complaint   string // X-Dankuwel-Complaint; "" when it is not about one complaint
	ID          string // X-Dankuwel-Id: the bounce token, by which the outbox knows the mail again when a server rewrote its Message-ID
	From        *mail.Address
	To          *mail.Address
	ReplyTo     *mail.Address // nil: none
	Subject     string
	Text, HTML  string
	MessageID   string // without < >
	Date        time.Time
	InReplyTo   string   // without < >
	References  []string // oldest first
	Auto        string   // Auto-Submitted (RFC 3834 section 5); "" for a mail that a person wrote
	Attachments []File
	Inline      []File // pictures that the HTML names by their ContentID (RFC 2392)
}

// File is an attachment of a mail that goes out.
type File struct {
	Name, Type string
	ContentID  string // of an inline part, without < >
	Open       func() (io.ReadCloser, error)
}

// Compose writes the mail's bytes (RFC 5322, multipart/alternative). Attachments stream; a value with line breaks cannot become a
// header field of its own.
func Compose(w io.Writer, m Mail) error {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingQP))
	msg.FromMailAddress(m.From)
	msg.ToMailAddress(m.To)
	if m.ReplyTo != nil {
		msg.ReplyToMailAddress(m.ReplyTo)
	}
	msg.Subject(oneLine(m.Subject))
	msg.SetMessageIDWithValue(m.MessageID)
	msg.SetDateWithValue(m.Date)
	if m.InReplyTo != "" {
		msg.SetGenHeader(gomail.HeaderInReplyTo, "<"+oneLine(m.InReplyTo)+">")
	}
	if refs := references(m.References, m.InReplyTo); refs != "" {
		msg.SetGenHeader(gomail.HeaderReferences, refs)
	}
	if m.Auto != "" {
		msg.SetGenHeader("Auto-Submitted", m.Auto)
		msg.SetGenHeader("X-Auto-Response-Suppress", "All") // MS-OXCMAIL: Exchange answers nothing to it
	}
	msg.SetGenHeader("X-Dankuwel-Kind", m.Kind)
	if m.Complaint != "" {
		msg.SetGenHeader("X-Dankuwel-Complaint", m.Complaint)
	}
	msg.SetGenHeader("X-Dankuwel-Id", m.ID)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	var failed error
	msg.SetAttachments(parts(m.Attachments, &failed))
	msg.SetEmbeds(parts(m.Inline, &failed)) // multipart/related around the alternatives (RFC 2387)
	if _, err := msg.WriteTo(w); err != nil {
		return fmt.Errorf("compose %s: %w", m.Kind, err)
	}
	if failed != nil {
		return fmt.Errorf("compose %s: attachment: %w", m.Kind, failed)
	}
	return nil
}

// parts are files as go-mail takes them; one that cannot be read is told through failed.
func parts(list []File, failed *error) []*gomail.File {
	files := make([]*gomail.File, 0, len(list))
	for _, a := range list {
		header := map[string][]string{}
		if a.ContentID != "" {
			header[gomail.HeaderContentID.String()] = []string{"<" + a.ContentID + ">"}
		}
		files = append(files, &gomail.File{
			Name: a.Name, ContentType: gomail.ContentType(a.Type), Header: header, Enc: gomail.EncodingB64,
			Writer: func(w io.Writer) (int64, error) {
				r, err := a.Open()
				if err != nil {
					*failed = err
					return 0, err
				}
				defer r.Close()
				n, err := io.Copy(w, r)
				if err != nil {
					*failed = err
				}
				return n, err
			},
		})
	}
	return files
}

// references is the value of the References field (RFC 5322 section 3.6.4): the first id, which opened the conversation, and the
// newest ones. Ids that a strange program made too long or with blanks are left out.
func references(ids []string, inReplyTo string) string {
	list := make([]string, 0, len(ids)+1)
	seen := map[string]bool{}
	for _, id := range append(append([]string{}, ids...), inReplyTo) {
		if id == "" || len(id) > 250 || strings.ContainsAny(id, " \t\r\n<>") || seen[id] {
			continue
		}
		seen[id] = true
		list = append(list, "<"+id+">")
	}
	if len(list) > 12 {
		list = append(list[:1:1], list[len(list)-11:]...)
	}
	return strings.Join(list, " ")
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(s), " ")
}
