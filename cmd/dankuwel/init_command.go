package main

import "fmt"

type initCommand struct{}

// Run writes the configuration file.
func (initCommand) Run(env *environment) error {
	if err := WriteInit(env.config); err != nil {
		return errUsage{err}
	}
	_, err := fmt.Fprintf(env.stdout, "%s is written; fill it in, then: dankuwel -c %s check\n", env.config, env.config)
	return err
}
