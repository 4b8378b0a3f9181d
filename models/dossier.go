package models

import "fmt"

// SaveComplainant writes the row again.
func (tx *Tx) SaveComplainant(c *Complainant) error {
	c.EmailKey = FoldAddress(c.Email)
	if err := tx.db.Save(c).Error; err != nil {
		return fmt.Errorf("save complainant: %w", err)
	}
	return nil
}

// OpenComplaints lists what has not ended, the earliest end of the term first; practice complaints are left out.
func (tx *Tx) OpenComplaints() (list []Complaint, err error) {
	err = tx.db.Preload("Handler").Where("NOT practice AND stage NOT IN ('closed','inadmissible','not_a_complaint','withdrawn','duplicate')").
		Order("answer_due, id").Limit(200).Find(&list).Error
	if err != nil {
		return nil, err
	}
	return list, tx.suspensions(pointers(list)...)
}

// AddScore writes what a complainant says of our work, 1 to 5; 0: words without a score. All are kept.
func (tx *Tx) AddScore(complaintID int64, score int, words string, messageID int64) error {
	var given *int
	if score > 0 {
		given = &score
	}
	return tx.db.Exec("INSERT INTO satisfaction_scores (complaint_id, at, score, words, message_id) VALUES (?, ?, ?, ?, ?)", complaintID, tx.now, given, words, messageID).Error
}

// AnswerLeft tells whether a reaction to the complaint left and did not come back: a letter, or a call or letter that staff logged
// as the answer, or the older register that it was taken over from says so.
func (tx *Tx) AnswerLeft(complaintID int64) (bool, error) {
	var n int64
	err := tx.db.Raw(`SELECT (SELECT COUNT(*) FROM outbox WHERE complaint_id = ? AND kind IN ('answer','inadmissible','not_a_complaint','withdrawn','duplicate') AND state = 'sent' AND bounced_at IS NULL)
		+ (SELECT COUNT(*) FROM events WHERE complaint_id = ? AND what IN ('contact', 'imported') AND detail LIKE '%"answer":true%')
		+ (SELECT COUNT(*) FROM tasks WHERE complaint_id = ? AND kind = 'post_letter' AND done_at IS NOT NULL)`, complaintID, complaintID, complaintID).Scan(&n).Error
	return n > 0, err
}

// ReadersOf lists the staff entries that got a mail about the complaint.
func (tx *Tx) ReadersOf(complaintID int64) (ids []int64, err error) {
	err = tx.db.Raw("SELECT DISTINCT staff_id FROM outbox WHERE complaint_id = ? AND staff_id IS NOT NULL ORDER BY staff_id", complaintID).Scan(&ids).Error
	return ids, err
}
