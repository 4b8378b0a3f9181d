package mailin

import (
	"bytes"
	"encoding/base64"
	"runtime"
	"strings"
	"testing"
)

// allocatedBytes is how much fn takes from the heap in all, garbage included.
func allocatedBytes(fn func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	fn()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// twentyKilobytes is a usual mail: text, the same as HTML, and a small picture.
func twentyKilobytes() []byte {
	text := strings.Repeat("Mijn moeder kreeg gisteren voor de derde keer een koude maaltijd op kamer 214.\r\n", 40)
	picture := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0x89, 'P', 'N', 'G', 1, 2, 3, 4}, 1000))
	var lines strings.Builder
	for ; len(picture) > 76; picture = picture[76:] {
		lines.WriteString(picture[:76] + "\r\n")
	}
	return []byte("Return-Path: <an@example.test>\r\nReceived: from mx.example.test by imap.example.test; Mon, 2 Mar 2026 09:00:01 +0100\r\n" +
		"From: =?utf-8?Q?An_Peeters?= <an@example.test>\r\nTo: Klachten <klachten@example.test>\r\nSubject: =?utf-8?B?S291ZGUgbWFhbHRpamQ=?=\r\n" +
		"Date: Mon, 2 Mar 2026 09:00:00 +0100\r\nMessage-ID: <1@example.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n" +
		"--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text +
		"--a\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p class=3D\"MsoNormal\">" + text + "</p>\r\n--a--\r\n" +
		"--m\r\nContent-Type: image/png; name=foto.png\r\nContent-Disposition: attachment; filename=foto.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		lines.String() + picture + "\r\n--m--\r\n")
}

func BenchmarkParse(b *testing.B) {
	raw := twentyKilobytes()
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		m, err := Parse(bytes.NewReader(raw), nil)
		if err != nil || len(m.Attachments) != 1 || len(m.Warnings) > 0 {
			b.Fatal(err, m.Warnings)
		}
	}
}

func BenchmarkLanguage(b *testing.B) {
	text := strings.Repeat("Mijn moeder kreeg gisteren voor de derde keer een koude maaltijd op kamer 214.\n", 13)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if Language(text, "fr") != "nl" {
			b.Fatal("not Dutch")
		}
	}
}
