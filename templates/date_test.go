package templates

import (
	"errors"
	"testing"
	"time"
)

func TestDate(t *testing.T) {
	s := load(t)
	zone := time.FixedZone("CET", 3600)
	today := time.Date(2026, 11, 24, 16, 30, 0, 0, zone) // a Tuesday
	for _, c := range []struct{ text, want string }{
		{"15-12-2026", "2026-12-15"}, {"15/12", "2026-12-15"}, {"15.12.2026", "2026-12-15"}, {"15.12.", "2026-12-15"}, {"2026-12-15", "2026-12-15"}, {"15-12-26", "2026-12-15"}, {"1/2", "2027-02-01"},
		{"24/11", "2026-11-24"}, {"23/11", "2027-11-23"}, {"23-11-2026", "2026-11-23"}, {"3 maart 2026", "2026-03-03"}, {"29 februari", "2028-02-29"}, {"15 12 2026", "2026-12-15"},
		{"vrijdag", "2026-11-27"}, {"Vrijdag.", "2026-11-27"}, {"dinsdag", "2026-12-01"}, {"komende vrijdag", "2026-11-27"}, {"volgende maandag", "2026-11-30"}, {"op vrijdag 27 november", "2026-11-27"}, {"tegen 15 december", "2026-12-15"},
		{"uiterlijk 15 dec.", "2026-12-15"}, {"morgen", "2026-11-25"}, {"overmorgen", "2026-11-26"}, {"gisteren", "2026-11-23"}, {"eergisteren", "2026-11-22"}, {"over 2 weken", "2026-12-08"}, {"over twee weken", "2026-12-08"},
		{"binnen 10 dagen", "2026-12-04"}, {"over één maand", "2026-12-24"}, {"3 dagen geleden", "2026-11-21"}, {"vorige vrijdag", "2026-11-20"}, {"1 mei", "2027-05-01"},
		{"le 15 décembre", "2026-12-15"}, {"1er janvier", "2027-01-01"}, {"vendredi prochain", "2026-11-27"}, {"lundi dernier", "2026-11-23"}, {"demain", "2026-11-25"}, {"après-demain", "2026-11-26"}, {"aujourd'hui", "2026-11-24"}, {"aujourd’hui", "2026-11-24"},
		{"dans 3 jours", "2026-11-27"}, {"d'ici dix jours", "2026-12-04"}, {"il y a 3 jours", "2026-11-21"}, {"au plus tard le mardi 15 décembre 2026", "2026-12-15"},
		{"Friday", "2026-11-27"}, {"next Monday", "2026-11-30"}, {"tomorrow", "2026-11-25"}, {"15 December 2026", "2026-12-15"}, {"December 15th, 2026", "2026-12-15"}, {"the 15th of December", "2026-12-15"}, {"in two weeks", "2026-12-08"}, {"2 days ago", "2026-11-22"},
		{"in 10 Tagen", "2026-12-04"}, {"am Freitag", "2026-11-27"}, {"den 15. Dezember", "2026-12-15"}, {"bis zum 15. Dezember 2026", "2026-12-15"}, {"nächsten Montag", "2026-11-30"}, {"übermorgen", "2026-11-26"}, {"vor 3 Tagen", "2026-11-21"}, {"heute", "2026-11-24"},
		{"12/25/2026", ""}, {"31 november", ""}, {"vrijdag 15 december 2026", ""}, {"volgende vrijdag", ""}, {"next Friday", ""}, {"volgende week", ""}, {"eind december", ""}, {"maandag of dinsdag", ""}, {"15", ""}, {"", ""},
		{"zo snel mogelijk", ""}, {"15-12-2026 of 16-12-2026", ""}, {"morgen 15 december", ""}, {"0/0", ""}, {"mar. 3", ""}, {"over 99999 dagen", ""}, {"2026", ""}, {"half december", ""}, {"volgende", ""}, {"geleden", ""},
	} {
		got, err := s.Date(c.text, today)
		switch {
		case c.want == "" && (err == nil || !errors.Is(err, ErrNoDate)):
			t.Errorf("Date(%q) = %v, %v, want no date", c.text, got, err)
		case c.want != "" && (err != nil || got.Format("2006-01-02") != c.want):
			t.Errorf("Date(%q) = %v, %v, want %s", c.text, got, err, c.want)
		case err == nil && (got.Hour() != 0 || got.Location() != zone):
			t.Errorf("Date(%q) = %v, want midnight where today is", c.text, got)
		}
	}
}

func FuzzDate(f *testing.F) {
	s := load(f)
	for _, text := range []string{"15-12-2026", "volgende maandag", "il y a 3 jours", "in 10 Tagen", "29/2", "w w", "+nu", "\xff 1"} {
		f.Add(text)
	}
	today := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := s.Date(text, today)
		if err == nil && (got.Year() < 1900 || got.Year() > 2200 || got != got.Truncate(24*time.Hour)) {
			t.Errorf("Date(%q) = %v", text, got)
		}
	})
}

// TestDateWords_oneSense: a word means the same in every language, or a date would mean now this and now that.
func TestDateWords_oneSense(t *testing.T) {
	all, err := readWords()
	if err != nil {
		t.Fatal(err)
	}
	senses := map[string]dateWord{}
	for _, lang := range Languages {
		for key, words := range all[lang].calendar.Said {
			for i, word := range words {
				w := saidSorts[key]
				if key == "numbers" {
					w.n = i + 1
				}
				if other, known := senses[foldWord(word)]; known && other != w {
					t.Errorf("%s: %q stands for %+v and for %+v", lang, word, w, other)
				}
				senses[foldWord(word)] = w
			}
		}
	}
}
