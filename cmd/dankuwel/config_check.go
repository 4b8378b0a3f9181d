package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dankuwel/procedure"
)

// check holds the parts of the configuration against each other.
func (r *configReader) check(root section, c *Config) {
	r.checkMailboxes(c)
	r.checkStaff(c)
	r.checkTerms(root, c)
	r.checkDepartments(c)
	r.checkFormSenders(c)
	r.checkScanners(c)
	if c.Operator.Email != "" && mailboxOf(c, c.Operator.Email) != "" {
		root.table("operator").fault("email", "is an address of our own mailbox; what stops there would be told to nobody")
	}
}

func (r *configReader) checkMailboxes(c *Config) {
	if len(c.Mailboxes) == 0 {
		r.add(0, "mailbox", "there is no [[mailbox]] to fetch complaints from", `[[mailbox]] with address = "klachten@example.test"`)
	}
	addresses, folders := map[string]int{}, map[string]int{}
	for i, m := range c.Mailboxes {
		s := r.mailboxes[i]
		r.once(s, "address", m.Address, addresses)
		r.checkFolders(s, m)
		if m.IMAP.Address == "" || m.IMAP.Username == "" {
			continue
		}
		source := strings.ToLower(m.IMAP.Address) + " " + m.IMAP.Username + " " + m.Inbox
		if first, ok := folders[source]; ok {
			s.faultWith("inbox", fmt.Sprintf("is the folder that [[mailbox]] number %d reads already", first+1), "")
		} else {
			folders[source] = i
		}
	}
}

// once adds a finding when an address of this table stands in an earlier table of the list.
func (r *configReader) once(s section, at, address string, seen map[string]int) {
	if address == "" {
		return
	}
	lower := strings.ToLower(address)
	first, ok := seen[lower]
	switch {
	case !ok:
		seen[lower] = s.number()
	case first != s.number():
		s.faultWith(at, fmt.Sprintf("%s stands already in %s number %d", r.show(address), tableTitle(s.key), first), "")
	}
}

// checkFolders keeps filed mail out of the inbox, and shielded mail out of the folders that others read.
func (r *configReader) checkFolders(s section, m MailboxConfig) {
	for _, f := range []struct{ key, folder string }{
		{"processed", m.Processed}, {"review", m.Review}, {"shielded", m.Shielded}, {"sent", m.Sent},
	} {
		switch {
		case f.folder == "":
		case strings.EqualFold(f.folder, m.Inbox):
			s.fault(f.key, fmt.Sprintf("%s is the inbox itself", r.show(f.folder)))
		case f.key != "shielded" && f.folder == m.Shielded:
			s.fault(f.key, fmt.Sprintf("%s is the folder for shielded complaints, which others must not read", r.show(f.folder)))
		}
	}
}

func (r *configReader) checkStaff(c *Config) {
	seen := map[string]int{}
	coordinated, coordinator := false, ""
	for i, p := range c.Staff {
		s := r.staff[i]
		r.checkStaffAddress(c, s, "email", p.Email, seen)
		for j, alias := range p.Aliases {
			r.checkStaffAddress(c, s, "aliases"+index(j), alias, seen)
		}
		if !coordinated && slices.Contains(p.Roles, "coordinator") {
			coordinated, coordinator = true, p.Name
		}
	}
	switch {
	case len(c.Staff) == 0:
		r.add(0, "staff", "there is no [[staff]]: a complaint needs at least a coordinator", `[[staff]] with name, email and roles = ["coordinator"]`)
	case !coordinated && !r.rolesDoubtful():
		r.add(0, "staff.roles", "nobody is coordinator, who gets what nobody else owns", `["coordinator"]`)
	}
	if c.Organization.Signature == "" {
		c.Organization.Signature = coordinator
	}
	for i, p := range c.Staff {
		r.checkOther(c, r.staff[i], "substitute", p.Substitute)
		if owner := staffIndex(c, p.Substitute); p.Substitute != "" && owner == i {
			r.staff[i].faultWith("substitute", r.show(p.Substitute)+" is the same person", "")
		}
		for j, name := range p.Departments {
			r.checkDepartmentName(c, r.staff[i], "departments"+index(j), name)
		}
	}
}

// rolesDoubtful says that a finding about roles was made already, so that "nobody is coordinator" may be its shadow.
func (r *configReader) rolesDoubtful() bool {
	return slices.ContainsFunc(r.findings, func(f Finding) bool { return strings.HasPrefix(f.Key, "staff.role") })
}

func (r *configReader) checkStaffAddress(c *Config, s section, at, address string, seen map[string]int) {
	r.once(s, at, address, seen)
	if mailboxOf(c, address) != "" {
		s.fault(at, fmt.Sprintf("%s is an address of our own mailbox; mail to staff would come back as a complaint", r.show(address)))
	}
}

// mailboxOf gives the mailbox in which mail to address arrives; "" when it is none of ours. What stands behind a plus
// leads to the same mailbox (RFC 5233).
func mailboxOf(c *Config, address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return ""
	}
	local, _, _ := strings.Cut(address[:at], "+")
	for _, m := range c.Mailboxes {
		if strings.EqualFold(m.Address, address) || m.ReplyAddressing == "plus" && strings.EqualFold(m.Address, local+address[at:]) {
			return m.Address
		}
	}
	return ""
}

// staffIndex gives the entry that has the address as e-mail or alias; -1 when there is none.
func staffIndex(c *Config, address string) int {
	return slices.IndexFunc(c.Staff, func(p StaffConfig) bool {
		return strings.EqualFold(p.Email, address) ||
			slices.ContainsFunc(p.Aliases, func(a string) bool { return strings.EqualFold(a, address) })
	})
}

// checkOther adds a finding when a key names a person who is not in [[staff]].
func (r *configReader) checkOther(c *Config, s section, name, address string) {
	if address == "" || staffIndex(c, address) >= 0 {
		return
	}
	problem := r.show(address) + " is the address of nobody in [[staff]]"
	var known []string
	for _, p := range c.Staff {
		known = append(append(known, p.Email), p.Aliases...)
	}
	if near := nearestWord(address, known); near != "" && !r.secretIn(near) {
		problem += fmt.Sprintf("; did you mean %q?", near)
	}
	s.fault(name, problem)
}

func (r *configReader) checkDepartmentName(c *Config, s section, at, name string) {
	if len(c.Departments) == 0 || slices.ContainsFunc(c.Departments, func(d DepartmentConfig) bool { return d.Name == name }) {
		return
	}
	var known []string
	for _, d := range c.Departments {
		known = append(known, d.Name)
	}
	problem := r.show(name) + " is the name of no [[department]]"
	if near := nearestWord(name, known); near != "" && !r.secretIn(near) {
		problem += fmt.Sprintf("; did you mean %q?", near)
	}
	s.fault(at, problem)
}

func (r *configReader) checkDepartments(c *Config) {
	names, addresses := map[string]int{}, map[string]int{}
	most := periodOf(c.Procedure.Terms.over(procedure.Profiles[c.Procedure.Profile]).Answer)
	for i, d := range c.Departments {
		s := r.departments[i]
		r.once(s, "name", d.Name, names)
		for j, address := range d.Addresses {
			r.once(s, "addresses"+index(j), address, addresses)
		}
		r.checkOther(c, s, "head", d.Head)
		if longerThan(d.Answer, most) {
			s.faultWith("answer", fmt.Sprintf("%s is longer than the term of the procedure", d.Answer), strconv.Quote(most.String()))
		}
	}
}

// longerThan compares two terms; working days count as the calendar days that they take at the least.
func longerThan(p, most Period) bool {
	if p.Unit == most.Unit {
		return p.N > most.N
	}
	return p.fewestDays() > most.fewestDays()
}

// checkFormSenders keeps the mails of people apart from those of web forms, which are read otherwise.
func (r *configReader) checkFormSenders(c *Config) {
	seen := map[string]int{}
	for i, f := range c.FormSenders {
		s := r.formSenders[i]
		r.once(s, "address", f.Address, seen)
		r.checkDevice(c, s, f.Address, "a web form")
		labels := map[string]string{}
		for _, l := range []struct{ key, label string }{{"name_field", f.NameField}, {"email_field", f.EmailField}, {"text_field", f.TextField}} {
			label := strings.ToLower(l.label)
			if first, ok := labels[label]; ok && !strings.HasPrefix(label, "header:") { // Reply-To holds a name and an address
				s.fault(l.key, fmt.Sprintf("%s is the label of %s already", r.show(l.label), first))
			} else if l.label != "" {
				labels[label] = l.key
			}
		}
	}
}

func (r *configReader) checkScanners(c *Config) {
	seen := map[string]int{}
	for i, scanner := range c.Scanners {
		s := r.scanners[i]
		r.once(s, "address", scanner.Address, seen)
		r.checkDevice(c, s, scanner.Address, "a scanner")
		if slices.ContainsFunc(c.FormSenders, func(f FormSenderConfig) bool { return f.Address != "" && strings.EqualFold(f.Address, scanner.Address) }) {
			s.fault("address", r.show(scanner.Address)+" is the address of a [[form_sender]] as well")
		}
	}
}

// checkDevice adds a finding when an address that only a device may use is that of a person, or of our own mailbox.
func (r *configReader) checkDevice(c *Config, s section, address, device string) {
	switch {
	case address == "":
	case staffIndex(c, address) >= 0:
		s.fault("address", fmt.Sprintf("%s is an address of somebody in [[staff]], whose own mails would be taken for those of %s", r.show(address), device))
	case mailboxOf(c, address) != "":
		s.fault("address", fmt.Sprintf("%s is an address of our own mailbox; let %s send from an address of its own", r.show(address), device))
	}
}
