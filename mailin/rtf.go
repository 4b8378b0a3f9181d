package mailin

import (
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
)

// maxRTF is how many bytes of RTF are made of compressed ones: twice what can be text of a mail, with room for markup.
const maxRTF = 8 << 20

// rtfDictionary is what the window of compressed RTF holds before its first byte (MS-OXRTFCP section 2.1.2.1).
const rtfDictionary = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier` +
	"{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

// decompressRTF undoes MS-OXRTFCP; damaged input gives what came before the damage. At most maxRTF bytes.
func decompressRTF(b []byte) []byte {
	if len(b) < 16 {
		return nil
	}
	kind, body := string(b[8:12]), b[16:]
	switch kind {
	case "MELA": // Stored as it is.
		return body[:min(len(body), maxRTF, int(binary.LittleEndian.Uint32(b[4:])))]
	case "LZFu":
	default:
		return nil
	}
	out := append(make([]byte, 0, min(maxRTF, len(rtfDictionary)+3*len(body))), rtfDictionary...)
	for len(body) > 0 && len(out) < maxRTF {
		control := body[0]
		body = body[1:]
		for bit := range 8 {
			if control>>bit&1 == 0 {
				if len(body) == 0 {
					break
				}
				out, body = append(out, body[0]), body[1:]
				continue
			}
			if len(body) < 2 {
				return out[len(rtfDictionary):]
			}
			offset, length := int(body[0])<<4|int(body[1])>>4, int(body[1]&15)+2
			body = body[2:]
			back := (len(out) - offset) & 4095 // How far behind the end the window's place lies.
			if back == 0 {                     // The place to be written next is the mark of the end.
				return out[len(rtfDictionary):]
			}
			for range length {
				if back > len(out) { // Never written: a window is spaces.
					out = append(out, ' ')
				} else {
					out = append(out, out[len(out)-back])
				}
			}
		}
	}
	return out[len(rtfDictionary):]
}

// textOfRTF is the text of an RTF body, or the HTML that Outlook wrapped in it (MS-OXRTFEX).
func textOfRTF(source []byte) (plain, html string) {
	r := rtfReader{in: source, codepage: 1252, fonts: map[int]uint32{}, decoders: map[uint32]*encoding.Decoder{}}
	r.state.skip = 1
	r.read()
	r.flush()
	text := atMost(cleanText(r.out.String()), maxTextBytes)
	if r.fromHTML {
		return "", text
	}
	return text, ""
}

// rtfReader walks RTF and writes the text that is seen. Groups are kept in a list and not by recursion.
type rtfReader struct {
	in       []byte
	out      strings.Builder
	pending  []byte // Bytes of the code page in force, not yet characters.
	units    []uint16
	codepage uint32         // Of the document.
	fonts    map[int]uint32 // Code page of a font that has another one.
	decoders map[uint32]*encoding.Decoder
	fromHTML bool
	groups   []rtfState
	state    rtfState
}

// rtfState is what ends with a group.
type rtfState struct {
	hidden   bool   // A group that holds no text, such as the table of fonts.
	fontList bool   // Within the table of fonts.
	noHTML   bool   // Between \htmlrtf and \htmlrtf0: of the RTF only.
	font     int    // Being described.
	codepage uint32 // Of the font in force; 0: the document's.
	skip     int    // Characters that stand in for one \u.
}

// rtfHidden are groups without text of the mail (RTF 1.9.1, destinations).
var rtfHidden = map[string]bool{"colortbl": true, "stylesheet": true, "info": true, "pict": true, "object": true, "objdata": true, "header": true,
	"headerl": true, "headerr": true, "headerf": true, "footer": true, "footerl": true, "footerr": true, "footerf": true, "footnote": true, "themedata": true,
	"datastore": true, "listtable": true, "listoverridetable": true, "xe": true, "tc": true, "bkmkstart": true, "bkmkend": true, "fldinst": true, "template": true}

// rtfCharacters are words that stand for a character.
var rtfCharacters = map[string]string{"par": "\n", "line": "\n", "row": "\n", "sect": "\n", "page": "\n", "tab": "\t", "cell": "\t", "lquote": "‘",
	"rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "endash": "–", "emdash": "—", "enspace": " ", "emspace": " "}

// rtfCharsets are the code pages of \fcharset.
var rtfCharsets = map[int]uint32{128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256, 186: 1257, 204: 1251,
	222: 874, 238: 1250}

func (r *rtfReader) read() {
	for i := 0; i < len(r.in) && r.out.Len() < maxTextBytes; {
		switch c := r.in[i]; c {
		case '{':
			if len(r.groups) < 1000 {
				r.groups = append(r.groups, r.state)
			}
			i++
		case '}':
			r.flush()
			if n := len(r.groups); n > 0 {
				r.state, r.groups = r.groups[n-1], r.groups[:n-1]
			}
			i++
		case '\\':
			i = r.control(i + 1)
		case '\r', '\n':
			i++
		default:
			r.literal(c)
			i++
		}
	}
}

func (r *rtfReader) seen() bool {
	return !r.state.hidden && !r.state.fontList && !r.state.noHTML
}

func (r *rtfReader) literal(c byte) {
	if r.seen() {
		r.pending = append(r.pending, c)
	}
}

func (r *rtfReader) write(s string) {
	if r.seen() {
		r.flush()
		r.out.WriteString(s)
	}
}

// flush makes characters of the bytes and \u units that wait.
func (r *rtfReader) flush() {
	if len(r.units) > 0 {
		r.out.WriteString(string(utf16.Decode(r.units)))
		r.units = r.units[:0]
	}
	if len(r.pending) == 0 {
		return
	}
	codepage := r.state.codepage
	if codepage == 0 {
		codepage = r.codepage
	}
	if d := r.decoder(codepage); d == nil {
		r.out.WriteString(validText(r.pending))
	} else if b, err := d.Bytes(r.pending); err == nil {
		r.out.Write(b)
	}
	r.pending = r.pending[:0]
}

// decoder is that of a code page; nil for Windows-1252 and unknown ones. Text may change its font at each letter.
func (r *rtfReader) decoder(codepage uint32) *encoding.Decoder {
	d, known := r.decoders[codepage]
	if !known {
		if e, err := htmlindex.Get(charsetLabel(codepage)); err == nil && codepage != 1252 {
			d = e.NewDecoder()
		}
		r.decoders[codepage] = d
	}
	return d
}

// control reads what stands behind a backslash and returns where to go on.
func (r *rtfReader) control(i int) int {
	if i >= len(r.in) {
		return i
	}
	c := r.in[i]
	if c|0x20 < 'a' || c|0x20 > 'z' {
		return r.symbol(c, i+1)
	}
	begin := i
	for i < len(r.in) && i-begin < 32 && r.in[i]|0x20 >= 'a' && r.in[i]|0x20 <= 'z' {
		i++
	}
	word, digits := string(r.in[begin:i]), i
	if i < len(r.in) && r.in[i] == '-' {
		i++
	}
	for i < len(r.in) && i-digits < 11 && r.in[i] >= '0' && r.in[i] <= '9' {
		i++
	}
	n, err := strconv.Atoi(string(r.in[digits:i]))
	if i < len(r.in) && r.in[i] == ' ' {
		i++
	}
	switch {
	case word == "bin" && err == nil && n > 0: // So many bytes that are no RTF.
		return i + min(n, len(r.in)-i)
	case word == "u" && err == nil:
		return r.unicode(n, i)
	}
	r.word(word, n, err == nil)
	return i
}

func (r *rtfReader) symbol(c byte, i int) int {
	switch c {
	case '\'':
		if i+2 <= len(r.in) && isHex(r.in[i]) && isHex(r.in[i+1]) {
			r.literal(unhex(r.in[i])<<4 | unhex(r.in[i+1]))
			return i + 2
		}
	case '\\', '{', '}':
		r.literal(c)
	case '~':
		if r.fromHTML {
			r.write("&nbsp;")
		} else {
			r.write(" ")
		}
	case '_':
		r.write("-")
	case '\r', '\n':
		r.write("\n")
	case '*': // What no reader must know, except HTML tags, which open their group again.
		r.state.hidden = true
	}
	return i
}

// unicode is \uN: a UTF-16 unit, and behind it characters for readers that do not know it.
func (r *rtfReader) unicode(n, i int) int {
	if r.seen() {
		if len(r.pending) > 0 {
			r.flush()
		}
		r.units = append(r.units, uint16(n))
	}
	for range r.state.skip {
		switch {
		case i >= len(r.in) || r.in[i] == '{' || r.in[i] == '}':
			return i
		case r.in[i] == '\\' && i+4 <= len(r.in) && r.in[i+1] == '\'':
			i += 4
		case r.in[i] == '\\':
			return i
		default:
			i++
		}
	}
	return i
}

func (r *rtfReader) word(word string, n int, hasNumber bool) {
	switch {
	case word == "fromhtml":
		r.fromHTML = true
	case word == "htmltag":
		r.state.hidden = false
	case word == "htmlrtf":
		r.flush()
		r.state.noHTML = r.fromHTML && (!hasNumber || n != 0)
	case word == "fonttbl":
		r.state.fontList = true
	case word == "ansicpg" && charsetLabel(uint32(n)) != "":
		r.codepage = uint32(n)
	case word == "uc" && hasNumber:
		r.state.skip = max(0, min(n, 8))
	case word == "fcharset" && r.state.fontList:
		if codepage := rtfCharsets[n]; codepage != 0 && len(r.fonts) < 1000 {
			r.fonts[r.state.font] = codepage
		}
	case word == "f" && hasNumber:
		r.flush()
		r.state.font, r.state.codepage = n, r.fonts[n]
	case word == "plain":
		r.flush()
		r.state.codepage = 0
	case rtfHidden[word]:
		r.state.hidden = true
	default:
		if s := rtfCharacters[word]; s != "" {
			r.write(s)
		}
	}
}
