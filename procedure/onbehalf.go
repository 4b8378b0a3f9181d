package procedure

import (
	"net/mail"
	"strings"
	"time"

	"dankuwel/models"
)

// register is `registreer`: a call, a talk or a paper letter, put in by staff with the day it came (procedure 1.1, 2.2). Only the facts are required.
func (x *deed) register() error {
	if x.value("facts") == "" {
		x.in.Fields["facts"] = x.words()
	}
	carrier, ok := x.choose("carrier")
	channel, ok2 := x.choose("channel")
	capacity, ok3 := x.choose("capacity")
	received, ok4 := x.dayOrNow("received_on")
	email, ok5 := x.address("email")
	dep, ok6 := x.departmentIn("department")
	if !x.need("facts") || !ok || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 {
		return nil
	}
	m := models.Message{Subject: firstWords(strings.SplitN(x.value("facts"), "\n", 2)[0], 70), Text: x.value("facts"), NewText: x.value("facts"), Language: x.a.Message.Language,
		FromName: x.value("complainant"), FromEmail: email, AnswerTo: email, Carrier: "mail", Attachments: x.a.Message.Attachments}
	c, err := x.newComplaint(x.tx, &Arrival{Mailbox: x.a.Mailbox, ReceivedAt: received, Message: m}, 0)
	if err != nil {
		return err
	}
	if carrier == "" {
		carrier = "telefoon"
	}
	if channel == "" {
		channel = "rechtstreeks"
	}
	c.Carrier, c.Channel, c.Capacity = carrier, channel, capacity
	c.FactsOn, c.DesiredSolution, c.Facts = x.value("facts_on"), x.value("desired_solution"), x.value("facts")
	c.Complainant.Phone, c.Complainant.Address = x.value("phone"), x.value("address")
	c.Anonymous = c.Shielded || c.Complainant.Name == "" || email == "" && c.Complainant.Address == "" && c.Complainant.Phone == ""
	if x.n, err = x.circle(x.tx, c); err != nil {
		return err
	}
	if dep != nil {
		c.HandlerID, c.Handler = nil, nil
		x.assign(c, dep, x.n.about)
		c.AnswerDue = x.answerDue(c, c.ReceivedOn)
	}
	if err := x.tx.SaveComplaint(c); err != nil {
		return err
	}
	if err := x.tx.SaveComplainant(&c.Complainant); err != nil {
		return err
	}
	if err := x.tx.AssignMessage(x.a.Message.ID, c.ID); err != nil {
		return err
	}
	x.c, x.e.ComplaintID = c, &c.ID
	if c.Shielded {
		x.e.Folder = x.Settings.Mailbox(x.e.Mailbox).Shielded
	}
	if err := x.tx.SaveLedgerEntry(x.e); err != nil {
		return err
	}
	if err := x.begin(x.tx, c, &m, x.e); err != nil {
		return err
	}
	x.done("registered", c.Number, x.day(c.ReceivedOn))
	return x.mark("registered on behalf", map[string]any{"carrier": carrier, "channel": channel})
}

// address is a complainant's e-mail address of the form; "" when the field is empty.
func (x *deed) address(field string) (string, bool) {
	text := x.value(field)
	if text == "" || text == "-" {
		return "", true
	}
	a, err := mail.ParseAddress(text)
	if err != nil || x.Settings.Mailbox(a.Address) != nil {
		x.fault(field, "email")
		x.refuse("email", text)
		return "", false
	}
	return a.Address, true
}

// departmentIn is a department of the form; nil when the field is empty.
func (x *deed) departmentIn(field string) (*Department, bool) {
	name := x.value(field)
	if name == "" {
		return nil, true
	}
	dep := x.Settings.department(name)
	if dep == nil {
		x.fault(field, "value", departmentNames(x.Settings.Departments))
		x.refuse("no_such_department", name)
	}
	return dep, dep != nil
}

// dayOrNow is a day of the form at noon, or the instant of the mail when the field is empty.
func (x *deed) dayOrNow(field string) (time.Time, bool) {
	if x.value(field) == "" {
		return x.a.ReceivedAt, true
	}
	d, ok := x.date(field)
	if !ok {
		return time.Time{}, false
	}
	if d == models.DateOf(x.a.ReceivedAt, x.Zone()) {
		return x.a.ReceivedAt, true
	}
	if d > models.DateOf(x.a.ReceivedAt, x.Zone()) {
		x.fault(field, "future")
		x.refuse("future", x.day(d))
		return time.Time{}, false
	}
	return d.Time(x.Zone()).Add(12 * time.Hour), true
}

// change is `wijzig`: corrects what the register says; the old value stays in the events.
func (x *deed) change() error {
	list := map[string]*string{"complainant": &x.c.Complainant.Name, "email": &x.c.Complainant.Email, "phone": &x.c.Complainant.Phone, "address": &x.c.Complainant.Address,
		"capacity": &x.c.Capacity, "carrier": &x.c.Carrier, "channel": &x.c.Channel, "facts_on": &x.c.FactsOn, "facts": &x.c.Facts, "desired_solution": &x.c.DesiredSolution}
	action, _ := x.Texts.ActionByCode("wzg")
	changed := map[string]any{}
	for _, field := range action.Fields {
		value := x.value(field)
		if value == "" || field == "department" || field == "received_on" {
			continue
		}
		if field == "email" && x.c.Practice {
			x.refuse("practice_address")
			continue
		}
		if field == "email" {
			address, ok := x.address(field)
			if !ok {
				continue
			}
			if value != "-" {
				value = address
			}
		}
		if x.Texts.ValueList("change", field) != "" && value != "-" {
			key, ok := x.choose(field)
			if !ok {
				continue
			}
			value = key
		}
		if value == "-" {
			value = ""
		}
		if now := list[field]; now != nil && *now != value {
			changed[field] = map[string]string{"from": *now, "to": value}
			*now = value
			x.done("changed", x.Texts.FieldLabel(x.languageOf(x.by), field))
		}
	}
	if err := x.changeDay(changed); err != nil {
		return err
	}
	if dep, _ := x.departmentIn("department"); dep != nil && dep.Name != x.c.Department {
		changed["department"] = map[string]string{"from": x.c.Department, "to": dep.Name}
		if err := x.toDepartment(dep.Name); err != nil {
			return err
		}
		x.done("changed", x.Texts.FieldLabel(x.languageOf(x.by), "department"))
	}
	if err := x.noteBeside(); err != nil {
		return err
	}
	if len(changed) == 0 {
		if len(x.not) == 0 {
			x.refuse("nothing_filled_in")
		}
		return nil
	}
	if err := x.tx.SaveComplaint(x.c); err != nil {
		return err
	}
	if err := x.tx.SaveComplainant(&x.c.Complainant); err != nil {
		return err
	}
	return x.mark("changed", changed)
}

// changeDay corrects the day of receipt; number and year stay.
func (x *deed) changeDay(changed map[string]any) error {
	if x.value("received_on") == "" {
		return nil
	}
	at, ok := x.dayOrNow("received_on")
	day := models.DateOf(at, x.Zone())
	if !ok || day == x.c.ReceivedOn {
		return nil
	}
	changed["received_on"] = map[string]models.Date{"from": x.c.ReceivedOn, "to": day}
	x.done("changed", x.Texts.FieldLabel(x.languageOf(x.by), "received_on"))
	return x.receivedOn(at)
}
