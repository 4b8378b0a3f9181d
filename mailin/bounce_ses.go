package mailin

import (
	"encoding/json"
	"strings"
)

// sesNotification is what Amazon SES mails by way of SNS instead of a report: JSON in the text, as its developer guide describes it
// under "notification contents".
type sesNotification struct {
	NotificationType string
	Bounce           struct {
		BouncedRecipients []struct{ EmailAddress, Action, Status, DiagnosticCode string }
	}
	Mail struct {
		CommonHeaders struct{ MessageID string }
		Headers       []struct{ Name, Value string }
	}
}

// readSES returns the notification in a mail; nil when it is none.
func readSES(m *Message) *sesNotification {
	if len(m.From) == 0 || !strings.HasSuffix(strings.ToLower(m.From[0].Email), "@sns.amazonaws.com") {
		return nil
	}
	begin := strings.IndexByte(m.Text, '{')
	if begin < 0 || begin > 1000 {
		return nil
	}
	var n sesNotification
	text := strings.ReplaceAll(m.Text[begin:min(len(m.Text), begin+maxNoticeBytes)], "\n", "") // QUIRK: broken in the middle of a word by a gateway
	if json.NewDecoder(strings.NewReader(text)).Decode(&n) != nil || n.NotificationType == "" {
		return nil
	}
	return &n
}

// failures returns the recipients of a bounce.
func (s *sesNotification) failures() []Failure {
	var list []Failure
	for _, r := range s.Bounce.BouncedRecipients {
		if len(list) == maxFailures {
			break
		}
		list = append(list, reportFailure([]Field{
			{Name: "Final-Recipient", Value: "rfc822; " + r.EmailAddress},
			{Name: "Action", Value: r.Action},
			{Name: "Status", Value: r.Status},
			{Name: "Diagnostic-Code", Value: r.DiagnosticCode},
		}))
	}
	return list
}

// ids are those of the mail that bounced.
func (s *sesNotification) ids() []Field {
	fields := []Field{{Name: "Message-ID", Value: s.Mail.CommonHeaders.MessageID}}
	for _, h := range s.Mail.Headers {
		fields = append(fields, Field{Name: h.Name, Value: h.Value})
	}
	return fields
}
