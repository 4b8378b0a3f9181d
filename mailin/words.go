package mailin

import (
	"strings"
	"unicode"
)

// decodeWords makes of a header value what a person would read: encoded words (RFC 2047) decoded, white space between
// adjacent ones dropped (section 6.2). Forgiven, as met in the field: a character split between two words, spaces within a
// word, words without white space between them or within quotes, an unknown or wrong charset, padding left out, and a
// word encoded twice.
func decodeWords(s string) string {
	for range 3 { // QUIRK: encoded twice or thrice, once by each program on the way; testdata/mail/dubbel-gecodeerd.eml
		decoded, found := decodeWordsOnce(s)
		if !found {
			break
		}
		s = decoded
	}
	return s
}

// encodedWord is one "=?charset?encoding?text?=", its bytes not yet in UTF-8.
type encodedWord struct {
	charset string
	bytes   []byte
}

func decodeWordsOnce(s string) (string, bool) {
	if !strings.Contains(s, "=?") {
		return s, false
	}
	var b strings.Builder
	var open encodedWord // Words of one charset in a row are put together before they become characters.
	flush := func() {
		text, _ := decodeCharset(open.bytes, open.charset)
		b.WriteString(strings.ToValidUTF8(text, "\uFFFD"))
		open = encodedWord{}
	}
	found, plain, at := false, 0, 0 // plain: where the text that is no encoded word begins.
	for {
		i := strings.Index(s[at:], "=?")
		if i < 0 {
			break
		}
		at += i
		word, length, ok := cutEncodedWord(s[at:])
		if !ok {
			at += 2
			continue
		}
		between := s[plain:at]
		adjacent := found && strings.TrimSpace(between) == ""
		if !adjacent || !strings.EqualFold(open.charset, word.charset) {
			flush()
		}
		if !adjacent {
			b.WriteString(between)
		}
		open.charset = word.charset
		open.bytes = append(open.bytes, word.bytes...)
		at += length
		found, plain = true, at
	}
	flush()
	b.WriteString(s[plain:])
	return b.String(), found
}

// maxWordLen is how long an encoded word may be, in bytes. RFC 2047 section 2 allows 75; some programs never fold.
const maxWordLen = 4 << 10

// cutEncodedWord reads the encoded word that s begins with, and its length.
func cutEncodedWord(s string) (word encodedWord, length int, ok bool) {
	s = s[:min(len(s), maxWordLen)]
	label, encoding, head, ok := cutWordHead(s)
	if !ok {
		return word, 0, false
	}
	text := s[head:]
	end, behind := wordEnd(text, encoding)
	word.charset, _, _ = strings.Cut(label, "*") // Language, RFC 2231 section 5.
	if encoding == 'b' {
		word.bytes = unbase64(text[:end])
	} else {
		word.bytes = unquote(nil, []byte(text[:end]), true)
	}
	return word, head + end + behind, true
}

// wordEnd is where the text of an encoded word ends, and how many bytes of "?=" stand behind it.
func wordEnd(text string, encoding byte) (end, behind int) {
	end = strings.Index(text, "?=")
	if end >= 0 {
		next := strings.Index(text[:end], "=?")
		if next > 0 {
			if _, _, _, whole := cutWordHead(text[next:]); whole {
				end = -1 // That end is another word's.
			}
		}
	}
	if end < 0 { // QUIRK: a word that was cut off, or whose "?=" was; it ends where a word must: RFC 2047 section 2.
		end = len(text)
		if i := strings.IndexAny(text, " \t\""); i >= 0 {
			end = i
		}
		if next := strings.Index(text[:end], "=?"); next > 0 {
			end = next
		}
		if strings.HasSuffix(text[:end], "?") {
			return end - 1, 1
		}
		return end, 0
	}
	// QUIRK: "?" written as such before an encoded character, "Waarom?=20Daarom?="; the word goes on to the end.
	for encoding == 'q' && end+4 <= len(text) && isHex(text[end+2]) && isHex(text[end+3]) {
		more := strings.Index(text[end+2:], "?=")
		if more < 0 || strings.ContainsAny(text[end+2:end+2+more], " \t") || strings.Contains(text[end+2:end+2+more], "=?") {
			break
		}
		end += 2 + more
	}
	return end, 2
}

// unbase64 decodes base64, whatever stands between its characters and however it is padded.
func unbase64(text string) (decoded []byte) {
	d := base64Reader{}
	for i := 0; i < len(text); i++ {
		v := base64Value[text[i]]
		if v == 0xff {
			if text[i] == '=' {
				decoded = append(decoded, d.flush()...)
			}
			continue
		}
		d.acc = d.acc<<6 | uint32(v)
		if d.have++; d.have == 4 {
			decoded = append(decoded, byte(d.acc>>16), byte(d.acc>>8), byte(d.acc))
			d.acc, d.have = 0, 0
		}
	}
	return append(decoded, d.flush()...)
}

// cutWordHead reads "=?charset?encoding?", and its length. QUIRK: spaces beside the question marks, where a program
// folded a line.
func cutWordHead(s string) (label string, encoding byte, length int, ok bool) {
	label, rest, ok := strings.Cut(s[2:min(len(s), 80)], "?")
	label = strings.Trim(label, " ")
	if !ok || strings.ContainsAny(label, " \t<>\"") {
		return "", 0, 0, false
	}
	name, _, ok := strings.Cut(rest, "?")
	length = 2 + strings.IndexByte(s[2:], '?') + 1 + len(name) + 1
	name = strings.ToLower(strings.Trim(name, " "))
	if !ok || name != "b" && name != "q" {
		return "", 0, 0, false
	}
	return label, name[0], length, true
}

// shownWords is decodeWords for people: on one line, with what went wrong before the words were encoded mended.
func shownWords(s string) string { return oneLine(mendMojibake(decodeWords(s))) }

// oneLine makes a decoded value fit to show on one line: control characters become spaces, those that turn the reading
// direction around go, runs of white space become one space.
func oneLine(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f || s[i] == ' ' && i > 0 && s[i-1] == ' ' {
			clean = false
			break
		}
	}
	if clean {
		return strings.Trim(s, " ")
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unsafeToShow(r):
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
}

// unsafeToShow reports characters that make a name look like another: bidi controls (Unicode Standard Annex 9, section
// 2) and those that are seen as nothing. "fdp.exe" turned around reads as "exe.pdf".
func unsafeToShow(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case r == 0xAD, r == 0x061C, r == 0x200B, r == 0x200E, r == 0x200F, r == 0xFEFF:
		return true
	case r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F, r >= 0xE0000 && r <= 0xE007F:
		return true
	case r == 0x115F, r == 0x1160, r == 0x2800, r == 0x3164, r == 0xFFA0: // Blank letters.
		return true
	}
	return false
}
