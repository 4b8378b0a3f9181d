package main

import (
	"fmt"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"
)

// When a key counts. A part that gets built turns its notYet into inForce, and adds the key to config.example.toml.
const (
	inForce = iota
	notYet
)

// configKeys are all keys of CONTRACT section 3, in its order. The name is the path without indexes, the example is TOML.
var configKeys = []configKey{
	{"data_dir", `"data"`, inForce},

	{"organization.name", `"Woonzorgcentrum De Linde"`, inForce},
	{"organization.signature", `"An Peeters, klachtencoördinator"`, inForce},
	{"organization.phone", `"02 555 12 12"`, inForce},
	{"organization.language", `"nl"`, inForce},
	{"organization.timezone", `"Europe/Brussels"`, inForce},
	{"organization.holidays", `"BE"`, inForce},
	{"organization.closed_days", `["2026-12-24"]`, inForce},
	{"organization.second_line", `"Woonzorglijn, 02 553 75 00"`, inForce},

	{"database.driver", `"sqlite"`, inForce},
	{"database.dsn", `"dankuwel.db"`, inForce},

	{"mailbox.address", `"klachten@example.test"`, inForce},
	{"mailbox.name", `"Klachtendienst De Linde"`, inForce},
	{"mailbox.reply_addressing", `"plus"`, inForce},
	{"mailbox.inbox", `"INBOX"`, inForce},
	{"mailbox.processed", `"Verwerkt"`, inForce},
	{"mailbox.review", `"Te beoordelen"`, inForce},
	{"mailbox.shielded", `"Afgeschermd"`, inForce},
	{"mailbox.sent", `"Verzonden"`, inForce},
	{"mailbox.poll_interval", `"1m"`, inForce},
	{"mailbox.max_message_size", `"50MB"`, inForce},
	{"mailbox.acknowledge_within", `"14d"`, inForce},
	{"mailbox.lists", `["iedereen.example.test"]`, inForce},

	{"mailbox.imap.address", `"imap.example.test:993"`, inForce},
	{"mailbox.imap.security", `"tls"`, inForce},
	{"mailbox.imap.username", `"klachten"`, inForce},
	{"mailbox.imap.password", "", inForce},
	{"mailbox.imap.password_file", `"/etc/dankuwel/imap-password"`, inForce},
	{"mailbox.imap.password_env", `"DANKUWEL_IMAP_PASSWORD"`, inForce},
	{"mailbox.imap.auth", `"password"`, inForce},
	{"mailbox.imap.ca_file", `"ca.pem"`, inForce},
	{"mailbox.imap.allow_insecure", `false`, inForce},

	{"mailbox.smtp.address", `"smtp.example.test:587"`, inForce},
	{"mailbox.smtp.security", `"starttls"`, inForce},
	{"mailbox.smtp.username", `"klachten"`, inForce},
	{"mailbox.smtp.password", "", inForce},
	{"mailbox.smtp.password_file", `"/etc/dankuwel/smtp-password"`, inForce},
	{"mailbox.smtp.password_env", `"DANKUWEL_SMTP_PASSWORD"`, inForce},
	{"mailbox.smtp.auth", `"password"`, inForce},
	{"mailbox.smtp.ca_file", `"ca.pem"`, inForce},
	{"mailbox.smtp.allow_insecure", `false`, inForce},

	{"form_sender.address", `"noreply@example.test"`, inForce},
	{"form_sender.name_field", `"Naam"`, inForce},
	{"form_sender.email_field", `"header:Reply-To"`, inForce},
	{"form_sender.text_field", `"Bericht"`, inForce},

	{"scanner.address", `"scanner@example.test"`, inForce},

	{"security.authserv_id", `"mx.example.test"`, inForce},

	{"limits.flood", `"20/10m"`, inForce},
	{"limits.automatic", `"5/1d"`, inForce},

	{"procedure.profile", `"vlaams-bestuur"`, inForce},
	{"procedure.anonymous", `"handle"`, inForce},
	{"procedure.status_every", `"14d"`, inForce},
	{"procedure.satisfaction_after", `"7d"`, inForce},
	{"procedure.close_after", `"21d"`, inForce},
	{"procedure.four_eyes", `false`, inForce},
	{"procedure.recurrence", `"3/90d"`, inForce},
	{"procedure.thanks_for", `"bericht"`, inForce},

	{"procedure.terms.acknowledge", `"10d"`, inForce},
	{"procedure.terms.answer", `"45d"`, inForce},
	{"procedure.terms.extend", `"45d"`, inForce},
	{"procedure.terms.extensions", `1`, inForce},
	{"procedure.terms.suspends", `false`, inForce},

	{"staff.name", `"An Peeters"`, inForce},
	{"staff.email", `"an@example.test"`, inForce},
	{"staff.aliases", `["an.peeters@example.test"]`, inForce},
	{"staff.roles", `["coordinator", "handler"]`, inForce},
	{"staff.departments", `["Keuken"]`, inForce},
	{"staff.substitute", `"bram@example.test"`, inForce},
	{"staff.language", `"fr"`, inForce},
	{"staff.shared", `true`, inForce},

	{"department.name", `"Keuken"`, inForce},
	{"department.head", `"bram@example.test"`, inForce},
	{"department.addresses", `["keuken@example.test"]`, inForce},
	{"department.keywords", `["eten", "maaltijd", "soep"]`, inForce},
	{"department.answer", `"30d"`, inForce},

	{"operator.email", `"beheer@example.test"`, inForce},

	{"schedule.status_updates", `"0 9 * * 1-5"`, inForce},
	{"schedule.reminders", `"30 8 * * 1-5"`, inForce},
	{"schedule.follow_ups", `"0 10 * * 1-5"`, inForce},
	{"schedule.evaluations", `"0 9 * * 1-5"`, inForce},
	{"schedule.review_list", `"15 8 * * *"`, inForce},
	{"schedule.handler_digest", `"0 8 * * 1-5"`, inForce},
	{"schedule.weekly_digest", `"0 8 * * 1"`, inForce},
	{"schedule.monthly_digest", `"0 8 1 * *"`, inForce},
	{"schedule.lessons", `"0 8 1 */3 *"`, inForce},
	{"schedule.annual_report", `"0 8 15 1 *"`, inForce},
	{"schedule.retention", `"0 3 * * *"`, inForce},

	{"templates.dir", `"texts"`, inForce},

	{"retention.pseudonymise_after", `"24mo"`, inForce},

	{"server.listen", `"127.0.0.1:8025"`, inForce},
}

// configLists are the tables that are written [[name]].
var configLists = map[string]bool{"mailbox": true, "form_sender": true, "scanner": true, "staff": true, "department": true}

type configKey struct {
	name, example string
	when          int // inForce or notYet
}

// findKey gives the entry of a key; nil when there is none.
func findKey(name string) *configKey {
	for i := range configKeys {
		if configKeys[i].name == name {
			return &configKeys[i]
		}
	}
	return nil
}

// isTable says that keys lie below name.
func isTable(name string) bool {
	for _, k := range configKeys {
		if strings.HasPrefix(k.name, name+".") {
			return true
		}
	}
	return false
}

// tableTitle is how the table is written in the file.
func tableTitle(key string) string {
	if configLists[key] {
		return "[[" + key + "]]"
	}
	return "[" + key + "]"
}

// walk goes through the whole tree once: unknown keys, tables of the wrong kind, keys that are not in force yet.
func (r *configReader) walk(node map[string]any, key, path string) {
	names := make([]string, 0, len(node))
	for name := range node {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		below, at := joinKey(key, name), joinKey(path, name)
		entry := findKey(below)
		switch {
		case strings.Contains(name, ".") || entry == nil && !isTable(below): // a quoted "a.b" is no path
			r.unknown(key, name, at, node[name])
		case entry == nil:
			r.walkTable(node[name], below, at)
		case entry.when == notYet:
			r.later(below, at)
		}
	}
}

// walkTable goes on below a table, or says that it is none.
func (r *configReader) walkTable(value any, key, path string) {
	tables, ok := tablesOf(value)
	_, single := value.(map[string]any)
	switch {
	case !ok:
		r.add(r.lineOf(path), key, fmt.Sprintf("is %s, but it is a table: write %s on a line of its own", typeName(value), tableTitle(key)), "")
		return
	case configLists[key] && single:
		r.add(r.lineOf(path), key, "there can be several: write [["+key+"]] with double brackets", "")
	case !configLists[key] && !single:
		r.add(r.lineOf(path), key, "there is only one: write ["+key+"] with single brackets", "")
	}
	for i, table := range tables {
		below := path
		if !single {
			below += index(i)
		}
		r.walk(table, key, below)
	}
}

// unknown adds a finding about a key of no table, with the most likely cause.
func (r *configReader) unknown(parent, name, path string, value any) {
	shown := toml.Key{name}.String()
	if r.secretIn(name) || len(name) > 60 {
		shown = "(a key that is not shown)"
	}
	problem := "unknown key"
	_, table := tablesOf(value)
	if table {
		problem = "unknown table"
	}
	if near := nearestWord(name, namesBelow(parent)); near != "" {
		problem += fmt.Sprintf("; did you mean %q?", near)
	} else if k := findKey(name); k != nil && parent != "" {
		problem += fmt.Sprintf(": here it belongs to %s; write %s at the top of the file, above the first [table]", tableTitle(parent), name)
	} else if table && isTable(name) {
		problem += "; did you mean " + tableTitle(name) + "?"
	} else if places := tablesWith(name); len(places) > 0 && len(places) <= 3 {
		problem += "; does it belong in " + strings.Join(places, " or ") + "?"
	}
	r.add(r.lineOf(path), joinKey(parent, shown), problem, "")
}

// later notes a key that has no effect in this version.
func (r *configReader) later(key, path string) {
	r.notInForce = append(r.notInForce, Finding{File: r.file, Line: r.lineOf(path), Key: key, Problem: "not in force in this version"})
}

// namesBelow gives the names that may stand directly in a table; "" is the top of the file.
func namesBelow(parent string) []string {
	var names []string
	seen := map[string]bool{}
	for _, k := range configKeys {
		rest, ok := k.name, true
		if parent != "" {
			rest, ok = strings.CutPrefix(k.name, parent+".")
		}
		name, _, _ := strings.Cut(rest, ".")
		if ok && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// tablesWith gives the tables, as they are written, in which name is a key or a table.
func tablesWith(name string) []string {
	var places []string
	seen := map[string]bool{}
	for _, k := range configKeys {
		parts := strings.Split(k.name, ".")
		for i := 1; i < len(parts); i++ {
			parent := strings.Join(parts[:i], ".")
			if parts[i] == name && !seen[parent] {
				seen[parent] = true
				places = append(places, tableTitle(parent))
			}
		}
	}
	return places
}

// nearestWord gives the word that was most likely meant; "" when none is near.
func nearestWord(word string, words []string) string {
	if len(word) > 40 {
		return ""
	}
	best, least := "", min(3, (len(word)+3)/3)
	for _, w := range words {
		if len(word) > 3 && strings.HasPrefix(w, strings.ToLower(word)) {
			return w
		}
		if d := editDistance(strings.ToLower(word), strings.ToLower(w)); d < least && w != "" {
			best, least = w, d
		}
	}
	return best
}

// editDistance counts the letters to add, drop or change (Levenshtein).
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			cost := diagonal
			if x[i] != y[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(row[j]+1, row[j+1]+1, cost)
		}
	}
	return row[len(y)]
}
