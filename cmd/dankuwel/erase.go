package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"dankuwel/procedure"
)

type eraseCommand struct {
	Number string `arg:"" help:"Of a complaint that has ended; for example K-2026-0001."`
	Reason string `required:"" placeholder:"TEXT" help:"Why, without names: it stays in the register and in data_dir/erased.jsonl."`
}

type erasedJSON struct {
	Number   string  `json:"number"`
	ErasedAt *string `json:"erased_at"`
	Mails    int64   `json:"mails"` // still to go from the folders of the mailboxes
}

// Run erases the complaint. A second time changes nothing.
func (e *eraseCommand) Run(env *environment) error {
	number, reason := strings.ToUpper(strings.TrimSpace(e.Number)), strings.TrimSpace(e.Reason)
	if reason == "" {
		return errUsage{errors.New(`--reason is empty; for example --reason "asked for by letter of 3 March"`)}
	}
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.desk.Erase(env.ctx, number, reason, "operator"); err != nil {
		return err
	}
	tx := a.store.Read(env.ctx)
	c, err := tx.Complaint(number)
	if err != nil {
		return err
	}
	left, err := tx.ExpungesOf(c.ID)
	if err != nil {
		return err
	}
	j := erasedJSON{c.Number, stampOrNull(c.ErasedAt, a.desk.Zone()), left}
	if env.json {
		return json.NewEncoder(env.stdout).Encode(j)
	}
	fmt.Fprintf(env.stdout, "%s is erased since %s\n", j.Number, *j.ErasedAt)
	if left > 0 {
		fmt.Fprintf(env.stdout, "%d mails may still lie in the folders of the mailboxes; the service removes them, or dankuwel run --once\n", left)
	}
	fmt.Fprintln(env.stdout, "not reached: what people have in mailboxes of their own, and older backups; when one is put back, the next start erases again what data_dir/erased.jsonl names")
	return nil
}

// age is the period as the procedure counts it.
func (p Period) age() procedure.Age {
	switch p.Unit {
	case Months:
		return procedure.Age{Months: p.N}
	case Weeks:
		return procedure.Age{Days: 7 * p.N}
	}
	return procedure.Age{Days: p.N}
}
