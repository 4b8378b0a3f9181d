package mailin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// imapSession is one connection of a Watcher with the inbox selected. One goroutine uses it.
type imapSession struct {
	*imapLink
	w        *Watcher
	validity uint32          // of the inbox
	next     uint32          // every UID below it stands in the ledger or is gone
	events   chan struct{}   // the server announced mail
	pollAt   time.Time       // when to look without being told
	hasty    bool            // Once: mails that could not be fetched are tried again without waiting
	folders  map[string]bool // that exist
	noIdle   bool            // what the server announces, and refuses
	noMove   bool
	noSearch bool
}

// open connects and selects the inbox.
func (w *Watcher) open(ctx context.Context) (*imapSession, error) {
	s := &imapSession{w: w, events: make(chan struct{}, 1), folders: map[string]bool{}}
	link, err := dialIMAP(ctx, w.Account.Server, w.limit, func() { signalOne(s.events) })
	if err != nil {
		return nil, err
	}
	s.imapLink = link
	clear(w.refused)
	if _, err := s.selectInbox(ctx); err != nil {
		s.close()
		return nil, err
	}
	w.Log.Debug("mailbox is open", "uidvalidity", s.validity, "next_uid", s.next)
	return s, nil
}

// selectInbox selects the inbox, read-write since mails are moved out of it, and reads how far it was taken in. It tells whether the
// UIDs mean something else than before (RFC 9051 section 2.3.1.1).
func (s *imapSession) selectInbox(ctx context.Context) (changed bool, err error) {
	var data *imap.SelectData
	err = s.do("select "+s.w.Account.Inbox, func() (err error) {
		data, err = s.client.Select(s.w.Account.Inbox, nil).Wait()
		return err
	})
	if err != nil {
		return false, err
	}
	if s.next > 0 && data.UIDValidity == s.validity {
		return false, nil
	}
	row, err := s.w.Store.Read(ctx).Mailbox(s.w.Account.Address, s.w.Account.Inbox)
	if err != nil {
		return false, fmt.Errorf("read how far the mailbox was taken in: %w", err)
	}
	s.validity, s.next = data.UIDValidity, 1
	switch {
	case row.NextUID == 0:
	case row.UIDValidity == s.validity:
		s.next = row.NextUID
	default:
		s.w.Log.Warn("inbox was made anew by the server, each mail is looked at again", "uidvalidity", s.validity, "before", row.UIDValidity)
	}
	if data.UIDNext > 0 && uint32(data.UIDNext) < s.next {
		// Not allowed (RFC 9051 section 2.3.1.1). A mailbox that was put back from a backup gives numbers to new mails that the ledger knows.
		s.w.Log.Error("server counts mails from a lower number than it did: new mails may be passed over, let the server give the inbox a new UIDVALIDITY",
			"uidnext", uint32(data.UIDNext), "next_uid", s.next)
	}
	if s.w.validity != s.validity {
		s.w.validity = s.validity
		s.w.forget()
	}
	return true, nil
}

// cause is why a wait ended.
type cause int

const (
	causePoll cause = iota // it is time to look
	causeMail              // the server announced mail
	causeWake              // the program has something to file or to append
)

// wait rests until there is something to do. It idles (RFC 2177) where the server can, and polls all the same: IDLE may fall silent.
func (s *imapSession) wait(ctx context.Context) (cause, error) {
	for {
		select {
		case <-s.events: // came while other commands ran
			return causeMail, nil
		default:
		}
		rest := time.Until(s.pollAt)
		if rest <= 0 {
			return causePoll, nil
		}
		why, done, err := s.rest(ctx, rest)
		if done || err != nil {
			return why, err
		}
	}
}

// rest waits for at most the given time, one IDLE at most. done is false when only the IDLE came of age.
func (s *imapSession) rest(ctx context.Context, most time.Duration) (why cause, done bool, err error) {
	idle, err := s.beginIdle()
	if err != nil {
		return 0, false, err
	}
	poll := time.NewTimer(most)
	defer poll.Stop()
	// Firewalls and some servers drop a silent connection well before the half hour of RFC 2177.
	renew := time.NewTimer(s.limit.idle)
	defer renew.Stop()
	done = true
	select {
	case <-ctx.Done():
		err = ctx.Err()
	case <-s.client.Closed():
		err = s.explain("wait for mail", errConnectionLost)
	case <-s.events:
		why = causeMail
	case <-s.w.wake:
		why = causeWake
	case <-poll.C:
		why = causePoll
	case <-renew.C:
		done = false
	}
	if idle == nil || err != nil {
		return why, done, err
	}
	return why, done, s.do("end IDLE", func() error {
		if err := idle.Close(); err != nil {
			return err
		}
		return idle.Wait()
	})
}

var errConnectionLost = errors.New("connection lost")

// beginIdle begins IDLE; nil when the server does not know it, or refuses it.
func (s *imapSession) beginIdle() (idle *imapclient.IdleCommand, err error) {
	if s.noIdle || !s.caps.Has(imap.CapIdle) {
		return nil, nil
	}
	err = s.do("begin IDLE", func() (err error) {
		idle, err = s.client.Idle()
		return err
	})
	if isRefusal(err) {
		s.noIdle = true
		s.w.Log.Info("server announces IDLE and refuses it, the mailbox is polled", "error", err.Error())
		return nil, nil
	}
	return idle, err
}

// list finds which UIDs from first on are on the server.
func (s *imapSession) list(first uint32) (imap.UIDSet, error) {
	return s.present(imap.UIDSet{{Start: imap.UID(first), Stop: 0}})
}

// present finds which UIDs of the set are on the server: a plain SEARCH, since some servers announce ESEARCH (RFC 4731) and refuse
// it, and without SEARCH a FETCH of the UIDs themselves. Mind that n:* holds the last mail even when its UID is below n
// (RFC 9051 section 9, seq-range).
func (s *imapSession) present(set imap.UIDSet) (found imap.UIDSet, err error) {
	if !s.noSearch {
		err = s.do("search", func() error {
			data, err := s.client.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{set}}, nil).Wait()
			if err == nil {
				found, _ = data.All.(imap.UIDSet)
			}
			return err
		})
		if !isRefusal(err) {
			return found, err
		}
		s.noSearch = true
		s.w.Log.Info("server refuses SEARCH, UIDs are listed by FETCH", "error", err.Error())
	}
	err = s.fetch(set, &imap.FetchOptions{UID: true}, func(uid uint32, _ imapclient.FetchItemData) error {
		found.AddNum(imap.UID(uid))
		return nil
	})
	return found, err
}

// uidSet is the set of the given UIDs.
func uidSet(uids []uint32) (set imap.UIDSet) {
	for _, u := range uids {
		set.AddNum(imap.UID(u))
	}
	return set
}
