package mailin

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// FuzzDecodeWords: a subject comes out on one line, without what no person would write.
func FuzzDecodeWords(f *testing.F) {
	for _, s := range []string{"=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "=?UTF-8? Q?a", "=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "=?utf-7?Q?caf+AOk-?=", "Re: =?utf-8?Q?=3D=3Futf-8=3FQ=3FJan=3F=3D?=",
		"CafÃ©", "=?utf-8?Q?a =?utf-8?B?YQ", "=?gb2312?B?1tDOxA==?=", "=??q??="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = validText([]byte(s))
		out := shownWords(s)
		if !utf8.ValidString(out) || strings.ContainsFunc(out, func(r rune) bool { return unicode.IsControl(r) || unsafeToShow(r) }) {
			t.Errorf("%q: %q is not for people", s, out)
		}
		if !strings.Contains(s, "=?") && utf8.ValidString(s) && decodeWords(s) != s {
			t.Errorf("%q has no encoded word but changed", s)
		}
	})
}

// FuzzDate: what is read can be written and read again.
func FuzzDate(f *testing.F) {
	for _, s := range []string{"Mon, 2 Mar 2026 10:00:00 +0100 (CET)", "ma 2 mrt. 2026 om 10:00", "Sun, 1 Mar 2026 24:00 CET", "2026-03-02T10:00:00Z", "029 Apr 2019 23:59:60 H0500", "Mar 2 09:00:00 UTC 2026",
		"3/2/2026 9:00 AM", "2. März 2026"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := parseMailDate(s)
		if d.IsZero() {
			return
		}
		if d.Year() < 1970 || d.Year() > 2200 {
			t.Errorf("%q: year %d", s, d.Year())
		}
		if _, offset := d.Zone(); offset%60 != 0 {
			return
		}
		if again := parseMailDate(d.Format(time.RFC1123Z)); !again.Equal(d.Truncate(time.Second)) {
			t.Errorf("%q: %v, read again %v", s, d, again)
		}
	})
}

// FuzzParams: parameters are UTF-8 with names in lower case, and so are file names made of them.
func FuzzParams(f *testing.F) {
	for _, s := range []string{"attachment; filename*0*=iso-8859-1'fr'%E9; filename*1=t.txt", `text/plain; charset="utf-8"; name="=?utf-8?Q?a?="`, "text/plain charset=a", "a/b; c*=''%", `a/b; c="\"`, "a/b;c*9999999999999999999=d",
		"attachment; filename=CON .txt"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = validText([]byte(s))
		media, params := mediaType(s)
		if media != strings.ToLower(media) || !utf8.ValidString(media) {
			t.Errorf("%q: type %q", s, media)
		}
		for name, value := range params {
			if name != strings.ToLower(name) || !utf8.ValidString(name) || !utf8.ValidString(value) {
				t.Errorf("%q: %q=%q", s, name, value)
			}
			file := attachmentName(value, media, 1)
			if file == "" || len(file) > maxNameBytes || strings.ContainsAny(file, "/\\:\x00") || strings.Trim(file, " .") != file || deviceName.MatchString(file) {
				t.Errorf("%q: file name %q", s, file)
			}
			if again := attachmentName(file, media, 1); again != file {
				t.Errorf("%q: file name %q, cleaned again %q", s, file, again)
			}
		}
	})
}

// FuzzUUDecode: files come out of a text as they went in and the words stay; what is no file stays text.
func FuzzUUDecode(f *testing.F) {
	f.Add([]byte("\x89PNG"), "voor\nbegin 644 is geen bestand\nna\n")
	f.Add(bytes.Repeat([]byte{0, 255, 32}, 100), "begin 644 a\n#86)C\nend\n")
	f.Add([]byte{}, "begin 644 a\n`\nend\n")
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		words, files := cutUUFiles([]byte(text), false)
		if len(files) == 0 && string(words) != text {
			t.Errorf("%q: no file but other words: %q", text, words)
		}
		cutUUFiles([]byte(text), true)
		if len(data) == 0 {
			return
		}
		clean := strings.ReplaceAll(text, "begin", "")
		words, files = cutUUFiles([]byte("voor\n"+uuencoded(data, "a b.png")+clean), false)
		if len(files) != 1 || files[0].name != "a b.png" || !bytes.Equal(files[0].data, data) || string(words) != "voor\n"+clean {
			t.Errorf("%q in %q: words %q, files %q", data, clean, words, files)
		}
	})
}

// uuencoded is a file as uuencode writes it.
func uuencoded(data []byte, name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "begin 644 %s\n", name)
	for len(data) > 0 {
		line := data[:min(len(data), 45)]
		data = data[len(line):]
		b.WriteByte(byte(len(line)) + ' ')
		for i := 0; i < len(line); i += 3 {
			group := append(append([]byte{}, line[i:min(i+3, len(line))]...), 0, 0)
			v := uint32(group[0])<<16 | uint32(group[1])<<8 | uint32(group[2])
			for shift := 18; shift >= 0; shift -= 6 {
				b.WriteByte(byte(v>>shift)&63 + ' ')
			}
		}
		b.WriteByte('\n')
	}
	return b.String() + "`\nend\n"
}

// FuzzCharset: any bytes in any charset become UTF-8, and UTF-7 is read as it was written.
func FuzzCharset(f *testing.F) {
	for _, label := range []string{"", "utf-8", "utf-7", "iso-2022-jp", "gb2312", "shift_jis", "big5", "euc-kr", "koi8-r", "hz", "utf-16", "cp1252", "x-klingon", "iso-8859-15", "iso-2022-kr"} {
		f.Add([]byte("caf\xc3\xa9 +AOk- \x1b$BF|K\\\x1b(B ~{VPND~} \xe9"), label)
	}
	f.Add([]byte("\x97\xe2\x82\xbd\x82\xa2\x90H\x8e\x96\x82\xc5\x82\xb7"), "")
	f.Fuzz(func(t *testing.T, b []byte, label string) {
		text, _ := decodeCharset(b, label)
		if !utf8.ValidString(text) {
			t.Errorf("%q as %q: %q", b, label, text)
		}
		plain := strings.Map(func(r rune) rune {
			if r == utf8.RuneError {
				return -1
			}
			return r
		}, withoutC1(validText(b)))
		if got := decodeUTF7([]byte(utf7(plain))); got != plain {
			t.Errorf("%q as UTF-7: %q", plain, got)
		}
	})
}

// utf7 writes RFC 2152 with as few direct characters as can be.
func utf7(s string) string {
	var b strings.Builder
	for _, word := range strings.SplitAfter(s, " ") {
		if word == "" {
			continue
		}
		var raw []byte
		for _, unit := range utf16.Encode([]rune(word)) {
			raw = append(raw, byte(unit>>8), byte(unit))
		}
		b.WriteString("+" + base64.RawStdEncoding.EncodeToString(raw) + "-")
	}
	return b.String()
}
