package report

import (
	"regexp"
	"slices"
	"strings"

	"dankuwel/templates"
)

// chapterOf are the pieces of a report by the title above them.
type chapterOf struct {
	title  string
	rows   map[string][]string // first cell, folded → the row
	labels []string            // in order
	prose  []string
}

func chapters(text string) (list []chapterOf) {
	list = append(list, chapterOf{rows: map[string][]string{}})
	for _, b := range templates.Blocks(text) {
		c := &list[len(list)-1]
		switch {
		case b.Level > 0:
			list = append(list, chapterOf{title: templates.Unmarked(b.Text), rows: map[string][]string{}})
		case b.Rows != nil:
			for _, r := range b.Rows[1:] {
				key := strings.Join(templates.FoldWords(r[0]), " ")
				c.rows[key] = r
				c.labels = append(c.labels, key)
			}
		default:
			c.prose = append(c.prose, b.Text)
			c.prose = append(c.prose, b.Items...)
		}
	}
	return list
}

var numberInText = regexp.MustCompile(`\d+(?:[.,]\d+)*`)

// maxDiffers is how many differences are told.
const maxDiffers = 10

// AnnualDiffers lists where the figures of a report, changed by a person, are others than those of the register, as sentences.
func AnnualDiffers(set *templates.Set, lang, register, text string) (list []string) {
	known := numberInText.FindAllString(register, -1)
	was := chapters(register)
	for _, c := range chapters(text) {
		i := slices.IndexFunc(was, func(w chapterOf) bool { return strings.EqualFold(w.title, c.title) })
		for _, key := range c.labels {
			row := c.rows[key]
			if i < 0 {
				continue
			}
			old := was[i].rows[key]
			for k := 1; k < len(row) && k < len(old); k++ {
				if now, then := templates.Unmarked(row[k]), templates.Unmarked(old[k]); strings.Join(strings.Fields(now), "") != strings.Join(strings.Fields(then), "") {
					list = append(list, set.Label(lang, "annual.changed_figure", c.title, templates.Unmarked(row[0]), now, then))
				}
			}
		}
		for _, p := range c.prose {
			if i >= 0 && slices.Contains(was[i].prose, p) {
				continue
			}
			for _, n := range numberInText.FindAllString(p, -1) {
				if !slices.Contains(known, n) {
					list = append(list, set.Label(lang, "annual.changed_number", c.title, firstSentence(p, n)))
					break
				}
			}
		}
	}
	return list[:min(len(list), maxDiffers)]
}

// firstSentence is the sentence of a text in which a number stands first.
func firstSentence(text, number string) string {
	at := strings.Index(text, number)
	from := strings.LastIndexAny(text[:at], ".!?\n") + 1
	to := len(text)
	if end := strings.IndexAny(text[at+len(number):], "!?\n"); end >= 0 {
		to = at + len(number) + end
	}
	if end := strings.Index(text[at:], ". "); end >= 0 && at+end < to {
		to = at + end
	}
	return strings.TrimSpace(strings.TrimRight(text[from:to], ". "))
}
