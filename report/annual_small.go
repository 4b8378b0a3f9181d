package report

import (
	"slices"
	"strconv"
)

// protection holds the numbers of one year that tell something of people, and which of them are hidden: those from 1 to 4, and others from
// which, with the sums that are shown, a hidden one could be worked out.
type protection struct {
	n      map[string]int
	hidden map[string]string // what stands in its place
	sums   []sum
}

// sum says that the numbers on both sides come to the same.
type sum struct {
	left, right []string
	wholeFirst  bool // rather hide the whole than a part: more hangs on the part
}

// Numbers that no figure counts by itself.
const (
	handled     = "handled" // admissible and inadmissible
	founded     = "founded" // and partly founded
	otherThemes = "\x00other"
)

var bothFounded = []string{cellKey(ByVerdict, "founded"), cellKey(ByVerdict, "partly_founded")}

func cellKey(figure, value string) string { return figure + "/" + value }

// cellsOf are the values of a figure that the report shows in a year, with their numbers. Themes, which staff write freely, stand there only
// when they are not rare: the words could tell who it was.
func (a *annual) cellsOf(t *Tally, figure string) map[string]int {
	counts := map[string]int{}
	shown := a.valuesOf(figure)
	for _, v := range shown {
		counts[v] = 0
	}
	for k, n := range t.counts {
		switch {
		case k.Figure != figure || k.Value == "" || k.Department != "":
		case slices.Contains(shown, k.Value):
			counts[k.Value] += n
		default:
			counts[otherThemes] += n
		}
	}
	return counts
}

// valuesOf are those that a breakdown shows, in the order to show them.
func (a *annual) valuesOf(figure string) []string {
	if order := inOrder[figure]; order != nil {
		return order
	}
	all := a.Values(figure)
	if figure != ByKind {
		return all
	}
	const most = 10
	list := slices.DeleteFunc(slices.Clone(all), func(v string) bool { return v == Unknown || a.Count(figure, v) < few })
	list = list[:min(most, len(list))]
	if len(list) < len(all) {
		list = append(list, otherThemes)
	}
	if slices.Contains(all, Unknown) {
		list = append(list, Unknown)
	}
	return list
}

// protect finds what must not be shown of a year.
func protect(t *Tally, cellsOf func(*Tally, string) map[string]int) *protection {
	p := &protection{n: map[string]int{}, hidden: map[string]string{}}
	received := cellKey(Received, "")
	for _, figure := range []string{Received, NotAComplaint, Withdrawn, Duplicate, Admissible, Inadmissible} {
		p.n[cellKey(figure, "")] = t.Count(figure)
	}
	p.n[handled] = t.Count(Admissible) + t.Count(Inadmissible)
	p.n[founded] = t.Count(ByVerdict, "founded") + t.Count(ByVerdict, "partly_founded")
	p.sums = []sum{
		{left: []string{received}, right: []string{cellKey(NotAComplaint, ""), cellKey(Withdrawn, ""), cellKey(Duplicate, ""), handled}},
		{left: []string{handled}, right: []string{cellKey(Admissible, ""), cellKey(Inadmissible, "")}, wholeFirst: true},
	}
	for _, b := range breakdowns {
		s := sum{left: []string{b.of}}
		if b.of == founded {
			s.left = bothFounded
		}
		for v, n := range cellsOf(t, b.figure) {
			p.n[cellKey(b.figure, v)] = n
			s.right = append(s.right, cellKey(b.figure, v))
		}
		slices.Sort(s.right)
		if b.of != "" && p.n[b.of] >= few { // otherwise it is not split up
			p.sums = append(p.sums, s)
		}
	}
	for key, n := range p.n {
		if n > 0 && n < few && key != received && key != founded {
			p.hidden[key] = "<" + strconv.Itoa(few)
		}
	}
	for slices.ContainsFunc(p.sums, p.hideMore) {
	}
	return p
}

// hideMore hides one number of a sum more when a hidden one could be worked out from the others; false: none can, or there is none left.
func (p *protection) hideMore(s sum) bool {
	var unknown []string
	for _, key := range slices.Concat(s.left, s.right) {
		if p.hidden[key] != "" {
			unknown = append(unknown, key)
		}
	}
	if len(unknown) == 0 || len(unknown) > 1 && !p.determined(s) {
		return false
	}
	key := p.next(s)
	if key != "" {
		p.hidden[key] = "–"
	}
	return key != ""
}

// determined tells whether the hidden numbers, all on one side, can be nothing but what they are: each 1, or each as big as a hidden one can be.
func (p *protection) determined(s sum) bool {
	isHidden := func(key string) bool { return p.hidden[key] != "" }
	side := s.right
	if slices.ContainsFunc(s.left, isHidden) {
		if side = s.left; slices.ContainsFunc(s.right, isHidden) {
			return false
		}
	}
	total, count := 0, 0
	for _, key := range side {
		switch p.hidden[key] {
		case "":
		case "–":
			return false
		default:
			total, count = total+p.n[key], count+1
		}
	}
	return total == count || total == count*(few-1)
}

// next is the number whose hiding tells least: the smallest part that is shown, then what they are parts of, then a part that is 0. How many
// complaints came is never hidden.
func (p *protection) next(s sum) (best string) {
	smallest := func(keys []string, zero bool) {
		for _, key := range keys {
			if key != cellKey(Received, "") && p.hidden[key] == "" && (p.n[key] == 0) == zero && (best == "" || p.n[key] < p.n[best]) {
				best = key
			}
		}
	}
	if s.wholeFirst {
		smallest(s.left, false)
	}
	if best == "" {
		smallest(s.right, false)
	}
	if best == "" {
		smallest(s.left, false)
	}
	if best == "" {
		smallest(s.right, true)
	}
	for _, key := range s.right { // how small it is can be kept, too
		if best == "" && p.hidden[key] != "" && p.hidden[key] != "–" {
			best = key
		}
	}
	return best
}

// shareOf tells whether parts of a number may be shown in percent: they would tell the number.
func (p *protection) shareOf(of string) bool {
	if of == founded {
		return p.n[of] > 0 && p.hidden[bothFounded[0]] == "" && p.hidden[bothFounded[1]] == ""
	}
	return p.n[of] > 0 && p.hidden[of] == ""
}

// show is a number as the report shows it.
func (p *protection) show(key string) string {
	if h := p.hidden[key]; h != "" {
		return h
	}
	return strconv.Itoa(p.n[key])
}
