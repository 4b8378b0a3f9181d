//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestStories tells each archive of testdata/stories on every engine. An archive begins with the story in words and
// commands, a line each, and goes on with the mails it needs. README.md lists the commands.
func TestStories(t *testing.T) {
	archives, err := filepath.Glob(filepath.Join("testdata", "stories", "*.txtar"))
	if err != nil || len(archives) == 0 {
		t.Fatalf("no stories found: %v", err)
	}
	for _, path := range archives {
		told, err := readStory(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			onEachEngine(t, told.settings(), func(t *testing.T, w *world) { told.tell(t, w) })
		})
	}
}

// story is an archive that has been read: its script and its files.
type story struct {
	path   string
	script []string
	files  map[string]string
}

// readStory splits an archive at its `-- NAME --` lines, as golang.org/x/tools/txtar does.
func readStory(path string) (*story, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseStory(path, string(raw)), nil
}

func parseStory(path, text string) *story {
	s, name := &story{path: path, files: map[string]string{}}, ""
	for line := range strings.Lines(text) {
		bare := strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(bare, "-- ") && strings.HasSuffix(bare, " --"):
			name = strings.TrimSpace(bare[3 : len(bare)-3])
			s.files[name] = ""
		case name == "":
			s.script = append(s.script, bare)
		default:
			s.files[name] += line
		}
	}
	return s
}

// settings are the files mailbox.toml and more.toml, and the lines `with kitchen`, `with meldpunt` and `with no-authserv`.
func (s *story) settings() settings {
	return settings{
		Mailbox: s.files["mailbox.toml"], More: s.files["more.toml"],
		Kitchen: slices.Contains(s.script, "with kitchen"),
		Second:  slices.Contains(s.script, "with meldpunt"),
		NoAuth:  slices.Contains(s.script, "with no-authserv"),
	}
}

// telling is a story while it is told: the world it changes and the mails that were picked up by name.
type telling struct {
	*world
	t     *testing.T
	story *story
	taken map[string]*letter
	began time.Time
	said  string // by the last command of `run` or `fail`

	padding map[string]int // octets of ${PADDING} per file
}

func (s *story) tell(t *testing.T, w *world) {
	scene := &telling{world: w, t: t, story: s, taken: map[string]*letter{}, began: time.Now(), padding: map[string]int{}}
	for name, text := range s.files { // the organisation's own
		if file := filepath.Join(w.dir, filepath.FromSlash(name)); strings.HasPrefix(name, "texts/") {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n, line := range s.script {
		words, err := split(scene.fillIn(line))
		if err != nil {
			t.Fatalf("%s:%d: %v", s.path, n+1, err)
		}
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if err := scene.act(words); err != nil {
			t.Errorf("%s:%d: %s: %v", s.path, n+1, strings.TrimSpace(line), err)
		}
	}
}

// act carries out one line. The error says what was found instead.
func (s *telling) act(words []string) error {
	verb, args := words[0], words[1:]
	if verb == "expect" {
		return s.expect(args)
	}
	arity := map[string]int{"deliver": 1, "drop": 1, "submit": 2, "append": 2, "pad": 2, "move": 2, "take": 3, "limit-size": 1, "capability": 1, "fail": 2, "change": 2, "reply": 3, "age": 2}
	if len(args) < arity[verb] {
		return fmt.Errorf("%s needs %d words", verb, arity[verb])
	}
	switch verb {
	case "deliver": // FILE [from ADDRESS] [to ADDRESS] [button LABEL]
		l := parseLetter(s.mail(args[0]))
		from, to := l.address("From"), l.address("To")
		for i := 1; i+1 < len(args); i += 2 {
			switch args[i] {
			case "from":
				from = strings.Trim(args[i+1], "<>")
			case "to":
				to = args[i+1]
			}
		}
		s.deliver(s.t, l.raw, from, to)
	case "reply": // USER KIND FILE [style gmail] [lang fr] [fill FILE] [about K-2026-0001] [to ADDRESS] [button LABEL]
		return s.reply(args[0], args[1], args[2], args[3:])
	case "drop": // FILE [USER]
		s.drop(s.t, append(args, "klachten")[1], s.mail(args[0]))
	case "submit": // USER FILE
		l := parseLetter(s.mail(args[1]))
		s.submit(s.t, args[0], l.raw, l.address("To"))
	case "append": // FILE DAYS: a mail that was received so many days ago
		var days int
		if _, err := fmt.Sscan(args[1], &days); err != nil {
			return err
		}
		s.appendMail(s.t, "klachten", "INBOX", s.mail(args[0]), time.Now().AddDate(0, 0, -days))
	case "pad": // FILE OCTETS: put that much base64 where the file says ${PADDING}
		var octets int
		if _, err := fmt.Sscan(args[1], &octets); err != nil {
			return err
		}
		s.padding[args[0]] = octets
	case "move": // FROM TO
		s.move(s.t, "klachten", args[0], args[1])
	case "take": // NAME USER KIND: pick up the newest mail of that kind
		s.taken[args[0]] = s.awaitKind(s.t, args[1], args[2], 1)
	case "limit-size": // OCTETS: the largest mail that the server takes
		s.must(s.t, "limit-size", args[0])
	case "once":
		s.once()
	case "with": // kitchen, meldpunt, no-authserv: read by settings before the story began
	case "capability": // NAMES: all that the IMAP server says it can do
		s.must(s.t, "capability", args[0])
	case "age": // NUMBER DAYS: nobody wrote or did anything for so long
		var days int
		if _, err := fmt.Sscan(args[1], &days); err != nil {
			return err
		}
		s.age(args[0], days)
	case "change": // OLD NEW: where it stands first in config.toml
		s.change(args[0], args[1])
	case "run": // ARGS...
		s.said = s.run(args...)
	case "fail": // STATUS ARGS...: a command that must end with that exit status
		var code int
		if s.said, code = s.try(args[1:]...); fmt.Sprint(code) != args[0] {
			return fmt.Errorf("it ended with %d:\n%s", code, s.said)
		}
	default:
		return fmt.Errorf("a story does not know %q", verb)
	}
	return nil
}

// reply answers the newest mail of a kind with the text of a file as a mail client does that quotes all of it; another file fills in the form that is quoted.
func (s *telling) reply(user, kind, file string, options []string) error {
	s.awaitKind(s.t, user, kind, 1)
	args := []string{user, "--kind", kind, "--body-file", s.written(file)}
	for i := 0; i+1 < len(options); i += 2 {
		switch name, value := options[i], options[i+1]; name {
		case "style", "lang", "button":
			args = append(args, "--"+name, value)
		case "to":
			args = append(args, "--to", value)
		case "about":
			args = append(args, "--match", value)
		case "fill":
			args = append(args, "--fill-file", s.written(value))
		default:
			return fmt.Errorf("reply does not know %q", name)
		}
	}
	s.must(s.t, "reply", args...)
	return nil
}

// written is a file of the archive on the disk, as it is, with names filled in.
func (s *telling) written(name string) string {
	s.t.Helper()
	text, ok := s.story.files[name]
	if !ok {
		s.t.Fatalf("%s holds no file %s", s.story.path, name)
	}
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(s.fillIn(text)), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// mail is a file of the archive, with names filled in and its lines ended by CRLF.
func (s *telling) mail(name string) []byte {
	s.t.Helper()
	text, ok := s.story.files[name]
	if !ok {
		s.t.Fatalf("%s holds no file %s", s.story.path, name)
	}
	text = strings.ReplaceAll(text, "${PADDING}", base64Lines(s.padding[name]))
	return crlf([]byte(s.fillIn(text)))
}

// fillIn replaces ${YEAR}, ${DATE} (when the story began, so that a mail may come twice), ${PARKED} (the first mail that waits for a decision) and ${name.field}, where name
// was picked up by `take`: a header field, reply-to, or by-ja, the address of the button with that code.
func (s *telling) fillIn(text string) string {
	return os.Expand(text, func(word string) string {
		name, field, found := strings.Cut(word, ".")
		switch {
		case word == "YEAR":
			return brussels().Format("2006")
		case word == "DATE":
			return s.began.Format(time.RFC1123Z)
		case word == "LATER": // so late that the term of what came today is over, on a working day
			at := brussels().AddDate(0, 0, 50)
			for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
				at = at.AddDate(0, 0, 1)
			}
			return at.Format("2006-01-02T") + "11:00:00" + at.Format("Z07:00")
		case word == "OUTLOOK": // the same, as Outlook writes it above a mail that it quotes
			at := s.began.In(time.Local)
			days, months := strings.Fields("zondag maandag dinsdag woensdag donderdag vrijdag zaterdag"), strings.Fields("januari februari maart april mei juni juli augustus september oktober november december")
			return fmt.Sprintf("%s %d %s %s", days[at.Weekday()], at.Day(), months[at.Month()-1], at.Format("2006 15:04"))
		case word == "PARKED":
			var waiting []struct{ ID any }
			s.ask(&waiting, "review", "list")
			if len(waiting) > 0 {
				return fmt.Sprint(waiting[0].ID)
			}
		case found && s.taken[name] != nil:
			if field == "reply-to" {
				return s.taken[name].address("Reply-To")
			}
			if button, ok := strings.CutPrefix(field, "by-"); ok { // the address of that button, by its code
				return tokenCode.ReplaceAllString(s.taken[name].address("Reply-To"), "."+button+".$1@")
			}
			return s.taken[name].field(field)
		}
		return "${" + word + "}"
	})
}

// tokenCode is the code and the token at the end of an address of ours (CONTRACT section 6).
var tokenCode = regexp.MustCompile(`\.[a-z]+\.([a-z2-7]{16})@`)

// brussels is now, where the organisation is.
func brussels() time.Time {
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		return time.Now()
	}
	return time.Now().In(zone)
}

// split cuts a line into words; double quotes hold a word with spaces together.
func split(line string) ([]string, error) {
	var words []string
	for rest := strings.TrimSpace(line); rest != ""; rest = strings.TrimSpace(rest) {
		if rest[0] == '#' {
			break
		}
		if rest[0] != '"' {
			word, after, _ := strings.Cut(rest, " ")
			words, rest = append(words, word), after
			continue
		}
		end := strings.IndexByte(rest[1:], '"')
		if end < 0 {
			return nil, fmt.Errorf("a quotation mark is not closed: %s", rest)
		}
		words, rest = append(words, rest[1:1+end]), rest[2+end:]
	}
	return words, nil
}
