package mailin

import (
	"context"
	"fmt"
)

// takeLine runs Take beside the fetching: one batch is committed, one waits, one is being fetched. Its methods belong to the
// goroutine that fetches.
type takeLine struct {
	w        *Watcher
	in       chan []Fetched
	out      chan takenBatch
	settled  map[uint32]bool // stand in the ledger, or are gone
	progress bool            // a batch was committed since it was last looked at
	err      error           // of the first batch that was not; nothing is taken after it
}

type takenBatch struct {
	mails []Fetched
	err   error
}

func (w *Watcher) startTaking(ctx context.Context) *takeLine {
	l := &takeLine{w: w, in: make(chan []Fetched, 1), out: make(chan takenBatch, 4), settled: map[uint32]bool{}}
	go func() {
		defer close(l.out)
		var failed error
		for mails := range l.in {
			if failed == nil {
				failed = ctx.Err()
			}
			if failed == nil {
				failed = w.Take(ctx, mails)
			}
			for i := range mails {
				mails[i].Raw.Drop() // committed, or to be fetched again
			}
			l.out <- takenBatch{mails, failed}
		}
	}()
	return l
}

// push hands a batch over; it waits while one waits already. It returns the error of an earlier batch.
func (l *takeLine) push(mails []Fetched) error {
	if len(mails) == 0 {
		return l.err
	}
	for l.err == nil {
		select {
		case l.in <- mails:
			l.look()
			return l.err
		case t := <-l.out:
			l.heed(t)
		}
	}
	for i := range mails {
		mails[i].Raw.Drop()
	}
	return l.err
}

// look notes what was committed meanwhile, without waiting.
func (l *takeLine) look() {
	for {
		select {
		case t := <-l.out:
			l.heed(t)
		default:
			return
		}
	}
}

// finish waits until all batches are committed.
func (l *takeLine) finish() error {
	close(l.in)
	for t := range l.out {
		l.heed(t)
	}
	return l.err
}

func (l *takeLine) heed(t takenBatch) {
	if t.err != nil {
		if l.err == nil {
			l.err = fmt.Errorf("take %d mails in: %w", len(t.mails), t.err)
		}
		return
	}
	l.progress = true
	l.w.delays.n = 0
	for _, f := range t.mails {
		if f.Failure != "" {
			l.w.fruitless++
		} else {
			l.w.fruitless = 0
		}
		l.settle(f.UID)
	}
}

// settle notes that nothing is to be done for the mail any more.
func (l *takeLine) settle(uid uint32) {
	l.settled[uid] = true
	delete(l.w.bad, uid)
}
