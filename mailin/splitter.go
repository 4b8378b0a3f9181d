package mailin

import (
	"bufio"
	"bytes"
	"io"
)

// partSplitter reads the lines of a mail once, front to back, and stops at the boundary lines of the multiparts that are
// open. It is a reader of the current part's body, still in its transfer encoding.
//
// One pass over all levels keeps the time linear in the size, whatever the nesting, and makes a missing closing
// boundary harmless: the line that ends an outer part ends the inner ones too (RFC 2046 section 5.1.2). A reader within
// a reader per level, as in go-message, takes quadratic time and stops at the first broken part header.
type partSplitter struct {
	br     *bufio.Reader
	bounds []string // "--" and boundary of each open multipart, the outermost first.

	pend   []byte // Next to be delivered.
	frag   []byte // To be delivered after pend; lies in br's buffer, valid until the next read.
	held   []byte // A line end not yet delivered: it belongs to the boundary line that may follow. RFC 2046 section 5.1.1
	inLine bool   // The next fragment continues a line longer than the buffer.

	hit     int  // Index in bounds of the boundary line that ended the part; -1: none yet.
	closing bool // That line was a closing one ("--boundary--").
	eof     bool
	fail    error // What r failed with, other than io.EOF. Readers of parts see the end of the part.
}

// lineBuffer is how much of a line is looked at in one go, in bytes. A boundary line is at most 72 (RFC 2046 section 5.1.1).
const lineBuffer = 8 << 10

var (
	crlf = []byte("\r\n")
	cr   = []byte("\r")
	lf   = []byte("\n")
)

func newPartSplitter(r io.Reader) *partSplitter {
	return &partSplitter{br: bufio.NewReaderSize(r, lineBuffer), hit: -1}
}

// ended reports whether the current part has no more bytes.
func (s *partSplitter) ended() bool { return s.hit >= 0 || s.atEnd() }

// atEnd reports whether the mail has no more bytes.
func (s *partSplitter) atEnd() bool {
	return (s.eof || s.fail != nil) && len(s.pend) == 0 && len(s.frag) == 0
}

// resume goes on behind the boundary line that ended a part.
func (s *partSplitter) resume() { s.hit, s.closing = -1, false }

// Read implements io.Reader for the body of the current part; io.EOF is the part's end.
func (s *partSplitter) Read(p []byte) (n int, err error) {
	for n < len(p) {
		switch {
		case len(s.pend) > 0:
			c := copy(p[n:], s.pend)
			s.pend = s.pend[c:]
			n += c
		case len(s.frag) > 0:
			c := copy(p[n:], s.frag)
			s.frag = s.frag[c:]
			n += c
		case s.ended():
			if n == 0 {
				return 0, io.EOF
			}
			return n, nil
		default:
			s.advance()
		}
	}
	return n, nil
}

// advance takes the next line, or the next stretch of a very long one.
func (s *partSplitter) advance() {
	start := !s.inLine
	line := s.nextLine()
	if start && s.atBoundary(line) {
		s.held = nil
		return
	}
	s.pend, s.held = s.held, nil
	switch {
	case bytes.HasSuffix(line, crlf):
		s.frag, s.held = line[:len(line)-2], crlf
	case bytes.HasSuffix(line, lf):
		s.frag, s.held = line[:len(line)-1], lf
	default:
		s.frag = line
	}
}

// nextLine reads a line with its end, or as much of it as the buffer holds, and notes the end of the mail.
func (s *partSplitter) nextLine() []byte {
	line, err := s.br.ReadSlice('\n')
	s.inLine = err == bufio.ErrBufferFull
	switch {
	case s.inLine && line[len(line)-1] == '\r':
		if s.br.UnreadByte() == nil { // A CRLF is not taken apart.
			line = line[:len(line)-1]
		}
	case err == io.EOF:
		s.eof = true
	case err != nil && !s.inLine:
		s.fail = err
	}
	return line
}

// atBoundary reports whether line is a boundary line of an open multipart, and notes which.
func (s *partSplitter) atBoundary(line []byte) bool {
	if len(line) < 2 || line[0] != '-' || line[1] != '-' {
		return false
	}
	line = bytes.TrimRight(line, " \t\r\n") // Transport padding, RFC 2046 section 5.1.1.
	for i := len(s.bounds) - 1; i >= 0; i-- {
		rest, ok := bytes.CutPrefix(line, []byte(s.bounds[i]))
		if ok && (len(rest) == 0 || string(rest) == "--") {
			s.hit, s.closing = i, len(rest) > 0
			return true
		}
	}
	return false
}

// headerBlock reads lines up to and without the blank line that ends a header, at most limit bytes; what is beyond, and
// the end of a line of more than half of it, is skipped. end is the line that ended the block: the blank one, a boundary
// line, or nothing at the end of the mail.
func (s *partSplitter) headerBlock(limit int) (block, end []byte, cut bool) {
	s.held = nil
	lineLen := 0
	for !s.ended() {
		start := !s.inLine
		line := s.nextLine()
		if start {
			lineLen = 0
			if s.atBoundary(line) || len(line) > 0 && len(bytes.TrimRight(line, "\r\n")) == 0 {
				return block, bytes.Clone(line), cut
			}
		}
		lineLen += len(line)
		if lineLen > limit/2 || len(block)+len(line) > limit {
			if !cut || !bytes.HasSuffix(block, lf) {
				block = append(block, '\n') // The next field begins on a line of its own.
			}
			cut = true
			continue
		}
		block = append(block, line...)
	}
	return block, nil, cut
}

// pushBack gives lines back that turned out to be no header.
func (s *partSplitter) pushBack(lines []byte) {
	s.resume()
	s.eof, s.inLine, s.held = false, false, nil
	s.br = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(lines), s.br), lineBuffer)
}
