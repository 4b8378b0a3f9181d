package main

import (
	"errors"
	"fmt"
	"io"

	"dankuwel/templates"
)

type templatesCommand struct {
	List templatesList `cmd:"" help:"The texts, and which are your own."`
	Show templatesShow `cmd:"" help:"The source of one text, to copy and change."`
	Lint templatesLint `cmd:"" help:"Hold the texts against the eight steps of the procedure and the rules of plain language."`
}

type templatesLint struct {
	Dir string `arg:"" optional:"" type:"existingdir" help:"A folder of your own texts; otherwise all texts that are in force."`
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
	if err == nil {
		err = set.OwnFaults()
	}
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

// Run holds texts against the eight steps. Every finding is an error.
func (l *templatesLint) Run(env *environment) error {
	set, c, err := loadTexts(env)
	if err != nil {
		return err
	}
	var found []templates.LintFinding
	if l.Dir != "" {
		found, err = templates.LintDir(l.Dir, c.Organization.Language)
	} else {
		found, err = set.Lint(c.Organization.Language)
	}
	if err != nil {
		return errUsage{err}
	}
	out := list{w: env.stdout, json: env.json}
	for _, f := range found {
		words := f.Words
		if words == "" {
			words = f.Sentence
		}
		j := map[string]string{"file": f.File, "lang": f.Lang, "kind": f.Kind, "code": f.Code, "words": f.Words, "sentence": f.Sentence, "advice": f.Advice}
		if err := out.add(j, "%s: %s: %s\n    %s", f.File, f.Code, words, f.Advice); err != nil {
			return err
		}
	}
	if err := out.end(); err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("%d findings", len(found))
	}
	return nil
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
