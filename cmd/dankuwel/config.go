package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// Config is config.toml: validated, defaults filled in, relative paths joined to the folder of the file.
type Config struct {
	Path         string // the file it was read from, as it was named
	DataDir      string
	Organization OrganizationConfig
	Database     DatabaseConfig
	Mailboxes    []MailboxConfig // at least one
	FormSenders  []FormSenderConfig
	Scanners     []ScannerConfig
	Security     SecurityConfig
	Limits       LimitsConfig
	Procedure    ProcedureConfig
	Staff        []StaffConfig // at least one has the role coordinator
	Departments  []DepartmentConfig
	Operator     OperatorConfig
	Schedule     ScheduleConfig
	Templates    TemplatesConfig
	Retention    RetentionConfig
	Server       ServerConfig

	notInForce []Finding
}

// OrganizationConfig is [organization].
type OrganizationConfig struct {
	Name       string
	Signature  string // who says "ik" in automatic mail; otherwise the name of the first coordinator
	Phone      string
	Language   string         // nl, fr, en or de
	Timezone   *time.Location // never nil
	Holidays   string         // BE, NL, or "" for none
	ClosedDays []time.Time    // midnight UTC of the calendar day that is meant
	SecondLine string
}

// DatabaseConfig is [database].
type DatabaseConfig struct {
	Driver string // sqlite or postgres
	DSN    Secret // sqlite: the path, joined to DataDir; postgres: the URL, which may hold a password
}

// MailboxConfig is one [[mailbox]].
type MailboxConfig struct {
	Address           string
	Name              string // otherwise the organisation's name
	ReplyAddressing   string // plus or subject
	Inbox             string
	Processed         string // "": leave the mail where it is
	Review            string // "": the same
	Shielded          string // "": the same
	Sent              string // "": no copy
	PollInterval      time.Duration
	MaxMessageSize    Size
	AcknowledgeWithin Period
	Lists             []string // List-Id of our own distribution lists
	IMAP              MailServerConfig
	SMTP              MailServerConfig
}

// MailServerConfig is [mailbox.imap] or [mailbox.smtp].
type MailServerConfig struct {
	Address       string // host:port
	Security      string // tls, starttls or none
	Username      string // otherwise the address of the mailbox
	Password      Secret // from password, password_file or password_env
	Auth          string // password or xoauth2
	CAFile        string // PEM; "": only the certificate authorities of the system
	AllowInsecure bool   // security "none" also beyond loopback
}

// FormSenderConfig is one [[form_sender]]: a web form that mails on behalf of a person.
type FormSenderConfig struct {
	Address    string
	NameField  string // a label in the text, or header:NAME
	EmailField string
	TextField  string
}

// ScannerConfig is one [[scanner]].
type ScannerConfig struct{ Address string }

// SecurityConfig is [security].
type SecurityConfig struct {
	AuthservID string // "": the server vouches for nothing (CONTRACT section 6)
}

// LimitsConfig is [limits].
type LimitsConfig struct{ Flood, Automatic Rate }

// ProcedureConfig is [procedure].
type ProcedureConfig struct {
	Profile           string // vlaams-bestuur, awb, wkkgz or vaph
	Anonymous         string // handle, note or refuse
	StatusEvery       Period
	SatisfactionAfter Period
	CloseAfter        Period
	FourEyes          bool
	Recurrence        Rate
	ThanksFor         string // brief, bericht or e-mail
	Terms             TermsConfig
}

// TermsConfig is [procedure.terms]: own terms over those of the profile. Zero or nil: the profile's.
type TermsConfig struct {
	Acknowledge Period
	Answer      Period
	Extend      Period
	Extensions  *int
	Suspends    *bool
}

// StaffConfig is one [[staff]]: one person, or one shared desk, with all addresses.
type StaffConfig struct {
	Name        string
	Email       string
	Aliases     []string
	Roles       []string // coordinator, handler, management; may be empty
	Departments []string
	Substitute  string // an address of another entry, or ""
	Language    string // otherwise the organisation's
	Shared      bool
}

// DepartmentConfig is one [[department]].
type DepartmentConfig struct {
	Name      string
	Head      string // an address of a staff entry, or ""
	Addresses []string
	Keywords  []string
	Answer    Period // zero: that of the procedure
}

// OperatorConfig is [operator].
type OperatorConfig struct {
	Email string // "": nobody is told
}

// ScheduleConfig is [schedule], in the time zone of the organisation.
type ScheduleConfig struct {
	StatusUpdates, Reminders, FollowUps, Evaluations, ReviewList, HandlerDigest Cron
	WeeklyDigest, MonthlyDigest, Lessons, AnnualReport, Retention               Cron
}

// TemplatesConfig is [templates].
type TemplatesConfig struct {
	Dir string // "": only the texts of the program
}

// RetentionConfig is [retention].
type RetentionConfig struct {
	PseudonymiseAfter Period // after closing; zero: never
}

// ServerConfig is [server].
type ServerConfig struct {
	Listen string // host:port, or "" for no server
}

// Finding is one thing that is wrong in the configuration, and how to mend it. It never holds a password.
type Finding struct {
	File    string
	Line    int    // 0: about no line in particular
	Key     string // dotted, without indexes; "": about no key in particular
	Problem string
	Example string // a valid value as it is written in TOML; may be empty
}

// String gives the finding as a line: config.toml:61: schedule.reminders: "every day" is no cron line; for example "30 8 * * 1-5".
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	b.WriteString(": ")
	if f.Key != "" {
		b.WriteString(f.Key + ": ")
	}
	b.WriteString(f.Problem)
	if f.Example != "" {
		b.WriteString("; for example " + f.Example)
	}
	return b.String()
}

// ConfigError is everything that is wrong in a configuration, in the order of the file.
type ConfigError struct{ Findings []Finding }

// Error gives one line per finding.
func (e *ConfigError) Error() string {
	lines := make([]string, len(e.Findings))
	for i, f := range e.Findings {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// LoadConfig reads and validates path. The error is a *ConfigError that holds all findings, never just the first.
// env looks up password_env; nil means that no variable is set.
func LoadConfig(path string, env func(string) string) (*Config, error) {
	if env == nil {
		env = func(string) string { return "" }
	}
	src, problem := readConfigFile(path)
	if problem != "" {
		return nil, &ConfigError{[]Finding{{File: path, Problem: problem}}}
	}
	tree := map[string]any{}
	if _, err := toml.Decode(src, &tree); err != nil {
		return nil, &ConfigError{[]Finding{syntaxFinding(path, err)}}
	}

	r := &configReader{file: path, dir: filepath.Dir(path), env: env, lines: scanLines(src)}
	r.hideSecrets(src, tree)
	r.walk(tree, "", "")
	c := defaultConfig()
	c.Path = path
	r.read(r.root(tree), c)
	if len(r.findings) > 0 {
		sort.SliceStable(r.findings, func(i, j int) bool { return lineOrder(r.findings[i]) < lineOrder(r.findings[j]) })
		return nil, &ConfigError{r.findings}
	}
	c.notInForce = r.notInForce
	sort.SliceStable(c.notInForce, func(i, j int) bool { return c.notInForce[i].Line < c.notInForce[j].Line })
	return c, nil
}

// NotInForce names the keys that the file sets but whose part is not built yet in this version.
func (c *Config) NotInForce() []Finding { return append([]Finding(nil), c.notInForce...) }

// lineOrder puts what is about no line at the end.
func lineOrder(f Finding) int {
	if f.Line == 0 {
		return 1 << 30
	}
	return f.Line
}

// maxConfigSize is far above any real configuration; a bigger file is another file, named by mistake.
const maxConfigSize = 1 << 20

// readConfigFile gives the text without byte order mark, or what is wrong.
func readConfigFile(path string) (src, problem string) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", "there is no such file; `dankuwel init` writes one, -c FILE names another"
	case err != nil:
		return "", "cannot be read: " + osReason(err)
	case !info.Mode().IsRegular():
		return "", "is not a file"
	case info.Size() > maxConfigSize:
		return "", "is larger than 1 MB and cannot be a configuration"
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", "cannot be read: " + osReason(err)
	}
	return strings.TrimPrefix(string(raw), "\ufeff"), ""
}

// osReason is the bare reason without the path: the path may be a password that somebody wrote into the wrong key.
func osReason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return "unknown reason"
}
