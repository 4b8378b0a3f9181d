//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"text/template"
	"time"
)

// settings are what a story changes in testdata/config.toml.
type settings struct {
	Mailbox string // lines of the first [[mailbox]]
	Second  bool   // meldpunt@example.test is a mailbox of ours as well
	NoAuth  bool   // security.authserv_id is ""
	Kitchen bool   // there is a department "Keuken", and Bram is its handler
	More    string // tables at the end
	Tongue  string // language of all staff; empty: the organisation's
	Disk    string // size of a disk of its own for the register, as `mount -o size=` takes it; empty: none
}

// noFlood lets a few addresses write as much as they like.
const noFlood = "[limits]\nflood = \"0\"\n"

// world is a rig, an empty register and the program between them.
type world struct {
	*rig
	t       *testing.T
	engine  string
	dir     string
	disk    string // where the register's own disk is mounted
	dsn     string
	service *service
}

// service is a running `dankuwel run`.
type service struct {
	*exec.Cmd
	ended chan struct{} // closed when the process has ended
	err   error         // how it ended; to be read after ended
}

var worlds atomic.Int64

func newWorld(t *testing.T, engine string, with settings) *world {
	t.Helper()
	w := &world{rig: borrowRig(t), t: t, engine: engine, dir: filepath.Join(root, fmt.Sprintf("world%d", worlds.Add(1)))}
	if err := os.Mkdir(w.dir, 0o711); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(w.dir, "data")
	if with.Disk != "" {
		w.mount(with.Disk)
		data = filepath.Join(w.disk, "data")
	}
	w.dsn = "dankuwel.db"
	if engine == "postgres" {
		w.dsn = newDatabase(t, w.tablespace())
	}
	w.writeConfig(data, with)
	t.Cleanup(w.end)
	return w
}

func (w *world) writeConfig(data string, with settings) {
	w.t.Helper()
	text, err := template.ParseFiles(filepath.Join("testdata", "config.toml"))
	if err != nil {
		w.t.Fatal(err)
	}
	var out bytes.Buffer
	err = text.Execute(&out, struct {
		settings
		Data, Engine, DSN string
		Rig               *rig
	}{with, data, w.engine, w.dsn, w.rig})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(w.config(), out.Bytes(), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// change replaces some words of config.toml where they stand first, and tells in which line.
func (w *world) change(old, text string) (line int) {
	w.t.Helper()
	raw, err := os.ReadFile(w.config())
	if err != nil {
		w.t.Fatal(err)
	}
	before, after, found := strings.Cut(string(raw), old)
	if !found {
		w.t.Fatalf("config.toml does not hold %q", old)
	}
	if err := os.WriteFile(w.config(), []byte(before+text+after), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return strings.Count(before, "\n") + 1
}

func (w *world) config() string   { return filepath.Join(w.dir, "config.toml") }
func (w *world) logFile() string  { return filepath.Join(w.dir, "run.log") }
func (w *world) database() string { return filepath.Join(w.dir, "data", "dankuwel.db") }

// log is everything that the program has written to standard output and error.
func (w *world) log() string {
	said, _ := os.ReadFile(w.logFile())
	return string(said)
}

// end is the last assertion of every story: the service stops when asked, what it promised holds, and it kept its secrets.
func (w *world) end() {
	w.t.Helper()
	if w.service != nil {
		w.stop()
	}
	if !w.t.Failed() {
		if out, code := w.try("verify"); code != 0 {
			w.t.Errorf("verify ended with %d:\n%s", code, out)
		}
	}
	if strings.Contains(w.log(), "geheim") {
		w.t.Error("the log holds a password")
	}
	if w.t.Failed() {
		w.t.Logf("end of the log:\n%s", tail(w.log(), 25))
	}
}

// try runs the program and returns all that it said, and its exit status.
func (w *world) try(args ...string) (string, int) {
	w.t.Helper()
	stdout, stderr, code := w.exec(args...)
	return stdout + stderr, code
}

func (w *world) exec(args ...string) (stdout, stderr string, code int) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, append([]string{"--config", w.config()}, args...)...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err := cmd.Run()
	w.note(out.Bytes(), complaints.Bytes(), args)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return out.String(), complaints.String(), 0
	case errors.As(err, &exit):
		return out.String(), complaints.String(), exit.ExitCode()
	}
	w.t.Fatalf("run dankuwel %v: %v", args, err)
	return
}

// note keeps what a command said with the log of the service; JSON is data, not log.
func (w *world) note(stdout, stderr []byte, args []string) {
	if args[len(args)-1] == "--json" {
		stdout = nil
	}
	f, err := os.OpenFile(w.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		fmt.Fprintf(f, "$ dankuwel %s\n%s%s", strings.Join(args, " "), stdout, stderr)
		f.Close()
	}
}

// run runs a command that must succeed.
func (w *world) run(args ...string) string {
	w.t.Helper()
	out, code := w.try(args...)
	if code != 0 {
		w.t.Fatalf("dankuwel %s ended with %d:\n%s", strings.Join(args, " "), code, tail(out, 20))
	}
	return out
}

// once takes in what lies in the mailboxes and sends what is due, then waits until Postfix has delivered it.
func (w *world) once() {
	w.t.Helper()
	w.settle(w.t)
	w.run("run", "--once")
	w.settle(w.t)
}

// ask reads the JSON of a command into v.
func (w *world) ask(v any, args ...string) {
	w.t.Helper()
	out, said, code := w.exec(append(args, "--json")...)
	if code != 0 {
		w.t.Fatalf("dankuwel %s ended with %d:\n%s", strings.Join(args, " "), code, tail(said, 20))
	}
	if err := json.Unmarshal([]byte(out), v); err != nil {
		w.t.Fatalf("dankuwel %s --json: %v in %.300s", strings.Join(args, " "), err, out)
	}
}

// start starts the service and returns at once.
func (w *world) start() {
	w.t.Helper()
	log, err := os.OpenFile(w.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		w.t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(binary, "--config", w.config(), "run")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		w.t.Fatalf("start dankuwel: %v", err)
	}
	running := &service{Cmd: cmd, ended: make(chan struct{})}
	go func() {
		running.err = cmd.Wait()
		close(running.ended)
	}()
	w.service, w.rig.alarm = running, running.ended
}

// stop ends the service as systemd does, and expects a clean exit.
func (w *world) stop() {
	w.t.Helper()
	if err := w.signal(syscall.SIGTERM); err != nil {
		w.t.Errorf("the service did not stop cleanly on SIGTERM: %v", err)
	}
}

// kill ends the service as a power cut does.
func (w *world) kill() {
	w.t.Helper()
	w.signal(syscall.SIGKILL)
}

func (w *world) signal(s syscall.Signal) error {
	running := w.service
	w.service, w.rig.alarm = nil, nil
	running.Process.Signal(s)
	select {
	case <-running.ended:
		return running.err
	case <-time.After(20 * time.Second):
		running.Process.Kill()
		return fmt.Errorf("still running 20 s after %v", s)
	}
}

// mustLive fails the story when the service has ended by itself.
func (w *world) mustLive() {
	w.t.Helper()
	select {
	case <-w.service.ended:
		err := w.service.err
		w.service, w.rig.alarm = nil, nil
		w.t.Fatalf("the service ended by itself: %v", err)
	default:
	}
}

// until asks the register again and again until it says what is wanted; the register tells nobody when it changes.
func (w *world) until(what string, within time.Duration, wanted func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(within); !wanted(); time.Sleep(100 * time.Millisecond) {
		if w.service != nil {
			w.mustLive()
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("not within %v: %s", within, what)
		}
	}
}

func identity(name string) (*syscall.Credential, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}
