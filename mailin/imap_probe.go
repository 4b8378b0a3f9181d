package mailin

import (
	"bytes"
	"context"
	"time"

	"github.com/emersion/go-imap/v2"
)

// AwaitProbe waits until the mail with the Message-ID lies in the inbox or where the running service has filed it, returns its header
// fields and removes it again. It returns ctx's error when the mail does not come.
func AwaitProbe(ctx context.Context, a Account, messageID string) (*Message, error) {
	a = a.withDefaults()
	l, err := dialIMAP(ctx, a.Server, usualLimits, nil)
	if err != nil {
		return nil, err
	}
	defer l.close()
	tick := time.NewTicker(300 * time.Millisecond)
	defer tick.Stop()
	for {
		for _, folder := range []string{a.Inbox, a.Review, a.Processed} {
			if folder == "" {
				continue
			}
			if m, err := l.fetchProbe(folder, messageID); m != nil || (err != nil && !isRefusal(err)) {
				return m, err
			}
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
}

func (l *imapLink) fetchProbe(folder, messageID string) (m *Message, err error) {
	var uids []imap.UID
	err = l.do("look for the test mail", func() error {
		if _, err := l.client.Select(folder, nil).Wait(); err != nil {
			return err
		}
		found, err := l.client.UIDSearch(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: messageID}}}, nil).Wait()
		if err == nil {
			uids = found.AllUIDs()
		}
		return err
	})
	if err != nil || len(uids) == 0 {
		return nil, err
	}
	section := &imap.FetchItemBodySection{Specifier: imap.PartSpecifierHeader, Peek: true}
	err = l.do("read the test mail", func() error {
		list, err := l.client.Fetch(imap.UIDSetNum(uids[0]), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
		if err != nil || len(list) == 0 {
			return err
		}
		m, err = Parse(bytes.NewReader(list[0].FindBodySection(section)), nil)
		return err
	})
	if err != nil || m == nil {
		return nil, err
	}
	// That it stays is no fault of the way it came: some servers refuse to remove, or cannot without taking other people's mail along.
	_ = l.do("remove the test mail", func() error {
		store := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}
		if err := l.client.Store(imap.UIDSetNum(uids...), store, nil).Close(); err != nil || !l.caps.Has(imap.CapUIDPlus) {
			return err
		}
		return l.client.UIDExpunge(imap.UIDSetNum(uids...)).Close()
	})
	return m, nil
}
