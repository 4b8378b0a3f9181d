package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// demoPage lays the story out: at most 100 columns, letters set off by a rule at their left, bold titles on a terminal.
type demoPage struct {
	w    io.Writer
	bold bool
	err  error // the first one
}

const pageWidth = 96

// newPage makes a page. Only a terminal gets bold type, and not when NO_COLOR asks for none.
func newPage(w io.Writer, getenv func(string) string) *demoPage {
	p := &demoPage{w: w}
	if f, ok := w.(*os.File); ok && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb" {
		info, err := f.Stat()
		p.bold = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

func (p *demoPage) line(format string, args ...any) {
	if _, err := fmt.Fprintf(p.w, format+"\n", args...); p.err == nil {
		p.err = err
	}
}

// title begins a scene, with the time at the right edge.
func (p *demoPage) title(left, right string) {
	gap := strings.Repeat(" ", max(2, pageWidth-utf8.RuneCountInString(left)-utf8.RuneCountInString(right)))
	if p.bold {
		left = "\x1b[1m" + left + "\x1b[0m"
	}
	p.line("%s\n%s\n", strings.Repeat("─", pageWidth), strings.TrimRight(left+gap+right, " "))
}

// say prints paragraphs of narration.
func (p *demoPage) say(format string, args ...any) {
	for _, l := range wrapText(fmt.Sprintf(format, args...), pageWidth) {
		p.line("%s", l)
	}
	p.line("")
}

// quote prints the words of a mail.
func (p *demoPage) quote(head, text string) {
	p.line("   │ %s\n   │", head)
	for _, l := range wrapText(text, pageWidth-5) {
		p.line("%s", strings.TrimRight("   │ "+l, " "))
	}
	p.line("")
}

// excerpt is the beginning of a text: n lines with words on them, the first ones left out. Rules and empty lines do not count.
func excerpt(text string, skip, n int) string {
	var kept []string
	words := 0
	for _, l := range wrapText(text, pageWidth-5) {
		if strings.TrimSpace(l) == "" {
			if len(kept) > 0 {
				kept = append(kept, "")
			}
			continue
		}
		if words++; words <= skip {
			continue
		}
		if words > skip+n {
			return strings.TrimSpace(strings.Join(kept, "\n")) + "\n…"
		}
		kept = append(kept, l)
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

// wrapText breaks a text into lines of at most width characters, at words. A word that is longer is cut.
func wrapText(text string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		line, n := "", 0
		for word := range strings.FieldsSeq(paragraph) {
			size := utf8.RuneCountInString(word)
			if size > width {
				word, size = string([]rune(word)[:width-1])+"…", width
			}
			if n > 0 && n+1+size > width {
				lines, line, n = append(lines, line), "", 0
			}
			if n > 0 {
				line, n = line+" ", n+1
			}
			line, n = line+word, n+size
		}
		lines = append(lines, line)
	}
	return lines
}
