package main

import (
	"errors"
	"io"

	"dankuwel/templates"
)

type templatesCommand struct {
	List templatesList `cmd:"" help:"The texts, and which are your own."`
	Show templatesShow `cmd:"" help:"The source of one text, to copy and change."`
}

type templatesList struct{}

type templatesShow struct {
	Name string `arg:"" help:"For example acknowledgement."`
	Lang string `default:"" placeholder:"nl" help:"nl, fr, en or de; otherwise the organisation's."`
}

func loadTexts(env *environment) (*templates.Set, *Config, error) {
	c, err := LoadConfig(env.config, env.getenv)
	if err != nil {
		return nil, nil, err
	}
	set, err := templates.Load(c.Templates.Dir)
	if err != nil {
		return nil, nil, errUsage{err}
	}
	return set, c, nil
}

// Run lists the texts.
func (templatesList) Run(env *environment) error {
	set, _, err := loadTexts(env)
	if err != nil {
		return err
	}
	out := list{w: env.stdout, json: env.json}
	for _, n := range set.Names() {
		own := ""
		if n.Own {
			own = "own"
		}
		j := map[string]any{"lang": n.Lang, "name": n.Kind, "own": n.Own}
		if err := out.add(j, "%s  %-20s %s", n.Lang, n.Kind, own); err != nil {
			return err
		}
	}
	return out.end()
}

// Run prints the source of a text.
func (t *templatesShow) Run(env *environment) error {
	set, c, err := loadTexts(env)
	if err != nil {
		return err
	}
	lang := t.Lang
	if lang == "" {
		lang = c.Organization.Language
	}
	source, err := set.Source(t.Name, lang)
	if err != nil {
		return errUsage{errors.Join(err, errors.New("dankuwel templates list names them all"))}
	}
	if env.json {
		out := list{w: env.stdout, json: true}
		if err := out.add(map[string]string{"lang": lang, "name": t.Name, "source": source}, ""); err != nil {
			return err
		}
		return out.end()
	}
	_, err = io.WriteString(env.stdout, source)
	return err
}
