package mailin

import (
	"strings"
	"testing"
)

func TestReadQuotedHeader(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       quotedHeader
		next       int
	}{
		{"Outlook nl", "Van: An Peeters <an@linde.test>\nVerzonden: dinsdag 3 maart 2026 10:12\nAan: Jan\nCC: Piet\nOnderwerp: lift\n\nStuk.", quotedHeader{"An Peeters <an@linde.test>", "dinsdag 3 maart 2026 10:12", "Jan", "lift"}, 5},
		{"Outlook fr", "De\u00a0: An\nEnvoyé\u00a0: mardi 3 mars 2026 10:12\nÀ\u00a0: Luc\nObjet\u00a0: ascenseur", quotedHeader{"An", "mardi 3 mars 2026 10:12", "Luc", "ascenseur"}, 4},
		{"Outlook de", "Von: An\nGesendet: Dienstag, 3. März 2026 10:12\nAn: Anna\nBetreff: Aufzug", quotedHeader{"An", "Dienstag, 3. März 2026 10:12", "Anna", "Aufzug"}, 4},
		{"bold", "*From:* An [mailto:an@linde.test]\n*Sent:* 3 March 2026\n*To:* Mary\n*Subject:* lift", quotedHeader{"An [mailto:an@linde.test]", "3 March 2026", "Mary", "lift"}, 4},
		{"bold twice", "**Van:** An\n**Datum:** 3 maart", quotedHeader{From: "An", Date: "3 maart"}, 2},
		{"quoted", "> Subject: lift\n> From: an@linde.test\n> To: mary@client.test\n> Date: Tue, 3 Mar 2026 10:12:00 +0100\n> \n> Hi", quotedHeader{"an@linde.test", "Tue, 3 Mar 2026 10:12:00 +0100", "mary@client.test", "lift"}, 4},
		{"wrapped", "From: Complaints of the house \n<complaints@linde.test> \nTo: Mary <mary@client.test>,\n John <john@client.test>\nSubject: a long subject\n that goes on\nDate: 3 Mar 2026", quotedHeader{"Complaints of the house <complaints@linde.test>", "3 Mar 2026", "Mary <mary@client.test>, John <john@client.test>", "a long subject that goes on"}, 7},
		{"empty lines between", "Van: An\n\nDatum: 3 maart\n\nAan: Jan\n\nBeste,", quotedHeader{From: "An", Date: "3 maart", To: "Jan"}, 5},
		{"last list wrapped", "From: An\nTo: <mary@client.test>,\n<john@client.test>\n\nHi", quotedHeader{From: "An", To: "<mary@client.test>, <john@client.test>"}, 3},
		{"Samsung", "De : An\nDate : 03/03/26 10:12 (GMT+01:00)\nÀ : luc@client.test Objet : Re: ascenseur", quotedHeader{"An", "03/03/26 10:12 (GMT+01:00)", "luc@client.test", "Re: ascenseur"}, 3},
		{"Orange", "> Message du 03/03/26 10:12\n> De : \"An\" <an@linde.test>\n> A : luc@orange.test\n> Copie à : \n> Objet : ascenseur", quotedHeader{"\"An\" <an@linde.test>", "03/03/26 10:12", "luc@orange.test", "ascenseur"}, 5},
		{"Mail for Windows ru", "От:\u00a0An\nОтправлено:\u00a0\u200eвторник\u200e, \u200e3\u200e \u200eмарта\u200e 10\u200e:\u200e12\nКому:\u00a0Alex", quotedHeader{From: "An", Date: "вторник, 3 марта 10:12", To: "Alex"}, 3},
		{"Apple zh", "发件人： An <an@linde.test>\n主题： 电梯\n日期： 2026年3月3日", quotedHeader{From: "An <an@linde.test>", Date: "2026年3月3日", Subject: "电梯"}, 3},
	} {
		h, next, ok := readQuotedHeader(strings.Split(c.text, "\n"), 0)
		if !ok || h != c.want || next != c.next {
			t.Errorf("%s: got %+v, next %d, %v", c.name, h, next, ok)
		}
		if _, _, ok := readQuotedHeader(strings.Split("Beste,\n"+c.text, "\n"), 0); ok {
			t.Errorf("%s: begins on a line too early", c.name)
		}
	}
	for _, text := range []string{"", "Van: An", "From: kitchen To: my mother", "Aan: Jan\nOnderwerp: lift", "Datum: 3 maart\nDe lift is stuk.", "Van: An\n\n\nAan: Jan", "CC: Jan\nVan: An\nAan: Piet",
		"Van horen zeggen: niets\nAan: Jan", "Van de week was de soep koud: echt waar.\nAan: Jan"} {
		if h, next, ok := readQuotedHeader(strings.Split(text, "\n"), 0); ok || next != 0 {
			t.Errorf("%q: %+v, next %d", text, h, next)
		}
	}
	if _, next, ok := readQuotedHeader([]string{"a", "Van: An", "Aan: Jan", "b"}, 1); !ok || next != 3 {
		t.Errorf("in the middle: next %d, %v", next, ok)
	}
}

func TestQuotedHeader_fromClient(t *testing.T) {
	for h, want := range map[quotedHeader]bool{
		{From: "de keuken", To: "mijn moeder"}:                     false,
		{From: "de keuken", Date: "3 maart 2026", To: "moeder"}:    false,
		{From: "de keuken", To: "an@linde.test"}:                   false,
		{From: "An <an@linde.test>"}:                               true,
		{From: "An", Date: "dinsdag 3 maart 2026 10:12"}:           true,
		{From: "An", Date: "Mercredi 30 novembre 2016 10h30"}:      true,
		{From: "An", Date: "04.07.2024  17.45  (GMT+01:00)"}:       true,
		{From: "An", Date: "3 March 2026", To: "mary@client.test"}: true,
	} {
		if got := h.fromClient(); got != want {
			t.Errorf("%+v: %v", h, got)
		}
	}
}

func TestSeparatorKind(t *testing.T) {
	for line, want := range map[string]string{
		"-----Oorspronkelijk bericht-----": "original", "-----Original Message-----": "original", "----- Original message -----": "original", "-----Message d'origine-----": "original",
		"-----Ursprüngliche Nachricht-----": "original", "-------- Original-Nachricht --------": "original", "-----Mensaje original-----": "original", "-----Messaggio originale-----": "original",
		"-------- Oprindelig besked --------": "original", "------------------ 原始邮件 ------------------": "original", "> -----Original Message-----": "original", "  *-----Original Message-----*": "original",
		"---------- Forwarded message ---------": "forward", "-------- Doorgestuurd bericht --------": "forward", "-------- Message transféré --------": "forward", "-------- Weitergeleitete Nachricht --------": "forward",
		"----- Doorgestuurd bericht -----": "forward", "Begin doorgestuurd bericht:": "forward", "Début du message réexpédié\u00a0:": "forward", "Begin forwarded message:": "forward",
		"Anfang der weitergeleiteten Nachricht:": "forward", "> Begin forwarded message:": "forward", "-----Forwarded mail-----": "forward",
		"": "", "-----": "", "----------": "", "________________________________": "", "Het oorspronkelijke bericht was korter.": "", "-- original recipe --": "", "- original message -": "",
		"- het originele bericht": "", "--- schrijf boven deze lijn; uw antwoord gaat niet rechtstreeks naar de klager ---": "", "Uw bericht werd doorgestuurd:": "", "doorgestuurd": "",
	} {
		if got := separatorKind(line); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
