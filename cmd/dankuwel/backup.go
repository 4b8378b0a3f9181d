package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

type backupCommand struct {
	File string `arg:"" help:"A new file; for example backup-2026-11-24.tar.gz. It holds everything but config.toml, and whoever reads it reads the register."`
}

type backupJSON struct {
	backupHolds
	File    string  `json:"file"`
	Bytes   int64   `json:"bytes"` // of the file
	Seconds float64 `json:"seconds"`
}

// Run writes a backup. The service goes on meanwhile; what it does after the beginning is not in it.
func (b *backupCommand) Run(env *environment) error {
	c, err := LoadConfig(env.config, env.getenv)
	if err != nil {
		return err
	}
	store, err := c.openRegister(env.ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	begun := time.Now()
	head, count, err := store.BackupTo(env.ctx, b.File, version, begun)
	if err != nil {
		return err
	}
	info, err := os.Stat(b.File)
	if err != nil {
		return err
	}
	j := backupJSON{holds(c, head, count), b.File, info.Size(), time.Since(begun).Seconds()}
	if env.json {
		err = json.NewEncoder(env.stdout).Encode(j)
	} else {
		_, err = fmt.Fprintf(env.stdout, "%s: the register as of %s, %d complaints, %d mails, %.1f MB in %.1f s\n", j.File, j.At, j.Complaints, j.Mails, float64(j.Bytes)/1e6, j.Seconds)
	}
	if err == nil && len(j.Gone) > 0 {
		err = fmt.Errorf("the backup is made, but bytes of %d mails or attachments that the register names are gone or damaged; dankuwel verify names them", len(j.Gone))
	}
	return err
}
