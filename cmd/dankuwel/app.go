package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"dankuwel/mailin"
	"dankuwel/mailout"
	"dankuwel/models"
	"dankuwel/procedure"
	"dankuwel/templates"
)

// app is the product, wired: the register, the Desk, a watcher for each mailbox, the sender.
type app struct {
	config   *Config
	store    *models.Store
	desk     *procedure.Desk
	sender   *mailout.Sender
	watchers []*mailin.Watcher
	log      *slog.Logger
	node     *node
	refused  chan struct{} // a mail failed for good
	figures  figures       // of this process, for /metrics
	untimed  bool          // somebody else does the time-driven work
}

// openApp reads the configuration, opens the register and wires everything. Nothing is connected yet.
func openApp(env *environment) (*app, error) {
	c, err := LoadConfig(env.config, env.getenv)
	if err != nil {
		return nil, err
	}
	return newApp(env.ctx, c, slog.New(slog.NewTextHandler(env.stderr, nil)), time.Now)
}

func newApp(ctx context.Context, c *Config, log *slog.Logger, now func() time.Time) (*app, error) {
	texts, err := templates.Load(c.Templates.Dir)
	if err != nil {
		return nil, errUsage{err}
	}
	store, err := c.openRegister(ctx)
	if err != nil {
		return nil, err
	}
	a := &app{config: c, store: store, log: log}
	a.desk = &procedure.Desk{Settings: c.settings(), Store: store, Texts: texts, Now: now, Rand: rand.Reader, Log: log, Read: mailin.ReadStaffMail(texts)}
	if a.node, err = newNode(c.DataDir); err == nil {
		err = a.wire(now)
	}
	if err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// openRegister opens the database that the configuration names.
func (c *Config) openRegister(ctx context.Context) (*models.Store, error) {
	engine, dsn, err := c.register()
	if err != nil {
		return nil, err
	}
	return models.Open(ctx, engine, dsn, c.DataDir)
}

// register says where the register is.
func (c *Config) register() (models.Engine, string, error) {
	dsn := c.Database.DSN.Reveal()
	var err error
	if c.Database.Driver == string(models.SQLite) { // joined to data_dir already, which may be relative
		dsn, err = filepath.Abs(dsn)
	}
	return models.Engine(c.Database.Driver), dsn, err
}

func (a *app) wire(now func() time.Time) error {
	a.figures = newFigures()
	servers := map[string]mailout.Server{}
	intake := &mailin.Intake{Desk: a.desk, Log: a.log, AuthServID: a.config.Security.AuthservID}
	watchers := map[string]*mailin.Watcher{}
	for i := range a.config.Mailboxes {
		m := &a.config.Mailboxes[i]
		if m.IMAP.Auth == "xoauth2" || m.SMTP.Auth == "xoauth2" {
			return fmt.Errorf("mailbox %s: auth = \"xoauth2\" is not in force in this version; use auth = \"password\"", m.Address)
		}
		server, err := m.server()
		if err != nil {
			return err
		}
		account, err := m.account()
		if err != nil {
			return err
		}
		servers[m.Address] = server
		w := &mailin.Watcher{Account: account, Store: a.store, Log: a.log, Now: now, ByHand: a.desk.ByHand,
			Take: func(ctx context.Context, mails []mailin.Fetched) error { return intake.Take(ctx, m.Address, mails) }}
		w.OnLost = func() { a.figures.lost.WithLabelValues(m.Address).Inc() }
		a.watchers, watchers[m.Address] = append(a.watchers, w), w
	}
	a.sender = &mailout.Sender{Store: a.store, Servers: servers, Owner: a.node.name, Now: now, Log: a.log,
		OnSent: func(m models.OutboxMail) {
			a.figures.sent(m)
			if w := watchers[m.Mailbox]; w != nil {
				w.Wake()
			}
		}}
	a.desk.Wake = a.sender.Wake
	a.refused = make(chan struct{}, 1)
	a.sender.OnFailed = func(models.OutboxMail) {
		select {
		case a.refused <- struct{}{}:
		default:
		}
	}
	return nil
}

// Close ends the node and closes the register.
func (a *app) Close() error {
	var err error
	if a.node != nil {
		err = a.node.close(a.config.DataDir)
	}
	return errors.Join(err, a.store.Close())
}

// run keeps everything going until ctx ends.
func (a *app) run(ctx context.Context) error {
	if err := a.prepare(ctx); err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var group sync.WaitGroup
	start := func(what string, fn func(context.Context) error) {
		group.Go(func() {
			if err := fn(ctx); err != nil && ctx.Err() == nil {
				stop(fmt.Errorf("%s: %w", what, err))
			}
		})
	}
	start("sender", a.sender.Run)
	start("refused mails", func(ctx context.Context) error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-a.refused:
			}
			if _, err := a.desk.Refused(ctx); err != nil && ctx.Err() == nil {
				a.log.Error("nobody could be told of refused mail yet", "error", err)
			}
		}
	})
	if !a.untimed {
		start("scheduler", a.scheduler().Run)
	}
	if a.config.Server.Listen != "" {
		start("server", a.serveFigures)
	}
	for _, w := range a.watchers {
		start("mailbox "+w.Account.Address, w.Run)
	}
	<-ctx.Done()
	group.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// once takes in what lies in the mailboxes and sends what is due.
func (a *app) once(ctx context.Context) error {
	if err := a.prepare(ctx); err != nil {
		return err
	}
	var errs []error
	visit := func() {
		for _, w := range a.watchers {
			if err := w.Once(ctx); err != nil {
				errs = append(errs, fmt.Errorf("mailbox %s: %w", w.Account.Address, err))
			}
		}
	}
	visit()
	if err := a.send(ctx); err != nil {
		errs = append(errs, err)
	}
	if due, err := a.copiesDue(ctx); err != nil {
		errs = append(errs, err)
	} else if due && len(errs) == 0 {
		visit() // appends the copies of what has just left
	}
	return errors.Join(errs...)
}

// send sends what is due, and what follows from mails that a server refused.
func (a *app) send(ctx context.Context) error {
	if err := a.sender.Drain(ctx); err != nil {
		return err
	}
	if n, err := a.desk.Refused(ctx); err != nil || n == 0 {
		return err
	}
	return a.sender.Drain(ctx)
}

func (a *app) copiesDue(ctx context.Context) (bool, error) {
	for i := range a.config.Mailboxes {
		list, err := a.store.Read(ctx).CopiesDue(a.config.Mailboxes[i].Address, 1)
		if err != nil || len(list) > 0 {
			return len(list) > 0, err
		}
	}
	return false, nil
}

// prepare does what each start does: staff known and welcomed, what a dead process was sending given back, what was erased erased again
// after an older backup was put back, bytes that nothing names swept.
func (a *app) prepare(ctx context.Context) error {
	err := releaseDead(a.config.DataDir, func(owner string) error {
		return a.store.Write(ctx, a.desk.Now(), func(tx *models.Tx) error { return tx.ReleaseOwner(owner) })
	})
	if err != nil {
		return fmt.Errorf("leases of dead processes: %w", err)
	}
	if err := a.desk.SyncStaff(ctx); err != nil {
		return fmt.Errorf("staff: %w", err)
	}
	if n, err := a.desk.EraseAgain(ctx); err != nil {
		return fmt.Errorf("erasures of %s: %w", filepath.Join(a.config.DataDir, "erased.jsonl"), err)
	} else if n > 0 {
		a.log.Info("complaints were erased again", "complaints", n)
	}
	if _, err := a.desk.Refused(ctx); err != nil {
		return fmt.Errorf("refused mails: %w", err)
	}
	swept, err := a.store.Read(ctx).SweepBlobs(24 * time.Hour)
	if swept > 0 {
		a.log.Info("files that nothing names were swept away", "files", swept)
	}
	return err
}

// account is how the mailbox is reached by IMAP.
func (m *MailboxConfig) account() (mailin.Account, error) {
	t, err := tlsConfig(m.IMAP)
	if err != nil {
		return mailin.Account{}, err
	}
	return mailin.Account{Address: m.Address,
		Server: mailin.Server{Address: m.IMAP.Address, Security: m.IMAP.Security, Username: m.IMAP.Username, Password: m.IMAP.Password.Reveal(), TLS: t},
		Inbox:  m.Inbox, Processed: m.Processed, Review: m.Review, Shielded: m.Shielded, Sent: m.Sent, Poll: m.PollInterval, MaxSize: int64(m.MaxMessageSize)}, nil
}

// server is how mail of the mailbox is submitted.
func (m *MailboxConfig) server() (mailout.Server, error) {
	t, err := tlsConfig(m.SMTP)
	return mailout.Server{Address: m.SMTP.Address, Security: m.SMTP.Security, Username: m.SMTP.Username, Password: m.SMTP.Password.Reveal(), TLS: t}, err
}

// tlsConfig trusts the system's certificate authorities and the one of ca_file.
func tlsConfig(s MailServerConfig) (*tls.Config, error) {
	host, _, err := net.SplitHostPort(s.Address)
	if err != nil {
		return nil, errUsage{fmt.Errorf("address %q: %w", s.Address, err)}
	}
	c := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if s.CAFile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		return nil, errUsage{fmt.Errorf("ca_file: %w", err)}
	}
	if c.RootCAs, err = x509.SystemCertPool(); err != nil {
		c.RootCAs = x509.NewCertPool()
	}
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, errUsage{fmt.Errorf("ca_file %s holds no certificate in PEM form", s.CAFile)}
	}
	return c, nil
}

// settings is the part of the configuration that the procedure hangs on.
func (c *Config) settings() *procedure.Settings {
	o := c.Organization
	var closed []models.Date
	for _, d := range o.ClosedDays {
		closed = append(closed, models.DateOf(d, time.UTC))
	}
	s := &procedure.Settings{
		Organization: procedure.Organization{Name: o.Name, Signature: o.Signature, Phone: o.Phone, Language: o.Language, SecondLine: o.SecondLine},
		Profile:      c.Procedure.Terms.over(procedure.Profiles[c.Procedure.Profile]),
		Calendar:     procedure.NewCalendar(o.Timezone, o.Holidays, closed),
		FourEyes:     c.Procedure.FourEyes,
		Operator:     c.Operator.Email,
		StatusEvery:  termOf(c.Procedure.StatusEvery), SatisfactionAfter: termOf(c.Procedure.SatisfactionAfter), CloseAfter: termOf(c.Procedure.CloseAfter),
		Recurrence: procedure.Rate(c.Procedure.Recurrence),
		Anonymous:  c.Procedure.Anonymous, ThanksFor: c.Procedure.ThanksFor,
		Flood: procedure.Rate(c.Limits.Flood), Automatic: procedure.Rate(c.Limits.Automatic), PseudonymiseAfter: c.Retention.PseudonymiseAfter.age(),
	}
	for _, m := range c.Staff {
		entry := &models.Staff{Email: models.FoldAddress(m.Email), Name: m.Name, Aliases: m.Aliases, Departments: m.Departments, Language: m.Language, Substitute: m.Substitute, Shared: m.Shared}
		for _, r := range m.Roles {
			entry.Roles = append(entry.Roles, models.Role(r))
		}
		s.Staff = append(s.Staff, entry)
	}
	for _, d := range c.Departments {
		dep := procedure.Department{Name: d.Name, Head: d.Head, Addresses: d.Addresses, Keywords: d.Keywords}
		if d.Answer != (Period{}) {
			t := termOf(d.Answer)
			dep.Answer = &t
		}
		s.Departments = append(s.Departments, dep)
	}
	for _, m := range c.Mailboxes {
		s.Mailboxes = append(s.Mailboxes, procedure.Mailbox{Address: m.Address, Name: m.Name, Plus: m.ReplyAddressing == "plus", Processed: m.Processed,
			Review: m.Review, Shielded: m.Shielded, Sent: m.Sent, AcknowledgeWithin: time.Duration(m.AcknowledgeWithin.fewestDays()) * 24 * time.Hour, Lists: m.Lists, Poll: m.PollInterval})
	}
	for _, f := range c.FormSenders {
		s.FormSenders = append(s.FormSenders, procedure.FormSender(f))
	}
	for _, scanner := range c.Scanners {
		s.Scanners = append(s.Scanners, scanner.Address)
	}
	return s
}
