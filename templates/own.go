package templates

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A text of the organisation's own, dir/LANG/own/NAME.md, is a letter of which staff fill in what stands between [[ and ]]
// (CONTRACT section 6, `sjabloon NAME`). It is kept among the letters as "own/NAME", its form among the forms as "template/NAME".
const (
	ownKind   = "own/"
	ownAction = "template/"
	ownField  = "own:" // before the label, in the key of a field
)

// What a label may be, so that it is found again whatever a mail client did to the form.
const (
	maxOwnLabel      = 60 // characters
	maxOwnLabelWords = 6
	maxOwnName       = 40
)

// OwnName is the name of the own text in the key of its form, "template/NAME"; "" for another action.
func OwnName(action string) string {
	name, _ := strings.CutPrefix(action, ownAction)
	if name == action {
		return ""
	}
	return name
}

// OwnKind is the kind by which an own text is rendered: "own/NAME".
func OwnKind(name string) string { return ownKind + name }

// IsOwnKind tells whether a letter is made from an own text.
func IsOwnKind(kind string) bool { return strings.HasPrefix(kind, ownKind) }

// Forms are the actions and the forms of the own texts.
func (s *Set) Forms() []Action { return slices.Concat(actions, s.forms.own) }

// Form is an action or the form of an own text.
func (s *Set) Form(key string) (Action, bool) {
	if i := slices.IndexFunc(s.forms.own, func(a Action) bool { return a.Key == key }); i >= 0 {
		return s.forms.own[i], true
	}
	return actionByKey(key)
}

// OwnNames are the names of all own texts that can be used, sorted.
func (s *Set) OwnNames() (names []string) {
	for _, a := range s.forms.own {
		names = append(names, OwnName(a.Key))
	}
	return names
}

// OwnForm finds the own text with whose name words begin, whatever the case and accents, with a wrong letter or two. Without one it is the
// action "template" itself.
func (s *Set) OwnForm(words string) (action, rest string) {
	names := map[string]string{}
	for _, a := range s.forms.own {
		names[spell(OwnName(a.Key))] = a.Key
	}
	words = strings.TrimLeft(words, " \t*_\"'“”„«»‘’")
	ends := wordEnds(words, maxVerbWords)
	for _, end := range slices.Backward(ends) {
		if key := names[spell(words[:end])]; key != "" {
			return key, verbRest(words[end:])
		}
	}
	for _, end := range ends {
		if key := nearest(spell(words[:end]), maps.All(names), verbReach); key != "" {
			return key, verbRest(words[end:])
		}
	}
	return "template", words
}

// OwnLanguage is the language in which an own text goes to a reader of lang: his own, or the organisation's, or the first there is.
func (s *Set) OwnLanguage(name, lang, organization string) string {
	for _, l := range append([]string{s.lang(lang).lang, s.lang(organization).lang}, Languages...) {
		if s.letters[l][ownKind+name] != nil {
			return l
		}
	}
	return ""
}

// OwnFaults are the faults of own texts, each with file, line and mend; those texts cannot be used, the others can. nil: there are none.
func (s *Set) OwnFaults() error { return errors.Join(s.ownFaults...) }

// Field is what was filled in between [[ and ]]; a lone "-" is nothing.
func (p *page) Field(label string) (string, error) {
	value, ok := p.Own[ownField+label]
	if !ok {
		return "", fmt.Errorf("there is no [[%s]] in this text", label)
	}
	if value = strings.TrimSpace(value); value == "-" {
		value = ""
	}
	return value, nil
}

// Opening is the greeting as a paragraph, for a text that has none.
func (p *page) Opening() markup { return literal(p.Greeting()) + "\n\n" }

// ownReader reads the own texts of all languages.
type ownReader struct {
	set   *Set
	names map[string]string // spelt name -> name
	forms map[string]Action // by name
	files map[string]string // name -> the file whose fields are the form's
}

// ownMark is a [[label]] in a source.
type ownMark struct {
	label string
	prose bool // alone on its line: may have paragraphs
	line  int
}

// addOwn reads dir/LANG/own/*.md. A broken one is noted, and left out.
func (s *Set) addOwn(dir string) {
	r := &ownReader{set: s, names: map[string]string{}, forms: map[string]Action{}, files: map[string]string{}}
	proseFields := map[string]bool{}
	for _, lang := range Languages {
		files, err := fs.Glob(os.DirFS(dir), path.Join(lang, "own", "*.md"))
		if err != nil {
			s.ownFaults = append(s.ownFaults, fmt.Errorf("list %s: %w", filepath.Join(dir, lang, "own"), err))
		}
		for _, name := range files {
			marks, err := r.read(filepath.Join(dir, filepath.FromSlash(name)), lang)
			if err != nil {
				s.ownFaults = append(s.ownFaults, err)
			}
			for _, m := range marks {
				proseFields[ownField+m.label] = proseFields[ownField+m.label] || m.prose
			}
		}
	}
	s.forms = s.forms.withOwn(r.forms, proseFields)
}

// withOwn is the book with the forms of own texts. The book itself is the whole program's.
func (b *formBook) withOwn(forms map[string]Action, proseFields map[string]bool) *formBook {
	own := *b
	own.fields, own.labels, own.prose = maps.Clone(b.fields), maps.Clone(b.labels), proseFields
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		own.own = append(own.own, forms[name])
		for _, key := range forms[name].Fields {
			spelt := spell(strings.TrimPrefix(key, ownField))
			own.fields[spelt] = slices.Clone(own.fields[spelt])
			own.addLabel(key, spelt)
		}
	}
	return &own
}

// read takes one own text in. The first language in which a text is found says which fields it has.
func (r *ownReader) read(file, lang string) ([]ownMark, error) {
	name := strings.TrimSuffix(filepath.Base(file), ".md")
	if err := r.mayBeCalled(file, name); err != nil {
		return nil, err
	}
	if known, ok := r.names[spell(name)]; ok {
		if name != known && r.set.letters[lang][ownKind+known] != nil {
			return nil, fmt.Errorf("%s: the names %q and %q are read as the same; rename one", file, known, name)
		}
		name = known
	}
	l, marks, err := r.set.readOwnText(file, lang)
	if err != nil {
		return nil, err
	}
	var fields []string
	for _, m := range marks {
		if !slices.Contains(fields, ownField+m.label) {
			fields = append(fields, ownField+m.label)
		}
	}
	if form, known := r.forms[name]; !known {
		r.names[spell(name)], r.files[name] = name, file
		r.forms[name] = Action{Key: ownAction + name, Code: "sja", Fields: fields}
	} else if err := sameFields(file, r.files[name], marks, form.Fields); err != nil {
		return nil, err
	}
	r.set.letters[lang][ownKind+name] = l
	return marks, nil
}

func (r *ownReader) mayBeCalled(file, name string) error {
	spelt := spell(name)
	switch {
	case spelt == "" || utf8.RuneCountInString(name) > maxOwnName || strings.ContainsFunc(name, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("-_ ", c)
	}):
		return fmt.Errorf("%s: %q is no name for a text; use letters, digits and hyphens, at most %d, for example bezoek.md", file, name, maxOwnName)
	case r.set.forms.send[spelt] || r.set.forms.verbs[spelt] == "send":
		return fmt.Errorf("%s: behind #sjabloon the word %q sends; give the text another name", file, name)
	}
	return nil
}

// sameFields: only colleagues see the names of fields, so every language has the same; else nobody could tell which is which.
func sameFields(file, first string, marks []ownMark, fields []string) error {
	for _, m := range marks {
		if !slices.Contains(fields, ownField+m.label) {
			return fmt.Errorf("%s:%d: [[%s]] is no field of %s; use the same fields in every language, only your colleagues see their names", file, m.line, m.label, first)
		}
	}
	for _, key := range fields {
		if !slices.ContainsFunc(marks, func(m ownMark) bool { return ownField+m.label == key }) {
			return fmt.Errorf("%s:1: [[%s]] of %s is missing; use the same fields in every language", file, strings.TrimPrefix(key, ownField), first)
		}
	}
	return nil
}

// readOwnText reads one own text and tries it on made-up complaints.
func (s *Set) readOwnText(file, lang string) (*letter, []ownMark, error) {
	source, err := readSource(file)
	if err != nil {
		return nil, nil, err
	}
	page, marks, err := s.ownPage(file, source)
	if err != nil {
		return nil, nil, err
	}
	l, err := newLetter(file, page, s.words[lang])
	if err != nil {
		return nil, nil, err
	}
	l.own, l.source = true, source
	for _, value := range []string{"x", "-"} {
		d := Data{Own: map[string]string{}}
		for _, m := range marks {
			d.Own[ownField+m.label] = value
		}
		if err := l.try(s.words[lang], d.Own); err != nil {
			return nil, nil, err
		}
	}
	return l, marks, nil
}

// try fills a letter in for every made-up complaint.
func (l *letter) try(w *words, own map[string]string) error {
	for _, d := range samples() {
		d.Own, d.w = own, w
		got, err := l.render((*page)(&d))
		if err != nil {
			return l.explain(err)
		}
		if d.Number != "" && !strings.Contains(got.Subject, "["+d.Number+"]") {
			return fmt.Errorf("%s:1: the subject must hold the number between square brackets; for example \"Subject: … [{{.Number}}]\"", l.file)
		}
	}
	return nil
}

// ownPage makes of an own text a text like ours: what stands between [[ and ]] is asked for, and the number in the subject, the greeting
// and the closing are added where the writer left them out. Line numbers stay those of the file.
func (s *Set) ownPage(file, source string) (string, []ownMark, error) {
	source = tidySource(source)
	lines := strings.Split(source, "\n")
	var marks []ownMark
	for i, line := range lines {
		var err error
		if lines[i], err = s.ownLine(line, i+1, &marks); err != nil {
			return "", nil, fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
	}
	if strings.HasPrefix(lines[0], "Subject: ") && !strings.Contains(lines[0], ".Number") {
		lines[0] += " [{{.Number}}]"
	}
	_, body, _ := strings.Cut(source, "\n")
	opens, closes := s.ownEdges(body)
	if strings.TrimSpace(body) != "" && !opens {
		lines[1] = "{{.Opening}}" + lines[1]
	}
	page := strings.Join(lines, "\n")
	if strings.TrimSpace(body) != "" && !closes {
		page += "\n\n{{.Closing}}\n"
	}
	return page, marks, nil
}

// maxFarewell is how many lines below a closing are who signs.
const maxFarewell = 8

// ownEdges tells whether a letter has a greeting and a closing of its own.
func (s *Set) ownEdges(body string) (opens, closes bool) {
	plain := anyField.ReplaceAllString(body, "X")
	var lines []string
	for line := range strings.SplitSeq(plain, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	opens = strings.Contains(body, ".Greeting") || len(lines) > 0 && s.IsGreetingOrClosing(lines[0])
	closes = strings.Contains(body, ".Closing") || len(lines) > 1 && slices.ContainsFunc(lines[max(1, len(lines)-maxFarewell):], s.IsGreetingOrClosing)
	return opens, closes
}

var (
	ownMarks = regexp.MustCompile(`\[\[([^\[\]]*)\]\]`)
	anyField = regexp.MustCompile(`\{\{[^}]*\}\}|\[\[[^\[\]]*\]\]`)
)

// ownLine replaces the marks of one line by what fills them in.
func (s *Set) ownLine(line string, number int, marks *[]ownMark) (string, error) {
	alone := ownMarks.FindString(line) == strings.TrimSpace(line)
	var fault error
	line = ownMarks.ReplaceAllStringFunc(line, func(found string) string {
		label := strings.Join(strings.Fields(found[2:len(found)-2]), " ")
		if err := s.mayBeLabel(label); err != nil && fault == nil {
			fault = err
		}
		for _, m := range *marks { // "datum bezoek" is "Datum bezoek"
			if spell(m.label) == spell(label) {
				label = m.label
			}
		}
		*marks = append(*marks, ownMark{label, alone, number})
		if alone {
			return fmt.Sprintf("{{.Paragraphs (.Field %q)}}", label)
		}
		return fmt.Sprintf("{{.Field %q}}", label)
	})
	if fault == nil && (strings.Contains(line, "[[") || strings.Contains(line, "]]")) {
		fault = errors.New(`a field stands between [[ and ]] on one line; for example [[Datum bezoek]]`)
	}
	return line, fault
}

func (s *Set) mayBeLabel(label string) error {
	odd := func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.Is(unicode.Mn, c) && !strings.ContainsRune(" -'’/&", c)
	}
	switch {
	case spell(label) == "":
		return errors.New("there is no name between [[ and ]]; for example [[Datum bezoek]]")
	case strings.ContainsFunc(label, odd):
		return fmt.Errorf("the name [[%s]] may have letters, digits, spaces and - ' / & only", label)
	case utf8.RuneCountInString(label) > maxOwnLabel || len(strings.Fields(label)) > maxOwnLabelWords:
		return fmt.Errorf("the name [[%s]] is too long; at most %d words and %d characters", label, maxOwnLabelWords, maxOwnLabel)
	case slices.ContainsFunc(s.forms.fields[spell(label)], func(key string) bool { return slices.Contains(everyForm, key) }):
		return fmt.Errorf("[[%s]] has a meaning of its own in every form; call it otherwise, for example [[%s bewoner]]", label, label)
	}
	return nil
}
