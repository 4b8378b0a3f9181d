// Package templates is in charge of the words: every sentence that a complainant or a colleague reads, in Dutch, French,
// English and German, from one Markdown file per kind of mail. It loads the texts (ours, or those of the organisation in their
// place), fills them in, and makes the plain text and the HTML of one letter from the same source. It also knows the words by
// which people write (word lists per language). When a letter is due and who gets it is decided in package procedure; how it
// becomes a mail, in package mailout.
//
// A text is a text/template whose result is Markdown. Whatever a value holds enters as text: see literal in markdown.go.
// Departures from Markdown, on purpose: no HTML, no images, no code, no headings by underlining; a list of nothing but mailto
// links is a row of buttons; what follows a rule (***) is the small print at the foot.
package templates

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"text/template"
)

// Set holds all texts of one organisation. It does not change after Load and may be used by many goroutines.
type Set struct {
	letters   map[string]map[string]*letter // language, kind
	words     map[string]*words             // language
	reader    *reader                       // what people write, all languages together
	opinions  opinions                      // how content people say they are, all languages together
	attitudes map[string]*attitude          // language; how a letter sounds
	forms     *formBook                     // verbs, labels and values of the forms of staff, all languages together
	ownFaults []error                       // of texts of the organisation's own that cannot be used
}

// Letter is one rendered mail. Text ends with a line break and is wrapped at 76 columns; HTML is a whole document.
type Letter struct{ Subject, Text, HTML string }

// Name tells which texts there are. Own: the organisation replaced ours, or added it: "own/NAME".
type Name struct {
	Lang, Kind string
	Own        bool
}

// Languages in which every text exists, the one to fall back to first.
var Languages = []string{"nl", "fr", "en", "de"}

// kinds are the texts of this version, true when it goes to staff: a kind of mail each (CONTRACT section 4), "answer" one for each verdict.
// "reply" is a letter of which nobody has said yet what it is.
var kinds = map[string]bool{
	"acknowledgement":       false,
	"addition_received":     false,
	"status_update":         false,
	"information_request":   false,
	"extension_notice":      false,
	"answer_founded":        false,
	"answer_partly_founded": false,
	"answer_unfounded":      false,
	"inadmissible":          false,
	"not_a_complaint":       false,
	"withdrawn":             false,
	"duplicate":             false,
	"satisfaction_request":  false,
	"satisfaction_thanks":   false,
	"reopened":              false,
	"reply":                 false,
	"welcome":               true,
	"registration":          true,
	"addition":              true,
	"preview":               true,
	"receipt":               true,
	"confirmation":          true,
	"consultation":          true,
	"letter":                true,
	"dossier":               true,
	"bounced":               true,
	"task":                  true,
	"reminder":              true,
	"escalation":            true,
	"measure_due":           true,
	"evaluation_due":        true,
	"recurrence":            true,
	"handler_digest":        true,
	"weekly_digest":         true,
	"monthly_digest":        true,
	"lessons":               true,
	"review_list":           true,
	"operator_alert":        true,
	"annual_report_draft":   true,
	"annual_report":         true,
}

// textOf is the text of a kind of mail.
func textOf(kind string, d *Data) string {
	switch kind {
	case "answer":
		return "answer_" + d.Verdict
	case "":
		return "reply"
	}
	return kind
}

// Render writes one letter. An unknown language is Dutch; an unknown kind, or an answer without a verdict, is an error.
func (s *Set) Render(kind, lang string, d Data) (Letter, error) {
	w := s.lang(lang)
	kind = textOf(kind, &d)
	l := s.letters[w.lang][kind]
	if l == nil {
		return Letter{}, fmt.Errorf("render letter: no kind %q; known are %s", kind, strings.Join(Kinds(), ", "))
	}
	d.Staff, d.w = kinds[kind], w
	return l.render((*page)(&d))
}

// Kinds lists the kinds of mail in this version, sorted.
func Kinds() []string {
	names := make([]string, 0, len(kinds))
	for k := range kinds {
		names = append(names, k)
	}
	slices.Sort(names)
	return names
}

// Names lists every text, by language and kind.
func (s *Set) Names() []Name {
	var names []Name
	for lang, byKind := range s.letters {
		for kind, l := range byKind {
			names = append(names, Name{Lang: lang, Kind: kind, Own: l.own})
		}
	}
	slices.SortFunc(names, func(a, b Name) int {
		return strings.Compare(a.Lang+"/"+a.Kind, b.Lang+"/"+b.Kind)
	})
	return names
}

// Source is the text as it lies in its file.
func (s *Set) Source(kind, lang string) (string, error) {
	l := s.letters[s.lang(lang).lang][kind]
	if l == nil {
		return "", fmt.Errorf("show text: no kind %q; known are %s", kind, strings.Join(Kinds(), ", "))
	}
	return l.source, nil
}

// lang finds the words of a language ("nl", "nl-BE", "NL"), Dutch when there are none.
func (s *Set) lang(lang string) *words {
	if w := s.words[lang]; w != nil {
		return w
	}
	short, _, _ := strings.Cut(strings.ToLower(lang), "-")
	if w := s.words[short]; w != nil {
		return w
	}
	return s.words[Languages[0]]
}

// letter is one text, ready to be filled in.
type letter struct {
	file, source  string
	own           bool
	subject, body *template.Template
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (l *letter) render(p *page) (Letter, error) {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)

	buf.Reset()
	if err := l.subject.Execute(buf, p); err != nil {
		return Letter{}, fmt.Errorf("fill in subject of %s: %w", l.file, err)
	}
	subject := oneLine(plain(buf.String()))
	if subject == "" {
		return Letter{}, fmt.Errorf("fill in %s: %w", l.file, errNoSubject)
	}

	buf.Reset()
	if p.Staff {
		// The marker stands first whatever the text says: the reader of replies cuts there (CONTRACT section 4).
		buf.WriteString(string(literal(p.w.labels["marker"])))
	}
	if err := l.body.Execute(buf, p); err != nil {
		return Letter{}, fmt.Errorf("fill in %s: %w", l.file, err)
	}
	if p.draft {
		body := buf.Bytes()
		return Letter{Subject: subject, Text: renderText(parseMarkdown(body), body, p.quotes, 0)}, nil
	}
	return p.letter(subject, buf.Bytes()), nil
}

// letter makes text and HTML of a page of Markdown, marks what belongs to a practice run, and asks a shared desk who writes.
func (p *page) letter(subject string, body []byte) Letter {
	if p.Practice {
		subject = p.w.label("practice.subject", subject)
		body = append(body, rule+string(literal(p.w.labels["practice.foot"]))...)
	}
	if p.Staff && p.AskName {
		body = append(body, rule+string(literal(p.w.labels["ask_name"]))...)
	}
	doc := parseMarkdown(body)
	return Letter{Subject: subject, Text: renderText(doc, body, p.quotes, textColumns), HTML: renderHTML(doc, body, p, subject)}
}

var errNoSubject = errors.New("the subject is empty")
