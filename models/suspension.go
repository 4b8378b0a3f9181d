package models

import "fmt"

// suspensions fills in since when the clocks of the complaints stand still.
func (tx *Tx) suspensions(list ...*Complaint) error {
	byID := make(map[int64]*Complaint, len(list))
	ids := make([]int64, 0, len(list))
	for _, c := range list {
		byID[c.ID], c.SuspendedAt = c, nil
		ids = append(ids, c.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	var changes []TermChange
	if err := tx.db.Where("complaint_id IN ? AND kind IN ('suspension','resumption','reopening')", ids).Order("id").Find(&changes).Error; err != nil {
		return fmt.Errorf("suspensions: %w", err)
	}
	for i := range changes {
		byID[changes[i].ComplaintID].noteTermChange(&changes[i])
	}
	return nil
}

// noteTermChange keeps since when the clock stands still; term changes come in order.
func (c *Complaint) noteTermChange(t *TermChange) {
	switch t.Kind {
	case "suspension":
		c.SuspendedAt = &t.At
	case "resumption", "reopening":
		c.SuspendedAt = nil
	}
}

func pointers(list []Complaint) (out []*Complaint) {
	for i := range list {
		out = append(out, &list[i])
	}
	return out
}
