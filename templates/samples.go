package templates

import (
	"slices"
	"strings"
	"time"
)

// samples are made-up complaints that together walk through every branch of our texts. A text of the organisation's own is
// tried on them when it is loaded.
func samples() []Data {
	full := Data{
		Organization: Organization{Name: "De Linde", Phone: "02 555 12 12", SecondLine: "Woonzorglijn, 02 553 75 00"},
		Signature:    "An Peeters, coördinator",
		To:           Person{Name: "Jan Maes", Surname: "Maes", Title: "heer", Email: "jan@example.test"},
		Number:       "K-2026-0001",
		Today:        time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC),
		Received:     time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC),
		AnswerDue:    time.Date(2027, 1, 7, 0, 0, 0, 0, time.UTC),
		Day:          0, Term: 45,
		ThanksFor: "bericht", Handler: "Bram De Wit", Department: "Keuken", OpenNumber: "K-2026-0002",
		Complainant: Person{Name: "Jan Maes", Email: "jan@example.test", Phone: "0470 12 34 56"},
		Subject:     "Soep", Text: "Koude soep.\n\nDrie keer.", Language: "nl",
		Attachments: []Attachment{{Name: "foto.jpg", Size: 120_000}, {Name: "x.exe", Size: 1_200_000, Left: LeftExecutable}},
		MissingSize: 52_000_000,
		Earlier:     []Earlier{{Number: "K-2026-0002", Received: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Subject: "Soep", Stage: "closed", Verdict: "founded", Outcome: "Nieuwe wagen.", SamePerson: true, Words: []string{"soep"}}},
		Named:       []string{"Bram De Wit"},
		Buttons:     []Button{{Key: "yes", URL: "mailto:k@example.test"}, {Key: "no", URL: "mailto:k@example.test"}},
		Failed:      "jan@elders.test", Reason: "no_such_user",
		Held: []Held{{"K-2026-0001", time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}, {"K-2026-0002", time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}},
		Parked: []ParkedMail{
			{No: 17, From: Person{Name: "Jan", Email: "jan@example.test"}, Subject: "Soep", Received: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), Reason: "spam", Words: "Koude soep.", Attachments: 1},
			{No: 18, Reason: "unclear"},
		},
		ParkedLeft: 3,
		Decisions: []ReviewDecision{{No: 17, Accepted: true, Number: "K-2026-0001", Subject: "Soep"}, {No: 18, Subject: "Reclame"}, {No: 19, Missing: true},
			{No: 16, By: "An Peeters", At: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), Accepted: true, Number: "K-2026-0002"}},
		Unknown:      []string{"P-20 misschien"},
		Flood:        &Flood{Address: "jan@example.test", N: 20, Per: 10 * time.Minute},
		Disagreement: "K-2026-0002", Note: "Gezien.", From: "an@example.test", ReceivedText: "Koude soep.", Mailbox: "klachten@example.test", Lost: "acknowledgement",
		Decided: Decision{By: "An Peeters", At: time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC), Yes: true},
	}
	all := []Data{full, {Organization: Organization{Name: "De Linde"}, Signature: "De Linde", Number: "K-2026-0001", Today: full.Today, Received: full.Received}}

	sober := full
	sober.Sober, sober.Shielded, sober.Anonymous, sober.AnswerDue, sober.SameTextAgain = true, true, true, time.Time{}, true
	noted := full
	noted.NotHandled, noted.MayRefuse, noted.Practice, noted.Handler = true, true, true, "An Peeters"
	written := full
	written.Body, written.Verdict, written.EndReason, written.Action = "Ik sprak de kok. De wagen was stuk.", "founded", "over_a_year", "verleng"
	written.Apology, written.WhatHappened = "Het spijt me dat de soep koud was.", "De wagen was stuk."
	written.ForYou, written.WeChange, written.Motivation = "Ik bel u op 11 december.", "Er komt een nieuwe wagen op 15 januari.", "De lijst van die dag toont het."
	written.OldDue, written.AnswerDue, written.ReactBy = full.AnswerDue, full.AnswerDue.AddDate(0, 0, 28), full.Received.AddDate(0, 0, 7)
	written.Did, written.Not, written.Near = []string{"Bewaard."}, []string{"Tegen: dit is geen datum.", "Wie ontbreekt."}, []Near{{"Teggen", "Tegen"}}
	written.Form, written.Draft, written.Lines, written.Changed = "#verleng\nReden:\n--- einde formulier ---", "Dag Jan,\n\nIk sprak de kok.", []string{"K-2026-0001"}, []string{"kok"}
	written.Findings = []Finding{{Code: "A5", Block: true, Words: "weldra", Advice: "Zet er een dag bij.", Rewrite: "op 7 december"}, {Code: "A2", Advice: "Zeg waarom."}, {Code: "L5"}, {Code: "L6"}}
	kept := written
	kept.Measure, kept.Lost, kept.From, kept.Did, kept.EndReason = "Er staat een wagen op de gang.", "", "", nil, "question"
	joined := full
	joined.OtherNumber, joined.Short, joined.Did = "K-2026-0002", true, []string{"Gedaan."}
	after := full
	after.Waits = true
	after.AfterAnswer, after.ReactBy, after.Temporary, after.Flood, after.Task = true, full.AnswerDue, true, nil, "react"
	one := full
	one.Parked, one.ParkedLeft, one.Colleague, one.Held = full.Parked[:1], 0, "An Peeters", full.Held[:1]
	all = append(all, sober, noted, after, one, written, kept, joined)
	all = append(all, timed(full)...)
	scored := after
	scored.AfterAnswer, scored.Task, scored.Score, scored.Measures, scored.Form = false, "call_again", 1, []string{"Er staat een wagen op de gang."}, written.Form
	scored.To.Phone, scored.Held = "0470 12 34 56", nil
	fair, content := scored, scored
	fair.Score, fair.Measures, fair.Handler, fair.To.Phone, fair.Complainant.Phone, fair.ReactBy = 3, nil, "", "", "", time.Time{}
	content.Score, content.AfterAnswer, content.Task = 5, true, "satisfaction"
	low := fair
	low.Score, low.ReactBy, low.Task = 2, scored.ReactBy, "ask_satisfaction"
	all = append(all, scored, fair, content, low)
	for _, done := range []string{DoneNote, DoneYes, DoneNo, DoneConfirmed, DoneDecided, DoneReview, DoneForward} {
		d := full
		d.Done = done
		all = append(all, d)
	}
	for _, not := range []string{NotDoneNotYours, NotDoneNotUnderstood, NotDoneOwn} {
		d := full
		d.NotDone = not
		all = append(all, d)
	}
	return all
}

// timed are the mails of the clock.
func timed(full Data) []Data {
	progress := full
	progress.Happened, progress.Next, progress.OpenNumber, progress.Held = []string{"Bram De Wit."}, "Daarna.", "", nil
	late := progress
	late.Late, late.ReactBy, late.Happened = true, full.AnswerDue.AddDate(0, 0, 7), append(progress.Happened, "K-2026-0002.")
	sober := full
	sober.Sober, sober.Held = true, nil
	alike := full
	alike.Measure, alike.Body, alike.DueOn, alike.OldDue, alike.WindowDays, alike.Form = "Er komt een nieuwe wagen.", "het avondmaal", full.AnswerDue, full.AnswerDue, 90, "#preventie\nMaatregel:"
	alike.Again = append([]Earlier{{Number: "K-2026-0003", Received: full.Received, Subject: "Soep", Words: []string{"soep"}}}, full.Earlier...)
	alike.Agenda = []AgendaItem{{Number: "K-2026-0001", Subject: "Soep", Day: 48, Term: 45, Late: true, What: "Bel.", DueOn: full.Received}, {Number: "K-2026-0002", DueOn: full.Today}}
	alike.Digest = Digest{Name: "week 47", Headline: "3 nieuw", Decide: "K-2026-0001", Proof: "3 = 3", Learnt: []string{"Een wagen."},
		Tables: []FigureTable{{Title: "Stroom", Chart: &Chart{Source: "cid:flow@example.test", Title: "Soep", Width: 560}, Rows: []FigureRow{{Label: "Nieuw", Value: "3", Note: "+1", Late: true}}}}}
	again := alike
	again.Digest = Digest{Name: "week 47", Headline: "rust", Quiet: true}
	again.Again, again.Owner, again.LateDays = alike.Again[:1], "Bram De Wit", 1
	again.Agenda = append(slices.Repeat([]AgendaItem{{Number: "K-2026-0003", DueOn: full.Today.AddDate(0, 0, 2)}}, maxAgenda), AgendaItem{Number: "K-2026-0004"})
	taught := alike
	taught.Lessons = Lessons{Year: 2026, Quarter: 4, Received: 14, Kinds: []Count{{"maaltijden", 9}, {"", 5}}, Departments: []Count{{"Keuken", 14}}, Causes: []string{"De wagen verloor warmte."}, Processes: []string{"het avondmaal"},
		Changed: []string{"Elke verdieping kreeg een wagen."}, PutRight: []Count{{"repair", 6}}, AllPutRight: 6, Helped: []Outcome{{"Elke verdieping kreeg een wagen.", true}, {"Een thermometer per wagen.", false}}, More: 1, PassedOn: true}
	little := alike
	little.Lessons = Lessons{Year: 2026, Quarter: 3, Received: 2, AllPutRight: 1}
	all := []Data{progress, late, sober, alike, again, taught, little}
	for i, watch := range []string{"term_half", "term_late", "term_end", "task", "question", "measure", "draft", "sober", "consultation", "evaluation"} {
		d := full
		d.Watch, d.WatchText, d.DueOn, d.ReactBy = watch, "Er komt een nieuwe wagen.", full.AnswerDue, full.AnswerDue
		if i%2 > 0 {
			d.LateDays, d.Owner, d.WatchText, d.Form = 1, "Bram De Wit", strings.Repeat(d.WatchText+" ", 6), "#nota\nTekst:"
		}
		all = append(all, d)
	}
	return all
}
