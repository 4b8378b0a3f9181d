package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"dankuwel/models"
)

type restoreCommand struct {
	File  string `arg:"" type:"existingfile" help:"As dankuwel backup made it."`
	Check bool   `help:"Only read the backup to its end, and say whether it is in order and what it holds."`
	Moves bool   `help:"The register only moves, nothing ran since the backup was made: mails that waited in it are sent. Otherwise they are held back, for they may have left since."`
}

// backupHolds says what a backup holds.
type backupHolds struct {
	At         string   `json:"at"`
	Schema     int      `json:"schema"`
	Complaints int      `json:"complaints"`
	Mails      int      `json:"mails"` // in the ledger
	Gone       []string `json:"gone"`  // bytes that the register named and that were not there
}

func holds(c *Config, head *models.BackupHead, count *models.BackupCount) backupHolds {
	return backupHolds{stamp(head.At, c.Organization.Timezone), head.Schema, count.Rows["complaints"], count.Rows["ledger"], count.Gone}
}

type restoredJSON struct {
	backupHolds
	ErasedAgain int          `json:"erased_again"`
	HeldBack    []int64      `json:"held_back"` // outbox ids
	Verify      *verdictJSON `json:"verify"`
}

// Run puts a backup in the place of the register, erases again what was erased since, and verifies what it made.
func (r *restoreCommand) Run(env *environment) error {
	c, err := LoadConfig(env.config, env.getenv)
	if err != nil {
		return err
	}
	if r.Check {
		return r.check(env, c)
	}
	engine, dsn, err := c.register()
	if err != nil {
		return err
	}
	head, count, err := models.Restore(env.ctx, engine, dsn, c.DataDir, r.File, time.Now(), r.Moves)
	if err != nil {
		if errors.As(err, &models.ErrNewer{}) {
			err = fmt.Errorf("%w. To put the backup back all the same, move the register away first (%s)", err, c.away())
		}
		return fmt.Errorf("restore %s: %w", r.File, err)
	}
	j := &restoredJSON{backupHolds: holds(c, head, count), HeldBack: []int64{}}
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	if j.ErasedAgain, err = a.desk.EraseAgain(env.ctx); err != nil {
		return fmt.Errorf("the backup is back, but erasures of erased.jsonl are not done again yet; the next start of dankuwel run does them: %w", err)
	}
	held, err := a.store.Read(env.ctx).HeldBack()
	if err != nil {
		return err
	}
	for _, m := range held {
		j.HeldBack = append(j.HeldBack, m.ID)
	}
	if j.Verify, err = a.verify(env); err != nil {
		return err
	}
	if env.json {
		err = json.NewEncoder(env.stdout).Encode(j)
	} else {
		a.sayRestored(env, j, held)
		err = j.Verify.say(env)
	}
	if err == nil && !j.Verify.OK {
		err = errSilent
	}
	return err
}

// check reads the backup and says what it holds.
func (r *restoreCommand) check(env *environment, c *Config) error {
	head, count, err := models.CheckBackup(r.File)
	if err != nil {
		return fmt.Errorf("%s: %w", r.File, err)
	}
	j := holds(c, head, count)
	if env.json {
		return json.NewEncoder(env.stdout).Encode(j)
	}
	_, err = fmt.Fprintf(env.stdout, "%s is whole: the register as of %s, %d complaints, %d mails, made on %s by dankuwel %s, schema %d\n",
		r.File, j.At, j.Complaints, j.Mails, head.Engine, head.Version, head.Schema)
	return err
}

// away says how the register is moved out of the way.
func (c *Config) away() string {
	if c.Database.Driver == string(models.SQLite) {
		dsn := c.Database.DSN.Reveal()
		return "the file " + dsn + ", and " + dsn + "-wal when it is there"
	}
	return "name another, empty database in [database] dsn"
}

func (a *app) sayRestored(env *environment, j *restoredJSON, held []models.OutboxMail) {
	fmt.Fprintf(env.stdout, "the register is as it was at %s: %d complaints, %d mails\n", j.At, j.Complaints, j.Mails)
	if j.ErasedAgain > 0 {
		fmt.Fprintf(env.stdout, "%d complaints were erased again, as erased.jsonl says\n", j.ErasedAgain)
	}
	if len(held) > 0 {
		fmt.Fprintf(env.stdout, "%d mails waited in the backup and may have left since; none is sent by itself. Look into the folder of sent mail, then: dankuwel outbox retry ID... sends, dankuwel outbox left ID... notes that it had left\n", len(held))
		for _, m := range held {
			fmt.Fprintf(env.stdout, "%6d  %-18s %s\n", m.ID, m.Kind, m.Subject)
		}
	}
	var folders []string
	for i := range a.config.Mailboxes {
		m := &a.config.Mailboxes[i]
		for _, f := range []string{m.Processed, m.Review, m.Shielded} {
			if f != "" && !slices.Contains(folders, f) {
				folders = append(folders, f)
			}
		}
	}
	if len(folders) > 0 {
		fmt.Fprintf(env.stdout, "mails that were taken in after that moment lie in %s: before the next dankuwel run, move those back into the inbox, and they are registered and answered again\n", strings.Join(folders, ", "))
	}
}
