package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"

	"dankuwel/models"
)

// postOffice is the mail of the whole demo world in memory: an account per person, an SMTP server that takes mail in and an IMAP
// server that gives it out. It does what a provider's server does for the register: trace fields, the word on who logged in, and
// delivery status notifications.
type postOffice struct {
	now      func() time.Time
	log      *slog.Logger
	accounts []*postAccount
	ended    context.Context // when the servers stop, what waits in them stops
	end      context.CancelFunc

	imapAddress, smtpAddress string
	imapListener             *trackedListener
	smtpListener             *trackedListener
	imapServer               *imapserver.Server
	smtpServer               *smtp.Server
	sessions                 sync.WaitGroup // of IMAP
	serving                  sync.WaitGroup

	mu      sync.Mutex
	serial  int
	journal []delivery
	change  chan struct{} // closed at the next change of any mailbox
}

type postAccount struct {
	demoPerson
	mail *imapmemserver.User
}

// delivery is a mail that was put into a mailbox.
type delivery struct {
	to     *postAccount
	rcpt   string // the envelope's recipient
	sender string // the envelope's sender
	raw    []byte
}

func newPostOffice(now func() time.Time, log *slog.Logger) *postOffice {
	p := &postOffice{now: now, log: log, change: make(chan struct{})}
	p.ended, p.end = context.WithCancel(context.Background())
	for _, person := range demoPeople {
		a := &postAccount{demoPerson: person, mail: imapmemserver.NewUser(person.login, demoPassword)}
		folders := []string{"INBOX", "Sent", "Drafts", "Trash"}
		if person.address == demoRegister {
			folders = folders[:1] // the register makes its own
		}
		for _, folder := range folders {
			_ = a.mail.Create(folder, nil) // fails only for a name that is there
			_ = a.mail.Subscribe(folder)
		}
		p.accounts = append(p.accounts, a)
	}
	return p
}

// open begins to listen and to serve.
func (p *postOffice) open(imapAddress, smtpAddress string) (err error) {
	if p.imapListener, err = listenTracked(imapAddress); err != nil {
		return fmt.Errorf("IMAP server: %w", err)
	}
	if p.smtpListener, err = listenTracked(smtpAddress); err != nil {
		return fmt.Errorf("SMTP server: %w", err)
	}
	p.imapAddress, p.smtpAddress = p.imapListener.Addr().String(), p.smtpListener.Addr().String()
	p.imapListener.accepted = func() { p.sessions.Add(1) }
	p.imapServer, p.smtpServer = p.newIMAPServer(), p.newSMTPServer()
	p.serving.Go(func() { _ = p.imapServer.Serve(p.imapListener) })
	p.serving.Go(func() { _ = p.smtpServer.Serve(p.smtpListener) })
	return nil
}

// close ends both servers and waits for all their sessions.
func (p *postOffice) close() {
	p.end()
	if p.smtpServer != nil {
		p.smtpListener.closeAll()
		_ = p.smtpServer.Shutdown(context.Background())
		_ = p.imapServer.Close()
		p.imapListener.closeAll()
		p.sessions.Wait()
		p.serving.Wait()
	} else if p.imapListener != nil {
		p.imapListener.closeAll()
	}
}

// login finds the account of a user, by login or by address; nil when the password is not his.
func (p *postOffice) login(username, password string) *postAccount {
	for _, a := range p.accounts {
		if (username == a.login || strings.EqualFold(username, a.address) && a.address != "") && password == demoPassword {
			return a
		}
	}
	return nil
}

// account finds who gets the mail for an address: plus parts are folded away (RFC 5233), and the whole rest of the world has one
// mailbox. nil: there is nobody of that name in our domains.
func (p *postOffice) account(address string) *postAccount {
	local, domain, _ := strings.Cut(models.FoldAddress(address), "@")
	local, _, _ = strings.Cut(local, "+")
	ours := false
	for _, a := range p.accounts {
		l, d, _ := strings.Cut(a.address, "@")
		if a.login == demoOutside && !ours || l == local && d == domain {
			return a
		}
		ours = ours || d == domain
	}
	return nil
}

// outside is the mailbox of the rest of the world.
func (p *postOffice) outside() *postAccount { return p.accounts[len(p.accounts)-1] }

// deliver puts a mail into a mailbox, with the trace fields of RFC 5321 section 4.4 on top.
func (p *postOffice) deliver(to *postAccount, rcpt, sender string, by *postAccount, raw []byte) error {
	results, with := "none", "ESMTP"
	if by != nil {
		results, with = "auth=pass smtp.auth="+by.address, "ESMTPA"
		if by.address == "" {
			results = "auth=pass smtp.auth=" + by.login
		}
	}
	at := p.now()
	var b bytes.Buffer
	fmt.Fprintf(&b, "Return-Path: <%s>\r\nAuthentication-Results: %s; %s\r\n", sender, demoServerName, results)
	fmt.Fprintf(&b, "Received: from [127.0.0.1] by %s with %s id %06d\r\n\tfor <%s>; %s\r\n", demoServerName, with, p.number(), rcpt, at.Format(time.RFC1123Z))
	b.Write(withoutTrace(raw))
	if err := p.put(to, b.Bytes(), at); err != nil {
		return err
	}
	p.mu.Lock()
	p.journal = append(p.journal, delivery{to: to, rcpt: rcpt, sender: sender, raw: b.Bytes()})
	p.mu.Unlock()
	p.log.Info("post", "for", to.login)
	p.changed()
	return nil
}

func (p *postOffice) put(to *postAccount, raw []byte, at time.Time) error {
	_, err := to.mail.Append("INBOX", bytes.NewReader(raw), &imap.AppendOptions{Time: at})
	return err
}

// bounce tells the envelope sender that a mail could not be delivered after all (RFC 3464). Nobody is told about a bounce.
func (p *postOffice) bounce(rcpt, sender string, raw []byte) error {
	to := p.account(sender)
	if sender == "" || to == nil {
		return nil
	}
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	n := p.number()
	boundary := fmt.Sprintf("report-%06d", n)
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: Mail Delivery System <MAILER-DAEMON@%s>\r\nTo: <%s>\r\nSubject: Undelivered Mail Returned to Sender\r\n", demoServerName, sender)
	fmt.Fprintf(&b, "Date: %s\r\nMessage-ID: <%06d@%s>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n", p.now().Format(time.RFC1123Z), n, demoServerName)
	fmt.Fprintf(&b, "Content-Type: multipart/report; report-type=delivery-status; boundary=%q\r\n\r\n", boundary)
	fmt.Fprintf(&b, "--%s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nYour mail to %s could not be delivered: there is no such mailbox.\r\n\r\n", boundary, rcpt)
	fmt.Fprintf(&b, "--%s\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; %s\r\n\r\n", boundary, demoServerName)
	fmt.Fprintf(&b, "Final-Recipient: rfc822; %s\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such mailbox\r\n\r\n", rcpt)
	fmt.Fprintf(&b, "--%s\r\nContent-Type: text/rfc822-headers\r\n\r\n%s\r\n\r\n--%s--\r\n", boundary, head, boundary)
	p.log.Info("post: a mail bounces", "for", to.login)
	return p.deliver(to, sender, "", nil, b.Bytes())
}

func (p *postOffice) number() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.serial++
	return p.serial
}

// changed tells everybody who waits that something has changed.
func (p *postOffice) changed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.change)
	p.change = make(chan struct{})
}

// nextChange is closed at the next change.
func (p *postOffice) nextChange() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.change
}

// deliveries lists what was delivered since the first n.
func (p *postOffice) deliveries(n int) []delivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]delivery(nil), p.journal[n:]...)
}

// count is how many mails lie in a folder; 0 when there is no such folder.
func (p *postOffice) count(address, folder string) int {
	data, err := p.account(address).mail.Status(folder, &imap.StatusOptions{NumMessages: true})
	if err != nil {
		return 0
	}
	return int(*data.NumMessages)
}

// withoutTrace takes out of a header what only this server may say: otherwise anybody could bring his own proof along (RFC 8601
// section 5).
func withoutTrace(raw []byte) []byte {
	head, body, whole := bytes.Cut(raw, []byte("\r\n\r\n"))
	var b bytes.Buffer
	drop := false
	for _, line := range bytes.SplitAfter(head, []byte("\r\n")) {
		if len(line) > 0 && line[0] != ' ' && line[0] != '\t' {
			name, value, _ := strings.Cut(string(line), ":")
			name = strings.ToLower(strings.TrimSpace(name))
			drop = name == "return-path" || name == "authentication-results" && strings.Contains(strings.ToLower(value), demoServerName) ||
				name == "authentication-results" && strings.TrimSpace(value) == ""
		}
		if !drop {
			b.Write(line)
		}
	}
	if whole {
		if b.Len() > 0 && !bytes.HasSuffix(b.Bytes(), []byte("\r\n")) {
			b.WriteString("\r\n")
		}
		b.WriteString("\r\n")
		b.Write(body)
	}
	return b.Bytes()
}

// trackedListener knows its connections, so that all of them can be closed.
type trackedListener struct {
	net.Listener
	accepted func() // nil: nothing
	mu       sync.Mutex
	conns    map[net.Conn]bool
	closed   bool
}

func listenTracked(address string) (*trackedListener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	return &trackedListener{Listener: l, conns: map[net.Conn]bool{}}, nil
}

// Accept waits for the next connection.
func (l *trackedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, errors.Join(net.ErrClosed, c.Close())
	}
	t := &trackedConn{Conn: c, list: l}
	l.conns[t] = true
	if l.accepted != nil {
		l.accepted()
	}
	return t, nil
}

func (l *trackedListener) closeAll() {
	_ = l.Close()
	l.mu.Lock()
	l.closed = true
	var open []net.Conn
	for c := range l.conns {
		open = append(open, c)
	}
	l.mu.Unlock()
	for _, c := range open {
		_ = c.Close()
	}
}

type trackedConn struct {
	net.Conn
	list *trackedListener
}

// Close closes the connection and forgets it.
func (c *trackedConn) Close() error {
	c.list.mu.Lock()
	delete(c.list.conns, c)
	c.list.mu.Unlock()
	return c.Conn.Close()
}
