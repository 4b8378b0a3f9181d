package mailin

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
	"time"
)

// adversaries make mails of about size bytes that cost a careless reader quadratic time or memory (LIBRARIES.md A.2).
var adversaries = map[string]func(size int) string{
	"nested multiparts": func(size int) string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		}
		return b.String()
	},
	"parts":              body("Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n\r\nx\r\n"),
	"named parts":        body("Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n"),
	"dashes":             body("Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b-\r\n"),
	"mails in mails":     body("", "Content-Type: message/rfc822\r\n\r\n"),
	"digest":             body("Content-Type: multipart/digest; boundary=b\r\n\r\n", "--b\r\n\r\nSubject: a\r\n\r\nb\r\n"),
	"fields":             body("", "X-Veel: ja\r\n"),
	"From fields":        body("", "From: a <a@b.test>\r\n"),
	"one field":          field("X-Groot", "x"),
	"folded field":       field("Subject", "x\r\n "),
	"colonless lines":    body("Subject: s\r\n", "zonder\r\n"),
	"dashed lines":       body("Subject: s\r\n", "--abcdef\r\n"),
	"base64":             body("Content-Transfer-Encoding: base64\r\n\r\n", "QUJD"),
	"padding":            body("Content-Transfer-Encoding: base64\r\n\r\n", "Q==="),
	"quoted-printable":   body("Content-Transfer-Encoding: quoted-printable\r\n\r\n", "=C3=A9"),
	"soft line ends":     body("Content-Transfer-Encoding: quoted-printable\r\n\r\n", "=\r\n"),
	"equal signs":        body("Content-Transfer-Encoding: quoted-printable\r\n\r\n", "="),
	"uuencoded files":    body("\r\n", "begin 644 a\r\n#86)C\r\nend\r\n"),
	"uuencode begun":     body("\r\n", "begin 644 a\r\n#86)C\r\n"),
	"one uuencoded file": body("\r\nbegin 644 a\r\n", "M"+strings.Repeat("0", 60)+"\r\n"),
	"uuencoded part":     body("Content-Transfer-Encoding: x-uuencode\r\n\r\n", "begin 644 a\r\n#86)C\r\n"),
	"UTF-7":              body("Content-Type: text/plain; charset=utf-7\r\n\r\n", "+AOk"),
	"UTF-7 shifts":       body("Content-Type: text/plain; charset=utf-7\r\n\r\n", "+-"),
	"high bytes":         body("\r\n", "\xe9"),
	"C1":                 body("Content-Type: text/plain; charset=utf-8\r\n\r\n", "\xc2\x80\xc2"),
	"Japanese":           body("\r\n", "\x82\xa0\x82\xa2"),
	"escapes":            body("\r\n", "\x1b$B"),
	"flowed":             body("Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n", "> \r\n"),
	"Message-ID":         field("References", "<"),
	"raw names":          field("From", "\xe9 <a@b>, "),
	"parameters":         field("Content-Type", ";a*1=b"),
	"open parameters":    field("Content-Type", `;a="b`),
	"boundary":           field("Content-Type", "multipart/mixed; boundary="),
	"percent":            field("Content-Type", "text/plain; name*=%"),
	"date":               field("Date", "Mon, "),
}

func init() {
	for _, token := range []string{"=?", "=?utf-8?Q?a", "=?utf-8?Q?a?=", "=?utf-8?Q?a?= ", "=?utf-8?B?YQ=?", "=? ", "?=", "=?utf-8?Q?=3D=3F", "(", ")", "(a)", "<", ">", "<>", "<a@b>",
		`"`, `\`, `\"`, `"a" `, ",", ";", ":", "g:", "@", "a@b ", "a@b,", "<a@b> ", "a", ".", " . ", "Ã©", "\xc3", "\u202e", "'", "[", "<(", `"(`, "(<a@b>)"} {
		adversaries["names of "+token] = field("From", token)
		adversaries["subject of "+token] = field("Subject", token)
	}
	for _, tag := range []string{"<br>", "<p>", "<", "&", "<li>", "<td>", "<!--", "<a href=", "<blockquote>", "</div>", "<table>"} {
		adversaries["HTML of "+tag] = body("Content-Type: text/html\r\n\r\n", tag)
	}
}

// body makes mails of a head and a line without end.
func body(head, line string) func(int) string {
	return func(size int) string { return head + strings.Repeat(line, max(1, (size-len(head))/len(line))) }
}

// field makes mails with one large field and a text.
func field(name, token string) func(int) string {
	return func(size int) string {
		return name + ": " + strings.Repeat(token, max(1, (size-100)/len(token))) + "\r\n\r\ntekst\r\n"
	}
}

// TestLimits: 1 MB of anything takes less than eight times as long as a quarter of it, 5 seconds at most, and 64 MB. On a
// busy machine one reading says little: what looks slow is read again, and the best of five readings counts.
func TestLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	for name, mail := range adversaries {
		quarter, whole := mail(256<<10), mail(1<<20)
		var short, long time.Duration
		used := peakMemory(func() { long = readingTime(whole) })
		for range 5 {
			if reading := readingTime(quarter); short == 0 || reading < short {
				short = reading
			}
			if long < max(8*short, 500*time.Millisecond) { // Below that the clock says more of the machine than of the mail.
				break
			}
			long = min(long, readingTime(whole))
		}
		if long > max(8*short, 500*time.Millisecond) || long > 5*time.Second {
			t.Errorf("%q: 1 MB took %v, a quarter %v", name, long, short)
		}
		if used > 64<<20 {
			t.Errorf("%q: used %d MB", name, used>>20)
		}
		t.Logf("%-32q %8.1f ms, a quarter %8.1f ms, %3d MB", name, float64(long)/1e6, float64(short)/1e6, used>>20)
	}
}

func readingTime(raw string) time.Duration {
	begin := time.Now()
	Parse(bytes.NewReader([]byte(raw)), nil)
	return time.Since(begin)
}

// peakMemory is how much the heap grows at most while fn runs, looked at each millisecond, garbage that is not yet
// collected included; the collector runs as it does with a limit of 64 MB.
func peakMemory(fn func()) uint64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	read := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	before := read()
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(int64(before) + 64<<20))
	done, stopped := make(chan bool), make(chan uint64)
	go func() {
		peak := before
		for {
			select {
			case <-done:
				stopped <- max(peak, read())
				return
			case <-time.After(time.Millisecond):
				peak = max(peak, read())
			}
		}
	}()
	fn()
	close(done)
	return <-stopped - before
}
