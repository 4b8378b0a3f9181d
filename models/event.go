package models

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Event is one thing that happened to a complaint. The events of a complaint form a chain: each hash covers the one before it, so
// that nothing can be changed, taken out or put in between later without showing.
type Event struct {
	ComplaintID int64 `gorm:"primaryKey"`
	Seq         int   `gorm:"primaryKey"`
	At          time.Time
	Actor       string // staff:ID, complainant, register, operator
	What        string
	Detail      string // JSON; numbers, names of fields, never the text of a mail
	Salt        string // hex
	Digest      string // H(salt, detail); it stays when salt and detail are erased
	Hash        string // H(previous hash, seq, at, actor, what, digest)
}

// StaffActor names a staff entry as the actor of an event.
func StaffActor(id int64) string { return fmt.Sprintf("staff:%d", id) }

// AddEvent appends an event to the complaint's chain. detail is marshalled to JSON; salt are 16 random bytes.
func (tx *Tx) AddEvent(complaintID int64, actor, what string, detail any, salt []byte) (*Event, error) {
	js, err := json.Marshal(detail)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", what, err)
	}
	var last Event
	if err := tx.db.Select("seq", "hash").Where("complaint_id = ?", complaintID).Order("seq DESC").Limit(1).Find(&last).Error; err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	e := &Event{ComplaintID: complaintID, Seq: last.Seq + 1, At: tx.now, Actor: actor, What: what, Detail: string(js), Salt: hex.EncodeToString(salt)}
	e.Digest = digest(e.Salt, e.Detail)
	e.Hash = e.hashAfter(last.Hash)
	if _, err := tx.insert(e, ""); err != nil {
		return nil, fmt.Errorf("add event %s: %w", what, err)
	}
	return e, nil
}

func digest(salt, detail string) string {
	h := sha256.Sum256([]byte(salt + "\n" + detail))
	return hex.EncodeToString(h[:])
}

func (e *Event) hashAfter(previous string) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%s\n%s\n%s\n%s", previous, e.Seq, e.At.UTC().Format(time.RFC3339Nano), e.Actor, e.What, e.Digest))
	return hex.EncodeToString(h[:])
}

// Events lists what happened to a complaint, in order.
func (tx *Tx) Events(complaintID int64) (list []Event, err error) {
	err = tx.db.Where("complaint_id = ?", complaintID).Order("seq").Find(&list).Error
	return list, err
}

// checkChain says what is wrong with a complaint's events; nil when nothing is. Erased detail is no fault.
func checkChain(events []Event) error {
	previous := ""
	for i, e := range events {
		switch {
		case e.Seq != i+1:
			return fmt.Errorf("event %d is missing", i+1)
		case e.Salt == "" && e.Detail != "", e.Salt != "" && e.Digest != digest(e.Salt, e.Detail):
			return fmt.Errorf("the detail of event %d (%s) was changed", e.Seq, e.What)
		case e.Hash != e.hashAfter(previous):
			return fmt.Errorf("event %d (%s) was changed", e.Seq, e.What)
		}
		previous = e.Hash
	}
	return nil
}
