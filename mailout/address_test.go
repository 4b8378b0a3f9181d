package mailout

import "testing"

func TestScoreAddress(t *testing.T) {
	const box, token = "klachten@example.test", "abcdefghij234567"
	for n := 1; n <= 5; n++ {
		d := Detail{Number: "K-2026-0001", Code: ScoreCode(n), Token: token}
		if got, ok := ParseDetail(d.With(box), box); !ok || got != d || got.Score() != n {
			t.Errorf("%s: %+v", d.With(box), got)
		}
		if got, ok := ParseSubject("Re: 4 " + d.InSubject()); !ok || got != d || got.Score() != n {
			t.Errorf("%s: %+v", d.InSubject(), got)
		}
		if HoldsStaffToken("schrijf naar " + d.With(box) + " of " + d.InSubject()) {
			t.Errorf("%s is taken for an address of staff", d.With(box))
		}
	}
	for _, a := range []string{"klachten+k-2026-0001.s0." + token + "@example.test", "klachten+k-2026-0001.s6." + token + "@example.test", "klachten+k-2026-0001.s." + token + "@example.test",
		"klachten+k-2026-0001.sta." + token + "@example.test", "klachten+k-2026-0001." + token + "@example.test", "klachten+k-2026-0001.s44." + token + "@example.test"} {
		if d, _ := ParseDetail(a, box); d.Score() != 0 {
			t.Errorf("%s is a score", a)
		}
	}
	if d, ok := ParseDetail("KLACHTEN+K-2026-0001.S4.ABCDEFGHIJ234567@EXAMPLE.TEST", box); !ok || d.Score() != 4 {
		t.Errorf("capitals: %+v", d)
	}
	staff := Detail{Number: "K-2026-0001", Code: "sta", Token: token}
	if !HoldsStaffToken(staff.With(box)) || !HoldsStaffToken(staff.InSubject()) {
		t.Error("an address of staff is not recognised")
	}
}
