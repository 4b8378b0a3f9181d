package models

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Message is one mail or note of a complaint's conversation, or a parked mail (without complaint).
type Message struct {
	ID          int64
	ComplaintID *int64
	Direction   string // in, out, note
	Kind        string // of mail that goes out (CONTRACT section 4); note: kept inside; "" otherwise
	Mailbox     string
	MessageID   string // without < >
	InReplyTo   string // the ids of In-Reply-To and References, separated by spaces
	FromName    string
	FromEmail   string
	FromKey     string // FoldAddress(FromEmail)
	ToEmail     string
	StaffID     *int64 // the staff member who wrote it, when that is proven
	At          time.Time
	Subject     string
	Text        string // the whole of it
	NewText     string // without quoted history; stored only when it differs from Text
	TextHash    string // of NewText folded; "" when it is too short to tell texts apart
	Language    string
	Raw         *string      // sha256 of the raw mail
	Size        int64        // of the mail on the server, in bytes
	Oversize    bool         // only the header fields and the first part were fetched
	Warnings    string       // what was wrong with the mail, one per line
	Carrier     string       // mail, brief, telefoon, webformulier
	AnswerTo    string       // where a letter to the writer goes; "" when nobody can be written to
	Attachments []Attachment `gorm:"foreignKey:MessageID"`
}

// Attachment is a file that came with a message.
type Attachment struct {
	ID        int64
	MessageID int64
	Position  int
	Name      string // cleaned
	Type      string
	Size      int64  // in bytes, decoded
	SHA256    string `gorm:"column:sha256"` // of the decoded bytes, and the key of their blob
	Inline    bool
	ContentID string
}

// AddMessage writes a message and its attachments. The blobs they name must be there.
func (tx *Tx) AddMessage(m *Message) error {
	m.FromKey = FoldAddress(m.FromEmail)
	m.At = Micro(m.At)
	if m.Carrier == "" {
		m.Carrier = "mail"
	}
	newText := m.NewText
	if newText == m.Text {
		m.NewText = ""
	}
	_, err := tx.insert(m, "")
	m.NewText = newText
	for i := range m.Attachments {
		if err == nil {
			m.Attachments[i].MessageID = m.ID
			_, err = tx.insert(&m.Attachments[i], "")
		}
	}
	if err != nil {
		return fmt.Errorf("add message: %w", err)
	}
	return nil
}

// AfterFind gives NewText back where it is the whole text.
func (m *Message) AfterFind(*gorm.DB) error {
	if m.NewText == "" {
		m.NewText = m.Text
	}
	return nil
}

// Message reads one message with its attachments.
func (tx *Tx) Message(id int64) (*Message, error) {
	var m Message
	if err := tx.db.Preload("Attachments").Take(&m, id).Error; err != nil {
		return nil, fmt.Errorf("message %d: %w", id, err)
	}
	return &m, nil
}

// Messages lists the conversation of a complaint in order of time.
func (tx *Tx) Messages(complaintID int64) (list []Message, err error) {
	err = tx.db.Preload("Attachments").Where("complaint_id = ?", complaintID).Order("at, id").Find(&list).Error
	return list, err
}

// AssignMessage makes the message part of a complaint.
func (tx *Tx) AssignMessage(id, complaintID int64) error {
	return tx.db.Model(&Message{}).Where("id = ?", id).Update("complaint_id", complaintID).Error
}

// ComplaintOfMessageIDs finds the complaints to whose conversation one of the Message-IDs belongs, those of mails that came and of
// mails that we sent, the one of the first given id first.
func (tx *Tx) ComplaintOfMessageIDs(ids []string) ([]int64, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if len(ids) > 50 {
		ids = ids[:50]
	}
	// What the indexes of 0001 leave out is left out here word for word; without it no engine can use them.
	var rows []struct {
		MessageID   string
		ComplaintID int64
	}
	err := tx.db.Raw(`SELECT message_id, complaint_id FROM messages WHERE message_id IN ? AND message_id <> '' AND complaint_id IS NOT NULL
		UNION SELECT message_id, complaint_id FROM outbox WHERE message_id IN ? AND complaint_id IS NOT NULL`, ids, ids).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("find conversation: %w", err)
	}
	var found []int64
	for _, id := range ids {
		for _, r := range rows {
			if r.MessageID == id {
				found = append(found, r.ComplaintID)
			}
		}
	}
	return found, nil
}

// SameText finds the newest complaint to which the same person sent the same text after since; practice complaints are left out.
func (tx *Tx) SameText(fromEmail, textHash string, since time.Time) (complaintID int64, err error) {
	if textHash == "" || fromEmail == "" {
		return 0, nil
	}
	var ids []int64
	err = tx.db.Model(&Message{}).Where("from_key = ? AND text_hash = ? AND text_hash <> '' AND direction = 'in' AND complaint_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM complaints c WHERE c.id = messages.complaint_id AND c.practice) AND at >= ?",
		FoldAddress(fromEmail), textHash, Micro(since)).Order("at DESC").Limit(1).Pluck("complaint_id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// WroteTo tells whether mail from the address already belongs to the complaint.
func (tx *Tx) WroteTo(complaintID int64, email string) (bool, error) {
	var n int64
	err := tx.db.Model(&Message{}).Where("complaint_id = ? AND direction = 'in' AND from_key = ?", complaintID, FoldAddress(email)).Limit(1).Count(&n).Error
	return n > 0, err
}

// KeepNote makes an internal note of a part of a message.
func (tx *Tx) KeepNote(id, complaintID int64, text string) error {
	return tx.db.Model(&Message{}).Where("id = ?", id).Updates(map[string]any{"complaint_id": complaintID, "direction": "note", "kind": "note", "new_text": text}).Error
}

// KeepInside files a mail of staff with a complaint, as one that never reaches the complainant.
func (tx *Tx) KeepInside(id, complaintID int64) error {
	return tx.db.Model(&Message{}).Where("id = ?", id).Updates(map[string]any{"complaint_id": complaintID, "direction": "note"}).Error
}

// NameWriter notes who wrote a message, where that was asked afterwards.
func (tx *Tx) NameWriter(id int64, name string) error {
	return tx.db.Model(&Message{}).Where("id = ?", id).Update("from_name", name).Error
}

// FirstMessage reads the mail that a complaint began with, and its ledger row.
func (tx *Tx) FirstMessage(complaintID int64) (*Message, *LedgerEntry, error) {
	var e LedgerEntry
	err := tx.db.Where("complaint_id = ? AND (outcome IN ('complaint', 'action') OR decision = 'accepted')", complaintID).Order("id").Take(&e).Error
	if err != nil {
		return nil, nil, fmt.Errorf("first mail of complaint %d: %w", complaintID, err)
	}
	if e.StoredAs == nil {
		return nil, nil, fmt.Errorf("first mail of complaint %d: %w", complaintID, ErrNotFound)
	}
	m, err := tx.Message(*e.StoredAs)
	return m, &e, err
}

// MailBefore is the newest mail from the address that a staff entry acted with, before the message; nil when there is none with words.
func (tx *Tx) MailBefore(staffID int64, fromEmail string, id int64) (*Message, error) {
	var list []Message // beside the person stands the condition of the index messages_same_text, word for word
	err := tx.db.Where("from_key = ? AND text_hash <> '' AND staff_id = ? AND direction = 'note' AND kind <> 'receipt' AND id < ?", FoldAddress(fromEmail), staffID, id).
		Order("id DESC").Limit(1).Find(&list).Error
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
