package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"dankuwel/procedure"
)

type complaintsDossier struct {
	Number   string `arg:"" help:"For example K-2026-0001."`
	Output   string `short:"o" placeholder:"FILE" help:"Write to a new file in place of standard output."`
	Full     bool   `help:"A zip for an ombudsman: the dossier and the forms as PDF, every mail as it came and left, every attachment, the audit chain with all that its hashes are made of, and SHA256SUMS."`
	Identity bool   `help:"Of a shielded complaint: show who complains. The register notes that it was shown."`
}

// Run prints the dossier.
func (s *complaintsDossier) Run(env *environment) error {
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	out, done := env.stdout, func(err error) error { return err }
	if s.Output != "" {
		if out, done, err = newFile(s.Output); err != nil {
			return err
		}
	}
	buffered := bufio.NewWriter(out)
	err = a.desk.WriteDossier(env.ctx, buffered, strings.ToUpper(s.Number), s.Full, s.Identity)
	if err == nil {
		err = buffered.Flush()
	}
	if err = done(err); errors.Is(err, procedure.ErrShielded) {
		return errUsage{fmt.Errorf("%w: the full dossier tells who it is; --identity shows it, and the register notes that", err)}
	}
	return err
}

// newFile begins a file that must not be there yet, for its owner only. done closes it, and removes it again after a failure.
func newFile(name string) (io.Writer, func(error) error, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, nil, errUsage{fmt.Errorf("-o %s: the file is there already; choose another name", name)}
	}
	if err != nil {
		return nil, nil, errUsage{fmt.Errorf("-o: %w", err)}
	}
	return f, func(err error) error {
		if closed := f.Close(); err == nil {
			err = closed
		}
		if err != nil {
			os.Remove(name)
		}
		return err
	}, nil
}
