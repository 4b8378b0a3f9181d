package mailin

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// NewText is what the writer of a reply added to text (Message.Text): without the history a mail client put below or
// above it, without the lines clients sign with. Everything from one of the markers on is ours (CONTRACT section 6).
//
// When unsure it keeps more rather than less; the whole text is kept beside it. A forwarded mail is the matter itself and
// stays whole, and so does history that the writer points to or that nothing stands above. Of inline answers the quoted
// lines directly above each answer stay, with their "> "; a bottom answer stands alone.
func NewText(text string, markers []string) string {
	lines := strings.Split(text, "\n")
	ours := markerLine(text, markers)
	marked := ours >= 0 && !isQuoted(lines[ours])
	if marked {
		lines = lines[:ours]
	}
	cut, whole := history(lines, marked)
	own := ownLines(lines[:cut], markers)
	kept := join(own, lines[whole:], len(own) < cut)
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

// markerLine is the index of the first line that is one of our markers, or begins as one: a client that wraps the text it
// quotes breaks it in two. -1 when there is none.
func markerLine(text string, markers []string) int {
	first := -1
	for _, m := range markers {
		words, _, _ := strings.Cut(strings.Trim(m, "- "), ";")
		for from := 0; words != ""; {
			at := strings.Index(text[from:], words)
			if at < 0 {
				break
			}
			at += from
			begin := strings.LastIndexByte(text[:at], '\n') + 1
			if strings.Trim(text[begin:at], "-–—> \t\u00a0*|") == "" {
				if line := strings.Count(text[:begin], "\n"); first < 0 || line < first {
					first = line
				}
				break
			}
			from = at + len(words)
		}
	}
	return first
}

// history finds mail within the mail that no ">" marks: lines[:cut] is the writer's own, lines[whole:] too; what lies
// between is history. marked tells that our own mail followed, so that nothing below the client's header is the writer's.
func history(lines []string, marked bool) (cut, whole int) {
	n := len(lines)
	for i, line := range lines {
		begin, after := i, i // The history begins, and goes on below what announces it when that is no part of a mail.
		switch {
		case line == "":
			continue
		case isQuoted(line):
			if i == 0 || isQuoted(lines[i-1]) || isBlank(lines[i-1]) {
				continue
			}
			if begin, after = unquotedAttribution(lines, i); after == 0 { // It ends with "> wrote:".
				continue
			}
		case separatorKind(line) == "forward":
			if _, next, _ := readQuotedHeader(lines, nextFilled(lines, i+1)); marked && nextFilled(lines, next) == n {
				return i, n
			}
			return i, i
		case separatorKind(line) == "original", opensHistory(lines, i):
		default:
			if begin, after = unquotedAttribution(lines, i); after == 0 {
				continue
			}
		}
		own := trimEnd(lines[:begin], isRule)
		switch {
		case marked:
			return len(own), n
		case !anyFilled(withoutSignature(own, true)):
			return 0, after
		case pointsBelow(own):
			return begin, begin
		}
		return len(own), n
	}
	if last := lastFilled(lines); marked && last >= 0 {
		if begin := attributionStart(lines, last, true); begin >= 0 {
			return begin, n
		}
	}
	return n, n
}

// opensHistory tells whether a mail client's header block begins at lines[i].
func opensHistory(lines []string, i int) bool {
	h, _, ok := readQuotedHeader(lines, i)
	return ok && (h.fromClient() || i > 0 && isOutlookRule(lines[i-1]))
}

// unquotedAttribution finds the attribution that ends at lines[i] and that no quoted lines follow; after is 0 when there is none.
func unquotedAttribution(lines []string, i int) (begin, after int) {
	if !endsAttribution(lines[i]) {
		return i, 0
	}
	below := nextFilled(lines, i+1)
	if below < len(lines) && isQuoted(lines[below]) {
		return i, 0
	}
	barred := below < len(lines) && strings.HasPrefix(lines[below], "|") // Gmail of 2013 quoted tables so.
	if begin = attributionStart(lines, i, barred); begin < 0 {
		return i, 0
	}
	return begin, i + 1
}

// announces tells whether the last line ends with a colon: "Hij zei:", "Ik kreeg dit:". With an address it would be an
// attribution in a language unknown here.
func announces(own []string) bool {
	last := lastFilled(own)
	return last >= 0 && strings.HasSuffix(strings.TrimRight(own[last], " \t\r\u00a0"), ":") && !strings.Contains(own[last], "@")
}

// pointsBelow tells whether the writer speaks of what stands below: then it belongs to what he says, and answers may
// stand in it in another colour.
func pointsBelow(own []string) bool {
	if announces(own) {
		return true
	}
	for _, line := range own {
		if !isQuoted(line) {
			line = " " + strings.Join(strings.FieldsFunc(strings.ToLower(line), func(r rune) bool { return !unicode.IsLetter(r) && r != '-' }), " ") + " "
			if containsWord(line, belowWords) {
				return true
			}
		}
	}
	return false
}

var belowWords = []string{" hieronder ", " onderstaand ", " onderstaande ", " doorgestuurd ", " doorgestuurde ", " stuur ik door ", " stuur ik u door ",
	" in het rood ", " in rood ", " in het blauw ", " in het groen ",
	" ci-dessous ", " ci-après ", " je vous transfère ", " transféré ", " en rouge ", " en bleu ", " below ", " forwarding ", " forwarded ", " i forward ",
	" in red ", " in blue ",
	" siehe unten ", " weiter unten ", " unten stehend ", " untenstehend ", " untenstehende ", " nachstehend ", " nachstehende ", " weitergeleitet ",
	" leite ich ", " in rot ", " in blau "}

// passage is a run of lines that are all quoted with ">" or all not; empty lines belong to the run above them.
type passage struct {
	lines  []string
	quoted bool
	client bool // Quoted by a mail client: an attribution or a header block introduces it.

	shortened bool // A signature was taken away.
}

// join puts more below own; where something stood between them, with an empty line.
func join(own, more []string, gap bool) []string {
	if n := len(own); gap && n > 0 && !isBlank(own[n-1]) && len(more) > 0 {
		own = append(own, "")
	}
	return append(own, more...)
}

// ownLines takes the quoted passages away, except those that the writer answers or shows.
func ownLines(lines, markers []string) []string {
	passages := passagesOf(lines, markers)
	answers, reply := 0, len(passages) // Passages below a quoted one; the first that a client quoted.
	for i := len(passages) - 1; i >= 0; i-- {
		p := &passages[i]
		if p.client {
			reply = i
		}
		if !p.quoted {
			whole := len(p.lines)
			p.lines = withoutSignature(p.lines, i == 0)
			p.shortened = len(p.lines) < whole
			if i > 0 && anyFilled(p.lines) {
				answers++
			}
		}
	}
	var own []string
	gap := false // Something was taken away here.
	for i, p := range passages {
		gap = gap || p.client
		if p.quoted {
			answered := i+1 < len(passages) && anyFilled(passages[i+1].lines)
			switch {
			case i >= reply && (!answered || answers == 1 && !anyFilled(own)):
				gap = true // History; or a bottom answer follows.
				continue
			case i >= reply:
				p.lines = lastParagraph(p.lines)
			case !answered && anyFilled(own) && !announces(own) && looksLikeMail(p.lines):
				gap = true
				continue
			}
		}
		own, gap = join(own, p.lines, gap), p.shortened
	}
	return own
}

// looksLikeMail judges a quotation at the end that nothing introduces: a mail has empty lines or quotations of its own; a
// person who uses ">" for a list of points, or to tell what was said to him, has not.
func looksLikeMail(quoted []string) bool {
	return slices.ContainsFunc(trimEnd(quoted, isBlank), func(l string) bool {
		inner := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(l), ">"))
		return inner == "" && !isBlank(l) || strings.HasPrefix(inner, ">")
	})
}

// passagesOf divides lines; attributions are in none of them.
func passagesOf(lines, markers []string) []passage {
	var list []passage
	begin := 0 // Of the run of unquoted lines.
	for i := 0; i < len(lines); {
		if !isQuoted(lines[i]) {
			i++
			continue
		}
		end, client := i, false
		if i > 0 && !isBlank(lines[i-1]) {
			if start := attributionStart(lines, i, true); start >= begin && start < i { // Its last line is "> wrote:" or ">:".
				end, client = start, true
				i = nextFilled(lines, i+1)
			}
		}
		if last := lastFilled(lines[begin:end]); !client && last >= 0 {
			if start := attributionStart(lines, begin+last, true); start >= begin {
				end, client = start, true
			}
		}
		list = append(list, passage{lines: lines[begin:end]})
		first := i
		for i < len(lines) && (isQuoted(lines[i]) || isBlank(lines[i]) || isTorn(lines, i)) {
			i++
		}
		if begin = i; first < i {
			quoted := lines[first:i]
			client = client || opensAsReply(quoted) || markerLine(strings.Join(quoted, "\n"), markers) >= 0
			list = append(list, passage{lines: quoted, quoted: true, client: client})
		}
	}
	return append(list, passage{lines: lines[begin:]})
}

// isTorn tells whether lines[i] is the end of a quoted line that was wrapped after it had been quoted: it goes on in the
// middle of a sentence, and the quotation goes on below it.
func isTorn(lines []string, i int) bool {
	if i == 0 || i+1 >= len(lines) || !isQuoted(lines[i-1]) || !isQuoted(lines[i+1]) {
		return false
	}
	above, line := strings.TrimSpace(lines[i-1]), strings.TrimSpace(lines[i])
	first, _ := utf8.DecodeRuneInString(line)
	return len(above) >= 65 && !strings.ContainsAny(above[len(above)-1:], ".!?:;") && unicode.IsLower(first)
}

// opensAsReply tells whether quoted lines begin with an attribution (Apple Mail quotes its own) or a header block (Hotmail).
func opensAsReply(quoted []string) bool {
	first := nextFilledQuote(quoted, 0)
	if h, _, ok := readQuotedHeader(quoted, first); ok && h.fromClient() {
		return true
	}
	var opening []string
	for i := first; i < len(quoted) && len(opening) < maxAttribution; i++ {
		opening = append(opening, headerText(quoted[i]))
		if attributionStart(opening, len(opening)-1, true) == 0 {
			return true
		}
	}
	return false
}

// lastParagraph is what a quoted passage ends with, below its last line with nothing but quote marks above other lines.
func lastParagraph(quoted []string) []string {
	filled := false
	for i := len(quoted) - 1; i >= 0; i-- {
		if headerText(quoted[i]) != "" {
			filled = true
		} else if filled {
			return quoted[i+1:]
		}
	}
	return quoted
}

func nextFilledQuote(quoted []string, i int) int {
	for i < len(quoted) && headerText(quoted[i]) == "" {
		i++
	}
	return i
}

// lastFilled is the index of the last line that is not blank; -1 when there is none.
func lastFilled(lines []string) int { return len(trimEnd(lines, isBlank)) - 1 }

// isQuoted tells whether a line begins with ">", the way of RFC 3676 section 4.5.
func isQuoted(line string) bool { return firstMark(line) == '>' }

func isBlank(line string) bool {
	first := firstMark(line)
	return first == 0 || (first == '\r' || first >= utf8.RuneSelf) && strings.Trim(line, " \t\r\u00a0\u200b\ufeff") == ""
}

// firstMark is the first byte that is no white space; 0 when there is none.
func firstMark(line string) byte {
	for i := range len(line) {
		if line[i] != ' ' && line[i] != '\t' {
			return line[i]
		}
	}
	return 0
}

func anyFilled(lines []string) bool { return nextFilled(lines, 0) < len(lines) }

// nextFilled is the index of the first line from i on that is not blank; len(lines) when there is none.
func nextFilled(lines []string, i int) int {
	for i < len(lines) && isBlank(lines[i]) {
		i++
	}
	return i
}

// trimEnd takes away the lines at the end that are blank or as drop says.
func trimEnd(lines []string, drop func(string) bool) []string {
	for len(lines) > 0 && (isBlank(lines[len(lines)-1]) || drop(lines[len(lines)-1])) {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// isRule tells whether a line is drawn: "________", "----------", "====".
func isRule(line string) bool {
	line = strings.TrimSpace(line)
	return len(line) >= 3 && strings.Trim(line, "-_=*~–— ") == ""
}

// isOutlookRule: the line of underscores above Outlook's header in plain text.
func isOutlookRule(line string) bool { return isRule(line) && strings.Contains(line, "____") }
