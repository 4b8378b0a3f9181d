package mailin

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

func TestDecodeCharset(t *testing.T) {
	check := func(raw, label, want string) {
		t.Helper()
		if got, _ := decodeCharset([]byte(raw), label); got != want {
			t.Errorf("%q as %q: got %q, want %q", raw, label, got, want)
		}
	}
	check("caf\xc3\xa9", "utf-8", "café")
	check("caf\xc3\xa9", "UTF8", "café")
	check("caf\xc3\xa9", `"charset=utf-8"`, "café")
	check("caf\xe9", "", "café")
	check("caf\xe9", "us-ascii", "café")
	check("caf\xe9", "ISO_8859-1", "café")
	check("\x80 5", "latin 1", "€ 5")
	check("\xa4 5", "iso8859_15", "€ 5")
	check("\xb1", "cp-1250", "±")
	check("\xb9", "x-cp1250", "ą")
	check("caf\x82", "850", "café")
	check("caf\x8e", "x-mac-roman", "café")
	check("caf\xe9", "utf-16", "café") // Said by HTML that Word saved.
	check("\xfe\xff\x00h\x00\xe9", "utf-16", "hé")
	check("c\x00\xe9\x00", "utf-16le", "cé")
	check("Hi Mom -+Jjo--!", "utf-7", "Hi Mom -☺-!") // RFC 2152
	check("A+ImIDkQ.", "utf-7", "A≢Α.")              // same
	check("+ZeVnLIqe-", "utf-7", "日本語")              // same
	check("1 +- 1, + 2", "utf-7", "1 + 1, + 2")
	check("caf+AOk-", "unicode-1-1-utf-7", "café")
	check("~{VPND~}", "hz", "中文")
	check("\xd6\xd0\xce\xc4", "gb2312", "中文")
	check("\x1b$BF|K\\\x1b(B", "", "日本")
	check("\x83\x52\x83\x8c\x83\x4e\x83\x7d", "iso-2022-jp", "コレクマ") // Shift_JIS under that name.
	check("Dij\x8aat", "iso-2022-jp", "DijŠat")
	check("80\xc2\x80 en 85\xc2\x85", "utf-8", "80€ en 85…") // windows-1252 made UTF-8 byte by byte
	check("é\xc2\xa0\xc2", "utf-8", "é\u00a0Â")
	check("caf\xc3\xa9", "koi8-r", "café")
	check("caf\xe9", "x-klingon", "café")
}

// TestGuessText: what has no charset and is no UTF-8 is read in the script it is surely written in; a word with accents
// never is anything but Western.
func TestGuessText(t *testing.T) {
	for _, c := range []struct {
		in   encoding.Encoding
		text string
	}{
		{charmap.KOI8R, "Жалоба на холодную еду"},
		{charmap.Windows1251, "Жалоба на холодную еду"},
		{japanese.ShiftJIS, "冷たい食事についての苦情です"},
		{japanese.EUCJP, "冷たい食事についての苦情です"},
		{korean.EUCKR, "차가운 식사에 대한 불만"},
		{simplifiedchinese.GBK, "对冷饭的投诉，昨天又是这样"},
		{traditionalchinese.Big5, "對冷飯的投訴，昨天又是這樣"},
		{charmap.Windows1252, "été"},
		{charmap.Windows1252, "Éléonore Français, née à Liège"},
		{charmap.Windows1252, "créée, ïöüé: ça coûte € 5 – “très” cher…"},
		{charmap.Windows1252, "Größe Ääh ßß"},
	} {
		raw, err := c.in.NewEncoder().Bytes([]byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		if got := guessText(raw); got != c.text {
			t.Errorf("%v: got %q, want %q", c.in, got, c.text)
		}
		long := []byte(strings.Repeat(string(raw)+" ", 1000))
		if got := guessText(long); got != strings.Repeat(c.text+" ", 1000) {
			t.Errorf("%v, long: got %.60q, want %q", c.in, got, c.text)
		}
	}
}

func TestMendMojibake(t *testing.T) {
	check := func(s, want string) {
		t.Helper()
		if got := mendMojibake(s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
	check("CafÃ©", "Café")
	check("CafÃƒÂ©", "Café")    // Twice.
	check("L’aoÃ»t", "L’aoÃ»t") // Not all of it is such.
	check("lâ€™Ã©tÃ© Ã\u00a0 5 â‚¬", "l’été à 5 €")
	check("aoÃ»t", "août")
	check("5 Â°C", "5 °C")
	check("ZoÃ« MÃ¼ller", "Zoë Müller")
	check("Bedankt ðŸ™‚", "Bedankt 🙂")
	check("Ã\u0089cole", "École") // By ISO-8859-1.
	for _, as := range []string{"Café", "MANHÃ…", "CAFÉ…", "“CAFÉ”", "São", "Ã", "±Â", "é©", "Ελλάδα Ã©", "»É", "GÂ”"} {
		check(as, as)
	}
}
