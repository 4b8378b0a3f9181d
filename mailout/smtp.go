package mailout

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// Server is the submission server of a mailbox (RFC 6409).
type Server struct {
	Address  string      // host:port
	Security string      // tls (from the first byte, RFC 8314), starttls (never without) or none
	Username string      // "": no AUTH
	Password string      //
	TLS      *tls.Config // nil: the authorities of the system, TLS 1.2 or newer
}

// timing says how long a server may take (RFC 5321 section 4.5.3.2) and how long we hold what we hold. All are real time but lease,
// which is counted on the Sender's clock.
type timing struct {
	connect time.Duration // from the first packet to the end of AUTH
	step    time.Duration // a command and its reply, or a piece of the body
	end     time.Duration // the reply to the final dot
	idle    time.Duration // a kept connection is given up after it
	grace   time.Duration // for a running transaction when the program ends
	lease   time.Duration // of a claimed mail; renewed at a third of it
	poll    time.Duration // another process may have queued something without waking us
}

var usual = timing{connect: 2 * time.Minute, step: 2 * time.Minute, end: 10 * time.Minute, idle: 30 * time.Second,
	grace: 5 * time.Second, lease: 5 * time.Minute, poll: 30 * time.Second}

// conn is a connection that is ready for a mail transaction. One goroutine uses it at a time.
type conn struct {
	client  *smtp.Client
	raw     net.Conn // TCP, below any TLS: closing it is the one way to end that never sends a byte more
	server  Server
	timing  timing
	used    time.Time // end of the last transaction; zero: fresh
	once    sync.Once
	dropped func()
}

// dial connects, encrypts and authenticates. Each connection has a go-mail Client of its own.
// ctx ends the connecting, not the connection.
func dial(ctx context.Context, server Server, helo string, t timing) (*conn, error) {
	c := &conn{server: server, timing: t}
	host, options, err := server.options(helo, t)
	if err != nil {
		return nil, server.failure("connect", err)
	}
	stop := func() bool { return true }
	options = append(options, gomail.WithDialContextFunc(func(dialing context.Context, network, address string) (net.Conn, error) {
		raw, err := (&net.Dialer{Timeout: 30 * time.Second}).DialContext(dialing, network, address)
		if err != nil {
			return nil, err
		}
		c.raw, stop = raw, context.AfterFunc(ctx, func() { raw.Close() })
		if server.Security != "tls" {
			return raw, nil
		}
		secure := tls.Client(raw, server.tlsConfig(host))
		return secure, secure.HandshakeContext(dialing)
	}))
	client, err := gomail.NewClient(host, options...)
	if err == nil {
		c.client, err = client.DialToSMTPClientWithContext(ctx)
	}
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		if c.raw != nil { // go-mail leaves the socket open when EHLO, STARTTLS or AUTH fails
			c.raw.Close()
		}
		return nil, server.failure("connect", err)
	}
	return c, nil
}

func (s Server) tlsConfig(host string) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.TLS != nil {
		config = s.TLS.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = host
	}
	return config
}

func (s Server) options(helo string, t timing) (host string, _ []gomail.Option, err error) {
	host, service, err := net.SplitHostPort(s.Address)
	if err != nil {
		return "", nil, err
	}
	port, err := strconv.Atoi(service)
	if err != nil {
		return "", nil, fmt.Errorf("port %q is no number", service)
	}
	options := []gomail.Option{gomail.WithPort(port), gomail.WithHELO(helo), gomail.WithTimeout(t.connect), gomail.WithTLSConfig(s.tlsConfig(host))}
	switch s.Security {
	case "tls":
		options = append(options, gomail.WithSSL())
	case "starttls":
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case "none":
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return "", nil, fmt.Errorf("security %q is not tls, starttls or none", s.Security)
	}
	return host, append(options, s.auth()...), nil
}

// auth chooses the mechanism. Inside TLS the plain ones come first, because every server knows them; outside, those that do not show the
// password, and go-mail gives PLAIN and LOGIN to the own machine only.
func (s Server) auth() []gomail.Option {
	if s.Username == "" {
		return nil
	}
	mechanisms := []gomail.SMTPAuthType{gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthCramMD5}
	if s.Security == "none" {
		mechanisms = []gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthCramMD5, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin}
	}
	return []gomail.Option{gomail.WithOpportunisticSMTPAuth(mechanisms...), gomail.WithUsername(s.Username), gomail.WithPassword(s.Password)}
}

// drop ends the connection at once and without a word: inside DATA any further byte could end the mail halfway and have it delivered.
func (c *conn) drop() {
	c.once.Do(func() {
		c.raw.Close()
		if c.dropped != nil {
			c.dropped()
		}
	})
}

// quit takes leave of a server with which everything is in order (RFC 5321 section 4.1.1.10).
func (c *conn) quit() {
	if c.client.UpdateDeadline(time.Second) == nil {
		_ = c.client.Quit() // it asks nothing of us when it fails; drop follows
	}
	c.drop()
}

// heloName is how we introduce ourselves (RFC 5321 section 4.1.4): the machine's full name, otherwise the domain of the address.
func heloName(address string) string {
	if name, err := os.Hostname(); err == nil && strings.Contains(name, ".") {
		return name
	}
	if _, domain, ok := strings.Cut(address, "@"); ok && isASCII(domain) {
		return domain
	}
	return "localhost"
}

// Check connects to a server, authenticates and takes leave. The findings say what the server offers that matters to our mails.
func Check(ctx context.Context, server Server) ([]string, error) {
	c, err := dial(ctx, server, heloName(server.Username), usual)
	if err != nil {
		return nil, err
	}
	defer c.quit()
	var findings []string
	switch state, err := c.client.GetTLSConnectionState(); {
	case err == nil && server.Security == "starttls":
		findings = append(findings, "STARTTLS in use, "+tls.VersionName(state.Version))
	case err == nil:
		findings = append(findings, "encrypted from the first byte, "+tls.VersionName(state.Version))
	case !errors.Is(err, smtp.ErrNonTLSConnection):
		return nil, server.failure("connect", err)
	default:
		finding := "not encrypted"
		if offered, _ := c.client.Extension("STARTTLS"); offered {
			finding += ", though the server offers STARTTLS"
		}
		findings = append(findings, finding)
	}
	if server.Username == "" {
		findings = append(findings, "no AUTH asked for")
	} else {
		findings = append(findings, "AUTH accepted")
	}
	if limit := c.sizeLimit(); limit > 0 {
		findings = append(findings, fmt.Sprintf("SIZE %d: larger mails are refused", limit))
	} else {
		findings = append(findings, "SIZE without a limit")
	}
	for _, extension := range []string{"8BITMIME", "SMTPUTF8"} {
		if offered, _ := c.client.Extension(extension); !offered {
			extension = "no " + extension
		}
		findings = append(findings, extension)
	}
	return findings, nil
}
