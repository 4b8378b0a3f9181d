package main

import (
	"context"
	"fmt"
)

type runCommand struct {
	Once bool `help:"Take in what lies in the mailboxes, send what is due, and end."`
}

// Run is the service. SIGHUP begins it anew with the configuration as it is then; a faulty one is named, and the old one stays in force.
func (r *runCommand) Run(env *environment) error {
	a, err := openApp(env)
	if err != nil {
		return err
	}
	if r.Once {
		defer a.Close()
		return a.once(env.ctx)
	}
	for {
		ctx, stop := context.WithCancel(env.ctx)
		next := make(chan *Config, 1)
		go func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-env.hangup:
				}
				c, err := LoadConfig(env.config, env.getenv)
				if err == nil {
					next <- c
					stop()
					return
				}
				fmt.Fprintln(env.stderr, err)
				a.log.Error("the configuration is faulty; the one before stays in force")
			}
		}()
		a.log.Info("dankuwel is running", "mailboxes", len(a.watchers), "version", versionText())
		err := a.run(ctx)
		stop()
		a.Close()
		select {
		case c := <-next:
			if err != nil {
				return err
			}
			a.log.Info("the configuration was read again")
			if a, err = newApp(env.ctx, c, a.log, a.desk.Now); err != nil {
				return err
			}
		default:
			return err
		}
	}
}
