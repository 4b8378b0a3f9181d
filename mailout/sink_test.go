package mailout

import (
	"bytes"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
)

// sink is a submission server that does what the recipient's local part asks for: tempfail@, permfail@, refused@ (at the end of DATA),
// blocked@ (450 at the end), dropped@ (mid-DATA), silent@ (taken, but no reply to the final dot), slow@ (taken when slow is let go).
type sink struct {
	t       testing.TB
	address string
	tls     *tls.Config
	client  *tls.Config // trusts the sink
	implied bool        // TLS from the first byte

	slow    chan struct{}                    // slow@ waits until it is closed
	left    chan bool                        // a connection ended
	reached chan string                      // recipients that reached slow@
	onMail  func(s *session) error           // nil: nothing more
	onData  func(s *session, raw []byte)     // before the reply
	onAuth  func(user, password string) bool // nil: no AUTH is asked
	size    int64
	utf8    bool

	mu       sync.Mutex
	server   *gosmtp.Server
	listener net.Listener
	healed   bool // faults are over
	conns    int
	open     int
	most     int // connections at a time; 0: any
	got      map[string][][]byte
	order    []string
	recorded []string // MAIL options
}

func newSink(t testing.TB, set func(*sink)) *sink {
	t.Helper()
	s := &sink{t: t, slow: make(chan struct{}), reached: make(chan string, 100), left: make(chan bool, 1000), got: map[string][][]byte{}}
	certified := httptest.NewTLSServer(nil)
	s.tls = &tls.Config{Certificates: certified.TLS.Certificates}
	s.client = &tls.Config{RootCAs: certified.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	certified.Close()
	if set != nil {
		set(s)
	}
	s.up()
	t.Cleanup(s.down)
	return s
}

// up starts the server; after a down on the same port.
func (s *sink) up() {
	server := gosmtp.NewServer(gosmtp.BackendFunc(s.session))
	server.Domain, server.TLSConfig, server.AllowInsecureAuth, server.MaxMessageBytes = "sink.test", s.tls, true, s.size
	server.EnableSMTPUTF8 = s.utf8
	server.ReadTimeout, server.WriteTimeout = time.Minute, time.Minute
	server.ErrorLog = log.New(io.Discard, "", 0)
	address := s.address
	if address == "" {
		address = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.address = l.Addr().String()
	if s.implied {
		l = tls.NewListener(l, s.tls)
	}
	s.mu.Lock()
	s.server, s.listener = server, l
	s.mu.Unlock()
	go server.Serve(l)
}

func (s *sink) down() {
	s.mu.Lock()
	server, l := s.server, s.listener
	s.mu.Unlock()
	l.Close() // Serve may not have begun
	server.Close()
}

func (s *sink) heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.healed = true
}

// at is the way to the sink, without TLS and AUTH.
func (s *sink) at() Server { return Server{Address: s.address, Security: "none"} }

// copies are the mails that were taken, by Message-ID.
func (s *sink) copies(id string) [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got["<"+id+">"]
}

func (s *sink) recipients() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.order...)
}

func (s *sink) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}

type session struct {
	sink     *sink
	conn     *gosmtp.Conn
	mails    int // MAIL commands on this connection
	to       string
	loggedIn bool
}

func (s *sink) session(c *gosmtp.Conn) (gosmtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns++; s.most > 0 && s.open >= s.most {
		return nil, &gosmtp.SMTPError{Code: 421, EnhancedCode: gosmtp.EnhancedCode{4, 7, 0}, Message: "too many connections"}
	}
	s.open++
	return &session{sink: s, conn: c}, nil
}

func (s *session) Logout() error {
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	s.sink.open--
	s.sink.left <- true
	return nil
}

func (s *session) Reset() { s.to = "" }

func (s *session) AuthMechanisms() []string {
	if s.sink.onAuth == nil {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if !s.sink.onAuth(user, password) {
			return &gosmtp.SMTPError{Code: 535, EnhancedCode: gosmtp.EnhancedCode{5, 7, 8}, Message: "no entry with password " + password}
		}
		s.loggedIn = true
		return nil
	}), nil
}

func (s *session) Mail(from string, opts *gosmtp.MailOptions) error {
	s.mails++
	if s.sink.onAuth != nil && !s.loggedIn {
		return gosmtp.ErrAuthRequired
	}
	s.sink.mu.Lock()
	if opts.UTF8 {
		from += " SMTPUTF8"
	}
	s.sink.recorded = append(s.sink.recorded, from)
	s.sink.mu.Unlock()
	if s.sink.onMail != nil {
		return s.sink.onMail(s)
	}
	return nil
}

func (s *session) fault() string {
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	if s.sink.healed {
		return ""
	}
	fault, _, _ := strings.Cut(s.to, "@")
	return strings.TrimRight(fault, "0123456789")
}

func (s *session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	s.to = to
	switch s.fault() {
	case "tempfail":
		return &gosmtp.SMTPError{Code: 451, EnhancedCode: gosmtp.EnhancedCode{4, 7, 1}, Message: "greylisted, come back"}
	case "permfail":
		return &gosmtp.SMTPError{Code: 550, EnhancedCode: gosmtp.EnhancedCode{5, 1, 1}, Message: "<" + to + "> is unknown here"}
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	if s.fault() == "dropped" {
		io.ReadFull(r, make([]byte, 100))
		s.conn.Close()
		return io.ErrUnexpectedEOF
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	switch s.fault() {
	case "refused":
		return &gosmtp.SMTPError{Code: 554, EnhancedCode: gosmtp.EnhancedCode{5, 6, 0}, Message: "we do not like it"}
	case "blocked":
		return &gosmtp.SMTPError{Code: 450, EnhancedCode: gosmtp.EnhancedCode{4, 3, 0}, Message: "queue is full"}
	case "slow":
		s.sink.reached <- s.to
		<-s.sink.slow
	}
	s.take(raw)
	if s.fault() == "silent" {
		s.conn.Close()
	}
	return nil
}

func (s *session) take(raw []byte) {
	if s.sink.onData != nil {
		s.sink.onData(s, raw)
	}
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		s.sink.t.Errorf("the sink got what is no mail: %v", err)
		return
	}
	id := m.Header.Get("Message-ID")
	s.sink.got[id] = append(s.sink.got[id], raw)
	s.sink.order = append(s.sink.order, s.to)
}
