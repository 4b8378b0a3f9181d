package mailin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/emersion/go-imap/v2"

	"dankuwel/models"
)

// Filing moves mails out of the inbox into the folder that the ledger names. It is only for people who look into the mailbox: what
// fails here is tried again at the next look, and never makes a mail lost or taken twice.

// fileBatch is how many mails are moved by one command, between two looks at new mail.
const fileBatch = 50

// tidy files what stands in the ledger, removes what was erased and appends the copies of sent mails. In Run it makes way when the server announces mail.
func (s *imapSession) tidy(ctx context.Context) error {
	for {
		more, err := s.fileSome(ctx)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if s.mailWaits() {
			return nil
		}
	}
	if err := s.expunge(ctx); err != nil {
		return err
	}
	return s.appendCopies(ctx)
}

func (s *imapSession) mailWaits() bool { return !s.hasty && len(s.events) > 0 }

// fileSome files mails of one folder, a batch at most. It tells whether there is more to do.
//
// Only mails in the inbox are filed. A row may get another folder when its mail lies in one already (a parked mail that was
// accepted); such a UID is no longer in the inbox, the server passes over it without a word (RFC 9051 section 6.4.9), and the row is
// marked as filed. Rows of an older UIDVALIDITY are left alone: their UIDs mean other mails now.
func (s *imapSession) fileSome(ctx context.Context) (more bool, err error) {
	rows, err := s.w.Store.Read(ctx).Unfiled(s.w.Account.Address, s.validity)
	if err != nil {
		return false, fmt.Errorf("list what is to be filed: %w", err)
	}
	rows = slices.DeleteFunc(rows, func(e models.LedgerEntry) bool { return s.w.refused[e.UID] })
	if len(rows) == 0 {
		return false, nil
	}
	folder := rows[0].Folder
	ids, uids := map[uint32]int64{}, []uint32{}
	for _, r := range rows {
		if r.Folder == folder && len(uids) < fileBatch {
			ids[r.UID] = r.ID
			uids = append(uids, r.UID)
		}
	}
	filed := uids
	if folder != s.w.Account.Inbox {
		if filed, err = s.fileInto(folder, uids); err != nil && len(filed) == 0 {
			return false, err
		}
	}
	done := make([]int64, 0, len(filed))
	for _, u := range filed {
		done = append(done, ids[u])
	}
	// When this is not written any more, the next start asks the server once more, which does no harm.
	marked := s.w.Store.Write(ctx, s.w.Now(), func(tx *models.Tx) error { return tx.MarkFiled(done) })
	if marked != nil {
		return false, errors.Join(err, fmt.Errorf("note what is filed: %w", marked))
	}
	if len(filed) > 0 {
		s.w.Log.Debug("mails are filed", "folder", folder, "count", len(filed))
	}
	return len(rows) > len(uids) || len(rows) == 500, err
}

// fileInto moves the mails into the folder and returns those that are no longer to be filed. A refusal is not an error.
func (s *imapSession) fileInto(folder string, uids []uint32) (filed []uint32, err error) {
	err = s.move(folder, uids)
	if err == nil {
		delete(s.w.folderLog, folder)
		return uids, nil
	}
	if !isRefusal(err) {
		return nil, err
	}
	s.tellRefused(folder, err)
	present, err := s.present(uidSet(uids))
	if err != nil {
		return nil, err
	}
	// One mail may be what the server stumbles over; three in a row are the folder's fault.
	inRow := 0
	for _, uid := range uids {
		if present.Contains(imap.UID(uid)) {
			err := errRefusedBefore
			if inRow < 3 && len(uids) > 1 {
				if err = s.move(folder, []uint32{uid}); err != nil && !isRefusal(err) {
					return filed, err
				}
			}
			if err != nil {
				inRow++
				s.w.refused[uid] = true
				continue
			}
			inRow = 0
		}
		filed = append(filed, uid)
	}
	return filed, nil
}

var errRefusedBefore = errors.New("refused before")

// tellRefused logs each kind of refusal of a folder once.
func (s *imapSession) tellRefused(folder string, err error) {
	if s.w.folderLog[folder] == err.Error() {
		return
	}
	s.w.folderLog[folder] = err.Error()
	s.w.Log.Warn("mails cannot be filed, they stay in the inbox", "folder", folder, "error", err.Error())
}

// move moves the mails: by MOVE (RFC 6851) where the server can, otherwise by copying.
func (s *imapSession) move(folder string, uids []uint32) error {
	if err := s.ensureFolder(folder); err != nil {
		return err
	}
	// The library's own way without MOVE does not wait for COPY before it deletes. So the capability is looked at right before.
	if !s.noMove && s.caps.Has(imap.CapMove) && s.client.Caps().Has(imap.CapMove) {
		err := s.intoFolder(folder, func() error {
			return s.do("move to "+folder, func() error {
				_, err := s.client.Move(uidSet(uids), folder).Wait()
				return err
			})
		})
		if !isRefusal(err) {
			return err
		}
		// The mails may be what it refuses, then so will COPY; or the server announces what it cannot.
		if failed := s.copyAway(folder, uids); failed != nil {
			return failed
		}
		s.noMove = true
		s.w.Log.Info("server announces MOVE and refuses it, mails are copied", "error", err.Error())
		return nil
	}
	return s.copyAway(folder, uids)
}

// copyAway copies the mails and, only when the server said OK to that, marks the originals as deleted. They are expunged by UID
// (RFC 4315 section 2.1) or not at all: a bare EXPUNGE would also remove what other clients marked.
func (s *imapSession) copyAway(folder string, uids []uint32) error {
	var todo []uint32
	for _, u := range uids {
		if s.w.copied[u] != folder { // else the connection was lost between COPY and STORE
			todo = append(todo, u)
		}
	}
	if len(todo) > 0 {
		err := s.intoFolder(folder, func() error {
			return s.do("copy to "+folder, func() error {
				_, err := s.client.Copy(uidSet(todo), folder).Wait()
				return err
			})
		})
		if err != nil {
			return err
		}
		for _, u := range todo {
			s.w.copied[u] = folder
		}
	}
	err := s.do("mark as deleted", func() error {
		return s.client.Store(uidSet(uids), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close()
	})
	if err == nil && s.caps.Has(imap.CapUIDPlus) {
		err = s.do("expunge", func() error { return s.client.UIDExpunge(uidSet(uids)).Close() })
	}
	if err != nil && !isRefusal(err) {
		return err
	}
	if err != nil { // The copy lies in its folder; to go on copying would help nobody.
		s.w.Log.Warn("mails are filed, but their originals stay in the inbox", "folder", folder, "error", err.Error())
	}
	for _, u := range uids {
		delete(s.w.copied, u)
	}
	return nil
}

// intoFolder gives a command that needs the folder. When somebody has removed that, it is created and the command given once more.
func (s *imapSession) intoFolder(folder string, command func() error) error {
	err := command()
	var status *imap.Error
	if !errors.As(err, &status) || status.Code != imap.ResponseCodeTryCreate {
		return err
	}
	delete(s.folders, folder)
	if err := s.createFolder(folder); err != nil {
		return err
	}
	return command()
}

// ensureFolder creates the folder when it is missing.
func (s *imapSession) ensureFolder(folder string) error {
	if s.folders[folder] {
		return nil
	}
	exists, err := s.folderExists(folder)
	if isRefusal(err) {
		return nil // LIST is not what we want of it; the command itself will tell
	}
	if err != nil {
		return err
	}
	if !exists {
		return s.createFolder(folder)
	}
	s.folders[folder] = true
	return nil
}

func (l *imapLink) folderExists(folder string) (exists bool, err error) {
	err = l.do("list "+folder, func() error {
		list, err := l.client.List("", folder, nil).Collect()
		for _, f := range list {
			exists = exists || f.Mailbox == folder && !slices.Contains(f.Attrs, imap.MailboxAttrNonExistent) && !slices.Contains(f.Attrs, imap.MailboxAttrNoSelect)
		}
		return err
	})
	return exists, err
}

func (s *imapSession) createFolder(folder string) error {
	err := s.do("create "+folder, func() error { return s.client.Create(folder, nil).Wait() })
	var status *imap.Error
	if errors.As(err, &status) && status.Code == imap.ResponseCodeAlreadyExists {
		err = nil
	}
	if err != nil {
		return err
	}
	s.folders[folder] = true
	s.w.Log.Info("folder is created", "folder", folder)
	// So that mail programs show it; some servers refuse, which does not matter.
	if err := s.do("subscribe "+folder, func() error { return s.client.Subscribe(folder).Wait() }); err != nil && !isRefusal(err) {
		return err
	}
	return nil
}
