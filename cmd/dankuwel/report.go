package main

import (
	"encoding/json"
	"fmt"
	"io"

	"dankuwel/models"
	"dankuwel/report"
	"dankuwel/templates"
)

type reportCommand struct {
	Period string `required:"" placeholder:"PERIOD" help:"A year, a month or an ISO week in the organisation's time zone: 2026, 2026-11, 2026-W47."`
	Format string `placeholder:"FORMAT" help:"html, json or pdf (html); json holds the numbers of the complaints behind each figure."`
}

// formats are those of a report.
var formats = map[string]bool{"html": true, "json": true, "pdf": true}

// Run writes the figures of a period to standard output, in the organisation's language.
func (r *reportCommand) Run(env *environment) error {
	switch {
	case r.Format == "" && env.json:
		r.Format = "json"
	case r.Format == "":
		r.Format = "html"
	}
	p, err := report.ParsePeriod(r.Period)
	if err != nil {
		return errUsage{fmt.Errorf("--period %w", err)}
	}
	if !formats[r.Format] || env.json && r.Format != "json" {
		return errUsage{fmt.Errorf("--format %q is none of html, json, pdf, or is not what --json asks for; for example --format json", r.Format)}
	}
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	zone, now := a.desk.Zone(), a.desk.Now()
	if p.First.Time(zone).After(now) {
		return errUsage{fmt.Errorf("--period %s has not begun yet", p.Name)}
	}
	tx := a.store.Read(env.ctx)
	f, err := report.Count(tx, p, zone, now, r.Format == "json")
	if err != nil {
		return err
	}
	if r.Format == "json" {
		return writeFigures(env.stdout, f, a)
	}
	if p.Week+p.Month == 0 {
		return a.printAnnual(env, f, r.Format)
	}
	flow, err := report.FlowTo(tx, p, zone)
	if err != nil {
		return err
	}
	o := a.desk.Settings.Organization
	org := templates.Organization{Name: o.Name, Phone: o.Phone, SecondLine: o.SecondLine}
	if r.Format == "pdf" {
		return report.Paper(env.stdout, a.desk.Texts, o.Language, org, f, flow, zone, now)
	}
	page, err := report.Page(a.desk.Texts, o.Language, org, f, flow, zone)
	if err != nil {
		return err
	}
	_, err = io.WriteString(env.stdout, page)
	return err
}

// figureJSON is one number. A null value or department is all of them; what the register does not know has the value "unknown".
type figureJSON struct {
	Figure     string   `json:"figure"`
	Value      *string  `json:"value"`
	Department *string  `json:"department"`
	Count      int      `json:"count"`
	Before     *int     `json:"before"`    // in the period before; null: not counted there
	LastYear   *int     `json:"last_year"` // in the same period a year earlier
	Numbers    []string `json:"numbers"`   // of the complaints behind it; P-n of parked mails
}

// statisticJSON is an average and a median, and of how many.
type statisticJSON struct {
	Count   int      `json:"count"`
	Average *float64 `json:"average"`
	Median  *float64 `json:"median"`
}

func statisticOf(average, median float64, n int) statisticJSON {
	if n == 0 {
		return statisticJSON{}
	}
	return statisticJSON{n, &average, &median}
}

type periodJSON struct {
	Period string        `json:"period"`
	From   models.Date   `json:"from"`
	Until  models.Date   `json:"until"` // its last day
	Days   statisticJSON `json:"days_to_answer"`
	Scores statisticJSON `json:"satisfaction"`
}

func inShort(t *report.Tally) periodJSON {
	return periodJSON{t.Name, t.First, t.Last, statisticOf(t.Days()), statisticOf(t.Scores())}
}

type lateJSON struct {
	Number     string      `json:"number"`
	Department string      `json:"department"`
	Day        int         `json:"day"`
	Term       int         `json:"term"`
	AnswerDue  models.Date `json:"answer_due"`
}

// writeFigures writes one object, a figure a line, so that what stands behind millions of them is never held twice.
func writeFigures(w io.Writer, f *report.Figures, a *app) error {
	head := struct {
		periodJSON
		AsOf     string     `json:"as_of"` // when the figures of the end were counted
		Before   periodJSON `json:"before"`
		LastYear periodJSON `json:"last_year"`
		Overdue  []lateJSON `json:"overdue"`
	}{inShort(f.Tally), stamp(f.AsOf(), a.desk.Zone()), inShort(f.Before), inShort(f.LastYear), []lateJSON{}}
	for _, l := range f.Overdue {
		head.Overdue = append(head.Overdue, lateJSON{l.Number, l.Department, l.Day, l.Term, l.DueOn})
	}
	b, err := json.Marshal(head)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s,\n\"figures\":", b[:len(b)-1]); err != nil {
		return err
	}
	out := list{w: w, json: true}
	for _, k := range f.Keys() {
		j := figureJSON{Figure: k.Figure, Value: orNull(k.Value), Department: orNull(k.Department), Count: f.Number(k), Numbers: f.Numbers(k)}
		if k.Figure != report.Mails { // what came in is told of the period alone
			before, lastYear := f.Before.Number(k), f.LastYear.Number(k)
			j.Before, j.LastYear = &before, &lastYear
		}
		if j.Numbers == nil {
			j.Numbers = []string{}
		}
		if err := out.add(j, ""); err != nil {
			return err
		}
	}
	if err := out.end(); err != nil {
		return err
	}
	_, err = io.WriteString(w, "}\n")
	return err
}
