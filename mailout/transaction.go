package mailout

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"
	"unicode"

	"dankuwel/models"

	"golang.org/x/net/idna"
)

// verdict is what a failure means for the mail.
type verdict int

const (
	later   verdict = iota // try this mail again
	final                  // refused for good
	trouble                // not the mail's fault: the server, the way to it, or how we are configured
)

// failure is a mail transaction, or the connecting before it, that did not end with the server taking the mail.
type failure struct {
	step  string // connect, MAIL, RCPT, DATA, body, end (the reply to the final dot)
	code  int    // reply code (RFC 5321 section 4.2); 0: no reply came
	reply string // its text, or what happened instead; one line without a password
	err   error
}

func (f *failure) Error() string {
	if f.code == 0 {
		return f.step + ": " + f.reply
	}
	return fmt.Sprintf("%s: %d %s", f.step, f.code, f.reply)
}

func (f *failure) Unwrap() error { return f.err }

// verdict: a mail is refused for good by a reply 5yz to one of its own commands, and by nothing else (RFC 5321 section 4.2.1).
func (f *failure) verdict() verdict {
	switch {
	case f.step == "connect", f.config():
		return trouble
	case f.code == 421: // RFC 5321 section 3.8: it closes the channel
		return trouble
	case f.code >= 500 && f.code <= 599:
		return final
	}
	return later
}

// config tells whether a person has to mend something: what we were told of the server does not fit it.
func (f *failure) config() bool {
	switch f.code {
	case 530, 534, 535, 538: // RFC 4954 section 6: authentication required, too weak, refused, encryption required
		return true
	case 502, 503: // QUIRK: "authenticate first", said to MAIL without the 530 of RFC 4954
		return f.step == "connect" || f.step == "MAIL"
	case 0: // the network answers for most of it; what is left is a certificate, STARTTLS or AUTH that is not there, another protocol
		var network net.Error
		lost := errors.As(f.err, &network) || errors.Is(f.err, io.EOF) || errors.Is(f.err, io.ErrUnexpectedEOF) || errors.Is(f.err, net.ErrClosed) ||
			errors.Is(f.err, context.Canceled)
		return f.step == "connect" && !lost
	}
	return f.step == "connect" && f.code >= 500
}

// beforeBody tells whether the server cannot have seen any of the mail's bytes.
func (f *failure) beforeBody() bool { return f.step == "MAIL" || f.step == "RCPT" || f.step == "DATA" }

// status is the enhanced status code in the reply (RFC 3463), "" without one. It names nobody, so it may go to the log.
func (f *failure) status() string {
	word, _, _ := strings.Cut(f.reply, " ")
	if f.code > 0 && strings.Count(word, ".") == 2 && strings.Trim(word, "0123456789.") == "" {
		return word
	}
	return ""
}

// failure makes one of err: what the server said, on one line, and nothing of what we keep secret.
func (s Server) failure(step string, err error) *failure {
	f := &failure{step: step, reply: err.Error(), err: err}
	var reply *textproto.Error
	if errors.As(err, &reply) {
		f.reply = reply.Msg
		if reply.Code >= 400 && reply.Code <= 599 { // anything else is a conversation out of step
			f.code = reply.Code
		} else {
			f.reply = fmt.Sprintf("unexpected reply %d %s", reply.Code, reply.Msg)
		}
	}
	if s.Password != "" {
		plain := "\x00" + s.Username + "\x00" + s.Password
		for _, secret := range []string{s.Password, base64.StdEncoding.EncodeToString([]byte(s.Password)), base64.StdEncoding.EncodeToString([]byte(plain))} {
			f.reply = strings.ReplaceAll(f.reply, secret, "xxxxx")
		}
	}
	f.reply = printable(f.reply)
	return f
}

// printable makes one line of at most 500 characters that every database takes.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 500 {
		text = string(runes[:499]) + "…"
	}
	return text
}

// errLeaseLost: the mail was not ours any more before the final dot, so the server was not let have it.
var errLeaseLost = errors.New("the lease was lost")

// send is one mail transaction (RFC 5321 section 3.3) in four round trips. The body streams. The final dot is only sent when all the
// bytes that the outbox names have gone before it and held still says that the mail is ours. After any error the connection is dropped.
func (c *conn) send(ctx context.Context, m *models.OutboxMail, body io.Reader, held func() bool) (err error) {
	stop := context.AfterFunc(ctx, func() { c.raw.Close() })
	defer func() {
		c.used = time.Now()
		if stop(); err != nil {
			c.drop()
		}
	}()
	from, to := envelope(m.EnvelopeSender), envelope(m.Recipient)
	if f := c.unfit(m.Size, from, to); f != nil {
		return f
	}
	c.client.SkipSMTPUTF8(isASCII(from) && isASCII(to)) // asked for without need, it bounces at an older server further on
	if !held() {
		return errLeaseLost
	}
	var w io.WriteCloser
	steps := []struct {
		name string
		say  func() error
	}{
		{"MAIL", func() error { return c.client.Mail("<" + from + ">") }},
		{"RCPT", func() error { return c.client.Rcpt("<" + to + ">") }},
		{"DATA", func() error { w, err = c.client.Data(); return err }},
	}
	for _, step := range steps {
		if err := c.within(c.timing.step, step.say); err != nil {
			return c.server.failure(step.name, err)
		}
	}
	if err := c.copyBody(w, m, body); err != nil {
		return err
	}
	if !held() {
		return errLeaseLost
	}
	if err := c.within(c.timing.end, w.Close); err != nil {
		return c.server.failure("end", err)
	}
	return nil
}

func (c *conn) within(d time.Duration, say func() error) error {
	if err := c.client.UpdateDeadline(d); err != nil {
		return err
	}
	return say()
}

// copyBody writes the bytes and makes sure that they are those which the outbox names.
func (c *conn) copyBody(w io.Writer, m *models.OutboxMail, body io.Reader) error {
	sum, piece, size := sha256.New(), make([]byte, 32<<10), int64(0)
	for {
		n, err := body.Read(piece)
		if n > 0 {
			sum.Write(piece[:n])
			size += int64(n)
			if err := c.within(c.timing.step, func() error { _, err := w.Write(piece[:n]); return err }); err != nil {
				return c.server.failure("body", err)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("read the mail's bytes: %w", err)
		}
	}
	if size != m.Size || hex.EncodeToString(sum.Sum(nil)) != m.Raw {
		return fmt.Errorf("the mail's bytes are damaged: %d came, %d were stored as %.12s", size, m.Size, m.Raw)
	}
	return nil
}

// unfit spares a transaction that the server announced to refuse: the reply codes are those it would give.
func (c *conn) unfit(size int64, from, to string) *failure {
	if limit := c.sizeLimit(); limit > 0 && size > limit { // RFC 1870 section 4
		return &failure{step: "MAIL", code: 552, reply: fmt.Sprintf("5.3.4 the server announces SIZE %d, the mail has %d bytes", limit, size)}
	}
	if offered, _ := c.client.Extension("SMTPUTF8"); !offered && !(isASCII(from) && isASCII(to)) { // RFC 6531 sections 3.1 and 3.5
		return &failure{step: "RCPT", code: 553, reply: "5.6.7 the address is not ASCII and the server does not offer SMTPUTF8"}
	}
	return nil
}

// sizeLimit is the largest mail that the server takes, in bytes; 0: it names no limit.
func (c *conn) sizeLimit() int64 {
	_, text := c.client.Extension("SIZE")
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// envelope is an address as MAIL and RCPT take it: a domain of another script goes in its ASCII form, which needs no SMTPUTF8.
func envelope(address string) string {
	address = strings.Trim(address, "<>")
	at := strings.LastIndexByte(address, '@')
	if at < 0 || isASCII(address[at:]) {
		return address
	}
	if domain, err := idna.Lookup.ToASCII(address[at+1:]); err == nil {
		return address[:at+1] + domain
	}
	return address
}

func isASCII(s string) bool {
	return bytes.IndexFunc([]byte(s), func(r rune) bool { return r > unicode.MaxASCII }) < 0
}
