package mailin

import (
	"cmp"
	"strings"
)

// Reason classes a failure for a sentence in plain words: "no_such_user", "mailbox_full", "no_such_domain", "too_big",
// "refused" (policy, spam, blocked, DMARC), "not_allowed" (this sender or relay), "unreachable" (no answer, gave up),
// "address" (not written as an address), "" unknown. Codes that name one cause decide (RFC 3463 section 3, RFC 7372, RFC 7505);
// otherwise the words of the server, otherwise the subject of the code.
func (f Failure) Reason() string {
	detail := ""
	if len(f.Status) > 2 {
		detail = f.Status[2:]
	}
	if reason := reasonOfCode[detail]; reason != "" {
		return reason
	}
	if reason := reasonInWords(strings.ToLower(f.Diagnostic)); reason != "" {
		return reason
	}
	if reason := cmp.Or(reasonOfVagueCode[f.Status], reasonOfVagueCode[detail]); reason != "" {
		return reason
	}
	subject, _, _ := strings.Cut(detail, ".")
	if reason := reasonOfSubject[subject]; reason != "" {
		return reason
	}
	return reasonOfReply[f.Code]
}

// reasonInWords looks through what a server said, in lower case.
func reasonInWords(words string) string {
	for _, r := range reasonWords {
		if containsAny(words, r.phrases) {
			return r.reason
		}
	}
	return ""
}

// reasonOfCode: subject and detail of codes that servers give for one cause only.
var reasonOfCode = map[string]string{
	"1.1": "no_such_user", "1.6": "no_such_user", "1.2": "no_such_domain", "1.3": "address",
	"1.7": "not_allowed", "1.8": "not_allowed",
	"2.2": "mailbox_full", "2.3": "too_big", "3.4": "too_big",
	"4.7": "unreachable", "4.6": "unreachable", "4.5": "unreachable", "4.2": "unreachable", "4.310": "no_such_domain", // 4.310: Exchange Online, the domain has no DNS
	"7.20": "refused", "7.21": "refused", "7.22": "refused", "7.23": "refused", "7.24": "refused", "7.25": "refused", "7.26": "refused", // RFC 7372
	"7.27":  "not_allowed",                                                         // RFC 7505: the sender's domain takes no mail
	"7.509": "refused", "7.512": "refused", "7.606": "refused", "7.511": "refused", // Exchange Online: DMARC, block lists
	"7.57": "not_allowed", "7.60": "not_allowed", "7.64": "not_allowed", "7.708": "not_allowed", // Exchange Online: relay, tenant
}

// reasonOfVagueCode: codes that servers give for several causes, when no words tell.
var reasonOfVagueCode = map[string]string{
	"1.10": "no_such_domain",                                                                                                                       // RFC 7505; Exchange says it of a recipient it does not know
	"1.0":  "no_such_user", "1.4": "no_such_user", "2.1": "no_such_user", "7.17": "no_such_user", "5.4.4": "no_such_domain", "3.1": "mailbox_full", // 5.4.4: no server for the domain; 4.4.4: none found now
	"5.3": "refused",
}

// reasonOfSubject: what is left, by the subject of the code (RFC 3463 section 3.1).
var reasonOfSubject = map[string]string{"4": "unreachable", "7": "refused", "6": "refused"}

// reasonOfReply: RFC 5321 section 4.2.2, RFC 7504.
var reasonOfReply = map[int]string{
	421: "unreachable", 450: "unreachable", 451: "unreachable", 452: "mailbox_full", 521: "no_such_domain", 556: "no_such_domain",
	551: "no_such_user", 552: "mailbox_full", 553: "address", 554: "refused", 530: "not_allowed", 535: "not_allowed",
}

// reasonWords are what servers say, in lower case, tried from the top: what names the cause most closely first.
var reasonWords = []struct {
	reason  string
	phrases []string
}{
	{"too_big", []string{"size exceeds", "message too large", "message too big", "too large", "message size", "size limit", "exceeded maximum inbound message size", "message file too big",
		"larger than the current", "te groot", "trop volumineux", "zu groß", "exceeds fixed limit", "exceeds maximum"}},
	{"mailbox_full", []string{"quota", "mailbox full", "mailbox is full", "mailbox has exceeded", "mail box full", "inbox is full", "inbox full", "is full", "out of storage", "insufficient storage", "storage limit",
		"not enough space", "not enough storage", "insufficient system storage", "exceeded storage", "exceeded the local limit", "mailbox size", "user mailbox exceeds", "disk full", "too many messages in",
		"postvak is vol", "postbus is vol", "mailbox vol", "boîte pleine", "boite pleine", "boîte aux lettres est pleine", "postfach ist voll", "postfach voll", "overquota", "over limit", "maildir over"}},
	{"no_such_domain", []string{"host or domain name not found", "host not found", "host unknown", "unknown host", "domain not found", "domain does not exist", "domain doesn't exist", "no such domain",
		"unknown domain", "name service error", "couldn't find any host", "could not find any host", "no mx", "mx lookup", "nullmx", "null mx", "domain name not found", "nxdomain", "indicated no smtp service",
		"unrouteable mail domain", "all relevant mx records point to non-existent", "bad destination host", "no route to domain", "cannot find a mail exchanger", "couldn't find a mail exchanger",
		"domeinnaam bestaat niet", "unable to resolve", "unresolvable", "illegal host", "does not accept mail", "domain isn't", "dns error", "name or service not known", "not a valid domain"}},
	{"not_allowed", []string{"relay", "not permitted to send", "not allowed to send", "sender address rejected", "sender rejected", "sender denied", "sender verify failed", "not authorized to send",
		"not authorised to send", "sender not authorized", "only accepts messages from", "only accepts mail from", "delivery restrictions", "restricted to authenticated", "authentication required", "smtp authentication",
		"sender is not allowed", "sender domain must", "envelope blocked", "permission to send", "permission to post", "members only", "accepts email from certain", "niet gemachtigd", "geen machtiging", "rcptnotallowed"}},
	{"no_such_user", []string{"user unknown", "unknown user", "no such user", "no such recipient", "no such mailbox", "no such person", "no such address", "unknown recipient", "recipient unknown", "recipient not found",
		"user not found", "mailbox not found", "mailbox unavailable", "mailbox does not exist", "account does not exist", "address does not exist", "does not exist", "doesn't exist", "unknown address",
		"unknown mailbox", "invalid recipient", "invalid mailbox", "unknown local", "no mailbox here", "unrouteable address", "unroutable address", "not our customer", "not a valid mailbox",
		"not a known user", "not listed in", "address unknown", "unknown address error", "user doesn't have", "user does not have", "wasn't found", "could not be found", "couldn't be found", "not exist",
		"account has been disabled", "account is disabled", "account that you tried to reach is disabled", "mailbox disabled", "account disabled", "is locked", "is suspended", "has been suspended", "inactive", "no longer", "user disabled",
		"recipnotfound", "recipientnotfound", "bad destination mailbox", "invalid address", "invalid final delivery userid", "user is unknown", "unknown in virtual", "unknown in local",
		"undeliverable address", "no account", "non-existent", "nonexistent", "rejected: access denied", "recipient email address is possibly incorrect", "unknown or illegal alias", "user invalid",
		"niet gevonden", "bestaat niet", "onbekende gebruiker", "n'existe pas", "introuvable", "utilisateur inconnu", "adresse inconnue", "existiert nicht", "unbekannter empfänger", "nicht gefunden", "mailbox is disabled", "mailboxunavailable"}},
	{"refused", []string{"spam", "blocked", "blacklist", "blocklist", "block list", "black list", "blackhole", "dmarc", "spf", "dkim", "policy", "reputation", "rbl", "unsolicited", "virus", "malware", "listed by", "listed at",
		"content", "banned", "prohibited", "suspicious", "rejete", "geweigerd", "refusé", "abgelehnt", "not accepted", "rejected", "refused by", "access denied", "denied", "rdns", "reverse dns", "ptr record", "attachment", "dnsbl"}},
	{"unreachable", []string{"timed out", "timeout", "time out", "connection refused", "no route to host", "unreachable", "not reachable", "connection lost", "lost connection", "connection closed", "connection reset", "connection dropped",
		"hop count", "too many hops", "mail loop", "loops back", "routing loop", "loop detected", "forwarding loop", "expired", "retry time", "gave up", "giving up", "given up", "multiple retries", "too many connections", "temporarily", "try again", "greylist", "graylist",
		"network error", "socket error", "not answer", "no answer", "did not accept our requests to connect", "too busy", "unable to connect", "could not connect", "couldn't connect", "cannot connect", "wasn't able to establish an smtp connection",
		"bad connection", "service unavailable", "service not available", "service currently unavailable", "not responding", "delayed", "deferred", "tls", "resources", "delivery failed 20 attempts"}},
	{"no_such_user", []string{"recipient address rejected", "recipient rejected", "rejected recipient", "bad address", "no user"}},
	{"address", []string{"bad address syntax", "syntax error", "malformed", "invalid syntax", "not a valid rfc", "bad recipient address syntax", "illegal address"}},
}
