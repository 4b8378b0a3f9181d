package mailin

import (
	"bufio"
	"bytes"
	"io"
	"regexp"
)

// uuBegin is the line before a uuencoded file (POSIX uuencode): mode and name.
var uuBegin = regexp.MustCompile(`^begin [0-7]{3,4} +(\S.*?)\s*$`)

// uuFile is a file that stood uuencoded between the words of a text, as mail programs without MIME sent them and Outlook
// still can.
type uuFile struct {
	name string
	data []byte
}

// cutUUFiles takes the uuencoded files out of a text and leaves the words around them. A file has a line "begin", at
// least one line of data and, unless the text was cut off, a line "end"; what only looks like the beginning stays text.
func cutUUFiles(text []byte, cut bool) (words []byte, files []uuFile) {
	from := 0 // Where words begin that are not yet kept.
	for at := 0; ; {
		i := bytes.Index(text[at:], []byte("begin "))
		if i < 0 {
			break
		}
		at += i
		if at > 0 && text[at-1] != '\n' {
			at += len("begin ")
			continue
		}
		line, next := lineAt(text, at)
		m := uuBegin.FindSubmatch(line)
		if m == nil {
			at = next
			continue
		}
		data, end, ok := uuData(text, next, cut)
		if !ok {
			at = next
			continue
		}
		words = append(words, text[from:at]...)
		files = append(files, uuFile{name: string(m[1]), data: data})
		at, from = end, end
	}
	if len(files) == 0 {
		return text, nil
	}
	return append(words, text[from:]...), files
}

// uuData decodes the lines from at on up to the line "end".
func uuData(text []byte, at int, cut bool) (data []byte, end int, ok bool) {
	for at < len(text) {
		line, next := lineAt(text, at)
		if string(bytes.TrimRight(line, " ")) == "end" {
			return data, next, len(data) > 0
		}
		if data, ok = appendUULine(data, line); !ok {
			return nil, at, false
		}
		at = next
	}
	return data, at, cut && len(data) > 0
}

// lineAt is the line that begins at an offset, without its end, and where the next one begins.
func lineAt(text []byte, at int) (line []byte, next int) {
	next = len(text)
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		next = at + i + 1
	}
	return bytes.TrimRight(text[at:next], "\r\n"), next
}

// appendUULine decodes one line: its length in bytes, then four characters for each three. Spaces at its end may be
// missing, one character more may be a checksum. Small letters are none of it, so words are never taken for data.
func appendUULine(dst, line []byte) ([]byte, bool) {
	if len(line) == 0 {
		return dst, true
	}
	for _, c := range line {
		if c < ' ' || c > '`' {
			return dst, false
		}
	}
	size := int(line[0]-' ') & 63
	line = line[1:]
	whole := (size + 2) / 3 * 4
	if len(line) > whole+1 || len(line)*2 < whole {
		return dst, false
	}
	want := len(dst) + size
	for i := 0; len(dst) < want; i += 4 {
		var group uint32
		for j := i; j < i+4; j++ {
			group <<= 6
			if j < len(line) {
				group |= uint32(line[j]-' ') & 63
			}
		}
		dst = append(dst, byte(group>>16), byte(group>>8), byte(group))
	}
	return dst[:want], true
}

// uuReader decodes a part whose transfer encoding is uuencode, which RFC 2045 section 6.3 leaves to private agreement.
// Lines that are no data are left out.
type uuReader struct {
	br   *bufio.Reader
	name string // From the line "begin", once it was read.
	out  []byte
	buf  []byte
	err  error
}

// newUUReader reads up to the line "begin". A part that has none at its beginning is no uuencode; nil then, and rest is
// what it holds.
func newUUReader(r io.Reader) (u *uuReader, rest io.Reader) {
	u = &uuReader{br: bufio.NewReaderSize(r, 4096)}
	if head, _ := u.br.Peek(4096); !bytes.HasPrefix(head, []byte("begin ")) && !bytes.Contains(head, []byte("\nbegin ")) {
		return nil, u.br
	}
	for u.err == nil && u.name == "" {
		if m := uuBegin.FindSubmatch(u.line()); m != nil {
			u.name = string(m[1])
		}
	}
	return u, nil
}

// line is the next line, or as much of it as the buffer holds.
func (u *uuReader) line() []byte {
	line, err := u.br.ReadSlice('\n')
	if err != bufio.ErrBufferFull {
		u.err = err
	}
	return bytes.TrimRight(line, "\r\n")
}

// Read implements io.Reader.
func (u *uuReader) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		if line := u.line(); string(bytes.TrimRight(line, " ")) == "end" {
			u.err = io.EOF
		} else if data, ok := appendUULine(u.buf[:0], line); ok {
			u.buf, u.out = data, data
		}
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}
