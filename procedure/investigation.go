package procedure

import (
	"slices"
	"strings"

	"dankuwel/models"
	"dankuwel/templates"
)

// assignTo is `wijs-toe`: who investigates (procedure 3.1). A person whom the complaint is about is refused, unless another coordinator
// says why it is to be so all the same. Of a shielded complaint the handler gets only the version made for him.
func (x *deed) assignTo() error {
	name, dep := x.value("handler"), x.value("department")
	if name == "" && dep == "" {
		if name = strings.TrimSpace(x.in.Rest); x.Settings.department(name) != nil {
			name, dep = "", name
		}
	}
	if name == "" && dep == "" {
		x.fault("handler", "needed")
		x.refuse("assign_whom", staffNames(x.Settings.Staff))
		return nil
	}
	to := x.c.Handler
	if dep != "" {
		found := x.Settings.department(dep)
		if found == nil {
			x.fault("department", "value", departmentNames(x.Settings.Departments))
			x.refuse("no_such_department", dep)
			return nil
		}
		to, dep = x.handlerIn(found), found.Name
	}
	if name != "" {
		list := x.staffNamed(name)
		if len(list) != 1 {
			x.fault("handler", "value", staffNames(x.Settings.Staff))
			x.refuse("no_such_staff", name)
			return nil
		}
		to = list[0]
	}
	switch {
	case to == nil:
		x.refuse("nobody_in_department", dep)
		return nil
	case slices.Contains(x.n.about, to) && (x.value("despite") == "" || !x.by.Has(models.Coordinator) || x.by == to):
		x.refuse("about_handler", to.Name)
		return nil
	case x.c.Shielded && x.value("handler_version") == "" && !to.Has(models.Coordinator):
		x.fault("handler_version", "handler_version")
		x.refuse("handler_version", to.Name)
		x.values = map[string]string{"handler": to.Name, "handler_version": x.masked()}
		return x.offerFiles()
	}
	if dep != "" {
		if err := x.toDepartment(dep); err != nil {
			return err
		}
	}
	return x.handTo(to)
}

// handTo gives the complaint to a handler: he gets the registration, the one before loses his tokens.
func (x *deed) handTo(to *models.Staff) error {
	if before := x.c.Handler; before != nil && before.ID != to.ID && !before.Has(models.Coordinator) && !x.c.Practice {
		if err := x.tx.EndTokens(x.c.ID, before.ID); err != nil {
			return err
		}
	}
	x.c.HandlerID, x.c.Handler = &to.ID, to
	if err := x.tx.SaveComplaint(x.c); err != nil {
		return err
	}
	if err := x.mark("assigned", map[string]any{"handler": to.ID, "department": x.c.Department, "despite": x.value("despite") != ""}); err != nil {
		return err
	}
	if err := x.investigate(); err != nil {
		return err
	}
	if err := x.noteBeside(); err != nil {
		return err
	}
	x.done("assigned", x.c.Number, to.Name)
	if to.ID == x.by.ID || x.untold(to) {
		return nil
	}
	m, e, err := x.tx.FirstMessage(x.c.ID)
	if err == nil {
		m, err = x.written(x.tx, m)
	}
	if err != nil {
		return err
	}
	l := x.about(x.tx, x.c, "registration", e)
	l.staff, l.key = to, keyOf("registration", x.c, to.Email, causeOf(x.e))
	if x.c.Shielded {
		masked := models.Message{Subject: "", Text: x.value("handler_version"), Language: m.Language}
		l.masked = true
		if err := x.handlerFiles(&l); err != nil {
			return err
		}
		return x.tellOne(x.tx, l, &masked, x.n, attachmentLimit)
	}
	return x.tellOne(x.tx, l, m, x.n, attachmentLimit)
}

// staffNamed finds entries by address, full name, or a part of the name that only one has.
func (x *deed) staffNamed(name string) (list []*models.Staff) {
	if s := x.Settings.StaffByAddress(strings.Trim(name, "<> ")); s != nil {
		return []*models.Staff{s}
	}
	wanted := templates.FoldWords(name)
	for _, s := range x.Settings.Staff {
		if words := templates.FoldWords(s.Name); slices.Equal(words, wanted) {
			return []*models.Staff{s}
		} else if hasPhrase(words, wanted) {
			list = append(list, s)
		}
	}
	return list
}

func (x *deed) handlerIn(dep *Department) *models.Staff {
	for _, s := range x.Settings.Staff {
		if s.Has(models.Handler) && s.In(dep.Name) && !slices.Contains(x.n.about, s) {
			return s
		}
	}
	return nil
}

func staffNames(list []*models.Staff) string {
	var names []string
	for _, s := range list {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

func departmentNames(list []Department) string {
	var names []string
	for _, d := range list {
		names = append(names, d.Name)
	}
	return strings.Join(names, ", ")
}

// ask is `vraag`: at most three questions to the complainant (procedure 3.6).
func (x *deed) ask() error {
	text := x.words()
	if text == "" {
		x.refuse("no_text")
		return nil
	}
	return x.propose("information_request", text, x.bodyOf("information_request", text), nil)
}

// status is `stand`: the complainant hears where things stand (procedure 4.3).
func (x *deed) status() error {
	text := x.words()
	if text == "" {
		x.refuse("no_text")
		return nil
	}
	return x.propose("status_update", text, x.bodyOf("status_update", text), nil)
}

// analyse is the form "analyse klacht", in versions (procedure 3.5). A partial one is kept; a form on an older version is merged field by
// field, and what both changed comes back with both values.
func (x *deed) analyse() error {
	latest, err := x.tx.LatestAnalysis(x.c.ID)
	if err != nil {
		return err
	}
	next := models.Analysis{ComplaintID: x.c.ID}
	if latest != nil {
		next = *latest
	}
	base := next
	others := map[string]bool{}                            // fields that somebody else changed since
	if x.token != nil && x.token.Analysis < next.Version { // it answers an older form
		if base, others, err = x.analysisSince(x.token.Analysis, next.Version); err != nil {
			return err
		}
	}
	changed, clash := 0, []string(nil)
	for _, field := range models.AnalysisFields {
		value, ok := x.analysisValue(field)
		now := next.Field(field)
		if !ok || value == "" || sameWords(value, *base.Field(field)) || sameWords(value, *now) {
			continue
		}
		if value == "-" {
			value = ""
		}
		if others[field] && *now != value {
			clash = append(clash, field)
			x.fault(field, "changed_by_other", x.shown(field, *now))
			continue
		}
		*now, changed = value, changed+1
	}
	if changed > 0 {
		next.Version, next.StaffID = next.Version+1, &x.by.ID
		if err := x.tx.AddAnalysis(&next); err != nil {
			return err
		}
		if err := x.mark("analysis", map[string]any{"version": next.Version, "verdict": next.Verdict, "missing": next.Missing()}); err != nil {
			return err
		}
		if err := x.investigate(); err != nil {
			return err
		}
	}
	if err := x.noteBeside(); err != nil {
		return err
	}
	return x.tellAnalysis(&next, changed, clash)
}

// analysisSince is the analysis as the form showed it, and the fields that somebody else changed after that, up to the newest version.
func (x *deed) analysisSince(shown, newest int) (base models.Analysis, others map[string]bool, err error) {
	others = map[string]bool{}
	before := models.Analysis{}
	for version := shown; version <= newest; version++ {
		a, err := x.tx.AnalysisVersion(x.c.ID, version)
		if err != nil {
			return base, nil, err
		}
		switch {
		case a == nil: // version 0: the empty form
			continue
		case version == shown:
			base = *a
		case a.StaffID == nil || *a.StaffID != x.by.ID:
			for _, field := range models.AnalysisFields {
				others[field] = others[field] || *a.Field(field) != *before.Field(field)
			}
		}
		before = *a
	}
	return base, others, nil
}

// sameWords compares values apart from line breaks and spaces, which mail clients change.
func sameWords(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) }

// analysisValue is a field as it is kept: a key where the field has a closed list.
func (x *deed) analysisValue(field string) (string, bool) {
	switch value := x.value(field); {
	case value == "-":
		return value, true
	case field == "verdict", field == "severity":
		return x.choose(field)
	default:
		return value, true
	}
}

// shown is a kept value as people read it.
func (x *deed) shown(field, value string) string {
	if list := x.Texts.ValueList("analyse", field); list != "" && value != "" {
		if label := x.Texts.ValueLabel(x.languageOf(x.by), list, value); label != "" {
			return label
		}
	}
	return value
}

// tellAnalysis says what became of the form; what it lacks comes back marked.
func (x *deed) tellAnalysis(a *models.Analysis, changed int, clash []string) error {
	missing := a.Missing()
	switch {
	case changed > 0:
		x.done("analysis", a.Version)
	case len(x.not) == 0 && len(clash) == 0:
		x.refuse("nothing_filled_in")
	}
	if len(clash) > 0 {
		x.refuse("changed_by_other")
	}
	x.values, x.analysisShown = map[string]string{}, a.Version
	for _, field := range models.AnalysisFields {
		x.values[field] = x.shown(field, *a.Field(field))
		if slices.Contains(clash, field) {
			x.values[field] = x.value(field)
		}
	}
	if len(missing) > 0 {
		for _, field := range missing {
			if x.faults[field] == "" {
				x.fault(field, "missing")
			}
		}
		if changed > 0 {
			x.done("analysis_lacks", len(missing))
		}
		return nil
	}
	if changed > 0 {
		x.done("analysis_complete")
		if x.owns() {
			x.buttons = helpFor(string(models.Answer))
		}
	}
	if x.c.Stage == models.Registered || x.c.Stage == models.Investigation {
		x.c.Severity, x.c.Verdict = a.Severity, a.Verdict
		return x.moveTo(models.Answer)
	}
	return nil
}
