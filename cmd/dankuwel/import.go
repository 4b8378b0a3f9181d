package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"dankuwel/procedure"
	paper "dankuwel/report"
)

type complaintsImport struct {
	File      string   `arg:"" placeholder:"FILE.csv" help:"A csv with the names of the columns in its first line."`
	Map       []string `placeholder:"NAME=COLUMN,..." help:"What columns stand for that are not understood by name, or should be taken otherwise; for example --map \"Klachtomschrijving=facts,Opmerking=-\". A - leaves the column out."`
	DryRun    bool     `help:"Read and check everything, and change nothing."`
	Delimiter string   `placeholder:"C" help:"Between the cells; otherwise what stands most often in the first line."`
}

type importJSON struct {
	DryRun  bool              `json:"dry_run"`
	Columns map[string]string `json:"columns"` // of the file: what each was taken for, "-" left out
	Added   int               `json:"added"`
	Known   int               `json:"known"`
	Open    int               `json:"open"`
	Late    int               `json:"late"`
	First   *string           `json:"first"`
	Last    *string           `json:"last"`
	Gone    map[string]int    `json:"handlers_left_out"`
	Faults  []string          `json:"faults"`
}

// Run takes the register over, or says what stands in the way.
func (x *complaintsImport) Run(env *environment) error {
	said, err := x.mapped()
	if err != nil {
		return err
	}
	delimiter, size := utf8.DecodeRuneInString(strings.Replace(x.Delimiter, "tab", "\t", 1))
	if x.Delimiter == "" {
		delimiter = 0
	} else if size != len(strings.Replace(x.Delimiter, "tab", "\t", 1)) || delimiter == '"' || delimiter == '\n' {
		return errUsage{fmt.Errorf(`--delimiter %q is none; for example --delimiter ";"`, x.Delimiter)}
	}
	file, err := os.Open(x.File)
	if err != nil {
		return errUsage{err}
	}
	defer file.Close()
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	j := &importJSON{DryRun: x.DryRun, Columns: map[string]string{}, Gone: map[string]int{}, Faults: []string{}}
	if err := x.take(env, a, file, delimiter, said, j); err != nil {
		return err
	}
	if env.json {
		err = json.NewEncoder(env.stdout).Encode(j)
	} else {
		j.print(env, x.File)
	}
	if err == nil && len(j.Faults) > 0 {
		return errSilent
	}
	return err
}

// mapped reads --map.
func (x *complaintsImport) mapped() (map[string]string, error) {
	said := map[string]string{}
	for _, m := range x.Map {
		i := strings.LastIndexByte(m, '=')
		if i <= 0 || i == len(m)-1 {
			return nil, errUsage{fmt.Errorf(`--map %q: NAME=COLUMN is needed; for example --map "Datum ontvangst=received_on"`, m)}
		}
		said[strings.TrimSpace(m[:i])] = strings.TrimSpace(m[i+1:])
	}
	return said, nil
}

// take reads the file and hands it to the desk. What is wrong with it stands in j.
func (x *complaintsImport) take(env *environment, a *app, file io.Reader, delimiter rune, said map[string]string, j *importJSON) error {
	sheet, errs := paper.ReadCSV(file, delimiter)
	for _, err := range errs {
		j.Faults = append(j.Faults, err.Error())
	}
	if sheet == nil || sheet.Head == nil {
		if len(errs) == 0 {
			j.Faults = append(j.Faults, "the file is empty; its first line names the columns, for example: Nummer;Ontvangen op;Klager;E-mail;Feiten")
		}
		return nil
	}
	keys, faults := a.desk.OldColumns(sheet.Head, said)
	for i, name := range sheet.Head {
		j.Columns[name] = keys[i]
	}
	if j.Faults = append(j.Faults, faults...); len(faults) > 0 {
		return nil
	}
	old, gone, wrong := a.desk.ReadOld(sheet, keys)
	j.Gone = gone
	var t procedure.Taken
	if len(wrong) == 0 && len(j.Faults) == 0 {
		do := a.desk.WouldTakeOver
		if !x.DryRun {
			do = a.desk.TakeOver
			if err := a.desk.SyncStaff(env.ctx); err != nil { // handlers are rows
				return fmt.Errorf("staff: %w", err)
			}
		}
		var err error
		if t, wrong, err = do(env.ctx, old); err != nil {
			return err
		}
	}
	for _, f := range wrong {
		j.Faults = append(j.Faults, f.String())
	}
	if len(j.Faults) == 0 {
		j.Added, j.Known, j.Open, j.Late, j.First, j.Last = t.Added, t.Known, t.Open, t.Late, orNull(t.First), orNull(t.Last)
	}
	return nil
}

func (j *importJSON) print(env *environment, file string) {
	w := env.stdout
	for _, f := range j.Faults {
		fmt.Fprintf(env.stderr, "%s: %s\n", file, f)
	}
	if n := len(j.Faults); n > 0 {
		fmt.Fprintf(env.stderr, "%s: nothing is taken over; mend the %d faults above and try again\n", file, n)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(j.Columns)) {
		fmt.Fprintf(w, "column %-30q %s\n", name, j.Columns[name])
	}
	for _, name := range slices.Sorted(maps.Keys(j.Gone)) {
		fmt.Fprintf(w, "handler %q is nobody of [[staff]], and is left out of %d complaints that have ended\n", name, j.Gone[name])
	}
	verb := "are"
	if j.DryRun {
		verb = "would be"
	}
	fmt.Fprintf(w, "%d complaints %s taken over", j.Added, verb)
	if j.First != nil {
		fmt.Fprintf(w, ", %s to %s", *j.First, *j.Last)
	}
	fmt.Fprintf(w, "; %d were there already\n", j.Known)
	if j.Open > 0 {
		fmt.Fprintf(w, "not ended: %d, late: %d; handlers and coordinator are reminded of them, the complainants hear nothing by the clock before somebody has acted\n", j.Open, j.Late)
	}
}
