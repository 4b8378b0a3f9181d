package mailin

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// expectation is what a person found in a mail of the corpus.
type expectation struct {
	kind       string
	recipients []string // Who failed; empty when the mail names nobody.
}

// readExpected reads testdata/bounce/expected.tsv.
func readExpected(t *testing.T) map[string]expectation {
	t.Helper()
	raw, err := os.ReadFile("testdata/bounce/expected.tsv")
	if err != nil {
		t.Fatal(err)
	}
	expected := map[string]expectation{}
	for line := range strings.Lines(string(raw)) {
		columns := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(columns) != 3 {
			continue
		}
		e := expectation{kind: columns[1]}
		if columns[2] != "" {
			e.recipients = strings.Split(columns[2], ",")
		}
		expected[columns[0]] = e
	}
	return expected
}

// score counts the mails of one folder.
type score struct {
	mails, bounces, recognised, named, right                int
	automatic, list, personAsOther, otherAsPerson, mistaken int
}

// TestKindCorpus prints how well kinds and failing recipients are told, folder by folder:
//
//	go test -run Corpus -v ./mailin
func TestKindCorpus(t *testing.T) {
	files := corpusFiles(t)
	if len(files) == 0 {
		t.Skip("corpus not present")
	}
	expected := readExpected(t)
	folders := []string{"bounces/bsd", "bounces/not", "mail-gem", "enmime", "mail-parser", "talon", "reply-parser", "reply-trimmer"}
	scores := map[string]*score{}
	var all score
	for name, raw := range files {
		at := slices.IndexFunc(folders, func(folder string) bool { return strings.HasPrefix(name, folder+"/") })
		if at < 0 || strings.HasSuffix(name, ".json") {
			continue
		}
		s := scores[folders[at]]
		if s == nil {
			s = &score{}
			scores[folders[at]] = s
		}
		want, listed := expected[name]
		if !listed {
			want.kind = Person.String()
		}
		count(t, name, parseBytes(t, raw), want, s)
	}
	t.Logf("%-14s %6s %8s %10s %7s %10s %10s %6s %16s %16s", "folder", "mails", "bounces", "recognised", "missed", "recipient", "automatic", "list", "person as other", "other as person")
	for _, folder := range folders {
		s := scores[folder]
		if s == nil {
			continue
		}
		t.Logf("%-14s %6d %8d %10d %7d %6d/%3d %10d %6d %16d %16d", folder, s.mails, s.bounces, s.recognised, s.bounces-s.recognised, s.right, s.named, s.automatic, s.list, s.personAsOther, s.otherAsPerson)
		all.bounces, all.recognised = all.bounces+s.bounces, all.recognised+s.recognised
		all.named, all.right = all.named+s.named, all.right+s.right
		all.personAsOther, all.otherAsPerson, all.mistaken = all.personAsOther+s.personAsOther, all.otherAsPerson+s.otherAsPerson, all.mistaken+s.mistaken
	}
	if all.recognised*100 < all.bounces*99 {
		t.Errorf("of %d bounces only %d were recognised", all.bounces, all.recognised)
	}
	if all.right*100 < all.named*99 {
		t.Errorf("of %d bounces that name who failed only %d were read right", all.named, all.right)
	}
	if all.personAsOther+all.otherAsPerson > 0 {
		t.Errorf("%d persons' mails were taken for another kind, %d others for a person's", all.personAsOther, all.otherAsPerson)
	}
}

// count adds one mail to the score of its folder.
func count(t *testing.T, name string, m *Message, want expectation, s *score) {
	kind, reason := Classify(m, nil)
	s.mails++
	switch {
	case want.kind == Person.String() && kind != Person:
		s.personAsOther++
	case want.kind != Person.String() && kind == Person:
		s.otherAsPerson++
	}
	if kind.String() != want.kind {
		s.mistaken++
		t.Logf("%s: %s (%s), want %s", name, kind, reason, want.kind)
	}
	switch want.kind {
	case Automatic.String():
		s.automatic++
	case List.String():
		s.list++
	case Bounce.String():
		s.bounces++
		if kind == Bounce {
			s.recognised++
		}
		if len(want.recipients) == 0 {
			return
		}
		s.named++
		var got []string
		for _, f := range Failures(m) {
			got = append(got, f.Recipient)
		}
		if slices.Equal(got, want.recipients) {
			s.right++
		} else {
			t.Logf("%s: %q failed, want %q", name, got, want.recipients)
		}
	}
}
