package report

import (
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"dankuwel/models"
)

// BenchmarkTable writes rows as the export of the register does. peak-MB is the memory that the program has from the system.
func BenchmarkTable(b *testing.B) {
	facts := strings.Repeat("De soep was alweer koud; = ik wil dat = dit betert.\n", 20)
	for name, begin := range map[string]func(io.Writer) (Table, error){
		"csv":  func(w io.Writer) (Table, error) { return NewCSV(w, ';', true) },
		"xlsx": func(w io.Writer) (Table, error) { return NewXLSX(w, "Klachten", []float64{14}) },
	} {
		b.Run(name, func(b *testing.B) {
			t, err := begin(io.Discard)
			if err != nil {
				b.Fatal(err)
			}
			cells := []any{"K-2026-0001", "", noon, models.Date("2026-03-02"), "Jan Peeters", "jan@example.test", true, nil, 5, facts}
			var peak uint64
			for n := range b.N {
				if err := t.Row(cells); err != nil {
					b.Fatal(err)
				}
				if n%1000 == 0 {
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					peak = max(peak, m.Sys-m.HeapReleased)
				}
			}
			begun := time.Now()
			if err := t.Close(); err != nil {
				b.Fatal(err)
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(max(peak, m.Sys-m.HeapReleased))/(1<<20), "peak-MB")
			b.ReportMetric(time.Since(begun).Seconds(), "s-to-close")
		})
	}
}
