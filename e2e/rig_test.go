//go:build e2e

package e2e

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// rig is one running pair of Dovecot and Postfix. It serves one story at a time and is emptied in between.
type rig struct {
	dir   string
	Ports struct{ IMAP, IMAPS, Submission, SMTPS, SMTP int }
	CA    string `json:"ca_cert"`
	Auth  string `json:"authserv_id"`

	holder *exec.Cmd      // `mailrig hold`: the servers live as long as its standard input is open
	leash  io.WriteCloser // that standard input

	alarm <-chan struct{} // closed when nothing more is to be waited for: the service has ended. Nil: nobody gives alarm
}

// rigs lends rigs out. A rig is started when it is first needed, DK_RIGS of them at most.
var rigs = struct {
	sync.Mutex
	free    chan *rig
	started []*rig
}{free: make(chan *rig, 64)}

func borrowRig(t *testing.T) *rig {
	t.Helper()
	r, err := freeRig()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if said, err := r.mailrig("reset"); err != nil {
			t.Errorf("reset the rig: %v\n%s", err, said)
		}
		rigs.free <- r
	})
	return r
}

func freeRig() (*rig, error) {
	select {
	case r := <-rigs.free:
		return r, nil
	default:
	}
	rigs.Lock()
	if len(rigs.started) >= number("DK_RIGS", 2) {
		rigs.Unlock()
		return <-rigs.free, nil
	}
	defer rigs.Unlock()
	r, err := startRig(filepath.Join(root, fmt.Sprintf("rig%d", len(rigs.started))))
	if err != nil {
		return nil, err
	}
	rigs.started = append(rigs.started, r)
	return r, nil
}

func startRig(dir string) (*rig, error) {
	for program, packages := range map[string]string{
		"python3": "python3", "openssl": "openssl", "/usr/sbin/postfix": "postfix",
		"/usr/sbin/dovecot": "dovecot-imapd dovecot-lmtpd", "/usr/lib/dovecot/lmtp": "dovecot-lmtpd",
	} {
		if err := need(program, packages); err != nil {
			return nil, err
		}
	}
	r := &rig{dir: dir}
	r.holder = exec.Command(mailrigScript(), "hold", dir)
	r.holder.Stderr = os.Stderr
	said, err := r.holder.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if r.leash, err = r.holder.StdinPipe(); err != nil {
		return nil, err
	}
	if err := r.holder.Start(); err != nil {
		return nil, fmt.Errorf("start mailrig: %w", err)
	}
	if line, err := bufio.NewReader(said).ReadString('\n'); line != "up\n" {
		return nil, fmt.Errorf("mailrig did not come up: %q, %v, %v", line, err, r.holder.Wait())
	}
	facts, err := os.ReadFile(filepath.Join(dir, "rig.json"))
	if err != nil {
		return nil, err
	}
	return r, json.Unmarshal(facts, r)
}

func stopRigs() {
	for _, r := range rigs.started {
		r.leash.Close()
	}
	for _, r := range rigs.started {
		r.holder.Wait()
	}
}

func mailrigScript() string { return filepath.Join(checkout(), "e2e", "mailrig", "mailrig") }

func (r *rig) mailrig(command string, args ...string) (string, error) {
	said, err := exec.Command(mailrigScript(), append([]string{command, r.dir}, args...)...).CombinedOutput()
	return string(said), err
}

// must carries out a command of the rig: kill-imap, start-imap, kill-smtp, start-smtp, settle, limit-size, new-uidvalidity.
func (r *rig) must(t *testing.T, command string, args ...string) {
	t.Helper()
	if said, err := r.mailrig(command, args...); err != nil {
		t.Fatalf("mailrig %s: %v\n%s", command, err, said)
	}
}

// settle waits until Postfix has nothing left that it could deliver, so that "no mail came" can be said.
func (r *rig) settle(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for r.queued("maildrop") || r.queued("incoming") || r.queued("active") {
		if time.Now().After(deadline) {
			t.Fatal("postfix did not empty its queue within 30 s")
		}
		time.Sleep(5 * time.Millisecond) // a spool folder tells nobody when it is empty
	}
}

func (r *rig) queued(queue string) bool {
	found := false
	filepath.WalkDir(filepath.Join(r.dir, "postfix", "spool", queue), func(_ string, d os.DirEntry, err error) error {
		found = found || err == nil && !d.IsDir()
		return nil
	})
	return found
}

// deliver hands over a mail as a stranger's server would. An empty sender is the null sender of RFC 5321 section 4.5.5.
func (r *rig) deliver(t *testing.T, raw []byte, from string, to ...string) {
	t.Helper()
	c, err := smtp.Dial(local(r.Ports.SMTP))
	if err != nil {
		t.Fatalf("deliver: %v", err)
	}
	defer c.Close()
	if err := transfer(c, raw, from, to); err != nil {
		t.Fatalf("deliver from %q to %q: %v", from, to, err)
	}
}

// submit sends a mail as a user who has logged in, so that the server vouches for the sender.
func (r *rig) submit(t *testing.T, login string, raw []byte, to ...string) {
	t.Helper()
	pem, err := os.ReadFile(r.CA)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(pem)
	c, err := smtp.Dial(local(r.Ports.Submission))
	if err != nil {
		t.Fatalf("submit: %v", err)
	}
	defer c.Close()
	if err := c.StartTLS(&tls.Config{ServerName: "localhost", RootCAs: trusted}); err != nil {
		t.Fatalf("submit: %v", err)
	}
	if err := c.Auth(smtp.PlainAuth("", login, "geheim", "127.0.0.1")); err != nil {
		t.Fatalf("submit as %s: %v", login, err)
	}
	from := login + "@example.test"
	if strings.HasPrefix(login, "klant") {
		from = login + "@client.test"
	}
	if err := transfer(c, raw, from, to); err != nil {
		t.Fatalf("submit as %s to %q: %v", login, to, err)
	}
}

// transfer does not use smtp.Client.Mail: it asks for SMTPUTF8 (RFC 6531) whenever it is offered, and Dovecot's LMTP does not take
// such a mail once a field holds a bare é.
func transfer(c *smtp.Client, raw []byte, from string, to []string) error {
	if ok, _ := c.Extension("8BITMIME"); !ok { // this also says EHLO
		return errors.New("the server takes no 8BITMIME")
	}
	id, err := c.Text.Cmd("MAIL FROM:<%s> BODY=8BITMIME", from)
	if err != nil {
		return err
	}
	c.Text.StartResponse(id)
	_, _, err = c.Text.ReadResponse(250)
	c.Text.EndResponse(id)
	if err != nil {
		return err
	}
	for _, rcpt := range to {
		if err := c.Rcpt(rcpt); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

var dropped atomic.Int64

// drop puts mails straight into a Maildir, as thousands that came in while nobody looked.
func (r *rig) drop(t *testing.T, login string, mails ...[]byte) {
	t.Helper()
	home := filepath.Join(r.dir, "mail", login)
	nobody, err := identity("nobody")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{home, home + "/tmp", home + "/cur", home + "/new"} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		os.Chown(dir, int(nobody.Uid), int(nobody.Gid))
	}
	for _, raw := range mails {
		name := fmt.Sprintf("%d.%09d.e2e", time.Now().Unix(), dropped.Add(1))
		tmp := filepath.Join(home, "tmp", name)
		if err := os.WriteFile(tmp, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		os.Chown(tmp, int(nobody.Uid), int(nobody.Gid))
		if err := os.Rename(tmp, filepath.Join(home, "new", name)); err != nil {
			t.Fatal(err)
		}
	}
}

func local(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
