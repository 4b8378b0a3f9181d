package mailin

import "strings"

// reportFailures reads the recipients of a message/delivery-status (RFC 3464 section 2): groups of fields, the first
// about the mail, the others each about one recipient.
func reportFailures(report string) []Failure {
	var list []Failure
	known := map[string]int{}
	for _, group := range fieldGroups(report) {
		f := reportFailure(group)
		if f == (Failure{}) {
			continue
		}
		if at, ok := known[f.Recipient]; ok && f.Recipient != "" {
			if list[at].Action == "delayed" && f.Action == "failed" {
				list[at] = f
			}
			continue
		}
		if len(list) == maxFailures {
			break
		}
		known[f.Recipient] = len(list)
		list = append(list, f)
	}
	return list
}

// reportFailure reads one group; zero when it is not about a recipient.
func reportFailure(group []Field) Failure {
	final, original := recipientIn(fieldValue(group, "Final-Recipient")), recipientIn(fieldValue(group, "Original-Recipient"))
	f := Failure{Recipient: final}
	if f.Recipient == "" { // Also "local; an" and X.400 names, which are no mail addresses.
		f.Recipient = original
	}
	if f.Recipient == "" { // QUIRK: sendmail, the address behind an alias
		f.Recipient = recipientIn(fieldValue(group, "X-Actual-Recipient"))
	}
	f.Action = strings.ToLower(firstWord(stripComments(fieldValue(group, "Action"))))
	if status := firstWord(stripComments(fieldValue(group, "Status"))); enhancedCode(status) {
		f.Status = status
	}
	f.Diagnostic = fieldValue(group, "Diagnostic-Code")
	if f == (Failure{}) {
		return f
	}
	if kind, said, ok := strings.Cut(f.Diagnostic, ";"); ok && !strings.ContainsAny(strings.TrimSpace(kind), " <") {
		f.Diagnostic = strings.TrimSpace(said)
	}
	switch {
	case f.Action == "" && strings.HasPrefix(f.Status, "2"):
		f.Action = "delivered"
	case f.Action != "" && !knownActions[f.Action]: // Better a bounce too many.
		f.Action = "failed"
	}
	return f
}

// knownActions are those of RFC 3464 section 2.3.3.
var knownActions = map[string]bool{"failed": true, "delayed": true, "delivered": true, "relayed": true, "expanded": true}

// recipientIn reads "rfc822; an@example.test" (RFC 3464 section 2.3.2); "" when it holds no mail address.
func recipientIn(value string) string {
	if _, after, ok := strings.Cut(value, ";"); ok {
		value = after
	}
	if found := addressesIn(value, 1); len(found) > 0 {
		return found[0].email
	}
	return ""
}

// fieldGroups reads groups of header-like fields set apart by blank lines. Lines that are no field are passed over.
func fieldGroups(text string) [][]Field {
	var groups [][]Field
	var group []Field
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		if line == "" {
			if len(group) > 0 {
				groups, group = append(groups, group), nil
			}
			continue
		}
		if (line[0] == ' ' || line[0] == '\t') && len(group) > 0 {
			if last := &group[len(group)-1]; len(last.Value) < maxDiagnosticSize*4 {
				last.Value += " " + strings.TrimSpace(line)
			}
			continue
		}
		if name, value, ok := strings.Cut(line, ":"); ok && validFieldName([]byte(name)) {
			group = append(group, Field{Name: name, Value: strings.TrimSpace(value)})
		}
	}
	if len(group) > 0 {
		groups = append(groups, group)
	}
	return groups
}

func firstWord(s string) string {
	if words := strings.Fields(s); len(words) > 0 {
		return words[0]
	}
	return ""
}
