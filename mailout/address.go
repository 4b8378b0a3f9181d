package mailout

import (
	"net/mail"
	"regexp"
	"strconv"
	"strings"
)

// Address forms, all by the plus sign behind the mailbox's local part (RFC 5233 subaddressing):
//
//	klachten+k-2026-0001.TOKEN@        what a complainant's letters bear in Reply-To
//	klachten+k-2026-0001.CODE.TOKEN@   what a staff mail bears; CODE is the action it stands for
//	klachten+CODE.TOKEN@               the same without a complaint
//	klachten+k-2026-0001.s4.TOKEN@     a score button in a complainant's letter; TOKEN is the complaint's own, s1 to s5 the score
//	klachten+b.TOKEN@                  envelope sender of one mail (VERP), where its delivery status notifications go
//
// A token has 16 lower-case base32 characters and is compared after folding case: some systems change the case of local parts.

// Detail is what stands behind the plus sign of an address of ours, or in the brackets of a subject.
type Detail struct {
	Number string // K-2026-0001, or ""
	Code   string // action of a staff mail; "" for a complainant's address; "s1" to "s5" for a score; "b" for a bounce address
	Token  string // lower case
}

// BounceCode marks the envelope sender of a mail of ours.
const BounceCode = "b"

// ReplyCode is the action of simply replying.
const ReplyCode = "brf"

var (
	detailForm  = regexp.MustCompile(`^(?:(k-\d{4}-\d{4,})\.)?(?:([a-z]{1,3}|s[1-5])\.)?([a-z2-7]{16})$`)
	subjectForm = regexp.MustCompile(`(?i)\[(?:(k-\d{4}-\d{4,}) )?([a-z]{1,3}|s[1-5]) ([a-z2-7]{16})\]`)
	numberForm  = regexp.MustCompile(`(?i)\bk-(\d{4})-(\d{4,})\b`)
)

// ScoreCode is the code of the score n, 1 to 5.
func ScoreCode(n int) string { return "s" + strconv.Itoa(n) }

// Score is the score that the detail stands for, 1 to 5; 0 none.
func (d Detail) Score() int {
	if len(d.Code) == 2 && d.Code[0] == 's' && '1' <= d.Code[1] && d.Code[1] <= '5' {
		return int(d.Code[1] - '0')
	}
	return 0
}

// With makes the address of the mailbox that carries the detail.
func (d Detail) With(mailbox string) string {
	local, domain, _ := strings.Cut(mailbox, "@")
	parts := make([]string, 0, 3)
	if d.Number != "" {
		parts = append(parts, strings.ToLower(d.Number))
	}
	if d.Code != "" {
		parts = append(parts, d.Code)
	}
	return local + "+" + strings.Join(append(parts, d.Token), ".") + "@" + domain
}

// InSubject is the form for mailboxes without subaddressing.
func (d Detail) InSubject() string {
	if d.Number == "" {
		return "[" + d.Code + " " + d.Token + "]"
	}
	return "[" + d.Number + " " + d.Code + " " + d.Token + "]"
}

// ParseDetail reads the detail of an address of the mailbox; false when the address is not one of its subaddresses.
func ParseDetail(address, mailbox string) (Detail, bool) {
	address, mailbox = strings.ToLower(strings.TrimSpace(address)), strings.ToLower(mailbox)
	local, domain, _ := strings.Cut(mailbox, "@")
	rest, ok := strings.CutPrefix(address, local+"+")
	if !ok {
		return Detail{}, false
	}
	rest, ok = strings.CutSuffix(rest, "@"+domain)
	if !ok {
		return Detail{}, false
	}
	m := detailForm.FindStringSubmatch(rest)
	if m == nil {
		return Detail{}, false
	}
	return Detail{Number: strings.ToUpper(m[1]), Code: m[2], Token: m[3]}, true
}

// ParseSubject reads the detail that a subject carries in brackets.
func ParseSubject(subject string) (Detail, bool) {
	m := subjectForm.FindStringSubmatch(subject)
	if m == nil {
		return Detail{}, false
	}
	return Detail{Number: strings.ToUpper(m[1]), Code: strings.ToLower(m[2]), Token: strings.ToLower(m[3])}, true
}

// Numbers lists the complaint numbers that a subject names, each once.
func Numbers(subject string) []string {
	var list []string
	for _, m := range numberForm.FindAllString(subject, 10) {
		n := strings.ToUpper(m)
		if !strings.Contains(strings.Join(list, " ")+" ", n+" ") {
			list = append(list, n)
		}
	}
	return list
}

// LocalPartFits tells whether the longest address of the mailbox stays within the 64 octets of RFC 5321 section 4.5.3.1.1.
func LocalPartFits(mailbox string) bool {
	local, _, _ := strings.Cut(Detail{Number: "K-2026-000001", Code: "abc", Token: strings.Repeat("a", 16)}.With(mailbox), "@")
	return len(local) <= 64
}

// Addr is a name and an address as header fields bear them.
func Addr(name, address string) *mail.Address { return &mail.Address{Name: name, Address: address} }

// staffToken is the address or subject of a staff mail wherever it stands in a text: it bears a code before its token. A score's code holds a digit.
var staffToken = regexp.MustCompile(`(?i)\+(?:k-\d{4}-\d{4,}\.)?[a-z]{1,3}\.[a-z2-7]{16}@|\[(?:k-\d{4}-\d{4,} )?[a-z]{1,3} [a-z2-7]{16}\]`)

// HoldsStaffToken tells whether a text holds an address or subject by which staff act.
func HoldsStaffToken(text string) bool { return staffToken.MatchString(text) }
