package mailin

import (
	"strings"
	"unicode/utf8"
)

// quotedHeader is the header block by which a mail client introduces a mail within a mail, each value as written there,
// folded to one line; "" when missing.
type quotedHeader struct{ From, Date, To, Subject string }

// fieldKind is what a label of a quoted header block announces.
type fieldKind int

const (
	noField fieldKind = iota
	fromField
	dateField
	toField
	subjectField
	otherField // Stands in such a block, too, and may stand there more than once.
)

// fieldLabels are the labels of Outlook, Apple Mail, Gmail, Thunderbird, Yahoo, Zimbra, Samsung and Orange in nl, fr,
// en, de and then the others, in lower case.
var fieldLabels = labelTable(map[fieldKind]string{
	fromField: "van|afzender|de|expéditeur|from|sender|von|absender|da|od|från|fra|lähettäjä|от|від|отправитель|de la|από|kimden|gönderen|feladó|发件人|寄件者|差出人|보낸 사람|מאת|من",
	dateField: "verzonden|verzonden op|verstuurd|datum|envoyé|envoyé le|envoyé à|date|date d'envoi|message du|sent|sent at|gesendet|gesendet am|" +
		"fecha|enviado|enviado el|enviado em|enviada|enviada em|data|data de envio|inviato|inviata|wysłano|wysłane|data wysłania|odesláno|odoslané|poslano|skickat|" +
		"sendt|dato|" +
		"lähetetty|päivämäärä|päiväys|дата|отправлено|надіслано|trimis|στάλθηκε|ημερομηνία|gönderildi|gönderilen|tarih|elküldve|dátum|发送时间|日期|寄件日期|送信日時|日付|보낸 날짜|날짜",
	toField:      "aan|à|a|destinataire|to|an|para|do|komu|pre|till|til|vastaanottaja|кому|către|προς|kime|alıcı|címzett|收件人|收件者|宛先|받는 사람",
	subjectField: "onderwerp|betreft|objet|sujet|subject|betreff|asunto|assunto|oggetto|temat|předmět|predmet|ämne|emne|aihe|тема|subiect|θέμα|konu|tárgy|主题|主旨|件名|제목",
	otherField: "cc|bcc|cci|cco|kopie|blinde kopie|copie|copie à|kopia|copia|kopi|kopio|копия|копія|ccn|reply-to|antwoorden aan|antwoord aan|répondre à|antwort an|" +
		"responder a|rispondi a|risposta|" +
		"bijlage|bijlagen|pièces jointes|pièce jointe|attachments|anlage|anlagen|adjuntos|allegati|anexos|importance|belang|urgentie|prioriteit|priorité|priority|" +
		"priorität|wichtigkeit|" +
		"organization|organisatie|organisation|resent-from|resent-date|抄送|副本",
})

func labelTable(of map[fieldKind]string) map[string]fieldKind {
	table := map[string]fieldKind{}
	for kind, labels := range of {
		for label := range strings.SplitSeq(labels, "|") {
			table[label] = kind
		}
	}
	return table
}

const (
	maxLabel       = 40 // Bytes before the colon, marks included.
	maxHeaderLines = 40
	maxWrapped     = 2  // Lines over which a value other than a list of addresses goes on.
	maxWrappedList = 12 // The same for a list of addresses.
)

// readQuotedHeader reads a header block that begins at lines[i]; next is the index of the first line after it. ok is
// false when there is none: at least From and one of Date, Subject and To are needed, in any order. Bold marks, "> "
// before the lines, non-breaking spaces, wrapped values and single empty lines between the fields (HTML with a paragraph
// per field) are tolerated. That mail client wrote it, and not a person, is not said here: see fromClient.
func readQuotedHeader(lines []string, i int) (h quotedHeader, next int, ok bool) {
	var values [otherField + 1]string
	var seen [otherField + 1]bool
	last := noField
	for next = i; next < len(lines) && next < i+maxHeaderLines; {
		kind, value := headerField(lines[next])
		switch {
		case kind == otherField && last != noField, kind != noField && kind != otherField && !seen[kind]:
			if seen[kind], last = true, kind; kind == toField || kind == otherField {
				value = splitSubject(value, &values[subjectField], &seen[subjectField])
			}
			values[kind] = value
			next++
			continue
		case last == noField:
			return h, i, false
		case kind == noField:
			if end := wrappedEnd(lines, next, last, &seen); end > next {
				for _, line := range lines[next:end] {
					values[last] = strings.TrimSpace(values[last] + " " + headerText(line))
				}
				next = end
				continue
			}
		}
		break
	}
	h = quotedHeader{From: values[fromField], Date: values[dateField], To: values[toField], Subject: values[subjectField]}
	if !seen[fromField] || !(seen[dateField] || seen[toField] || seen[subjectField]) {
		return h, i, false
	}
	return h, next, true
}

// wrappedEnd is where the lines end over which the value of the last field goes on: at the next field, or, for a list of
// addresses that is the last field, where nothing announces more. It is i when the block is over.
func wrappedEnd(lines []string, i int, last fieldKind, seen *[otherField + 1]bool) int {
	limit := maxWrapped
	if last == toField || last == otherField {
		limit = maxWrappedList
	}
	if headerText(lines[i]) == "" { // A single empty line between two fields.
		limit = 1
	}
	for end := i; end < len(lines) && end <= i+limit; end++ {
		if kind, _ := headerField(lines[end]); kind != noField {
			if kind == otherField || !seen[kind] {
				return end
			}
			break
		}
		if end > i && headerText(lines[end]) == "" {
			break
		}
	}
	end := i
	for ; end < len(lines) && end < i+limit && (last == toField || last == fromField || last == otherField); end++ {
		before, line := headerText(lines[end-1]), headerText(lines[end])
		if line == "" || !strings.HasPrefix(line, "<") && !strings.HasSuffix(before, ",") && !strings.HasSuffix(before, ";") && !strings.HasSuffix(before, "<") {
			break
		}
	}
	return end
}

// headerField reads a line "Label: value"; noField when it is none.
func headerField(line string) (fieldKind, string) {
	head := line[:min(len(line), maxLabel+8)]
	if mark, date, ok := strings.Cut(head, "Message du "); ok && strings.Trim(mark, "> \t") == "" && date != "" && isDigit(date[0]) { // Orange: no colon.
		return dateField, headerText(date)
	}
	colon, width := strings.IndexByte(head, ':'), 1
	if wide := strings.Index(head, "："); wide >= 0 && (colon < 0 || wide < colon) {
		colon, width = wide, len("：")
	}
	if colon < 0 {
		return noField, ""
	}
	label := strings.ToLower(strings.Trim(headerText(line[:colon]), "*_ "))
	kind := fieldLabels[strings.ReplaceAll(label, "’", "'")]
	if kind == noField {
		return noField, ""
	}
	return kind, strings.Trim(headerText(line[colon+width:]), "* ")
}

// splitSubject parts "a@b Onderwerp: c", as Samsung's mail writes recipient and subject on one line.
func splitSubject(value string, subject *string, seen *bool) string {
	head := value
	for !*seen {
		colon := strings.LastIndexByte(head, ':')
		if colon < 0 {
			break
		}
		head = strings.TrimRight(head[:colon], " ")
		space := strings.LastIndexByte(head, ' ')
		if space >= 0 && len(head)-space < maxLabel && fieldLabels[strings.ToLower(head[space+1:])] == subjectField {
			*subject, *seen = strings.TrimSpace(value[colon+1:]), true
			return strings.TrimSpace(head[:space])
		}
	}
	return value
}

// headerText is a line without what clients put around and into it: quote marks, indentation, bidi marks (Windows Mail
// writes them into dates), non-breaking spaces.
func headerText(line string) string {
	if strings.IndexByte(line, 0xC2) >= 0 || strings.IndexByte(line, 0xE2) >= 0 || strings.IndexByte(line, 0xEF) >= 0 { // Their first bytes.
		line = headerMarks.Replace(line)
	}
	return strings.Trim(strings.TrimLeft(line, ">| \t"), " \t\r")
}

var headerMarks = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u200e", "", "\u200f", "", "\u202a", "", "\u202c", "", "\ufeff", "")

// fromClient tells whether a mail client wrote the block: it knows an address or the time of the day. "Van: de keuken"
// above "Aan: mijn moeder" is a person's own list.
func (h quotedHeader) fromClient() bool {
	return strings.Contains(h.From, "@") || hasClock(h.Date) || strings.Contains(h.To, "@") && h.Date != ""
}

// hasClock finds a time of the day: "10:12", "10.12" after a date, "10h30", "3:15 PM".
func hasClock(s string) bool {
	for i := 1; i+2 < len(s); i++ {
		if (s[i] == ':' || s[i] == 'h') && isDigit(s[i-1]) && isDigit(s[i+1]) && isDigit(s[i+2]) {
			return true
		}
		if s[i] == '.' && i > 2 && isDigit(s[i-1]) && isDigit(s[i+1]) && isDigit(s[i+2]) && (i+3 == len(s) || s[i+3] == ' ' || s[i+3] == ',') &&
			(s[i-2] == ' ' || s[i-3] == ' ' && isDigit(s[i-2])) {
			return true
		}
	}
	return false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// The words of a line that sets off a mail within a mail: what it says of the mail, and "mail".
var (
	originalWords = []string{"oorspronkelijk", "origineel", "originele", "original", "origine", "originel", "ursprüngliche", "originale", "oprindelig",
		"opprinnelig", "ursprungligt",
		"alkuperäinen", "oryginaln", "původní", "pôvodná", "izvorna", "eredeti", "özgün", "orijinal", "исходное", "оригинальное", "початкове", "原始", "邮件原件"}
	forwardWords = []string{"doorgestuurd", "doorgezonden", "transféré", "réexpédié", "forwarded", "weitergeleitet", "reenviado", "inoltrato", "encaminhada",
		"reencaminhada", "vidarebefordrat",
		"videresendt", "välitetty", "edelleenlähetetty", "przekazana", "przesłana", "přeposlaná", "preposlaná", "továbbított", "iletilen", "пересылаемое",
		"пересланное", "переслане", "转发", "轉寄"}
	mailWords = []string{"bericht", "mail", "message", "nachricht", "mensaje", "messaggio", "mensagem", "melding", "besked", "meddelande", "viesti", "wiadomość",
		"zpráva", "správa",
		"poruka", "üzenet", "ileti", "сообщение", "письмо", "повідомлення", "邮件", "郵件"}
)

// forwardLines announce a forwarded mail without dashes: Apple Mail, and Outlook for Mac.
var forwardLines = map[string]bool{
	"begin doorgestuurd bericht": true, "doorgestuurd bericht": true, "begin van doorgestuurd bericht": true,
	"début du message transféré": true, "début du message réexpédié": true, "message transféré": true,
	"begin forwarded message": true, "forwarded message": true, "anfang der weitergeleiteten nachricht": true, "weitergeleitete nachricht": true,
	"inicio del mensaje reenviado": true, "inizio messaggio inoltrato": true, "inizio del messaggio inoltrato": true, "início da mensagem reencaminhada": true,
	"vidarebefordrat brev": true, "videresendt besked": true, "start på videresendt melding": true, "välitetty viesti alkaa": true,
	"początek przekazywanej wiadomości": true, "начало переадресованного сообщения": true,
}

const maxSeparator = 120 // Bytes; Lotus Notes names who forwarded, and when.

// separatorKind tells whether a line is one by which clients set off a mail within a mail: "" no, "original"
// ("-----Oorspronkelijk bericht-----"), "forward" ("---------- Forwarded message ---------", "Begin doorgestuurd bericht:").
func separatorKind(line string) string {
	if len(line) > maxSeparator+2*maxLabel {
		return ""
	}
	if first := firstMark(line); len(line) > maxLabel+8 && first >= '0' && first != '=' && first != '>' && first != '_' && first < utf8.RuneSelf {
		return "" // Most lines: a letter stands first, and they are long.
	}
	text := headerText(line)
	inner := strings.Trim(text, "-–—=*_ \t")
	if inner == "" || len(inner) > maxSeparator {
		return ""
	}
	if first, _ := utf8.DecodeRuneInString(text); !strings.ContainsRune("-–—=*_", first) {
		if inner = strings.TrimRight(inner, ": "); len(inner) < maxLabel && forwardLines[strings.ToLower(inner)] {
			return "forward"
		}
		return ""
	}
	if !dashed(text, inner) {
		return ""
	}
	inner = strings.ToLower(inner)
	switch {
	case !containsWord(inner, mailWords):
		return ""
	case containsWord(inner, forwardWords):
		return "forward"
	case containsWord(inner, originalWords):
		return "original"
	}
	return ""
}

// dashed tells whether at least two marks stand before and after the words.
func dashed(text, inner string) bool {
	at := strings.Index(text, inner)
	return len(strings.TrimRight(text[:at], " \t")) >= 2 && len(strings.TrimLeft(text[at+len(inner):], " \t")) >= 2
}

func containsWord(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
