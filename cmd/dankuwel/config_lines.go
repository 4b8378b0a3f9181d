package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// scanLines finds the line of each key and table in a valid TOML text; the decoder keeps no positions. Paths are
// dotted with indexes: "staff[1].aliases[0]", "mailbox[0].imap". On text that is not valid it finds too little, no more.
func scanLines(src string) map[string]int {
	s := &lineScanner{src: src, line: 1, counts: map[string]int{}, lines: map[string]int{}}
	for s.blank(); s.pos < len(s.src); s.blank() {
		if s.src[s.pos] == '[' {
			s.header()
		} else {
			s.pair(s.table)
		}
	}
	return s.lines
}

type lineScanner struct {
	src       string
	pos, line int
	table     string         // path of the table that is open
	counts    map[string]int // [[name]] so far, by path
	lines     map[string]int
}

// next takes one byte.
func (s *lineScanner) next() {
	if s.pos < len(s.src) {
		if s.src[s.pos] == '\n' {
			s.line++
		}
		s.pos++
	}
}

// at says whether text comes next.
func (s *lineScanner) at(text string) bool { return strings.HasPrefix(s.src[s.pos:], text) }

// until takes bytes up to one of stop, which it leaves.
func (s *lineScanner) until(stop string) {
	for s.pos < len(s.src) && strings.IndexByte(stop, s.src[s.pos]) < 0 {
		s.next()
	}
}

// blank takes white space, line ends and comments.
func (s *lineScanner) blank() {
	for s.pos < len(s.src) {
		switch s.src[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.next()
		case '#':
			s.until("\n")
		default:
			return
		}
	}
}

// header takes [a.b] or [[a.b]] and opens that table.
func (s *lineScanner) header() {
	line, list := s.line, s.at("[[")
	s.next()
	if list {
		s.next()
	}
	names := s.key()
	s.until("]\n")
	for s.at("]") {
		s.next()
	}
	path := ""
	for i, name := range names {
		path = joinKey(path, name)
		if list && i == len(names)-1 {
			s.note(path, line)
			s.counts[path]++
		}
		if n := s.counts[path]; n > 0 {
			path += index(n - 1)
		}
		s.note(path, line)
	}
	s.table = path
}

// pair takes key = value.
func (s *lineScanner) pair(path string) {
	line := s.line
	for _, name := range s.key() {
		path = joinKey(path, name)
		s.note(path, line)
	}
	s.until("=\n")
	s.next()
	s.value(path)
}

// note keeps the first line of a path.
func (s *lineScanner) note(path string, line int) {
	if _, ok := s.lines[path]; !ok {
		s.lines[path] = line
	}
}

// key takes a dotted key, quoted or bare, and leaves what follows it.
func (s *lineScanner) key() []string {
	var names []string
	for s.pos < len(s.src) {
		s.until("\"'=.]\n#abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
		start := s.pos
		switch {
		case s.at(`"`) || s.at(`'`):
			s.text()
			names = append(names, unquoteKey(s.src[start:s.pos]))
		default:
			s.until(" \t\r\n.=]#\"'")
			if s.pos > start {
				names = append(names, s.src[start:s.pos])
			}
		}
		for s.at(" ") || s.at("\t") {
			s.next()
		}
		if !s.at(".") {
			return names
		}
		s.next()
	}
	return names
}

// unquoteKey reads a quoted key; one that cannot be read stays as it is.
func unquoteKey(quoted string) string {
	if plain, err := strconv.Unquote(quoted); err == nil && quoted[0] == '"' {
		return plain
	}
	return strings.Trim(quoted, `"'`)
}

// text takes a string of any of the four kinds.
func (s *lineScanner) text() {
	quote := s.src[s.pos : s.pos+1]
	escapes := quote == `"`
	if s.at(quote + quote + quote) {
		quote += quote + quote
	}
	for range quote {
		s.next()
	}
	for s.pos < len(s.src) && !s.at(quote) {
		if escapes && s.at(`\`) {
			s.next()
		}
		s.next()
	}
	for range quote {
		s.next()
	}
	for len(quote) == 3 && s.at(quote[:1]) { // """x"""" ends with a quotation mark of its own
		s.next()
	}
}

// value takes any value and notes what lies inside it.
func (s *lineScanner) value(path string) {
	for s.at(" ") || s.at("\t") {
		s.next()
	}
	switch {
	case s.at(`"`) || s.at(`'`):
		s.text()
	case s.at("["):
		s.next()
		for i := 0; s.inside("]"); i++ {
			s.note(path+index(i), s.line)
			s.value(path + index(i))
		}
	case s.at("{"):
		s.next()
		for s.inside("}") {
			s.pair(path)
		}
	default:
		s.until(",]}\n#")
		if s.at("]") || s.at("}") {
			return
		}
	}
}

// inside skips to the next item of a list or inline table; false: it has ended.
func (s *lineScanner) inside(end string) bool {
	for s.blank(); s.at(","); s.blank() {
		s.next()
	}
	if s.at("]") || s.at("}") {
		s.next()
		return false
	}
	return s.pos < len(s.src)
}

func joinKey(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func index(i int) string { return "[" + strconv.Itoa(i) + "]" }

// syntaxWords tell in our own words what the decoder says. Its own text quotes the file, and may quote a password.
var syntaxWords = []struct{ has, say string }{
	{"already", "a key or table stands here for the second time"},
	{"strings cannot contain newlines", "a text on this line lacks its closing quotation mark"},
	{"EOF", "the file ends before the value is complete: a quotation mark or bracket is missing"},
	{"escape", `a backslash between "…" must be doubled, or the text put between '…'`},
	{"hexadecimal digits", `a backslash between "…" must be doubled, or the text put between '…'`},
	{"UTF-8", "the file is not UTF-8: save it as UTF-8"},
	{"control character", "there is a control character in the file"},
	{"expected value", "a value is wanted behind the = sign: text between quotation marks, a number, true, false or a list"},
	{"expected '.' or '='", "a key must be followed by ="},
	{"table name", "a table is written [name] or [[name]]"},
	{"table array", "a table is written [name] or [[name]]"},
	{"comma", "a list or inline table lacks a comma or its closing bracket"},
	{"inline tables", "an inline table must stand on one line"},
	{"top-level item", "something follows the value that does not belong there: text stands between quotation marks, a comment begins with #"},
	{"nvalid", "this is no number or date; text stands between quotation marks"},
	{"digit", "this is no number; text stands between quotation marks"},
	{"out of range", "this number is too large"},
}

// syntaxFinding turns the decoder's error into a finding without any text of the file.
func syntaxFinding(file string, err error) Finding {
	f := Finding{File: file, Problem: "this is not valid TOML"}
	var pe toml.ParseError
	if !errors.As(err, &pe) {
		return f
	}
	f.Line = pe.Position.Line
	for _, w := range syntaxWords {
		if strings.Contains(pe.Message, w.has) {
			f.Problem = w.say
			break
		}
	}
	if pe.Position.Col > 0 && !strings.Contains(pe.Message, "EOF") {
		f.Problem += fmt.Sprintf(" (column %d)", pe.Position.Col)
	}
	return f
}
