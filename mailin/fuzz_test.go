package mailin

import (
	"bytes"
	"io"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzParse: whatever comes in, something comes out that both databases take, soon, and the same each time.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/mail/*.eml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	for _, raw := range corpusFiles(f) {
		if len(raw) < 20<<10 {
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		begin := time.Now()
		kept := 0
		m, err := Parse(bytes.NewReader(raw), func(a *Attachment, body io.Reader) error {
			kept++
			_, err := io.CopyN(io.Discard, body, 100)
			if err == io.EOF {
				err = nil
			}
			return err
		})
		if err != nil {
			t.Fatalf("Parse: %v", err)
		}
		if took := time.Since(begin); took > maxParseTime {
			t.Errorf("took %v", took)
		}
		checkReadable(t, m)
		if m.Size != int64(len(raw)) || kept != len(m.Attachments) {
			t.Errorf("size %d of %d, kept %d of %d", m.Size, len(raw), kept, len(m.Attachments))
		}
		again, err := Parse(bytes.NewReader(raw), nil)
		if err != nil || again.Identity(received) != m.Identity(received) || again.Text != m.Text {
			t.Errorf("read again, it is another mail: %v", err)
		}
		for _, w := range m.Warnings {
			if bytes.HasPrefix([]byte(w), []byte("Reading the mail broke off")) {
				t.Errorf("panic: %s", w)
			}
		}
		Classify(m, nil)
		Language(m.Text, "nl")
	})
}

// FuzzAddressList: a correct list is read as the standard library reads it, so that nobody can be someone else here
// than for the server that checked the sender.
func FuzzAddressList(f *testing.F) {
	for _, s := range []string{"an@example.test", `"a, b" <a@x.test>, c@x.test (C)`, "g: a@x, b@y;", "=?utf-8?Q?a?= <a@b>",
		`"<a@b>" <c@d>`, "a <b@c> (d <e@f>)", `"\"" <a@b>`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, _ := parseAddressList(s)
		for _, a := range list {
			if !utf8.ValidString(a.Email) && utf8.ValidString(s) {
				t.Errorf("%q: address %q", s, a.Email)
			}
		}
		strict, err := mail.ParseAddressList(s)
		if err != nil || len(list) == 0 || len(strict) != len(list) {
			return
		}
		for i, want := range strict {
			if got, ok := cleanEmail(want.Address); ok && list[i].Email != got && !strings.ContainsAny(want.Address, `"\(`) {
				t.Errorf("%q: got %q, want %q", s, list[i].Email, got)
			}
		}
	})
}

// FuzzDecoders: the decoders of header values are fed what parsing a whole mail rarely reaches.
func FuzzDecoders(f *testing.F) {
	f.Add("=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=")
	f.Add("attachment; filename*0*=iso-8859-1'fr'%E9; filename*1=t.txt")
	f.Add("Mon, 2 Mar 2026 10:00:00 GMT+0100 (CET)")
	f.Add("<blockquote>a<pre>b\n</blockquote>&nbsp;<li>")
	f.Add("> a \n> b\n-- \n")
	f.Fuzz(func(t *testing.T, s string) {
		s = validText([]byte(s))
		media, params := mediaType(s)
		for _, out := range []string{decodeWords(s), media, params["filename"], textOfHTML(s), unflow(s, true), oneLine(s),
			attachmentName(s, "", 1), cleanName(s)} {
			if !utf8.ValidString(out) {
				t.Errorf("%q: %q is not UTF-8", s, out)
			}
		}
		parseMailDate(s)
		messageIDs(s)
		Language(s, "nl")
	})
}
