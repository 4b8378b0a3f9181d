package main

import (
	"context"
	"fmt"
)

type runCommand struct {
	Once bool `help:"Take in what lies in the mailboxes, send what is due, and end."`
}

// Run is the service. SIGHUP begins it anew with configuration, texts and staff as they are then; when something is wrong with them, that
// is named, and what was there before stays in force.
func (r *runCommand) Run(env *environment) error {
	a, err := openApp(env)
	if err != nil {
		return err
	}
	if err := a.desk.Texts.OwnFaults(); err != nil { // complaints come in all the same
		fmt.Fprintln(env.stderr, err)
		a.log.Error("texts under own are faulty and cannot be used")
	}
	if r.Once {
		defer a.Close()
		return a.once(env.ctx)
	}
	for a != nil {
		ctx, stop := context.WithCancel(env.ctx)
		next := make(chan *app, 1)
		go func() {
			defer close(next)
			if n := a.awaitReload(ctx, env); n != nil {
				next <- n
				stop()
			}
		}()
		a.log.Info("dankuwel is running", "mailboxes", len(a.watchers), "version", version)
		err := a.run(ctx)
		stop()
		reloaded := <-next
		a.Close()
		if err != nil && reloaded != nil {
			reloaded.Close()
		}
		if err != nil {
			return err
		}
		a = reloaded
	}
	return nil
}

// awaitReload waits for a SIGHUP that finds everything in order and returns what is to run from then on; nil when ctx ends.
func (a *app) awaitReload(ctx context.Context, env *environment) *app {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-env.hangup:
		}
		c, err := LoadConfig(env.config, env.getenv)
		if err == nil {
			var next *app
			if next, err = newApp(env.ctx, c, a.log, a.desk.Now); err == nil {
				if err = next.desk.Texts.OwnFaults(); err == nil {
					a.log.Info("the configuration was read again")
					return next
				}
				next.Close()
			}
		}
		fmt.Fprintln(env.stderr, err)
		a.log.Error("the configuration is faulty; the one before stays in force")
	}
}
