package mailin

import (
	"regexp"
	"slices"
	"strings"

	"dankuwel/templates"
)

// verbLine is what the first line says.
type verbLine struct {
	action string
	send   bool
	rest   string
	before []staffLine // A greeting above it.
}

// verbOf reads the verb of the first line below a greeting, or else of the subject, and takes the line away from lines. What stands
// behind the verb is a line of the form when it has a label.
func (r *formReader) verbOf(lines *[]staffLine, subject string) verbLine {
	for i, line := range *lines {
		if line.text == "" || line.depth == 0 && i < maxGreeting && r.texts.IsGreetingOrClosing(line.text) {
			continue
		}
		v, ok := r.readVerb(line.text)
		if !ok || line.depth > 0 {
			break
		}
		v.before = (*lines)[:i]
		*lines = (*lines)[i+1:]
		if v.rest != "" {
			if _, ok := r.label(v.rest, v.action, false); ok {
				*lines = append([]staffLine{{text: v.rest}}, *lines...)
				v.rest = ""
			}
		}
		return v
	}
	bare := bareSubject(subject)
	v, _ := r.readVerb(bare)
	if v.action == "practice" && !strings.HasPrefix(bare, "#") && slices.ContainsFunc(*lines, func(l staffLine) bool { return l.depth == 0 && l.text != "" }) {
		return verbLine{} // "test" stands above many a mail that means what it says; its writer is asked
	}
	return v
}

const maxGreeting = 4 // Lines down to which a verb may follow a greeting.

var (
	subjectTag  = regexp.MustCompile(`\[[^\]]*\]`)
	ourNumber   = regexp.MustCompile(`(?i)^k?\s?-?\d{4}-\d+`)
	measureName = regexp.MustCompile(`(?i)^m\s?\d+\b`)
)

const maxPrefixes = 3 // "Re: Fwd: Re:"

// bareSubject is the subject of a mail without our number. That of an answer is ours ("Re: Dossier [K-2026-0001]") and says nothing, unless
// there is a "#".
func bareSubject(subject string) string {
	subject = formMarks.Replace(subject)
	own := subject
	for range maxPrefixes {
		own = strings.TrimSpace(forwardPrefix.ReplaceAllString(replyPrefix.ReplaceAllString(own, ""), ""))
	}
	if own != strings.TrimSpace(subject) && !strings.HasPrefix(own, "#") {
		return ""
	}
	return strings.TrimSpace(subjectTag.ReplaceAllString(own, ""))
}

// readVerb reads a line that begins with a verb. Without "#" it must be a command and cannot be the beginning of a sentence: the verb
// alone, or with what it asks for on one line ("wijs-toe Bram", "verleng 14 ziekte"): phones have no forms.
func (r *formReader) readVerb(line string) (v verbLine, ok bool) {
	line = strings.Trim(line, " \t*_\"'“”„«»‘’")
	a, rest, ok := r.texts.Action(line)
	hashed := strings.HasPrefix(line, "#") || strings.HasPrefix(line, "＃")
	if !ok || !hashed && r.texts.ExactField("", strings.TrimSuffix(line, ":")) != "" && strings.HasSuffix(line, ":") {
		return v, false
	}
	v.action = a.Key
	v.send, v.rest = r.cutSend(rest)
	if a.Key == "template" {
		r.ownForm(&v)
	}
	if hashed || r.isCommand(a, line, v.rest) {
		return v, true
	}
	return verbLine{}, false
}

// ownForm takes the name of a text of the organisation's own away that stands behind the verb, and the word "verstuur" behind that; a number
// may stand between them.
func (r *formReader) ownForm(v *verbLine) {
	number := ourNumber.FindString(v.rest)
	v.action, v.rest = r.texts.OwnForm(v.rest[len(number):])
	if v.action != "template" && !v.send {
		v.send, v.rest = r.cutSend(v.rest)
	}
	v.rest = strings.TrimSpace(number + " " + v.rest)
}

// cutSend takes the word "verstuur" away that stands first or last behind a verb.
func (r *formReader) cutSend(rest string) (bool, string) {
	if r.texts.IsSend(rest) {
		return true, ""
	}
	if head, tail, found := strings.Cut(rest, " "); found {
		if r.texts.IsSend(head) {
			return true, strings.TrimSpace(tail)
		}
		if last := strings.LastIndexByte(rest, ' '); strings.Count(rest, " ") < 3 && r.texts.IsSend(rest[last:]) {
			return true, strings.TrimSpace(rest[:last])
		}
	}
	return false, rest
}

func (r *formReader) isCommand(a templates.Action, line, rest string) bool {
	if strings.HasSuffix(line, "?") || a.Key == "reply" {
		return false
	}
	words := len(strings.Fields(rest))
	sentence := strings.ContainsAny(rest, ".!?,;:")
	switch {
	case rest == "":
		return true
	case a.Key == "send": // "ok, mag weg", "ok. Groet, Dirk"
		if head, tail, _ := strings.Cut(rest, "  "); isClientLine(strings.TrimSpace(tail)) { // a telephone's client that keeps no lines
			rest = head
		}
		if r.texts.IsGreetingOrClosing(rest) {
			return true
		}
		more, rest, ok := r.texts.Action(rest)
		return ok && more.Key == "send" && rest == ""
	case a.Key == "drop": // "nee, de toon klopt niet", but not "niet Bram was erbij"
		head := strings.TrimRight(strings.TrimSuffix(line, rest), " ")
		return head != "" && strings.ContainsAny(head[len(head)-1:], ".,;:!")
	case a.Key == "form": // "formulier registreer"
		_, rest, ok := r.texts.Action(rest)
		return ok && rest == ""
	case a.Key == "assign":
		return words <= 4 && !sentence
	case a.Key == "extend":
		return isDigit(rest[0])
	case a.Key == "dossier", a.Key == "duplicate", a.Key == "belongs", a.Key == "split":
		return ourNumber.MatchString(rest)
	case a.Key == "done", a.Key == "postpone", a.Key == "evaluate":
		return measureName.MatchString(rest)
	case a.Key == "search", a.Key == "template", a.Key == "absent":
		return words <= 6 && !sentence
	}
	return false
}
