package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// However a program saves the sheet, it says the same.
func TestReadCSV_dialects(t *testing.T) {
	const sheet = "Nummer;Klager;Feiten\r\n17;José Çelik;\"Koude soep;\nalweer „koud”\"\r\n18;'=Jan;Geen\r\n"
	encoded := func(name string, text string, err error) (string, string) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return name, text
	}
	files := map[string]string{
		"utf-8": sheet, "with a mark": "\ufeff" + sheet, "sep line": "sep=;\r\n" + sheet, "line feeds": strings.ReplaceAll(sheet, "\r\n", "\n"),
		"empty lines": "\r\n" + strings.ReplaceAll(sheet, "\r\n", "\r\n\r\n"), "a row of delimiters": sheet + ";;\r\n", "one delimiter more": strings.ReplaceAll(sheet, "\r\n", ";\r\n"),
	}
	for name, delimiter := range map[string]string{"comma": ",", "tab": "\t", "bar": "|"} {
		files[name] = strings.ReplaceAll(strings.ReplaceAll(sheet, "soep;\n", "soep@\n"), ";", delimiter)
		files[name] = strings.ReplaceAll(files[name], "@", ";")
	}
	for name, e := range map[string]unicode.Endianness{"utf-16 le": unicode.LittleEndian, "utf-16 be": unicode.BigEndian} {
		for _, mark := range []unicode.BOMPolicy{unicode.UseBOM, unicode.IgnoreBOM} {
			text, err := unicode.UTF16(e, mark).NewEncoder().String(sheet)
			name, text = encoded(fmt.Sprint(name, mark), text, err)
			files[name] = text
		}
	}
	ansi, err := charmap.Windows1252.NewEncoder().String(sheet)
	_, files["windows-1252"] = encoded("windows-1252", ansi, err)
	for name, file := range files {
		s, faults := ReadCSV(strings.NewReader(file), 0)
		if len(faults) > 0 {
			t.Errorf("%s: %v", name, faults)
			continue
		}
		got := fmt.Sprintf("%q", s.Head)
		for _, r := range s.Rows {
			got += fmt.Sprintf("%q", r.Cells)
		}
		want := `["Nummer" "Klager" "Feiten"]["17" "José Çelik" "Koude soep;\nalweer „koud”"]["18" "=Jan" "Geen"]`
		if name == "one delimiter more" {
			want = strings.Replace(want, `"Feiten"]`, `"Feiten" ""]`, 1)
			want = strings.NewReplacer(`”"]`, `”" ""]`, `"Geen"]`, `"Geen" ""]`).Replace(want)
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestReadCSV_faults(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"a;b\n1;2\n1;2;3\n4;5", "line 3: it has 3 cells, and the first line names 2 columns; text that holds the delimiter stands between quotes"},
		{"sep=;\na;b\n1;2;3\n4;5", "line 3: it has 3 cells"},
		{"a;b\n1;zei \"nee\"\n4;5", "line 2: a \" stands in a cell"},
		{"a;b\n1;\"zei\" nee\n4;5", "line 2: a quote is missing"},
		{"PK\x03\x04\x14\x00\x06\x00", "this is no text"},
		{"PK\x03\x04jaarlijst", "this is no text"},
	} {
		s, faults := ReadCSV(bytes.NewReader([]byte(c.file)), 0)
		if len(faults) != 1 || !strings.HasPrefix(faults[0].Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.file, faults, c.want)
		}
		if s != nil && (len(s.Rows) == 0 || s.Rows[len(s.Rows)-1].Cells[0] != "4") {
			t.Errorf("%q: the rows after the fault were not read: %+v", c.file, s.Rows)
		}
	}
	if s, faults := ReadCSV(strings.NewReader("a,b;c\n1,2;3"), ';'); len(faults) > 0 || len(s.Head) != 2 {
		t.Errorf("a delimiter that is named: %v, %v", s, faults)
	}
	s, faults := ReadCSV(strings.NewReader("sep=;\na;b\n\n1;\"x\ny\"\n2;z"), 0)
	if len(faults) > 0 || s.Rows[0].Line != 4 || s.Rows[1].Line != 6 {
		t.Errorf("lines: %+v, %v", s, faults)
	}
}
