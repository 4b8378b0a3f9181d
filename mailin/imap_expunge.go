package mailin

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"dankuwel/models"
)

// Expunging removes the copies of mails whose complaint was erased (CONTRACT section 8). The register says which they are until they are
// gone, so that a crash forgets none; it knows no UID of a mail that was moved, so each is looked for.

const (
	expungeBatch = 50
	expungePause = 24 * time.Hour // before a server is asked again that could not
)

// expunge removes a batch of mails from every folder of the account.
func (s *imapSession) expunge(ctx context.Context) error {
	for {
		due, err := s.w.Store.Read(ctx).ExpungesDue(s.w.Account.Address, s.w.Now(), expungeBatch)
		if err != nil {
			return fmt.Errorf("list what is to be removed: %w", err)
		}
		if len(due) == 0 {
			return nil
		}
		if !s.caps.Has(imap.CapUIDPlus) { // RFC 4315: a bare EXPUNGE would also remove what other clients marked
			return s.leave(ctx, due, fmt.Errorf("the server cannot remove single mails (UIDPLUS)"))
		}
		refused, err := s.expungeFrom(ctx, due)
		if err != nil {
			return err
		}
		if refused != nil {
			return s.leave(ctx, due, refused)
		}
		if err := s.w.Store.Write(ctx, s.w.Now(), func(tx *models.Tx) error { return tx.Expunged(due) }); err != nil {
			return fmt.Errorf("note removed mails: %w", err)
		}
		s.w.Log.Info("mails of erased complaints are removed from the folders", "mails", len(due))
		if s.mailWaits() {
			return nil
		}
	}
}

// leave puts off what the server would not do, and has a person told.
func (s *imapSession) leave(ctx context.Context, due []models.Expunge, why error) error {
	s.w.Log.Warn("mails of erased complaints stay in the folders", "mails", len(due), "error", why.Error())
	if err := s.w.Store.Write(ctx, s.w.Now(), func(tx *models.Tx) error { return tx.LookLater(due, s.w.Now().Add(expungePause)) }); err != nil {
		return fmt.Errorf("put removing off: %w", err)
	}
	if s.w.ByHand == nil {
		return nil
	}
	told := map[int64]bool{}
	for _, e := range due {
		if told[e.ComplaintID] {
			continue
		}
		told[e.ComplaintID] = true
		if err := s.w.ByHand(ctx, e.ComplaintID); err != nil {
			return fmt.Errorf("make a task of mails that stay: %w", err)
		}
	}
	return nil
}

// allFolders lists the folders in which our mails may lie, the inbox among them: a mail may not have been filed.
func (a Account) allFolders() (list []string) {
	for _, f := range []string{a.Inbox, a.Processed, a.Review, a.Shielded, a.Sent} {
		if f != "" && !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	return list
}

// expungeFrom removes the mails from the folders and selects the inbox again. refused is what the server would not do.
func (s *imapSession) expungeFrom(ctx context.Context, due []models.Expunge) (refused, err error) {
	for _, folder := range s.w.Account.allFolders() {
		err := s.do("select "+folder, func() error {
			_, err := s.client.Select(folder, nil).Wait()
			return err
		})
		if isRefusal(err) {
			continue // a folder that is not there holds nothing
		}
		if err != nil {
			return nil, err
		}
		for i := range due {
			if err := s.expungeOne(&due[i]); err != nil && !isRefusal(err) {
				return nil, err
			} else if err != nil {
				refused = fmt.Errorf("%s: %w", folder, err)
			}
		}
	}
	changed, err := s.selectInbox(ctx)
	signalOne(s.events) // mail that came meanwhile was announced to nobody
	if err == nil && changed {
		err = errAgain
	}
	return refused, err
}

// expungeOne removes the copies of a mail from the folder that is selected.
func (s *imapSession) expungeOne(e *models.Expunge) error {
	found, err := s.copiesOf(e)
	if err != nil || len(found) == 0 {
		return err
	}
	set := uidSet(found)
	err = s.do("mark as deleted", func() error {
		return s.client.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close()
	})
	if err != nil {
		return err
	}
	return s.do("expunge", func() error { return s.client.UIDExpunge(set).Close() })
}

// copiesOf finds a mail in the selected folder: by its Message-ID, which anybody can have given to another mail, and, when that leads to
// none, by its day; what comes of it is told by its identity. Our own Message-IDs nobody guesses.
func (s *imapSession) copiesOf(e *models.Expunge) (found []uint32, err error) {
	if e.MessageID != "" {
		candidates, err := s.search(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: e.MessageID}}})
		if err != nil || e.Identity == "" {
			return candidates, err
		}
		if found, err = s.identical(e, candidates, func(mailMeta) bool { return true }); err != nil || len(found) > 0 {
			return found, err
		}
	}
	if e.Identity == "" {
		return nil, nil
	}
	// SINCE and BEFORE mean days in the zone of each mail's own date (RFC 9051 section 6.4.4).
	candidates, err := s.search(&imap.SearchCriteria{Since: e.At.AddDate(0, 0, -1), Before: e.At.AddDate(0, 0, 2)})
	if err != nil {
		return nil, err
	}
	return s.identical(e, candidates, func(m mailMeta) bool { return m.date.Unix() == e.At.Unix() })
}

func (s *imapSession) search(criteria *imap.SearchCriteria) (uids []uint32, err error) {
	err = s.do("search", func() error {
		data, err := s.client.UIDSearch(criteria, nil).Wait()
		if err == nil {
			for _, uid := range data.AllUIDs() {
				uids = append(uids, uint32(uid))
			}
		}
		return err
	})
	return uids, err
}

// identical keeps those of the likely mails that are the one that was taken in.
func (s *imapSession) identical(e *models.Expunge, uids []uint32, likely func(mailMeta) bool) (found []uint32, err error) {
	if len(uids) == 0 {
		return nil, nil
	}
	metas, err := s.fetchMetas(uids)
	if err != nil {
		return nil, err
	}
	for _, uid := range uids {
		if !likely(metas[uid]) {
			continue
		}
		m, err := s.reread(uid, metas[uid])
		if err != nil {
			return nil, err
		}
		if date := metas[uid].date; m.Identity(date) == e.Identity || m.HeaderIdentity(date, metas[uid].size) == e.Identity {
			found = append(found, uid)
		}
	}
	return found, nil
}

// reread reads a mail as intake did, and keeps none of its bytes.
func (s *imapSession) reread(uid uint32, meta mailMeta) (*Message, error) {
	r, w := io.Pipe()
	var m *Message
	var failed error
	read := make(chan struct{})
	go func() {
		defer close(read)
		m, failed = Parse(r, func(_ *Attachment, body io.Reader) error {
			_, err := io.Copy(io.Discard, body)
			return err
		})
		io.Copy(io.Discard, r)
	}()
	err := s.pour(uid, meta, w)
	w.Close()
	<-read
	if err != nil {
		return nil, err
	}
	return m, failed
}

// pour fetches a mail into w: of one that is larger than the limit its header fields.
func (s *imapSession) pour(uid uint32, meta mailMeta, w io.Writer) error {
	if s.tooLarge(meta.size) {
		_, err := s.fetchSection(uid, imap.PartSpecifierHeader, 0, oversizeHeader, w)
		return err
	}
	options := &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{{Peek: true}}}
	return ignoreRefusal(s.fetch(uidSet([]uint32{uid}), options, func(_ uint32, item imapclient.FetchItemData) error {
		body, ok := item.(imapclient.FetchItemDataBodySection)
		if !ok || body.Literal == nil {
			return nil
		}
		_, _, err := s.copyLiteral(w, body.Literal, body.Literal.Size())
		return err
	}))
}
