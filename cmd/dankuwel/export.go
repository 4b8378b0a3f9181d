package main

import (
	"bufio"
	"errors"
	"fmt"
	"time"

	"dankuwel/models"
	paper "dankuwel/report"
)

type complaintsExport struct {
	Format    string `enum:"csv,json,xlsx" default:"csv" help:"csv, json or xlsx (${default})."`
	Since     string `placeholder:"DATE" help:"Only what was received from this day or moment on (2026-11-23, or RFC 3339)."`
	Delimiter string `default:"," placeholder:"C" help:"Between the cells of a csv: , ; or tab. Excel in Belgium and the Netherlands opens ;."`
	BOM       bool   `name:"bom" help:"Begin a csv with a byte order mark, so that Excel reads é as é."`
}

// exportJSON is what complaints list says of a complaint, and more.
type exportJSON struct {
	complaintJSON
	ReceivedOn      models.Date `json:"received_on"`
	Capacity        *string     `json:"capacity"`
	Address         string      `json:"address"`
	Title           *string     `json:"title"`
	AnsweredAt      *string     `json:"answered_at"`
	ClosedAt        *string     `json:"closed_at"`
	Severity        *string     `json:"severity"`
	Kind            *string     `json:"kind"`
	Solution        *string     `json:"solution"`
	EndReason       *string     `json:"end_reason"`
	FactsOn         string      `json:"facts_on"`
	Facts           string      `json:"facts"`
	DesiredSolution string      `json:"desired_solution"`
}

// exportColumn is a column of csv and xlsx. The names never change and the order never does; new ones come behind.
type exportColumn struct {
	name  string
	width float64
	cell  func(*models.Complaint, *exportRun) any
}

// exportRun is what all rows of one export have in common.
type exportRun struct {
	now  time.Time
	zone *time.Location
}

func (r *exportRun) at(t time.Time) any { return t.In(r.zone) }

func (r *exportRun) maybe(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.In(r.zone)
}

var exportColumns = []exportColumn{
	{"number", 14, func(c *models.Complaint, _ *exportRun) any { return c.Number }},
	{"reference", 14, func(c *models.Complaint, _ *exportRun) any { return c.Reference }},
	{"stage", 14, func(c *models.Complaint, _ *exportRun) any { return string(c.Stage) }},
	{"received_at", 17, func(c *models.Complaint, r *exportRun) any { return r.at(c.ReceivedAt) }},
	{"received_on", 12, func(c *models.Complaint, _ *exportRun) any { return c.ReceivedOn }},
	{"registered_at", 17, func(c *models.Complaint, r *exportRun) any { return r.at(c.RegisteredAt) }},
	{"carrier", 12, func(c *models.Complaint, _ *exportRun) any { return c.Carrier }},
	{"channel", 12, func(c *models.Complaint, _ *exportRun) any { return c.Channel }},
	{"capacity", 12, func(c *models.Complaint, _ *exportRun) any { return c.Capacity }},
	{"language", 9, func(c *models.Complaint, _ *exportRun) any { return c.Language }},
	{"subject", 30, func(c *models.Complaint, _ *exportRun) any { return c.Subject }},
	{"name", 22, func(c *models.Complaint, _ *exportRun) any { return c.Complainant.Name }},
	{"title", 9, func(c *models.Complaint, _ *exportRun) any { return c.Complainant.Title }},
	{"email", 26, func(c *models.Complaint, _ *exportRun) any { return c.Complainant.Email }},
	{"phone", 15, func(c *models.Complaint, _ *exportRun) any { return c.Complainant.Phone }},
	{"address", 26, func(c *models.Complaint, _ *exportRun) any { return c.Complainant.Address }},
	{"anonymous", 11, func(c *models.Complaint, _ *exportRun) any { return c.Anonymous }},
	{"shielded", 9, func(c *models.Complaint, _ *exportRun) any { return c.Shielded }},
	{"department", 16, func(c *models.Complaint, _ *exportRun) any { return c.Department }},
	{"handler", 24, func(c *models.Complaint, _ *exportRun) any {
		if c.Handler == nil {
			return nil
		}
		return c.Handler.Email
	}},
	{"answer_due", 12, func(c *models.Complaint, _ *exportRun) any { return c.AnswerDue }},
	{"overdue", 9, func(c *models.Complaint, r *exportRun) any { return c.Overdue(models.DateOf(r.now, r.zone)) }},
	{"suspended", 10, func(c *models.Complaint, _ *exportRun) any { return c.SuspendedAt != nil }},
	{"answered_at", 17, func(c *models.Complaint, r *exportRun) any { return r.maybe(c.AnsweredAt) }},
	{"closed_at", 17, func(c *models.Complaint, r *exportRun) any { return r.maybe(c.ClosedAt) }},
	{"verdict", 14, func(c *models.Complaint, _ *exportRun) any { return c.Verdict }},
	{"severity", 10, func(c *models.Complaint, _ *exportRun) any { return c.Severity }},
	{"kind", 18, func(c *models.Complaint, _ *exportRun) any { return c.Kind }},
	{"solution", 13, func(c *models.Complaint, _ *exportRun) any { return c.Solution }},
	{"end_reason", 16, func(c *models.Complaint, _ *exportRun) any { return c.EndReason }},
	{"satisfaction", 11, func(c *models.Complaint, _ *exportRun) any {
		if c.Satisfaction == nil {
			return nil
		}
		return *c.Satisfaction
	}},
	{"facts_on", 14, func(c *models.Complaint, _ *exportRun) any { return c.FactsOn }},
	{"facts", 60, func(c *models.Complaint, _ *exportRun) any { return c.Facts }},
	{"desired_solution", 30, func(c *models.Complaint, _ *exportRun) any { return c.DesiredSolution }},
	{"erased_at", 17, func(c *models.Complaint, r *exportRun) any { return r.maybe(c.ErasedAt) }},
}

// Run writes the register as a table.
func (x *complaintsExport) Run(env *environment) error {
	delimiter, ok := map[string]rune{",": ',', ";": ';', "tab": '\t', `\t`: '\t', "\t": '\t'}[x.Delimiter]
	if !ok {
		return errUsage{fmt.Errorf(`--delimiter %q is none; for example --delimiter ";" or --delimiter tab`, x.Delimiter)}
	}
	if x.Format != "csv" && (x.BOM || x.Delimiter != ",") {
		return errUsage{errors.New("--bom and --delimiter are for csv; for example --format csv --bom --delimiter \";\"")}
	}
	a, err := openApp(env)
	if err != nil {
		return err
	}
	defer a.Close()
	run := &exportRun{a.desk.Now(), a.desk.Zone()}
	since, err := (&listFlags{Since: x.Since}).since(run.zone)
	if err != nil {
		return err
	}
	filter := models.ComplaintFilter{Since: since, Kinds: true}
	out := bufio.NewWriterSize(env.stdout, 64<<10)
	tx := a.store.Read(env.ctx)
	switch x.Format {
	case "json":
		err = exportList(tx, filter, &list{w: out, json: true}, run)
	case "xlsx":
		var widths []float64
		for _, c := range exportColumns {
			widths = append(widths, c.width)
		}
		var table *paper.XLSX
		if table, err = paper.NewXLSX(out, a.desk.Texts.Label(a.config.Organization.Language, "sheet"), widths); err == nil {
			err = exportTable(tx, filter, table, run)
		}
	default:
		var table *paper.CSV
		if table, err = paper.NewCSV(out, delimiter, x.BOM); err == nil {
			err = exportTable(tx, filter, table, run)
		}
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

// exportTable writes a row per complaint, below the names of the columns.
func exportTable(tx *models.Tx, filter models.ComplaintFilter, table paper.Table, run *exportRun) error {
	row := make([]any, len(exportColumns))
	for i, c := range exportColumns {
		row[i] = c.name
	}
	if err := table.Row(row); err != nil {
		return err
	}
	err := tx.EachComplaint(filter, func(c *models.Complaint) error {
		veil(c)
		for i := range exportColumns {
			row[i] = exportColumns[i].cell(c, run)
		}
		return table.Row(row)
	})
	if err != nil {
		return err
	}
	return table.Close()
}

func exportList(tx *models.Tx, filter models.ComplaintFilter, out *list, run *exportRun) error {
	err := tx.EachComplaint(filter, func(c *models.Complaint) error {
		j := exportJSON{complaintJSON: complaintOf(c, run.now, run.zone)}
		veil(c)
		j.ReceivedOn, j.Capacity, j.Address, j.Title, j.AnsweredAt, j.ClosedAt = c.ReceivedOn, orNull(c.Capacity), c.Complainant.Address, orNull(c.Complainant.Title),
			stampOrNull(c.AnsweredAt, run.zone), stampOrNull(c.ClosedAt, run.zone)
		j.Severity, j.Kind, j.Solution, j.EndReason = orNull(c.Severity), orNull(c.Kind), orNull(c.Solution), orNull(c.EndReason)
		j.FactsOn, j.Facts, j.DesiredSolution = c.FactsOn, c.Facts, c.DesiredSolution
		return out.add(j, "")
	})
	if err != nil {
		return err
	}
	return out.end()
}

// veil hides who complains where only the coordinator may see it, and what of it is known. Figures stay.
func veil(c *models.Complaint) {
	if !c.Shielded {
		return
	}
	p := &c.Complainant
	p.Title = ""
	if c.Reference != "" {
		c.Reference = shieldedText
	}
	for _, cell := range []*string{&c.Capacity, &c.Subject, &c.FactsOn, &c.Facts, &c.DesiredSolution, &p.Name, &p.Email, &p.Phone, &p.Address} {
		*cell = shieldedText
	}
}
