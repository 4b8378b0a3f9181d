package mailin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"

	"dankuwel/models"
)

const (
	longBatch    = 50      // mails in a batch
	shortBatch   = 10      // while another node is alive: PostgreSQL rows are locked for less long
	batchBytes   = 4 << 20 // about so much of small mails in a batch, which lie in memory until they are committed
	maxTries     = 3       // by itself, in different passes, of a mail that the server does not give
	maxUnread    = 2       // by itself, of a mail whose answer the library cannot read
	maxLost      = 5       // by itself, of a mail over which the network failed each time
	maxFruitless = 5       // mails given up in a row: beyond it the server is ill, not the mails
)

// badMail is what is known of a mail that could not be fetched with others.
type badMail struct {
	meta                mailMeta
	given, unread, lost int       // failures: not given, not understood, network
	last                time.Time // real time of the last failure
}

func (b *badMail) failures() int { return b.given + b.unread + b.lost }

func (b *badMail) exhausted() bool {
	return b.given >= maxTries || b.unread >= maxUnread || b.lost >= maxLost
}

// catchUp hands every mail of the inbox that is not in the ledger to Take. Normally it looks from the high-water mark on; when full
// it compares all UIDs with the ledger, so that nothing is passed over for ever. The mark moves over a UID only when that stands in the
// ledger or is gone.
func (s *imapSession) catchUp(ctx context.Context, full bool) error {
	first := s.next
	if full {
		first = 1
	}
	select {
	case <-s.events: // what they announced is in the list that follows
	default:
	}
	listed, err := s.list(first)
	if err != nil {
		return err
	}
	seen, err := s.w.Store.Read(ctx).SeenUIDs(s.w.Account.Address, s.validity, first)
	if err != nil {
		return err
	}
	todo, highest := unseen(listed, first, seen)
	line := s.w.startTaking(ctx)
	if len(todo) > 0 {
		err = s.fetchAll(ctx, todo, line)
	}
	if failed := line.finish(); failed != nil {
		err = failed // what fetching met after it follows from it
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for uid := range s.w.bad { // what another client took away meanwhile
		if !slices.Contains(todo, uid) {
			delete(s.w.bad, uid)
		}
	}
	return errors.Join(err, s.advance(ctx, todo, highest, line.settled))
}

// unseen lists which of the UIDs from first on are not in the ledger, ascending, and the highest of all.
func unseen(listed imap.UIDSet, first uint32, seen map[uint32]bool) (todo []uint32, highest uint32) {
	for _, r := range listed {
		for u := uint64(max(uint32(r.Start), first)); u <= uint64(r.Stop); u++ {
			highest = max(highest, uint32(u))
			if !seen[uint32(u)] {
				todo = append(todo, uint32(u))
			}
		}
	}
	slices.Sort(todo)
	return todo, highest
}

// advance moves the high-water mark up to the first mail that is still to be taken, and notes that the mailbox was reached.
func (s *imapSession) advance(ctx context.Context, todo []uint32, highest uint32, settled map[uint32]bool) error {
	next := max(s.next, highest)
	if highest >= s.next && highest < ^uint32(0) {
		next = highest + 1
	}
	for _, u := range todo {
		if !settled[u] {
			next = u
			break
		}
	}
	s.next = next
	return s.w.Store.Write(ctx, s.w.Now(), func(tx *models.Tx) error {
		return tx.SaveMailbox(models.Mailbox{Address: s.w.Account.Address, Folder: s.w.Account.Inbox, UIDValidity: s.validity, NextUID: next})
	})
}

// fetchAll fetches the mails and hands them over in batches: first those of which nothing bad is known, in sets, so that a mail that
// cannot be fetched holds nobody up; then the others one by one.
func (s *imapSession) fetchAll(ctx context.Context, todo []uint32, line *takeLine) error {
	size := longBatch
	if s.w.Alone != nil && !s.w.Alone() {
		size = shortBatch
	}
	var well []uint32
	for _, uid := range todo {
		if s.w.bad[uid] == nil {
			well = append(well, uid)
		}
	}
	for group := range slices.Chunk(well, size) {
		if err := s.fetchGroup(ctx, group, line); err != nil {
			return err
		}
		if line.progress { // what is committed is filed while the next batch is being committed
			line.progress = false
			if _, err := s.fileSome(ctx); err != nil {
				return err
			}
		}
	}
	var alone []uint32
	for _, uid := range todo {
		if s.w.bad[uid] != nil {
			alone = append(alone, uid)
		}
	}
	// Those that were only near a bad one come first.
	slices.SortStableFunc(alone, func(a, b uint32) int { return s.w.bad[a].failures() - s.w.bad[b].failures() })
	for _, uid := range alone {
		if err := s.fetchAlone(uid, line); err != nil {
			return err
		}
	}
	return nil
}

// fetchGroup fetches up to a batch of mails. Those that do not come are marked, to be fetched by themselves.
func (s *imapSession) fetchGroup(ctx context.Context, group []uint32, line *takeLine) error {
	metas, err := s.fetchMetas(group)
	if err != nil {
		s.suspect(group, metas, line)
		return err
	}
	var set []uint32
	var sum int64
	flush := func() error {
		defer func() { set, sum = nil, 0 }()
		if len(set) == 0 {
			return nil
		}
		return s.fetchSet(set, metas, line)
	}
	for _, uid := range group {
		m, given := metas[uid]
		small := given && m.size <= s.limit.small && !s.tooLarge(m.size)
		if !small || sum+m.size > batchBytes {
			if err := flush(); err != nil {
				return err
			}
		}
		switch {
		case !given:
			s.suspect([]uint32{uid}, metas, line)
		case small:
			set, sum = append(set, uid), sum+m.size
		default:
			if err := s.fetchBig(uid, m, line); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return flush()
}

// fetchSet fetches the bodies of small mails in one command.
func (s *imapSession) fetchSet(uids []uint32, metas map[uint32]mailMeta, line *takeLine) error {
	bodies, tooLarge, err := s.fetchBodies(uids)
	batch := make([]Fetched, 0, len(uids))
	var missing []uint32
	for _, uid := range uids {
		if blob, ok := bodies[uid]; ok {
			batch = append(batch, s.whole(uid, metas[uid], blob))
			continue
		}
		m := metas[uid]
		if size, ok := tooLarge[uid]; ok { // by itself it is fetched as what it is
			m.size = size
			metas[uid] = m
		}
		missing = append(missing, uid)
	}
	if errors.As(err, new(keepError)) {
		return errors.Join(line.push(batch), err)
	}
	s.suspect(missing, metas, line)
	return errors.Join(line.push(batch), err)
}

// fetchBig fetches a mail that is no part of a set.
func (s *imapSession) fetchBig(uid uint32, m mailMeta, line *takeLine) error {
	f, err := s.fetchOne(uid, m)
	if f.UID != 0 {
		return errors.Join(line.push([]Fetched{f}), err)
	}
	if errors.As(err, new(keepError)) {
		return err
	}
	s.suspect([]uint32{uid}, map[uint32]mailMeta{uid: m}, line)
	if errors.Is(err, errNotGiven) {
		return nil
	}
	return err
}

// suspect marks mails to be fetched by themselves: they did not come, or the connection ended while they were to come.
func (s *imapSession) suspect(uids []uint32, metas map[uint32]mailMeta, line *takeLine) {
	for _, uid := range uids {
		if s.w.bad[uid] == nil && !line.settled[uid] {
			s.w.bad[uid] = &badMail{meta: metas[uid]}
		}
	}
}

// fetchAlone fetches one mail of which something bad is known, and gives it up when that failed often enough: it is taken as a
// failure then, which is parked and told, and the mailbox goes on.
func (s *imapSession) fetchAlone(uid uint32, line *takeLine) error {
	b := s.w.bad[uid]
	if b.given > 0 && !s.hasty && time.Since(b.last) < s.w.Account.Poll/2 {
		return nil // many mails may come in a second: that is no second chance
	}
	f, err := s.fetchOne(uid, b.meta)
	if f.UID != 0 {
		return errors.Join(line.push([]Fetched{f}), err)
	}
	if errors.As(err, new(keepError)) {
		return err
	}
	var open error // the connection's end
	b.last = time.Now()
	switch {
	case errors.Is(err, errNotGiven):
		set, err := s.present(uidSet([]uint32{uid}))
		if err != nil {
			return err
		}
		if !set.Contains(imap.UID(uid)) {
			s.w.Log.Info("mail is gone from the inbox before it was fetched", "uid", uid)
			line.settle(uid)
			return nil
		}
		b.given++
	case s.conn.lost() != nil:
		b.lost++
		open = err
	default:
		b.unread++
		open = err
	}
	s.w.Log.Warn("mail cannot be fetched", "uid", uid, "tries", b.failures(), "error", failureText(err))
	if !b.exhausted() {
		return open
	}
	return errors.Join(s.giveUp(uid, b, err, line), open)
}

// giveUp takes a mail as a failure, with what can be had of it.
func (s *imapSession) giveUp(uid uint32, b *badMail, cause error, line *takeLine) error {
	if s.w.fruitless >= maxFruitless {
		return fmt.Errorf("the server gives none of the mails any more: %w", cause)
	}
	var blob models.Blob
	err := errNotGiven
	if b.unread+b.lost == 0 { // the connection lives, and would survive it
		blob, err = s.fetchBeginning(uid)
	}
	if err != nil {
		var none error
		if blob, none = s.w.Store.NewBlob().Finish(); none != nil {
			return none
		}
	}
	f := s.whole(uid, b.meta, blob)
	f.Failure, f.Size = failureText(cause), max(b.meta.size, blob.Size)
	s.w.Log.Error("mail is given up, it is parked", "uid", uid, "error", f.Failure)
	if err != nil && !errors.Is(err, errNotGiven) {
		return errors.Join(line.push([]Fetched{f}), err)
	}
	return line.push([]Fetched{f})
}
