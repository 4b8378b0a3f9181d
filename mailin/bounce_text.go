package mailin

import (
	"cmp"
	"strings"
	"unicode"
)

// notice is the own text of a notice of delivery, without the mail that it returns.
type notice struct {
	lines    []string
	action   string     // "delayed" or "failed", by its words.
	returned []*Message // What it returns: mails or headers embedded in it, and what is pasted below its words.
}

// readNotice parts a notice's text from the mail that it returns.
func readNotice(m *Message) *notice {
	n := &notice{}
	text, pasted := m.Text, ""
	if m.Report != "" && len(reportFailures(m.Report)) == 0 && !hasPrefixFold(m.Report, "Reporting-MTA:") {
		text = m.Report + "\n" + text // QUIRK: the words for people within message/delivery-status; InterMail
	}
	for read := 0; text != "" && read < maxNoticeBytes; {
		line, after, _ := strings.Cut(text, "\n")
		if len(n.lines) > 0 && returnsMark(line) {
			pasted = after
			break
		}
		if len(n.lines) > 0 && returnedField(line) {
			pasted = text
			break
		}
		read += len(line) + 1
		n.lines = append(n.lines, strings.TrimRight(cut(line, 2000), " \t\r"))
		text = after
	}
	for _, e := range m.Embedded {
		if len(e.Fields) == 0 { // QUIRK: blank lines above the header; Cisco, X3
			e = pastedMail(e.Text)
		}
		n.returned = append(n.returned, e)
	}
	if pasted = strings.TrimLeft(pasted, " \t\r\n"); pasted != "" {
		n.returned = append(n.returned, pastedMail(pasted))
	}
	n.action = "failed"
	if saysDelayed(m.Subject) || saysDelayed(strings.Join(n.lines, " ")) && !saysGivenUp(m.Subject) {
		n.action = "delayed"
	}
	return n
}

// pastedMail reads a mail that stands in running text.
func pastedMail(text string) *Message {
	pasted, _ := Parse(strings.NewReader(text[:min(len(text), maxReportBytes)]), nil) // Memory does not fail.
	return pasted
}

// returnsMark reports a line below which a notice pastes the mail that it returns.
func returnsMark(line string) bool {
	if len(line) > 120 {
		return false
	}
	s := strings.ToLower(strings.Trim(line, " \t-=*#_>.:|"))
	for _, mark := range returnMarks {
		if strings.HasPrefix(s, mark) {
			return true
		}
	}
	return false
}

// returnMarks begin such lines, in lower case, rules around them left out.
var returnMarks = []string{
	"below this line is a copy of the", "enclosed is a copy of the", // qmail, Yahoo
	"this is a copy of the message", "this is a copy of your message", "this is a copy of the headers", "this is a copy of the body", // Exim
	"the header of the original message", "the body of the original message", // Exim, kundenserver
	"original message follows", "original message headers", "original message header", "original message text", // IMail, Exchange
	"original message", "original mail", "original e-mail", "original email", // Gmail
	"unsent message", "returned message", "returned mail follows", "undelivered message", "undeliverable message follows", // sendmail 5, Notes, Postfix
	"below is a copy of the original message", "below is a copy of the original", "start of returned message", "message header", "message text follows", // OpenSMTPD
	"bounced e-mail", "bounced email", "bounced message", "a copy of the original message", "a copy of your message", "copy of your message",
	"your original message", "the original message follows", "the following is a copy of", "content of the original message", "your message reads",
	"oorspronkelijke berichtkoppen", "oorspronkelijke koppen", "oorspronkelijk bericht", "originele berichtkoppen", "origineel bericht", // Exchange and others, nl
	"en-têtes de message d'origine", "en-têtes du message d'origine", "en-têtes de message d’origine", "en-têtes du message d’origine", "message d'origine", "message d’origine", "message original",
	"ursprüngliche nachrichtenkopfzeilen", "ursprüngliche nachricht", "kopfzeilen der ursprünglichen nachricht", "kopfzeilen der originalnachricht", "originalnachricht",
	"encabezados de mensajes originales", "mensaje original", "intestazioni originali del messaggio", "messaggio originale",
}

// returnedField reports a header line that no notice writes of itself: the pasted mail begins without any mark.
func returnedField(line string) bool {
	for _, name := range []string{"Received:", "Return-Path:", "Return-path:", "DKIM-Signature:", "X-Received:", "ARC-Seal:"} {
		if strings.HasPrefix(line, name) {
			return true
		}
	}
	return false
}

// recipients finds who failed: by X-Failed-Recipients, otherwise by the words of the notice.
func (n *notice) recipients(m *Message) []Failure {
	var list []Failure
	for _, value := range m.All("X-Failed-Recipients") { // Exim, Gmail, kundenserver
		for _, a := range addressesIn(value, maxFailures) {
			list = append(list, Failure{Recipient: a.email, Diagnostic: n.saidOf(a.email)})
		}
	}
	if len(list) > 0 {
		return list
	}
	if list = reportFailures(strings.Join(n.lines, "\n")); namesRecipient(list) { // QUIRK: the report as plain text; Amazon WorkMail
		return list
	}
	list = nil
	senders := n.senders(m)
	for _, way := range []func(line string) (foundAddress, bool){leadingAddress, namedAddress, repliedAddress, dialogueAddress, toAddress} {
		var doubtful []Failure
		for at, line := range n.lines {
			a, ok := way(line)
			if !ok || localPart(a.email) == "mailer-daemon" || len(list) >= maxFailures || len(doubtful) >= maxFailures {
				continue
			}
			f := Failure{Recipient: a.email, Diagnostic: serverSaid(n.about(at))}
			if !senders[strings.ToLower(a.email)] {
				list = append(list, f)
			} else if strings.Trim(line[a.to:], " \t>:") == "" { // A mail to oneself
				doubtful = append(doubtful, f)
			}
		}
		if len(list) == 0 {
			list = doubtful
		}
		if len(list) > 0 {
			return list
		}
	}
	return nil
}

// saidOf is what the notice says below an address.
func (n *notice) saidOf(email string) string {
	for at, line := range n.lines {
		if a, ok := leadingAddress(line); ok && strings.EqualFold(a.email, email) {
			return serverSaid(n.about(at))
		}
	}
	return ""
}

// senders are addresses that a notice names without meaning that they failed: who wrote the mail it returns.
func (n *notice) senders(m *Message) map[string]bool {
	senders := map[string]bool{}
	recipients := map[string]bool{}
	for _, a := range n.returnedTo() {
		recipients[strings.ToLower(a)] = true
	}
	add := func(list []Address) {
		for _, a := range list {
			if key := strings.ToLower(a.Email); !recipients[key] {
				senders[key] = true
			}
		}
	}
	add(m.To)
	add(m.From)
	for _, e := range n.returned {
		add(e.From)
	}
	return senders
}

// leadingAddress is the address that a line begins with, as nearly all programs list who failed: "<an@example.test>:",
// "an@example.test: 550 ...", "    an@example.test", "-- an@example.test", "an@example.test [User unknown]".
func leadingAddress(line string) (foundAddress, bool) {
	found := addressesIn(line, 1)
	if len(found) == 0 || strings.Trim(line[:found[0].from], " \t<-*•\"'>") != "" {
		return foundAddress{}, false
	}
	return found[0], true
}

// namedAddress is the address of a line that says who it is about.
func namedAddress(line string) (foundAddress, bool) {
	found := addressesIn(line, 3)
	if _, replied := repliedAddress(line); replied || len(found) == 0 {
		return foundAddress{}, false
	}
	lower := strings.ToLower(line)
	for _, phrase := range recipientPhrases {
		i := strings.Index(lower, phrase)
		if i < 0 {
			continue
		}
		for _, a := range found {
			if a.from >= i+len(phrase) {
				return a, true
			}
		}
		if strings.HasPrefix(phrase, " ") { // A phrase that follows it: "an@example.test couldn't be found".
			return found[0], true
		}
	}
	return foundAddress{}, false
}

// toAddress is the address of the line "To:" with which a notice names the mail; Exchange 2003 names who failed by name only.
func toAddress(line string) (foundAddress, bool) {
	found := addressesIn(line, 1)
	label := strings.ToLower(strings.TrimSpace(line))
	if len(found) == 0 || !strings.HasPrefix(label, "to:") && !strings.HasPrefix(label, "aan:") && !strings.HasPrefix(label, "à :") && !strings.HasPrefix(label, "an:") {
		return foundAddress{}, false
	}
	return found[0], true
}

// recipientPhrases stand before the address, those with a leading space also behind it. In lower case.
var recipientPhrases = []string{
	"final-recipient:", "original-recipient:", "failed recipient", "recipient address:", "recipient:", "recipients:", "recipient address is", "intended recipient",
	"addressed to:", "target mail address:", "rcpt:", "rcpt=", "rejected recipient", "address:", "envelope-to:", "x-envelope-to:",
	"unknown user:", "user unknown:", "invalid final delivery userid:", "undeliverable to", "unable to deliver message to", "unable to deliver to", // IMail, MailFoundry
	"unable to deliver your message to", "unable to deliver mail to", "allowed size:", "attempts:", "could not deliver to", "could not be delivered to",
	"could not deliver message to", "couldn't be delivered to", "couldn’t be delivered to", "wasn't delivered to", "wasn’t delivered to", "was not delivered to", "not delivered to", "delivery to",
	"delivery failed for", "failed to deliver to", "failed for", "problem delivering your message to", "delivering to", "message to", "mail to", "message for",
	"ontvanger:", "geadresseerde:", "geadresseerde(n):", "bericht aan", "bericht naar", "bezorgd bij", "bezorgd aan", "afgeleverd bij", "afgeleverd aan", // Exchange and providers, nl
	"destinataire :", "destinataire:", "message à", "message envoyé à", "remis à", "délivré à", "message adressé à", // fr
	"empfänger:", "nachricht an", "zugestellt an", "e-mail an", "zustellung an", // de
	"destinatario:", "mensaje a", "messaggio a", "destinatário:",
	" couldn't be found", " couldn’t be found", " wasn't found", " wasn’t found", " is niet gevonden", " introuvable", " wurde nicht gefunden", " could not be delivered", " couldn't be delivered",
	" kan niet worden bezorgd", " kon niet worden bezorgd", " niet bezorgd", " does not exist", " bestaat niet", " n'existe pas", " existiert nicht", " user unknown", " unknown user", " is full",
	" is over quota", " mailbox full", " not listed in", " nicht zugestellt",
}

// repliedAddress is the address of an SMTP reply that refuses it: "550 <an@example.test>... User unknown".
func repliedAddress(line string) (foundAddress, bool) {
	found := addressesIn(line, 1)
	if len(found) == 0 {
		return foundAddress{}, false
	}
	code, _ := replyCodes(cut(strings.TrimLeft(line, " \t<>"), 4))
	return found[0], code != 0
}

// dialogueAddress is the address that a transcript of SMTP asked for.
func dialogueAddress(line string) (foundAddress, bool) {
	i := strings.Index(strings.ToLower(line), "rcpt to")
	if i < 0 {
		return foundAddress{}, false
	}
	for _, a := range addressesIn(line, 3) {
		if a.from > i {
			return a, true
		}
	}
	return foundAddress{}, false
}

// about are the lines that speak of the recipient named at lines[at]: up to the next one or the next section.
func (n *notice) about(at int) []string {
	end := at + 1
	for end < len(n.lines) && end < at+30 && !strings.HasPrefix(strings.TrimSpace(n.lines[end]), "-----") {
		if _, next := leadingAddress(n.lines[end]); next {
			break
		}
		end++
	}
	return n.lines[at:end]
}

// serverSaid is the line with a reply code, with what follows it up to a blank line; otherwise the first line whose words name a
// cause; otherwise the first sentence.
func serverSaid(lines []string) string {
	for i, line := range lines {
		code, status := replyCodes(line)
		if code == 0 && status == "" {
			continue
		}
		said := line
		for _, more := range lines[i+1 : min(i+6, len(lines))] {
			next, _ := replyCodes(cut(strings.TrimLeft(more, " \t<>"), 4))
			if strings.TrimSpace(more) == "" || len(said) > maxDiagnosticSize || next != 0 && next != code {
				break
			}
			said += " " + strings.TrimSpace(more)
		}
		return said
	}
	sentence := ""
	for i, line := range lines {
		words := strings.TrimSpace(line)
		if a, ok := leadingAddress(line); i == 0 && ok {
			words = strings.TrimLeft(line[a.to:], " \t>:,;-")
		}
		if reasonInWords(strings.ToLower(words)) != "" {
			return words
		}
		if sentence == "" && strings.IndexFunc(words, unicode.IsLetter) >= 0 && !strings.HasSuffix(words, ":") && !strings.HasSuffix(words, "-") {
			sentence = words
		}
	}
	return sentence
}

// onlyRecipient is the one to whom the returned mail went, when it was one.
func (n *notice) onlyRecipient() []Failure {
	to := n.returnedTo()
	if len(to) != 1 {
		return nil
	}
	return []Failure{{Recipient: to[0]}}
}

// returnedTo are the addresses in To and Cc of the mail that is returned.
func (n *notice) returnedTo() []string {
	var emails []string
	seen := map[string]bool{}
	for _, e := range n.returned {
		for _, list := range [][]Address{e.To, e.Cc} {
			for _, a := range list {
				if !seen[a.Email] {
					seen[a.Email] = true
					emails = append(emails, a.Email)
				}
			}
		}
		if len(emails) > 0 {
			break
		}
	}
	return emails
}

// complete joins what the report said without naming anybody with who was found otherwise.
func complete(said, found []Failure) []Failure {
	if len(found) == 0 {
		return said
	}
	seen := map[string]int{}
	var list []Failure
	for _, f := range found {
		key := strings.ToLower(f.Recipient)
		if at, ok := seen[key]; ok { // QUIRK: listed for people first, then for administrators; Exchange
			if !saysCode(list[at].Diagnostic) && saysCode(f.Diagnostic) {
				list[at].Diagnostic = f.Diagnostic
			}
			continue
		}
		seen[key] = len(list)
		if len(said) == 1 {
			f.Action, f.Status = said[0].Action, said[0].Status
			f.Diagnostic = cmp.Or(said[0].Diagnostic, f.Diagnostic)
		}
		list = append(list, f)
	}
	return list
}
