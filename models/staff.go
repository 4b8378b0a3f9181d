package models

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm/clause"
)

var forUpdate = clause.Locking{Strength: clause.LockingStrengthUpdate}

// Role is what a staff member does in the procedure.
type Role string

const (
	Coordinator Role = "coordinator" // owns the procedure; gets what nobody else owns
	Handler     Role = "handler"     // investigates and answers
	Management  Role = "management"  // receives digests and escalations
)

// Staff is one entry of [[staff]]: one person or one shared desk, all its addresses. ID, Email and Name are kept in the register, the rest is read from
// the configuration at each start.
type Staff struct {
	ID          int64
	Email       string // lower case
	Name        string
	JoinedAt    time.Time
	LeftAt      *time.Time // no longer in the configuration
	Aliases     []string   `gorm:"-"`
	Roles       []Role     `gorm:"-"`
	Departments []string   `gorm:"-"`
	Language    string     `gorm:"-"`
	Substitute  string     `gorm:"-"` // address of who stands in for the entry
	Shared      bool       `gorm:"-"` // several people use its mailbox; a line "Naam:" says who of them it is
}

// TableName is the table's name.
func (Staff) TableName() string { return "staff" }

// Has tells whether the entry has the role.
func (s *Staff) Has(r Role) bool { return slices.Contains(s.Roles, r) }

// In tells whether the entry belongs to the department.
func (s *Staff) In(department string) bool {
	return slices.ContainsFunc(s.Departments, func(d string) bool { return strings.EqualFold(d, department) })
}

// Owns tells whether the address is one of the entry's.
func (s *Staff) Owns(email string) bool {
	email = FoldAddress(email)
	return email != "" && (email == s.Email || slices.ContainsFunc(s.Aliases, func(a string) bool { return FoldAddress(a) == email }))
}

// SyncStaff makes the register's entries those of the configuration, sets their IDs, and returns those that are new. Who is no longer
// there is marked as left, and his tokens end.
func (tx *Tx) SyncStaff(staff []*Staff) (joined []*Staff, err error) {
	if tx.store.engine == Postgres { // two nodes that start together
		if err := tx.db.Exec("LOCK TABLE staff IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
			return nil, fmt.Errorf("lock staff: %w", err)
		}
	}
	var rows []Staff
	if err := tx.db.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read staff: %w", err)
	}
	here := map[int64]bool{}
	for _, s := range staff {
		s.Email = FoldAddress(s.Email)
		i := slices.IndexFunc(rows, func(r Staff) bool { return r.Email == s.Email })
		if i < 0 {
			s.JoinedAt = tx.now
			if err := tx.db.Create(s).Error; err != nil {
				return nil, fmt.Errorf("add staff %s: %w", s.Email, err)
			}
			here[s.ID] = true
			joined = append(joined, s)
			continue
		}
		s.ID, s.JoinedAt = rows[i].ID, rows[i].JoinedAt
		here[s.ID] = true
		if rows[i].Name != s.Name || rows[i].LeftAt != nil {
			if err := tx.db.Save(s).Error; err != nil {
				return nil, fmt.Errorf("update staff %s: %w", s.Email, err)
			}
		}
	}
	for _, r := range rows {
		if here[r.ID] || r.LeftAt != nil {
			continue
		}
		if err := tx.db.Model(&r).Update("left_at", tx.now).Error; err != nil {
			return nil, fmt.Errorf("mark staff %s as left: %w", r.Email, err)
		}
		if err := tx.db.Exec("UPDATE tokens SET ended_at = ? WHERE staff_id = ? AND ended_at IS NULL", tx.now, r.ID).Error; err != nil {
			return nil, fmt.Errorf("end tokens of %s: %w", r.Email, err)
		}
	}
	return joined, nil
}

// NamedStaff is a staff member whom a complaint names.
type NamedStaff struct {
	ComplaintID int64 `gorm:"primaryKey"`
	StaffID     int64 `gorm:"primaryKey"`
	About       *bool // nil: asked, not answered yet
	DecidedBy   *int64
	DecidedAt   *time.Time
}

// TableName is the table's name.
func (NamedStaff) TableName() string { return "named_staff" }

// AddNamedStaff notes that the complaint names the staff member.
func (tx *Tx) AddNamedStaff(complaintID, staffID int64) error {
	return tx.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&NamedStaff{ComplaintID: complaintID, StaffID: staffID}).Error
}

// NamedStaff lists whom the complaint names.
func (tx *Tx) NamedStaff(complaintID int64) (list []NamedStaff, err error) {
	err = tx.db.Where("complaint_id = ?", complaintID).Order("staff_id").Find(&list).Error
	return list, err
}

// DecideNamedStaff notes whether the complaint is about the staff member; false when it was decided before.
func (tx *Tx) DecideNamedStaff(complaintID, staffID int64, about bool, by int64) (bool, error) {
	r := tx.db.Model(&NamedStaff{}).Where("complaint_id = ? AND staff_id = ? AND about IS NULL", complaintID, staffID).
		Updates(map[string]any{"about": about, "decided_by": by, "decided_at": tx.now})
	return r.RowsAffected == 1, r.Error
}
