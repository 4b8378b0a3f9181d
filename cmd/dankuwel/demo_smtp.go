package main

import (
	"io"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// slowness is how long mail to slow@ takes.
const slowness = 10 * time.Second

// submission is one SMTP connection. Who logged in may write to everybody; who did not is a stranger's server and may write to our
// own people only. Some names fail on demand, in any domain: tempfail@, permfail@, slow@, dropped@.
type submission struct {
	post *postOffice
	conn *smtp.Conn
	by   *postAccount // nil: nobody logged in
	from string
	to   []string
}

func (p *postOffice) newSMTPServer() *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &submission{post: p, conn: c}, nil }))
	s.Domain = demoServerName
	s.AllowInsecureAuth = true
	s.MaxMessageBytes = 60e6
	s.MaxRecipients = 50
	s.MaxLineLength = 1 << 20 // what mail programs send is more telling than what they should
	s.EnableSMTPUTF8 = true
	s.ErrorLog = serverLog{p.log}
	return s
}

// AuthMechanisms offers what every mail program knows.
func (s *submission) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth begins a login.
func (s *submission) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if s.by = s.post.login(username, password); s.by == nil {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

// Mail begins a mail transaction.
func (s *submission) Mail(from string, _ *smtp.MailOptions) error {
	s.from, s.to = from, nil
	return nil
}

// Rcpt adds a recipient.
func (s *submission) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch demoFault(to) {
	case "tempfail":
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "this address fails for now, always"}
	case "":
		a := s.post.account(to)
		if a == nil {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "there is nobody of that name here"}
		}
		if a.login == demoOutside && s.by == nil {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "log in to write to other domains"}
		}
	}
	s.to = append(s.to, to)
	return nil
}

// Data takes the mail and delivers it at once.
func (s *submission) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	slow := false
	for _, to := range s.to {
		switch demoFault(to) {
		case "dropped":
			s.post.log.Info("post: a connection is dropped")
			return s.conn.Conn().Close()
		case "slow":
			slow = true
		}
	}
	if slow {
		select {
		case <-time.After(slowness):
		case <-s.post.ended.Done():
			return &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "the server stops"}
		}
	}
	for _, to := range s.to {
		switch demoFault(to) {
		case "permfail":
			err = s.post.bounce(to, s.from, raw)
		case "slow":
			err = s.post.deliver(s.post.outside(), to, s.from, s.by, raw)
		default:
			err = s.post.deliver(s.post.account(to), to, s.from, s.by, raw)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Reset forgets the transaction.
func (s *submission) Reset() { s.from, s.to = "", nil }

// Logout ends the session.
func (s *submission) Logout() error { return nil }

// demoFault is the fault that an address asks for; "" when it asks for none.
func demoFault(address string) string {
	local, _, _ := strings.Cut(strings.ToLower(address), "@")
	switch local {
	case "tempfail", "permfail", "slow", "dropped":
		return local
	}
	return ""
}
