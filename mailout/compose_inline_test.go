package mailout

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"strings"
	"testing"
	"time"
)

// tree is the structure of a mail: its types, with what holds what in brackets.
func tree(t *testing.T, header textproto.MIMEHeader, body io.Reader, see func(textproto.MIMEHeader)) string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	see(header)
	if !strings.HasPrefix(kind, "multipart/") {
		return kind
	}
	var parts []string
	for r := multipart.NewReader(body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return kind + "(" + strings.Join(parts, " ") + ")"
		}
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, tree(t, p.Header, p, see))
	}
}

// A picture of the HTML lies beside the alternatives in a multipart/related, known by its Content-ID, and is no attachment.
func TestComposeInline(t *testing.T) {
	file := func(name, id string) File {
		return File{Name: name, Type: "image/png", ContentID: id, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("PNG")), nil }}
	}
	m := Mail{Kind: "weekly_digest", ID: "x", From: Addr("Klachten", "k@example.test"), To: Addr("Dirk", "d@example.test"), Subject: "Klachten week 47", Text: "3", HTML: `<img src="cid:flow.1@example.test">`,
		MessageID: "m@example.test", Date: time.Now(), Inline: []File{file("flow.png", "flow.1@example.test")}}
	check := func(want string) {
		t.Helper()
		var b bytes.Buffer
		if err := Compose(&b, m); err != nil {
			t.Fatal(err)
		}
		parsed, err := mail.ReadMessage(&b)
		if err != nil {
			t.Fatal(err)
		}
		inline := 0
		got := tree(t, textproto.MIMEHeader(parsed.Header), parsed.Body, func(h textproto.MIMEHeader) {
			if h.Get("Content-Id") == "<flow.1@example.test>" && strings.HasPrefix(h.Get("Content-Disposition"), "inline") && h.Get("Content-Transfer-Encoding") == "base64" {
				inline++
			}
		})
		if got != want || inline != 1 {
			t.Errorf("%s with %d pictures, want %s", got, inline, want)
		}
	}
	check("multipart/related(multipart/alternative(text/plain text/html) image/png)")
	m.Attachments = []File{file("a.png", "")}
	check("multipart/mixed(multipart/related(multipart/alternative(text/plain text/html) image/png) image/png)")
}
