package templates

import "testing"

func BenchmarkRender(b *testing.B) {
	s := load(b)
	for _, kind := range []string{"acknowledgement", "registration", "receipt"} {
		v := stories[kind][0]
		d := v.data(kind)
		b.Run(kind, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Render(kind, "nl", d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(""); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSober(b *testing.B) {
	s := load(b)
	text := story("registration").Text
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s.Sober(text)
		s.AsksShield(text)
	}
}
