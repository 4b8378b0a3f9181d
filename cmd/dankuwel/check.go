package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"time"

	"dankuwel/mailin"
	"dankuwel/mailout"
	"dankuwel/models"
	"dankuwel/templates"
)

type checkCommand struct {
	Wait time.Duration `default:"30s" help:"How long the mail to itself may take."`
}

// checkFinding is a line of check.
type checkFinding struct {
	Level string `json:"level"` // ok, warning, error
	Text  string `json:"text"`
	Mend  string `json:"mend,omitempty"`
}

// checkup collects what check finds and prints each line at once.
type checkup struct {
	env    *environment
	out    list
	errors int
}

func (c *checkup) say(level, text, mend string) error {
	if level == "error" {
		c.errors++
	}
	line := fmt.Sprintf("%-8s %s", level, text)
	if mend != "" {
		line += "; " + mend
	}
	return c.out.add(checkFinding{level, text, mend}, "%s", line)
}

// Run validates and tries everything; one line per finding: ok, warning or error, and the mend.
func (k *checkCommand) Run(env *environment) error {
	config, err := LoadConfig(env.config, env.getenv)
	if err != nil {
		return err
	}
	c := &checkup{env: env, out: list{w: env.stdout, json: env.json}}
	if err := c.all(config, k.Wait); err != nil {
		return err
	}
	if err := c.out.end(); err != nil {
		return err
	}
	if c.errors > 0 {
		return errSilent
	}
	return nil
}

func (c *checkup) all(config *Config, wait time.Duration) error {
	if err := c.configuration(config); err != nil {
		return err
	}
	if err := c.texts(config); err != nil {
		return err
	}
	if err := c.register(config); err != nil {
		return err
	}
	for i := range config.Mailboxes {
		if err := c.mailbox(config, &config.Mailboxes[i], wait); err != nil {
			return err
		}
	}
	return nil
}

func (c *checkup) configuration(config *Config) error {
	if err := c.say("ok", config.Path+" is valid", ""); err != nil {
		return err
	}
	for _, f := range config.NotInForce() {
		if err := c.say("warning", f.String(), ""); err != nil {
			return err
		}
	}
	if info, err := os.Stat(config.Path); err == nil && info.Mode().Perm()&0o077 != 0 {
		if err := c.say("warning", fmt.Sprintf("%s can be read by others on this machine (%#o)", config.Path, info.Mode().Perm()), "chmod 600 "+config.Path); err != nil {
			return err
		}
	}
	if config.Retention.PseudonymiseAfter == (Period{}) {
		if err := c.say("warning", "retention.pseudonymise_after is not set: what complaints tell of people is kept for ever", `set [retention] pseudonymise_after, for example "24mo"`); err != nil {
			return err
		}
	}
	return c.terms(config)
}

// texts reads the organisation's own. A faulty one that replaces ours stops `run`; one under own only cannot be used.
func (c *checkup) texts(config *Config) error {
	if config.Templates.Dir == "" {
		return nil
	}
	set, err := templates.Load(config.Templates.Dir)
	if err == nil {
		err = set.OwnFaults()
	}
	if err != nil {
		for fault := range strings.SplitSeq(err.Error(), "\n") {
			if err := c.say("error", fault, ""); err != nil {
				return err
			}
		}
		return nil
	}
	if names := set.OwnNames(); len(names) > 0 {
		return c.say("ok", "texts in "+config.Templates.Dir+"; of your own: "+strings.Join(names, ", "), "")
	}
	return c.say("ok", "texts in "+config.Templates.Dir, "")
}

func (c *checkup) register(config *Config) error {
	store, err := config.openRegister(c.env.ctx)
	if err != nil {
		return c.say("error", "register: "+err.Error(), "look at data_dir and [database]")
	}
	defer store.Close()
	return c.say("ok", fmt.Sprintf("register on %s, schema %d, files in %s", config.Database.Driver, models.SchemaVersion(), config.DataDir), "")
}

func (c *checkup) mailbox(config *Config, m *MailboxConfig, wait time.Duration) error {
	if m.IMAP.Auth == "xoauth2" || m.SMTP.Auth == "xoauth2" {
		return c.say("error", m.Address+": auth = \"xoauth2\" is not in force in this version", "use auth = \"password\"")
	}
	if m.ReplyAddressing == "plus" && !mailout.LocalPartFits(m.Address) {
		if err := c.say("error", m.Address+": an address with number and token passes 64 octets before the @ (RFC 5321 section 4.5.3.1.1)", `choose a shorter mailbox, or reply_addressing = "subject"`); err != nil {
			return err
		}
	}
	account, err := m.account()
	if err != nil {
		return c.say("error", m.Address+": "+err.Error(), "")
	}
	reachable := true
	for _, f := range mailin.Check(c.env.ctx, account) {
		reachable = reachable && f.Level != "error"
		if err := c.say(f.Level, f.Text, f.Mend); err != nil {
			return err
		}
	}
	server, err := m.server()
	if err != nil {
		return c.say("error", m.Address+": "+err.Error(), "")
	}
	found, err := mailout.Check(c.env.ctx, server)
	if err != nil {
		reachable = false
		if err := c.say("error", fmt.Sprintf("%s: SMTP at %s: %v", m.Address, server.Address, err), "look at [mailbox.smtp]"); err != nil {
			return err
		}
	} else if err := c.say("ok", fmt.Sprintf("%s: SMTP at %s: %s", m.Address, server.Address, strings.Join(found, ", ")), ""); err != nil {
		return err
	}
	if !reachable {
		return nil
	}
	return c.roundTrip(config, m, account, server, wait)
}

// roundTrip writes a mail to the mailbox's own plus address, from a bounce address, and reads how it came back.
func (c *checkup) roundTrip(config *Config, m *MailboxConfig, account mailin.Account, server mailout.Server, wait time.Duration) error {
	token := make([]byte, 8)
	if _, err := rand.Read(token); err != nil {
		return err
	}
	id := hex.EncodeToString(token)
	detail := mailout.Detail{Code: mailout.BounceCode, Token: strings.Map(base32Digit, id)}
	to, from := m.Address, m.Address
	if m.ReplyAddressing == "plus" {
		to, from = detail.With(m.Address), detail.With(m.Address)
	}
	_, domain, _ := strings.Cut(m.Address, "@")
	probe := mailout.Mail{Kind: "check", ID: "check", From: mailout.Addr(m.Name, m.Address), To: mailout.Addr("", to), Subject: "dankuwel check " + id,
		Text: "A test mail of dankuwel check. It is removed again.\n", HTML: "<p>A test mail of dankuwel check. It is removed again.</p>\n",
		MessageID: "check." + id + "@" + domain, Date: time.Now(), Auto: "auto-generated"}
	var raw bytes.Buffer
	if err := mailout.Compose(&raw, probe); err != nil {
		return err
	}
	if err := mailout.SendNow(c.env.ctx, server, from, to, raw.Bytes()); err != nil {
		return c.say("error", fmt.Sprintf("%s: a mail from %s to %s was refused: %v", m.Address, from, to, err),
			`allow plus addresses as envelope sender on the server, or set reply_addressing = "subject"`)
	}
	ctx, stop := context.WithTimeout(c.env.ctx, wait)
	defer stop()
	back, err := mailin.AwaitProbe(ctx, account, probe.MessageID)
	if err != nil {
		return c.say("error", fmt.Sprintf("%s: the mail to %s did not come back within %s: %v", m.Address, to, wait, err),
			`does the server deliver plus addresses? Otherwise set reply_addressing = "subject"`)
	}
	if err := c.say("ok", m.Address+": a mail to "+to+" came back", ""); err != nil {
		return err
	}
	if err := c.bounceAddress(m, back, from); err != nil {
		return err
	}
	return c.authServID(config, m, back)
}

func base32Digit(r rune) rune {
	if r >= '0' && r <= '9' {
		return 'g' + (r - '0')
	}
	return r
}

func (c *checkup) bounceAddress(m *MailboxConfig, back *mailin.Message, from string) error {
	switch {
	case m.ReplyAddressing != "plus":
		return c.say("ok", m.Address+": delivery status notifications are tied by the returned Message-ID", "")
	case back.ReturnPath == "":
		return c.say("warning", m.Address+": the server writes no Return-Path, so it cannot be seen whether the bounce address survives", "")
	case !strings.EqualFold(back.ReturnPath, from):
		return c.say("warning", fmt.Sprintf("%s: the server rewrites the envelope sender to %s: delivery status notifications are tied by the returned Message-ID", m.Address, back.ReturnPath), "")
	}
	return c.say("ok", m.Address+": the bounce address survives: delivery status notifications are tied to their mail", "")
}

// authServID compares who vouches for the sender of the test mail with the configuration, and proposes what it saw.
func (c *checkup) authServID(config *Config, m *MailboxConfig, back *mailin.Message) error {
	seen := ""
	if fields := back.All("Authentication-Results"); len(fields) > 0 {
		seen, _, _ = strings.Cut(fields[0], ";")
		seen, _, _ = strings.Cut(strings.TrimSpace(seen), " ")
	}
	want := config.Security.AuthservID
	switch {
	case seen == "" && want == "":
		return c.say("warning", m.Address+": the server vouches for no sender: a staff mail counts by its token and From alone", "")
	case seen == "":
		return c.say("warning", fmt.Sprintf("%s: the test mail bears no Authentication-Results, so %q vouches for nobody: every staff mail is asked back", m.Address, want), `set security.authserv_id = ""`)
	case want == "":
		return c.say("warning", fmt.Sprintf("%s: the server vouches for senders as %q", m.Address, seen), fmt.Sprintf("set security.authserv_id = %q", seen))
	case !strings.EqualFold(seen, want):
		return c.say("warning", fmt.Sprintf("%s: the server vouches as %q, the configuration believes %q", m.Address, seen, want), fmt.Sprintf("set security.authserv_id = %q", seen))
	}
	return c.say("ok", fmt.Sprintf("%s: %s vouches for senders", m.Address, seen), "")
}
