package mailin

import (
	"strings"
	"testing"
)

const (
	answerNL = "Beste,\n\nDank u, de lift werkt weer.\nDe deur klemt nog altijd.\n\nGroeten,\nLieve"
	answerFR = "Bonjour,\n\nMerci, l'ascenseur fonctionne.\nLa porte coince toujours.\n\nCordialement,\nLuc"
	answerEN = "Hello,\n\nThank you, the lift works again.\nThe door still sticks.\n\nRegards,\nMary"
	answerDE = "Guten Tag,\n\ndanke, der Aufzug fährt wieder.\nDie Tür klemmt immer noch.\n\nGrüße\nAnna"
)

// history is what clients put below an answer, in the words of each language; OLD stands for the old mail.
var histories = map[string]map[string]string{
	"Outlook": {
		"nl": "Van: Klachtendienst De Linde <klachten@linde.test>\nVerzonden: dinsdag 3 maart 2026 10:12\nAan: Lieve Claes <lieve@client.test>\nCC: Dirk Claes\nOnderwerp: Mijn antwoord op uw klacht [K-2026-0001]\n\nOLD",
		"fr": "De : Service des plaintes <plaintes@linde.test>\nEnvoyé : mardi 3 mars 2026 10:12\nÀ : Luc Dupont <luc@client.test>\nObjet : Ma réponse\n\nOLD",
		"en": "From: Complaints <complaints@linde.test>\nSent: Tuesday, March 3, 2026 10:12 AM\nTo: Mary Jones <mary@client.test>\nSubject: My answer\n\nOLD",
		"de": "Von: Beschwerdestelle <beschwerde@linde.test>\nGesendet: Dienstag, 3. März 2026 10:12\nAn: Anna Maier <anna@client.test>\nBetreff: Meine Antwort\n\nOLD",
	},
	"Outlook without address": {
		"nl": "Van: Peeters, An\nVerzonden: dinsdag 3 maart 2026 10:12\nAan: Claes, Lieve\nOnderwerp: RE: lift\n\nOLD",
		"fr": "De\u00a0: Peeters, An\nEnvoyé\u00a0: mardi 3 mars 2026 10:12\nÀ\u00a0: Dupont, Luc\nObjet\u00a0: RE: ascenseur\n\nOLD",
		"en": "*From:* Peeters, An\n*Sent:* 03 March 2026 10:12\n*To:* Jones, Mary\n*Subject:* RE: lift\n\nOLD",
		"de": "**Von:** Peeters, An\n**Gesendet:** Dienstag, 3. März 2026 10:12\n**An:** Maier, Anna\n**Betreff:** AW: Aufzug\n\nOLD",
	},
	"Outlook as plain text": {
		"nl": "-----Oorspronkelijk bericht-----\nVan: klachten@linde.test [mailto:klachten@linde.test] \nVerzonden: dinsdag 3 maart 2026 10:12\nAan: Lieve\nOnderwerp: lift\n\nOLD",
		"fr": "-----Message d'origine-----\nDe : plaintes@linde.test [mailto:plaintes@linde.test] \nEnvoyé : mardi 3 mars 2026 10:12\nÀ : Luc\nObjet : ascenseur\n\nOLD",
		"en": "-----Original Message-----\nFrom: complaints@linde.test [mailto:complaints@linde.test] \nSent: 03 March 2026 10:12\nTo: Mary\nSubject: lift\n\nOLD",
		"de": "-----Ursprüngliche Nachricht-----\nVon: beschwerde@linde.test [mailto:beschwerde@linde.test] \nGesendet: Dienstag, 3. März 2026 10:12\nAn: Anna\nBetreff: Aufzug\n\nOLD",
	},
	"Outlook on a telephone": {
		"nl": "Outlook voor Android downloaden<https://aka.ms/AAb9ysg>\n________________________________\nVan: Klachtendienst <klachten@linde.test>\nVerzonden: dinsdag 3 maart 2026 10:12:01\nAan: Lieve <lieve@client.test>\nOnderwerp: lift\n\nOLD",
		"fr": "Télécharger Outlook pour iOS<https://aka.ms/o0ukef>\n________________________________\nDe : Plaintes <plaintes@linde.test>\nEnvoyé : mardi 3 mars 2026 10:12:01\nÀ : Luc <luc@client.test>\nObjet : ascenseur\n\nOLD",
		"en": "Get Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Complaints <complaints@linde.test>\nSent: Tuesday, March 3, 2026 10:12:01 AM\nTo: Mary <mary@client.test>\nSubject: lift\n\nOLD",
		"de": "Holen Sie sich Outlook für Android<https://aka.ms/AAb9ysg>\n________________________________\nVon: Beschwerden <beschwerde@linde.test>\nGesendet: Dienstag, 3. März 2026 10:12:01\nAn: Anna <anna@client.test>\nBetreff: Aufzug\n\nOLD",
	},
	"Gmail": {
		"nl": "Op di 3 mrt. 2026 om 10:12 schreef Klachtendienst De Linde <\nklachten+k-2026-0001.abcdefgh@linde.test>:\n\n> OLD",
		"fr": "Le mar. 3 mars 2026 à 10:12, Service des plaintes <plaintes@linde.test> a\nécrit :\n\n> OLD",
		"en": "On Tue, Mar 3, 2026 at 10:12 AM Complaints of The Lime Tree <\ncomplaints@linde.test> wrote:\n\n> OLD",
		"de": "Am Di., 3. März 2026 um 10:12 Uhr schrieb Beschwerdestelle <\nbeschwerde@linde.test>:\n\n> OLD",
	},
	"Apple Mail on a telephone": {
		"nl": "Verstuurd vanaf mijn iPhone\n\n> Op 3 mrt. 2026 om 10:12 heeft Klachtendienst <klachten@linde.test> het volgende geschreven:\n> \n> \ufeffOLD",
		"fr": "Envoyé de mon iPhone\n\n> Le 3 mars 2026 à 10:12, Plaintes <plaintes@linde.test> a écrit :\n> \n> \ufeffOLD",
		"en": "Sent from my iPhone\n\n> On 3 Mar 2026, at 10:12, Complaints <complaints@linde.test> wrote:\n> \n> \ufeffOLD",
		"de": "Von meinem iPhone gesendet\n\n> Am 03.03.2026 um 10:12 schrieb Beschwerde <beschwerde@linde.test>:\n> \n> \ufeffOLD",
	},
	"Thunderbird": {
		"nl": "Op 3-3-2026 om 10:12 schreef Klachtendienst:\n> OLD",
		"fr": "Le 03/03/2026 à 10:12, Service des plaintes a écrit :\n> OLD",
		"en": "On 03/03/2026 10:12, Complaints wrote:\n> OLD",
		"de": "Am 03.03.26 um 10:12 schrieb Beschwerdestelle:\n> OLD",
	},
	"Yahoo": {
		"nl": "    Op dinsdag 3 maart 2026 om 10:12:33 CET schreef Klachtendienst <klachten@linde.test>:  \n \n OLD",
		"fr": "    Le mardi 3 mars 2026 à 10:12:33 UTC+1, Plaintes <plaintes@linde.test> a écrit :  \n \n OLD",
		"en": "    On Tuesday, March 3, 2026 at 10:12:33 AM GMT+1, Complaints <complaints@linde.test> wrote:  \n \n OLD",
		"de": "    Am Dienstag, 3. März 2026 um 10:12:33 MEZ hat Beschwerde <beschwerde@linde.test> Folgendes geschrieben:  \n \n OLD",
	},
	"Samsung": {
		"nl": "Verzonden vanaf mijn Galaxy\n\n-------- Oorspronkelijk bericht --------\nVan: Klachtendienst <klachten@linde.test>\nDatum: 03-03-2026 10:12 (GMT+01:00)\nAan: lieve@client.test\nOnderwerp: lift\n\nOLD",
		"fr": "Envoyé depuis mon appareil Galaxy\n\n-------- Message d'origine --------\nDe : plaintes@linde.test\nDate : 03/03/26 10:12 (GMT+01:00)\nÀ : luc@client.test Objet : ascenseur\n\nOLD",
		"en": "Sent from my Galaxy\n\n-------- Original message --------\nFrom: complaints@linde.test\nDate: 03/03/2026 10:12 (GMT+01:00)\nTo: mary@client.test\nSubject: lift\n\nOLD",
		"de": "Von meinem/meiner Galaxy gesendet\n\n-------- Ursprüngliche Nachricht --------\nVon: beschwerde@linde.test\nDatum: 03.03.26 10:12 (GMT+01:00)\nAn: anna@client.test\nBetreff: Aufzug\n\nOLD",
	},
	"Mail for Windows": {
		"nl": "Verzonden vanuit Mail voor Windows\n\nVan: Klachtendienst\nVerzonden: dinsdag 3 maart 2026 10:12\nAan: lieve@client.test\nOnderwerp: lift\n\nOLD",
		"fr": "Provenance : Courrier pour Windows\n\nDe : Plaintes\nEnvoyé le :mardi 3 mars 2026 10:12\nÀ : luc@client.test\nObjet :ascenseur\n\nOLD",
		"en": "Sent from Mail for Windows\n\nFrom: Complaints\nSent: 03 March 2026 10:12\nTo: mary@client.test\nSubject: lift\n\nOLD",
		"de": "Gesendet von Mail für Windows\n\nVon: Beschwerde\nGesendet: Dienstag, 3. März 2026 10:12\nAn: anna@client.test\nBetreff: Aufzug\n\nOLD",
	},
	"Proton": {
		"nl": "Verzonden met Proton Mail beveiligde e-mail.\n\nOp dinsdag 3 maart 2026 om 10:12 AM, Klachten <klachten@linde.test> schreef:\n\n> OLD",
		"fr": "Envoyé avec la messagerie sécurisée Proton Mail.\n\nLe mardi 3 mars 2026 à 10:12, Plaintes <plaintes@linde.test> a écrit :\n\n> OLD",
		"en": "Sent with Proton Mail secure email.\n\n------- Original Message -------\nOn Tuesday, March 3rd, 2026 at 10:12 AM, Complaints <complaints@linde.test> wrote:\n\n> OLD",
		"de": "Gesendet mit Proton Mail sichere E-Mail.\n\nAm Dienstag, 3. März 2026 um 10:12 schrieb Beschwerde <beschwerde@linde.test>:\n\n> OLD",
	},
	"Zimbra, GMX": {
		"nl": "----- Oorspronkelijk bericht -----\nVan: \"klachten\" <klachten@linde.test>\nAan: \"lieve\" <lieve@client.test>\nVerzonden: Dinsdag 3 maart 2026 10:12:33\nOnderwerp: lift\n\nOLD",
		"fr": "De: \"plaintes\" <plaintes@linde.test>\nÀ: \"luc\" <luc@client.test>\nEnvoyé: Mardi 3 Mars 2026 10:12:33\nObjet: ascenseur\n\nOLD",
		"en": "From: \"complaints\" <complaints@linde.test>\nTo: \"mary\" <mary@client.test>\nSent: Tuesday, March 3, 2026 10:12:33 AM\nSubject: lift\n\nOLD",
		"de": "Gesendet: Dienstag, 03. März 2026 um 10:12 Uhr\nVon: \"Beschwerde\" <beschwerde@linde.test>\nAn: anna@client.test\nBetreff: Aufzug\n\nOLD",
	},
}

var oldMail = map[string]string{
	"nl": "Geachte mevrouw,\n\nUw klacht van 1 maart over de lift is onderzocht.\n\nMet vriendelijke groet,\n-- \nAn Peeters\nklachtencoördinator",
	"fr": "Madame, Monsieur,\n\nVotre plainte du 1er mars a été examinée.\n\nBien à vous,\n-- \nAn Peeters",
	"en": "Dear Madam,\n\nYour complaint of 1 March was looked into.\n\nKind regards,\n-- \nAn Peeters",
	"de": "Sehr geehrte Frau Maier,\n\nIhre Beschwerde vom 1. März wurde geprüft.\n\nFreundliche Grüße\n-- \nAn Peeters",
}

// TestNewText_clients: an answer above the history of each client, in four languages, comes out alone.
func TestNewText_clients(t *testing.T) {
	answers := map[string]string{"nl": answerNL, "fr": answerFR, "en": answerEN, "de": answerDE}
	for client, byLanguage := range histories {
		for lang, history := range byLanguage {
			old := oldMail[lang]
			if last := history[strings.LastIndexByte(history, '\n')+1:]; strings.HasPrefix(last, ">") {
				old = strings.ReplaceAll(old, "\n", "\n> ")
			}
			for _, space := range []string{"\n\n", "\n\n\n\n"} {
				text := answers[lang] + space + strings.ReplaceAll(history, "OLD", old) + "\n"
				if got := NewText(text, nil); got != answers[lang] {
					t.Errorf("%s, %s: got\n%s", client, lang, got)
				}
			}
		}
	}
}

// TestNewText_underHistory: an answer below quoted history stands alone; clients that do not mark the history are left whole there.
func TestNewText_underHistory(t *testing.T) {
	answers := map[string]string{"nl": answerNL, "fr": answerFR, "en": answerEN, "de": answerDE}
	for _, client := range []string{"Gmail", "Thunderbird"} {
		for lang, history := range histories[client] {
			quoted := strings.ReplaceAll(history, "OLD", strings.ReplaceAll(oldMail[lang], "\n", "\n> "))
			if got := NewText(quoted+"\n\n"+answers[lang]+"\n", nil); got != answers[lang] {
				t.Errorf("%s, %s: got\n%s", client, lang, got)
			}
		}
	}
}
