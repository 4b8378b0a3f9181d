package mailin

import (
	"strings"

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
	if len(m.From) != 1 || len(m.All("From")) != 1 || (m.Sender != nil && !s.staff.Owns(m.Sender.Email)) {
		return s
	}
	if in.AuthServID == "" {
		s.proven = s.token != nil
		return s
	}
	s.proven, s.failed = in.vouched(m, s.staff, procedure.DomainOf(m.From[0].Email), procedure.DomainOf(a.Mailbox))
	return s
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
// before the mail came to that server.
func (in *Intake) vouched(m *Message, staff *models.Staff, fromDomain, mailboxDomain string) (pass, fail bool) {
	for _, field := range m.All("Authentication-Results") {
		id, results, err := authres.Parse(field)
		if !strings.EqualFold(strings.TrimSpace(id), in.AuthServID) {
			continue
		}
		if err != nil {
			return false, false
		}
		return judge(results, staff, fromDomain, mailboxDomain)
	}
	return false, false
}

func judge(results []authres.Result, staff *models.Staff, fromDomain, mailboxDomain string) (pass, fail bool) {
	aligned := func(domain string) bool { return domain != "" && strings.EqualFold(domain, fromDomain) }
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
			pass = pass || (r.Value == authres.ResultPass && (r.From == "" || aligned(r.From)))
		case *authres.DKIMResult:
			pass = pass || (r.Value == authres.ResultPass && aligned(r.Domain))
		case *authres.SPFResult:
			pass = pass || (r.Value == authres.ResultPass && aligned(procedure.DomainOf(r.From)))
		}
	}
	return pass && !fail, fail
}
