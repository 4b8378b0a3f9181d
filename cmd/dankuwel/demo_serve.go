package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"
)

// serve is `dankuwel demo --serve`: the servers and the service stay up until the caller's context ends.
func (d *demoCommand) serve(env *environment) error {
	imapAddress, err := servePort("--imap", d.IMAP, "1143")
	if err != nil {
		return err
	}
	smtpAddress, err := servePort("--smtp", d.SMTP, "1587")
	if err != nil {
		return err
	}
	log := newShortLog(env.stderr, slog.LevelInfo, time.Now)
	w, err := openDemo(env.ctx, log, time.Now, imapAddress, smtpAddress, true)
	if err != nil {
		return err
	}
	if err := w.post.await(w.ctx, func() bool { return w.post.count("an@delinde.example", "INBOX") > 0 }); err == nil {
		introduce(env.stdout, w.post.imapAddress, w.post.smtpAddress)
	}
	<-w.ctx.Done()
	if env.ctx.Err() == nil {
		return errors.Join(context.Cause(w.ctx), w.close())
	}
	if err := w.close(); err != nil {
		return err
	}
	fmt.Fprintln(env.stdout, "\nThe servers have stopped; the demo's mailboxes and register went with them.")
	return nil
}

// servePort is where a server listens: as asked, or at the usual port when that is free.
func servePort(flag, value, usual string) (string, error) {
	if value != "" {
		return loopbackAddress(flag, value)
	}
	address := net.JoinHostPort("127.0.0.1", usual)
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return "127.0.0.1:0", nil
	}
	if err != nil {
		return "", err
	}
	return address, l.Close()
}

// introduce tells who can log in where, and how.
func introduce(w io.Writer, imapAddress, smtpAddress string) {
	p := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	p("The demo's mail servers are up, for this machine only and without encryption. Ctrl-C ends them.\n")
	p("   IMAP %-18s  SMTP %-18s  password of everybody: %s\n", imapAddress, smtpAddress, demoPassword)
	p("   you play        user         address")
	for _, person := range demoPeople[:4] {
		p("   %-15s %-12s %s <%s>", person.part, person.login, person.name, person.address)
	}
	p("   (to look on)    klachten     the register's own mailbox; leave its mails where they are")
	p("   (to look on)    %s      all mail to other domains ends here, nothing leaves this machine", demoOutside)
	p(`
1. As klager, write a complaint in Dutch, French, English or German to %s.
   The thanks comes at once; what you reply to it is an addition.
2. As behandelaar (a complaint about eten, soep, maaltijd …) or coordinator (any other), read the
   mail about it and reply: your text becomes a note, and a receipt tells you so.
3. Make it fail: write from, or reply to, an address with one of these names, in any domain.
   permfail@ bounces, tempfail@ is refused for now, slow@ takes %s, dropped@ breaks the line.`, demoRegister, slowness)
	p("\nneomutt, a line for each part:\n")
	for _, person := range demoPeople[:4] {
		p("%s\n", neomuttLine(person, imapAddress, smtpAddress))
	}
	imapHost, imapPort, _ := net.SplitHostPort(imapAddress)
	smtpHost, smtpPort, _ := net.SplitHostPort(smtpAddress)
	p("Thunderbird (New account, Configure manually), for klager:\n")
	p("   address %s, password %s, user name klager", demoPeople[0].address, demoPassword)
	p("   incoming IMAP %s, port %s; outgoing %s, port %s", imapHost, imapPort, smtpHost, smtpPort)
	p("   connection security: None; authentication: Password, transmitted insecurely (Normal password)")
	p("\naerc (accounts.conf), for klager:\n")
	p("[klager]\nsource   = imap+insecure://klager:%s@%s\noutgoing = smtp+insecure+plain://klager:%s@%s\ndefault  = INBOX\nfrom     = %s <%s>\ncopy-to  = Sent\n",
		demoPassword, imapAddress, demoPassword, smtpAddress, demoPeople[0].name, demoPeople[0].address)
	p("What the register does from here on stands below.")
}

// neomuttLine starts neomutt as a person, without touching the user's own settings.
func neomuttLine(person demoPerson, imapAddress, smtpAddress string) string {
	return fmt.Sprintf(`neomutt -n -F /dev/null -e 'set folder=imap://%[1]s@%[2]s spoolfile=+INBOX record=+Sent postponed=+Drafts imap_pass=%[3]s smtp_url=smtp://%[1]s@%[4]s smtp_pass=%[3]s ssl_starttls=no ssl_force_tls=no imap_idle=yes timeout=5 realname="%[5]s" from=%[6]s edit_headers=yes; ignore *; unignore from: to: subject: date:'`,
		person.login, imapAddress, demoPassword, smtpAddress, person.name, person.address)
}

// await waits until cond holds; it looks again at each change of a mailbox.
func (p *postOffice) await(ctx context.Context, cond func() bool) error {
	for {
		change := p.nextChange()
		if cond() {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-change:
		}
	}
}

// shortLog writes the log for somebody who looks on: time of day, what happened, the numbers that belong to it.
type shortLog struct {
	w     io.Writer
	level slog.Level
	now   func() time.Time
	mu    *sync.Mutex // of w, shared by the logs made of this one
	attrs []slog.Attr
}

func newShortLog(w io.Writer, level slog.Level, now func() time.Time) *slog.Logger {
	return slog.New(&shortLog{w: w, level: level, now: now, mu: new(sync.Mutex)})
}

// Enabled tells whether the line is worth showing.
func (h *shortLog) Enabled(_ context.Context, level slog.Level) bool { return level >= h.level }

// Handle writes one line.
func (h *shortLog) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(h.now().Format("15:04:05  "))
	if r.Level > slog.LevelInfo {
		b.WriteString(strings.ToLower(r.Level.String()) + ": ")
	}
	b.WriteString(r.Message)
	add := func(a slog.Attr) bool {
		if v := a.Value.String(); v != "" && a.Key != "mailbox" {
			fmt.Fprintf(&b, "  %s=%s", a.Key, v)
		}
		return true
	}
	for _, a := range h.attrs {
		add(a)
	}
	r.Attrs(add)
	b.WriteByte('\n')
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := io.WriteString(h.w, b.String())
	return err
}

// WithAttrs gives a log whose lines all bear the attributes.
func (h *shortLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	more := *h
	more.attrs = append(append([]slog.Attr(nil), h.attrs...), attrs...)
	return &more
}

// WithGroup leaves the names as they are: there are no groups.
func (h *shortLog) WithGroup(string) slog.Handler { return h }
