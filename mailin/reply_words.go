package mailin

import "strings"

// clientOpenings and clientEndings are what stands before and after the name of the device or program, in lower case.
var clientOpenings = []string{
	"verzonden vanaf ", "verzonden van ", "verzonden via ", "verzonden met ", "verzonden vanuit ", "verstuurd vanaf ", "verstuurd van ", "verstuurd via ",
	"verstuurd met ", "verstuurd vanuit ",
	"gestuurd vanaf ", "dit bericht is verzonden vanaf ", "dit bericht is verstuurd vanaf ", "outlook voor ", "download outlook ",
	"envoyé de ", "envoyé depuis ", "envoyé à partir de ", "envoyé à partir d'", "envoyé d'", "envoyé via ", "envoyé avec ", "envoyé par ", "provenance : ",
	"obtenir outlook ", "obtenez outlook ", "télécharger outlook ", "téléchargez outlook ",
	"sent from ", "sent via ", "sent with ", "sent using ", "sent by ", "from my ", "get outlook ", "get bluemail ", "get typeapp ",
	"gesendet von ", "gesendet mit ", "gesendet aus ", "gesendet über ", "von meinem ", "von meiner ", "diese nachricht wurde von ",
	"diese nachricht wurde mit ", "holen sie sich outlook ", "laden sie outlook ", "outlook für ",
	"sendt fra ", "sendt via ", "skickat från ", "inviato da ", "inviato dal ", "inviato con ", "enviado desde ", "enviado do ", "enviado a partir ",
	"obtener outlook ", "ottieni outlook ", "scarica outlook ",
	"lähetetty ", "wysłane z ", "wysłano z ", "odesláno z ", "odesláno ze ", "odoslané z ", "отправлено с ", "отправлено из ", "надіслано з ", "elküldve ",
	"trimis de pe ", "发自我的 ", "发自我的", "從我的 ",
}

var clientFirstWords = func() map[string]bool {
	set := map[string]bool{}
	for _, o := range clientOpenings {
		first, _, _ := strings.Cut(o, " ")
		set[first] = true
	}
	return set
}()

var clientEndings = []string{" gesendet", " gönderildi", "から送信", " 傳送", " downloaden", " herunterladen", " from mobile"}

// deviceWords are the beginnings of the names of devices and mail programs.
var deviceWords = []string{"iphone", "ipad", "ipod", "imac", "outlook", "gmail", "yahoo", "android", "samsung", "galaxy", "blackberry", "windows", "mailbox",
	"airmail", "spark", "proton",
	"thunderbird", "nokia", "huawei", "xiaomi", "redmi", "sony", "xperia", "htc", "mobile", "mobiel", "mobil", "gsm", "smartphone", "tablet", "telefoon",
	"toestel", "téléphone", "telefon", "handy",
	"phone", "cell", "typeapp", "bluemail", "aqua", "k-9", "mymail", "zoho", "aol", "gmx", "web.de", "hotmail", "webmail", "zimbra", "fairphone", "motorola",
	"oneplus", "oppo", "pixel", "ios", "workspace", "boxer",
	"nine", "spike", "superhuman", "newton", "edison", "fastmail", "tuta", "posteo", "icloud", "roundcube"}

// clientFillers may stand between them.
var clientFillers = wordSet("mijn m'n een de het op voor met via een app mon ma meinem/meiner un une le la l'application sur pour avec my a an the on for with from " +
	"device app meinem meiner mein der die das den für auf mit über von " +
	"appareil gerät all new herunter min mitt mit mi meu mio il el secure email e-mail beveiligde messagerie sécurisée sichere mail pro max plus mini fra från desde da " +
	"dal con z")

// apologies, and a little advertising, may follow after a comma or a full stop.
var apologies = []string{"excuse", "sorry", "typo", "brevity", "excuus", "excuses", "tikfout", "typfout", "spelfout", "verontschuldig", "pardon", "désolé",
	"tippfehler", "entschuldig", "get the app", "capable smartphone"}

// shortNotices are lines of virus scanners, and the wish not to print, in lower case; all words of one must occur.
var shortNotices = [][]string{
	{"www.avast.com"}, {"www.avg.com"},
	{"milieu", "mail", "print"}, {"milieu", "mail", "afdruk"}, {"environnement", "mail", "imprim"}, {"environment", "mail", "print"}, {"umwelt", "mail", "druck"},
}

// The three things that a notice of confidentiality says.
var (
	secretWords = []string{"vertrouwelijk", "uitsluitend bestemd", "confidenti", "privileged", "exclusivement", "vertraulich", "geschützt", "ausschließlich", "riservat"}
	strayWords  = []string{"niet de geadresseerde", "niet de beoogde", "niet de bedoelde", "niet de bestemmeling", "niet voor u bestemd", "abusievelijk",
		"per vergissing", "ten onrechte", "bij vergissing", "par erreur",
		"pas le destinataire", "not the intended", "in error", "by mistake", "nicht der richtige", "nicht der beabsichtigte", "nicht der vorgesehene", "irrtümlich",
		"versehentlich", "per errore"}
	destroyWords = []string{"verwijder", "vernietig", "te wissen", "supprim", "détrui", "effacer", "delete", "destroy", "lösch", "vernicht", "cancellar"}
)
