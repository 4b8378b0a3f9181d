package main

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"io"
	"mime"
	"net"
	"net/smtp"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/emersion/go-message/mail"

	"dankuwel/models"
)

// demoMail is a mail that a person of the story writes.
type demoMail struct {
	from      demoPerson
	to        string
	date      time.Time
	subject   string
	text      string
	id        string // without < >
	inReplyTo string
	fields    []string // more header fields
	stranger  bool     // comes from a server outside, where nobody logged in here
}

// bytes is the mail as it is sent.
func (m *demoMail) bytes() []byte {
	var b bytes.Buffer
	from := mail.Address{Name: m.from.name, Address: m.from.address}
	fmt.Fprintf(&b, "From: %s\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s>\r\n", from.String(), m.to,
		mime.QEncoding.Encode("utf-8", m.subject), m.date.Format(time.RFC1123Z), m.id)
	if m.inReplyTo != "" {
		fmt.Fprintf(&b, "In-Reply-To: <%s>\r\nReferences: <%s>\r\n", m.inReplyTo, m.inReplyTo)
	}
	for _, f := range m.fields {
		b.WriteString(f + "\r\n")
	}
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")
	b.WriteString(strings.ReplaceAll(strings.TrimSpace(m.text), "\n", "\r\n") + "\r\n")
	return b.Bytes()
}

// submit hands a mail to the SMTP server, as the person's mail program does.
func (p *postOffice) submit(m *demoMail) error {
	var auth smtp.Auth
	if !m.stranger {
		host, _, err := net.SplitHostPort(p.smtpAddress)
		if err != nil {
			return err
		}
		auth = smtp.PlainAuth("", m.from.login, demoPassword, host)
	}
	if err := smtp.SendMail(p.smtpAddress, auth, m.from.address, []string{m.to}, m.bytes()); err != nil {
		return fmt.Errorf("%s cannot send: %w", m.from.name, err)
	}
	return nil
}

// demoLetter is a delivered mail, read.
type demoLetter struct {
	delivery
	kind, subject, from, replyTo, id string
	text, html                       string
}

func readLetter(d delivery) *demoLetter {
	l := &demoLetter{delivery: d}
	r, err := mail.CreateReader(bytes.NewReader(d.raw))
	if err != nil {
		return l
	}
	defer r.Close()
	l.kind = r.Header.Get("X-Dankuwel-Kind")
	l.subject, _ = r.Header.Subject()
	l.id, _ = r.Header.MessageID()
	if list, _ := r.Header.AddressList("From"); len(list) > 0 {
		l.from = list[0].Address
	}
	if list, _ := r.Header.AddressList("Reply-To"); len(list) > 0 {
		l.replyTo = list[0].Address
	}
	for {
		part, err := r.NextPart()
		if err != nil {
			return l
		}
		kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		into := map[string]*string{"text/plain": &l.text, "text/html": &l.html}[kind]
		if into == nil || *into != "" {
			continue
		}
		if body, err := io.ReadAll(part.Body); err == nil {
			*into = strings.ReplaceAll(string(body), "\r\n", "\n")
		}
	}
}

// page is the letter for a browser: its own HTML part, or its text.
func (l *demoLetter) page() string {
	if l.html != "" {
		return l.html
	}
	e := html.EscapeString
	return fmt.Sprintf("<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>%s</title></head>\n"+
		"<body style=\"font-family:sans-serif;max-width:44em;margin:2em auto\">\n<p>%s<br>%s</p><h1 style=\"font-size:1.1em\">%s</h1>\n"+
		"<pre style=\"white-space:pre-wrap;font:inherit\">%s</pre>\n</body></html>\n", e(l.subject), e(l.from), e(l.rcpt), e(l.subject), e(l.text))
}

// keeper puts every mail of the story into a folder for reading. The list beside them says which files are its own; only those are
// replaced by the next run.
type keeper struct {
	dir  string
	n    int
	list *os.File
}

const (
	keeperList  = "mails.txt"
	keeperFirst = "The mails of the story that `dankuwel demo` tells. The next one replaces the files of this list, and no others.\n"
)

var keptName = regexp.MustCompile(`^[0-9]{2,}-[a-z0-9_-]+\.(eml|html)$`)

// openKeeper makes the folder ready: what an earlier run left there is removed.
func openKeeper(dir string) (*keeper, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, errUsage{fmt.Errorf("the mails cannot be kept: %w; --keep DIR names another folder", err)}
	}
	path := filepath.Join(dir, keeperList)
	old, err := os.ReadFile(path)
	switch {
	case err == nil && strings.HasPrefix(string(old), keeperFirst):
		for line := range strings.Lines(string(old)) {
			name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			if !keptName.MatchString(name) {
				continue
			}
			if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return nil, err
			}
		}
	case err == nil:
		return nil, errUsage{fmt.Errorf("%s is not from an earlier demo; --keep DIR names another folder", path)}
	case !errors.Is(err, os.ErrNotExist):
		return nil, err
	}
	k := &keeper{dir: dir}
	if k.list, err = os.Create(path); err != nil {
		return nil, err
	}
	_, err = k.list.WriteString(keeperFirst + "\n")
	return k, err
}

// keep writes a mail and returns the name of its files, without the ending.
func (k *keeper) keep(l *demoLetter) (string, error) {
	k.n++
	who := func(address string) string {
		local, _, _ := strings.Cut(models.FoldAddress(address), "@")
		local, _, _ = strings.Cut(local, "+")
		return strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return '-'
		}, local)
	}
	name := fmt.Sprintf("%02d-%s-to-%s", k.n, l.kind, who(l.rcpt))
	if l.kind == "" {
		name = fmt.Sprintf("%02d-from-%s", k.n, who(l.from))
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{name + ".eml", l.raw}, {name + ".html", []byte(l.page())}} {
		if _, err := fmt.Fprintf(k.list, "%-46s %s\n", f.name, l.subject); err != nil {
			return "", err
		}
		if err := writeNew(filepath.Join(k.dir, f.name), f.data); err != nil {
			return "", err
		}
	}
	return name, nil
}

func (k *keeper) close() error { return k.list.Close() }

// writeNew writes a file that must not be there yet.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return errUsage{fmt.Errorf("%s is there already and not from an earlier demo; --keep DIR names another folder", path)}
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
