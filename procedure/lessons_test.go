package procedure

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"dankuwel/models"
	"dankuwel/templates"
)

func TestQuarterBefore(t *testing.T) {
	for day, want := range map[models.Date][2]models.Date{
		"2027-01-01": {"2026-10-01", "2027-01-01"}, "2026-03-31": {"2025-10-01", "2026-01-01"}, "2026-04-01": {"2026-01-01", "2026-04-01"},
		"2026-12-31": {"2026-07-01", "2026-10-01"}, "2028-02-29": {"2027-10-01", "2028-01-01"},
	} {
		if from, to := quarterBefore(day); from != want[0] || to != want[1] {
			t.Errorf("before %s: %s to %s, want %s", day, from, to, want)
		}
	}
}

func TestMerged(t *testing.T) {
	for _, c := range []struct {
		groups map[string]int
		want   []templates.Count
	}{
		{map[string]int{"Keuken": 12, "Zorg": 5, "Was": 4, "Onthaal": 1}, []templates.Count{{Name: "Keuken", N: 12}, {Name: "Zorg", N: 5}, {N: 5}}},
		{map[string]int{"Keuken": 12, "Zorg": 5, "Was": 4}, []templates.Count{{Name: "Keuken", N: 12}, {N: 9}}}, // 21 - 12 - 5 would tell of the 4
		{map[string]int{"Keuken": 12, "": 1}, nil},
		{map[string]int{"Keuken": 4, "Zorg": 4}, nil},
		{map[string]int{"Zorg": 6, "Keuken": 6}, []templates.Count{{Name: "Keuken", N: 6}, {Name: "Zorg", N: 6}}},
		{nil, nil},
	} {
		if got := merged(c.groups); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.groups, got, c.want)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 { // whatever the groups: no figure under Fewest, and nothing is lost where anything is said
		groups, all := map[string]int{}, 0
		for i := range random.IntN(7) {
			n := 1 + random.IntN(12)
			groups[fmt.Sprint("group ", i)], all = n, all+n
		}
		said := 0
		list := merged(maps.Clone(groups))
		for _, c := range list {
			if said += c.N; c.N < templates.Fewest {
				t.Errorf("%v: %v", groups, list)
			}
		}
		if len(list) > 0 && said != all || slices.ContainsFunc(list[min(1, len(list)):], func(c templates.Count) bool { return c.N > list[0].N && c.Name != "" }) {
			t.Errorf("%v: %v", groups, list)
		}
	}
}
