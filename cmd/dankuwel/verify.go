package main

import (
	"encoding/json"
	"fmt"
)

type verifyCommand struct{}

// Run checks every promise of the register and names each that is broken.
func (verifyCommand) Run(env *environment) error {
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	broken, err := a.store.Read(env.ctx).Verify()
	if err != nil {
		return err
	}
	if env.json {
		if broken == nil {
			broken = []string{}
		}
		if err := json.NewEncoder(env.stdout).Encode(map[string]any{"ok": len(broken) == 0, "broken": broken}); err != nil {
			return err
		}
	} else {
		for _, b := range broken {
			fmt.Fprintln(env.stdout, b)
		}
		if len(broken) == 0 {
			fmt.Fprintln(env.stdout, "every promise holds")
		}
	}
	if len(broken) > 0 {
		return errSilent
	}
	return nil
}
