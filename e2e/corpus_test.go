//go:build e2e

package e2e

import (
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"
)

// Every mail of the corpus, the broken ones too, comes in a random order. Each gets exactly one outcome; nothing stops
// the service, and a complaint that comes last is registered like any other.
func TestCorpus(t *testing.T) {
	onEachEngine(t, settings{More: noFlood}, func(t *testing.T, w *world) {
		mails := corpus(t)
		seed := uint64(number("DK_SEED", int(time.Now().UnixNano()%1e9)))
		t.Logf("%d mails, DK_SEED=%d", len(mails), seed)
		names := make([]string, 0, len(mails))
		for name := range mails {
			names = append(names, name)
		}
		slices.Sort(names)
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })

		w.start()
		for _, name := range names {
			w.drop(t, "klachten", mails[name])
		}
		last := complaintMail(t, fill{From: customer(900), Number: 900})
		w.drop(t, "klachten", last)
		w.awaitKind(t, "klant900", "acknowledgement", 1)
		w.until("every mail in the ledger and filed away", 5*time.Minute, func() bool {
			return len(w.ledger()) > len(mails) && w.count(t, "klachten", "INBOX") == 0
		})
		w.stop()

		w.mustAccount("klachten")
		w.mustCountOn(w.complaints())
		outcomes := w.outcomes()
		t.Logf("outcomes: %v", outcomes)
		if outcomes["complaint"] != len(w.complaints()) {
			t.Errorf("%d mails became %d complaints", outcomes["complaint"], len(w.complaints()))
		}
		// What did not go to the processed folder is in one of the others: nothing was thrown away.
		kept := 0
		for _, folder := range []string{"INBOX", "Verwerkt", "Te beoordelen", "Afgeschermd"} {
			kept += w.count(t, "klachten", folder)
		}
		if kept <= len(mails) {
			t.Errorf("the folders hold %d mails, of more than %d that came", kept, len(mails))
		}
		if !shared() {
			t.Log("the shared corpus is not beside the checkout; the mails of testdata/odd and some made ones took its place")
		}
	})
}

func shared() bool {
	_, err := os.Stat(sharedCorpus())
	return err == nil
}
