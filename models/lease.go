package models

import (
	"fmt"
	"time"
)

// Lease gives one node the sole right to something (a mailbox, the scheduler) until it expires. Epoch grows with every change of
// owner, so that who lost it without noticing can be told apart (fencing).
type Lease struct {
	Name      string `gorm:"primaryKey"`
	Owner     string
	Epoch     int64
	ExpiresAt time.Time
}

// TakeLease takes or renews the lease for owner and returns its epoch; ok is false while another holds it.
func (tx *Tx) TakeLease(name, owner string, life time.Duration) (epoch int64, ok bool, err error) {
	r := tx.db.Exec(`INSERT INTO leases (name, owner, epoch, expires_at) VALUES (?, ?, 1, ?)
		ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at,
			epoch = leases.epoch + CASE WHEN leases.owner = excluded.owner THEN 0 ELSE 1 END
		WHERE leases.owner = excluded.owner OR leases.expires_at <= ?`, name, owner, tx.now.Add(life), tx.now)
	if r.Error != nil {
		return 0, false, fmt.Errorf("take lease %s: %w", name, r.Error)
	}
	var l Lease
	if err := tx.db.Where("name = ?", name).Take(&l).Error; err != nil {
		return 0, false, fmt.Errorf("read lease %s: %w", name, err)
	}
	return l.Epoch, r.RowsAffected == 1, nil
}

// DropLease gives the lease back.
func (tx *Tx) DropLease(name, owner string) error {
	return tx.db.Exec("UPDATE leases SET expires_at = ? WHERE name = ? AND owner = ?", tx.now, name, owner).Error
}
