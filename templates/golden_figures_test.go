package templates

import (
	"maps"
	"time"
)

func init() {
	maps.Copy(stories, map[string][]variant{
		"weekly_digest": {
			{"", func(d *Data) { d.Number, d.Digest, d.Buttons = "", digest(false), staffButtons("overview") }},
			{"quiet", func(d *Data) {
				d.Number, d.Digest = "", Digest{Name: "week 47", Headline: "figures.quiet", Quiet: true, Proof: "figures.proof_none"}
			}},
		},
		"monthly_digest": {
			{"", func(d *Data) { d.Number, d.Digest, d.Buttons = "", digest(true), staffButtons("overview") }},
			{"quiet", func(d *Data) {
				d.Number, d.Digest = "", Digest{Name: "november 2026", Headline: "figures.quiet", Quiet: true, Proof: "figures.proof_none"}
			}},
		},
	})
}

// digest is one of figures; what package report says stands here by the keys of its labels.
func digest(month bool) Digest {
	day := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
	d := Digest{Name: "week 47", From: day, Until: day.AddDate(0, 0, 6), Headline: "3, 1", Decide: "K-2026-0001 · 52 / 45", Proof: "47 = 3 + 44"}
	d.Tables = []FigureTable{{Title: "figures.flow", Chart: &Chart{Source: "cid:flow.2026-W47.1@example.test", Title: "3 / 2", Width: 560}, Rows: []FigureRow{
		{Label: "figures.figure.received", Value: "3", Note: "+1, −2"}, {Label: "figures.figure.overdue", Value: "1", Late: true}, {Label: "figures.figure.answered_in_time", Value: "4 / 5 (80 %)"}}}}
	if month {
		d.Name, d.Decide, d.Learnt = "november 2026", "", []string{"Gedaan: er staat een wagen op de gang.", "Gepland: een tweede."}
		d.Tables = append(d.Tables, FigureTable{Title: "figures.of_departments", Rows: []FigureRow{{Label: "Keuken & zaal <1>", Value: "12", Note: "<5"}}})
	}
	return d
}
