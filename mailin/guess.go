package mailin

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// guessText reads text whose charset nobody names: UTF-8 if it is that, otherwise what it surely looks like, otherwise
// windows-1252, the charset of the countries we work for.
func guessText(b []byte) string {
	if bytes.Contains(b, []byte("\x1b$")) && !hasHighBytes(b) { // ISO-2022-JP, RFC 1468; nobody else sends escapes.
		if decoded, err := japanese.ISO2022JP.NewDecoder().Bytes(b); err == nil {
			return string(decoded)
		}
	}
	if utf8.Valid(b) {
		return string(b)
	}
	if name := guessCharset(b); name != "" {
		text, _ := decodeAsAnnounced(b, name)
		return text
	}
	return fromWindows1252(b)
}

// guessLen is about how many bytes are looked at for a guess, minGuess how many of them must be above 127: a word or two of
// another script. Less is taken for a word with accents.
const (
	guessLen = 8 << 10
	minGuess = 5
)

// foreignScript is a charset of two bytes for a character, and how its text is told from Western text.
type foreignScript struct {
	name     string
	encoding encoding.Encoding
	last     byte                // First bytes of everyday characters end here; four in five must be such.
	sign     *unicode.RangeTable // What nobody else writes; nil: nothing.
	share    int                 // So many per cent of all characters beyond ASCII must be of that.
	pairs    bool                // Both bytes are 0xA1 or above, and words have two characters or more.
}

// fullKana are Hiragana and Katakana without the half-width forms, as which any bytes of Shift_JIS can be read.
var fullKana = &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0x3041, Hi: 0x30ff, Stride: 1}}}

// foreignScripts are tried in this order.
var foreignScripts = []foreignScript{
	{"shift_jis", japanese.ShiftJIS, 0x98, fullKana, 20, false},
	{"euc-jp", japanese.EUCJP, 0xcf, fullKana, 20, true},
	{"euc-kr", korean.EUCKR, 0xc8, unicode.Hangul, 80, true},
	{"gb18030", simplifiedchinese.GBK, 0xd7, nil, 0, true},
	{"big5", traditionalchinese.Big5, 0xc6, nil, 0, false},
}

// guessCharset recognises scripts that are written in bytes above 127 nearly only: Cyrillic, Japanese, Korean, Chinese.
// "": none of them. In Western text such bytes stand alone between ASCII letters.
func guessCharset(b []byte) string {
	b = foreignWords(b)
	s := measureBytes(b)
	if s.high < minGuess || s.high < s.letters {
		return ""
	}
	if s.runs*3 <= s.high && s.cyrillic*10 >= s.high*9 && s.odd { // Words of letters, one byte each.
		if s.upperHalf*2 > s.cyrillic {
			return "windows-1251"
		}
		return "koi8-r"
	}
	for _, script := range foreignScripts {
		if script.fits(b, s) {
			return script.name
		}
	}
	return ""
}

// foreignWords are the words with bytes above 127, guessLen bytes of them at most. No second byte of a character is a
// space, so that none is cut in two.
func foreignWords(b []byte) []byte {
	var words []byte
	for word := range bytes.FieldsFuncSeq(b, func(r rune) bool { return r <= ' ' }) {
		if !hasHighBytes(word) {
			continue
		}
		if len(words) > 0 && len(words)+len(word) > guessLen {
			break
		}
		words = append(append(words, word...), ' ')
	}
	return words
}

func (f foreignScript) fits(b []byte, s byteShape) bool {
	if f.pairs && (s.odd || s.low > 0 || s.runs*4 > s.high) {
		return false
	}
	all, usual := 0, 0
	for i := 0; i < len(b); i++ {
		if b[i] < utf8.RuneSelf || f.encoding == japanese.ShiftJIS && b[i] > 0xa0 && b[i] < 0xe0 { // Half a width, one byte.
			continue
		}
		if all++; b[i] <= f.last {
			usual++
		}
		i++
	}
	if all < 4 || usual*5 < all*4 {
		return false
	}
	decoded, err := f.encoding.NewDecoder().Bytes(b)
	if err != nil || bytes.Contains(decoded, []byte("\uFFFD")) {
		return false
	}
	all, own := 0, 0
	for _, r := range string(decoded) {
		if r >= utf8.RuneSelf {
			if all++; f.sign != nil && unicode.Is(f.sign, r) {
				own++
			}
		}
	}
	return own*100 >= all*f.share
}

// byteShape is how bytes above 127 stand in a text.
type byteShape struct {
	letters   int  // ASCII letters.
	high      int  // Bytes above 127.
	low       int  // Those up to 0xA0.
	runs      int  // Stretches of them.
	odd       bool // One of these is of odd length.
	cyrillic  int  // Bytes that are letters in KOI8-R and windows-1251 alike.
	upperHalf int  // Those from 0xE0: small letters in windows-1251, capitals in KOI8-R.
}

func measureBytes(b []byte) (s byteShape) {
	run := 0
	for i := 0; i <= len(b); i++ {
		if i < len(b) && b[i] >= utf8.RuneSelf {
			run++
			s.high++
			if b[i] <= 0xa0 {
				s.low++
			}
			if b[i] >= 0xc0 {
				s.cyrillic++
			}
			if b[i] >= 0xe0 {
				s.upperHalf++
			}
			continue
		}
		if run > 0 {
			s.runs++
			s.odd = s.odd || run%2 == 1
			run = 0
		}
		if i < len(b) && (b[i]|0x20 >= 'a' && b[i]|0x20 <= 'z') {
			s.letters++
		}
	}
	return s
}

// mendMojibake undoes UTF-8 that was read as windows-1252 and written as UTF-8 again ("CafÃ©"), once or twice, as web
// forms and old mail programs do to names. Only where it is certain: all the text is such, and one character at least
// cannot be a capital with a punctuation mark behind it ("MANHÃ…").
func mendMojibake(s string) string {
	for range 2 {
		mended, ok := undoMojibake(s)
		if !ok {
			break
		}
		s = mended
	}
	return s
}

func undoMojibake(s string) (string, bool) {
	if strings.IndexByte(s, 0xc3) < 0 { // With which "Ã" and all that may stand in its place begin.
		return s, false
	}
	raw := make([]byte, 0, len(s))
	certain := false
	var last rune
	for i, r := range s {
		c, ok := byte(r), true
		if r > 0xff || r >= 0x80 && r < 0xa0 {
			if c, ok = charmap.Windows1252.EncodeRune(r); !ok && r > 0xff {
				return s, false
			} else if !ok {
				c = byte(r)
			}
		}
		if last == 'Ã' || last == 'Â' || last == 'â' || last == 'ð' {
			next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			certain = certain || r >= 0x80 && (!strings.ContainsRune("…’‘”“–—™»›°", r) || unicode.IsLetter(next) || last == 'â' || last == 'ð')
		}
		raw = append(raw, c)
		last = r
	}
	if !certain || !utf8.Valid(raw) {
		return s, false
	}
	return string(raw), true
}

// decodeUTF7 reads RFC 2152: "+", UTF-16 in base64, "-". What is none of it stands for itself. No library has it.
func decodeUTF7(b []byte) string {
	var s strings.Builder
	s.Grow(len(b))
	for len(b) > 0 {
		plus := bytes.IndexByte(b, '+')
		if plus < 0 {
			plus = len(b)
		}
		s.WriteString(guessText(b[:plus]))
		if plus == len(b) {
			break
		}
		b = b[plus+1:]
		end := 0
		for end < len(b) && base64Value[b[end]] != 0xff {
			end++
		}
		closed := end < len(b) && b[end] == '-'
		if end == 0 {
			s.WriteByte('+')
		}
		s.WriteString(utf16Words(b[:end]))
		if b = b[end:]; closed {
			b = b[1:]
		}
	}
	return s.String()
}

// utf16Words decodes base64 of UTF-16, high byte first; bits that make no whole unit are left out.
func utf16Words(text []byte) string {
	var units []uint16
	acc, bits := uint32(0), 0
	for _, c := range text {
		acc = acc<<6 | uint32(base64Value[c])
		if bits += 6; bits >= 16 {
			bits -= 16
			units = append(units, uint16(acc>>bits))
		}
	}
	return string(utf16.Decode(units))
}
