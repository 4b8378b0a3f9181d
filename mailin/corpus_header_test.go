package mailin

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// opinion is what another parser made of a mail of the corpus: a second opinion, no oracle.
type opinion struct {
	Parts []struct {
		Headers []struct {
			Name  any // A string, or an object for a name that it does not know.
			Value json.RawMessage
		}
		Body       map[string]json.RawMessage
		OffsetBody int `json:"offset_body"`
		OffsetEnd  int `json:"offset_end"`
	}
	Attachments []int
}

// field is the value of the first field of that name as the second opinion has it.
func (o *opinion) field(name string, into any) bool {
	for _, h := range o.Parts[0].Headers {
		if h.Name == name {
			return json.Unmarshal(h.Value, into) == nil
		}
	}
	return false
}

func (o *opinion) subject() string {
	var v struct{ Text string }
	o.field("subject", &v)
	return v.Text
}

func (o *opinion) date() string {
	var v struct {
		DateTime *struct {
			Year, Month, Day, Hour, Minute, Second int
			Before                                 bool `json:"tz_before_gmt"`
			TZHour                                 int  `json:"tz_hour"`
			TZMinute                               int  `json:"tz_minute"`
		}
	}
	if o.field("date", &v); v.DateTime == nil {
		return ""
	}
	d := v.DateTime
	zone := (d.TZHour*60 + d.TZMinute) * 60
	if d.Before {
		zone = -zone
	}
	return time.Date(d.Year, time.Month(d.Month), d.Day, d.Hour, d.Minute, d.Second, 0, time.FixedZone("", zone)).UTC().Format(time.RFC3339)
}

func (o *opinion) addresses(name string) []string {
	type address struct{ Name, Address string }
	var v struct {
		Address struct {
			List  []address
			Group []struct{ Addresses []address }
		}
	}
	o.field(name, &v)
	list := v.Address.List
	for _, g := range v.Address.Group {
		list = append(list, g.Addresses...)
	}
	var all []string
	for _, a := range list {
		if a.Name == "" && a.Address != "" && !strings.Contains(a.Address, "@") { // A bare word.
			a.Name, a.Address = a.Address, ""
		}
		local, domain, _ := strings.Cut(a.Address, "@")
		if domain != "" {
			local += "@" + strings.ToLower(domain)
		}
		all = append(all, fmt.Sprintf("%q <%s>", a.Name, local))
	}
	return all
}

// sizes are those of its attachments, in bytes, in order of size.
func (o *opinion) sizes() []int {
	var sizes []int
	for _, i := range o.Attachments {
		p := o.Parts[i]
		size := p.OffsetEnd - p.OffsetBody // A mail within the mail.
		for kind, body := range p.Body {
			var text string
			var raw []byte
			var numbers []int
			switch {
			case kind == "Message":
			case json.Unmarshal(body, &text) == nil:
				size = len(text)
			case json.Unmarshal(body, &numbers) == nil:
				size = len(numbers)
			case json.Unmarshal(body, &raw) == nil:
				size = len(raw)
			}
		}
		sizes = append(sizes, size)
	}
	slices.Sort(sizes)
	return sizes
}

// acceptedDifferences are those in which ours is meant, by file and what is compared.
var acceptedDifferences = map[string]string{
	"mail-parser/rfc/001.eml from":               nameAlone,
	"mail-parser/rfc/001.eml to":                 nameAlone,
	"mail-parser/rfc/004.eml from":               nameAlone,
	"mail-parser/rfc/004.eml to":                 nameAlone,
	"mail-parser/thirdparty/007.eml from":        nameAlone,
	"mail-parser/rfc/008.eml attachments":        "a whole mail in base64 is as large as what it decodes to",
	"mail-parser/thirdparty/002.eml attachments": "a text part whose base64 is broken is text all the same",
	"mail-parser/thirdparty/015.eml attachments": "three whole mails are three files, also when one of them has a broken header",
}

const nameAlone = "a name without an address is nobody to write to"

var leftWord = regexp.MustCompile(`=\?[\w.-]+\?[bBqQ]\?`)

// TestHeaderCorpus holds subjects, names, dates and attachments of the corpus against the second opinion where there is
// one, and looks in all of it for what no person would write: encoded words, replacement and control characters.
func TestHeaderCorpus(t *testing.T) {
	files := corpusFiles(t)
	if len(files) == 0 {
		t.Skip("corpus not present")
	}
	counts := map[string][2]int{} // Equal, all.
	var told []string
	for name, raw := range files {
		if strings.HasSuffix(name, ".json") {
			continue
		}
		m := parseBytes(t, raw)
		checkShown(t, name, m)
		second, ok := files[strings.TrimSuffix(name, ".eml")+".json"]
		if !ok || !strings.HasPrefix(name, "mail-parser/") {
			continue
		}
		var o opinion
		if err := json.Unmarshal(second, &o); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		compare := func(what string, got, want any) {
			count := counts[what]
			count[1]++
			if fmt.Sprint(got) == fmt.Sprint(want) {
				count[0]++
			} else if why := acceptedDifferences[name+" "+what]; why != "" {
				told = append(told, fmt.Sprintf("%s, %s: %s", name, what, why))
			} else {
				t.Errorf("%s, %s: got %v, the second opinion is %v", name, what, got, want)
			}
			counts[what] = count
		}
		compare("subject", m.Subject, o.subject())
		date := ""
		if !m.Date.IsZero() {
			date = m.Date.UTC().Format(time.RFC3339)
		}
		compare("date", date, o.date())
		for field, list := range map[string][]Address{"from": m.From, "to": m.To, "cc": m.Cc, "reply_to": m.ReplyTo} {
			var got []string
			for _, a := range list {
				got = append(got, fmt.Sprintf("%q <%s>", a.Name, a.Email))
			}
			if want := o.addresses(field); len(got)+len(want) > 0 {
				compare(field, got, want)
			}
		}
		var sizes []int
		for _, a := range m.Attachments {
			sizes = append(sizes, int(a.Size))
		}
		slices.Sort(sizes)
		compare("attachments", sizes, o.sizes())
	}
	for _, what := range []string{"subject", "date", "from", "to", "reply_to", "attachments"} {
		if counts[what][1] == 0 {
			t.Errorf("nothing to compare: %s", what)
		}
		t.Logf("%-12s %3d of %3d equal to the second opinion", what, counts[what][0], counts[what][1])
	}
	slices.Sort(told)
	t.Logf("%d files read; accepted differences:\n%s", len(files), strings.Join(told, "\n"))
}

// checkShown looks for what no person would write in what people are shown of a mail.
func checkShown(t *testing.T, file string, m *Message) {
	t.Helper()
	shown := []string{m.Subject}
	for _, list := range [][]Address{m.From, m.ReplyTo, m.To, m.Cc} {
		for _, a := range list {
			shown = append(shown, a.Name, a.Email)
		}
	}
	for _, a := range m.Attachments {
		shown = append(shown, a.Name)
	}
	for _, s := range shown {
		if leftWord.MatchString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unsafeToShow(r) }) {
			t.Errorf("%s: %q is not for people", file, s)
		}
		if strings.Contains(s, "\uFFFD") && !slices.ContainsFunc(m.Fields, func(f Field) bool { return strings.Contains(f.Value, "\uFFFD") }) {
			t.Errorf("%s: %q has characters that were not read", file, s)
		}
	}
	for _, e := range m.Embedded {
		checkShown(t, file, e)
	}
}
