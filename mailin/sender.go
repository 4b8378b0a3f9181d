package mailin

import (
	"strings"
	"unicode"

	"github.com/emersion/go-msgauth/authres"

	"dankuwel/models"
	"dankuwel/procedure"
)

// sender is who wrote a mail, when it says that it is a staff member, and what proves that.
type sender struct {
	staff  *models.Staff // nil: nobody of ours
	token  *models.Token // that serves this person: his own, not ended
	proven bool
	failed bool // the receiving server says that it is not so
}

// sender looks whether From is a staff member's, and for the proof of CONTRACT section 6: the pinned server's word, or, where the server
// vouches for nothing, the token together with From.
func (in *Intake) sender(a *arrival, th thread) sender {
	m := a.mail
	var s sender
	for _, f := range m.From {
		if s.staff = in.Desk.Settings.StaffByAddress(f.Email); s.staff != nil {
			break
		}
	}
	if s.staff == nil {
		if s.staff = in.inDisplayName(m); s.staff != nil {
			s.failed = true // an address only in the display name
		}
		return s
	}
	if th.token != nil && th.token.StaffID == s.staff.ID && th.token.Live(in.Desk.Now()) {
		s.token = th.token
	}
	if len(m.From) != 1 || len(m.All("From")) != 1 || len(m.All("Sender")) > 1 {
		return s
	}
	if m.Sender != nil && !s.staff.Owns(m.Sender.Email) {
		return in.delegate(a, s)
	}
	if in.AuthServID == "" {
		s.proven = s.token != nil
		return s
	}
	s.proven, s.failed = in.vouched(m, s.staff, procedure.DomainOf(m.From[0].Email), procedure.DomainOf(a.Mailbox))
	return s
}

// delegate is who wrote in the name of another entry, by Sender, to a mail that the owner had: when that is proven, a note of his.
// His token is then the owner's, and nothing is done by it.
func (in *Intake) delegate(a *arrival, owner sender) sender {
	from := a.mail.Sender.Email
	who := in.Desk.Settings.StaffByAddress(from)
	if who == nil || owner.token == nil || owner.token.ComplaintID == nil {
		return owner
	}
	if proven, _ := in.vouched(a.mail, who, procedure.DomainOf(from), procedure.DomainOf(a.Mailbox)); !proven {
		return owner
	}
	return sender{staff: who, token: owner.token, proven: true}
}

func (in *Intake) inDisplayName(m *Message) *models.Staff {
	for _, f := range m.From {
		for word := range strings.FieldsFuncSeq(f.Name, func(r rune) bool { return strings.ContainsRune(" <>()\"',;", r) }) {
			if s := in.Desk.Settings.StaffByAddress(word); strings.Contains(word, "@") && s != nil {
				return s
			}
		}
	}
	return nil
}

// vouched reads the topmost Authentication-Results field of the pinned server (RFC 8601): what stands below it may have been forged
// before the mail came to that server. The id counts only as a server writes it, bare and with the version at most: a server takes out
// what bears its own id, but may not know it again in quotes or behind a comment.
func (in *Intake) vouched(m *Message, staff *models.Staff, fromDomain, mailboxDomain string) (pass, fail bool) {
	if in.AuthServID == "" || m.Mended { // the server may have read another id, or another end of its own field
		return false, false
	}
	for _, field := range m.All("Authentication-Results") {
		head, _, _ := strings.Cut(field, ";")
		words := strings.FieldsFunc(head, func(r rune) bool { return r == ' ' || r == '\t' })
		if len(words) == 0 || !sameName(words[0], in.AuthServID) {
			continue
		}
		if _, results, err := authres.Parse(wordsOnly(field)); err == nil {
			return judge(results, staff, fromDomain, mailboxDomain)
		}
		return false, false
	}
	return false, false
}

// sameName compares host names. Folding beyond ASCII would change the length: "ſ" is no "s" to a server.
func sameName(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }

// wordsOnly is a field's value without comments and quotes, and with "_" for whatever within quotes would separate words or results:
// both may hold what the sender chose (the local part of his address, RFC 5321 section 4.1.2). "" when one is not closed.
func wordsOnly(value string) string {
	depth, quoted, escaped := 0, false, false
	plain := strings.Map(func(r rune) rune {
		switch {
		case escaped:
			if escaped = false; depth > 0 {
				return -1
			}
			return '_'
		case r == '\\' && (quoted || depth > 0):
			escaped = true
			return -1
		case r == '"' && depth == 0:
			quoted = !quoted
			return -1
		case r == '(' && !quoted:
			depth++
			return ' '
		case r == ')' && depth > 0:
			depth--
			return -1
		case depth > 0:
			return -1
		case quoted && (r == ';' || r == '=' || unicode.IsSpace(r)), r > unicode.MaxASCII && unicode.IsSpace(r):
			return '_'
		}
		return r
	}, value)
	if quoted || escaped || depth > 0 {
		return ""
	}
	return plain
}

func judge(results []authres.Result, staff *models.Staff, fromDomain, mailboxDomain string) (pass, fail bool) {
	aligned := func(domain string) bool { return domain != "" && sameName(domain, fromDomain) }
	for _, r := range results {
		switch r := r.(type) {
		case *authres.AuthResult: // submitted by a user who logged in: his name decides
			if r.Auth == "" {
				continue
			}
			own := staff.Owns(r.Auth) || (!strings.Contains(r.Auth, "@") && staff.Owns(r.Auth+"@"+mailboxDomain))
			ok := own && r.Value == authres.ResultPass
			return ok, !ok
		case *authres.DMARCResult:
			if r.Value == authres.ResultFail {
				fail = true
			}
			pass = pass || (r.Value == authres.ResultPass && aligned(r.From))
		case *authres.DKIMResult:
			pass = pass || (r.Value == authres.ResultPass && aligned(r.Domain))
		case *authres.SPFResult:
			pass = pass || (r.Value == authres.ResultPass && aligned(procedure.DomainOf(r.From)))
		}
	}
	return pass && !fail, fail
}
