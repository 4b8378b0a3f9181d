package templates

import "strings"

// Lessons is what complaints taught in a quarter, as it goes to all colleagues: nobody is named in it, and nothing counted that points at
// somebody (LETTERS.md 1.4). The sentences are those of staff, as written.
type Lessons struct {
	Year, Quarter int
	Received      int       // complaints
	Kinds         []Count   // what they were about; empty: too few to say
	Departments   []Count   // where
	Causes        []string  // what made it possible
	Processes     []string  // where in the work it was
	Changed       []string  // what was done so that it does not happen again
	PutRight      []Count   // what was done for who complained, by keys of measure_kind
	AllPutRight   int       // how many measures that were
	Helped        []Outcome // what was looked at
	More          int       // causes, changes and outcomes for which there is no room
	PassedOn      bool      // a colleague passed a complaint on, or wrote it down
}

// Count is how often something was. Name "" is all that came less than Fewest times.
type Count struct {
	Name string
	N    int
}

// Fewest is the least that a figure says of a group without pointing at somebody in it.
const Fewest = 5

// Outcome tells of a measure whether it helped.
type Outcome struct {
	Measure string
	Helped  bool
}

// Quarter is "4e kwartaal 2026"; "" of none.
func (p *page) Quarter() string {
	if p.Lessons.Quarter == 0 {
		return ""
	}
	return p.w.label("lessons.quarter_"+string(rune('0'+p.Lessons.Quarter)), p.Lessons.Year)
}

// FirstMonth and LastMonth of the quarter.
func (p *page) FirstMonth() string { return p.w.calendar.Months[3*max(1, p.Lessons.Quarter)-3] }
func (p *page) LastMonth() string  { return p.w.calendar.Months[3*max(1, p.Lessons.Quarter)-1] }

// Several tells whether a number may be said.
func (p *page) Several(n int) bool { return n >= Fewest }

// Counts is "maaltijden (7), wachttijd (5), andere (6)".
func (p *page) Counts(list []Count) string {
	return p.counts(list, func(name string) string { return name })
}

// Kept is Counts of the measures for who complained.
func (p *page) Kept() string {
	return p.counts(p.Lessons.PutRight, func(name string) string { return p.w.labels["lessons.right_"+name] })
}

func (p *page) counts(list []Count, name func(string) string) string {
	var parts []string
	for _, c := range list {
		said := p.w.labels["lessons.other"]
		if c.Name != "" {
			said = name(c.Name)
		}
		parts = append(parts, p.w.label("lessons.times", said, c.N))
	}
	return strings.Join(parts, ", ")
}
