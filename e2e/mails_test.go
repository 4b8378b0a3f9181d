//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
	"time"
)

// fill is what differs from mail to mail of testdata/letter.eml. Every mail has a text of its own, since the same
// text from the same person is an addition and not a complaint.
type fill struct {
	From, Name, Subject string
	Number              int
	Attachment          int // octets of an attachment; 0: none
}

var letterTemplate = template.Must(template.New("letter.eml").Funcs(template.FuncMap{
	"now":    func() string { return time.Now().Format(time.RFC1123Z) },
	"base64": base64Lines,
}).ParseFiles(filepath.Join("testdata", "letter.eml")))

// complaintMail is the n-th complaint of a series.
func complaintMail(t *testing.T, f fill) []byte {
	t.Helper()
	if f.Name == "" {
		f.Name = "Lieve Janssens"
	}
	if f.Subject == "" {
		f.Subject = fmt.Sprintf("Koude soep, voor de %de keer", f.Number)
	}
	var out bytes.Buffer
	if err := letterTemplate.Execute(&out, f); err != nil {
		t.Fatal(err)
	}
	return crlf(out.Bytes())
}

// customer is one of the complainants who have a mailbox of their own: klant1, klant2 ...
func customer(n int) string { return fmt.Sprintf("klant%d@client.test", n) }

// base64Lines makes n octets of base64 text, different in every line, 76 octets wide.
func base64Lines(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%076d\n", i)
	}
	return b.String()
}

// crlf ends every line as RFC 5322 section 2.1 wants it; the files of testdata have bare line feeds.
func crlf(raw []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
}

// sharedCorpus is where the mails that we may use but do not own lie, when they do.
func sharedCorpus() string { return filepath.Join(filepath.Dir(checkout()), "shared", "corpus") }

// corpus is every mail of the shared corpus beside the checkout, in file order; without it, a few made ones.
func corpus(t *testing.T) map[string][]byte {
	t.Helper()
	mails := map[string][]byte{}
	filepath.WalkDir(sharedCorpus(), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".eml" && filepath.Ext(path) != ".raw" {
			return nil
		}
		if raw, err := os.ReadFile(path); err == nil && len(raw) > 0 {
			name, _ := filepath.Rel(sharedCorpus(), path)
			mails[name] = raw
		}
		return nil
	})
	if len(mails) > 0 {
		return mails
	}
	odd, err := filepath.Glob(filepath.Join("testdata", "odd", "*.eml"))
	if err != nil || len(odd) == 0 {
		t.Fatalf("no mails in testdata/odd: %v", err)
	}
	for _, path := range odd {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		mails[filepath.Base(path)] = crlf(raw)
	}
	for n := 1; n <= 40; n++ {
		mails[fmt.Sprintf("made-%d", n)] = complaintMail(t, fill{From: customer(n), Number: n})
	}
	return mails
}
