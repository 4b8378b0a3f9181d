package mailin

import (
	"slices"
	"strings"
)

// NewText is what the writer of a reply added: the text above our marker line, without the history that a mail client quoted below it.
// When unsure it keeps more rather than less; the whole text is kept beside it.
func NewText(text string, markers []string) string {
	lines := strings.Split(text, "\n")
	if i := slices.IndexFunc(lines, func(l string) bool { return isMarkerLine(l, markers) }); i >= 0 {
		lines = withoutAttribution(lines[:i])
	} else if quoted := quotedTail(lines); quoted < len(lines) {
		lines = withoutAttribution(lines[:quoted])
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func isMarkerLine(line string, markers []string) bool {
	line = strings.Trim(line, "> \t\u00a0*|")
	return slices.ContainsFunc(markers, func(m string) bool { return line != "" && strings.Contains(line, strings.Trim(m, "- ")) })
}

// quotedTail is the index from which on everything is quoted with ">"; len(lines) when the mail does not end so.
func quotedTail(lines []string) int {
	tail := len(lines)
	for i := len(lines) - 1; i >= 0; i-- {
		switch l := strings.TrimSpace(lines[i]); {
		case strings.HasPrefix(l, ">"):
			tail = i
		case l != "":
			return tail
		}
	}
	return tail
}

// withoutAttribution takes away the lines by which a mail client announces a quotation: up to three at the end, the last with a colon
// and a date or an address in them.
func withoutAttribution(lines []string) []string {
	end := len(lines)
	for end > 0 && strings.TrimSpace(strings.Trim(lines[end-1], "> ")) == "" {
		end--
	}
	if end == 0 || !strings.HasSuffix(strings.TrimSpace(lines[end-1]), ":") {
		return lines[:end]
	}
	for start := end - 1; start >= 0 && start >= end-3; start-- {
		if strings.TrimSpace(lines[start]) == "" {
			break
		}
		block := strings.Join(lines[start:end], " ")
		if strings.ContainsAny(block, "@<") || (strings.ContainsAny(block, "0123456789") && len(block) > 20) {
			return lines[:start]
		}
	}
	return lines[:end]
}
