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
		if strings.TrimSpace(item) == "" {
			continue
		}
		a, found, correct := parseMailbox(item)
		ok = ok && correct
		if !found {
			if len(carried) < maxCarried {
				carried += strings.TrimSpace(item) + ", "
			}
			continue
		}
		if carried != "" && a.Name != "" {
			a.Name = cleanName(carried + a.Name)
		}
		carried = ""
		list = append(list, a)
	}
	if carried != "" && len(list) == 0 {
		list = addressesWithin(value)
	}
	return list, ok
}

// maxCarried is how many bytes of a name with commas are put together; more is no name.
const maxCarried = 200

// splitAddresses cuts a list at its commas and takes groups ("name: a, b;") apart. Quotes, comments and <> are kept whole.
func splitAddresses(value string) []string {
	var items []string
	start, depth := 0, 0
	quoted, angle := false, false
	lastQuote, lastParen := strings.LastIndexByte(value, '"'), strings.LastIndexByte(value, ')')
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case c == '\\':
			i++
		case c == '"' && depth == 0:
			// QUIRK: a quote that nobody closes is a character like others.
			quoted = !quoted && i < lastQuote
		case quoted:
		case c == '(':
			if i < lastParen {
				depth++
			}
		case c == ')' && depth > 0:
			depth--
		case depth > 0:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case angle:
		case c == ',' || c == ';': // Outlook separates with semicolons.
			items = append(items, value[start:i])
			start = i + 1
		case c == ':' && !strings.Contains(value[start:i], "@"):
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
func parseMailbox(item string) (a Address, found, correct bool) {
	item = strings.TrimSpace(item)
	if open := lastAngle(item); open >= 0 {
		email, _, _ := strings.Cut(item[open+1:], ">")
		swallowed := strings.HasSuffix(item, "?=") // The word that encodes the name has not ended yet.
		if email, ok := cleanEmail(email); ok && !swallowed {
			return Address{Name: phrase(item[:open]), Email: email}, true, true
		}
	} else if email, ok := cleanEmail(stripComments(item)); ok {
		return Address{Name: commentOf(item), Email: email}, true, true
	}
	decoded := decodeWords(item)
	all := addressesWithin(decoded)
	if len(all) == 0 {
		return Address{}, false, false
	}
	a = all[len(all)-1]
	if i := strings.LastIndexByte(decoded, '<'); i > 0 && strings.Contains(decoded[i:], a.Email) {
		a.Name = cleanName(decoded[:i])
	}
	return a, true, false
}

// lastAngle is where the address begins: the last "<" outside quotes, for names hold them too.
func lastAngle(s string) int {
	at, quoted, lastQuote := -1, false, strings.LastIndexByte(s, '"')
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted && i < lastQuote
		case s[i] == '<' && !quoted:
			at = i
		}
	}
	return at
}

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
	if strings.HasPrefix(s, "(") || strings.Contains(s, " (") && !strings.Contains(s, `"`) {
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
	s = oneLine(decodeWords(s))
	for len(s) > 1 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] { // QUIRK: 'An Peeters', quoted once more by Outlook
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	return strings.TrimSpace(s)
}

// commentOf is the name of the old form "an@example.test (An Peeters)", RFC 5322 section 3.4 note.
func commentOf(s string) string {
	_, after, ok := strings.Cut(s, "(")
	if !ok {
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
