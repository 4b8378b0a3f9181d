package mailin

import (
	"regexp"
	"strings"
)

// Address is a mailbox of a header field (RFC 5322 section 3.4).
type Address struct {
	Name  string // Display name as a person would read it, or the comment behind a bare address; "" when there is none.
	Email string // As written, the domain in lower case: the local part is its owner's business (RFC 5321 section 2.4).
}

// String writes the address as a person would.
func (a Address) String() string {
	if a.Name == "" {
		return a.Email
	}
	return a.Name + " <" + a.Email + ">"
}

// parseAddressList reads an address list (RFC 5322 section 3.4, addresses in UTF-8 by RFC 6532); groups are taken apart.
// What is no correct list is searched for whatever looks like an address; ok is then false.
func parseAddressList(value string) (list []Address, ok bool) {
	ok = true
	carried := "" // QUIRK: a comma in a name without quotes: Peeters, An <an@example.test>
	for _, item := range splitAddresses(value) {
		if stripComments(item) == "" { // Empty groups and elements, obs-addr-list: RFC 5322 section 4.4.
			continue
		}
		found, correct := parseMailbox(item)
		ok = ok && correct
		if len(found) == 0 {
			if len(carried) < maxCarried {
				carried += strings.TrimSpace(item) + ", "
			}
			continue
		}
		if carried != "" && found[0].Name != "" {
			found[0].Name = cleanName(carried + found[0].Name)
		}
		carried = ""
		list = append(list, found...)
	}
	return list, ok
}

// maxCarried is how many bytes of a name with commas are put together; more is no name.
const maxCarried = 200

// addressScanner follows an address list byte by byte and tells what is quoted or comment there.
//
// QUIRK: a quote or parenthesis that nobody closes is a character like others.
type addressScanner struct {
	lastQuote, lastParen int // Where the last of them stands.
	quoted               bool
	depth                int // Of comments.
}

func newAddressScanner(s string) addressScanner {
	return addressScanner{lastQuote: strings.LastIndexByte(s, '"'), lastParen: strings.LastIndexByte(s, ')')}
}

// bare reports whether the byte c at i stands outside quotes and comments, and is no mark of them itself.
func (a *addressScanner) bare(c byte, i int) bool {
	switch {
	case c == '"' && a.depth == 0 && (a.quoted || i < a.lastQuote):
		a.quoted = !a.quoted
		return false
	case a.quoted:
		return false
	case c == '(' && i < a.lastParen:
		a.depth++
		return false
	case c == ')' && a.depth > 0:
		a.depth--
		return false
	}
	return a.depth == 0
}

// splitAddresses cuts a list at its commas and takes groups ("name: a, b;") apart. Quotes, comments and <> are kept whole.
func splitAddresses(value string) []string {
	var items []string
	scan := newAddressScanner(value)
	start := 0
	angle, at, behind := false, false, 0 // "<" is open; the item holds an "@"; where its ">" ended, 0: nowhere yet.
	cut := func(end, next int) {
		items = append(items, value[start:end])
		start, at, behind = next, false, 0
	}
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c == '\\' {
			i++
			continue
		}
		if !scan.bare(c, i) {
			continue
		}
		switch {
		case c == '@':
			at = true
		case c == '<':
			if at && behind > 0 { // QUIRK: the comma between two addresses left out
				cut(behind, behind)
			}
			angle = true
		case c == '>':
			angle, behind = false, i+1
		case angle:
		case c == ',' || c == ';': // Outlook separates with semicolons.
			cut(i, i+1)
		case c == ':' && !at:
			start = i + 1 // The group's name.
		}
	}
	if start < len(value) {
		items = append(items, value[start:])
	}
	return items
}

// parseMailbox reads "Name <address>", "address (name)" or "address". What is none of them is read for whatever looks
// like an address, among others in an encoded word that swallowed name and address both; it is found but not correct.
func parseMailbox(item string) (found []Address, correct bool) {
	item = strings.TrimSpace(item)
	open := lastAngle(item)
	swallowed := strings.HasSuffix(item, "?=") // The word that encodes the name has not ended yet.
	switch {
	case open >= 0 && !swallowed:
		inside, _, closed := strings.Cut(item[open+1:], ">")
		name := phrase(strings.TrimRight(item[:open], "< "))
		if email, ok := cleanEmail(inside); ok {
			return []Address{{Name: name, Email: email}}, true
		}
		found = addressesWithin(decodeWords(inside))
		if len(found) > 0 {
			found[0].Name = name
		}
		if closed || len(found) > 0 || strings.Contains(item, `"`) {
			return found, false // Not searched for in the name: that is whoever's who wrote it.
		}
	case open < 0:
		if email, ok := cleanEmail(stripComments(item)); ok {
			return []Address{{Name: commentOf(item), Email: email}}, true
		}
	}
	decoded := decodeWords(item)
	found = addressesWithin(decoded)
	if i := strings.LastIndexByte(decoded, '<'); i > 0 && len(found) > 0 && strings.Contains(decoded[i:], found[len(found)-1].Email) {
		last := found[len(found)-1]
		return []Address{{Name: cleanName(decoded[:i]), Email: last.Email}}, false
	}
	if at := addressShape.FindStringIndex(decoded); len(found) == 1 && at[0] > 0 && strings.Trim(decoded[at[1]:], ">)]\"' ") == "" {
		found[0].Name = cleanName(strings.TrimRight(decoded[:at[0]], "<[(: ")) // QUIRK: the <> left out, "An Peeters an@example.test"
	}
	return found, false
}

// lastAngle is where the address begins: the last "<" outside quotes and comments, for names hold them too.
func lastAngle(s string) int {
	last, scan := -1, newAddressScanner(s)
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		} else if scan.bare(s[i], i) && s[i] == '<' {
			last = i
		}
	}
	return last
}

// obsoleteSpace is white space beside the dots and the "@" of an address: RFC 5322 section 4.4, obs-local-part and obs-domain.
var obsoleteSpace = regexp.MustCompile(`[ \t]*([.@])[ \t]*`)

// cleanEmail checks the form of an address and puts its domain in lower case.
func cleanEmail(s string) (string, bool) {
	s = strings.TrimSpace(stripComments(s))
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") { // QUIRK: <mailto:an@example.test>
		s = s[7:]
	}
	if strings.HasPrefix(s, "@") { // Source route, RFC 5322 section 4.4 obs-route.
		if _, after, ok := strings.Cut(s, ":"); ok {
			s = after
		}
	}
	if strings.ContainsAny(s, " \t") && !strings.Contains(s, `"`) {
		s = obsoleteSpace.ReplaceAllString(s, "$1")
	}
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || at == len(s)-1 {
		return "", false
	}
	local, domain := strings.TrimSpace(s[:at]), strings.TrimSpace(s[at+1:])
	if !strings.HasPrefix(local, `"`) && strings.ContainsAny(local, " \t@<>,;") || len(s) > 1000 {
		return "", false
	}
	if strings.ContainsAny(domain, " \t\"<>(),;") || oneLine(s) != s {
		return "", false
	}
	return local + "@" + strings.ToLower(strings.TrimSuffix(domain, ".")), true
}

// phrase reads a display name: quoted strings unquoted, comments left out, words decoded.
func phrase(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "(") || strings.Contains(s, "(") && !strings.Contains(s, `"`) {
		if bare := stripComments(s); bare != "" {
			s = bare
		}
	}
	return cleanName(s)
}

func cleanName(s string) string {
	if strings.Contains(s, `"`) || strings.Contains(s, `\`) {
		var b strings.Builder
		for i := 0; i < len(s); i++ {
			if s[i] == '\\' && i+1 < len(s) {
				i++
			} else if s[i] == '"' {
				continue
			}
			b.WriteByte(s[i])
		}
		s = b.String()
	}
	s = shownWords(s)
	for len(s) > 1 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] { // QUIRK: 'An Peeters', quoted once more by Outlook
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	return strings.TrimSpace(s)
}

// commentOf is the name of the old form "an@example.test (An Peeters)", RFC 5322 section 3.4 note.
func commentOf(s string) string {
	_, after, ok := strings.Cut(s, "(")
	if !ok || !strings.HasSuffix(strings.TrimSpace(s), ")") && strings.Contains(s, ")") { // Within the address.
		return ""
	}
	if i := strings.LastIndexByte(after, ')'); i >= 0 {
		after = after[:i]
	}
	return cleanName(after)
}

var addressShape = regexp.MustCompile(`[\p{L}\p{N}._%+/=!#$&'*?^{|}~-]+@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?`)

// addressesWithin finds whatever looks like an address.
func addressesWithin(value string) []Address {
	var list []Address
	for _, s := range addressShape.FindAllString(value, 100) {
		if email, ok := cleanEmail(s); ok {
			list = append(list, Address{Email: email})
		}
	}
	return list
}
