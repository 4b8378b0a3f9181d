package mailin

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// corpusFolder holds mails and replies that other projects collected; it lies beside the checkout and is not part of it.
const corpusFolder = "../../shared/corpus"

// corpusFiles returns the mails of the corpus, path within it to content; none when it is not there.
func corpusFiles(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	if _, err := os.Stat(corpusFolder); err != nil {
		t.Logf("corpus not present (%v); its mails were not tried", err)
		return files
	}
	err := filepath.WalkDir(corpusFolder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "SOURCE.txt" {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(corpusFolder, path)
		files[filepath.ToSlash(name)] = raw
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestCorpus_parse: each file, mail or not, comes out as something that can be registered.
func TestCorpus_parse(t *testing.T) {
	files := corpusFiles(t)
	if len(files) == 0 {
		t.Skip("corpus not present")
	}
	for name, raw := range files {
		begin := time.Now()
		m := parseBytes(t, raw)
		if took := time.Since(begin); took > maxParseTime {
			t.Errorf("%s: took %v", name, took)
		}
		if len(strings.TrimSpace(string(raw))) > 0 && len(m.Fields) == 0 && m.Text == "" && len(m.Attachments) == 0 {
			t.Errorf("%s: nothing came out of %d bytes", name, len(raw))
		}
		if m.Size != int64(len(raw)) {
			t.Errorf("%s: size %d, want %d", name, m.Size, len(raw))
		}
		checkReadable(t, m)
		lf := strings.ReplaceAll(string(raw), "\r\n", "\n")
		if parseBytes(t, []byte(lf)).Identity(received) != parseBytes(t, []byte(strings.ReplaceAll(lf, "\n", "\r\n"))).Identity(received) {
			t.Errorf("%s: identity depends on line ends", name)
		}
	}
}

// TestCorpus_kinds: real bounces and automatic replies are hardly ever taken for a person's, ordinary mail never for
// automatic. The misses are logged to be looked at.
func TestCorpus_kinds(t *testing.T) {
	files := corpusFiles(t)
	if len(files) == 0 {
		t.Skip("corpus not present")
	}
	counts := map[string]map[Kind]int{}
	for name, raw := range files {
		folder := filepath.ToSlash(filepath.Dir(name))
		kind, reason := Classify(parseBytes(t, raw), nil)
		if counts[folder] == nil {
			counts[folder] = map[Kind]int{}
		}
		counts[folder][kind]++
		switch folder {
		case "bounces/bsd":
			if kind == Person || kind == List {
				t.Logf("taken for a %s's: %s (%s)", kind, name, reason)
			}
		case "reply-parser", "reply-trimmer/emails", "talon/standard_replies":
			if kind != Person {
				t.Errorf("%s: a person's reply was taken for %s (%s)", name, kind, reason)
			}
		default:
			if kind != Person && folder != "bounces/bsd" {
				t.Logf("%s: %s (%s)", name, kind, reason)
			}
		}
	}
	for folder, by := range counts {
		t.Logf("%s: %v", folder, by)
	}
	bounces := counts["bounces/bsd"]
	if told, all := bounces[Bounce]+bounces[Automatic], bounces[Bounce]+bounces[Automatic]+bounces[Person]+bounces[List]; told*10 < all*8 {
		t.Errorf("of %d bounces and automatic replies only %d were recognised", all, told)
	}
}
