package mailin

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"dankuwel/models"
)

// memIMAP is go-imap's server in memory: a second opinion on our conversation, and the one with TLS and APPEND.
type memIMAP struct {
	addr    string
	user    *imapmemserver.User
	pool    *x509.CertPool
	appends atomic.Int32
	refuse  atomic.Bool // APPEND
}

type memSession struct {
	*imapmemserver.UserSession
	m *memIMAP
}

// Append counts, and refuses on demand.
func (s memSession) Append(folder string, r imap.LiteralReader, o *imap.AppendOptions) (*imap.AppendData, error) {
	s.m.appends.Add(1)
	if s.m.refuse.Load() {
		io.Copy(io.Discard, r)
		return nil, &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeOverQuota, Text: "full"}
	}
	return s.UserSession.Append(folder, r, o)
}

// Login is the one of the user.
func (s memSession) Login(user, password string) error { return s.m.user.Login(user, password) }

func newMemIMAP(t testing.TB, security string) *memIMAP {
	m := &memIMAP{user: imapmemserver.NewUser("klachten", "geheim")}
	m.user.Create("INBOX", nil)
	config := selfSigned(t, m)
	options := &imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memSession{UserSession: imapmemserver.NewUserSession(m.user), m: m}, nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapMove: {}, imap.CapUIDPlus: {}, imap.CapIdle: {}},
		InsecureAuth: security == "none",
		Logger:       log.New(io.Discard, "", 0),
	}
	if security == "starttls" {
		options.TLSConfig = config
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.addr = l.Addr().String()
	if security == "tls" {
		l = tls.NewListener(l, config)
	}
	server := imapserver.New(options)
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return m
}

func selfSigned(t testing.TB, m *memIMAP) *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	m.pool = x509.NewCertPool()
	m.pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func (m *memIMAP) deliver(t testing.TB, folder string, texts ...string) {
	for _, text := range texts {
		if _, err := m.user.Append(folder, literalOf(text), &imap.AppendOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}

type appendLiteral struct {
	*strings.Reader
}

func literalOf(text string) appendLiteral { return appendLiteral{strings.NewReader(text)} }

// mails lists flags, date and text of a folder's mails.
func (m *memIMAP) mails(t testing.TB, folder string) []*imapclient.FetchMessageBuffer {
	c, err := imapclient.DialInsecure(m.addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login("klachten", "geheim").Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select(folder, nil).Wait(); err != nil {
		return nil
	}
	list, err := c.Fetch(imap.SeqSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{Flags: true, InternalDate: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func onMem(t *testing.T, security string) (*imapWorld, *memIMAP) {
	m := newMemIMAP(t, security)
	x := newImapWorld(t, m.addr)
	x.w.Account.Server.Security = security
	x.w.Account.Server.TLS = &tls.Config{RootCAs: m.pool}
	return x, m
}

func TestConnect_eachSecurity(t *testing.T) {
	for _, security := range []string{"none", "starttls", "tls"} {
		t.Run(security, func(t *testing.T) {
			x, m := onMem(t, security)
			m.deliver(t, "INBOX", mailsTo(3)...)
			x.w.Account.Poll = 50 * time.Millisecond
			x.run()
			x.awaitTaken(3)
			m.deliver(t, "INBOX", mailOf(9000))
			x.awaitTaken(4)
			x.wantTexts(append(mailsTo(3), mailOf(9000))...)
		})
		t.Run(security+" refuses a stranger", func(t *testing.T) {
			if security == "none" {
				t.Skip("nobody is asked who he is")
			}
			x, _ := onMem(t, security)
			x.w.Account.Server.TLS = nil
			if err := x.w.Once(t.Context()); err == nil || !strings.Contains(err.Error(), "certificate") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// queued puts a mail of ours into the outbox as one that was sent and whose copy is due.
func (x *imapWorld) queued(id, text string) {
	x.t.Helper()
	b := x.store.NewBlob()
	io.WriteString(b, text)
	blob, err := b.Finish()
	if err != nil {
		x.t.Fatal(err)
	}
	sent := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	err = x.store.Write(x.t.Context(), sent, func(tx *models.Tx) error {
		m := &models.OutboxMail{Key: id, Kind: "acknowledgement", Mailbox: x.w.Account.Address, MessageID: id, BounceToken: id}
		if _, err := tx.Queue(m, blob); err != nil {
			return err
		}
		if _, err := tx.Claim("node", 10, time.Minute); err != nil {
			return err
		}
		m.State, m.SentAt, m.Copy, m.Attempts = "sent", &sent, "due", 1
		_, err := tx.Complete(m, "node")
		return err
	})
	if err != nil {
		x.t.Fatal(err)
	}
}

func (x *imapWorld) wantDue(n int) {
	x.t.Helper()
	due, err := x.store.Read(x.t.Context()).CopiesDue(x.w.Account.Address, 100)
	if err != nil || len(due) != n {
		x.t.Errorf("%d copies are due (%v), want %d", len(due), err, n)
	}
}

func sentMail(id string, size int) string {
	return "Message-ID: <" + id + ">\r\nSubject: dank u\r\n\r\n" + strings.Repeat("x", size) + "\r\n"
}

func TestCopies_areAppendedOnceAsRead(t *testing.T) {
	x, m := onMem(t, "none")
	x.w.Account.Sent = "Verzonden"
	x.queued("a@x", sentMail("a@x", 10))
	x.queued("b@x", sentMail("b@x", 500_000))
	x.once()
	x.once()
	x.wantDue(0)
	list := m.mails(t, "Verzonden")
	if len(list) != 2 || m.appends.Load() != 2 {
		t.Fatalf("%d copies, %d APPENDs\n%s", len(list), m.appends.Load(), x.log)
	}
	got := list[1]
	if !bytes.Equal(got.BodySection[0].Bytes, []byte(sentMail("b@x", 500_000))) || !got.InternalDate.Equal(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)) || fmt.Sprint(got.Flags) != `[\Seen]` {
		t.Errorf("copy of %d bytes, %v, %v", len(got.BodySection[0].Bytes), got.InternalDate, got.Flags)
	}
}

// The crash comes after APPEND and before its mark.
func TestCopies_notTwiceAfterACrash(t *testing.T) {
	x, m := onMem(t, "none")
	x.w.Account.Sent = "Verzonden"
	m.user.Create("Verzonden", nil)
	m.deliver(t, "Verzonden", sentMail("a@x", 10))
	m.deliver(t, "INBOX", mailNo(1))
	x.queued("a@x", sentMail("a@x", 10))
	x.queued("b@x", sentMail("b@x", 10))
	x.once()
	x.wantDue(0)
	if n := len(m.mails(t, "Verzonden")); n != 2 {
		t.Errorf("%d copies", n)
	}
	x.wantTexts(mailNo(1))
}

func TestCopies_refusedOnesAreGivenUpAndIntakeGoesOn(t *testing.T) {
	x, m := onMem(t, "none")
	x.w.Account.Sent = "Verzonden"
	m.refuse.Store(true)
	x.queued("a@x", sentMail("a@x", 10))
	m.deliver(t, "INBOX", mailNo(1))
	if err := x.w.Once(t.Context()); err == nil || !strings.Contains(err.Error(), "Verzonden") {
		t.Errorf("error %v", err)
	}
	x.wantTexts(mailNo(1))
	for range maxAppendTries {
		for _, try := range x.w.appends { // the waiting is over
			try.next = time.Time{}
		}
		x.w.Once(t.Context())
	}
	x.wantDue(0)
	x.wantLogged("is given up, the mail itself was sent", 1)
	if n := m.appends.Load(); n != maxAppendTries {
		t.Errorf("%d APPENDs", n)
	}
}

// Wake makes the copy of a mail that was just sent, without waiting for a poll; mail is noticed all the same.
func TestCopies_wake(t *testing.T) {
	x, m := onMem(t, "none")
	x.w.Account.Sent = "Verzonden"
	x.run()
	m.deliver(t, "INBOX", mailNo(1))
	x.awaitTaken(1)
	x.queued("a@x", sentMail("a@x", 10))
	x.w.Wake()
	x.awaitLogged("copy is appended")
	m.deliver(t, "INBOX", mailNo(2))
	x.awaitTaken(2)
}

// The library closes the connection when a server refuses a literal before it is sent.
func TestCopies_refusedBeforeTheLiteral(t *testing.T) {
	x, f := onFake(t, mailNo(1))
	x.w.Account.Sent = "Verzonden"
	f.misbehave = refusing("APPEND", "NO [OVERQUOTA] full")
	x.queued("a@x", sentMail("a@x", 10))
	x.run()
	f.await("connected again", func() bool { return f.accepted == 2 && len(f.idling) == 1 })
	f.add(fakeMail{body: mailNo(2)})
	x.awaitTaken(2)
	if n := f.count("APPEND"); n != 1 {
		t.Errorf("%d APPENDs", n)
	}
}

func TestCheck(t *testing.T) {
	check := func(name string, a Account, want ...string) {
		t.Helper()
		a.Address, a.Server.Username = "klachten@example.test", "klachten"
		var got []string
		for _, f := range Check(context.Background(), a) {
			got = append(got, f.Level+": "+f.Text)
		}
		all := strings.Join(got, "\n")
		for _, w := range want {
			if !strings.Contains(all, w) {
				t.Errorf("%s: %q is missing in:\n%s", name, w, all)
			}
		}
		if strings.Contains(all, "geheim") {
			t.Errorf("%s: password in\n%s", name, all)
		}
	}
	m := newMemIMAP(t, "tls")
	m.user.Create("Verwerkt", nil)
	m.deliver(t, "INBOX", mailsTo(2)...)
	server := Server{Address: m.addr, Security: "tls", Password: "geheim", TLS: &tls.Config{RootCAs: m.pool}}
	check("well", Account{Server: server, Processed: "Verwerkt", Review: "Te beoordelen"},
		"ok: klachten@example.test: logged in", `ok: klachten@example.test: the inbox "INBOX" holds 2 mails`, "IDLE: new mail is noticed at once",
		`processed = "Verwerkt" exists`, `review = "Te beoordelen" does not exist yet`)
	server.Password = "geheimer"
	check("wrong password", Account{Server: server}, "error: klachten@example.test: the IMAP server refuses the login")
	server.TLS = nil
	check("unknown authority", Account{Server: server}, "error: klachten@example.test: IMAP at", "certificate")
	f := newFakeIMAP(t)
	f.caps = "IMAP4rev1 NAMESPACE"
	f.misbehave = func(c *fakeConn, tag, line string) bool {
		if line == "NAMESPACE" {
			c.say(`* NAMESPACE (("INBOX." ".")) NIL NIL`)
		}
		return false
	}
	poor := Server{Address: f.listener.Addr().String(), Security: "none", Password: "geheim"}
	check("poor server", Account{Server: poor, Processed: "Verwerkt"}, "warning: klachten@example.test: the server has no IDLE", "neither MOVE nor UIDPLUS", `folders begin with "INBOX."`)
	if f.count("CREATE") > 0 {
		t.Error("Check changed something")
	}
	f.stop()
	check("nobody there", Account{Server: poor}, "cannot be reached")
}

// BenchmarkFetch takes in 500 mails of 20 kB with a Take that does nothing.
func BenchmarkFetch(b *testing.B) {
	m := newMemIMAP(b, "none")
	text := mailOf(20_000)
	for range 500 {
		m.deliver(b, "INBOX", text)
	}
	store, err := models.Open(b.Context(), models.SQLite, "test.db", b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	w := &Watcher{Account: Account{Address: "k@x", Server: Server{Address: m.addr, Security: "none", Username: "klachten", Password: "geheim"}}, Store: store}
	b.SetBytes(int64(len(text) * 500))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		w.Take = func(_ context.Context, mails []Fetched) error { n += len(mails); return nil }
		if err := w.Once(b.Context()); err != nil || n != 500 {
			b.Fatal(n, err)
		}
	}
}
