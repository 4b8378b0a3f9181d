package models

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"gorm.io/gorm"
)

// Seal covers the heads of all event chains at one moment: a chain that is cut at its end, or made anew from its beginning, no longer
// agrees with it. Practice complaints are left out. The bytes named Hash are a list in plain text:
//
//	seal 2026-03-02T03:30:00Z after HASH-OF-THE-SEAL-BEFORE (or -)
//	17 K-2026-0017 4 HASH          id, number, seq and hash of each head that is new since the seal before
//	total 17 92                    complaints and events that all seals up to this one cover
type Seal struct {
	ID         int64
	At         time.Time
	Complaints int64
	Events     int64
	Hash       string
}

// head is the last event of a chain.
type head struct {
	ComplaintID int64
	Number      string
	Seq         int64
	Hash        string
}

func (h head) String() string {
	return fmt.Sprintf("%d %s %d %s", h.ComplaintID, h.Number, h.Seq, h.Hash)
}

// SealChains makes a seal; nil when no chain has grown since the last one, which covers them all then.
func (tx *Tx) SealChains() (*Seal, error) {
	if tx.store.engine == Postgres { // one after the other: each names the one before
		if err := tx.db.Exec("SELECT pg_advisory_xact_lock(7362)").Error; err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
	}
	last, sealed, _, err := tx.sealed(nil)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	s := &Seal{At: tx.now, Complaints: last.Complaints, Events: last.Events}
	list := tx.store.NewBlob()
	defer list.Discard()
	fmt.Fprintf(list, "seal %s after %s\n", s.At.Format(time.RFC3339Nano), orDash(last.Hash))
	grown := false
	err = tx.eachHead(func(h head) error {
		before := sealed[h.ComplaintID]
		if h.Seq <= before { // a shorter one has been cut: verify tells
			return nil
		}
		if before == 0 {
			s.Complaints++
		}
		s.Events += h.Seq - before
		grown = true
		_, err := fmt.Fprintln(list, h)
		return err
	})
	if err != nil || !grown {
		return nil, err
	}
	fmt.Fprintf(list, "total %d %d\n", s.Complaints, s.Events)
	bytes, err := list.Finish()
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	s.Hash = bytes.SHA256
	if err := tx.PutBlob(bytes); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	_, err = tx.insert(s, "")
	return s, err
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// eachHead calls fn for the last event of every complaint that is not for practice.
func (tx *Tx) eachHead(fn func(head) error) error {
	for last := int64(0); ; {
		var page []head
		err := tx.db.Raw(`SELECT e.complaint_id, c.number, e.seq, e.hash FROM events e JOIN complaints c ON c.id = e.complaint_id AND NOT c.practice
			WHERE e.complaint_id > ? AND NOT EXISTS (SELECT 1 FROM events later WHERE later.complaint_id = e.complaint_id AND later.seq > e.seq)
			ORDER BY e.complaint_id LIMIT 1000`, last).Scan(&page).Error
		if err != nil {
			return fmt.Errorf("read heads of chains: %w", err)
		}
		for _, h := range page {
			last = h.ComplaintID
			if err := fn(h); err != nil {
				return err
			}
		}
		if len(page) < 1000 {
			return nil
		}
	}
}

// sealed reads all seals: the last one, and how far each chain is covered. compare, when there is one, gets the heads of each seal, a few
// hundred at a time. What is wrong with the seals themselves comes back as sentences.
func (tx *Tx) sealed(compare func(*Seal, []head) error) (last Seal, covered map[int64]int64, broken []string, err error) {
	covered = map[int64]int64{}
	var list []Seal
	if err := tx.db.Order("id").Find(&list).Error; err != nil {
		return last, nil, nil, err
	}
	for i := range list {
		s := &list[i]
		why, err := tx.readSeal(s, last, covered, compare)
		if err != nil {
			return last, nil, nil, err
		}
		if why != "" {
			broken = append(broken, fmt.Sprintf("seal %d of %s: %s", s.ID, s.At.Format(time.DateOnly), why))
		}
		last = *s
	}
	return last, covered, broken, nil
}

func (tx *Tx) readSeal(s *Seal, before Seal, covered map[int64]int64, compare func(*Seal, []head) error) (why string, err error) {
	r, err := tx.OpenBlob(s.Hash)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, gorm.ErrRecordNotFound) {
		return "its list is gone", nil
	}
	if err != nil {
		return "", err
	}
	defer r.Close()
	sum := sha256.New()
	lines := bufio.NewScanner(io.TeeReader(r, sum))
	if want := fmt.Sprintf("seal %s after %s", s.At.UTC().Format(time.RFC3339Nano), orDash(before.Hash)); lines.Scan() && lines.Text() != want {
		why = "it does not follow the seal before it"
	}
	var page []head
	total := ""
	for lines.Scan() {
		var h head
		if n, _ := fmt.Sscan(lines.Text(), &h.ComplaintID, &h.Number, &h.Seq, &h.Hash); n != 4 {
			total = lines.Text()
			continue
		}
		covered[h.ComplaintID] = max(covered[h.ComplaintID], h.Seq)
		if page = append(page, h); len(page) == 300 && compare != nil {
			if err := compare(s, page); err != nil {
				return "", err
			}
			page = page[:0]
		}
	}
	if err := lines.Err(); err != nil {
		return "", err
	}
	if compare != nil && len(page) > 0 {
		if err := compare(s, page); err != nil {
			return "", err
		}
	}
	if hex.EncodeToString(sum.Sum(nil)) != s.Hash {
		why = "its list was changed"
	} else if total != fmt.Sprintf("total %d %d", s.Complaints, s.Events) && why == "" {
		why = "its row says otherwise than its list"
	}
	return why, nil
}

// LastSeal is the newest seal; nil when there is none yet. Who keeps its hash elsewhere can tell later whether the seals themselves are those of then.
func (tx *Tx) LastSeal() (*Seal, error) {
	var list []Seal
	err := tx.db.Order("id DESC").Limit(1).Find(&list).Error
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// verifySeals holds every chain against every seal that covers it.
func verifySeals(tx *Tx) ([]string, error) {
	var cut []string
	said := map[int64]bool{}
	_, _, broken, err := tx.sealed(func(s *Seal, page []head) error {
		ids := make([]int64, len(page))
		for i, h := range page {
			ids[i] = h.ComplaintID
		}
		var events []head
		// Per complaint a few events too many, in place of a list of pairs that SQLite would not look up in its index.
		if err := tx.db.Raw("SELECT complaint_id, seq, hash FROM events WHERE complaint_id IN ?", ids).Scan(&events).Error; err != nil {
			return err
		}
		type place struct{ id, seq int64 }
		there := map[place]string{}
		for _, e := range events {
			there[place{e.ComplaintID, e.Seq}] = e.Hash
		}
		for _, h := range page {
			if there[place{h.ComplaintID, h.Seq}] != h.Hash && !said[h.ComplaintID] {
				said[h.ComplaintID] = true
				cut = append(cut, fmt.Sprintf("%s: event %d is gone or was changed; the seal of %s covers it", h.Number, h.Seq, s.At.Format(time.DateOnly)))
			}
		}
		return nil
	})
	return append(broken, cut...), err
}
