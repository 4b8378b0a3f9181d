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

// Classify tells what kind of mail it is, from the fields that standards and programs set, and which field decided.
// In doubt it is a person's: to leave a complaint unanswered is worse than to answer a program once.
// Subject and text decide nothing: a person may write "Automatic reply" about one.
func Classify(m *Message) (Kind, string) {
	for _, rule := range kindRules {
		if reason := rule.says(m); reason != "" {
			return rule.kind, excerpt(reason)
		}
	}
	return Person, "no field says otherwise"
}

// kindRules are tried from the top; each returns the field that decided, "" when it does not apply.
var kindRules = []struct {
	kind Kind
	says func(*Message) string
}{
	{Automatic, delayed},       // RFC 3464 section 2.3.3: tried first, for it has a bounce's form
	{Bounce, deliveryReport},   // RFC 3464, RFC 6522 section 3
	{Bounce, failedRecipients}, // QUIRK: Exim; testdata/mail/bounce-exim.eml
	{Bounce, mailerDaemon},     // RFC 3464 section 2, RFC 5321 section 6.1 without a report
	{Automatic, otherReport},   // RFC 8098, RFC 5965
	{Automatic, autoSubmitted}, // RFC 3834 section 5
	{Automatic, autoReply},     // QUIRK: before and beside RFC 3834; testdata/mail/afwezig-oud.eml
	{Automatic, calendarReply}, // RFC 5546 section 3.2.3
	{Automatic, nullSender},    // RFC 5321 section 4.5.5
	{List, listID},             // RFC 2919
	{List, precedenceBulk},     // RFC 2076 section 3.9
	{List, bulkUnsubscribe},    // RFC 2369, RFC 8058
}

// delayed: the mail is still on its way, or has arrived; no duty follows from it.
func delayed(m *Message) string {
	if !isReport(m, "delivery-status") {
		return ""
	}
	seen := ""
	for line := range strings.Lines(m.Report) {
		name, value, _ := strings.Cut(line, ":")
		if !strings.EqualFold(strings.TrimSpace(name), "Action") {
			continue
		}
		action, _, _ := strings.Cut(strings.ToLower(stripComments(value)), " ")
		switch action {
		case "delayed", "delivered", "relayed", "expanded":
			seen = "Action: " + action
		default: // "failed", or something unknown: better a bounce too many.
			return ""
		}
	}
	return seen
}

func deliveryReport(m *Message) string {
	if isReport(m, "delivery-status") {
		return "Content-Type: multipart/report; report-type=delivery-status"
	}
	return ""
}

// isReport reports a multipart/report of that type; a missing report-type is made good by the part itself.
func isReport(m *Message, reportType string) bool {
	if m.ContentType != "multipart/report" {
		return false
	}
	if said := m.ContentParams["report-type"]; said != "" {
		return strings.EqualFold(said, reportType) || strings.EqualFold(said, "global-"+reportType)
	}
	for _, a := range m.Attachments {
		if a.Type == "message/"+reportType || a.Type == "message/global-"+reportType {
			return true
		}
	}
	return false
}

func failedRecipients(m *Message) string {
	return fieldReason(m, "X-Failed-Recipients")
}

// mailerDaemon: nobody writes mail under that name. A postmaster may, so he needs the null sender, or the envelope
// sender that some mailboxes write in its place.
func mailerDaemon(m *Message) string {
	from := m.From
	if len(from) == 0 { // QUIRK: "From: MAILER-DAEMON", without a domain; corpus bounces/bsd
		from = []Address{{Email: strings.Trim(m.Get("From"), "<> ")}}
	}
	returnTo := localPart(m.ReturnPath) // QUIRK: "Return-Path: <MAILER-DAEMON>"; testdata/mail/postmaster-domino.eml
	program := m.NullSender || returnTo == "mailer-daemon" || returnTo == "double-bounce"
	for _, a := range from {
		switch localPart(a.Email) {
		case "mailer-daemon":
			return "From: mailer-daemon"
		case "postmaster":
			if program {
				return "From: postmaster"
			}
		}
	}
	return ""
}

// localPart is what stands before the "@", in lower case.
func localPart(email string) string {
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	return local
}

func otherReport(m *Message) string {
	if m.ContentType == "multipart/report" {
		return fieldReason(m, "Content-Type")
	}
	return ""
}

func autoSubmitted(m *Message) string {
	for _, value := range m.All("Auto-Submitted") {
		word, _, _ := strings.Cut(stripComments(value), ";") // Parameters, RFC 3834 section 5.1.
		if word = strings.TrimSpace(word); word != "" && !strings.EqualFold(word, "no") {
			return "Auto-Submitted: " + strings.ToLower(word)
		}
	}
	return ""
}

// autoReply: X-Auto-Response-Suppress is not among the fields, for Outlook sets it on mails that people write.
func autoReply(m *Message) string {
	switch strings.ToLower(m.Get("Precedence")) {
	case "auto_reply", "auto-reply", "autoreply":
		return fieldReason(m, "Precedence")
	}
	for _, name := range []string{"X-Autoreply", "X-Auto-Reply", "X-Autorespond", "X-Auto-Respond", "X-Autoresponse", "X-Autoresponder",
		"X-Autoreply-From", "X-Autogenerated", "X-Mail-Autoreply", "X-MS-Exchange-Generated-Message-Source"} {
		if value := m.Get(name); value != "" && !strings.EqualFold(value, "no") && !strings.EqualFold(value, "false") {
			return fieldReason(m, name)
		}
	}
	if strings.EqualFold(m.Get("X-POST-MessageClass"), "9; Autoresponder") {
		return fieldReason(m, "X-POST-MessageClass")
	}
	if strings.EqualFold(m.Get("X-Apple-Action"), "VACATION") {
		return fieldReason(m, "X-Apple-Action")
	}
	for _, value := range m.All("Delivered-To") {
		if strings.EqualFold(strings.TrimSpace(value), "autoresponder") {
			return "Delivered-To: " + value
		}
	}
	return ""
}

func calendarReply(m *Message) string {
	if m.CalendarMethod == "REPLY" {
		return "Content-Type: text/calendar; method=REPLY"
	}
	return ""
}

func nullSender(m *Message) string {
	if m.NullSender {
		return "Return-Path: <>"
	}
	return ""
}

func listID(m *Message) string {
	for _, name := range []string{"List-Id", "List-Post"} {
		if reason := fieldReason(m, name); reason != "" {
			return reason
		}
	}
	return ""
}

func precedenceBulk(m *Message) string {
	switch strings.ToLower(m.Get("Precedence")) {
	case "bulk", "list", "junk":
		return fieldReason(m, "Precedence")
	}
	return ""
}

// bulkUnsubscribe: List-Unsubscribe alone is not enough, web forms sent through a mailing provider bear it too.
func bulkUnsubscribe(m *Message) string {
	if m.Get("List-Unsubscribe") == "" {
		return ""
	}
	for _, name := range []string{"List-Unsubscribe-Post", "Feedback-ID", "X-Campaign", "X-CampaignID", "X-Mailing-Id", "X-Mailer-RecptId"} {
		if m.Get(name) != "" {
			return "List-Unsubscribe with " + name
		}
	}
	return ""
}

// fieldReason shows a field as a reason; "" when it is missing or empty. An address is nothing for the log.
func fieldReason(m *Message, name string) string {
	value := m.Get(name)
	switch {
	case value == "":
		return ""
	case strings.Contains(value, "@"):
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
