package procedure

import (
	"context"

	"dankuwel/models"
)

// Seal seals the event chains as they are now (CONTRACT section 8).
func (d *Desk) Seal(ctx context.Context) error {
	return d.change(ctx, func(d *Desk, tx *models.Tx) error {
		s, err := tx.SealChains()
		if err == nil && s != nil {
			d.Log.Info("the event chains are sealed", "seal", s.ID, "complaints", s.Complaints, "events", s.Events, "hash", s.Hash)
		}
		return err
	})
}
