package templates

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// pattern is a list of alternatives in the notation of LETTERS.md 2.1, compiled for text as readAttitude folds it. A nil pattern is
// found nowhere.
type pattern struct {
	re    *regexp.Regexp
	needs []string // one of these stands wherever re is found; looking for them first is some twenty times faster. nil: not known
}

// gap is up to n words in between, as few as will do, so that the writer sees the tightest words.
var gap = regexp.MustCompile(`~([0-9]+) ?`)

// compilePattern turns the notation into RE2; no alternatives, no pattern.
func compilePattern(alternatives []string) (*pattern, error) {
	if len(alternatives) == 0 {
		return nil, nil
	}
	expr := foldPlain(strings.Join(alternatives, "|"))
	expr = strings.ReplaceAll(expr, "*", `[a-z0-9'-]*`)
	expr = `\b(?:` + gap.ReplaceAllString(expr, `(?:[^ ]+ ){0,$1}?`) + `)\b`
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", strings.Join(alternatives, "|"), err)
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", strings.Join(alternatives, "|"), err)
	}
	return &pattern{re, needs(tree)}, nil
}

// mustPattern compiles a list that is known to be right: ours by a test, an organisation's by check.
func mustPattern(alternatives []string) *pattern {
	p, err := compilePattern(alternatives)
	if err != nil {
		panic(err)
	}
	return p
}

func (p *pattern) all(s string) [][]int {
	if !p.may(s) {
		return nil
	}
	return p.re.FindAllStringIndex(s, -1)
}

func (p *pattern) first(s string) []int {
	if !p.may(s) {
		return nil
	}
	return p.re.FindStringIndex(s)
}

func (p *pattern) in(s string) bool { return p.may(s) && p.re.MatchString(s) }

func (p *pattern) may(s string) bool {
	if p == nil {
		return false
	}
	for _, need := range p.needs {
		if strings.Contains(s, need) {
			return true
		}
	}
	return p.needs == nil
}

// needs finds strings of which one stands in whatever the tree matches, the longest that are easily had; nil there are none.
func needs(tree *syntax.Regexp) []string {
	switch tree.Op {
	case syntax.OpLiteral:
		return []string{string(tree.Rune)}
	case syntax.OpCapture, syntax.OpPlus:
		return needs(tree.Sub[0])
	case syntax.OpAlternate:
		var all []string
		for _, sub := range tree.Sub {
			some := needs(sub)
			if some == nil {
				return nil
			}
			all = append(all, some...)
		}
		return all
	case syntax.OpConcat:
		var best []string
		for _, sub := range tree.Sub {
			if some := needs(sub); some != nil && shortest(some) > shortest(best) {
				best = some
			}
		}
		return best
	}
	return nil
}

// shortest is the length of the shortest string; 0 there is none.
func shortest(list []string) int {
	n := 0
	for _, s := range list {
		if n == 0 || len(s) < n {
			n = len(s)
		}
	}
	return n
}
