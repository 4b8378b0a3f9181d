package main

import (
	"encoding/json"
	"fmt"
)

type verifyCommand struct{}

// verdictJSON is what verify found.
type verdictJSON struct {
	OK     bool      `json:"ok"`
	Broken []string  `json:"broken"`
	Seal   *sealJSON `json:"seal"`
}

// sealJSON is the newest seal. Whoever keeps its hash elsewhere can tell later whether the seals are still those of then.
type sealJSON struct {
	ID         int64  `json:"id"`
	At         string `json:"at"`
	Complaints int64  `json:"complaints"`
	Events     int64  `json:"events"`
	Hash       string `json:"hash"`
}

// Run checks every promise of the register and names each that is broken.
func (verifyCommand) Run(env *environment) error {
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	v, err := a.verify(env)
	if err != nil {
		return err
	}
	if env.json {
		err = json.NewEncoder(env.stdout).Encode(v)
	} else {
		err = v.say(env)
	}
	if err == nil && !v.OK {
		err = errSilent
	}
	return err
}

func (a *app) verify(env *environment) (*verdictJSON, error) {
	tx := a.store.Read(env.ctx)
	broken, err := tx.Verify()
	if err != nil {
		return nil, err
	}
	v := &verdictJSON{OK: len(broken) == 0, Broken: append([]string{}, broken...)}
	seal, err := tx.LastSeal()
	if err == nil && seal != nil {
		v.Seal = &sealJSON{seal.ID, stamp(seal.At, a.desk.Zone()), seal.Complaints, seal.Events, seal.Hash}
	}
	return v, err
}

func (v *verdictJSON) say(env *environment) error {
	for _, b := range v.Broken {
		fmt.Fprintln(env.stdout, b)
	}
	if v.OK {
		fmt.Fprintln(env.stdout, "every promise holds")
	}
	if s := v.Seal; s != nil {
		fmt.Fprintf(env.stdout, "seal %d of %s over %d complaints and %d events: %s\n", s.ID, s.At, s.Complaints, s.Events, s.Hash)
	}
	return nil
}
