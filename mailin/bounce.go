package mailin

import (
	"strconv"
	"strings"
)

// Failure is what a notice of delivery says of one recipient (RFC 3464 section 2.3).
type Failure struct {
	Recipient  string // The address that failed, domain in lower case; "" when not said.
	Action     string // failed, delayed, delivered, relayed, expanded; of notices without a report: failed or delayed.
	Status     string // Enhanced status code, RFC 3463, such as "5.1.1"; "" when not said.
	Code       int    // SMTP reply code, RFC 5321 section 4.2; 0 when not said.
	Diagnostic string // What the server said, on one line, at most 500 bytes.
}

// Caps on what is read of one notice.
const (
	maxFailures       = 100
	maxNoticeBytes    = 64 << 10 // Of its own text, above the mail it returns.
	maxDiagnosticSize = 500
)

// Permanent reports whether trying again is useless: class 5 (RFC 3463 section 3). A server that gave up after days of
// class 4 may be there again tomorrow. Notices without any code are permanent when nobody is there to deliver to.
func (f Failure) Permanent() bool {
	switch {
	case f.Action != "failed":
		return false
	case f.Status != "":
		return f.Status[0] == '5'
	case f.Code != 0:
		return f.Code/100 == 5
	}
	reason := f.Reason()
	return reason == "no_such_user" || reason == "no_such_domain"
}

// Failures returns what a notice of delivery says, recipient by recipient, in its order, each once; at most 100. It is
// meant for mails that Classify calls a bounce, and for delay notices; of other mails it makes nothing meaningful.
//
// The recipient is that of the report (Final-Recipient, otherwise Original-Recipient), otherwise of X-Failed-Recipients,
// otherwise of the notice's own text, otherwise the only one of the mail that it returns.
func Failures(m *Message) []Failure { return failures(m, 0) }

func failures(m *Message, depth int) []Failure {
	n := readNotice(m)
	list := reportFailures(m.Report)
	if ses := readSES(m); ses != nil {
		list = ses.failures()
	}
	if !namesRecipient(list) {
		list = complete(list, n.recipients(m))
	}
	if !namesRecipient(list) && depth < maxEmbeddedDepth {
		for _, e := range n.returned { // QUIRK: a notice within a notice, of a virus scanner or a list; Trend Micro InterScan, OCN
			if deliveryNotice(e, readMarks(e, nil).notice) != "" {
				if inner := failures(e, depth+1); namesRecipient(inner) {
					return inner
				}
			}
		}
	}
	if !namesRecipient(list) {
		list = complete(list, n.onlyRecipient())
	}
	if len(list) == 0 {
		list = []Failure{{}}
	}
	for i := range list {
		n.fill(&list[i], len(list) == 1)
	}
	return list
}

func namesRecipient(list []Failure) bool {
	for _, f := range list {
		if f.Recipient != "" {
			return true
		}
	}
	return false
}

// fill adds what the words of the notice say where the report said nothing; alone is the only recipient, of whom all of them speak.
func (n *notice) fill(f *Failure, alone bool) {
	if f.Action == "" {
		f.Action = n.action
	}
	if f.Diagnostic == "" && (f.Status == "" || strings.HasSuffix(f.Status, ".0.0")) {
		f.Diagnostic = n.saidOf(f.Recipient)
	}
	if f.Status == "" && alone && !saysCode(f.Diagnostic) {
		if said := serverSaid(n.lines); f.Diagnostic == "" || saysCode(said) {
			f.Diagnostic = said
		}
	}
	f.Diagnostic = cut(oneLine(f.Diagnostic), maxDiagnosticSize)
	code, status := replyCodes(f.Diagnostic)
	if f.Code == 0 {
		f.Code = code
	}
	if general := f.Status == "" || strings.HasSuffix(f.Status, ".0.0"); general && status != "" && (f.Status == "" || f.Status[0] == status[0]) {
		f.Status = status // QUIRK: "Status: 5.0.0" over "550 5.1.1 User unknown", as many gateways write it
	}
}

// replyCodes finds the SMTP reply code and the enhanced status code in what a server said; 0 and "" when there is none.
func replyCodes(s string) (code int, status string) {
	for i := 0; i < len(s) && (code == 0 || status == ""); {
		if !digit(s[i]) {
			i++
			continue
		}
		end := i
		for end < len(s) && (digit(s[end]) || s[end] == '.') {
			end++
		}
		word := strings.TrimRight(s[i:end], ".")
		apart := i == 0 || strings.IndexByte(" \t:;,([<#-=\"'/", s[i-1]) >= 0
		ends := end == len(s) || strings.IndexByte(" \t:;,)]>-.\"'_", s[end]) >= 0
		switch {
		case !apart || !ends:
		case status == "" && enhancedCode(word) && word[0] != '2':
			status = word
		case code == 0 && len(word) == 3 && (word[0] == '4' || word[0] == '5') && word[1] <= '5' && !strings.Contains(word, "."):
			code, _ = strconv.Atoi(word)
		}
		i = end
	}
	return code, status
}

// enhancedCode reports "class.subject.detail" (RFC 3463 section 2).
func enhancedCode(s string) bool {
	if len(s) < 5 || len(s) > 9 || s[1] != '.' || s[0] != '2' && s[0] != '4' && s[0] != '5' {
		return false
	}
	subject, detail, ok := strings.Cut(s[2:], ".")
	return ok && number(subject) && number(detail)
}

func number(s string) bool {
	for i := 0; i < len(s); i++ {
		if !digit(s[i]) {
			return false
		}
	}
	return len(s) > 0 && len(s) <= 3
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// cut keeps at most size bytes, whole characters.
func cut(s string, size int) string {
	if len(s) <= size {
		return s
	}
	return strings.TrimSpace(strings.ToValidUTF8(s[:size], ""))
}
