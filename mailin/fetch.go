package mailin

import (
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"dankuwel/models"
)

// What is asked of the server: never ENVELOPE or BODYSTRUCTURE, whose odd forms the library cannot read, never without PEEK, which
// would set \Seen. One FETCH is in flight at a time, and bodies stream into blobs: memory does not grow with a mail's size.

// mailMeta is what the server says about a mail. It may be wrong about the size.
type mailMeta struct {
	date time.Time // INTERNALDATE; zero: not known
	size int64     // RFC822.SIZE
}

const (
	oversizeHeader = 1 << 20  // bytes of the header that are kept of an oversize mail
	oversizeText   = 64 << 10 // and of its body
)

// errNotGiven: the server gave no such mail, or NIL for its body.
var errNotGiven = errors.New("the server does not give the mail")

// errTooLarge: the mail is larger than the limit, whatever the server announced.
var errTooLarge = errors.New("the mail is larger than the limit")

// keepError is trouble with our own disk: no fault of the mail, nor of the server.
type keepError struct{ error }

func (e keepError) Unwrap() error { return e.error }

// fetch gives one UID FETCH (RFC 9051 section 6.4.5) and hands what comes to item. Its error is the connection's or item's.
func (s *imapSession) fetch(set imap.UIDSet, options *imap.FetchOptions, item func(uid uint32, item imapclient.FetchItemData) error) error {
	var failed error
	err := s.do("fetch", func() error {
		cmd := s.client.Fetch(set, options)
		for msg := cmd.Next(); msg != nil && failed == nil; msg = cmd.Next() {
			var uid uint32
			var early []imapclient.FetchItemData // before the UID; never a literal, the library would not give it to us
			for it := msg.Next(); it != nil && failed == nil; it = msg.Next() {
				if u, ok := it.(imapclient.FetchItemDataUID); ok {
					uid = uint32(u.UID)
				}
				early = append(early, it)
				for uid != 0 && len(early) > 0 && failed == nil {
					failed = item(uid, early[0])
					early = early[1:]
				}
			}
		}
		return cmd.Close() // it reads away what is left
	})
	if failed != nil {
		return failed
	}
	return err
}

// ignoreRefusal: a NO to a FETCH may come after most of the mails (Dovecot); what did not come is looked at one by one.
func ignoreRefusal(err error) error {
	if isRefusal(err) {
		return nil
	}
	return err
}

// fetchMetas asks date and size of the mails. What the server does not give is missing in the answer.
func (s *imapSession) fetchMetas(uids []uint32) (map[uint32]mailMeta, error) {
	metas := make(map[uint32]mailMeta, len(uids))
	err := s.fetch(uidSet(uids), &imap.FetchOptions{InternalDate: true, RFC822Size: true}, func(uid uint32, item imapclient.FetchItemData) error {
		m := metas[uid]
		switch it := item.(type) {
		case imapclient.FetchItemDataInternalDate:
			m.date = it.Time
		case imapclient.FetchItemDataRFC822Size:
			m.size = it.Size
		default: // UID alone, or flags that another client has just set
			return nil
		}
		metas[uid] = m
		return nil
	})
	return metas, ignoreRefusal(err)
}

// fetchBodies fetches whole mails in one command. What the server does not give is missing in the answer; a mail that turns out
// larger than the limit is in tooLarge with its size. Mails that came before an error are in the answer all the same.
func (s *imapSession) fetchBodies(uids []uint32) (bodies map[uint32]models.Blob, tooLarge map[uint32]int64, err error) {
	bodies, tooLarge = make(map[uint32]models.Blob, len(uids)), map[uint32]int64{}
	options := &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{{Peek: true}}}
	err = s.fetch(uidSet(uids), options, func(uid uint32, item imapclient.FetchItemData) error {
		body, ok := item.(imapclient.FetchItemDataBodySection)
		if !ok || body.Literal == nil {
			return nil
		}
		if limit := s.w.Account.MaxSize; limit > 0 && body.Literal.Size() > limit {
			tooLarge[uid] = body.Literal.Size()
			return nil
		}
		w := s.w.Store.NewBlob()
		defer w.Discard()
		_, whole, err := s.copyLiteral(w, body.Literal, math.MaxInt64)
		if err != nil || !whole { // if cut off, the connection's own error follows
			return err
		}
		blob, err := w.Finish()
		if err != nil {
			return keepError{err}
		}
		bodies[uid] = blob
		return nil
	})
	return bodies, tooLarge, ignoreRefusal(err)
}

// copyLiteral copies the literal to w, most bytes of it, and tells whether that is all there was to copy: the library ends a literal
// that the network cut off as if it were whole. Its error is the one of w.
func (s *imapSession) copyLiteral(w io.Writer, lit imap.LiteralReader, most int64) (n int64, whole bool, err error) {
	k := &keeping{w: w}
	n, _ = io.Copy(k, io.LimitReader(lit, most))
	if k.err != nil {
		return n, false, keepError{k.err}
	}
	if whole = n == min(most, lit.Size()); !whole {
		// The library's reader goes on while what is left of the literal is drained, both on one buffer; so it ends first.
		s.conn.abandon()
		<-s.client.Closed()
	}
	return n, whole, nil
}

// keeping remembers the writer's error, to tell it from the reader's.
type keeping struct {
	w   io.Writer
	err error
}

func (k *keeping) Write(p []byte) (int, error) {
	n, err := k.w.Write(p)
	k.err = err
	return n, err
}

// fetchSection appends a section of the mail, or the part of it from offset on, to w. errNotGiven when the server gives none.
func (s *imapSession) fetchSection(uid uint32, what imap.PartSpecifier, offset, size int64, w io.Writer) (n int64, err error) {
	section := &imap.FetchItemBodySection{Specifier: what, Peek: true, Partial: &imap.SectionPartial{Offset: offset, Size: size}}
	found := false
	err = s.fetch(uidSet([]uint32{uid}), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{section}}, func(_ uint32, item imapclient.FetchItemData) error {
		body, ok := item.(imapclient.FetchItemDataBodySection)
		if !ok || body.Literal == nil || found {
			return nil
		}
		var err error
		n, found, err = s.copyLiteral(w, body.Literal, size)
		return err
	})
	if err = ignoreRefusal(err); err == nil && !found {
		err = errNotGiven
	}
	return n, err
}

// fetchParts fetches a large mail in parts, so that no single answer takes long. It goes on until the server has no more, since some
// announce a wrong size.
func (s *imapSession) fetchParts(uid uint32, announced int64) (blob models.Blob, err error) {
	w := s.w.Store.NewBlob()
	defer w.Discard()
	for have := int64(0); ; {
		n, err := s.fetchSection(uid, imap.PartSpecifierNone, have, s.limit.part, w)
		if errors.Is(err, errNotGiven) && have > 0 && have >= announced {
			break // QUIRK: NIL instead of "" beyond the end
		}
		if err != nil {
			return blob, err
		}
		have += n
		if limit := s.w.Account.MaxSize; limit > 0 && have > limit {
			return blob, errTooLarge
		}
		if n == 0 || (n < s.limit.part && have == announced) {
			break
		}
	}
	if blob, err = w.Finish(); err != nil {
		err = keepError{err}
	}
	return blob, err
}

// fetchBeginning fetches header and first text of a mail.
func (s *imapSession) fetchBeginning(uid uint32) (blob models.Blob, err error) {
	w := s.w.Store.NewBlob()
	defer w.Discard()
	if _, err := s.fetchSection(uid, imap.PartSpecifierHeader, 0, oversizeHeader, w); err != nil {
		return blob, err
	}
	// A body that is not given leaves the header, which is worth a complaint.
	if _, err := s.fetchSection(uid, imap.PartSpecifierText, 0, oversizeText, w); err != nil && !errors.Is(err, errNotGiven) {
		return blob, err
	}
	if blob, err = w.Finish(); err != nil {
		err = keepError{err}
	}
	return blob, err
}

// fetchOversize fetches a mail that is larger than the limit.
func (s *imapSession) fetchOversize(uid uint32, m mailMeta) (Fetched, error) {
	blob, err := s.fetchBeginning(uid)
	if err != nil {
		return Fetched{}, err
	}
	f := s.whole(uid, m, blob)
	f.Oversize, f.Size = true, m.size
	return f, nil
}

// fetchLarge fetches a mail that is within the limit, and too large to be fetched in a set.
func (s *imapSession) fetchLarge(uid uint32, m mailMeta) (Fetched, error) {
	blob, err := s.fetchParts(uid, m.size)
	if errors.Is(err, errTooLarge) {
		m.size = max(m.size, s.w.Account.MaxSize+1)
		return s.fetchOversize(uid, m)
	}
	if err != nil {
		return Fetched{}, err
	}
	return s.whole(uid, m, blob), nil
}

// whole is a mail all of which is in blob.
func (s *imapSession) whole(uid uint32, m mailMeta, blob models.Blob) Fetched {
	if m.date.IsZero() {
		m.date = s.w.Now()
	}
	return Fetched{UIDValidity: s.validity, UID: uid, InternalDate: m.date, Size: blob.Size, Raw: blob}
}

// fetchOne fetches a mail by itself, its body first and with nothing else, in case one of the other items is what the library
// cannot read.
func (s *imapSession) fetchOne(uid uint32, m mailMeta) (f Fetched, err error) {
	if s.tooLarge(m.size) {
		return s.fetchOversize(uid, m)
	}
	if m.size > s.limit.small {
		return s.fetchLarge(uid, m)
	}
	bodies, large, err := s.fetchBodies([]uint32{uid})
	blob, ok := bodies[uid]
	if size, is := large[uid]; is && err == nil {
		m.size = size
		return s.fetchOversize(uid, m)
	}
	if err == nil && !ok {
		err = errNotGiven
	}
	if !ok {
		return Fetched{}, err
	}
	if m.date.IsZero() && err == nil {
		var metas map[uint32]mailMeta
		metas, err = s.fetchMetas([]uint32{uid})
		m.date = metas[uid].date
	}
	return s.whole(uid, m, blob), err
}

func (s *imapSession) tooLarge(size int64) bool {
	return s.w.Account.MaxSize > 0 && size > s.w.Account.MaxSize
}

// failureText is an error as it is told about a mail: short, since an answer that cannot be read may hold anything.
func failureText(err error) string {
	const most = 160
	text := fmt.Sprint(err)
	if len(text) > most {
		text = text[:most]
	}
	return text
}
