package templates

import (
	"fmt"
	"sync"

	"github.com/BurntSushi/toml"
)

// Columns are what a complaint can bring along from another register, in the order of our own export, whose names they bear.
var Columns = []string{"number", "reference", "stage", "received_at", "received_on", "carrier", "channel", "capacity", "language", "subject", "name", "first_name", "title",
	"email", "phone", "address", "anonymous", "shielded", "department", "handler", "answer_due", "answered_at", "closed_at", "verdict", "severity", "kind", "solution",
	"end_reason", "satisfaction", "facts_on", "facts", "desired_solution", "circumstances", "causes", "damage", "earlier", "steps", "ombuds_norm", "conclusion", "erased_at"}

// columnFields are the columns that a field of the forms calls otherwise, and those it calls the same.
var columnFields = map[string]string{"complainant": "name", "solved": "solution", "satisfied": "satisfaction", "number": "number", "email": "email", "phone": "phone",
	"address": "address", "capacity": "capacity", "carrier": "carrier", "channel": "channel", "received_on": "received_on", "facts_on": "facts_on", "department": "department",
	"facts": "facts", "desired_solution": "desired_solution", "handler": "handler", "kind": "kind", "verdict": "verdict", "severity": "severity", "circumstances": "circumstances",
	"causes": "causes", "damage": "damage", "earlier": "earlier", "steps": "steps", "ombuds_norm": "ombuds_norm", "conclusion": "conclusion", "reason": "end_reason"}

// columnWords is the data file of one language, columns.toml.
type columnWords struct {
	Columns  map[string][]string `toml:"columns"`
	Stage    map[string][]string `toml:"stage"`
	Language map[string][]string `toml:"language"`
}

// columnBook is all of it, to read by: spelt words to keys.
type columnBook struct {
	langs                    map[string]*columnWords
	columns, stage, language map[string]string
}

var readColumns = sync.OnceValues(func() (*columnBook, error) {
	b := &columnBook{langs: map[string]*columnWords{}, columns: map[string]string{}, stage: map[string]string{}, language: map[string]string{}}
	for _, key := range Columns {
		b.columns[spell(key)] = key
	}
	add := func(known map[string]string, lists map[string][]string) {
		for key, words := range lists {
			known[spell(key)] = key
			for _, word := range words {
				known[spell(word)] = key
			}
		}
	}
	all, err := readWords()
	if err != nil {
		return nil, err
	}
	for _, lang := range Languages {
		source, err := ours.ReadFile(lang + "/columns.toml")
		if err != nil {
			return nil, fmt.Errorf("load columns: %w", err)
		}
		w := &columnWords{}
		if _, err := toml.Decode(string(source), w); err != nil {
			return nil, fmt.Errorf("load columns of %s: %w", lang, err)
		}
		b.langs[lang] = w
		add(b.columns, w.Columns)
		add(b.stage, w.Stage)
		for key := range w.Stage {
			b.stage[spell(all[lang].label("stage."+key))] = key
		}
		add(b.language, w.Language)
	}
	return b, nil
})

// Column finds the column of Columns that the name of one in another register stands for, in any language; "" when it is none. Nothing is
// guessed: what is taken for another column is never seen again.
func (s *Set) Column(name string) string {
	b, err := readColumns()
	if err != nil {
		return ""
	}
	if key := b.columns[spell(name)]; key != "" {
		return key
	}
	for _, field := range s.forms.fields[spell(name)] {
		if key := columnFields[field]; key != "" {
			return key
		}
	}
	return ""
}

// Stage finds the stage that words of another register stand for, in any language; "" when they are not understood.
func (s *Set) Stage(words string) string {
	b, err := readColumns()
	if err != nil {
		return ""
	}
	return b.stage[spell(words)]
}

// Language finds the language that words stand for; "" when it is none of ours.
func (s *Set) Language(words string) string {
	b, err := readColumns()
	if err != nil {
		return ""
	}
	return b.language[spell(words)]
}
