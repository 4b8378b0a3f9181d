package procedure

import "testing"

func TestSigns(t *testing.T) {
	for line, want := range map[string]bool{
		"Bram Claes":                             true,
		"bram claes":                             true,
		"Bram Claes | Klachtenbehandelaar":       true,
		"Bram Claes, klachtenbehandelaar":        true,
		"Bram Claes – Keuken":                    true,
		"Bram Claes, die u sprak, belt u terug.": false,
		"Bram Claes belt u terug, morgen":        false,
		"Bram":                                   false,
		"":                                       false,
	} {
		if got := signs(line, "Bram Claes"); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}
