package mailin

import (
	"strings"
	"unicode/utf8"
)

// foundAddress is an address met in running text, and where: text[from:to], brackets left out.
type foundAddress struct {
	email    string // Domain in lower case.
	from, to int
}

// addressesIn finds what looks like mail addresses in a line, at most limit, in order.
func addressesIn(line string, limit int) []foundAddress {
	var found []foundAddress
	for at, end := 0, 0; len(found) < limit; {
		i := strings.IndexByte(line[at:], '@')
		if i < 0 {
			break
		}
		i += at
		at = i + 1
		from := localStart(line, end, i)
		to := domainEnd(line, i+1)
		if from == i || to == i+1 || strings.HasSuffix(line[:from], "//") {
			continue
		}
		bracketed := from > 0 && line[from-1] == '<'
		domain := line[i+1 : to]
		if !strings.Contains(domain, ".") && !strings.HasPrefix(domain, "[") && !bracketed {
			continue
		}
		found = append(found, foundAddress{email: line[from:i+1] + strings.ToLower(domain), from: from, to: to})
		at, end = to, to
	}
	return found
}

// localStart is where the local part that ends at line[at] begins, not before floor.
func localStart(line string, floor, at int) int {
	floor = max(floor, at-128) // RFC 5321 section 4.5.3.1.1 allows 64 octets.
	if at > floor && line[at-1] == '"' {
		if open := strings.LastIndexByte(line[floor:at-1], '"'); open >= 0 {
			return floor + open
		}
		return at
	}
	from := at
	for from > floor {
		r, size := utf8.DecodeLastRuneInString(line[floor:from])
		if r != '.' && !isAtext(r) {
			break
		}
		from -= size
	}
	for from < at && strings.IndexByte(".'`*-#=/", line[from]) >= 0 { // Of the sentence around it.
		from++
	}
	return from
}

// domainEnd is where the domain or address literal that begins at line[from] ends.
func domainEnd(line string, from int) int {
	rest := line[from:min(len(line), from+256)] // RFC 5321 section 4.5.3.1.2: 255 octets.
	if strings.HasPrefix(rest, "[") {
		if i := strings.IndexByte(rest, ']'); i > 0 {
			return from + i + 1
		}
		return from
	}
	to := 0
	for i, r := range rest {
		if !isAlnum(r) && !isForeign(r) && r != '.' && r != '-' && r != '_' {
			break
		}
		to = i + utf8.RuneLen(r)
	}
	return from + len(strings.TrimRight(rest[:to], ".-_"))
}

func isAlnum(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// isForeign allows what RFC 6532 does, for scripts that set words apart: Latin, Greek, Cyrillic. In the others a sentence
// runs into the address without a space.
func isForeign(r rune) bool { return r >= 0xC0 && r < 0x530 }

// isAtext is RFC 5322 section 3.2.3, with UTF-8 by RFC 6532.
func isAtext(r rune) bool {
	return isAlnum(r) || isForeign(r) || r < utf8.RuneSelf && strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
}
