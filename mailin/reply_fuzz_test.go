package mailin

import (
	"strings"
	"testing"
	"time"
)

// slow is far more than any of these functions needs for a megabyte, also on a loaded machine.
const slow = 5 * time.Second

func addReplies(f *testing.F) {
	for _, byLanguage := range histories {
		for lang, history := range byLanguage {
			f.Add("Dank u.\n\n" + strings.ReplaceAll(history, "OLD", oldMail[lang]))
		}
	}
	f.Add(longHistory(5))
	f.Add("a\n> b\nc\n>> d\n> wrote:\n" + ourMarkers[0] + "\n-- \ne")
	f.Add("On Tue 3 Mar 2026 A\n\n<\nmailto:a@b>\n> wrote:\n\nc\n--\nd\n\nVerzonden vanaf mijn iPhone")
	if files := corpusFiles(f); len(files) > 0 {
		for name, raw := range files {
			if strings.HasPrefix(name, "reply-") && len(raw) < 10<<10 {
				f.Add(string(raw))
			}
		}
	}
}

// FuzzNewText: the new words stand in the text in that order, nothing is invented; read again, hardly anything is left to take
// away: what was kept for standing between quotations may be at an edge now.
func FuzzNewText(f *testing.F) {
	addReplies(f)
	f.Fuzz(func(t *testing.T, text string) {
		text = cleanText(text)
		begin := time.Now()
		got := NewText(text, ourMarkers)
		if took := time.Since(begin); took > slow {
			t.Errorf("%d bytes took %v", len(text), took)
		}
		words := strings.Fields(text)
		for w := range strings.FieldsSeq(got) {
			for len(words) > 0 && words[0] != w {
				words = words[1:]
			}
			if len(words) == 0 {
				t.Fatalf("%q is not in the text, or not there: %q", w, got)
			}
			words = words[1:]
		}
		// A text without any of the marks and words of clients stays as it is.
		lower := strings.ToLower(text)
		plain := !strings.ContainsAny(text, ">|@:-_*=") && !strings.ContainsFunc(text, func(r rune) bool { return r > 0x7f })
		if plain && !containsWord(lower, clientOpenings) && !containsWord(lower, clientEndings) && !containsWord(lower, destroyWords) &&
			!containsWord(lower, []string{"outlook", "avast", "avg", "print", "afdruk", "imprim", "druck", "schrijf boven", "write above"}) && folded(got) != folded(text) {
			t.Errorf("%q became %q", text, got)
		}
	})
}

// FuzzReadQuotedHeader: the block ends where it says, its values are of the lines, on one line each.
func FuzzReadQuotedHeader(f *testing.F) {
	addReplies(f)
	f.Fuzz(func(t *testing.T, text string) {
		text = cleanText(text)
		lines := strings.Split(text, "\n")
		begin := time.Now()
		for i := range lines {
			h, next, ok := readQuotedHeader(lines, i)
			if ok && (next <= i || next > len(lines)) || !ok && next != i {
				t.Fatalf("line %d of %d: next %d, %v", i, len(lines), next, ok)
			}
			for _, v := range []string{h.From, h.Date, h.To, h.Subject} {
				if strings.Contains(v, "\n") || v != strings.TrimSpace(v) {
					t.Errorf("value %q", v)
				}
			}
			separatorKind(lines[i])
			attributionStart(lines, i, true)
		}
		if took := time.Since(begin); took > slow {
			t.Errorf("%d bytes took %v", len(text), took)
		}
	})
}

// FuzzTextOfHTML: something is shown of whatever can be seen, soon.
func FuzzTextOfHTML(f *testing.F) {
	f.Add(`<div style="display:none">a<div>b</div></div>c`)
	f.Add(`<blockquote style="border:none">a<blockquote type=cite>b</blockquote></blockquote></blockquote>-- <br>c`)
	f.Add("<p style='display:none'>a<p>b<table><tr><td hidden>c<script>d</script>")
	f.Add("<pre>a\n-- \nb</pre><ul><li>c<hr>d")
	for name, raw := range corpusFiles(f) {
		if strings.HasPrefix(name, "talon/") && len(raw) < 10<<10 {
			f.Add(string(raw))
		}
	}
	f.Fuzz(func(t *testing.T, source string) {
		source = cleanText(source)
		begin := time.Now()
		got := textOfHTML(source)
		if took := time.Since(begin); took > slow {
			t.Errorf("%d bytes took %v", len(source), took)
		}
		if shown, _ := shownText(source, false); got == "" && strings.TrimSpace(shown) != "" {
			t.Errorf("nothing shown of %q", shown)
		}
		if got != strings.TrimRight(got, " \n") {
			t.Errorf("white space at the end: %q", got)
		}
		NewText(got, ourMarkers)
	})
}

// TestReply_linear: texts made to tire readers.
func TestReply_linear(t *testing.T) {
	const size = 256 << 10
	for _, unit := range []string{">", "> \n", ">\na\n", "> a\n\n", "a:\n", "a@b:\n", "<\n\n", "Op 3 maart 2026 <a@b>\n", "Op 3 maart 2026 10:12 schreef u:\n> a\n", "Van: a\n", "To: a,\n", "Van: a\n\n", "Aan: b: c ", "Cc: a\nB: a\n",
		"-- \n", "--\na\n", "—\n", "Verzonden vanaf mijn iPhone\n", "http", "sent from http ", "This is confidential in error delete. ", "__\n", "----\n", "-----original message\n", "\u00a0", "\u00a0\n", "zie hieronder\n", "0", "@", "<@ ", "\n"} {
		text := strings.Repeat(unit, size/len(unit))
		begin := time.Now()
		NewText(text, ourMarkers)
		if took := time.Since(begin); took > slow {
			t.Errorf("%q: %v", unit, took)
		}
	}
	for _, unit := range []string{"<blockquote>", "<blockquote style='border:none'>", "<div style='display:none'>", "<div style='display:none'></div>", "-- <br>", "--\u00a0<br>", "<p>", "<td>a", "<pre>\n", "</blockquote>"} {
		begin := time.Now()
		NewText(textOfHTML(strings.Repeat(unit, size/len(unit))), ourMarkers)
		if took := time.Since(begin); took > slow {
			t.Errorf("%q: %v", unit, took)
		}
	}
}
