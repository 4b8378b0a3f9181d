package mailin

import "strings"

// deliveryNotice tells whether m speaks of the delivery of another mail, and by which mark; "" when it does not. field is what readMarks
// found for it. The text is looked at only when the sender is a program by another mark.
func deliveryNotice(m *Message, field string) string {
	if isReport(m, "delivery-status") { // RFC 3464, RFC 6522 section 3
		return "Content-Type: multipart/report; report-type=delivery-status"
	}
	if m.ContentType == "multipart/report" && m.ContentParams["report-type"] != "" {
		return "" // Of another kind, whoever it comes from.
	}
	if field != "" {
		return field
	}
	if ses := readSES(m); ses != nil && ses.NotificationType == "Bounce" {
		return "a bounce notification of Amazon SES"
	}
	from, name := programSender(m)
	if from == byDaemon {
		return "From: " + name
	}
	returnTo := localPart(m.ReturnPath) // QUIRK: "Return-Path: <MAILER-DAEMON>"; testdata/mail/postmaster-domino.eml
	null := m.NullSender || returnTo == "mailer-daemon" || returnTo == "double-bounce"
	subject := beginsWithAny(m.Subject, noticeSubjects)
	switch {
	case null && from == byPostmaster && (subject || !repliedAutomatically(m)):
		return "From: " + name
	case null && subject:
		return "Return-Path: <> with the subject of a notice"
	case null && hasPart(m, "delivery-status"):
		return "Return-Path: <> with message/delivery-status"
	case null && !beginsWithAny(m.Subject, automaticSubjects) && saysUndelivered(m.Text):
		return "Return-Path: <> with the words of a notice"
	case subject && hasPart(m, "delivery-status"):
		return "the subject of a notice with message/delivery-status"
	case from == byPostmaster && strings.HasPrefix(m.Get("X-Mailer"), "<SMTP32"): // IMail's own, its client says <IMail
		return "From: " + name + " with X-Mailer: SMTP32"
	case from != byOther && subject && saysUndelivered(m.Text) && saysCode(m.Text):
		return "From: " + name + " with the subject and words of a notice"
	case from != byOther && subject && m.ReturnPath == "" && (saysUndelivered(m.Text) || saysCode(m.Text) || len(m.Embedded) > 0): // Stored without its envelope.
		return "From: " + name + " with the subject of a notice"
	case strings.HasSuffix(name, "-admin") && strings.Contains(m.MessageID, ".FML"): // fml, which refuses what its list does not take
		return "From: " + name + " with a Message-ID of fml"
	}
	return ""
}

// repliedAutomatically: a postmaster may have an absence notice, too.
func repliedAutomatically(m *Message) bool {
	return hasPrefixFold(m.Get("Auto-Submitted"), "auto-replied") || beginsWithAny(m.Subject, automaticSubjects)
}

// programName tells programs by the name under which they send.
type programName int

const (
	byOther      programName = iota
	byService                // An address that programs and people send from.
	byPostmaster             // A mail server, or the person who looks after it (RFC 5321 section 4.5.1).
	byDaemon                 // Nobody writes mail under that name.
)

// programSender looks at From, and returns the name that told.
func programSender(m *Message) (programName, string) {
	found, name := byOther, ""
	see := func(kind programName, by string) {
		if kind > found {
			found, name = kind, by
		}
	}
	from := m.From
	if len(from) == 0 { // QUIRK: "From: MAILER-DAEMON", without a domain; "Mail Delivery System <>"
		raw := m.Get("From")
		display, bare, _ := strings.Cut(raw, "<")
		from = []Address{{Name: decodeWords(strings.Trim(display, " \"")), Email: strings.Trim(bare, "<> ")}}
		if !strings.Contains(raw, "<") {
			from[0].Email = strings.TrimSpace(raw)
		}
	}
	for _, a := range from {
		local := localPart(a.Email)
		see(senderLocals[local], local)
		if len(a.Name) < 60 {
			if by := strings.ToLower(a.Name); by != "" {
				see(senderNames[by], by)
			}
		}
	}
	if found == byOther && len(from) > 0 {
		name = localPart(from[0].Email)
	}
	return found, name
}

// senderLocals are local parts, in lower case.
var senderLocals = map[string]programName{
	"mailer-daemon": byDaemon, "mailerdaemon": byDaemon, "mailer_daemon": byDaemon, "mail-daemon": byDaemon, "maildaemon": byDaemon,
	"mail.delivery.system": byDaemon, "mail-delivery-system": byDaemon, "maildelivery": byDaemon, // Cisco IronPort
	"double-bounce": byDaemon, // Postfix
	"microsoftexchange329e71ec88ae4615bbc36ab6ce41109e": byDaemon, // Exchange and Microsoft 365, the same in each organisation
	"postmaster": byPostmaster, "mdaemon": byPostmaster, "mailadmin": byService, "mail-admin": byService, "mailadministrator": byService, "bounce": byService, "bounces": byService,
	"noreply": byService, "no-reply": byService, "post_master": byService, "sysadmin": byService,
}

// senderNames are display names, in lower case. People are called System Administrator, too; they count as a postmaster does.
var senderNames = map[string]programName{
	"mailer-daemon": byDaemon, "mailer daemon": byDaemon, "mail delivery system": byDaemon, "mail delivery subsystem": byDaemon, "mail deliver system": byDaemon,
	"postmaster": byPostmaster, "mail administrator": byPostmaster, "internet mail delivery": byPostmaster, "mail delivery service": byPostmaster,
	"system administrator": byService, "systeembeheerder": byService, "administrateur système": byService, "systemadministrator": byService, // Exchange 2003
	"microsoft outlook": byService, "microsoft exchange": byService, "mail system": byService, "email delivery system": byService, "interscan mss": byService, "interscan notification": byService, "mailmarshal": byService,
}

// beginsWithAny compares the beginning of a subject, marks before it left out, without case.
func beginsWithAny(subject string, beginnings []string) bool {
	subject = strings.TrimLeft(subject, " *[(<-!#\"")
	for _, beginning := range beginnings {
		if hasPrefixFold(subject, beginning) {
			return true
		}
	}
	return false
}

// noticeSubjects begin the subjects that mail servers give their notices.
var noticeSubjects = []string{
	"Undeliverable", "Undelivered Mail", "Undelivered Message", "Undelivered:", "Delivery Status Notification", "Mail Delivery Status Notification", "Delivery Notification:", "Delivery Failure", "Delivery Report", "Delivery Error",
	"Delivery has failed", "Delivery failed", "Mail delivery fail", "Mail delivery problem", "Mail Delivery Error", "Mail Delivery Subsystem", "Mail System Error", "Mail could not be delivered", "Mail status report", "Mail not delivered",
	"Message delivery has failed", "Message delivery failure", "Message could not be delivered", "Message not delivered", "Message status - undeliverable", "Message you sent blocked", "Message undeliverable", "Message Notification", "NOTICE: mail delivery status", "Delivery Status", "Sorry, your message", "There was an error sending your mail", "Error sending message", "BOUNCE", "Bounce message",
	"Returned mail", "Returned message", "Mail returned", "Rejected mail", "Rejected message", "Nondeliverable mail", "Non-deliverable mail", "Non Delivery Report", "Non-delivery", "Nondelivery",
	"failure notice", "Failure delivery", "Failed mail", "Failed delivery", "Failed to deliver", "Unable to deliver", "Could not deliver", "Your message could not be delivered", "Your message wasn't delivered",
	"Postmaster] Email Delivery Failure", "Email Delivery Failure", "Email delivery error", "Email not delivered", "email bounce notification", "Bounced mail", "User unknown", "Unknown user", "Address not found", "Recipient not found", "Mailbox full",
	"Warning: could not send", "Warning--Could not send", "Warning: message", "Warning: E-mail", "Delayed Mail", "Delayed:", "Delivery delayed", "Message delayed", "Delivery Incomplete",
	"Onbestelbaar", "Niet-bezorgd", "Niet bezorgd", "Niet bezorgbaar", "Niet afgeleverd", "Niet bestelbaar", "Bericht niet bezorgd", "Bericht niet afgeleverd", "Uw bericht is niet", "E-mail niet bezorgd", "Bezorging mislukt", "Bezorging vertraagd", // nl
	"Aflevering mislukt", "Vertraagde bezorging", "Vertraagd:", "Melding van de status van bezorging", "Melding van bezorgingsstatus",
	"Non remis", "Non délivré", "Non distribué", "Non livré", "Message non remis", "Message non délivré", "Message non distribué", "Échec de la remise", "Echec de la remise", "Échec de remise", "Echec de remise", "Échec de livraison", "Mail non délivré", // fr
	"Notification d'état de remise", "Notification d'échec", "Retour de courrier", "Courrier non distribué", "Remise différée", "Retardé",
	"Unzustellbar", "Nicht zugestellt", "Nicht zustellbar", "Unzustellbare", "Zustellung fehlgeschlagen", "Zustellungsfehler", "Fehler bei der Zustellung", "Benachrichtigung zum Zustellungsstatus", "Verzögert", "Zustellung verzögert", "Mail-Zustellung", "Ihre Nachricht konnte nicht", // de
	"No se puede entregar", "No entregado", "No se pudo entregar", "Non recapitabile", "Mancato recapito", "Não é possível entregar", "Não entregue", "Kan ikke leveres", "Kan inte levereras", "Niedostarczalne", "Недоставленное", "Ваше сообщение не доставлено", "メッセージを配信できません", "メール配信に失敗しました",
}

// saysUndelivered looks for the sentences of mail servers at the top of a text.
func saysUndelivered(text string) bool {
	return containsAny(strings.ToLower(cut(text, 3000)), noticeSentences)
}

// saysCode looks for a code of SMTP there.
func saysCode(text string) bool {
	code, status := replyCodes(cut(text, 3000))
	return code != 0 || status != ""
}

// noticeSentences in lower case, such as no person writes of a mail.
var noticeSentences = []string{
	"this message was created automatically by mail delivery software", "this is the mail system at host", "this is the postfix program", "this is the qmail-send program", "this is the mailer-daemon", "this is the mail delivery agent",
	"this report relates to a message you sent", "i'm sorry to have to inform you that", "i'm afraid i wasn't able to deliver your message",
	"delivery to the following recipient", "the following addresses had", "the following address(es) failed", "the following recipient(s) cannot be reached", "did not reach the following recipient", "did not reach some or all of the intended recipients",
	"delivery has failed to these recipients", "your message wasn't delivered", "your message wasn’t delivered", "your message was not delivered",
	"was not delivered to:", "was undeliverable", "could not be delivered", "couldn't be delivered", "couldn’t be delivered", "could not be sent", "could not be reached", "could not deliver message", "sent >>>", "rcpt to", "unable to deliver message to", "unable to deliver your message", "unable to deliver mail to", "the mail system could not deliver", "recipient's mailbox is full",
	"mailbox unavailable", "user unknown", "unknown user", "undeliverable to ", "delivery attempts will continue", "delivery temporarily suspended", "this is an automatically generated delivery status notification", "an error occurred while trying to deliver",
	"transcript of session follows", "failed to deliver to", "failure reasons", "reporting-mta:", "final-recipient:", "recipient address rejected", "smtp error from remote", "remote host said:", "said: 550", "said: 554",
	"uw bericht is niet bezorgd", "uw bericht kan niet worden bezorgd", "uw bericht kon niet worden bezorgd", "uw bericht aan", "uw e-mail kon niet worden", "niet worden afgeleverd", "kon niet worden bezorgd", "kan niet worden bezorgd", "niet bezorgd bij", // nl
	"de bezorging aan de volgende geadresseerden is mislukt", "bezorging van dit bericht is mislukt", "heeft de volgende geadresseerde(n) niet bereikt", "heeft sommige of alle geadresseerden niet bereikt",
	"votre message n'a pas pu être remis", "votre message n’a pas pu être remis", "votre message n'a pas été remis", "votre message n’a pas été remis", "échec de la remise pour ces destinataires", "n'a pas pu être délivré", "n’a pas pu être délivré", "n'a pas pu être distribué", // fr
	"n'a pas été délivré", "n'a pu être remis", "remise de votre message", "impossible de remettre votre message",
	"ihre nachricht konnte nicht", "ihre nachricht wurde nicht zugestellt", "fehler bei der nachrichtenzustellung", "konnte nicht zugestellt werden", "die zustellung an folgende empfänger", "nicht zugestellt werden", "unzustellbar", // de
	"la entrega a estos destinatarios", "no se pudo entregar", "impossibile recapitare", "impossibile consegnare",
}

// saysDelayed reports the words of a notice that the mail is still on its way.
func saysDelayed(text string) bool { return containsAny(strings.ToLower(text), delaySentences) }

// delaySentences in lower case.
var delaySentences = []string{
	"(delay)", "this is a warning message only", "do not need to resend", "do not need to re-send", "don't need to resend", "has been delayed", "is delayed", "was delayed", "delivery delayed", "delayed mail", "message delayed", "delayed:", ": delayed", "notification: warning",
	"will be retried", "will keep trying", "will continue to try", "will continue to be attempted", "delivery attempts will continue", "will retry", "still trying to deliver", "still being retried", "will be tried again", "we'll keep trying", "we will keep trying", "will attempt to deliver",
	"not yet been delivered", "not been delivered yet", "has not yet been", "hasn't been delivered", "temporary failure report", "warning: could not send", "warning--could not send", "delivery incomplete", "delivery temporarily suspended", "temporary problem delivering",
	"vertraagde bezorging", "bezorging vertraagd", "bezorging is vertraagd", "is vertraagd", "nog niet bezorgd", "nog niet afgeleverd", "opnieuw geprobeerd", "blijven proberen", "nogmaals proberen",
	"remise différée", "a été retardé", "est retardée", "pas encore été", "nouvelle tentative", "continuera d'essayer", "nouvelles tentatives",
	"zustellung verzögert", "verzögert sich", "wurde verzögert", "noch nicht zugestellt", "erneut versucht", "weitere zustellversuche", "weiterhin versuch",
}

// saysGivenUp reports a subject that leaves no doubt.
func saysGivenUp(subject string) bool {
	return containsAny(strings.ToLower(subject), []string{"fail", "undeliver", "returned", "onbestelbaar", "unzustellbar", "non remis", "mislukt", "fehlgeschlagen"})
}

func containsAny(s string, phrases []string) bool {
	for _, phrase := range phrases {
		if strings.Contains(s, phrase) {
			return true
		}
	}
	return false
}
