package mailin

import (
	"regexp"
	"strconv"
	"strings"
)

// Verdict is what mail servers said of a mail on its way: reason "spam" by the field of a filter; "dmarc" when the
// pinned server found that the domain of From disowns the mail (RFC 7489) and asks for quarantine or rejection; "" when
// nobody said anything bad. field is the one that decided. Fields are read, never the text. A mark of spam counts from
// wherever it came, since nobody marks his own mail; only authServID ("": nobody; "microsoft365": Exchange Online) is
// believed about DMARC, in its topmost field.
func Verdict(m *Message, authServID string) (reason, field string) {
	for _, f := range m.Fields {
		name := strings.ToLower(f.Name)
		says := spamFields[name]
		if strings.HasSuffix(name, "-mailscanner-spamcheck") { // X-%organisation%-MailScanner-SpamCheck
			says = wordOf("spam")
		}
		if says != nil && says(f.Value) {
			return "spam", markOf(f)
		}
	}
	if f, ok := resultsOf(m, authServID); ok && disowned(f.Value) {
		return "dmarc", markOf(f)
	}
	return "", ""
}

func markOf(f Field) string {
	if strings.Contains(f.Value, "@") { // An address is nothing for the log.
		return f.Name
	}
	return excerpt(f.Name + ": " + f.Value)
}

// spamFields are the fields of filters by name, in lower case, and what in them says spam, phishing or virus. Scores alone say
// nothing, for each site has its own limits. Cisco's X-IronPort-Anti-Spam-Result and Cloudmark's X-CNFS-Analysis are
// encrypted or need the vendor's tables.
var spamFields = map[string]func(string) bool{
	"x-spam-flag":   wordOf("yes", "true"), // SpamAssassin, amavis, rspamd
	"x-spam-status": wordOf("yes"),         // the same: "Yes, score=8.1 required=5.0 …"
	"x-spam":        wordOf("yes", "true", "spam"),
	"x-spamd-result": func(v string) bool { // rspamd: "default: True [15.20 / 15.00]"
		_, after, _ := strings.Cut(v, ":")
		return wordOf("true")(after)
	},
	"x-rspamd-action":                wordOf("reject", "add", "rewrite", "quarantine", "discard"), // "add header", "rewrite subject"
	"x-ms-exchange-organization-scl": func(v string) bool { return spamConfidence(v) },
	"x-forefront-antispam-report":    forefront,
	"x-barracuda-spam-flag":          wordOf("yes"),
	"x-barracuda-spam-status":        wordOf("yes"),
	"x-bogosity":                     wordOf("spam", "yes"), // bogofilter
	"x-dspam-result":                 wordOf("spam", "virus", "blacklisted"),
	"x-crm114-status":                wordOf("spam"),
	"x-proofpoint-spam-details":      proofpoint.MatchString,
	"x-amavis-alert":                 wordOf("infected"),
	"x-virus-status":                 wordOf("infected", "yes"), // clamav-milter
	"x-ovh-spamstate":                wordOf("spam", "phishing", "scam", "virus", "malware"),
	"x-vr-spamstate":                 wordOf("spam", "phishing", "scam", "virus", "malware"), // Vade
	"x-vade-status":                  wordOf("spam", "phishing", "scam", "virus", "malware"),
	"x-klms-antispam-status":         wordOf("spam", "probable_spam", "phishing", "blacklisted"), // Kaspersky
	"x-ksmg-antispam-status":         wordOf("spam", "probable_spam", "phishing", "blacklisted"),
	"x-tm-as-result":                 wordOf("yes"), // Trend Micro: "Yes-12.345-…"
	"x-eset-as":                      func(v string) bool { return strings.HasPrefix(strings.ToUpper(v), "R=SPAM") },
	"x-spampanel-class":              wordOf("spam", "phish", "virus", "blacklisted"), // SpamExperts
	"x-spamexperts-class":            wordOf("spam", "phish", "virus", "blacklisted"),
	"x-ui-filterresults":             wordOf("junk"), // GMX, IONOS: "junk:10;…"
	"x-gm-spam":                      wordOf("1"),    // Google Workspace, to a server behind it
	"x-gm-phishy":                    wordOf("1"),
	"x-ses-spam-verdict":             wordOf("fail"), // Amazon
	"x-ses-virus-verdict":            wordOf("fail"),
	"x-mailgun-sflag":                wordOf("yes"),
}

// wordOf tells whether a value begins with one of the words, in lower case.
func wordOf(words ...string) func(string) bool {
	return func(value string) bool {
		value = strings.ToLower(strings.TrimSpace(value[:min(len(value), 100)]))
		end := strings.IndexFunc(value, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' })
		if end < 0 {
			end = len(value)
		}
		for _, w := range words {
			if value[:end] == w {
				return true
			}
		}
		return false
	}
}

// spamConfidence: Microsoft's SCL 5 and 6 are spam, 7 to 9 surely; -1 was never filtered.
func spamConfidence(value string) bool {
	n, err := strconv.Atoi(strings.TrimSpace(value))
	return err == nil && n >= 5
}

// forefront reads Microsoft 365's "…;SCL:5;SFV:SPM;CAT:SPM;…". What a person or rule of the receiving organisation let
// through (released, allowed sender, safe sender, no filtering) is not spam, whatever its category was.
func forefront(value string) bool {
	marks := map[string]string{}
	for part := range strings.SplitSeq(value, ";") {
		name, v, _ := strings.Cut(part, ":")
		marks[strings.ToUpper(strings.TrimSpace(name))] = strings.ToUpper(strings.TrimSpace(v))
	}
	switch marks["SFV"] {
	case "SKQ", "SKA", "SFE", "SKN":
		return false
	case "SPM", "SKB", "SKS", "BLK":
		return true
	}
	switch marks["CAT"] {
	case "SPM", "HSPM", "OSPM", "PHSH", "HPHSH", "HPHISH", "MALW", "AMP", "SPOOF", "DIMP", "GIMP", "UIMP":
		return true
	}
	return spamConfidence(marks["SCL"])
}

// proofpoint: "rule=spam policy=default score=95 …", the rule's name often with that of the policy before it; "notspam" is good.
var proofpoint = regexp.MustCompile(`(?i)\brule=(?:[a-z0-9]+_)*(?:definite|probable|suspect)?(?:spam|phish|malware)(?:_definite)?\b`)

// resultsOf is the topmost Authentication-Results field (RFC 8601) of a server: what stands below it may be forged.
// Exchange Online writes no id before the results.
func resultsOf(m *Message, authServID string) (Field, bool) {
	if authServID == "" {
		return Field{}, false
	}
	for _, f := range m.Fields {
		if !strings.EqualFold(f.Name, "Authentication-Results") {
			continue
		}
		id, _, _ := strings.Cut(stripComments(f.Value[:min(len(f.Value), 1000)]), ";")
		id, _, _ = strings.Cut(strings.Trim(strings.TrimSpace(id), `"`), " ") // A version may follow.
		if strings.EqualFold(id, authServID) || strings.EqualFold(authServID, "microsoft365") && strings.Contains(id, "=") {
			return f, true
		}
	}
	return Field{}, false
}

var (
	dmarcResult = regexp.MustCompile(`(?i)(?:^|;)\s*dmarc\s*=\s*fail\b([^;]*)`)
	dmarcPolicy = regexp.MustCompile(`(?i)(?:^|[\s(,.;])(p|sp|dis|d|d\.eval|policy|policy\.dmarc|evaluated-disposition|published-domain-policy|action)=([a-z.]+)`)
	compositeBy = regexp.MustCompile(`(?i)\bcompauth=fail\s+reason=(000|002|010|6\d\d)\b`)
)

// disowned reads the DMARC result of an Authentication-Results field: a failure under a policy of quarantine or reject, as
//
//	dmarc=fail (p=reject dis=none) header.from=x                       OpenDMARC, Yahoo, Google
//	dmarc=fail reason="…" header.from=x (policy=reject)                rspamd
//	dmarc=fail policy.dmarc=reject                                     RFC 8601 registry, RFC 7489 section 11.2
//	dmarc=fail policy.published-domain-policy=reject                   Fastmail
//	dmarc=fail action=oreject header.from=x;compauth=fail reason=000   Exchange Online
//
// say. A policy of none asks for nothing.
func disowned(value string) bool {
	value = withoutQuotes(value[:min(len(value), 16<<10)])
	result := dmarcResult.FindStringSubmatch(value)
	if result == nil {
		return compositeBy.MatchString(value)
	}
	said := map[string]string{}
	for _, m := range dmarcPolicy.FindAllStringSubmatch(result[1], -1) {
		said[strings.ToLower(m[1])] = strings.ToLower(m[2])
	}
	if said["sp"] != "" && said["p"] != said["sp"] { // Which one holds depends on the domain; the server knows.
		said = map[string]string{"dis": said["dis"]}
	}
	for _, policy := range said {
		switch policy {
		case "quarantine", "reject", "oreject", "o.reject", "pct.reject": // RFC 7489 section 6.6.4: spared by pct, reject becomes quarantine.
			return true
		}
	}
	return compositeBy.MatchString(value)
}

// withoutQuotes leaves out quoted strings, and semicolons within comments, so that results end where they end.
func withoutQuotes(s string) string {
	var b strings.Builder
	quoted, depth := false, 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\':
			i++
			continue
		case c == '"':
			quoted = !quoted
			continue
		case quoted:
			continue
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ';' && depth > 0:
			c = ' '
		}
		b.WriteByte(c)
	}
	return b.String()
}
