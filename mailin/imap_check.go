package mailin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// ServerFinding is one thing that Check saw.
type ServerFinding struct {
	Level string // ok, warning, error
	Text  string
	Mend  string // what to do about it; "" when nothing is to be done
}

// Check connects to the mailbox as a Watcher does, changes nothing, and says what it found: whether the login holds, what the server
// can do, and which folders exist. No finding holds the password.
func Check(ctx context.Context, a Account) (list []ServerFinding) {
	a = a.withDefaults()
	add := func(level, mend, format string, args ...any) {
		list = append(list, ServerFinding{Level: level, Text: a.Address + ": " + fmt.Sprintf(format, args...), Mend: mend})
	}
	l, err := dialIMAP(ctx, a.Server, usualLimits, nil)
	var login *loginError
	switch {
	case errors.As(err, &login):
		add("error", "look at username, password and auth under [mailbox.imap]", "the IMAP server refuses the login of %q: %v", a.Server.Username, err)
		return list
	case err != nil:
		add("error", "look at address, security and ca_file under [mailbox.imap], and whether the server runs", "IMAP at %s cannot be reached: %v", a.Server.Address, err)
		return list
	}
	defer l.close()
	add("ok", "", "logged in on %s as %s (%s)", a.Server.Address, a.Server.Username, a.Server.Security)
	l.checkAbilities(a, add)
	l.checkFolders(a, add)
	l.logout()
	return list
}

func (l *imapLink) checkAbilities(a Account, add func(level, mend, format string, args ...any)) {
	if !l.caps.Has(imap.CapIMAP4rev1) {
		add("warning", "", "the server announces neither IMAP4rev1 nor IMAP4rev2")
	}
	if l.caps.Has(imap.CapIdle) {
		add("ok", "", "the server has IDLE: new mail is noticed at once")
	} else {
		add("warning", "a smaller poll_interval helps", "the server has no IDLE: new mail is noticed every %v", a.Poll)
	}
	switch {
	case l.caps.Has(imap.CapMove):
		add("ok", "", "the server has MOVE: mails are filed in one step")
	case l.caps.Has(imap.CapUIDPlus):
		add("ok", "", "the server has UIDPLUS and no MOVE: mails are filed by copying, then deleted")
	default:
		add("warning", "", "the server has neither MOVE nor UIDPLUS: filed mails stay in the inbox, marked as deleted")
	}
}

func (l *imapLink) checkFolders(a Account, add func(level, mend, format string, args ...any)) {
	var data *imap.SelectData
	err := l.do("examine "+a.Inbox, func() (err error) {
		data, err = l.client.Select(a.Inbox, &imap.SelectOptions{ReadOnly: true}).Wait()
		return err
	})
	switch {
	case err != nil:
		add("error", "look at inbox under [[mailbox]]", "the inbox %q cannot be opened: %v", a.Inbox, err)
	case data.UIDValidity == 0:
		add("error", "this server cannot be used: mails have no lasting numbers on it", "the server gives no UIDVALIDITY")
	default:
		add("ok", "", "the inbox %q holds %d mails", a.Inbox, data.NumMessages)
	}
	prefix := l.namespacePrefix()
	for _, f := range []struct{ key, folder string }{{"processed", a.Processed}, {"review", a.Review}, {"shielded", a.Shielded}, {"sent", a.Sent}} {
		if f.folder == "" {
			continue
		}
		exists, err := l.folderExists(f.folder)
		switch {
		case err != nil:
			add("warning", "", "folder %s = %q cannot be looked up: %v", f.key, f.folder, err)
		case exists:
			add("ok", "", "folder %s = %q exists", f.key, f.folder)
		case prefix != "" && !strings.HasPrefix(f.folder, prefix):
			add("warning", fmt.Sprintf("write %s = %q", f.key, prefix+f.folder), "folder %s = %q does not exist, and this server may refuse to create it: folders begin with %q here", f.key, f.folder, prefix)
		default:
			add("ok", "", "folder %s = %q does not exist yet and is created when it is needed", f.key, f.folder)
		}
	}
}

// namespacePrefix is with what the server wants own folders to begin (RFC 2342), "" when with nothing.
func (l *imapLink) namespacePrefix() (prefix string) {
	if !l.caps.Has(imap.CapNamespace) {
		return ""
	}
	l.do("ask for namespaces", func() error {
		data, err := l.client.Namespace().Wait()
		if err == nil && len(data.Personal) > 0 {
			prefix = data.Personal[0].Prefix
		}
		return err
	})
	return prefix
}
