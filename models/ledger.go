package models

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
)

// Outcome is what became of a mail that came in: exactly one, always (CONTRACT section 5).
type Outcome string

const (
	AsComplaint  Outcome = "complaint"
	AsAddition   Outcome = "addition"
	AsAction     Outcome = "action"
	AsRefused    Outcome = "refused"
	AsBounce     Outcome = "bounce"
	AsAutomatic  Outcome = "automatic"
	AsParked     Outcome = "parked"
	AsKnown      Outcome = "known"
	AsOwn        Outcome = "own"
	AsSatisfying Outcome = "satisfaction"
)

// LedgerEntry is one sighting of a mail in a mailbox, and its outcome.
type LedgerEntry struct {
	ID          int64
	Mailbox     string
	UIDValidity uint32 `gorm:"column:uidvalidity"`
	UID         uint32 `gorm:"column:uid"`
	Identity    string // hex sha256, CONTRACT section 5
	MessageID   string // without < >
	ReceivedAt  time.Time
	SeenAt      time.Time
	Outcome     Outcome
	Reason      string // of a parked mail; practice: its complaint was one, and is forgotten
	ComplaintID *int64
	StoredAs    *int64 // messages.id
	FirstID     *int64 // of a known mail: the first sighting
	AcceptedAs  string // number of the complaint that a parked mail became
	ParkedNo    *int   // P-1, P-2 ...
	Decision    string // of a parked mail: accepted, discarded
	DecidedBy   string
	DecidedAt   *time.Time
	Folder      string // where the mail is to be filed; "" = it stays
	FiledAt     *time.Time
}

// TableName is the table's name.
func (LedgerEntry) TableName() string { return "ledger" }

// AddLedgerEntry writes the entry. A parked one gets its number.
func (tx *Tx) AddLedgerEntry(e *LedgerEntry) error {
	if e.Outcome == AsParked {
		n, err := tx.count("P")
		if err != nil {
			return err
		}
		e.ParkedNo = &n
	}
	e.SeenAt = tx.now
	e.ReceivedAt = Micro(e.ReceivedAt)
	if _, err := tx.insert(e, ""); err != nil {
		return fmt.Errorf("add ledger entry %s/%d/%d: %w", e.Mailbox, e.UIDValidity, e.UID, err)
	}
	return nil
}

// SaveLedgerEntry writes the row again.
func (tx *Tx) SaveLedgerEntry(e *LedgerEntry) error {
	return tx.db.Save(e).Error
}

// Sighting finds the entry of a UID; nil when it was never seen.
func (tx *Tx) Sighting(mailbox string, uidValidity, uid uint32) (*LedgerEntry, error) {
	return tx.ledgerWhere("mailbox = ? AND uidvalidity = ? AND uid = ?", mailbox, uidValidity, uid)
}

// FirstSighting finds the entry of the mail with that identity; nil when it was never seen.
func (tx *Tx) FirstSighting(identity string) (*LedgerEntry, error) {
	return tx.ledgerWhere("identity = ? AND outcome <> 'known'", identity)
}

// ParkedEntry finds a parked mail by its number P-n.
func (tx *Tx) ParkedEntry(no int) (*LedgerEntry, error) {
	e, err := tx.ledgerWhere("parked_no = ?", no)
	if e == nil && err == nil {
		err = fmt.Errorf("parked mail P-%d: %w", no, ErrNotFound)
	}
	return e, err
}

func (tx *Tx) ledgerWhere(cond string, args ...any) (*LedgerEntry, error) {
	var e LedgerEntry
	err := tx.db.Where(cond, args...).Take(&e).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	return &e, nil
}

// SeenUIDs lists which UIDs of the mailbox, from first on, stand in the ledger.
func (tx *Tx) SeenUIDs(mailbox string, uidValidity, first uint32) (map[uint32]bool, error) {
	var uids []uint32
	err := tx.db.Model(&LedgerEntry{}).Where("mailbox = ? AND uidvalidity = ? AND uid >= ?", mailbox, uidValidity, first).Pluck("uid", &uids).Error
	if err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	seen := make(map[uint32]bool, len(uids))
	for _, u := range uids {
		seen[u] = true
	}
	return seen, nil
}

// Unfiled lists entries of the mailbox whose mail is still to be moved into its folder, oldest first, 500 at most.
func (tx *Tx) Unfiled(mailbox string, uidValidity uint32) (list []LedgerEntry, err error) {
	err = tx.db.Where("mailbox = ? AND uidvalidity = ? AND folder <> '' AND filed_at IS NULL", mailbox, uidValidity).
		Order("uid").Limit(500).Find(&list).Error
	return list, err
}

// chunkIDs is how many ids one statement names: SQLite takes 32,766 values, PostgreSQL 65,535.
const chunkIDs = 1000

// MarkFiled notes that the mails lie in their folder, or are gone from the inbox by somebody's hand.
func (tx *Tx) MarkFiled(ids []int64) error {
	for chunk := range slices.Chunk(ids, chunkIDs) {
		if err := tx.db.Exec("UPDATE ledger SET filed_at = ? WHERE id IN ?", tx.now, chunk).Error; err != nil {
			return fmt.Errorf("mark mails as filed: %w", err)
		}
	}
	return nil
}

// LedgerFilter says which entries a list holds.
type LedgerFilter struct {
	Since  time.Time // seen at or after
	Limit  int       // 0: all
	Parked bool      // only parked mail that waits for a decision
}

// EachLedgerEntry calls fn for the entries of the filter in order of id, reading 1,000 at a time.
func (tx *Tx) EachLedgerEntry(f LedgerFilter, fn func(*LedgerEntry) error) error {
	var last int64
	for n := 0; ; {
		var page []LedgerEntry
		q := tx.db.Where("id > ?", last)
		if !f.Since.IsZero() {
			q = q.Where("seen_at >= ?", Micro(f.Since))
		}
		if f.Parked {
			q = q.Where("outcome = 'parked' AND decision = ''")
		}
		if err := q.Order("id").Limit(1000).Find(&page).Error; err != nil {
			return fmt.Errorf("list ledger: %w", err)
		}
		for i := range page {
			if n++; f.Limit > 0 && n > f.Limit {
				return nil
			}
			if err := fn(&page[i]); err != nil {
				return err
			}
		}
		if len(page) < 1000 {
			return nil
		}
		last = page[len(page)-1].ID
	}
}

// Mailbox is how far a folder of a mailbox has been read.
type Mailbox struct {
	Address       string `gorm:"primaryKey"`
	Folder        string `gorm:"primaryKey"`
	UIDValidity   uint32 `gorm:"column:uidvalidity"`
	NextUID       uint32 `gorm:"column:next_uid"` // every UID below it stands in the ledger or is gone from the server
	LastSuccessAt time.Time
}

// TableName is the table's name.
func (Mailbox) TableName() string { return "mailboxes" }

// Mailbox reads how far the folder has been read; zero values when it never was.
func (tx *Tx) Mailbox(address, folder string) (Mailbox, error) {
	m := Mailbox{Address: address, Folder: folder}
	err := tx.db.Where("address = ? AND folder = ?", address, folder).Take(&m).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = nil
	}
	return m, err
}

// SaveMailbox writes how far the folder has been read.
func (tx *Tx) SaveMailbox(m Mailbox) error {
	m.LastSuccessAt = tx.now
	return tx.db.Save(&m).Error
}

// LedgerEntry reads one entry.
func (tx *Tx) LedgerEntry(id int64) (*LedgerEntry, error) {
	e, err := tx.ledgerWhere("id = ?", id)
	if e == nil && err == nil {
		err = fmt.Errorf("ledger entry %d: %w", id, ErrNotFound)
	}
	return e, err
}
