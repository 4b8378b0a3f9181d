package procedure

import (
	"slices"
	"strconv"
	"strings"

	"dankuwel/models"
	"dankuwel/templates"
)

// extend is `verleng`: before the end, with a reason, told to the complainant (CONTRACT section 7). How often and how long the profile says;
// beyond that it takes the complainant's consent in writing where the profile knows that: the field `Instemming` names the day on which it came.
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
	if err != nil || n < 1 || n > 9999 {
		x.fault("days", "days")
		x.refuse("days", days)
		return nil
	}
	consent, ok := x.date("consent")
	if x.value("consent") != "" && !ok {
		return nil
	}
	due := x.later(x.c, n)
	if !x.mayExtend(due, consent) {
		return nil
	}
	return x.propose("extension_notice", reason, templates.Data{Body: reason, OldDue: x.c.AnswerDue.Time(x.Zone()), AnswerDue: due.Time(x.Zone())},
		map[string]string{"due": string(due), "reason": reason, "consent": string(consent)})
}

// mayExtend holds the wish against the profile, and says why not. consent is the day on which the complainant consented; "" not said.
func (x *deed) mayExtend(due, consent models.Date) bool {
	_, before, err := x.begun()
	if err != nil {
		x.failed = err
		return false
	}
	p := x.profileFor(x.c)
	latest := p.ExtendedAtMost(x.c.AnswerDue, x.Settings.Calendar)
	often, long := before >= p.Extensions, due > latest
	switch {
	case x.c.AnsweredAt != nil:
		x.refuse("answered")
	case x.c.SuspendedAt != nil:
		x.refuse("stands_still")
	case x.today(x.tx) > x.c.AnswerDue:
		x.refuse("after_term", x.day(x.c.AnswerDue))
	case due <= x.c.AnswerDue:
		x.refuse("runs_longer", x.day(x.c.AnswerDue))
	case consent != "" && !x.agreedOn(consent):
		x.fault("consent", "consent")
		x.refuse("no_consent", x.day(consent))
	case p.Consent && consent != "":
		return true
	case p.Consent && (often || long):
		x.fault("consent", "consent")
		x.refuse("needs_consent", p.Extensions, x.day(latest))
	case p.Extensions == 0:
		x.refuse("no_extension")
	case often:
		x.refuse("extended_enough", p.Extensions)
	case long:
		x.fault("days", "days_at_most", latest.DaysSince(x.c.AnswerDue))
		x.refuse("too_long", x.day(latest))
	default:
		return true
	}
	return false
}

// agreedOn tells whether the complainant wrote on that day, beside the complaint itself: a mail, or a letter that a colleague logged. What it
// says, a person reads.
func (x *deed) agreedOn(day models.Date) bool {
	messages, err := x.tx.Messages(x.c.ID)
	if err != nil {
		x.failed = err
		return false
	}
	first, _, err := x.tx.FirstMessage(x.c.ID)
	if err != nil {
		x.failed = err
		return false
	}
	return slices.ContainsFunc(messages, func(m models.Message) bool {
		return m.ID != first.ID && m.Direction == "in" && (m.StaffID == nil || m.Carrier == "brief") && models.DateOf(m.At, x.Zone()) == day
	})
}

// extended moves the end of the term.
func (x *deed) extended(_ *models.Draft, values map[string]string) error {
	before, reason, consent := x.c.AnswerDue, values["reason"], models.Date(values["consent"])
	if consent != "" {
		lang := x.Settings.Organization.Language
		reason += " (" + x.Texts.Label(lang, "done.consented", x.Texts.Day(lang, consent.Time(x.Zone()))) + ")"
	}
	x.c.AnswerDue = models.Date(values["due"])
	if err := x.tx.SaveComplaint(x.c); err != nil {
		return err
	}
	x.done("extended", x.day(x.c.AnswerDue))
	if err := x.dateNamed(); err != nil {
		return err
	}
	if err := x.tx.AddTermChange(&models.TermChange{ComplaintID: x.c.ID, Kind: "extension", OldDue: before, NewDue: x.c.AnswerDue, Reason: reason, StaffID: &x.by.ID}); err != nil {
		return err
	}
	return x.mark("extended", map[string]any{"from": before, "to": x.c.AnswerDue, "consent": consent})
}
