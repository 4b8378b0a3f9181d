//go:build e2e

package e2e

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// patience is how long a story waits for an event that must come. No figure is measured against it; it is longer than
// the program's own pause between two tries.
const patience = 90 * time.Second

// mailbox is an IMAP session of a person who looks into one folder.
type mailbox struct {
	*imapclient.Client
	login, folder string
	stirred       chan struct{} // the server said something about the folder
}

// openMailbox logs in and opens the folder; a folder that does not exist is an error.
func (r *rig) openMailbox(login, folder string) (*mailbox, error) {
	return r.openMailboxWith(login, folder, func(uint32) {})
}

// openMailboxWith also calls exists, on the reading goroutine, each time the server announces a number of mails.
func (r *rig) openMailboxWith(login, folder string, exists func(mails uint32)) (*mailbox, error) {
	m := &mailbox{login: login, folder: folder, stirred: make(chan struct{}, 1)}
	conn, err := net.DialTimeout("tcp", local(r.Ports.IMAP), 5*time.Second)
	if err != nil {
		return nil, err
	}
	stir := func() {
		select {
		case m.stirred <- struct{}{}:
		default:
		}
	}
	m.Client = imapclient.New(conn, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(data *imapclient.UnilateralDataMailbox) {
			if data.NumMessages != nil {
				exists(*data.NumMessages)
			}
			stir()
		},
		Expunge: func(uint32) { stir() },
	}})
	if err := m.Login(login, "geheim").Wait(); err != nil {
		m.Close()
		return nil, fmt.Errorf("log in as %s: %w", login, err)
	}
	if _, err := m.Select(folder, nil).Wait(); err != nil {
		m.Close()
		return nil, fmt.Errorf("open %s of %s: %w", folder, login, err)
	}
	return m, nil
}

// mails reads the whole folder, oldest first.
func (m *mailbox) mails() ([]*letter, error) {
	everything := &imap.FetchItemBodySection{Peek: true}
	found, err := m.Fetch(imap.UIDSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{everything}}).Collect()
	if err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", m.folder, m.login, err)
	}
	var mails []*letter
	for _, f := range found {
		mails = append(mails, parseLetter(f.FindBodySection(everything)))
	}
	return mails, nil
}

// idle returns when the server says that the folder has changed, and false when it said nothing before the alarm or in time.
func (m *mailbox) idle(until time.Time, alarm <-chan struct{}) (bool, error) {
	idling, err := m.Idle()
	if err != nil {
		return false, err
	}
	changed := false
	select {
	case <-m.stirred:
		changed = true
	case <-m.Closed():
	case <-alarm:
	case <-time.After(time.Until(until)):
	}
	if err := idling.Close(); err != nil {
		return changed, err
	}
	return changed, idling.Wait()
}

// mails is what lies in a folder of a user now; a folder that was never made is empty.
func (r *rig) mails(t *testing.T, login, folder string) []*letter {
	t.Helper()
	m, err := r.openMailbox(login, folder)
	if err != nil {
		if !r.hasFolder(t, login, folder) {
			return nil
		}
		t.Fatal(err)
	}
	defer m.Close()
	mails, err := m.mails()
	if err != nil {
		t.Fatal(err)
	}
	return mails
}

// count is the number of mails in a folder, asked without opening it.
func (r *rig) count(t *testing.T, login, folder string) int {
	t.Helper()
	if !r.hasFolder(t, login, folder) {
		return 0
	}
	return int(*r.status(t, login, folder).NumMessages)
}

// uidNext is one more than the number of mails that ever lay in the folder under its present UIDVALIDITY (RFC 3501 section 2.3.1.1).
func (r *rig) uidNext(t *testing.T, login, folder string) int {
	t.Helper()
	return int(r.status(t, login, folder).UIDNext)
}

func (r *rig) status(t *testing.T, login, folder string) *imap.StatusData {
	t.Helper()
	m, err := r.openMailbox(login, "INBOX")
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	data, err := m.Status(folder, &imap.StatusOptions{NumMessages: true, UIDNext: true, UIDValidity: true}).Wait()
	if err != nil {
		t.Fatalf("status of %s of %s: %v", folder, login, err)
	}
	return data
}

func (r *rig) hasFolder(t *testing.T, login, folder string) bool {
	t.Helper()
	m, err := r.openMailbox(login, "INBOX")
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	found, err := m.List("", folder, nil).Collect()
	if err != nil {
		t.Fatal(err)
	}
	return len(found) > 0
}

// await watches a folder, by IDLE, until what lies there is what is wanted, and returns it.
func (r *rig) await(t *testing.T, login, folder, what string, wanted func([]*letter) bool) []*letter {
	t.Helper()
	long := patience
	if r.alarm == nil { // no service runs: what is to come is already on its way through Postfix
		long = 10 * time.Second
	}
	until := time.Now().Add(long)
	m, err := r.openMailbox(login, folder)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for {
		mails, err := m.mails()
		if err != nil {
			t.Fatal(err)
		}
		if wanted(mails) {
			return mails
		}
		if changed, err := m.idle(until, r.alarm); err != nil || !changed {
			waited := long - time.Until(until).Round(time.Second)
			t.Fatalf("%s of %s: %s did not come, waited %v (%v); there are %s", folder, login, what, waited, err, describe(mails))
		}
	}
}

// awaitKind waits for n mails of a kind and returns the newest of them.
func (r *rig) awaitKind(t *testing.T, login, kind string, n int) *letter {
	t.Helper()
	var newest *letter
	r.await(t, login, "INBOX", fmt.Sprintf("%d × %s", n, kind), func(mails []*letter) bool {
		of := ofKind(mails, kind)
		if len(of) >= n {
			newest = of[len(of)-1]
		}
		return newest != nil
	})
	return newest
}

// appendMail puts a mail into a folder with a date of receipt of its own (INTERNALDATE).
func (r *rig) appendMail(t *testing.T, login, folder string, raw []byte, received time.Time) {
	t.Helper()
	m, err := r.openMailbox(login, "INBOX")
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	cmd := m.Append(folder, int64(len(raw)), &imap.AppendOptions{Time: received})
	cmd.Write(raw)
	cmd.Close()
	if _, err := cmd.Wait(); err != nil {
		t.Fatalf("append to %s of %s: %v", folder, login, err)
	}
}

// move drags every mail of a folder into another, as a person with a mail client does.
func (r *rig) move(t *testing.T, login, from, to string) {
	t.Helper()
	m, err := r.openMailbox(login, from)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if _, err := m.Move(imap.SeqSet{{Start: 1, Stop: 0}}, to).Wait(); err != nil {
		t.Fatalf("move from %s to %s: %v", from, to, err)
	}
}
