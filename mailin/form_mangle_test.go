package mailin

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dankuwel/templates"
)

const mangledReplies = 3000

// TestReadFilled_mangled makes replies with known values as clients and people make them, and reads them: no value may be lost, that is,
// its words must be in its field or in the free text; 99 % must be understood wholly.
func TestReadFilled_mangled(t *testing.T) {
	texts := formTexts(t)
	readMangled(t, texts, texts.Actions(), mangledReplies)
}

// TestReadFilled_mangledOwn does the same to the forms of an organisation's own texts, whose labels are what it wrote.
func TestReadFilled_mangledOwn(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "nl", "own"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"bezoek":   "[[Datum bezoek]] om [[Uur]], met [[Wie komt mee]].\n\n[[Wat breng ik mee]]\n\nTot dan.\n\n[[Vraag aan u]]\n",
		"wasserij": "[[Kledingstuk]] van [[Bewoner]] (kamer [[Kamer]]) is terug op [[Dag]].\n\n[[Wat gebeurde er]]\n",
		"écoute":   "[[Première étape]] · [[Deuxième étape]]\n\n[[Réponse de l'équipe]]\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, "nl", "own", name+".md"), []byte("Subject: Bericht\n\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	texts, err := templates.Load(dir)
	if err != nil || texts.OwnFaults() != nil {
		t.Fatal(err, texts.OwnFaults())
	}
	readMangled(t, texts, texts.Forms()[len(texts.Actions()):], mangledReplies/3)
}

func readMangled(t *testing.T, texts *templates.Set, actions []templates.Action, replies int) {
	lost, wrong, all := 0, 0, map[string][2]int{}
	for seed := range uint64(replies) {
		m := newMangled(texts, actions, seed)
		got := ReadFilled(m.subject, NewText(m.whole, texts.Markers()), m.whole, texts)
		fault := ""
		for key, want := range m.values {
			if !sameValue(got.Fields[key], want) {
				fault += fmt.Sprintf("%s is %q, want %q; ", key, got.Fields[key], want)
				if !holdsWords(got.Fields[key]+" "+got.Free+" "+got.Rest, want) {
					lost++
					fault += "LOST; "
				}
			}
		}
		for key, value := range got.Fields {
			if _, filled := m.values[key]; !filled {
				fault += fmt.Sprintf("%s is %q, want nothing; ", key, value)
			}
		}
		if len(got.Twice) > 0 || got.Verb != m.verb || m.note != got.Free {
			fault += fmt.Sprintf("twice %q, verb %q, want %q, free %q, want %q", got.Twice, got.Verb, m.verb, got.Free, m.note)
		}
		if fault != "" {
			if wrong++; wrong <= 20 || strings.Contains(fault, "LOST") {
				t.Logf("seed %d, %v: %s\n%s", seed, m.marks, fault, m.whole)
			}
		}
		for mark := range m.marks {
			n := all[mark]
			n[0]++
			if fault != "" {
				n[1]++
			}
			all[mark] = n
		}
	}
	for _, mark := range slices.Sorted(maps.Keys(all)) {
		t.Logf("%-28s %5d replies, %d not wholly understood", mark, all[mark][0], all[mark][1])
	}
	t.Logf("%d mangled replies: %d values lost, %.2f %% understood wholly", replies, lost, 100*float64(replies-wrong)/float64(replies))
	if lost > 0 || wrong*100 > replies {
		t.Errorf("%d values lost, %d replies not wholly understood", lost, wrong)
	}
}

// sameValue compares apart from white space, and from what autocorrection makes of quotes and dashes.
func sameValue(a, b string) bool { return slices.Equal(plainWords(a), plainWords(b)) }

func plainWords(s string) []string {
	return strings.Fields(strings.NewReplacer("’", "'", "“", `"`, "”", `"`, "–", "-", "\u00a0", " ").Replace(s))
}

func holdsWords(text, want string) bool {
	have := map[string]bool{}
	for _, w := range plainWords(text) {
		have[w] = true
	}
	return !slices.ContainsFunc(plainWords(want), func(w string) bool { return !have[w] })
}

// mangled is a reply of which we know what it says.
type mangled struct {
	*rand.Rand
	texts       *templates.Set
	actions     []templates.Action // of which one is made
	lang, style string
	action      templates.Action
	values      map[string]string
	marks       map[string]bool // What was done to it.
	verb        string
	note        string
	subject     string
	whole       string
}

var proseValues = []string{
	"De soep was koud.",
	"Drie avonden koude soep.\nLet op: de kok was ziek.",
	"Om 14:30 belde ik haar dochter.\n\nZe zei: het was de derde keer.\n\nNiemand kwam kijken.",
	"- de wagen stond stil\n- het vet was op\n1. niemand keek",
	"Mevrouw \"Claes\" - de dochter - was erbij; zie ook http://example.test/x?y=z",
	"Le potage n'était pas chaud. Il a dit : \"demain\".",
	"Die Suppe war kalt, und niemand kam.\n\nSo ging es drei Abende.",
	"Er werd geschreven dat de wagen pas om zeven uur op de gang stond en dat de kok, die alleen was, de borden niet op tijd kon dragen.",
}

var lineValues = []string{"Bram De Wit", "12 januari 2027", "M2", "bram@example.test", "02 555 12 12", "mevrouw Claes, dochter", "14", "-", "K-2026-0007"}

var mangledNotes = []string{"", "", "Zie mijn antwoord.", "Ik bel haar morgen nog.\n\nDe kok weet ervan.", "Voilà."}

func newMangled(texts *templates.Set, actions []templates.Action, seed uint64) *mangled {
	m := &mangled{Rand: rand.New(rand.NewPCG(5, seed)), texts: texts, actions: actions, values: map[string]string{}, marks: map[string]bool{}}
	m.lang = m.of(templates.Languages...)
	m.style = m.of("thunderbird", "gmail", "apple", "outlook")
	for m.action = m.anAction(); len(m.action.Fields) < 2; {
		m.action = m.anAction()
	}
	for _, key := range m.action.Fields {
		if m.IntN(3) > 0 {
			m.values[key] = m.aValue(key)
		}
	}
	if len(m.values) == 0 {
		m.values[m.action.Fields[0]] = m.aValue(m.action.Fields[0])
	}
	m.note = m.of(mangledNotes...)
	m.mark(m.lang)
	m.mark(m.style)
	switch m.IntN(5) {
	case 0:
		m.typedAbove()
	case 1:
		m.copiedAbove()
	default:
		m.filledBelow()
	}
	return m
}

func (m *mangled) of(words ...string) string { return words[m.IntN(len(words))] }

func (m *mangled) anAction() templates.Action {
	return m.actions[m.IntN(len(m.actions))]
}

func (m *mangled) aValue(key string) string {
	if list := m.texts.ValueList(m.action.Key, key); list != "" {
		labels := m.texts.ValueLabels(m.lang, list)
		return m.of(labels...)
	}
	if m.texts.IsProse(key) {
		return m.of(proseValues...)
	}
	return m.of(lineValues...)
}

// chance does a mangle once in n times.
func (m *mangled) chance(n int, mark string) bool {
	if m.IntN(n) > 0 {
		return false
	}
	return m.mark(mark)
}

func (m *mangled) mark(mark string) bool {
	m.marks[mark] = true
	return true
}

// fill writes the lines of a form; empty ones, too, when whole.
func (m *mangled) fill(whole bool) (lines []string) {
	lang := m.lang
	if m.chance(6, "translated labels") {
		lang = m.of(templates.Languages...)
	}
	fields := slices.Clone(m.action.Fields)
	if m.chance(4, "reordered") {
		m.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	}
	bullets, spaced := m.chance(8, "bullets"), m.chance(6, "empty lines between")
	table := whole && m.chance(12, "table")
	for _, key := range fields {
		value, filled := m.values[key]
		if !filled && !whole {
			continue
		}
		if table {
			lines = append(lines, strings.Split(m.texts.FormLabel(lang, m.action.Key, key)+"\t"+m.corrected(value), "\n")...)
			continue
		}
		field := m.field(lang, key, m.corrected(value))
		if bullets {
			field[0] = "- " + field[0]
		}
		if lines = append(lines, field...); spaced {
			lines = append(lines, "")
		}
	}
	return lines
}

// corrected is what autocorrection makes of a value.
func (m *mangled) corrected(value string) string {
	if m.chance(8, "autocorrected") {
		value = strings.NewReplacer(`"`, "”", "'", "’", " - ", " – ").Replace(value)
	}
	return value
}

func (m *mangled) field(lang, key, value string) []string {
	label, written, separator := m.texts.FormLabel(lang, m.action.Key, key), "", ":"
	hint := ""
	if list := m.texts.ValueList(m.action.Key, key); list != "" && m.IntN(2) == 0 {
		if choices := strings.Join(m.texts.ValueLabels(lang, list), ", "); len(choices) < 40 {
			hint = " (" + choices + ")"
			m.mark("choices")
		}
	}
	switch m.IntN(12) {
	case 0:
		written = m.capitals(label)
	case 1:
		written = m.misspelt(key, label)
	case 2:
		written = m.half(key, label)
	default:
		written = label
	}
	switch m.IntN(12) {
	case 0:
		separator = m.separate("spaced colon", " :")
	case 1:
		separator = m.separate("wide colon", "：")
	case 2:
		separator = m.separate("dash", " "+m.of("-", "–", "—"))
	case 3:
		separator = m.separate("non-breaking", "\u00a0:\u00a0")
	case 4:
		separator = m.separate("tab", "\t")
	}
	line := written + hint + separator
	switch m.IntN(10) {
	case 0:
		line = m.separate("bold", "*"+line+"*")
	case 1:
		line = m.separate("bold label", "*"+written+hint+"*"+separator)
	}
	first, rest, more := strings.Cut(value, "\n")
	lines := []string{strings.TrimRight(line+m.of(" ", " ", "", "\u00a0")+first, " \u00a0")}
	if value != "" && m.chance(8, "value on the next line") {
		lines = []string{line, first}
	}
	if more {
		lines = append(lines, strings.Split(rest, "\n")...)
	}
	return lines
}

func (m *mangled) separate(mark, s string) string {
	m.mark(mark)
	return s
}

func (m *mangled) capitals(label string) string {
	m.mark("capitals, no accents")
	return strings.NewReplacer("É", "E", "Ê", "E", "Ä", "AE", "Ü", "UE", "Ö", "OE").Replace(strings.ToUpper(label))
}

// misspelt and half change long labels only, so that a person would know which is meant.
func (m *mangled) misspelt(key, label string) string {
	letters := []rune(label)
	if len(letters) < 5 {
		return label
	}
	i := 1 + m.IntN(len(letters)-2)
	letters[i], letters[i+1] = letters[i+1], letters[i]
	m.mark("misspelt")
	return string(letters)
}

func (m *mangled) half(key, label string) string {
	letters := []rune(label)
	n := (len(letters) + 1) / 2
	if n < 4 || n == len(letters) {
		return label
	}
	rest := strings.TrimSpace(string(letters[:n]))
	if m.IntN(2) == 0 {
		rest = strings.TrimSpace(string(letters[len(letters)-n:]))
	}
	if m.texts.PartOfField(m.action.Fields, rest, true) != key {
		return label // Nobody could tell.
	}
	m.mark("half deleted")
	return rest
}

// typedAbove is a form typed above the marker, below a verb, with the empty form quoted.
func (m *mangled) typedAbove() {
	m.mark("typed above")
	m.verb = m.action.Key
	lines := append([]string{"#" + m.texts.ActionName(m.lang, m.verb)}, m.fill(false)...)
	own := strings.Join(append(lines, m.signature(true)...), "\n")
	m.reply(own, staffMailOf(m.texts, m.lang, m.texts.FormText(m.lang, m.action.Key, nil, nil)))
}

// copiedAbove is the whole form copied above the marker, with its first line and its end line.
func (m *mangled) copiedAbove() {
	m.mark("copied above")
	m.verb = m.action.Key
	lines := append([]string{"#" + m.texts.ActionName(m.lang, m.verb)}, m.fill(true)...)
	lines = append(lines, m.end())
	if m.note != "" {
		lines = append([]string{m.note, ""}, lines...)
	}
	m.reply(strings.Join(lines, "\n"), staffMailOf(m.texts, m.lang, m.texts.FormText(m.lang, m.action.Key, nil, nil)))
}

// filledBelow is the quoted form filled in.
func (m *mangled) filledBelow() {
	m.mark("filled below")
	var lines []string
	headless, endless := m.chance(6, "first line deleted"), false
	if !headless {
		lines = append(lines, "#"+m.texts.ActionName(m.lang, m.action.Key))
		endless = m.chance(6, "end line deleted")
	}
	lines = append(lines, m.fill(true)...)
	if !endless {
		lines = append(lines, m.end())
	}
	if m.chance(5, "signature below") || endless {
		lines = append(lines, m.signature(false)...)
	}
	m.reply(m.note, staffMailOf(m.texts, m.lang, strings.Join(lines, "\n")+"\n"))
}

func (m *mangled) end() string {
	end := m.texts.FormEnd(m.lang)
	if m.chance(4, "autocorrected end line") {
		end = strings.NewReplacer("---", m.of("—", "–-", "-- -")).Replace(end)
	}
	return end
}

// signature ends a form; what of it is the person's own text stands before the note then.
func (m *mangled) signature(own bool) []string {
	closing := map[string]string{"nl": "Met vriendelijke groet", "fr": "Bien cordialement", "en": "Kind regards", "de": "Mit freundlichen Grüßen"}[m.lang]
	if own {
		m.note = ""
		if m.IntN(2) == 0 {
			return nil
		}
		m.mark("closing")
		m.note = closing + "\nBram De Wit"
		return []string{"", closing, "Bram De Wit"}
	}
	return []string{"", "-- ", "Bram De Wit", "02 555 12 12"}
}

// staffMailOf is a mail in which more than the form looks like fields.
func staffMailOf(texts *templates.Set, lang, form string) string {
	marker := texts.Markers()[slices.Index(templates.Languages, lang)]
	label := func(key string) string { return texts.FieldLabel(lang, key) }
	return marker + "\n\nK-2026-0001\n\n" + label("complainant") + ": Jan Claes\n" + label("email") + ": jan@client.test\n\n> De soep was koud.\n> " + label("facts") + ": niets\n\n" +
		"Data\n----\n\n" + label("handler") + ": Bram\n" + label("department") + ": Keuken\n\n" + form
}

var attributions = map[string]map[string]string{
	"nl": {"gmail": "Op do 3 dec 2026 om 10:12 schreef Klachtendienst <klachten@example.test>:", "thunderbird": "Op 3-12-2026 om 10:12 schreef Klachtendienst:",
		"apple": "Op 3 dec. 2026, om 10:12 heeft Klachtendienst <klachten@example.test> het volgende geschreven:", "outlook": "Van|Verzonden|Aan|Onderwerp"},
	"fr": {"gmail": "Le jeu. 3 déc. 2026 à 10:12, Klachtendienst <klachten@example.test> a écrit :", "thunderbird": "Le 03/12/2026 à 10:12, Klachtendienst a écrit :",
		"apple": "Le 3 déc. 2026 à 10:12, Klachtendienst <klachten@example.test> a écrit :", "outlook": "De|Envoyé|À|Objet"},
	"en": {"gmail": "On Thu, 3 Dec 2026 at 10:12, Klachtendienst <klachten@example.test> wrote:", "thunderbird": "On 03/12/2026 10:12, Klachtendienst wrote:",
		"apple": "On 3 Dec 2026, at 10:12, Klachtendienst <klachten@example.test> wrote:", "outlook": "From|Sent|To|Subject"},
	"de": {"gmail": "Am Do., 3. Dez. 2026 um 10:12 Uhr schrieb Klachtendienst <klachten@example.test>:", "thunderbird": "Am 03.12.26 um 10:12 schrieb Klachtendienst:",
		"apple": "Am 03.12.2026 um 10:12 schrieb Klachtendienst <klachten@example.test>:", "outlook": "Von|Gesendet|An|Betreff"},
}

// reply puts own words above our mail as the client does.
func (m *mangled) reply(own, mail string) {
	m.subject = "Re: Nieuwe klacht [K-2026-0001]"
	head := attributions[m.lang][m.style]
	if m.style == "outlook" {
		l := strings.Split(head, "|")
		m.whole = own + "\n\n________________________________\n" + l[0] + ": Klachtendienst <klachten@example.test>\n" + l[1] + ": 3 december 2026 10:12\n" + l[2] + ": Bram De Wit\n" +
			l[3] + ": Nieuwe klacht [K-2026-0001]\n\n" + mail
		return
	}
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimRight(mail, "\n"), "\n") {
		mark := "> "
		if m.style == "apple" && line == "" {
			mark = ">"
		}
		if i > 12 && line != "" && !strings.Contains(line, ":") && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "-") && !strings.HasPrefix(line, "—") && !strings.HasPrefix(line, "–-") && line != "Bram De Wit" && line != "02 555 12 12" && m.marks["filled below"] && m.IntN(3) == 0 {
			mark = "" // A line that was added below a quoted one.
			m.mark("value not quoted")
		}
		b.WriteString(mark + line + "\n")
	}
	m.whole = own + "\n\n" + head + "\n" + b.String()
}
