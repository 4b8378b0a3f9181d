package report

import (
	"bytes"
	"encoding/base64"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"dankuwel/templates"
)

// lateShown complaints are named on paper; the number says how many there are.
const lateShown = 25

// full are all figures of a period with their pictures.
func full(set *templates.Set, lang string, f *Figures, flow []Flow, source func(string) string) (w words, tables []templates.FigureTable, pictures []Picture, err error) {
	w = words{f, set, lang}
	tables = w.tables(lateShown)
	departments, second, err := w.departmentChart(source)
	if err != nil {
		return w, nil, nil, err
	}
	for i := range tables {
		if tables[i].Title == w.say("section.department") {
			tables[i].Chart = departments
		}
	}
	if len(flow) == 0 { // of a year
		return w, tables, present(second), nil
	}
	stream, first, err := w.flowChart(flow, source)
	if err != nil {
		return w, nil, nil, err
	}
	tables[0].Chart = stream
	return w, tables, present(first, second), nil
}

func (w words) title() string { return w.say("title", w.name()) }

// intro says from when to when, and as of when the end is counted.
func (w words) intro(zone *time.Location) string {
	day := func(t time.Time) string { return w.set.Day(w.lang, t) }
	return w.say("span", day(w.First.Time(time.UTC)), day(w.Last.Time(time.UTC)), day(w.AsOf().Add(-time.Second).In(zone)))
}

// Page is a whole page of figures for a browser, pictures in it.
func Page(set *templates.Set, lang string, org templates.Organization, f *Figures, flow []Flow, zone *time.Location) (string, error) {
	w, tables, pictures, err := full(set, lang, f, flow, func(name string) string { return name })
	if err != nil {
		return "", err
	}
	for i := range tables {
		for _, p := range pictures {
			if c := tables[i].Chart; c != nil && c.Source == p.Name {
				c.Source = "data:image/png;base64," + base64.StdEncoding.EncodeToString(p.PNG)
			}
		}
	}
	return set.Figures(lang, w.title(), org.Name+". "+w.intro(zone)+" "+w.proof(), tables, w.say("foot"))
}

// Paper prints all figures of a period.
func Paper(out io.Writer, set *templates.Set, lang string, org templates.Organization, f *Figures, flow []Flow, zone *time.Location, at time.Time) error {
	w, tables, pictures, err := full(set, lang, f, flow, func(name string) string { return name })
	if err != nil {
		return err
	}
	s := newSheet(set, lang, org, w.title(), at)
	s.text(title, w.title())
	s.text(body, w.intro(zone))
	s.space(2)
	s.text(body, w.proof())
	for _, t := range tables {
		keep := 20.0
		if t.Chart != nil {
			keep = 70
		}
		s.heading(t.Title, keep)
		for _, p := range pictures {
			if t.Chart != nil && t.Chart.Source == p.Name {
				s.picture(p)
			}
		}
		for _, r := range t.Rows {
			s.figure(r)
		}
	}
	s.space(4)
	s.text(quiet, w.say("foot"))
	return s.write(out, org.Name, w.title(), w.title(), false)
}

// picture draws a chart over half of the width.
func (s *sheet) picture(p Picture) {
	options := fpdf.ImageOptions{ImageType: "PNG"}
	info := s.pdf.RegisterImageOptionsReader(p.Name, options, bytes.NewReader(p.PNG))
	wide := width * 0.55
	high := wide * info.Height() / info.Width()
	s.room(high)
	s.pdf.ImageOptions(p.Name, left, s.pdf.GetY(), wide, high, false, options, 0, "")
	s.space(high + 2)
}

// figure draws a row: what it is, how many at the right, and below in small print what it was.
func (s *sheet) figure(r templates.FigureRow) {
	const valueWidth = 42.0
	value := oneLine(r.Value)
	lines := len(s.wrap(body, clean(r.Label), width-valueWidth-3)) + len(s.wrap(quiet, clean(r.Note), width-valueWidth-3))
	s.room(float64(lines)*body.leading + 2)
	face := body
	if r.Late {
		face = bold
	}
	s.use(bold)
	if wide := s.pdf.GetStringWidth(value); wide <= valueWidth {
		s.put(pageWidth-right-wide, bold, value)
		value = ""
	}
	s.row(cell{left, width - valueWidth - 3, face, clean(r.Label)})
	if value != "" {
		s.row(cell{left, width, bold, value})
	}
	if r.Note != "" {
		s.row(cell{left, width - valueWidth - 3, quiet, clean(r.Note)})
	}
	s.space(0.6)
	s.rule(205)
	s.space(0.8)
}
