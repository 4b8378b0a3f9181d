package mailin

import (
	"fmt"
	"strings"
	"testing"
)

// ourMarkers are written as templates/*/words.toml writes them.
var ourMarkers = []string{
	"--- schrijf boven deze lijn; uw antwoord gaat niet rechtstreeks naar de klager ---",
	"--- écrivez au-dessus de cette ligne ; votre réponse ne part pas directement au plaignant ---",
	"--- write above this line; your reply does not go straight to the complainant ---",
	"--- bitte über dieser Linie schreiben; Ihre Antwort geht nicht direkt an den Beschwerdeführer ---",
}

// TestNewText_untouched: a complaint that is no reply comes through as it was written, whatever it looks like.
func TestNewText_untouched(t *testing.T) {
	for name, text := range map[string]string{
		"letter":             "Geachte heer,\n\nIk klaag over drie zaken:\n- de soep\n- de lift\n- de factuur\n\nHoogachtend,\nJan Peeters\n02 555 12 34",
		"own date":           "Op 3 maart schreef ik u: de soep is koud.\n\nOp 10 maart schreef ik u opnieuw:\n\nDe soep is nog altijd koud.\n\nNiemand antwoordt.",
		"own date and time":  "Op 3 maart 2026 om 10:12 schreef ik naar jan@linde.test:\n\nde soep is koud.\n\nNooit antwoord gekregen.",
		"date of the staff":  "Op 3 maart om 10.12 uur schreef uw medewerker mij:\n> U moet wachten.\n\nDat vind ik niet kunnen.",
		"French":             "Le 3 mars j'ai écrit :\n\nLa soupe est froide.\n\nLe 10 mars vous m'avez écrit :\n\nVeuillez patienter.\n\nJ'attends encore.",
		"German":             "Am 3. März schrieb ich Ihnen:\n\nDie Suppe ist kalt.\n\nBis heute keine Antwort.",
		"English":            "On 3 March I wrote to you:\n\nThe soup is cold.\n\nOn March 10, 2026 you wrote:\n\nPlease wait.\n\nI am still waiting.",
		"dialogue":           "Ik vroeg hulp.\n> Mevrouw, u moet wachten.\nIk zei dat het dringend was.\n> Iedereen moet wachten.\nDaarna ging ze weg.",
		"dialogue at end":    "De verpleegster zei tegen mijn moeder:\n> U moet maar wachten.",
		"letter at end":      "U schreef mij:\n> Geachte,\n>\n> De lift is hersteld.",
		"points with >":      "Ik heb drie klachten\n> het eten is koud\n> de kamer is vuil\n> niemand komt als ik bel",
		"form":               "Geachte,\n\nMijn bestelling was:\nVan: de keuken\nAan: mijn moeder\nOnderwerp: soep\n\nDe soep kwam nooit aan.",
		"one line":           "I ordered dinner From: kitchen To: my mother\nFrom: kitchen To: my mother\n\nIt never came.",
		"letterhead":         "Van: Jan Peeters <jan@client.test>\nAan: de directie\nDatum: 3 maart 2026 10:12\nBetreft: klacht\n\nGeachte,\n\nDe lift is stuk.",
		"web form":           "Nieuw bericht via de website\n________________________________\nNaam: Jan Peeters\nE-mail: jan@client.test\nDatum: 3 maart 2026 10:12\nBericht: de lift is stuk",
		"rules":              "Feiten\n----------\nDe lift is stuk.\n\n----------\nVraag\n==========\nHerstel de lift.",
		"two dashes":         "De lift is kapot.\n--\nOok de deur klemt al weken. Graag herstel.",
		"dashes and words":   "-- eerst was de soep koud\n-- dan was ze op",
		"long dash":          "De lift is kapot\n—\nen de deur klemt ook",
		"sent":               "Verzonden vanaf de spoedafdeling waar mijn moeder ligt.\n\nZe kreeg geen eten.",
		"sent from":          "Sent from my mother's bed, she has no telephone.",
		"sent by mail":       "Hoe ik de klacht stuurde?\n\nVerzonden via mail op 3 maart.",
		"asks for secrecy":   "De lift is stuk.\n\nDeze e-mail is vertrouwelijk en uitsluitend bestemd voor de klachtencoördinator. Mijn buurvrouw mag niet weten dat ik klaag, zij is familie van de verpleegster.",
		"environment":        "U drukt alle mails af.\n\nDenk aan het milieu.",
		"times":              "2026-03-03 10:12\n03/03/2026 10:12\n3 maart 2026 om 10:12:\nde lift stond stil.",
		"address":            "Ik mailde dit al naar An Peeters <an@linde.test>:\n\nde lift is stuk.",
		"subject line":       "Onderwerp: klacht over de lift\n\nDe lift is stuk.",
		"original letter":    "Het oorspronkelijke bericht van 3 maart bleef zonder antwoord.\n\nDe lift is stuk.",
		"forwarded in words": "Mijn klacht werd doorgestuurd naar de directie.\n\nNiemand belde.",
		"marker in words":    "In uw mail staat dat ik moet schrijven boven deze lijn; waarom?\n\nGroeten",
	} {
		if got := NewText(text, ourMarkers); got != text {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, text)
		}
	}
}

// TestNewText: what is kept and what not, case by case.
func TestNewText(t *testing.T) {
	const gmail = "Op di 3 mrt. 2026 om 10:12 schreef Klachtendienst <klachten@linde.test>:\n"
	const outlook = "Van: Klachtendienst <klachten@linde.test>\nVerzonden: dinsdag 3 maart 2026 10:12\nAan: lieve@client.test\nOnderwerp: lift\n"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"blank", " \n\u00a0\n", ""},
		{"only a signature", "Verzonden vanaf mijn iPhone", ""},
		{"only history", gmail + "> Beste,\n> dank u.", ""},
		{"only a quotation", "> De lift is stuk.", "> De lift is stuk."},

		{"inline", gmail + "> Beste mevrouw,\n>\n> Wanneer was het?\n\nOp 1 maart.\n\n> Wie was erbij?\n\nMijn dochter.\n\n> Met vriendelijke groet,\n> An", "> Wanneer was het?\n\nOp 1 maart.\n\n> Wie was erbij?\n\nMijn dochter."},
		{"inline with words above", "Zie mijn antwoorden.\n\n" + gmail + "> Beste,\n>\n> Wanneer was het?\nGisteren.", "Zie mijn antwoorden.\n\n> Wanneer was het?\nGisteren."},
		{"bottom", gmail + "> Beste mevrouw,\n>\n> Wanneer was het?\n> An\n\nOp 1 maart.\n-- \nLieve", "Op 1 maart."},
		{"points above the history", "Mijn klachten\n> koud eten\n> vuile kamer\n\n" + gmail + "> Beste,", "Mijn klachten\n> koud eten\n> vuile kamer"},
		{"history without introduction", "Dank u.\n\n> Beste mevrouw,\n>\n> De lift is hersteld.", "Dank u."},
		{"torn lines", "Dank u.\n\n" + gmail + "> Wij hebben met de leverancier gesproken en hij komt morgenvoormiddag om de\nlift te herstellen.\n> Groeten", "Dank u."},
		{"answer below a torn line", gmail + "> Wij hebben met de leverancier gesproken en hij komt morgenvoormiddag terug.\nhij kwam niet.\n> Groeten", "hij kwam niet."},
		{"table of 2013", "Dank u.\n\n2013/7/20 Klachtendienst <klachten@linde.test>\n\n| Beste,\n| de lift", "Dank u."},

		{"nothing above Outlook's header", outlook + "\nDe lift is stuk.", outlook + "\nDe lift is stuk."},
		{"pointing below", "Zie de mail hieronder, niemand antwoordt.\n\n" + outlook + "\nDe lift is stuk.", "Zie de mail hieronder, niemand antwoordt.\n\n" + outlook + "\nDe lift is stuk."},
		{"announced", "Ik kreeg dit:\n\n" + outlook + "\nU moet wachten.\n\nDat kan niet.", "Ik kreeg dit:\n\n" + outlook + "\nU moet wachten.\n\nDat kan niet."},
		{"answers in red", "Dag An, mijn antwoorden staan in het rood.\n\n" + outlook + "\nWanneer? Gisteren.", "Dag An, mijn antwoorden staan in het rood.\n\n" + outlook + "\nWanneer? Gisteren."},
		{"Rotterdam is no colour", "Ik woon nu in Rotterdam.\n\n" + outlook + "\nWanneer?", "Ik woon nu in Rotterdam."},
		{"attribution alone on top", gmail + "\nWanneer was het?\n\nGisteren.", "Wanneer was het?\n\nGisteren."},

		{"forward by Gmail", "Kan u helpen?\n\n---------- Forwarded message ---------\nVan: Jan <jan@client.test>\nDate: di 3 mrt. 2026 om 10:12\nSubject: lift\nTo: <an@linde.test>\n\nDe lift is stuk.", "Kan u helpen?\n\n---------- Forwarded message ---------\nVan: Jan <jan@client.test>\nDate: di 3 mrt. 2026 om 10:12\nSubject: lift\nTo: <an@linde.test>\n\nDe lift is stuk."},
		{"forward by Apple Mail", "Begin doorgestuurd bericht:\n\n> Van: Jan <jan@client.test>\n> Datum: 3 maart 2026 om 10:12\n> Aan: an@linde.test\n> Onderwerp: lift\n> \n> De lift is stuk.", "Begin doorgestuurd bericht:\n\n> Van: Jan <jan@client.test>\n> Datum: 3 maart 2026 om 10:12\n> Aan: an@linde.test\n> Onderwerp: lift\n> \n> De lift is stuk."},
		{"forward by Thunderbird", "Ter info.\nVerzonden vanaf mijn iPad\n\n-------- Doorgestuurd bericht --------\nOnderwerp: \tlift\nDatum: \tTue, 3 Mar 2026 10:12:00 +0100\nVan: \tJan <jan@client.test>\nAan: \tan@linde.test\n\nStuk.", "Ter info.\n\n-------- Doorgestuurd bericht --------\nOnderwerp: \tlift\nDatum: \tTue, 3 Mar 2026 10:12:00 +0100\nVan: \tJan <jan@client.test>\nAan: \tan@linde.test\n\nStuk."},

		{"marker", "ja\n\n" + gmail + "\n" + ourMarkers[0] + "\nK-2026-0001", "ja"},
		{"marker, nothing new", outlook + "\n" + ourMarkers[2] + "\nK-2026-0001", ""},
		{"marker quoted", "ja\n\n" + gmail + "> " + ourMarkers[1] + "\n> K-2026-0001", "ja"},
		{"marker quoted, answer below", gmail + "> " + ourMarkers[0] + "\n> K-2026-0001\n\nmag weg", "mag weg"},
		{"marker in two", "ja\n\n> --- schrijf boven deze lijn; uw antwoord gaat niet rechtstreeks naar\n> de klager ---\n> K-2026-0001", "ja"},
		{"marker without its dashes", "ja\n\n*schrijf boven deze lijn; uw antwoord gaat niet rechtstreeks naar de klager*\nK-2026-0001", "ja"},
		{"marker of an unknown client", "nee\n\n*Kirjutas An <an@linde.test>, 3.3.2026 10:12:*\n" + ourMarkers[3], "nee\n\n*Kirjutas An <an@linde.test>, 3.3.2026 10:12:*"},
		{"marker forwarded", "Voor jou.\n\n---------- Forwarded message ---------\n" + outlook + "\n" + ourMarkers[0] + "\nK-2026-0001", "Voor jou."},
		{"marker under a colleague's words", "Voor jou.\n\n---------- Forwarded message ---------\n" + outlook + "\nDoe jij dit?\n\n" + ourMarkers[0], "Voor jou.\n\n---------- Forwarded message ---------\n" + outlook + "\nDoe jij dit?"},

		{"written under the telephone's line", "Verstuurd vanaf mijn iPhone\n\nDe lift is stuk.", "De lift is stuk."},
		{"delimiter without its blank", "De lift is stuk.\n\n--\nJan Peeters\nBewonersraad\n02 555 12 34", "De lift is stuk."},
		{"delimiter and a sentence", "De lift is stuk.\n\n-- \nWie vandaag klaagt, wordt morgen geholpen.", "De lift is stuk."},
		{"nothing above the delimiter", "-- \nDe lift is al drie weken stuk.", "-- \nDe lift is al drie weken stuk."},
		{"name stays", "De lift is stuk.\n\nJan Peeters\n02 555 12 34", "De lift is stuk.\n\nJan Peeters\n02 555 12 34"},
		{"list footer", "De lift is stuk.\n_______________________________________________\nbewoners mailing list\nbewoners@lijst.test", "De lift is stuk."},
		{"notice nl", "De lift is stuk.\n\n________________\nDit bericht kan vertrouwelijke informatie bevatten. Bent u niet de bedoelde ontvanger, gelieve dan de afzender te verwittigen en het bericht te verwijderen.", "De lift is stuk."},
		{"notice fr", "L'ascenseur est en panne.\n\nCe message est confidentiel. S'il vous est parvenu par erreur, merci d'en avertir l'expéditeur et de le supprimer immédiatement de votre ordinateur.", "L'ascenseur est en panne."},
		{"notice en", "The lift is broken.\n\nThis e-mail is confidential. If you are not the intended recipient, please notify the sender and delete it from your system at once.\n\nPlease consider the environment before printing this e-mail.", "The lift is broken."},
		{"notice de", "Der Aufzug ist defekt.\n\nDiese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, informieren Sie bitte den Absender und löschen Sie diese Mail.", "Der Aufzug ist defekt."},
		{"virus scanner", "De lift is stuk.\n\nVirusvrij.www.avast.com <https://www.avast.com/sig-email>", "De lift is stuk."},
	} {
		if got := NewText(c.text, ourMarkers); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestNewText_clientLines: the lines by which devices and programs advertise themselves.
func TestNewText_clientLines(t *testing.T) {
	for _, line := range []string{
		"Verzonden vanaf mijn iPhone", "Verstuurd vanaf mijn iPad", "Verzonden vanaf mijn Samsung-apparaat", "Verzonden vanaf Samsung Mobile.", "Verzonden vanuit Mail voor Windows 10",
		"Verzonden met Outlook voor Android", "Outlook voor iOS downloaden<https://aka.ms/o0ukef>", "Download Outlook voor Android", "Verzonden via Yahoo Mail op Android", "Verstuurd met BlackBerry",
		"Envoyé de mon iPhone", "Envoyé depuis mon smartphone Samsung Galaxy.", "Envoyé à partir de Outlook pour iOS", "Obtenir Outlook pour Android", "Envoyé depuis l'application Yahoo Mail pour Android",
		"Sent from my iPhone", "(sent from my phone)", "*Sent from Outlook for Android*", "Sent from [Mail](https://go.microsoft.com/x) for Windows", "Sent from my iPhone, please excuse any typos.",
		"Von meinem iPhone gesendet", "Gesendet von Outlook für Android", "Gesendet mit der GMX Mail App", "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.", "Von meinem Samsung Galaxy Smartphone gesendet.",
		"Sendt fra min iPhone", "Skickat från min iPad", "Inviato da iPhone", "Enviado desde mi iPhone", "Enviado do meu iPhone", "Wysłane z iPhone'a", "Отправлено с iPhone",
	} {
		if got := NewText("De lift is stuk.\n\n"+line+"\n", nil); got != "De lift is stuk." {
			t.Errorf("%q stayed: %q", line, got)
		}
	}
	for _, line := range []string{
		"Verzonden vanaf het ziekenhuis", "Verzonden met de post op 3 maart", "Sent by mail.", "Sent from my desk", "Envoyé par courrier recommandé", "Von meinem Vater gesendet", "Gesendet von meinem Bruder",
		"Sent from my iPhone yesterday, and nobody answered.", "Outlook voor de komende maanden is slecht", "Verstuurd vanaf mijn iPhone omdat de computer in de leefruimte al weken stuk is.",
	} {
		if text := "De lift is stuk.\n\n" + line; NewText(text, nil) != text {
			t.Errorf("%q was lost", line)
		}
	}
}

// TestNewText_languages: attributions in the words of other languages, above history that nothing marks.
func TestNewText_languages(t *testing.T) {
	for _, line := range []string{
		"El mar, 3 mar 2026 a las 10:12, An (<an@linde.test>) escribió:", "Il giorno mar 3 mar 2026 alle ore 10:12 An <an@linde.test> ha scritto:", "Em ter., 3 de mar. de 2026 às 10:12, An <an@linde.test> escreveu:",
		"Den tirs. 3. mar. 2026 kl. 10.12 skrev An <an@linde.test>:", "Den tis 3 mars 2026 kl 10:12 skrev An <an@linde.test>:", "ti 3. maalisk. 2026 klo 10.12 An (an@linde.test) kirjoitti:",
		"wt., 3 mar 2026 o 10:12 An <an@linde.test> napisał(a):", "út 3. 3. 2026 v 10:12 odesílatel An <an@linde.test> napsal:", "An <an@linde.test> ezt írta (időpont: 2026. márc. 3., K, 10:12):",
		"În mar., 3 mar. 2026 la 10:12, An <an@linde.test> a scris:", "An <an@linde.test>, 3 Mar 2026 Sal, 10:12 tarihinde şunu yazdı:", "вт, 3 мар. 2026 г. в 10:12, An <an@linde.test>:",
		"вт, 3 бер. 2026 р. о 10:12 An <an@linde.test> пише:", "Στις Τρί 3 Μαρ 2026 στις 10:12 π.μ., ο χρήστης An <an@linde.test> έγραψε:", "2026年3月3日(火) 10:12 An <an@linde.test>:",
		"An <an@linde.test> 于2026年3月3日周二 10:12写道：", "---- On Tue, 03 Mar 2026 10:12:00 +0100 an@linde.test wrote ----", "On Tue, 3 Mar 2026, 10:12 An [mailto:an@linde.test] wrote:",
	} {
		if got := NewText("Dank u.\n\n"+line+"\n\nDe lift is hersteld.", nil); got != "Dank u." {
			t.Errorf("%s: got %q", line, got)
		}
	}
}

// TestNewText_html: the HTML of clients, made into text first.
func TestNewText_html(t *testing.T) {
	const old = "<div>Geachte,</div><div>Uw klacht is onderzocht.</div>"
	const header = "<b>Van:</b> Klachten &lt;<a href='mailto:k@linde.test'>k@linde.test</a>&gt;<br><b>Verzonden:</b> dinsdag 3 maart 2026 10:12<br><b>Aan:</b> Lieve<br><b>Onderwerp:</b> lift"
	for name, source := range map[string]string{
		"Outlook":            "<div class=WordSection1><p class=MsoNormal>Dank u.<o:p></o:p></p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal>" + header + "</p></div>" + old + "</div>",
		"Outlook 2007":       "<p class=MsoNormal>Dank u.</p><div style='border:none;border-top:solid #B5C4DF 1.0pt'><p class=MsoNormal>" + header + "</p></div>" + old,
		"Outlook on the web": `<div>Dank u.</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg">` + header + "</div>" + old,
		"Outlook for Mac":    "<div>Dank u.</div><span id='OLK_SRC_BODY_SECTION'><p><b>Van: </b>Klachten &lt;k@linde.test&gt;</p><p><b>Datum: </b>dinsdag 3 maart 2026 om 10:12</p><p><b>Aan: </b>Lieve</p></span>" + old,
		"Gmail":              `<div dir="ltr">Dank u.</div><br><div class="gmail_quote"><div class="gmail_attr">Op di 3 mrt 2026 om 10:12 schreef K &lt;<a href="mailto:k@linde.test">k@linde.test</a>&gt;:<br></div><blockquote class="gmail_quote">` + old + "</blockquote></div>",
		"Gmail's signature":  `<div dir="ltr">Dank u.<br clear="all"><div><br></div><span class="gmail_signature_prefix">-- </span><br><div class="gmail_signature">Lieve Claes<br>Zij die altijd lacht, en nooit klaagt.</div></div>`,
		"Apple Mail":         `Dank u.<br><div><br><blockquote type="cite"><div>Op 3 mrt. 2026 om 10:12 heeft K &lt;k@linde.test&gt; het volgende geschreven:</div><br>` + old + "</blockquote></div>",
		"iPhone":             `<div dir="ltr">Dank u.<br><br>Verstuurd vanaf mijn iPhone</div><div dir="ltr"><br><blockquote type="cite">Op 3 mrt. 2026 om 10:12 heeft K &lt;k@linde.test&gt; het volgende geschreven:<br><br></blockquote></div><blockquote type="cite">` + old + "</blockquote>",
		"Thunderbird":        `Dank u.<br><div class="moz-cite-prefix">Op 3-3-2026 om 10:12 schreef Klachten:<br></div><blockquote type="cite">` + old + `</blockquote><div class="moz-signature">-- <br>Lieve</div>`,
		"Yahoo":              `<div>Dank u.</div><div id="ydp1" class="yahoo_quoted"><div>Op dinsdag 3 maart 2026 om 10:12:33 CET schreef K &lt;k@linde.test&gt;:</div><div><br></div>` + old + "</div>",
		"Zimbra":             `<div>Dank u.</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">` + header + "</div>" + old,
		"Proton":             `<div>Dank u.</div><div class="protonmail_quote">Op dinsdag 3 maart 2026 om 10:12, schreef K &lt;k@linde.test&gt;:<br><blockquote class="protonmail_quote" type="cite">` + old + "</blockquote></div>",
		"Mail for Windows":   `<div>Dank u.</div><p class="MsoNormal">Verzonden vanuit <a href="https://go.microsoft.com/x">Mail</a> voor Windows</p><div style="border-top:solid #E1E1E1 1.0pt">` + header + "</div>" + old,
	} {
		if got := NewText(textOfHTML(source), nil); got != "Dank u." {
			t.Errorf("%s: got %q of\n%s", name, got, textOfHTML(source))
		}
	}
	own := textOfHTML(`Hij zei<blockquote style="margin:0 0 0 40px;border:none;padding:0px">Kom morgen terug.</blockquote>`)
	if got := NewText(own, nil); folded(got) != "Hij zei Kom morgen terug." {
		t.Errorf("indented by the writer: %q", got)
	}
}

func TestTextOfHTML_hidden(t *testing.T) {
	for source, want := range map[string]string{
		`<div style="display:none;max-height:0">Voorsmaak<img src=x></div>Nieuws`: "Nieuws",
		`<span style='DISPLAY: NONE'>a <span>b</span> c</span>d`:                  "d",
		`<div style="display:none">a<div>De lift is stuk.`:                        "a\nDe lift is stuk.",
		`<body style="display:none">De lift is stuk.</body>`:                      "De lift is stuk.",
		`<img style="display:none" src=x>De lift is stuk.`:                        "De lift is stuk.",
		`<p style="display:none">a<script>b</script></p><p>De lift</p>`:           "De lift",
		`<div style="text-decoration:none">De lift</div>`:                         "De lift",
		"Lift<br>-- <br>An":                "Lift\n-- \nAn",
		"<div>--&nbsp;</div><div>An</div>": "-- \nAn",
		"<blockquote style='border: none'>a<blockquote>b</blockquote></blockquote>c": "a\n\n> b\n\nc",
	} {
		if got := textOfHTML(source); got != want {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}

// longHistory is an answer above n letters, each quoted once more.
func longHistory(n int) string {
	var b strings.Builder
	b.WriteString("Dank u, de lift werkt.\n\n")
	for i := range n {
		depth := strings.Repeat(">", i)
		fmt.Fprintf(&b, "%s Op di %d mrt. 2026 om 10:12 schreef An <an@linde.test>:\n", depth, i%28+1)
		for range 10 {
			b.WriteString(depth + "> Wij hebben uw klacht onderzocht en de lift wordt morgen hersteld.\n")
		}
	}
	return b.String()
}

func longComplaint(size int) string {
	const paragraph = "Geachte mevrouw, de lift in de gang van mijn moeder staat sinds 3 maart stil.\nZe geraakt niet meer in de tuin en dat is niet de eerste keer:\nop 1 februari stond hij ook al stil. Wie doet hier iets aan?\n\n"
	return strings.Repeat(paragraph, size/len(paragraph)+1)[:size]
}

func BenchmarkNewText(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"complaint20k", longComplaint(20 << 10)}, {"history20k", longHistory(25)}, {"short", "De lift is stuk.\n\nGroeten,\nJan"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				NewText(c.text, ourMarkers)
			}
		})
	}
}
