package templates

import (
	"strings"
	"time"
)

// What the mails of the clock say: a status update that nobody wrote, and what is late or comes due.

// Promised is the day for which a late answer was promised.
func (p *page) Promised() time.Time {
	if p.OldDue.IsZero() {
		return p.AnswerDue
	}
	return p.OldDue
}

// NoNews: nothing happened that a plain status update could tell, and it says so.
func (p *page) NoNews() bool {
	return p.OtherNumber == "" && p.Measure == "" && !p.Late && len(p.Happened) == 0
}

// Facts are the sentences of Happened: one stands alone, more make a list.
func (p *page) Facts() string {
	if len(p.Happened) < 2 {
		return strings.Join(p.Happened, "")
	}
	return "- " + strings.Join(p.Happened, "\n- ")
}
