package procedure

import (
	"strings"

	"dankuwel/models"
	"dankuwel/templates"
)

// answerNow is `antwoord`: no final answer before a complete analysis; an unfounded one shows its reasons from facts, a founded one has
// apology, individual and structural part (procedure 4.4, 4.5).
func (x *deed) answerNow() error {
	a, err := x.tx.LatestAnalysis(x.c.ID)
	if err != nil {
		return err
	}
	if a == nil || len(a.Missing()) > 0 {
		x.refuse("answer_before_analysis", x.lacking(a))
		return nil
	}
	if x.c.AnsweredAt != nil {
		x.refuse("answered_already")
		return nil
	}
	if len(x.in.Fields) == 0 { // a text without form is what happened
		if text := x.words(); text != "" {
			x.in.Fields["what_happened"] = text
		}
	}
	verdict, ok := x.choose("verdict")
	if !ok {
		return nil
	}
	if verdict == "" {
		verdict = a.Verdict
	}
	required := []string{"apology", "what_for_you", "what_we_change"}
	if verdict == "unfounded" {
		required = []string{"motivation"}
	}
	if !x.need(required...) {
		return nil
	}
	data := templates.Data{Verdict: verdict, Apology: x.value("apology"), WhatHappened: x.value("what_happened"), ForYou: x.value("what_for_you"), WeChange: x.value("what_we_change"),
		Motivation: x.value("motivation")}
	own := strings.Join([]string{data.Apology, data.WhatHappened, data.ForYou, data.WeChange, data.Motivation}, "\n\n")
	return x.propose("answer", own, data, map[string]string{"verdict": verdict})
}

// lacking lists the fields that an analysis lacks, in words.
func (x *deed) lacking(a *models.Analysis) string {
	if a == nil {
		a = &models.Analysis{}
	}
	var labels []string
	for _, field := range a.Missing() {
		labels = append(labels, x.Texts.FieldLabel(x.languageOf(x.by), field))
	}
	return strings.Join(labels, ", ")
}

// day is a date as the staff member reads it.
func (x *deed) day(d models.Date) string { return x.Texts.Day(x.languageOf(x.by), d.Time(x.Zone())) }
