package main

import (
	"fmt"
	"time"

	"dankuwel/models"
)

// ending shows what the week left behind, and looks whether every promise was kept.
func (s *demoStory) ending() {
	s.begin(121, 10, 0, "What the register knows")
	for _, part := range []func() error{s.ledger, s.complaints, s.folders, s.verify} {
		if s.err == nil {
			s.err = part()
		}
	}
	if s.err == nil {
		s.say("All %d mails lie in %s as .eml (for a mail program) and .html (for a browser). With `dankuwel demo --serve` you can write such mails yourself; `dankuwel init` makes a configuration for a real mailbox.", s.kept.n, s.kept.dir)
	}
}

func (s *demoStory) ledger() error {
	s.page.line("The ledger: every mail that came in has exactly one outcome.\n")
	tx := s.app.store.Read(s.ctx)
	err := tx.EachLedgerEntry(models.LedgerFilter{}, func(e *models.LedgerEntry) error {
		number, err := tx.NumberOf(e.ComplaintID)
		if err != nil {
			return err
		}
		about, word := "", string(e.Outcome)
		switch {
		case e.StoredAs != nil:
			m, err := tx.Message(*e.StoredAs)
			if err != nil {
				return err
			}
			about = m.Subject
		case e.FirstID != nil:
			about = fmt.Sprintf("the mail of line %d again", *e.FirstID)
		}
		if e.Reason != "" {
			word += ", " + e.Reason
		}
		s.page.line("   %2d  %s  %-13s %-12s %s", e.ID, e.ReceivedAt.In(s.zone).Format("02 Jan 15:04"), word, number, cutText(about, 44))
		return nil
	})
	s.page.line("")
	return err
}

func (s *demoStory) complaints() error {
	s.page.line("The complaints:\n")
	err := s.app.store.Read(s.ctx).EachComplaint(models.ComplaintFilter{}, func(c *models.Complaint) error {
		who, handler := c.Complainant.Name, "coordinator"
		if c.Shielded {
			who = "(shielded)"
		}
		if c.Handler != nil {
			handler = c.Handler.Name
		}
		stands := fmt.Sprintf("%s, answer by %s", c.Stage, c.AnswerDue.Time(s.zone).Format("2 January 2006"))
		if c.Satisfaction != nil {
			stands = fmt.Sprintf("%s, satisfaction %d of 5", c.Stage, *c.Satisfaction)
		}
		s.page.line("   %s  %-14s %s  %-8s %-12s %s", c.Number, who, c.Language, c.Department, handler, stands)
		return nil
	})
	s.page.line("")
	return err
}

// folders waits for the copies of what was sent, which the register puts away last.
func (s *demoStory) folders() error {
	copies := 0
	err := s.app.store.Read(s.ctx).EachOutboxMail(time.Time{}, 0, func(m *models.OutboxMail, _ string, _ bool) error {
		if m.Copy != "" {
			copies++
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.post.await(s.ctx, func() bool { return s.post.count(demoRegister, "Verzonden") >= copies }); err != nil {
		return err
	}
	s.page.line("The mailbox %s, for people who like to look for themselves:\n", demoRegister)
	for _, f := range [][2]string{{"INBOX", "still to be taken in"}, {"Verwerkt", "taken in"}, {"Te beoordelen", "parked: a person decides"},
		{"Afgeschermd", "of people who must not be named"}, {"Verzonden", "copies of what complainants got"}} {
		s.page.line("   %-14s %2d  %s", f[0], s.post.count(demoRegister, f[0]), f[1])
	}
	s.page.line("")
	return nil
}

func (s *demoStory) verify() error {
	broken, err := s.app.store.Read(s.ctx).Verify()
	if err != nil {
		return err
	}
	if len(broken) > 0 {
		return fmt.Errorf("a promise is broken: %s", broken[0])
	}
	s.say("And `dankuwel verify` says: every promise holds.")
	return nil
}

func cutText(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return text
}
