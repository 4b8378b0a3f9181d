package mailin

import "strings"

// Kind says who is behind a mail. Only a person is ever answered.
type Kind int

const (
	Person    Kind = iota // A human being wrote it, for all that the fields say.
	Bounce                // A mail of ours, or one in our name, was not delivered (RFC 3464).
	Automatic             // A program wrote it: absence notice, receipt, delay notice, calendar reply (RFC 3834).
	List                  // It came by a mailing list or as a bulk mail (RFC 2919, RFC 2369).
)

// String returns the kind as the log shows it.
func (k Kind) String() string {
	switch k {
	case Person:
		return "person"
	case Bounce:
		return "bounce"
	case Automatic:
		return "automatic"
	case List:
		return "list"
	}
	return "unknown"
}

// Classify tells what kind of mail it is, and what decided: fields that standards and programs set. ownLists are the
// List-Ids of our own distribution lists, which are no list mark (CONTRACT section 3).
//
// In doubt it is a person's: to leave a complaint unanswered is worse than to answer a program once. A person may write
// "Automatic reply" about one, so subject and text decide only together with a second mark that no person's mail has.
func Classify(m *Message, ownLists []string) (Kind, string) {
	fields := readMarks(m, ownLists)
	if mark := deliveryNotice(m, fields.notice); mark != "" {
		return noticeKind(m, mark)
	}
	switch {
	case m.ContentType == "multipart/report": // RFC 8098, RFC 5965
		return Automatic, excerpt(fieldReason("Content-Type", m.Get("Content-Type")))
	case hasPart(m, "feedback-report"), hasPart(m, "disposition-notification"): // QUIRK: within multipart/mixed
		return Automatic, "a part that is a report"
	case fields.automatic != "" && !forwardedByRule(m):
		return Automatic, excerpt(fields.automatic)
	case m.CalendarMethod == "REPLY", m.CalendarMethod == "COUNTER", m.CalendarMethod == "REFRESH": // RFC 5546 section 3.2
		return Automatic, "Content-Type: text/calendar; method=" + m.CalendarMethod
	case m.NullSender: // RFC 5321 section 4.5.5
		return Automatic, "Return-Path: <>"
	}
	if ses := readSES(m); ses != nil {
		return Automatic, "a notification of Amazon SES"
	}
	if wording := machineWording(m); wording != "" {
		return Automatic, excerpt(wording)
	}
	if fields.list != "" {
		return List, excerpt(fields.list)
	}
	return Person, "no field says otherwise"
}

// noticeKind tells a failure from a delay. Mails that are still on their way, or have arrived, cause no duty (RFC 3464 section 2.3.3).
func noticeKind(m *Message, mark string) (Kind, string) {
	actions := ""
	for _, f := range Failures(m) {
		if f.Action == "failed" {
			return Bounce, excerpt(mark)
		}
		actions = "Action: " + f.Action
	}
	return Automatic, actions + ", " + excerpt(mark)
}

// isReport reports a multipart/report of that type; a missing report-type is made good by the part itself.
func isReport(m *Message, reportType string) bool {
	if m.ContentType != "multipart/report" {
		return false
	}
	if said := m.ContentParams["report-type"]; said != "" {
		return strings.EqualFold(said, reportType) || strings.EqualFold(said, "global-"+reportType)
	}
	return hasPart(m, reportType)
}

func hasPart(m *Message, reportType string) bool {
	for _, a := range m.Attachments {
		if a.Type == "message/"+reportType || a.Type == "message/global-"+reportType {
			return true
		}
	}
	return false
}

// localPart is what stands before the "@", in lower case.
func localPart(email string) string {
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	return local
}

// fieldReason shows a field as a reason. An address is nothing for the log.
func fieldReason(name, value string) string {
	if strings.Contains(value, "@") {
		value, _, _ = strings.Cut(value, ";")
	}
	if strings.Contains(value, "@") {
		return name
	}
	return name + ": " + value
}

// excerpt keeps a reason to a line of the log.
func excerpt(s string) string {
	if runes := []rune(oneLine(s)); len(runes) > 120 {
		return string(runes[:119]) + "…"
	}
	return oneLine(s)
}
