package mailin

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"
)

// decodeCharset makes UTF-8 of text in the named charset; odd is a warning, "" when all was as announced. Without a
// name, with one that says nothing, or where the bytes contradict it, they are read as what they look like (guessText).
func decodeCharset(b []byte, label string) (text, odd string) {
	text, odd = decodeAsAnnounced(b, charsetName(label))
	return withoutC1(text), odd
}

func decodeAsAnnounced(b []byte, name string) (text, odd string) {
	switch name {
	case "utf-8":
		if utf8.Valid(b) {
			return string(b), ""
		}
		return mostlyUTF8(b), "Text said to be UTF-8 is not; what is wrong was read as windows-1252."
	case "windows-1252":
		return validText(b), "" // Windows-1252 in the name of ISO-8859-1 is what everybody sends and shows.
	case "":
		return guessText(b), ""
	case "utf-7":
		return decodeUTF7(b), ""
	}
	switch {
	case singleByte.MatchString(name) && hasHighBytes(b) && utf8.Valid(b): // Hardly ever by chance.
		return string(b), "Text said to be " + name + " is UTF-8 and was read so."
	case wide.MatchString(name) && bytes.IndexByte(b, 0) < 0: // QUIRK: HTML saved by Word says so whatever it is sent as.
		return guessText(b), "Text said to be " + name + " is not and was read as what it looks like."
	case strings.HasPrefix(name, "iso-2022-") && bytes.IndexByte(b, 0x1b) < 0 && hasHighBytes(b):
		// QUIRK: Shift_JIS under the name of ISO-2022-JP, which knows no bytes above 127.
		return guessText(b), "Text said to be " + name + " is not and was read as what it looks like."
	}
	r, err := charset.Reader(name, bytes.NewReader(b))
	if err == nil {
		var decoded []byte
		if decoded, err = io.ReadAll(r); err == nil && !unreadable(decoded) {
			return strings.ToValidUTF8(string(decoded), "\uFFFD"), ""
		}
	}
	if err == nil {
		return guessText(b), "Text said to be " + name + " is not and was read as what it looks like."
	}
	return guessText(b), "Text has an unknown charset and was read as UTF-8 or windows-1252."
}

var (
	singleByte = regexp.MustCompile(`^(?:iso-8859-|windows-125|koi8|ibm|macintosh|x-mac)`)
	wide       = regexp.MustCompile(`^(?:utf-16|unicode$|ucs-2|iso-10646-ucs-2)`)
)

// unreadable reports that one character in eight, or all there is, came out as none: another charset than the one said.
func unreadable(decoded []byte) bool {
	bad := bytes.Count(decoded, []byte("\uFFFD"))
	return bad > 0 && bad*8 >= utf8.RuneCount(decoded)
}

// charsetNames gives labels that programs write the name by which the libraries know them. "" says nothing.
var charsetNames = map[string]string{
	"utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "utf8mb4": "utf-8", "utf-8-mac": "utf-8", "utf-8n": "utf-8", "65001": "utf-8",
	"utf7": "utf-7", "unicode-1-1-utf-7": "utf-7", "unicode-2-0-utf-7": "utf-7", "65000": "utf-7",
	"us-ascii": "", "ascii": "", "ansi-x3.4-1968": "", "ansi-x3.4-1986": "", "646": "", "iso646-us": "", "iso-ir-6": "",
	"unknown": "", "unknown-8bit": "", "x-unknown": "", "default": "", "none": "", "8bit": "", "binary": "", "x-user-defined": "",
	"latin1": "windows-1252", "latin-1": "windows-1252", "l1": "windows-1252", "ansi": "windows-1252", "iso-8859": "windows-1252",
	"western": "windows-1252", "ibm819": "windows-1252", "cp819": "windows-1252",
	"latin2": "iso-8859-2", "latin-2": "iso-8859-2", "latin3": "iso-8859-3", "latin4": "iso-8859-4", "latin5": "iso-8859-9",
	"latin9": "iso-8859-15", "latin-9": "iso-8859-15", "latin-0": "iso-8859-15", "latin0": "iso-8859-15", "latin10": "iso-8859-16",
	"cp850": "ibm850", "850": "ibm850", "cp858": "ibm00858", "cp437": "ibm437", "cp852": "ibm852", "cp866": "ibm866",
	"mac": "macintosh", "mac-roman": "macintosh", "macroman": "macintosh", "x-mac-roman": "macintosh",
	"koi8r": "koi8-r", "koi8": "koi8-r", "koi8u": "koi8-u",
	"hz": "hz-gb-2312", "gb2312": "gb18030", "gb-2312": "gb18030", "gb-2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030",
	"cp936": "gb18030", "ms936": "gb18030", "936": "gb18030", "euc-cn": "gb18030", "chinese": "gb18030",
	"cp950": "big5", "ms950": "big5", "950": "big5", "big-5": "big5",
	"cp949": "euc-kr", "ms949": "euc-kr", "949": "euc-kr", "uhc": "euc-kr", "ks-c-5601": "euc-kr", "ks-c-5601-1987": "euc-kr", "ks-x-1001": "euc-kr", "euckr": "euc-kr",
	"cp932": "shift_jis", "ms932": "shift_jis", "932": "shift_jis", "windows-31j": "shift_jis", "shift-jis": "shift_jis", "sjis": "shift_jis", "x-sjis": "shift_jis", "ms-kanji": "shift_jis",
	"eucjp": "euc-jp", "x-euc-jp": "euc-jp", "ujis": "euc-jp", "iso-2022-jp-1": "iso-2022-jp", "iso-2022-jp-2": "iso-2022-jp", "iso-2022-jp-ms": "iso-2022-jp",
	"jis": "iso-2022-jp", "cp50220": "iso-2022-jp", "cp50221": "iso-2022-jp",
}

// isoNumber and windowsNumber are the many ways to write ISO-8859-15 and windows-1252.
var (
	isoNumber     = regexp.MustCompile(`^(?:x-)?iso-?8859-?(\d{1,2})(?:-[ie])?$`)
	windowsNumber = regexp.MustCompile(`^(?:x-)?(?:cp|win|windows|ms|ms-ansi)?-?(125\d|874)$`)
)

// charsetName is the label in lower case and in the form the libraries know; "" when it says nothing.
func charsetName(label string) string {
	if label == "" || label == "utf-8" || label == "UTF-8" {
		return strings.ToLower(label)
	}
	label = strings.ToLower(strings.Trim(label, "\"' \t;,="))
	label = strings.TrimPrefix(label, "charset=") // QUIRK: charset="charset=utf-8"
	label = strings.ReplaceAll(strings.ReplaceAll(label, "_", "-"), " ", "-")
	if name, ok := charsetNames[label]; ok {
		return name
	}
	if m := isoNumber.FindStringSubmatch(label); m != nil {
		if m[1] == "1" {
			return "windows-1252"
		}
		return "iso-8859-" + m[1]
	}
	if m := windowsNumber.FindStringSubmatch(label); m != nil {
		return "windows-" + m[1]
	}
	return label
}

// mostlyUTF8 reads what is UTF-8 as such and each other byte as windows-1252: mails pasted together from both exist.
// Where nothing is UTF-8, all of it is something else.
func mostlyUTF8(b []byte) string {
	var s strings.Builder
	s.Grow(len(b) + len(b)/8)
	good := false
	for rest := b; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		good = good || n > 1
		if r == utf8.RuneError && n == 1 {
			r = charmap.Windows1252.DecodeByte(rest[0])
		}
		s.WriteRune(r)
		rest = rest[n:]
	}
	if !good {
		return guessText(b)
	}
	return s.String()
}

// withoutC1 reads the control characters U+0080 to U+009F, which nobody types, as the windows-1252 characters that a
// program turned into them byte by byte. HTML does the same (HTML Standard, numeric character reference end state).
func withoutC1(s string) string {
	for at := 0; ; at += 2 {
		i := strings.IndexByte(s[at:], 0xc2)
		if i < 0 {
			return s
		}
		if at += i; at+1 < len(s) && s[at+1] < 0xa0 {
			break
		}
		if at+2 > len(s) {
			return s
		}
	}
	return strings.Map(func(r rune) rune {
		if r >= 0x80 && r < 0xa0 {
			if c := charmap.Windows1252.DecodeByte(byte(r)); c != utf8.RuneError {
				return c
			}
		}
		return r
	}, s)
}

// validText makes bytes of a header valid UTF-8: as they are, or read as windows-1252. RFC 6532 allows the former, the
// latter is what programs before it sent.
func validText(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return fromWindows1252(b)
}

func fromWindows1252(b []byte) string {
	var s strings.Builder
	s.Grow(len(b) + len(b)/8)
	for _, c := range b {
		s.WriteRune(charmap.Windows1252.DecodeByte(c))
	}
	return s.String()
}

func hasHighBytes(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}
