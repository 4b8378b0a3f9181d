package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// defaultConfig is the one home of every default; mailboxes and staff have theirs below.
func defaultConfig() *Config {
	return &Config{
		DataDir:      "data",
		Organization: OrganizationConfig{Language: "nl", Timezone: mustParse(parseZone, "Europe/Brussels"), Holidays: "BE"},
		Database:     DatabaseConfig{Driver: "sqlite"},
		Limits:       LimitsConfig{Flood: Rate{20, 10 * time.Minute}, Automatic: Rate{5, 24 * time.Hour}},
		Procedure: ProcedureConfig{
			Profile: "vlaams-bestuur", Anonymous: "handle", ThanksFor: "bericht",
			StatusEvery: Period{14, Days}, SatisfactionAfter: Period{7, Days}, CloseAfter: Period{21, Days},
			Recurrence: Rate{3, 90 * 24 * time.Hour},
		},
		Schedule: ScheduleConfig{
			StatusUpdates: mustParse(parseCron, "0 9 * * 1-5"),
			Reminders:     mustParse(parseCron, "30 8 * * 1-5"),
			FollowUps:     mustParse(parseCron, "0 10 * * 1-5"),
			Evaluations:   mustParse(parseCron, "0 9 * * 1-5"),
			ReviewList:    mustParse(parseCron, "15 8 * * *"),
			HandlerDigest: mustParse(parseCron, "0 8 * * 1-5"),
			WeeklyDigest:  mustParse(parseCron, "0 8 * * 1"),
			MonthlyDigest: mustParse(parseCron, "0 8 1 * *"),
			Lessons:       mustParse(parseCron, "0 8 1 */3 *"),
			AnnualReport:  mustParse(parseCron, "0 8 15 1 *"),
			Retention:     mustParse(parseCron, "0 3 * * *"),
		},
	}
}

func defaultMailbox() MailboxConfig {
	return MailboxConfig{
		ReplyAddressing: "plus",
		Inbox:           "INBOX", Processed: "Verwerkt", Review: "Te beoordelen", Shielded: "Afgeschermd", Sent: "Verzonden",
		PollInterval: time.Minute, MaxMessageSize: 50e6, AcknowledgeWithin: Period{14, Days},
		IMAP: MailServerConfig{Security: "tls", Auth: "password"},
		SMTP: MailServerConfig{Security: "starttls", Auth: "password"},
	}
}

// mustParse is for defaults: they are written by us and tested.
func mustParse[T any](parse func(string) (T, error), s string) T {
	v, err := parse(s)
	if err != nil {
		panic(fmt.Sprintf("config: default %q %v", s, err))
	}
	return v
}

var (
	languages = oneOf("nl", "fr", "en", "de")
	term      = periodIn(Days, WorkingDays, Weeks)
)

// read fills c from the file, in the order of CONTRACT section 3, and then holds its parts against each other.
func (r *configReader) read(root section, c *Config) {
	set(root, "data_dir", &c.DataDir, oneLine)
	c.DataDir = r.besideConfig(c.DataDir)
	readOrganization(root.table("organization"), &c.Organization)
	readDatabase(root.table("database"), &c.Database, c.DataDir)
	r.mailboxes = root.tables("mailbox")
	for _, s := range r.mailboxes {
		c.Mailboxes = append(c.Mailboxes, readMailbox(s, c.Organization.Name))
	}
	r.formSenders = root.tables("form_sender")
	for _, s := range r.formSenders {
		c.FormSenders = append(c.FormSenders, readFormSender(s))
	}
	r.scanners = root.tables("scanner")
	for _, s := range r.scanners {
		c.Scanners = append(c.Scanners, readScanner(s))
	}
	set(root.table("security"), "authserv_id", &c.Security.AuthservID, optional(parseAuthservID))
	set(root.table("limits"), "flood", &c.Limits.Flood, parseRate)
	set(root.table("limits"), "automatic", &c.Limits.Automatic, parseRate)
	readProcedure(root.table("procedure"), &c.Procedure)
	r.staff = root.tables("staff")
	for _, s := range r.staff {
		c.Staff = append(c.Staff, readStaff(s, c.Organization.Language))
	}
	r.departments = root.tables("department")
	for _, s := range r.departments {
		c.Departments = append(c.Departments, readDepartment(s))
	}
	set(root.table("operator"), "email", &c.Operator.Email, optional(parseEmail))
	readSchedule(root.table("schedule"), &c.Schedule)
	readTemplates(root.table("templates"), &c.Templates)
	set(root.table("retention"), "pseudonymise_after", &c.Retention.PseudonymiseAfter, periodIn(Days, Weeks, Months))
	set(root.table("server"), "listen", &c.Server.Listen, optional(parseServer))
	r.check(root, c)
}

func readOrganization(s section, o *OrganizationConfig) {
	s.required("name")
	set(s, "name", &o.Name, oneLine)
	set(s, "signature", &o.Signature, optional(oneLine))
	set(s, "phone", &o.Phone, optional(oneLine))
	set(s, "language", &o.Language, languages)
	set(s, "timezone", &o.Timezone, parseZone)
	set(s, "holidays", &o.Holidays, oneOf("BE", "NL", ""))
	setList(s, "closed_days", &o.ClosedDays, parseDate)
	set(s, "second_line", &o.SecondLine, optional(oneLine))
}

const postgresExample = `"postgres://user:password@host:5432/dankuwel"`

// readDatabase never shows the DSN: it may hold a password.
func readDatabase(s section, d *DatabaseConfig, dataDir string) {
	set(s, "driver", &d.Driver, oneOf("sqlite", "postgres"))
	dsn := ""
	if d.Driver == "sqlite" {
		dsn = "dankuwel.db"
	} else if !s.has("dsn") {
		s.r.add(s.r.lineOf(s.path), "database.dsn", `is missing in [database]: driver "postgres" needs it`, postgresExample)
	}
	set(s, "dsn", &dsn, func(text string) (string, error) { return text, nil })
	address, err := url.Parse(dsn)
	isURL := err == nil && (address.Scheme == "postgres" || address.Scheme == "postgresql")
	switch driver, ok := s.values["driver"]; {
	case ok && driver != d.Driver: // faulty, and said so
	case d.Driver == "postgres":
		if s.has("dsn") && (!isURL || address.Host == "" || strings.Trim(address.Path, "/") == "") {
			s.r.add(s.r.lineOf(joinKey(s.path, "dsn")), "database.dsn",
				"is no postgres URL with host and database", postgresExample)
		}
	case strings.HasPrefix(dsn, "postgres"):
		s.fault("dsn", `is a postgres URL, but driver is "sqlite"; set driver = "postgres" or name a file`)
	case !filepath.IsLocal(dsn) || strings.ContainsAny(dsn, "?\x00") || filepath.Clean(dsn) == ".":
		s.fault("dsn", "is no path of a file under data_dir")
	default:
		dsn = filepath.Join(dataDir, dsn)
	}
	d.DSN = NewSecret(dsn)
}

func readMailbox(s section, organization string) MailboxConfig {
	m := defaultMailbox()
	m.Name = organization
	s.required("address")
	set(s, "address", &m.Address, parseEmail)
	set(s, "name", &m.Name, oneLine)
	set(s, "reply_addressing", &m.ReplyAddressing, oneOf("plus", "subject"))
	set(s, "inbox", &m.Inbox, oneLine)
	set(s, "processed", &m.Processed, optional(oneLine))
	set(s, "review", &m.Review, optional(oneLine))
	set(s, "shielded", &m.Shielded, optional(oneLine))
	set(s, "sent", &m.Sent, optional(oneLine))
	set(s, "poll_interval", &m.PollInterval, parseInterval)
	set(s, "max_message_size", &m.MaxMessageSize, parseSize)
	set(s, "acknowledge_within", &m.AcknowledgeWithin, periodIn(Days, Weeks))
	setList(s, "lists", &m.Lists, parseListID)
	readMailServer(s.table("imap"), &m.IMAP, m.Address)
	readMailServer(s.table("smtp"), &m.SMTP, m.Address)
	return m
}

func readMailServer(s section, m *MailServerConfig, mailbox string) {
	if !s.present {
		s.r.add(s.r.lineOf(s.path), s.key, fmt.Sprintf("is missing in [[mailbox]] number %d: write [%s] with address, username and password below it",
			max(s.number(), 1), s.key), "")
		return
	}
	m.Username = mailbox
	s.required("address")
	set(s, "address", &m.Address, parseServer)
	set(s, "security", &m.Security, oneOf("tls", "starttls", "none"))
	set(s, "username", &m.Username, oneLine)
	set(s, "auth", &m.Auth, oneOf("password", "xoauth2"))
	setBool(s, "allow_insecure", &m.AllowInsecure)
	set(s, "ca_file", &m.CAFile, optional(s.r.certificates))
	readPassword(s, m)
	if m.Security == "none" && m.Address != "" && !isLoopback(m.Address) && !m.AllowInsecure {
		s.fault("security", `"none" sends the password readable through the network and is only for this machine; `+
			`use "tls" or "starttls", or set allow_insecure = true`)
	}
	if m.Auth == "xoauth2" {
		s.r.notInForce = append(s.r.notInForce, Finding{File: s.r.file, Line: s.r.lineOf(joinKey(s.path, "auth")), Key: s.key + ".auth",
			Problem: `"xoauth2" is not in force in this version; use "password"`})
	}
}

// certificates checks that a file holds PEM certificates; the value is a path and may be shown.
func (r *configReader) certificates(path string) (string, error) {
	path = r.besideConfig(path)
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", errors.New("cannot be read: " + osReason(err))
	}
	if !x509.NewCertPool().AppendCertsFromPEM(raw) {
		return "", errors.New("holds no certificate (PEM, -----BEGIN CERTIFICATE-----)")
	}
	return path, nil
}

// readPassword takes the password from the one place that is given. No finding shows a value: whoever confuses the
// three keys writes the password into the wrong one.
func readPassword(s section, m *MailServerConfig) {
	names := []string{"password", "password_file", "password_env"}
	var given []string
	for _, name := range names {
		raw, ok := s.raw(name)
		if !ok {
			continue
		}
		given = append(given, name)
		text, ok := raw.(string)
		if !ok {
			s.fault(name, "is "+typeName(raw)+", but a text between quotation marks is wanted")
			continue
		}
		if password := s.secretFrom(name, text); password != "" {
			m.Password = NewSecret(password)
		}
	}
	switch {
	case len(given) == 0 && m.Auth == "password":
		s.fault("password", "is missing"+s.where()+": give one of "+strings.Join(names, ", "))
	case len(given) > 1:
		s.faultWith(given[1], "stands beside "+given[0]+": give one of "+strings.Join(names, ", ")+", not more", "")
	}
}

// secretFrom gives the password behind one of the three keys, or adds a finding and gives "".
func (s section) secretFrom(name, text string) string {
	if strings.TrimSpace(text) == "" {
		s.fault(name, "is empty")
		return ""
	}
	switch name {
	case "password_env":
		password := s.r.env(text)
		if password == "" {
			s.fault(name, "names an environment variable that is not set, or empty")
		}
		return password
	case "password_file":
		password, err := readSecretFile(s.r.besideConfig(text))
		if err != nil {
			s.fault(name, "the file "+err.Error())
		} else if password == "" {
			s.fault(name, "the file is empty")
		}
		return password
	}
	return text
}
