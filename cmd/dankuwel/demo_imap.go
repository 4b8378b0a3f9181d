package main

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// postSession is one IMAP connection. The in-memory server does all but three things: it knows logins by one name only, its IDLE
// sleeps over what changed between the command before and IDLE, and it tells nobody outside of a change.
type postSession struct {
	*imapmemserver.UserSession // nil before the login
	post                       *postOffice
}

func (p *postOffice) newIMAPServer() *imapserver.Server {
	return imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &postSession{post: p}, nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapNamespace: {}, imap.CapUIDPlus: {}, imap.CapESearch: {}, imap.CapListExtended: {},
			imap.CapListStatus: {}, imap.CapMove: {}, imap.CapStatusSize: {}, imap.CapLiteralPlus: {}},
		Logger:       serverLog{p.log},
		InsecureAuth: true,
	})
}

// Login accepts the short name and the address of a person.
func (s *postSession) Login(username, password string) error {
	a := s.post.login(username, password)
	if a == nil {
		return imapserver.ErrAuthFailed
	}
	s.UserSession = imapmemserver.NewUserSession(a.mail)
	return nil
}

// Close ends the session.
func (s *postSession) Close() error {
	defer s.post.sessions.Done()
	return s.UserSession.Close()
}

// Idle tells the client of changes until it says DONE.
func (s *postSession) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	for {
		changed := s.post.nextChange()
		if err := s.Poll(w, true); err != nil {
			return err
		}
		select {
		case <-changed:
		case <-stop:
			return nil
		}
	}
}

// Append stores a mail.
func (s *postSession) Append(mailbox string, r imap.LiteralReader, options *imap.AppendOptions) (*imap.AppendData, error) {
	defer s.post.changed()
	return s.UserSession.Append(mailbox, r, options)
}

// Copy copies mails to another folder.
func (s *postSession) Copy(set imap.NumSet, dest string) (*imap.CopyData, error) {
	defer s.post.changed()
	return s.UserSession.Copy(set, dest)
}

// Move moves mails to another folder.
func (s *postSession) Move(w *imapserver.MoveWriter, set imap.NumSet, dest string) error {
	defer s.post.changed()
	return s.UserSession.Move(w, set, dest)
}

// Store changes flags.
func (s *postSession) Store(w *imapserver.FetchWriter, set imap.NumSet, flags *imap.StoreFlags, options *imap.StoreOptions) error {
	defer s.post.changed()
	return s.UserSession.Store(w, set, flags, options)
}

// Expunge removes what is marked as deleted.
func (s *postSession) Expunge(w *imapserver.ExpungeWriter, uids *imap.UIDSet) error {
	defer s.post.changed()
	return s.UserSession.Expunge(w, uids)
}

// serverLog keeps the servers' chatter about lost connections away and lets through what is a fault.
type serverLog struct{ log *slog.Logger }

// Printf logs a line of a server.
func (l serverLog) Printf(format string, v ...any) {
	text := fmt.Sprintf(format, v...)
	if strings.HasPrefix(text, "panic") {
		l.log.Error("mail server of the demo", "error", text)
		return
	}
	l.log.Debug("mail server of the demo", "says", text)
}

// Println logs a line of a server.
func (l serverLog) Println(v ...any) { l.Printf("%s", fmt.Sprint(v...)) }
