package procedure

import (
	"slices"
	"strings"
)

// repeated is how many lines at the end of a text are a block that ended the staff member's mail before this one, too: a signature that no
// word gives away (CONTRACT section 6, "Plain reply"). A line alone, or a sentence, may have been said twice.
func (x *deed) repeated(lines []string) int {
	if x.before == nil {
		m, err := x.tx.MailBefore(x.by.ID, x.a.Message.FromEmail, x.a.Message.ID)
		if err != nil {
			x.failed = err
			return 0
		}
		x.before = []string{}
		if m != nil {
			x.before = strings.Split(strings.TrimSpace(x.Read(m).Own), "\n")
		}
	}
	said, found := 0, 0 // lines with words; lines
	for i, j := len(lines)-1, len(x.before)-1; i > 0 && j >= 0 && said < maxSignature; i, j = i-1, j-1 {
		for ; i > 0 && strings.TrimSpace(lines[i]) == ""; i-- {
		}
		for ; j > 0 && strings.TrimSpace(x.before[j]) == ""; j-- {
		}
		words := strings.Fields(lines[i])
		if i == 0 || !slices.Equal(words, strings.Fields(x.before[j])) || isSentence(words) {
			break
		}
		said, found = said+1, len(lines)-i
	}
	if said < 2 {
		return 0
	}
	return found
}

// isSentence: four words or more with a full stop or the like.
func isSentence(words []string) bool {
	return len(words) >= 4 && strings.ContainsAny(words[len(words)-1], ".!?")
}
