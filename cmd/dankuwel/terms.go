package main

import (
	"fmt"
	"strings"

	"dankuwel/procedure"
)

// over puts the organisation's own terms over those of the profile.
func (t TermsConfig) over(p procedure.Profile) procedure.Profile {
	for _, own := range []struct {
		set Period
		of  *procedure.Term
	}{{t.Acknowledge, &p.Acknowledge}, {t.Answer, &p.Answer}, {t.Extend, &p.Extend}} {
		if own.set != (Period{}) {
			*own.of = termOf(own.set)
		}
	}
	if t.Extensions != nil {
		p.Extensions = *t.Extensions
	}
	if t.Suspends != nil {
		p.Suspends = *t.Suspends
	}
	return p
}

func termOf(p Period) procedure.Term { return procedure.Term{N: p.N, Unit: procedure.Unit(p.Unit)} }

func periodOf(t procedure.Term) Period { return Period{N: t.N, Unit: Unit(t.Unit)} }

// checkTerms holds own terms against each other and against the profile.
func (r *configReader) checkTerms(root section, c *Config) {
	s := root.table("procedure").table("terms")
	own, profile := c.Procedure.Terms, c.Procedure.Profile
	p := own.over(procedure.Profiles[profile])
	switch {
	case s.has("extensions") && p.Extensions > 0 && p.Extend == (procedure.Term{}):
		s.faultWith("extensions", fmt.Sprintf("profile %s does not say how long an extension may be; write it beside this key", profile), `extend = "14d"`)
	case own.Extend != (Period{}) && p.Extensions == 0:
		s.faultWith("extend", "has no effect while no extension is allowed", "extensions = 1")
	}
	if own.Acknowledge != (Period{}) && longerThan(own.Acknowledge, periodOf(p.Answer)) {
		s.faultWith("acknowledge", fmt.Sprintf("%s is longer than the term of the answer, %s", own.Acknowledge, p.Answer), "")
	}
}

// notVerified is what DOMAIN.md 1 says of each profile: what nobody has read in the text of the law itself.
var notVerified = map[string]string{
	"vlaams-bestuur": "10 and 45 calendar days and the extension to 90 stand on pages of Flemish authorities; the articles on terms in the Bestuursdecreet were not read",
	"awb": "article 9:11 (6 weeks, 10 with a committee: then set answer = \"10w\"; 4 weeks more; further with written consent) was read at pgawb.nl; a number of days for the " +
		"acknowledgement (article 9:6) and suspension while the complainant is asked were not verified",
	"wkkgz": "6 weeks and 4 weeks more stand on the page of a care provider; the law itself was not read, and more time in consultation with the complainant is not in the profile",
	"vaph":  "30 days stand on the page of an organisation for clients; the articles of the decision of 4 February 2011 were not read, and no extension was found",
}

// terms says which clock is followed, that the organisation answers for it, and what nobody verified.
func (c *checkup) terms(config *Config) error {
	p := config.settings().Profile
	own := "your organisation answers for its terms"
	if config.Procedure.Terms != (TermsConfig{}) {
		own = "your own terms stand over those of the profile, and your organisation answers for them"
	}
	if err := c.say("ok", fmt.Sprintf("clock profile %s: %s; %s", p.Name, strings.Join(termWords(p), ", "), own), ""); err != nil {
		return err
	}
	if err := c.say("ok", fmt.Sprintf("clock profile %s, not verified: %s", p.Name, notVerified[p.Name]), ""); err != nil {
		return err
	}
	if p.Moves && config.Organization.Holidays != "NL" {
		return c.say("warning", fmt.Sprintf("clock profile %s moves the end of a term by the Dutch holidays of the Algemene termijnenwet, but organization.holidays is %q", p.Name, config.Organization.Holidays),
			`set organization.holidays = "NL"`)
	}
	return nil
}

// termWords are the values of a clock, as a person reads them.
func termWords(p procedure.Profile) []string {
	var words []string
	if p.Acknowledge != (procedure.Term{}) {
		words = append(words, "thanks within "+p.Acknowledge.String())
	}
	words = append(words, "answer within "+p.Answer.String())
	switch {
	case p.Extensions == 0:
		words = append(words, "no extension")
	case p.Extensions == 1:
		words = append(words, "one extension of at most "+p.Extend.String())
	default:
		words = append(words, fmt.Sprintf("%d extensions of at most %s each", p.Extensions, p.Extend))
	}
	if p.Consent {
		words = append(words, "further ones with the complainant's written consent")
	}
	if p.Suspends {
		words = append(words, "the clock stands still while a question to the complainant is open")
	}
	return words
}
