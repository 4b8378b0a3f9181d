package report

import (
	"regexp"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// box stands for what the fonts cannot draw, and for what would turn a line around without being seen.
const box = '□'

// glyphs is the regular font; the bold, italic and mono ones draw the same characters.
var glyphs = sync.OnceValue(func() *sfnt.Font {
	f, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		panic("report: the font in the program cannot be read: " + err.Error())
	}
	return f
})

// draws tells whether the fonts have a character: Latin, Greek and Cyrillic with accents (WGL4), the euro, quotes and dashes.
func draws(r rune) bool {
	if r < 0x7f {
		return r >= ' '
	}
	if r > 0xffff || r == unicode.ReplacementChar {
		return false
	}
	i, err := glyphs().GlyphIndex(nil, r)
	return err == nil && i != 0
}

// Tokens of ours in addresses and subjects (CONTRACT section 6); paper is read by whoever finds it.
var (
	tokenInAddress = regexp.MustCompile(`(?i)((?:\+|%2b)(?:k-\d{4}-\d{4,}\.)?(?:[a-z]{1,3}\.)?)[a-z2-7]{16}(@|%40)`)
	tokenInSubject = regexp.MustCompile(`(?i)(\[(?:k-\d{4}-\d{4,} )?[a-z]{1,3}) [a-z2-7]{16}\]`)
)

func withoutTokens(s string) string {
	return tokenInSubject.ReplaceAllString(tokenInAddress.ReplaceAllString(s, "$1…$2"), "$1 …]")
}

// Other spellings of a line break, and tabs.
var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n", "\t", "    ", "\u2010", "-", "\u2011", "-")

// clean makes a text that the fonts can draw: accents composed (macOS sends them apart), look-alikes of other blocks as plain
// letters, invisible characters left out, each run of what is left (emoji, other scripts, control characters) as one box. Runs of
// empty lines become one.
func clean(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	breaksBefore, boxed := 0, false
	for _, r := range norm.NFC.String(breaks.Replace(withoutTokens(s))) {
		plain := ""
		switch {
		case r == '\n':
			if breaksBefore++; breaksBefore <= 2 {
				plain = "\n"
			}
			boxed = false
		case r != '\u00ad' && draws(r):
			plain, boxed = string(r), false
		case !invisible(r):
			if plain = lookAlike(r); plain == "" && !boxed {
				plain = string(box)
			}
			boxed = plain == "" || plain == string(box)
		}
		if strings.Trim(plain, " \n") != "" {
			breaksBefore = 0
		}
		b.WriteString(plain)
	}
	return strings.Trim(b.String(), "\n")
}

// invisible characters change nothing that is read: soft hyphens, zero width spaces and joiners, variation selectors, tags. Those that
// turn the direction of a line (UAX #9) are not among them.
func invisible(r rune) bool {
	return r == '\u00ad' || r >= '\u200b' && r <= '\u200d' || r == '\u2060' || r == '\ufeff' || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Variation_Selector, r) || r >= 0xe0020 && r <= 0xe007f
}

// lookAlike writes a character in plainer ones (NFKD): "ễ" as "e", "𝐚" as "a", a thin space as a space; "" when there are none.
func lookAlike(r rune) string {
	var b strings.Builder
	for _, part := range norm.NFKD.String(string(r)) {
		switch {
		case unicode.Is(unicode.Mn, part):
		case draws(part):
			b.WriteRune(part)
		default:
			return ""
		}
	}
	return b.String()
}

// oneLine is clean for a name, a subject or a label.
func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// wrapWidth is where the plain text of our letters is broken, in characters.
const wrapWidth = 76

// listItem is the beginning of an item of a list in plain text: "- ", "* ", "12. ".
var listItem = regexp.MustCompile(`^\s{0,4}([-*•–]|\d{1,2}[.)])\s+`)

// paragraph is a piece of a letter: its mark when it is an item of a list, and its text, in which a line break is meant.
type paragraph struct{ mark, text string }

// paragraphs reads plain text that was broken at wrapWidth: a line is one with the one before it when its first word would not have
// fitted there. An empty paragraph is space.
func paragraphs(text string) (list []paragraph) {
	room := -1 // characters left in the line before; -1: nothing goes on
	for line := range strings.SplitSeq(clean(text), "\n") {
		line = strings.TrimRight(line, " ")
		bare := strings.TrimLeft(line, " ")
		word, _, _ := strings.Cut(bare, " ")
		item := listItem.FindString(line)
		switch last := len(list) - 1; {
		case bare == "":
			list, room = append(list, paragraph{}), -1
			continue
		case item != "":
			list = append(list, paragraph{strings.TrimSpace(item), line[len(item):]})
		case room >= 0 && len([]rune(word)) >= room:
			list[last].text += " " + bare
		case room >= 0:
			list[last].text += "\n" + bare
		default:
			list = append(list, paragraph{text: bare})
		}
		room = max(wrapWidth-len([]rune(line)), 0)
	}
	return list
}
