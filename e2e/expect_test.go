//go:build e2e

package e2e

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// expect holds one line of a story against the world: expect [no] WHAT ...
func (s *telling) expect(args []string) error {
	no := len(args) > 0 && args[0] == "no"
	if no {
		args = args[1:]
	}
	if len(args) == 1 && args[0] == "accounted" && !no {
		return s.expectAccounted()
	}
	if len(args) < 2 {
		return fmt.Errorf("expect [no] WHAT ... needs at least two words")
	}
	what, args := args[0], args[1:]
	switch what {
	case "complaints": // N, or `no complaints at-all`
		n, _ := strconv.Atoi(args[0])
		list := s.complaints()
		s.mustCountOn(list)
		return equal(len(list), n)
	case "complaint": // NUMBER FIELD VALUE
		return s.expectComplaint(args, no)
	case "ledger": // OUTCOME[/REASON] N
		return s.expectLedger(args)
	case "mail": // KIND to USER [N]; no mail to USER
		return s.expectMail(args, no)
	case "inbox": // USER KIND PATTERN: a mail of that kind lies there whose text is so
		return s.expectInbox(args, no)
	case "outbox": // KIND N: made for sending, sent or not
		n := 0
		for _, m := range s.outbox() {
			if m.Kind == args[0] {
				n++
			}
		}
		return expectNumber(n, args, no)
	case "folder": // FOLDER N [USER]
		return expectNumber(s.count(s.t, append(args, "klachten")[min(2, len(args))], args[0]), args, no)
	case "log": // PATTERN
		return match(s.log(), args[0], no)
	case "said": // PATTERN
		return match(s.said, args[0], no)
	}
	return s.expectLetter(what, args, no)
}

// expectLetter looks at a mail picked up by `take`: header NAME FIELD PATTERN, text NAME PATTERN, html NAME PATTERN,
// part NAME TYPE, before NAME FIRST SECOND (both in the text, in that order), clean NAME yes.
func (s *telling) expectLetter(what string, args []string, no bool) error {
	l := s.taken[args[0]]
	if l == nil {
		return fmt.Errorf("a story does not know %s, or nothing was taken as %s", what, args[0])
	}
	args = args[1:]
	switch {
	case what == "header" && len(args) == 2:
		return match(l.field(args[0]), args[1], no)
	case what == "text" && len(args) == 1:
		return match(l.text, args[0], no)
	case what == "html" && len(args) == 1:
		return match(l.html, args[0], no)
	case what == "part" && len(args) == 1:
		if slices.Contains(l.parts, args[0]) == no {
			return fmt.Errorf("the parts are %v", l.parts)
		}
		return nil
	case what == "clean":
		return l.fault
	case what == "before" && len(args) == 2:
		text := strings.ToLower(l.text)
		first, second := strings.Index(text, strings.ToLower(args[0])), strings.Index(text, strings.ToLower(args[1]))
		if first < 0 || second < 0 || first >= second {
			return fmt.Errorf("%q at %d, %q at %d in:\n%s", args[0], first, args[1], second, l.text)
		}
		return nil
	}
	return fmt.Errorf("a story does not know expect %s with %d words", what, len(args))
}

func (s *telling) expectComplaint(args []string, no bool) error {
	if len(args) != 3 {
		return fmt.Errorf("complaint NUMBER FIELD VALUE")
	}
	var shown map[string]any
	s.ask(&shown, "complaints", "show", args[0])
	var value any = shown
	for _, step := range strings.Split(args[1], ".") {
		object, _ := value.(map[string]any)
		value = object[step]
	}
	if list, ok := value.([]any); ok { // of a list, its length
		value = len(list)
	}
	if (fmt.Sprint(value) == args[2]) == no {
		return fmt.Errorf("it is %v", value)
	}
	return nil
}

func (s *telling) expectLedger(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("ledger OUTCOME[/REASON] N")
	}
	outcome, reason, parked := strings.Cut(args[0], "/")
	n := 0
	rows := s.ledger()
	for _, row := range rows {
		if row.Outcome == outcome && (!parked || row.Reason == reason) {
			n++
		}
	}
	if want, _ := strconv.Atoi(args[1]); n != want {
		var found []string
		for _, row := range rows {
			found = append(found, strings.TrimSuffix(row.Outcome+"/"+row.Reason, "/"))
		}
		return fmt.Errorf("there are %d; the ledger is %s", n, strings.Join(found, ", "))
	}
	return nil
}

func (s *telling) expectMail(args []string, no bool) error {
	s.settle(s.t)
	if no && len(args) == 2 && args[0] == "to" {
		if mails := s.mails(s.t, args[1], "INBOX"); len(mails) > 0 {
			return fmt.Errorf("there are %s", describe(mails))
		}
		return nil
	}
	if len(args) < 3 || args[1] != "to" {
		return fmt.Errorf("mail KIND to USER [N]")
	}
	want := 1
	if no {
		want = 0
	} else if len(args) == 4 {
		want, _ = strconv.Atoi(args[3])
	}
	mails := s.mails(s.t, args[2], "INBOX")
	if got := len(ofKind(mails, args[0])); got != want {
		return fmt.Errorf("there are %d, in %s", got, describe(mails))
	}
	return nil
}

func (s *telling) expectInbox(args []string, no bool) error {
	if len(args) != 3 {
		return fmt.Errorf("inbox USER KIND PATTERN")
	}
	mails := ofKind(s.mails(s.t, args[0], "INBOX"), args[1])
	for _, l := range mails {
		if match(l.text, args[2], false) == nil {
			if no {
				return fmt.Errorf("it is:\n%s", l.text)
			}
			return nil
		}
	}
	if no {
		return nil
	}
	var texts strings.Builder
	for _, l := range mails[max(0, len(mails)-4):] {
		texts.WriteString("\n" + l.text)
	}
	return fmt.Errorf("it is in none of %d; the last are:%s", len(mails), texts.String())
}

func expectNumber(got int, args []string, no bool) error {
	if no || len(args) < 2 {
		return equal(got, 0)
	}
	want, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	return equal(got, want)
}

func equal(got, want int) error {
	if got != want {
		return fmt.Errorf("got %d, want %d", got, want)
	}
	return nil
}

// match holds a text against a regular expression; case does not matter, and a dot matches line ends too.
func match(text, pattern string, no bool) error {
	re, err := regexp.Compile("(?is)" + pattern)
	if err != nil {
		return err
	}
	if re.MatchString(text) == no {
		return fmt.Errorf("it is:\n%s", text)
	}
	return nil
}
