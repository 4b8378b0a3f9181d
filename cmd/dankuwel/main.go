// Command dankuwel is an e-mail-driven register of complaints. main.go is the command tree, config*.go the configuration, app.go the
// wiring; each command has a file of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"dankuwel/models"
)

// commands is the command tree; its help text is the manual.
type commands struct {
	Config string `short:"c" default:"config.toml" placeholder:"FILE" help:"Configuration file (${default})."`
	JSON   bool   `name:"json" help:"JSON instead of text, on everything that lists or shows."`

	Demo       demoCommand       `cmd:"" help:"Play a complaint on mail servers of its own: needs nothing installed and no configuration."`
	Init       initCommand       `cmd:"" help:"Write a short commented configuration file."`
	Check      checkCommand      `cmd:"" help:"Validate the configuration and try the mail servers, the database and the addresses."`
	Run        runCommand        `cmd:"" help:"Take in mail, register, acknowledge, schedule, send: the service."`
	Schedule   scheduleCommand   `cmd:"" help:"Do the time-driven work once, as of now or another time, and queue what is due."`
	Complaints complaintsCommand `cmd:"" help:"The register of complaints."`
	Outbox     outboxCommand     `cmd:"" help:"What is to be sent, and why it has not been."`
	Review     reviewCommand     `cmd:"" help:"Parked mail, which waits for a person's decision."`
	Ledger     ledgerCommand     `cmd:"" help:"Every mail that was ever seen, and its one outcome."`
	Report     reportCommand     `cmd:"" help:"Figures for management, of a week, a month or a year; to standard output."`
	Templates  templatesCommand  `cmd:"" help:"The texts of the letters."`
	Erase      eraseCommand      `cmd:"" help:"Erase what one complaint tells of people, everywhere; its figures stay."`
	Verify     verifyCommand     `cmd:"" help:"Check the audit chains, the number series and every promise; exit status 1 when one is broken."`
	Version    versionCommand    `cmd:"" help:"Version, commit, Go version, schema version of the database."`
}

// environment is what a command works with.
type environment struct {
	ctx            context.Context
	stdout, stderr io.Writer
	getenv         func(string) string
	hangup         <-chan os.Signal // SIGHUP
	config         string
	json           bool
}

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50) // the process shares a small machine with mail servers: somewhat slower for a fifth less memory
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	code := run(&environment{ctx: ctx, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, hangup: hangup}, os.Args[1:])
	stop()
	os.Exit(code)
}

// Exit statuses (CONTRACT section 2).
const (
	exitDone   = 0
	exitFailed = 1 // while working
	exitUsage  = 2 // wrong usage or configuration
)

// errUsage marks an error that the caller mends by calling otherwise.
type errUsage struct{ error }

// run does one command and returns its exit status.
func run(env *environment, args []string) int {
	var cli commands
	code := -1
	parser, err := kong.New(&cli, kong.Name("dankuwel"), kong.Description("An e-mail-driven register of complaints: thanks at once, an answer in time, lessons after."),
		kong.Writers(env.stdout, env.stderr), kong.Exit(func(c int) { code = c }), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(env.stderr, "dankuwel:", err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	kctx, err := parser.Parse(args)
	if code >= 0 { // --help has been printed
		return code
	}
	if err != nil {
		fmt.Fprintf(env.stderr, "dankuwel: %v; see dankuwel --help\n", err)
		return exitUsage
	}
	env.config, env.json = cli.Config, cli.JSON
	return finish(env, kctx.Run(env))
}

// finish says what went wrong, on a line of its own, and chooses the exit status.
func finish(env *environment, err error) int {
	var config *ConfigError
	var usage errUsage
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &config):
		fmt.Fprintln(env.stderr, config.Error())
		return exitUsage
	case errors.As(err, &usage):
		fmt.Fprintln(env.stderr, "dankuwel:", err)
		return exitUsage
	case errors.Is(err, errSilent):
		return exitFailed
	case models.IsNotFound(err):
		fmt.Fprintln(env.stderr, "dankuwel: there is none such:", err)
		return exitFailed
	}
	fmt.Fprintln(env.stderr, "dankuwel:", err)
	return exitFailed
}

// errSilent ends with status 1 when everything has been said.
var errSilent = errors.New("said")
