package mailin

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"dankuwel/procedure"
)

// Form is what a person filled in on a web form that mailed it.
type Form struct {
	Name  string // "" when not given.
	Email string // Where the person is answered; "" when not given or no address.
	Text  string // The whole text of the mail when the field is not there.
}

// ReadForm finds the fields of a web form in its mail. A field is the label of a line ("Naam: Jo"; "Naam" and the value on
// the next line; a row of a table), whatever its case and accents, or "header:NAME". The text goes on to the label of
// another field, or to the end. false: none of the fields is there.
func ReadForm(m *Message, f procedure.FormSender) (Form, bool) {
	labels := []string{formLabel(f.NameField), formLabel(f.EmailField), formLabel(f.TextField)}
	form := readFormLines(m.Text, labels)
	if inHTML := readFormLines(textOfCells(m.HTML), labels); inHTML.count() > form.count() { // It knows where a cell of a table ends.
		form = inHTML
	}
	name, named := form.value(0)
	if v, ok := formHeaderValue(m, f.NameField); ok {
		name, named = v, true
		if list, _ := parseAddressList(v); len(list) > 0 {
			name = list[0].Name
		}
	}
	email, mailed := form.value(1)
	if v, ok := formHeaderValue(m, f.EmailField); ok {
		email, mailed = v, true
		if list, _ := parseAddressList(v); len(list) > 0 {
			email = list[0].Email
		}
	}
	text, texted := form.text()
	if v, ok := formHeaderValue(m, f.TextField); ok {
		text, texted = oneLine(decodeWords(v)), true
	}
	if !texted {
		text = m.Text
	}
	return Form{Name: oneLine(decodeWords(atMost(name, maxFormValue))), Email: formAddress(email), Text: text}, named || mailed || texted
}

const maxFormValue = 1000 // Bytes of a value on one line.

// cellEnd stands in the text where a cell of a table ended, so that label and value can be told apart.
const cellEnd = "\x1f"

var cellEnds = strings.NewReplacer("</td", cellEnd+"</td", "</TD", cellEnd+"</TD", "</th", cellEnd+"</th", "</TH", cellEnd+"</TH")

func textOfCells(html string) string {
	if html == "" {
		return ""
	}
	return textOfHTML(cellEnds.Replace(strings.ReplaceAll(html, cellEnd, "")))
}

// formLabel is the label in the text of a configured field, folded; "" when it is a header field or not configured.
func formLabel(field string) string {
	if _, isHeader := formHeader(field); isHeader {
		return ""
	}
	return strings.TrimRight(foldLabel(strings.TrimSpace(field)), ":* ")
}

// formHeader is NAME of "header:NAME".
func formHeader(field string) (name string, ok bool) {
	prefix, name, ok := strings.Cut(field, ":")
	return strings.TrimSpace(name), ok && strings.EqualFold(strings.TrimSpace(prefix), "header")
}

func formHeaderValue(m *Message, field string) (string, bool) {
	name, ok := formHeader(field)
	if !ok || m.Get(name) == "" {
		return "", false
	}
	return m.Get(name), true
}

// formLines are the lines of a form's mail and where its labels stand.
type formLines struct {
	lines  []string
	labels []string // Folded: name, e-mail, text.
	at     [3]int   // Line of each label; -1: nowhere.
}

// count is how many of the labels are there.
func (r *formLines) count() (n int) {
	for _, at := range r.at {
		if at >= 0 {
			n++
		}
	}
	return n
}

// readFormLines finds the labels: that of the text first; of the others the first above it, otherwise the last below it,
// so that what a person writes in the text is not taken for a field.
func readFormLines(text string, labels []string) *formLines {
	r := &formLines{lines: strings.Split(text, "\n"), labels: labels, at: [3]int{-1, -1, -1}}
	kinds := make([]int, len(r.lines))
	for i, line := range r.lines {
		if kinds[i] = r.labelOf(line); kinds[i] == 2 && r.at[2] < 0 {
			r.at[2] = i
		}
	}
	for i, kind := range kinds {
		if kind != 0 && kind != 1 {
			continue
		}
		if before := r.at[kind]; before < 0 || r.at[2] >= 0 && before > r.at[2] {
			r.at[kind] = i
		}
	}
	return r
}

// labelOf tells whose label a line begins with; -1: nobody's.
func (r *formLines) labelOf(line string) int {
	best, length := -1, 0
	for kind, l := range r.labels {
		if _, ok := afterLabel(line, l); ok && len(l) > length { // "Naam" and "Naam bewoner".
			best, length = kind, len(l)
		}
	}
	return best
}

// value is what stands behind the label of a field of one line, or on the line below it.
func (r *formLines) value(kind int) (string, bool) {
	at := r.at[kind]
	if at < 0 {
		return "", false
	}
	if v, _ := afterLabel(r.lines[at], r.labels[kind]); v != "" {
		return v, true
	}
	for _, line := range r.lines[at+1 : min(at+3, len(r.lines))] {
		if v := trimMarks(line); v != "" {
			if head, _, other := strings.Cut(v, ":"); r.labelOf(line) >= 0 || other && len(head) < 30 && !strings.ContainsAny(head, "@<[") { // The label of a field that is not ours.
				break
			}
			return v, true
		}
	}
	return "", true
}

// text is what stands behind and below the label of the text.
func (r *formLines) text() (string, bool) {
	at, end := r.at[2], len(r.lines)
	if at < 0 {
		return "", false
	}
	for _, other := range r.at[:2] {
		if other > at {
			end = min(end, other)
		}
	}
	first, _ := afterLabel(r.lines[at], r.labels[2])
	text := first + "\n" + strings.Join(r.lines[at+1:end], "\n")
	return strings.TrimSpace(strings.ReplaceAll(text, cellEnd, "")), true
}

// afterLabel is what stands behind a label, if the line begins with it and something parts the two: a colon, an end of
// cell, the end of the line. Marks of bold, lists and quotation may stand before it, the star of a required field behind it.
func afterLabel(line, label string) (string, bool) {
	if label == "" {
		return "", false
	}
	line = strings.TrimLeft(line, " \t\u00a0*_>|•-#"+cellEnd)
	rest, ok := cutFolded(line, label)
	if !ok {
		return "", false
	}
	bare := strings.TrimLeft(rest, " \u00a0*_")
	for _, sep := range []string{":", "\t", cellEnd, "|", "="} {
		if value, ok := strings.CutPrefix(bare, sep); ok {
			return trimMarks(strings.TrimLeft(value, ": \t|"+cellEnd)), true
		}
	}
	return "", bare == ""
}

// trimMarks leaves out what stands around a value: spaces, marks of bold, ends of cells.
func trimMarks(s string) string {
	return strings.Trim(s, " \t\u00a0*|"+cellEnd)
}

// cutFolded cuts a folded label off the beginning of a line.
func cutFolded(line, label string) (rest string, ok bool) {
	for i, c := range line {
		if label == "" {
			return line[i:], true
		}
		folded := string(unicode.ToLower(c))
		if c >= utf8.RuneSelf {
			folded = foldLabel(folded)
		}
		if label, ok = strings.CutPrefix(label, folded); !ok {
			return "", false
		}
	}
	return "", label == ""
}

// foldLabel makes labels comparable: lower case, no accents, spaces alike.
func foldLabel(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
}

// formAddress is the first address in a value, "jo@x.test <mailto:jo@x.test>" among others; "" when it is none that mail
// can be sent to.
func formAddress(value string) string {
	list := addressesWithin(atMost(value, maxFormValue))
	if len(list) == 0 {
		return ""
	}
	email := list[0].Email
	local, domain, _ := strings.Cut(email, "@")
	if !strings.Contains(domain, ".") || strings.Contains(domain, "..") || strings.Contains(local, "..") || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") {
		return ""
	}
	return email
}
