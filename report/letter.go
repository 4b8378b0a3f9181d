package report

import (
	"io"
	"strings"
	"time"

	"dankuwel/templates"
)

// Letter prints a letter from the plain text of a draft, from greeting to closing. address are the lines in the window of the
// envelope: at the right where nl and fr are written (bpost, NF Z 11-001), at the left for en and de (DIN 5008). place may be "".
func Letter(w io.Writer, set *templates.Set, lang string, org templates.Organization, address []string, date time.Time, place, text string) error {
	s := newSheet(set, lang, org, org.Name, date)
	s.text(bold, org.Name)
	s.text(quiet, org.Phone)
	x := left
	if !strings.HasPrefix(lang, "de") && !strings.HasPrefix(lang, "en") {
		x = 110
	}
	s.pdf.SetY(max(s.pdf.GetY(), 51))
	for _, line := range address {
		if line = oneLine(line); line != "" {
			s.row(cell{x, 80, letter, line})
		}
	}
	s.pdf.SetY(max(s.pdf.GetY(), 90))
	day := s.label("date", date)
	if place = oneLine(place); place != "" {
		day = place + ", " + day
	}
	s.row(cell{left, width, letter, day})
	s.space(8)
	for _, p := range paragraphs(text) {
		switch {
		case p.mark != "":
			s.row(cell{left + 3, 7, letter, p.mark}, cell{left + 10, width - 10, letter, p.text})
		case p.text == "":
			s.space(2.7)
		default:
			closing, name, _ := strings.Cut(p.text, "\n")
			if name != "" && strings.EqualFold(closing, set.Label(lang, "closing")) {
				s.room(35)
				s.row(cell{left, width, letter, closing})
				s.space(17) // for the signature
				p.text = name
			}
			s.row(cell{left, width, letter, p.text})
		}
	}
	return s.write(w, org.Name, "", org.Name, true)
}
