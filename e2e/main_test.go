//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// binary is the program under test: DK_BIN, or built once for all stories.
var binary string

// root holds every rig, register and database of this run; DK_KEEP=1 leaves it for a look.
var root string

func TestMain(m *testing.M) {
	os.Exit(runStories(m))
}

func runStories(m *testing.M) int {
	var err error
	if root, err = os.MkdirTemp("", "dankuwel-e2e-"); err != nil {
		return fail(err)
	}
	// Dovecot, Postfix and PostgreSQL run as other users than we do and must get through.
	if err := os.Chmod(root, 0o711); err != nil {
		return fail(err)
	}
	if os.Getenv("DK_KEEP") == "" {
		defer os.RemoveAll(root)
	} else {
		defer fmt.Println("kept:", root)
	}
	if binary, err = build(root); err != nil {
		return fail(err)
	}
	defer stopRigs()
	defer stopPostgres()
	return m.Run()
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, "e2e:", err)
	return 1
}

func build(dir string) (string, error) {
	if given := os.Getenv("DK_BIN"); given != "" {
		return filepath.Abs(given)
	}
	out := filepath.Join(dir, "dankuwel")
	cmd := exec.Command("go", "build", "-o", out, "./cmd/dankuwel")
	cmd.Dir = checkout()
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build ./cmd/dankuwel: %w\n%s", err, said)
	}
	return out, nil
}

// checkout is the folder that go.mod lies in, found from this file so that the working directory does not matter.
func checkout() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(file))
}

// number reads a size of the run (DK_MAILS, DK_KILLS, DK_RIGS) from the environment.
func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// need fails aloud, and never skips, when a server's program is not there.
func need(program, packages string) error {
	if _, err := exec.LookPath(program); err != nil {
		return fmt.Errorf("%s is not installed; the stories need it: apt-get install %s", filepath.Base(program), packages)
	}
	return nil
}

// engines are the databases that every story is told on.
var engines = []string{"sqlite", "postgres"}

// onEachEngine tells one story on every database, each time in a world of its own.
func onEachEngine(t *testing.T, with settings, story func(t *testing.T, w *world)) {
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			story(t, newWorld(t, engine, with))
		})
	}
}

// tail is the end of a log, enough to see why a program stopped.
func tail(text string, lines int) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
