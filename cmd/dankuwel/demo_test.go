package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/smtp"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

func TestDemoTellsItsStory(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	keep := filepath.Join(t.TempDir(), "mails")
	before := runtime.NumGoroutine()
	var out, errs bytes.Buffer
	env := &environment{ctx: t.Context(), stdout: &out, stderr: &errs, getenv: func(string) string { return "" }}
	if code := run(env, []string{"demo", "--keep", keep}); code != exitDone {
		t.Fatalf("exit status %d\n%s\n%s", code, errs.String(), out.String())
	}
	if errs.Len() > 0 {
		t.Errorf("the log warns:\n%s", errs.String())
	}
	for _, want := range []string{
		"Subject: Dank u voor uw bericht [K-2026-0001]",
		"uiterlijk op donderdag 7 januari 2027 hebt u mijn antwoord",
		"Subject: Nieuwe klacht [K-2026-0001] Keuken, antwoord voor 7 januari",
		"Subject: Uw aanvulling is aangekomen [K-2026-0001]",
		"Subject: Gedaan: nota [K-2026-0001]",
		"Subject: Nog niet verzonden: antwoord [K-2026-0001]",
		"Subject: Mijn antwoord op uw klacht [K-2026-0001]",
		"Afsluiten kan nog niet",
		"Subject: Wat denkt u hiervan? [K-2026-0001]",
		"Is het nu goed voor u?", "Dank u voor uw antwoord", "Heeft het geholpen?", "closed, satisfaction 5 of 5",
		"Subject: Merci pour votre message [K-2026-0002]",
		"the acknowledgement of K-2026-0004",
		"known         K-2026-0001  the mail of line 1 again",
		"automatic     K-2026-0001",
		"parked, list",
		"bounce        K-2026-0004",
		"K-2026-0003  (shielded)",
		"every promise holds",
	} {
		if !strings.Contains(strings.Join(strings.Fields(out.String()), " "), strings.Join(strings.Fields(want), " ")) &&
			!strings.Contains(strings.ReplaceAll(out.String(), "\n   │ ", " "), want) {
			t.Errorf("the story does not say %q", want)
		}
	}
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 || strings.Contains(line, "\x1b") {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	if t.Failed() {
		t.Log(out.String())
	}
	nothingIsLeft(t, before)
}

// A second run replaces what the first one kept, and touches nothing else.
func TestDemoKeepsMails(t *testing.T) {
	keep := t.TempDir()
	env := func() *environment {
		return &environment{ctx: t.Context(), stdout: io.Discard, stderr: io.Discard, getenv: func(string) string { return "" }}
	}
	if code := run(env(), []string{"demo", "--keep", keep}); code != exitDone {
		t.Fatalf("exit status %d", code)
	}
	first := filesOf(t, keep)
	own := filepath.Join(keep, "99-own.eml")
	if err := os.WriteFile(own, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := run(env(), []string{"demo", "--keep", keep}); code != exitDone {
		t.Fatalf("second run: exit status %d", code)
	}
	if kept, err := os.ReadFile(own); err != nil || string(kept) != "mine" {
		t.Errorf("a file of somebody else: %q, %v", kept, err)
	}
	if second := filesOf(t, keep); len(second) != len(first)+1 {
		t.Errorf("%d files, then %d", len(first), len(second))
	}
	thanks, err := os.ReadFile(filepath.Join(keep, "05-acknowledgement-to-lieve.html"))
	if err != nil || !bytes.Contains(thanks, []byte("K-2026-0001")) {
		t.Errorf("the thanks as a page: %v", err)
	}

	strange := t.TempDir()
	if err := os.WriteFile(filepath.Join(strange, "04-from-lieve.eml"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := run(env(), []string{"demo", "--keep", strange}); code != exitUsage {
		t.Errorf("over somebody's file: exit status %d", code)
	}
}

func TestDemoRefusesUsage(t *testing.T) {
	for _, args := range [][]string{
		{"demo", "--imap", "1143"}, {"demo", "--serve", "--keep", "x"}, {"demo", "--serve", "--imap", "0.0.0.0:1143"}, {"demo", "--serve", "--smtp", "many"},
	} {
		env := &environment{ctx: t.Context(), stdout: io.Discard, stderr: io.Discard, getenv: func(string) string { return "" }}
		if code := run(env, args); code != exitUsage {
			t.Errorf("%v: exit status %d", args, code)
		}
	}
}

// Somebody plays the complainant and the handler with mail programs of his own.
func TestDemoServes(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	before := runtime.NumGoroutine()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	said, out := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		env := &environment{ctx: ctx, stdout: out, stderr: io.Discard, getenv: func(string) string { return "" }}
		ended <- run(env, []string{"demo", "--serve", "--imap", "0", "--smtp", "127.0.0.1:0"})
		out.Close()
	}()
	imapAddress, smtpAddress := addressesIn(t, said)

	klager, bram := openBox(t, imapAddress, "klager"), openBox(t, imapAddress, "bram@delinde.example")
	bram.next(t, "Welkom bij het klachtenregister")
	submitAs(t, smtpAddress, "klager", demoRegister, "From: Lieve Claes <lieve@klanten.example>\r\nSubject: Koude soep\r\nMessage-ID: <1@klanten.example>\r\n"+
		"Date: "+time.Now().Format(time.RFC1123Z)+"\r\n\r\nDe soep was gisteren weer koud, en dat is nu de derde keer.\r\n")
	klager.next(t, "Dank u voor uw bericht [K-")
	task := bram.next(t, "Nieuwe klacht [K-")
	submitAs(t, smtpAddress, "behandelaar", task.replyTo, "From: Bram De Wit <bram@delinde.example>\r\nTo: "+task.replyTo+"\r\nSubject: Re: "+task.subject+"\r\nMessage-ID: <2@delinde.example>\r\n"+
		"Authentication-Results: demo.example; auth=pass smtp.auth=an@delinde.example\r\n\r\nDe warmhoudwagen is stuk.\r\n")
	bram.next(t, "Nog niet verzonden: brief [K-")

	submitAs(t, smtpAddress, "klager", demoRegister, "From: Lieve Claes <permfail@klanten.example>\r\nSubject: Parking\r\nMessage-ID: <3@klanten.example>\r\n\r\nDe parking staat elke zondag helemaal vol.\r\n")
	bounce := openBox(t, imapAddress, "coordinator")
	bounce.find(t, "Niet aangekomen")

	c := dialSubmission(t, smtpAddress, "klager")
	for address, code := range map[string]string{"nobody@delinde.example": "550", "tempfail@x.example": "451"} {
		if err := errors.Join(c.Reset(), c.Mail("lieve@klanten.example")); err != nil {
			t.Fatal(err)
		}
		if err := c.Rcpt(address); err == nil || !strings.HasPrefix(err.Error(), code) {
			t.Errorf("RCPT %s: %v", address, err)
		}
	}
	stop()
	if code := <-ended; code != exitDone {
		t.Errorf("exit status %d", code)
	}
	if left := filesOf(t, tmp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for _, b := range []*testBox{klager, bram, bounce} {
		b.client.Close()
	}
	c.Close()
	nothingIsLeft(t, before)
}

// What only the server may say does not get through from outside.
func TestDemoStripsForgedTrace(t *testing.T) {
	got := string(withoutTrace([]byte("Return-Path: <a@b>\r\nAuthentication-Results: demo.example;\r\n\tauth=pass\r\nAuthentication-Results:\r\n demo.example; auth=pass\r\n" +
		"Authentication-Results: elsewhere.example; spf=pass\r\nSubject: x\r\n y\r\n\r\nReturn-Path: body\r\n")))
	if want := "Authentication-Results: elsewhere.example; spf=pass\r\nSubject: x\r\n y\r\n\r\nReturn-Path: body\r\n"; got != want {
		t.Errorf("got %q", got)
	}
}

// testBox is a person's mail program: it waits by IDLE.
type testBox struct {
	client *imapclient.Client
	news   chan struct{}
	seen   uint32
}

type testMail struct{ subject, replyTo string }

func openBox(t *testing.T, address, user string) *testBox {
	t.Helper()
	b := &testBox{news: make(chan struct{}, 1)}
	var err error
	b.client, err = imapclient.DialInsecure(address, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(*imapclient.UnilateralDataMailbox) {
			select {
			case b.news <- struct{}{}:
			default:
			}
		},
	}})
	if err == nil {
		err = b.client.Login(user, demoPassword).Wait()
	}
	if err == nil {
		_, err = b.client.Select("INBOX", nil).Wait()
	}
	if err != nil {
		t.Fatalf("%s: %v", user, err)
	}
	return b
}

// next waits for the next mail, which must have that subject.
func (b *testBox) next(t *testing.T, subject string) testMail {
	t.Helper()
	m := b.wait(t)
	if !strings.HasPrefix(m.subject, subject) {
		t.Fatalf("got %q, want %q", m.subject, subject)
	}
	return m
}

// find waits until a mail with that subject comes.
func (b *testBox) find(t *testing.T, subject string) {
	t.Helper()
	for !strings.HasPrefix(b.wait(t).subject, subject) {
	}
}

func (b *testBox) wait(t *testing.T) testMail {
	t.Helper()
	for {
		list, err := b.client.Fetch(imap.SeqSetNum(b.seen+1), &imap.FetchOptions{Envelope: true}).Collect()
		var refused *imap.Error
		if err != nil && !errors.As(err, &refused) {
			t.Fatal(err)
		}
		if len(list) > 0 {
			b.seen++
			e := list[0].Envelope
			m := testMail{subject: e.Subject}
			if len(e.ReplyTo) > 0 {
				m.replyTo = e.ReplyTo[0].Addr()
			}
			return m
		}
		idle, err := b.client.Idle()
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-b.news:
		case <-time.After(20 * time.Second):
			t.Fatal("no mail came within 20 s")
		}
		if err := errors.Join(idle.Close(), idle.Wait()); err != nil {
			t.Fatal(err)
		}
	}
}

func dialSubmission(t *testing.T, address, user string) *smtp.Client {
	t.Helper()
	c, err := smtp.Dial(address)
	if err == nil {
		err = c.Auth(smtp.PlainAuth("", user, demoPassword, "127.0.0.1"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func submitAs(t *testing.T, address, user, to, raw string) {
	t.Helper()
	from := regexp.MustCompile(`<(\S+)>`).FindStringSubmatch(raw)[1]
	if err := smtp.SendMail(address, smtp.PlainAuth("", user, demoPassword, "127.0.0.1"), from, []string{to}, []byte(raw)); err != nil {
		t.Fatal(err)
	}
}

// addressesIn reads the introduction to its end, and goes on reading what comes after it.
func addressesIn(t *testing.T, said io.Reader) (imapAddress, smtpAddress string) {
	t.Helper()
	form := regexp.MustCompile(`IMAP (127\S+) +SMTP (127\S+)`)
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if m := form.FindStringSubmatch(lines.Text()); m != nil {
			go func() {
				for lines.Scan() {
				}
			}()
			return m[1], m[2]
		}
	}
	t.Fatal("no addresses were printed")
	return "", ""
}

func filesOf(t *testing.T, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// nothingIsLeft waits until as few goroutines run as before. Nothing tells when one has ended, so it looks again and again.
func nothingIsLeft(t *testing.T, before int) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}
