package mailin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emersion/go-imap/v2"

	"dankuwel/models"
)

const (
	copyBatch      = 20
	maxAppendTries = 5
	appendPause    = 5 * time.Minute // after the first refusal, doubling
)

// appendTry is what is known of a copy whose APPEND did not end well.
type appendTry struct {
	refusals int
	next     time.Time // real time; not before it
}

// appendCopies puts copies of what was sent into the folder `sent` (RFC 9051 section 6.3.12). A crash between APPEND and its mark in
// the outbox could make a second copy; so a mail that may have been tried before is looked for first.
func (s *imapSession) appendCopies(ctx context.Context) error {
	if s.w.Account.Sent == "" {
		return nil
	}
	for {
		due, err := s.w.Store.Read(ctx).CopiesDue(s.w.Account.Address, copyBatch+len(s.w.appends))
		if err != nil {
			return fmt.Errorf("list copies: %w", err)
		}
		done := 0
		for i := range due {
			if try := s.w.appends[due[i].ID]; try != nil && time.Now().Before(try.next) {
				continue
			}
			if err := s.appendCopy(ctx, &due[i]); err != nil {
				return err
			}
			done++
			if s.mailWaits() {
				return nil
			}
		}
		if done == 0 || len(due) < copyBatch {
			return nil
		}
	}
}

func (s *imapSession) appendCopy(ctx context.Context, m *models.OutboxMail) error {
	mark := func() error {
		delete(s.w.appends, m.ID)
		err := s.w.Store.Write(ctx, s.w.Now(), func(tx *models.Tx) error { return tx.MarkCopied(m.ID) })
		if err != nil {
			return fmt.Errorf("note the copy of mail %d: %w", m.ID, err)
		}
		return nil
	}
	try := s.w.appends[m.ID]
	if try != nil || m.SentAt == nil || m.SentAt.Before(s.w.started) {
		there, err := s.hasCopy(ctx, m.MessageID)
		if err != nil {
			return err
		}
		if there {
			return mark()
		}
	}
	if try == nil {
		try = &appendTry{}
		s.w.appends[m.ID] = try // whatever happens from here on, it may have been tried
	}
	err := s.ensureFolder(s.w.Account.Sent)
	if err == nil {
		err = s.append(ctx, m)
	}
	if err == nil {
		s.w.Log.Debug("copy is appended", "outbox", m.ID, "folder", s.w.Account.Sent)
		return mark()
	}
	if !isRefusal(err) {
		return err
	}
	try.refusals++
	try.next = time.Now().Add(appendPause << (try.refusals - 1))
	var marked error
	if try.refusals >= maxAppendTries {
		s.w.Log.Error("copy of a sent mail is given up, the mail itself was sent", "outbox", m.ID, "folder", s.w.Account.Sent, "error", err.Error())
		marked = mark()
	} else {
		s.w.Log.Warn("copy of a sent mail is refused, it is tried again", "outbox", m.ID, "folder", s.w.Account.Sent, "error", err.Error())
	}
	if marked == nil && !s.alive() {
		return errAgain // the library closes the connection when a literal is refused
	}
	return marked
}

// alive tells whether the connection is still open.
func (l *imapLink) alive() bool {
	select {
	case <-l.client.Closed():
		return false
	default:
		return l.client.State() != imap.ConnStateLogout
	}
}

// append streams the mail's bytes into the folder, as read.
func (s *imapSession) append(ctx context.Context, m *models.OutboxMail) error {
	body, err := s.w.Store.Read(ctx).OpenBlob(m.Raw)
	if err != nil {
		return err
	}
	defer body.Close()
	options := &imap.AppendOptions{Flags: []imap.Flag{imap.FlagSeen}}
	if m.SentAt != nil {
		options.Time = *m.SentAt
	}
	return s.do("append to "+s.w.Account.Sent, func() error {
		cmd := s.client.Append(s.w.Account.Sent, m.Size, options)
		n, copied := io.Copy(cmd, io.LimitReader(body, m.Size))
		if copied == nil && n < m.Size {
			copied = fmt.Errorf("mail %d has %d bytes instead of %d", m.ID, n, m.Size)
		}
		if copied != nil && !isRefusal(copied) {
			s.conn.abandon() // half a literal: the server must not take the next command for the rest
		}
		closed := cmd.Close()
		if _, err := cmd.Wait(); isRefusal(err) || copied == nil && closed == nil {
			return err
		}
		return errors.Join(copied, closed)
	})
}

// hasCopy looks for a mail in the folder `sent`, and selects the inbox again.
func (s *imapSession) hasCopy(ctx context.Context, messageID string) (there bool, err error) {
	err = s.do("examine "+s.w.Account.Sent, func() error {
		_, err := s.client.Select(s.w.Account.Sent, &imap.SelectOptions{ReadOnly: true}).Wait()
		return err
	})
	if err == nil {
		err = s.do("search "+s.w.Account.Sent, func() error {
			data, err := s.client.UIDSearch(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: messageID}}}, nil).Wait()
			if err == nil {
				found, _ := data.All.(imap.UIDSet)
				there = len(found) > 0
			}
			return err
		})
	}
	if err != nil && !isRefusal(err) {
		return false, err
	}
	// A folder that cannot be selected holds no copy; a server that cannot search may get a second one.
	changed, err := s.selectInbox(ctx)
	signalOne(s.events) // mail that came meanwhile was announced to nobody
	if err == nil && changed {
		err = errAgain // all is to be looked at again, from the start
	}
	return there, err
}
