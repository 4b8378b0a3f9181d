package templates

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

//go:embed nl fr en de
var ours embed.FS

// maxSource is the longest text of an organisation's own, in bytes: a letter, not a book.
const maxSource = 64 << 10

// Load reads our texts and lays those in dir over them: dir/nl/acknowledgement.md replaces ours, dir/nl/attitude.toml adds to ours or
// takes phrases away. dir "" is only ours.
// dir/nl/own/NAME.md adds a text, see own.go; a broken one is only left out (OwnFaults). All findings come at once, each with file, line, fault and mend.
func Load(dir string) (*Set, error) {
	w, err := readWords()
	if err != nil {
		return nil, err
	}
	a, err := readAttitudes()
	if err != nil {
		return nil, err
	}
	f, err := readForms()
	if err != nil {
		return nil, err
	}
	s := &Set{words: w, reader: newReader(w), opinions: newOpinions(w), forms: f, attitudes: maps.Clone(a), letters: map[string]map[string]*letter{}}
	for _, lang := range Languages {
		s.letters[lang] = map[string]*letter{}
		for kind := range kinds {
			file := lang + "/" + kind + ".md"
			source, err := ours.ReadFile(file)
			if err != nil {
				return nil, fmt.Errorf("load text: %w", err)
			}
			if s.letters[lang][kind], err = newLetter(file, string(source), s.words[lang]); err != nil {
				return nil, err
			}
		}
	}
	if dir == "" {
		return s, nil
	}
	if err := s.overlay(dir); err != nil {
		return s, err
	}
	s.addOwn(dir)
	return s, nil
}

// overlay replaces our texts by those found in dir.
func (s *Set) overlay(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("templates.dir: %w; leave it empty to use our texts", err)
	}
	var found []error
	for _, e := range entries {
		switch {
		case !e.IsDir():
		case s.words[e.Name()] != nil:
			found = append(found, s.overlayLang(dir, e.Name()))
		case !strings.HasPrefix(e.Name(), "."):
			found = append(found, fmt.Errorf("%s: no language %q; known are %s", filepath.Join(dir, e.Name()), e.Name(), strings.Join(Languages, ", ")))
		}
	}
	return errors.Join(found...)
}

func (s *Set) overlayLang(dir, lang string) error {
	files, err := fs.Glob(os.DirFS(dir), path.Join(lang, "*.md"))
	if err != nil {
		return fmt.Errorf("list %s: %w", filepath.Join(dir, lang), err)
	}
	var found []error
	for _, name := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		kind := strings.TrimSuffix(path.Base(name), ".md")
		if _, ok := kinds[kind]; !ok {
			found = append(found, fmt.Errorf("%s: no mail is called %q; known are %s; a text of your own goes in %s",
				file, kind, strings.Join(Kinds(), ", "), filepath.Join(dir, lang, "own")))
			continue
		}
		l, err := s.readOwn(file, kind, lang)
		if err != nil {
			found = append(found, err)
			continue
		}
		s.letters[lang][kind] = l
	}
	a, err := s.attitudes[lang].overlay(filepath.Join(dir, lang, "attitude.toml"))
	if err != nil {
		return errors.Join(append(found, err)...)
	}
	s.attitudes[lang] = a
	return errors.Join(found...)
}

// readOwn reads a text of the organisation and tries it on made-up complaints, so that a wrong field is found now and not
// when a complainant waits.
func (s *Set) readOwn(file, kind, lang string) (*letter, error) {
	source, err := readSource(file)
	if err != nil {
		return nil, err
	}
	l, err := newLetter(file, source, s.words[lang])
	if err != nil {
		return nil, err
	}
	l.own = true
	for _, d := range samples() {
		d.Staff, d.w = kinds[kind], s.words[lang]
		got, err := l.render((*page)(&d))
		if err != nil {
			return nil, l.explain(err)
		}
		if d.Number != "" && subjectHasNumber[kind] && !strings.Contains(got.Subject, "["+d.Number+"]") {
			return nil, fmt.Errorf("%s:1: the subject must hold the number; for example \"Subject: … [{{.Number}}]\"", file)
		}
	}
	return l, nil
}

func readSource(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", fmt.Errorf("read text: %w", err)
	}
	if info.Size() > maxSource {
		return "", fmt.Errorf("%s: %d bytes is too long for a letter; at most %d", file, info.Size(), maxSource)
	}
	source, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read text: %w", err)
	}
	return string(source), nil
}

// tidySource is a text without what editors put in a file.
func tidySource(source string) string {
	return strings.ReplaceAll(strings.TrimPrefix(source, "\ufeff"), "\r\n", "\n")
}

// subjectHasNumber are the kinds that are always about one complaint (CONTRACT section 4).
var subjectHasNumber = map[string]bool{
	"acknowledgement": true, "addition_received": true, "not_a_complaint": true, "registration": true, "addition": true, "bounced": true,
}

// newLetter cuts subject from body and prepares both.
func newLetter(file, source string, w *words) (*letter, error) {
	source = tidySource(source)
	l := &letter{file: file, source: source}
	first, body, _ := strings.Cut(source, "\n")
	subject, ok := strings.CutPrefix(first, "Subject: ")
	if !ok || strings.TrimSpace(subject) == "" {
		return nil, fmt.Errorf("%s:1: the first line must be the subject; for example \"Subject: Dank u voor uw bericht [{{.Number}}]\"", file)
	}
	if strings.TrimSpace(body) == "" {
		return nil, fmt.Errorf("%s:2: there is no letter under the subject; write it, or remove the file", file)
	}
	var err error
	if l.subject, err = compile(file, subject, w); err != nil {
		return nil, l.explain(err)
	}
	// The line break keeps the line numbers of errors those of the file.
	if l.body, err = compile(file, "\n"+body, w); err != nil {
		return nil, l.explain(err)
	}
	return l, nil
}

func compile(file, source string, w *words) (*template.Template, error) {
	t, err := template.New(path.Base(filepath.ToSlash(file))).Funcs(funcs(w)).Parse(source)
	if err != nil {
		return nil, err
	}
	for _, part := range t.Templates() {
		escape(part.Root)
	}
	return t, nil
}

// escape sends the result of every {{…}} through literal, as html/template does with its own escapers, so that no text can
// forget it.
func escape(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				escape(child)
			}
		}
	case *parse.IfNode:
		escape(n.List)
		escape(n.ElseList)
	case *parse.RangeNode:
		escape(n.List)
		escape(n.ElseList)
	case *parse.WithNode:
		escape(n.List)
		escape(n.ElseList)
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			name := parse.NewIdentifier("_literal").SetPos(n.Pos)
			n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Args: []parse.Node{name}, Pos: n.Pos})
		}
	}
}

var (
	templateError = regexp.MustCompile(`^(?s).*?template: [^:]*:(\d+)(?::\d+)?: (.*)$`)
	unknownField  = regexp.MustCompile(`can't evaluate field (\w+) in type (\S+)`)
)

// explain turns an error of text/template into file, line, fault and mend.
func (l *letter) explain(err error) error {
	m := templateError.FindStringSubmatch(err.Error())
	if m == nil {
		return fmt.Errorf("%s:1: %w; mend the text, or remove the file", l.file, err)
	}
	line, fault := m[1], m[2]
	if f := unknownField.FindStringSubmatch(fault); f != nil {
		return fmt.Errorf("%s:%s: there is no field %q here; fields of a letter are %s", l.file, line, f[1], strings.Join(fields(), ", "))
	}
	if strings.Contains(fault, "function ") && strings.Contains(fault, " not defined") {
		names := slices.Sorted(maps.Keys(funcs(nil)))
		names = slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, "_") })
		return fmt.Errorf("%s:%s: %s; functions are %s", l.file, line, fault, strings.Join(names, ", "))
	}
	return fmt.Errorf("%s:%s: %s; mend what stands between {{ and }}, or remove the file", l.file, line, fault)
}

// fields are the names a text may use after a dot.
func fields() []string {
	var names []string
	t := reflect.TypeFor[*page]()
	for i := range t.NumMethod() {
		names = append(names, t.Method(i).Name)
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Data]()) {
		if f.IsExported() {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return names
}
