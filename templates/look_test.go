package templates

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func parseHTML(t *testing.T, s string) *html.Node {
	t.Helper()
	n, err := html.Parse(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestLook holds every letter against LOOK.md.
func TestLook(t *testing.T) {
	everyLetter(t, func(t *testing.T, lang, kind, variant string, l Letter) {
		if len(l.HTML) > 60_000 {
			t.Errorf("%d bytes", len(l.HTML))
		}
		if m := regexp.MustCompile(`(?i)https?:|url\(|@import|@font-face|<link|<script|rgba|flex|grid`).FindString(l.HTML); m != "" {
			t.Errorf("%q in the HTML", m)
		}
		for _, must := range []string{`<html lang="` + lang + `">`, `<meta charset="utf-8">`, `<meta name="color-scheme" content="light dark">`, `<meta name="supported-color-schemes" content="light dark">`} {
			if !strings.Contains(l.HTML, must) {
				t.Errorf("%s is missing", must)
			}
		}
		body := "font-size:17px"
		if kinds[kind] {
			body = "font-size:16px"
		}
		if !strings.Contains(l.HTML, body) {
			t.Errorf("%s is missing", body)
		}
		lookAtNodes(t, parseHTML(t, l.HTML))
		firstLine, _, _ := strings.Cut(l.Text, "\n")
		if kinds[kind] && visibleStart(t, l.HTML) != firstLine {
			t.Errorf("the HTML begins with %q", visibleStart(t, l.HTML))
		}
	})
}

var pixels = regexp.MustCompile(`font-size:(\d+)px`)

func lookAtNodes(t *testing.T, doc *html.Node) {
	t.Helper()
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		attrs := map[string]string{}
		for _, a := range n.Attr {
			attrs[a.Key] = a.Val
		}
		switch n.Data {
		case "p", "h1", "h2", "h3", "td", "th", "ul", "li", "a":
			if attrs["style"] == "" && (n.Data != "td" || attrs["align"] != "left") {
				t.Errorf("<%s> has no inline style", n.Data)
			}
		case "table":
			if attrs["role"] != "presentation" && !isData(n) {
				t.Errorf("a table that is not for layout, and has no heads")
			}
		case "img": // it lies with the mail, says in words what it shows, and gives way on a telephone
			if !strings.HasPrefix(attrs["src"], "cid:") || attrs["alt"] == "" || !strings.Contains(attrs["style"], "width:100%") {
				t.Errorf("a picture with %v", attrs)
			}
		case "style":
			if !strings.HasPrefix(n.FirstChild.Data, "@media") {
				t.Errorf("style block with more than media queries")
			}
		}
		if m := pixels.FindStringSubmatch(attrs["style"]); m != nil {
			size, _ := strconv.Atoi(m[1])
			if empty := n.FirstChild != nil && strings.TrimSpace(n.FirstChild.Data) == "\u00a0"; size < 14 && !strings.HasPrefix(n.FirstChild.Data, "\u00a0") && !empty {
				t.Errorf("%d px in <%s>", size, n.Data)
			}
		}
		if w, err := strconv.Atoi(attrs["width"]); err == nil && w > 320 && !strings.Contains(attrs["style"], "width:100%") {
			t.Errorf("width %d does not give way", w)
		}
	}
}

// isData tells whether each row of a table has a head and one cell: more do not fit on a telephone.
func isData(table *html.Node) bool {
	rows, heads, cells := 0, 0, 0
	for n := range table.Descendants() {
		switch n.Data {
		case "tr":
			rows++
		case "td":
			cells++
		case "th":
			for _, a := range n.Attr {
				if a.Key == "scope" && a.Val == "row" {
					heads++
				}
			}
		}
	}
	return rows > 0 && heads == rows && cells == rows
}

// visibleStart is the first text a reader of the HTML sees.
func visibleStart(t *testing.T, s string) string {
	t.Helper()
	for n := range parseHTML(t, s).Descendants() {
		if n.Type == html.TextNode && n.Parent.Data == "p" {
			return n.Data
		}
	}
	return ""
}

func TestPreheaderIsTheFirstSentence(t *testing.T) {
	s := load(t)
	for lang, want := range map[string]string{
		"nl": "Dank u voor uw bericht van maandag 23 november.", "fr": "Merci pour votre message du lundi 23 novembre.",
		"en": "Thank you for your message of Monday 23 November.", "de": "Vielen Dank für Ihre Nachricht vom Montag, dem 23. November.",
	} {
		l, err := s.Render("acknowledgement", lang, story("acknowledgement"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(l.HTML, `line-height:1px">`+want+`</div>`) {
			t.Errorf("%s: %s", lang, l.HTML[strings.Index(l.HTML, "<body"):][:500])
		}
	}
}

func TestButtons(t *testing.T) {
	s := load(t)
	v := stories["registration"][1]
	l, err := s.Render("registration", "nl", v.data("registration"))
	if err != nil {
		t.Fatal(err)
	}
	for _, must := range []string{`background-color:#0b5394;border:2px solid #0b5394`, `padding:10px 20px;line-height:24px`, `>Ja</a>`, `of antwoord met nee`,
		`href="mailto:klachten+k-2026-0002.ja.aaaabbbbccccdddd@example.test?subject=ja%20%5BK-2026-0002%5D&amp;body=ja"`} {
		if !strings.Contains(l.HTML, must) {
			t.Errorf("%s is missing in\n%s", must, l.HTML)
		}
	}
	if !strings.Contains(l.Text, "\n  Ja: antwoord met ja\n  Nee: antwoord met nee\n") || strings.Contains(l.Text, "mailto") {
		t.Error(l.Text)
	}
}

// The pairs of LOOK.md, in light and dark: at least 4.5 to 1 (WCAG 2.2, 1.4.3).
func TestContrast(t *testing.T) {
	for _, pair := range [][2]string{
		{colourText, colourGround}, {colourQuiet, colourGround}, {colourAction, colourGround},
		{darkText, darkGround}, {darkQuiet, darkGround}, {darkAction, darkGround}, {colourLate, colourGround}, {darkLate, darkGround}, {colourText, colourPanel}, {darkText, darkPanel},
	} {
		a, b := luminance(t, pair[0]), luminance(t, pair[1])
		if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
			t.Errorf("%s on %s: %.2f", pair[0], pair[1], ratio)
		}
	}
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
