package mailin

import (
	"sort"
	"strconv"
	"strings"
)

// parameters reads "; name=value" pairs of RFC 2045 section 5.1 with the extensions of RFC 2231, forgivingly: values
// with spaces that are not quoted, encoded words in quotes (RFC 2047 section 5 forbids them, everybody writes them),
// charsets other than UTF-8, missing quotes at the end. Names in lower case; the first of two equal names counts.
func parameters(s string) map[string]string {
	params := map[string]string{}
	var parts []continuedParam
	for {
		s = strings.TrimLeft(s, "; \t\r\n")
		if s == "" {
			break
		}
		var name, value string
		name, value, s = nextParameter(s)
		if name == "" {
			continue
		}
		if base, part, ok := continued(name, value); ok {
			part.base = base
			parts = append(parts, part)
		} else if _, taken := params[name]; !taken {
			params[name] = value
		}
	}
	joinContinued(params, parts)
	if len(params) == 0 {
		return nil
	}
	return params
}

// nextParameter cuts one parameter off s.
func nextParameter(s string) (name, value, rest string) {
	i := strings.IndexAny(s, "=;")
	if i < 0 || s[i] == ';' {
		if i < 0 {
			return "", "", ""
		}
		return "", "", s[i:]
	}
	name = strings.ToLower(strings.TrimSpace(stripComments(s[:i])))
	s = strings.TrimLeft(s[i+1:], " \t")
	if !strings.HasPrefix(s, `"`) {
		value, rest, _ = strings.Cut(s, ";")
		return name, strings.TrimSpace(stripComments(value)), rest
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'): // quoted-pair; other backslashes are a Windows path
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			return name, b.String(), s[i+1:]
		default:
			b.WriteByte(s[i])
		}
	}
	return name, b.String(), ""
}

// continuedParam is one section of a parameter of RFC 2231: name*0, name*0*, name*.
type continuedParam struct {
	base    string
	section int
	encoded bool
	value   string
}

func continued(name, value string) (string, continuedParam, bool) {
	base, suffix, ok := strings.Cut(name, "*")
	if !ok || base == "" {
		return "", continuedParam{}, false
	}
	part := continuedParam{value: value}
	suffix, part.encoded = strings.CutSuffix(suffix, "*")
	if suffix == "" {
		part.encoded = true // "name*=": RFC 2231 section 4
		return base, part, true
	}
	n, err := strconv.Atoi(suffix)
	if err != nil || n < 0 {
		return "", continuedParam{}, false
	}
	part.section = n
	return base, part, true
}

// joinContinued puts the sections of each parameter together; they may come in any order (RFC 2231 section 3).
func joinContinued(params map[string]string, parts []continuedParam) {
	sort.SliceStable(parts, func(i, j int) bool {
		if parts[i].base != parts[j].base {
			return parts[i].base < parts[j].base
		}
		return parts[i].section < parts[j].section
	})
	for i := 0; i < len(parts); {
		base, label := parts[i].base, ""
		var raw []byte
		for first := i; i < len(parts) && parts[i].base == base; i++ {
			value := parts[i].value
			if !parts[i].encoded {
				raw = append(raw, value...)
				continue
			}
			if i == first { // charset'language'value
				if pieces := strings.SplitN(value, "'", 3); len(pieces) == 3 {
					label, value = pieces[0], pieces[2]
				}
			}
			raw = appendUnescaped(raw, value)
		}
		if text, _ := decodeCharset(raw, label); text != "" {
			params[base] = text // Better than a plain one of the same name, RFC 6266 section 4.3 in spirit.
		}
	}
}

// appendUnescaped appends value with its "%" and two hex digits undone; a "%" without them stands for itself.
func appendUnescaped(dst []byte, value string) []byte {
	for i := 0; i < len(value); i++ {
		if value[i] == '%' && i+2 < len(value) && isHex(value[i+1]) && isHex(value[i+2]) {
			dst = append(dst, unhex(value[i+1])<<4|unhex(value[i+2]))
			i += 2
		} else {
			dst = append(dst, value[i])
		}
	}
	return dst
}

// stripComments leaves out comments in parentheses (RFC 5322 section 3.2.2) outside quoted strings, and trims.
func stripComments(s string) string {
	if !strings.Contains(s, "(") {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			if depth == 0 {
				b.WriteString(s[i : i+2])
			}
			i++
			continue
		case c == '"' && depth == 0:
			quoted = !quoted
		case c == '(' && !quoted:
			depth++
			continue
		case c == ')' && !quoted && depth > 0:
			depth--
			continue
		}
		if depth == 0 {
			b.WriteByte(c)
		}
	}
	return strings.TrimSpace(b.String())
}
