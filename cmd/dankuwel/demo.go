package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"dankuwel/models"
)

// demoCommand shows the register at work: the very service of `run`, on mail servers that live in this process. It needs no
// configuration and nothing installed, and leaves nothing behind but the mails that it keeps for reading.
type demoCommand struct {
	Serve bool   `help:"Stay up and let people play every part with mail programs of their own; Ctrl-C ends it and removes what it made."`
	Keep  string `placeholder:"DIR" help:"Folder for the mails of the story, each as .eml and .html (demo-mail)."`
	IMAP  string `name:"imap" placeholder:"PORT" help:"With --serve: the port of the IMAP server on 127.0.0.1 (1143, or a free one)."`
	SMTP  string `name:"smtp" placeholder:"PORT" help:"With --serve: the port of the SMTP server on 127.0.0.1 (1587, or a free one)."`
}

// Run tells the story, or serves.
func (d *demoCommand) Run(env *environment) error {
	switch {
	case d.Serve && d.Keep != "":
		return errUsage{errors.New("--keep belongs to the story, not to --serve: with --serve the mails lie in the mailboxes")}
	case !d.Serve && (d.IMAP != "" || d.SMTP != ""):
		return errUsage{errors.New("--imap and --smtp need --serve: the story chooses free ports by itself")}
	}
	if env.stdout == os.Stdout { // `dankuwel demo | head` ends like everything else, and cleans up
		broken := make(chan os.Signal, 1)
		signal.Notify(broken, syscall.SIGPIPE)
		defer signal.Stop(broken)
	}
	mine := *env
	ctx, stop := context.WithCancel(env.ctx)
	defer stop()
	mine.ctx = ctx
	go func() {
		select {
		case <-env.hangup: // the terminal was closed
			stop()
		case <-ctx.Done():
		}
	}()
	if d.Serve {
		return d.serve(&mine)
	}
	return d.tell(&mine)
}

// The people of the demo. All addresses lie in domains that exist nowhere (RFC 2606).
const (
	demoRegister   = "klachten@delinde.example"
	demoPassword   = "demo"
	demoServerName = "demo.example" // in trace fields; the authserv-id too
	demoOutside    = "outside"      // the login whose mailbox gets all mail to other domains
)

type demoPerson struct{ login, name, address, part string }

var demoPeople = []demoPerson{
	{"klager", "Lieve Claes", "lieve@klanten.example", "complainant"},
	{"behandelaar", "Bram De Wit", "bram@delinde.example", "handler"},
	{"coordinator", "An Peeters", "an@delinde.example", "coordinator"},
	{"directie", "Els Maes", "els@delinde.example", "management"},
	{"klachten", "Woonzorgcentrum De Linde", demoRegister, "the register"},
	{demoOutside, "Everybody else", "", "any other domain"},
}

// demoWorld is a register with its mail servers, up and running.
type demoWorld struct {
	ctx  context.Context // ends with the caller's, or when the register fails
	post *postOffice
	app  *app
	dir  string
	stop context.CancelCauseFunc
	done sync.WaitGroup
}

// openDemo starts the servers and the service on them. The addresses are host:port; port 0 takes a free one. With timed the service does
// the time-driven work by itself.
func openDemo(ctx context.Context, log *slog.Logger, now func() time.Time, imapAddress, smtpAddress string, timed bool) (*demoWorld, error) {
	w := &demoWorld{post: newPostOffice(now, log)}
	w.ctx, w.stop = context.WithCancelCause(ctx)
	err := w.open(log, now, imapAddress, smtpAddress)
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	w.app.untimed = !timed
	w.done.Go(func() {
		if err := w.app.run(w.ctx); err != nil {
			w.stop(fmt.Errorf("the register stopped: %w", err))
		}
	})
	return w, nil
}

func (w *demoWorld) open(log *slog.Logger, now func() time.Time, imapAddress, smtpAddress string) (err error) {
	if w.dir, err = os.MkdirTemp("", "dankuwel-demo-"); err != nil {
		return err
	}
	if err := w.post.open(imapAddress, smtpAddress); err != nil {
		return err
	}
	if w.app, err = newApp(w.ctx, demoConfig(w.dir, w.post.imapAddress, w.post.smtpAddress), log, now); err != nil {
		return err
	}
	sent := w.app.sender.OnSent
	w.app.sender.OnSent = func(m models.OutboxMail) { sent(m); w.post.changed() }
	return nil
}

// close ends the service, then the servers, and removes the register.
func (w *demoWorld) close() error {
	w.stop(nil)
	w.done.Wait()
	var err error
	if w.app != nil {
		err = w.app.Close()
	}
	w.post.close()
	if w.dir != "" {
		err = errors.Join(err, os.RemoveAll(w.dir))
	}
	return err
}

// demoConfig is what config.toml would say.
func demoConfig(dir, imapAddress, smtpAddress string) *Config {
	c := defaultConfig()
	c.DataDir = filepath.Join(dir, "data")
	c.Database.DSN = NewSecret(filepath.Join(c.DataDir, "dankuwel.db"))
	c.Organization.Name = "Woonzorgcentrum De Linde"
	c.Organization.Signature = "An Peeters, klachtencoördinator"
	c.Organization.Phone = "02 555 12 12"
	c.Security.AuthservID = demoServerName
	m := defaultMailbox()
	m.Address, m.Name = demoRegister, c.Organization.Name
	server := MailServerConfig{Security: "none", Username: "klachten", Password: NewSecret(demoPassword), Auth: "password"}
	m.IMAP, m.SMTP = server, server
	m.IMAP.Address, m.SMTP.Address = imapAddress, smtpAddress
	c.Mailboxes = []MailboxConfig{m}
	c.Staff = []StaffConfig{
		{Name: "An Peeters", Email: "an@delinde.example", Roles: []string{"coordinator", "handler"}, Language: "nl"},
		{Name: "Bram De Wit", Email: "bram@delinde.example", Roles: []string{"handler"}, Departments: []string{"Keuken"}, Language: "nl"},
		{Name: "Els Maes", Email: "els@delinde.example", Roles: []string{"management"}, Language: "nl"},
	}
	c.Departments = []DepartmentConfig{{Name: "Keuken", Head: "bram@delinde.example", Keywords: []string{"eten", "maaltijd", "soep", "warm", "koud", "repas"}}}
	return c
}

// loopbackAddress reads the value of --imap and --smtp: a port, or a loopback host with one. Passwords go unencrypted, so no other
// interface will do.
func loopbackAddress(flag, value string) (string, error) {
	address := value
	if _, err := strconv.ParseUint(value, 10, 16); err == nil {
		address = net.JoinHostPort("127.0.0.1", value)
	}
	if _, _, err := net.SplitHostPort(address); err != nil || !isLoopback(address) {
		return "", errUsage{fmt.Errorf("%s %q is no port of this machine's loopback interface; for example %s 1143", flag, value, flag)}
	}
	return address, nil
}
