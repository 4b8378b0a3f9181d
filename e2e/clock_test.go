//go:build e2e

package e2e

import (
	"math/rand/v2"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// The time-driven work of two months is done in two registers with the same complaints: in one it is done as planned, in the other by
// two processes at once, again, and after a process that was killed in the middle. Both outboxes hold the same mails. Each engine takes two of
// the mail servers at a time, so they go one after the other.
func TestScheduleTwiceAtOnceAndKilled(t *testing.T) {
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			calm, wild := newWorld(t, engine, settings{Kitchen: true, More: noFlood}), newWorld(t, engine, settings{Kitchen: true, More: noFlood})
			for _, w := range []*world{calm, wild} {
				var mails [][]byte
				for n := 1; n <= 25; n++ {
					mails = append(mails, complaintMail(t, fill{From: customer(n%20 + 1), Number: n}))
				}
				w.drop(t, "klachten", mails...)
				w.once()
				w.mustHaveAll(25)
			}
			began := time.Now()
			for _, day := range []int{1, 7, 14, 15, 21, 28, 38, 45, 46, 47, 48, 49, 50, 60} { // whatever day of the week it is, some of those after the term are working days
				at := began.AddDate(0, 0, day).Format(time.RFC3339)
				calm.run("schedule", "--at", at)
				wild.scheduleWildly(at)
			}
			want, got := calm.scheduled(), wild.scheduled()
			for what, n := range want {
				if got[what] != n {
					t.Errorf("%s: %d, want %d", what, got[what], n)
				}
			}
			for what, n := range got {
				if want[what] == 0 {
					t.Errorf("%s: %d, want none", what, n)
				}
			}
			if want["reminder to bram@example.test"] < 100 || want["escalation to directie@example.test"] < 25 || want["status_update to "+customer(3)] < 4 {
				t.Errorf("little was done in two months: %v", want)
			}
		})
	}
}

// scheduleWildly does the work of one moment more often than it should be.
func (w *world) scheduleWildly(at string) {
	w.t.Helper()
	args := []string{"--config", w.config(), "schedule", "--at", at}
	cut := exec.Command(binary, args...)
	if err := cut.Start(); err != nil {
		w.t.Fatal(err)
	}
	time.Sleep(time.Duration(rand.IntN(150)) * time.Millisecond) // the instant of the kill is the matter of this story
	cut.Process.Kill()
	cut.Wait()
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if out, err := exec.Command(binary, args...).CombinedOutput(); err != nil {
				w.t.Errorf("schedule --at %s: %v\n%s", at, err, out)
			}
		})
	}
	both.Wait()
	w.run("schedule", "--at", at)
}

// scheduled counts the mails of the outbox by what they are and to whom they go.
func (w *world) scheduled() map[string]int {
	w.t.Helper()
	count := map[string]int{}
	for _, m := range w.outbox() {
		count[m.Kind+" to "+m.To]++
	}
	return count
}
