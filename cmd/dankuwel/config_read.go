package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// configReader turns the tree of the file into a Config and collects what is wrong on the way. A faulty value leaves
// its default, so that one fault does not hide the next.
type configReader struct {
	file, dir  string
	env        func(string) string
	lines      map[string]int
	hidden     []string // passwords, which no finding may quote
	findings   []Finding
	notInForce []Finding

	// The tables behind Config's lists, same indexes, for findings that come after reading.
	mailboxes, formSenders, scanners, staff, departments []section
}

// section is one table of the file.
type section struct {
	r         *configReader
	values    map[string]any
	key, path string // without and with indexes
	present   bool
}

func (r *configReader) root(tree map[string]any) section {
	return section{r: r, values: tree, present: true}
}

// table gives the table [name] below s; an absent one reads as empty.
func (s section) table(name string) section {
	if all := s.tables(name); len(all) > 0 {
		return all[0]
	}
	return section{r: s.r, key: joinKey(s.key, name), path: joinKey(s.path, name)}
}

// tables gives every [[name]] below s. Tables of the wrong kind were found by walk and are read all the same.
func (s section) tables(name string) []section {
	key, path := joinKey(s.key, name), joinKey(s.path, name)
	all, _ := tablesOf(s.values[name])
	_, single := s.values[name].(map[string]any)
	out := make([]section, len(all))
	for i, values := range all {
		at := path
		if !single {
			at += index(i)
		}
		out[i] = section{r: s.r, values: values, key: key, path: at, present: true}
	}
	return out
}

// tablesOf gives the tables that a value consists of; false when it is something else.
func tablesOf(value any) ([]map[string]any, bool) {
	switch v := value.(type) {
	case map[string]any:
		return []map[string]any{v}, true
	case []map[string]any:
		return v, true
	case []any:
		var all []map[string]any
		for _, item := range v {
			table, ok := item.(map[string]any)
			if !ok {
				return nil, false
			}
			all = append(all, table)
		}
		return all, len(all) > 0
	}
	return nil, false
}

// typeName says what a value is, for people.
func typeName(value any) string {
	switch value.(type) {
	case string:
		return "a text"
	case int64:
		return "a whole number"
	case float64:
		return "a number with a fraction"
	case bool:
		return "true or false"
	case time.Time:
		return "a date or time"
	case map[string]any:
		return "a table"
	}
	return "a list"
}

var indexPattern = regexp.MustCompile(`\[\d+\]`)

// fault adds a finding about a key of this table; at may carry an index: "aliases[0]".
func (s section) fault(at, problem string) {
	example := ""
	k := findKey(joinKey(s.key, indexPattern.ReplaceAllString(at, "")))
	if k != nil && !strings.HasSuffix(problem, "?") { // "did you mean …?" is example enough
		example = k.example
	}
	s.faultWith(at, problem, example)
}

// faultWith is fault with an example of its own; "" where the usual one would not mend it.
func (s section) faultWith(at, problem, example string) {
	key := joinKey(s.key, indexPattern.ReplaceAllString(at, ""))
	s.r.add(s.r.lineOf(joinKey(s.path, at)), key, problem, example)
}

func (r *configReader) add(line int, key, problem, example string) {
	r.findings = append(r.findings, Finding{File: r.file, Line: line, Key: key, Problem: problem, Example: example})
}

// lineOf gives the line of a path, or of the nearest table above it; 0 when there is none.
func (r *configReader) lineOf(path string) int {
	for path != "" {
		if line, ok := r.lines[path]; ok {
			return line
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0
}

// has says that the file sets the key, rightly or wrongly.
func (s section) has(name string) bool {
	_, ok := s.values[name]
	return ok
}

// raw gives a value of the file. A key that is not in configKeys is a mistake in this program.
func (s section) raw(name string) (any, bool) {
	if findKey(joinKey(s.key, name)) == nil {
		panic("config: " + joinKey(s.key, name) + " is read, but is not in configKeys")
	}
	v, ok := s.values[name]
	return v, ok
}

// required adds a finding for each key that the file does not set.
func (s section) required(names ...string) {
	for _, name := range names {
		if !s.has(name) {
			s.fault(name, "is missing"+s.where())
		}
	}
}

// number counts the tables of a list from 1; 0 for a table that is in none.
func (s section) number() int {
	_, rest, _ := strings.Cut(s.path, "[")
	n, err := strconv.Atoi(rest[:max(strings.IndexByte(rest, ']'), 0)])
	if err != nil {
		return 0
	}
	return n + 1
}

// where names the table for a finding that has no line of its own.
func (s section) where() string {
	list, _, _ := strings.Cut(s.key, ".")
	switch {
	case s.number() == 0:
		return " in " + tableTitle(s.key)
	case list == s.key:
		return fmt.Sprintf(" in [[%s]] number %d", list, s.number())
	}
	return fmt.Sprintf(" in [%s] of [[%s]] number %d", s.key, list, s.number())
}

// set reads a text into *dst.
func set[T any](s section, name string, dst *T, parse func(string) (T, error)) {
	raw, ok := s.raw(name)
	if !ok {
		return
	}
	text, ok := raw.(string)
	if !ok {
		s.fault(name, "is "+typeName(raw)+", but a text between quotation marks is wanted")
		return
	}
	setText(s, name, text, dst, parse)
}

func setText[T any](s section, at, text string, dst *T, parse func(string) (T, error)) {
	v, err := parse(text)
	switch {
	case err == nil:
		*dst = v
	case strings.TrimSpace(text) == "":
		s.fault(at, "is empty")
	default:
		s.fault(at, s.r.show(text)+" "+err.Error())
	}
}

// setList reads a list of texts into *dst; a TOML date counts as its text.
func setList[T any](s section, name string, dst *[]T, parse func(string) (T, error)) {
	raw, ok := s.raw(name)
	if !ok {
		return
	}
	items, ok := raw.([]any)
	if !ok {
		s.fault(name, "is "+typeName(raw)+", but a list between [ ] is wanted")
		return
	}
	*dst = nil
	for i, item := range items {
		if day, ok := item.(time.Time); ok {
			item = day.Format(time.DateOnly)
		}
		text, ok := item.(string)
		if !ok {
			s.fault(name+index(i), "has an item that is "+typeName(item)+", but texts between quotation marks are wanted")
			continue
		}
		var v T
		before := len(s.r.findings)
		if setText(s, name+index(i), text, &v, parse); len(s.r.findings) == before {
			*dst = append(*dst, v)
		}
	}
}

// setBool reads true or false into *dst.
func setBool(s section, name string, dst *bool) {
	raw, ok := s.raw(name)
	if !ok {
		return
	}
	v, ok := raw.(bool)
	if !ok {
		s.fault(name, "is "+typeName(raw)+", but true or false without quotation marks is wanted")
		return
	}
	*dst = v
}

// setInt reads a whole number into *dst.
func setInt(s section, name string, dst *int, least, most int64) {
	raw, ok := s.raw(name)
	if !ok {
		return
	}
	v, ok := raw.(int64)
	switch {
	case !ok:
		s.fault(name, "is "+typeName(raw)+", but a whole number without quotation marks is wanted")
	case v < least || v > most:
		s.fault(name, fmt.Sprintf("%d does not lie between %d and %d", v, least, most))
	default:
		*dst = int(v)
	}
}

// besideConfig reads a path as one from the folder of the file.
func (r *configReader) besideConfig(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(r.dir, path)
}

// secretLine finds what stands behind a key that may hold a password, in whatever text.
var secretLine = regexp.MustCompile(`(?i)(?:pass[a-z]*|secret|dsn)["']?[ \t]*=[ \t]*(?:"([^"\n]*)|'([^'\n]*)|([^\s"']+))`)

// hideSecrets collects the passwords of the file, so that show does not quote them where they slipped into another value.
func (r *configReader) hideSecrets(src string, tree map[string]any) {
	for _, m := range secretLine.FindAllStringSubmatch(src, -1) {
		r.hidden = append(r.hidden, m[1], m[2], m[3])
	}
	r.hideBelow(tree)
}

func (r *configReader) hideBelow(node map[string]any) {
	for name, value := range node {
		if text, ok := value.(string); ok && (strings.HasPrefix(strings.ToLower(name), "pass") || name == "dsn") {
			r.hidden = append(r.hidden, text)
		}
		tables, _ := tablesOf(value)
		for _, table := range tables {
			r.hideBelow(table)
		}
	}
}

// secretIn says that a text holds a password. A short one counts only when it is the whole text, or no word could be shown.
func (r *configReader) secretIn(text string) bool {
	for _, h := range r.hidden {
		if h != "" && (h == text || len(h) > 3 && strings.Contains(text, h)) {
			return true
		}
	}
	return false
}

// show quotes a value of the file for a finding.
func (r *configReader) show(text string) string {
	switch {
	case strings.ContainsAny(text, "\r\n"):
		return "the text of several lines"
	case r.secretIn(text):
		return "the value"
	case len(text) > 80:
		return "the long text"
	}
	return strconv.Quote(text)
}

// readSecretFile gives the content of password_file without its line end.
func readSecretFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > 64<<10) {
		return "", fmt.Errorf("is no password file")
	}
	if err != nil {
		return "", fmt.Errorf("cannot be read: %s", osReason(err))
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("cannot be read: %s", osReason(err))
	}
	return strings.TrimRight(string(raw), "\r\n"), nil
}
