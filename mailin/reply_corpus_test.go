package mailin

import (
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
)

// replyCase is a reply of the corpus with its new words.
type replyCase struct{ name, text, want string }

// forwards are mails of the corpora whose own expectation cuts a forwarded mail, which is what we want to keep.
var forwards = map[string]bool{"reply-trimmer/emails/forwarded_gmail.txt": true}

// talonReplies are the new words of the talon corpus, which brings none.
func talonReplies(name string) string {
	switch name {
	case "talon/standard_replies/sparrow.eml", "talon/standard_replies/iphone.eml":
		return "Hello"
	case "talon/reply-separated-by-hr.html":
		return "Hi there Bob"
	case "talon/OLK_SRC_BODY_SECTION.html":
		return "Reply"
	}
	if strings.HasSuffix(name, ".html") {
		return "Hi. I am fine. Thanks, Alex"
	}
	return "Hello"
}

// replyCorpus reads the cases of the three corpora. What is new in reply-parser stands in testdata as numbers of lines.
func replyCorpus(t testing.TB) map[string][]replyCase {
	files := corpusFiles(t)
	if len(files) == 0 {
		t.Skip("corpus not present")
	}
	cases := map[string][]replyCase{}
	labels, err := os.ReadFile("testdata/reply/reply-parser.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(labels)) {
		name, ranges, _ := strings.Cut(strings.TrimSpace(line), " ")
		raw, ok := files["reply-parser/"+name+".txt"]
		if !ok {
			t.Errorf("%s is not in the corpus", name)
			continue
		}
		text := cleanText(string(raw))
		cases["reply-parser"] = append(cases["reply-parser"], replyCase{name, text, linesOf(t, text, ranges)})
	}
	for name, raw := range files {
		switch {
		case path.Dir(name) == "reply-trimmer/emails":
			c := replyCase{path.Base(name), cleanText(string(raw)), string(files["reply-trimmer/trimmed/"+path.Base(name)])}
			if forwards[name] {
				c.want = c.text
			}
			cases["reply-trimmer"] = append(cases["reply-trimmer"], c)
		case strings.HasPrefix(name, "talon/") && strings.HasSuffix(name, ".eml"):
			m := parseBytes(t, raw)
			c := replyCase{strings.TrimPrefix(name, "talon/"), m.Text, talonReplies(name)}
			if strings.HasSuffix(name, "share-block.eml") { // Its first six lines hold the answer and the name below it.
				c.want = linesOf(t, m.Text, "1-3")
			}
			cases["talon"] = append(cases["talon"], c)
			if html := textOfHTML(m.HTML); html != "" && !strings.HasSuffix(name, "share-block.eml") {
				if strings.HasSuffix(name, "/outlook.eml") {
					c.want = "Allo! Follow up MIME!"
				}
				cases["talon"] = append(cases["talon"], replyCase{c.name + " (HTML)", html, c.want})
			}
		case strings.HasPrefix(name, "talon/") && strings.HasSuffix(name, ".html"):
			m := parseBytes(t, append([]byte("Content-Type: text/html; charset=utf-8\r\n\r\n"), raw...))
			cases["talon"] = append(cases["talon"], replyCase{strings.TrimPrefix(name, "talon/"), m.Text, talonReplies(name)})
		}
	}
	return cases
}

// linesOf takes lines by their numbers, "1-3,7", or "all".
func linesOf(t testing.TB, text, ranges string) string {
	if ranges == "all" {
		return text
	}
	lines := strings.Split(text, "\n")
	var out []string
	for r := range strings.SplitSeq(ranges, ",") {
		from, to, two := strings.Cut(r, "-")
		if !two {
			to = from
		}
		a, err := strconv.Atoi(from)
		b, err2 := strconv.Atoi(to)
		if err != nil || err2 != nil || a < 1 || b > len(lines) || a > b {
			t.Fatalf("lines %q of %d", ranges, len(lines))
		}
		out = append(out, lines[a-1:b]...)
	}
	return strings.Join(out, "\n")
}

// folded is text with white space folded, as the corpora are to be compared.
func folded(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\u00a0", " ")), " ")
}

// lostSentence is the first line of want that is not in got; "" when nothing is lost.
func lostSentence(want, got string) string {
	got = folded(got)
	for line := range strings.Lines(want) {
		if !strings.Contains(got, folded(line)) {
			return folded(line)
		}
	}
	return ""
}

// TestReplyCorpus: on 95 of 100 replies the new words come out exactly, and on none is a sentence lost.
func TestReplyCorpus(t *testing.T) {
	t.Logf("%-15s %6s %6s %10s %15s", "corpus", "mails", "exact", "kept-more", "lost-a-sentence")
	for _, corpus := range []string{"talon", "reply-parser", "reply-trimmer"} {
		exact, more, lost := 0, 0, 0
		cases := replyCorpus(t)[corpus]
		for _, c := range cases {
			got := NewText(c.text, nil)
			switch sentence := lostSentence(c.want, got); {
			case folded(got) == folded(c.want):
				exact++
			case sentence != "":
				lost++
				t.Errorf("%s %s: lost %q, got %q", corpus, c.name, sentence, got)
			default:
				more++
				t.Logf("%s %s: kept more: %q", corpus, c.name, got)
			}
		}
		t.Logf("%-15s %6d %6d %10d %15d", corpus, len(cases), exact, more, lost)
		if exact*100 < len(cases)*95 {
			t.Errorf("%s: %d of %d are exact, want 95 %%", corpus, exact, len(cases))
		}
	}
}
