package mailin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
)

// guardedConn sees to it that a server cannot be waited for without end: the library waits for the next response without any
// deadline, and knows no context. It lies right above TCP, below TLS.
type guardedConn struct {
	net.Conn
	mu       sync.Mutex
	patience time.Duration // how long the server may be silent where the library sets no deadline
	pinned   bool          // the library's own read deadline is in force: within a response
	writePin bool
	broken   error       // the first error of the network itself
	ended    error       // of reading
	closed   bool        // by us
	release  func() bool // ends the context's hold on it
}

// writePatience is how long one write may take where the library sets no deadline (TLS handshake).
const writePatience = 60 * time.Second

// SetReadDeadline turns "no deadline" into one.
func (g *guardedConn) SetReadDeadline(t time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pinned = !t.IsZero()
	if !g.pinned {
		t = time.Now().Add(g.patience)
	}
	return g.Conn.SetReadDeadline(t)
}

// SetWriteDeadline notes whether the library minds the time itself.
func (g *guardedConn) SetWriteDeadline(t time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.writePin = !t.IsZero()
	return g.Conn.SetWriteDeadline(t)
}

// expect sets how long the server may be silent from now on.
func (g *guardedConn) expect(patience time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.patience = patience
	if !g.pinned {
		g.Conn.SetReadDeadline(time.Now().Add(patience))
	}
}

// Read fails for good once it has failed: the library passes over one error between responses and would wait for another half minute.
func (g *guardedConn) Read(p []byte) (int, error) {
	g.mu.Lock()
	ended := g.ended
	g.mu.Unlock()
	if ended != nil {
		return 0, ended
	}
	n, err := g.Conn.Read(p)
	if err != nil {
		g.note(err)
		g.mu.Lock()
		g.ended = err
		g.mu.Unlock()
	}
	return n, err
}

// Write sends, and the server's time to answer begins with the last byte: a long APPEND takes its time.
func (g *guardedConn) Write(p []byte) (int, error) {
	g.mu.Lock()
	if !g.writePin {
		g.Conn.SetWriteDeadline(time.Now().Add(writePatience))
	}
	g.mu.Unlock()
	n, err := g.Conn.Write(p)
	g.note(err)
	g.mu.Lock()
	if !g.pinned {
		g.Conn.SetReadDeadline(time.Now().Add(g.patience))
	}
	g.mu.Unlock()
	return n, err
}

func (g *guardedConn) note(err error) {
	if err == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.broken == nil && !errors.Is(err, net.ErrClosed) {
		// Without the addresses: the local port differs each time, and the same trouble is to be told once.
		var op *net.OpError
		if errors.As(err, &op) {
			err = fmt.Errorf("%s: %w", op.Op, op.Err)
		}
		g.broken = err
	}
}

// lost is the error of the network that ended the connection; nil when it was not the network.
func (g *guardedConn) lost() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.broken == nil && g.closed {
		return net.ErrClosed
	}
	return g.broken
}

// abandon closes the connection as the context's end does: what waits on it returns.
func (g *guardedConn) abandon() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.Conn.Close()
}

// imapLink is a connection that is logged in.
type imapLink struct {
	conn   *guardedConn
	client *imapclient.Client
	caps   imap.CapSet
	limit  imapLimits
}

// loginError is a login that the server refused.
type loginError struct {
	text      string // never holds the password
	temporary bool   // the server's own trouble (RFC 5530), not the password
}

func (e *loginError) Error() string { return e.text }

// dialIMAP connects and logs in. arrived is told, without blocking, when the server announces mail. The link lives as long as ctx.
func dialIMAP(ctx context.Context, srv Server, limit imapLimits, arrived func()) (*imapLink, error) {
	dialer := net.Dialer{Timeout: limit.dial}
	tcp, err := dialer.DialContext(ctx, "tcp", srv.Address)
	if err != nil {
		return nil, fmt.Errorf("connect to the IMAP server: %w", err)
	}
	conn := &guardedConn{Conn: tcp, patience: limit.answer}
	conn.release = context.AfterFunc(ctx, conn.abandon)
	l := &imapLink{conn: conn, limit: limit}
	if err = l.greet(ctx, srv, arrived); err == nil {
		err = l.login(srv)
	}
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// greet sets TLS up and waits for the server's greeting.
func (l *imapLink) greet(ctx context.Context, srv Server, arrived func()) (err error) {
	options := &imapclient.Options{
		TLSConfig: serverTLS(srv),
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{
			// It runs on the goroutine that reads: it must neither block nor give commands.
			Mailbox: func(data *imapclient.UnilateralDataMailbox) {
				if data.NumMessages != nil && arrived != nil {
					arrived()
				}
			},
		},
	}
	switch srv.Security {
	case "starttls": // RFC 9051 section 6.2.1; the library refuses PREAUTH, which would leave it out
		if l.client, err = imapclient.NewStartTLS(l.conn, options); err != nil {
			return l.explain("set up STARTTLS", err)
		}
	case "tls":
		c := tls.Client(l.conn, options.TLSConfig)
		within, cancel := context.WithTimeout(ctx, l.limit.dial)
		defer cancel()
		if err := c.HandshakeContext(within); err != nil {
			return fmt.Errorf("set up TLS: %w", err)
		}
		l.client = imapclient.New(c, options)
	case "none":
		l.client = imapclient.New(l.conn, options)
	default:
		return fmt.Errorf("unknown IMAP security %q: tls, starttls or none", srv.Security)
	}
	if err := l.client.WaitGreeting(); err != nil {
		return l.explain("greet", err)
	}
	return nil
}

func serverTLS(srv Server) *tls.Config {
	config := &tls.Config{}
	if srv.TLS != nil {
		config = srv.TLS.Clone()
	}
	if config.ServerName == "" {
		if host, _, err := net.SplitHostPort(srv.Address); err == nil {
			config.ServerName = host
		}
	}
	return config
}

// login logs in and asks what the server can do: that may differ before and after (RFC 9051 section 6.1.1).
func (l *imapLink) login(srv Server) error {
	if l.client.State() == imap.ConnStateNotAuthenticated {
		if err := l.do("log in", func() error { return l.authenticate(srv) }); err != nil {
			text := err.Error()
			if srv.Password != "" { // A server may quote the command it refuses.
				text = strings.ReplaceAll(text, srv.Password, "…")
			}
			var status *imap.Error
			if !errors.As(err, &status) {
				return errors.New(text)
			}
			temporary := status.Code == imap.ResponseCodeUnavailable || status.Code == imap.ResponseCodeInUse || status.Code == imap.ResponseCodeLimit
			return &loginError{text: text, temporary: temporary}
		}
	}
	return l.do("ask for capabilities", func() (err error) {
		l.caps, err = l.client.Capability().Wait()
		return err
	})
}

func (l *imapLink) authenticate(srv Server) error {
	caps := l.client.Caps()
	if !caps.Has(imap.CapLoginDisabled) {
		return l.client.Login(srv.Username, srv.Password).Wait()
	}
	if srv.Security == "none" { // RFC 9051 section 6.2.3
		return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodePrivacyRequired, Text: "no login without encryption; set security to starttls or tls"}
	}
	return l.client.Authenticate(sasl.NewPlainClient("", srv.Username, srv.Password))
}

// do gives one command and waits for its end; the server must keep answering meanwhile.
func (l *imapLink) do(what string, command func() error) error {
	l.conn.expect(l.limit.answer)
	err := command()
	l.conn.expect(l.limit.quiet)
	return l.explain(what, err)
}

// explain wraps err with what was tried and, when the network failed, with that: the library tells only what it could not parse then.
func (l *imapLink) explain(what string, err error) error {
	if err == nil {
		return nil
	}
	var status *imap.Error
	if errors.As(err, &status) {
		return fmt.Errorf("%s: %w", what, err)
	}
	if lost := l.conn.lost(); lost != nil {
		if errors.Is(lost, io.EOF) {
			return fmt.Errorf("%s: the server closed the connection: %w", what, io.ErrUnexpectedEOF)
		}
		return fmt.Errorf("%s: %w", what, lost)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// isRefusal tells whether the server answered NO or BAD: the connection goes on.
func isRefusal(err error) bool {
	var status *imap.Error
	return errors.As(err, &status)
}

// logout takes leave (RFC 9051 section 6.1.3). How it ends does not matter.
func (l *imapLink) logout() {
	l.do("log out", func() error { return l.client.Logout().Wait() })
}

// close ends the connection. TCP goes first: the library's Close waits for its reader, who may wait for the network.
func (l *imapLink) close() {
	l.conn.release()
	l.conn.abandon()
	if l.client != nil {
		l.client.Close()
	}
}
