package procedure

import (
	"strconv"
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

// extend is `verleng`: once, before the end, with a reason, told to the complainant (CONTRACT section 7).
func (x *deed) extend() error {
	days, reason := x.value("days"), x.value("reason")
	if days == "" {
		first, rest, _ := strings.Cut(strings.TrimSpace(x.in.Rest), " ")
		if _, err := strconv.Atoi(first); err == nil {
			days, reason = first, strings.TrimSpace(reason+" "+rest)
		}
	}
	if reason == "" {
		reason, x.told = x.in.Free, true
	}
	x.in.Fields["days"], x.in.Fields["reason"] = days, reason
	if !x.need("days", "reason") {
		return nil
	}
	n, err := strconv.Atoi(strings.Fields(days)[0])
	if err != nil || n < 1 {
		x.fault("days", "days")
		x.refuse("days", days)
		return nil
	}
	due := x.c.AnswerDue.AddDays(n)
	if !x.mayExtend(due) {
		return nil
	}
	return x.propose("extension_notice", reason, templates.Data{Body: reason, OldDue: x.c.AnswerDue.Time(x.Zone()), AnswerDue: due.Time(x.Zone())},
		map[string]string{"due": string(due), "reason": reason})
}

// mayExtend holds the wish against the profile, and says why not.
func (x *deed) mayExtend(due models.Date) bool {
	changes, err := x.tx.TermChanges(x.c.ID)
	if err != nil {
		x.failed = err
		return false
	}
	extensions := 0
	for _, t := range changes {
		if t.Kind == "extension" {
			extensions++
		}
	}
	p := x.Settings.Profile
	latest := x.Settings.Calendar.Add(x.c.AnswerDue, p.Extend)
	switch {
	case x.c.AnsweredAt != nil:
		x.refuse("answered")
	case x.today(x.tx) > x.c.AnswerDue:
		x.refuse("after_term", x.day(x.c.AnswerDue))
	case extensions >= p.Extensions:
		x.refuse("extended_enough", p.Extensions)
	case due > latest:
		x.fault("days", "days_at_most", latest.DaysSince(x.c.AnswerDue))
		x.refuse("too_long", x.day(latest))
	default:
		return true
	}
	return false
}

// day is a date as the staff member reads it.
func (x *deed) day(d models.Date) string { return x.Texts.Day(x.languageOf(x.by), d.Time(x.Zone())) }
