package mailin

import (
	"bufio"
	"bytes"
	"io"
	"strings"
)

// transferDecoder undoes a Content-Transfer-Encoding (RFC 2045 section 6) as it streams, and forgives: odd reports, once
// everything is read, what was wrong. The decoders of the standard library and go-message end at the first fault and
// lose what stands behind it.
func transferDecoder(encoding string, r io.Reader) (decoded io.Reader, odd func() string) {
	encoding = strings.ToLower(stripComments(encoding))
	encoding, _, _ = strings.Cut(encoding, ";") // QUIRK: "quoted-printable;"; testdata/mail/onbekende-cte.eml
	switch strings.Trim(encoding, "\"' \t") {
	case "base64", "base-64":
		d := &base64Reader{br: bufio.NewReaderSize(r, 4096)}
		return d, func() string { return d.odd }
	case "quoted-printable", "quotedprintable", "quoted_printable", "quoted printable", "qp":
		d := &quotedReader{br: bufio.NewReaderSize(r, 4096)}
		return d, func() string { return "" }
	case "", "7bit", "8bit", "binary", "7-bit", "8-bit", "7bits", "8bits", "plain", "none":
		return r, func() string { return "" }
	case "x-uuencode", "uuencode", "x-uue", "uue":
		return r, func() string { return "" } // Undone behind the digest of identity: uuReader.
	}
	return r, func() string { return "A part has an unknown transfer encoding and was read as it came." }
}

// base64Reader decodes RFC 2045 section 6.8. White space is skipped; behind padding a new block may follow; anything
// else that is no base64 ends it, for that is nearly always a footer which a mailing list put behind.
type base64Reader struct {
	br    *bufio.Reader
	buf   [3072]byte
	out   []byte // Decoded, not yet delivered.
	acc   uint32 // Bits of the quantum being read.
	have  int    // Characters of it.
	begun bool
	plain bool // QUIRK: announced as base64, sent as text; testdata/mail/base64-dat-tekst-is.eml
	done  bool
	odd   string
}

var base64Value = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	return t
}()

func (d *base64Reader) Read(p []byte) (int, error) {
	if !d.begun {
		d.begun = true
		head, _ := d.br.Peek(64)
		if d.plain = looksLikeText(head); d.plain {
			d.odd = "A part says it is base64 but is plain text."
		}
	}
	if d.plain {
		return d.br.Read(p)
	}
	for len(d.out) == 0 {
		if d.done {
			return 0, io.EOF
		}
		d.fill()
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

// looksLikeText reports three words on one line: base64 knows no spaces within a line.
func looksLikeText(head []byte) bool {
	for line := range bytes.Lines(head) {
		if len(bytes.Fields(line)) > 2 {
			return true
		}
	}
	return false
}

func (d *base64Reader) fill() {
	if _, err := d.br.Peek(1); err != nil {
		d.finish("A base64 part ends in the middle.")
		return
	}
	in, _ := d.br.Peek(d.br.Buffered())
	if len(in) > len(d.buf) {
		in = in[:len(d.buf)]
	}
	out := d.buf[:0]
	used := len(in)
	for i := 0; i < len(in); i++ {
		for d.have == 0 && i+4 <= len(in) { // Four good characters in a row: nearly always.
			a, b, c, e := base64Value[in[i]], base64Value[in[i+1]], base64Value[in[i+2]], base64Value[in[i+3]]
			if a|b|c|e > 63 {
				break
			}
			out = append(out, a<<2|b>>4, b<<4|c>>2, c<<6|e)
			i += 4
		}
		if i == len(in) {
			break
		}
		c := in[i]
		v := base64Value[c]
		if v == 0xff {
			if c == '=' {
				out = append(out, d.flush()...)
			} else if c > ' ' {
				d.out, used = out, i
				d.br.Discard(used)
				d.finish("A base64 part holds something else; the part before it was kept.")
				return
			}
			continue
		}
		d.acc = d.acc<<6 | uint32(v)
		if d.have++; d.have == 4 {
			out = append(out, byte(d.acc>>16), byte(d.acc>>8), byte(d.acc))
			d.acc, d.have = 0, 0
		}
	}
	d.br.Discard(used)
	d.out = out
}

// flush ends a quantum at its padding or at the end.
func (d *base64Reader) flush() []byte {
	acc, have := d.acc, d.have
	d.acc, d.have = 0, 0
	switch have {
	case 2:
		return []byte{byte(acc >> 4)}
	case 3:
		return []byte{byte(acc >> 10), byte(acc >> 2)}
	}
	return nil
}

func (d *base64Reader) finish(fault string) {
	d.done = true
	if d.have == 1 || strings.Contains(fault, "something else") {
		d.odd = fault
	}
	d.out = append(d.out, d.flush()...)
	io.Copy(io.Discard, d.br)
}

// quotedReader decodes quoted-printable (RFC 2045 section 6.7). An "=" that begins no hex pair stands for itself.
type quotedReader struct {
	br  *bufio.Reader
	out []byte
	buf []byte
	err error
}

func (d *quotedReader) Read(p []byte) (int, error) {
	for len(d.out) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		d.fill()
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

func (d *quotedReader) fill() {
	line := d.nextLine()
	end := ""
	if trimmed, ok := bytes.CutSuffix(line, lf); ok {
		end = "\n"
		if trimmed, ok = bytes.CutSuffix(trimmed, []byte("\r")); ok {
			end = "\r\n"
		}
		line = bytes.TrimRight(trimmed, " \t\r") // Added in transport, section 6.7 rule 3.
	} else if d.err != nil {
		line = bytes.TrimRight(line, " \t\r")
	}
	if soft, ok := bytes.CutSuffix(line, []byte("=")); ok && (end != "" || d.err != nil) {
		line, end = soft, "" // Soft line break, section 6.7 rule 5.
	}
	d.buf = append(unquote(d.buf[:0], line, false), end...)
	d.out = d.buf
}

// nextLine takes a line with its end, or a stretch of one longer than the buffer; the slice holds until the next call.
func (d *quotedReader) nextLine() []byte {
	if _, err := d.br.Peek(1); err != nil {
		d.err = io.EOF
		return nil
	}
	line, _ := d.br.Peek(d.br.Buffered())
	i := bytes.IndexByte(line, '\n')
	if i < 0 {
		line, _ = d.br.Peek(d.br.Size())
		i = bytes.IndexByte(line, '\n')
	}
	switch {
	case i >= 0:
		line = line[:i+1]
	case len(line) < d.br.Size():
		d.err = io.EOF
	default: // What may be half a hex pair, or white space before the line's end, waits for the next stretch.
		keep := len(bytes.TrimRight(line, " \t\r"))
		if i := bytes.LastIndexByte(line[:keep], '='); i >= 0 && keep-i < 3 {
			keep = i
		}
		if keep > len(line)/2 {
			line = line[:keep]
		}
	}
	d.br.Discard(len(line))
	return line
}

// unquote appends s with its hex pairs undone; an underscore is a space in header words (RFC 2047 section 4.2).
func unquote(dst, s []byte, underscores bool) []byte {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '=' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			dst = append(dst, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		case s[i] == '_' && underscores:
			dst = append(dst, ' ')
		default:
			dst = append(dst, s[i])
		}
	}
	return dst
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'F' || 'a' <= c && c <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}
