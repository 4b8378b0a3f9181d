package mailin

import "strings"

// machineWording recognises automatic mails of programs that set no field for it: a machine-made subject, together with a field, a
// sender or a beginning of the text that no person's mail has. It returns what told; "" when nothing did.
func machineWording(m *Message) string {
	if local := automaticSender(m); local != "" {
		return "From: " + local
	}
	if hasPrefixFold(m.Get("X-Delivery-Agent"), "TMDA") && strings.EqualFold(m.Get("Precedence"), "bulk") { // A challenge; mails of its users lack the second
		return "X-Delivery-Agent: TMDA with Precedence: bulk"
	}
	if beginsWithAny(m.Subject, automaticSubjects) {
		for _, name := range []string{"X-Auto-Response-Suppress", "X-MS-Exchange-Inbox-Rules-Loop", "In-Reply-To", "References"} {
			if m.Get(name) != "" { // A person's answer begins with "Re:".
				return "the subject of an automatic reply with " + name
			}
		}
	}
	if abuseComplaint(m) {
		return "the subject of a complaint of Hotmail with X-HmXmrOriginalRecipient"
	}
	for _, w := range wordings {
		if !w.subject(m.Subject) {
			continue
		}
		text := strings.ToLower(strings.TrimSpace(cut(m.Text, 1000)))
		if w.begins(text) && containsAny(text, w.says) {
			return "the subject and words of " + w.what
		}
	}
	return ""
}

// automaticSender returns the local part of From when nobody writes under it.
func automaticSender(m *Message) string {
	for _, a := range m.From {
		switch local := localPart(a.Email); local {
		case "autoresponder", "autoreply", "auto-reply", "autoresponse", "auto-response", "automated-response", "automatic-reply", "autoantwoord": // automated-response: EarthLink's challenge
			return local
		}
	}
	return ""
}

// automaticSubjects begin the subjects that programs give to automatic replies, none that a person writes of his own absence.
var automaticSubjects = []string{
	"Automatic reply:", "Automatic reply from", "Out of Office AutoReply", "Auto reply:", "Auto-reply:", "AutoReply:", "Automatic response:", "Auto response:", "Auto-Response:", "Autoresponse:", "AutoResponder:",
	"Automatisch antwoord:", "Automatische reactie:", "Afwezigheidsbericht:", "Autoantwoord:", "Automatische beantwoording:", "Automatisch afwezigheidsbericht", // nl
	"Réponse automatique :", "Réponse automatique:", "Réponse automatique\u00a0:", "Absent(e) du bureau", // fr; Outlook writes a space before the colon
	"Automatische Antwort:", "Abwesenheitsnotiz:", "Automatische Rückantwort:", "Autom. Antwort:", // de
	"Respuesta automática:", "Risposta automatica:", "Resposta automática:", "Autosvar:", "Automatisk svar:", "Automaattinen vastaus:", "Odpowiedź automatyczna:", "Automatická odpověď:", "Automatikus válasz:", "Автоматический ответ:", "Otomatik yanıt:",
}

// wordings are mails told by subject and text together, each made by a program to the letter. In lower case.
var wordings = []struct {
	what    string
	subject func(string) bool
	begins  func(text string) bool
	says    []string // One of these, within the first 1000 bytes of the text.
}{
	{"a read receipt of Outlook",
		beginsWith("Read:", "Gelezen:", "Lu :", "Lu\u00a0:", "Lu:", "Gelesen:", "Not read:", "Niet gelezen:", "Non lu :", "Non lu\u00a0:", "Ungelesen:"),
		beginsWith("your message", "uw bericht", "votre message", "ihre nachricht", "this is a receipt for the mail you sent"),
		[]string{"was read on ", "was deleted without being read on ", "is gelezen op ", "is verwijderd zonder te zijn gelezen", "a été lu le ", "a été supprimé sans avoir été lu", "gelesen am ", "wurde am ", "wurde ungelesen gelöscht", "message was displayed"}},
	{"a delivery receipt of Exchange",
		beginsWith("Delivered:", "Bezorgd:", "Remis :", "Remis\u00a0:", "Zugestellt:", "Relayed:", "Doorgestuurd:"),
		beginsWith("your message has been delivered to", "delivery to these recipients or groups", "uw bericht is bezorgd bij", "de bezorging aan deze geadresseerden", "votre message a été remis aux", "la remise à ces destinataires",
			"ihre nachricht wurde an die folgenden", "die zustellung an diese empfänger"),
		[]string{""}},
	{"a return receipt of Thunderbird",
		beginsWith("Return Receipt (displayed)", "Leesbevestiging (weergegeven)", "Accusé de réception (affiché)", "Lesebestätigung (angezeigt)"),
		beginsWith("this is a return receipt for the mail that you sent", "dit is een leesbevestiging voor", "ceci est un accusé de réception pour", "dies ist eine empfangsbestätigung"),
		[]string{""}},
	{"a challenge of BoxTrapper", contains("verify#"), contains(""), []string{"requires that you verify that you are a real live human being"}},
	{"a challenge of Spam Arrest", contains("verification"), contains(""), []string{"just this once, click the link below so i can receive your emails"}},
}

func beginsWith(beginnings ...string) func(string) bool {
	return func(subject string) bool {
		for _, beginning := range beginnings {
			if hasPrefixFold(subject, beginning) {
				return true
			}
		}
		return false
	}
}

// contains: one of the phrases, in lower case.
func contains(phrases ...string) func(string) bool {
	return func(subject string) bool { return containsAny(strings.ToLower(subject), phrases) }
}

// abuseComplaint: Microsoft's Junk Mail Reporting Program, which writes no report (RFC 5965) but the mail alone.
func abuseComplaint(m *Message) bool {
	if !hasPrefixFold(m.Subject, "complaint about message from ") {
		return false
	}
	for _, e := range m.Embedded {
		if e.Get("X-HmXmrOriginalRecipient") != "" {
			return true
		}
	}
	return false
}
