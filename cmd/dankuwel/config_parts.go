package main

import (
	"errors"
	"os"
)

// The smaller tables of the file.

func readFormSender(s section) FormSenderConfig {
	f := FormSenderConfig{NameField: "Naam", TextField: "Bericht"}
	s.required("address", "email_field") // whom the letters go to is not left to a guess
	set(s, "address", &f.Address, parseEmail)
	set(s, "name_field", &f.NameField, parseFormField)
	set(s, "email_field", &f.EmailField, parseFormField)
	set(s, "text_field", &f.TextField, parseFormField)
	return f
}

func readScanner(s section) (c ScannerConfig) {
	s.required("address")
	set(s, "address", &c.Address, parseEmail)
	return c
}

func readProcedure(s section, p *ProcedureConfig) {
	set(s, "profile", &p.Profile, oneOf("vlaams-bestuur", "awb", "wkkgz", "vaph"))
	set(s, "anonymous", &p.Anonymous, oneOf("handle", "note", "refuse"))
	set(s, "status_every", &p.StatusEvery, term)
	set(s, "satisfaction_after", &p.SatisfactionAfter, term)
	set(s, "close_after", &p.CloseAfter, term)
	setBool(s, "four_eyes", &p.FourEyes)
	set(s, "recurrence", &p.Recurrence, parseRate)
	set(s, "thanks_for", &p.ThanksFor, oneOf("brief", "bericht", "e-mail"))

	terms := s.table("terms")
	set(terms, "acknowledge", &p.Terms.Acknowledge, term)
	set(terms, "answer", &p.Terms.Answer, term)
	set(terms, "extend", &p.Terms.Extend, term)
	if terms.has("extensions") {
		p.Terms.Extensions = new(int)
		setInt(terms, "extensions", p.Terms.Extensions, 0, 9)
	}
	if terms.has("suspends") {
		p.Terms.Suspends = new(bool)
		setBool(terms, "suspends", p.Terms.Suspends)
	}
}

func readStaff(s section, language string) StaffConfig {
	p := StaffConfig{Language: language}
	s.required("name", "email")
	set(s, "name", &p.Name, oneLine)
	set(s, "email", &p.Email, parseEmail)
	setList(s, "aliases", &p.Aliases, parseEmail)
	setList(s, "roles", &p.Roles, oneOf("coordinator", "handler", "management"))
	setList(s, "departments", &p.Departments, oneLine)
	set(s, "substitute", &p.Substitute, optional(parseEmail))
	set(s, "language", &p.Language, languages)
	setBool(s, "shared", &p.Shared)
	return p
}

func readDepartment(s section) DepartmentConfig {
	var d DepartmentConfig
	s.required("name")
	set(s, "name", &d.Name, oneLine)
	set(s, "head", &d.Head, optional(parseEmail))
	setList(s, "addresses", &d.Addresses, parseEmail)
	setList(s, "keywords", &d.Keywords, oneLine)
	set(s, "answer", &d.Answer, optional(term))
	return d
}

func readSchedule(s section, c *ScheduleConfig) {
	set(s, "status_updates", &c.StatusUpdates, parseCron)
	set(s, "reminders", &c.Reminders, parseCron)
	set(s, "follow_ups", &c.FollowUps, parseCron)
	set(s, "evaluations", &c.Evaluations, parseCron)
	set(s, "review_list", &c.ReviewList, parseCron)
	set(s, "handler_digest", &c.HandlerDigest, parseCron)
	set(s, "weekly_digest", &c.WeeklyDigest, parseCron)
	set(s, "monthly_digest", &c.MonthlyDigest, parseCron)
	set(s, "lessons", &c.Lessons, parseCron)
	set(s, "annual_report", &c.AnnualReport, parseCron)
	set(s, "retention", &c.Retention, parseCron)
}

func readTemplates(s section, t *TemplatesConfig) {
	set(s, "dir", &t.Dir, optional(func(path string) (string, error) {
		path = s.r.besideConfig(path)
		info, err := os.Stat(path)
		if err != nil {
			return "", errors.New("cannot be read: " + osReason(err))
		}
		if !info.IsDir() {
			return "", errors.New("is no folder")
		}
		return path, nil
	}))
}
