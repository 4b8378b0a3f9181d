package mailin

import "strings"

// maxReturnedIDs is how many ids of one notice are looked up.
const maxReturnedIDs = 20

// ReturnedIDs are the ids by which a notice names the mail it is about, without <>, in order of trust, each once, at most 20:
// X-Dankuwel-Id and Message-ID of the mail or header that it returns, the same pasted into its text, ids that its report or its own
// fields name, at last In-Reply-To and References of the notice itself.
func ReturnedIDs(m *Message) []string {
	var ids []string
	seen := map[string]bool{}
	add := func(values ...string) {
		for _, id := range values {
			if id = strings.TrimSpace(id); id != "" && !seen[id] && len(ids) < maxReturnedIDs {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	addNamed := func(fields []Field, names ...string) {
		for _, name := range names {
			if value := fieldValue(fields, name); value != "" {
				add(messageIDs(value)...)
			}
		}
	}
	var returned func(mails []*Message, depth int)
	returned = func(mails []*Message, depth int) {
		for _, e := range mails {
			addNamed(e.Fields, "X-Dankuwel-Id", "Message-ID")
			if depth < maxEmbeddedDepth && len(ids) < maxReturnedIDs {
				returned(e.Embedded, depth+1) // A notice within a notice.
			}
		}
	}
	returned(readNotice(m).returned, 1)
	if ses := readSES(m); ses != nil {
		addNamed(ses.ids(), "X-Dankuwel-Id", "Message-ID")
	}
	for _, group := range fieldGroups(m.Report) { // RFC 8098 section 3.2.5; Exchange, PowerMTA
		addNamed(group, "Original-Message-ID", "X-Original-Message-ID", "X-Dankuwel-Id")
	}
	addNamed(m.Fields, "X-Original-Message-ID", "X-MS-Exchange-Parent-Message-Id", "X-Failed-Message-ID")
	add(m.InReplyTo...)
	for i := len(m.References) - 1; i >= 0; i-- {
		add(m.References[i])
	}
	return ids
}
